//! What the driver tells the risk gate, and what it does when a market is closed.

use std::time::Duration;

use mm_model::{Anomaly, Book, MarketId, Timestamp};

use super::Driver;
use crate::risk::is_impossible;

/// A market's worth is told to the gate at most this often: limits on losses need no more, and a busy feed costs nothing.
const MARK_EVERY: Duration = Duration::from_millis(100);

impl Driver {
    /// The touch may have moved: what is held there is worth that.
    pub(super) fn mark_market(&mut self, now: Timestamp, market: MarketId) {
        let marked_at = self.marked_at.entry(market).or_default();
        if *marked_at != Timestamp::ZERO && now.since(*marked_at) < MARK_EVERY {
            return;
        }
        let touch = {
            let state = self.shared.state();
            let feed = state.books.get(&market);
            let book = feed.and_then(|feed| feed.book(now, self.shared.config.stale_after).ok());
            book.map(Book::top).and_then(Result::ok).map(|top| (top.bid.price, top.ask.price))
        };
        if let Some(touch) = touch {
            *marked_at = now;
            self.shared.desk.mark(now, market, touch);
        }
    }

    /// What proves that the venue's books or ours are wrong closes the market: nothing new, and every order of ours there is
    /// taken off (fault 21).
    pub(super) fn close_if_impossible(&mut self, market: MarketId, anomaly: &Anomaly) {
        if is_impossible(anomaly) && self.shared.desk.impossible(market, &anomaly.to_string()) {
            tracing::error!(venue = %self.shared.config.name, ?market, %anomaly, "the risk gate closes a market");
            self.take_off(self.shared.clock.now(), |open| open == market);
        }
    }
}
