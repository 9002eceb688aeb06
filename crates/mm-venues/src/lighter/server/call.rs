//! What a route is given: the request's parts, who sent it, the exchange, and what the venue itself keeps.

use mm_exchange::{AccountId, Exchange};
use mm_model::Timestamp;

use super::{accounts::Member, errors::Refused, markets, state::State, tokens::Access};
use crate::{http::Request, lighter::wire::error::codes, server::params::Params};

/// One request on its way through a route.
pub(super) struct Call<'a> {
    pub(super) now: Timestamp,
    pub(super) exchange: &'a mut Exchange,
    pub(super) state: &'a mut State,
    /// What stands in the URL, but for the token.
    pub(super) query: Params,
    pub(super) request: &'a Request,
    /// What the token gives, if one was sent: in the header `authorization`, or in the URL as `auth`.
    access: Option<Result<Access, Refused>>,
}

/// Who sent it and what.
pub(super) struct Heard<'a> {
    pub(super) now: Timestamp,
    pub(super) exchange: &'a mut Exchange,
    pub(super) state: &'a mut State,
    pub(super) request: &'a Request,
}

impl<'a> Call<'a> {
    /// Reads the URL, checks the token, and counts the request against its sender's allowance.
    pub(super) fn new(heard: Heard<'a>, weight: u32) -> Result<Self, Refused> {
        let Heard { now, exchange, state, request } = heard;
        let mut query = Params::parse(&request.query)?;
        let in_url = query.optional("auth");
        let token = request.headers.get("authorization").or(in_url.as_deref());
        let access = token.map(|token| state.tokens.check(now, &state.accounts, token));
        if state.options.rate_limits {
            let payer = access.as_ref().and_then(|access| access.as_ref().ok());
            let payer = payer.and_then(|access| state.accounts.get(access.account));
            let (l1, tier) = payer.map_or(("", state.options.tier), |it| (it.l1_address.as_str(), it.tier));
            state.allowances.request(now, l1, (tier, weight))?;
        }
        Ok(Self { now, exchange, state, query, request, access })
    }

    /// Refuses parameters that the route did not ask for.
    pub(super) fn finish(&self) -> Result<(), Refused> {
        Ok(self.query.finish()?)
    }

    /// What the token gives.
    ///
    /// # Errors
    /// When there is none, or it is not honoured.
    pub(super) fn access(&self) -> Result<Access, Refused> {
        self.access.clone().unwrap_or_else(|| Err(Refused::unauthorized("a token is needed")))
    }

    /// The account of parameter `account_index`, which the token must open.
    pub(super) fn own_account(&mut self) -> Result<(AccountId, i64), Refused> {
        let index = self.query.required_number("account_index")?;
        self.opened(index)
    }

    /// An account that the token must open.
    pub(super) fn opened(&self, index: i64) -> Result<(AccountId, i64), Refused> {
        let access = self.access()?;
        let member = self.member(index)?;
        if !access.opens(&self.state.accounts, member) {
            return Err(Refused::unauthorized("the token is for another account"));
        }
        Ok((member.id, index))
    }

    /// An account of the venue.
    pub(super) fn member(&self, index: i64) -> Result<&Member, Refused> {
        self.state.accounts.get(index).ok_or_else(|| codes::ACCOUNT_NOT_FOUND.into())
    }

    /// Parameter `market_id`: one market, or all (255, or not sent).
    pub(super) fn market_filter(&mut self) -> Result<Option<u16>, Refused> {
        match self.query.number("market_id")? {
            None | Some(markets::ALL) => Ok(None),
            Some(index) => {
                markets::listing(self.exchange, index)?;
                Ok(u16::try_from(index).ok())
            }
        }
    }

    /// Parameter `limit`, which must be there: 1 to `most`.
    pub(super) fn limit(&mut self, most: usize) -> Result<usize, Refused> {
        let limit = self.query.required_number("limit")?;
        if (1..=most).contains(&limit) {
            return Ok(limit);
        }
        Err(Refused::parameter("limit", &format!("must be from 1 to {most}")))
    }
}
