//! The nonces of every key: one owner, who gives them out in the order in which transactions go onto the wire. Several
//! keys are lanes beside each other.
//!
//! A lane knows its next number, or it does not and asks the venue; while it does not, it gives none out. What makes it
//! forget: an answer that no number was spent although later ones are on their way, the venue's "invalid nonce", and
//! an answer that never came. It asks only when nothing of it is on its way, since until then the venue's own answer
//! would be old. What became of an order is not asked here.
//!
//! A number that is fetched too low costs nothing but an "invalid nonce": the venue takes each number once, whatever we
//! believe. So whatever happens here, no order is taken twice.

use std::{collections::VecDeque, time::Duration};

use mm_model::{Ask, KeyIndex, Timestamp};

use crate::client::CallRef;

/// The venue's `nextNonce` lags behind what it has taken: lighter-python's text on its API manager asks for 350 ms
/// between two looks (SDK 1.1.8).
const ASK_PAUSE: Duration = Duration::from_millis(350);
/// The pause doubles this often while the question itself fails.
const DOUBLINGS_MAX: u32 = 4;
/// So many answers below what is known to be spent are taken for lag. After that the venue has gone back, which only
/// a network that was set up anew does.
const STALE_MAX: u32 = 10;
/// So often in a row a lane may lose its number without a transaction being taken in between, before the venue's no is
/// believed: then somebody else signs with the key all the time.
const LOSSES_MAX: u32 = 8;

/// How a transaction travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Via {
    /// One at a time: two requests may overtake each other.
    Http,
    /// Many, in order.
    Socket,
}

/// What the answer says of the numbers that were used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spent {
    /// All of them.
    Yes,
    /// None: refused for another reason, or never sent.
    No,
    /// None, since it was not their turn.
    OutOfTurn,
    /// Nobody knows.
    Unknown,
}

/// What numbers are taken for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    pub(super) call: CallRef,
    pub(super) via: Via,
    /// How many it needs.
    pub(super) n_txs: usize,
}

/// A place among the lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LaneId(pub(super) usize);

/// The lanes of an account, one a key.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    lanes: Vec<Lane>,
    /// Where the search for a lane begins, so that lanes take turns.
    turn: usize,
}

#[derive(Debug)]
struct Lane {
    key: KeyIndex,
    next: Next,
    /// Every number below is spent.
    floor: i64,
    flights: VecDeque<Flight>,
    asked_at: Option<Timestamp>,
    /// Answers in a row that were too low, or none.
    n_stale: u32,
    n_failed: u32,
    /// How often it lost its number since a transaction was taken.
    n_lost: u32,
}

/// The next number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Known(i64),
    /// To be asked for, not before this.
    Unknown {
        ask_at: Timestamp,
    },
    Asked,
}

/// Numbers on their way.
#[derive(Clone, Copy, Debug)]
struct Flight {
    call: CallRef,
    via: Via,
    first: i64,
    /// One more than the last.
    end: i64,
}

impl Lanes {
    /// Lanes that know nothing yet.
    pub(super) fn new(keys: impl Iterator<Item = KeyIndex>) -> Self {
        let lane = |key| Lane {
            key,
            next: Next::Unknown { ask_at: Timestamp::ZERO },
            floor: 0,
            flights: VecDeque::new(),
            asked_at: None,
            n_stale: 0,
            n_failed: 0,
            n_lost: 0,
        };
        Self { lanes: keys.map(lane).collect(), turn: 0 }
    }

    /// The lane that can take a transaction now, and its next number: of several, the one with least on its way.
    pub(super) fn free(&self, via: Via) -> Option<(LaneId, i64)> {
        let n = self.lanes.len();
        let from_turn = (0..n).map(|k| (self.turn + k) % n.max(1));
        let free = from_turn.filter_map(|k| self.lanes[k].free(via).map(|next| (k, next)));
        let (lane, next) = free.min_by_key(|(k, _)| self.lanes[*k].flights.len())?;
        Some((LaneId(lane), next))
    }

