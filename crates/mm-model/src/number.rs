//! Exact numbers. Text becomes integers without a float in between; rounding has a direction and a name.

use std::{
    fmt,
    ops::{Add, AddAssign, Neg, Sub, SubAssign},
    str::FromStr,
};

/// Why a number was refused. The text of the number is part of the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not a plain decimal: only an optional minus, digits, and one dot with digits are taken.
    #[error("'{0}' is not a plain decimal number")]
    Syntax(String),
    /// More digits than the type holds.
    #[error("'{0}' has too many digits")]
    TooLong(String),
    /// Not a multiple of the market's tick or lot.
    #[error("{value} is not a multiple of {step}")]
    OffStep {
        /// The number as written.
        value: String,
        /// The tick or the lot.
        step: Decimal,
    },
    /// Negative where only zero or more has a meaning.
    #[error("{0} is negative")]
    Negative(String),
}

/// An exact decimal, `mantissa × 10^-scale`. It lives at the edges (text in, text out); inside, prices and
/// sizes are [`Price`] and [`Qty`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Decimal {
    /// All digits as one integer.
    pub mantissa: i128,
    /// How many of them stand behind the dot (0..=18).
    pub scale: u8,
}

/// The most digits behind the dot that a [`Decimal`] may have.
pub(crate) const SCALE_MAX: u8 = 18;

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self { mantissa: 0, scale: 0 };

    /// `mantissa × 10^-scale`.
    #[must_use]
    pub const fn new(mantissa: i128, scale: u8) -> Self {
        Self { mantissa, scale }
    }

    /// Parses a plain decimal: `-12.50`, `0.0001`, `7`. No exponent, no plus sign, no underscore, no spaces,
    /// digits on both sides of a dot.
    ///
    /// # Errors
    /// [`NumberError::Syntax`] for anything else, [`NumberError::TooLong`] for more than 18 places or 36 digits.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let mut mantissa: i128 = 0;
        let mut scale = 0u8;
        let mut n_digits = 0usize;
        let mut dot = false;
        for byte in digits.bytes() {
            match byte {
                b'0'..=b'9' => {
                    mantissa = mantissa
                        .checked_mul(10)
                        .and_then(|m| m.checked_add(i128::from(byte - b'0')))
                        .ok_or_else(|| NumberError::TooLong(shown(text)))?;
                    n_digits += 1;
                    if dot {
                        scale += 1;
                        if scale > SCALE_MAX {
                            return Err(NumberError::TooLong(shown(text)));
                        }
                    }
                }
                b'.' if !dot && n_digits > 0 => dot = true,
                _ => return Err(NumberError::Syntax(shown(text))),
            }
        }
        if n_digits == 0 || (dot && scale == 0) || n_digits > 36 {
            return Err(NumberError::Syntax(shown(text)));
        }
        Ok(Self { mantissa: if negative { -mantissa } else { mantissa }, scale })
    }

    /// The mantissa at another scale, if no digit is lost.
    #[must_use]
    pub fn at_scale(self, scale: u8) -> Option<i128> {
        if self.scale <= scale {
            self.mantissa.checked_mul(pow10(scale - self.scale))
        } else {
            let by = pow10(self.scale - scale);
            (self.mantissa % by == 0).then(|| self.mantissa / by)
        }
    }

    /// The same number with as few places as it can be written with (`1.500` → `1.5`).
    #[must_use]
    pub fn normalized(mut self) -> Self {
        while self.scale > 0 && self.mantissa % 10 == 0 {
            self.mantissa /= 10;
            self.scale -= 1;
        }
        self
    }

    /// Whether this is zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.mantissa == 0
    }
}

/// `10^n` for n up to 38.
pub(crate) const fn pow10(n: u8) -> i128 {
    10i128.pow(n as u32)
}

/// At most 40 characters of somebody's text: errors must not carry a megabyte.
fn shown(text: &str) -> String {
    crate::printable(text, 40)
}

impl FromStr for Decimal {
    type Err = NumberError;
    fn from_str(text: &str) -> Result<Self, NumberError> {
        Self::parse(text)
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (self.normalized(), other.normalized());
        a.mantissa == b.mantissa && (a.scale == b.scale || a.mantissa == 0)
    }
}
impl Eq for Decimal {}

impl fmt::Display for Decimal {
    /// All places of the scale: `150.00` stays `150.00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let all = self.mantissa.unsigned_abs();
        if self.scale == 0 {
            return write!(f, "{sign}{all}");
        }
        let by = pow10(self.scale).unsigned_abs();
        write!(f, "{sign}{}.{:0width$}", all / by, all % by, width = usize::from(self.scale))
    }
}

/// A price in ticks of its market. Only [`Market`](crate::Market) turns it into text and back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price(pub i64);

/// A size in lots of its market, never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Qty(pub u64);

/// A signed size in lots: positive is long (or bought), negative is short (or sold).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignedQty(pub i64);

impl Price {
    /// This price moved by `ticks`; saturates at the ends of the type.
    #[must_use]
    pub const fn offset(self, ticks: i64) -> Self {
        Self(self.0.saturating_add(ticks))
    }
}

impl Qty {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Whether there is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// What is left after `other` is taken away; zero when that is more.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The sum; saturates.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl SignedQty {
    /// Flat.
    pub const ZERO: Self = Self(0);

