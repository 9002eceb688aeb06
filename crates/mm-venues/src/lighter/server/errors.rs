//! What the venue says when it says no: HTTP 400 with a code and its text, but for too many requests (429) and for
//! what the simulated venue does not have (501).
//!
//! Codes and texts are those of the venue's page of error codes (July 2026); which code goes with which case is
//! written nowhere and follows from their names.

use crate::{
    lighter::{
        sign::Refusal,
        wire::error::{Code, codes},
    },
    server::params::ParamError,
};

/// A refusal on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) status: u16,
    pub(super) code: u32,
    pub(super) message: String,
}

impl Refused {
    /// A refusal with the venue's own text.
    pub(super) fn new(code: Code) -> Self {
        let status = if code == codes::TOO_MANY_REQUESTS { 429 } else { 400 };
        Self { status, code: code.number, message: code.text.to_owned() }
    }

    /// The same with what is wrong behind it.
    pub(super) fn because(code: Code, why: impl std::fmt::Display) -> Self {
        let refused = Self::new(code);
        Self { message: format!("{}: {why}", refused.message), ..refused }
    }

    /// A parameter that cannot be what the client meant.
    pub(super) fn parameter(name: &str, why: &str) -> Self {
        Self::because(codes::INVALID_PARAM, format_args!("{}: {why}", shown(name)))
    }

    /// Something that the venue has and the simulated one has not.
    pub(super) fn not_carried(what: &str) -> Self {
        Self { status: 501, code: codes::INTERNAL.number, message: format!("{}: not simulated", shown(what)) }
    }

    /// A path that leads nowhere.
    pub(super) fn no_route() -> Self {
        Self { status: 404, ..Self::new(codes::NOT_FOUND) }
    }

    /// A token is asked for and not there, or not honoured. Status and code chosen: the venue's page names none.
    pub(super) fn unauthorized(why: impl std::fmt::Display) -> Self {
        Self { status: 401, code: codes::INVALID_PARAM.number, message: format!("auth: {why}") }
    }
}

impl From<ParamError> for Refused {
    fn from(error: ParamError) -> Self {
        match error {
            ParamError::Form(error) => Self::because(codes::INVALID_PARAM, error),
            ParamError::Parameter { name, why } => Self::parameter(&name, &why),
        }
    }
}

impl From<Code> for Refused {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::because(refusal.code(), shown(&refusal.to_string()))
    }
}

/// At most 200 characters of a client's text: a refusal must not echo a megabyte.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(200).collect()
}
