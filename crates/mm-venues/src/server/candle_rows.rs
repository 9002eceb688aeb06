//! Candles as they are shown: an interval without trades is a candle at the price of the one before it. And what of
//! them is news to those who listen.

use std::{collections::BTreeMap, time::Duration};

use mm_exchange::Fact;
use mm_model::{MarketId, Timestamp};

use super::candles::{Bar, Candle, Interval, MarketCandles};

/// The candles of one market and length, empty ones filled in. REST and streams read these.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CandleRows<'a> {
    known: &'a MarketCandles,
    market: MarketId,
    interval: Interval,
}

impl<'a> CandleRows<'a> {
    pub(crate) const fn new(known: &'a MarketCandles, market: MarketId, interval: Interval) -> Self {
        Self { known, market, interval }
    }

    /// The candle that starts at `start`; `None` when nothing is known yet.
    pub(crate) fn at(&self, start: Timestamp) -> Option<Bar> {
        let known = self.known.of(self.market)?;
        let candle = known.at(self.interval, start);
        candle.bar.or_else(|| known.before(self.interval, start).map(|before| before.flat()))
    }

    /// The last `n` candles between two times, the newest first.
    pub(crate) fn newest(&self, (from, to): (Timestamp, Timestamp), n: usize) -> Vec<(Candle, Bar)> {
        let mut start = self.interval.start(to);
        let mut rows = Vec::new();
        while rows.len() < n && start >= self.interval.start(from) {
            let Some(bar) = self.at(start) else { break };
            rows.push((Candle { start, end: self.interval.next(start), bar: Some(bar) }, bar));
            if start == Timestamp::ZERO {
                break;
            }
            start = self.interval.start(Timestamp(start.0 - 1));
        }
        rows
    }
}

/// The candle as last told, by stream.
#[derive(Clone, Debug)]
pub(crate) struct ToldCandles<T>(BTreeMap<T, (Timestamp, Bar)>);

impl<T> Default for ToldCandles<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Ord + Copy> ToldCandles<T> {
    /// The candle that is open now, for a new listener.
    pub(crate) fn open(
        &mut self,
        topic: T,
        rows: &CandleRows<'_>,
        now: Timestamp,
    ) -> Option<(Timestamp, Bar)> {
        let start = rows.interval.start(now);
        let open = rows.at(start).map(|bar| (start, bar))?;
        self.0.insert(topic, open);
        Some(open)
    }

    /// The candle that is open, if it changed, and before it the last word on the one that was open when last looked
    /// at.
    pub(crate) fn news(&mut self, topic: T, rows: &CandleRows<'_>, now: Timestamp) -> Vec<(Timestamp, Bar)> {
        let start = rows.interval.start(now);
        let told = self.0.get(&topic).copied();
        let before = told.map(|(told_start, _)| told_start).filter(|told_start| *told_start < start);
        let starts = before.into_iter().chain([start]).filter_map(|start| Some((start, rows.at(start)?)));
        let news: Vec<_> = starts.filter(|candle| Some(*candle) != told).collect();
        self.0.extend(news.last().map(|newest| (topic, *newest)));
        news
    }

    /// Forgets what nobody listens to any more.
    pub(crate) fn forget(&mut self, wanted: impl Fn(T) -> bool) {
        self.0.retain(|topic, _| wanted(*topic));
    }
}

/// How often a price that is no trade's is looked at, at most. Chosen.
const SAMPLE_EVERY: Duration = Duration::from_secs(1);

/// Candles of prices at which nothing need have traded, from a look at them now and then.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sampler {
    looked_at: BTreeMap<MarketId, Timestamp>,
}

impl Sampler {
    /// The market to look at, and when, if a fact moved it and it is time. Marks and mids are made of the book and of
    /// trades, so they move with these and not between them.
    pub(crate) fn due(&mut self, fact: &Fact) -> Option<(MarketId, Timestamp)> {
        let (Fact::Level { market, at, .. } | Fact::Traded { market, at, .. }) = *fact else { return None };
        let is_due = self.looked_at.get(&market).is_none_or(|last| at >= *last + SAMPLE_EVERY);
        is_due.then(|| self.looked_at.insert(market, at));
        is_due.then_some((market, at))
    }
}
