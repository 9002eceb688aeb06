//! The client's end: the key of one trading account, in one environment. What moves money out of the account, or lets
//! somebody earn from it, cannot be signed here: those structs are not [`Signable`].

use mm_crypto::{
    EntropyError,
    ecdsa::{Address, Signature, Signer},
};

use super::{
    account::{SetDeriskToMaintenanceMarginRatio, SetSubAccountPositionMarginConfig, WalletLogin},
    order::OrderTerms,
    typed_data::{Domain, TypedData},
};

/// What a trading program signs.
pub trait Signable: TypedData {}

impl Signable for OrderTerms<'_> {}
impl Signable for WalletLogin {}
impl Signable for SetDeriskToMaintenanceMarginRatio {}
impl Signable for SetSubAccountPositionMarginConfig {}

/// A key with the domain that it signs for.
#[derive(Debug)]
pub struct TradingKey {
    domain: Domain,
    signer: Signer,
}

impl TradingKey {
    /// The key, signing for that domain and no other.
    #[must_use]
    pub const fn new(domain: Domain, signer: Signer) -> Self {
        Self { domain, signer }
    }

    /// What the venue must have been told of it: `signer` of every signature.
    #[must_use]
    pub const fn address(&self) -> Address {
        self.signer.address()
    }

    /// The domain.
    #[must_use]
    pub const fn domain(&self) -> &Domain {
        &self.domain
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

    /// Signs, with a prepared nonce if there is one.
    #[must_use]
    pub fn sign(&mut self, data: &impl Signable) -> Signature {
        self.signer.sign(&self.domain.digest(data))
    }
}
