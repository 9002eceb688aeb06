//! What the venue says when it says no: one table from our exchange's reasons to its codes and words.
//!
//! Codes and texts are facts of the documentation, of the venue's FAQ or of clients that met them (read
//! 2026-11) unless marked "chosen": there the wire is not known and the choice is ours.

use mm_exchange::{Expiry, Reject};

use crate::server::params::ParamError;

/// A refusal on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refused {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// A request that cannot be what the client meant.
    pub(super) fn client(message: impl Into<String>) -> Self {
        Self::new(400, "INVALID_CLIENT_REQUEST", message)
    }

    /// A body that does not parse.
    pub(super) fn payload(why: impl std::fmt::Display) -> Self {
        Self::client(format!("parse request payload error: {why}"))
    }

    /// A parameter of the query that does not parse.
    pub(super) fn parameter(name: &str, why: &str) -> Self {
        Self::client(format!("failed to parse parameter `{}`: {why}", shown(name)))
    }

    /// An order that contradicts itself.
    pub(super) fn order(message: impl Into<String>) -> Self {
        Self::new(400, "INVALID_ORDER", message)
    }

    /// Something the simulated venue does not have.
    pub(super) fn not_implemented(what: &str) -> Self {
        Self::new(501, "NOT_IMPLEMENTED", format!("{what}: not simulated"))
    }

    /// An order that asks for something the simulated venue does not have. Not a 5xx: that would leave its outcome
    /// open.
    pub(super) fn order_not_simulated(what: &str) -> Self {
        Self { status: 400, ..Self::not_implemented(what) }
    }

    /// An order, a position or a path that is not there.
    pub(super) fn not_found() -> Self {
        Self::new(404, "RESOURCE_NOT_FOUND", "Not Found")
    }

    /// A good signature by a key that has no account here.
    pub(super) fn unknown_key() -> Self {
        Self::new(401, "UNAUTHORIZED", "Unauthorized") // words chosen
    }

    /// A market that is not listed.
    pub(super) fn symbol() -> Self {
        Self::new(400, "INVALID_SYMBOL", "Invalid symbol") // chosen
    }
}

/// Parameters that cannot be read.
impl From<ParamError> for Refused {
    fn from(error: ParamError) -> Self {
        match error {
            ParamError::Form(error) => Self::client(error.to_string()),
            ParamError::Parameter { name, why } => Self::parameter(&name, &why),
        }
    }
}

/// The matching engine's no in the venue's words.
impl From<Reject> for Refused {
    fn from(reject: Reject) -> Self {
        let (status, code, message) = match reject {
            Reject::NoSuchMarket => return Self::symbol(),
            Reject::NoSuchAccount => return Self::unknown_key(),
            Reject::NotTrading => (400, "TRADING_PAUSED", "Trading is paused"), // chosen
            Reject::Size | Reject::Position => {
                (400, "INVALID_QUANTITY", "Quantity is below the minimum allowed value")
            } // code chosen
            Reject::Price => (400, "INVALID_PRICE", "Invalid price"),           // chosen
            Reject::Notional => (400, "INVALID_ORDER", "Order value is too small"), // chosen: the venue has no such rule
            Reject::Band => (400, "INVALID_PRICE", "Price is too far from the last active price"),
            Reject::WouldMatch => (400, "INVALID_ORDER", "Order would immediately match and take"),
            Reject::Funds => (400, "INSUFFICIENT_FUNDS", "Insufficient funds"), // words chosen
            Reject::Margin => (400, "INSUFFICIENT_MARGIN", "Insufficient margin"), // words chosen
            Reject::NothingToReduce => (400, "INVALID_ORDER", "Reduce only order not reduced"), // chosen
            Reject::NoLiquidity => (400, "INVALID_ORDER", "No liquidity for market order"), // code chosen
            Reject::DuplicateClientId => (400, "INVALID_ORDER", "Duplicate client id"), // chosen
            Reject::NoSuchOrder => return Self::not_found(),
            Reject::OrderLimit => (400, "ORDER_LIMIT", "Too many open orders"), // words chosen
            Reject::Flags | Reject::TooLate => (400, "INVALID_ORDER", "Invalid order"),
        };
        Self::new(status, code, message)
    }
}

/// Why an order left the book, in the words of the venue's `expiryReason`.
pub(super) const fn expiry_reason(expiry: Expiry) -> &'static str {
    match expiry {
        Expiry::ImmediateOrCancel => "ImmediateOrCancel",
        Expiry::FillOrKill => "FillOrKill",
        Expiry::InsufficientLiquidity => "InsufficientLiquidity",
        Expiry::SelfTrade => "SelfTradePrevention",
        Expiry::NotReducing => "ReduceOnlyNotReduced",
        Expiry::Margin => "InsufficientMargin",
        Expiry::Liquidation => "Liquidation",
        // Words chosen from here on: of conditions that this venue's server half does not take.
        Expiry::Slippage => "Slippage",
        Expiry::PostOnly => "PostOnlyTaker",
        Expiry::Balance => "InsufficientFunds",
        Expiry::Position => "PositionLimit",
        Expiry::Time => "Expired",
        Expiry::OneCancelsOther | Expiry::Child => "RelatedOrder",
        Expiry::Refused(_) => "Rejected",
    }
}

/// At most 40 characters of a client's text: a refusal must not echo a megabyte.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}
