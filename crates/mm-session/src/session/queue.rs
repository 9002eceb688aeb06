//! Calls that wait for their turn. Pure: time is an argument.
//!
//! What the codec itself asks goes first, then cancels, whatever came before them; what the codec may not encode now waits,
//! and lets pass what may. Orders do not wait for ever: one that was not sent within the time that its reply would have had
//! is given back unsent, since its price is of the past.

use std::{collections::VecDeque, time::Duration};

use mm_core::{Call, CallId};
use mm_model::{Ask, Event, MarketId, Timestamp};
use mm_venues::client::{CallRef, Protocol};

use crate::{Lane, Permit, Throttle};

/// The most calls that wait in a lane.
pub(super) const WAITING_MAX: usize = 512;
/// The most calls other than cancels that are on their way at a time.
pub(super) const OTHERS_MAX: usize = 32;
/// The most calls of all kinds that are on their way: cancels always find room beside the others.
pub(super) const IN_FLIGHT_MAX: usize = 64;
/// The most of the codec's own questions that wait or are on their way, beside all others.
pub(super) const OWN_MAX: usize = 8;

/// Who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// The driver: it is told how the call ended.
    Driver(CallId),
    /// The codec, which learns it from the answer itself.
    Codec,
}

/// A call with what has become of it so far.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) owner: Owner,
    pub(super) lane: Lane,
    /// Whether what was asked for first changes something at the venue.
    pub(super) writes: bool,
    /// What to ask now: the call itself, or what its answer led to.
    pub(super) ask: Ask,
    /// Its last sending.
    pub(super) call: CallRef,
    /// How often an answer led to another question: what was asked for first is confirmed.
    pub(super) n_led_on: u32,
    /// How often the codec wanted it sent once more.
    pub(super) n_resent: u32,
    /// What the answers told so far.
    pub(super) events: Vec<Event>,
    since: Timestamp,
    /// Its number among all: who came first goes first, also when it comes back.
    number: u64,
}

/// How many calls are on their way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct InFlight {
    /// All of the driver's.
    pub(super) all: usize,
    /// Of these, all but cancels.
    pub(super) others: usize,
    /// The codec's own.
    pub(super) own: usize,
}

/// What to do next.
#[derive(Debug)]
pub(super) enum Turn {
    /// Send it: the throttle has counted it.
    Send(Job),
    /// Give it back unsent, for this reason.
    Refuse(Job, String),
    /// Nothing before this time, unless a call ends or comes.
    Wait(Option<Timestamp>),
}

/// Calls that wait for their turn.
#[derive(Debug)]
pub(super) struct Queue {
    throttle: Throttle,
    patience: Duration,
    n_jobs: u64,
    // Each in the order of the jobs' numbers.
    own: VecDeque<Job>,
    cancels: VecDeque<Job>,
    others: VecDeque<Job>,
}

impl Queue {
    /// No calls. `patience` is how long an order may wait.
    pub(super) fn new(throttle: Throttle, patience: Duration) -> Self {
        let (own, cancels, others) = Default::default();
        Self { throttle, patience, n_jobs: 0, own, cancels, others }
    }

    pub(super) const fn throttle(&mut self) -> &mut Throttle {
        &mut self.throttle
    }

    /// Whether no call of the driver waits.
    pub(super) fn is_empty(&self) -> bool {
        self.cancels.is_empty() && self.others.is_empty()
    }

    /// How many of the codec's own questions wait.
    pub(super) fn n_own(&self) -> usize {
        self.own.len()
    }

    /// Takes a new call.
    ///
    /// # Errors
    /// Its number, when its lane is full.
    pub(super) fn push(&mut self, now: Timestamp, call: Call) -> Result<(), CallId> {
        let Call { id, ask } = call;
        let job = self.job(now, Owner::Driver(id), ask);
        let waiting = self.lane(&job);
        if waiting.len() >= WAITING_MAX {
            return Err(id);
        }
        waiting.push_back(job);
        Ok(())
    }

    /// Takes a question of the codec's own. It may spend what is kept for cancels: these may wait for its answer.
    pub(super) fn push_own(&mut self, now: Timestamp, ask: Ask) {
        let job = Job { lane: Lane::Cancel, ..self.job(now, Owner::Codec, ask) };
        self.own.push_back(job);
    }

    fn job(&mut self, now: Timestamp, owner: Owner, ask: Ask) -> Job {
        self.n_jobs += 1;
        Job {
            owner,
            lane: if ask.is_cancel() { Lane::Cancel } else { Lane::Other },
            writes: !ask.is_read(),
            ask,
            call: CallRef(0),
            n_led_on: 0,
            n_resent: 0,
            events: Vec::new(),
            since: now,
            number: self.n_jobs,
        }
    }

