//! The venue's check of a signature: its form, its chain, its time, then whose it is. Which codes the venue gives is
//! known (reference, section 8); in which order it asks is not, and this order is the one it suggests.

use std::time::Duration;

use mm_crypto::ecdsa::{Address, Digest, Signature, SignatureError};
use mm_model::Timestamp;

use super::{
    account::WalletLogin,
    texts::{OrderTexts, TextError, whole},
    typed_data::{ChainId, Domain, Validity},
};

/// A signature's texts, as they stand in the request.
#[derive(Clone, Copy, Debug)]
pub struct SignatureTexts<'a> {
    /// `signer`: who is said to have signed.
    pub signer: &'a str,
    /// `r`.
    pub r: &'a str,
    /// `s`.
    pub s: &'a str,
    /// `v`.
    pub v: u64,
    /// `expiration`, in nanoseconds of Unix time.
    pub expiration: &'a str,
    /// `nonce`.
    pub nonce: u32,
    /// `chain_id`: null, absent, nothing and `0` mean the venue's own.
    pub chain_id: Option<&'a str>,
}

/// What signatures are held against.
#[derive(Clone, Copy, Debug)]
pub struct Gate {
    /// The environment's domain.
    pub domain: Domain,
    /// The venue's time.
    pub now: Timestamp,
    /// How far ahead an expiration may lie: 30 days for an order, 5 minutes for a login.
    pub longest: Duration,
}

/// What is certain of a signed request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Authentic {
    /// Who signed it.
    pub signer: Address,
    /// What was signed: two requests with the same digest are one.
    pub digest: Digest,
    /// Its nonce and end.
    pub validity: Validity,
}

/// Why a signed request is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A text that nobody can have signed.
    #[error(transparent)]
    Malformed(#[from] TextError),
    /// v, r or s is not in form.
    #[error(transparent)]
    Form(#[from] SignatureError),
    /// For another chain.
    #[error("signed for chain {got}, this is {expected}")]
    Chain {
        /// What the request says.
        got: String,
        /// The venue's.
        expected: ChainId,
    },
    /// Its time is over.
    #[error("the signature expired at {0} ns")]
    Expired(i64),
    /// Its end is too far away.
    #[error("the signature would be good until {0} ns: further ahead than is taken")]
    TooLong(i64),
    /// Somebody else's signature, or of something else.
    #[error("Signature does not match payload")]
    Mismatch,
    /// A good signature of somebody who may not give it here.
    #[error("{0} may not sign for this account")]
    Stranger(Address),
}

impl Refusal {
    /// The venue's code.
    #[must_use]
    pub const fn code(&self) -> u32 {
        match self {
            Self::Malformed(_) => 1003,
            Self::Chain { .. } => 1012,
            Self::Stranger(_) => 2000,
            Self::Expired(_) => 2001,
            Self::Mismatch => 2002,
            Self::Form(SignatureError::V(_)) => 2005,
            Self::Form(SignatureError::Form) => 2006,
            Self::Form(SignatureError::HighS) => 2007,
            Self::TooLong(_) => 2008,
        }
    }
}

/// Checks an order's signature. `may_sign` says whether that address may sign for the order's account.
///
/// # Errors
/// [`Refusal`]: nothing of the order may be acted on.
pub fn authenticate_order(
    gate: &Gate,
    order: &OrderTexts<'_>,
    signature: &SignatureTexts<'_>,
    may_sign: impl FnOnce(Address) -> bool,
) -> Result<Authentic, Refusal> {
    authenticate(gate, signature, |validity| order.digest(&gate.domain, validity), may_sign)
}

/// Checks the login of a wallet, which signs its own address. That a pair of address and nonce is used once is the
/// caller's to see.
///
/// # Errors
/// [`Refusal`]: nobody is logged in.
pub fn authenticate_login(
    gate: &Gate,
    address: &str,
    signature: &SignatureTexts<'_>,
) -> Result<Authentic, Refusal> {
    let claimed = address_of("address", address)?;
    let digest = |validity| Ok(gate.domain.digest(&WalletLogin { signer: claimed, validity }));
    authenticate(gate, signature, digest, |signer| signer == claimed)
}

/// Checks a signature of whatever `digest` says it must cover, with the signature's own nonce and expiration in it.
///
/// # Errors
/// [`Refusal`].
pub fn authenticate(
    gate: &Gate,
    texts: &SignatureTexts<'_>,
    digest: impl FnOnce(Validity) -> Result<Digest, TextError>,
    may_sign: impl FnOnce(Address) -> bool,
) -> Result<Authentic, Refusal> {
    let claimed = address_of("signer", texts.signer)?;
    let signature = Signature::parse(texts.r, texts.s, texts.v)?;
    check_chain(gate.domain.chain(), texts.chain_id)?;
    let expiration_ns = whole("expiration", texts.expiration)?;
    check_time(gate, expiration_ns)?;
    let validity = Validity { nonce: texts.nonce, expiration_ns };
    let digest = digest(validity)?;
    if signature.signer(&digest) != Ok(claimed) {
        return Err(Refusal::Mismatch);
    }
    if !may_sign(claimed) {
        return Err(Refusal::Stranger(claimed));
    }
    Ok(Authentic { signer: claimed, digest, validity })
}

fn address_of(field: &'static str, text: &str) -> Result<Address, TextError> {
    Address::parse(text).map_err(|why| TextError::Address { field, why })
}

fn check_chain(expected: ChainId, text: Option<&str>) -> Result<(), Refusal> {
    match text {
        None | Some("" | "0") => Ok(()),
        Some(text) if whole("chain_id", text) == Ok(expected.0) => Ok(()),
        Some(text) => Err(Refusal::Chain { got: text.chars().take(20).collect(), expected }),
    }
}

fn check_time(gate: &Gate, expiration_ns: i64) -> Result<(), Refusal> {
    let end = u64::try_from(expiration_ns).map_or(Timestamp::ZERO, Timestamp);
    if end <= gate.now {
        return Err(Refusal::Expired(expiration_ns));
    }
    if gate.now + gate.longest < end {
        return Err(Refusal::TooLong(expiration_ns));
    }
    Ok(())
}
