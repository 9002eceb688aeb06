//! The client's end: one key of one account. It signs nothing that the venue's own signer would not sign, nothing in
//! another's name, and no order to take money away.

use std::fmt::Write as _;

use mm_crypto::{Digest, EntropyError, PublicKey, Signature, Signer};
use mm_model::Timestamp;

use super::token::{self, TokenError};
use crate::lighter::tx::{
    ACCOUNT_MAX, API_KEY_MAX, Attributes, Body, ChainId, Header, OutOfBounds, Tx, TxType, within,
};

/// Why nothing was signed. No nonce of the venue is spent by it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The venue's own signer would refuse it.
    #[error(transparent)]
    Bounds(#[from] OutOfBounds),
    /// It is another account's or another key's transaction.
    #[error("account {account}, key {api_key} is not whom this key signs for")]
    Stranger {
        /// The account it names.
        account: i64,
        /// The key it names.
        api_key: u8,
    },
    /// It would move money out of the account: never signed here.
    #[error("{0:?} moves money out of the account, which this program never does")]
    MovesMoney(TxType),
    /// A token that the venue would not honour.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The operating system has no randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

/// An API key of an account, with its secret.
#[derive(Debug)]
pub struct ApiKey {
    account: i64,
    index: u8,
    chain: ChainId,
    signer: Signer,
}

impl ApiKey {
    /// The key with that index of that account, signing for that chain.
    ///
    /// # Errors
    /// [`OutOfBounds`] for an account below 1 or a key above 254, as the venue's own client has it.
    pub fn new(account: i64, index: u8, chain: ChainId, signer: Signer) -> Result<Self, OutOfBounds> {
        within("account index", account, 1..=ACCOUNT_MAX)?;
        within("API key index", index, 0..=API_KEY_MAX.into())?;
        Ok(Self { account, index, chain, signer })
    }

    /// The account's index.
    #[must_use]
    pub const fn account(&self) -> i64 {
        self.account
    }

    /// The key's index.
    #[must_use]
    pub const fn index(&self) -> u8 {
        self.index
    }

    /// The chain.
    #[must_use]
    pub const fn chain(&self) -> ChainId {
        self.chain
    }

    /// What the venue must have registered for this key.
    #[must_use]
    pub const fn public(&self) -> &PublicKey {
        self.signer.public()
    }

    /// Does what of the next `n` signatures can be done before it is known what they sign.
    ///
    /// # Errors
    /// [`EntropyError`].
    pub fn prepare(&mut self, n: usize) -> Result<(), EntropyError> {
        self.signer.prepare(n)
    }

    /// How many signatures are prepared.
    #[must_use]
    pub fn prepared(&self) -> usize {
        self.signer.prepared()
    }

    /// A transaction of this key, without attributes. It is dead after `expired_at`.
    pub fn tx(&self, nonce: i64, expired_at: Timestamp, body: impl Into<Body>) -> Tx {
        let expired_at = i64::try_from(expired_at.ms()).expect("a u64 of nanoseconds is few milliseconds");
        let header = Header { account: self.account, api_key: self.index, nonce, expired_at };
        Tx { header, body: body.into(), attributes: Attributes::default() }
    }

    /// Signs; the digest is the hash by which the venue knows the transaction.
    ///
    /// # Errors
    /// [`SignError`]: nothing was signed.
    pub fn sign(&mut self, tx: &Tx) -> Result<(Digest, Signature), SignError> {
        let Header { account, api_key, .. } = tx.header;
        if (account, api_key) != (self.account, self.index) {
            return Err(SignError::Stranger { account, api_key });
        }
        if let tx_type @ (TxType::Transfer | TxType::Withdraw) = tx.tx_type() {
            return Err(SignError::MovesMoney(tx_type));
        }
        tx.check()?;
        let hash = tx.hash(self.chain);
        Ok((hash, self.signer.sign(&hash)?))
    }

    /// Signs, and appends the `tx_info`. Allocates nothing once `out` has grown.
    ///
    /// # Errors
    /// [`SignError`]: nothing was signed or appended.
    pub fn sign_json(&mut self, tx: &Tx, out: &mut String) -> Result<Digest, SignError> {
        let (hash, signature) = self.sign(tx)?;
        tx.write_json(&signature, "", out);
        Ok(hash)
    }

    /// An auth token that dies at `deadline_s`, Unix seconds. Whoever has it may read the account: it belongs into no
    /// log.
    ///
    /// # Errors
    /// [`SignError::Token`] when the venue would not honour it now: the deadline is past, or more than eight hours
    /// ahead.
    pub fn token(&mut self, now: Timestamp, deadline_s: i64) -> Result<String, SignError> {
        token::check_deadline(now, deadline_s)?;
        let mut text = format!("{deadline_s}:{}:{}", self.account, self.index);
        let signature = self.signer.sign(&token::hash(&text)?)?;
        write!(text, ":{signature}").expect("writing to a string cannot fail");
        Ok(text)
    }
}
