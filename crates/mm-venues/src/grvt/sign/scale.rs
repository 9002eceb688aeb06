//! Decimals as signed integers: × 10^n, cut off behind the dot, never rounded and never a float. From the texts of a
//! message, whatever some client wrote ([`scaled`]), and from ticks and lots without any text ([`Scale`]).

use mm_model::{Decimal, Market, Price, Qty};

/// Places of a signed price, for every instrument.
pub(super) const PRICE_DECIMALS: u8 = 9;
/// The most that `base_decimals` may be: that of ether. More is no instrument of this venue.
const BASE_DECIMALS_MAX: u8 = 18;
/// Characters of a decimal that are looked at; a u64 with 18 places has 39 digits.
const TEXT_MAX: usize = 80;

/// Why a decimal has no signed form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScaleError {
    /// Neither digits with a dot nor the same with an exponent.
    #[error("'{0}' is not a decimal number")]
    Syntax(String),
    /// Below zero, where the signed type has no sign.
    #[error("{0} is negative: it cannot be signed")]
    Negative(String),
    /// Larger than the signed type.
    #[error("{value} with {decimals} decimals is too large to be signed")]
    Overflow {
        /// The number.
        value: String,
        /// The places that are signed.
        decimals: u8,
    },
    /// One tick or lot is less than one signed unit.
    #[error("a step of {step} is finer than the {decimals} decimals that are signed: check the instrument")]
    TooFine {
        /// The tick or lot.
        step: Decimal,
        /// The places that are signed.
        decimals: u8,
    },
}

/// The decimal × 10^`decimals`, cut off behind the dot: `"1.1231231239"` with 9 is 1123123123. Takes what clients are
/// known to write: `60000.000000000`, `0E-9`, `1.00E-7`.
///
/// # Errors
/// [`ScaleError`].
pub fn scaled(text: &str, decimals: u8) -> Result<u64, ScaleError> {
    let shown = || text.chars().take(40).collect::<String>();
    let syntax = || ScaleError::Syntax(shown());
    if TEXT_MAX < text.len() {
        return Err(syntax());
    }
    let (is_negative, magnitude) = match text.strip_prefix('-') {
        Some(magnitude) => (true, magnitude),
        None => (false, text),
    };
    let (mantissa, exponent) = match magnitude.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent_of(exponent).ok_or_else(syntax)?),
        None => (magnitude, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let has_bare_dot = mantissa.contains('.') && fraction.is_empty();
    if whole.is_empty() || has_bare_dot || !is_digits(whole) || !is_digits(fraction) {
        return Err(syntax());
    }
    let digits = whole.bytes().chain(fraction.bytes()).map(|byte| u64::from(byte - b'0'));
    if digits.clone().all(|digit| digit == 0) {
        return Ok(0);
    }
    if is_negative {
        return Err(ScaleError::Negative(shown()));
    }
    let overflow = || ScaleError::Overflow { value: shown(), decimals };
    // How many digits stand before the dot once it has moved; beyond the last one they are zeros.
    let n_kept = i64::try_from(whole.len()).expect("the text is short") + exponent + i64::from(decimals);
    let n_kept = usize::try_from(n_kept).unwrap_or(0);
    let mut value = 0_u64;
    // Once a digit was not zero it takes 20 more to overflow, so this ends early whatever the exponent says.
    for digit in digits.chain(std::iter::repeat(0)).take(n_kept) {
        value = value.checked_mul(10).and_then(|value| value.checked_add(digit)).ok_or_else(overflow)?;
    }
    Ok(value)
}

/// The digits behind an E, with or without sign. More than nine digits mean nothing that a market knows.
fn exponent_of(text: &str) -> Option<i64> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let is_number = (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse::<i64>().ok()).flatten().map(|exponent| sign * exponent)
}

/// What one tick and one lot of a market are in signed units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    price_per_tick: u64,
    size_per_lot: u64,
    base_decimals: u8,
}

impl Scale {
    /// The scale of a market whose instrument has `base_decimals`.
    ///
    /// # Errors
    /// [`ScaleError`] when a tick or a lot is no whole number of signed units, or too many: such an instrument cannot
    /// be traded.
    pub fn of(market: &Market, base_decimals: u8) -> Result<Self, ScaleError> {
        Ok(Self {
            price_per_tick: units(market.tick, PRICE_DECIMALS)?,
            size_per_lot: units(market.lot, base_decimals)?,
            base_decimals,
        })
    }

    /// The size in signed units.
    ///
    /// # Errors
    /// [`ScaleError::Overflow`].
    pub fn contract_size(&self, qty: Qty) -> Result<u64, ScaleError> {
        qty.0.checked_mul(self.size_per_lot).ok_or_else(|| ScaleError::Overflow {
            value: format!("{} lots", qty.0),
            decimals: self.base_decimals,
        })
    }

    /// The price in signed units.
    ///
    /// # Errors
    /// [`ScaleError::Negative`], [`ScaleError::Overflow`].
    pub fn limit_price(&self, price: Price) -> Result<u64, ScaleError> {
        let ticks = u64::try_from(price.0).map_err(|_| ScaleError::Negative(format!("{} ticks", price.0)))?;
        ticks
            .checked_mul(self.price_per_tick)
            .ok_or_else(|| ScaleError::Overflow { value: format!("{ticks} ticks"), decimals: PRICE_DECIMALS })
    }
}

/// One step in signed units.
fn units(step: Decimal, decimals: u8) -> Result<u64, ScaleError> {
    let step = step.normalized();
    let overflow = || ScaleError::Overflow { value: step.to_string(), decimals };
    if BASE_DECIMALS_MAX < decimals {
        return Err(overflow());
    }
    // Only a step with more places than are signed, or with far too many digits, has no whole number of units.
    match step.at_scale(decimals) {
        Some(units) if units <= 0 => Err(ScaleError::Negative(step.to_string())),
        Some(units) => u64::try_from(units).map_err(|_| overflow()),
        None if decimals < step.scale => Err(ScaleError::TooFine { step, decimals }),
        None => Err(overflow()),
    }
}
