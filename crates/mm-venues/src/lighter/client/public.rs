//! What the public streams tell.

use std::time::Duration;

use mm_model::{
    DecodeError, Event, MarkPrice, Market, Price, PublicTrade, Qty, Rate, Side, Ticker, Timestamp, TradeId,
};

use super::{Client, book, frame::Data, report};
use crate::{
    client::{self, Heard, Next},
    lighter::wire::{
        public_stream::{Level, MarketStats, MarketStatsFrame, TickerFrame, TradeFrame},
        trade::Trade,
    },
    reading::{self, json, unreadable},
    text::Text,
};

/// Funding is paid each hour (the venue's page on funding, July 2026).
const FUNDING_EVERY: Duration = Duration::from_millis(HOUR_MS);
const HOUR_MS: u64 = 3_600_000;
/// Rates of statistics are percentages: the clamps beside them are, by the venue's page on funding (0.05 % and 4 %).
const PERCENT: i64 = 100;

impl Client {
    pub(super) fn read_book(
        &mut self,
        number: u64,
        data: Data<'_>,
        out: &mut Heard,
    ) -> Result<(), DecodeError> {
        let market = self.listings.numbered("order book", number)?;
        if !data.is_first {
            out.events.push(Event::BookDelta(book::any_delta(market, data.frame)?));
            return Ok(());
        }
        let snapshot = Event::BookSnapshot(book::snapshot(market, data.frame)?);
        // Whoever asked for it gets it as an answer, everybody else as news.
        while let Some(to) = self.channels.take_waiting(number) {
            let events = vec![snapshot.clone()];
            out.answers.push(client::Answered { to, events, result: Ok(Next::Done) });
        }
        if out.answers.is_empty() {
            out.events.push(snapshot);
        }
        Ok(())
    }

    pub(super) fn read_ticker(&mut self, number: u64, frame: &[u8]) -> Result<Event, DecodeError> {
        let market = self.listings.numbered("ticker", number)?;
        let read: TickerFrame<'_> = json("ticker", frame)?;
        // An empty side is told by empty texts.
        let side = |level: &Level<'_>| -> Result<Option<(Price, Qty)>, DecodeError> {
            if level.price.is_empty() {
                return Ok(None);
            }
            let level = reading::level(market, &level.price, &level.size)
                .map_err(|error| unreadable("ticker", format_args!("{}: {error}", market.symbol)))?;
            Ok(Some((level.price, level.qty)).filter(|(_, qty)| !qty.is_zero()))
        };
        let ticker = Ticker {
            market: market.id,
            bid: side(&read.ticker.bid)?,
            ask: side(&read.ticker.ask)?,
            at: report::time(read.ticker.last_updated_at, read.timestamp),
        };
        let best = [ticker.bid, ticker.ask].map(|side| side.map(|(price, _)| price));
        self.touches.set(ticker.market, best);
        Ok(Event::Ticker(ticker))
    }

    /// The first frame tells of trades that are over.
    pub(super) fn read_trades(
        &self,
        number: u64,
        data: Data<'_>,
        out: &mut Vec<Event>,
    ) -> Result<(), DecodeError> {
        let market = self.listings.numbered("trade", number)?;
        let frame: TradeFrame<'_> = json("trade", data.frame)?;
        if data.is_first {
            return Ok(());
        }
        for trade in frame.trades.iter().chain(frame.liquidation_trades.iter()) {
            out.push(Event::Trade(public_trade(market, trade)?));
        }
        Ok(())
    }

    pub(super) fn read_stats(&self, frame: &[u8], out: &mut Vec<Event>) -> Result<(), DecodeError> {
        let frame: MarketStatsFrame<'_> = json("market stats", frame)?;
        for stats in frame.market_stats.iter().filter(|stats| self.listings.knows(stats.market_id)) {
            out.extend(self.mark(stats, report::coarse(frame.timestamp))?.map(Event::Mark));
        }
        Ok(())
    }

    /// A market without a mark yet tells nothing.
    fn mark(&self, stats: &MarketStats<'_>, told_at: Timestamp) -> Result<Option<MarkPrice>, DecodeError> {
        let market = self.listings.numbered("market stats", stats.market_id)?;
        let near = |text: &Text<'_>| {
            let told = Some(text).filter(|text| !text.is_empty());
            told.map(|text| reading::price_near(market, text))
                .transpose()
                .map_err(|error| unreadable("market stats", format_args!("{}: {error}", market.symbol)))
        };
        let Some(mark) = near(&stats.mark_price)? else { return Ok(None) };
        // The last funding, in what was recorded; the next one, on the venue's page.
        let funded_at = report::coarse(stats.funding_timestamp);
        let hour = Timestamp::from_ms(funded_at.ms() / HOUR_MS * HOUR_MS);
        let next = if told_at > Timestamp::ZERO && funded_at > told_at { hour } else { hour + FUNDING_EVERY };
        Ok(Some(MarkPrice {
            market: market.id,
            mark,
            index: near(&stats.index_price)?,
            funding: reading::rate(&stats.current_funding_rate).map(|rate| Rate(rate.0 / PERCENT)),
            next_funding: (hour > Timestamp::ZERO).then_some(next),
        }))
    }
}

fn public_trade(market: &Market, trade: &Trade<'_>) -> Result<PublicTrade, DecodeError> {
    let bad = |why: &dyn std::fmt::Display| unreadable("trade", format_args!("{}: {why}", market.symbol));
    let level = reading::level(market, &trade.price, &trade.size).map_err(|error| bad(&error))?;
    Ok(PublicTrade {
        market: market.id,
        trade_id: TradeId::from_number(u64::try_from(trade.trade_id).map_err(|error| bad(&error))?),
        price: level.price,
        qty: level.qty,
        taker: if trade.is_maker_ask { Side::Buy } else { Side::Sell },
        at: report::time(trade.transaction_time, trade.timestamp),
    })
}
