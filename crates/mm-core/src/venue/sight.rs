//! What an order is judged by: the market as it can be believed to be now.

use std::time::Duration;

use mm_model::{Book, MarketId, NewOrder, OrderKind, Price, Qty, Side, Timestamp};

use super::{State, Venue};
use crate::risk::Sight;

/// An older mark price says nothing of now: venues tell it every few seconds.
const MARK_FRESH: Duration = Duration::from_secs(10);

impl Venue {
    /// The touch, the mark price, and how deep an order without a limit would reach.
    pub(super) fn sight(&self, order: &NewOrder) -> Sight {
        let takes = matches!(order.kind, OrderKind::Market).then_some((order.side, order.qty));
        self.sight_of(order.market, takes)
    }

    pub(super) fn sight_of(&self, market: MarketId, takes: Option<(Side, Qty)>) -> Sight {
        let now = self.shared.clock.now();
        let state = self.shared.state();
        let feed = state.books.get(&market);
        let book = feed.and_then(|feed| feed.book(now, self.shared.config.stale_after).ok());
        Sight {
            touch: book.and_then(|book| book.top().ok()).map(|top| (top.bid.price, top.ask.price)),
            mark: fresh_mark(&state, market, now),
            sweep: book.zip(takes).and_then(|(book, (side, qty))| sweep(book, side, qty)),
        }
    }
}

fn fresh_mark(state: &State, market: MarketId, now: Timestamp) -> Option<Price> {
    let (mark, heard_at) = state.marks.get(&market)?;
    (now.since(*heard_at) <= MARK_FRESH).then_some(*mark)
}

/// The price of the last level that an order of this size takes from; `None` where the book holds less.
fn sweep(book: &Book, side: Side, qty: Qty) -> Option<Price> {
    let mut left = qty;
    book.levels(side.opposite()).find_map(|level| {
        left = left.minus(level.qty);
        left.is_zero().then_some(level.price)
    })
}
