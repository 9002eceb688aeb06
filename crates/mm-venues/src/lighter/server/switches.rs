//! The venue's open questions, gathered in one place: where its documentation, its clients and recorded traffic
//! disagree or say nothing, the simulated venue takes one side by default (the stricter one) and a test can take the
//! other.

/// How the simulated venue answers the venue's open questions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switches {
    /// Whether `BaseAmount` of a modify is the order's new total size (what is filled counts), instead of what is to
    /// be left of it.
    pub modify_amount_is_total: bool,
    /// Whether the end of a token ends the subscriptions that it opened.
    pub token_end_cuts_subscriptions: bool,
    /// Whether new orders are refused (21712) while a scheduled cancel-all waits.
    pub scheduled_cancel_blocks_orders: bool,
    /// How long `nextNonce` and `apikeys` lag behind an accepted transaction, in milliseconds.
    pub next_nonce_lag_ms: u64,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            modify_amount_is_total: true,
            token_end_cuts_subscriptions: true,
            scheduled_cancel_blocks_orders: true,
            next_nonce_lag_ms: 0,
        }
    }
}
