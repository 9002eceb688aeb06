//! The body of every refusal, and the codes that our code knows by name.

use serde::{Deserialize, Serialize};

use super::{Text, lenient};

/// `{"code": .., "message": ..}`: with HTTP 400 for a refusal. Every success begins with the same two fields, with
/// [`codes::OK`] and mostly without a message, so that any answer can be read as this first.
///
/// Witness: `fixtures/lighter/error.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError<'a> {
    #[serde(deserialize_with = "lenient::number")]
    pub code: u32,
    #[serde(borrow, default)]
    pub message: Option<Text<'a>>,
}

/// A code and the venue's own text for it.
///
/// Witness: `fixtures/lighter/error.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    pub number: u32,
    /// Some end in a space: the venue says what it is about behind it.
    pub text: &'static str,
}

impl From<Code> for ApiError<'_> {
    fn from(code: Code) -> Self {
        Self { code: code.number, message: Some(Text::new(code.text)) }
    }
}

/// The codes that a decision hangs on or that our server sends. The venue has more; all that its page lists are in
/// `fixtures/lighter/error-codes.tsv`, which a test compares with these.
pub mod codes {
    use super::Code;

    /// Success; no refusal has it.
    pub const OK: u32 = 200;

    /// Defines the codes, and `ALL` of them.
    macro_rules! codes {
        ($($name:ident = $number:literal $text:literal;)+) => {
            $(pub const $name: Code = Code { number: $number, text: $text };)+

            /// Every code that has a name here, in the order of the numbers.
            pub const ALL: &[Code] = &[$($name),+];
        };
    }

