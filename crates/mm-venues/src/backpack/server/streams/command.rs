//! What a client may say on its socket: subscribe and unsubscribe. Success is silent.

use bytes::Bytes;
use mm_exchange::Exchange;
use mm_model::Timestamp;
use serde_json::value::RawValue;

use super::{Streams, frame};
use crate::{
    backpack::{
        server::{
            Accounts,
            errors::Refused,
            position_rows::{PositionNews, position_update},
            topics::{Name, Private, Topic},
        },
        sign::{Signed, authenticate_subscribe},
        wire::{
            Text,
            stream::{Command, CommandMethod, ErrorFrame, StreamError},
        },
    },
    server::{ConnId, Outbound},
};

/// `Invalid stream` (ccxt met it).
const INVALID_STREAM: i64 = 4006;
/// `Invalid signature` (bbgo met it).
const INVALID_SIGNATURE: i64 = 4003;
/// A frame that is no command. Number and words chosen.
const INVALID_MESSAGE: i64 = 4000;

/// Names in one command. Chosen: the venue names no bound, but a frame must not make us work without end.
const NAMES_MAX: usize = 1_000;

/// Who said it, and where.
pub(in super::super) struct Heard<'a> {
    pub(in super::super) now: Timestamp,
    pub(in super::super) exchange: &'a Exchange,
    pub(in super::super) accounts: &'a Accounts,
    pub(in super::super) conn: ConnId,
}

impl Streams {
    /// Does what a text frame asks for.
    pub(in super::super) fn command(&mut self, heard: Heard<'_>, text: &str, out: &mut Vec<Outbound>) {
        let command: Command<'_> = match serde_json::from_str(text) {
            Ok(command) => command,
            Err(error) => {
                let message = format!("Invalid message: {error}");
                return refuse((heard.conn, None), INVALID_MESSAGE, &message, out);
            }
        };
        if command.params.len() > NAMES_MAX {
            return refuse(
                (heard.conn, command.id),
                INVALID_MESSAGE,
                "Invalid message: too many streams",
                out,
            );
        }
        match command.method {
            CommandMethod::Subscribe => self.subscribe(&heard, &command, out),
            CommandMethod::Unsubscribe => self.unsubscribe(&heard, &command, out),
        }
    }

    /// A bad signature refuses the whole frame; a name that is no stream only itself.
    fn subscribe(&mut self, heard: &Heard<'_>, command: &Command<'_>, out: &mut Vec<Outbound>) {
        let names: Vec<_> = command.params.iter().map(|name| parse(heard.exchange, name)).collect();
        let private = names.iter().any(|name| matches!(name, Some(Name::Private(..))));
        // Public streams need no signature; one that is there all the same is not looked at.
        let account = match private.then(|| signer(heard, command)).transpose() {
            Ok(account) => account,
            Err(message) => return refuse((heard.conn, command.id), INVALID_SIGNATURE, &message, out),
        };
        for name in names {
            let topic = match (name, account) {
                (Some(Name::Public(topic)), _) => topic,
                (Some(Name::Private(kind, market)), Some(account)) => Topic::Account(account, kind, market),
                _ => {
                    refuse((heard.conn, command.id), INVALID_STREAM, "Invalid stream", out);
                    continue;
                }
            };
            if self.subscriptions.add(topic, heard.conn) {
                snapshot(heard, topic, out);
            }
        }
    }

    /// Needs no signature; a client that sends one is not refused for it.
    fn unsubscribe(&mut self, heard: &Heard<'_>, command: &Command<'_>, out: &mut Vec<Outbound>) {
        for name in &command.params {
            match parse(heard.exchange, name) {
                Some(Name::Public(topic)) => {
                    self.subscriptions.remove(topic, heard.conn);
                }
                Some(Name::Private(kind, market)) => {
                    // Whichever account it asked for.
                    self.subscriptions.retain(|known, listener| {
                        let same = matches!(known, Topic::Account(_, k, m) if *k == kind && *m == market);
                        listener != heard.conn || !same
                    });
                }
                None => refuse((heard.conn, command.id), INVALID_STREAM, "Invalid stream", out),
            }
        }
    }
}

fn parse(exchange: &Exchange, name: &str) -> Option<Name> {
    Name::parse(name, |symbol| exchange.markets().by_symbol(symbol).map(|market| market.id))
}

/// Whose streams are asked for, or the words of the refusal.
fn signer(heard: &Heard<'_>, command: &Command<'_>) -> Result<mm_exchange::AccountId, String> {
    let signature = command.signature.as_ref().ok_or_else(|| "Invalid signature".to_owned())?;
    let key = authenticate_subscribe(heard.now, Signed::from_command(signature))
        .map_err(|error| Refused::from(error).message)?;
    heard.accounts.get(&key).map(|account| account.account).ok_or_else(|| "Invalid signature".to_owned())
}

/// Open positions are told to whoever begins to listen, one frame each, without an event.
fn snapshot(heard: &Heard<'_>, topic: Topic, out: &mut Vec<Outbound>) {
    let Topic::Account(account, Private::Position, market) = topic else { return };
    for position in heard.exchange.positions(account) {
        let wanted = market.is_none_or(|market| market == position.market);
        let news = PositionNews { now: heard.now, account, position: &position, event: None };
        if let Some(data) = position_update(heard.exchange, news).filter(|_| wanted) {
            out.push(Outbound::Frame(heard.conn, frame(heard.exchange, topic, data)));
        }
    }
}

/// Answers a command that is refused; its own id, if it had one, is given back.
fn refuse((conn, id): (ConnId, Option<&RawValue>), code: i64, message: &str, out: &mut Vec<Outbound>) {
    let frame = ErrorFrame { id, error: StreamError { code, message: Text::new(message) } };
    let frame = serde_json::to_vec(&frame).expect("wire types have string keys and no values that can fail");
    out.push(Outbound::Frame(conn, Bytes::from(frame)));
}
