//! One trade in the venue's terms.

use mm_crypto::Digest;
use mm_exchange::{AccountId, Exchange, Execution, OrderId, OrderView, PositionView};
use mm_model::{MarketId, Money, Price, Qty, Side, SignedQty, Timestamp};

use super::{OrderIndex, OrderRecord};
use crate::lighter::server::markets::index_of;

/// One side of a trade.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Half {
    pub(in super::super) account: AccountId,
    /// The venue's number of it.
    pub(in super::super) account_index: i64,
    pub(super) exchange_order: OrderId,
    pub(in super::super) order: OrderIndex,
    /// The client's id, 0 for none.
    pub(in super::super) client: i64,
    pub(in super::super) version: i64,
    pub(in super::super) fee: Money,
    /// The position before.
    pub(in super::super) net_before: SignedQty,
    /// What it had cost.
    pub(in super::super) cost_before: Money,
    /// The initial margin of the market, in ten-thousandths.
    pub(in super::super) margin_fraction: i64,
    /// Profit that the trade realised, where it closed something.
    pub(in super::super) pnl: Option<Money>,
    /// Whether the position turned, opened or closed.
    pub(in super::super) sign_changed: bool,
    /// Whether the engine placed the order itself, to close a client's position. It says so nowhere, but a market order
    /// that came by a transaction has a worst average.
    pub(super) is_forced: bool,
    /// The hash of the transaction that the order came by, if it came by one.
    pub(in super::super) tx: Option<Digest>,
}

/// A trade.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct TradeRecord {
    /// The venue's id: counted over all markets.
    pub(in super::super) id: i64,
    pub(in super::super) market: MarketId,
    pub(in super::super) market_index: u16,
    pub(in super::super) price: Price,
    pub(in super::super) qty: Qty,
    /// Price × size.
    pub(in super::super) quote: Money,
    /// The side that arrived.
    pub(in super::super) taker: Side,
    pub(in super::super) ask: Half,
    pub(in super::super) bid: Half,
    pub(in super::super) at: Timestamp,
}

impl Half {
    /// From an execution: whose number, record and position before are given.
    pub(super) fn new(
        exchange: &Exchange,
        what: (&OrderView, &Execution),
        whose: (i64, Option<&OrderRecord>, Option<PositionView>),
    ) -> Self {
        let ((view, execution), (account_index, record, before)) = (what, whose);
        let order = OrderIndex::of(index_of(exchange, execution.market), execution.side, view.id);
        Self {
            account: execution.account,
            account_index,
            exchange_order: view.id,
            order,
            client: execution.client_id.map_or(0, |id| i64::try_from(id.0).unwrap_or(0)),
            version: record.map_or(0, |record| record.version),
            fee: execution.fee,
            net_before: before.map_or(SignedQty::ZERO, |before| before.net),
            cost_before: before.map_or(Money::ZERO, |before| before.cost),
            margin_fraction: exchange
                .initial_margin(execution.account, execution.market)
                .map_or(0, |rate| rate.0 / 100_000),
            pnl: None,
            sign_changed: false,
            is_forced: record.is_some()
                && view.order.limit.is_none()
                && view.order.terms.worst_average.is_none(),
            tx: record.map(|record| record.origin.tx).filter(|tx| *tx != Digest::default()),
        }
    }

    /// The outside world's side.
    pub(super) fn outside(account_index: i64, order: OrderIndex) -> Self {
        Self {
            account: AccountId::OUTSIDE,
            account_index,
            exchange_order: OrderId::OUTSIDE,
            order,
            client: 0,
            version: 0,
            fee: Money::ZERO,
            net_before: SignedQty::ZERO,
            cost_before: Money::ZERO,
            margin_fraction: 0,
            pnl: None,
            sign_changed: false,
            is_forced: false,
            tx: None,
        }
    }
}

impl TradeRecord {
    /// The side that arrived.
    pub(in super::super) const fn taker(&self) -> &Half {
        match self.taker {
            Side::Buy => &self.bid,
            Side::Sell => &self.ask,
        }
    }

    /// Whether the engine closed a client's position by it.
    pub(in super::super) const fn is_liquidation(&self) -> bool {
        self.taker().is_forced
    }

    /// The side that rested.
    pub(in super::super) const fn maker(&self) -> &Half {
        match self.taker {
            Side::Buy => &self.ask,
            Side::Sell => &self.bid,
        }
    }
}
