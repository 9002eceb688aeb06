//! Candles of every length a venue has, kept up to date trade by trade. Bounded: old ones are forgotten.
//!
//! A candle exists from the first trade in its interval; the empty intervals in between are made when asked for.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use mm_exchange::{Exchange, Fact, TradeNo};
use mm_model::{MarketId, Money, Price, Qty, Timestamp};

use super::calendar;

/// How long a candle is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Interval {
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

/// A venue's intervals by its own words.
pub(crate) type Intervals = &'static [(&'static str, Interval)];

impl Interval {
    /// A week, from Monday.
    pub(crate) const WEEK: Self = Self::weeks(1);

    pub(crate) const fn seconds(length: u32) -> Self {
        Self::Seconds { length, offset: 0 }
    }

    /// Weeks, from Monday: the epoch was a Thursday; the first Monday is four days later.
    pub(crate) const fn weeks(length: u32) -> Self {
        Self::Seconds { length: length * 7 * DAY, offset: 4 * DAY }
    }

    pub(crate) const fn days(length: u32) -> Self {
        Self::seconds(length * DAY)
    }

    /// From the venue's word.
    pub(crate) fn parse(words: Intervals, word: &str) -> Option<Self> {
        words.iter().find(|(name, _)| *name == word).map(|(_, interval)| *interval)
    }

    /// The venue's word.
    pub(crate) fn name(self, words: Intervals) -> &'static str {
        words.iter().find(|(_, interval)| *interval == self).map_or("", |(name, _)| name)
    }

    /// Start of the interval that `at` lies in.
    pub(crate) fn start(self, at: Timestamp) -> Timestamp {
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
    pub(crate) fn next(self, start: Timestamp) -> Timestamp {
        match self {
            Self::Seconds { length, .. } => start + Duration::from_secs(u64::from(length)),
            Self::Month => calendar::next_month(start),
        }
    }
}

/// What traded in one interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bar {
    pub(crate) open: Price,
    pub(crate) high: Price,
    pub(crate) low: Price,
    pub(crate) close: Price,
    pub(crate) volume: Qty,
    pub(crate) quote_volume: Money,
    /// How many trades, or samples of a price that is no trade's.
    pub(crate) count: u64,
    /// The last of them; zero when none was a trade.
    pub(crate) last: TradeNo,
}

/// One trade on its way into a bar.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Print {
    pub(crate) trade: TradeNo,
    pub(crate) price: Price,
    pub(crate) qty: Qty,
    /// What it is worth.
    pub(crate) quote: Money,
}

impl Bar {
    /// One trade.
    pub(crate) const fn of(print: Print) -> Self {
        let Print { trade, price, qty, quote } = print;
        Self {
            open: price,
            high: price,
            low: price,
            close: price,
            volume: qty,
            quote_volume: quote,
            count: 1,
            last: trade,
        }
    }

    /// One look at a price at which nothing need have traded.
    pub(crate) const fn sample(price: Price) -> Self {
        Self::of(Print { trade: TradeNo(0), price, qty: Qty::ZERO, quote: Money::ZERO })
    }

    /// The interval after it, if nothing trades in that.
    pub(crate) const fn flat(&self) -> Self {
        let still = Print { trade: self.last, price: self.close, qty: Qty::ZERO, quote: Money::ZERO };
        Self { count: 0, ..Self::of(still) }
    }

    /// Adds what traded after it.
    fn add(&mut self, later: &Self) {
        self.high = self.high.max(later.high);
        self.low = self.low.min(later.low);
        self.close = later.close;
        self.volume = self.volume.plus(later.volume);
        self.quote_volume += later.quote_volume;
        self.count += later.count;
        self.last = later.last;
    }
}

/// One interval and what traded in it; `None`: nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Candle {
    pub(crate) start: Timestamp,
    /// Start of the next one.
    pub(crate) end: Timestamp,
    pub(crate) bar: Option<Bar>,
}

/// Candles kept of each length: enough for a day and more of minutes.
const KEPT: usize = 1_500;

/// The most candles one answer has (an answer must end somewhere, and not every venue gives a limit).
const ANSWER_MAX: usize = 10_000;

/// One market's candles, of each of the venue's lengths.
#[derive(Clone, Debug)]
pub(crate) struct Candles {
    rows: Vec<(Interval, VecDeque<(Timestamp, Bar)>)>,
}

impl Candles {
    pub(crate) fn new(intervals: Intervals) -> Self {
        Self { rows: intervals.iter().map(|(_, interval)| (*interval, VecDeque::new())).collect() }
    }

    /// Counts a trade or a sample.
    pub(crate) fn add(&mut self, at: Timestamp, bar: Bar) {
        for (interval, rows) in &mut self.rows {
            let start = interval.start(at);
            match rows.back_mut() {
                // Nothing belongs before the newest candle: the exchange's clock does not go back.
                Some((newest, known)) if *newest >= start => known.add(&bar),
                _ => {
                    if rows.len() == KEPT {
                        rows.pop_front();
                    }
                    rows.push_back((start, bar));
                }
            }
        }
    }

    /// The candle that starts at `start`.
    pub(crate) fn at(&self, interval: Interval, start: Timestamp) -> Candle {
        let known = self.of(interval).and_then(|rows| {
            let n = rows.binary_search_by_key(&start, |(start, _)| *start).ok()?;
            Some(rows[n].1)
        });
        Candle { start, end: interval.next(start), bar: known }
    }

