//! Who listens to what, and how far each was told. A frame is written once for all who get the same bytes: those of one
//! encoding with the same selector at the same number, which on streams of markets are nearly always all.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use serde::Serialize;

use super::{super::sessions::Session, topics::Topic};
use crate::{
    grvt::wire::{Encoding, Quoted, Text, rpc::StreamReference, stream::Feed},
    server::{ConnId, Outbound, subscriptions::Subscriptions},
};

/// What a socket speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `/ws`.
    Legacy,
    /// `/ws/full`, `/ws/lite`.
    Rpc(Encoding),
}

/// One socket.
#[derive(Debug)]
pub(super) struct Socket {
    pub(super) style: Style,
    /// Who was logged in when it opened. The end of the login does not end the socket.
    pub(super) session: Option<Session>,
    subs: BTreeMap<Topic, Sub>,
}

/// What a socket listens to.
#[derive(Clone, Debug)]
struct Sub {
    /// As it was sent.
    selector: Arc<str>,
    encoding: Encoding,
    /// The number of the last change that was told.
    told: u64,
}

/// All sockets.
#[derive(Debug, Default)]
pub(super) struct Listeners {
    sockets: BTreeMap<ConnId, Socket>,
    by_topic: Subscriptions<Topic>,
}

/// A subscription to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish<'a> {
    pub(super) topic: Topic,
    pub(super) selector: &'a str,
    pub(super) encoding: Encoding,
}

impl Listeners {
    pub(super) fn open(&mut self, conn: ConnId, style: Style, session: Option<Session>) {
        self.sockets.insert(conn, Socket { style, session, subs: BTreeMap::new() });
    }

    pub(super) fn close(&mut self, conn: ConnId) {
        self.sockets.remove(&conn);
        self.by_topic.gone(conn);
    }

    pub(super) fn socket(&self, conn: ConnId) -> Option<&Socket> {
        self.sockets.get(&conn)
    }

    /// Whether anybody listens.
    pub(super) fn wanted(&self, topic: Topic) -> bool {
        self.by_topic.wanted(&topic)
    }

    /// All streams that somebody listens to.
    pub(super) fn topics(&self) -> impl Iterator<Item = Topic> + '_ {
        self.by_topic.topics()
    }

    /// Subscribes; `begin` is the number to go on from where nobody listens yet. Returns the number that was told last,
    /// and the selector that this one replaced.
    pub(super) fn subscribe(&mut self, conn: ConnId, wish: Wish<'_>, begin: u64) -> (u64, Option<Arc<str>>) {
        let Wish { topic, selector, encoding } = wish;
        // All who listen to a market's stream are told the same numbers; an account's begin at one for each socket.
        let others = self.by_topic.listeners(&topic).filter(|_| topic.public_market().is_some());
        let joined = others.filter_map(|other| Some(self.sockets.get(&other)?.subs.get(&topic)?.told)).next();
        let Some(socket) = self.sockets.get_mut(&conn) else { return (begin, None) };
        let replaced = socket.subs.keys().copied().find(|known| topic.replaces(*known));
        let replaced = replaced.and_then(|known| {
            self.by_topic.remove(known, conn);
            socket.subs.remove(&known)
        });
        self.by_topic.add(topic, conn);
        let fresh = || Sub { selector: selector.into(), encoding, told: joined.unwrap_or(begin) };
        let sub = socket.subs.entry(topic).or_insert_with(fresh);
        // The same once more: numbers go on, but another way to write it is the one that is echoed from now on.
        let renamed =
            (*sub.selector != *selector).then(|| std::mem::replace(&mut sub.selector, selector.into()));
        sub.encoding = encoding;
        (sub.told, replaced.map(|sub| sub.selector).or(renamed))
    }

    /// Ends a subscription; returns its selector as it was sent, `None` if there was none.
    pub(super) fn unsubscribe(&mut self, conn: ConnId, topic: Topic) -> Option<Arc<str>> {
        let sub = self.sockets.get_mut(&conn)?.subs.remove(&topic)?;
        self.by_topic.remove(topic, conn);
        Some(sub.selector)
    }

    /// Ends all subscriptions of a socket.
    pub(super) fn unsubscribe_all(&mut self, conn: ConnId) {
        self.by_topic.gone(conn);
        if let Some(socket) = self.sockets.get_mut(&conn) {
            socket.subs.clear();
        }
    }

    /// What a socket listens to, stream by stream.
    pub(super) fn list(&self, conn: ConnId) -> Vec<StreamReference<'static>> {
        let mut list: Vec<StreamReference<'static>> = Vec::new();
        let subs = self.sockets.get(&conn).into_iter().flat_map(|socket| &socket.subs);
        for (topic, sub) in subs {
            let selector = Text::from(sub.selector.to_string());
            let stream = topic.stream();
            match list.iter_mut().find(|known| known.stream == stream.as_str()) {
                Some(known) => known.selectors.push(selector),
                None => list.push(StreamReference {
                    stream: Text::from(stream.as_str().to_owned()),
                    selectors: vec![selector],
                }),
            }
        }
        list
    }

    /// Tells all who listen what is new.
    pub(super) fn tell<T: Serialize>(&mut self, topic: Topic, feed: &T, out: &mut Vec<Outbound>) {
        let mut written: Vec<(Sub, Bytes)> = Vec::new();
        for conn in self.by_topic.listeners(&topic) {
            let sub = self.sockets.get_mut(&conn).and_then(|socket| socket.subs.get_mut(&topic));
            let Some(sub) = sub else { continue };
            sub.told += u64::from(topic.is_counted());
            let same = |(known, _): &&(Sub, Bytes)| {
                (known.told, known.encoding) == (sub.told, sub.encoding) && known.selector == sub.selector
            };
            let frame = match written.iter().find(same) {
                Some((_, frame)) => frame.clone(),
                None => {
                    let numbers = if topic.is_counted() { (sub.told, sub.told - 1) } else { (0, 0) };
                    let frame = frame(topic, sub, numbers, feed);
                    written.push((sub.clone(), frame.clone()));
                    frame
                }
            };
            out.push(Outbound::Frame(conn, frame));
        }
    }

    /// A frame of what was before one began to listen: it bears no number.
    pub(super) fn snapshot<T: Serialize>(&self, conn: ConnId, topic: Topic, feed: &T) -> Option<Bytes> {
        let sub = self.sockets.get(&conn)?.subs.get(&topic)?;
        Some(frame(topic, sub, (0, 0), feed))
    }
}

fn frame<T: Serialize>(topic: Topic, sub: &Sub, (number, before): (u64, u64), feed: &T) -> Bytes {
    let stream = topic.stream();
    let mut json = Vec::with_capacity(512);
    let frame = Feed {
        stream: Text::new(stream.as_str()),
        selector: Text::new(&sub.selector),
        sequence_number: Quoted(number),
        feed,
        prev_sequence_number: Quoted(before),
    };
    sub.encoding.append(&frame, &mut json);
    Bytes::from(json)
}
