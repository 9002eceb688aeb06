//! Logins: cookies, and whom they let in.

use mm_model::Timestamp;

use crate::http::Request;

/// Who is logged in, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) until: Timestamp,
}

/// All logins.
#[derive(Debug, Default)]
pub(super) struct Sessions {}

impl Sessions {
    /// Who made a request, or opened a socket: by its cookie and its account id (a header, or `x_grvt_account_id` in the
    /// URL).
    pub(super) fn of(&self, _now: Timestamp, _request: &Request) -> Option<Session> {
        None
    }
}
