//! One fill in the venue's terms.

use std::sync::Arc;

use mm_exchange::{AccountId, Exchange, Execution, PositionView, TradeNo};
use mm_model::{Liquidity, MarketId, Money, Price, Qty, Side, Timestamp};

use super::{OrderRecord, order::Origin};

/// A client's side of a trade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct FillRecord {
    pub(in super::super) account: AccountId,
    pub(in super::super) market: MarketId,
    pub(in super::super) trade: TradeNo,
    /// The venue's id of the order.
    pub(in super::super) order_id: u128,
    pub(in super::super) client: u64,
    pub(in super::super) side: Side,
    pub(in super::super) liquidity: Liquidity,
    pub(in super::super) price: Price,
    pub(in super::super) qty: Qty,
    pub(in super::super) mark: Price,
    pub(in super::super) index: Price,
    pub(in super::super) fee: Money,
    /// What the trade won, fees apart; zero for what only opened.
    pub(in super::super) realized: Money,
    pub(in super::super) is_liquidation: bool,
    pub(in super::super) at: Timestamp,
    /// The order as it was sent.
    pub(in super::super) origin: Arc<Origin>,
}

impl FillRecord {
    /// Of an execution of an order; what it won is not known yet.
    pub(super) fn new(exchange: &Exchange, order: &OrderRecord, execution: &Execution) -> Self {
        Self {
            account: execution.account,
            market: execution.market,
            trade: execution.trade,
            order_id: order.order_id,
            client: order.client,
            side: execution.side,
            liquidity: execution.liquidity,
            price: execution.price,
            qty: execution.qty,
            mark: exchange.mark(execution.market).unwrap_or(execution.price),
            index: exchange.index(execution.market).unwrap_or(execution.price),
            fee: execution.fee,
            realized: Money::ZERO,
            is_liquidation: order.is_forced,
            at: execution.at,
            origin: Arc::clone(&order.origin),
        }
    }

    /// What it won follows from what it did to the cost of the position: that changed by what was paid, and by what was
    /// won.
    pub(super) fn settle(&mut self, exchange: &Exchange, (before, after): (Money, &PositionView)) {
        let Some(market) = exchange.markets().get(self.market) else { return };
        let value = market.notional(self.price, self.qty);
        let paid = if self.side == Side::Buy { value } else { -value };
        self.realized = after.cost - before - paid;
    }
}

/// The id of a trade, for the public and for both of its sides: `<execution>-<index>`. The exchange counts trades in each
/// market; the index tells markets apart.
pub(in super::super) fn trade_id(trade: TradeNo, market: MarketId) -> String {
    format!("{}-{}", trade.0, u64::from(market.0) + 1)
}
