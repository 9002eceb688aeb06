//! The venue's open questions, gathered in one place: where its documentation, its clients and recorded
//! traffic disagree or say nothing, the simulated venue takes one side by default and a test can take the
//! other.
//!
//! Answers that are fixed, and why:
//! - A bad signature is HTTP 400 `INVALID_CLIENT_REQUEST` `Invalid signature` (the FAQ and hummingbot's tests);
//!   the enum also has `INVALID_SIGNATURE`.
//! - A timestamp may lie ten minutes ahead of the venue's clock (hummingbot's tests: "must be within 10 minutes of
//!   current time").
//! - A key that signs correctly but has no account here is HTTP 401 `UNAUTHORIZED`.
//! - Parameters of the query that a route does not know are refused: a misspelt filter that is ignored answers
//!   another question than was asked.
//! - The same signed request may come twice within its window: no nonce rule is documented.
//! - Cancelling or asking for an order that is not on the book is HTTP 404 `RESOURCE_NOT_FOUND`; documented for
//!   the query, chosen for the cancel.
//! - A refused subscription leaves the socket open (inferred).
//! - Batches are judged order by order, as the response schema says; one client says that one bad order spoils
//!   them all.
//! - A client id that a live order of the account bears is refused; reuse is not documented.
//! - Sizes and prices that have few enough decimals but lie between two steps are `INVALID_QUANTITY` and
//!   `INVALID_PRICE`.
//! - The leverage limit is a whole number.
//! - A position's id is made of its account and market, so a position opened anew has the old id.
//! - `estLiquidationPrice` is always `0`, `cumulativeInterest` too: there is nothing borrowed here.
//! - The book ticker shows an empty side as size and price zero: the payload has no other way to say it.
//! - An order with a condition, a slippage tolerance or another thing that is not simulated is HTTP 400
//!   `NOT_IMPLEMENTED`, so that nobody takes it for an outcome unknown; a whole route is HTTP 501.
//! - Order history has orders that are over; those that rest are in `/api/v1/orders`.
//! - The fee of a rebate is negative.
//! - The rate-limit answer carries no `Retry-After`: no such header appears in recorded traffic.
//! - Unsigned requests share one allowance: on loopback there is only one address to count by.
//! - Streams without a subject here (`account.rfqUpdate`, `liquidation`) may be subscribed to and stay silent.

/// How the simulated venue answers the venue's open questions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switches {
    /// Whether cancels answer 202 with an empty body instead of the cancelled orders. Both are documented.
    pub cancels_answer_empty: bool,
    /// Whether `autoLend`, `autoLendRedeem`, `autoBorrow` and `autoBorrowRepay` may be true on an order and in
    /// the account's settings. There is no lending here, so they do nothing; refusing them would turn away
    /// clients that always send them.
    pub lending_flags_are_ignored: bool,
    /// Whether the fill history also takes its filters in snake case, as the official Rust client sends them.
    pub snake_case_filters: bool,
    /// Whether the reason of `orderExpired` is written `POST_ONLY_TAKER` (as the one example in the
    /// documentation suggests) instead of `PostOnlyTaker` (as REST has it).
    pub expiry_reason_in_upper_case: bool,
    /// Most orders in a batch: 50 by one client, 20 by another.
    pub batch_max: usize,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            cancels_answer_empty: false,
            lending_flags_are_ignored: true,
            snake_case_filters: true,
            expiry_reason_in_upper_case: false,
            batch_max: 50,
        }
    }
}
