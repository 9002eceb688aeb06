//! The streams, and their names both ways.

use mm_exchange::{AccountId, Exchange};
use mm_model::{MarketId, MarketKind};

use crate::{
    lighter::{
        server::{
            markets::{by_index, index_of},
            public::RESOLUTIONS,
            state::State,
        },
        wire::channel::{Channel, Selection},
    },
    server::candles::Interval,
};

/// A stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Topic {
    OrderBook(MarketId),
    Ticker(MarketId),
    Trade(MarketId),
    /// Of a perpetual or of a spot market: which one decides the name.
    Stats(MarketId),
    /// Of all perpetuals.
    AllStats,
    /// Of all spot markets.
    AllSpotStats,
    Candle(MarketId, Interval),
    MarkCandle(MarketId, Interval),
    Height,
    Account(AccountId, Family),
    /// Requests for quotes: nobody makes any.
    Rfq,
}

/// Which stream of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    All,
    Orders,
    Trades,
    Positions,
    Assets,
    UserStats,
    Tx,
    /// Orders of one market.
    MarketOrders(MarketId),
    /// Everything of one market.
    Market(MarketId),
    /// Silent ones: what they tell of is not simulated.
    Silent(Silent),
}

/// A stream of an account that has nothing to tell here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Silent {
    SpotEntryPrices,
    PoolData,
    PoolInfo,
    Notification,
}

impl Silent {
    const ALL: [(&'static str, Self); 4] = [
        ("account_spot_avg_entry_prices", Self::SpotEntryPrices),
        ("pool_data", Self::PoolData),
        ("pool_info", Self::PoolInfo),
        ("notification", Self::Notification),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, silent)| *silent == self).map_or("", |(name, _)| name)
    }
}

/// Where a name is looked up, or made.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) exchange: &'a Exchange,
    pub(super) state: &'a State,
}

