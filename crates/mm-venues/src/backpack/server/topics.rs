//! Who listens to what: the streams by name, and the sockets that subscribed to them.

use std::collections::{BTreeMap, BTreeSet};

use mm_exchange::AccountId;
use mm_model::MarketId;

use super::candles::Interval;
use crate::server::ConnId;

/// How often a depth stream speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pace {
    /// At every change.
    Realtime,
    /// Once every so many milliseconds, if anything changed.
    Millis(u16),
}

impl Pace {
    /// The aggregated ones.
    pub(super) const AGGREGATED: [u16; 3] = [200, 600, 1000];
}

/// Which private stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Private {
    Order,
    Position,
    Balance,
    Rfq,
}

/// A stream. Private ones belong to an account, so that one socket may serve several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Topic {
    BookTicker(MarketId),
    Depth(Pace, MarketId),
    Trade(MarketId),
    Ticker(MarketId),
    MarkPrice(MarketId),
    OpenInterest(MarketId),
    Kline(Interval, MarketId),
    Liquidation,
    /// Of one market, or of all.
    Account(AccountId, Private, Option<MarketId>),
}

/// A stream's name as it can be read without knowing who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Public(Topic),
    Private(Private, Option<MarketId>),
}

impl Name {
    /// Reads a stream's name; `None`: there is no such stream. `market` finds a market by its symbol.
    pub(super) fn parse(name: &str, market: impl Fn(&str) -> Option<MarketId>) -> Option<Self> {
        let (kind, rest) = name.split_once('.').unwrap_or((name, ""));
        let topic = match kind {
            "bookTicker" => Topic::BookTicker(market(rest)?),
            "depth" => match rest.split_once('.') {
                Some((pace, symbol)) => Topic::Depth(aggregated(pace)?, market(symbol)?),
                None => Topic::Depth(Pace::Realtime, market(rest)?),
            },
            "trade" => Topic::Trade(market(rest)?),
            "ticker" => Topic::Ticker(market(rest)?),
            "markPrice" => Topic::MarkPrice(market(rest)?),
            "openInterest" => Topic::OpenInterest(market(rest)?),
            "kline" => {
                let (interval, symbol) = rest.split_once('.')?;
                Topic::Kline(Interval::parse(interval)?, market(symbol)?)
            }
            "liquidation" if name == kind => Topic::Liquidation,
            "account" => return private(rest, market),
            _ => return None,
        };
        Some(Self::Public(topic))
    }
}

fn private(rest: &str, market: impl Fn(&str) -> Option<MarketId>) -> Option<Name> {
    let (kind, symbol) = match rest.split_once('.') {
        Some((kind, symbol)) => (kind, Some(symbol)),
        None => (rest, None),
    };
    let kind = match kind {
        "orderUpdate" => Private::Order,
        "positionUpdate" => Private::Position,
        "rfqUpdate" => Private::Rfq,
        "balanceUpdate" if symbol.is_none() => Private::Balance,
        _ => return None,
    };
    match symbol {
        None => Some(Name::Private(kind, None)),
        Some(symbol) => Some(Name::Private(kind, Some(market(symbol)?))),
    }
}

fn aggregated(pace: &str) -> Option<Pace> {
    let ms = pace.strip_suffix("ms")?.parse().ok()?;
    // Through the text again, so that "0200ms" is no stream.
    (Pace::AGGREGATED.contains(&ms) && pace == format!("{ms}ms")).then_some(Pace::Millis(ms))
}

impl Topic {
    /// The name as a client subscribes to it. `symbol` names a market.
    pub(super) fn name<'a>(self, symbol: impl Fn(MarketId) -> &'a str) -> String {
        match self {
            Self::BookTicker(market) => format!("bookTicker.{}", symbol(market)),
            Self::Depth(Pace::Realtime, market) => format!("depth.{}", symbol(market)),
            Self::Depth(Pace::Millis(ms), market) => format!("depth.{ms}ms.{}", symbol(market)),
            Self::Trade(market) => format!("trade.{}", symbol(market)),
            Self::Ticker(market) => format!("ticker.{}", symbol(market)),
            Self::MarkPrice(market) => format!("markPrice.{}", symbol(market)),
            Self::OpenInterest(market) => format!("openInterest.{}", symbol(market)),
            Self::Kline(interval, market) => format!("kline.{}.{}", interval.name(), symbol(market)),
            Self::Liquidation => "liquidation".to_owned(),
            Self::Account(_, kind, market) => {
                let kind = match kind {
                    Private::Order => "orderUpdate",
                    Private::Position => "positionUpdate",
                    Private::Balance => "balanceUpdate",
                    Private::Rfq => "rfqUpdate",
                };
                match market {
                    None => format!("account.{kind}"),
                    Some(market) => format!("account.{kind}.{}", symbol(market)),
                }
            }
        }
    }
}

