//! The venue's open questions, gathered in one place: where its documentation, its clients and recorded traffic
//! disagree or say nothing, the simulated venue takes one side by default (the stricter one) and a test can take the
//! other.

/// How the simulated venue answers the venue's open questions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switches {
    /// Whether the cancel of an order that nobody knows, by `order_id`, is acknowledged: the venue's page lists no 1004
    /// among that call's errors, but a client is prepared for a 404.
    pub unknown_cancel_is_acknowledged: bool,
    /// The most open orders of a trading account. The venue has a limit (2090) and tells nobody which.
    pub open_orders_max: usize,
}

impl Default for Switches {
    fn default() -> Self {
        Self { unknown_cancel_is_acknowledged: true, open_orders_max: 1_000 }
    }
}
