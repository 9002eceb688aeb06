//! The session with the venue: a login by API key gives a cookie and an account header, which everything private bears.
//! Made anew at four fifths of its life, and when the venue no longer takes it. Whoever has them may trade, so they show
//! nowhere.
//!
//! Whether a refusal is the login's fault or the key's, a login's number tells: one that has opened something and no longer
//! does is over, and what it was refused for is asked again under the next one; one that never opened anything is no good,
//! and so is the key.

use std::{fmt, time::Duration};

use mm_model::{CallError, Refusal, RefusalKind, Timestamp};
use zeroize::Zeroizing;

use super::refusal;
use crate::{
    grvt::wire::{
        Encoding,
        login::{ACCOUNT_HEADER, API_KEY_PATH, ApiKeyLogin, CookieError, LoginReply, SessionCookie},
    },
    http::{Headers, Method, Reply, Request},
    said::Said,
};

/// The first pause after a login that failed; it doubles with each further one.
const PAUSE_MIN: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(30);
/// A cookie whose end is near, or past by our clock, is not renewed faster than this.
const LIFE_MIN: Duration = Duration::from_secs(60);
/// So often in a row may the private socket fail to open before the login is blamed.
const OPENINGS_MAX: u32 = 2;

/// Which login it was, counted from one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LoginNumber(u64);

/// What a login gave.
struct Pass {
    /// As the `Cookie` header has it.
    cookie: Zeroizing<String>,
    account: Zeroizing<String>,
    renew_at: Timestamp,
    /// Something was answered under it.
    works: bool,
}

/// What follows from a refusal that is about the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// That login is over: the same again under another one.
    Again,
    /// The login was good for nothing from the start.
    Final,
}

/// The session, and how to get one.
pub(super) struct Login {
    api_key: Zeroizing<String>,
    sub_account: String,
    pass: Option<Pass>,
    /// Of the last login that succeeded.
    number: LoginNumber,
    is_asking: bool,
    /// The venue has told its time, by which cookies end.
    knows_time: bool,
    not_before: Timestamp,
    n_failed: u32,
    /// The venue refuses the key.
    is_refused: bool,
    n_unopened: u32,
}

impl Login {
    pub(super) fn new(api_key: Zeroizing<String>, sub_account: u64) -> Self {
        Self {
            api_key,
            sub_account: sub_account.to_string(),
            pass: None,
            number: LoginNumber::default(),
            is_asking: false,
            knows_time: false,
            not_before: Timestamp::ZERO,
            n_failed: 0,
            is_refused: false,
            n_unopened: 0,
        }
    }

    /// Whether private asks may go out: there is a login, or there is no point in waiting for one.
    pub(super) const fn lets_pass(&self) -> bool {
        self.pass.is_some() || self.is_refused
    }

    /// When a login is due.
    pub(super) fn due(&self) -> Option<Timestamp> {
        let may_ask = self.knows_time && !self.is_asking;
        let due = self.pass.as_ref().map_or(self.not_before, |pass| pass.renew_at.max(self.not_before));
        may_ask.then_some(due)
    }

    /// Whether to ask for a login now; said once for each.
    pub(super) fn begin(&mut self, now: Timestamp) -> bool {
        let is_due = self.due().is_some_and(|due| due <= now);
        self.is_asking |= is_due;
        is_due
    }

    /// The venue told its time.
    pub(super) const fn time_known(&mut self) {
        self.knows_time = true;
    }

    /// Writes the request. The cookie beside it is the one of the venue's own example.
    pub(super) fn write(&self, request: &mut Request) {
        request.reset(Method::Post, API_KEY_PATH);
        request.headers.push("Content-Type").push_str("application/json");
        request.headers.push("Cookie").push_str("rm=true;");
        Encoding::Full.append(&ApiKeyLogin { api_key: self.api_key.as_str().into() }, &mut request.body);
    }

    /// Reads the answer to it.
    ///
    /// # Errors
    /// [`CallError::Refused`] for a key that opens nothing, or opens another account; [`CallError::OutcomeUnknown`] when
    /// there is no telling: it is asked again a little later, whichever it was.
    pub(super) fn learn(&mut self, now: Timestamp, reply: &Reply) -> Result<(), CallError> {
        let learned = self.read(now, reply);
        self.is_asking = false;
        match &learned {
            Ok(()) => {
                (self.n_failed, self.n_unopened, self.is_refused) = (0, 0, false);
                self.not_before = now;
            }
            Err(why) => self.failed(now, why),
        }
        learned
    }

