//! The REST calls: their names, versions and hosts. The same names are methods over the sockets.

use std::fmt;

use super::Encoding;

/// Which of the venue's hosts serves a call.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// Needs no session.
    MarketData,
    /// Needs a session.
    Trades,
}

/// Defines the calls, from their host, version and name.
macro_rules! endpoints {
    ($($name:ident = $host:ident $version:literal $route:literal,)+) => {
        /// A REST call. All are `POST`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Endpoint {
            $(#[doc = concat!("`", $route, "`")] $name,)+
        }

        impl Endpoint {
            /// Every call that our codec knows.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The last segment of the path.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $route,)+ }
            }

            /// `v1/create_order`: the method over a socket, and the path behind its encoding.
            #[must_use]
            pub const fn method(self) -> &'static str {
                match self { $(Self::$name => concat!("v", $version, "/", $route),)+ }
            }

            /// Where it is served.
            #[must_use]
            pub const fn host(self) -> Host {
                match self { $(Self::$name => Host::$host,)+ }
            }
        }
    };
}

endpoints! {
    Instrument = MarketData 1 "instrument",
    AllInstruments = MarketData 1 "all_instruments",
    Instruments = MarketData 1 "instruments",
    Currency = MarketData 1 "currency",
    SupportedAssets = MarketData 1 "supported_assets",
    MarginRules = MarketData 1 "margin_rules",
    MiniTicker = MarketData 1 "mini",
    Ticker = MarketData 1 "ticker",
    Book = MarketData 1 "book",
    Trades = MarketData 1 "trade",
    TradeHistory = MarketData 1 "trade_history",
    Candles = MarketData 1 "kline",
    FundingRates = MarketData 1 "funding",
    CreateOrder = Trades 1 "create_order",
    CancelOrder = Trades 1 "cancel_order",
    CancelAllOrders = Trades 1 "cancel_all_orders",
    Order = Trades 1 "order",
    OpenOrders = Trades 1 "open_orders",
    OrderHistory = Trades 1 "order_history",
    CancelOnDisconnect = Trades 1 "cancel_on_disconnect",
    BulkOrders = Trades 2 "bulk_orders",
    FillHistory = Trades 1 "fill_history",
    FundingPaymentHistory = Trades 1 "funding_payment_history",
    Positions = Trades 1 "positions",
    SetPositionConfig = Trades 1 "set_position_config",
    AccountSummary = Trades 1 "account_summary",
    AggregatedAccountSummary = Trades 1 "aggregated_account_summary",
    FundingAccountSummary = Trades 1 "funding_account_summary",
    SubAccounts = Trades 1 "get_sub_accounts",
    AllInitialLeverage = Trades 1 "get_all_initial_leverage",
    SetInitialLeverage = Trades 1 "set_initial_leverage",
    AuthorizedBuilders = Trades 1 "get_authorized_builders",
}

/// The path of the one `GET`, on the market data host. Answered with a [`super::market_data::ServerTime`].
pub const TIME_PATH: &str = "/time";

impl Endpoint {
    /// The path, `/full/v1/create_order`.
    #[must_use]
    pub const fn path(self, encoding: Encoding) -> Path {
        Path { encoding, endpoint: self }
    }

    /// The call with this method, `v1/create_order`.
    #[must_use]
    pub fn of_method(method: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|endpoint| endpoint.method() == method)
    }
}

/// The path of a call. Written by `Display`.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path {
    pub encoding: Encoding,
    pub endpoint: Endpoint,
}

impl Path {
    /// Reads a path.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let (segment, method) = path.strip_prefix('/')?.split_once('/')?;
        let encoding = Encoding::ALL.into_iter().find(|encoding| encoding.segment() == segment)?;
        Endpoint::of_method(method).map(|endpoint| Self { encoding, endpoint })
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/{}", self.encoding.segment(), self.endpoint.method())
    }
}
