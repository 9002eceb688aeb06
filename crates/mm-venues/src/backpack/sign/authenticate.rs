//! The venue's check of a signed request: headers, time, then the signature over the rebuilt string.

use mm_model::Timestamp;

use super::{
    Instruction, RebuildError, VerifyingKey, WINDOW_DEFAULT_MS, WINDOW_MAX_MS, key::is_signature, rebuild,
};
use crate::{
    backpack::wire::Text,
    http::{Headers, Request},
};

/// How far a timestamp may lie ahead of the venue's clock, in ms. The page names no bound; a client's test has the
/// text "must be within 10 minutes of current time".
pub const AHEAD_MAX_MS: u64 = 600_000;

/// Why a request is not believed. What the venue says in each case is the server half's business.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// A header is missing.
    #[error("header {0} is missing")]
    Missing(&'static str),
    /// A header cannot be read.
    #[error("header {0} cannot be read")]
    Form(&'static str),
    /// The window is above [`WINDOW_MAX_MS`].
    #[error("a window of {0} ms is longer than {WINDOW_MAX_MS} ms")]
    Window(u64),
    /// Older than its window.
    #[error("the request is {age_ms} ms old")]
    Expired {
        /// How old.
        age_ms: u64,
    },
    /// From the future.
    #[error("the timestamp lies {ahead_ms} ms ahead")]
    Ahead {
        /// How far.
        ahead_ms: u64,
    },
    /// Query or body cannot be read.
    #[error(transparent)]
    Rebuild(#[from] RebuildError),
    /// The signature is not the key's signature of this.
    #[error("the signature does not fit")]
    Signature,
}

/// The four values that sign something, as text of the wire.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// Who: base64 of the verifying key.
    pub api_key: &'a str,
    /// Base64 of the signature.
    pub signature: &'a str,
    /// Unix milliseconds.
    pub timestamp: &'a str,
    /// Milliseconds.
    pub window: &'a str,
}

impl<'a> Signed<'a> {
    /// From the headers of a request.
    ///
    /// # Errors
    /// [`AuthError::Missing`].
    pub fn from_headers(headers: &'a Headers) -> Result<Self, AuthError> {
        let header = |name| headers.get(name).ok_or(AuthError::Missing(name));
        Ok(Self {
            api_key: header("X-API-Key")?,
            signature: header("X-Signature")?,
            timestamp: header("X-Timestamp")?,
            window: headers.get("X-Window").unwrap_or("5000"),
        })
    }

    /// From the `signature` of a subscribe command ([`crate::backpack::wire::stream::Command`]).
    #[must_use]
    pub fn from_command(signature: &'a [Text<'a>; 4]) -> Self {
        let [api_key, signature, timestamp, window] = signature;
        Self { api_key, signature, timestamp, window }
    }

    /// Checks time and signature; `message` holds what is signed before the timestamp.
    fn check(&self, now: Timestamp, mut message: String) -> Result<VerifyingKey, AuthError> {
        debug_assert_eq!(WINDOW_DEFAULT_MS, 5_000, "the text above is that number");
        let key = VerifyingKey::from_base64(self.api_key).map_err(|_| AuthError::Form("X-API-Key"))?;
        if !is_signature(self.signature) {
            return Err(AuthError::Form("X-Signature"));
        }
        let sent_ms = digits(self.timestamp).ok_or(AuthError::Form("X-Timestamp"))?;
        let window_ms = digits(self.window).ok_or(AuthError::Form("X-Window"))?;
        if window_ms > u64::from(WINDOW_MAX_MS) {
            return Err(AuthError::Window(window_ms));
        }
        message.push_str("&timestamp=");
        message.push_str(self.timestamp);
        message.push_str("&window=");
        message.push_str(self.window);
        if !key.verify(&message, self.signature) {
            return Err(AuthError::Signature);
        }
        let age_ms = now.ms().saturating_sub(sent_ms);
        let ahead_ms = sent_ms.saturating_sub(now.ms());
        if age_ms > window_ms {
            return Err(AuthError::Expired { age_ms });
        }
        if ahead_ms > AHEAD_MAX_MS {
            return Err(AuthError::Ahead { ahead_ms });
        }
        Ok(key)
    }
}

/// Checks a signed request and says whose it is. Whether that key has an account is the caller's question.
///
/// # Errors
/// [`AuthError`]: nothing of the request may be acted on.
pub fn authenticate(
    now: Timestamp,
    instruction: Instruction,
    request: &Request,
) -> Result<VerifyingKey, AuthError> {
    let signed = Signed::from_headers(&request.headers)?;
    let mut message = String::with_capacity(256);
    rebuild(instruction, &request.query, &request.body, &mut message)?;
    signed.check(now, message)
}

/// Checks the `signature` of a subscribe command, whose elements are those of [`Signed`] in that order.
///
/// # Errors
/// [`AuthError`].
pub fn authenticate_subscribe(now: Timestamp, signed: Signed<'_>) -> Result<VerifyingKey, AuthError> {
    let mut message = String::with_capacity(80);
    super::write_instruction(Instruction::SUBSCRIBE, &mut message);
    signed.check(now, message)
}

fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
