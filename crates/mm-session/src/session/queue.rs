//! Calls that wait for their turn. Pure: time is an argument.
//!
//! Cancels go first, whatever came before them. Orders do not wait for ever: one that was not sent within the time
//! that its reply would have had is given back unsent, since its price is of the past.

use std::{collections::VecDeque, time::Duration};

use mm_core::{Call, CallId};
use mm_model::{Ask, Event, MarketId, Timestamp};
use mm_venues::client::{CallRef, Weight};

use crate::{Lane, Permit, Throttle};

/// The most calls that wait in a lane.
pub(super) const WAITING_MAX: usize = 512;
/// The most calls other than cancels that are on their way at a time.
pub(super) const OTHERS_MAX: usize = 32;
/// The most calls of all kinds that are on their way: cancels always find room beside the others.
pub(super) const IN_FLIGHT_MAX: usize = 64;

/// A call with what has become of it so far.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) id: CallId,
    pub(super) lane: Lane,
    /// Whether what was asked for first changes something at the venue.
    pub(super) writes: bool,
    /// What to ask now: the call itself, or what its answer led to.
    pub(super) ask: Ask,
    /// Its last sending.
    pub(super) call: CallRef,
    /// How often it asked so far.
    pub(super) n_asked: u32,
    /// What the answers told so far.
    pub(super) events: Vec<Event>,
    since: Timestamp,
}

/// How many calls are on their way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct InFlight {
    pub(super) all: usize,
    pub(super) others: usize,
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
    cancels: VecDeque<Job>,
    others: VecDeque<Job>,
}

impl Queue {
    /// No calls. `patience` is how long an order may wait.
    pub(super) fn new(throttle: Throttle, patience: Duration) -> Self {
        Self { throttle, patience, cancels: VecDeque::new(), others: VecDeque::new() }
    }

    pub(super) const fn throttle(&mut self) -> &mut Throttle {
        &mut self.throttle
    }

    pub(super) fn is_empty(&self) -> bool {
        self.cancels.is_empty() && self.others.is_empty()
    }

    /// Takes a new call.
    ///
    /// # Errors
    /// Its number, when its lane is full.
    pub(super) fn push(&mut self, now: Timestamp, call: Call) -> Result<(), CallId> {
        let lane = if call.ask.is_cancel() { Lane::Cancel } else { Lane::Other };
        let writes = !call.ask.is_read();
        let waiting = self.lane(lane);
        if waiting.len() >= WAITING_MAX {
            return Err(call.id);
        }
        let Call { id, ask } = call;
        waiting.push_back(Job {
            id,
            lane,
            writes,
            ask,
            call: CallRef(0),
            n_asked: 0,
            events: Vec::new(),
            since: now,
        });
        Ok(())
    }

    /// Takes a call back whose answer led to another question: it is next in its lane.
    pub(super) fn go_on(&mut self, now: Timestamp, job: Job) {
        let lane = self.lane(job.lane);
        lane.push_front(Job { since: now, ..job });
    }

    /// Takes out the orders on `market` that wait: a cancel of all of them came.
    pub(super) fn withdraw(&mut self, market: MarketId) -> Vec<Job> {
        self.take_others(|job| job.ask.placements().iter().any(|placement| placement.order.market == market))
    }

    /// Takes out everything but cancels: the connector stops.
    pub(super) fn withdraw_others(&mut self) -> Vec<Job> {
        self.take_others(|_| true)
    }

    /// Takes out everything.
    pub(super) fn withdraw_all(&mut self) -> Vec<Job> {
        self.cancels.drain(..).chain(self.others.drain(..)).collect()
    }

    /// Whose turn it is.
    pub(super) fn turn(
        &mut self,
        now: Timestamp,
        in_flight: InFlight,
        weight: impl Fn(&Ask) -> Weight,
    ) -> Turn {
        if let Some(at) = self.others.iter().position(|job| self.is_too_old(job, now)) {
            let job = self.others.remove(at).expect("position has just found it");
            let why = format!(
                "waited {} ms for the venue's allowance, its price is old",
                self.patience.as_millis()
            );
            return Turn::Refuse(job, why);
        }
        let (lane, waiting, room) = if self.cancels.is_empty() {
            (Lane::Other, &mut self.others, in_flight.others < OTHERS_MAX && in_flight.all < IN_FLIGHT_MAX)
        } else {
            (Lane::Cancel, &mut self.cancels, in_flight.all < IN_FLIGHT_MAX)
        };
        let Some(first) = waiting.front().filter(|_| room) else { return Turn::Wait(self.next_too_old()) };
        let weight = weight(&first.ask);
        match self.throttle.take(now, lane, weight.0[0]) {
            Permit::Granted => Turn::Send(waiting.pop_front().expect("front has just seen it")),
            Permit::NotBefore(at) => Turn::Wait(Some(self.next_too_old().map_or(at, |old| old.min(at)))),
            Permit::Never => {
                let job = waiting.pop_front().expect("front has just seen it");
                Turn::Refuse(
                    job,
                    format!("its weight of {} is more than the venue's whole allowance", weight.0[0]),
                )
            }
        }
    }

    fn lane(&mut self, lane: Lane) -> &mut VecDeque<Job> {
        match lane {
            Lane::Cancel => &mut self.cancels,
            Lane::Other => &mut self.others,
        }
    }

    fn is_too_old(&self, job: &Job, now: Timestamp) -> bool {
        job.is_order() && self.patience <= now.since(job.since)
    }

    fn next_too_old(&self) -> Option<Timestamp> {
        self.others.iter().filter(|job| job.is_order()).map(|job| job.since + self.patience).min()
    }

    fn take_others(&mut self, mut which: impl FnMut(&Job) -> bool) -> Vec<Job> {
        let (taken, left) = std::mem::take(&mut self.others).into_iter().partition(|job| which(job));
        self.others = left;
        Vec::from(taken)
    }
}

impl Job {
    fn is_order(&self) -> bool {
        !self.ask.placements().is_empty()
    }
}
