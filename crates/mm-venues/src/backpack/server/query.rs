//! The query string, read once and strictly: every name must be one that the route knows, at most once.

use std::fmt::Display;

use super::errors::Refused;

/// The parameters of a request that nobody has asked for yet.
pub(super) struct Query {
    left: Vec<(String, String)>,
}

impl Query {
    /// Splits and decodes. Names without a value have the empty one.
    ///
    /// # Errors
    /// When a percent sign is not followed by two hexadecimal digits, or the result is not UTF-8.
    pub(super) fn parse(text: &str) -> Result<Self, Refused> {
        let mut left = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decoded = decoded(name).zip(decoded(value));
            left.push(decoded.ok_or_else(|| Refused::parameter(name, "not valid percent-encoded text"))?);
        }
        Ok(Self { left })
    }

    /// The value of `name`, if it was sent.
    pub(super) fn optional(&mut self, name: &str) -> Option<String> {
        let at = self.left.iter().position(|(n, _)| n == name)?;
        Some(self.left.remove(at).1)
    }

    /// The value of `name`, or of its other spelling.
    pub(super) fn either(&mut self, name: &str, alias: Option<&str>) -> Option<String> {
        self.optional(name).or_else(|| self.optional(alias?))
    }

    /// The value of `name`, which must be there.
    pub(super) fn required(&mut self, name: &str) -> Result<String, Refused> {
        self.optional(name).ok_or_else(|| Refused::parameter(name, "the parameter is required"))
    }

    /// Every value of `name`: a list is sent as a repeated name.
    pub(super) fn all(&mut self, name: &str) -> Vec<String> {
        std::iter::from_fn(|| self.optional(name)).collect()
    }

    /// The number `name`, if it was sent.
    pub(super) fn number<T: std::str::FromStr<Err: Display>>(&mut self, name: &str) -> Result<Option<T>, Refused> {
        self.optional(name).map(|text| number(name, &text)).transpose()
    }

    /// The lower-case boolean `name`, if it was sent.
    pub(super) fn flag(&mut self, name: &str) -> Result<Option<bool>, Refused> {
        self.number(name)
    }

    /// Refuses whatever was not asked for.
    pub(super) fn finish(self) -> Result<(), Refused> {
        match self.left.first() {
            None => Ok(()),
            Some((name, _)) => Err(Refused::parameter(name, "unknown or repeated parameter")),
        }
    }
}

/// Reads a number of a parameter.
pub(super) fn number<T: std::str::FromStr<Err: Display>>(name: &str, text: &str) -> Result<T, Refused> {
    // The standard parsers take a plus sign, which no client of the venue sends.
    if text.starts_with('+') {
        return Err(Refused::parameter(name, "a plus sign is not expected"));
    }
    text.parse().map_err(|error: T::Err| Refused::parameter(name, &error.to_string()))
}

/// Percent-decodes; `+` is a space, as forms have it.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => hex(bytes.next()?)? * 16 + hex(bytes.next()?)?,
            b'+' => b' ',
            plain => plain,
        });
    }
    String::from_utf8(out).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding() {
        assert_eq!(decoded("100%25+a"), Some("100% a".to_owned()));
        assert_eq!(decoded("%E2%82%AC"), Some("€".to_owned()));
        for bad in ["%", "%2", "%zz", "%ff"] {
            assert_eq!(decoded(bad), None, "{bad}");
        }
    }

    #[test]
    fn everything_must_be_asked_for() {
        let mut query = Query::parse("symbol=SOL_USDC&marketType=SPOT&marketType=PERP&limit=5").expect("valid");
        assert_eq!(query.required("symbol").expect("sent"), "SOL_USDC");
        assert_eq!(query.all("marketType"), ["SPOT", "PERP"]);
        assert_eq!(query.number::<u32>("limit").expect("a number"), Some(5));
        assert!(query.finish().is_ok());
        assert!(Query::parse("x=1").expect("valid").finish().is_err());
        assert!(Query::parse("limit=+5").expect("valid").number::<u32>("limit").is_err());
    }
}
