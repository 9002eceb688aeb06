//! Trouble that only the venue can make, on demand.

use mm_model::Timestamp;

use super::state::State;
use crate::{lighter::tx::TxType, server::Mischief};

/// Whose transactions: everybody's, an account's, or those of one key.
type Whose = (Option<i64>, Option<u8>);

/// How far a nonce jumps: as if somebody else had sent that many with the same key.
const JUMP: i64 = 3;

/// Trouble that waits for its moment.
#[derive(Debug, Default)]
pub(super) struct Mischiefs {
    /// Whose next order messages are taken and then forgotten.
    drops: Vec<Whose>,
}

impl Mischiefs {
    /// Whether this transaction, which was just taken, is to be forgotten.
    pub(super) fn drops(&mut self, (account, key): (i64, u8), kind: TxType) -> bool {
        let is_order = matches!(
            kind,
            TxType::CreateOrder
                | TxType::CancelOrder
                | TxType::CancelAllOrders
                | TxType::ModifyOrder
                | TxType::CreateGroupedOrders
        );
        let meant = |whose: &Whose| is_meant(*whose, (account, key));
        let found = self.drops.iter().position(meant).filter(|_| is_order);
        found.map(|n| self.drops.remove(n)).is_some()
    }
}

fn is_meant((account, key): Whose, who: (i64, u8)) -> bool {
    account.is_none_or(|account| account == who.0) && key.is_none_or(|key| key == who.1)
}

/// `101`, or `101:4` for one key of it.
fn whose(text: &str) -> Option<Whose> {
    match text.split_once(':') {
        Some((account, key)) => Some((Some(account.parse().ok()?), Some(key.parse().ok()?))),
        None => Some((Some(text.parse().ok()?), None)),
    }
}

impl State {
    /// Makes trouble for an account, one key of it, or everybody; `false` when nobody is meant.
    pub(super) fn trouble(&mut self, now: Timestamp, api_key: Option<&str>, what: Mischief) -> bool {
        let Some(meant) = api_key.map_or(Some((None, None)), whose) else { return false };
        match what {
            Mischief::RejectAccepted => return false,
            Mischief::DropAccepted => self.mischief.drops.push(meant),
            Mischief::SkipNonce => {
                for member in self.accounts.iter_mut() {
                    let index = member.index;
                    let keys: Vec<u8> = member.keys.keys().copied().collect();
                    for key in keys.into_iter().filter(|key| is_meant(meant, (index, *key))) {
                        let counter = member.counters.entry(key).or_default();
                        counter.advance(now, counter.next + JUMP, now);
                    }
                }
            }
            Mischief::ExpireTokens => self.tokens.expire(meant.0),
        }
        true
    }
}
