//! What the socket tells: greetings, answers, public and private streams.

use std::time::Duration;

use mm_model::{
    CallError, DecodeError, Event, MarkPrice, Market, Price, PublicTrade, Qty, Rate, Side, Ticker, Timestamp,
    TradeId,
};

use super::{
    Client, book,
    channels::beat,
    refusal,
    report::{self, OrderNews},
    settle::Answered,
};
use crate::{
    client::{self, Heard, Next},
    lighter::{
        tx::MarginMode,
        wire::{
            channel::Channel,
            error::codes,
            order::Order,
            private_stream::{
                AllAssetsFrame, AllOrdersFrame, AllPositionsFrame, AllTradesFrame, UserStatsFrame,
            },
            public_stream::{Level, MarketStats, MarketStatsFrame, TickerFrame, TradeFrame},
            rows::Grouped,
            send::SendTxAnswer,
            stream::{Head, Shutdown, StreamError, Unsubscribed, kind},
            trade::Trade,
        },
    },
    reading::{self, cut, json, unreadable},
    text::Text,
};

/// Funding is paid each hour (the venue's page on funding, July 2026).
const FUNDING_EVERY: Duration = Duration::from_secs(3600);
/// Rates of statistics are percentages: the clamps beside them are, by the venue's page on funding (0.05 % and 4 %).
const PERCENT: i64 = 100;
/// How far before a new subscription trades are told again: clocks differ.
const DEAF_MARGIN: Duration = Duration::from_secs(60);

/// A frame of a stream.
#[derive(Clone, Copy)]
struct Data<'a> {
    /// The first frame of a subscription.
    is_first: bool,
    frame: &'a [u8],
}

impl Client {
    /// Reads a frame.
    pub(super) fn read_frame(
        &mut self,
        now: Timestamp,
        frame: &[u8],
        out: &mut Heard,
    ) -> Result<(), DecodeError> {
        if let Some(delta) = book::delta(&self.listings, frame) {
            out.events.push(Event::BookDelta(delta));
            return Ok(());
        }
        self.read_any_frame(now, frame, out)
    }

    /// Reads a frame of whatever kind, with a general JSON reader.
    pub(super) fn read_any_frame(
        &mut self,
        now: Timestamp,
        frame: &[u8],
        out: &mut Heard,
    ) -> Result<(), DecodeError> {
        if let Some((kind, channel)) = Head::split(frame) {
            return self.read_kind(now, (kind, Some(channel)), frame, out);
        }
        let head: Head<'_> = json("frame", frame)?;
        match (head.kind.as_deref(), head.error) {
            (Some(kind::ERROR), None) => self.read_error(now, &json("error", frame)?, out),
            (Some(kind @ (kind::SEND_TX | kind::SEND_TX_BATCH)), _) => {
                self.read_kind(now, (kind, None), frame, out)
            }
            (_, Some(error)) => self.read_error(now, &error, out),
            (Some(kind), None) => self.read_kind(now, (kind, head.channel.as_deref()), frame, out),
            (None, None) => return Err(unreadable("frame", "neither type nor error")),
        }
    }

    fn read_kind(
        &mut self,
        now: Timestamp,
        (kind, channel): (&str, Option<&str>),
        frame: &[u8],
        out: &mut Heard,
    ) -> Result<(), DecodeError> {
        match kind {
            kind::CONNECTED => out.greeted = true,
            kind::PING => {
                out.send.push(beat(kind::PONG));
                self.channels.spoke(now);
            }
            // Nothing is left that waits for it: the subscription that follows has its own answer.
            kind::PONG => {}
            kind::UNSUBSCRIBED => {
                json::<Unsubscribed<'_>>("unsubscribed", frame)?;
            }
            kind::SHUTDOWN => {
                let shutdown: Shutdown<'_> = json("shutdown", frame)?;
                out.closing = Some(format!("the venue closes it in {} ms", shutdown.close_in_ms));
            }
            kind::SEND_TX | kind::SEND_TX_BATCH => return self.read_answer(now, frame, out),
            _ => return self.read_data(now, (kind, channel), frame, out),
        }
        Ok(())
    }

