//! What a request says, as integers again. The venue knows nothing but texts and its own instruments; a client whose
//! integers come from anything else (a float, another instrument) has signed something else.

use mm_crypto::ecdsa::{Address, AddressError, Digest};

use super::{
    order::{Asset, Builder, Leg, OrderTerms, TimeInForce},
    scale::{PRICE_DECIMALS, ScaleError, scaled},
    typed_data::{Domain, Validity},
};

/// Places of a signed builder fee.
const FEE_DECIMALS: u8 = 4;

/// An order's texts, as they stand in the request.
#[derive(Clone, Copy, Debug)]
pub struct OrderTexts<'a> {
    /// `sub_account_id`.
    pub sub_account_id: &'a str,
    /// `is_market`; absent is false.
    pub is_market: bool,
    /// `time_in_force`.
    pub time_in_force: &'a str,
    /// `post_only`; absent is false.
    pub post_only: bool,
    /// `reduce_only`; absent is false.
    pub reduce_only: bool,
    /// `legs`.
    pub legs: &'a [LegTexts<'a>],
    /// `builder`.
    pub builder: Option<&'a str>,
    /// `builder_fee`.
    pub builder_fee: Option<&'a str>,
}

/// A leg's texts, with what the venue knows of its instrument.
#[derive(Clone, Copy, Debug)]
pub struct LegTexts<'a> {
    /// `instrument`, looked up.
    pub instrument: Instrument,
    /// `size`.
    pub size: &'a str,
    /// `limit_price`; null and absent are a price of 0.
    pub limit_price: Option<&'a str>,
    /// `is_buying_asset`.
    pub is_buying_asset: bool,
}

/// What signatures need to know of an instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instrument {
    /// `instrument_hash`.
    pub asset: Asset,
    /// `base_decimals`.
    pub base_decimals: u8,
}

/// Which text cannot be what was signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// A whole number that is none, or too large.
    #[error("{field}: '{text}' is no whole number in range")]
    Number {
        /// The field.
        field: &'static str,
        /// What it says.
        text: String,
    },
    /// A word that the venue does not know.
    #[error("time_in_force: '{0}' is not one of the venue's words")]
    TimeInForce(String),
    /// A decimal without a signed form.
    #[error("{field}: {why}")]
    Decimal {
        /// The field.
        field: &'static str,
        /// Why.
        why: ScaleError,
    },
    /// No address.
    #[error("{field}: {why}")]
    Address {
        /// The field.
        field: &'static str,
        /// Why.
        why: AddressError,
    },
}

impl OrderTexts<'_> {
    /// What its signature must cover.
    ///
    /// # Errors
    /// [`TextError`].
    pub fn digest(&self, domain: &Domain, validity: Validity) -> Result<Digest, TextError> {
        self.with_terms(validity, |order| domain.digest(order))
    }

    /// Hands on the order in integers.
    ///
    /// # Errors
    /// [`TextError`].
    pub(super) fn with_terms<T>(
        &self,
        validity: Validity,
        use_them: impl FnOnce(&OrderTerms<'_>) -> T,
    ) -> Result<T, TextError> {
        let legs = self.legs.iter().map(LegTexts::leg).collect::<Result<Vec<_>, _>>()?;
        let time_in_force = TimeInForce::from_word(self.time_in_force)
            .ok_or_else(|| TextError::TimeInForce(shown(self.time_in_force)))?;
        Ok(use_them(&OrderTerms {
            sub_account: whole("sub_account_id", self.sub_account_id)?,
            is_market: self.is_market,
            time_in_force,
            post_only: self.post_only,
            reduce_only: self.reduce_only,
            legs: &legs,
            builder: self.builder()?,
            validity,
        }))
    }

    /// Null, nothing, `0` and the zero address are no builder, whatever the fee: so the official client chooses the
    /// type. (The venue's contract also wants the fee to be 0 then; a client does well to send none.)
    fn builder(&self) -> Result<Option<Builder>, TextError> {
        let Some(text) = self.builder.filter(|text| !matches!(*text, "" | "0")) else { return Ok(None) };
        let address = Address::parse(text).map_err(|why| TextError::Address { field: "builder", why })?;
        if address == Address::ZERO {
            return Ok(None);
        }
        let field = "builder_fee";
        let fee = decimal(field, self.builder_fee.unwrap_or("0"), FEE_DECIMALS)?;
        let fee = u32::try_from(fee).map_err(|_| TextError::Decimal {
            field,
            why: ScaleError::Overflow {
                value: shown(self.builder_fee.unwrap_or_default()),
                decimals: FEE_DECIMALS,
            },
        })?;
        Ok(Some(Builder { address, fee }))
    }
}

impl LegTexts<'_> {
    fn leg(&self) -> Result<Leg, TextError> {
        Ok(Leg {
            asset: self.instrument.asset,
            contract_size: decimal("size", self.size, self.instrument.base_decimals)?,
            limit_price: decimal("limit_price", self.limit_price.unwrap_or("0"), PRICE_DECIMALS)?,
            is_buying: self.is_buying_asset,
        })
    }
}

fn decimal(field: &'static str, text: &str, decimals: u8) -> Result<u64, TextError> {
    scaled(text, decimals).map_err(|why| TextError::Decimal { field, why })
}

/// A whole number without sign, or with a minus where the type has one.
pub(super) fn whole<T: std::str::FromStr>(field: &'static str, text: &str) -> Result<T, TextError> {
    let wrong = || TextError::Number { field, text: shown(text) };
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    text.parse().map_err(|_| wrong())
}

fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}
