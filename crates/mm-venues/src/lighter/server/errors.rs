//! What the venue says when it says no: HTTP 400 with a code and its text, but for too many requests (429) and for
//! what the simulated venue does not have (501).
//!
//! Codes and texts are those of the venue's page of error codes (July 2026); which code goes with which case is
//! written nowhere and follows from their names.

use crate::{lighter::sign::Refusal, server::params::ParamError};

/// A refusal on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) status: u16,
    pub(super) code: i64,
    pub(super) message: String,
}

/// Declares the codes that are sent, each with the venue's text.
macro_rules! codes {
    ($($name:ident = $code:literal $text:literal,)+) => {
        $(pub(super) const $name: i64 = $code;)+

        /// Every code with its text.
        pub(super) const TEXTS: &[(i64, &str)] = &[$(($code, $text)),+];
    };
}

codes! {
    INVALID_PARAM = 20001 "invalid param",
    ACCOUNT_NOT_FOUND = 21100 "account not found",
    INVALID_ACCOUNT_INDEX = 21102 "invalid account index",
    INVALID_L1_ADDRESS = 21103 "invalid account l1 address",
    INVALID_NONCE = 21104 "invalid nonce",
    BATCH_NONCE = 21105 "batch transaction nonce is not increasing",
    INVALID_TO_ACCOUNT = 21106 "invalid ToAccount",
    INVALID_PUBLIC_KEY = 21108 "invalid PublicKey,please run changePubKey",
    API_KEY_NOT_FOUND = 21109 "api key not found",
    INVALID_API_KEY_INDEX = 21110 "invalid api key index",
    INVALID_MARGIN_FRACTION = 21113 "invalid initial margin fraction",
    INVALID_SIGNATURE = 21120 "invalid signature",
    BATCH_OWNERS = 21121 "all transactions in the batch must have use same account and apikey",
    INVALID_ROUTE = 21124 "invalid route type",
    TOO_MANY_SUB_ACCOUNTS = 21129 "too many sub accounts",
    MARGIN_MODE_IN_USE = 21132 "margin mode change on a market with position or open order is not allowed",
    INVALID_RISK_CHANGE = 21133 "invalid risk change",
    INVALID_FEE = 21134 "invalid fee",
    INVALID_ASSET_AMOUNT = 21300 "invalid asset amount",
    NOT_ENOUGH_COLLATERAL = 21301 "not enough collateral",
    NOT_ENOUGH_BALANCE = 21304 "not enough asset balance",
    TX_NOT_FOUND = 21500 "transaction not found",
    INVALID_TX_INFO = 21501 "invalid tx info",
    FAIL_TO_L1_SIGNATURE = 21504 "fail to l1 signature",
    UNSUPPORTED_TX_TYPE = 21505 "unsupported tx type",
    BATCH_LENGTHS = 21513 "TxInfos and TxTypes should have the same length",
    BATCH_TOO_LONG = 21514 "maximum 50 transactions allowed per batch",
    INACTIVE_CANCEL = 21600 "given order is not an active limit order",
    INVALID_MARKET_INDEX = 21602 "invalid market index",
    INVALID_MARKET_STATUS = 21605 "invalid market status",
    INVALID_MARGIN_MODE = 21613 "invalid margin mode",
    NO_POSITION = 21614 "no position found",
    INVALID_MARGIN_DIRECTION = 21615 "invalid update margin direction",
    INVALID_TYPE_FOR_MARKET = 21618 "invalid order type for market",
    INVALID_ORDER_INDEX = 21700 "invalid order index",
    INVALID_BASE_AMOUNT = 21701 "invalid base amount",
    INVALID_PRICE = 21702 "invalid price",
    INVALID_ORDER_TYPE = 21704 "invalid OrderType",
    INVALID_TIME_IN_FORCE = 21705 "invalid OrderTimeInForce",
    INVALID_ORDER_AMOUNT = 21706 "invalid order base or quote amount",
    EMPTY_ORDER = 21708 "order is empty",
    INACTIVE_ORDER = 21709 "order is inactive",
    UNSUPPORTED_ORDER_TYPE = 21710 "unsupported order type",
    INVALID_ORDER_EXPIRY = 21711 "invalid expiry",
    QUEUED_CANCEL_ALL = 21712 "account has a queued cancel all orders request",
    INVALID_CANCEL_ALL_IN_FORCE = 21713 "invalid cancel all time in force",
    INVALID_CANCEL_ALL_TIME = 21714 "invalid cancel all time",
    MAX_ORDERS = 21717 "maximum active limit order count reached",
    MAX_ORDERS_IN_MARKET = 21718 "maximum active limit order count per market reached",
    MAX_PENDING = 21719 "maximum pending order count reached",
    MAX_PENDING_IN_MARKET = 21720 "maximum pending order count per market reached",
    CLIENT_ORDER_INDEX_EXISTS = 21728 "client order index already exists",
    INVALID_TRIGGER_PRICE = 21729 "invalid order trigger price",
    REDUCE_ONLY_INCREASES = 21732 "reduce only increases position",
    ACCIDENTAL_PRICE = 21733 "order price flagged as an accidental price",
    TOO_FAR_FROM_MARK = 21734 "limit order price is too far from the mark price",
    TOO_FAR_FROM_TRIGGER = 21735 "SL/TP order price is too far from the trigger price",
    NOT_ENOUGH_ORDER_MARGIN = 21739 "not enough margin to create the order",
    INVALID_REDUCE_ONLY = 21740 "invalid reduce only mode",
    INVALID_GROUPING = 21741 "invalid grouping type",
    INVALID_GROUP_SIZE = 21742 "invalid order group size",
    INVALID_ASSET_INDEX = 21801 "invalid asset index",
    ASSET_NOT_FOUND = 21809 "asset not found",
    INVALID_TIMESTAMPS = 22400 "invalid timestamps: end_timestamp must be greater than start_timestamp",
    INVALID_TIMESTAMP = 22401 "invalid timestamp: timestamp must be greater than 0 and less than year 2286",
    INVALID_RESOLUTION = 22402 "invalid resolution: resolution unsupported",
    TIME_RANGE_TOO_LONG = 22403 "time range exceeds maximum allowed range for the specified resolution",
    TOO_MANY_REQUESTS = 23000 "Too Many Requests!",
    TOO_MANY_SUBSCRIPTIONS = 23001 "Too Many Subscriptions!",
    TOO_MANY_ACCOUNTS = 23002 "Too Many Different Accounts!",
    TOO_MANY_CONNECTIONS = 23003 "Too Many Connections!",
    NOT_FOUND = 29404 "not found",
    INTERNAL = 29500 "internal server error",
    WS_INVALID_JSON = 30000 "Invalid Json",
    WS_INVALID_TYPE = 30001 "Invalid Type",
    WS_NOT_SUBSCRIBED = 30002 "Not Subscribed to ",
    WS_ALREADY_SUBSCRIBED = 30003 "Already Subscribed to ",
    WS_FETCH_FAILED = 30004 "Failed to fetch ",
    WS_INVALID_CHANNEL = 30005 "Invalid Channel",
    WS_NOT_SUPPORTED = 30006 "Operation isn't supported ",
    WS_INVALID_DATA = 30007 "Invalid Data",
    WS_RATE_LIMIT = 30009 "Too Many Websocket Messages!",
    WS_TOO_MANY_IN_FLIGHT = 30010 "Too Many Inflight Messages!",
    TOKEN_EXPIRES_TOO_SOON = 61001 "api token expiry is before minimum allowed expiry of 1 day",
    TOKEN_EXPIRES_TOO_LATE = 61002 "api token expiry is after maximum allowed expiry of 10 years",
    TOO_MANY_TOKENS = 61003 "maximum number of 10 api tokens for the account exceeded",
    TOKEN_SCOPES = 61004 "custom scopes for api tokens are not supported yet",
    TOKEN_NOT_FOUND = 61005 "api token not found or does not belong to this account",
    TOKEN_REVOKED = 61006 "api token has already been revoked",
    TOKEN_NAME_EMPTY = 61007 "api token name cannot be empty",
    TOKEN_NAME_TOO_LONG = 61008 "api token name cannot exceed 50 characters",
    INVALID_TIER = 62002 "invalid tier",
    SAME_TIER = 62003 "account already part of requested tier",
    TIER_WITH_POSITIONS = 62004 "account has open positions",
    TIER_WITH_ORDERS = 62005 "account has open orders",
}

