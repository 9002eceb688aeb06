//! What has been: orders that ended, fills, funding payments. Pages, the newest first.

use super::create::row;
use crate::grvt::{
    server::{answer::Answered, call::Call, filter::Filter, numbers, paging::Span, rows::fill_row},
    wire::{
        Text,
        history::{FundingPayment, FundingPaymentsRequest, HistoryRequest},
    },
};

/// `order_history`: orders that ended.
pub(super) fn order_history(call: &mut Call<'_>) -> Answered {
    let request: HistoryRequest<'_> = call.read()?;
    let account = call.own(&request.sub_account_id)?.id;
    let span = Span::read(&request)?;
    let filter = Filter { kind: request.kind, base: request.base, quote: request.quote };
    let markets = call.exchange.markets();
    let ended = call.state.records.orders.ended(account).rev();
    let meant = ended.filter(|(_, order)| markets.get(order.market).is_some_and(|it| filter.takes(it)));
    let rows = meant.filter_map(|(n, order)| Some((n, order.updated_at, row(call, order).ok()?)));
    call.write(&span.page(rows))
}

/// `fill_history`.
pub(super) fn fill_history(call: &mut Call<'_>) -> Answered {
    let request: HistoryRequest<'_> = call.read()?;
    let member = call.own(&request.sub_account_id)?;
    let span = Span::read(&request)?;
    let filter = Filter { kind: request.kind, base: request.base, quote: request.quote };
    let markets = call.exchange.markets();
    let fills = call.state.records.fills.of(member.id).rev();
    let meant = fills.filter(|(_, fill)| markets.get(fill.market).is_some_and(|it| filter.takes(it)));
    let row = |fill| fill_row(call.exchange, member.sub_account, fill);
    let rows = meant.filter_map(|(n, fill)| Some((n, fill.at, row(fill)?)));
    call.write(&span.page(rows))
}

/// `funding_payment_history`.
pub(super) fn funding_payment_history(call: &mut Call<'_>) -> Answered {
    let request: FundingPaymentsRequest<'_> = call.read()?;
    let member = call.own(&request.sub_account_id)?;
    let span = Span::read(&request)?;
    let only = match request.instrument.as_deref() {
        None | Some("") => None,
        Some(name) => Some(call.listing(name)?.market.id),
    };
    let filter = Filter { kind: request.kind, base: request.base, quote: request.quote };
    let mut payments: Vec<_> = call.exchange.funding_payments(member.id).copied().collect();
    payments.sort_by_key(|it| (it.at, it.market));
    let rows = payments.iter().rev().filter_map(|payment| {
        let market = call.exchange.markets().get(payment.market)?;
        if only.is_some_and(|only| only != payment.market) || !filter.takes(market) {
            return None;
        }
        // A place of its own, that stays when older payments are forgotten: no market pays twice in a microsecond.
        let place = payment.at.us().saturating_mul(256).saturating_add(u64::from(payment.market.0));
        let row = FundingPayment {
            event_time: payment.at.into(),
            sub_account_id: Text::from(member.number()),
            instrument: Text::from(market.symbol.to_string()),
            currency: Text::from(market.quote.to_string()),
            // The venue counts what was paid.
            amount: numbers::money(-payment.amount),
            tx_id: numbers::text(place),
        };
        Some((place, payment.at, row))
    });
    call.write(&span.page(rows))
}
