//! Who there is: trading accounts by the venue's numbers and the exchange's.

use std::collections::BTreeMap;

use mm_crypto::ecdsa::Address;
use mm_exchange::AccountId;
use mm_model::fixed_map::fingerprint;

use super::{Account, SetupError};

/// A trading account.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) id: AccountId,
    pub(super) sub_account: u64,
    pub(super) main_account: Address,
    signers: Vec<Address>,
    name: String,
}

impl Member {
    /// Whether this address may sign for its orders.
    pub(super) fn lets_sign(&self, address: Address) -> bool {
        address == self.main_account || self.signers.contains(&address)
    }

    /// Its number as text of the wire.
    pub(super) fn number(&self) -> String {
        self.sub_account.to_string()
    }
}

/// All accounts.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    by_number: BTreeMap<u64, Member>,
    by_id: BTreeMap<AccountId, u64>,
    /// By fingerprints of the keys, which are kept nowhere.
    by_api_key: BTreeMap<u128, u64>,
}

impl Accounts {
    /// Adds an account.
    ///
    /// # Errors
    /// [`SetupError`].
    pub(super) fn add(&mut self, account: Account) -> Result<(), SetupError> {
        let Account { account: id, name, api_key, signers, main_account, sub_account } = account;
        if self.by_api_key.insert(fingerprint(&[&api_key]), sub_account).is_some() {
            return Err(SetupError::ApiKey(sub_account));
        }
        let known = self.by_id.insert(id, sub_account).is_some();
        let member = Member { id, sub_account, main_account, signers, name };
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

    /// Whether an account of the exchange is one of ours: a client's, whose orders are kept.
    pub(super) fn knows(&self, id: AccountId) -> bool {
        self.by_id.contains_key(&id)
    }

    /// Whose API key this is.
    pub(super) fn by_api_key(&self, api_key: &str) -> Option<&Member> {
        self.by_api_key.get(&fingerprint(&[api_key])).and_then(|number| self.get(*number))
    }

    /// The trading accounts of a main account, in the order of their numbers.
    pub(super) fn of_main(&self, main_account: Address) -> impl Iterator<Item = &Member> {
        self.iter().filter(move |member| member.main_account == main_account)
    }

    /// Whoever is meant by the number of a trading account, by an API key or by a name.
    pub(super) fn meant(&self, text: &str) -> Option<&Member> {
        let by_number = text.parse().ok().and_then(|number| self.get(number));
        by_number.or_else(|| self.by_api_key(text)).or_else(|| self.iter().find(|member| member.name == text))
    }

    /// All accounts in the order of their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Member> {
        self.by_number.values()
    }
}