    /// Candles from the one that `from` lies in to the one that `to` lies in, none before the first trade
    /// known.
    pub(crate) fn between(&self, interval: Interval, from: Timestamp, to: Timestamp) -> Vec<Candle> {
        let Some(&(first, _)) = self.of(interval).and_then(VecDeque::front) else { return Vec::new() };
        let mut start = interval.start(from).max(first);
        let mut out = Vec::new();
        while start <= to && out.len() < ANSWER_MAX {
            let candle = self.at(interval, start);
            start = candle.end;
            out.push(candle);
        }
        out
    }

    /// The newest candle before the one that starts at `start`, across empty ones.
    pub(crate) fn before(&self, interval: Interval, start: Timestamp) -> Option<Bar> {
        let rows = self.of(interval)?;
        let n = rows.partition_point(|(known, _)| *known < start);
        Some(rows.get(n.checked_sub(1)?)?.1)
    }

    fn of(&self, interval: Interval) -> Option<&VecDeque<(Timestamp, Bar)>> {
        self.rows.iter().find(|(known, _)| *known == interval).map(|(_, rows)| rows)
    }
}

/// The candles of all markets of a venue.
#[derive(Clone, Debug)]
pub(crate) struct MarketCandles {
    intervals: Intervals,
    by_market: BTreeMap<MarketId, Candles>,
}

impl MarketCandles {
    pub(crate) const fn new(intervals: Intervals) -> Self {
        Self { intervals, by_market: BTreeMap::new() }
    }

    /// Counts the trade, if it is one.
    pub(crate) fn fact(&mut self, exchange: &Exchange, fact: &Fact) {
        if let Fact::Traded { trade, market, price, qty, at, .. } = *fact {
            let quote = exchange.markets().get(market).map(|market| market.notional(price, qty));
            let print = Print { trade, price, qty, quote: quote.unwrap_or_default() };
            self.add(market, at, Bar::of(print));
        }
    }

    /// Counts a trade or a sample of a market.
    pub(crate) fn add(&mut self, market: MarketId, at: Timestamp, bar: Bar) {
        self.by_market.entry(market).or_insert_with(|| Candles::new(self.intervals)).add(at, bar);
    }

    /// A market's candles; `None` before its first trade.
    pub(crate) fn of(&self, market: MarketId) -> Option<&Candles> {
        self.by_market.get(&market)
    }

    /// One candle of a market, empty when nothing is known.
    pub(crate) fn at(&self, market: MarketId, interval: Interval, start: Timestamp) -> Candle {
        let empty = Candle { start, end: interval.next(start), bar: None };
        self.of(market).map_or(empty, |known| known.at(interval, start))
    }

    /// See [`Candles::between`].
    pub(crate) fn between(
        &self,
        market: MarketId,
        interval: Interval,
        (from, to): (Timestamp, Timestamp),
    ) -> Vec<Candle> {
        self.of(market).map_or_else(Vec::new, |known| known.between(interval, from, to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_ms(1_788_285_240_000); // 2026-09-01T17:54:00, a Tuesday

    const WORDS: Intervals = &[
        ("1m", Interval::seconds(60)),
        ("5m", Interval::seconds(300)),
        ("1w", Interval::WEEK),
        ("1month", Interval::Month),
    ];

    #[test]
    fn intervals_start_where_the_calendar_says() {
        let starts = |word| {
            let interval = Interval::parse(WORDS, word).expect(word);
            assert_eq!(interval.name(WORDS), word);
            let start = interval.start(START);
            (text(start), text(interval.next(start)))
        };
        let text_pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(starts("5m"), text_pair("2026-09-01T17:50:00", "2026-09-01T17:55:00"));
        assert_eq!(starts("1w"), text_pair("2026-08-31T00:00:00", "2026-09-07T00:00:00"));
        assert_eq!(starts("1month"), text_pair("2026-09-01T00:00:00", "2026-10-01T00:00:00"));
        assert_eq!(Interval::parse(WORDS, "7m"), None);
    }

    fn text(at: Timestamp) -> String {
        crate::backpack::wire::time::seconds(at)
    }

    const fn print(trade: u64, price: i64, qty: u64) -> Bar {
        let quote = Money(price as i128 * qty as i128);
        Bar::of(Print { trade: TradeNo(trade), price: Price(price), qty: Qty(qty), quote })
    }

    #[test]
    fn empty_intervals_are_told() {
        let mut candles = Candles::new(WORDS);
        let minute = Interval::seconds(60);
        let late = START + Duration::from_secs(130);
        candles.add(START, print(1, 100, 2));
        candles.add(START, print(2, 90, 1));
        candles.add(late, print(3, 95, 1));
        let told = candles.between(minute, Timestamp::ZERO, late);
        assert_eq!(
            told.iter().map(|c| c.bar.map(|b| b.close)).collect::<Vec<_>>(),
            [Some(Price(90)), None, Some(Price(95))]
        );
        let first = told[0].bar.expect("two trades");
        assert_eq!(
            (first.open, first.high, first.low, first.close),
            (Price(100), Price(100), Price(90), Price(90))
        );
        assert_eq!((first.volume, first.quote_volume, first.count), (Qty(3), Money(290), 2));
        assert_eq!(first.last, TradeNo(2));
        assert_eq!(candles.before(minute, told[2].start), Some(first));
        assert_eq!(candles.before(minute, told[0].start), None);
    }
}
