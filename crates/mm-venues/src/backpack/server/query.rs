//! The query string, read once and strictly: every name must be one that the route knows, at most once.

use std::fmt::Display;

use super::errors::Refused;
use crate::query;

/// The parameters of a request that nobody has asked for yet.
pub(super) struct Query {
    left: Vec<(String, String)>,
}

impl Query {
    /// Splits and decodes.
    ///
    /// # Errors
    /// When it is no list of `name=value` in percent-encoded UTF-8.
    pub(super) fn parse(text: &str) -> Result<Self, Refused> {
        let pairs = query::pairs(text).map_err(|error| Refused::client(error.to_string()))?;
        Ok(Self {
            left: pairs.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect(),
        })
    }

    /// The value of `name`, if it was sent.
    pub(super) fn optional(&mut self, name: &str) -> Option<String> {
        let at = self.left.iter().position(|(n, _)| n == name)?;
        Some(self.left.remove(at).1)
    }

    /// Gives a parameter the name that the route knows it by.
    pub(super) fn rename(&mut self, from: &str, to: &str) {
        for (name, _) in self.left.iter_mut().filter(|(name, _)| name == from) {
            to.clone_into(name);
        }
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
    pub(super) fn number<T: std::str::FromStr<Err: Display>>(
        &mut self,
        name: &str,
    ) -> Result<Option<T>, Refused> {
        self.optional(name).map(|text| number(name, &text)).transpose()
    }

    /// The lower-case boolean `name`, if it was sent.
    pub(super) fn flag(&mut self, name: &str) -> Result<Option<bool>, Refused> {
        self.number(name)
    }

    /// Refuses whatever was not asked for.
    pub(super) fn finish(&self) -> Result<(), Refused> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_must_be_asked_for() {
        let mut query =
            Query::parse("symbol=SOL_USDC&marketType=SPOT&marketType=PERP&limit=5").expect("valid");
        assert_eq!(query.required("symbol").expect("sent"), "SOL_USDC");
        assert_eq!(query.all("marketType"), ["SPOT", "PERP"]);
        assert_eq!(query.number::<u32>("limit").expect("a number"), Some(5));
        assert!(query.finish().is_ok());
        assert!(Query::parse("x=1").expect("valid").finish().is_err());
        assert!(Query::parse("limit=+5").expect("valid").number::<u32>("limit").is_err());
    }
}