    /// Takes a call back whose answer led to another question: it goes before all that came after it.
    pub(super) fn go_on(&mut self, now: Timestamp, job: Job) {
        self.resend(Job { since: now, ..job });
    }

    /// Takes a call back that is to be sent once more: it goes before all that came after it, and is as old as it is.
    pub(super) fn resend(&mut self, job: Job) {
        let lane = self.lane(&job);
        let at = lane.partition_point(|waiting| waiting.number < job.number);
        lane.insert(at, job);
    }

    /// Takes out the orders on `market` that wait: a cancel of all of them came.
    pub(super) fn withdraw(&mut self, market: MarketId) -> Vec<Job> {
        self.take_others(|job| match &job.ask {
            Ask::Modify(modification) => modification.target.market == market,
            ask => ask.placements().iter().any(|placement| placement.order.market == market),
        })
    }

    /// Takes out the youngest that must not be sent any more. One at a time: what is left of the others may be judged anew
    /// without it.
    pub(super) fn withdraw_held(&mut self, is_held: impl Fn(&Ask) -> bool) -> Option<Job> {
        let at = self.others.iter().rposition(|job| is_held(&job.ask))?;
        self.others.remove(at)
    }

    /// Takes out everything but cancels and what these may wait for: the connector stops.
    pub(super) fn withdraw_others(&mut self) -> Vec<Job> {
        self.take_others(|_| true)
    }

    /// Takes out everything.
    pub(super) fn withdraw_all(&mut self) -> Vec<Job> {
        self.own.drain(..).chain(self.cancels.drain(..)).chain(self.others.drain(..)).collect()
    }

    /// Whose turn it is.
    pub(super) fn turn(&mut self, now: Timestamp, in_flight: InFlight, protocol: &dyn Protocol) -> Turn {
        if let Some(at) = self.others.iter().position(|job| self.is_too_old(job, now)) {
            let job = self.others.remove(at).expect("position has just found it");
            let why = format!("waited {} ms to be sent, its price is old", self.patience.as_millis());
            return Turn::Refuse(job, why);
        }
        let next_too_old = self.next_too_old();
        let has_room = in_flight.all < IN_FLIGHT_MAX;
        let lanes = [
            (&mut self.own, in_flight.own < OWN_MAX),
            (&mut self.cancels, has_room),
            (&mut self.others, has_room && in_flight.others < OTHERS_MAX),
        ];
        for (waiting, has_room) in lanes {
            let at = waiting.iter().position(|job| protocol.may_encode(&job.ask)).filter(|_| has_room);
            let Some(at) = at else { continue };
            let (lane, weight) = (waiting[at].lane, protocol.weight(&waiting[at].ask));
            // What goes first waits for its units alone: else those that need fewer would take them away for ever.
            if let Permit::NotBefore(at) = self.throttle.take(now, lane, weight) {
                return Turn::Wait(Some(next_too_old.map_or(at, |old| old.min(at))));
            }
            let job = waiting.remove(at).expect("position has just found it");
            return match self.throttle.fits(lane, weight) {
                Ok(()) => Turn::Send(job),
                Err(too_heavy) => Turn::Refuse(job, too_heavy.to_string()),
            };
        }
        Turn::Wait(next_too_old)
    }

    fn lane(&mut self, job: &Job) -> &mut VecDeque<Job> {
        match (job.owner, job.lane) {
            (Owner::Codec, _) => &mut self.own,
            (Owner::Driver(_), Lane::Cancel) => &mut self.cancels,
            (Owner::Driver(_), Lane::Other) => &mut self.others,
        }
    }

    fn is_too_old(&self, job: &Job, now: Timestamp) -> bool {
        job.has_a_price() && self.patience <= now.since(job.since)
    }

    fn next_too_old(&self) -> Option<Timestamp> {
        self.others.iter().filter(|job| job.has_a_price()).map(|job| job.since + self.patience).min()
    }

    fn take_others(&mut self, mut which: impl FnMut(&Job) -> bool) -> Vec<Job> {
        let (taken, left) = std::mem::take(&mut self.others).into_iter().partition(|job| which(job));
        self.others = left;
        Vec::from(taken)
    }
}

impl Job {
    /// Whether it carries a price that grows old.
    fn has_a_price(&self) -> bool {
        matches!(self.ask, Ask::Modify(_)) || !self.ask.placements().is_empty()
    }
}
