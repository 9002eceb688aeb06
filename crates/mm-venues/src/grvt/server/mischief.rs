//! Trouble that only the venue can make, on demand.

use mm_exchange::AccountId;

use super::state::State;
use crate::server::Mischief;

/// Trouble that waits for its moment.
#[derive(Debug, Default)]
pub(super) struct Mischiefs {
    /// Whose next order messages are taken and then forgotten; `None`: anybody's.
    drops: Vec<Option<AccountId>>,
    /// Whose next orders are taken, and rejected when they are matched.
    rejects: Vec<Option<AccountId>>,
}

impl Mischiefs {
    /// Whether this account's order message, which was just taken, is to be forgotten.
    pub(super) fn drops(&mut self, account: AccountId) -> bool {
        strikes(&mut self.drops, account)
    }

    /// Whether this account's order, which was just taken, is to be rejected later.
    pub(super) fn rejects(&mut self, account: AccountId) -> bool {
        strikes(&mut self.rejects, account)
    }
}

fn strikes(waiting: &mut Vec<Option<AccountId>>, account: AccountId) -> bool {
    let found = waiting.iter().position(|whose| whose.is_none_or(|whose| whose == account));
    found.map(|n| waiting.remove(n)).is_some()
}

impl State {
    /// Makes trouble for an account (by its number, API key or name) or for everybody; `false` when nobody is meant, or this
    /// venue knows no such trouble: no number is asked for in its turn here.
    pub(super) fn trouble(&mut self, api_key: Option<&str>, what: Mischief) -> bool {
        let meant = api_key.map(|text| self.accounts.meant(text).map(|it| (it.id, it.main_account)));
        let whose = match meant {
            None => None,
            Some(None) => return false,
            Some(known) => known,
        };
        match what {
            Mischief::DropAccepted => self.mischief.drops.push(whose.map(|(id, _)| id)),
            Mischief::RejectAccepted => self.mischief.rejects.push(whose.map(|(id, _)| id)),
            Mischief::ExpireTokens => self.sessions.end(whose.map(|(_, main_account)| main_account)),
            Mischief::SkipNonce => return false,
        }
        true
    }
}
