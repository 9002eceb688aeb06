//! What the smoke test found out, as data: printed by the program, or handed to a machine as JSON.

use std::{collections::BTreeMap, time::Duration};

use mm_core::Order;
use mm_model::{Liquidity, Market, Money, Qty, Side, Timestamp};
use serde::Serialize;

use super::venue_test::CLEAN;

/// How one check went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", content = "text", rename_all = "snake_case")]
pub enum Verdict {
    /// As it should, with what was seen.
    Passed(String),
    /// Not as it should. It stays failed whatever comes later.
    Failed(String),
    /// Could not be looked at.
    Skipped(String),
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was checked.
    pub name: &'static str,
    /// How it went.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// How long it took.
    #[serde(rename = "took_us", serialize_with = "micros")]
    pub took: Duration,
}

/// Which part of the round trip an order belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Leg {
    /// The tracking limit.
    Entry,
    /// The market exit.
    Exit,
    /// Flattening after something went wrong.
    Cleanup,
}

impl Leg {
    /// The word in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Exit => "exit",
            Self::Cleanup => "cleanup",
        }
    }
}

/// One step in an order's life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// When, by our clock.
    #[serde(rename = "at_us", serialize_with = "at_micros")]
    pub at: Timestamp,
    /// The state from then on.
    pub state: &'static str,
    /// Filled by then.
    pub filled: String,
    /// What made the change.
    pub cause: String,
}

/// One fill of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FillLine {
    /// The venue's id of the trade.
    pub trade_id: String,
    /// At which price.
    pub price: String,
    /// How much.
    pub qty: String,
    /// What it cost; negative is a rebate.
    pub fee: String,
    /// What the fee was taken in.
    pub fee_asset: String,
    /// `maker` or `taker`.
    pub liquidity: &'static str,
    /// When, by the venue's clock.
    #[serde(rename = "at_us", serialize_with = "at_micros")]
    pub at: Timestamp,
}

/// One order from its making to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrderLife {
    /// Which part of the round trip.
    pub leg: Leg,
    /// Our id.
    pub client_id: u64,
    /// The venue's id.
    pub venue_id: Option<String>,
    /// `buy` or `sell`.
    pub side: String,
    /// The limit price; `None` for a market order.
    pub price: Option<String>,
    /// How much was asked for.
    pub qty: String,
    /// How much was filled.
    pub filled: String,
    /// Where it ended.
    pub state: &'static str,
    /// When it was made, by our clock.
    #[serde(rename = "created_us", serialize_with = "at_micros")]
    pub created_at: Timestamp,
    /// Its changes, oldest first.
    pub steps: Vec<Step>,
    /// Its fills.
    pub fills: Vec<FillLine>,
}

/// How long a part of the test took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LegTime {
    /// Which.
    pub name: &'static str,
    /// How long.
    #[serde(rename = "took_us", serialize_with = "micros")]
    pub took: Duration,
}

/// What one connector's test came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VenueReport {
    /// The connector's configured name.
    pub connector: String,
    /// Which market.
    pub symbol: String,
    /// Side of the entry.
    pub side: String,
    /// Size, with its asset, once it was resolved.
    pub size: Option<String>,
    /// Whether everything passed.
    pub passed: bool,
    /// Every check in the order it was made.
    pub checks: Vec<Check>,
    /// Every order in the order it was made.
    pub orders: Vec<OrderLife>,
    /// How long each part took.
    pub legs: Vec<LegTime>,
    /// Fees by asset; negative is a rebate.
    pub fees: BTreeMap<String, String>,
    /// Sold less bought in the quote asset, before fees; only when as much was sold as bought.
    pub gross: Option<String>,
    /// The quote asset.
    pub quote: Option<String>,
    /// Round trip of a small request.
    #[serde(rename = "round_trip_us", serialize_with = "some_micros")]
    pub round_trip: Option<Duration>,
    /// From handing an order to the connector to the venue's first word on it, for each order that was placed.
    #[serde(rename = "ack_us", serialize_with = "all_micros")]
    pub acks: Vec<Duration>,
    /// How often the connection was lost and found again.
    pub reconnects: u64,
    /// How long it took in all.
    #[serde(rename = "took_us", serialize_with = "micros")]
    pub took: Duration,
}