    /// No answer came, or none that helps.
    pub(super) fn failed(&mut self, now: Timestamp, why: &CallError) {
        self.is_asking = false;
        self.is_refused = matches!(why, CallError::Refused(no) if no.kind == RefusalKind::Authentication && self.pass.is_none());
        self.pause(now);
    }

    fn pause(&mut self, now: Timestamp) {
        self.not_before = now + PAUSE_MIN.saturating_mul(1 << self.n_failed.min(10)).min(PAUSE_MAX);
        self.n_failed = self.n_failed.saturating_add(1);
    }

    fn read(&mut self, now: Timestamp, reply: &Reply) -> Result<(), CallError> {
        if [401, 403].contains(&reply.status) {
            return Err(no_login(reply.status.to_string(), "the API key opens no session"));
        }
        match refusal::said(now, Encoding::Full, reply) {
            Said::Yes => {}
            said => return said.into(),
        }
        let unknown = |why: String| CallError::OutcomeUnknown(why);
        let body: LoginReply<'_> =
            Encoding::Full.decode("login", &reply.body).map_err(|e| unknown(e.to_string()))?;
        if body.status != "success" {
            return Err(no_login(body.status.to_string(), "the login did not succeed"));
        }
        if let Some(told) = body.sub_account_id.as_ref().filter(|told| **told != *self.sub_account) {
            let why =
                format!("the API key is of sub-account {told}, and orders would be of {}", self.sub_account);
            return Err(no_login("sub_account_id".to_owned(), &why));
        }
        let cookies = reply.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        let cookie = cookies
            .map(|(_, value)| SessionCookie::parse(value))
            .find(|read| *read != Err(CookieError::NotOurs))
            .unwrap_or(Err(CookieError::NotOurs))
            .map_err(|error| unknown(error.to_string()))?;
        let account = reply.headers.get(ACCOUNT_HEADER);
        let account = account.ok_or_else(|| unknown(format!("the login's reply lacks {ACCOUNT_HEADER}")))?;
        let life = cookie.expires.since(now).max(LIFE_MIN);
        self.pass = Some(Pass {
            cookie: Zeroizing::new(cookie.request_header()),
            account: Zeroizing::new(account.to_owned()),
            renew_at: now + life / 5 * 4,
            works: false,
        });
        self.number.0 += 1;
        Ok(())
    }

    /// Writes what a private request bears, and says by which login; `None` without one.
    pub(super) fn authorize(&self, headers: &mut Headers) -> Option<LoginNumber> {
        let pass = self.pass.as_ref()?;
        headers.push("Cookie").push_str(&pass.cookie);
        headers.push(ACCOUNT_HEADER).push_str(&pass.account);
        Some(self.number)
    }

    /// Something private was answered that was asked under this login.
    pub(super) fn worked(&mut self, number: LoginNumber) {
        if let Some(pass) = self.pass.as_mut().filter(|_| number == self.number) {
            pass.works = true;
        }
    }

    /// Something was refused for the login that it was asked under.
    pub(super) fn refused(&mut self, now: Timestamp, number: LoginNumber) -> Verdict {
        if number < self.number {
            return Verdict::Again;
        }
        match self.pass.take() {
            None => Verdict::Again,
            Some(pass) if pass.works => {
                self.not_before = self.not_before.min(now);
                Verdict::Again
            }
            Some(_) => {
                self.pause(now);
                Verdict::Final
            }
        }
    }

    /// The private socket is open.
    pub(super) const fn opened(&mut self) {
        self.n_unopened = 0;
    }

    /// The private socket could not be opened. After some times the login is made anew; meanwhile it stays in use.
    pub(super) fn unopened(&mut self, now: Timestamp) {
        self.n_unopened += 1;
        if let Some(pass) = self.pass.as_mut().filter(|_| OPENINGS_MAX <= self.n_unopened) {
            pass.renew_at = pass.renew_at.min(now);
            self.n_unopened = 0;
        }
    }
}

fn no_login(code: String, why: &str) -> CallError {
    let kind = RefusalKind::Authentication;
    CallError::Refused(Refusal { kind, code, message: crate::reading::cut(why), retry_after: None })
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Login(***, number {}, {})", self.number.0, if self.pass.is_some() { "in" } else { "out" })
    }
}
