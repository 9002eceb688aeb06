//! From a job to its end: encoded, sent, answered or not. Every encoded ask ends for the codec in exactly one of
//! `Protocol::reply`, an entry of `Heard::answers`, and `Protocol::failed`; every job ends for its owner once.

use mm_model::{CallError, Event, Timestamp};
use mm_venues::client::{Answered, CallRef, Next, Way};

use super::{
    Landed, Session, SessionError,
    links::Unsent,
    queue::{Job, Owner},
    side::Side,
};
use crate::{Lane, Transport, TransportError};

/// How often the answers to one call may lead to another question. A list of 1,000 rows a page is longer than any
/// that is kept here after this many pages.
const QUESTIONS_MAX: u32 = 64;
/// How often the codec may want one call sent once more: a number that is out of turn so often is not one that we can mend.
const RESENDS_MAX: u32 = 8;

impl<S: Side, T: Transport> Session<S, T> {
    /// Signs last, with the venue's time: the signature is as young as can be (fault 47).
    pub(super) fn send(&mut self, now: Timestamp, mut job: Job) {
        self.n_sent += 1;
        job.call = CallRef(self.n_sent);
        self.outbox.frames.clear();
        let venue_now = self.venue_time(now);
        let way = match self.protocol.encode(venue_now, job.call, &job.ask, &mut self.outbox) {
            Ok(way) => way,
            Err(error) => return self.end(job, Err(error)),
        };
        match way {
            Way::Http => {
                let reply = self.transport.call(self.protocol.rest_url(&job.ask), &self.outbox.request);
                let (clock, limit, call) = (self.clock.clone(), self.config.call_timeout, job.call);
                self.flights
                    .push(Box::pin(async move { Landed { call, result: clock.within(limit, reply).await } }));
            }
            Way::Socket(link) => match self.links.send(link, &mut self.outbox.frames) {
                Ok(()) => {}
                Err(Unsent::All(why)) => return self.failed(job, CallError::NotSent(why)),
                Err(Unsent::Rest(why)) => {
                    self.failed(job, CallError::OutcomeUnknown(why.clone()));
                    return self.lost(link, why);
                }
            },
        }
        self.sent.push(job, way, now + self.config.call_timeout);
    }

    /// An HTTP call came back.
    pub(super) fn landed(&mut self, Landed { call, result }: Landed) -> Result<(), SessionError> {
        let mut job = self.sent.take_replied(call).expect("each flight has its row, and lands once");
        let reply = match result {
            Some(Ok(reply)) => reply,
            Some(Err(TransportError::NotSent(why))) => {
                self.failed(job, CallError::NotSent(why));
                return Ok(());
            }
            Some(Err(TransportError::NoReply(why))) => {
                self.failed(job, CallError::OutcomeUnknown(why));
                return Ok(());
            }
            None => {
                self.failed(job, self.no_reply());
                return Ok(());
            }
        };
        let venue_now = self.venue_time(self.clock.now());
        let result = self.protocol.reply(venue_now, job.call, &job.ask, &reply, &mut job.events);
        self.told(job, Some(reply.status), result)
    }

    /// The answer to a call by socket came.
    pub(super) fn answered(&mut self, answer: Answered) -> Result<(), SessionError> {
        let Answered { to, events, result } = answer;
        if let Some(mut job) = self.sent.take_answered(to) {
            job.events.extend(events);
            return self.told(job, None, result);
        }
        self.n_late += 1;
        tracing::warn!(call = to.0, n_late = self.n_late, ?result, "an answer came too late");
        let now = self.clock.now();
        for event in events {
            self.side.apply(now, event);
        }
        Ok(())
    }

    /// Calls by socket that nobody answered in time.
    pub(super) fn expire(&mut self) {
        let now = self.clock.now();
        while let Some(job) = self.sent.take_overdue(now) {
            self.failed(job, self.no_reply());
        }
    }

    fn no_reply(&self) -> CallError {
        CallError::OutcomeUnknown(format!("no reply within {} ms", self.config.call_timeout.as_millis()))
    }

    /// The codec has read the answer.
    fn told(
        &mut self,
        mut job: Job,
        status: Option<u16>,
        result: Result<Next, CallError>,
    ) -> Result<(), SessionError> {
        let now = self.clock.now();
        if let Some(pause) = self.rate_limits.pause_after(status, &result, &mut self.rng) {
            tracing::warn!(
                pause_ms = pause.as_millis(),
                "the venue has enough of us for now: everything waits"
            );
            self.queue.throttle().pause(now + pause);
        }
        let fatal = self.start.answered(&job.ask, &result);
        match result {
            Ok(Next::Done) => {
                let events = std::mem::take(&mut job.events);
                self.end(job, Ok(events));
            }
            Ok(Next::Ask(_)) if job.n_led_on + 1 >= QUESTIONS_MAX => {
                let why = format!("no end after {QUESTIONS_MAX} questions");
                self.end(job, Err(CallError::OutcomeUnknown(why)));
            }
            Ok(Next::Ask(ask)) => {
                job.ask = ask;
                job.n_led_on += 1;
                self.queue.go_on(now, job);
            }
            Ok(Next::Resend) if self.is_stopping && job.lane == Lane::Other => {
                self.refuse(job, "the connector stops");
            }
            Ok(Next::Resend) if RESENDS_MAX <= job.n_resent => {
                self.refuse(job, &format!("the venue would not have it after {RESENDS_MAX} more sendings"));
            }
            Ok(Next::Resend) => {
                job.n_resent += 1;
                self.side.resent();
                self.queue.resend(job);
            }
            Err(error) => self.end(job, Err(error)),
        }
        fatal.map_or(Ok(()), Err)
    }

    /// An encoded ask has no answer, and gets none.
    pub(super) fn failed(&mut self, job: Job, why: CallError) {
        let venue_now = self.venue_time(self.clock.now());
        self.protocol.failed(venue_now, job.call, &job.ask, &why);
        self.end(job, Err(why));
    }

    /// Nothing was sent, or nothing came of it.
    pub(super) fn refuse(&mut self, job: Job, why: &str) {
        self.end(job, Err(CallError::NotSent(why.to_owned())));
    }

    /// Completes a call. A change that the venue has confirmed stays confirmed, even if what was to be asked after it
    /// could not be.
    fn end(&mut self, job: Job, result: Result<Vec<Event>, CallError>) {
        let now = self.clock.now();
        let result = match result {
            Err(_) if job.writes && 0 < job.n_led_on => Ok(job.events),
            result => result,
        };
        match (job.owner, result) {
            (Owner::Driver(id), result) => self.side.complete(now, id, result),
            (Owner::Codec, Ok(events)) => events.into_iter().for_each(|event| self.side.apply(now, event)),
            (Owner::Codec, Err(error)) => {
                tracing::debug!(ask = ?job.ask, %error, "the codec's own question failed");
            }
        }
    }
}
