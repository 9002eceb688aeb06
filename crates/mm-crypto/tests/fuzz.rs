//! The fuzz target for what reads bytes from outside: public keys, digests, secret keys in hex, signatures.
//!
//! It runs in the ordinary test command on stable Rust, with proptest as its engine: the inputs are short and fixed in
//! length, so structure (valid input, then damaged) finds more than coverage would, and a failing input becomes a
//! case here. `PROPTEST_CASES=1000000 cargo test --release -p mm-crypto --test fuzz` lets it run for hours.

use std::sync::LazyLock;

use mm_crypto::{
    Digest, Felt, PublicKey, SecretKey, Signature, Signer, SimulatedKey, Verifier, VerifyError, hash5,
};
use proptest::prelude::*;

/// A key's verifier and a good signature, made once.
static GOOD: LazyLock<(Verifier, Digest, [u8; 80])> = LazyLock::new(|| {
    let mut signer = Signer::simulated(SimulatedKey::derive(3, "fuzz"));
    let message = hash5(&[Felt::from(3_u64)]);
    let signature = signer.sign(&message).expect("no randomness needed");
    (Verifier::new(signer.public()).expect("a point"), message, signature.to_bytes())
});

/// Bytes of limbs that are anything, often at an edge.
fn bytes<const LIMBS: usize, const N: usize>() -> impl Strategy<Value = [u8; N]> {
    let edge = prop_oneof![Just(0), Just(Felt::ORDER), Just(u64::MAX), Just(0x7FFF_FFFD_8000_0007)];
    let limb =
        prop_oneof![any::<u64>(), (edge, -2_i64..=2).prop_map(|(edge, off)| edge.wrapping_add_signed(off))];
    prop::collection::vec(limb, LIMBS)
        .prop_map(|limbs| std::array::from_fn(|n| limbs[n / 8].to_le_bytes()[n % 8]))
}

proptest! {
    #[test]
    fn public_keys(raw in bytes::<5, 40>()) {
        let canonical = raw.chunks_exact(8).all(|limb| {
            u64::from_le_bytes(limb.try_into().expect("eight bytes")) < Felt::ORDER
        });
        let key = PublicKey::from_bytes(&raw);
        prop_assert_eq!(key.is_ok(), canonical);
        prop_assert_eq!(Digest::from_le_bytes(&raw).is_ok(), canonical);
        if let Ok(key) = key {
            // What is read is written as it was, and in no other form.
            prop_assert_eq!(key.to_bytes(), raw);
            prop_assert_eq!(PublicKey::from_hex(&key.to_string()), Ok(key));
            if let Ok(verifier) = Verifier::new(&key) {
                let (_, message, signature) = &*GOOD;
                prop_assert_eq!(verifier.verify(message, &Signature::from_bytes(*signature)), Err(VerifyError::Mismatch));
            }
        }
    }

    #[test]
    fn texts(text in "(0x)?[0-9a-fA-Fxg é]{0,82}") {
        let digits = text.strip_prefix("0x").unwrap_or(&text);
        let is_hex = digits.len() == 80 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if let Ok(key) = PublicKey::from_hex(&text) {
            prop_assert!(is_hex);
            prop_assert_eq!(key.to_string(), digits.to_lowercase());
        }
        if let Ok(key) = SecretKey::from_hex(&text) {
            prop_assert!(is_hex);
            prop_assert_eq!(format!("{key:?}"), "SecretKey(***)");
        }
    }

    #[test]
    fn signatures(raw in bytes::<10, 80>()) {
        let (verifier, message, _) = &*GOOD;
        prop_assert!(verifier.verify(message, &Signature::from_bytes(raw)).is_err());
    }

    #[test]
    fn damaged_signatures(at in 0_usize..80, xor in 1_u8.., second in 0_usize..80, other in any::<u8>()) {
        let (verifier, message, good) = &*GOOD;
        let mut raw = *good;
        raw[at] ^= xor;
        if second != at {
            raw[second] ^= other;
        }
        prop_assert!(verifier.verify(message, &Signature::from_bytes(raw)).is_err());
        prop_assert_eq!(verifier.verify(message, &Signature::from_bytes(*good)), Ok(()));
    }
}
