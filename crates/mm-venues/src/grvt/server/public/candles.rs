//! Candles of four prices. An interval without a trade or a look is a candle at the price of the one before it.

use mm_exchange::{Exchange, Fact, Listing};
use mm_model::{MarketId, Money, Price, Qty, Side, Timestamp};

use crate::{
    grvt::{
        server::{answer::Answered, call::Call, errors::Refused, numbers, paging::Span},
        wire::{
            CandleInterval, CandleType, Text,
            error::codes,
            market_data::{Candle, CandlesRequest},
        },
    },
    server::{
        candle_rows::{CandleRows, Sampler},
        candles::{Bar, Interval, Intervals, MarketCandles},
    },
};

const HOUR: u32 = 3_600;
const MINUTE: Interval = Interval::seconds(60);
/// What a day's volume is the sum of.
const MINUTES: Intervals = &[("", MINUTE)];
const DAY_NS: u64 = 24 * 3_600 * 1_000_000_000;

/// The lengths of candles in the venue's words. Weeks begin on Monday.
pub(in super::super) const INTERVALS: Intervals = &[
    ("CI_1_M", MINUTE),
    ("CI_3_M", Interval::seconds(180)),
    ("CI_5_M", Interval::seconds(300)),
    ("CI_15_M", Interval::seconds(900)),
    ("CI_30_M", Interval::seconds(1_800)),
    ("CI_1_H", Interval::seconds(HOUR)),
    ("CI_2_H", Interval::seconds(2 * HOUR)),
    ("CI_4_H", Interval::seconds(4 * HOUR)),
    ("CI_6_H", Interval::seconds(6 * HOUR)),
    ("CI_8_H", Interval::seconds(8 * HOUR)),
    ("CI_12_H", Interval::seconds(12 * HOUR)),
    ("CI_1_D", Interval::days(1)),
    ("CI_3_D", Interval::days(3)),
    ("CI_5_D", Interval::days(5)),
    ("CI_1_W", Interval::weeks(1)),
    ("CI_2_W", Interval::weeks(2)),
    ("CI_3_W", Interval::weeks(3)),
    ("CI_4_W", Interval::weeks(4)),
];

/// What a candle follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum CandlePrice {
    Trade,
    Mark,
    Index,
    Mid,
}

impl CandlePrice {
    /// From the venue's word; `None` for one that is on no page.
    pub(in super::super) const fn of(kind: &CandleType) -> Option<Self> {
        match kind {
            CandleType::Trade => Some(Self::Trade),
            CandleType::Mark => Some(Self::Mark),
            CandleType::Index => Some(Self::Index),
            CandleType::Mid => Some(Self::Mid),
            CandleType::Unknown(_) => None,
        }
    }
}

/// The candles of all markets and prices, and what takers bought and sold.
#[derive(Debug)]
pub(in super::super) struct PriceCandles {
    trades: MarketCandles,
    marks: MarketCandles,
    indices: MarketCandles,
    mids: MarketCandles,
    bought: MarketCandles,
    sold: MarketCandles,
    sampler: Sampler,
}

impl Default for PriceCandles {
    fn default() -> Self {
        let [trades, marks, indices, mids] = [(); 4].map(|()| MarketCandles::new(INTERVALS));
        let [bought, sold] = [(); 2].map(|()| MarketCandles::new(MINUTES));
        Self { trades, marks, indices, mids, bought, sold, sampler: Sampler::default() }
    }
}

impl PriceCandles {
    /// Takes note of a fact.
    pub(super) fn fact(&mut self, exchange: &Exchange, fact: &Fact) {
        self.trades.fact(exchange, fact);
        match fact {
            Fact::Traded { taker: Side::Buy, .. } => self.bought.fact(exchange, fact),
            Fact::Traded { taker: Side::Sell, .. } => self.sold.fact(exchange, fact),
            _ => {}
        }
        let Some((market, at)) = self.sampler.due(fact) else { return };
        let looks = [
            (&mut self.marks, exchange.mark(market)),
            (&mut self.indices, exchange.index(market)),
            (&mut self.mids, exchange.mid(market)),
        ];
        for (candles, price) in looks {
            price.into_iter().for_each(|price| candles.add(market, at, Bar::sample(price)));
        }
    }

    /// The candles of one market, price and length.
    pub(in super::super) const fn of(
        &self,
        market: MarketId,
        price: CandlePrice,
        interval: Interval,
    ) -> CandleRows<'_> {
        let known = match price {
            CandlePrice::Trade => &self.trades,
            CandlePrice::Mark => &self.marks,
            CandlePrice::Index => &self.indices,
            CandlePrice::Mid => &self.mids,
        };
        CandleRows::new(known, market, interval)
    }

    /// What takers bought (or sold) in the day before `now`: size and worth.
    pub(super) fn taken(&self, now: Timestamp, market: MarketId, taker: Side) -> (Qty, Money) {
        let known = if taker == Side::Buy { &self.bought } else { &self.sold };
        let day = known.between(market, MINUTE, (Timestamp(now.0.saturating_sub(DAY_NS)), now));
        let bars = day.iter().filter_map(|candle| candle.bar);
        bars.fold((Qty::ZERO, Money::ZERO), |(size, worth), bar| {
            (size.plus(bar.volume), worth + bar.quote_volume)
        })
    }

    /// The mark at some time, as far as it is known.
    pub(super) fn mark_at(&self, market: MarketId, at: Timestamp) -> Option<Price> {
        self.of(market, CandlePrice::Mark, MINUTE).at(MINUTE.start(at)).map(|bar| bar.open)
    }
}

/// `kline`: the newest first.
pub(super) fn candles(call: &mut Call<'_>) -> Answered {
    let request: CandlesRequest<'_> = call.read()?;
    let (interval, price) = kind(&request.interval, &request.kind)?;
    let span = Span::read(&request)?;
    let listing = call.listing(&request.instrument)?;
    let rows = call.state.public.candles.of(listing.market.id, price, interval);
    // Of candles there may be very many: those are made that the page may show, and one to know whether there are more.
    let to = span.to.min(call.now).min(Timestamp(span.before.saturating_sub(1)));
    let newest = rows.newest((span.from, to), span.limit + 1).into_iter();
    let rows = newest.map(|(candle, bar)| {
        (candle.start.0, candle.start.max(span.from), candle_row(listing, (candle.start, candle.end), &bar))
    });
    call.write(&span.page(rows))
}

/// The length and the price of the venue's words.
fn kind(interval: &CandleInterval, price: &CandleType) -> Result<(Interval, CandlePrice), Refused> {
    let interval = Interval::parse(INTERVALS, interval.as_str()).ok_or(codes::INTERVAL_INVALID)?;
    let price = CandlePrice::of(price).ok_or(codes::CANDLE_TYPE_INVALID)?;
    Ok((interval, price))
}

/// The row of a candle, over REST and in `v1.candle`.
pub(in super::super) fn candle_row<'e>(
    listing: &'e Listing,
    (start, end): (Timestamp, Timestamp),
    bar: &Bar,
) -> Candle<'e> {
    let market = &listing.market;
    let price = |price| numbers::price(market, price);
    Candle {
        open_time: start.into(),
        close_time: end.into(),
        open: price(bar.open),
        close: price(bar.close),
        high: price(bar.high),
        low: price(bar.low),
        volume_b: numbers::qty(market, bar.volume),
        volume_q: numbers::money(bar.quote_volume),
        // Of a price that is no trade's, only looks were counted.
        trades: if bar.volume.is_zero() { 0 } else { bar.count },
        instrument: Text::new(&market.symbol),
    }
}
