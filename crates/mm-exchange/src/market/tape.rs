//! What was traded: the last trades, minute candles, and the statistics of a day from them.

use mm_model::{Money, Price, Qty, Timestamp};

use crate::{Candle, TickerStats, Trade, ring::Ring};

/// How many public trades a market remembers.
const TRADES_KEPT: usize = 4096;
/// How many candles: more than the 1,440 minutes of a day.
const CANDLES_KEPT: usize = 1500;
const MINUTE_NS: u64 = 60_000_000_000;
const DAY_NS: u64 = 1440 * MINUTE_NS;

/// A market's public trades.
#[derive(Clone, Debug, Default)]
pub(crate) struct TradeTape {
    pub(crate) trades: Ring<Trade, TRADES_KEPT>,
    pub(crate) candles: Ring<Candle, CANDLES_KEPT>,
    /// The price of the last trade.
    pub(crate) last: Option<Price>,
}

impl TradeTape {
    /// Adds a trade worth `value`.
    pub(crate) fn push(&mut self, trade: Trade, value: Money) {
        self.last = Some(trade.price);
        self.trades.push(trade);
        let start = Timestamp(trade.at.0 - trade.at.0 % MINUTE_NS);
        match self.candles.last_mut() {
            // A clock that went back must not make two candles of one minute out of order.
            Some(candle) if candle.start >= start => candle.add(&trade, value),
            _ => {
                let price = trade.price;
                let mut candle = Candle {
                    start,
                    open: price,
                    high: price,
                    low: price,
                    close: price,
                    volume: Qty::ZERO,
                    quote_volume: Money::ZERO,
                    n_trades: 0,
                };
                candle.add(&trade, value);
                self.candles.push(candle);
            }
        }
    }

    /// Statistics of the day before `now`, in whole minutes.
    pub(crate) fn ticker(&self, now: Timestamp) -> Option<TickerStats> {
        let since = now.0.saturating_sub(DAY_NS);
        let mut candles = self.candles.iter().filter(|candle| candle.start.0 >= since);
        let first = candles.next()?;
        let mut stats = TickerStats {
            first: first.open,
            last: first.close,
            high: first.high,
            low: first.low,
            volume: first.volume,
            quote_volume: first.quote_volume,
            n_trades: first.n_trades,
        };
        for candle in candles {
            stats.last = candle.close;
            stats.high = stats.high.max(candle.high);
            stats.low = stats.low.min(candle.low);
            stats.volume = stats.volume.plus(candle.volume);
            stats.quote_volume += candle.quote_volume;
            stats.n_trades += candle.n_trades;
        }
        Some(stats)
    }
}

impl Candle {
    fn add(&mut self, trade: &Trade, value: Money) {
        self.high = self.high.max(trade.price);
        self.low = self.low.min(trade.price);
        self.close = trade.price;
        self.volume = self.volume.plus(trade.qty);
        self.quote_volume += value;
        self.n_trades += 1;
    }
}

#[cfg(test)]
mod tests {
    use mm_model::Side;

    use super::*;
    use crate::{OrderId, TradeNo};

    #[test]
    fn candles_and_a_day() {
        let mut tape = TradeTape::default();
        assert_eq!(tape.ticker(Timestamp::ZERO), None);
        for (n, (minute, price, qty)) in
            [(0, 100, 1), (0, 120, 2), (1, 90, 3), (1441, 95, 4)].into_iter().enumerate()
        {
            let trade = Trade {
                trade: TradeNo(n as u64),
                price: Price(price),
                qty: Qty(qty),
                taker: Side::Buy,
                taker_order: OrderId::OUTSIDE,
                maker_order: OrderId::OUTSIDE,
                at: Timestamp(minute * MINUTE_NS + 5),
            };
            tape.push(trade, Money(i128::from(price) * i128::from(qty)));
        }
        let shapes: Vec<_> = tape
            .candles
            .iter()
            .map(|c| (c.open.0, c.high.0, c.low.0, c.close.0, c.volume.0, c.n_trades))
            .collect();
        assert_eq!(shapes, [(100, 120, 100, 120, 3, 2), (90, 90, 90, 90, 3, 1), (95, 95, 95, 95, 4, 1)]);
        let stats = tape.ticker(Timestamp(1441 * MINUTE_NS)).expect("there were trades");
        assert_eq!((stats.first.0, stats.last.0, stats.high.0, stats.volume.0), (90, 95, 95, 7));
    }
}
