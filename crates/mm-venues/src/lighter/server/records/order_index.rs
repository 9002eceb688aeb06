//! The venue's ids of orders. Each market has a block of 2^48 of them; asks count up from its start, bids down from its
//! end, so that within a side the id's order is that of time (inferred from ids that were seen; clients must take
//! them as opaque).
//!
//! What counts is the exchange's number of the arrival, so no table is needed.

use mm_exchange::OrderId;
use mm_model::Side;

/// The size of a market's block.
const BLOCK: i64 = 1 << 48;

/// The venue's id of an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct OrderIndex(pub(in super::super) i64);

/// Whether a number is in the venue's range rather than in the client's: they do not meet.
pub(in super::super) const fn is_order_index(number: i64) -> bool {
    number >= BLOCK
}

impl OrderIndex {
    /// The id of an order of the exchange.
    pub(in super::super) fn of(market_index: u16, side: Side, order: OrderId) -> Self {
        Self::counted(market_index, side, i64::try_from(order.0 >> 24).unwrap_or(i64::MAX))
    }

    /// The id of what the outside world holds, by its place in the queue: the last quarter of the block.
    pub(in super::super) fn outside(market_index: u16, side: Side, place: usize) -> Self {
        let place = i64::try_from(place).unwrap_or(0) % (BLOCK / 8);
        Self::counted(market_index, side, BLOCK / 4 * 3 + place)
    }

    fn counted(market_index: u16, side: Side, n: i64) -> Self {
        let start = (i64::from(market_index) + 1) * BLOCK;
        Self(match side {
            Side::Sell => start + n,
            Side::Buy => start + BLOCK - 1 - n,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_do_not_meet_and_sides_count_towards_each_other() {
        let at = |market, side, arrival: u64| OrderIndex::of(market, side, OrderId(arrival << 24 | 7)).0;
        assert_eq!(at(0, Side::Sell, 1), BLOCK + 1);
        assert_eq!(at(0, Side::Buy, 1), 2 * BLOCK - 2);
        assert!(at(0, Side::Buy, 0) < at(1, Side::Sell, 0));
        assert!(at(0, Side::Buy, 9) < at(0, Side::Buy, 8));
        assert!(at(4094, Side::Buy, 0) < 1 << 60);
        assert!(is_order_index(at(0, Side::Sell, 0)) && !is_order_index((1 << 48) - 1));
    }
}
