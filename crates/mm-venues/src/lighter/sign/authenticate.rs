//! The venue's check of a transaction: its form, its bounds, then the signature over the hash. Nonces, time and what
//! the account may do come after, and are the server half's business.

use mm_crypto::{Digest, Verifier, VerifyError};

use crate::lighter::tx::{ChainId, OutOfBounds, ReadError, SignedTx, TxType};

/// A transaction that its key's owner signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authentic {
    /// The transaction.
    pub signed: SignedTx,
    /// Its hash: the id that clients look it up by.
    pub hash: Digest,
}

/// Why a transaction is refused before anything else is asked about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A type that nobody sends, or that is not served.
    #[error("transactions of type {0} are not taken")]
    Type(u64),
    /// Not the JSON of its type.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A field that the venue's own signer would not have signed.
    #[error(transparent)]
    Bounds(#[from] OutOfBounds),
    /// There is no such account.
    #[error("account {0} is not known")]
    Account(i64),
    /// The account has no such key.
    #[error("account {account} has no API key {api_key}")]
    ApiKey {
        /// The account.
        account: i64,
        /// The key's index.
        api_key: u8,
    },
    /// Not signed by the key, or not for this chain.
    #[error(transparent)]
    Signature(#[from] VerifyError),
}

impl Refusal {
    /// The venue's code for it, from its page of error codes (2026). Which code goes with which case is written
    /// nowhere and follows from their names.
    #[must_use]
    pub fn code(&self) -> u32 {
        match self {
            Self::Type(_) => 21505,
            Self::Read(ReadError {
                tx_type: TxType::CancelAllOrders, field: Some("TimeInForce"), ..
            }) => 21713,
            Self::Read(error) => error.field.map_or(INVALID_TX_INFO, code_of),
            Self::Bounds(error) => code_of(error.field),
            Self::Account(_) => 21100,
            Self::ApiKey { .. } => 21109,
            Self::Signature(_) => 21120,
        }
    }
}

/// `AppErrInvalidTxInfo`.
const INVALID_TX_INFO: u32 = 21501;

/// The code of a field that cannot be taken.
fn code_of(field: &str) -> u32 {
    match field {
        "AccountIndex" | "FromAccountIndex" => 21102,
        "Nonce" => 21104,
        "ToAccountIndex" => 21106,
        "PubKey" => 21108,
        "ApiKeyIndex" => 21110,
        "InitialMarginFraction" => 21113,
        "Sig" => 21120,
        "RouteType" | "FromRouteType" | "ToRouteType" => 21124,
        "MaxPerpsTakerFee" | "MaxPerpsMakerFee" | "MaxSpotTakerFee" | "MaxSpotMakerFee" => 21134,
        "Amount" | "USDCAmount" | "USDCFee" | "Fee" => 21300,
        "MarketIndex" => 21602,
        "MarginMode" => 21613,
        "Direction" => 21615,
        "Index" => 21700,
        "BaseAmount" => 21701,
        "Price" => 21702,
        "IsAsk" => 21703,
        "Type" => 21704,
        "TimeInForce" => 21705,
        "OrderExpiry" => 21711,
        "Time" => 21714,
        "ClientOrderIndex" => 21727,
        "TriggerPrice" => 21729,
        "ReduceOnly" => 21740,
        "GroupingType" => 21741,
        "Orders" => 21742,
        "AssetIndex" => 21801,
        "AssetMarginMode" => 21802,
        _ => INVALID_TX_INFO,
    }
}

/// Checks a transaction as it came: `tx_type` and `tx_info` of the request. `key_of` knows the registered keys, and
/// refuses with [`Refusal::Account`] or [`Refusal::ApiKey`].
///
/// # Errors
/// [`Refusal`]: nothing of the transaction may be acted on.
pub fn authenticate<'k>(
    chain: ChainId,
    tx_type: u64,
    tx_info: &str,
    key_of: impl FnOnce(&SignedTx) -> Result<&'k Verifier, Refusal>,
) -> Result<Authentic, Refusal> {
    let known = u8::try_from(tx_type).ok().and_then(TxType::from_code);
    let signed = SignedTx::read_json(known.ok_or(Refusal::Type(tx_type))?, tx_info)?;
    signed.tx.check()?;
    let key = key_of(&signed)?;
    let hash = signed.tx.hash(chain);
    key.verify(&hash, &signed.signature)?;
    Ok(Authentic { signed, hash })
}
