//! The sockets: opened, watched, dropped when silent, opened again.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use mm_model::Timestamp;
use mm_venues::{
    client::{Frame, Greeting, LinkId, LinkSpec},
    http::Headers,
};
use rand::Rng;

use super::backoff::Backoff;
use crate::{Link, LinkMessage, Outgoing, TransportError};

/// A connection that is being made.
pub(super) type Connecting<L> = Pin<Box<dyn Future<Output = Result<L, TransportError>> + Send>>;

/// A socket with its fate.
struct Slot<L> {
    spec: LinkSpec,
    backoff: Backoff,
    state: State<L>,
}

enum State<L> {
    Waiting {
        until: Timestamp,
    },
    /// Due, and the codec has nothing yet to open it with.
    Held,
    Connecting(Connecting<L>),
    Open(Open<L>),
}

struct Open<L> {
    link: L,
    since: Timestamp,
    heard: Timestamp,
    /// We may speak: at once, or since the venue greeted us.
    greeted: bool,
    /// A ping went out and nothing was heard since.
    pinged: bool,
    /// Something was heard after the subscriptions and the ping that followed them: they have been read.
    subscribed: bool,
}

/// Something that a socket did.
pub(super) enum Happened {
    /// It is open, and we may speak.
    Opened(LinkId),
    /// One is open on which the venue speaks first.
    Awaits,
    /// Something came.
    Message(LinkId, LinkMessage),
    /// It could not be opened.
    Failed(LinkId, String),
}

/// A socket that was given up.
pub(super) struct Dropped {
    /// What it carried.
    pub(super) name: &'static str,
    /// When it is tried again.
    pub(super) pause: Duration,
}

/// Why frames were not put on a socket.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unsent {
    /// None of them was.
    #[error("{0}")]
    All(String),
    /// Some were, and the rest was not: nobody knows what the venue makes of it.
    #[error("{0}")]
    Rest(String),
}

/// All sockets of a session.
pub(super) struct Links<L> {
    slots: Vec<Slot<L>>,
    idle_timeout: Duration,
    /// Which is looked at first: each in turn, so that a busy one does not keep the others waiting.
    first: usize,
}

impl<L: Link> Links<L> {
    /// Nothing is open, everything is due at once.
    pub(super) fn new(specs: Vec<LinkSpec>, backoff: &Backoff, idle_timeout: Duration) -> Self {
        let slot =
            |spec| Slot { spec, backoff: backoff.clone(), state: State::Waiting { until: Timestamp::ZERO } };
        Self { slots: specs.into_iter().map(slot).collect(), idle_timeout, first: 0 }
    }

    /// Whether every socket is open and has read its subscriptions.
    pub(super) fn is_up(&self) -> bool {
        self.slots.iter().all(|slot| matches!(&slot.state, State::Open(open) if open.subscribed))
    }

    /// Begins the connections that are due.
    pub(super) fn connect_due(
        &mut self,
        now: Timestamp,
        mut upgrade: impl FnMut(LinkId, &mut Headers) -> bool,
        connect: impl Fn(&LinkSpec) -> Connecting<L>,
    ) {
        for (at, slot) in self.slots.iter_mut().enumerate() {
            let is_due = match slot.state {
                State::Waiting { until } => until <= now,
                State::Held => true,
                State::Connecting(_) | State::Open(_) => false,
            };
            if is_due {
                slot.spec.headers.clear();
                let may_open = upgrade(LinkId(at), &mut slot.spec.headers);
                slot.state = if may_open { State::Connecting(connect(&slot.spec)) } else { State::Held };
            }
        }
    }

    /// Pings the sockets that were silent for half the time; names one that was for all of it.
    pub(super) fn check_silence(&mut self, now: Timestamp) -> Option<(LinkId, String)> {
        let idle_timeout = self.idle_timeout;
        for (at, slot) in self.slots.iter_mut().enumerate() {
            let State::Open(open) = &mut slot.state else { continue };
            let silent_for = now.since(open.heard);
            if idle_timeout <= silent_for {
                return Some((LinkId(at), format!("nothing heard for {} ms", idle_timeout.as_millis())));
            }
            if !open.greeted && idle_timeout <= now.since(open.since) {
                return Some((LinkId(at), format!("no greeting within {} ms", idle_timeout.as_millis())));
            }
            if idle_timeout / 2 <= silent_for && !open.pinged {
                open.pinged = true;
                if let Err(error) = open.link.send(Outgoing::Ping) {
                    return Some((LinkId(at), error.to_string()));
                }
            }
        }
        None
    }

    /// When [`Links::connect_due`] or [`Links::check_silence`] has something to do.
    pub(super) fn wake(&self) -> Option<Timestamp> {
        let silence =
            |open: &Open<L>| open.heard + if open.pinged { self.idle_timeout } else { self.idle_timeout / 2 };
        let due = |slot: &Slot<L>| match &slot.state {
            State::Waiting { until } => Some(*until),
            State::Held | State::Connecting(_) => None,
            State::Open(open) if open.greeted => Some(silence(open)),
            State::Open(open) => Some(silence(open).min(open.since + self.idle_timeout)),
        };
        self.slots.iter().filter_map(due).min()
    }

