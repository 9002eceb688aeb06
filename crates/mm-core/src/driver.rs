//! The driver's side of a venue: the generic connector logic between a codec's events and the strategies' handles.
//! Pure and synchronous but for `next`: the session loop feeds it events and executes its calls.
use mm_model::{Ask, CallError, Event, Timestamp};

/// A call's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u64);

/// Something to ask of the venue. The session must end each with exactly one [`Driver::complete`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call { /// Its number.
    pub id: CallId, /// What to ask.
    pub ask: Ask }

/// State of the sockets as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkState { /// At least one is down.
    Down { /// Why.
        reason: String }, /// All are open and subscribed.
    Up }

/// The driver.
#[derive(Debug)]
pub struct Driver(());
impl Driver {
    /// The next call: strategies' commands (cancels first, then the rest in order) and the driver's own housekeeping
    /// (markets, time, book snapshots, catching up after a reconnect, looking up unknown orders, missing fills). `None` when
    /// every handle is gone or the core asked the connector to stop. Cancel-safe.
    pub async fn next(&mut self) -> Option<Call> { todo!() }
    /// A call that was dropped by the throttle or the transport is completed too: with `NotSent`.
    pub fn complete(&mut self, _now: Timestamp, _call: CallId, _result: Result<Vec<Event>, CallError>) { todo!() }
    /// Something came by stream.
    pub fn apply(&mut self, _now: Timestamp, _event: Event) { todo!() }
    /// The sockets changed. Down: books are void, nothing trades. Up: housekeeping catches up, then the venue is ready.
    pub fn link(&mut self, _now: Timestamp, _state: LinkState) { todo!() }
    /// A frame could not be read: counted, alarmed, reconciled.
    pub fn undecodable(&mut self, _now: Timestamp, _error: &mm_model::DecodeError) { todo!() }
    /// Any sign of life on the sockets (frame, ping, pong).
    pub fn heard(&mut self, _now: Timestamp) { todo!() }
    /// Estimated `server clock − our clock`, from the last `ServerTime` (half the round trip taken off).
    pub fn clock_offset_ns(&self) -> i64 { todo!() }
}
