//! The core: one clock, venues as handles, orders as tracked and awaitable objects, limit orders that follow the
//! market, and the lifecycle of it all. It knows no venue, no JSON, no socket, no file.

mod clock;
mod driver;
pub mod journal;
pub mod orders;
mod recovery;
pub mod risk;
mod strategy;
mod sync;
#[cfg(test)]
mod testing;
mod tracking_limit;
mod trading_core;
mod venue;

pub use clock::{Clock, Spawner, Task, TaskEnd, Tick, Ticks, VirtualClock, VirtualRuntime};
pub use driver::{Call, CallId, Driver, LinkState};
pub use orders::{ExternalOrder, HistoryEntry, Order, OrderTracker, Orders};
pub use recovery::{Recovered, Recovery};
pub use strategy::{Context, Needs, Outcome, Stop, Story, Strategy, StrategyError};
pub use tracking_limit::{
    Tracked, TrackingLimit, TrackingLimitError, follow_market, place_tracking_limit_order,
};
pub use trading_core::{
    Connector, ConnectorTask, CoreConfig, CoreStatus, StartError, StopReport, StopRequest, TradingCore,
};
pub use venue::{
    Backing, CancelError, IdSource, Lagged, Listener, ModifyError, OnMismatch, PlaceError, Reconciliation,
    Submission, Venue, VenueConfig, VenueError, VenueStatus, venue,
};