impl Names<'_> {
    /// The stream of a name, in either form; `None`: there is no such stream.
    pub(super) fn topic(&self, name: &str) -> Option<Topic> {
        let Some(channel) = Channel::parse(name) else { return self.silent(name) };
        let account = |family, index: i64| Some(Topic::Account(self.state.accounts.get(index)?.id, family));
        let interval = |word: &str| Interval::parse(RESOLUTIONS, word);
        Some(match channel {
            Channel::OrderBook(market) => Topic::OrderBook(self.market(market)?),
            Channel::Trade(market) => Topic::Trade(self.market(market)?),
            Channel::Ticker(market) => Topic::Ticker(self.market(market)?),
            Channel::MarketStats(Selection::All) => Topic::AllStats,
            Channel::SpotMarketStats(Selection::All) => Topic::AllSpotStats,
            Channel::MarketStats(Selection::Market(market)) => {
                Topic::Stats(self.of_kind(market, MarketKind::Perpetual)?)
            }
            Channel::SpotMarketStats(Selection::Market(market)) => {
                Topic::Stats(self.of_kind(market, MarketKind::Spot)?)
            }
            Channel::Candle { market, resolution } => {
                Topic::Candle(self.market(market)?, interval(&resolution)?)
            }
            Channel::MarkPriceCandle { market, resolution } => {
                Topic::MarkCandle(self.of_kind(market, MarketKind::Perpetual)?, interval(&resolution)?)
            }
            Channel::Height => Topic::Height,
            Channel::AccountAll(index) => return account(Family::All, index),
            Channel::UserStats(index) => return account(Family::UserStats, index),
            Channel::AccountAllTrades(index) => return account(Family::Trades, index),
            Channel::AccountAllPositions(index) => return account(Family::Positions, index),
            Channel::AccountAllOrders(index) => return account(Family::Orders, index),
            Channel::AccountAllAssets(index) => return account(Family::Assets, index),
            Channel::AccountTx(index) => return account(Family::Tx, index),
            Channel::AccountOrders { market, account: index } => {
                return account(Family::MarketOrders(self.market(market)?), index?);
            }
            Channel::AccountMarket { market, account: index } => {
                return account(Family::Market(self.market(market)?), index);
            }
        })
    }

    fn silent(&self, name: &str) -> Option<Topic> {
        if name == "rfq" {
            return Some(Topic::Rfq);
        }
        let (family, index) = name.split_once(['/', ':'])?;
        let (_, silent) = Silent::ALL.iter().find(|(known, _)| *known == family)?;
        let member = self.state.accounts.get(index.parse().ok()?)?;
        Some(Topic::Account(member.id, Family::Silent(*silent)))
    }

    fn market(&self, index: u64) -> Option<MarketId> {
        Some(by_index(self.exchange, index.try_into().ok()?)?.market.id)
    }

    fn of_kind(&self, index: u64, kind: MarketKind) -> Option<MarketId> {
        let market = self.market(index)?;
        self.exchange.markets().get(market).is_some_and(|market| market.kind == kind).then_some(market)
    }

    /// The first part of a stream's name, and the second of a frame's type.
    pub(super) fn family(&self, topic: Topic) -> &'static str {
        match topic {
            Topic::OrderBook(_) => "order_book",
            Topic::Ticker(_) => "ticker",
            Topic::Trade(_) => "trade",
            Topic::Stats(market) if self.is_spot(market) => "spot_market_stats",
            Topic::Stats(_) | Topic::AllStats => "market_stats",
            Topic::AllSpotStats => "spot_market_stats",
            Topic::Candle(..) => "candle",
            Topic::MarkCandle(..) => "mark_price_candle",
            Topic::Height => "height",
            Topic::Rfq => "rfq",
            Topic::Account(_, family) => match family {
                Family::All => "account_all",
                Family::Orders => "account_all_orders",
                Family::Trades => "account_all_trades",
                Family::Positions => "account_all_positions",
                Family::Assets => "account_all_assets",
                Family::UserStats => "user_stats",
                Family::Tx => "account_tx",
                Family::MarketOrders(_) => "account_orders",
                Family::Market(_) => "account_market",
                Family::Silent(silent) => silent.name(),
            },
        }
    }

    /// The name as the venue's data frames have it.
    pub(super) fn channel(&self, topic: Topic) -> String {
        let switches = &self.state.options.switches;
        match topic {
            Topic::Account(account, Family::MarketOrders(market))
                if switches.account_orders_name_the_account =>
            {
                format!("account_orders:{}:{}", self.index(market), self.number(account))
            }
            // Printed so in the venue's page, and nowhere else.
            Topic::Account(account, Family::Market(market)) if switches.account_market_with_slashes => {
                format!("account_market/{}/{}", self.index(market), self.number(account))
            }
            _ => self.ack(topic),
        }
    }

    /// The name as acknowledgements and errors have it: of orders of a market, the market alone.
    pub(super) fn ack(&self, topic: Topic) -> String {
        let family = self.family(topic);
        match topic {
            Topic::OrderBook(market)
            | Topic::Ticker(market)
            | Topic::Trade(market)
            | Topic::Stats(market) => {
                format!("{family}:{}", self.index(market))
            }
            Topic::AllStats | Topic::AllSpotStats => format!("{family}:all"),
            Topic::Candle(market, interval) | Topic::MarkCandle(market, interval) => {
                format!("{family}:{}:{}", self.index(market), interval.name(RESOLUTIONS))
            }
            Topic::Height | Topic::Rfq => family.to_owned(),
            Topic::Account(_, Family::MarketOrders(market)) => format!("{family}:{}", self.index(market)),
            Topic::Account(account, Family::Market(market)) => {
                format!("{family}:{}:{}", self.index(market), self.number(account))
            }
            Topic::Account(account, _) => format!("{family}:{}", self.number(account)),
        }
    }

    fn index(&self, market: MarketId) -> u16 {
        index_of(self.exchange, market)
    }

    fn number(&self, account: AccountId) -> i64 {
        self.state.accounts.index_of(account)
    }

    fn is_spot(&self, market: MarketId) -> bool {
        self.exchange.markets().get(market).is_some_and(|market| market.kind == MarketKind::Spot)
    }
}

impl Topic {
    /// Whose it is.
    pub(super) const fn account(self) -> Option<AccountId> {
        match self {
            Self::Account(account, _) => Some(account),
            _ => None,
        }
    }

    /// Whether it is refused without a token. The venue's page shows some streams of accounts without one.
    pub(super) const fn needs_token(self) -> bool {
        match self {
            Self::Account(_, family) => {
                !matches!(family, Family::All | Family::UserStats | Family::Trades | Family::Positions)
            }
            Self::Rfq => true,
            _ => false,
        }
    }
}
