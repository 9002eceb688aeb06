//! The words of the domain: prices, sizes, markets, orders, books, positions, and the contract between our
//! world and a venue's ([`Ask`] goes out, [`Event`] comes in).
//!
//! Pure data and arithmetic. No async, no JSON, no clock, no randomness, no floats.

mod account;
mod book;
mod contract;
pub mod fixed_map;
mod market;
mod number;
mod order;
mod printable;
mod record;
mod time;

pub use account::{Balance, FeeRates, Position};
pub use book::{
    Book, BookDelta, BookError, BookFeed, BookSnapshot, DeltaLevels, FeedStep, LEVELS_MAX, Level, Top,
};
pub use contract::{
    Ask, CallError, CancelTarget, Candle, DeadMan, DecodeError, Event, Group, GroupKind, KeyIndex, Leverage,
    MarginMode, MarkPrice, Mode, Modification, OrderQuery, Placement, PublicTrade, Refusal, RefusalKind,
    Snapshot, Ticker,
};
pub use market::{Market, MarketId, MarketKind, Markets, Symbol, TradingState};
pub use number::{Decimal, Money, NumberError, Price, Qty, Rate, SignedQty};
pub use order::{
    ClientId, Exposure, Fill, Liquidity, NewOrder, OrderKind, OrderReport, ReportedStatus, SelfTrade, Side,
    TimeInForce, TradeId, VenueOrderId,
};
pub use printable::printable;
pub use record::{Anomaly, End, Joined, OrderRecord, OrderState, Unsure};
pub use time::Timestamp;
