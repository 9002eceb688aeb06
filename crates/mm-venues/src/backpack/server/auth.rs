//! Whose request is it: the venue's words for each way in which a signature can be wrong.

use super::errors::Refused;
use crate::backpack::sign::{AuthError, RebuildError, WINDOW_MAX_MS};

/// Texts from the venue's FAQ and hummingbot's tests, except "chosen".
impl From<AuthError> for Refused {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Missing(header) => Self::client(format!("Missing {header} header")), // chosen
            AuthError::Form(header) => Self::client(format!("Invalid {header} header")),
            // Words chosen.
            AuthError::Window(_) => Self::client(format!("Invalid window: must be at most {WINDOW_MAX_MS}")),
            AuthError::Expired { .. } => Self::client("Request has expired"),
            AuthError::Ahead { .. } => {
                Self::client("Invalid timestamp: must be within 10 minutes of current time")
            }
            AuthError::Rebuild(RebuildError::Query) => Self::client(RebuildError::Query.to_string()), // chosen
            AuthError::Rebuild(error) => Self::payload(error),
            AuthError::Signature => Self::client("Invalid signature"),
        }
    }
}