/// The venue's text of a code.
pub(super) fn text(code: i64) -> &'static str {
    TEXTS.iter().find(|(known, _)| *known == code).map_or("invalid param", |(_, text)| text)
}

impl Refused {
    /// A refusal with the venue's own text.
    pub(super) fn new(code: i64) -> Self {
        let status = if code == TOO_MANY_REQUESTS { 429 } else { 400 };
        Self { status, code, message: text(code).to_owned() }
    }

    /// The same with what is wrong behind it.
    pub(super) fn because(code: i64, why: impl std::fmt::Display) -> Self {
        let refused = Self::new(code);
        Self { message: format!("{}: {why}", refused.message), ..refused }
    }

    /// A parameter that cannot be what the client meant.
    pub(super) fn parameter(name: &str, why: &str) -> Self {
        Self::because(INVALID_PARAM, format_args!("{}: {why}", shown(name)))
    }

    /// Something that the venue has and the simulated one has not.
    pub(super) fn not_carried(what: &str) -> Self {
        Self { status: 501, code: INTERNAL, message: format!("{}: not simulated", shown(what)) }
    }

    /// A path that leads nowhere.
    pub(super) fn no_route() -> Self {
        Self { status: 404, ..Self::new(NOT_FOUND) }
    }

    /// A token is asked for and not there, or not honoured. Status and code chosen: the venue's page names none.
    pub(super) fn unauthorized(why: impl std::fmt::Display) -> Self {
        Self { status: 401, code: INVALID_PARAM, message: format!("auth: {why}") }
    }
}

impl From<ParamError> for Refused {
    fn from(error: ParamError) -> Self {
        match error {
            ParamError::Form(error) => Self::because(INVALID_PARAM, error),
            ParamError::Parameter { name, why } => Self::parameter(&name, &why),
        }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::because(refusal.code().into(), shown(&refusal.to_string()))
    }
}

/// At most 200 characters of a client's text: a refusal must not echo a megabyte.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(200).collect()
}
