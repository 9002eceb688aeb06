//! An order book of levels, and the feed that keeps it true: snapshot plus deltas, gaps noticed at once.

use smallvec::SmallVec;

use crate::{MarketId, Price, Qty, Side, Timestamp};

/// One price level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// The price.
    pub price: Price,
    /// All that rests there; zero in a delta removes the level.
    pub qty: Qty,
}

/// A whole book at one point of the venue's sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookSnapshot {
    /// Where.
    pub market: MarketId,
    /// The venue's sequence number that this reflects.
    pub seq: u64,
    /// Bids in any order.
    pub bids: Vec<Level>,
    /// Asks in any order.
    pub asks: Vec<Level>,
    /// When, by the venue's clock.
    pub at: Timestamp,
}

/// The levels of a change. Nearly every change is of a level or two: those need no memory of their own.
pub type DeltaLevels = SmallVec<[Level; 4]>;

/// A change to a book: absolute sizes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookDelta {
    /// Where.
    pub market: MarketId,
    /// The sequence number that this change continues from. (A venue that numbers the first change of the
    /// message, as Backpack's `U` does, gives that number less one.)
    pub prev: u64,
    /// The sequence number after this change.
    pub seq: u64,
    /// Bids.
    pub bids: DeltaLevels,
    /// Asks.
    pub asks: DeltaLevels,
    /// When, by the venue's clock.
    pub at: Timestamp,
}

/// Best bid and ask with their sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Top {
    /// Best bid.
    pub bid: Level,
    /// Best ask.
    pub ask: Level,
}

impl Top {
    /// The best level of a side.
    #[must_use]
    pub const fn side(&self, side: Side) -> Level {
        match side {
            Side::Buy => self.bid,
            Side::Sell => self.ask,
        }
    }
}

/// Why there is no book to price from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    /// Nothing has been received yet, or a resync is under way.
    #[error("no book yet")]
    Syncing,
    /// A side is empty.
    #[error("one side of the book is empty")]
    OneSided,
    /// Best bid at or above best ask.
    #[error("the book is crossed")]
    Crossed,
    /// The best bid is zero or below.
    #[error("the best bid is no price: it is not above zero")]
    NoPrice,
    /// Too old to be believed.
    #[error("the book is stale: last heard {age_ms} ms ago")]
    Stale {
        /// How old.
        age_ms: u64,
    },
}

/// Levels by price. Each side lies in one list, the worst level first: nearly all changes are near the touch, hence
/// near the end, where they move little; and a list that has reached its size allocates no more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    bids: Vec<Level>,
    asks: Vec<Level>,
}

impl Book {
    /// Sets one level; a size of zero removes it.
    pub fn set(&mut self, side: Side, level: Level) {
        let levels = match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        };
        let wanted = rank(side, level.price);
        let at = levels.partition_point(|known| rank(side, known.price) < wanted);
        let known = levels.get_mut(at).filter(|known| known.price == level.price);
        match known {
            Some(_) if level.qty.is_zero() => drop(levels.remove(at)),
            Some(known) => known.qty = level.qty,
            None if level.qty.is_zero() => {}
            None => levels.insert(at, level),
        }
    }

    /// Sets all levels of a side. Of several at one price the last counts; in any order it takes about as long as to sort
    /// them, where one after the other would move all the others each time.
    fn replace(&mut self, side: Side, new: &[Level]) {
        let levels = match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        };
        levels.clear();
        levels.extend_from_slice(new);
        levels.reverse();
        levels.sort_by_key(|level| rank(side, level.price)); // Stable: the last one given comes first.
        levels.dedup_by_key(|level| level.price);
        levels.retain(|level| !level.qty.is_zero());
    }

    /// Removes all levels.
    pub fn clear(&mut self) {
        self.bids.clear();
        self.asks.clear();
    }

    /// Levels of a side, best first.
    pub fn levels(&self, side: Side) -> impl Iterator<Item = Level> + '_ {
        self.side(side).iter().rev().copied()
    }

    /// The best level of a side.
    #[must_use]
    pub fn best(&self, side: Side) -> Option<Level> {
        self.side(side).last().copied()
    }

    /// Best bid and ask.
    ///
    /// # Errors
    /// [`BookError::OneSided`], [`BookError::Crossed`] or [`BookError::NoPrice`]: such a book is no book.
    pub fn top(&self) -> Result<Top, BookError> {
        let (Some(bid), Some(ask)) = (self.best(Side::Buy), self.best(Side::Sell)) else {
            return Err(BookError::OneSided);
        };
        // In a book that does not cross all asks lie above the best bid: one look is enough.
        if bid.price.0 <= 0 {
            return Err(BookError::NoPrice);
        }
        if bid.price >= ask.price { Err(BookError::Crossed) } else { Ok(Top { bid, ask }) }
    }

    /// How many levels a side has.
    #[must_use]
    pub fn depth(&self, side: Side) -> usize {
        self.side(side).len()
    }

    fn side(&self, side: Side) -> &[Level] {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        }
    }
}

