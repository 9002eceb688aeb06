//! Transactions on their way in: read, verified, held against the key's nonce and the account's rules, and queued. A
//! transaction that is refused here leaves no trace; one that is taken uses its nonce, whatever the engine will say.

mod admit;
pub(super) mod form;
mod rules;

use std::time::Duration;

use mm_crypto::{Digest, Verifier};
use mm_exchange::Exchange;
use mm_model::Timestamp;

use self::admit::Admission;
use super::{
    Tier,
    accounts::Key,
    errors::Refused,
    queue::Queued,
    records::{News, TxRecord, TxStatus},
    state::State,
};
use crate::lighter::{
    sign::{Authentic, Refusal, authenticate},
    tx::{Body, Header, SignedTx, TxType},
    wire::error::codes,
};

/// The highest nonce that may be skipped to: the page's `2^47−1 > new > old`.
const SKIP_BELOW: i64 = (1 << 47) - 1;

/// What a client sends: one transaction, or a batch.
#[derive(Clone, Debug)]
pub(super) struct Submission {
    /// Type and `tx_info` of each.
    pub(super) txs: Vec<(u64, String)>,
    /// Whether "accidental" prices are refused.
    pub(super) price_protection: bool,
}

/// What the client is told of what was taken.
#[derive(Clone, Debug)]
pub(super) struct Receipt {
    pub(super) hashes: Vec<Digest>,
    /// When the last of them will be carried out.
    pub(super) due: Timestamp,
    /// What is left of the volume quota.
    pub(super) quota: i64,
}

impl State {
    /// Takes transactions in, all or none, and carries out at once what need not wait.
    ///
    /// # Errors
    /// The venue's no: no nonce was used.
    pub(super) fn send(
        &mut self,
        now: Timestamp,
        exchange: &mut Exchange,
        submission: &Submission,
    ) -> Result<Receipt, Refused> {
        if submission.txs.is_empty() {
            return Err(codes::INVALID_TX_INFO.into());
        }
        if submission.txs.len() > self.options.switches.batch_max {
            return Err(codes::BATCH_TOO_LONG.into());
        }
        let txs: Vec<_> =
            submission.txs.iter().map(|tx| self.authentic(tx)).collect::<Result<_, Refused>>()?;
        let header = txs[0].signed.tx.header;
        let (index, api_key) = (header.account, header.api_key);
        if txs.iter().any(|it| (it.signed.tx.header.account, it.signed.tx.header.api_key) != (index, api_key))
        {
            return Err(codes::BATCH_MULTIPLE_OWNERS.into());
        }
        let next = self.check_nonces(&txs)?;
        let admission = Admission::new(self, (now, exchange), (index, submission.price_protection))?;
        let paces = admission.admit_all(&txs)?;
        self.count(now, &txs)?;
        self.advance_nonce(now, (index, api_key), next);
        let mut receipt = Receipt { hashes: Vec::new(), due: now, quota: self.quota(index) };
        for (pace, (authentic, sent)) in paces.into_iter().zip(txs.into_iter().zip(&submission.txs)) {
            let tier = self.tier(index);
            let due = if self.options.delays { now + tier.delay(pace) } else { now };
            receipt.due = receipt.due.max(due);
            receipt.hashes.push(authentic.hash);
            self.take(now, (due, &sent.1), authentic);
        }
        self.run(now, exchange);
        Ok(receipt)
    }

    /// Reads and verifies one.
    fn authentic(&self, (tx_type, tx_info): &(u64, String)) -> Result<Authentic, Refused> {
        let chain = self.options.chain;
        let checked =
            authenticate(chain, *tx_type, tx_info, |signed| Ok(&self.key(&signed.tx.header)?.verifier));
        match checked {
            // A key may register itself: the venue's own setup script signs with the new one.
            Err(Refusal::Signature(_) | Refusal::ApiKey { .. })
                if *tx_type == u64::from(TxType::ChangePubKey.code()) =>
            {
                let key = new_key(tx_info)?;
                Ok(authenticate(chain, *tx_type, tx_info, |_| Ok(&key))?)
            }
            checked => Ok(checked?),
        }
    }

    fn key(&self, header: &Header) -> Result<&Key, Refusal> {
        let Header { account, api_key, .. } = *header;
        let member = self.accounts.get(account).ok_or(Refusal::Account(account))?;
        member.keys.get(&api_key).ok_or(Refusal::ApiKey { account, api_key })
    }