    /// Takes numbers from the one that [`Self::free`] named.
    pub(super) fn take(&mut self, LaneId(at): LaneId, Load { call, via, n_txs }: Load) {
        let lane = &mut self.lanes[at];
        let Next::Known(first) = lane.next else { unreachable!("only a free lane is taken from") };
        let end = first.saturating_add(i64::try_from(n_txs).unwrap_or(i64::MAX));
        lane.flights.push_back(Flight { call, via, first, end });
        lane.next = Next::Known(end);
        self.turn = (at + 1) % self.lanes.len();
    }

    /// How many numbers a call took.
    pub(super) fn n_used(&self, call: CallRef) -> usize {
        let mut flights = self.lanes.iter().flat_map(|lane| &lane.flights);
        let used = flights.find(|flight| flight.call == call).map_or(0, |flight| flight.end - flight.first);
        usize::try_from(used).unwrap_or(0)
    }

    /// A transaction, or a batch, came to its end. Returns whether it is worth sending again, had it been
    /// [`Spent::OutOfTurn`]. A call that took no numbers is none of ours.
    pub(super) fn ended(&mut self, now: Timestamp, call: CallRef, spent: Spent) -> bool {
        let with = |lane: &Lane| lane.flights.iter().position(|flight| flight.call == call);
        let found = self.lanes.iter_mut().find_map(|lane| with(lane).map(|at| (lane, at)));
        let Some((lane, at)) = found else { return false };
        let flight = lane.flights.remove(at).expect("position has just found it");
        match spent {
            Spent::Yes => {
                lane.floor = lane.floor.max(flight.end);
                lane.n_lost = 0;
            }
            // The last number given out comes back; had later ones been given out, they are refused, too.
            Spent::No if lane.next == Next::Known(flight.end) && lane.floor <= flight.first => {
                lane.next = Next::Known(flight.first);
            }
            Spent::No | Spent::OutOfTurn | Spent::Unknown => lane.lose(now),
        }
        lane.n_lost < LOSSES_MAX
    }

    /// What must be asked now.
    pub(super) fn own_ask(&mut self, now: Timestamp) -> Option<Ask> {
        let lane = self.lanes.iter_mut().find(|lane| lane.ask_at().is_some_and(|at| at <= now))?;
        lane.next = Next::Asked;
        lane.asked_at = Some(now);
        Some(Ask::Nonce(lane.key))
    }

    /// When something must be asked.
    pub(super) fn wake(&self) -> Option<Timestamp> {
        self.lanes.iter().filter_map(Lane::ask_at).min()
    }

    /// The venue's answer to [`Ask::Nonce`]; `None` when it gave none.
    pub(super) fn learn(&mut self, now: Timestamp, key: KeyIndex, told: Option<i64>) {
        let Some(lane) = self.lanes.iter_mut().find(|lane| lane.key == key) else { return };
        if lane.next != Next::Asked {
            return;
        }
        let Some(next) = told.filter(|next| *next >= 0) else {
            let pause = ASK_PAUSE * (1 << lane.n_failed.min(DOUBLINGS_MAX));
            lane.n_failed = lane.n_failed.saturating_add(1);
            lane.next = Next::Unknown { ask_at: now + pause };
            return;
        };
        lane.n_failed = 0;
        if next < lane.floor && lane.n_stale < STALE_MAX {
            lane.n_stale += 1;
            lane.next = Next::Unknown { ask_at: now + ASK_PAUSE };
            return;
        }
        (lane.n_stale, lane.floor) = (0, next);
        lane.next = Next::Known(next);
    }
}

impl Lane {
    fn free(&self, via: Via) -> Option<i64> {
        // What went by HTTP may still arrive after what goes by socket now.
        let may_join = |flight: &Flight| (via, flight.via) == (Via::Socket, Via::Socket);
        match self.next {
            Next::Known(next) if self.flights.iter().all(may_join) => Some(next),
            _ => None,
        }
    }

    fn lose(&mut self, now: Timestamp) {
        if let Next::Known(_) = self.next {
            let ask_at = self.asked_at.map_or(now, |asked| now.max(asked + ASK_PAUSE));
            self.next = Next::Unknown { ask_at };
            self.n_lost = self.n_lost.saturating_add(1);
        }
    }

    /// When to ask for the number; not while something is on its way.
    fn ask_at(&self) -> Option<Timestamp> {
        match self.next {
            Next::Unknown { ask_at } if self.flights.is_empty() => Some(ask_at),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