/// The sockets by stream and the streams by socket.
#[derive(Clone, Debug, Default)]
pub(super) struct Subscriptions {
    by_topic: BTreeMap<Topic, BTreeSet<ConnId>>,
}

impl Subscriptions {
    /// Adds a listener; whether it is new.
    pub(super) fn add(&mut self, topic: Topic, conn: ConnId) -> bool {
        self.by_topic.entry(topic).or_default().insert(conn)
    }

    /// Removes a listener.
    pub(super) fn remove(&mut self, topic: Topic, conn: ConnId) {
        self.retain(|known, listener| *known != topic || listener != conn);
    }

    /// Removes a socket's private subscriptions of this name, whichever account it asked for.
    pub(super) fn remove_private(&mut self, kind: Private, market: Option<MarketId>, conn: ConnId) {
        self.retain(|known, listener| {
            listener != conn || !matches!(known, Topic::Account(_, k, m) if *k == kind && *m == market)
        });
    }

    /// Removes a socket.
    pub(super) fn gone(&mut self, conn: ConnId) {
        self.retain(|_, listener| listener != conn);
    }

    /// Who listens to a stream.
    pub(super) fn listeners(&self, topic: &Topic) -> impl Iterator<Item = ConnId> + '_ {
        self.by_topic.get(topic).into_iter().flatten().copied()
    }

    /// Whether anybody listens to it.
    pub(super) fn wanted(&self, topic: &Topic) -> bool {
        self.by_topic.contains_key(topic)
    }

    /// All streams that somebody listens to.
    pub(super) fn topics(&self) -> impl Iterator<Item = Topic> + '_ {
        self.by_topic.keys().copied()
    }

    fn retain(&mut self, keep: impl Fn(&Topic, ConnId) -> bool) {
        self.by_topic.retain(|topic, listeners| {
            listeners.retain(|conn| keep(topic, *conn));
            !listeners.is_empty()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn market(symbol: &str) -> Option<MarketId> {
        (symbol == "SOL_USDC_PERP").then_some(MarketId(3))
    }

    #[test]
    fn names() {
        let good = [
            "bookTicker.SOL_USDC_PERP",
            "depth.SOL_USDC_PERP",
            "depth.600ms.SOL_USDC_PERP",
            "trade.SOL_USDC_PERP",
            "ticker.SOL_USDC_PERP",
            "markPrice.SOL_USDC_PERP",
            "openInterest.SOL_USDC_PERP",
            "kline.1month.SOL_USDC_PERP",
            "liquidation",
            "account.orderUpdate",
            "account.orderUpdate.SOL_USDC_PERP",
            "account.positionUpdate.SOL_USDC_PERP",
            "account.balanceUpdate",
        ];
        for text in good {
            let topic = match Name::parse(text, market).expect(text) {
                Name::Public(topic) => topic,
                Name::Private(kind, market) => Topic::Account(AccountId(1), kind, market),
            };
            assert_eq!(topic.name(|_| "SOL_USDC_PERP"), text);
        }
        let bad = [
            "",
            "depth",
            "depth.",
            "depth.100ms.SOL_USDC_PERP",
            "depth.0200ms.SOL_USDC_PERP",
            "liquidation.",
        ]
        .into_iter()
        .chain([
            "account.balanceUpdate.SOL_USDC_PERP",
            "account",
            "kline.7m.SOL_USDC_PERP",
            "trade.SOL_USDC",
        ]);
        for text in bad {
            assert_eq!(Name::parse(text, market), None, "{text}");
        }
    }

    #[test]
    fn nobody_left_nothing_wanted() {
        let mut subscriptions = Subscriptions::default();
        let (a, b) = (ConnId(1), ConnId(2));
        let topic = Topic::Account(AccountId(1), Private::Order, None);
        assert!(subscriptions.add(topic, a) && subscriptions.add(topic, b) && !subscriptions.add(topic, b));
        subscriptions.remove_private(Private::Order, None, a);
        assert_eq!(subscriptions.listeners(&topic).collect::<Vec<_>>(), [b]);
        subscriptions.gone(b);
        assert!(!subscriptions.wanted(&topic));
    }
}
