//! The venue's open questions, gathered in one place: where its documentation, its clients and recorded traffic
//! disagree or say nothing, the simulated venue takes one side by default (the stricter one) and a test can take the
//! other.
//!
//! Answers about transactions that are fixed, and why:
//! - A batch is taken whole or not at all by the API; its first wrong nonce is 21104, a later one 21105. At the engine
//!   each transaction stands alone.
//! - Skipped nonces go up to 2^47 − 2 (the page's `2^47−1 > new > old`), and ordinary ones go on from there.
//! - A transaction whose `ExpiredAt` has come is 21501 at the API; one that dies in the queue fails at the engine.
//! - The client's id of an order is in use while the order lives or waits in the queue, and within a batch.
//! - An order whose price lies more than 20 % on the wrong side of the mark is "accidental" (21733), one more than
//!   90 % away on either side too far (21734); a stop or take-profit limit more than 20 % from its trigger is 21735.
//!   `price_protection=false` switches all three off. A market order's price is never guarded: it is a guard itself.
//! - The market's smallest sizes are asked of takers too, but not of reduce-only orders.
//! - A modify to no more than what is filled cancels the order; one meant for another version of it (attribute 8) fails.
//! - Cancelling or modifying what does not live is taken by the API and fails at the engine.
//! - Reduce-only orders that cannot reduce leave no row; whatever else the engine refuses leaves a cancelled one.
//! - `ChangePubKey` may be signed by the key that stands or by the new one. Ethereum signatures must have their form;
//!   nobody is behind the simulator to check them. A key's place keeps its nonce.
//! - Integrators need approval, and their fees stand in the order's row; they are not charged.
//! - Margin is cross: isolated margin is refused (21613, 21614), as are transfers, withdrawals and TWAP orders (21505,
//!   21710), which are verified first. Only USDC is margin.
//! - A premium account's volume quota begins at 1,000 and earns one for each 5 USDC traded. Each transaction of a batch
//!   counts against the transactions of a minute.
//! - A block is a second; what came by no transaction (the crowd's orders) bears a hash made of the trade's number.
//!
//! Answers over REST that are fixed, and why:
//! - Parameters that a route does not know are refused (20001): a misspelt filter that is ignored answers another
//!   question than was asked. A token that is missing, bad or another account's is HTTP 401.
//! - A token opens its own account; only a read-only one for all sub-accounts opens those of the same owner.
//! - `trades` without an account are everybody's, and need no token; profits are shown to the two owners alone.
//!   `from` is the lowest value of what is sorted by.
//! - `liquidation_price` is always `0`, which says nothing; reduce-only orders count as tied to their position.
//! - Requests without a token share one allowance: on loopback there is only one address to count by. It is that of
//!   the tier that accounts start with.
//!
//! Answers of the streams that are fixed, and why:
//! - A token that stands in a subscription must be good, also where none is needed: a client that sends a dead one has
//!   a fault of its own. A missing or bad token is refused with 20001; no page names a code for it.
//! - When a token ends and cuts its subscriptions, each is told as `unsubscribed`. No source says how, or whether.
//! - A socket opened with `readonly=true` may listen to everything and send no transactions.
//! - One socket too many is told 23003 and closed; a message too many is refused with 30009 and not carried out, and the
//!   socket stays. There is nothing to be in flight here, so 30010 is never sent.
//! - The server pings each minute. Frames and protocol pongs count as signs of life.
//! - Frames on subscribing tell of at most 50 trades, the newest first; updates tell in the order of time.
//! - Rates of funding are percentages in statistics and in `fundings`, fractions for eight hours in `funding-rates`.
//! - `account_all_positions` speaks when a position or the leverage changes, not when orders come and go.
//! - An order or a transaction that changed several times at once is told as it is in the end.
//! - Orders of the outside world (a tape) are shown by `orderBookOrders` as orders of an account that nobody owns.

/// How the simulated venue answers the venue's open questions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switches {
    /// Whether `BaseAmount` of a modify is the order's new total size (what is filled counts), instead of what is to
    /// be left of it.
    pub modify_amount_is_total: bool,
    /// Whether a post-only order whose new price would match is cancelled, instead of left as it was.
    pub crossing_modify_cancels: bool,
    /// Whether the end of a token ends the subscriptions that it opened.
    pub token_end_cuts_subscriptions: bool,
    /// Whether new orders are refused (21712) while a scheduled cancel-all waits.
    pub scheduled_cancel_blocks_orders: bool,
    /// Whether an update of `account_all` is everything again, instead of what changed. The SDK replaces what it has by
    /// every update, the venue's page says nothing.
    pub account_all_updates_are_whole: bool,
    /// Whether the channel of `account_orders` names the account after the market in data frames. Both were seen;
    /// acknowledgements and errors name the market alone.
    pub account_orders_name_the_account: bool,
    /// Whether the channel of `account_market` has slashes in data frames, as the venue's page prints it.
    pub account_market_with_slashes: bool,
    /// Whether a transaction refused over the socket is told by a bare error frame, without the client's id. Both were
    /// seen.
    pub socket_refusals_are_bare: bool,
    /// Whether a market that takes no orders is `frozen`, as lighter-sdk 0.1.4 has it, instead of `inactive` (1.1.8).
    pub closed_markets_are_frozen: bool,
    /// How long `nextNonce` and `apikeys` lag behind an accepted transaction, in milliseconds.
    pub next_nonce_lag_ms: u64,
    /// The most transactions in one batch. 15 by the page of the socket, 50 by the text of error 21514.
    pub batch_max: usize,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            modify_amount_is_total: true,
            crossing_modify_cancels: true,
            token_end_cuts_subscriptions: true,
            scheduled_cancel_blocks_orders: true,
            account_all_updates_are_whole: false,
            account_orders_name_the_account: false,
            account_market_with_slashes: true,
            socket_refusals_are_bare: false,
            closed_markets_are_frozen: false,
            next_nonce_lag_ms: 0,
            batch_max: 15,
        }
    }
}
