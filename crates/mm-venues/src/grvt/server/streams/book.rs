//! The streams of the book: what changed since the frame before, gathered for as long as each listener's rate is; or the
//! top of the book, whole every time.

use std::collections::BTreeMap;

use bytes::Bytes;
use mm_exchange::Fact;
use mm_model::{MarketId, Price, Qty, Side, Timestamp};

use super::{
    super::public::{Sides, book_row, level_row},
    Streams, World,
    topics::Topic,
};
use crate::{
    grvt::wire::market_data::Book,
    server::{
        ConnId,
        levels::{Change, Changes},
    },
};

/// A market's book at a rate, in milliseconds.
type Pace = (MarketId, u32);

/// What the streams of changes remember.
#[derive(Debug, Default)]
pub(super) struct Books {
    told: BTreeMap<Pace, Told>,
}

/// A book as its listeners have it.
#[derive(Debug)]
struct Told {
    /// The exchange's number of the state that the last frame led to.
    seq: u64,
    /// Since then.
    changes: Option<Changes>,
}

impl Books {
    /// Whether something was gathered.
    pub(super) fn has_news(&self, pace: Pace) -> bool {
        self.told.get(&pace).is_some_and(|book| book.changes.is_some())
    }

    /// Forgets what nobody listens to any more.
    pub(super) fn forget(&mut self, wanted: impl Fn(Pace) -> bool) {
        self.told.retain(|pace, _| wanted(*pace));
    }
}

impl Streams {
    /// Gathers the changes of the books in a batch of facts.
    pub(super) fn books_changed(&mut self, facts: &[Fact]) {
        if self.books.told.is_empty() {
            return;
        }
        for fact in facts {
            let Fact::Level { market, seq, side, price, qty, at } = *fact else { continue };
            let change = Change { seq, side, price, qty, at };
            let paces = self.books.told.range_mut((market, 0)..=(market, u32::MAX));
            // What a snapshot has told already is not told again.
            for (_, book) in paces.filter(|(_, book)| book.seq < seq) {
                book.changes.get_or_insert_with(|| Changes::new(seq)).add(change);
            }
        }
    }

    /// Tells what was gathered of a book.
    pub(super) fn tell_book(&mut self, world: &mut World<'_>, pace: Pace) {
        let Some(book) = self.books.told.get_mut(&pace) else { return };
        let Some(changes) = book.changes.take() else { return };
        book.seq = changes.last;
        let Some(market) = world.exchange.markets().get(pace.0) else { return };
        let row =
            |side, (price, qty): (&Price, &Qty)| level_row(world.exchange, market, (side, *price, *qty));
        let sides = Sides {
            bids: changes.bids.iter().rev().map(|level| row(Side::Buy, level)).collect(),
            asks: changes.asks.iter().map(|level| row(Side::Sell, level)).collect(),
        };
        let feed = book_row(market, changes.at, sides);
        self.listeners.tell(Topic::BookDelta(pace.0, pace.1), &feed, world.out);
    }

    /// All levels of a book, for a new listener.
    pub(super) fn book_snapshot(&mut self, world: &mut World<'_>, conn: ConnId, pace: Pace) -> Option<Bytes> {
        let seq = world.exchange.seq(pace.0);
        self.books.told.entry(pace).or_insert(Told { seq, changes: None });
        let market = world.exchange.markets().get(pace.0)?;
        let feed = book_row(market, world.now, Sides::of(world.exchange, market, usize::MAX));
        self.listeners.snapshot(conn, Topic::BookDelta(pace.0, pace.1), &feed)
    }

    /// Tells the top of a book.
    pub(super) fn tell_whole_book(&mut self, world: &mut World<'_>, topic: Topic, which: (MarketId, u32)) {
        if let Some(book) = self.whole_book(world, which) {
            self.listeners.tell(topic, &book, world.out);
        }
    }

    /// The top of a book, so many levels a side.
    pub(super) fn whole_book<'a>(
        &self,
        world: &World<'a>,
        (market, depth): (MarketId, u32),
    ) -> Option<Book<'a>> {
        let market = world.exchange.markets().get(market)?;
        let at: Timestamp = world.now;
        Some(book_row(market, at, Sides::of(world.exchange, market, depth as usize)))
    }
}
