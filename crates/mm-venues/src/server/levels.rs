//! Book changes on their way to the depth streams: collected, the newest size of each level kept, with the
//! range of sequence numbers that they span.

use std::collections::BTreeMap;

use mm_model::{Price, Qty, Side, Timestamp};

/// Changes of one market's book since the last frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changes {
    /// Sequence number of the first change (`U`).
    pub(crate) first: u64,
    /// Sequence number of the last change (`u`).
    pub(crate) last: u64,
    /// When the last one happened.
    pub(crate) at: Timestamp,
    pub(crate) bids: BTreeMap<Price, Qty>,
    pub(crate) asks: BTreeMap<Price, Qty>,
}

/// One change of a level.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub(crate) seq: u64,
    pub(crate) side: Side,
    pub(crate) price: Price,
    pub(crate) qty: Qty,
    pub(crate) at: Timestamp,
}

impl Changes {
    pub(crate) fn new(first: u64) -> Self {
        Self { first, last: first, at: Timestamp::ZERO, bids: BTreeMap::new(), asks: BTreeMap::new() }
    }

    /// Adds a change; a later size of a level replaces the earlier one.
    pub(crate) fn add(&mut self, change: Change) {
        let levels = match change.side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        };
        levels.insert(change.price, change.qty);
        self.last = change.seq;
        self.at = change.at;
    }

    /// Adds all of `later`, which follows this.
    pub(crate) fn extend(&mut self, later: &Self) {
        self.bids.extend(&later.bids);
        self.asks.extend(&later.asks);
        self.last = later.last;
        self.at = later.at;
    }
}
