//! What a field can hold: its JSON both ways, and its elements of the hash.

use std::fmt::{self, Write as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mm_crypto::{Digest, Felt, PublicKey, Signature};
use serde::de::{Error as _, MapAccess};

use super::{
    Attributes,
    fields::{Elements, Key, ReadValue, Value},
};

/// Numbers are written as they are and hashed as their 64 bits: −1 is 2^64 − 1.
macro_rules! numbers {
    ($($type:ty)+) => { $(
        impl Value for $type {
            fn write(&self, out: &mut String) {
                write!(out, "{self}").expect("writing to a string cannot fail");
            }

            fn absorb(&self, into: &mut Elements) {
                into.push(Felt::from(*self as i64));
            }
        }

        impl ReadValue for $type {
            fn read<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error> {
                map.next_value()
            }
        }
    )+ };
}
numbers!(u8 u16 u32 i64);

/// Flags are 0 and 1 on the wire.
impl Value for bool {
    fn write(&self, out: &mut String) {
        out.push(if *self { '1' } else { '0' });
    }

    fn absorb(&self, into: &mut Elements) {
        into.push(Felt::from(u32::from(*self)));
    }
}

impl ReadValue for bool {
    fn read<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error> {
        match map.next_value::<u8>()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(A::Error::custom(format_args!("a flag is 0 or 1, not {other}"))),
        }
    }
}

/// Words are their numbers.
macro_rules! words {
    ($($name:ident)+) => { $(
        impl Value for super::$name {
            fn write(&self, out: &mut String) {
                self.code().write(out);
            }

            fn absorb(&self, into: &mut Elements) {
                self.code().absorb(into);
            }
        }

        impl ReadValue for super::$name {
            fn read<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error> {
                map.next_value()
            }
        }
    )+ };
}
words!(OrderType TimeInForce CancelAll Grouping MarginMode MarginDirection Route AssetMargin);

/// An amount of money: hashed as two halves, the lower first, since it may exceed the field's prime.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(
    /// In the asset's smallest unit (USDC: millionths).
    pub u64,
);

impl Value for Amount {
    fn write(&self, out: &mut String) {
        write!(out, "{}", self.0).expect("writing to a string cannot fail");
    }

    fn absorb(&self, into: &mut Elements) {
        into.push(Felt::from(self.0 & 0xffff_ffff));
        into.push(Felt::from(self.0 >> 32));
    }
}

impl ReadValue for Amount {
    fn read<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error> {
        map.next_value().map(Self)
    }
}

/// Whether a key is a point of the curve is found when it is used.
impl Value for PublicKey {
    fn write(&self, out: &mut String) {
        write_base64::<40, 56>(&self.to_bytes(), out);
    }

    fn absorb(&self, into: &mut Elements) {
        let limbs = Digest::from_le_bytes(&self.to_bytes()).expect("a key's bytes are canonical");
        into.extend(limbs.felts());
    }
}

impl ReadValue for PublicKey {
    fn read<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error> {
        let bytes = read_base64(&map.next_value::<Key<'de>>()?.0).map_err(A::Error::custom)?;
        Self::from_bytes(&bytes).map_err(A::Error::custom)
    }
}

/// What a transfer says to its receiver: sent, but not hashed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memo(
    /// The venue does not look into them.
    pub [u8; 32],
);

impl fmt::Display for Memo {
    /// 64 lower-case hex digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Value for Memo {
    fn write(&self, out: &mut String) {
        for (n, byte) in self.0.iter().enumerate() {
            out.push(if n == 0 { '[' } else { ',' });
            byte.write(out);
        }
        out.push(']');
    }

    fn absorb(&self, _into: &mut Elements) {}
}

impl ReadValue for Memo {
    fn read<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error> {
        map.next_value().map(Self)
    }
}

/// Any 80 bytes: whether they sign is for [`super::super::sign`] to say.
impl ReadValue for Signature {
    fn read<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error> {
        read_base64(&map.next_value::<Key<'de>>()?.0).map(Self::from_bytes).map_err(A::Error::custom)
    }
}

/// The Ethereum key's signature: hex of 65 bytes, or nothing.
impl ReadValue for String {
    fn read<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error> {
        let text = map.next_value::<Self>()?;
        let hex = text.strip_prefix("0x").unwrap_or(&text);
        if hex.is_empty() || (hex.len() == 130 && hex.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            Ok(text)
        } else {
            Err(A::Error::custom("not the hex of 65 bytes"))
        }
    }
}

/// `null` is none.
impl ReadValue for Attributes {
    fn read<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error> {
        map.next_value::<Option<Self>>().map(Option::unwrap_or_default)
    }
}

/// Appends standard base64 with padding, in quotes; `TEXT` is its length.
pub(super) fn write_base64<const BYTES: usize, const TEXT: usize>(bytes: &[u8; BYTES], out: &mut String) {
    let mut text = [0u8; TEXT];
    let len = STANDARD.encode_slice(bytes, &mut text).expect("the caller names a length that fits");
    out.push('"');
    out.push_str(std::str::from_utf8(&text[..len]).expect("base64 is ASCII"));
    out.push('"');
}

/// Reads standard base64 with padding.
pub(super) fn read_base64<const BYTES: usize>(text: &str) -> Result<[u8; BYTES], String> {
    // One spare group, because the decoder estimates before it knows of the padding.
    let mut bytes = [0u8; 84];
    match STANDARD.decode_slice(text, &mut bytes) {
        Ok(len) if len == BYTES => {
            Ok(*bytes.first_chunk().expect("84 bytes hold a signature, the longest of them"))
        }
        _ => Err(format!("not the base64 of {BYTES} bytes")),
    }
}
