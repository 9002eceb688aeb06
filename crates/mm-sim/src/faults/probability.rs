//! How probabilities are written: a JSON number from 0 to 1, kept in millionths so that rules compare exactly.

use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

const ONE: u32 = 1_000_000;

pub(super) const fn always() -> u32 {
    ONE
}

pub(super) fn serialize<S: Serializer>(ppm: &u32, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(f64::from(*ppm) / f64::from(ONE))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    let value = f64::deserialize(from)?;
    if !(0.0..=1.0).contains(&value) {
        return Err(D::Error::custom(format!("probability {value} is not between 0 and 1")));
    }
    // In range by the check above, so the cast neither wraps nor saturates.
    Ok((value * f64::from(ONE)).round() as u32)
}
