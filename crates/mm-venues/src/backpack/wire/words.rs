//! The words that decisions hang on. An unknown one is a decode error that names it.

use serde::{Deserialize, Serialize};

/// Bid or ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    Bid,
    Ask,
}

impl From<Side> for mm_model::Side {
    fn from(side: Side) -> Self {
        match side {
            Side::Bid => Self::Buy,
            Side::Ask => Self::Sell,
        }
    }
}

impl From<mm_model::Side> for Side {
    fn from(side: mm_model::Side) -> Self {
        match side {
            mm_model::Side::Buy => Self::Bid,
            mm_model::Side::Sell => Self::Ask,
        }
    }
}

/// As REST writes it; the streams write [`StreamOrderType`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderType {
    Limit,
    Market,
}

/// As the streams write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum StreamOrderType {
    Limit,
    Market,
}

impl From<OrderType> for StreamOrderType {
    fn from(kind: OrderType) -> Self {
        match kind {
            OrderType::Limit => Self::Limit,
            OrderType::Market => Self::Market,
        }
    }
}

/// How long an order may rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TimeInForce {
    /// The venue's default.
    #[default]
    Gtc,
    Ioc,
    Fok,
}

impl From<TimeInForce> for mm_model::TimeInForce {
    fn from(word: TimeInForce) -> Self {
        match word {
            TimeInForce::Gtc => Self::Gtc,
            TimeInForce::Ioc => Self::Ioc,
            TimeInForce::Fok => Self::Fok,
        }
    }
}

impl From<mm_model::TimeInForce> for TimeInForce {
    fn from(word: mm_model::TimeInForce) -> Self {
        match word {
            mm_model::TimeInForce::Gtc => Self::Gtc,
            mm_model::TimeInForce::Ioc => Self::Ioc,
            mm_model::TimeInForce::Fok => Self::Fok,
        }
    }
}

/// What happens when an order meets one of its own account. The clients also know `Allow`; the venue's page does
/// not, so a request with it is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SelfTradePrevention {
    /// The venue's default.
    #[default]
    RejectTaker,
    RejectMaker,
    RejectBoth,
}

impl From<SelfTradePrevention> for mm_model::SelfTrade {
    fn from(word: SelfTradePrevention) -> Self {
        match word {
            SelfTradePrevention::RejectTaker => Self::RejectTaker,
            SelfTradePrevention::RejectMaker => Self::RejectMaker,
            SelfTradePrevention::RejectBoth => Self::RejectBoth,
        }
    }
}

/// Where an order stands: the same words over REST and streams (venue's OpenAPI text, August 2026).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    New,
    PartiallyFilled,
    Filled,
    Cancelled,
    Expired,
    TriggerPending,
    TriggerFailed,
    /// Known to the venue's Rust client alone (0.21.0): a conditional order that became live.
    Triggered,
}

/// What an order message tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OrderEvent {
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderFill,
    /// The venue shrank a resting reduce-only order.
    OrderModified,
    TriggerPlaced,
    TriggerFailed,
}
