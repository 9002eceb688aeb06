//! The session loop: one task that carries a driver's calls to the venue and the venue's words back.
//!
//! Everything happens in this task: calls are futures in a set or rows in a table, sockets are polled in place, nothing is
//! spawned and nothing awaited in line. It decides when to connect, ask, wait and give up; what a message means is the
//! codec's business, and what follows from it the driver's. It never asks anything of its own accord, and repeats a call
//! only where the codec proves that nothing came of it.

mod backoff;
mod calls;
mod hearing;
mod links;
mod outcome;
mod queue;
mod sent;
mod side;

use std::{
    future::{Future, pending, poll_fn},
    pin::Pin,
    time::Duration,
};

use futures_util::stream::{FuturesUnordered, StreamExt};
use mm_core::{Call, Clock, Driver};
use mm_model::{Ask, CallError, Timestamp};
use mm_venues::{
    client::{Allowance, CallRef, Frame, Heard, LinkId, Outbox, Protocol},
    http::{Headers, Reply},
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::{Throttle, Transport, TransportError};
use backoff::Backoff;
use links::{Connecting, Links};
use outcome::{RateLimits, Start};
use queue::{OWN_MAX, Queue, Turn};
use sent::Sent;
use side::Side;

/// How long calls that are on their way may take once the driver said stop.
const STOP_GRACE: Duration = Duration::from_secs(2);
/// How long saying goodbye may take.
const CLOSE_GRACE: Duration = Duration::from_millis(250);
/// A codec that wants to be woken at a time that has passed, again and again, is woken this often.
const WAKE_PAUSE: Duration = Duration::from_millis(100);

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
    /// Whose limits are kept.
    pub limits: Limits,
}

/// Whose limits a session keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Limits {
    /// The venue's, as its codec knows them.
    #[default]
    Venues,
    /// Nobody's: for a simulated venue that has its own switched off. The venue's own would end a bench within its first
    /// second.
    Off,
}

impl Limits {
    /// The allowances to keep, for a codec that knows these.
    fn allowances(self, known: Vec<Allowance>) -> Vec<Allowance> {
        match self {
            Self::Venues => known,
            Self::Off => vec![PLENTY; known.len()],
        }
    }
}

/// An allowance that is never used up.
const PLENTY: Allowance = Allowance { capacity: 10_000_000, per: Duration::from_secs(1) };

