//! What the gate holds orders to, as plain numbers. `None` is no limit; every limit may be reached and not be exceeded.
//!
//! The **unit of account** is a dollar: amounts in any of [`Limits::quotes`] are added up one for one, whatever their price
//! in each other is at the moment. An order on a market with another quote is denied wherever its worth would be needed.

use std::{collections::BTreeMap, time::Duration};

use mm_model::{Decimal, Money, Rate};

use super::Mode;

/// All limits of a process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Quote assets that count as one unit of account each.
    pub quotes: Vec<String>,
    /// Most that all positions, with all open orders of each market's worse side filled, may be worth, in units of account.
    pub gross_notional_max: Option<Money>,
    /// What happens when too much is lost.
    pub losses: LossLimits,
    /// By the connector's name.
    pub connectors: BTreeMap<String, ConnectorLimits>,
    /// Of connectors that are not named there.
    pub other: ConnectorLimits,
}

/// When own fills have lost too much; reaching a limit trips it. Deposits and transfers do not move what is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LossLimits {
    /// Lost since midnight UTC: realised, unrealised at mid, fees included; in units of account.
    pub daily_max: Option<Money>,
    /// Lost since the best moment ever, which outlives a restart with [`RiskState`](super::RiskState).
    pub drawdown_max: Option<Money>,
    /// The mode that either leads to.
    pub then: Mode,
}

/// Limits of one connector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectorLimits {
    /// Whose orders it places: connectors of one account must not trade with each other. Empty: its own alone.
    pub account: String,
    /// Orders that are, or may be, live.
    pub open_orders_max: Option<u32>,
    /// Orders and modifications in any one second. Cancels are not counted.
    pub messages_per_second_max: Option<u32>,
    /// Orders and modifications in any one minute. Cancels are not counted.
    pub messages_per_minute_max: Option<u32>,
    /// Orders that the venue refuses in a row, until the mode below. Post-only orders that would have matched, and limits of
    /// rate, are not counted: they are part of the game.
    pub rejects_max: Option<u32>,
    /// The mode that they lead to.
    pub then: Mode,
    /// How far our clock may be off the venue's.
    pub clock_skew_max: Option<Duration>,
    /// Of its markets that are not named below.
    pub market: MarketLimits,
    /// By symbol, in whatever case.
    pub markets: BTreeMap<String, MarketLimits>,
    /// Those of `markets` that somebody named to hold them to something: the venue must list them, or what was meant for them
    /// would hold for nobody.
    pub named: Vec<String>,
}

/// Limits of one market.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketLimits {
    /// Whether orders may be placed at all.
    pub is_allowed: bool,
    /// How far beyond the touch on either side, and from a fresh mark price, a price may lie, as a share of it.
    pub collar: Option<Rate>,
    /// Size of one order, in the base asset.
    pub order_size_max: Option<Decimal>,
    /// Worth of one order, in units of account.
    pub order_notional_max: Option<Money>,
    /// Size of the position with all open orders of one side filled, in the base asset.
    pub position_size_max: Option<Decimal>,
    /// Its worth, in units of account.
    pub position_notional_max: Option<Money>,
    /// An order like one that was placed less than this ago (side, price, size) is denied, unless that one is over and
    /// nothing of it was filled.
    pub duplicate_within: Option<Duration>,
    /// Whether an order that would match a resting one of the same account is sent all the same.
    pub may_self_trade: bool,
    /// Whether reduce-only orders are denied that cannot reduce anything that we know of.
    pub checks_reduce_only: bool,
    /// So many orders executed within a time without anybody looking lead to a mode.
    pub repeats: Option<Repeats>,
}

/// See [`MarketLimits::repeats`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeats {
    /// Orders of which something was filled.
    pub executions: u32,
    /// Within this time.
    pub within: Duration,
    /// The mode that they lead to.
    pub then: Mode,
}

impl Default for LossLimits {
    fn default() -> Self {
        Self { daily_max: None, drawdown_max: None, then: Mode::Halted }
    }
}

impl Default for ConnectorLimits {
    fn default() -> Self {
        Self {
            account: String::new(),
            open_orders_max: None,
            messages_per_second_max: None,
            messages_per_minute_max: None,
            rejects_max: None,
            then: Mode::Reducing,
            clock_skew_max: None,
            market: MarketLimits::default(),
            markets: BTreeMap::new(),
            named: Vec::new(),
        }
    }
}

impl Default for MarketLimits {
    /// None.
    fn default() -> Self {
        Self {
            is_allowed: true,
            collar: None,
            order_size_max: None,
            order_notional_max: None,
            position_size_max: None,
            position_notional_max: None,
            duplicate_within: None,
            may_self_trade: true,
            checks_reduce_only: false,
            repeats: None,
        }
    }
}

impl Limits {
    /// Of a connector.
    #[must_use]
    pub fn connector(&self, name: &str) -> &ConnectorLimits {
        self.connectors.get(name).unwrap_or(&self.other)
    }

    /// Of a market of a connector.
    #[must_use]
    pub fn market(&self, connector: &str, symbol: &str) -> &MarketLimits {
        let connector = self.connector(connector);
        let named = connector.markets.iter().find(|(name, _)| name.eq_ignore_ascii_case(symbol));
        named.map_or(&connector.market, |(_, limits)| limits)
    }
}
