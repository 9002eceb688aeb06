//! The body of every answer that is not a success.

use serde::{Deserialize, Serialize};

use super::Text;

/// `{"code": .., "message": ..}`. The set of codes is open, so the code stays text; [`codes`] has those that a
/// decision hangs on or that our server sends.
///
/// Witness: `fixtures/backpack/error.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError<'a> {
    #[serde(borrow)]
    pub code: Text<'a>,
    #[serde(default)]
    pub message: Text<'a>,
}

/// Codes of the venue's OpenAPI text, August 2026.
pub mod codes {
    pub const ACCOUNT_DEACTIVATED: &str = "ACCOUNT_DEACTIVATED";
    pub const ACCOUNT_LIQUIDATING: &str = "ACCOUNT_LIQUIDATING";
    pub const BORROW_LIMIT: &str = "BORROW_LIMIT";
    pub const BORROW_REQUIRES_LEND_REDEEM: &str = "BORROW_REQUIRES_LEND_REDEEM";
    pub const FORBIDDEN: &str = "FORBIDDEN";
    pub const INSUFFICIENT_FUNDS: &str = "INSUFFICIENT_FUNDS";
    pub const INSUFFICIENT_MARGIN: &str = "INSUFFICIENT_MARGIN";
    pub const INSUFFICIENT_SUPPLY: &str = "INSUFFICIENT_SUPPLY";
    pub const INVALID_ASSET: &str = "INVALID_ASSET";
    pub const INVALID_CLIENT_REQUEST: &str = "INVALID_CLIENT_REQUEST";
    pub const INVALID_MARKET: &str = "INVALID_MARKET";
    pub const INVALID_ORDER: &str = "INVALID_ORDER";
    pub const INVALID_PRICE: &str = "INVALID_PRICE";
    pub const INVALID_POSITION_ID: &str = "INVALID_POSITION_ID";
    pub const INVALID_QUANTITY: &str = "INVALID_QUANTITY";
    pub const INVALID_RANGE: &str = "INVALID_RANGE";
    pub const INVALID_SIGNATURE: &str = "INVALID_SIGNATURE";
    pub const INVALID_SOURCE: &str = "INVALID_SOURCE";
    pub const INVALID_SYMBOL: &str = "INVALID_SYMBOL";
    pub const LEND_LIMIT: &str = "LEND_LIMIT";
    pub const MAINTENANCE: &str = "MAINTENANCE";
    pub const MAX_LEVERAGE_REACHED: &str = "MAX_LEVERAGE_REACHED";
    pub const NOT_IMPLEMENTED: &str = "NOT_IMPLEMENTED";
    pub const ORDER_LIMIT: &str = "ORDER_LIMIT";
    pub const POSITION_LIMIT: &str = "POSITION_LIMIT";
    pub const PRECONDITION_FAILED: &str = "PRECONDITION_FAILED";
    pub const RESOURCE_NOT_FOUND: &str = "RESOURCE_NOT_FOUND";
    pub const SERVER_ERROR: &str = "SERVER_ERROR";
    pub const TIMEOUT: &str = "TIMEOUT";
    pub const TOO_EARLY: &str = "TOO_EARLY";
    pub const TOO_MANY_REQUESTS: &str = "TOO_MANY_REQUESTS";
    pub const TRADING_PAUSED: &str = "TRADING_PAUSED";
    pub const UNAUTHORIZED: &str = "UNAUTHORIZED";
    /// In no document; clients met it with HTTP 503.
    pub const SERVICE_UNAVAILABLE: &str = "SERVICE_UNAVAILABLE";
}
