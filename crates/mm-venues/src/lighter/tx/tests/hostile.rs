//! Whatever comes, nothing panics, and what is read is written back as the same transaction.

use proptest::prelude::*;
use serde_json::Value;

use crate::lighter::{
    fixtures::vectors,
    spoil::{splice, spliced},
    tx::{ChainId, SignedTx, TxType},
};

/// Where the integers stand that are hashed.
fn integers(value: &Value, pointer: &str, out: &mut Vec<String>) {
    match value {
        Value::Number(_) => out.push(pointer.to_owned()),
        Value::Array(list) => {
            for (n, value) in list.iter().enumerate() {
                integers(value, &format!("{pointer}/{n}"), out);
            }
        }
        Value::Object(fields) => {
            for (key, value) in fields.iter().filter(|(key, _)| *key != "Memo") {
                integers(value, &format!("{pointer}/{key}"), out);
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_spoilt_text_is_refused_or_is_a_transaction(
        which in 0..48usize,
        as_type in any::<prop::sample::Index>(),
        keep_type in prop::bool::weighted(0.9),
        splices in prop::collection::vec(splice(), 1..4),
    ) {
        let vector = &vectors().transactions[which];
        let types: Vec<TxType> = (0..=u8::MAX).filter_map(TxType::from_code).collect();
        let tx_type = if keep_type { vector.tx_type() } else { types[as_type.index(types.len())] };
        if let Ok(signed) = SignedTx::read_json(tx_type, &spliced(&vector.tx_info, &splices)) {
            let mut text = String::new();
            signed.write_json(&mut text);
            prop_assert_eq!(&SignedTx::read_json(tx_type, &text), &Ok(signed.clone()));
            // Hashed and bounded whatever it holds.
            let _ = (signed.tx.hash(ChainId::MAINNET), signed.tx.check(), signed.tx.l1_message(ChainId::MAINNET));
        }
    }

    /// Whatever the bounds are: an integer that differs gives another hash. Negative ones are left out, since the
    /// venue hashes -1 as 2^64 - 1 modulo p, which is 2^32 - 2.
    #[test]
    fn every_integer_is_hashed(
        which in 0..48usize,
        integer in any::<prop::sample::Index>(),
        value in prop_oneof![0..16i64, 0..=i64::MAX],
    ) {
        let vector = &vectors().transactions[which];
        let mut whole: Value = serde_json::from_str(&vector.tx_info).unwrap();
        let mut places = Vec::new();
        integers(&whole, "", &mut places);
        let place = whole.pointer_mut(&places[integer.index(places.len())]).unwrap();
        let same = *place == value;
        *place = value.into();
        if let Ok(signed) = SignedTx::read_json(vector.tx_type(), &whole.to_string()) {
            let hash = signed.tx.hash(vector.chain()).to_string();
            prop_assert_eq!(hash == vector.tx_hash, same, "{}", whole);
        }
    }
}
