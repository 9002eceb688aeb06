//! Refusals: their body, and the venue's codes.

use serde::{Deserialize, Serialize};

use super::{Text, lenient};

/// The body of every refusal over REST, and of one on the legacy socket. The specification's examples also show a
/// `request_id`; real ones have none, and the venue's own client breaks on it, so it is neither read nor written.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "GrvtError")]
pub struct ApiError<'a> {
    #[serde(deserialize_with = "lenient::number")]
    pub code: u32,
    #[serde(borrow, default, deserialize_with = "lenient::or_default")]
    pub message: Text<'a>,
    /// The HTTP status once more.
    #[serde(default, deserialize_with = "lenient::number")]
    pub status: u16,
}

/// The error in a frame of JSON-RPC.
///
/// Witness: `fixtures/grvt/rpc_error.json`, `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "Error")]
pub struct RpcError<'a> {
    #[serde(deserialize_with = "lenient::number")]
    pub code: u32,
    #[serde(borrow, default, deserialize_with = "lenient::or_default")]
    pub message: Text<'a>,
}

/// One of the venue's codes.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    pub number: u32,
    /// The HTTP status that goes with it.
    pub status: u16,
    /// What it means, in our words; in the venue's where clients are known to look at them.
    pub text: &'static str,
}

impl From<Code> for ApiError<'_> {
    fn from(code: Code) -> Self {
        Self { code: code.number, message: Text::new(code.text), status: code.status }
    }
}

impl From<Code> for RpcError<'_> {
    fn from(code: Code) -> Self {
        Self { code: code.number, message: Text::new(code.text) }
    }
}

/// The codes that a decision hangs on or that our server sends. Numbers and statuses are the specification's, and a
/// test compares them with `fixtures/grvt/error-codes.tsv`.
pub mod codes {
    use super::Code;

    /// Defines the codes, and `ALL` of them.
    macro_rules! codes {
        ($($name:ident = $number:literal $status:literal $text:literal;)+) => {
            $(pub const $name: Code = Code { number: $number, status: $status, text: $text };)+

            /// Every code that has a name here, in the order of the numbers.
            pub const ALL: &[Code] = &[$($name),+];
        };
    }

