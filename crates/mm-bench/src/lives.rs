//! Whole lives of orders, one after the other: made, sent, open, filled, forgotten by their owner.

use mm_core::orders::{Order, Orders, Update};
use mm_model::{
    ClientId, Exposure, Fill, Liquidity, MarketId, Money, NewOrder, OrderKind, Price, Qty, ReportedStatus,
    Side, Symbol, TimeInForce, Timestamp, TradeId, VenueOrderId,
};

use crate::rig::report;

/// Orders and the ids that they were given.
#[derive(Debug)]
pub struct Lives {
    orders: Orders,
    asset: Symbol,
    n_made: u64,
}

impl Lives {
    /// No lives yet; of those to come, the last `kept_max` are remembered.
    #[must_use]
    pub fn new(kept_max: usize) -> Self {
        Self { orders: Orders::new(kept_max), asset: "USDC".into(), n_made: 0 }
    }

    /// The table of orders.
    #[must_use]
    pub const fn orders(&self) -> &Orders {
        &self.orders
    }

    /// An order that the venue has shown on its book.
    ///
    /// # Panics
    /// Never: ids are not given twice.
    pub fn open(&mut self) -> Order {
        self.n_made += 1;
        let id = ClientId(self.n_made);
        let order = self.orders.track(id, wanted(MarketId(0)), Timestamp(1)).expect("the id is new");
        self.orders.apply(id, Timestamp(1), Update::Sent);
        self.orders.report(Timestamp(1), &report(id, Qty::ZERO, ReportedStatus::Open));
        order
    }

    /// The `n`-th fill of an order.
    #[must_use]
    pub fn fill(&self, id: ClientId, n: u64, qty: Qty) -> Fill {
        Fill {
            trade_id: TradeId::from_number(id.0 * 8 + n),
            client_id: Some(id),
            venue_id: VenueOrderId::from_number(59_887_000_000 + id.0),
            market: MarketId(0),
            side: Side::Buy,
            price: Price(14_000),
            qty,
            fee: Money::ZERO,
            fee_asset: self.asset.clone(),
            liquidity: Liquidity::Maker,
            at: Timestamp(2),
        }
    }

    /// Lives `n` whole lives.
    pub fn run(&mut self, n: u64) {
        for _ in 0..n {
            let order = self.open();
            let fill = self.fill(order.client_id(), 0, SIZE);
            self.orders.fill(Timestamp(2), &fill);
        }
    }
}

/// Size of the orders of the rows.
pub const SIZE: Qty = Qty(1_000_000);

/// An order that rests far from the touch.
#[must_use]
pub const fn wanted(market: MarketId) -> NewOrder {
    NewOrder {
        market,
        side: Side::Buy,
        qty: SIZE,
        kind: OrderKind::Limit { price: Price(14_000), time_in_force: TimeInForce::Gtc },
        exposure: Exposure::Any,
    }
}
