//! Opening a session: by API key or by wallet, and the cookie that either gives. These bodies have no lite encoding.

use std::{
    fmt,
    time::{Duration, UNIX_EPOCH},
};

use mm_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Text, order::Signature};

/// Where a session is opened by API key, on the edge host.
pub const API_KEY_PATH: &str = "/auth/api_key/login";
/// Where a session is opened by a wallet's signature, on the edge host.
pub const WALLET_PATH: &str = "/auth/wallet/login";
/// The cookie that carries the session.
pub const COOKIE: &str = "gravity";
/// The header that carries the account beside the cookie, in the reply and in every request of the session. Over
/// HTTP/2 it comes in lower case.
pub const ACCOUNT_HEADER: &str = "X-Grvt-Account-Id";

/// The body of a login by API key.
///
/// Witness: `fixtures/grvt/api_key_login.json`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyLogin<'a> {
    #[serde(borrow)]
    pub api_key: Text<'a>,
}

impl fmt::Debug for ApiKeyLogin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKeyLogin(***)")
    }
}

/// The body of a login by wallet.
///
/// Witness: `fixtures/grvt/wallet_login.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalletLogin<'a> {
    #[serde(borrow)]
    pub address: Text<'a>,
    pub signature: Signature<'a>,
}

/// The reply to either.
///
/// Witness: `fixtures/grvt/login.json`, `fixtures/grvt/login_reply.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginReply<'a> {
    /// `success`.
    #[serde(borrow)]
    pub status: Text<'a>,
    #[serde(default)]
    pub location: Text<'a>,
    #[serde(default)]
    pub funding_account_address: Text<'a>,
    /// Only for a key of a trading account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_account_id: Option<Text<'a>>,
}

/// The session's cookie as the venue sets it.
///
/// Witness: `fixtures/grvt/login_reply.json`.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionCookie<'a> {
    /// A secret: whoever has it trades.
    pub token: &'a str,
    /// When it ends.
    pub expires: Timestamp,
}

impl fmt::Debug for SessionCookie<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionCookie(***, until {:?})", self.expires)
    }
}

/// Why a `Set-Cookie` header opens no session.
///
/// Witness: `fixtures/grvt/login_reply.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CookieError {
    /// Another cookie's, or none.
    #[error("set-cookie sets no `gravity`: look for another header of that name, or log in again")]
    NotOurs,
    /// The cookie is removed.
    #[error("set-cookie gives `gravity` no value: the venue opened no session, look at the login's reply")]
    Empty,
    /// No end that we can plan by.
    #[error("the cookie `gravity` has no Expires in the form `Mon, 23 Nov 2026 23:00:00 GMT`")]
    Expires,
}

impl<'a> SessionCookie<'a> {
    /// Reads the value of one `Set-Cookie` header; attributes in any order and case, unknown ones skipped (RFC 6265
    /// §5.2).
    ///
    /// # Errors
    /// When it does not set the session's cookie, or not until a time.
    pub fn parse(header: &'a str) -> Result<Self, CookieError> {
        let mut parts = header.split(';').map(str::trim);
        let token = parts
            .next()
            .and_then(|pair| pair.split_once('='))
            .and_then(|(name, value)| (name.trim() == COOKIE).then_some(value.trim()))
            .ok_or(CookieError::NotOurs)?;
        if token.is_empty() {
            return Err(CookieError::Empty);
        }
        let expires = parts
            .filter_map(|part| part.split_once('='))
            .filter(|(name, _)| name.trim().eq_ignore_ascii_case("expires"))
            .find_map(|(_, date)| read_date(date.trim()))
            .ok_or(CookieError::Expires)?;
        Ok(Self { token, expires })
    }

    /// Writes the value of the `Set-Cookie` header. The end is cut to whole seconds.
    #[must_use]
    pub fn header(&self) -> String {
        let expires = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_nanos(self.expires.0));
        format!("{COOKIE}={}; Expires={expires}; Path=/; HttpOnly", self.token)
    }

    /// Writes the value of the `Cookie` header that a request of the session bears.
    #[must_use]
    pub fn request_header(&self) -> String {
        format!("{COOKIE}={}", self.token)
    }
}

/// The session's token in the value of a request's `Cookie` header, which may hold other cookies.
#[must_use]
pub fn token_of(cookies: &str) -> Option<&str> {
    cookies
        .split(';')
        .filter_map(|pair| pair.split_once('='))
        .find_map(|(name, value)| (name.trim() == COOKIE).then_some(value.trim()))
}

/// A date of RFC 1123 in GMT; nothing else, for nothing else is what the venue's own client takes.
fn read_date(text: &str) -> Option<Timestamp> {
    let at = httpdate::parse_http_date(text).ok()?;
    // httpdate also takes two older forms, and does not compare the day of the week.
    if httpdate::fmt_http_date(at) != text {
        return None;
    }
    u64::try_from(at.duration_since(UNIX_EPOCH).ok()?.as_nanos()).ok().map(Timestamp)
}
