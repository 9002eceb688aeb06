//! One public book: each top there was, with when it began, and when each level changed last, by the world's time.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use mm_model::{Level, Price, Qty, Side, Timestamp};

/// How long tops are remembered. The last one before that is, too.
pub const TOPS_KEPT: Duration = Duration::from_secs(180);

/// So many levels a side may be remembered to have changed before those that did so long ago are forgotten.
const CHANGES_KEPT: usize = 4_096;

/// Best bid and ask; `None` where a side is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrueTop {
    /// Best bid.
    pub bid: Option<Level>,
    /// Best ask.
    pub ask: Option<Level>,
}

impl TrueTop {
    /// The best level of a side.
    #[must_use]
    pub const fn side(&self, side: Side) -> Option<Level> {
        match side {
            Side::Buy => self.bid,
            Side::Sell => self.ask,
        }
    }
}

/// The tops that a book has had, between the changes of a message too: whoever follows it change by change sees each.
#[derive(Clone, Debug, Default)]
pub struct TopHistory {
    bids: BTreeMap<Price, Qty>,
    asks: BTreeMap<Price, Qty>,
    /// When levels changed last, bids and asks, those that are gone too.
    changed: [BTreeMap<Price, Timestamp>; 2],
    /// Oldest first; each lasted until the next began.
    tops: VecDeque<(Timestamp, TrueTop)>,
}

impl TopHistory {
    /// Of a book with these levels.
    #[must_use]
    pub fn new(now: Timestamp, bids: &[Level], asks: &[Level]) -> Self {
        let side = |levels: &[Level]| levels.iter().map(|level| (level.price, level.qty)).collect();
        let mut history = Self { bids: side(bids), asks: side(asks), ..Self::default() };
        history.tops.push_back((now, history.now()));
        history
    }

    /// A level has this size now; zero: it is gone.
    pub fn set(&mut self, at: Timestamp, side: Side, level: Level) {
        let (levels, changed) = match side {
            Side::Buy => (&mut self.bids, &mut self.changed[0]),
            Side::Sell => (&mut self.asks, &mut self.changed[1]),
        };
        changed.insert(level.price, at);
        if CHANGES_KEPT < changed.len() {
            changed.retain(|_, changed_at| at <= *changed_at + TOPS_KEPT);
        }
        if level.qty.is_zero() {
            levels.remove(&level.price);
        } else {
            levels.insert(level.price, level.qty);
        }
        let top = self.now();
        if self.tops.back().is_none_or(|(_, last)| *last != top) {
            self.tops.push_back((at, top));
        }
        // The first of the list still held when the second began.
        while self.tops.get(1).is_some_and(|(began, _)| *began + TOPS_KEPT < at) {
            self.tops.pop_front();
        }
    }

    /// The size of a level that has been what it is for as long as since `from`, zero for none; `None`: it changed after that.
    #[must_use]
    pub fn standing(&self, side: Side, price: Price, from: Timestamp) -> Option<Qty> {
        let (levels, changed) = self.side(side);
        let changed_at = changed.get(&price).copied().unwrap_or_default();
        (changed_at < from).then(|| levels.get(&price).copied().unwrap_or_default())
    }

    /// The present levels of a side, from the best on.
    pub fn levels(&self, side: Side) -> impl Iterator<Item = Level> + '_ {
        let (levels, _) = self.side(side);
        let of = |(&price, &qty): (&Price, &Qty)| Level { price, qty };
        let (falling, rising) = match side {
            Side::Buy => (Some(levels.iter().rev().map(of)), None),
            Side::Sell => (None, Some(levels.iter().map(of))),
        };
        falling.into_iter().flatten().chain(rising.into_iter().flatten())
    }

    const fn side(&self, side: Side) -> (&BTreeMap<Price, Qty>, &BTreeMap<Price, Timestamp>) {
        match side {
            Side::Buy => (&self.bids, &self.changed[0]),
            Side::Sell => (&self.asks, &self.changed[1]),
        }
    }

    /// The present top.
    #[must_use]
    pub fn now(&self) -> TrueTop {
        let level = |(&price, &qty): (&Price, &Qty)| Level { price, qty };
        TrueTop { bid: self.bids.last_key_value().map(level), ask: self.asks.first_key_value().map(level) }
    }

    /// The tops that held at some time within `from..=until`, oldest first, each with when it began.
    pub fn between(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> impl Iterator<Item = (Timestamp, TrueTop)> + '_ {
        let ended_before = self.tops.partition_point(|(began, _)| *began <= from).saturating_sub(1);
        self.tops.iter().skip(ended_before).take_while(move |(began, _)| *began <= until).copied()
    }

    /// Whether this was the best price of a side at some time within `from..=until`.
    #[must_use]
    pub fn was_best(&self, side: Side, price: Price, (from, until): (Timestamp, Timestamp)) -> bool {
        self.between(from, until).any(|(_, top)| top.side(side).is_some_and(|level| level.price == price))
    }
}
