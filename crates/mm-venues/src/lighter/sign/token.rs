//! Auth tokens: `{deadline}:{account}:{key}:{signature}`, where the signature is the API key's over the text before
//! it; and the read-only ones that the venue gives out, `ro:{account}:{single|all}:{expiry}:{hex}`.
//!
//! Source: lighter-go README at 17f2d60, `auth_tokens` in `fixtures/lighter/vectors.json`; the read-only form from
//! the venue's page (July 2026).

use std::fmt;

use arrayvec::ArrayVec;
use mm_crypto::{Digest, Felt, Signature, Verifier, VerifyError, hash5};
use mm_model::Timestamp;

/// The farthest deadline that is honoured, in seconds: eight hours. A token with a farther one is honoured later.
pub const TOKEN_LIFE_MAX_S: i64 = 8 * 60 * 60;

/// The longest text that is signed: the digits of three numbers and two colons need less.
const MESSAGE_MAX: usize = 64;

/// Why a token is not honoured. It never holds the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not of either form.
    #[error("that is no auth token: expected deadline:account:key:signature")]
    Form,
    /// Its deadline has come.
    #[error("the auth token died {ago_s} s ago: make a new one")]
    Dead {
        /// How long ago.
        ago_s: i64,
    },
    /// Its deadline is too far away.
    #[error("the auth token's deadline is {ahead_s} s ahead, more than {TOKEN_LIFE_MAX_S}")]
    TooFar {
        /// How far.
        ahead_s: i64,
    },
    /// The signature is not the key's.
    #[error("the auth token's signature is refused: {0}")]
    Signature(#[from] VerifyError),
}

/// What may stand where a token is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthToken<'a> {
    /// Signed by an API key.
    Signed(SignedToken<'a>),
    /// Given out by the venue.
    ReadOnly(ReadOnlyToken<'a>),
}

impl<'a> AuthToken<'a> {
    /// Reads a token. Nothing about it is checked yet.
    ///
    /// # Errors
    /// [`TokenError::Form`].
    pub fn parse(text: &'a str) -> Result<Self, TokenError> {
        let parsed = match text.strip_prefix("ro:") {
            Some(rest) => ReadOnlyToken::parse(rest).map(Self::ReadOnly),
            None => SignedToken::parse(text).map(Self::Signed),
        };
        parsed.ok_or(TokenError::Form)
    }
}

/// A token signed by an API key.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedToken<'a> {
    /// When it dies, Unix seconds.
    pub deadline_s: i64,
    /// Whose.
    pub account: i64,
    /// Which key signed.
    pub api_key: u8,
    message: &'a str,
    pub(super) signature: Signature,
}

impl<'a> SignedToken<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (message, signature) = text.rsplit_once(':')?;
        let mut parts = message.split(':');
        let token = Self {
            deadline_s: integer(parts.next()?)?,
            account: integer(parts.next()?)?,
            api_key: integer(parts.next()?)?.try_into().ok()?,
            message,
            signature: Signature::from_bytes(unhex(signature)?),
        };
        parts.next().is_none().then_some(token)
    }

    /// Whether it is alive, and signed by the key. Which key belongs to [`Self::account`] and [`Self::api_key`] is the
    /// caller's to know.
    ///
    /// # Errors
    /// [`TokenError`]: it gives no right to anything.
    pub fn check(&self, now: Timestamp, key: &Verifier) -> Result<(), TokenError> {
        check_deadline(now, self.deadline_s)?;
        key.verify(&hash(self.message)?, &self.signature)?;
        Ok(())
    }
}

impl fmt::Debug for SignedToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedToken({}, ***)", self.message)
    }
}

/// How far a read-only token reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One account.
    Single,
    /// Its sub-accounts too.
    All,
}

/// A token that the venue gave out. It carries no signature: whether it was given out is the venue's to know.
#[derive(Clone, PartialEq, Eq)]
pub struct ReadOnlyToken<'a> {
    /// Whose.
    pub account: i64,
    /// How far it reaches.
    pub scope: Scope,
    /// When it dies, Unix seconds.
    pub expiry_s: i64,
    /// What makes it hard to guess, in hex: not to be shown.
    pub secret: &'a str,
}

impl<'a> ReadOnlyToken<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(':');
        let token = Self {
            account: integer(parts.next()?)?,
            scope: match parts.next()? {
                "single" => Scope::Single,
                "all" => Scope::All,
                _ => return None,
            },
            expiry_s: integer(parts.next()?)?,
            secret: parts.next().filter(|hex| !hex.is_empty() && is_hex(hex))?,
        };
        parts.next().is_none().then_some(token)
    }
}

impl fmt::Debug for ReadOnlyToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReadOnlyToken({}, {:?}, {}, ***)", self.account, self.scope, self.expiry_s)
    }
}

/// Whether a token with that deadline is honoured now.
///
/// # Errors
/// [`TokenError::Dead`], [`TokenError::TooFar`].
pub(super) fn check_deadline(now: Timestamp, deadline_s: i64) -> Result<(), TokenError> {
    let now_s = i64::try_from(now.ms() / 1_000).unwrap_or(i64::MAX);
    let ahead_s = deadline_s.saturating_sub(now_s);
    if ahead_s <= 0 {
        return Err(TokenError::Dead { ago_s: ahead_s.saturating_neg() });
    }
    if ahead_s > TOKEN_LIFE_MAX_S {
        return Err(TokenError::TooFar { ahead_s });
    }
    Ok(())
}

/// What is signed of a message: its bytes in limbs of eight, the last one filled up with zeros.
///
/// # Errors
/// [`TokenError::Form`] if it is too long to be one.
pub(super) fn hash(message: &str) -> Result<Digest, TokenError> {
    if message.len() > MESSAGE_MAX {
        return Err(TokenError::Form);
    }
    let limbs = message.as_bytes().chunks(8).map(|chunk| {
        let mut limb = [0; 8];
        limb[..chunk.len()].copy_from_slice(chunk);
        Felt::from(u64::from_le_bytes(limb))
    });
    Ok(hash5(&limbs.collect::<ArrayVec<_, { MESSAGE_MAX / 8 }>>()))
}

/// An integer in its one form: no plus, no zeros before it.
fn integer(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    let digits = text.trim_start_matches('-');
    let canonical = !digits.starts_with(['+', '0']) || text == "0";
    canonical.then_some(number)
}

fn is_hex(text: &str) -> bool {
    text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// 80 bytes in hex of either case.
fn unhex(text: &str) -> Option<[u8; 80]> {
    if text.len() != 160 || !is_hex(text) {
        return None;
    }
    let mut bytes = [0; 80];
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let value = |digit: u8| char::from(digit).to_digit(16);
        *byte = u8::try_from(value(digits[0])? * 16 + value(digits[1])?).ok()?;
    }
    Some(bytes)
}
