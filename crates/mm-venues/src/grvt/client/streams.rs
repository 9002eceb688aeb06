//! What the streams tell, the book's changes and the tickers apart.

use std::time::Duration;

use mm_model::{BookSnapshot, Candle, DecodeError, Event, Level, NumberError, PublicTrade, TradeId};
use serde::Deserialize;

use super::{
    Client,
    book::BookFrame,
    feeds::Turn,
    frame::{numbers, stranger},
    report,
};
use crate::{
    client::{self, Heard, Next},
    grvt::wire::{
        self, CandleInterval,
        account::Position,
        history::Fill,
        market_data::Trade,
        order::Order,
        stream::{CancelStatusFeed, Feed, OrderStateFeed, Stream},
    },
    reading::{self, unreadable},
};

impl Client {
    /// A whole book, onto which the changes after it join.
    pub(super) fn whole_book(
        &mut self,
        selector: &str,
        read: BookFrame<Vec<Level>>,
        out: &mut Heard,
    ) -> Result<(), DecodeError> {
        let BookFrame { market, numbers, bids, asks, at } = read;
        let stream = Stream::BookDelta;
        let Some(sub) =
            self.public.find(stream.as_str(), selector).filter(|sub| sub.market() == Some(market))
        else {
            return Err(stranger(stream.as_str(), selector));
        };
        sub.judge(numbers);
        let seq = self.book_seqs.entry(market).or_default();
        *seq += 1;
        let snapshot = Event::BookSnapshot(BookSnapshot { market, seq: *seq, bids, asks, at });
        // Whoever asked for it gets it as an answer, everybody else as news.
        let n_before = out.answers.len();
        while let Some(to) = self.public.take_waiting(market) {
            let events = vec![snapshot.clone()];
            out.answers.push(client::Answered { to, events, result: Ok(Next::Done) });
        }
        if out.answers.len() == n_before {
            out.events.push(snapshot);
        }
        Ok(())
    }

    /// The first frames tell of trades that are over.
    pub(super) fn read_trade(
        &mut self,
        frame: &[u8],
        selector: &str,
        out: &mut Vec<Event>,
    ) -> Result<(), DecodeError> {
        let read: Feed<'_, Trade<'_>> = self.encoding.decode("trade", frame)?;
        let Some(sub) = self.public.find(Stream::Trade.as_str(), selector) else {
            return Err(stranger(Stream::Trade.as_str(), selector));
        };
        // A trade that was not heard changes nothing that we keep.
        if matches!(sub.judge(numbers(&read)), Turn::Snapshot | Turn::Old) {
            return Ok(());
        }
        let trade = &read.feed;
        let market = self.listings.named("trade", &trade.instrument)?;
        let bad = |why: &dyn std::fmt::Display| unreadable("trade", format_args!("{}: {why}", market.symbol));
        let level = reading::level(market, &trade.price, &trade.size).map_err(|error| bad(&error))?;
        let trade_id = TradeId::new(&trade.trade_id);
        out.push(Event::Trade(PublicTrade {
            market: market.id,
            trade_id: trade_id.ok_or_else(|| bad(&"the trade id is empty or too long"))?,
            price: level.price,
            qty: level.qty,
            taker: report::side(trade.is_taker_buyer),
            at: trade.event_time.into(),
        }));
        Ok(())
    }

    /// A candle's frames have no numbers: each is whole.
    pub(super) fn read_candle(
        &mut self,
        frame: &[u8],
        selector: &str,
        out: &mut Vec<Event>,
    ) -> Result<(), DecodeError> {
        let read: Feed<'_, wire::market_data::Candle<'_>> = self.encoding.decode("candle", frame)?;
        let stream = Stream::Candle.as_str();
        if self.public.find(stream, selector).is_none() {
            return Err(stranger(stream, selector));
        }
        let interval = self.candles.as_ref().and_then(CandleInterval::seconds);
        let Some(interval) = interval else { return Err(stranger(stream, selector)) };
        let candle = &read.feed;
        let market = self.listings.named("candle", &candle.instrument)?;
        let bad = |error: NumberError| unreadable("candle", format_args!("{}: {error}", market.symbol));
        let price = |text: &str| market.price(text).map_err(bad);
        out.push(Event::Candle(Candle {
            market: market.id,
            interval: Duration::from_secs(interval),
            opens_at: candle.open_time.into(),
            open: price(&candle.open)?,
            high: price(&candle.high)?,
            low: price(&candle.low)?,
            close: price(&candle.close)?,
            volume: market.qty(&candle.volume_b).map_err(bad)?,
            n_trades: candle.trades,
        }));
        Ok(())
    }

    /// A frame of the account's. What it says counts even where something before it went unheard: the error then lets the
    /// driver ask for the truth.
    pub(super) fn read_private(
        &mut self,
        frame: &[u8],
        (stream, selector): (&str, &str),
        out: &mut Vec<Event>,
    ) -> Result<(), DecodeError> {
        let (turn, news) = match Stream::from(stream) {
            Stream::Order => {
                let (turn, order) = self.private_feed::<Order<'_>>(frame, (stream, selector))?;
                let known = report::is_listed(&self.listings, &order);
                (turn, if known { report::order(&self.listings, &order)? } else { None })
            }
            Stream::State => {
                let (turn, told) = self.private_feed::<OrderStateFeed<'_>>(frame, (stream, selector))?;
                let id = report::client_id(&told.client_order_id)?;
                let placements = self.account.as_ref().map(|account| &account.placements);
                let placement = id.and_then(|id| placements?.of(id));
                // Of orders that are not ours, the stream of orders tells more.
                let told = placement.map(|placement| report::state(&self.listings, placement, &told));
                (turn, told.transpose()?.flatten())
            }
            Stream::Fill => {
                let (turn, fill) = self.private_feed::<Fill<'_>>(frame, (stream, selector))?;
                let fill = self.listings.knows(&fill.instrument).then(|| report::fill(&self.listings, &fill));
                (turn, fill.transpose()?.map(Event::Fill))
            }
            Stream::Position => {
                let (turn, row) = self.private_feed::<Position<'_>>(frame, (stream, selector))?;
                let known = self.listings.knows(&row.instrument);
                let position = known.then(|| report::position(&self.listings, &row));
                (turn, position.transpose()?.map(Event::Position))
            }
            // A cancel that waited in vain, or for nothing: it proves nothing of its order, which may be there, or come.
            _ => (self.private_feed::<CancelStatusFeed<'_>>(frame, (stream, selector))?.0, None),
        };
        out.extend(news);
        match turn {
            Turn::Gap => Err(unreadable("stream", format_args!("{stream}: something was not heard"))),
            _ => Ok(()),
        }
    }

    fn private_feed<'f, F: Deserialize<'f>>(
        &mut self,
        frame: &'f [u8],
        (stream, selector): (&str, &str),
    ) -> Result<(Turn, F), DecodeError> {
        let read: Feed<'f, F> = self.encoding.decode("stream", frame)?;
        let sub = self.private.find(stream, selector).ok_or_else(|| stranger(stream, selector))?;
        Ok((sub.judge(numbers(&read)), read.feed))
    }
}
