//! One order as the driver sees it: the record, what it went through, its fills, and who waits for it.

use std::task::Waker;

use mm_model::{
    ClientId, Fill, Joined, NewOrder, OrderRecord, OrderReport, Price, Qty, Refusal, Timestamp, Unsure,
};

use super::{
    HistoryEntry,
    history::{Cause, History},
    wakers::Wakers,
};

/// Something that happened to an order.
#[derive(Clone, Copy, Debug)]
pub enum Update<'a> {
    /// We hand it to the connector.
    Sent,
    /// The venue told where it stands.
    Report(&'a OrderReport),
    /// The venue told a fill.
    Fill(&'a Fill),
    /// It provably never left: the reason.
    NotSent(&'a str),
    /// The venue said no to it.
    Refused(&'a Refusal),
    /// We do not know, or know that it never arrived.
    Unsure(Unsure),
    /// A cancel is on its way.
    CancelSent,
    /// The cancel did not happen: refused, or never left.
    CancelFailed,
    /// A modification is on its way.
    ModifySent {
        /// To this limit.
        price: Price,
        /// To this size.
        qty: Qty,
    },
    /// The modification did not happen, and no longer can.
    ModifyFailed,
}

/// One order: a join of evidence with a version that grows at each change.
#[derive(Debug)]
pub struct OrderTracker {
    record: OrderRecord,
    version: u64,
    last_heard_at: Timestamp,
    /// Cancels handed out and not answered: only the last failure means that none is on its way.
    cancels_in_flight: u32,
    /// When the last modification was handed out.
    modify_sent_at: Timestamp,
    /// The venue's no.
    refusal: Option<Refusal>,
    history: History,
    fills: Vec<Fill>,
    wakers: Wakers,
}

impl OrderTracker {
    /// A new order that nobody has heard of.
    #[must_use]
    pub fn new(client_id: ClientId, order: NewOrder, at: Timestamp) -> Self {
        let mut tracker = Self {
            record: OrderRecord::new(client_id, order, at),
            version: 0,
            last_heard_at: at,
            cancels_in_flight: 0,
            modify_sent_at: Timestamp::ZERO,
            refusal: None,
            history: History::default(),
            fills: Vec::new(),
            wakers: Wakers::default(),
        };
        tracker.history.push(at, &tracker.record, Cause::Made);
        tracker
    }

    /// Becomes a new order and keeps the memory it has.
    pub(super) fn renew(&mut self, client_id: ClientId, order: NewOrder, at: Timestamp) {
        self.record.renew(client_id, order, at);
        self.version = 0;
        self.last_heard_at = at;
        self.cancels_in_flight = 0;
        self.modify_sent_at = Timestamp::ZERO;
        self.refusal = None;
        self.history.clear();
        self.fills.clear();
        self.wakers = Wakers::default();
        self.history.push(at, &self.record, Cause::Made);
    }

    /// Joins what happened at `at` by our clock, in any order and any number of times, and wakes those who wait.
    pub fn apply(&mut self, at: Timestamp, update: Update<'_>) -> Joined {
        let (joined, wakers) = self.join(at, update);
        wakers.wake();
        joined
    }

    /// Like `apply`; the wakers are for the caller to wake once it holds no lock.
    pub(super) fn join(&mut self, at: Timestamp, update: Update<'_>) -> (Joined, Wakers) {
        let record = &mut self.record;
        let (joined, cause) = match update {
            Update::Sent => {
                record.submitting();
                (ours(), Cause::Sent)
            }
            Update::Report(report) => {
                let version = record.version();
                let joined = record.report(report);
                let is_modified = version < record.version() && !record.state().is_final();
                (joined, if is_modified { Cause::Modified } else { Cause::of(&report.status) })
            }
            Update::Fill(fill) => {
                let joined = record.fill(fill);
                if joined.changed {
                    self.fills.push(fill.clone());
                }
                (joined, Cause::Trade(u32::try_from(self.fills.len()).unwrap_or(u32::MAX).saturating_sub(1)))
            }
            Update::NotSent(reason) => (record.refuse(reason), Cause::Refused),
            Update::Refused(refusal) => {
                self.refusal = Some(refusal.clone());
                (record.refuse(&refusal.to_string()), Cause::Refused)
            }
            Update::ModifySent { price, qty } => {
                self.modify_sent_at = at;
                record.modifying(price, qty);
                (ours(), Cause::ModifySent)
            }
            Update::ModifyFailed => {
                record.modify_failed();
                (ours(), Cause::ModifyFailed)
            }
            Update::Unsure(unsure) => {
                record.mark(unsure);
                let cause = match unsure {
                    Unsure::Outcome(_) => Cause::OutcomeUnknown,
                    Unsure::NeverArrived(_) => Cause::NeverArrived,
                };
                (ours(), cause)
            }
            Update::CancelSent => {
                self.cancels_in_flight += 1;
                record.cancel_sent(at);
                (ours(), Cause::CancelSent)
            }
            Update::CancelFailed => {
                self.cancels_in_flight = self.cancels_in_flight.saturating_sub(1);
                if self.cancels_in_flight == 0 {
                    record.cancel_failed();
                }
                (ours(), Cause::CancelFailed)
            }
        };
        if matches!(update, Update::Report(_) | Update::Fill(_)) {
            self.last_heard_at = self.last_heard_at.max(at);
        }
        if !joined.changed {
            return (joined, Wakers::default());
        }
        self.version += 1;
        self.history.push(at, &self.record, cause);
        (joined, self.wakers.take())
    }

    /// It was an earlier run's, and all that was written down of it is joined. Nothing is on its way from here any more, and
    /// what that run had sent may have left as late as now.
    pub(super) fn resume(&mut self, now: Timestamp) {
        self.last_heard_at = self.record.created_at();
        self.cancels_in_flight = 0;
        if self.record.is_modifying() {
            self.modify_sent_at = now;
        }
    }

    /// What is known now.
    #[must_use]
    pub const fn record(&self) -> &OrderRecord {
        &self.record
    }

    /// A copy of what is known now.
    #[must_use]
    pub fn snapshot(&self) -> OrderRecord {
        self.record.clone()
    }

    /// Grows by one at each change.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// When the venue last spoke of it, by our clock; when it was made, before that.
    #[must_use]
    pub const fn last_heard_at(&self) -> Timestamp {
        self.last_heard_at
    }

    /// When the last modification was handed out, by our clock.
    #[must_use]
    pub const fn modify_sent_at(&self) -> Timestamp {
        self.modify_sent_at
    }

    /// The venue's no to the placement, where it said one.
    #[must_use]
    pub const fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_ref()
    }

    /// The changes so far, oldest first, bounded.
    #[must_use]
    pub fn history(&self) -> Vec<HistoryEntry> {
        self.history.entries(&self.record, &self.fills)
    }

    /// Fills so far in the order they were first heard.
    #[must_use]
    pub fn fills(&self) -> &[Fill] {
        &self.fills
    }

    /// Wakes `waker` at the next change.
    pub fn wake_at_change(&mut self, waker: &Waker) {
        self.wakers.add(waker);
    }
}

/// A step of our own: it changes what a person sees, and adds nothing to the position.
fn ours() -> Joined {
    Joined { changed: true, ..Joined::default() }
}
