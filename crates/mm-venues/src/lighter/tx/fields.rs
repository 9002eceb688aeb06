//! One list of fields is all that a body says about itself: in this order the venue's own signer writes them as
//! JSON, and in this order they are hashed, so that what is sent and what is signed cannot differ.

use std::borrow::Cow;

use arrayvec::ArrayVec;
use mm_crypto::Felt;
use serde::{
    Deserialize,
    de::{Error, MapAccess},
};

/// What is hashed: at most 16 elements, which is what a create order has.
pub(super) type Elements = ArrayVec<Felt, 16>;

/// A value of a field.
pub(super) trait Value {
    /// Appends its JSON.
    fn write(&self, out: &mut String);
    /// Appends its elements of the hash.
    fn absorb(&self, into: &mut Elements);
}

/// A value that can be read.
pub(super) trait ReadValue: Sized {
    /// Reads it.
    fn read<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error>;
}

/// A list of fields.
pub(super) trait Fields {
    /// Appends `"Key":value,` for each.
    fn write(&self, out: &mut String);
    /// Appends the elements of each.
    fn absorb(&self, into: &mut Elements);
}

/// A list of fields that can be read, in any order.
pub(super) trait ReadFields: Fields + Sized {
    /// Reads the rest of an object. Every field must stand there once; what is no field of this list is `rest`'s.
    fn read<'de, A: MapAccess<'de>>(map: &mut A, rest: &mut impl Rest) -> Result<Self, A::Error>;
}

/// What a list of fields stands among.
pub(super) trait Rest {
    /// Where to note the field that is being read, for the error.
    fn at(&mut self) -> &mut Option<&'static str>;
    /// Reads a field that is none of the list.
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error>;
}

/// Declares a struct and its fields as the venue names them.
macro_rules! fields {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $field:ident: $type:ty = $key:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name { $($(#[$doc])* pub $field: $type,)+ }

        impl Fields for $name {
            fn write(&self, out: &mut String) {
                $(write_field(concat!("\"", $key, "\":"), &self.$field, out);)+
            }

            fn absorb(&self, into: &mut Elements) {
                $(self.$field.absorb(into);)+
            }
        }

        impl ReadFields for $name {
            fn read<'de, A: MapAccess<'de>>(map: &mut A, rest: &mut impl Rest) -> Result<Self, A::Error> {
                $(let mut $field = None;)+
                while let Some(Key(key)) = map.next_key::<Key<'de>>()? {
                    match &*key {
                        $($key => put($key, &mut $field, map, rest.at())?,)+
                        other => rest.take(other, map)?,
                    }
                }
                Ok(Self { $($field: present($key, $field)?,)+ })
            }
        }
    };
}
pub(super) use fields;

/// A key of an object, borrowed where it has no escapes.
#[derive(Deserialize)]
pub(super) struct Key<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// Appends one field; `key` comes with its quotes and its colon.
pub(super) fn write_field(key: &str, value: &impl Value, out: &mut String) {
    out.push_str(key);
    value.write(out);
    out.push(',');
}

/// Reads a field that must not have been there before.
pub(super) fn put<'de, T: ReadValue, A: MapAccess<'de>>(
    key: &'static str,
    slot: &mut Option<T>,
    map: &mut A,
    at: &mut Option<&'static str>,
) -> Result<(), A::Error> {
    *at = Some(key);
    if slot.is_some() {
        return Err(A::Error::duplicate_field(key));
    }
    *slot = Some(T::read(map).map_err(|error| A::Error::custom(format_args!("{key}: {error}")))?);
    *at = None;
    Ok(())
}

/// A field that must have been there.
pub(super) fn present<T, E: Error>(key: &'static str, slot: Option<T>) -> Result<T, E> {
    slot.ok_or_else(|| E::missing_field(key))
}