    fn read_data(
        &mut self,
        now: Timestamp,
        (kind, name): (&str, Option<&str>),
        frame: &[u8],
        out: &mut Heard,
    ) -> Result<(), DecodeError> {
        let stranger =
            || unreadable("frame", format_args!("type {kind} of channel {name:?} is not one of ours"));
        let is_first = match kind.split_once('/') {
            Some(("subscribed", _)) => true,
            Some(("update", _)) => false,
            _ => return Err(stranger()),
        };
        let channel = name.and_then(Channel::parse).ok_or_else(stranger)?;
        if is_first {
            self.channels.answered(&channel);
            self.subscribe_more(now, &mut out.send);
        }
        let data = Data { is_first, frame };
        match channel {
            Channel::OrderBook(number) => return self.read_book(number, data, out),
            Channel::Ticker(number) => out.events.push(self.read_ticker(number, frame)?),
            Channel::Trade(number) => return self.read_trades(number, data, &mut out.events),
            Channel::MarketStats(_) => {
                let stats: MarketStatsFrame<'_> = json("market stats", frame)?;
                for stats in stats.market_stats.iter().filter(|stats| self.listings.knows(stats.market_id)) {
                    out.events.extend(self.mark(stats)?.map(Event::Mark));
                }
            }
            Channel::AccountAllOrders(_) => return self.read_orders(frame, &mut out.events),
            Channel::AccountAllTrades(_) => return self.read_fills_frame(data, &mut out.events),
            Channel::AccountAllPositions(_) => return self.read_positions(frame, &mut out.events),
            Channel::AccountAllAssets(_) => return self.read_assets(frame, &mut out.events),
            Channel::UserStats(_) => {
                let frame: UserStatsFrame<'_> = json("user stats", frame)?;
                let stats = &frame.stats;
                self.cash.margin = Some(report::margin(&stats.available_balance, &stats.collateral)?);
                let at = report::coarse(frame.timestamp);
                out.events.extend(self.cash_balance(at).map(Event::Balance));
            }
            _ => return Err(stranger()),
        }
        Ok(())
    }

