//! Lists by time, page by page: the newest first, from the end of the time asked for back to its start.

use mm_model::Timestamp;

use crate::grvt::{
    server::{errors::Refused, numbers::text},
    wire::{Quoted, Text, error::codes, reply},
};

/// How many rows a page has if nothing was asked for, and at most (the specification).
const LIMIT: usize = 500;
const LIMIT_MAX: usize = 1_000;

/// What part of a list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Span {
    pub(in super::super) from: Timestamp,
    pub(in super::super) to: Timestamp,
    pub(in super::super) limit: usize,
    /// Only rows with a smaller key than this: where the page before ended.
    pub(super) before: Option<u64>,
}

/// The fields of a request that say it, as they were sent.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Page<'r, 'a> {
    pub(in super::super) start_time: Option<Quoted>,
    pub(in super::super) end_time: Option<Quoted>,
    pub(in super::super) limit: Option<u32>,
    pub(in super::super) cursor: Option<&'r Text<'a>>,
}

impl Span {
    /// Reads them.
    ///
    /// # Errors
    /// 3011 for a limit that is out of range, 1003 for a cursor that is none of ours.
    pub(in super::super) fn read(now: Timestamp, page: Page<'_, '_>) -> Result<Self, Refused> {
        let cursor = page.cursor.filter(|cursor| !cursor.is_empty());
        let before = cursor.map(|cursor| cursor.parse());
        // An end that is nought is one that was not given.
        let end = page.end_time.filter(|end| end.0 > 0).map_or(now, Timestamp::from);
        Ok(Self {
            from: page.start_time.map_or(Timestamp::ZERO, Timestamp::from),
            to: end.min(now),
            limit: limit(page.limit)?,
            before: before.transpose().map_err(|_| Refused::malformed("cursor"))?,
        })
    }

    /// Cuts a page out of rows with their keys and times, the newest first and the keys descending.
    pub(in super::super) fn page<T>(
        &self,
        rows: impl IntoIterator<Item = (u64, Timestamp, T)>,
    ) -> reply::Page<'static, T> {
        let before = |key: u64| self.before.is_none_or(|before| key < before);
        let mut rows = rows
            .into_iter()
            .skip_while(|(key, at, _)| *at > self.to || !before(*key))
            .take_while(|(_, at, _)| *at >= self.from);
        let mut last = 0;
        let mut result = Vec::new();
        for (key, _, row) in rows.by_ref().take(self.limit) {
            last = key;
            result.push(row);
        }
        let next = rows.next().map_or(Text::default(), |_| text(last));
        reply::Page { result, next }
    }
}

/// How many rows are wanted.
///
/// # Errors
/// 3011, when it is out of range.
pub(super) fn limit(asked: Option<u32>) -> Result<usize, Refused> {
    match asked.map(|limit| limit as usize) {
        None | Some(0) => Ok(LIMIT),
        Some(limit) if limit <= LIMIT_MAX => Ok(limit),
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
                let page = Page { start_time: Some(Quoted(from)), end_time: Some(Quoted(to)), limit: Some(limit), cursor: Some(&cursor) };
                let page = Span::read(Timestamp(100), page).expect("in range").page(rows());
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
            let page = Page { limit, cursor: Some(&cursor), ..Page::default() };
            Span::read(Timestamp(1), page).map_err(|refused| refused.code)
        };
        assert_eq!(read(Some(1_001), "").unwrap_err(), 3011);
        assert_eq!(read(None, "x").unwrap_err(), 1003);
        assert_eq!(read(Some(0), "").expect("the default").limit, LIMIT);
    }
}
