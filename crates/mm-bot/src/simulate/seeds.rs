//! Which seeds: `1..300`, both ends included, or one.

use std::{ops::RangeInclusive, str::FromStr};

/// A range of seeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seeds(RangeInclusive<u64>);

impl Seeds {
    pub(crate) const fn one(seed: u64) -> Self {
        Self(seed..=seed)
    }

    pub(crate) fn len(&self) -> u64 {
        (self.0.end() - self.0.start()).saturating_add(1)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = u64> + use<> {
        self.0.clone()
    }

    pub(crate) fn contains(&self, seed: u64) -> bool {
        self.0.contains(&seed)
    }
}

impl FromStr for Seeds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is no range of seeds such as 1..300");
        let (from, to) = text.split_once("..").unwrap_or((text, text));
        let number = |text: &str| text.trim_start_matches('=').parse().map_err(|_| wrong());
        let seeds = number(from)?..=number(to)?;
        if seeds.is_empty() { Err(wrong()) } else { Ok(Self(seeds)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_are_included() {
        let read = |text: &str| text.parse::<Seeds>();
        assert_eq!(read("1..300").map(|seeds| seeds.len()), Ok(300));
        assert_eq!(read("7").map(|seeds| seeds.iter().collect()), Ok(vec![7]));
        assert_eq!(read("3..=4").map(|seeds| seeds.iter().collect()), Ok(vec![3, 4]));
        for text in ["", "4..3", "a..b", "..", "1..", "-1..2"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
