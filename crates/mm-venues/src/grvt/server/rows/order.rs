//! An order as the venue shows it.

use mm_exchange::Exchange;
use mm_model::{Market, Money, Side};

use crate::grvt::{
    server::{
        numbers,
        records::{OrderRecord, Stage},
    },
    wire::{
        BrokerTag, OrderRejectReason as Reason, OrderStatus, Text, TriggerBy, TriggerType,
        order::{Order, OrderLeg, OrderMetadata, OrderState, Tpsl, Trigger, UNASSIGNED},
        stream::OrderStateFeed,
    },
};

/// The whole order; `None` when its market is not listed any more. `sub_account` is its account's number.
pub(in super::super) fn order_row(
    exchange: &Exchange,
    sub_account: u64,
    record: &OrderRecord,
) -> Option<Order<'static>> {
    let market = exchange.markets().get(record.market)?;
    let origin = &record.origin;
    let leg = OrderLeg {
        instrument: Text::from(market.symbol.to_string()),
        size: numbers::qty(market, origin.size),
        limit_price: Some(record.limit.map_or_else(numbers::zero, |price| numbers::price(market, price))),
        is_buying_asset: record.side == Side::Buy,
    };
    let metadata = OrderMetadata {
        client_order_id: numbers::text(record.client),
        create_time: Some(record.created_at.into()),
        trigger: Some(origin.trigger.clone().unwrap_or_else(no_trigger)),
        broker: Some(origin.broker.clone().unwrap_or(BrokerTag::Unspecified)),
        is_position_transfer: Some(false),
        allow_crossing: Some(false),
    };
    Some(Order {
        order_id: order_id(record.order_id),
        sub_account_id: numbers::text(sub_account),
        is_market: origin.is_market,
        time_in_force: origin.time_in_force.clone(),
        post_only: origin.post_only,
        reduce_only: origin.reduce_only,
        legs: [leg].into(),
        signature: origin.signature.clone(),
        metadata,
        state: order_state(market, record),
        builder: origin.builder.clone().unwrap_or(Text::new(UNASSIGNED)),
        builder_fee: origin.builder_fee.clone().unwrap_or_else(numbers::zero),
    })
}

/// How far it came.
fn order_state(market: &Market, record: &OrderRecord) -> OrderState<'static> {
    let (status, reject_reason) = match &record.stage {
        Stage::Pending => (OrderStatus::Pending, Reason::Unspecified),
        Stage::Open => (OrderStatus::Open, Reason::Unspecified),
        Stage::Filled => (OrderStatus::Filled, Reason::Unspecified),
        Stage::Rejected(why) => (OrderStatus::Rejected, why.clone()),
        Stage::Cancelled(why) => (OrderStatus::Cancelled, why.clone()),
    };
    let average = if record.filled_quote == Money::ZERO {
        numbers::zero()
    } else {
        numbers::average(record.filled_quote, market.qty_decimal(record.filled))
    };
    OrderState {
        status,
        reject_reason,
        book_size: [numbers::qty(market, record.left())].into(),
        traded_size: [numbers::qty(market, record.filled)].into(),
        update_time: record.updated_at.into(),
        avg_fill_price: [average].into(),
    }
}

/// `v1.state`.
pub(in super::super) fn state_feed(market: &Market, record: &OrderRecord) -> OrderStateFeed<'static> {
    OrderStateFeed {
        order_id: order_id(record.order_id),
        client_order_id: numbers::text(record.client),
        order_state: order_state(market, record),
    }
}

/// The venue's id as text of the wire.
pub(super) fn order_id(id: u128) -> Text<'static> {
    if id == 0 { Text::new(UNASSIGNED) } else { Text::from(format!("0x{id:032x}")) }
}

/// What the venue shows of an order without a trigger.
fn no_trigger() -> Trigger<'static> {
    Trigger {
        trigger_type: TriggerType::Unspecified,
        tpsl: Tpsl {
            trigger_by: TriggerBy::Unspecified,
            trigger_price: numbers::zero(),
            close_position: false,
            is_split_position: false,
        },
    }
}
