//! One fill in the venue's terms.

use mm_exchange::{AccountId, TradeNo};
use mm_model::{Liquidity, MarketId, Money, Price, Qty, Side, Timestamp};

/// A client's side of a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    pub(in super::super) realized: Money,
    pub(in super::super) is_liquidation: bool,
    pub(in super::super) at: Timestamp,
}

/// The id of a trade, for the public and for both of its sides: `<execution>-<index>`. The exchange counts trades in each
/// market; the index tells markets apart.
pub(in super::super) fn trade_id(trade: TradeNo, market: MarketId) -> String {
    format!("{}-{}", trade.0, market.0 + 1)
}
