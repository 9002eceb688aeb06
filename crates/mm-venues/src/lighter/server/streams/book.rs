//! The book and its top. What changed is gathered and told every 50 ms; each frame says from which state to which it
//! leads, so that a lost one is noticed.

use std::{collections::BTreeMap, time::Duration};

use mm_exchange::{Exchange, Fact};
use mm_model::{Level, Market, MarketId, Price, Qty, Side, Timestamp};

use super::{Event, Streams, World, topics::Topic};
use crate::{
    lighter::{
        server::{
            answer::json,
            markets::{ms, us},
            numbers,
        },
        wire::{
            Text,
            public_stream::{Level as LevelRow, OrderBookBody, OrderBookFrame, Ticker, TickerFrame},
        },
    },
    server::{
        heartbeat::Beat,
        levels::{Change, Changes},
    },
};

/// How often a book is told, if it changed (the venue's page, July 2026).
const BOOK_EVERY: Duration = Duration::from_millis(50);

/// What the streams of the book remember.
#[derive(Debug)]
pub(super) struct Books {
    beat: Beat,
    told: BTreeMap<MarketId, Told>,
    tops: BTreeMap<MarketId, Top>,
}

/// A book as its listeners have it.
#[derive(Debug)]
struct Told {
    /// The state that the last frame led to.
    nonce: u64,
    /// Counts frames.
    offset: i64,
    updated_at: Timestamp,
    /// Since then.
    changes: Option<Changes>,
}

/// Best bid and ask as last told.
type Top = (Option<Level>, Option<Level>);

/// The rows of a book's two sides.
struct Sides {
    asks: Vec<LevelRow<'static>>,
    bids: Vec<LevelRow<'static>>,
}

impl Default for Books {
    fn default() -> Self {
        Self { beat: Beat::new(BOOK_EVERY), told: BTreeMap::new(), tops: BTreeMap::new() }
    }
}

impl Books {
    /// When gathered changes are due; `None` while there are none.
    pub(super) fn due(&self) -> Option<Timestamp> {
        self.told.values().any(|book| book.changes.is_some()).then(|| self.beat.due())
    }

    /// Forgets what nobody listens to any more.
    pub(super) fn forget(&mut self, wanted: impl Fn(MarketId) -> bool) {
        self.told.retain(|market, _| wanted(*market));
    }
}

impl Streams {
    /// Gathers the changes of the books in a batch of facts, and tells the tops that they moved.
    pub(super) fn books_changed(&mut self, world: &mut World<'_>, facts: &[Fact]) {
        let mut moved: BTreeMap<MarketId, Timestamp> = BTreeMap::new();
        for fact in facts {
            let Fact::Level { market, seq, side, price, qty, at } = *fact else { continue };
            moved.insert(market, at);
            // What a snapshot has told already is not told again.
            let Some(book) = self.books.told.get_mut(&market).filter(|book| book.nonce < seq) else {
                continue;
            };
            let change = Change { seq, side, price, qty, at };
            book.changes.get_or_insert_with(|| Changes::new(seq)).add(change);
        }
        for (market, at) in moved {
            self.top_moved(world, market, at);
        }
    }

    /// Tells what was gathered, if it is time.
    pub(super) fn tell_books(&mut self, world: &mut World<'_>) {
        if self.books.beat.strike(world.now) {
            for market in self.books.told.keys().copied().collect::<Vec<_>>() {
                self.tell_book(world, market);
            }
        }
    }

    /// Tells what was gathered of one book.
    fn tell_book(&mut self, world: &mut World<'_>, id: MarketId) {
        let Some(book) = self.books.told.get_mut(&id) else { return };
        let (Some(changes), Some(market)) = (book.changes.take(), world.exchange.markets().get(id)) else {
            return;
        };
        let begin_nonce = std::mem::replace(&mut book.nonce, changes.last);
        book.offset += 1;
        book.updated_at = changes.at;
        let rows = |levels: &BTreeMap<Price, Qty>| -> Vec<_> {
            levels.iter().map(|(price, qty)| level_row(market, *price, *qty)).collect()
        };
        let sides = Sides { asks: rows(&changes.asks), bids: rows(&changes.bids) };
        let frame = book_frame(world, (id, Event::Update), (book, begin_nonce, sides));
        self.tell(world, Topic::OrderBook(id), frame);
    }

