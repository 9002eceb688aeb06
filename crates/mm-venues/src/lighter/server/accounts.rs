//! Who there is: accounts by the venue's numbers, their keys with verifier and nonce.

use std::collections::BTreeMap;

use mm_crypto::Verifier;
use mm_exchange::AccountId;
use mm_model::Timestamp;

use super::{Account, SetupError, Tier, rate::VolumeQuota};
use crate::lighter::tx::{ACCOUNT_MAX, API_KEY_MAX, ApproveIntegrator};

/// Numbers of accounts that are not in our table (the simulator's crowd) begin here. Chosen.
const STRANGER_FIRST: i64 = 1_000_000;

/// All accounts.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    by_index: BTreeMap<i64, Member>,
    by_id: BTreeMap<AccountId, i64>,
}

/// An account of the venue.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) id: AccountId,
    pub(super) index: i64,
    pub(super) name: String,
    pub(super) l1_address: String,
    pub(super) tier: Tier,
    pub(super) quota: VolumeQuota,
    pub(super) keys: BTreeMap<u8, Key>,
    /// By the places of the keys.
    pub(super) counters: BTreeMap<u8, Counter>,
    /// When all orders are cancelled, if that is scheduled.
    pub(super) cancel_all_at: Option<Timestamp>,
    /// 0 or 1, as the account set it.
    pub(super) trading_mode: u8,
    /// Who may take fees, and how much at most.
    pub(super) integrators: BTreeMap<i64, ApproveIntegrator>,
}

/// A registered key.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) verifier: Verifier,
    /// How often this place was given a key before.
    pub(super) generation: u32,
    pub(super) registered_at: Timestamp,
}

/// Counts the transactions of a place for a key, whatever key stands there.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counter {
    /// What the next transaction must bear.
    pub(super) next: i64,
    /// What is told instead, and until when.
    shown: Option<(i64, Timestamp)>,
}

impl Counter {
    /// What the venue says that the next transaction must bear.
    pub(super) fn shown(&self, now: Timestamp) -> i64 {
        self.shown.filter(|(_, until)| now < *until).map_or(self.next, |(nonce, _)| nonce)
    }

    /// Moves on; what is told lags behind until then.
    pub(super) fn advance(&mut self, now: Timestamp, next: i64, lag_until: Timestamp) {
        let shown = self.shown(now);
        self.shown = (now < lag_until).then_some((shown, lag_until));
        self.next = next;
    }
}

impl Accounts {
    /// Adds an account.
    ///
    /// # Errors
    /// [`SetupError`].
    pub(super) fn add(&mut self, account: Account, tier: Tier) -> Result<(), SetupError> {
        let index = account.index;
        let taken = SetupError::Number { account: index };
        if !(1..=ACCOUNT_MAX).contains(&index) || self.by_id.insert(account.account, index).is_some() {
            return Err(taken);
        }
        let mut keys = BTreeMap::new();
        for key in account.keys {
            let verifier = Verifier::new(&key.public).map_err(|error| SetupError::Key {
                account: index,
                index: key.index,
                error,
            })?;
            let key_is_new = keys
                .insert(key.index, Key { verifier, generation: 0, registered_at: Timestamp::ZERO })
                .is_none();
            if key.index > API_KEY_MAX || !key_is_new {
                return Err(taken);
            }
        }
        let Account { account: id, name, l1_address, .. } = account;
        let member = Member {
            id,
            index,
            name,
            l1_address,
            tier,
            quota: VolumeQuota::default(),
            keys,
            counters: BTreeMap::new(),
            cancel_all_at: None,
            trading_mode: 0,
            integrators: BTreeMap::new(),
        };
        if self.by_index.insert(index, member).is_some() { Err(taken) } else { Ok(()) }
    }

    /// The account of a number.
    pub(super) fn get(&self, index: i64) -> Option<&Member> {
        self.by_index.get(&index)
    }

    pub(super) fn get_mut(&mut self, index: i64) -> Option<&mut Member> {
        self.by_index.get_mut(&index)
    }

    /// Our account of the exchange's.
    pub(super) fn of(&self, id: AccountId) -> Option<&Member> {
        self.by_id.get(&id).and_then(|index| self.get(*index))
    }

    /// Whether an account of the exchange is one of ours: a client's, whose orders are kept.
    pub(super) fn knows(&self, id: AccountId) -> bool {
        self.by_id.contains_key(&id)
    }

    /// The number that is shown for any account of the exchange.
    pub(super) fn index_of(&self, id: AccountId) -> i64 {
        self.by_id.get(&id).copied().unwrap_or_else(|| STRANGER_FIRST + i64::from(id.0))
    }

    pub(super) fn of_mut(&mut self, id: AccountId) -> Option<&mut Member> {
        self.by_index.get_mut(self.by_id.get(&id)?)
    }

    /// The first account of an owner: its master, since sub-accounts count down from the end.
    pub(super) fn master(&self, l1_address: &str) -> Option<i64> {
        self.of_owner(l1_address).next().map(|member| member.index)
    }

    /// The accounts of an owner, the master first.
    pub(super) fn of_owner(&self, l1_address: &str) -> impl Iterator<Item = &Member> {
        self.iter().filter(move |member| member.l1_address.eq_ignore_ascii_case(l1_address))
    }

    /// The number of the next sub-account.
    pub(super) fn next_sub_account(&self) -> Option<i64> {
        (0..=ACCOUNT_MAX).rev().find(|index| !self.by_index.contains_key(index))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Member> {
        self.by_index.values_mut()
    }

    /// All accounts in the order of their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Member> {
        self.by_index.values()
    }
}
