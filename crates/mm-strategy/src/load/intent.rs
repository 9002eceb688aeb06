//! What a tracking limit order was to fill, and the orders that it was made of.

use mm_model::{ClientId, MarketId, Qty, Side};

/// One intent. All its orders together fill no more than its target, whatever happens to any of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Where.
    pub market: MarketId,
    /// Buy or sell.
    pub side: Side,
    /// How much in all.
    pub target: Qty,
    /// The orders so far, in the order in which they were made.
    pub orders: Vec<ClientId>,
}
