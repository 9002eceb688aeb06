//! The WebSocket: who listens to what, and what they are told.

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
pub(super) struct Streams;

impl Streams {
    pub(super) fn new(_options: &Options) -> Self {
        Self
    }

    pub(super) fn opened(&mut self, _: Timestamp, _: ConnId, _: &Request, _: &mut Vec<Outbound>) {}

    pub(super) fn pong(&mut self, _: Timestamp, _: ConnId) {}

    pub(super) fn closed(&mut self, _: ConnId) {}

    /// Does what a text frame asks for.
    pub(super) fn frame(&mut self, heard: Heard<'_>, text: &str, out: &mut Vec<Outbound>) {
        let _ = (heard.now, heard.exchange, heard.state, heard.conn, text, out);
    }

    /// Tells a batch of facts, and what the venue made of them.
    pub(super) fn facts(&mut self, world: &mut World<'_>, facts: &[Fact], news: &[News]) {
        let _ = (world.now, world.exchange, world.state, &world.out, facts, news);
    }

    /// Does what the clock asks for.
    pub(super) fn tick(&mut self, world: &mut World<'_>) {
        let _ = world;
    }

    /// When there is something to do; never while nobody is connected.
    pub(super) fn next_wake(&self) -> Option<Timestamp> {
        None
    }
}
