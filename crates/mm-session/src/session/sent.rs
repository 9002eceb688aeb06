//! Calls that are on their way, in the order in which they left. Pure: time is an argument.

use mm_model::Timestamp;
use mm_venues::client::{CallRef, LinkId, Way};

use super::queue::{IN_FLIGHT_MAX, InFlight, Job, OWN_MAX, Owner};
use crate::Lane;

/// A call with how it left, and how long its answer is waited for.
#[derive(Debug)]
struct Row {
    job: Job,
    way: Way,
    until: Timestamp,
}

/// Calls that are on their way.
#[derive(Debug)]
pub(super) struct Sent {
    /// By [`CallRef`], which grow: few at a time, and the oldest end first.
    rows: Vec<Row>,
}

impl Sent {
    /// None.
    pub(super) fn new() -> Self {
        Self { rows: Vec::with_capacity(IN_FLIGHT_MAX + OWN_MAX) }
    }

    /// A call left. Its [`CallRef`] is greater than all before it.
    pub(super) fn push(&mut self, job: Job, way: Way, until: Timestamp) {
        self.rows.push(Row { job, way, until });
    }

    /// An HTTP call came back.
    pub(super) fn take_replied(&mut self, call: CallRef) -> Option<Job> {
        self.take(|row| row.job.call == call && row.way == Way::Http)
    }

    /// The answer to a call by socket came; `None` when it is too late.
    pub(super) fn take_answered(&mut self, call: CallRef) -> Option<Job> {
        self.take(|row| row.job.call == call && row.way != Way::Http)
    }

    /// A call by socket whose answer is waited for no longer. (HTTP calls watch their own time.)
    pub(super) fn take_overdue(&mut self, now: Timestamp) -> Option<Job> {
        self.take(|row| row.way != Way::Http && row.until <= now)
    }

    /// The oldest call that left by this socket.
    pub(super) fn take_by(&mut self, link: LinkId) -> Option<Job> {
        self.take(|row| row.way == Way::Socket(link))
    }

    /// The oldest call.
    pub(super) fn take_oldest(&mut self) -> Option<Job> {
        self.take(|_| true)
    }

    fn take(&mut self, which: impl FnMut(&Row) -> bool) -> Option<Job> {
        let at = self.rows.iter().position(which)?;
        Some(self.rows.remove(at).job)
    }

    /// When [`Sent::take_overdue`] next finds one.
    pub(super) fn next_overdue(&self) -> Option<Timestamp> {
        self.rows.iter().find(|row| row.way != Way::Http).map(|row| row.until)
    }

    /// How many there are.
    pub(super) fn in_flight(&self) -> InFlight {
        let mut sum = InFlight::default();
        for Row { job, .. } in &self.rows {
            match (job.owner, job.lane) {
                (Owner::Codec, _) => sum.own += 1,
                (Owner::Driver(_), Lane::Cancel) => sum.all += 1,
                (Owner::Driver(_), Lane::Other) => (sum.all, sum.others) = (sum.all + 1, sum.others + 1),
            }
        }
        sum
    }
}
