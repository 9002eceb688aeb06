//! Streams of the book: every change, changes gathered for a while, and the top.

use std::{collections::BTreeMap, time::Duration};

use mm_exchange::Exchange;
use mm_model::{Level, Market, MarketId, Price, Qty, Side, Timestamp};

use super::{Streams, World};
use crate::{
    backpack::{
        server::{
            numbers,
            topics::{Pace, Topic},
        },
        wire::{
            Text,
            market_data::LevelText,
            public_stream::{BookTicker, DepthUpdate},
        },
    },
    server::{heartbeat::Beat, levels::Changes},
};

/// Best bid and ask as last looked at.
type Tops = (Option<Level>, Option<Level>);

/// What the streams of the book remember.
#[derive(Debug)]
pub(super) struct DepthStreams {
    /// Changes not yet told, by pace in milliseconds.
    gathered: BTreeMap<(u16, MarketId), Changes>,
    beats: [(u16, Beat); Pace::AGGREGATED.len()],
    tops: BTreeMap<MarketId, Tops>,
}

impl Default for DepthStreams {
    fn default() -> Self {
        let beat = |ms: u16| (ms, Beat::new(Duration::from_millis(u64::from(ms))));
        Self { gathered: BTreeMap::new(), beats: Pace::AGGREGATED.map(beat), tops: BTreeMap::new() }
    }
}

impl DepthStreams {
    /// When gathered changes are due; far away while there are none.
    pub(super) fn due(&self) -> Timestamp {
        let waiting = |ms: u16| self.gathered.keys().any(|(pace, _)| *pace == ms);
        let due = self.beats.iter().filter(|(ms, _)| waiting(*ms)).map(|(_, beat)| beat.due());
        due.min().unwrap_or(Timestamp(u64::MAX))
    }
}

impl Streams {
    /// One batch of changes of one book.
    pub(super) fn book_changed(&mut self, world: &mut World<'_>, market: MarketId, changes: &Changes) {
        let realtime = Topic::Depth(Pace::Realtime, market);
        if self.subscriptions.wanted(&realtime) {
            self.tell_depth(world, realtime, changes);
        }
        for ms in Pace::AGGREGATED {
            if self.subscriptions.wanted(&Topic::Depth(Pace::Millis(ms), market)) {
                let gathered = self.depth.gathered.entry((ms, market));
                gathered.and_modify(|known| known.extend(changes)).or_insert_with(|| changes.clone());
            }
        }
        self.top_changed(world, market, changes);
    }

    /// Tells what was gathered at the paces that are due.
    pub(super) fn aggregated_depth(&mut self, world: &mut World<'_>) {
        for n in 0..self.depth.beats.len() {
            let (ms, beat) = &mut self.depth.beats[n];
            if !beat.strike(world.now) {
                continue;
            }
            let ms = *ms;
            let ready: Vec<_> = self.depth.gathered.keys().filter(|(pace, _)| *pace == ms).copied().collect();
            for key in ready {
                if let Some(changes) = self.depth.gathered.remove(&key) {
                    self.tell_depth(world, Topic::Depth(Pace::Millis(ms), key.1), &changes);
                }
            }
        }
    }

    fn tell_depth(&self, world: &mut World<'_>, topic: Topic, changes: &Changes) {
        let Topic::Depth(_, id) = topic else { return };
        let Some(market) = world.exchange.markets().get(id) else { return };
        let data = DepthUpdate {
            event_time: world.now.us(),
            engine_time: changes.at.us(),
            first_update_id: changes.first,
            asks: rows(market, &changes.asks),
            bids: rows(market, &changes.bids),
            event: Text::new("depth"),
            symbol: Text::new(&market.symbol),
            last_update_id: changes.last,
        };
        self.tell(world, topic, data);
    }

    fn top_changed(&mut self, world: &mut World<'_>, id: MarketId, changes: &Changes) {
        let Some(market) = world.exchange.markets().get(id) else { return };
        let top = tops(world.exchange, id);
        let same = self.depth.tops.insert(id, top) == Some(top);
        if same || !self.subscriptions.wanted(&Topic::BookTicker(id)) {
            return;
        }
        // An empty side is nobody at no price: the payload has no other way to say it.
        let nobody = Level { price: Price(0), qty: Qty::ZERO };
        let (bid, ask) = (top.0.unwrap_or(nobody), top.1.unwrap_or(nobody));
        let data = BookTicker {
            ask_quantity: numbers::qty(market, ask.qty),
            bid_quantity: numbers::qty(market, bid.qty),
            event_time: world.now.us(),
            engine_time: changes.at.us(),
            ask_price: numbers::price(market, ask.price),
            bid_price: numbers::price(market, bid.price),
            event: Text::new("bookTicker"),
            symbol: Text::new(&market.symbol),
            update_id: changes.last,
        };
        self.tell(world, Topic::BookTicker(id), data);
    }
}

fn tops(exchange: &Exchange, market: MarketId) -> Tops {
    (exchange.best(market, Side::Buy), exchange.best(market, Side::Sell))
}

/// Absolute sizes; zero removes the level.
fn rows(market: &Market, levels: &BTreeMap<Price, Qty>) -> Vec<LevelText<'static>> {
    levels
        .iter()
        .map(|(price, qty)| [numbers::price(market, *price), numbers::text(market.qty_decimal(*qty))])
        .collect()
}
