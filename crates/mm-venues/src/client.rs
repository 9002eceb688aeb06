//! The client half of a venue: what the generic session needs of it.

use bytes::Bytes;
use mm_model::{Ask, CallError, DecodeError, Event, Timestamp};

use crate::http::{Headers, Reply, Request};

/// Which of a venue's sockets: an index into [`Protocol::links`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkId(pub usize);

/// A socket that the session must keep open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkSpec {
    /// Where, for instance `wss://ws.backpack.exchange`.
    pub url: String,
    /// What it carries, for logs.
    pub name: &'static str,
    /// Who speaks first.
    pub greeting: Greeting,
    /// Fields of the upgrade request: [`Protocol::upgrade`] writes them anew for each try.
    pub headers: Headers,
}

impl LinkSpec {
    /// A socket on which we speak first.
    #[must_use]
    pub fn new(url: impl Into<String>, name: &'static str) -> Self {
        Self { url: url.into(), name, greeting: Greeting::Ours, headers: Headers::default() }
    }
}

/// Who speaks first on a new socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Greeting {
    /// We do: [`Protocol::opened`] is called at once.
    Ours,
    /// The venue does: [`Protocol::opened`] is called when the codec has read its greeting ([`Heard::greeted`]).
    Venues,
}

/// A frame to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame(pub String);

/// One sending of one ask: by this the codec tells answers apart that come by socket. Never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallRef(pub u64);

/// How an encoded ask travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By HTTP: [`Outbox::request`] holds it.
    Http,
    /// By this socket: [`Outbox::frames`] holds it (nothing, where the answer comes by itself). The answer comes
    /// through [`Heard::answers`].
    Socket(LinkId),
}

/// What an encoder writes into. Reused from call to call.
#[derive(Debug, Default)]
pub struct Outbox {
    /// For [`Way::Http`]; the encoder resets it first.
    pub request: Request,
    /// For [`Way::Socket`]; empty when the encoder begins.
    pub frames: Vec<Frame>,
}

/// What a frame told. Reused from frame to frame; empty when the codec begins.
#[derive(Debug, Default)]
pub struct Heard {
    /// News.
    pub events: Vec<Event>,
    /// Answers to calls that travelled by socket.
    pub answers: Vec<Answered>,
    /// Frames to send back on the same socket: the venue's own ping is answered, a subscription goes on.
    pub send: Vec<Frame>,
    /// The venue has greeted us on this socket ([`Greeting::Venues`]).
    pub greeted: bool,
    /// The venue is about to close this socket, and why: it is opened anew.
    pub closing: Option<String>,
}

impl Heard {
    /// Empties it for reuse.
    pub fn clear(&mut self) {
        let Self { events, answers, send, greeted, closing } = self;
        events.clear();
        answers.clear();
        send.clear();
        (*greeted, *closing) = (false, None);
    }
}

/// The answer to a call that travelled by socket.
#[derive(Debug)]
pub struct Answered {
    /// Which call.
    pub to: CallRef,
    /// What it told.
    pub events: Vec<Event>,
    /// As [`Protocol::reply`] returns it.
    pub result: Result<Next, CallError>,
}

/// What the session does after an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing: the call is over.
    Done,
    /// The answer is incomplete: ask this too before the call is over (an order that is not live is looked for
    /// in the history; a list goes on on the next page).
    Ask(Ask),
    /// The venue said no for a reason of the codec's own (a number that was out of turn, a login that had run out), and
    /// that nothing happened is proven: encode the same ask again and send it, when [`Protocol::may_encode`] allows.
    Resend,
}

/// The most allowances that one venue counts apart.
pub const ALLOWANCES_MAX: usize = 2;

/// How much of each of the venue's allowances an ask uses, in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight(pub [u32; ALLOWANCES_MAX]);

impl Weight {
    /// Of the first allowance alone.
    #[must_use]
    pub const fn new(units: u32) -> Self {
        Self([units, 0])
    }
}

/// A venue's allowance: `capacity` units, refilled evenly over `per`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Units in a full bucket.
    pub capacity: u32,
    /// How long an empty bucket takes to fill.
    pub per: std::time::Duration,
}

