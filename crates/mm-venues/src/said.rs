//! What an answer says about what was asked: yes, no, or nothing that can be trusted. What is recognised as neither yes nor
//! no is an unknown outcome, never a refusal.

use mm_model::{CallError, Refusal};

/// What an answer says about what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Yes.
    Yes,
    /// No, and nothing happened.
    No {
        /// The venue's code; 0 where it gives none.
        code: u32,
        /// In our words.
        refusal: Refusal,
    },
    /// Nothing that can be trusted, and why.
    Nothing(String),
}

impl From<Said> for Result<(), CallError> {
    fn from(said: Said) -> Self {
        match said {
            Said::Yes => Ok(()),
            Said::No { refusal, .. } => Err(CallError::Refused(refusal)),
            Said::Nothing(why) => Err(CallError::OutcomeUnknown(why)),
        }
    }
}
