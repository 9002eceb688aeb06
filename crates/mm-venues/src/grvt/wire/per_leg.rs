//! Lists with an entry for each leg of an order.

use std::{
    fmt,
    marker::PhantomData,
    ops::{Deref, DerefMut},
};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{SeqAccess, Visitor},
};

/// A list with an entry for each leg. An order of the book has one, which then lies in the order itself: news of orders is
/// hot, and has four such lists. Made from an array of one, or from a `Vec`.
///
/// Witness: `fixtures/grvt/stream_order.json`.
#[derive(Clone, PartialEq, Eq)]
pub struct PerLeg<T>(Entries<T>);

#[derive(Clone, PartialEq, Eq)]
enum Entries<T> {
    One([T; 1]),
    Many(Vec<T>),
}

impl<T> From<[T; 1]> for PerLeg<T> {
    fn from(one: [T; 1]) -> Self {
        Self(Entries::One(one))
    }
}

impl<T> From<Vec<T>> for PerLeg<T> {
    /// One is one, however it came.
    fn from(many: Vec<T>) -> Self {
        Self(<[T; 1]>::try_from(many).map_or_else(Entries::Many, Entries::One))
    }
}

impl<T> Default for PerLeg<T> {
    fn default() -> Self {
        Self(Entries::Many(Vec::new()))
    }
}

impl<T> Deref for PerLeg<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.0 {
            Entries::One(one) => one,
            Entries::Many(many) => many,
        }
    }
}

impl<T> DerefMut for PerLeg<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.0 {
            Entries::One(one) => one,
            Entries::Many(many) => many,
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for PerLeg<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: Serialize> Serialize for PerLeg<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.iter())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for PerLeg<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(List(PhantomData))
    }
}

struct List<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
    type Value = PerLeg<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<PerLeg<T>, A::Error> {
        let Some(first) = rows.next_element()? else { return Ok(PerLeg::default()) };
        let Some(second) = rows.next_element()? else { return Ok([first].into()) };
        let mut many = vec![first, second];
        while let Some(next) = rows.next_element()? {
            many.push(next);
        }
        Ok(many.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_any_length_are_read_and_written_as_they_are() {
        for (text, is_inside) in [("[]", false), ("[1]", true), ("[1,2]", false), ("[1,2,3]", false)] {
            let list: PerLeg<u8> = serde_json::from_str(text).expect("a list");
            assert_eq!(matches!(list.0, Entries::One(_)), is_inside, "{text}");
            assert_eq!(serde_json::to_string(&list).expect("it can be written"), text);
            assert_eq!(list, list.to_vec().into(), "however it was made");
            assert_eq!(format!("{list:?}").replace(' ', ""), text);
        }
        assert!(serde_json::from_str::<PerLeg<u8>>("1").is_err());
    }
}
