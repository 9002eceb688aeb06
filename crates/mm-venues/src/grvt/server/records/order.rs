//! One order in the venue's terms.

use std::sync::Arc;

use mm_exchange::{AccountId, Expiry, OrderId, OrderView, Status};
use mm_model::{MarketId, Money, Price, Qty, Side, Timestamp};

use crate::grvt::wire::{
    BrokerTag, OrderRejectReason as Reason, Text, TimeInForce,
    order::{Signature, Trigger},
};

/// Where an order stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Stage {
    /// Acknowledged, not matched yet.
    Pending,
    /// On the book, or waiting for its trigger.
    Open,
    Filled,
    /// It never was on the book.
    Rejected(Reason),
    Cancelled(Reason),
}

impl Stage {
    /// Whether nothing more can happen to the order.
    pub(in super::super) const fn is_over(&self) -> bool {
        matches!(self, Self::Filled | Self::Rejected(_) | Self::Cancelled(_))
    }
}

/// What an order was made from, beyond what the exchange keeps of it: as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Origin {
    pub(in super::super) is_market: bool,
    pub(in super::super) time_in_force: TimeInForce,
    pub(in super::super) post_only: bool,
    pub(in super::super) reduce_only: bool,
    /// What was asked for; of what is live now, reduce-only orders may have shrunk.
    pub(in super::super) size: Qty,
    /// Addresses in lower case, as the venue echoes them.
    pub(in super::super) signature: Signature<'static>,
    pub(in super::super) trigger: Option<Trigger<'static>>,
    pub(in super::super) broker: Option<BrokerTag>,
    pub(in super::super) builder: Option<Text<'static>>,
    pub(in super::super) builder_fee: Option<Text<'static>>,
}

impl Origin {
    /// Of an order that nobody sent: the engine closes a position.
    pub(super) fn forced(view: &OrderView) -> Self {
        let none = || Text::new("0x00");
        Self {
            is_market: view.order.limit.is_none(),
            time_in_force: TimeInForce::ImmediateOrCancel,
            post_only: view.order.post_only,
            reduce_only: true,
            size: view.qty,
            signature: Signature {
                signer: none(),
                r: none(),
                s: none(),
                v: 0,
                expiration: Timestamp::ZERO.into(),
                nonce: 0,
                chain_id: None,
            },
            trigger: None,
            broker: None,
            builder: None,
            builder_fee: None,
        }
    }
}

/// An order of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct OrderRecord {
    pub(in super::super) account: AccountId,
    pub(in super::super) market: MarketId,
    /// `None` until it is matched.
    pub(in super::super) exchange_id: Option<OrderId>,
    /// The venue's id; zero until it is matched.
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
    pub(in super::super) origin: Arc<Origin>,
    /// Whether the engine placed it itself.
    pub(in super::super) is_forced: bool,
}

impl OrderRecord {
    /// Of an order that nobody sent.
    pub(super) fn forced(order_id: u128, view: &OrderView) -> Self {
        Self {
            account: view.account,
            market: view.order.market,
            exchange_id: Some(view.id),
            order_id,
            client: view.order.client_id.map_or(0, |id| id.0),
            side: view.order.side,
            limit: view.order.limit,
            qty: view.qty,
            filled: Qty::ZERO,
            filled_quote: Money::ZERO,
            stage: Stage::Open,
            created_at: view.created_at,
            updated_at: view.updated_at,
            origin: Arc::new(Origin::forced(view)),
            is_forced: true,
        }
    }

    /// Takes over what the exchange says now; `asked` is why its owner had it cancelled.
    pub(super) fn join(&mut self, view: &OrderView, asked: Option<Reason>) {
        self.qty = view.qty;
        self.filled = view.filled;
        self.filled_quote = view.filled_quote;
        self.updated_at = view.updated_at;
        self.stage = match view.status {
            Status::Pending(_) | Status::New | Status::PartiallyFilled => Stage::Open,
            Status::Filled => Stage::Filled,
            Status::Cancelled => Stage::Cancelled(asked.unwrap_or(Reason::ClientCancel)),
            Status::Expired(why) => Stage::Cancelled(reason(why)),
        };
    }

    /// What is not filled and can still be; nothing once it is over, as the venue shows it.
    pub(in super::super) const fn left(&self) -> Qty {
        if self.stage.is_over() { Qty::ZERO } else { self.qty.minus(self.filled) }
    }
}

/// The venue's word for why the exchange took an order off.
fn reason(why: Expiry) -> Reason {
    match why {
        Expiry::ImmediateOrCancel => Reason::IocCancel,
        Expiry::FillOrKill => Reason::FokCancel,
        Expiry::InsufficientLiquidity | Expiry::Slippage => Reason::MarketCancel,
        Expiry::SelfTrade => Reason::SelfMatchedSubaccount,
        Expiry::NotReducing => Reason::ReduceOnlyLimit,
        Expiry::Margin => Reason::BelowMargin,
        Expiry::Liquidation => Reason::Liquidation,
        Expiry::PostOnly => Reason::FailPostOnly,
        Expiry::Balance => Reason::InsufficientBalance,
        Expiry::Position => Reason::ExceedMaxPositionSize,
        Expiry::Time => Reason::Expired,
        Expiry::OneCancelsOther | Expiry::Child => Reason::OcoCounterPartTriggered,
        Expiry::Refused(_) => Reason::Unspecified,
    }
}
