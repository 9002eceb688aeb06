//! What the venue says when it says no: an HTTP status, a code and a text. Codes and statuses are the specification's;
//! which code goes with which case is said there in a line each.

use bytes::Bytes;

use crate::grvt::{
    sign,
    wire::{
        Encoding, Text,
        error::{ApiError, Code, RpcError, codes},
    },
};

/// A refusal on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) status: u16,
    pub(super) code: u32,
    pub(super) message: String,
}

impl Refused {
    /// The same with what is wrong behind it.
    pub(super) fn because(code: Code, why: impl std::fmt::Display) -> Self {
        let refused = Self::from(code);
        Self { message: format!("{}: {}", refused.message, shown(&why.to_string())), ..refused }
    }

    /// 1003: the request cannot be read.
    pub(super) fn malformed(why: impl std::fmt::Display) -> Self {
        Self::because(codes::MALFORMED, why)
    }

    /// 1000: nobody is logged in.
    pub(super) fn no_session() -> Self {
        codes::UNAUTHENTICATED.into()
    }

    /// 1004: there is no such thing.
    pub(super) fn not_found() -> Self {
        codes::NOT_FOUND.into()
    }

    /// The body of the HTTP reply.
    pub(super) fn body(&self, encoding: Encoding) -> Bytes {
        let Self { status, code, message } = self;
        let error = ApiError { code: *code, message: Text::new(message), status: *status };
        Bytes::from(encoding.write(&error))
    }

    /// What stands in the frame that answers a call by socket.
    pub(super) fn rpc(&self) -> RpcError<'_> {
        RpcError { code: self.code, message: Text::new(&self.message) }
    }
}

impl From<Code> for Refused {
    fn from(code: Code) -> Self {
        Self { status: code.status, code: code.number, message: code.text.to_owned() }
    }
}

impl From<sign::Refusal> for Refused {
    fn from(refusal: sign::Refusal) -> Self {
        match codes::by_number(refusal.code()) {
            // Its text is the venue's, and clients look at it.
            Some(code @ codes::SIGNATURE_MISMATCH) => code.into(),
            Some(code) => Self::because(code, &refusal),
            None => Self::malformed(&refusal),
        }
    }
}

/// At most 200 characters of a client's text: a refusal must not echo a megabyte.
fn shown(text: &str) -> String {
    text.chars().take(200).collect()
}
