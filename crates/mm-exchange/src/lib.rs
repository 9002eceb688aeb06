//! One venue's matching engine with its accounts: pure and deterministic. Time is an argument, money is exact,
//! and whatever happens is told as a list of [`Fact`]s in order. No wire, no sockets, no randomness.
//!
//! From the ground up: `matching` is the book of orders, without money; `overlay` lays recorded levels of an outside
//! world under it; `market` joins both with prices, funding and trades; `ledger` keeps balances and positions;
//! `exchange` decides who may do what, wakes what sleeps, and moves the money. Prices are in ticks, sizes in lots, money in 10^-18.

mod exchange;
mod fact;
mod ids;
mod ledger;
mod listing;
mod market;
mod matching;
mod order;
mod overlay;
mod reject;
mod report;
mod ring;
mod view;

pub use exchange::Exchange;
pub use fact::{Execution, Fact, PositionView};
pub use ids::{AccountId, GroupId, OrderId, TradeNo};
pub use listing::Listing;
pub use matching::{Incoming, Match, MatchingBook, Resting};
pub use mm_model::SelfTrade;
pub use order::{
    Amount, CancelOrder, Grouping, IfCrossing, ModifyOrder, OrderRef, PlaceOrder, SameTrader, Terms, Trigger,
    TriggerKind,
};
pub use reject::Reject;
pub use report::{
    BalanceView, BookView, Candle, Deposit, ExternalLevel, ExternalTrade, FundingPayment, FundingRate, Group,
    MarginSummary, QueuedOrder, TickerStats, Trade,
};
pub use view::{Expiry, OrderView, Status, Waits};