    fn read_book(&mut self, number: u64, data: Data<'_>, out: &mut Heard) -> Result<(), DecodeError> {
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

    fn read_ticker(&mut self, number: u64, frame: &[u8]) -> Result<Event, DecodeError> {
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
    fn read_trades(&self, number: u64, data: Data<'_>, out: &mut Vec<Event>) -> Result<(), DecodeError> {
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

    /// A market without a mark yet tells nothing.
    fn mark(&self, stats: &MarketStats<'_>) -> Result<Option<MarkPrice>, DecodeError> {
        let market = self.listings.numbered("market stats", stats.market_id)?;
        let near = |text: &Text<'_>| {
            let told = Some(text).filter(|text| !text.is_empty());
            told.map(|text| reading::price_near(market, text))
                .transpose()
                .map_err(|error| unreadable("market stats", format_args!("{}: {error}", market.symbol)))
        };
        let Some(mark) = near(&stats.mark_price)? else { return Ok(None) };
        let last = report::coarse(stats.funding_timestamp);
        let hour = last.ms() / 3_600_000 * 3_600_000;
        Ok(Some(MarkPrice {
            market: market.id,
            mark,
            index: near(&stats.index_price)?,
            funding: reading::rate(&stats.current_funding_rate).map(|rate| Rate(rate.0 / PERCENT)),
            next_funding: (hour > 0).then(|| Timestamp::from_ms(hour) + FUNDING_EVERY),
        }))
    }

    /// Open orders at first, then what changed: all of them are news. One that cannot be read hides no other.
    fn read_orders(&self, frame: &[u8], out: &mut Vec<Event>) -> Result<(), DecodeError> {
        let frame: AllOrdersFrame<'_> = json("orders", frame)?;
        let ours = |order: &&Order<'_>| self.listings.knows(order.market_index);
        each(frame.orders.iter().filter(ours), |order| {
            out.extend(match report::order(&self.listings, order)? {
                OrderNews::Report(report) => Some(Event::Order(report)),
                OrderNews::Queued(id) => id.map(|client_id| Event::Queued { client_id }),
            });
            Ok(())
        })
    }

    /// The first frame tells of old trades: no fills, unless it follows another subscription and may hold what was
    /// not heard in between. A fill that is told twice counts once.
    fn read_fills_frame(&mut self, data: Data<'_>, out: &mut Vec<Event>) -> Result<(), DecodeError> {
        let frame: AllTradesFrame<'_> = json("fills", data.frame)?;
        let since = if data.is_first { self.channels.deaf_since() } else { Some(Timestamp::ZERO) };
        let Some(since) = since.map(|since| since - DEAF_MARGIN) else { return Ok(()) };
        self.push_fills(&frame.trades, since, out)
    }

    fn push_fills(
        &self,
        trades: &Grouped<Trade<'_>>,
        since: Timestamp,
        out: &mut Vec<Event>,
    ) -> Result<(), DecodeError> {
        let account = self.account.as_ref().map_or(-1, |account| account.index);
        each(trades.iter().filter(|trade| self.listings.knows(trade.market_id)), |trade| {
            let fills = report::fills(&self.listings, account, trade)?;
            out.extend(fills.filter(|fill| fill.at >= since).map(Event::Fill));
            Ok(())
        })
    }

    fn read_positions(&mut self, frame: &[u8], out: &mut Vec<Event>) -> Result<(), DecodeError> {
        let frame: AllPositionsFrame<'_> = json("positions", frame)?;
        let Self { listings, margin_modes, .. } = self;
        each(frame.positions.iter().filter(|row| listings.knows(row.market_id)), |row| {
            let position = report::position(listings, row)?;
            let mode = if row.margin_mode == 1 { MarginMode::Isolated } else { MarginMode::Cross };
            margin_modes.insert(position.market, mode);
            out.push(Event::Position(position));
            Ok(())
        })
    }

    fn read_assets(&mut self, frame: &[u8], out: &mut Vec<Event>) -> Result<(), DecodeError> {
        let frame: AllAssetsFrame<'_> = json("assets", frame)?;
        let at = report::coarse(frame.timestamp);
        each(frame.assets.iter(), |row| {
            let pocket = report::pocket(row)?;
            let balance = if row.symbol == super::market::CASH {
                self.cash.spot = Some(pocket);
                self.cash_balance(at)
            } else {
                Some(report::balance(self.asset(&row.symbol), pocket, at))
            };
            out.extend(balance.map(Event::Balance));
            Ok(())
        })
    }

    /// The answer to a transaction. One that names a call which is over comes too late to tell anything.
    fn read_answer(&mut self, now: Timestamp, frame: &[u8], out: &mut Heard) -> Result<(), DecodeError> {
        let answer: SendTxAnswer<'_> = json("answer", frame)?;
        let told = answer.outcome();
        let said = match told.code {
            Some(codes::OK) => refusal::Said::Yes,
            Some(code) => refusal::no(code, told.message.unwrap_or_default()),
            None => refusal::Said::Nothing("an answer without a code".to_owned()),
        };
        let Some(account) = &mut self.account else { return Err(unreadable("answer", "nothing was sent")) };
        let flight = match account.flights.take_named(&told) {
            Ok(flight) => flight,
            Err(_) => return self.read_nameless(now, said, out),
        };
        if let Some(flight) = flight {
            self.settle(now, flight, said, out);
        }
        Ok(())
    }

    /// An answer that names nobody goes to whoever has waited longest. If somebody else waits too, a no is not believed
    /// to be theirs: then nobody knows, and they are looked up.
    fn read_nameless(
        &mut self,
        now: Timestamp,
        said: refusal::Said,
        out: &mut Heard,
    ) -> Result<(), DecodeError> {
        let Some(account) = &mut self.account else { return Err(unreadable("answer", "nothing was sent")) };
        let alone = account.flights.len() == 1;
        let Some(flight) = account.flights.take_oldest() else {
            return Err(unreadable("answer", format_args!("{said:?}, and nothing waits for an answer")));
        };
        let said = match said {
            refusal::Said::No { refusal, .. } if !alone => {
                refusal::Said::Nothing(format!("a refusal that does not say of what: {refusal}"))
            }
            said => said,
        };
        self.settle(now, flight, said, out);
        Ok(())
    }

    fn settle(&mut self, now: Timestamp, flight: super::sent::Flight, said: refusal::Said, out: &mut Heard) {
        let super::sent::Flight { call, n_txs, ids, .. } = flight;
        let Some(account) = &mut self.account else { return };
        let mut events = Vec::with_capacity(ids.len());
        let result = account.settle(now, &Answered { call, n_txs, ids }, said, &mut events);
        out.answers.push(client::Answered { to: call, events, result });
    }

    /// An error without a type. Codes of the socket are about subscriptions, others about transactions.
    fn read_error(
        &mut self,
        now: Timestamp,
        error: &StreamError<'_>,
        out: &mut Heard,
    ) -> Result<(), DecodeError> {
        let of_socket = (23_001..=23_003).contains(&error.code) || (30_000..31_000).contains(&error.code);
        let waits = self.account.as_ref().is_some_and(|account| account.flights.len() > 0);
        if !of_socket && waits {
            return self.read_nameless(now, refusal::no(error.code, &error.message), out);
        }
        let channel = error.message.rsplit([' ']).next().and_then(Channel::parse);
        if refusal::is(error.code, &codes::SOCKET_ALREADY_SUBSCRIBED) {
            if let Some(channel) = channel {
                self.channels.answered(&channel);
                self.refuse_waiting(&channel, out);
            }
        } else {
            self.channels.refused(channel.as_ref());
            if let Some(channel) = channel {
                self.refuse_waiting(&channel, out);
            }
            let reason = format!("{}: {}", error.code, cut(&error.message));
            out.events.push(Event::FeedRefused { reason });
        }
        self.subscribe_more(now, &mut out.send);
        Ok(())
    }

    /// No book comes: whoever waits for it asks again.
    fn refuse_waiting(&mut self, channel: &Channel, out: &mut Heard) {
        let Channel::OrderBook(number) = channel else { return };
        while let Some(to) = self.channels.take_waiting(*number) {
            let why = CallError::OutcomeUnknown("the book's stream did not begin anew".to_owned());
            out.answers.push(client::Answered { to, events: Vec::new(), result: Err(why) });
        }
    }
}

/// Does it for all, whichever of them fail; tells the first failure.
fn each<T>(
    rows: impl Iterator<Item = T>,
    mut read: impl FnMut(T) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    let mut result = Ok(());
    for row in rows {
        let read = read(row);
        result = result.and(read);
    }
    result
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