    /// The size without its sign.
    #[must_use]
    pub const fn abs(self) -> Qty {
        Qty(self.0.unsigned_abs())
    }

    /// Whether there is no position.
    #[must_use]
    pub const fn is_flat(self) -> bool {
        self.0 == 0
    }
}

impl Add for SignedQty {
    type Output = Self;
    fn add(self, rhs: Self) -> Self {
        Self(self.0.saturating_add(rhs.0))
    }
}

impl Sub for SignedQty {
    type Output = Self;
    fn sub(self, rhs: Self) -> Self {
        Self(self.0.saturating_sub(rhs.0))
    }
}

impl Neg for SignedQty {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

/// An amount of an asset, exact, in units of 10^-18: what fees, balances and profit are counted in. 10^-18 is
/// fine enough that price × size × fee rate is a whole number on every market we list, and the type still holds
/// 1.7 × 10^20 whole units. Beyond that it saturates, as sizes do: only a venue that talks nonsense comes there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(pub i128);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// Decimal places of the unit.
    pub const SCALE: u8 = SCALE_MAX;

    /// From an exact decimal.
    ///
    /// # Errors
    /// [`NumberError::TooLong`] when it does not fit.
    pub fn from_decimal(value: Decimal) -> Result<Self, NumberError> {
        value.at_scale(Self::SCALE).map(Self).ok_or_else(|| NumberError::TooLong(value.to_string()))
    }

    /// As an exact decimal with as few places as needed.
    #[must_use]
    pub fn decimal(self) -> Decimal {
        Decimal::new(self.0, Self::SCALE).normalized()
    }

    /// This amount times a rate, rounded towards minus infinity: who pays never pays less than owed.
    #[must_use]
    pub const fn times(self, rate: Rate) -> Self {
        // Split so that the product of a large amount and a rate cannot overflow.
        let (whole, rest) = (self.0.div_euclid(Rate::ONE), self.0.rem_euclid(Rate::ONE));
        let rate = rate.0 as i128;
        Self(whole.saturating_mul(rate).saturating_add((rest * rate).div_euclid(Rate::ONE)))
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, rhs: Self) -> Self {
        Self(self.0.saturating_add(rhs.0))
    }
}
impl AddAssign for Money {
    fn add_assign(&mut self, rhs: Self) {
        *self = *self + rhs;
    }
}
impl Sub for Money {
    type Output = Self;
    fn sub(self, rhs: Self) -> Self {
        Self(self.0.saturating_sub(rhs.0))
    }
}
impl SubAssign for Money {
    fn sub_assign(&mut self, rhs: Self) {
        *self = *self - rhs;
    }
}
impl Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}
impl std::iter::Sum for Money {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.decimal().fmt(f)
    }
}

/// A dimensionless rate in units of 10^-9: fees, funding, margin fractions. 0.05 % is `Rate(500_000)`;
/// a negative maker fee is a rebate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(pub i64);

impl Rate {
    /// How many units make the rate 1.
    pub const ONE: i128 = 1_000_000_000;

    /// From basis points given as a decimal ("2.5" = 0.025 %).
    ///
    /// # Errors
    /// [`NumberError::TooLong`] when it is finer than 10^-9 or does not fit.
    pub fn from_basis_points(points: Decimal) -> Result<Self, NumberError> {
        points
            .at_scale(5)
            .and_then(|units| i64::try_from(units).ok())
            .map(Self)
            .ok_or_else(|| NumberError::TooLong(points.to_string()))
    }

    /// As an exact decimal fraction (0.0005 for 0.05 %).
    #[must_use]
    pub fn decimal(self) -> Decimal {
        Decimal::new(i128::from(self.0), 9).normalized()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_65_only_plain_decimals_are_numbers() {
        for text in [
            "", "-", ".", "1.", ".5", "-.5", "+1", "1e5", "1E5", "1_000", "1,000", "0x10", " 1", "1 ", "--1",
            "1.2.3", "NaN", "nan", ".nan", "inf", "-inf", "Infinity", "１", "null", "true",
        ] {
            assert_eq!(Decimal::parse(text), Err(NumberError::Syntax(text.to_owned())), "{text}");
        }
        for text in [&"9".repeat(40), &"0".repeat(40), "0.0000000000000000001"] {
            let said = Decimal::parse(text).expect_err("never cut, never rounded").to_string();
            assert!(said.contains(text), "{said}");
        }
        for (text, same) in [("-12.50", "-12.5"), ("0007", "7"), ("0.000", "0"), ("-0", "0")] {
            assert_eq!(Decimal::parse(text), Decimal::parse(same), "{text}");
        }
    }

    #[test]
    fn what_no_market_can_mean_saturates_and_never_panics() {
        assert_eq!(-SignedQty(i64::MIN), SignedQty(i64::MAX));
        assert_eq!(-Money(i128::MIN), Money(i128::MAX));
        assert_eq!(Money(i128::MAX) + Money(1), Money(i128::MAX));
        assert_eq!(Money(i128::MIN) - Money(1), Money(i128::MIN));
        assert_eq!(Money(i128::MAX).times(Rate(i64::MAX)), Money(i128::MAX));
        assert_eq!(Money(i128::MAX).times(Rate(i64::MIN)), Money(i128::MIN));
    }
}
