//! The venue's check of a transaction: its form, its bounds, then the signature over the hash. Nonces, time and what
//! the account may do come after, and are the server half's business.

use mm_crypto::{Digest, Verifier, VerifyError};

use crate::lighter::{
    tx::{ChainId, OutOfBounds, ReadError, SignedTx, TxType},
    wire::error::{Code, codes},
};

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
    /// The venue's code for it. Which of its codes goes with which case is written nowhere and follows from their
    /// names.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Type(_) => codes::UNSUPPORTED_TX_TYPE,
            Self::Read(ReadError {
                tx_type: TxType::CancelAllOrders, field: Some("TimeInForce"), ..
            }) => codes::INVALID_CANCEL_ALL_TIME_IN_FORCE,
            Self::Read(error) => error.field.map_or(codes::INVALID_TX_INFO, code_of),
            Self::Bounds(error) => code_of(error.field),
            Self::Account(_) => codes::ACCOUNT_NOT_FOUND,
            Self::ApiKey { .. } => codes::API_KEY_NOT_FOUND,
            Self::Signature(_) => codes::INVALID_SIGNATURE,
        }
    }
}

/// The code of a field that cannot be taken.
fn code_of(field: &str) -> Code {
    match field {
        "AccountIndex" | "FromAccountIndex" => codes::INVALID_ACCOUNT_INDEX,
        "ApiKeyIndex" => codes::INVALID_API_KEY_INDEX,
        "Nonce" => codes::INVALID_NONCE,
        "Sig" => codes::INVALID_SIGNATURE,
        "PubKey" => codes::INVALID_PUBLIC_KEY,
        "ToAccountIndex" => codes::INVALID_TO_ACCOUNT,
        "AssetIndex" => codes::INVALID_ASSET_INDEX,
        "AssetMarginMode" => codes::INVALID_ASSET_MARGIN_MODE,
        "RouteType" | "FromRouteType" | "ToRouteType" => codes::INVALID_ROUTE_TYPE,
        "Amount" | "USDCAmount" | "USDCFee" | "Fee" => codes::INVALID_ASSET_AMOUNT,
        "MaxPerpsTakerFee" | "MaxPerpsMakerFee" | "MaxSpotTakerFee" | "MaxSpotMakerFee" => codes::INVALID_FEE,
        "MarketIndex" => codes::INVALID_MARKET_INDEX,
        "InitialMarginFraction" => codes::INVALID_INITIAL_MARGIN_FRACTION,
        "MarginMode" => codes::INVALID_MARGIN_MODE,
        "Direction" => codes::INVALID_UPDATE_MARGIN_DIRECTION,
        "Index" => codes::INVALID_ORDER_INDEX,
        "ClientOrderIndex" => codes::INVALID_CLIENT_ORDER_INDEX,
        "BaseAmount" => codes::INVALID_BASE_AMOUNT,
        "Price" => codes::INVALID_PRICE,
        "IsAsk" => codes::INVALID_IS_ASK,
        "Type" => codes::INVALID_ORDER_TYPE,
        "TimeInForce" => codes::INVALID_ORDER_TIME_IN_FORCE,
        "ReduceOnly" => codes::INVALID_REDUCE_ONLY_MODE,
        "TriggerPrice" => codes::INVALID_ORDER_TRIGGER_PRICE,
        "OrderExpiry" => codes::INVALID_ORDER_EXPIRY,
        "Time" => codes::INVALID_CANCEL_ALL_TIME,
        "GroupingType" => codes::INVALID_GROUPING_TYPE,
        "Orders" => codes::INVALID_ORDER_GROUP_SIZE,
        _ => codes::INVALID_TX_INFO,
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
