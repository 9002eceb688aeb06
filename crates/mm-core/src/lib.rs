//! The core: one clock, venues as handles, orders as tracked and awaitable objects, limit orders that follow the
//! market, and the lifecycle of it all. It knows no venue, no JSON, no socket, no file.

mod clock;
mod driver;
mod order;
mod strategy;
mod tracking_limit;
mod trading_core;
mod venue;

pub use clock::{Clock, Spawner, Tick, Ticks};
pub use driver::{Call, CallId, Driver, LinkState};
pub use order::{HistoryEntry, Order};
pub use strategy::{Context, Needs, Outcome, Stop, Strategy, StrategyError};
pub use tracking_limit::{Tracked, TrackingLimit, TrackingLimitError, place_tracking_limit_order};
pub use trading_core::{Connector, CoreConfig, CoreStatus, StartError, StopReport, TradingCore};
pub use venue::{
    CancelError, IdSource, Listener, PlaceError, Venue, VenueConfig, VenueError, VenueStatus, venue,
};