    codes! {
        ACCOUNT_NOT_FOUND = 21100 "account not found";
        INVALID_ACCOUNT_INDEX = 21102 "invalid account index";
        INVALID_ACCOUNT_L1_ADDRESS = 21103 "invalid account l1 address";
        INVALID_NONCE = 21104 "invalid nonce";
        NON_INCREASING_NONCE = 21105 "batch transaction nonce is not increasing";
        INVALID_TO_ACCOUNT = 21106 "invalid ToAccount";
        INVALID_PUBLIC_KEY = 21108 "invalid PublicKey,please run changePubKey";
        API_KEY_NOT_FOUND = 21109 "api key not found";
        INVALID_API_KEY_INDEX = 21110 "invalid api key index";
        ACCOUNT_IN_LIQUIDATION = 21112 "account is in liquidation";
        INVALID_INITIAL_MARGIN_FRACTION = 21113 "invalid initial margin fraction";
        INVALID_SIGNATURE = 21120 "invalid signature";
        BATCH_MULTIPLE_OWNERS = 21121 "all transactions in the batch must have use same account and apikey";
        INVALID_ROUTE_TYPE = 21124 "invalid route type";
        MARGIN_MODE_CHANGE_ON_ACTIVE_POSITION = 21132 "margin mode change on a market with position or open order is not allowed";
        INVALID_FEE = 21134 "invalid fee";
        PUBLIC_KEY_NEEDS_NEWER_SDK = 21136 "invalid PublicKey, update the sdk to the latest version";
        INVALID_ASSET_AMOUNT = 21300 "invalid asset amount";
        NOT_ENOUGH_COLLATERAL = 21301 "not enough collateral";
        NOT_ENOUGH_ASSET_BALANCE = 21304 "not enough asset balance";
        TX_NOT_FOUND = 21500 "transaction not found";
        INVALID_TX_INFO = 21501 "invalid tx info";
        FAIL_TO_L1_SIGNATURE = 21504 "fail to l1 signature";
        UNSUPPORTED_TX_TYPE = 21505 "unsupported tx type";
        TOO_MANY_PENDING_TXS = 21506 "too many pending txs. Please try again later";
        BELOW_MAINTENANCE_MARGIN = 21507 "account is below maintenance margin, can't execute transaction";
        BELOW_INITIAL_MARGIN = 21508 "account is below initial margin, can't execute transaction";
        BATCH_LENGTH_MISMATCH = 21513 "TxInfos and TxTypes should have the same length";
        BATCH_TOO_LONG = 21514 "maximum 50 transactions allowed per batch";
        INACTIVE_CANCEL = 21600 "given order is not an active limit order";
        ORDER_BOOK_FULL = 21601 "order book is full";
        INVALID_MARKET_INDEX = 21602 "invalid market index";
        INVALID_MARKET_STATUS = 21605 "invalid market status";
        INVALID_MARGIN_MODE = 21613 "invalid margin mode";
        NO_POSITION_FOUND = 21614 "no position found";
        INVALID_UPDATE_MARGIN_DIRECTION = 21615 "invalid update margin direction";
        INVALID_ORDER_TYPE_FOR_MARKET = 21618 "invalid order type for market";
        INVALID_ORDER_INDEX = 21700 "invalid order index";
        INVALID_BASE_AMOUNT = 21701 "invalid base amount";
        INVALID_PRICE = 21702 "invalid price";
        INVALID_IS_ASK = 21703 "invalid isAsk";
        INVALID_ORDER_TYPE = 21704 "invalid OrderType";
        INVALID_ORDER_TIME_IN_FORCE = 21705 "invalid OrderTimeInForce";
        INVALID_ORDER_AMOUNT = 21706 "invalid order base or quote amount";
        INVALID_ORDER_OWNER = 21707 "account is not owner of the order";
        EMPTY_ORDER = 21708 "order is empty";
        INACTIVE_ORDER = 21709 "order is inactive";
        UNSUPPORTED_ORDER_TYPE = 21710 "unsupported order type";
        INVALID_ORDER_EXPIRY = 21711 "invalid expiry";
        CANCEL_ALL_QUEUED = 21712 "account has a queued cancel all orders request";
        INVALID_CANCEL_ALL_TIME_IN_FORCE = 21713 "invalid cancel all time in force";
        INVALID_CANCEL_ALL_TIME = 21714 "invalid cancel all time";
        ORDER_NOT_ACTIVE = 21715 "given order is not an active order";
        MAX_ORDERS_PER_ACCOUNT = 21717 "maximum active limit order count reached";
        MAX_ORDERS_PER_ACCOUNT_PER_MARKET = 21718 "maximum active limit order count per market reached";
        MAX_PENDING_ORDERS_PER_ACCOUNT = 21719 "maximum pending order count reached";
        MAX_PENDING_ORDERS_PER_ACCOUNT_PER_MARKET = 21720 "maximum pending order count per market reached";
        INVALID_CLIENT_ORDER_INDEX = 21727 "invalid client order index";
        CLIENT_ORDER_INDEX_EXISTS = 21728 "client order index already exists";
        INVALID_ORDER_TRIGGER_PRICE = 21729 "invalid order trigger price";
        REDUCE_ONLY_INCREASES_POSITION = 21732 "reduce only increases position";
        ACCIDENTAL_PRICE = 21733 "order price flagged as an accidental price";
        PRICE_TOO_FAR_FROM_MARK = 21734 "limit order price is too far from the mark price";
        PRICE_TOO_FAR_FROM_TRIGGER = 21735 "SL/TP order price is too far from the trigger price";
        INVALID_REDUCE_ONLY_DIRECTION = 21738 "invalid reduce only direction";
        NOT_ENOUGH_ORDER_MARGIN = 21739 "not enough margin to create the order";
        INVALID_REDUCE_ONLY_MODE = 21740 "invalid reduce only mode";
        INVALID_GROUPING_TYPE = 21741 "invalid grouping type";
        INVALID_ORDER_GROUP_SIZE = 21742 "invalid order group size";
        INVALID_ORDER_INFO = 21743 "invalid order info";
        INVALID_ASSET_INDEX = 21801 "invalid asset index";
        INVALID_ASSET_MARGIN_MODE = 21802 "invalid asset margin mode";
        ASSET_NOT_FOUND = 21809 "asset not found";
        INVALID_TIMESTAMPS = 22400 "invalid timestamps: end_timestamp must be greater than start_timestamp";
        INVALID_TIMESTAMP = 22401 "invalid timestamp: timestamp must be greater than 0 and less than year 2286";
        INVALID_RESOLUTION = 22402 "invalid resolution: resolution unsupported";
        TOO_MANY_REQUESTS = 23000 "Too Many Requests!";
        TOO_MANY_SUBSCRIPTIONS = 23001 "Too Many Subscriptions!";
        TOO_MANY_ACCOUNTS = 23002 "Too Many Different Accounts!";
        TOO_MANY_CONNECTIONS = 23003 "Too Many Connections!";
        NOT_FOUND = 29404 "not found";
        INTERNAL = 29500 "internal server error";
        TIMEOUT = 29501 "process timeout";
        SOCKET_INVALID_JSON = 30000 "Invalid Json";
        SOCKET_INVALID_TYPE = 30001 "Invalid Type";
        SOCKET_NOT_SUBSCRIBED = 30002 "Not Subscribed to ";
        SOCKET_ALREADY_SUBSCRIBED = 30003 "Already Subscribed to ";
        SOCKET_FETCH_FAILED = 30004 "Failed to fetch ";
        SOCKET_INVALID_CHANNEL = 30005 "Invalid Channel";
        SOCKET_NOT_SUPPORTED = 30006 "Operation isn't supported ";
        SOCKET_INVALID_DATA = 30007 "Invalid Data";
        SOCKET_RATE_LIMIT = 30009 "Too Many Websocket Messages!";
        SOCKET_TOO_MANY_IN_FLIGHT = 30010 "Too Many Inflight Messages!";
        SOCKET_FAILED_TO_SUBSCRIBE = 30012 "Failed to subscribe";
        TOKEN_EXPIRY_TOO_SOON = 61001 "api token expiry is before minimum allowed expiry of 1 day";
        TOKEN_EXPIRY_TOO_LATE = 61002 "api token expiry is after maximum allowed expiry of 10 years";
        TOKENS_EXCEEDED = 61003 "maximum number of 10 api tokens for the account exceeded";
        TOKEN_SCOPES_NOT_SUPPORTED = 61004 "custom scopes for api tokens are not supported yet";
        TOKEN_NOT_FOUND = 61005 "api token not found or does not belong to this account";
        TOKEN_ALREADY_REVOKED = 61006 "api token has already been revoked";
        TOKEN_NAME_EMPTY = 61007 "api token name cannot be empty";
        TOKEN_NAME_TOO_LONG = 61008 "api token name cannot exceed 50 characters";
        TOKEN_NAME_INVALID = 61009 "api token name can only contain letters, numbers, spaces, hyphens, underscores, and periods";
        INVALID_TIER = 62002 "invalid tier";
        SAME_TIER = 62003 "account already part of requested tier";
        TIER_CHANGE_WITH_POSITIONS = 62004 "account has open positions";
        TIER_CHANGE_WITH_ORDERS = 62005 "account has open orders";
    }

    /// A parameter that the interface could not read: in no table of the venue, but met by clients.
    pub const INVALID_PARAM: Code = Code { number: 20001, text: "invalid param" };

    /// The code with this number, if it has a name here.
    #[must_use]
    pub fn by_number(number: u32) -> Option<Code> {
        ALL.binary_search_by_key(&number, |code| code.number).ok().and_then(|at| ALL.get(at).copied())
    }
}