/// The client half of one venue's codec for one account. Plain data in and out; the session owns sockets, time
/// and retries.
///
/// A codec that signs with numbers that must come in turn (nonces) keeps them by four rules of the session: `encode` is
/// called in the order in which things go out; it is not called while [`Protocol::may_encode`] says no; every encoded
/// ask ends in exactly one of [`Protocol::reply`], an entry of [`Heard::answers`], or [`Protocol::failed`]; and what the
/// codec must know before it can go on it asks for itself ([`Protocol::own_ask`]).
///
/// Every `now`, and what [`Protocol::wake`] returns, is the venue's time as well as we can tell it: our clock, corrected by
/// what the venue said last.
pub trait Protocol: Send {
    /// Base URL of the REST interface that answers `ask`, without a trailing slash.
    fn rest_url(&self, ask: &Ask) -> &str;

    /// The sockets to keep open.
    fn links(&self) -> Vec<LinkSpec>;

    /// The venue's allowances: one to [`ALLOWANCES_MAX`].
    fn allowances(&self) -> Vec<Allowance>;

    /// What an ask costs.
    fn weight(&self, ask: &Ask) -> Weight;

    /// Whether `ask` may be encoded now. What may not waits, and lets pass what may.
    fn may_encode(&self, ask: &Ask) -> bool {
        let _ = ask;
        true
    }

    /// Writes the signed message for `ask` into `out`. Called after the throttle's permit, last before the socket, so
    /// that the signature is as young as can be.
    ///
    /// # Errors
    /// When the ask cannot be expressed here (unknown market, id out of range): nothing was sent, and nothing is to come.
    #[expect(clippy::too_many_arguments, reason = "one call site; a struct would be taken apart at once")]
    fn encode(
        &mut self,
        now: Timestamp,
        call: CallRef,
        ask: &Ask,
        out: &mut Outbox,
    ) -> Result<Way, CallError>;

    /// Reads the HTTP reply to `ask`; what it tells is pushed to `out`.
    ///
    /// # Errors
    /// [`CallError::Refused`] for the venue's no, [`CallError::OutcomeUnknown`] for a 5xx or a body that cannot
    /// be read after something was sent that may have acted.
    #[expect(clippy::too_many_arguments, reason = "one call site; a struct would be taken apart at once")]
    fn reply(
        &mut self,
        now: Timestamp,
        call: CallRef,
        ask: &Ask,
        reply: &Reply,
        out: &mut Vec<Event>,
    ) -> Result<Next, CallError>;

    /// An encoded ask got no answer, and why: it never left this machine, or nobody knows what became of it.
    #[expect(clippy::too_many_arguments, reason = "one call site; a struct would be taken apart at once")]
    fn failed(&mut self, now: Timestamp, call: CallRef, ask: &Ask, why: &CallError) {
        let _ = (now, call, ask, why);
    }

    /// What the codec itself needs to know before it can go on: asked before everything else, once for each `Some`.
    fn own_ask(&mut self, now: Timestamp) -> Option<Ask> {
        let _ = now;
        None
    }

    /// A socket is about to be opened: writes what its upgrade request must bear (a login's cookie). `false`: not yet, and
    /// it is asked again after whatever happens next.
    fn upgrade(&mut self, now: Timestamp, link: LinkId, headers: &mut Headers) -> bool {
        let _ = (now, link, headers);
        true
    }

    /// A socket is open and may be spoken on: the frames to send on it (subscriptions).
    fn opened(&mut self, now: Timestamp, link: LinkId, out: &mut Vec<Frame>);

    /// A socket is gone, or could not be opened. Calls that travelled on it and have no answer get their
    /// [`Protocol::failed`] first.
    fn closed(&mut self, now: Timestamp, link: LinkId) {
        let _ = (now, link);
    }

    /// Reads a frame; what it tells is put into `out`.
    ///
    /// # Errors
    /// When it means nothing to us: the session counts and logs it, and asks for the truth again.
    #[expect(clippy::too_many_arguments, reason = "one call site; a struct would be taken apart at once")]
    fn frame(
        &mut self,
        now: Timestamp,
        link: LinkId,
        frame: &Bytes,
        out: &mut Heard,
    ) -> Result<(), DecodeError>;

    /// Does what is due by the clock on open sockets (a token is renewed, a sign of life is sent): frames to send.
    fn tick(&mut self, now: Timestamp, out: &mut Vec<(LinkId, Frame)>) {
        let _ = (now, out);
    }

    /// When [`Protocol::tick`] or [`Protocol::own_ask`] next has something to do.
    fn wake(&self) -> Option<Timestamp> {
        None
    }

    /// Whether there is something to prepare while nothing else is to be done.
    fn may_prepare(&self) -> bool {
        false
    }

    /// Prepares one thing (a few tens of microseconds at most), so that the next order has less to wait for.
    fn prepare(&mut self) {}
}