    /// The whole book for a new listener. Those who listen already are told first what was gathered, so that all go on
    /// from the same state.
    pub(super) fn book_snapshot(&mut self, world: &mut World<'_>, id: MarketId) -> Option<bytes::Bytes> {
        self.tell_book(world, id);
        let market = world.exchange.markets().get(id)?;
        let view = world.exchange.book(id, usize::MAX);
        let fresh = Told { nonce: view.seq, offset: 1, updated_at: world.now, changes: None };
        let book = self.books.told.entry(id).or_insert(fresh);
        let rows = |levels: &[Level]| -> Vec<_> {
            levels.iter().map(|level| level_row(market, level.price, level.qty)).collect()
        };
        let sides = Sides { asks: rows(&view.asks), bids: rows(&view.bids) };
        Some(book_frame(world, (id, Event::Subscribed), (book, 0, sides)))
    }

    fn top_moved(&mut self, world: &mut World<'_>, id: MarketId, at: Timestamp) {
        let topic = Topic::Ticker(id);
        if !self.subscriptions.wanted(&topic) {
            self.books.tops.remove(&id);
            return;
        }
        let top = top(world.exchange, id);
        if self.books.tops.insert(id, top) != Some(top)
            && let Some(frame) = ticker_frame(world, (id, Event::Update), (top, at))
        {
            self.tell(world, topic, frame);
        }
    }

    /// The top of a book for a new listener.
    pub(super) fn ticker_snapshot(&mut self, world: &World<'_>, id: MarketId) -> Option<bytes::Bytes> {
        let top = top(world.exchange, id);
        self.books.tops.insert(id, top);
        ticker_frame(world, (id, Event::Subscribed), (top, world.now))
    }
}

fn book_frame(
    world: &World<'_>,
    (id, event): (MarketId, Event),
    (book, begin_nonce, sides): (&Told, u64, Sides),
) -> bytes::Bytes {
    let head = world.head(Topic::OrderBook(id), event);
    let last_updated_at = us(book.updated_at);
    json(&OrderBookFrame {
        channel: head.channel,
        last_updated_at,
        offset: book.offset,
        order_book: OrderBookBody {
            code: 0,
            asks: sides.asks,
            bids: sides.bids,
            offset: book.offset,
            nonce: book.nonce,
            last_updated_at,
            begin_nonce,
        },
        timestamp: ms(world.now),
        kind: head.kind,
    })
}

fn ticker_frame(
    world: &World<'_>,
    (id, event): (MarketId, Event),
    (top, at): (Top, Timestamp),
) -> Option<bytes::Bytes> {
    let market = world.exchange.markets().get(id)?;
    let head = world.head(Topic::Ticker(id), event);
    // An empty side is two empty texts.
    let row = |level: Option<Level>| level.map(|at| level_row(market, at.price, at.qty)).unwrap_or_default();
    Some(json(&TickerFrame {
        channel: head.channel,
        last_updated_at: Some(us(at)),
        nonce: world.exchange.seq(id),
        ticker: Ticker {
            symbol: Text::new(&market.symbol),
            ask: row(top.1),
            bid: row(top.0),
            last_updated_at: us(at),
        },
        timestamp: ms(world.now),
        kind: head.kind,
    }))
}

/// Absolute size; zero removes the level.
fn level_row(market: &Market, price: Price, qty: Qty) -> LevelRow<'static> {
    LevelRow { price: numbers::price(market, price), size: numbers::qty(market, qty) }
}

fn top(exchange: &Exchange, market: MarketId) -> Top {
    (exchange.best(market, Side::Buy), exchange.best(market, Side::Sell))
}