/// Grows from a side's worst price to its best.
const fn rank(side: Side, price: Price) -> i64 {
    match side {
        Side::Buy => price.0,
        Side::Sell => !price.0, // turns the order round, as minus does, and cannot overflow
    }
}

/// What a message did to a [`BookFeed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedStep {
    /// The book changed.
    Applied,
    /// Old news, or kept for later.
    Ignored,
    /// A snapshot is needed: there is none yet, it was too old, or a delta is missing. There is no book until
    /// it comes.
    NeedSnapshot,
}

/// The most deltas kept while waiting for a snapshot.
const BUFFER_MAX: usize = 1024;

/// The most levels of a side that a book can have, and that one message can bring (fault 72). The longest book known has
/// 1,000; one that goes on growing would take all memory, and a level that goes in front of all others moves them all.
pub const LEVELS_MAX: usize = 1 << 14;

/// One market's book kept from snapshot plus deltas. There is a book only while the chain is whole.
#[derive(Clone, Debug, Default)]
pub struct BookFeed {
    book: Book,
    /// The sequence number the book reflects; `None` while there is no book.
    seq: Option<u64>,
    /// Whether a delta has continued the book since its snapshot: the first one may overlap the snapshot, none
    /// after it.
    joined: bool,
    waiting: Vec<BookDelta>,
    heard_at: Timestamp,
}

impl BookFeed {
    /// Takes a delta heard at `now`. Old ones are dropped, early ones kept, a gap voids the book. Only a delta that
    /// applies makes the book younger.
    pub fn delta(&mut self, now: Timestamp, delta: &BookDelta) -> FeedStep {
        match self.seq {
            Some(seq) if delta.seq <= seq => FeedStep::Ignored,
            Some(seq) if delta.prev == seq || (!self.joined && delta.prev < seq) => {
                self.heard_at = now;
                self.apply(delta)
            }
            Some(_) => {
                self.void();
                self.keep(delta.clone());
                FeedStep::NeedSnapshot
            }
            None => {
                self.keep(delta.clone());
                FeedStep::NeedSnapshot
            }
        }
    }

