//! A client's order as the venue shows it.

use mm_exchange::Exchange;
use mm_model::{Price, Qty, Side};

use crate::lighter::{
    server::{
        accounts::Accounts,
        markets::{self, height, ms, us},
        numbers::{self, text},
        records::{OrderIndex, OrderRecord, Stage, Trigger, Why},
    },
    tx::{OrderType as Kind, TimeInForce as Rests},
    wire::{
        MarketKind, OrderStatus, OrderType, Side as SideWord, Text, TimeInForce, TriggerStatus, order::Order,
    },
};

/// The row of an order. `None` when its market is not listed, which cannot be.
pub(in super::super) fn order_row(
    exchange: &Exchange,
    accounts: &Accounts,
    record: &OrderRecord,
) -> Option<Order<'static>> {
    let market = exchange.markets().get(record.market)?;
    let price = |raw: i64| numbers::price(market, markets::price(market, raw).unwrap_or(Price(0)));
    let qty = |qty: Qty| numbers::qty(market, qty);
    let number = |index: Option<OrderIndex>| index.map_or(0, |index| index.0);
    let integrator = record.origin.integrator;
    let fee = |of: fn(&crate::lighter::tx::Integrator) -> i64| text(integrator.as_ref().map_or(0, of));
    let origin = &record.origin;
    Some(Order {
        order_index: record.index.0,
        client_order_index: record.client,
        order_id: text(record.index.0),
        client_order_id: text(record.client),
        market_index: record.market_index.into(),
        owner_account_index: accounts.index_of(record.account),
        initial_base_amount: qty(record.qty),
        price: price(origin.raw_price),
        nonce: origin.nonce,
        remaining_base_amount: qty(record.left()),
        is_ask: record.side == Side::Sell,
        base_size: markets::raw_qty(market, record.qty),
        base_price: origin.raw_price,
        filled_base_amount: qty(record.filled),
        filled_quote_amount: numbers::usdc(record.filled_quote),
        side: if record.side == Side::Sell { SideWord::Sell } else { SideWord::Buy },
        kind: kind(origin.kind),
        time_in_force: time_in_force(origin.time_in_force),
        reduce_only: record.reduce_only,
        trigger_price: price(origin.raw_trigger),
        order_expiry: origin.expiry,
        status: status(record.stage),
        trigger_status: trigger_status(record.trigger),
        trigger_time: if let Trigger::Ready(at) = record.trigger { ms(at) } else { 0 },
        parent_order_index: number(record.origin.links.parent),
        parent_order_id: text(number(record.origin.links.parent)),
        to_trigger_order_id_0: text(number(record.origin.links.children[0])),
        to_trigger_order_id_1: text(number(record.origin.links.children[1])),
        to_cancel_order_id_0: text(number(record.origin.links.twin)),
        block_height: height(record.updated_at),
        timestamp: ms(record.updated_at),
        created_at: ms(record.created_at),
        updated_at: ms(record.updated_at),
        transaction_time: us(record.updated_at),
        integrator_fee_collector_index: fee(|it| it.account),
        integrator_maker_fee: fee(|it| it.maker_fee.into()),
        integrator_taker_fee: fee(|it| it.taker_fee.into()),
        order_flags: 0,
        order_version: record.version,
        market_symbol: Text::from(market.symbol.to_string()),
        market_kind: market_kind(market.kind),
    })
}

/// The venue's word for a kind of market, on orders and trades.
pub(super) const fn market_kind(kind: mm_model::MarketKind) -> MarketKind {
    match kind {
        mm_model::MarketKind::Perpetual => MarketKind::Perps,
        mm_model::MarketKind::Spot => MarketKind::Spot,
    }
}

const fn kind(kind: Kind) -> OrderType {
    match kind {
        Kind::Limit => OrderType::Limit,
        Kind::Market => OrderType::Market,
        Kind::StopLoss => OrderType::StopLoss,
        Kind::StopLossLimit => OrderType::StopLossLimit,
        Kind::TakeProfit => OrderType::TakeProfit,
        Kind::TakeProfitLimit => OrderType::TakeProfitLimit,
        Kind::Twap => OrderType::Twap,
    }
}

const fn time_in_force(rests: Rests) -> TimeInForce {
    match rests {
        Rests::ImmediateOrCancel => TimeInForce::ImmediateOrCancel,
        Rests::GoodTillTime => TimeInForce::GoodTillTime,
        Rests::PostOnly => TimeInForce::PostOnly,
    }
}

/// The venue's word for where an order stands.
pub(in super::super) const fn status(stage: Stage) -> OrderStatus {
    match stage {
        Stage::Pending => OrderStatus::Pending,
        Stage::Open => OrderStatus::Open,
        Stage::Filled => OrderStatus::Filled,
        Stage::Canceled(why) => match why {
            Why::Asked => OrderStatus::Canceled,
            Why::PostOnly => OrderStatus::CanceledPostOnly,
            Why::ReduceOnly => OrderStatus::CanceledReduceOnly,
            Why::Position => OrderStatus::CanceledPositionNotAllowed,
            Why::Margin => OrderStatus::CanceledMarginNotAllowed,
            Why::Slippage => OrderStatus::CanceledTooMuchSlippage,
            Why::Liquidity => OrderStatus::CanceledNotEnoughLiquidity,
            Why::SelfTrade => OrderStatus::CanceledSelfTrade,
            Why::Expired => OrderStatus::CanceledExpired,
            Why::Oco => OrderStatus::CanceledOco,
            Why::Child => OrderStatus::CanceledChild,
            Why::Liquidation => OrderStatus::CanceledLiquidation,
            Why::Balance => OrderStatus::CanceledInvalidBalance,
        },
    }
}

const fn trigger_status(trigger: Trigger) -> TriggerStatus {
    match trigger {
        Trigger::None => TriggerStatus::None,
        Trigger::MarkPrice => TriggerStatus::MarkPrice,
        Trigger::Parent => TriggerStatus::ParentOrder,
        Trigger::Ready(_) => TriggerStatus::Ready,
    }
}
