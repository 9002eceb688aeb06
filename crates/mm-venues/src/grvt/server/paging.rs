//! Lists by time, page by page: the newest first, from the end of the time asked for back to its start. A cursor is the
//! place of the last row that was shown, and the next page begins behind it, whatever has come since.

use mm_model::Timestamp;

use super::{call::number, errors::Refused, numbers::text};
use crate::grvt::wire::{
    Quoted, Text,
    error::codes,
    history::{FundingPaymentsRequest, HistoryRequest},
    market_data::{CandlesRequest, FundingRatesRequest, TradeHistoryRequest},
    reply::Page,
};

/// How many rows a page has if nothing is asked for, and at most (the specification).
const LIMIT: usize = 500;
const LIMIT_MAX: usize = 1_000;

/// The fields of a request that say which part of a list is meant, as they were sent.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked<'r, 'a> {
    pub(super) start_time: Option<Quoted>,
    pub(super) end_time: Option<Quoted>,
    pub(super) limit: Option<u32>,
    pub(super) cursor: Option<&'r Text<'a>>,
}

/// Requests that have these fields, all under the same names.
macro_rules! asked_by {
    ($($request:ident)+) => {$(
        impl<'r, 'a> From<&'r $request<'a>> for Asked<'r, 'a> {
            fn from(request: &'r $request<'a>) -> Self {
                let $request { start_time, end_time, limit, cursor, .. } = request;
                Self {
                    start_time: *start_time,
                    end_time: *end_time,
                    limit: *limit,
                    cursor: cursor.as_ref(),
                }
            }
        }
    )+};
}

asked_by! { CandlesRequest FundingPaymentsRequest FundingRatesRequest HistoryRequest TradeHistoryRequest }

/// Which rows are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) limit: usize,
    /// Only rows before this place.
    pub(super) before: u64,
}

impl Span {
    /// Reads them.
    ///
    /// # Errors
    /// 3011 for a limit that is out of range, 1003 for a cursor that is none of ours.
    pub(super) fn read<'r, 'a: 'r>(asked: impl Into<Asked<'r, 'a>>) -> Result<Self, Refused> {
        let asked = asked.into();
        let before = match asked.cursor.map(Text::as_str) {
            None | Some("") => u64::MAX,
            Some(text) => number(text).ok_or_else(|| Refused::malformed(format_args!("cursor: {text}")))?,
        };
        Ok(Self {
            from: asked.start_time.map_or(Timestamp::ZERO, Timestamp::from),
            // Zero is what clients send that mean "now".
            to: asked.end_time.filter(|end| end.0 > 0).map_or(Timestamp(u64::MAX), Timestamp::from),
            limit: limit(asked.limit)?,
            before,
        })
    }

    /// Cuts one page out of rows that come the newest first, each with its place and its time.
    pub(super) fn page<T>(&self, rows: impl IntoIterator<Item = (u64, Timestamp, T)>) -> Page<'static, T> {
        let is_meant = |place: u64, at: Timestamp| place < self.before && self.from <= at && at <= self.to;
        let mut rows = rows.into_iter().filter(|(place, at, _)| is_meant(*place, *at));
        let (mut result, mut last) = (Vec::new(), 0);
        for (place, _, row) in rows.by_ref().take(self.limit) {
            result.push(row);
            last = place;
        }
        let next = rows.next().map_or(Text::default(), |_| text(last));
        Page { result, next }
    }
}

/// How many rows are wanted.
///
/// # Errors
/// 3011, when it is out of range.
pub(super) fn limit(asked: Option<u32>) -> Result<usize, Refused> {
    match asked.map(|limit| limit as usize) {
        None => Ok(LIMIT),
        Some(limit) if (1..=LIMIT_MAX).contains(&limit) => Ok(limit),
        Some(_) => Err(codes::LIMIT_OUT_OF_RANGE.into()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Page by page everything in the time asked for is told, once and in order.
        #[test]
        fn pages_join(times in prop::collection::vec(0_u64..50, 0..60), limit in 1_u32..9, from in 0_u64..50, to in 1_u64..50) {
            let mut times = times;
            times.sort_unstable();
            let rows = || times.iter().enumerate().rev().map(|(n, at)| (n as u64, Timestamp(*at), n));
            let mut cursor = Text::default();
            let mut told = Vec::new();
            loop {
                let asked = Asked { start_time: Some(Quoted(from)), end_time: Some(Quoted(to)), limit: Some(limit), cursor: Some(&cursor) };
                let page = Span::read(asked).expect("in range").page(rows());
                prop_assert!(page.result.len() <= limit as usize);
                told.extend(page.result);
                if page.next.is_empty() {
                    break;
                }
                cursor = page.next;
            }
            let expected: Vec<_> = rows().filter(|(_, at, _)| (from..=to).contains(&at.0)).map(|(.., n)| n).collect();
            prop_assert_eq!(told, expected);
        }
    }

    #[test]
    fn what_is_out_of_range_is_refused() {
        let read = |limit, cursor: &'static str| {
            let cursor = Text::new(cursor);
            let asked = Asked { limit, cursor: Some(&cursor), ..Asked::default() };
            Span::read(asked).map_err(|refused| refused.code)
        };
        assert_eq!(read(Some(1_001), "").unwrap_err(), 3011);
        assert_eq!(read(None, "x").unwrap_err(), 1003);
        assert_eq!(read(Some(0), "").unwrap_err(), 3011);
        assert_eq!(read(None, "").expect("the default").limit, LIMIT);
    }
}
