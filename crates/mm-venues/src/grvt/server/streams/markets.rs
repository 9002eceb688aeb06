//! Streams of the markets besides the book: trades as they happen, tickers and candles by the clock.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use mm_exchange::{Fact, Listing};
use mm_model::{MarketId, Timestamp};

use super::{
    super::public::{candle_row, changed_mini, changed_ticker, mini_row, ticker_row, trade_row},
    Streams, World,
    topics::Topic,
};
use crate::{
    grvt::wire::{
        market_data::{MiniTicker, Ticker},
        selector::Form,
    },
    server::{
        ConnId,
        candle_rows::{CandleRows, ToldCandles},
        candles::Bar,
    },
};

/// How many candles a new listener is told (the specification).
const CANDLES: usize = 5;

/// What these streams remember: what their listeners were last told.
#[derive(Debug, Default)]
pub(super) struct MarketStreams {
    minis: BTreeMap<Topic, MiniTicker<'static>>,
    tickers: BTreeMap<Topic, Ticker<'static>>,
    candles: ToldCandles<Topic>,
}

impl MarketStreams {
    /// Forgets what nobody listens to any more.
    pub(super) fn forget(&mut self, wanted: impl Fn(Topic) -> bool) {
        self.minis.retain(|topic, _| wanted(*topic));
        self.tickers.retain(|topic, _| wanted(*topic));
        self.candles.forget(wanted);
    }
}

impl Streams {
    /// Tells trades, one in a frame.
    pub(super) fn trades(&mut self, world: &mut World<'_>, facts: &[Fact]) {
        for fact in facts {
            let Fact::Traded { trade, market, .. } = *fact else { continue };
            let topics = self.listeners.topics();
            let mut topics: Vec<_> =
                topics.filter(|topic| matches!(topic, Topic::Trade(id, _) if *id == market)).collect();
            if topics.is_empty() {
                continue;
            }
            let record = world.state.public.trades.one(market, trade);
            let Some(row) = record.and_then(|record| trade_row(world.exchange, record)) else { continue };
            topics.drain(..).for_each(|topic| self.listeners.tell(topic, &row, world.out));
        }
    }

    /// Tells the tickers that are told without delay.
    pub(super) fn raw_tickers(&mut self, world: &mut World<'_>, facts: &[Fact]) {
        let moved = facts.iter().filter_map(|fact| match fact {
            Fact::Level { market, .. } | Fact::Traded { market, .. } => Some(*market),
            _ => None,
        });
        let raw = |market| Topic::Mini(Form::Delta, market, 0);
        let moved: BTreeSet<MarketId> = moved.filter(|market| self.listeners.wanted(raw(*market))).collect();
        for market in moved {
            self.market_beat(world, raw(market));
        }
    }

    /// A stream's time has come.
    pub(super) fn market_beat(&mut self, world: &mut World<'_>, topic: Topic) {
        let Some(listing) = listing(world, topic) else { return };
        let from = (world.exchange, world.state);
        match topic {
            Topic::Mini(Form::Snap, ..) => {
                self.listeners.tell(topic, &mini_row(world.now, from, listing), world.out);
            }
            Topic::Ticker(Form::Snap, ..) => {
                self.listeners.tell(topic, &ticker_row(world.now, from, listing), world.out);
            }
            Topic::Mini(Form::Delta, ..) => {
                let now = mini_row(world.now, from, listing);
                let changed = self.markets.minis.get(&topic).map(|before| changed_mini(before, &now));
                if let Some(changed) = changed.unwrap_or_else(|| Some(now.clone())) {
                    self.listeners.tell(topic, &changed, world.out);
                    self.markets.minis.insert(topic, now);
                }
            }
            Topic::Ticker(Form::Delta, ..) => {
                let now = ticker_row(world.now, from, listing);
                let changed = self.markets.tickers.get(&topic).map(|before| changed_ticker(before, &now));
                if let Some(changed) = changed.unwrap_or_else(|| Some(now.clone())) {
                    self.listeners.tell(topic, &changed, world.out);
                    self.markets.tickers.insert(topic, now);
                }
            }
            Topic::Candle(..) => {
                let Some(rows) = candle_rows(world, topic) else { return };
                for (start, bar) in self.markets.candles.news(topic, &rows, world.now) {
                    let row = shown(listing, topic, (start, &bar));
                    row.iter().for_each(|row| self.listeners.tell(topic, row, world.out));
                }
            }
            _ => {}
        }
    }

    /// What a new listener is told first.
    pub(super) fn market_snapshots(&mut self, world: &World<'_>, conn: ConnId, topic: Topic) -> Vec<Bytes> {
        let Some(listing) = listing(world, topic) else { return Vec::new() };
        let from = (world.exchange, world.state);
        let frame = match topic {
            Topic::Mini(form, ..) => {
                let now = mini_row(world.now, from, listing);
                let frame = self.listeners.snapshot(conn, topic, &now);
                // Those who listened before were told just now, and have the same.
                if form == Form::Delta {
                    self.markets.minis.insert(topic, now);
                }
                frame
            }
            Topic::Ticker(form, ..) => {
                let now = ticker_row(world.now, from, listing);
                let frame = self.listeners.snapshot(conn, topic, &now);
                if form == Form::Delta {
                    self.markets.tickers.insert(topic, now);
                }
                frame
            }
            Topic::Trade(market, limit) => return self.recent_trades(world, conn, (topic, market, limit)),
            Topic::Candle(..) => return self.recent_candles(world, conn, (topic, listing)),
            _ => None,
        };
        frame.into_iter().collect()
    }

    /// The last trades, in the order of time.
    fn recent_trades(
        &self,
        world: &World<'_>,
        conn: ConnId,
        (topic, market, limit): (Topic, MarketId, u32),
    ) -> Vec<Bytes> {
        let newest = world.state.public.trades.of(market).rev().take(limit as usize);
        let rows = newest.filter_map(|trade| trade_row(world.exchange, trade));
        let mut frames: Vec<_> = rows.filter_map(|row| self.listeners.snapshot(conn, topic, &row)).collect();
        frames.reverse();
        frames
    }

    /// The last candles, in the order of time.
    fn recent_candles(
        &mut self,
        world: &World<'_>,
        conn: ConnId,
        (topic, listing): (Topic, &Listing),
    ) -> Vec<Bytes> {
        let Some(rows) = candle_rows(world, topic) else { return Vec::new() };
        self.markets.candles.open(topic, &rows, world.now);
        let newest = rows.newest((Timestamp::ZERO, world.now), CANDLES).into_iter().rev();
        let rows = newest.filter_map(|(candle, bar)| shown(listing, topic, (candle.start, &bar)));
        rows.filter_map(|row| self.listeners.snapshot(conn, topic, &row)).collect()
    }
}

fn listing<'a>(world: &World<'a>, topic: Topic) -> Option<&'a Listing> {
    topic.public_market().and_then(|market| world.exchange.listing(market))
}

fn candle_rows<'a>(world: &World<'a>, topic: Topic) -> Option<CandleRows<'a>> {
    let Topic::Candle(market, interval, price) = topic else { return None };
    Some(world.state.public.candles.of(market, price, interval))
}

fn shown<'a>(
    listing: &'a Listing,
    topic: Topic,
    (start, bar): (Timestamp, &Bar),
) -> Option<crate::grvt::wire::market_data::Candle<'a>> {
    let Topic::Candle(_, interval, _) = topic else { return None };
    Some(candle_row(listing, (start, interval.next(start)), bar))
}
