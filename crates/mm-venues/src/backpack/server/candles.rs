//! Candles of every length the venue has, kept up to date trade by trade. Bounded: old ones are forgotten.
//!
//! A candle exists from the first trade in its interval; the empty intervals in between are made when asked for.

use std::{collections::VecDeque, time::Duration};

use mm_model::{Money, Price, Qty, Timestamp};

use super::calendar;

/// How long a candle is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Interval {
    /// So many seconds, counted from the epoch plus an offset (weeks start on Monday).
    Seconds {
        /// The length.
        length: u32,
        /// Where the first one starts.
        offset: u32,
    },
    /// A calendar month.
    Month,
}

const DAY: u32 = 86_400;

/// The venue's words, in the order of its documentation.
const INTERVALS: [(&str, Interval); 16] = [
    ("1s", seconds(1)),
    ("1m", seconds(60)),
    ("3m", seconds(180)),
    ("5m", seconds(300)),
    ("15m", seconds(900)),
    ("30m", seconds(1_800)),
    ("1h", seconds(3_600)),
    ("2h", seconds(7_200)),
    ("4h", seconds(14_400)),
    ("6h", seconds(21_600)),
    ("8h", seconds(28_800)),
    ("12h", seconds(43_200)),
    ("1d", seconds(DAY)),
    ("3d", seconds(3 * DAY)),
    // The epoch was a Thursday; the first Monday is four days later.
    ("1w", Interval::Seconds { length: 7 * DAY, offset: 4 * DAY }),
    ("1month", Interval::Month),
];

const fn seconds(length: u32) -> Interval {
    Interval::Seconds { length, offset: 0 }
}

impl Interval {
    /// From the venue's word.
    pub(super) fn parse(word: &str) -> Option<Self> {
        INTERVALS.iter().find(|(name, _)| *name == word).map(|(_, interval)| *interval)
    }

    /// The venue's word.
    pub(super) fn name(self) -> &'static str {
        INTERVALS.iter().find(|(_, interval)| *interval == self).map_or("", |(name, _)| name)
    }

    /// Start of the interval that `at` lies in.
    pub(super) fn start(self, at: Timestamp) -> Timestamp {
        match self {
            Self::Seconds { length, offset } => {
                let (length, offset) = (u64::from(length) * 1_000_000_000, u64::from(offset) * 1_000_000_000);
                // Before the offset there is one cut interval, which nobody will ask for: it lies in 1970.
                at.0.checked_sub(offset)
                    .map_or(Timestamp::ZERO, |since| Timestamp(offset + since / length * length))
            }
            Self::Month => calendar::month_start(at),
        }
    }

    /// Start of the interval after the one that starts at `start`.
    pub(super) fn next(self, start: Timestamp) -> Timestamp {
        match self {
            Self::Seconds { length, .. } => start + Duration::from_secs(u64::from(length)),
            Self::Month => calendar::next_month(start),
        }
    }
}

/// What traded in one interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) open: Price,
    pub(super) high: Price,
    pub(super) low: Price,
    pub(super) close: Price,
    pub(super) volume: Qty,
    pub(super) quote_volume: Money,
    pub(super) trades: u64,
}

impl Bar {
    /// One trade, worth `quote`.
    pub(super) const fn of(price: Price, volume: Qty, quote: Money) -> Self {
        Self { open: price, high: price, low: price, close: price, volume, quote_volume: quote, trades: 1 }
    }

    /// Adds what traded after it.
    fn add(&mut self, later: &Self) {
        self.high = self.high.max(later.high);
        self.low = self.low.min(later.low);
        self.close = later.close;
        self.volume = self.volume.plus(later.volume);
        self.quote_volume += later.quote_volume;
        self.trades += later.trades;
    }
}

/// One interval and what traded in it; `None`: nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candle {
    pub(super) start: Timestamp,
    /// Start of the next one.
    pub(super) end: Timestamp,
    pub(super) bar: Option<Bar>,
}

/// Candles kept of each length: enough for a day and more of minutes.
const KEPT: usize = 1_500;

