//! The words of the control surface, as they are written in JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{config::VenueKind, crowd::CrowdAction};

/// The truth about every account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The world's time.
    pub time_ns: u64,
    /// By venue, then by account.
    pub venues: BTreeMap<String, BTreeMap<String, AccountState>>,
}

/// The truth about one account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountState {
    /// What it owns, free and held together, by asset.
    pub balances: BTreeMap<String, String>,
    /// Signed sizes by symbol; flat markets are left out.
    pub positions: BTreeMap<String, String>,
    /// What rests, oldest first.
    pub open_orders: Vec<OpenOrderRow>,
    /// What was filled, oldest first.
    pub fills: Vec<FillRow>,
}

/// A resting order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenOrderRow {
    /// The venue's id.
    pub venue_id: String,
    /// The client's id.
    pub client_id: Option<u64>,
    /// Symbol.
    pub market: String,
    /// `buy` or `sell`.
    pub side: String,
    /// Limit.
    pub price: String,
    /// Whole size.
    pub size: String,
    /// Filled so far.
    pub filled: String,
}

/// One side of a trade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FillRow {
    /// The venue's id of the trade.
    pub trade_id: String,
    /// The client's id of the order.
    pub client_id: Option<u64>,
    /// Symbol.
    pub market: String,
    /// `buy` or `sell`.
    pub side: String,
    /// Price.
    pub price: String,
    /// Size.
    pub size: String,
    /// Fee in the quote asset; negative is a rebate.
    pub fee: String,
    /// Whether the order was resting.
    pub maker: bool,
    /// When.
    pub time_ns: u64,
}

/// An order that an engine admitted, with what it came to. Two of one client id are an order that was doubled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdmittedRow {
    /// The client's id.
    pub client_id: Option<u64>,
    /// Symbol.
    pub market: String,
    /// `buy` or `sell`.
    pub side: String,
    /// Size that was asked for, or that its owner last changed it to.
    pub size: String,
    /// Filled so far.
    pub filled: String,
    /// Whether more of it can be filled.
    pub live: bool,
}

/// Every order that was ever admitted, by venue and account, oldest first.
pub type Admitted = BTreeMap<String, BTreeMap<String, Vec<AdmittedRow>>>;

/// What a market's crowd is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrowdCommand {
    /// Venue.
    pub venue: VenueKind,
    /// Symbol.
    pub market: String,
    /// What to do.
    #[serde(rename = "do")]
    pub action: CrowdAction,
}

/// A counterparty's limit order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CounterOrder {
    /// Venue.
    pub venue: VenueKind,
    /// Account name.
    pub account: String,
    /// Symbol.
    pub market: String,
    /// `buy` or `sell`.
    pub side: String,
    /// Decimal text.
    pub price: String,
    /// Decimal text.
    pub size: String,
}

/// What became of a counterparty's order at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// The exchange's id.
    pub venue_id: String,
    /// Filled on arrival.
    pub filled: String,
    /// Whether the rest is on the book.
    pub resting: bool,
}

/// Moves a world's own clock on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockCommand {
    /// By how many milliseconds.
    pub advance_ms: u64,
}

/// Why the control surface did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// The request makes no sense.
    #[error("{0}")]
    BadRequest(String),
    /// No such venue, market or account.
    #[error("{0}")]
    NotFound(String),
    /// Not in this state of the world.
    #[error("{0}")]
    Conflict(String),
}
