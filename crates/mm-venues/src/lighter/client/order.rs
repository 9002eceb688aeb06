//! An order of ours as the venue's transaction says it.

use std::time::Duration;

use mm_model::{
    CallError, ClientId, Exposure, Market, MarketKind, OrderKind, Placement, Price, Qty, Side, TimeInForce,
    Timestamp,
};

use crate::lighter::{
    spec::SPEC,
    tx::{self, OrderType},
};

/// How long an order rests. The venue takes 30 days at most; its SDK's default is 28 (`signer_client.py`, SDK 1.1.8).
const RESTS_FOR: Duration = Duration::from_secs(28 * 24 * 3600);

/// Basis points of the whole.
const BASIS_POINTS: i128 = 10_000;

/// What an order needs beside itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub(super) now: Timestamp,
    /// The best price on the other side, where it is known.
    pub(super) touch: Option<Price>,
    /// How much worse than that a market order may fill on average, in basis points.
    pub(super) bound_bp: u32,
}

pub(super) fn not_sent(why: impl Into<String>) -> CallError {
    CallError::NotSent(why.into())
}

/// Our id in the venue's range.
pub(super) fn client_id(id: ClientId) -> Result<i64, CallError> {
    i64::try_from(id.0)
        .ok()
        .filter(|_| SPEC.client_ids.contains(&id.0))
        .ok_or_else(|| not_sent(format!("client id {id} is out of the venue's range 1..=281474976710655")))
}

/// A size in the venue's units, which are our lots.
pub(super) fn base_amount(qty: Qty) -> Result<i64, CallError> {
    i64::try_from(qty.0).map_err(|_| not_sent("a size beyond all bounds"))
}

/// A price in the venue's units, which are our ticks.
pub(super) fn price(price: Price) -> Result<u32, CallError> {
    u32::try_from(price.0)
        .ok()
        .filter(|price| *price > 0)
        .ok_or_else(|| not_sent(format!("a price of {} ticks: the venue takes 1 to 4294967295", price.0)))
}

/// The order on `market`, which the venue numbers `number`. An order that would match one of our own takes that off:
/// the venue's default, which needs no attribute.
pub(super) fn order(
    (market, number): (&Market, u64),
    placement: &Placement,
    terms: Terms,
) -> Result<tx::Order, CallError> {
    let order = &placement.order;
    let is_spot = market.kind == MarketKind::Spot;
    if order.qty.is_zero() {
        return Err(not_sent("an order of size zero"));
    }
    if is_spot && order.exposure == Exposure::ReduceOnly {
        return Err(not_sent("spot markets know no reduce-only"));
    }
    let told = kind(order.kind, order.side, terms)?;
    if is_spot && told.trigger.is_some() {
        return Err(not_sent("spot markets know no orders that wait for a trigger"));
    }
    let expiry = (terms.now + RESTS_FOR).ms();
    Ok(tx::Order {
        market: i64::try_from(number).map_err(|_| not_sent("a market number beyond all bounds"))?,
        client_order_index: client_id(placement.client_id)?,
        base_amount: base_amount(order.qty)?,
        price: price(told.price)?,
        is_ask: order.side == Side::Sell,
        order_type: told.order_type,
        time_in_force: told.time_in_force,
        reduce_only: order.exposure == Exposure::ReduceOnly,
        trigger_price: told.trigger.map(price).transpose()?.unwrap_or(0),
        order_expiry: if told.rests { i64::try_from(expiry).unwrap_or(i64::MAX) } else { 0 },
    })
}

/// What kind of order, in the venue's words.
struct Told {
    order_type: OrderType,
    time_in_force: tx::TimeInForce,
    price: Price,
    trigger: Option<Price>,
    /// Whether it needs an expiry: it rests, or waits for its trigger.
    rests: bool,
}

fn kind(kind: OrderKind, side: Side, terms: Terms) -> Result<Told, CallError> {
    use tx::TimeInForce::{GoodTillTime, ImmediateOrCancel, PostOnly};
    let limit = |price, time_in_force| Told {
        order_type: OrderType::Limit,
        time_in_force,
        price,
        trigger: None,
        rests: time_in_force != ImmediateOrCancel,
    };
    let triggered = |[at_market, at_limit]: [OrderType; 2], trigger, limit: Option<Price>| Told {
        order_type: if limit.is_some() { at_limit } else { at_market },
        time_in_force: if limit.is_some() { GoodTillTime } else { ImmediateOrCancel },
        price: limit.unwrap_or_else(|| worst(trigger, side, terms.bound_bp)),
        trigger: Some(trigger),
        rests: true,
    };
    Ok(match kind {
        OrderKind::Limit { price, time_in_force: TimeInForce::Gtc } => limit(price, GoodTillTime),
        OrderKind::Limit { price, time_in_force: TimeInForce::Ioc } => limit(price, ImmediateOrCancel),
        OrderKind::Limit { time_in_force: TimeInForce::Fok, .. } => {
            return Err(not_sent("lighter knows no orders that are filled whole or not at all"));
        }
        OrderKind::PostOnly { price } => limit(price, PostOnly),
        OrderKind::Market => {
            let touch = terms.touch.ok_or_else(|| {
                not_sent("a market order needs a worst price, and the other side of the book is not known")
            })?;
            Told {
                order_type: OrderType::Market,
                time_in_force: ImmediateOrCancel,
                price: worst(touch, side, terms.bound_bp),
                trigger: None,
                rests: false,
            }
        }
        OrderKind::StopLoss { trigger, limit } => {
            triggered([OrderType::StopLoss, OrderType::StopLossLimit], trigger, limit)
        }
        OrderKind::TakeProfit { trigger, limit } => {
            triggered([OrderType::TakeProfit, OrderType::TakeProfitLimit], trigger, limit)
        }
    })
}

/// The worst price on average that is still taken: `bound_bp` beyond `from`, rounded towards it, and one tick at least.
fn worst(from: Price, side: Side, bound_bp: u32) -> Price {
    let beyond = i128::from(from.0) * i128::from(bound_bp) / BASIS_POINTS;
    let beyond = i64::try_from(beyond).unwrap_or(i64::MAX);
    match side {
        Side::Buy => from.offset(beyond),
        Side::Sell => Price(from.0.saturating_sub(beyond).max(1)),
    }
}
