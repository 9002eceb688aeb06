//! What a route is given: the request's parts, the exchange, and what the venue itself keeps.

use std::collections::BTreeMap;

use mm_exchange::{AccountId, Exchange, Listing};
use mm_model::{Market, MarketId, MarketKind, Timestamp};

use super::{Switches, errors::Refused, intervals::INTERVALS};
use crate::server::{candles::MarketCandles, params::Params};

/// Settings of an account that this venue only remembers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Settings {
    pub(super) auto_borrow_settlements: bool,
    pub(super) auto_lend: bool,
    pub(super) auto_repay_borrows: bool,
}

/// What the venue keeps besides the exchange.
#[derive(Debug)]
pub(super) struct Records {
    pub(super) switches: Switches,
    pub(super) settings: BTreeMap<AccountId, Settings>,
    pub(super) candles: MarketCandles,
}

impl Records {
    pub(super) const fn new(switches: Switches) -> Self {
        Self { switches, settings: BTreeMap::new(), candles: MarketCandles::new(INTERVALS) }
    }
}

/// One request on its way through a route.
pub(super) struct Call<'a> {
    pub(super) now: Timestamp,
    pub(super) exchange: &'a mut Exchange,
    pub(super) records: &'a mut Records,
    pub(super) query: Params,
    pub(super) body: &'a [u8],
}

impl Call<'_> {
    /// Refuses parameters that the route did not ask for.
    pub(super) fn finish(&self) -> Result<(), Refused> {
        Ok(self.query.finish()?)
    }

    /// The listing of the symbol in parameter `symbol`, which must be there.
    pub(super) fn symbol(&mut self) -> Result<Listing, Refused> {
        let symbol = self.query.required("symbol")?;
        listing(self.exchange, &symbol).cloned()
    }

    /// The listing of the symbol in parameter `symbol`, if it was sent.
    pub(super) fn symbol_filter(&mut self) -> Result<Option<MarketId>, Refused> {
        let symbol = self.query.optional("symbol");
        symbol.map(|symbol| Ok(listing(self.exchange, &symbol)?.market.id)).transpose()
    }

    /// Parameter `limit`: rows of an answer, 100 unless told, 1 to `max`.
    pub(super) fn limit(&mut self, max: usize) -> Result<usize, Refused> {
        let limit = self.query.number("limit")?.unwrap_or(100);
        if (1..=max).contains(&limit) {
            return Ok(limit);
        }
        Err(Refused::parameter("limit", &format!("must be from 1 to {max}")))
    }

    /// Parameter `offset`: rows to skip.
    pub(super) fn offset(&mut self) -> Result<usize, Refused> {
        Ok(self.query.number("offset")?.unwrap_or(0))
    }

    /// The kinds of market in parameter `marketType` (a list); empty: all.
    pub(super) fn kinds(&mut self) -> Result<Kinds, Refused> {
        let mut kinds = Kinds::default();
        for word in self.query.all("marketType") {
            kinds.any = false;
            match word.as_str() {
                "SPOT" => kinds.spot = true,
                "PERP" => kinds.perpetual = true,
                // The venue has these kinds, this exchange lists none of them.
                "IPERP" | "DATED" | "PREDICTION" | "RFQ" => {}
                _ => return Err(Refused::parameter("marketType", "unknown market type")),
            }
        }
        Ok(kinds)
    }
}

/// Which kinds of market were asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kinds {
    any: bool,
    spot: bool,
    perpetual: bool,
}

impl Default for Kinds {
    fn default() -> Self {
        Self { any: true, spot: false, perpetual: false }
    }
}

impl Kinds {
    /// Whether a market was asked for.
    pub(super) const fn has(self, market: &Market) -> bool {
        self.any
            || match market.kind {
                MarketKind::Spot => self.spot,
                MarketKind::Perpetual => self.perpetual,
            }
    }
}

/// The listing of a symbol.
pub(super) fn listing<'a>(exchange: &'a Exchange, symbol: &str) -> Result<&'a Listing, Refused> {
    exchange
        .markets()
        .by_symbol(symbol)
        .and_then(|market| exchange.listing(market.id))
        .ok_or_else(Refused::symbol)
}
