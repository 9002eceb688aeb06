//! What the loop needs of a driver: the seam at which its tests stand.

use std::future::Future;

use mm_core::{Call, CallId, Driver, LinkState};
use mm_model::{Ask, CallError, DecodeError, Event, Timestamp};

/// The driver's methods, by the same names.
pub(super) trait Side: Send {
    fn next(&mut self) -> impl Future<Output = Option<Call>> + Send;
    fn complete(&mut self, now: Timestamp, call: CallId, result: Result<Vec<Event>, CallError>);
    fn apply(&mut self, now: Timestamp, event: Event);
    fn link(&mut self, now: Timestamp, state: LinkState);
    fn undecodable(&mut self, now: Timestamp, error: &DecodeError);
    fn heard(&mut self, now: Timestamp);
    fn resent(&mut self);
    fn clock_offset_ns(&self) -> i64;
    fn readiness(&self) -> Result<bool, String>;
    fn holds_back(&self, ask: &Ask) -> Option<&'static str>;
}

impl Side for Driver {
    fn next(&mut self) -> impl Future<Output = Option<Call>> + Send {
        Self::next(self)
    }
    fn complete(&mut self, now: Timestamp, call: CallId, result: Result<Vec<Event>, CallError>) {
        Self::complete(self, now, call, result);
    }
    fn apply(&mut self, now: Timestamp, event: Event) {
        Self::apply(self, now, event);
    }
    fn link(&mut self, now: Timestamp, state: LinkState) {
        Self::link(self, now, state);
    }
    fn undecodable(&mut self, now: Timestamp, error: &DecodeError) {
        Self::undecodable(self, now, error);
    }
    fn heard(&mut self, now: Timestamp) {
        Self::heard(self, now);
    }
    fn resent(&mut self) {
        Self::resent(self);
    }
    fn clock_offset_ns(&self) -> i64 {
        Self::clock_offset_ns(self)
    }
    fn readiness(&self) -> Result<bool, String> {
        Self::readiness(self)
    }
    fn holds_back(&self, ask: &Ask) -> Option<&'static str> {
        Self::holds_back(self, ask)
    }
}