    codes! {
        UNAUTHENTICATED = 1000 401 "You need to authenticate prior to using this functionality";
        FORBIDDEN = 1001 403 "this account may not do that";
        INTERNAL = 1002 500 "internal server error";
        MALFORMED = 1003 400 "malformed request";
        NOT_FOUND = 1004 404 "Data Not Found";
        UNKNOWN = 1005 500 "unknown error";
        RATE_LIMIT = 1006 429 "rate limit of the account's tier exceeded";
        IP_NOT_ALLOWED = 1008 401 "this address is not on the key's list";
        SWITCHED_OFF = 1009 503 "endpoint is switched off for now";
        WRONG_CHAIN = 1012 400 "signature is for another chain id";
        SELECTOR_FORM = 1101 400 "selector is not of the form primary@secondary";
        SELECTOR_PRIMARY = 1102 400 "wrong number of primary parts in the selector";
        SELECTOR_SECONDARY = 1103 400 "wrong number of secondary parts in the selector";
        SIGNER_MAY_NOT_TRADE = 1400 403 "signer may not trade";
        SIGNER_UNAUTHORIZED = 2000 403 "signer is not authorized for the sub-account";
        SIGNATURE_EXPIRED = 2001 403 "signature has expired";
        SIGNATURE_MISMATCH = 2002 403 "Signature does not match payload";
        FOREIGN_SUB_ACCOUNT = 2003 403 "sub-account is not of the logged-in account";
        SESSION_KEY_EXPIRED = 2004 403 "signature is of a session key that has expired";
        SIGNATURE_V = 2005 403 "signature v must be 27 or 28";
        SIGNATURE_R_S = 2006 403 "signature r and s must have 64 hexadecimal digits";
        SIGNATURE_HIGH_S = 2007 403 "signature s must be in the lower half of the curve's order";
        SIGNATURE_TOO_LONG = 2008 403 "signature is valid for too long";
        ORDER_ID_GIVEN = 2010 400 "a new order must not have an order id";
        CLIENT_ID_MISSING = 2011 400 "Client Order ID should be supplied when creating an order";
        CLIENT_ID_TAKEN = 2012 400 "client order id is that of an active order";
        MARKET_WITH_PRICE = 2020 400 "a market order must not have a limit price";
        LIMIT_WITHOUT_PRICE = 2021 400 "a limit order must have a limit price";
        TIME_IN_FORCE = 2030 400 "time in force is not for the order book";
        RFQ_TIME_IN_FORCE = 2031 400 "time in force is not for rfq";
        POST_ONLY_TIME_IN_FORCE = 2032 400 "post only needs a resting time in force";
        NO_LEG = 2040 400 "an order needs a leg";
        LEGS_UNSORTED = 2041 400 "legs are not sorted";
        TOO_MANY_LEGS = 2042 400 "the order book takes one leg only";
        STATE_GIVEN = 2050 400 "a new order must not have a state";
        EXECUTION_GIVEN = 2051 400 "a new order must not have execution metadata";
        INSTRUMENT_INACTIVE = 2060 400 "instrument is not active";
        INSTRUMENT_UNSUPPORTED = 2061 400 "instrument is not supported";
        BELOW_MIN_SIZE = 2062 400 "size is below the instrument's minimum";
        BELOW_MIN_BLOCK = 2063 400 "size is below the minimum of block trades";
        OFF_TICK = 2064 400 "limit price is not on the tick";
        SIZE_TOO_FINE = 2065 400 "size is finer than the instrument's step";
        BELOW_MIN_NOTIONAL = 2066 400 "order is below the instrument's minimum notional";
        REDUCE_BELOW_MIN_NOTIONAL = 2067 400 "reducing order is below the instrument's minimum notional";
        NOT_ENOUGH_MARGIN = 2080 400 "not enough margin for the order";
        MAX_POSITION = 2081 400 "order would exceed the maximum position";
        PRE_ORDER_CHECK = 2082 400 "check before the order failed";
        MAX_POSITION_OF_LEVERAGE = 2083 400 "order would exceed the maximum position at this leverage";
        POST_ORDER_CHECK = 2084 400 "check after the order failed";
        TOO_MANY_ORDERS = 2090 429 "too many open orders";
        LEVERAGE_INVALID = 2100 400 "leverage is invalid";
        LEVERAGE_OF_VAULT = 2101 400 "leverage of a vault is fixed";
        MARGIN_TYPE_POSITION = 2102 400 "margin type cannot change with an open position";
        MARGIN_TYPE_ORDERS = 2103 400 "margin type cannot change with open orders";
        MARGIN_TYPE_UNSUPPORTED = 2104 400 "margin type is not supported";
        MARGIN_TYPE_REFUSED = 2105 400 "margin type cannot change";
        LEVERAGE_TOO_LOW = 2107 400 "leverage is below the minimum";
        LEVERAGE_TOO_HIGH = 2108 400 "leverage is above the maximum";
        TRIGGER_BY_INVALID = 2110 400 "trigger_by is invalid";
        TRIGGER_BY_UNSUPPORTED = 2111 400 "trigger_by is not supported";
        TRIGGER_INVALID = 2112 400 "trigger order is invalid";
        TRIGGER_PRICE_ZERO = 2113 400 "trigger price must not be zero";
        TRIGGER_NOT_REDUCING = 2114 400 "an order that closes the position must be reduce only";
        BULK_BOTH_ID_LISTS = 2233 400 "give order ids or client order ids, not both";
        BULK_MIXED_INSTRUMENTS = 2234 400 "bulk orders must be for one instrument";
        BULK_TOO_MANY = 2235 400 "too many orders at once";
        BULK_TRIGGER = 2236 400 "trigger orders cannot be sent in bulk";
        BULK_NOT_API = 2237 400 "bulk orders are for the api only";
        CANCEL_TTL_OFF = 2300 400 "cancels cannot wait for their order now";
        CANCEL_TTL_TOO_LONG = 2301 400 "a cancel may wait 5 seconds for its order at most";
        REDUCE_ONLY_NO_POSITION = 2400 400 "Reduce only order with no position";
        REDUCE_ONLY_INCREASES = 2401 400 "reduce only order would increase the position";
        REDUCE_ONLY_TOO_BIG = 2402 400 "reduce only order is bigger than the position";
        BULK_REPLACE_COUNT = 2413 400 "as many cancels as orders are needed to replace";
        INSTRUMENT_INVALID = 3000 400 "instrument is invalid";
        STREAM_NOT_FOUND = 3001 400 "Stream handler not found";
        LIMIT_OUT_OF_RANGE = 3011 400 "limit is out of range";
        LIMIT_NOT_LISTED = 3013 400 "limit is none of the supported ones";
        SUB_ACCOUNT_INVALID = 3020 400 "sub-account id must be an unsigned 64-bit number";
        NO_ORDER_ID = 3021 400 "an order id or a client order id is needed";
        RATE_INVALID = 3030 400 "feed rate is invalid";
        DEPTH_INVALID = 3031 400 "depth is invalid";
        INTERVAL_INVALID = 3040 400 "candle interval is invalid";
        CANDLE_TYPE_INVALID = 3041 400 "candle type is invalid";
        COUNTDOWN_TOO_LONG = 6000 400 "countdown must be 300 seconds at most";
        OUTSIDE_PRICE_BAND = 7201 400 "limit price is outside the protection band";
        ONLY_REDUCE_ONLY = 7304 400 "only reduce only orders are allowed on this asset now";
    }

    /// The code with this number, if it has a name here.
    #[must_use]
    pub fn by_number(number: u32) -> Option<Code> {
        ALL.binary_search_by_key(&number, |code| code.number).ok().and_then(|at| ALL.get(at)).copied()
    }
}
