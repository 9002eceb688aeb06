//! What happened to an account besides orders and trades: funding.

use super::orders::cursor;
use crate::lighter::{
    server::{
        answer::{Answered, json},
        call::Call,
        errors::Refused,
        markets::{self, index_of},
        rows::funding_row,
    },
    wire::{Text, account::PositionFundings, error::codes},
};

/// The most rows in one answer.
const LIMIT_MAX: usize = 100;

/// `GET positionFunding`: what positions paid or were paid, the last payment first.
pub(in super::super) fn position_funding(call: &mut Call<'_>) -> Answered {
    let (account, _) = call.own_account()?;
    let limit = call.limit(LIMIT_MAX)?;
    let side = match call.query.optional("side").as_deref() {
        None | Some("" | "all") => None,
        Some("long") => Some(1),
        Some("short") => Some(-1),
        Some(_) => return Err(Refused::parameter("side", "must be all, long or short")),
    };
    let (from, to): (Option<i64>, Option<i64>) =
        (call.query.number("start_timestamp")?, call.query.number("end_timestamp")?);
    let wanted = match (call.query.optional("market_ids"), call.market_filter()?) {
        (Some(ids), _) => Some(ids.split(',').filter_map(|id| id.trim().parse().ok()).collect::<Vec<u16>>()),
        (None, market) => market.map(|market| vec![market]),
    };
    let before = cursor(call)?;
    call.finish()?;
    let exchange = &*call.exchange;
    let rows = exchange.funding_payments(account).enumerate().collect::<Vec<_>>();
    let rows = rows.into_iter().rev().filter(|(n, paid)| {
        let ms = markets::ms(paid.at);
        before.is_none_or(|before| (*n as u64) < before)
            && wanted.as_ref().is_none_or(|wanted| wanted.contains(&index_of(exchange, paid.market)))
            && side.is_none_or(|side| side == paid.net.0.signum())
            && from.is_none_or(|from| from <= ms)
            && to.is_none_or(|to| ms <= to)
    });
    let mut rows = rows.peekable();
    let page: Vec<_> = rows.by_ref().take(limit).collect();
    let next = page.last().filter(|_| rows.peek().is_some()).map(|(n, _)| Text::from(n.to_string()));
    let fundings = page.iter().filter_map(|row| funding_row(exchange, *row));
    Ok(json(&PositionFundings {
        code: codes::OK,
        message: None,
        next_cursor: next,
        position_fundings: fundings.collect::<Vec<_>>().into(),
    }))
}
