//! The scalars of the wire types: text that may have been a number, and numbers that may have been text. No float
//! is ever made: a number keeps the digits that it was written with.

use std::{borrow::Cow, fmt, ops::Deref};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::value::RawValue;

/// A JSON string, or the digits of a JSON number kept as they were written: decimals, ids and words. Borrows from
/// the message where it can (a string without escapes). Always written as a string.
///
/// Reads only through `serde_json` (it keeps the raw text of numbers, so that no float is made).
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<'a>(Cow<'a, str>);

impl<'a> Text<'a> {
    /// Borrowed text.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same text with a life of its own.
    #[must_use]
    pub fn into_owned(self) -> Text<'static> {
        Text(Cow::Owned(self.0.into_owned()))
    }
}

impl Deref for Text<'_> {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(from)?.get();
        match raw.as_bytes() {
            [b'"', inner @ .., b'"'] if !inner.contains(&b'\\') => {
                Ok(Self(Cow::Borrowed(&raw[1..raw.len() - 1])))
            }
            [b'"', ..] => {
                serde_json::from_str(raw).map(|text| Self(Cow::Owned(text))).map_err(D::Error::custom)
            }
            [b'-' | b'0'..=b'9', ..] => Ok(Self(Cow::Borrowed(raw))),
            _ => Err(D::Error::custom("expected a string or a number")),
        }
    }
}

/// Decimal digits that are *written* as a bare JSON number, where a venue sends its statistics as floats. Reads what
/// [`Text`] reads and keeps the digits as they came. Text that is no JSON number is written as a string.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Number<'a>(Text<'a>);

impl<'a> Number<'a> {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Borrowed digits.
    #[must_use]
    pub const fn new(digits: &'a str) -> Self {
        Self(Text::new(digits))
    }
}

impl From<String> for Number<'_> {
    fn from(digits: String) -> Self {
        Self(Text::from(digits))
    }
}

impl fmt::Debug for Number<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Number<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let is_number = matches!(self.0.as_bytes().first(), Some(b'-' | b'0'..=b'9'));
        let raw = is_number.then(|| RawValue::from_string(self.as_str().to_owned()).ok()).flatten();
        match raw {
            Some(raw) => raw.serialize(to),
            None => self.0.serialize(to),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Number<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Text::deserialize(from).map(Self)
    }
}

/// Readers for values that come as a JSON number or as the same number in quotes, for `deserialize_with`; the
/// `option_` forms also take null and need `default` beside them.
pub mod lenient {
    use std::{fmt, marker::PhantomData, str::FromStr};

    use serde::{
        Deserialize, Deserializer,
        de::{Error, Visitor},
    };

    struct Number<T>(PhantomData<T>);

    impl<T: TryFrom<i128> + FromStr> Visitor<'_> for Number<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number in range, or the same in quotes")
        }

        fn visit_u64<E: Error>(self, n: u64) -> Result<T, E> {
            T::try_from(n.into()).map_err(|_| E::invalid_value(serde::de::Unexpected::Unsigned(n), &self))
        }

        fn visit_i64<E: Error>(self, n: i64) -> Result<T, E> {
            T::try_from(n.into()).map_err(|_| E::invalid_value(serde::de::Unexpected::Signed(n), &self))
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            // `u32::from_str` takes a plus sign, which no venue writes.
            let unsigned = text.strip_prefix('-').unwrap_or(text);
            let digits = !unsigned.is_empty() && unsigned.bytes().all(|b| b.is_ascii_digit());
            text.parse()
                .ok()
                .filter(|_| digits)
                .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
        }
    }

    struct Optional<T>(PhantomData<T>);

    impl<'de, T: TryFrom<i128> + FromStr> Visitor<'de> for Optional<T> {
        type Value = Option<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number in range, the same in quotes, or null")
        }

        fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
            Ok(None)
        }

        fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
            Ok(None)
        }

        fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Option<T>, D::Error> {
            from.deserialize_any(Number(PhantomData)).map(Some)
        }
    }

    /// A number.
    ///
    /// # Errors
    /// When it is no whole number within the type's range.
    pub fn number<'de, D: Deserializer<'de>, T: TryFrom<i128> + FromStr>(from: D) -> Result<T, D::Error> {
        from.deserialize_any(Number(PhantomData))
    }

    /// A number or null.
    ///
    /// # Errors
    /// When it is no whole number within the type's range.
    pub fn option_number<'de, D: Deserializer<'de>, T: TryFrom<i128> + FromStr>(
        from: D,
    ) -> Result<Option<T>, D::Error> {
        from.deserialize_option(Optional(PhantomData))
    }

    struct Flag;

    impl<'de> Visitor<'de> for Flag {
        type Value = Option<bool>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("true or false")
        }

        fn visit_none<E: Error>(self) -> Result<Option<bool>, E> {
            Ok(None)
        }

        fn visit_unit<E: Error>(self) -> Result<Option<bool>, E> {
            Ok(None)
        }

        fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Option<bool>, D::Error> {
            from.deserialize_any(Self)
        }

        fn visit_bool<E: Error>(self, flag: bool) -> Result<Option<bool>, E> {
            Ok(Some(flag))
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Option<bool>, E> {
            text.parse().map(Some).map_err(|_| E::invalid_value(serde::de::Unexpected::Str(text), &self))
        }
    }

    /// `true`, `"true"` (as a query parameter comes), `false`, `"false"` or null.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn option_bool<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
        from.deserialize_option(Flag)
    }

    /// As [`option_bool`], but there must be one.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn bool<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
        option_bool(from)?.ok_or_else(|| D::Error::custom("null is neither true nor false"))
    }

    /// A value, or null for its default.
    ///
    /// # Errors
    /// The value's.
    pub fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
        from: D,
    ) -> Result<T, D::Error> {
        Option::deserialize(from).map(Option::unwrap_or_default)
    }

    /// Writes digits as a JSON number and anything else as a string: for `I`, which the venue's page calls a
    /// string and its own Rust client reads as a number.
    ///
    /// # Errors
    /// The serializer's.
    pub fn digits_as_number<S: serde::Serializer>(
        text: &Option<super::Text<'_>>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match text {
            None => to.serialize_none(),
            Some(text) => match text.parse::<u64>() {
                Ok(n) => to.serialize_u64(n),
                Err(_) => to.serialize_str(text),
            },
        }
    }
}