impl Default for SessionConfig {
    /// Ten seconds for a reply and for silence, as `faults.md` case 40 wants; back-off from 250 ms to 30 s.
    fn default() -> Self {
        Self {
            call_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(10),
            backoff_min: Duration::from_millis(250),
            backoff_max: Duration::from_secs(30),
            jitter_seed: 0,
            limits: Limits::default(),
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
/// have read their subscriptions the driver hears [`LinkState::Up`](mm_core::LinkState::Up).
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

/// An HTTP call on its way. One allocation for each, beside those that the connection needs.
type Flight = Pin<Box<dyn Future<Output = Landed> + Send>>;

/// An HTTP call that ended, one way or another. `None`: no reply in time.
struct Landed {
    call: CallRef,
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
    /// All calls on their way.
    sent: Sent,
    /// Those of them that travel by HTTP.
    flights: FuturesUnordered<Flight>,
    links: Links<T::Link>,
    is_up: bool,
    start: Start,
    rate_limits: RateLimits,
    // Reused from message to message.
    outbox: Outbox,
    heard: Heard,
    frames: Vec<Frame>,
    ticked: Vec<(LinkId, Frame)>,
    /// How many sendings there were: the last one's [`CallRef`].
    n_sent: u64,
    /// Answers that came after we had given up waiting for them.
    n_late: u64,
    /// The driver said stop: nothing but cancels begins.
    is_stopping: bool,
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
        let allowances = config.limits.allowances(protocol.allowances());
        let throttle = Throttle::new(&allowances).map_err(|error| SessionError(error.to_string()))?;
        outcome::check_weights(&throttle, &*protocol)?;
        let backoff = Backoff::new(config.backoff_min, config.backoff_max);
        Ok(Self {
            rng: ChaCha8Rng::seed_from_u64(config.jitter_seed),
            queue: Queue::new(throttle, config.call_timeout),
            sent: Sent::new(),
            flights: FuturesUnordered::new(),
            links: Links::new(protocol.links(), &backoff, config.idle_timeout),
            is_up: false,
            start: Start::default(),
            rate_limits: RateLimits::default(),
            outbox: Outbox::default(),
            heard: Heard::default(),
            frames: Vec::new(),
            ticked: Vec::new(),
            n_sent: 0,
            n_late: 0,
            is_stopping: false,
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
            self.upkeep();
            let until = self.launch();
            let sockets = self.links.wake().filter(|_| self.start.may_connect());
            let wake = earliest([until, sockets, self.sent.next_overdue(), self.codec_wake()]);
            tokio::select! {
                biased;
                call = self.side.next() => match call {
                    Some(call) => self.accept(call),
                    None => return Ok(()),
                },
                // Before the sockets: there are few calls and no end of frames.
                Some(landed) = self.flights.next(), if !self.flights.is_empty() => self.landed(landed)?,
                happened = poll_fn(|cx| self.links.poll(cx, || clock.now())) => self.happened(happened)?,
                () = sleep_until(&clock, wake) => {}
                // The last: nobody waits while it is done, and others of this thread have their turn before.
                () = tokio::task::yield_now(), if self.protocol.may_prepare() => self.protocol.prepare(),
            }
        }
    }

    /// After the driver's stop: what is on its way may land, and cancels that wait may still go.
    async fn finish(&mut self) {
        self.is_stopping = true;
        for job in self.queue.withdraw_others() {
            self.refuse(job, "the connector stops");
        }
        let clock = self.clock.clone();
        let deadline = clock.now() + STOP_GRACE.min(self.config.call_timeout);
        while clock.now() < deadline {
            self.expire();
            let until = self.launch();
            let wake = earliest([until, self.sent.next_overdue(), self.codec_wake(), Some(deadline)]);
            if self.sent.in_flight().all == 0 && self.queue.is_empty() {
                return;
            }
            let ended = tokio::select! {
                biased;
                Some(landed) = self.flights.next(), if !self.flights.is_empty() => self.landed(landed),
                happened = poll_fn(|cx| self.links.poll(cx, || clock.now())) => self.happened(happened),
                () = sleep_until(&clock, wake) => Ok(()),
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "heard while stopping");
            }
        }
    }

    /// Every call that was not completed is now.
    fn give_up(&mut self) {
        for job in self.queue.withdraw_all() {
            self.refuse(job, "the connector stops");
        }
        while let Some(job) = self.sent.take_oldest() {
            let why = CallError::OutcomeUnknown("the connector stopped before the reply came".to_owned());
            self.failed(job, why);
        }
    }

    /// Looks after what is due by the clock, launching apart.
    fn upkeep(&mut self) {
        self.expire();
        if !self.start.may_connect() {
            return;
        }
        let now = self.clock.now();
        while let Some((id, why)) = self.links.check_silence(now) {
            self.lost(id, why);
        }
        let venue_now = self.venue_time(now);
        let Self { links, protocol, transport, clock, config, .. } = self;
        let upgrade = |id, headers: &mut Headers| protocol.upgrade(venue_now, id, headers);
        links.connect_due(now, upgrade, |spec| -> Connecting<T::Link> {
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
        self.tick(now);
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
        while let Some(job) = self.queue.withdraw_held(|ask| self.side.holds_back(ask).is_some()) {
            let why = self.side.holds_back(&job.ask).unwrap_or_default();
            self.refuse(job, why);
        }
        // A codec that asks and asks what it cannot even encode must not keep us here.
        let mut own_left = OWN_MAX;
        loop {
            let now = self.clock.now();
            let in_flight = self.sent.in_flight();
            while 0 < own_left
                && in_flight.own + self.queue.n_own() < OWN_MAX
                && let Some(ask) = self.protocol.own_ask(self.venue_time(now))
            {
                own_left -= 1;
                self.queue.push_own(now, ask);
            }
            match self.queue.turn(now, in_flight, &*self.protocol) {
                Turn::Send(job) => self.send(now, job),
                Turn::Refuse(job, why) => self.refuse(job, &why),
                Turn::Wait(until) => return until,
            }
        }
    }

    /// When the codec wants to do something.
    fn codec_wake(&self) -> Option<Timestamp> {
        let now = self.clock.now();
        let wanted = self.our_time(self.protocol.wake()?);
        Some(if now < wanted { wanted } else { now + WAKE_PAUSE })
    }

    /// The venue's time, as well as we can tell it: what the codec lives by.
    fn venue_time(&self, ours: Timestamp) -> Timestamp {
        Timestamp(ours.0.saturating_add_signed(self.side.clock_offset_ns()))
    }

    fn our_time(&self, venues: Timestamp) -> Timestamp {
        Timestamp(venues.0.saturating_add_signed(self.side.clock_offset_ns().saturating_neg()))
    }
}

fn earliest(times: [Option<Timestamp>; 4]) -> Option<Timestamp> {
    times.into_iter().flatten().min()
}

async fn sleep_until(clock: &Clock, at: Option<Timestamp>) {
    match at {
        Some(at) => clock.sleep_until(at).await,
        None => pending().await,
    }
}

#[cfg(test)]
mod tests;
