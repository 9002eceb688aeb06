//! Lists in all the forms in which the venue sends them: an array, null, or a map by market (or asset) whose values
//! are arrays or single rows. The three list types read all of these, and differ in what they write.

use std::{collections::BTreeMap, fmt, marker::PhantomData, ops::Deref};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

/// What a row is filed under when the venue writes a map.
pub trait Key {
    /// The market's or the asset's number.
    fn key(&self) -> u64;
}

/// Defines a list type that reads every form.
macro_rules! lists {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name<T>(pub Vec<T>);

        impl<T> Default for $name<T> {
            fn default() -> Self {
                Self(Vec::new())
            }
        }

        impl<T> Deref for $name<T> {
            type Target = [T];
            fn deref(&self) -> &[T] {
                &self.0
            }
        }

        impl<T> From<Vec<T>> for $name<T> {
            fn from(rows: Vec<T>) -> Self {
                Self(rows)
            }
        }

        impl<'de, T: Deserialize<'de>> Deserialize<'de> for $name<T> {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                from.deserialize_any(Rows(PhantomData)).map(Self)
            }
        }
    )+};
}

lists! {
    /// Written as an array.
    List
    /// Written as a map from the key to one row: positions by market, balances by asset.
    Keyed
    /// Written as a map from the key to an array: orders and trades by market.
    Grouped
}

impl<T: Serialize> Serialize for List<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

impl<T: Serialize + Key> Serialize for Keyed<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.iter().map(|row| (row.key(), row)))
    }
}

impl<T: Serialize + Key> Serialize for Grouped<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut groups = BTreeMap::<u64, Vec<&T>>::new();
        for row in self.iter() {
            groups.entry(row.key()).or_default().push(row);
        }
        groups.serialize(to)
    }
}

struct Rows<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Rows<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list, a map of rows or of lists, or null")
    }

    fn visit_unit<E: Error>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Vec<T>, A::Error> {
        // Grown as rows come: what a message claims to hold is not what it holds.
        let mut rows = Vec::new();
        while let Some(row) = from.next_element()? {
            rows.push(row);
        }
        Ok(rows)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Vec<T>, A::Error> {
        let mut rows = Vec::new();
        while from.next_key::<IgnoredAny>()?.is_some() {
            let Group(group) = from.next_value()?;
            // Nearly always the only one: then it is the whole.
            if rows.is_empty() { rows = group } else { rows.extend(group) }
        }
        Ok(rows)
    }
}

/// The value of a map: a list, a single row, or null.
struct Group<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Group<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(OneOrMany(PhantomData)).map(Self)
    }
}

struct OneOrMany<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMany<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row, a list of rows, or null")
    }

    fn visit_unit<E: Error>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, from: A) -> Result<Vec<T>, A::Error> {
        Rows(PhantomData).visit_seq(from)
    }

    fn visit_map<A: MapAccess<'de>>(self, from: A) -> Result<Vec<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(from)).map(|row| vec![row])
    }
}

/// At most one row: an object, an array of one, an empty array or null. Written as an object or null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Single<T>(pub Option<T>);

impl<T> Default for Single<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Serialize> Serialize for Single<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Single<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut rows: Vec<T> = from.deserialize_any(OneOrMany(PhantomData))?;
        let row = rows.pop();
        if rows.is_empty() {
            Ok(Self(row))
        } else {
            Err(Error::invalid_length(rows.len().saturating_add(1), &"one row at most"))
        }
    }
}
