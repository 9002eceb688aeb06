//! What holds for every key, digest and nonce.

use k256::{Scalar, U256, elliptic_curve::ops::Reduce as _};
use proptest::prelude::*;

use super::{
    Address, Digest, SecretKey, Signature, SignatureError, Signer, SimulatedKey, keccak256,
    nonce::{PreparedNonce, Source},
};

/// The signature as it would be read from JSON: in form, with low s.
fn read(signature: &Signature) -> Result<Signature, SignatureError> {
    Signature::parse(&signature.r().to_string(), &signature.s().to_string(), signature.v().into())
}

fn digest() -> impl Strategy<Value = Digest> {
    // Also digests above the group's order, which are reduced, and tiny ones.
    prop_oneof![
        4 => any::<[u8; 32]>(),
        1 => any::<u8>().prop_map(|low| { let mut all = [0xff; 32]; all[31] = low; all }),
        1 => any::<u8>().prop_map(|low| { let mut all = [0; 32]; all[31] = low; all }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn signatures_are_low_and_recovered(secret in any::<[u8; 32]>(), digest in digest(), other in digest()) {
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let Ok(key) = SecretKey::from_hex(&hex) else { return Ok(()) };
        let address = key.address();
        prop_assert_eq!(Address::parse(&address.checksummed()), Ok(address));
        let mut signer = Signer::live(key);
        for n_prepared in [0, 1] {
            signer.prepare(n_prepared).expect("randomness");
            let signature = signer.sign(&digest);
            prop_assert_eq!(read(&signature), Ok(signature));
            prop_assert_eq!(signature.signer(&digest), Ok(address));
            prop_assert!(digest == other || signature.signer(&other) != Ok(address));
        }
    }

    #[test]
    fn simulated_nonces_follow_from_the_seed_and_never_repeat(seed: u64, digest in digest()) {
        let run = || {
            let mut signer = Signer::simulated(SimulatedKey::derive(seed, "maker"));
            signer.prepare(3).expect("no randomness is needed");
            [signer.sign(&digest), signer.sign(&digest), signer.sign(&digest), signer.sign(&digest)]
        };
        let made = run();
        prop_assert_eq!(made, run());
        for (n, one) in made.iter().enumerate() {
            prop_assert!(made[..n].iter().all(|other| other.r() != one.r()), "{:?}", made);
        }
    }
}

#[test]
fn live_nonces_are_drawn_anew() {
    let signer = || Signer::live(SecretKey::from_hex(&"11".repeat(32)).expect("a key"));
    let (mut one, mut other) = (signer(), signer());
    one.prepare(2).expect("randomness");
    other.prepare(1).expect("randomness");
    assert_eq!((one.prepared(), other.prepared()), (2, 1));
    let digest = keccak256(&[b"an order"]);
    let prepared = [one.sign(&digest), one.sign(&digest), other.sign(&digest)];
    assert!(prepared[0].r() != prepared[1].r() && prepared[0].r() != prepared[2].r());
    assert_eq!((one.prepared(), other.prepared()), (0, 0));
    assert_eq!(one.sign(&digest), other.sign(&digest), "without nonces both do as RFC 6979 says");
}

/// s would be 0 for the digest -r * key: such a signature would give the key away.
#[test]
fn the_digest_that_a_nonce_cannot_sign_is_signed_with_another() {
    let key = SimulatedKey::derive(7, "maker").into_secret();
    let draw = |key: &SecretKey| Source::Simulated { drawn: 0 }.draw(key).expect("no randomness is needed");
    let r = draw(&key).sign(&[1; 32]).expect("an ordinary digest");
    let r = Scalar::reduce(&U256::from_be_slice(r.r().as_bytes()));
    let fatal: Digest = (-(r * key.scalar())).to_bytes().into();
    assert_eq!(PreparedNonce::sign(draw(&key), &fatal), None);

    let mut signer = Signer::simulated(SimulatedKey::derive(7, "maker"));
    signer.prepare(1).expect("no randomness is needed");
    let signature = signer.sign(&fatal);
    assert_eq!(signer.prepared(), 0, "the nonce is gone");
    assert_eq!(signature, key.sign(&fatal));
    assert_eq!(signature.signer(&fatal), Ok(key.address()));
}

#[test]
fn simulated_keys_bear_a_mark_and_nothing_else_becomes_one() {
    let key = SimulatedKey::derive(7, "grvt/alice");
    let text = key.secret_hex();
    assert!(text.starts_with("0x6d6d2d626f742d73696d756c61746564") && text.len() == 66, "{text}");
    for same in [&text, &text[2..], &format!(" {text}\n"), &text.to_uppercase().replace("0X", "0x")] {
        let again = SimulatedKey::from_marked_hex(same).expect("it bears the mark");
        assert_eq!(again.address(), key.address());
    }
    let as_any_library_has_it = SecretKey::from_hex(&text).expect("a key");
    assert_eq!(as_any_library_has_it.address(), key.address());
    assert_ne!(SimulatedKey::derive(8, "grvt/alice").address(), key.address());
    assert_ne!(SimulatedKey::derive(7, "grvt/bob").address(), key.address());
    let last_of_the_mark = text.replacen("746564", "746565", 1);
    for other in
        ["", "0x", "6d6d", &last_of_the_mark, &text[..64], &"ab".repeat(32), &format!("{text}0"), "é"]
    {
        assert!(SimulatedKey::from_marked_hex(other).is_none(), "{other}");
    }
}

#[test]
fn secrets_are_not_shown() {
    let key = SimulatedKey::derive(7, "grvt/alice");
    let secret = key.secret_hex();
    let shown = format!("{key:?} {:?}", SecretKey::from_hex(&secret));
    let mut signer = Signer::simulated(key);
    signer.prepare(1).expect("no randomness is needed");
    let shown = format!("{shown} {signer:?}");
    assert!(!shown.contains(&secret[34..]), "{shown}");
}
