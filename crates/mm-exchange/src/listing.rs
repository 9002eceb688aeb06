//! A market as the exchange lists it.

use mm_model::{Market, Price, Rate};

/// A market with what only the exchange needs of it.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The market; its id is set by [`Exchange::list`](crate::Exchange::list).
    pub market: Market,
    /// What the exchange starts to mark it at.
    pub start: Price,
    /// Fee of a resting order; negative is a rebate.
    pub maker_fee: Rate,
    /// Fee of an arriving order.
    pub taker_fee: Rate,
    /// Initial margin as a fraction of notional (perpetuals).
    pub initial_margin: Rate,
    /// Maintenance margin as a fraction of notional (perpetuals).
    pub maintenance_margin: Rate,
    /// How far a limit may be from the mark, as a fraction; `None`: no band.
    pub band: Option<Rate>,
    /// How often funding is paid (perpetuals).
    pub funding_interval: std::time::Duration,
}
