//! What the sockets do: they open, greet, speak, and are lost.

use bytes::Bytes;
use mm_core::LinkState;
use mm_model::{CallError, Timestamp};
use mm_venues::client::LinkId;

use super::{Session, SessionError, links::Happened, side::Side};
use crate::{LinkMessage, Transport};

impl<S: Side, T: Transport> Session<S, T> {
    pub(super) fn happened(&mut self, happened: Happened) -> Result<(), SessionError> {
        match happened {
            Happened::Opened(id) => self.opened(id),
            Happened::Awaits => {}
            Happened::Message(id, LinkMessage::Closed(why)) | Happened::Failed(id, why) => self.lost(id, why),
            Happened::Message(id, message) => {
                let now = self.clock.now();
                self.links.heard(id, now);
                self.side.heard(now);
                if !self.is_up && self.links.is_up() {
                    self.up(now);
                }
                if let LinkMessage::Frame(frame) = message {
                    return self.frame(now, id, &frame);
                }
            }
        }
        Ok(())
    }

    /// We may speak on it.
    fn opened(&mut self, id: LinkId) {
        let venue_now = self.venue_time(self.clock.now());
        self.frames.clear();
        self.protocol.opened(venue_now, id, &mut self.frames);
        if let Err(why) = self.links.subscribe(id, &mut self.frames) {
            self.lost(id, why);
        }
    }

    fn frame(&mut self, now: Timestamp, id: LinkId, frame: &Bytes) -> Result<(), SessionError> {
        let mut heard = std::mem::take(&mut self.heard);
        heard.clear();
        let read = self.protocol.frame(self.venue_time(now), id, frame, &mut heard);
        for event in heard.events.drain(..) {
            self.side.apply(now, event);
        }
        if let Err(error) = read {
            self.side.undecodable(now, &error);
        }
        let mut fatal = Ok(());
        for answer in heard.answers.drain(..) {
            fatal = fatal.and(self.answered(answer));
        }
        if heard.greeted && self.links.greeted(id) {
            self.opened(id);
        }
        let answered = self.links.answer(id, &mut heard.send);
        if let Some(why) = heard.closing.take().or(answered.err()) {
            self.lost(id, why);
        }
        self.heard = heard;
        fatal
    }

    /// What the codec sends by the clock.
    pub(super) fn tick(&mut self, now: Timestamp) {
        let venue_now = self.venue_time(now);
        if self.protocol.wake().is_none_or(|at| venue_now < at) {
            return;
        }
        let mut ticked = std::mem::take(&mut self.ticked);
        ticked.clear();
        self.protocol.tick(venue_now, &mut ticked);
        for (id, frame) in ticked.drain(..) {
            self.frames.clear();
            self.frames.push(frame);
            match self.links.send(id, &mut self.frames) {
                Ok(()) => {}
                Err(why) if self.links.may_speak(id) => self.lost(id, why.to_string()),
                Err(why) => tracing::debug!(socket = id.0, %why, "nothing to send it on"),
            }
        }
        self.ticked = ticked;
    }

    pub(super) fn up(&mut self, now: Timestamp) {
        self.is_up = true;
        tracing::info!("all sockets are open and subscribed");
        self.side.link(now, LinkState::Up);
    }

    /// A socket is gone: so are the answers to what was sent on it, and what of it arrived nobody knows.
    pub(super) fn lost(&mut self, id: LinkId, why: String) {
        let now = self.clock.now();
        let dropped = self.links.drop_link(id, now, &mut self.rng);
        let (name, retry_in_ms) = (dropped.name, dropped.pause.as_millis());
        tracing::warn!(socket = name, reason = %why, retry_in_ms, "a socket is down");
        self.is_up = false;
        while let Some(job) = self.sent.take_by(id) {
            self.failed(job, CallError::OutcomeUnknown(format!("{name}: {why}")));
        }
        self.protocol.closed(self.venue_time(now), id);
        self.side.link(now, LinkState::Down { reason: format!("{name}: {why}") });
    }
}
