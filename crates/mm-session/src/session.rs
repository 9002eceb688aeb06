//! The session loop: one task that carries a driver's calls to the venue and the venue's words back.
//!
//! Everything happens in this task: calls are futures in a set, sockets are polled in place, nothing is spawned and
//! nothing awaited in line. It decides when to connect, ask, wait and give up; what a message means is the codec's
//! business, and what follows from it the driver's. It never asks anything of its own accord and never repeats a call.

mod backoff;
mod links;
mod outcome;
mod queue;
mod side;

use std::{
    future::{Future, pending, poll_fn},
    pin::Pin,
    time::Duration,
};

use bytes::Bytes;
use futures_util::stream::{FuturesUnordered, StreamExt};
use mm_core::{Call, CallId, Clock, Driver, LinkState};
use mm_model::{Ask, CallError, Event, Timestamp};
use mm_venues::{
    client::{CallRef, Frame, Heard, LinkId, Next, Outbox, Protocol, Way},
    http::Reply,
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::{Lane, LinkMessage, Throttle, Transport, TransportError};
use backoff::Backoff;
use links::{Connecting, Happened, Links};
use outcome::{RateLimits, Start};
use queue::{InFlight, Job, Queue, Turn};
use side::Side;

/// How often the answers to one call may lead to another question. A list of 1,000 rows a page is longer than any
/// that is kept here after this many pages.
const QUESTIONS_MAX: u32 = 64;
/// How long calls that are on their way may take once the driver said stop.
const STOP_GRACE: Duration = Duration::from_secs(2);
/// How long saying goodbye may take.
const CLOSE_GRACE: Duration = Duration::from_millis(250);

/// Bounds of a session.
#[derive(Clone, Debug)]
pub struct SessionConfig {
    /// How long to wait for a reply, or for a socket to open.
    pub call_timeout: Duration,
    /// How long a socket may be silent before it is dropped; it is pinged at half of it.
    pub idle_timeout: Duration,
    /// First back-off after a lost socket.
    pub backoff_min: Duration,
    /// Longest back-off; a socket that held for longer begins again with the first.
    pub backoff_max: Duration,
    /// Seed of the jitter.
    pub jitter_seed: u64,
}

impl Default for SessionConfig {
    /// Ten seconds for a reply and for silence, as `faults.md` case 40 wants; back-off from 250 ms to 30 s.
    fn default() -> Self {
        Self {
            call_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(10),
            backoff_min: Duration::from_millis(250),
            backoff_max: Duration::from_secs(30),
            jitter_seed: 0,
        }
    }
}

/// Why a session ended other than by being told to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SessionError(pub String);

/// Runs one connector until its driver says stop.
///
/// The sockets are opened once the driver's first questions for the markets and the time are answered: without the
/// markets no frame has a meaning, and without the time a signed subscription may be refused. When all are open and
/// have read their subscriptions the driver hears [`LinkState::Up`].
///
/// Dropping the future cuts everything off at once; the driver goes with it.
///
/// # Errors
/// When it cannot start: the codec's requests do not fit its allowance, the venue refuses our key or a subscription,
/// or does not list a symbol.
#[expect(clippy::too_many_arguments, reason = "five parts of one connector, each of its own type")]
pub async fn run(
    clock: Clock,
    driver: Driver,
    protocol: Box<dyn Protocol>,
    transport: impl Transport,
    config: SessionConfig,
) -> Result<(), SessionError> {
    Session::new(clock, driver, protocol, transport, config)?.run().await
}

/// A call on its way. One allocation for each, beside those that the socket needs.
type Flight = Pin<Box<dyn Future<Output = Landed> + Send>>;

/// A call that ended, one way or another. `None`: no reply in time.
struct Landed {
    job: Job,
    result: Option<Result<Reply, TransportError>>,
}

struct Session<S, T: Transport> {
    clock: Clock,
    side: S,
    protocol: Box<dyn Protocol>,
    transport: T,
    config: SessionConfig,
    rng: ChaCha8Rng,
    queue: Queue,
    /// Calls on their way, and which they are.
    calls: FuturesUnordered<Flight>,
    flying: Vec<(CallId, Lane)>,
    links: Links<T::Link>,
    is_up: bool,
    start: Start,
    rate_limits: RateLimits,
    // Reused from message to message.
    outbox: Outbox,
    heard: Heard,
    frames: Vec<Frame>,
    /// How many sendings there were: the last one's [`CallRef`].
    n_sent: u64,
}

impl<S: Side, T: Transport> Session<S, T> {
    #[expect(clippy::too_many_arguments, reason = "as run")]
    fn new(
        clock: Clock,
        side: S,
        protocol: Box<dyn Protocol>,
        transport: T,
        config: SessionConfig,
    ) -> Result<Self, SessionError> {
        let throttle =
            Throttle::new(protocol.allowances()[0]).map_err(|error| SessionError(error.to_string()))?;
        outcome::check_weights(&throttle, &*protocol)?;
        let backoff = Backoff::new(config.backoff_min, config.backoff_max);
        Ok(Self {
            rng: ChaCha8Rng::seed_from_u64(config.jitter_seed),
            queue: Queue::new(throttle, config.call_timeout),
            calls: FuturesUnordered::new(),
            flying: Vec::with_capacity(queue::IN_FLIGHT_MAX),
            links: Links::new(protocol.links(), &backoff, config.idle_timeout),
            is_up: false,
            start: Start::default(),
            rate_limits: RateLimits::default(),
            outbox: Outbox::default(),
            heard: Heard::default(),
            frames: Vec::new(),
            n_sent: 0,
            clock,
            side,
            protocol,
            transport,
            config,
        })
    }

    async fn run(mut self) -> Result<(), SessionError> {
        let ended = self.carry().await;
        if ended.is_ok() {
            self.finish().await;
        }
        self.give_up();
        let clock = self.clock.clone();
        clock.within(CLOSE_GRACE, poll_fn(|cx| self.links.poll_close(cx))).await;
        ended
    }

    /// Until the driver says stop.
    async fn carry(&mut self) -> Result<(), SessionError> {
        let clock = self.clock.clone();
        loop {
            self.start.check(|| self.side.readiness())?;
            let wake = earlier(self.upkeep(), self.launch());
            tokio::select! {
                biased;
                call = self.side.next() => match call {
                    Some(call) => self.accept(call),
                    None => return Ok(()),
                },
                // Before the sockets: there are few calls and no end of frames.
                Some(landed) = self.calls.next(), if !self.calls.is_empty() => self.landed(landed)?,
                happened = poll_fn(|cx| self.links.poll(cx, || clock.now())) => self.happened(happened),
                () = sleep_until(&clock, wake) => {}
            }
        }
    }

    /// After the driver's stop: what is on its way may land, and cancels that wait may still go.
    async fn finish(&mut self) {
        for job in self.queue.withdraw_others() {
            self.refuse(job, "the connector stops");
        }
        let clock = self.clock.clone();
        let deadline = clock.now() + STOP_GRACE.min(self.config.call_timeout);
        while clock.now() < deadline {
            let wake = earlier(self.launch(), Some(deadline));
            if self.calls.is_empty() && self.queue.is_empty() {
                return;
            }
            tokio::select! {
                biased;
                Some(landed) = self.calls.next(), if !self.calls.is_empty() => drop(self.landed(landed)),
                happened = poll_fn(|cx| self.links.poll(cx, || clock.now())) => self.happened(happened),
                () = sleep_until(&clock, wake) => {}
            }
        }
    }

    /// Every call that was not completed is now.
    fn give_up(&mut self) {
        let now = self.clock.now();
        for job in self.queue.withdraw_all() {
            self.refuse(job, "the connector stops");
        }
        for (id, _) in std::mem::take(&mut self.flying) {
            let why = CallError::OutcomeUnknown("the connector stopped before the reply came".to_owned());
            self.side.complete(now, id, Err(why));
        }
    }

    /// Looks after the sockets; when to come back.
    fn upkeep(&mut self) -> Option<Timestamp> {
        if !self.start.may_connect() {
            return None;
        }
        let now = self.clock.now();
        while let Some((id, why)) = self.links.check_silence(now) {
            self.lost(id, why);
        }
        let Self { links, transport, clock, config, .. } = self;
        links.connect_due(now, |spec| -> Connecting<T::Link> {
            let (clock, limit) = (clock.clone(), config.call_timeout);
            let connecting = transport.connect(spec);
            Box::pin(async move {
                let late =
                    || Err(TransportError::NotSent(format!("not open after {} ms", limit.as_millis())));
                clock.within(limit, connecting).await.unwrap_or_else(late)
            })
        });
        if self.links.is_up() && !self.is_up {
            // Only a codec without sockets comes here: it has nothing to wait for.
            self.up(now);
        }
        self.links.wake()
    }

    fn accept(&mut self, call: Call) {
        if let Ask::CancelAll(market) = call.ask {
            for job in self.queue.withdraw(market) {
                self.refuse(job, "cancelled before it was sent");
            }
        }
        let now = self.clock.now();
        if let Err(id) = self.queue.push(now, call) {
            let why = CallError::NotSent("too many calls wait for the venue's allowance".to_owned());
            self.side.complete(now, id, Err(why));
        }
    }

    /// Sends what may be sent now; says when to look again.
    fn launch(&mut self) -> Option<Timestamp> {
        loop {
            let now = self.clock.now();
            let others = self.flying.iter().filter(|(_, lane)| *lane == Lane::Other).count();
            let in_flight = InFlight { all: self.flying.len(), others };
            match self.queue.turn(now, in_flight, |ask| self.protocol.weight(ask)) {
                Turn::Send(job) => self.send(now, job),
                Turn::Refuse(job, why) => self.refuse(job, &why),
                Turn::Wait(until) => return until,
            }
        }
    }

    /// Signs last, with the venue's time: the signature is as young as can be (fault 47).
    fn send(&mut self, now: Timestamp, mut job: Job) {
        job.n_asked += 1;
        let venue_now = self.venue_time(now);
        self.n_sent += 1;
        job.call = CallRef(self.n_sent);
        match self.protocol.encode(venue_now, job.call, &job.ask, &mut self.outbox) {
            Ok(Way::Http) => {}
            Ok(Way::Socket(_)) => {
                return self.refuse(job, "the session carries no calls by socket");
            }
            Err(error) => return self.end(job, Err(error)),
        }
        self.flying.push((job.id, job.lane));
        let reply = self.transport.call(self.protocol.rest_url(), &self.outbox.request);
        let (clock, limit) = (self.clock.clone(), self.config.call_timeout);
        self.calls.push(Box::pin(async move { Landed { job, result: clock.within(limit, reply).await } }));
    }

    /// A call came back.
    fn landed(&mut self, Landed { mut job, result }: Landed) -> Result<(), SessionError> {
        self.flying.retain(|(id, _)| *id != job.id);
        let now = self.clock.now();
        let limit_ms = self.config.call_timeout.as_millis();
        let reply = match result {
            Some(Ok(reply)) => reply,
            Some(Err(TransportError::NotSent(why))) => {
                self.end(job, Err(CallError::NotSent(why)));
                return Ok(());
            }
            Some(Err(TransportError::NoReply(why))) => {
                self.end(job, Err(CallError::OutcomeUnknown(why)));
                return Ok(());
            }
            None => {
                self.end(job, Err(CallError::OutcomeUnknown(format!("no reply within {limit_ms} ms"))));
                return Ok(());
            }
        };
        let result = self.protocol.reply(now, job.call, &job.ask, &reply, &mut job.events);
        if let Some(pause) = self.rate_limits.pause_after(&reply, &result, &mut self.rng) {
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
            Ok(Next::Ask(_)) if job.n_asked >= QUESTIONS_MAX => {
                self.end(
                    job,
                    Err(CallError::OutcomeUnknown(format!("no end after {QUESTIONS_MAX} questions"))),
                );
            }
            Ok(Next::Resend) => self.queue.go_on(now, job),
            Ok(Next::Ask(ask)) => {
                job.ask = ask;
                self.queue.go_on(now, job);
            }
            Err(error) => self.end(job, Err(error)),
        }
        fatal.map_or(Ok(()), Err)
    }

    /// Completes a call. A change that the venue has confirmed stays confirmed, even if what was to be asked after it
    /// could not be.
    fn end(&mut self, job: Job, result: Result<Vec<Event>, CallError>) {
        let result = match result {
            Err(_) if job.writes && job.n_asked > 1 => Ok(job.events),
            result => result,
        };
        self.side.complete(self.clock.now(), job.id, result);
    }

    fn refuse(&mut self, job: Job, why: &str) {
        self.end(job, Err(CallError::NotSent(why.to_owned())));
    }

    fn happened(&mut self, happened: Happened) {
        match happened {
            Happened::Opened(id) => {
                let venue_now = self.venue_time(self.clock.now());
                self.frames.clear();
                self.protocol.opened(venue_now, id, &mut self.frames);
                if let Err(why) = self.links.subscribe(id, &mut self.frames) {
                    self.lost(id, why);
                }
            }
            Happened::Message(id, LinkMessage::Closed(why)) | Happened::Failed(id, why) => self.lost(id, why),
            Happened::Message(id, message) => {
                let now = self.clock.now();
                self.links.heard(id, now);
                self.side.heard(now);
                if !self.is_up && self.links.is_up() {
                    self.up(now);
                }
                if let LinkMessage::Frame(frame) = message {
                    self.frame(now, id, &frame);
                }
            }
        }
    }

    fn frame(&mut self, now: Timestamp, id: LinkId, frame: &Bytes) {
        self.heard.clear();
        let result = self.protocol.frame(now, id, frame, &mut self.heard);
        for event in self.heard.events.drain(..) {
            self.side.apply(now, event);
        }
        if let Err(error) = result {
            self.side.undecodable(now, &error);
        }
    }

    fn up(&mut self, now: Timestamp) {
        self.is_up = true;
        tracing::info!("all sockets are open and subscribed");
        self.side.link(now, LinkState::Up);
    }

    fn lost(&mut self, id: LinkId, why: String) {
        let now = self.clock.now();
        let (name, pause) = self.links.drop_link(id, now, &mut self.rng);
        tracing::warn!(socket = name, reason = %why, retry_in_ms = pause.as_millis(), "a socket is down");
        self.is_up = false;
        self.side.link(now, LinkState::Down { reason: format!("{name}: {why}") });
    }

    /// Our clock, corrected by what is known of the venue's.
    fn venue_time(&self, now: Timestamp) -> Timestamp {
        Timestamp(now.0.saturating_add_signed(self.side.clock_offset_ns()))
    }
}

fn earlier(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

async fn sleep_until(clock: &Clock, at: Option<Timestamp>) {
    match at {
        Some(at) => clock.sleep_until(at).await,
        None => pending().await,
    }
}

#[cfg(test)]
mod tests;
