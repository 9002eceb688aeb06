//! Routes that show an account its orders.

use std::ops::RangeInclusive;

use mm_model::{MarketKind, Side};

use crate::lighter::{
    server::{
        answer::{Answered, json},
        call::Call,
        errors::Refused,
        markets::ms,
        records::OrderRecord,
        rows::order_row,
    },
    wire::{Text, error::codes::OK, order::Orders},
};

/// The most orders in one answer.
const LIMIT_MAX: usize = 100;

/// `GET accountActiveOrders`: all live orders, those that wait for a trigger too, in the order of their ids.
pub(in super::super) fn active(call: &mut Call<'_>) -> Answered {
    let (account, _) = call.own_account()?;
    let (market, kind) = (call.market_filter()?, kind_filter(call)?);
    call.finish()?;
    let rows = call.state.records.orders.all_live(account);
    let rows = rows.filter(|order| wanted(call, order, (market, kind)));
    Ok(answer(call, rows, None))
}

/// `GET accountInactiveOrders`: ended orders, the last one first.
pub(in super::super) fn inactive(call: &mut Call<'_>) -> Answered {
    let (account, _) = call.own_account()?;
    let limit = call.limit(LIMIT_MAX)?;
    let (market, kind) = (call.market_filter()?, kind_filter(call)?);
    let side = ask_filter(call)?;
    let between = between(call)?;
    let cursor = cursor(call)?;
    call.finish()?;
    let orders = &call.state.records.orders;
    let rows = orders.ended(account).rev().filter(|(place, order)| {
        cursor.is_none_or(|cursor| *place < cursor)
            && wanted(call, order, (market, kind))
            && side.is_none_or(|side| side == order.side)
            && between.as_ref().is_none_or(|between| between.contains(&ms(order.updated_at)))
    });
    let mut rows = rows.peekable();
    let page: Vec<_> = rows.by_ref().take(limit).collect();
    let next = page.last().filter(|_| rows.peek().is_some()).map(|(place, _)| place.to_string());
    Ok(answer(call, page.into_iter().map(|(_, order)| order), next))
}

/// `GET accountOrders`: orders by the client's ids, live or ended; the last one of each id.
pub(in super::super) fn by_client(call: &mut Call<'_>) -> Answered {
    let index = match call.query.number("account_index")? {
        Some(index) => index,
        None => call.access()?.account,
    };
    let (account, _) = call.opened(index)?;
    let ids = call.query.required("client_order_indexes")?;
    call.finish()?;
    let ids: Vec<i64> = numbers(&ids)
        .ok_or_else(|| Refused::parameter("client_order_indexes", "must be a list of at most 100 numbers"))?;
    let orders = &call.state.records.orders;
    let find = |id: &i64| {
        let ended = || orders.ended(account).rev().map(|(_, order)| order).find(|order| order.client == *id);
        orders.live(account, *id).or_else(ended).filter(|_| *id != 0)
    };
    Ok(answer(call, ids.iter().filter_map(find), None))
}

/// A list of numbers between commas, with or without the brackets of JSON.
fn numbers(text: &str) -> Option<Vec<i64>> {
    let inner = text.strip_prefix('[').map_or(Some(text), |rest| rest.strip_suffix(']'))?;
    let ids: Vec<i64> = inner.split(',').map(|id| id.trim().parse().ok()).collect::<Option<_>>()?;
    (ids.len() <= LIMIT_MAX).then_some(ids)
}

fn wanted(call: &Call<'_>, order: &OrderRecord, (market, kind): (Option<u16>, Option<MarketKind>)) -> bool {
    let is_kind = |kind| call.exchange.markets().get(order.market).is_some_and(|market| market.kind == kind);
    market.is_none_or(|market| market == order.market_index) && kind.is_none_or(is_kind)
}

fn answer<'a>(
    call: &Call<'_>,
    orders: impl Iterator<Item = &'a OrderRecord>,
    next: Option<String>,
) -> bytes::Bytes {
    let rows = orders.filter_map(|order| order_row(call.exchange, &call.state.accounts, order));
    json(&Orders {
        code: OK,
        message: None,
        next_cursor: next.map(Text::from),
        orders: rows.collect::<Vec<_>>().into(),
    })
}

/// Parameter `ask_filter`: −1 all, 0 bids, 1 asks.
pub(super) fn ask_filter(call: &mut Call<'_>) -> Result<Option<Side>, Refused> {
    match call.query.number("ask_filter")? {
        None | Some(-1) => Ok(None),
        Some(0) => Ok(Some(Side::Buy)),
        Some(1) => Ok(Some(Side::Sell)),
        Some(_) => Err(Refused::parameter("ask_filter", "must be -1, 0 or 1")),
    }
}

/// Parameter `market_type`.
pub(super) fn kind_filter(call: &mut Call<'_>) -> Result<Option<MarketKind>, Refused> {
    match call.query.optional("market_type").as_deref() {
        None | Some("" | "all") => Ok(None),
        Some("perp" | "perps") => Ok(Some(MarketKind::Perpetual)),
        Some("spot") => Ok(Some(MarketKind::Spot)),
        Some(_) => Err(Refused::parameter("market_type", "must be all, perp or spot")),
    }
}

/// Parameter `between_timestamps`: `from-to` in milliseconds, both ends included.
fn between(call: &mut Call<'_>) -> Result<Option<RangeInclusive<i64>>, Refused> {
    let Some(text) = call.query.optional("between_timestamps") else { return Ok(None) };
    let parse = || {
        let (from, to) = text.split_once('-')?;
        Some(from.parse().ok()?..=to.parse().ok()?)
    };
    parse()
        .map(Some)
        .ok_or_else(|| Refused::parameter("between_timestamps", "must be from-to in milliseconds"))
}

/// Parameter `cursor`: what an answer gave as its `next_cursor`.
pub(super) fn cursor(call: &mut Call<'_>) -> Result<Option<u64>, Refused> {
    match call.query.optional("cursor").as_deref() {
        None | Some("") => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| Refused::parameter("cursor", "is none of ours")),
    }
}
