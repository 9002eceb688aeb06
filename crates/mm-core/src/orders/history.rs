//! What an order went through: compact while it happens (no text, no allocation in steady state), words when asked.

use mm_model::{Fill, OrderRecord, OrderState, Qty, ReportedStatus, Timestamp};

/// A change that an order went through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    /// When, by our clock.
    pub at: Timestamp,
    /// The state from then on.
    pub state: OrderState,
    /// Filled by then.
    pub filled: Qty,
    /// What made the change, for a person: `open`, `fill 1234`, `cancel sent`, ...
    pub cause: String,
}

/// The words of a change by which we came to not know whether the order is live.
const OUTCOME_UNKNOWN: &str = "outcome unknown";

impl HistoryEntry {
    /// Whether from here on we did not know whether the order was live, until a later change told.
    #[must_use]
    pub fn is_outcome_unknown(&self) -> bool {
        self.cause == OUTCOME_UNKNOWN
    }
}

/// How many changes are kept of one order: the first, and the latest others.
pub(super) const CHANGES_MAX: usize = 64;

/// What made a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    Made,
    Sent,
    Opened,
    Filled,
    Cancelled,
    Rejected,
    /// The n-th fill counted from zero.
    Trade(u32),
    Refused,
    OutcomeUnknown,
    NeverArrived,
    CancelSent,
    CancelFailed,
    ModifySent,
    ModifyFailed,
    /// The venue shows it modified.
    Modified,
}

impl Cause {
    pub(super) const fn of(status: &ReportedStatus) -> Self {
        match status {
            ReportedStatus::Open => Self::Opened,
            ReportedStatus::Filled => Self::Filled,
            ReportedStatus::Cancelled { .. } => Self::Cancelled,
            ReportedStatus::Rejected { .. } => Self::Rejected,
        }
    }

    const fn is_report(self) -> bool {
        matches!(self, Self::Opened | Self::Filled | Self::Cancelled | Self::Rejected)
    }

    fn words(self, record: &OrderRecord, fills: &[Fill]) -> String {
        use mm_model::End;
        let because = |word: &str| match record.end() {
            Some(End::Cancelled(Some(reason)) | End::Rejected(reason)) => format!("{word}: {reason}"),
            _ => word.to_owned(),
        };
        match self {
            Self::Made => "made".into(),
            Self::Sent => "sent".into(),
            Self::Opened => "open".into(),
            Self::Filled => "filled".into(),
            Self::Cancelled => because("cancelled"),
            Self::Rejected => because("rejected"),
            Self::Refused => because("refused"),
            Self::Trade(n) => match fills.get(n as usize) {
                Some(fill) => format!("fill {}", fill.trade_id),
                None => "fill".into(),
            },
            Self::OutcomeUnknown => OUTCOME_UNKNOWN.into(),
            Self::NeverArrived => "never arrived".into(),
            Self::CancelSent => "cancel sent".into(),
            Self::CancelFailed => "cancel failed".into(),
            Self::ModifySent => "modify sent".into(),
            Self::ModifyFailed => "modify failed".into(),
            Self::Modified => "modified".into(),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Change {
    at: Timestamp,
    filled: Qty,
    state: OrderState,
    cause: Cause,
}

/// The changes, oldest first: the first one stays, and of the others the latest.
#[derive(Debug, Default)]
pub(super) struct History {
    changes: Vec<Change>,
    /// Where the next change goes once the list is full.
    next: usize,
    /// Where the order stood after the last change.
    shown: Option<(OrderState, Qty)>,
}

impl History {
    pub(super) fn clear(&mut self) {
        self.changes.clear();
        self.next = 1;
        self.shown = None;
    }

    pub(super) fn push(&mut self, at: Timestamp, record: &OrderRecord, cause: Cause) {
        let change = Change { at, filled: record.filled(), state: record.state(), cause };
        let shown = Some((change.state, change.filled));
        if std::mem::replace(&mut self.shown, shown) == shown && cause.is_report() {
            return; // The venue confirms what a person sees already.
        }
        if self.changes.len() < CHANGES_MAX {
            self.changes.push(change);
            return;
        }
        self.next = if (1..CHANGES_MAX).contains(&self.next) { self.next } else { 1 };
        self.changes[self.next] = change;
        self.next += 1;
    }

    pub(super) fn entries(&self, record: &OrderRecord, fills: &[Fill]) -> Vec<HistoryEntry> {
        let full = self.changes.len() == CHANGES_MAX;
        let oldest = if full && (1..CHANGES_MAX).contains(&self.next) { self.next } else { 1 };
        let first = self.changes.iter().take(1);
        let later = self.changes.iter().skip(oldest);
        let wrapped = self.changes.iter().take(oldest).skip(1);
        first
            .chain(later)
            .chain(wrapped)
            .map(|change| HistoryEntry {
                at: change.at,
                state: change.state,
                filled: change.filled,
                cause: change.cause.words(record, fills),
            })
            .collect()
    }
}
