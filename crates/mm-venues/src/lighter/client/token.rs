//! The auth token: made when it is needed, made anew before it ends. Bound to one key; whoever has it may read the
//! account, so it shows nowhere.

use std::{fmt, time::Duration};

use mm_model::{CallError, Timestamp};

use super::order::not_sent;
use crate::lighter::sign::ApiKey;

/// How long a token lives: as the venue's own signer makes it (lighter-go README at 17f2d60), an hour less than is
/// honoured.
const LIFE: Duration = Duration::from_secs(7 * 3600);
/// How long before its end it is made anew.
const RENEWED_BEFORE: Duration = Duration::from_secs(15 * 60);
/// So many refusals in a row may be the token's fault: five channels and a few questions are on their way with the same
/// one when the venue forgets it. After that it is the key's, and fewer than the session would send one question again.
const REFUSALS_MAX: u32 = 7;

/// A token that lasts a while.
#[derive(Clone, Copy)]
pub(super) struct Pass<'a> {
    pub(super) token: &'a str,
    /// When another one must take its place.
    pub(super) renew_at: Timestamp,
}

/// The token of an account.
#[derive(Default)]
pub(super) struct Token {
    text: String,
    /// Zero: there is none.
    renew_at: Timestamp,
    /// Refusals since one last opened something.
    n_refused: u32,
}

impl Token {
    /// The token, made by `key` if there is none that lasts.
    pub(super) fn pass(&mut self, now: Timestamp, key: &mut ApiKey) -> Result<Pass<'_>, CallError> {
        if self.renew_at <= now {
            let deadline = now + LIFE;
            let deadline_s = i64::try_from(deadline.ms() / 1_000).unwrap_or(i64::MAX);
            self.text = key.token(now, deadline_s).map_err(|error| not_sent(error.to_string()))?;
            self.renew_at = deadline - RENEWED_BEFORE;
        }
        Ok(Pass { token: &self.text, renew_at: self.renew_at })
    }

    /// The venue took it.
    pub(super) const fn worked(&mut self) {
        self.n_refused = 0;
    }

    /// The venue refused it: whether another one may help, which is made when it is next needed.
    pub(super) const fn refused(&mut self) -> bool {
        self.n_refused = self.n_refused.saturating_add(1);
        self.forget();
        self.n_refused <= REFUSALS_MAX
    }

    /// Another one is made when it is next needed.
    pub(super) const fn forget(&mut self) {
        self.renew_at = Timestamp::ZERO;
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token(***, to be renewed at {})", self.renew_at)
    }
}