    /// Takes a snapshot heard at `now` and replays what was kept. Older than the book: ignored. Too old for the
    /// kept deltas: another one is needed.
    pub fn snapshot(&mut self, now: Timestamp, snapshot: &BookSnapshot) -> FeedStep {
        if self.seq.is_some_and(|seq| snapshot.seq <= seq) {
            return FeedStep::Ignored;
        }
        self.waiting.retain(|delta| delta.seq > snapshot.seq);
        if self.waiting.first().is_some_and(|first| first.prev > snapshot.seq) {
            return FeedStep::NeedSnapshot;
        }
        if LEVELS_MAX < snapshot.bids.len().max(snapshot.asks.len()) {
            self.void();
            return FeedStep::NeedSnapshot;
        }
        self.heard_at = now;
        self.book.replace(Side::Buy, &snapshot.bids);
        self.book.replace(Side::Sell, &snapshot.asks);
        self.seq = Some(snapshot.seq);
        self.joined = false;
        let mut waiting = std::mem::take(&mut self.waiting);
        for n in 0..waiting.len() {
            // The first one may overlap the snapshot; from then on each continues the one before.
            let (delta, seq) = (&waiting[n], self.seq.unwrap_or(0));
            if delta.prev == seq || (!self.joined && delta.prev < seq) {
                if self.apply(delta) == FeedStep::NeedSnapshot {
                    return FeedStep::NeedSnapshot;
                }
            } else if delta.seq > seq {
                self.void();
                waiting.drain(..n);
                self.waiting = waiting;
                return FeedStep::NeedSnapshot;
            }
        }
        FeedStep::Applied
    }

    /// Takes a snapshot that was asked for, and that reflects what the book reflects already: nothing was missed, and nothing
    /// has changed by `told_at`. In a market where nothing happens there is no other way to know. One that says something else
    /// of the same sequence number voids the book.
    pub fn confirm(&mut self, told_at: Timestamp, snapshot: &BookSnapshot) -> FeedStep {
        if self.seq != Some(snapshot.seq) {
            return FeedStep::Ignored;
        }
        let mut told = Book::default();
        told.replace(Side::Buy, &snapshot.bids);
        told.replace(Side::Sell, &snapshot.asks);
        let is_same =
            [Side::Buy, Side::Sell].into_iter().all(|side| told.levels(side).eq(self.book.levels(side)));
        if !is_same {
            self.void();
            return FeedStep::NeedSnapshot;
        }
        self.heard_at = self.heard_at.max(told_at);
        FeedStep::Applied
    }

    /// Forgets the book, for instance because the connection was lost.
    pub fn void(&mut self) {
        self.book.clear();
        self.seq = None;
        self.waiting.clear();
    }

    /// The book, if it can be believed at `now`.
    ///
    /// # Errors
    /// Says why there is none.
    pub fn book(&self, now: Timestamp, stale_after: std::time::Duration) -> Result<&Book, BookError> {
        if self.seq.is_none() {
            return Err(BookError::Syncing);
        }
        let age = now.since(self.heard_at);
        if age > stale_after {
            return Err(BookError::Stale { age_ms: u64::try_from(age.as_millis()).unwrap_or(u64::MAX) });
        }
        self.book.top().map(|_| &self.book)
    }

    /// The sequence number that the book reflects; `None` while there is no book.
    #[must_use]
    pub const fn seq(&self) -> Option<u64> {
        self.seq
    }

    /// When something that applied was last heard.
    #[must_use]
    pub const fn heard_at(&self) -> Timestamp {
        self.heard_at
    }

    /// Changes the book; one that can no longer be true is void.
    fn apply(&mut self, delta: &BookDelta) -> FeedStep {
        if LEVELS_MAX < delta.bids.len().max(delta.asks.len()) {
            self.void();
            return FeedStep::NeedSnapshot;
        }
        for &level in &delta.bids {
            self.book.set(Side::Buy, level);
        }
        for &level in &delta.asks {
            self.book.set(Side::Sell, level);
        }
        self.seq = Some(delta.seq);
        self.joined = true;
        if LEVELS_MAX < self.book.depth(Side::Buy).max(self.book.depth(Side::Sell)) {
            self.void();
            return FeedStep::NeedSnapshot;
        }
        FeedStep::Applied
    }

    fn keep(&mut self, delta: BookDelta) {
        if LEVELS_MAX < delta.bids.len().max(delta.asks.len()) {
            return; // The chain is broken without it, so that whatever comes next asks for a snapshot.
        }
        if self.waiting.len() == BUFFER_MAX {
            self.waiting.clear();
        }
        self.waiting.push(delta);
    }
}

#[cfg(test)]
mod tests;
