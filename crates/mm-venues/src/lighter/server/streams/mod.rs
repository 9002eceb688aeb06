//! The WebSocket: who listens to what, and what they are told.
//!
//! A frame is written once and sent to all who subscribed to its stream. Streams that nobody listens to cost
//! nothing.

mod access;
mod account;
mod account_frames;
mod book;
mod command;
mod market;
mod send;
mod sessions;
mod silent;
mod stats;
mod topics;

use std::time::Duration;

use bytes::Bytes;
use mm_exchange::{Exchange, Fact};
use mm_model::Timestamp;

pub use self::sessions::SocketLimits;
use self::{
    access::Grants,
    account::AccountStreams,
    book::Books,
    market::MarketStreams,
    sessions::Sessions,
    topics::{Names, Topic},
};
use super::{Options, answer::json, records::News, state::State};
use crate::{
    lighter::wire::{
        Text,
        stream::{Beat, Connected, Shutdown, kind},
    },
    server::{ConnId, Outbound, subscriptions::Subscriptions},
};

/// WebSocket close code "policy violation" (RFC 6455, 7.4.1), for silence and for one socket too many; the venue's
/// own is not known.
const CLOSE_POLICY: u16 = 1008;
/// WebSocket close code "going away", for a restart.
const CLOSE_RESTART: u16 = 1001;

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

/// What a data frame is: the state at the time of subscribing, or what is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    Subscribed,
    Update,
}

/// What every data frame has.
struct Head {
    channel: Text<'static>,
    kind: Text<'static>,
}

impl World<'_> {
    const fn names(&self) -> Names<'_> {
        Names { exchange: self.exchange, state: self.state }
    }

    fn head(&self, topic: Topic, event: Event) -> Head {
        let names = self.names();
        let event = match event {
            Event::Subscribed => "subscribed",
            Event::Update => "update",
        };
        Head {
            channel: Text::from(names.channel(topic)),
            kind: Text::from(format!("{event}/{}", names.family(topic))),
        }
    }
}

/// All sockets and what each listens to.
#[derive(Debug)]
pub(super) struct Streams {
    sessions: Sessions,
    subscriptions: Subscriptions<Topic>,
    grants: Grants,
    books: Books,
    markets: MarketStreams,
    accounts: AccountStreams,
    /// When all sockets are closed, if that was announced.
    shutdown_at: Option<Timestamp>,
}

impl Streams {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            sessions: Sessions::new(options.rate_limits.then_some(options.sockets)),
            subscriptions: Subscriptions::default(),
            grants: Grants::default(),
            books: Books::default(),
            markets: MarketStreams::default(),
            accounts: AccountStreams::default(),
            shutdown_at: None,
        }
    }

    /// A socket opened; `query` is that of its upgrade request.
    pub(super) fn opened(&mut self, now: Timestamp, (conn, query): (ConnId, &str), out: &mut Vec<Outbound>) {
        if let Err(refused) = self.sessions.open(now, conn, query) {
            command::refuse(conn, refused, out);
            out.push(Outbound::Close(conn, CLOSE_POLICY));
            return;
        }
        let session_id = Text::from(format!("{:016x}", conn.0));
        let greeting = Connected { session_id, kind: Text::new(kind::CONNECTED) };
        out.push(Outbound::Frame(conn, json(&greeting)));
    }

    pub(super) fn pong(&mut self, now: Timestamp, conn: ConnId) {
        self.sessions.heard(now, conn);
    }

    pub(super) fn closed(&mut self, conn: ConnId) {
        self.sessions.close(conn);
        self.subscriptions.gone(conn);
        self.grants.gone(conn);
        self.forget();
    }

    /// Tells a batch of facts, and what the venue made of them.
    pub(super) fn facts(&mut self, world: &mut World<'_>, facts: &[Fact], news: &[News]) {
        self.books_changed(world, facts);
        self.trades(world, news);
        self.account_news(world, news);
    }

    /// Does what the clock asks for.
    pub(super) fn tick(&mut self, world: &mut World<'_>) {
        let due = self.sessions.due(world.now);
        let ping = json(&Beat { kind: Text::new(kind::PING) });
        world.out.extend(due.ping.into_iter().map(|conn| Outbound::Frame(conn, ping.clone())));
        for conn in due.close {
            self.closed(conn);
            world.out.push(Outbound::Close(conn, CLOSE_POLICY));
        }
        self.tell_books(world);
        self.periodic(world);
        if self.shutdown_at.is_some_and(|at| at <= world.now) {
            self.shutdown_at = None;
            for conn in self.sessions.all().collect::<Vec<_>>() {
                self.closed(conn);
                world.out.push(Outbound::Close(conn, CLOSE_RESTART));
            }
        }
    }

    /// Tells everybody that the sockets close after `within`, and closes them then.
    pub(super) fn shut_down(&mut self, now: Timestamp, within: Duration, out: &mut Vec<Outbound>) {
        let close_in_ms = u64::try_from(within.as_millis()).unwrap_or(u64::MAX);
        let notice = json(&Shutdown { close_in_ms, kind: Text::new(kind::SHUTDOWN) });
        out.extend(self.sessions.all().map(|conn| Outbound::Frame(conn, notice.clone())));
        self.shutdown_at = Some(now + within);
    }

    /// When there is something to do; never while nobody is connected.
    pub(super) fn next_wake(&self) -> Option<Timestamp> {
        let ping = self.sessions.next_wake()?;
        let due = [self.books.due(), self.periodic_due(), self.shutdown_at];
        Some(due.into_iter().flatten().fold(ping, Timestamp::min))
    }

    /// Sends a frame to all who listen to a stream.
    fn tell(&self, world: &mut World<'_>, topic: Topic, frame: Bytes) {
        let listeners = self.subscriptions.listeners(&topic);
        world.out.extend(listeners.map(|conn| Outbound::Frame(conn, frame.clone())));
    }

    /// Forgets what was remembered for listeners who are gone.
    fn forget(&mut self) {
        let wanted = |topic: Topic| self.subscriptions.wanted(&topic);
        self.books.forget(|market| wanted(Topic::OrderBook(market)));
        self.markets.forget(wanted);
        self.accounts.forget(wanted);
    }
}
