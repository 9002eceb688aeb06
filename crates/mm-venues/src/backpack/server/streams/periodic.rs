//! Streams that speak by the clock: tickers and marks each second, open interest each minute, candles when they
//! change and when they close.

use std::time::Duration;

use mm_model::{MarketId, Timestamp};

use super::{Streams, World};
use crate::{
    backpack::{
        server::{numbers, topics::Topic},
        wire::{
            Text,
            public_stream::{Kline, MarkPrice, OpenInterest, Ticker},
            time,
        },
    },
    server::{
        candles::{Bar, Candle, Interval},
        heartbeat::Beat,
    },
};

/// The beats of the periodic streams.
#[derive(Debug)]
pub(super) struct Beats {
    second: Beat,
    minute: Beat,
    /// The last beat of the second: candles that closed since then are told.
    told_at: Timestamp,
}

impl Default for Beats {
    fn default() -> Self {
        Self {
            second: Beat::new(Duration::from_secs(1)),
            minute: Beat::new(Duration::from_secs(60)),
            told_at: Timestamp::ZERO,
        }
    }
}

impl Beats {
    pub(super) fn due(&self) -> Timestamp {
        self.second.due().min(self.minute.due())
    }
}

impl Streams {
    pub(super) fn periodic(&mut self, world: &mut World<'_>) {
        let (second, minute) = (self.beats.second.strike(world.now), self.beats.minute.strike(world.now));
        if !second && !minute {
            return;
        }
        for topic in self.subscriptions.topics() {
            match topic {
                Topic::Ticker(market) if second => self.ticker(world, market),
                Topic::MarkPrice(market) if second => self.mark_price(world, market),
                Topic::OpenInterest(market) if minute => self.open_interest(world, market),
                Topic::Kline(interval, market) if second => {
                    self.closed_candle(world, (interval, market));
                }
                _ => {}
            }
        }
        if second {
            self.beats.told_at = world.now;
        }
    }

    /// Tells the running candles of a market that traded.
    pub(super) fn open_candles(&self, world: &mut World<'_>, market: MarketId) {
        for topic in self.subscriptions.topics() {
            if let Topic::Kline(interval, id) = topic
                && id == market
            {
                self.candle(world, (interval, id), (interval.start(world.now), false));
            }
        }
    }

    /// Tells the candle that was running at the last beat, if it has closed since.
    fn closed_candle(&self, world: &mut World<'_>, which: (Interval, MarketId)) {
        let start = which.0.start(self.beats.told_at);
        if self.beats.told_at > Timestamp::ZERO && which.0.next(start) <= world.now {
            self.candle(world, which, (start, true));
        }
    }

    fn candle(
        &self,
        world: &mut World<'_>,
        (interval, id): (Interval, MarketId),
        (start, is_closed): (Timestamp, bool),
    ) {
        let Some(market) = world.exchange.markets().get(id) else { return };
        let Candle { start, end, bar } = world.candles.at(id, interval, start);
        let price = |of: fn(&Bar) -> mm_model::Price| bar.as_ref().map(|bar| numbers::price(market, of(bar)));
        let data = Kline {
            event_time: world.now.us(),
            end: Text::from(time::seconds(end)),
            is_closed,
            close: price(|bar| bar.close),
            event: Text::new("kline"),
            high: price(|bar| bar.high),
            low: price(|bar| bar.low),
            trades: bar.map_or(0, |bar| bar.count),
            open: price(|bar| bar.open),
            symbol: Text::new(&market.symbol),
            start: Text::from(time::seconds(start)),
            volume: bar.map_or(Text::new("0"), |bar| numbers::qty(market, bar.volume)),
        };
        self.tell(world, Topic::Kline(interval, id), data);
    }

    fn ticker(&self, world: &mut World<'_>, id: MarketId) {
        let stats = world.exchange.ticker(world.now, id);
        let (Some(market), Some(stats)) = (world.exchange.markets().get(id), stats) else { return };
        let data = Ticker {
            event_time: world.now.us(),
            quote_volume: numbers::text(stats.quote_volume),
            last_price: numbers::price(market, stats.last),
            event: Text::new("ticker"),
            high: numbers::price(market, stats.high),
            low: numbers::price(market, stats.low),
            trades: stats.n_trades,
            first_price: numbers::price(market, stats.first),
            symbol: Text::new(&market.symbol),
            volume: numbers::qty(market, stats.volume),
        };
        self.tell(world, Topic::Ticker(id), data);
    }

    fn mark_price(&self, world: &mut World<'_>, id: MarketId) {
        let exchange = world.exchange;
        let (Some(market), Some(mark)) = (exchange.markets().get(id), exchange.mark(id)) else { return };
        let data = MarkPrice {
            event_time: world.now.us(),
            engine_time: world.now.us(),
            event: Text::new("markPrice"),
            funding_rate: exchange.funding_estimate(id).map(numbers::rate),
            index_price: exchange.index(id).map(|index| numbers::price(market, index)),
            next_funding: exchange.next_funding(id).map(Timestamp::ms),
            mark_price: numbers::price(market, mark),
            symbol: Text::new(&market.symbol),
        };
        self.tell(world, Topic::MarkPrice(id), data);
    }

    fn open_interest(&self, world: &mut World<'_>, id: MarketId) {
        let Some(market) = world.exchange.markets().get(id) else { return };
        let data = OpenInterest {
            event_time: world.now.us(),
            event: Text::new("openInterest"),
            open_interest: numbers::qty(market, world.exchange.open_interest(id)),
            symbol: Text::new(&market.symbol),
        };
        self.tell(world, Topic::OpenInterest(id), data);
    }
}
