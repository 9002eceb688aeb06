//! What the driver tells the risk gate, and what it does when a market is closed.

use std::time::Duration;

use mm_model::{Anomaly, Book, MarketId, Timestamp};

use super::Driver;
use crate::{journal::Entry, risk::is_impossible};

/// A market's worth is told to the gate at most this often: limits on losses need no more, and a busy feed costs nothing.
const MARK_EVERY: Duration = Duration::from_millis(100);
/// What moves with prices alone (the best moment, the worth of what is held) is written down this often at most.
const KEEP_EVERY: Duration = Duration::from_secs(5);

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
            if KEEP_EVERY <= now.since(self.risk_kept.0) {
                self.keep_risk(now);
            }
        }
    }

    /// Writes down what the gate must not forget, if that is something else than last time.
    pub(super) fn keep_risk(&mut self, now: Timestamp) {
        self.risk_kept.0 = now;
        let state = self.shared.desk.state(now);
        if state == self.risk_kept.1 {
            return;
        }
        // It remembers its failure by itself, and lets nothing new be made.
        let _ = self.shared.journal.write(now, &Entry::Risk { state: &state.to_string() });
        self.risk_kept.1 = state;
    }

    /// A mode that changed, and what fills came to, are written down before anything else is handed out.
    pub(super) fn keep_up(&mut self, now: Timestamp) {
        let mode = self.shared.gate.mode();
        let is_other = std::mem::replace(&mut self.mode_kept, mode) != mode;
        if self.shared.desk.take_moved() || is_other {
            self.keep_risk(now);
        }
    }

    /// What proves that the venue's books or ours are wrong closes the market: nothing new, and every order of ours there is
    /// taken off (fault 21).
    pub(super) fn close_if_impossible(&mut self, market: MarketId, anomaly: &Anomaly) {
        let now = self.shared.clock.now();
        if is_impossible(anomaly) && self.shared.desk.impossible(now, market, &anomaly.to_string()) {
            self.keep_risk(now);
            tracing::error!(venue = %self.shared.config.name, ?market, %anomaly, "the risk gate closes a market");
            self.take_off(now, |open| open == market);
        }
    }
}
