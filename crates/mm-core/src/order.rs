//! An order as a tracked, awaitable object.
use mm_model::{ClientId, OrderRecord, OrderState, Qty, Timestamp};

/// A change that an order went through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry { /// When, by our clock.
    pub at: Timestamp, /// The state from then on.
    pub state: OrderState, /// Filled by then.
    pub filled: Qty, /// What made the change, for a person: `ack`, `fill 1234`, `cancel sent`, ...
    pub cause: String }

/// Handle of one order. Clones share the order. Dropping it does not cancel.
#[derive(Clone, Debug)]
pub struct Order(());
impl Order {
    /// Our id.
    pub fn client_id(&self) -> ClientId { todo!() }
    /// What is known now.
    pub fn snapshot(&self) -> OrderRecord { todo!() }
    /// Waits until the order is settled: final, and every fill known. Cancel-safe. Wrap in `Clock::within`.
    pub async fn wait_final(&mut self) -> OrderRecord { todo!() }
    /// Waits for a change since this handle last looked. Cancel-safe; no update is missed, several may be seen as one.
    pub async fn next_update(&mut self) -> OrderRecord { todo!() }
    /// The changes so far, oldest first, bounded.
    pub fn history(&self) -> Vec<HistoryEntry> { todo!() }
    /// Fills so far with price, fee and liquidity.
    pub fn fills(&self) -> Vec<mm_model::Fill> { todo!() }
}
