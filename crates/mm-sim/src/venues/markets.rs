//! Tables of markets, written as a person reads them, and what they become.

use std::time::Duration;

use mm_exchange::Listing;
use mm_model::{Decimal, Market, MarketId, MarketKind, Qty, Rate, TradingState};

/// One line of a venue's table.
#[derive(Clone, Copy)]
pub(super) struct Line {
    pub(super) symbol: &'static str,
    pub(super) base: &'static str,
    pub(super) quote: &'static str,
    pub(super) kind: MarketKind,
    pub(super) tick: &'static str,
    pub(super) lot: &'static str,
    pub(super) min_size: &'static str,
    pub(super) start: &'static str,
    /// In basis points; negative is a rebate.
    pub(super) maker_bps: &'static str,
    /// In basis points.
    pub(super) taker_bps: &'static str,
}

impl Line {
    /// Whether it is a spot market.
    pub(super) fn is_spot(&self) -> bool {
        self.kind == MarketKind::Spot
    }
}

/// Initial margin of every perpetual: 5 % (chosen; endpoints-file page).
const INITIAL_MARGIN: Rate = Rate(50_000_000);
/// Maintenance margin of every perpetual: 3 % (chosen; endpoints-file page).
const MAINTENANCE_MARGIN: Rate = Rate(30_000_000);
/// How far a limit may be from the mark: 90 %, so that only a slip of the decimal point is refused (chosen).
const BAND: Rate = Rate(900_000_000);

/// The listing that a line means.
///
/// # Panics
/// When the table has a slip in it; a test reads every table.
pub(super) fn listing(line: &Line, funding_interval: Duration) -> Listing {
    let decimal = |text: &str| Decimal::parse(text).expect("the tables hold plain decimals");
    let rate = |text: &str| Rate::from_basis_points(decimal(text)).expect("the tables hold basis points");
    let mut market = Market {
        id: MarketId(0),
        symbol: line.symbol.into(),
        base: line.base.into(),
        quote: line.quote.into(),
        kind: line.kind,
        trading: TradingState::Open,
        tick: decimal(line.tick),
        lot: decimal(line.lot),
        min_qty: Qty(1),
        max_qty: None,
        min_notional: None,
    };
    market.min_qty = market.qty(line.min_size).expect("smallest sizes are whole lots");
    let start = market.price(line.start).expect("start prices lie on a tick");
    Listing {
        market,
        start,
        maker_fee: rate(line.maker_bps),
        taker_fee: rate(line.taker_bps),
        initial_margin: INITIAL_MARGIN,
        maintenance_margin: MAINTENANCE_MARGIN,
        band: Some(BAND),
        funding_interval,
    }
}
