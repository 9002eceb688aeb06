//! One order in the venue's terms.

use mm_exchange::{AccountId, OrderId};
use mm_model::{MarketId, Money, Price, Qty, Side, Timestamp};

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Stage {
    /// Acknowledged, not matched yet.
    Pending,
    /// On the book, or waiting for its trigger.
    Open,
    Filled,
    Rejected(Reason),
    Cancelled(Reason),
}

/// The venue's `OrderRejectReason`, as far as the simulated venue has cause to use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Reason {
    ClientCancel,
    ClientBulkCancel,
    ClientReplace,
    DeadMan,
    MarketCancel,
    IocCancel,
    FokCancel,
    Expired,
    FailPostOnly,
    FailReduceOnly,
    ReduceOnlyLimit,
    SelfMatched,
    OverlappingClientId,
    BelowMargin,
    Liquidation,
    ExceedMaxPosition,
    OcoCounterPart,
    Unspecified,
}

/// An order of a client.
#[derive(Clone, Debug)]
pub(in super::super) struct OrderRecord {
    pub(in super::super) account: AccountId,
    pub(in super::super) market: MarketId,
    /// `None` until it is matched.
    pub(in super::super) exchange_id: Option<OrderId>,
    /// The venue's id, 16 bytes; zero until it is matched.
    pub(in super::super) order_id: u128,
    pub(in super::super) client: u64,
    pub(in super::super) side: Side,
    pub(in super::super) limit: Option<Price>,
    pub(in super::super) qty: Qty,
    pub(in super::super) filled: Qty,
    pub(in super::super) filled_quote: Money,
    pub(in super::super) stage: Stage,
    pub(in super::super) created_at: Timestamp,
    pub(in super::super) updated_at: Timestamp,
}
