//! What a call is given: its body, who made it, the exchange, and what the venue itself keeps. A call comes by HTTP or
//! by a socket; what answers it does not know by which.

use mm_exchange::Exchange;
use mm_model::Timestamp;

use super::{Encoding, errors::Refused, sessions::Session, state::State};

/// One call on its way through a route.
pub(super) struct Call<'a> {
    pub(super) now: Timestamp,
    pub(super) exchange: &'a mut Exchange,
    pub(super) state: &'a mut State,
    /// Who is logged in, if anybody is.
    pub(super) session: Option<Session>,
    pub(super) encoding: Encoding,
    /// A JSON object.
    pub(super) body: &'a [u8],
}

impl Call<'_> {
    /// Who is logged in.
    ///
    /// # Errors
    /// 1000, when nobody is.
    pub(super) fn session(&self) -> Result<&Session, Refused> {
        self.session.as_ref().ok_or_else(Refused::no_session)
    }
}
