//! The streams by name.

use mm_exchange::AccountId;
use mm_model::MarketId;

use super::intervals::{self, INTERVALS};
use crate::server::candles::Interval;

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
                Topic::Kline(intervals::parse(interval)?, market(symbol)?)
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
            Self::Kline(interval, market) => format!("kline.{}.{}", interval.name(INTERVALS), symbol(market)),
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
}
