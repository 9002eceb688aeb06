//! What a client may say on its socket: beats, subscriptions, transactions.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::{
    Heard, Streams, World, access,
    topics::{Names, Topic},
};
use crate::{
    lighter::{
        server::{
            answer::json,
            errors::{Refused, shown},
            tokens::Access,
        },
        wire::{
            Text,
            error::codes,
            stream::{Beat, Command, ErrorFrame, StreamError, Unsubscribed, kind},
        },
    },
    server::{ConnId, Outbound},
};

impl Streams {
    /// Does what a text frame asks for.
    pub(in super::super) fn frame(&mut self, heard: Heard<'_>, text: &str, out: &mut Vec<Outbound>) {
        let conn = heard.conn;
        let Some(is_readonly) = self.sessions.is_readonly(conn) else { return };
        self.sessions.heard(heard.now, conn);
        let command: Command<'_> = match serde_json::from_str(text) {
            Ok(command) => command,
            Err(_) => {
                let counted = self.sessions.count(heard.now, conn);
                return refuse(conn, counted.err().unwrap_or_else(|| codes::SOCKET_INVALID_JSON.into()), out);
            }
        };
        let is_transaction = matches!(&*command.kind, kind::SEND_TX | kind::SEND_TX_BATCH);
        if is_transaction && is_readonly {
            return refuse(conn, Refused::because(codes::SOCKET_NOT_SUPPORTED, &command.kind), out);
        }
        if is_transaction {
            return super::send::send(heard, &command, out);
        }
        if let Err(refused) = self.sessions.count(heard.now, conn) {
            return refuse(conn, refused, out);
        }
        match &*command.kind {
            kind::PING => {
                out.push(Outbound::Frame(conn, json(&Beat { kind: Text::new(kind::PONG) })));
            }
            kind::PONG => {}
            kind::SUBSCRIBE => self.subscribe(heard, &command, out),
            kind::UNSUBSCRIBE => self.unsubscribe(&heard, &command, out),
            other => refuse(conn, Refused::because(codes::SOCKET_INVALID_TYPE, shown(other)), out),
        }
    }

    fn subscribe(&mut self, mut heard: Heard<'_>, command: &Command<'_>, out: &mut Vec<Outbound>) {
        let conn = heard.conn;
        let (topic, access) = match self.admit(&mut heard, command) {
            Ok(admitted) => admitted,
            Err(refused) => return refuse(conn, refused, out),
        };
        let mut world = World { now: heard.now, exchange: heard.exchange, state: heard.state, out };
        let Some(snapshot) = self.snapshot(&mut world, topic) else {
            let name = world.names().ack(topic);
            return refuse(conn, Refused::because(codes::SOCKET_FETCH_FAILED, name), out);
        };
        self.subscriptions.add(topic, conn);
        if let Some(access) = access {
            self.grants.put((conn, topic), access);
        }
        out.push(Outbound::Frame(conn, snapshot));
    }

    /// The stream that a socket may listen to, and what its token gives.
    fn admit(
        &self,
        heard: &mut Heard<'_>,
        command: &Command<'_>,
    ) -> Result<(Topic, Option<Access>), Refused> {
        let names = Names { exchange: heard.exchange, state: heard.state };
        let (topic, name) = topic(&names, command).map(|topic| (topic, names.ack(topic)))?;
        let token = command.auth.as_ref().map(|token| token.0.as_str());
        // A token that is there must be good, whether or not one was needed.
        let is_own = topic.needs_token() || topic.account().is_some();
        let access = match token.filter(|_| is_own) {
            Some(token) => Some(access::check(heard.state, heard.now, (token, topic.account()))?),
            None if topic.needs_token() => {
                return Err(Refused::unauthorized("the channel needs a token"));
            }
            None => None,
        };
        if self.subscriptions.listens(topic, heard.conn) {
            return Err(Refused::because(codes::SOCKET_ALREADY_SUBSCRIBED, name));
        }
        self.has_room(heard.conn, topic)?;
        Ok((topic, access))
    }

    /// Whether a socket may listen to one more stream.
    fn has_room(&self, conn: ConnId, topic: Topic) -> Result<(), Refused> {
        let Some(limits) = self.sessions.limits() else { return Ok(()) };
        let known: Vec<_> = self.subscriptions.of(conn).collect();
        if known.len() >= limits.subscriptions {
            return Err(codes::TOO_MANY_SUBSCRIPTIONS.into());
        }
        let accounts: BTreeSet<_> = known.into_iter().filter_map(Topic::account).collect();
        let is_new = topic.account().is_some_and(|account| !accounts.contains(&account));
        if is_new && accounts.len() >= limits.accounts {
            return Err(codes::TOO_MANY_ACCOUNTS.into());
        }
        Ok(())
    }

    fn unsubscribe(&mut self, heard: &Heard<'_>, command: &Command<'_>, out: &mut Vec<Outbound>) {
        let names = Names { exchange: heard.exchange, state: heard.state };
        let topic = match topic(&names, command) {
            Ok(topic) => topic,
            Err(refused) => return refuse(heard.conn, refused, out),
        };
        if !self.subscriptions.remove(topic, heard.conn) {
            let refused = Refused::because(codes::SOCKET_NOT_SUBSCRIBED, names.ack(topic));
            return refuse(heard.conn, refused, out);
        }
        self.grants.remove((heard.conn, topic));
        out.push(unsubscribed(&names, (heard.conn, topic)));
        self.forget();
    }

    /// What a new listener is told first.
    fn snapshot(&mut self, world: &mut World<'_>, topic: Topic) -> Option<Bytes> {
        match topic {
            Topic::OrderBook(market) => self.book_snapshot(world, market),
            Topic::Ticker(market) => self.ticker_snapshot(world, market),
            Topic::Account(account, family) => self.account_snapshot(world, (account, family)),
            Topic::Rfq => Some(super::silent::frame(world, topic)),
            _ => self.market_snapshot(world, topic),
        }
    }
}

/// The stream that a command names.
fn topic(names: &Names<'_>, command: &Command<'_>) -> Result<Topic, Refused> {
    let name = command.channel.as_deref().unwrap_or("");
    names.topic(name).ok_or_else(|| Refused::because(codes::SOCKET_INVALID_CHANNEL, shown(name)))
}

/// Says that a channel is no longer told.
pub(super) fn unsubscribed(names: &Names<'_>, (conn, topic): (ConnId, Topic)) -> Outbound {
    let frame = Unsubscribed { channel: Text::from(names.ack(topic)), kind: Text::new(kind::UNSUBSCRIBED) };
    Outbound::Frame(conn, json(&frame))
}

/// Says no.
pub(super) fn refuse(conn: ConnId, refused: Refused, out: &mut Vec<Outbound>) {
    let error = StreamError { code: refused.code, message: Text::from(refused.message) };
    out.push(Outbound::Frame(conn, json(&ErrorFrame { error })));
}
