//! Routes that place, show and cancel orders.

use mm_exchange::{CancelOrder, Exchange, OrderId, OrderRef, OrderView};
use mm_model::ClientId;

use super::{
    Account,
    answer::{Answer, Answered},
    call::{Call, listing},
    errors::Refused,
    order_rows::order_row,
    placing::placing,
};
use crate::{
    backpack::wire::{
        Text,
        error::ApiError,
        order::{BatchAnswer, CancelAllRequest, Order, OrderRequest, OrderSelector},
    },
    server::params::number,
};

pub(super) fn place(call: &mut Call<'_>, account: &Account) -> Answered {
    call.finish()?;
    let request = body(call.body)?;
    let order = execute(call, account, &request)?;
    Ok(Answer::json(&row(call.exchange, &order)?))
}

/// Each order for itself: an element of the answer is an order or an error.
pub(super) fn place_batch(call: &mut Call<'_>, account: &Account) -> Answered {
    call.finish()?;
    let requests: Vec<OrderRequest<'_>> = serde_json::from_slice(call.body).map_err(Refused::payload)?;
    let most = call.records.switches.batch_max;
    if requests.is_empty() || requests.len() > most {
        return Err(Refused::payload(format_args!("a batch holds 1 to {most} orders"))); // words chosen
    }
    let mut answers = Vec::with_capacity(requests.len());
    for request in &requests {
        let placed = execute(call, account, request);
        answers.push(match placed.and_then(|order| row(call.exchange, &order)) {
            Ok(row) => BatchAnswer::Ok(row),
            Err(no) => {
                BatchAnswer::Err(ApiError { code: Text::new(no.code), message: Text::from(no.message) })
            }
        });
    }
    Ok(Answer::json(&answers))
}

pub(super) fn order(call: &mut Call<'_>, account: &Account) -> Answered {
    let market = call.symbol()?.market.id;
    let client_id = call.query.number("clientId")?;
    let order_id = call.query.optional("orderId");
    call.finish()?;
    let which = which(order_id.as_deref(), client_id)?;
    let order = call.exchange.order(account.account, market, which).ok_or_else(Refused::not_found)?;
    Ok(Answer::json(&row(call.exchange, &order)?))
}

pub(super) fn open_orders(call: &mut Call<'_>, account: &Account) -> Answered {
    let (market, kinds) = (call.symbol_filter()?, call.kinds()?);
    call.finish()?;
    let exchange = &*call.exchange;
    let orders = exchange.open_orders(account.account, market);
    let wanted = orders
        .iter()
        .filter(|order| exchange.markets().get(order.order.market).is_some_and(|market| kinds.has(market)));
    Ok(Answer::json(&wanted.map(|order| row(exchange, order)).collect::<Result<Vec<_>, _>>()?))
}

pub(super) fn cancel(call: &mut Call<'_>, account: &Account) -> Answered {
    call.finish()?;
    let request: OrderSelector<'_> = body(call.body)?;
    let market = listing(call.exchange, &request.symbol)?.market.id;
    let order = which(request.order_id.as_deref(), request.client_id)?;
    let gone = call.exchange.cancel(call.now, account.account, CancelOrder { market, order })?;
    if call.records.switches.cancels_answer_empty {
        return Ok(Answer::empty(202));
    }
    Ok(Answer::json(&row(call.exchange, &gone)?))
}

pub(super) fn cancel_all(call: &mut Call<'_>, account: &Account) -> Answered {
    call.finish()?;
    let request: CancelAllRequest<'_> = body(call.body)?;
    let market = listing(call.exchange, &request.symbol)?.market.id;
    let gone = match request.order_type.as_deref() {
        None | Some("RestingLimitOrder") => call.exchange.cancel_all(call.now, account.account, Some(market)),
        // There are none.
        Some("ConditionalOrder") => Vec::new(),
        Some(_) => return Err(Refused::payload("orderType: must be RestingLimitOrder or ConditionalOrder")),
    };
    if call.records.switches.cancels_answer_empty {
        return Ok(Answer::empty(202));
    }
    Ok(Answer::json(&gone.iter().map(|order| row(call.exchange, order)).collect::<Result<Vec<_>, _>>()?))
}

fn execute(call: &mut Call<'_>, account: &Account, request: &OrderRequest<'_>) -> Result<OrderView, Refused> {
    let market = &listing(call.exchange, &request.symbol)?.market;
    let order = placing(market, request, &call.records.switches)?;
    Ok(call.exchange.place(call.now, account.account, order)?)
}

fn row(exchange: &Exchange, order: &OrderView) -> Result<Order<'static>, Refused> {
    let market = exchange.markets().get(order.order.market).ok_or_else(Refused::symbol)?;
    Ok(order_row(market, order))
}

/// Exactly one of the two ids.
fn which(order_id: Option<&str>, client_id: Option<u32>) -> Result<OrderRef, Refused> {
    match (order_id, client_id) {
        // An id that is no number is no order's id: not found, rather than malformed.
        (Some(id), None) => {
            number("orderId", id).map(|id| OrderRef::Id(OrderId(id))).map_err(|_| Refused::not_found())
        }
        (None, Some(id)) => Ok(OrderRef::Client(ClientId(u64::from(id)))),
        // Words chosen; that both together are rejected is documented.
        _ => Err(Refused::client("exactly one of orderId and clientId must be given")),
    }
}

/// Reads a body strictly. An array is refused before serde could take it for the fields of an object in order.
pub(super) fn body<'a, T: serde::Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Refused> {
    match bytes.trim_ascii_start().first() {
        Some(b'[') => Err(Refused::payload("expected an object, found an array")),
        _ => serde_json::from_slice(bytes).map_err(Refused::payload),
    }
}
