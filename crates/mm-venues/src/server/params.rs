//! The parameters of a request, read once and strictly: every name must be one that the route knows, at most once.

use std::fmt::Display;

use crate::query::{self, QueryError};

/// Why parameters are refused. Each venue says it in its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ParamError {
    /// No list of `name=value` at all.
    Form(QueryError),
    /// A parameter that is not there, not of its type, not known, or there twice.
    Parameter {
        /// Which.
        name: String,
        /// What is wrong with it.
        why: String,
    },
}

impl ParamError {
    fn new(name: &str, why: impl Into<String>) -> Self {
        Self::Parameter { name: name.to_owned(), why: why.into() }
    }
}

/// The parameters of a request that nobody has asked for yet.
#[derive(Debug)]
pub(crate) struct Params {
    left: Vec<(String, String)>,
}

impl Params {
    /// Splits and decodes.
    ///
    /// # Errors
    /// When it is no list of `name=value` in percent-encoded UTF-8.
    pub(crate) fn parse(text: &str) -> Result<Self, ParamError> {
        let pairs = query::pairs(text).map_err(ParamError::Form)?;
        Ok(Self {
            left: pairs.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect(),
        })
    }

    /// From decoded pairs.
    pub(crate) const fn new(pairs: Vec<(String, String)>) -> Self {
        Self { left: pairs }
    }

    /// The value of `name`, if it was sent.
    pub(crate) fn optional(&mut self, name: &str) -> Option<String> {
        let at = self.left.iter().position(|(n, _)| n == name)?;
        Some(self.left.remove(at).1)
    }

    /// Gives a parameter the name that the route knows it by.
    pub(crate) fn rename(&mut self, from: &str, to: &str) {
        for (name, _) in self.left.iter_mut().filter(|(name, _)| name == from) {
            to.clone_into(name);
        }
    }

    /// The value of `name`, which must be there.
    pub(crate) fn required(&mut self, name: &str) -> Result<String, ParamError> {
        self.optional(name).ok_or_else(|| ParamError::new(name, "the parameter is required"))
    }

    /// Every value of `name`: a list is sent as a repeated name.
    pub(crate) fn all(&mut self, name: &str) -> Vec<String> {
        std::iter::from_fn(|| self.optional(name)).collect()
    }

    /// The number `name`, if it was sent.
    pub(crate) fn number<T: std::str::FromStr<Err: Display>>(
        &mut self,
        name: &str,
    ) -> Result<Option<T>, ParamError> {
        self.optional(name).map(|text| number(name, &text)).transpose()
    }

    /// The number `name`, which must be there.
    pub(crate) fn required_number<T: std::str::FromStr<Err: Display>>(
        &mut self,
        name: &str,
    ) -> Result<T, ParamError> {
        number(name, &self.required(name)?)
    }

    /// The lower-case boolean `name`, if it was sent.
    pub(crate) fn flag(&mut self, name: &str) -> Result<Option<bool>, ParamError> {
        self.number(name)
    }

    /// Refuses whatever was not asked for.
    pub(crate) fn finish(&self) -> Result<(), ParamError> {
        match self.left.first() {
            None => Ok(()),
            Some((name, _)) => Err(ParamError::new(name, "unknown or repeated parameter")),
        }
    }
}

/// Reads a number of a parameter.
pub(crate) fn number<T: std::str::FromStr<Err: Display>>(name: &str, text: &str) -> Result<T, ParamError> {
    // The standard parsers take a plus sign, which no client of the venue sends.
    if text.starts_with('+') {
        return Err(ParamError::new(name, "a plus sign is not expected"));
    }
    text.parse().map_err(|error: T::Err| ParamError::new(name, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_must_be_asked_for() {
        let mut query =
            Params::parse("symbol=SOL_USDC&marketType=SPOT&marketType=PERP&limit=5").expect("valid");
        assert_eq!(query.required("symbol").expect("sent"), "SOL_USDC");
        assert_eq!(query.all("marketType"), ["SPOT", "PERP"]);
        assert_eq!(query.number::<u32>("limit").expect("a number"), Some(5));
        assert!(query.finish().is_ok());
        assert!(Params::parse("x=1").expect("valid").finish().is_err());
        assert!(Params::parse("limit=+5").expect("valid").number::<u32>("limit").is_err());
    }
}
