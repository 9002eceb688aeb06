use proptest::prelude::*;
use serde_json::Value;
use zeroize::Zeroizing;

use super::{model, residues};
use crate::schnorr::{
    Digest, Felt, PublicKey, SecretKey, Signature, Signer, SimulatedKey, Verifier, VerifyError,
    curve::Point,
    felt::limbs_to_bytes,
    nonce::Nonce,
    scalar::{N, Scalar},
    signature::sign,
    table,
};

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../../fixtures/lighter/vectors.json")).expect("JSON")
}

fn scalar(decimal: &Value) -> Scalar {
    let number = decimal.as_str().expect("text").parse().expect("a number");
    Scalar::from_canonical(model::limbs(&number)).expect("below n")
}

fn bytes<const N: usize>(hex: &Value) -> [u8; N] {
    let hex = hex.as_str().expect("text");
    assert_eq!(hex.len(), 2 * N);
    std::array::from_fn(|n| u8::from_str_radix(&hex[2 * n..2 * n + 2], 16).expect("hex"))
}

fn message(limbs: [u64; 5]) -> Digest {
    Digest(limbs.map(Felt::from))
}

#[test]
fn multiples_of_the_generator() {
    for row in vectors()["curve_own_model"].as_array().expect("rows") {
        let point = table::of_g().mul(&scalar(&row["k"]));
        assert_eq!(limbs_to_bytes(&point.encode()), bytes(&row["encoded_hex"]), "{}", row["k"]);
    }
}

#[test]
fn signatures_with_a_known_nonce() {
    let vectors = vectors();
    let group = &vectors["schnorr_fixed_k"];
    let key = SecretKey::from_le_bytes(&bytes(&group["private_key_hex_le"])).expect("a key");
    let message = Digest::from_le_bytes(&bytes(&group["message_hash_hex"])).expect("a digest");
    let rows = group["accept"].as_array().expect("rows");
    assert_eq!(rows.len(), 5);
    for row in rows {
        let nonce = Nonce::new(Zeroizing::new(scalar(&row["k"])));
        assert_eq!(sign(&key, nonce, &message).to_bytes(), bytes(&row["sig_hex"]), "{}", row["k"]);
    }
}

#[test]
fn any_flipped_bit_is_refused() {
    let mut signer = Signer::simulated(SimulatedKey::derive(1, "flip"));
    let verifier = Verifier::new(signer.public()).expect("a point");
    let message = message([1, 2, 3, 4, 5]);
    let good = signer.sign(&message).expect("no randomness needed");
    assert_eq!(verifier.verify(&message, &good), Ok(()));
    for bit in 0..640 {
        let mut bytes = good.to_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        verifier.verify(&message, &Signature::from_bytes(bytes)).expect_err("a flipped bit");
    }
    for bit in 0..320 {
        let mut bytes = message.to_le_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        if let Ok(other) = Digest::from_le_bytes(&bytes) {
            assert_eq!(verifier.verify(&other, &good), Err(VerifyError::Mismatch));
        }
        let mut bytes = signer.public().to_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let other = PublicKey::from_bytes(&bytes).ok().and_then(|key| Verifier::new(&key).ok());
        if let Some(other) = other {
            assert_eq!(other.verify(&message, &good), Err(VerifyError::Mismatch));
        }
    }
}

#[test]
fn halves_at_and_above_n_are_refused() {
    let mut signer = Signer::simulated(SimulatedKey::derive(1, "range"));
    let verifier = Verifier::new(signer.public()).expect("a point");
    let message = message([0; 5]);
    let good = signer.sign(&message).expect("no randomness needed").to_bytes();
    for at in [0, 40] {
        for half in [limbs_to_bytes(&N), [0xFF; 40]] {
            let mut bytes = good;
            bytes[at..at + 40].copy_from_slice(&half);
            assert_eq!(verifier.verify(&message, &Signature::from_bytes(bytes)), Err(VerifyError::Range));
        }
    }
}

#[test]
fn simulated_keys_follow_from_seed_and_label() {
    let hex = |seed, label| SimulatedKey::derive(seed, label).secret_hex();
    assert_eq!(hex(7, "maker"), hex(7, "maker"));
    let others =
        [hex(7, "maker"), hex(8, "maker"), hex(7, "taker"), hex(7, "maker\0"), hex(7, ""), hex(7 << 32, "")];
    for (n, one) in others.iter().enumerate() {
        assert!(others[..n].iter().all(|other| other != one));
    }
    // What the endpoints file says opens the same account.
    let key = SimulatedKey::derive(7, "maker");
    assert_eq!(SecretKey::from_hex(&key.secret_hex()).expect("a key").public(), key.public());
    // The same calls, the same signatures; no nonce comes twice, with a message or without.
    let run = || {
        let mut signer = Signer::simulated(SimulatedKey::derive(7, "maker"));
        let message = message([0; 5]);
        let mut out = vec![signer.sign(&message), signer.sign(&message)];
        signer.prepare(3).expect("no randomness needed");
        out.extend((0..4).map(|_| signer.sign(&message)));
        out.into_iter()
            .map(|signature| signature.expect("no randomness needed").to_string())
            .collect::<Vec<_>>()
    };
    let first = run();
    assert_eq!(first, run());
    for (n, one) in first.iter().enumerate() {
        assert!(first[..n].iter().all(|other| other != one));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_a_key_signs_is_verified(secret in residues(), limbs in residues(), other in residues()) {
        let Ok(key) = SecretKey::from_le_bytes(&limbs_to_bytes(&secret)) else { return Ok(()) };
        let mut signer = Signer::live(key);
        let verifier = Verifier::new(signer.public()).expect("a point");
        let (message, other) = (message(limbs), message(other));
        signer.prepare(1).expect("random bytes");
        for _ in 0..2 {
            let signature = signer.sign(&message).expect("random bytes");
            prop_assert_eq!(verifier.verify(&message, &signature), Ok(()));
            if other != message {
                prop_assert_eq!(verifier.verify(&other, &signature), Err(VerifyError::Mismatch));
            }
        }
    }

    /// Verification by its equation, with double-and-add: the tables must not change a verdict.
    #[test]
    fn verification_is_its_equation(secret in residues(), k in residues(), limbs in residues()) {
        let Ok(key) = SecretKey::from_le_bytes(&limbs_to_bytes(&secret)) else { return Ok(()) };
        let signature = sign(&key, Nonce::new(Zeroizing::new(Scalar::reduce(k))), &message(limbs));
        let raw = signature.to_bytes();
        let half = |at: usize| {
            let bytes = std::array::from_fn(|n| raw[at + n]);
            model::number(Scalar::from_canonical_bytes(&bytes).expect("below n").limbs())
        };
        let public = Point::decode(key.public().limbs()).expect("a point");
        let point = model::double_and_add(&Point::GENERATOR, &half(0)).add(&model::double_and_add(&public, &half(40)));
        prop_assert_eq!(point.encode(), table::of_g().mul(&Scalar::reduce(k)).encode());
        prop_assert_eq!(Verifier::new(&key.public()).expect("a point").verify(&message(limbs), &signature), Ok(()));
    }
}
