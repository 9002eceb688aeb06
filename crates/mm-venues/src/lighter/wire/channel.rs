//! The names of channels: `order_book/0` in what a client sends, `order_book:0` in what the venue sends.

use std::fmt;

/// One market, or all of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Selection {
    Market(u64),
    All,
}

/// A channel that can be subscribed to. Reads either form of a name; `Display` writes the client's.
///
/// Witness: `fixtures/lighter/stream_subscribe.json`, `fixtures/lighter/stream_order_book.json`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    OrderBook(u64),
    Trade(u64),
    Ticker(u64),
    MarketStats(Selection),
    SpotMarketStats(Selection),
    Candle {
        market: u64,
        resolution: String,
    },
    MarkPriceCandle {
        market: u64,
        resolution: String,
    },
    Height,
    AccountAll(i64),
    UserStats(i64),
    AccountAllTrades(i64),
    AccountAllPositions(i64),
    AccountAllOrders(i64),
    AccountAllAssets(i64),
    AccountTx(i64),
    AccountOrders {
        market: u64,
        /// The venue's own frames leave it out now and then.
        account: Option<i64>,
    },
    AccountMarket {
        market: u64,
        account: i64,
    },
}

impl Channel {
    /// Reads a name in either form; `None` for one that we do not know.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let mut parts = name.split(['/', ':']);
        let (family, first, second) = (parts.next()?, parts.next(), parts.next());
        if parts.next().is_some() {
            return None;
        }
        let channel = match (family, first, second) {
            ("order_book", Some(market), None) => Self::OrderBook(number(market)?),
            ("trade", Some(market), None) => Self::Trade(number(market)?),
            ("ticker", Some(market), None) => Self::Ticker(number(market)?),
            ("market_stats", Some(which), None) => Self::MarketStats(selection(which)?),
            ("spot_market_stats", Some(which), None) => Self::SpotMarketStats(selection(which)?),
            ("candle", Some(market), Some(resolution)) => {
                Self::Candle { market: number(market)?, resolution: resolution.to_owned() }
            }
            ("mark_price_candle", Some(market), Some(resolution)) => {
                Self::MarkPriceCandle { market: number(market)?, resolution: resolution.to_owned() }
            }
            ("height", None, None) => Self::Height,
            ("account_all", Some(account), None) => Self::AccountAll(number(account)?),
            ("user_stats", Some(account), None) => Self::UserStats(number(account)?),
            ("account_all_trades", Some(account), None) => Self::AccountAllTrades(number(account)?),
            ("account_all_positions", Some(account), None) => Self::AccountAllPositions(number(account)?),
            ("account_all_orders", Some(account), None) => Self::AccountAllOrders(number(account)?),
            ("account_all_assets", Some(account), None) => Self::AccountAllAssets(number(account)?),
            ("account_tx", Some(account), None) => Self::AccountTx(number(account)?),
            ("account_orders", Some(market), None) => {
                Self::AccountOrders { market: number(market)?, account: None }
            }
            ("account_orders", Some(market), Some(account)) => {
                Self::AccountOrders { market: number(market)?, account: Some(number(account)?) }
            }
            ("account_market", Some(market), Some(account)) => {
                Self::AccountMarket { market: number(market)?, account: number(account)? }
            }
            _ => return None,
        };
        Some(channel)
    }

    /// The first part of the name, which is also the second of a frame's type (`update/order_book`).
    #[must_use]
    pub const fn family(&self) -> &'static str {
        match self {
            Self::OrderBook(_) => "order_book",
            Self::Trade(_) => "trade",
            Self::Ticker(_) => "ticker",
            Self::MarketStats(_) => "market_stats",
            Self::SpotMarketStats(_) => "spot_market_stats",
            Self::Candle { .. } => "candle",
            Self::MarkPriceCandle { .. } => "mark_price_candle",
            Self::Height => "height",
            Self::AccountAll(_) => "account_all",
            Self::UserStats(_) => "user_stats",
            Self::AccountAllTrades(_) => "account_all_trades",
            Self::AccountAllPositions(_) => "account_all_positions",
            Self::AccountAllOrders(_) => "account_all_orders",
            Self::AccountAllAssets(_) => "account_all_assets",
            Self::AccountTx(_) => "account_tx",
            Self::AccountOrders { .. } => "account_orders",
            Self::AccountMarket { .. } => "account_market",
        }
    }

    /// The account whose data it is, if it is one's and the name says so.
    #[must_use]
    pub const fn account(&self) -> Option<i64> {
        match self {
            Self::AccountAll(account)
            | Self::UserStats(account)
            | Self::AccountAllTrades(account)
            | Self::AccountAllPositions(account)
            | Self::AccountAllOrders(account)
            | Self::AccountAllAssets(account)
            | Self::AccountTx(account)
            | Self::AccountMarket { account, .. } => Some(*account),
            Self::AccountOrders { account, .. } => *account,
            _ => None,
        }
    }

    /// The name as the venue's frames have it.
    #[must_use]
    pub fn inbound(&self) -> String {
        self.to_string().replace('/', ":")
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.family())?;
        match self {
            Self::Height => Ok(()),
            Self::OrderBook(market) | Self::Trade(market) | Self::Ticker(market) => write!(f, "/{market}"),
            Self::MarketStats(Selection::Market(market))
            | Self::SpotMarketStats(Selection::Market(market)) => write!(f, "/{market}"),
            Self::MarketStats(Selection::All) | Self::SpotMarketStats(Selection::All) => f.write_str("/all"),
            Self::Candle { market, resolution } | Self::MarkPriceCandle { market, resolution } => {
                write!(f, "/{market}/{resolution}")
            }
            Self::AccountAll(account)
            | Self::UserStats(account)
            | Self::AccountAllTrades(account)
            | Self::AccountAllPositions(account)
            | Self::AccountAllOrders(account)
            | Self::AccountAllAssets(account)
            | Self::AccountTx(account) => write!(f, "/{account}"),
            Self::AccountOrders { market, account: None } => write!(f, "/{market}"),
            Self::AccountOrders { market, account: Some(account) }
            | Self::AccountMarket { market, account } => {
                write!(f, "/{market}/{account}")
            }
        }
    }
}

fn selection(text: &str) -> Option<Selection> {
    if text == "all" { Some(Selection::All) } else { number(text).map(Selection::Market) }
}

/// Plain digits, with a minus for an account of the system; `FromStr` alone would take a plus sign.
fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    if text.starts_with('+') { None } else { text.parse().ok() }
}
