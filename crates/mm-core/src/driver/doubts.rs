//! What a venue only took note of: a while later it is asked what became of it, unless it has told by then. And
//! modifications, which are in doubt until the venue shows or refuses them.

use std::{collections::VecDeque, time::Duration};

use mm_model::{CallError, CancelTarget, ClientId, OrderState, Timestamp};

use super::{Driver, answers::Ended, upkeep::Chore};
use crate::{orders::Update, venue::CallResult};

/// How long the stream may take to tell what came of a call.
const LAG: Duration = Duration::from_secs(1);

/// What is in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// Whether the order is there.
    Place,
    /// Whether it is over.
    Cancel,
    /// Which size it has.
    Modify,
}

/// Doubts, oldest first: all wait equally long, so that a queue keeps them in the order in which they fall due.
#[derive(Debug, Default)]
pub(super) struct Doubts(VecDeque<(Timestamp, ClientId, About)>);

impl Doubts {
    pub(super) fn add(&mut self, now: Timestamp, id: ClientId, about: About) {
        self.0.push_back((now + LAG, id, about));
    }

    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.0.front().map(|(due, ..)| *due)
    }

    fn take_due(&mut self, now: Timestamp) -> Option<(ClientId, About)> {
        self.next_due().filter(|due| *due <= now)?;
        self.0.pop_front().map(|(_, id, about)| (id, about))
    }
}

impl Driver {
    /// Looks up what is still in doubt.
    pub(super) fn resolve_doubts(&mut self, now: Timestamp) {
        while let Some((id, about)) = self.doubts.take_due(now) {
            let state = self.state_of(id);
            let is_open = match about {
                About::Place => state == Some(OrderState::Submitting),
                About::Cancel => state.is_some_and(|state| !state.is_final()),
                About::Modify => self.is_modifying(id),
            };
            if is_open {
                self.upkeep.want(Chore::Lookup(id), now);
            }
        }
    }

    pub(super) fn is_modifying(&self, id: ClientId) -> bool {
        self.shared.orders.read(id, |tracker| tracker.record().is_modifying()) == Some(true)
    }

    /// Whether an order can be modified now, by the venue's id where it is known.
    ///
    /// # Errors
    /// Why not.
    pub(super) fn may_modify(&self, target: &mut CancelTarget) -> Result<(), String> {
        let id = target.client_id.ok_or("only orders of ours are modified")?;
        let (state, is_modifying, venue_id) = self
            .shared
            .orders
            .read(id, |tracker| {
                let record = tracker.record();
                (record.state(), record.is_modifying(), record.venue_id())
            })
            .ok_or_else(|| format!("no order {id} is tracked"))?;
        target.venue_id = venue_id;
        match state {
            OrderState::Open | OrderState::PartiallyFilled if is_modifying => {
                Err(format!("order {id} is being modified already: wait for it"))
            }
            OrderState::Open | OrderState::PartiallyFilled => Ok(()),
            _ => Err(format!("order {id} is {state}: only what the venue shows as live can be modified")),
        }
    }

    /// A modification that was refused or never left is no longer on its way. Whatever else was said, the order's new shape
    /// must be heard.
    pub(super) fn modify_ended(&mut self, now: Timestamp, id: Option<ClientId>, result: &CallResult) {
        let Some(id) = id.filter(|id| self.is_modifying(*id)) else { return };
        match result {
            Err(CallError::NotSent(_)) => {
                self.shared.orders.apply(id, now, Update::ModifyFailed);
            }
            Err(CallError::Refused(_)) => {
                self.shared.orders.apply(id, now, Update::ModifyFailed);
                self.upkeep.want(Chore::Lookup(id), now);
            }
            Err(CallError::OutcomeUnknown(_)) | Ok(_) => self.doubts.add(now, id, About::Modify),
        }
    }

    /// A lookup showed the order: whether nothing is left to ask. A modification that it does not show is disproved when it
    /// can no longer arrive, and not before.
    pub(super) fn is_modification_settled(&mut self, id: ClientId, ended: &Ended<'_>) -> bool {
        if !self.is_modifying(id) {
            return true;
        }
        let sent_at = self.shared.orders.read(id, |tracker| tracker.modify_sent_at());
        let is_disproved =
            sent_at.is_some_and(|sent_at| self.cannot_arrive_after(sent_at) <= ended.sent_at());
        if is_disproved {
            self.shared.orders.apply(id, ended.now, Update::ModifyFailed);
            self.legacy.shown(id);
        }
        is_disproved
    }
}
