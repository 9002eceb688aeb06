//! What has been: orders that ended, fills, funding payments. Pages, the newest first; a cursor is the place of the last
//! row that was shown, and the next page begins behind it, whatever has come since.

use mm_model::Timestamp;

use super::{create::row, filter::Filter};
use crate::grvt::{
    server::{
        answer::Answered,
        call::{Call, number},
        errors::Refused,
        numbers,
        rows::fill_row,
    },
    wire::{
        Quoted, Text,
        error::codes,
        history::{FundingPayment, FundingPaymentsRequest, HistoryRequest},
        reply::Page,
    },
};

/// How many rows a page has when nothing is said, and at most.
const LIMIT: usize = 500;
const LIMIT_MAX: usize = 1000;

/// Which rows are meant.
#[derive(Clone, Copy, Debug)]
struct Span {
    from: Timestamp,
    to: Timestamp,
    limit: usize,
    /// Only rows before this place.
    before: u64,
}

impl Span {
    fn new(
        times: (Option<Quoted>, Option<Quoted>),
        limit: Option<u32>,
        cursor: Option<&Text<'_>>,
    ) -> Result<Self, Refused> {
        let limit = limit.map_or(LIMIT, |limit| limit as usize);
        if !(1..=LIMIT_MAX).contains(&limit) {
            return Err(codes::LIMIT_OUT_OF_RANGE.into());
        }
        let before = match cursor.map(Text::as_str) {
            None | Some("") => u64::MAX,
            Some(text) => number(text).ok_or_else(|| Refused::malformed(format_args!("cursor: {text}")))?,
        };
        let (from, to) = times;
        Ok(Self {
            from: from.map_or(Timestamp::ZERO, Timestamp::from),
            // Zero is what clients send that mean "now".
            to: to.filter(|to| to.0 != 0).map_or(Timestamp(u64::MAX), Timestamp::from),
            limit,
            before,
        })
    }

    /// Cuts one page out of rows that come the newest first, each with its place and its time.
    fn page<T>(&self, rows: impl Iterator<Item = (u64, Timestamp, T)>) -> Page<'static, T> {
        let in_time = |at: Timestamp| self.from <= at && at <= self.to;
        let mut meant = rows.filter(|(place, at, _)| *place < self.before && in_time(*at)).peekable();
        let (mut result, mut last) = (Vec::new(), 0);
        while result.len() < self.limit
            && let Some((place, _, row)) = meant.next()
        {
            result.push(row);
            last = place;
        }
        let next = if meant.peek().is_some() { numbers::text(last) } else { Text::new("") };
        Page { result, next }
    }
}

/// `order_history`: orders that ended.
pub(super) fn order_history(call: &mut Call<'_>) -> Answered {
    let request: HistoryRequest<'_> = call.read()?;
    let account = call.own(&request.sub_account_id)?.id;
    let span = Span::new((request.start_time, request.end_time), request.limit, request.cursor.as_ref())?;
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
    let span = Span::new((request.start_time, request.end_time), request.limit, request.cursor.as_ref())?;
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
    let span = Span::new((request.start_time, request.end_time), request.limit, request.cursor.as_ref())?;
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
