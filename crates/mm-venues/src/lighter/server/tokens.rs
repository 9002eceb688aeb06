//! Auth tokens: who may read an account. Signed ones are checked against the key that signed them, each time; those
//! that the venue gave out (`ro:…`, from `tokens/create`) are looked up.

use std::collections::{BTreeMap, BTreeSet};

use mm_model::{Timestamp, fixed_map::fingerprint};

use super::{
    accounts::{Accounts, Member},
    errors::Refused,
    markets::time,
};
use crate::lighter::{sign::AuthToken, wire::error::codes};

/// What a token that was checked gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Access {
    /// The account it was made for.
    pub(super) account: i64,
    /// Whether it also opens accounts with the same owner.
    all: bool,
    /// Whether it may change nothing.
    pub(super) read_only: bool,
    /// When it dies.
    pub(super) until: Timestamp,
    /// Which token it is.
    id: u128,
    /// The key that signed it, and how often that place had been given a key.
    key: Option<(u8, u32)>,
}

/// A token that the venue gave out.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) id: i64,
    pub(super) account: i64,
    pub(super) name: String,
    /// Unix seconds.
    pub(super) expiry_s: i64,
    pub(super) sub_accounts: bool,
    pub(super) revoked: bool,
    secret: String,
}

/// All tokens that there is something to know about.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    given: Vec<Given>,
    /// Signed tokens that were honoured: whose they are and when they die; for [`Tokens::expire`].
    seen: BTreeMap<u128, (i64, Timestamp)>,
    /// Tokens that are over before their time.
    dead: BTreeSet<u128>,
}

/// The most tokens of an account: `AppErrAPITokenMaxTokensExceeded`.
const GIVEN_MAX: usize = 10;

impl Given {
    /// The token itself.
    pub(super) fn text(&self) -> String {
        let scope = if self.sub_accounts { "all" } else { "single" };
        format!("ro:{}:{scope}:{}:{}", self.account, self.expiry_s, self.secret)
    }
}

impl Tokens {
    /// What a token gives.
    ///
    /// # Errors
    /// HTTP 401: nothing.
    pub(super) fn check(
        &mut self,
        now: Timestamp,
        accounts: &Accounts,
        text: &str,
    ) -> Result<Access, Refused> {
        let id = fingerprint(&[text]);
        if self.dead.contains(&id) {
            return Err(Refused::unauthorized("the token is over"));
        }
        match AuthToken::parse(text).map_err(Refused::unauthorized)? {
            AuthToken::ReadOnly(_) => self.check_given(now, (text, id)),
            AuthToken::Signed(token) => {
                let owner = accounts.get(token.account);
                let key = owner.and_then(|owner| owner.keys.get(&token.api_key));
                let key = key.ok_or_else(|| Refused::unauthorized("no such account or API key"))?;
                token.check(now, &key.verifier).map_err(Refused::unauthorized)?;
                let until = time(token.deadline_s.saturating_mul(1_000));
                self.seen.retain(|_, (_, until)| now < *until);
                self.seen.insert(id, (token.account, until));
                Ok(Access {
                    account: token.account,
                    all: false,
                    read_only: false,
                    until,
                    id,
                    key: Some((token.api_key, key.generation)),
                })
            }
        }
    }

    fn check_given(&self, now: Timestamp, token: (&str, u128)) -> Result<Access, Refused> {
        let known = self.given.iter().find(|given| !given.revoked && given.text() == token.0);
        let given = known.ok_or_else(|| Refused::unauthorized("no such token"))?;
        let until = time(given.expiry_s.saturating_mul(1_000));
        if until <= now {
            return Err(Refused::unauthorized("the token is over"));
        }
        let (account, all) = (given.account, given.sub_accounts);
        Ok(Access { account, all, read_only: true, until, id: token.1, key: None })
    }

    /// Whether what was given once is still given: the token lives, and its key is the one that signed it.
    pub(super) fn is_alive(&self, now: Timestamp, accounts: &Accounts, access: &Access) -> bool {
        let revoked =
            self.given.iter().any(|given| given.revoked && fingerprint(&[&given.text()]) == access.id);
        let same_key = access.key.is_none_or(|(key, generation)| {
            let key = accounts.get(access.account).and_then(|owner| owner.keys.get(&key));
            key.is_some_and(|key| key.generation == generation)
        });
        now < access.until && same_key && !revoked && !self.dead.contains(&access.id)
    }

    /// Gives out a token. What makes it hard to guess is made of its number and the time: enough for a simulator.
    ///
    /// # Errors
    /// When there are too many.
    pub(super) fn give(&mut self, token: NewToken<'_>) -> Result<&Given, Refused> {
        let live = self.given.iter().filter(|given| given.account == token.account && !given.revoked);
        if live.count() >= GIVEN_MAX {
            return Err(codes::TOKENS_EXCEEDED.into());
        }
        let id = i64::try_from(self.given.len()).unwrap_or(i64::MAX) + 1;
        let part = |salt: &str| fingerprint(&[salt, token.name, &id.to_string(), &token.now.0.to_string()]);
        self.given.push(Given {
            id,
            account: token.account,
            name: token.name.to_owned(),
            expiry_s: token.expiry_s,
            sub_accounts: token.sub_accounts,
            revoked: false,
            secret: format!("{:032x}{:032x}", part("first"), part("second")),
        });
        Ok(self.given.last().expect("one was put there just now"))
    }

    /// The tokens of an account.
    pub(super) fn given(&self, account: i64) -> impl Iterator<Item = &Given> {
        self.given.iter().filter(move |given| given.account == account)
    }

    /// Takes a token back.
    ///
    /// # Errors
    /// When the account has no such token, or it was taken back before.
    pub(super) fn revoke(&mut self, account: i64, id: i64) -> Result<(), Refused> {
        let given = self.given.iter_mut().find(|given| given.account == account && given.id == id);
        let given = given.ok_or_else(|| Refused::new(codes::TOKEN_NOT_FOUND))?;
        if std::mem::replace(&mut given.revoked, true) {
            return Err(codes::TOKEN_ALREADY_REVOKED.into());
        }
        Ok(())
    }

    /// Ends every token that somebody has shown or been given, of one account or of all.
    pub(super) fn expire(&mut self, account: Option<i64>) {
        let wanted = |whose: i64| account.is_none_or(|account| account == whose);
        let seen = self.seen.iter().filter(|(_, (whose, _))| wanted(*whose));
        self.dead.extend(seen.map(|(id, _)| *id));
        let given = self.given.iter_mut().filter(|given| wanted(given.account));
        given.for_each(|given| given.revoked = true);
    }
}

/// A token to be given out.
#[derive(Clone, Copy, Debug)]
pub(super) struct NewToken<'a> {
    pub(super) now: Timestamp,
    pub(super) account: i64,
    pub(super) name: &'a str,
    pub(super) expiry_s: i64,
    pub(super) sub_accounts: bool,
}

impl Access {
    /// Whether it opens an account.
    pub(super) fn opens(&self, accounts: &Accounts, account: &Member) -> bool {
        let same_owner =
            || accounts.get(self.account).is_some_and(|own| own.l1_address == account.l1_address);
        self.account == account.index || (self.all && same_owner())
    }
}
