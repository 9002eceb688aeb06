//! Orders as tracked, awaitable objects. What the venue says is joined, whatever the order and repetition of its messages;
//! whoever waits, waits on state, so that no update can be missed. Only the driver of a venue writes here.

mod closed;
mod external;
mod handle;
mod history;
mod table;
mod tracker;
mod wakers;

pub use external::ExternalOrder;
pub use handle::{Order, Orders};
pub use history::HistoryEntry;
pub use table::{Heard, Whose};
pub use tracker::{OrderTracker, Update};

#[cfg(test)]
mod tests;
