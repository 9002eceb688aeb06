//! Why a venue's handle could not do what it was asked to.

use mm_model::{CallError, Refusal};

use crate::{Order, risk::Denial};

/// Why an order was not placed, or may not have been. Four truths, four reactions.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PlaceError {
    /// Nothing left this machine.
    #[error("not sent: {0}")]
    NotSent(String),
    /// The risk gate said no: nothing left this machine, and the same again would be denied again until what it says changes.
    #[error("denied: {0}")]
    Denied(Denial),
    /// The venue said no.
    #[error("rejected: {0}")]
    Rejected(Refusal),
    /// It may be live. The order is tracked and is being looked up; wait on it.
    #[error("outcome unknown: {reason}")]
    OutcomeUnknown {
        /// What went wrong.
        reason: String,
        /// The order.
        order: Order,
    },
}

/// Why a cancel was not confirmed. Whatever it is: only the order's own state tells whether it is over.
#[derive(Clone, Debug, thiserror::Error)]
#[error("cancel: {0}")]
pub struct CancelError(#[from] pub CallError);

/// Why a modification was not confirmed. Whatever it is: only the order's own state tells its size and limit.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ModifyError {
    /// The risk gate said no: the order stays as it is.
    #[error("modify: denied: {0}")]
    Denied(Denial),
    /// The call failed.
    #[error("modify: {0}")]
    Call(#[from] CallError),
}

/// Why a question to the venue got no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum VenueError {
    /// The call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// No such market here.
    #[error("no market '{0}' on this venue")]
    NoSuchMarket(String),
    /// The connector stopped.
    #[error("the connector has stopped")]
    Stopped,
}
