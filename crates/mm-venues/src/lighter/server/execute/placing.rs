//! An order of a transaction as the engine takes it. What the API checked is not checked again.

use mm_exchange::{AccountId, Amount, Exchange, PlaceOrder, SameTrader, Terms, Trigger, TriggerKind};
use mm_model::{ClientId, Exposure, Market, Qty, SelfTrade, Side, TimeInForce as Rests};

use crate::lighter::{
    server::markets,
    tx::{Attributes, Order, OrderType, SelfTradeBehavior, SelfTradeScope, TimeInForce},
};

/// The order. A price that lies on no tick cannot come here; if one did, the engine would refuse price zero.
pub(super) fn placing(
    (exchange, account): (&Exchange, AccountId),
    market: &Market,
    order: &Order,
    attributes: &Attributes,
) -> PlaceOrder {
    let price = markets::price(market, order.price.into()).unwrap_or_default();
    let at_market =
        matches!(order.order_type, OrderType::Market | OrderType::StopLoss | OrderType::TakeProfit);
    let immediate = order.time_in_force == TimeInForce::ImmediateOrCancel;
    PlaceOrder {
        market: market.id,
        side: if order.is_ask { Side::Sell } else { Side::Buy },
        amount: amount((exchange, account), market, order),
        limit: (!at_market).then_some(price),
        time_in_force: if immediate { Rests::Ioc } else { Rests::Gtc },
        post_only: order.time_in_force == TimeInForce::PostOnly,
        exposure: if order.reduce_only { Exposure::ReduceOnly } else { Exposure::Any },
        self_trade: match attributes.self_trade {
            SelfTradeBehavior::ExpireMaker => SelfTrade::RejectMaker,
            SelfTradeBehavior::ExpireTaker => SelfTrade::RejectTaker,
            SelfTradeBehavior::CancelBoth => SelfTrade::RejectBoth,
            SelfTradeBehavior::Reduce => SelfTrade::Reduce,
        },
        client_id: u64::try_from(order.client_order_index).ok().filter(|id| *id != 0).map(ClientId),
        terms: Terms {
            expires_at: (order.order_expiry != 0).then(|| markets::time(order.order_expiry)),
            trigger: trigger(market, order),
            worst_average: at_market.then_some(price),
            same_trader: match attributes.self_trade_scope {
                SelfTradeScope::SameAccount => SameTrader::Account,
                SelfTradeScope::SameMaster => SameTrader::Master,
            },
        },
    }
}

/// Without a size, an order closes what there is: a position now, or when it wakes.
fn amount((exchange, account): (&Exchange, AccountId), market: &Market, order: &Order) -> Amount {
    if order.base_amount != 0 {
        return Amount::Base(markets::qty(market, order.base_amount).unwrap_or(Qty::ZERO));
    }
    if order.trigger_price != 0 {
        return Amount::All;
    }
    let held = exchange.position(account, market.id).map_or(Qty::ZERO, |position| position.net.abs());
    // Nothing to close: any size will do for the engine to say so.
    Amount::Base(held.max(market.min_qty))
}

fn trigger(market: &Market, order: &Order) -> Option<Trigger> {
    let kind = match order.order_type {
        OrderType::StopLoss | OrderType::StopLossLimit => TriggerKind::StopLoss,
        OrderType::TakeProfit | OrderType::TakeProfitLimit => TriggerKind::TakeProfit,
        OrderType::Limit | OrderType::Market | OrderType::Twap => return None,
    };
    markets::price(market, order.trigger_price.into()).map(|price| Trigger { kind, price })
}
