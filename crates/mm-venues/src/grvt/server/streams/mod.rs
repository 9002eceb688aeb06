//! The sockets: who listens to what, what they are told, and calls by socket.
//!
//! The venue's sockets for market data and for trades have the same paths and stand on one port here; which one was
//! meant makes no difference. Streams that nobody listens to cost nothing.

mod account;
mod book;
mod command;
mod legacy;
mod listeners;
mod markets;
mod paces;
mod topics;

use std::time::Duration;

use bytes::Bytes;
use mm_exchange::{Exchange, Fact};
use mm_model::Timestamp;

use self::{
    book::Books,
    listeners::{Listeners, Style},
    markets::MarketStreams,
    paces::Paces,
    topics::Topic,
};
use super::{Options, records::News, state::State};
use crate::{
    grvt::wire::{Encoding, legacy::SOCKET_PATH},
    http::Request,
    server::{ConnId, Outbound, heartbeat::Heartbeat},
};

/// How often the server pings, and after how long a silence it closes. Chosen: no source says; clients ping by
/// themselves every 20 or 30 seconds.
const PING_EVERY: Duration = Duration::from_secs(60);
const SILENCE_MAX: Duration = Duration::from_secs(120);
/// WebSocket close code "policy violation" (RFC 6455, 7.4.1), for silence and for paths that lead nowhere.
const CLOSE_POLICY: u16 = 1008;

/// What the streams are told from, and what they say.
pub(super) struct World<'a> {
    pub(super) now: Timestamp,
    pub(super) exchange: &'a Exchange,
    pub(super) state: &'a State,
    /// What is told.
    pub(super) out: &'a mut Vec<Outbound>,
}

/// Who said something, and where.
pub(super) struct Heard<'a> {
    pub(super) now: Timestamp,
    pub(super) exchange: &'a mut Exchange,
    pub(super) state: &'a mut State,
    pub(super) conn: ConnId,
}

/// All sockets and what each listens to.
#[derive(Debug)]
pub(super) struct Streams {
    listeners: Listeners,
    heartbeat: Heartbeat,
    paces: Paces,
    books: Books,
    markets: MarketStreams,
}

impl Streams {
    pub(super) fn new(_options: &Options) -> Self {
        Self {
            listeners: Listeners::default(),
            heartbeat: Heartbeat::new(PING_EVERY, SILENCE_MAX),
            paces: Paces::default(),
            books: Books::default(),
            markets: MarketStreams::default(),
        }
    }

    /// A socket opened; whose it is follows from the cookie and account id of its upgrade request.
    pub(super) fn opened(
        &mut self,
        (now, state): (Timestamp, &State),
        (conn, request): (ConnId, &Request),
        out: &mut Vec<Outbound>,
    ) {
        let style = match Encoding::of_socket(&request.path) {
            Some(encoding) => Style::Rpc(encoding),
            None if request.path == SOCKET_PATH => Style::Legacy,
            None => return out.push(Outbound::Close(conn, CLOSE_POLICY)),
        };
        self.listeners.open(conn, style, state.sessions.of(now, request));
        self.heartbeat.opened(now, conn);
    }

    /// A client's frame. Calls go through `routes::call`.
    pub(super) fn frame(&mut self, heard: Heard<'_>, text: &str, out: &mut Vec<Outbound>) {
        self.heartbeat.heard(heard.now, heard.conn);
        match self.listeners.socket(heard.conn).map(|socket| socket.style) {
            Some(Style::Rpc(encoding)) => self.rpc(heard, (encoding, text), out),
            Some(Style::Legacy) => self.legacy(heard, text, out),
            None => {}
        }
    }

    pub(super) fn pong(&mut self, now: Timestamp, conn: ConnId) {
        self.heartbeat.heard(now, conn);
    }

    pub(super) fn closed(&mut self, conn: ConnId) {
        self.listeners.close(conn);
        self.heartbeat.closed(conn);
        self.forget();
    }

    /// What happened: the exchange's facts, and what they are in the venue's terms for its clients.
    pub(super) fn facts(&mut self, world: &mut World<'_>, facts: &[Fact], news: &[News]) {
        self.books_changed(facts);
        self.trades(world, facts);
        self.raw_tickers(world, facts);
        self.account_news(world, news);
    }

    /// Runs what is due by the clock.
    pub(super) fn tick(&mut self, world: &mut World<'_>) {
        let due = self.heartbeat.tick(world.now);
        world.out.extend(due.ping.into_iter().map(Outbound::Ping));
        for conn in due.close {
            self.closed(conn);
            world.out.push(Outbound::Close(conn, CLOSE_POLICY));
        }
        let struck = self.paces.strike(world.now);
        let is_due = |topic: &Topic| topic.rate_ms().is_some_and(|rate| struck.contains(&rate));
        for topic in self.listeners.topics().filter(is_due).collect::<Vec<_>>() {
            self.beat(world, topic);
        }
    }

    /// When there is something to do; never while nobody is connected.
    pub(super) fn next_wake(&self) -> Option<Timestamp> {
        let ping = self.heartbeat.next()?;
        let speaks = |topic: &Topic| match topic {
            Topic::BookDelta(market, rate) => self.books.has_news((*market, *rate)),
            _ => true,
        };
        let topics = self.listeners.topics().filter(speaks);
        let due = topics.filter_map(|topic| self.paces.due(topic.rate_ms()?));
        Some(due.fold(ping, Timestamp::min))
    }

    /// A stream's time has come.
    fn beat(&mut self, world: &mut World<'_>, topic: Topic) {
        match topic {
            Topic::BookDelta(market, rate) => self.tell_book(world, (market, rate)),
            Topic::BookSnap(market, _, depth) => self.tell_whole_book(world, topic, (market, depth)),
            _ => self.market_beat(world, topic),
        }
    }

    /// What a new listener is told first, each with no number. Those who listen already are told before what was
    /// gathered for them, so that all go on from the same state.
    fn snapshots(&mut self, world: &mut World<'_>, conn: ConnId, topic: Topic) -> Vec<Bytes> {
        match topic {
            Topic::BookDelta(market, rate) => {
                self.book_snapshot(world, conn, (market, rate)).into_iter().collect()
            }
            Topic::BookSnap(market, _, depth) => self
                .whole_book(world, (market, depth))
                .and_then(|book| self.listeners.snapshot(conn, topic, &book))
                .into_iter()
                .collect(),
            Topic::Own(stream, account, market) => {
                self.account_snapshots(world, conn, (topic, stream, account, market))
            }
            Topic::Cancel(_) | Topic::Transfer(_) | Topic::Deposit | Topic::Withdrawal => Vec::new(),
            _ => self.market_snapshots(world, conn, topic),
        }
    }

    /// Forgets what was remembered for listeners who are gone.
    fn forget(&mut self) {
        let listeners = &self.listeners;
        self.books.forget(|(market, rate)| listeners.wanted(Topic::BookDelta(market, rate)));
        self.markets.forget(|topic| listeners.wanted(topic));
    }
}