/// The most candles one answer has (the venue gives no limit; an answer must end somewhere).
const ANSWER_MAX: usize = 10_000;

/// One market's candles.
#[derive(Clone, Debug)]
pub(super) struct Candles {
    rows: [VecDeque<(Timestamp, Bar)>; INTERVALS.len()],
}

impl Default for Candles {
    fn default() -> Self {
        Self { rows: std::array::from_fn(|_| VecDeque::new()) }
    }
}

impl Candles {
    /// Counts a trade.
    pub(super) fn trade(&mut self, at: Timestamp, trade: Bar) {
        for ((_, interval), rows) in INTERVALS.iter().zip(&mut self.rows) {
            let start = interval.start(at);
            match rows.back_mut() {
                // A trade never belongs before the newest candle: the exchange's clock does not go back.
                Some((newest, bar)) if *newest >= start => bar.add(&trade),
                _ => {
                    if rows.len() == KEPT {
                        rows.pop_front();
                    }
                    rows.push_back((start, trade));
                }
            }
        }
    }

    /// The candle that starts at `start`.
    pub(super) fn at(&self, interval: Interval, start: Timestamp) -> Candle {
        let rows = self.of(interval);
        let bar = rows.binary_search_by_key(&start, |(start, _)| *start).ok().map(|n| rows[n].1);
        Candle { start, end: interval.next(start), bar }
    }

    /// Candles from the one that `from` lies in to the one that `to` lies in, none before the first trade
    /// known.
    pub(super) fn between(&self, interval: Interval, from: Timestamp, to: Timestamp) -> Vec<Candle> {
        let Some(&(first, _)) = self.of(interval).front() else { return Vec::new() };
        let mut start = interval.start(from).max(first);
        let mut out = Vec::new();
        while start <= to && out.len() < ANSWER_MAX {
            let candle = self.at(interval, start);
            start = candle.end;
            out.push(candle);
        }
        out
    }

    fn of(&self, interval: Interval) -> &VecDeque<(Timestamp, Bar)> {
        let at = INTERVALS.iter().position(|(_, known)| *known == interval);
        &self.rows[at.expect("intervals are only made from the table")]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backpack::wire;

    const START: Timestamp = Timestamp::from_ms(1_788_285_240_000); // 2026-09-01T17:54:00, a Tuesday

    #[test]
    fn intervals_start_where_the_calendar_says() {
        let starts = |word| {
            let interval = Interval::parse(word).expect(word);
            assert_eq!(interval.name(), word);
            let start = interval.start(START);
            (wire::time::seconds(start), wire::time::seconds(interval.next(start)))
        };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(starts("5m"), pair("2026-09-01T17:50:00", "2026-09-01T17:55:00"));
        assert_eq!(starts("1w"), pair("2026-08-31T00:00:00", "2026-09-07T00:00:00"));
        assert_eq!(starts("1month"), pair("2026-09-01T00:00:00", "2026-10-01T00:00:00"));
        assert_eq!(Interval::parse("7m"), None);
    }

    #[test]
    fn empty_intervals_are_told() {
        let mut candles = Candles::default();
        let late = START + Duration::from_secs(130);
        candles.trade(START, Bar::of(Price(100), Qty(2), Money(200)));
        candles.trade(START, Bar::of(Price(90), Qty(1), Money(90)));
        candles.trade(late, Bar::of(Price(95), Qty(1), Money(95)));
        let told = candles.between(seconds(60), Timestamp::ZERO, late);
        assert_eq!(
            told.iter().map(|c| c.bar.map(|b| b.close)).collect::<Vec<_>>(),
            [Some(Price(90)), None, Some(Price(95))]
        );
        let first = told[0].bar.expect("two trades");
        assert_eq!(
            (first.open, first.high, first.low, first.close),
            (Price(100), Price(100), Price(90), Price(90))
        );
        assert_eq!((first.volume, first.quote_volume, first.trades), (Qty(3), Money(290), 2));
    }
}
