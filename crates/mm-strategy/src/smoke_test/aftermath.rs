//! What is looked at once the story is over, however it ended: the lives of our orders, and the connection.

use mm_core::Order;

use super::{evidence::Patience, history, venue_test::VenueTest};

impl VenueTest {
    /// Every order was answered, what each went through is a life that an order can have, and every fill has its fee.
    pub(super) fn look_at_orders(&mut self) {
        let Some(market) = self.market.clone() else { return };
        if self.placed.is_empty() {
            return;
        }
        let since = self.clock.now();
        let orders: Vec<Order> = self.placed.iter().map(|(_, order)| order.clone()).collect();
        let n = orders.len();
        let s = if n == 1 { "" } else { "s" };
        let answered = orders.iter().try_for_each(history::is_answered);
        _ = self.record("orders answered", since, answered.map(|()| format!("{n} order{s}")));
        let sane = orders.iter().try_for_each(|order| {
            let record = order.snapshot();
            history::is_sane(&order.history(), record.filled(), record.order().qty)
                .map_err(|why| format!("order {}: {why}", order.client_id()))
        });
        _ = self.record("order history", since, sane.map(|()| format!("{n} order{s}, every step legal")));
        let fees = history::fees(&market, &orders);
        _ = self.record("fees", since, fees);
    }

    /// The connection held, and all that came on it could be read and be true. A connector that lost it may well
    /// have come through the round trip; that it did lose it must be known all the same.
    pub(super) async fn look_at_connection(&mut self) {
        let since = self.clock.now();
        // What was sent during the test is answered, or given up, first.
        let mut patience = Patience::new(&self.clock, self.plan.settle_timeout);
        while self.venue.status().in_flight > 0 && patience.again().await {}
        let (before, now) = (&self.before, self.venue.status());
        let mut troubles = Vec::new();
        let counts = [
            (before.reconnects, now.reconnects, "lost and made again"),
            (before.unanswered, now.unanswered, "without the answer to a request"),
            (before.resent, now.resent, "refused for a number out of turn or a token that was over"),
            (before.book_gaps, now.book_gaps, "with a change of the book lost"),
            (before.undecodable, now.undecodable, "with a message that could not be read"),
            (before.anomalies, now.anomalies, "with a message that cannot be true"),
        ];
        for (then, now, what) in counts {
            match now.saturating_sub(then) {
                0 => {}
                1 => troubles.push(format!("once {what}")),
                n => troubles.push(format!("{n} times {what}")),
            }
        }
        if !now.ready {
            troubles.push(now.reason.unwrap_or_else(|| "not connected".into()));
        }
        let found = if troubles.is_empty() { Ok("it held".to_owned()) } else { Err(troubles.join(", ")) };
        _ = self.record("connection", since, found);
    }
}
