//! Who there is: trading accounts by the venue's numbers and the exchange's.

use std::collections::BTreeMap;

use mm_crypto::ecdsa::Address;
use mm_exchange::AccountId;

use super::{Account, SetupError};

/// A trading account.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) id: AccountId,
    pub(super) name: String,
    pub(super) sub_account: u64,
    pub(super) main_account: Address,
    pub(super) signers: Vec<Address>,
}

/// All accounts.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    by_number: BTreeMap<u64, Member>,
    by_id: BTreeMap<AccountId, u64>,
}

impl Accounts {
    /// Adds an account.
    ///
    /// # Errors
    /// [`SetupError`].
    pub(super) fn add(&mut self, account: Account) -> Result<(), SetupError> {
        let Account { account: id, name, signers, main_account, sub_account, .. } = account;
        let known = self.by_id.insert(id, sub_account).is_some();
        let member = Member { id, name, sub_account, main_account, signers };
        if self.by_number.insert(sub_account, member).is_some() || known {
            return Err(SetupError::Number(sub_account));
        }
        Ok(())
    }

    /// The account of a number.
    pub(super) fn get(&self, sub_account: u64) -> Option<&Member> {
        self.by_number.get(&sub_account)
    }

    /// Our account of the exchange's; `None`: it belongs to nobody who can log in (the simulator's crowd).
    pub(super) fn of(&self, id: AccountId) -> Option<&Member> {
        self.by_id.get(&id).and_then(|number| self.get(*number))
    }

    /// All accounts in the order of their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Member> {
        self.by_number.values()
    }
}
