//! What became of orders.

use super::{
    cancel::{Which, which},
    create::row,
};
use crate::grvt::{
    server::{answer::Answered, call::Call, errors::Refused, filter::Filter},
    wire::send::{Filtered, GetOrder},
};

/// `order`, by either id.
pub(super) fn order(call: &mut Call<'_>) -> Answered {
    let request: GetOrder<'_> = call.read()?;
    let account = call.own(&request.sub_account_id)?.id;
    let record = match which(request.order_id.as_ref(), request.client_order_id.as_ref())? {
        Which::Id(id) => call.state.records.orders.by_id(account, id),
        Which::Client(client) => call.state.by_client(account, client),
    };
    let record = record.ok_or_else(Refused::not_found)?;
    call.result(row(call, record)?)
}

/// `open_orders`: what is on the book or waits for its trigger. What waits for the speed bump is not there yet.
pub(super) fn open_orders(call: &mut Call<'_>) -> Answered {
    let Filtered { sub_account_id, kind, base, quote } = call.read()?;
    let account = call.own(&sub_account_id)?.id;
    let filter = Filter { kind, base, quote };
    let markets = call.exchange.markets();
    let live = call.state.records.orders.live(account).rev();
    let meant = live.filter(|record| markets.get(record.market).is_some_and(|market| filter.takes(market)));
    let rows: Vec<_> = meant.map(|record| row(call, record)).collect::<Result<_, _>>()?;
    call.result(rows)
}
