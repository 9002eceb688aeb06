//! The venue's open questions, gathered in one place: where its documentation, its clients and recorded traffic
//! disagree or say nothing, the simulated venue takes one side by default (the stricter one) and a test can take the
//! other.
//!
//! Answers of the sockets that are fixed, and why:
//! - Market data and trades share a socket's path, since they share a port here: what a session opens is decided by
//!   stream and by call. The end of a login does not end a socket, nor what it listens to.
//! - A subscription with several selectors is refused whole if one of them is wrong. The same one once more is answered
//!   with a snapshot again, and numbers go on: that is how a client mends a gap.
//! - Numbers of a market's streams are shared by all who listen and begin high, an account's begin at one for each
//!   socket. `useGlobalSequenceNumber` is read and not obeyed: no page spells it.
//! - Orders, states, fills and cancels have no snapshot; positions have one of those that are open, and are told once
//!   for each batch of facts, after its orders and fills. `v1.cancel` tells of cancels in vain alone.
//! - Whole tickers and books come at their rate whether or not something changed; changes only if something did, and a
//!   side of the book with nobody on it is an empty text. Candles that changed are told every half second.
//! - The server pings each minute and closes after two of silence; frames and pongs count as signs of life.
//! - Transfers, deposits and withdrawals can be listened to and are silent: nobody moves money.
//!
//! Answers of public calls that are fixed, and why:
//! - An instrument that there is not is 1004 where the call is about it (`instrument`, `mini`, `ticker`), else 3000.
//! - A limit of nought or above the venue's is 3011. The rates of `margin_rules` are fractions.
//! - What is listed is one bracket of margin, and no larger position than the largest order.

/// How the simulated venue answers the venue's open questions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switches {
    /// Whether the cancel of an order that nobody knows, by `order_id`, is acknowledged: the venue's page lists no 1004
    /// among that call's errors, but a client is prepared for a 404.
    pub unknown_cancel_is_acknowledged: bool,
    /// The most open orders of a trading account. The venue has a limit (2090) and tells nobody which.
    pub open_orders_max: usize,
    /// Whether calls by a socket go on when the login that it was opened with is over. No source says.
    pub calls_outlive_logins: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self { unknown_cancel_is_acknowledged: true, open_orders_max: 1_000, calls_outlive_logins: false }
    }
}
