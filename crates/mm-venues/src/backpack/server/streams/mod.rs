//! The WebSocket: who listens to what, and what they are told.
//!
//! A frame is written once and sent to all who subscribed to its stream. Streams that nobody listens to cost
//! nothing.

mod command;
mod depth;
mod periodic;
mod private;

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use mm_exchange::{AccountId, Exchange, Fact};
use mm_model::{MarketId, SignedQty, Timestamp};
use serde::Serialize;

pub(super) use self::command::Heard;
use self::{depth::DepthStreams, periodic::Beats};
use super::{Switches, topics::Topic};
use crate::{
    backpack::wire::stream::StreamFrame,
    server::{
        ConnId, Outbound,
        candles::MarketCandles,
        heartbeat::Heartbeat,
        levels::{Change, Changes},
        subscriptions::Subscriptions,
    },
};

/// The venue pings each minute (documentation, read 2026-11).
const PING_EVERY: Duration = Duration::from_secs(60);
/// A socket that has not answered for this long is closed (documentation, read 2026-11).
const PONG_WITHIN: Duration = Duration::from_secs(120);
/// WebSocket close code "policy violation" (RFC 6455, 7.4.1); the venue's own is not known.
const CLOSE_NO_PONG: u16 = 1008;

/// What the streams are told from, and what they say.
pub(super) struct World<'a> {
    pub(super) now: Timestamp,
    pub(super) exchange: &'a Exchange,
    pub(super) candles: &'a MarketCandles,
    /// What is told.
    pub(super) out: &'a mut Vec<Outbound>,
}

/// All sockets and what each listens to.
#[derive(Debug)]
pub(super) struct Streams {
    switches: Switches,
    subscriptions: Subscriptions<Topic>,
    heartbeat: Heartbeat,
    depth: DepthStreams,
    beats: Beats,
    /// Sizes of positions as last told, to know what a change is called.
    held: BTreeMap<(AccountId, MarketId), SignedQty>,
}

impl Streams {
    pub(super) fn new(switches: Switches) -> Self {
        Self {
            switches,
            subscriptions: Subscriptions::default(),
            heartbeat: Heartbeat::new(PING_EVERY, PONG_WITHIN),
            depth: DepthStreams::default(),
            beats: Beats::default(),
            held: BTreeMap::new(),
        }
    }

    pub(super) fn opened(&mut self, now: Timestamp, conn: ConnId) {
        self.heartbeat.opened(now, conn);
    }

    pub(super) fn pong(&mut self, now: Timestamp, conn: ConnId) {
        self.heartbeat.heard(now, conn);
    }

    pub(super) fn closed(&mut self, conn: ConnId) {
        self.heartbeat.closed(conn);
        self.subscriptions.gone(conn);
    }

    /// Tells a batch of facts, in order; the changes of a book in it become one message.
    pub(super) fn facts(&mut self, world: &mut World<'_>, facts: &[Fact]) {
        let mut changed: BTreeMap<MarketId, Changes> = BTreeMap::new();
        let mut traded: BTreeMap<MarketId, ()> = BTreeMap::new();
        for fact in facts {
            match fact {
                Fact::Level { market, seq, side, price, qty, at } => {
                    let change = Change { seq: *seq, side: *side, price: *price, qty: *qty, at: *at };
                    changed.entry(*market).or_insert_with(|| Changes::new(*seq)).add(change);
                }
                Fact::Traded { market, .. } => {
                    traded.insert(*market, ());
                    self.trade(world, fact);
                }
                _ => self.private(world, fact),
            }
        }
        for (market, changes) in &changed {
            self.book_changed(world, *market, changes);
        }
        for market in traded.keys() {
            self.open_candles(world, *market);
        }
    }

    /// Does what the clock asks for.
    pub(super) fn tick(&mut self, world: &mut World<'_>) {
        let due = self.heartbeat.tick(world.now);
        world.out.extend(due.ping.into_iter().map(Outbound::Ping));
        for conn in due.close {
            self.subscriptions.gone(conn);
            world.out.push(Outbound::Close(conn, CLOSE_NO_PONG));
        }
        self.aggregated_depth(world);
        self.periodic(world);
    }

    /// When there is something to do; never while nobody is connected.
    pub(super) fn next_wake(&self) -> Option<Timestamp> {
        let ping = self.heartbeat.next()?;
        Some(ping.min(self.depth.due()).min(self.beats.due()))
    }

    /// Sends `data` to all who listen to a stream.
    fn tell<T: Serialize>(&self, world: &mut World<'_>, topic: Topic, data: T) {
        let mut listeners = self.subscriptions.listeners(&topic).peekable();
        if listeners.peek().is_some() {
            let frame = frame(world.exchange, topic, data);
            world.out.extend(listeners.map(|conn| Outbound::Frame(conn, frame.clone())));
        }
    }
}

/// A message of a stream.
fn frame<T: Serialize>(exchange: &Exchange, topic: Topic, data: T) -> Bytes {
    let symbol = |market| exchange.markets().get(market).map_or("", |market| &*market.symbol);
    let frame = StreamFrame { data, stream: &topic.name(symbol) };
    Bytes::from(serde_json::to_vec(&frame).expect("wire types have string keys and no values that can fail"))
}