    /// Holds the nonces against the key's counter; returns what the counter will be.
    fn check_nonces(&self, txs: &[Authentic]) -> Result<i64, Refused> {
        let Header { account, api_key, .. } = txs[0].signed.tx.header;
        let counter = self.accounts.get(account).and_then(|member| member.counters.get(&api_key));
        let mut next = counter.map_or(0, |counter| counter.next);
        for (n, Authentic { signed, .. }) in txs.iter().enumerate() {
            let nonce = signed.tx.header.nonce;
            let skips = signed.tx.attributes.skip_nonce;
            let fits = if skips { (next..SKIP_BELOW).contains(&nonce) } else { nonce == next };
            if !fits {
                return Err(if n == 0 { codes::INVALID_NONCE } else { codes::NON_INCREASING_NONCE }.into());
            }
            next = nonce.saturating_add(1);
        }
        Ok(next)
    }

    fn advance_nonce(&mut self, now: Timestamp, (account, api_key): (i64, u8), next: i64) {
        let lag = Duration::from_millis(self.options.switches.next_nonce_lag_ms);
        if let Some(member) = self.accounts.get_mut(account) {
            member.counters.entry(api_key).or_default().advance(now, next, now + lag);
        }
    }

    /// Counts transactions against what their owner may send.
    fn count(&mut self, now: Timestamp, txs: &[Authentic]) -> Result<(), Refused> {
        let Some(member) = self.accounts.get_mut(txs[0].signed.tx.header.account) else { return Ok(()) };
        if !self.options.rate_limits {
            return Ok(());
        }
        let kinds = || txs.iter().map(|it| it.signed.tx.tx_type());
        let others: Vec<u8> = kinds()
            .filter(|kind| *kind != TxType::CancelOrder && !costs_quota(*kind))
            .map(TxType::code)
            .collect();
        let n = u32::try_from(txs.len()).unwrap_or(u32::MAX);
        self.allowances.transactions(now, &member.l1_address, (member.tier, n, &others))?;
        if member.tier == Tier::Standard {
            return Ok(());
        }
        let n_costly = kinds().filter(|kind| costs_quota(*kind)).count();
        member.quota.take(now, i64::try_from(n_costly).unwrap_or(i64::MAX))
    }

    /// Notes a transaction that was taken, and queues it.
    fn take(&mut self, now: Timestamp, (due, info): (Timestamp, &str), taken: Authentic) {
        let Authentic { signed: SignedTx { tx, .. }, hash } = taken;
        let Header { account: index, api_key, nonce, expired_at } = tx.header;
        let Some(account) = self.accounts.get(index).map(|member| member.id) else { return };
        let record = self.records.txs.add(TxRecord {
            hash,
            kind: tx.tx_type(),
            account,
            account_index: index,
            api_key,
            nonce,
            expired_at,
            info: info.to_owned(),
            event: String::new(),
            status: TxStatus::Pending,
            sequence: 0,
            queued_at: now,
            executed_at: None,
        });
        let record = record.clone();
        self.records.tell(now, News::Tx(record));
        if !self.mischief.drops((index, api_key), tx.tx_type()) {
            self.queue.push(due, Queued { hash, tx, account });
        }
    }

    fn tier(&self, index: i64) -> Tier {
        self.accounts.get(index).map_or(self.options.tier, |member| member.tier)
    }

    /// What is left of the volume quota. Accounts without one are told what a new account has: the SDK wants a number.
    fn quota(&self, index: i64) -> i64 {
        self.accounts.get(index).map_or(0, |member| member.quota.left())
    }
}

/// Types that the volume quota is for.
const fn costs_quota(kind: TxType) -> bool {
    matches!(
        kind,
        TxType::CreateOrder | TxType::ModifyOrder | TxType::CancelAllOrders | TxType::CreateGroupedOrders
    )
}

/// The key that a transaction registers.
fn new_key(tx_info: &str) -> Result<Verifier, Refused> {
    let signed = SignedTx::read_json(TxType::ChangePubKey, tx_info).map_err(Refusal::from)?;
    match signed.tx.body {
        Body::ChangePubKey(it) => {
            Verifier::new(&it.public_key).map_err(|error| Refused::because(codes::INVALID_PUBLIC_KEY, error))
        }
        _ => Err(codes::INVALID_TX_INFO.into()),
    }
}
