//! What the venue says when it says no: an HTTP status, a code and a text.

use bytes::Bytes;

use super::Encoding;

/// A refusal on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) status: u16,
    pub(super) code: u32,
    pub(super) message: String,
}

impl Refused {
    /// The body of the HTTP reply. `request_id`, which the venue's page has, is left out: no user has seen one, and the
    /// venue's own Python client cannot read it.
    pub(super) fn body(&self, encoding: Encoding) -> Bytes {
        let Self { status, code, message } = self;
        let [c, m, s] = match encoding {
            Encoding::Full => ["code", "message", "status"],
            Encoding::Lite => ["c", "m", "s"],
        };
        Bytes::from(serde_json::json!({ c: code, m: message, s: status }).to_string())
    }

    /// 1000: nobody is logged in.
    pub(super) fn no_session() -> Self {
        Self {
            status: 401,
            code: 1000,
            message: "You need to authenticate prior to using this functionality".to_owned(),
        }
    }

    /// 1003: the request cannot be read.
    pub(super) fn malformed(why: &str) -> Self {
        Self {
            status: 400,
            code: 1003,
            message: format!("Request could not be processed due to malformed syntax: {why}"),
        }
    }

    /// 1004: there is no such thing.
    pub(super) fn not_found() -> Self {
        Self { status: 404, code: 1004, message: "Data Not Found".to_owned() }
    }
}