/// What the whole test came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether every connector passed.
    pub passed: bool,
    /// When it started, by our clock.
    #[serde(rename = "started_us", serialize_with = "at_micros")]
    pub started_at: Timestamp,
    /// How long it took in all.
    #[serde(rename = "took_us", serialize_with = "micros")]
    pub took: Duration,
    /// One for each connector.
    pub connectors: Vec<VenueReport>,
}

impl Report {
    /// Whether nothing of ours is known, or suspected, to be left at any venue.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let mut checks = self.connectors.iter().flat_map(|venue| &venue.checks);
        !checks.any(|check| check.name == CLEAN && matches!(check.verdict, Verdict::Failed(_)))
    }

    /// Every reason for failure, with its connector and check.
    #[must_use]
    pub fn failures(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        for venue in &self.connectors {
            for check in &venue.checks {
                if let Verdict::Failed(reason) = &check.verdict {
                    reasons.push(format!("{}: {}: {reason}", venue.connector, check.name));
                }
            }
        }
        reasons
    }
}

/// What is known of an order, written out.
pub(super) fn order_life(leg: Leg, market: &Market, order: &Order) -> OrderLife {
    let record = order.snapshot();
    let wanted = record.order();
    let steps = order
        .history()
        .into_iter()
        .map(|entry| Step {
            at: entry.at,
            state: entry.state.as_str(),
            filled: market.qty_decimal(entry.filled).to_string(),
            cause: entry.cause,
        })
        .collect();
    let fills = order
        .fills()
        .into_iter()
        .map(|fill| FillLine {
            trade_id: fill.trade_id.to_string(),
            price: market.price_decimal(fill.price).to_string(),
            qty: market.qty_decimal(fill.qty).to_string(),
            fee: fill.fee.to_string(),
            fee_asset: fill.fee_asset.to_string(),
            liquidity: match fill.liquidity {
                Liquidity::Maker => "maker",
                Liquidity::Taker => "taker",
            },
            at: fill.at,
        })
        .collect();
    OrderLife {
        leg,
        client_id: record.client_id().0,
        venue_id: record.venue_id().map(|id| id.to_string()),
        side: wanted.side.to_string(),
        price: wanted.kind.price().map(|price| market.price_decimal(price).to_string()),
        qty: market.qty_decimal(wanted.qty).to_string(),
        filled: market.qty_decimal(record.filled()).to_string(),
        state: record.state().as_str(),
        created_at: record.created_at(),
        steps,
        fills,
    }
}

/// Fees by asset, and what was sold less what was bought when the two sizes are equal.
pub(super) fn costs(market: &Market, orders: &[Order]) -> (BTreeMap<String, String>, Option<Money>) {
    let mut fees: BTreeMap<String, Money> = BTreeMap::new();
    let (mut bought, mut sold, mut gross) = (Qty::ZERO, Qty::ZERO, Money::ZERO);
    for fill in orders.iter().flat_map(Order::fills) {
        *fees.entry(fill.fee_asset.to_string()).or_default() += fill.fee;
        let worth = market.notional(fill.price, fill.qty);
        match fill.side {
            Side::Buy => {
                bought = bought.plus(fill.qty);
                gross -= worth;
            }
            Side::Sell => {
                sold = sold.plus(fill.qty);
                gross += worth;
            }
        }
    }
    let fees = fees.into_iter().map(|(asset, fee)| (asset, fee.to_string())).collect();
    (fees, (bought == sold && !bought.is_zero()).then_some(gross))
}

fn us(d: Duration) -> u64 {
    u64::try_from(d.as_micros()).unwrap_or(u64::MAX)
}

fn micros<S: serde::Serializer>(d: &Duration, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_u64(us(*d))
}

fn some_micros<S: serde::Serializer>(d: &Option<Duration>, s: S) -> Result<S::Ok, S::Error> {
    d.map(us).serialize(s)
}

fn all_micros<S: serde::Serializer>(all: &[Duration], s: S) -> Result<S::Ok, S::Error> {
    all.iter().copied().map(us).collect::<Vec<_>>().serialize(s)
}

fn at_micros<S: serde::Serializer>(at: &Timestamp, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_u64(at.us())
}