    /// The venue has greeted us on this socket; whether that is news.
    pub(super) fn greeted(&mut self, id: LinkId) -> bool {
        self.open(id).is_some_and(|open| !std::mem::replace(&mut open.greeted, true))
    }

    /// Whether it is open, and the venue has greeted us where it speaks first.
    pub(super) fn may_speak(&self, id: LinkId) -> bool {
        let state = self.slots.get(id.0).map(|slot| &slot.state);
        matches!(state, Some(State::Open(open)) if open.greeted)
    }

    /// Puts frames on a socket on which we may speak, in their order.
    ///
    /// # Errors
    /// When it is not open, or they do not fit.
    pub(super) fn send(&mut self, id: LinkId, frames: &mut Vec<Frame>) -> Result<(), Unsent> {
        let open = self.open(id).filter(|open| open.greeted);
        let open = open.ok_or_else(|| Unsent::All("the socket is not open".to_owned()))?;
        for (n_sent, frame) in frames.drain(..).enumerate() {
            let why = open.link.send(Outgoing::Frame(frame)).map_err(|error| error.to_string());
            why.map_err(if n_sent == 0 { Unsent::All } else { Unsent::Rest })?;
        }
        Ok(())
    }

    /// Answers on a socket on which something was just heard.
    ///
    /// # Errors
    /// When the answer does not fit, or the socket is closed.
    pub(super) fn answer(&mut self, id: LinkId, frames: &mut Vec<Frame>) -> Result<(), String> {
        let Some(open) = self.open(id) else { return Ok(()) };
        let mut outgoing = frames.drain(..).map(Outgoing::Frame);
        outgoing.try_for_each(|it| open.link.send(it)).map_err(|error| error.to_string())
    }

    fn open(&mut self, id: LinkId) -> Option<&mut Open<L>> {
        match &mut self.slots.get_mut(id.0)?.state {
            State::Open(open) => Some(open),
            _ => None,
        }
    }

    /// Sends the subscriptions of a socket that has just opened, and a ping after them: whatever is heard next was
    /// sent after the other end had begun to read them.
    ///
    /// # Errors
    /// When they do not fit, or the socket is closed already.
    pub(super) fn subscribe(&mut self, id: LinkId, frames: &mut Vec<Frame>) -> Result<(), String> {
        let Some(open) = self.open(id) else { return Ok(()) };
        open.pinged = true;
        let mut outgoing = frames.drain(..).map(Outgoing::Frame).chain([Outgoing::Ping]);
        outgoing.try_for_each(|it| open.link.send(it)).map_err(|error| error.to_string())
    }

    /// A sign of life.
    pub(super) fn heard(&mut self, id: LinkId, now: Timestamp) {
        if let Some(open) = self.open(id) {
            open.heard = now;
            open.pinged = false;
            // What comes before we may speak was not said to anything that we subscribed.
            open.subscribed = open.greeted;
        }
    }

    /// Gives a socket up and plans the next try. It counts as a fresh start if the socket was up for longer than the
    /// longest pause.
    pub(super) fn drop_link(&mut self, id: LinkId, now: Timestamp, rng: &mut impl Rng) -> Dropped {
        let slot = &mut self.slots[id.0];
        if let State::Open(open) = &slot.state
            && slot.backoff.max() <= now.since(open.since)
        {
            slot.backoff.reset();
        }
        let pause = slot.backoff.next(rng);
        slot.state = State::Waiting { until: now + pause };
        Dropped { name: slot.spec.name, pause }
    }

    /// What any of the sockets does next. Cancel-safe.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, now: impl Fn() -> Timestamp) -> Poll<Happened> {
        let n = self.slots.len();
        for at in (self.first..n).chain(0..self.first) {
            let slot = &mut self.slots[at];
            let id = LinkId(at);
            let happened = match &mut slot.state {
                State::Waiting { .. } | State::Held => continue,
                State::Connecting(connecting) => match connecting.as_mut().poll(cx) {
                    Poll::Pending => continue,
                    Poll::Ready(Err(error)) => Happened::Failed(id, error.to_string()),
                    Poll::Ready(Ok(link)) => {
                        let now = now();
                        let greeted = slot.spec.greeting == Greeting::Ours;
                        let (pinged, subscribed) = (false, false);
                        let open = Open { link, since: now, heard: now, greeted, pinged, subscribed };
                        slot.state = State::Open(open);
                        if greeted { Happened::Opened(id) } else { Happened::Awaits }
                    }
                },
                State::Open(open) => match open.link.poll_next(cx) {
                    Poll::Pending => continue,
                    Poll::Ready(message) => Happened::Message(id, message),
                },
            };
            self.first = if at + 1 == n { 0 } else { at + 1 };
            return Poll::Ready(happened);
        }
        Poll::Pending
    }

    /// Says goodbye on every open socket.
    pub(super) fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut all = Poll::Ready(());
        for slot in &mut self.slots {
            let done = match &mut slot.state {
                State::Open(open) => open.link.poll_close(cx).is_ready(),
                State::Waiting { .. } | State::Held | State::Connecting(_) => true,
            };
            if done {
                slot.state = State::Waiting { until: Timestamp(u64::MAX) };
            } else {
                all = Poll::Pending;
            }
        }
        all
    }
}
