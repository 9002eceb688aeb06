//! The simulated world's own control surface: what a test or an operator may look at and do from outside.

mod words;

pub use words::{
    AccountState, ControlError, CounterOrder, CrowdAction, CrowdCommand, FillRow, OpenOrderRow, State,
};

use crate::faults::Schedule;

/// A handle on a running world. Clones share it. Every call takes effect at once.
#[derive(Clone, Debug)]
pub struct Control(());

impl Control {
    /// What every account of every venue has, by venue and account name: the truth, not what a venue says.
    #[must_use]
    pub fn state(&self) -> State {
        todo!()
    }

    /// Replaces the fault schedule; its times count from now.
    ///
    /// # Errors
    /// [`ControlError::BadRequest`] for a rule that makes no sense (a cancel ignored on a frame).
    pub fn set_faults(&self, _schedule: Schedule) -> Result<(), ControlError> {
        todo!()
    }

    /// Tells the crowd of one market what to do.
    ///
    /// # Errors
    /// [`ControlError`].
    pub fn crowd(&self, _command: &CrowdCommand) -> Result<(), ControlError> {
        todo!()
    }

    /// Places a limit order for an account, past the venue's wire: a counterparty on demand. Returns the venue's id.
    ///
    /// # Errors
    /// [`ControlError`].
    pub fn order(&self, _order: &CounterOrder) -> Result<String, ControlError> {
        todo!()
    }

    /// Moves a world's own clock on.
    ///
    /// # Errors
    /// [`ControlError::Conflict`] where the world follows a clock that is not its own.
    pub fn advance_ms(&self, _ms: u64) -> Result<(), ControlError> {
        todo!()
    }
}
