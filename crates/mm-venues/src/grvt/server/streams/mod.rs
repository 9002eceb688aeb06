//! The sockets: who listens to what, what they are told, and calls by socket.

use mm_exchange::{Exchange, Fact};
use mm_model::Timestamp;

use super::{Options, records::News, state::State};
use crate::{
    http::Request,
    server::{ConnId, Outbound},
};

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

/// All sockets and what each listens to.
#[derive(Debug)]
pub(super) struct Streams {}

impl Streams {
    pub(super) fn new(_options: &Options) -> Self {
        Self {}
    }

    /// A socket opened; whose it is follows from the cookie and account id of its upgrade request
    /// (`state.sessions.of`).
    pub(super) fn opened(
        &mut self,
        (_now, _state): (Timestamp, &State),
        _conn: ConnId,
        _request: &Request,
        _out: &mut Vec<Outbound>,
    ) {
    }

    /// A client's frame. Calls go through `routes::call`.
    pub(super) fn frame(&mut self, heard: Heard<'_>, _text: &str, _out: &mut Vec<Outbound>) {
        let Heard { now: _, exchange: _, state: _, conn: _ } = heard;
    }

    pub(super) fn pong(&mut self, _now: Timestamp, _conn: ConnId) {}

    pub(super) fn closed(&mut self, _conn: ConnId) {}

    /// What happened: the exchange's facts, and what they are in the venue's terms for its clients.
    pub(super) fn facts(&mut self, world: &mut World<'_>, _facts: &[Fact], _news: &[News]) {
        let World { now: _, exchange: _, state: _, out: _ } = world;
    }

    /// Runs what is due by the clock.
    pub(super) fn tick(&mut self, _world: &mut World<'_>) {}

    pub(super) fn next_wake(&self) -> Option<Timestamp> {
        None
    }
}
