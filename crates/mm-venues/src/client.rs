//! The client half of a venue: what the generic session needs of it.

use bytes::Bytes;
use mm_model::{Ask, CallError, DecodeError, Event, Timestamp};

use crate::http::{Reply, Request};

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
}

/// A frame to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame(pub String);

/// What the session does after a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing: the call is over.
    Done,
    /// The answer is incomplete: ask this too before the call is over (an order that is not live is looked for
    /// in the history; a list goes on on the next page).
    Ask(Ask),
}

/// How much of the venue's allowance an ask uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight(pub u32);

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
pub trait Protocol: Send {
    /// Base URL of the REST interface, without a trailing slash.
    fn rest_url(&self) -> &str;

    /// The sockets to keep open.
    fn links(&self) -> Vec<LinkSpec>;

    /// The venue's allowance.
    fn allowance(&self) -> Allowance;

    /// What an ask costs.
    fn weight(&self, ask: &Ask) -> Weight;

    /// Writes the signed request for `ask` into `out` (which is reset first). Called after the throttle's
    /// permit, last before the socket, so that the signature is as young as can be.
    ///
    /// # Errors
    /// When the ask cannot be expressed here (unknown market, id out of range): nothing was sent.
    fn encode(&mut self, now: Timestamp, ask: &Ask, out: &mut Request) -> Result<(), CallError>;

    /// Reads the reply to `ask`; what it tells is pushed to `out`.
    ///
    /// # Errors
    /// [`CallError::Refused`] for the venue's no, [`CallError::OutcomeUnknown`] for a 5xx or a body that cannot
    /// be read after something was sent that may have acted.
    #[expect(clippy::too_many_arguments, reason = "one call site; a struct would be taken apart at once")]
    fn reply(
        &mut self,
        now: Timestamp,
        ask: &Ask,
        reply: &Reply,
        out: &mut Vec<Event>,
    ) -> Result<Next, CallError>;

    /// A socket opened: the frames to send on it (subscriptions).
    fn opened(&mut self, now: Timestamp, link: LinkId, out: &mut Vec<Frame>);

    /// Reads a frame; what it tells is pushed to `out`.
    ///
    /// # Errors
    /// When it means nothing to us: the session counts and logs it, and asks for the truth again.
    #[expect(clippy::too_many_arguments, reason = "one call site; a struct would be taken apart at once")]
    fn frame(
        &mut self,
        now: Timestamp,
        link: LinkId,
        frame: &Bytes,
        out: &mut Vec<Event>,
    ) -> Result<(), DecodeError>;
}
