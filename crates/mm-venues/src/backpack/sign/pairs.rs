//! From a typed request to its signed pairs, without allocating: a serializer that writes `&key=value`.
//!
//! The same type is what the body or the query is made of, so what is signed and what is sent cannot differ. Keys
//! must come sorted from the type; anything else is an error of ours that the tests of every request type catch.

use std::fmt::{Display, Write as _};

use serde::ser::{Error as _, Impossible, Serialize, SerializeStruct, Serializer};

/// Why a request cannot be written as pairs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PairsError {
    /// The type does not declare its fields in the byte order of their keys.
    #[error("field {0} is declared out of order")]
    Unsorted(&'static str),
    /// Not a flat struct of texts, whole numbers and booleans.
    #[error("a request is signed as flat pairs: {0}")]
    Shape(String),
}

impl serde::ser::Error for PairsError {
    fn custom<T: Display>(message: T) -> Self {
        Self::Shape(message.to_string())
    }
}

/// Appends `&key=value` for each field of a flat struct that is set.
///
/// # Errors
/// [`PairsError`] when the type is not made for it; `out` is then of no use.
pub fn write_pairs<T: Serialize + ?Sized>(request: &T, out: &mut String) -> Result<(), PairsError> {
    request.serialize(Pairs { out })
}

struct Pairs<'a> {
    out: &'a mut String,
}

struct Fields<'a> {
    out: &'a mut String,
    last: &'static str,
}

impl SerializeStruct for Fields<'_> {
    type Ok = ();
    type Error = PairsError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), PairsError> {
        if key <= self.last {
            return Err(PairsError::Unsorted(key));
        }
        self.last = key;
        self.out.push('&');
        self.out.push_str(key);
        self.out.push('=');
        value.serialize(Value { out: self.out })
    }

    fn end(self) -> Result<(), PairsError> {
        Ok(())
    }
}

/// One value: its text, bare.
struct Value<'a> {
    out: &'a mut String,
}

/// The methods that both serializers refuse.
macro_rules! refuse {
    ($($name:ident($($arg:ty),*) -> $out:ty;)*) => {
        $(fn $name(self, $(_: $arg),*) -> Result<$out, PairsError> {
            Err(PairsError::custom(stringify!($name)))
        })*
    };
}

type No = Impossible<(), PairsError>;

macro_rules! refuse_containers {
    () => {
        type Ok = ();
        type Error = PairsError;
        type SerializeSeq = No;
        type SerializeTuple = No;
        type SerializeTupleStruct = No;
        type SerializeTupleVariant = No;
        type SerializeMap = No;
        type SerializeStructVariant = No;

        refuse! {
            serialize_f32(f32) -> (); serialize_f64(f64) -> (); serialize_char(char) -> (); serialize_bytes(&[u8]) -> ();
            serialize_none() -> (); serialize_unit() -> (); serialize_unit_struct(&'static str) -> ();
            serialize_seq(Option<usize>) -> No; serialize_tuple(usize) -> No;
            serialize_tuple_struct(&'static str, usize) -> No;
            serialize_tuple_variant(&'static str, u32, &'static str, usize) -> No;
            serialize_map(Option<usize>) -> No;
            serialize_struct_variant(&'static str, u32, &'static str, usize) -> No;
        }

        fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), PairsError> {
            value.serialize(self)
        }
        fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), PairsError> {
            value.serialize(self)
        }
        fn serialize_newtype_variant<T: Serialize + ?Sized>(
            self, _: &'static str, _: u32, _: &'static str, _: &T,
        ) -> Result<(), PairsError> {
            Err(PairsError::custom("an enum with data"))
        }
    };
}

impl<'a> Serializer for Pairs<'a> {
    type SerializeStruct = Fields<'a>;
    refuse_containers!();
    refuse! {
        serialize_bool(bool) -> (); serialize_str(&str) -> (); serialize_i8(i8) -> (); serialize_i16(i16) -> ();
        serialize_i32(i32) -> (); serialize_i64(i64) -> (); serialize_u8(u8) -> (); serialize_u16(u16) -> ();
        serialize_u32(u32) -> (); serialize_u64(u64) -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields<'a>, PairsError> {
        Ok(Fields { out: self.out, last: "" })
    }
}

macro_rules! write_numbers {
    ($($name:ident($type:ty);)*) => {
        $(fn $name(self, n: $type) -> Result<(), PairsError> {
            write!(self.out, "{n}").expect("writing to a string cannot fail");
            Ok(())
        })*
    };
}

impl Serializer for Value<'_> {
    type SerializeStruct = No;
    refuse_containers!();
    refuse! { serialize_struct(&'static str, usize) -> No; }
    write_numbers! {
        serialize_i8(i8); serialize_i16(i16); serialize_i32(i32); serialize_i64(i64);
        serialize_u8(u8); serialize_u16(u16); serialize_u32(u32); serialize_u64(u64); serialize_bool(bool);
    }

    fn serialize_str(self, text: &str) -> Result<(), PairsError> {
        self.out.push_str(text);
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, word: &'static str) -> Result<(), PairsError> {
        self.out.push_str(word);
        Ok(())
    }
}
