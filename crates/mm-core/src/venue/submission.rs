//! From an order's placement to the venue's first word on it.

use std::time::Duration;

use mm_model::{CallError, End, Event, OrderKind, OrderRecord, OrderState, Refusal, RefusalKind, Timestamp};
use tokio::sync::oneshot;

use super::{CallResult, PlaceError};
use crate::{Clock, Order};

/// An order that was handed over: tracked, and on its way.
#[derive(Debug)]
pub struct Submission {
    pub(super) order: Order,
    pub(super) reply: oneshot::Receiver<CallResult>,
    pub(super) first_word: FirstWord,
}

impl Submission {
    /// The order.
    #[must_use]
    pub const fn order(&self) -> &Order {
        &self.order
    }

    /// Waits for the venue's first word: its answer; where that only says that it took note, until the venue shows the order
    /// or its end, for [`VenueConfig::shown_within`](crate::VenueConfig) at most. Not cancel-safe as a wait, but harmless:
    /// the order stays tracked.
    ///
    /// # Errors
    /// See [`PlaceError`].
    pub async fn outcome(self) -> Result<Order, PlaceError> {
        let result = self.reply.await;
        let until = self.first_word.until();
        self.first_word.outcome(self.order, result.as_ref().ok(), until).await
    }
}

/// How long the first word is waited for.
#[derive(Debug)]
pub(super) struct FirstWord {
    pub(super) clock: Clock,
    pub(super) patience: Duration,
}

impl FirstWord {
    /// Who begins to wait now waits until then.
    pub(super) fn until(&self) -> Timestamp {
        self.clock.now() + self.patience
    }

    /// What became of an order whose call has ended.
    pub(super) async fn outcome(
        &self,
        mut order: Order,
        result: Option<&CallResult>,
        until: Timestamp,
    ) -> Result<Order, PlaceError> {
        if !result.is_some_and(|result| is_queued(&order, result)) {
            return outcome(order, result);
        }
        let left = until.since(self.clock.now());
        let spoken = order.wait_for(|tracker| {
            !matches!(tracker.record().state(), OrderState::New | OrderState::Submitting)
        });
        let Some(record) = self.clock.within(left, spoken).await else {
            let reason = format!(
                "the venue took note, and has not shown the order within {} ms",
                self.patience.as_millis()
            );
            return Err(PlaceError::OutcomeUnknown { reason, order });
        };
        if record.state() != OrderState::Failed {
            return Ok(order);
        }
        let refusal = order.read(|tracker| tracker.refusal().cloned());
        match refusal.or_else(|| record.end().map(|_| thrown_out(&record))) {
            Some(refusal) => Err(PlaceError::Rejected(refusal)),
            None => {
                let reason = "the venue took note, and the order never arrived".into();
                Err(PlaceError::OutcomeUnknown { reason, order })
            }
        }
    }
}

fn is_queued(order: &Order, result: &CallResult) -> bool {
    let queued =
        |event: &Event| matches!(event, Event::Queued { client_id } if *client_id == order.client_id());
    result.iter().flatten().any(queued)
}

/// What the venue's answer means for one order. The order's own state stands above the answer: a fill that came by stream
/// while the answer was lost is an answer too.
fn outcome(order: Order, result: Option<&CallResult>) -> Result<Order, PlaceError> {
    let record = order.snapshot();
    let unknown =
        |reason: &str| PlaceError::OutcomeUnknown { reason: reason.to_owned(), order: order.clone() };
    if let Some(refusal) = result.and_then(|result| refusal_of(&record, result)) {
        return Err(PlaceError::Rejected(refusal));
    }
    if let (OrderState::Failed, Some(End::Rejected(why)), None) =
        (record.state(), record.end(), record.venue_id())
    {
        return Err(PlaceError::NotSent(why.clone())); // Called back, or never left: it was not the venue that said no.
    }
    match result {
        None if never_left(&record) => Err(PlaceError::NotSent("the connector has stopped".into())),
        Some(Err(CallError::NotSent(why))) => Err(PlaceError::NotSent(why.clone())),
        _ if !matches!(record.state(), OrderState::New | OrderState::Submitting) => Ok(order),
        Some(Ok(_)) => Err(unknown("the venue's answer does not tell of the order")),
        Some(Err(why)) => Err(unknown(&why.to_string())),
        None => Err(unknown("the connector has stopped")),
    }
}

fn never_left(record: &OrderRecord) -> bool {
    record.state() == OrderState::New
}

/// The venue's no to this order, alone or within a batch. "This id is in use" is none: it may be this very order that uses it.
fn refusal_of(record: &OrderRecord, result: &CallResult) -> Option<Refusal> {
    let refusal = match result {
        Err(CallError::Refused(refusal)) => Some(refusal),
        Err(_) => None,
        Ok(events) => events.iter().find_map(|event| match event {
            Event::Refused { client_id, refusal } if *client_id == record.client_id() => Some(refusal),
            _ => None,
        }),
    };
    refusal.filter(|refusal| refusal.kind != RefusalKind::DuplicateClientId).cloned()
}

/// An order that ended unfilled and that nobody took off: the engine threw it out after the venue had taken it in.
pub(crate) fn thrown_out(record: &OrderRecord) -> Refusal {
    let message = match record.end() {
        Some(End::Cancelled(Some(reason)) | End::Rejected(reason)) => reason.clone(),
        _ => "the order ended unfilled".into(),
    };
    let is_post_only = matches!(record.order().kind, OrderKind::PostOnly { .. });
    let kind = if is_post_only { RefusalKind::WouldMatch } else { RefusalKind::Other };
    Refusal { kind, code: record.state().to_string(), message, retry_after: None }
}
