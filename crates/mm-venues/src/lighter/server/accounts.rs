//! Who there is: accounts by the venue's numbers, their keys with verifier and nonce.

use std::collections::BTreeMap;

use mm_crypto::Verifier;
use mm_exchange::AccountId;
use mm_model::Timestamp;

use super::{Account, SetupError, Tier};
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
    pub(super) keys: BTreeMap<u8, Key>,
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
    /// What the next transaction must bear.
    pub(super) nonce: i64,
    pub(super) registered_at: Timestamp,
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
            let key_is_new =
                keys.insert(key.index, Key { verifier, nonce: 0, registered_at: Timestamp::ZERO }).is_none();
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
            keys,
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

    /// All accounts in the order of their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Member> {
        self.by_index.values()
    }
}
