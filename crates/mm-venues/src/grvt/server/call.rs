//! What a call is given: its body, who made it, the exchange, and what the venue itself keeps. A call comes by HTTP or
//! by a socket; what answers it does not know by which.

use bytes::Bytes;
use mm_exchange::{Exchange, Listing};
use mm_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::{accounts::Member, answer::Answered, errors::Refused, sessions::Session, state::State};
use crate::grvt::wire::{Encoding, error::codes, reply::Reply};

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

impl<'a> Call<'a> {
    /// Who is logged in.
    ///
    /// # Errors
    /// 1000, when nobody is.
    pub(super) fn session(&self) -> Result<&Session, Refused> {
        self.session.as_ref().ok_or_else(Refused::no_session)
    }

    /// What was asked. No body at all, and `null`, are an object without fields: a client sends them.
    ///
    /// # Errors
    /// 1003.
    pub(super) fn read<T: Deserialize<'a>>(&self) -> Result<T, Refused> {
        let body = match self.body.trim_ascii() {
            b"" | b"null" => b"{}",
            body => body,
        };
        self.encoding.read(body).map_err(Refused::malformed)
    }

    /// A whole answer.
    pub(super) fn write<T: Serialize + ?Sized>(&self, answer: &T) -> Answered {
        Ok(Bytes::from(self.encoding.write(answer)))
    }

    /// An answer as most are: in `result`.
    pub(super) fn result<T: Serialize>(&self, result: T) -> Answered {
        self.write(&Reply { result })
    }

    /// A trading account, which must be open to whoever is logged in.
    ///
    /// # Errors
    /// 3020 for what is no number, 2003 for what is not theirs, 1000.
    pub(super) fn own(&self, sub_account_id: &str) -> Result<&Member, Refused> {
        let session = self.session()?;
        let number = number(sub_account_id).ok_or(codes::SUB_ACCOUNT_INVALID)?;
        let member = self.state.accounts.get(number);
        Ok(member.filter(|member| session.opens(member)).ok_or(codes::FOREIGN_SUB_ACCOUNT)?)
    }

    /// An instrument, which must be listed.
    ///
    /// # Errors
    /// 3000.
    pub(super) fn listing(&self, instrument: &str) -> Result<&Listing, Refused> {
        let market = self.exchange.markets().by_symbol(instrument);
        let listing = market.and_then(|market| self.exchange.listing(market.id));
        listing.ok_or_else(|| codes::INSTRUMENT_INVALID.into())
    }
}

/// A number without sign, as ids are written.
pub(super) fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}
