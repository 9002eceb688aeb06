//! Decimals as clients write them: with an exponent too (`0E-9`, `1.00E-7`), as Python's do.

use mm_model::Decimal;

/// Reads a decimal exactly; `None` for what is none, or has more places or digits than anything here.
pub(super) fn decimal(text: &str) -> Option<Decimal> {
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent_of(exponent)?),
        None => (text, 0),
    };
    let number = Decimal::parse(digits).ok()?.normalized();
    if number.is_zero() {
        return Some(Decimal::ZERO);
    }
    let places = i64::from(number.scale) - exponent;
    if places >= 0 {
        let scale = u8::try_from(places).ok().filter(|scale| *scale <= PLACES_MAX)?;
        return Some(Decimal::new(number.mantissa, scale));
    }
    let by = 10_i128.checked_pow(u32::try_from(-places).ok()?)?;
    Some(Decimal::new(number.mantissa.checked_mul(by)?, 0))
}

/// Places of a [`Decimal`].
const PLACES_MAX: u8 = 18;

/// What stands behind an E. More than three digits mean nothing here.
fn exponent_of(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_number = (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(decimal(text).map(|number| number.to_string()).as_deref(), expected, "{text}");
    }

    #[test]
    fn what_clients_write() {
        check("0E-9", Some("0"));
        check("1.00E-7", Some("0.0000001"));
        check("60000.000000000", Some("60000"));
        check("6e4", Some("60000"));
        check("6E+4", Some("60000"));
        check("-1.5e-1", Some("-0.15"));
        check("0e999", Some("0"));
        for text in ["", "E5", "1e", "1e+", "1e--1", "1e9999", "1e99", "1E-30", "nan", "1e1e1", "١"] {
            check(text, None);
        }
    }
}
