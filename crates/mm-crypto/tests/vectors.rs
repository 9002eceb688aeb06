//! What other implementations made of the same inputs (fixtures/lighter/vectors.json), byte for byte.

use mm_crypto::{
    Digest, Felt, HexError, KeyError, NotCanonical, PublicKey, SecretKey, Signature, Signer, Verifier,
    VerifyError, hash4, hash5,
};
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../fixtures/lighter/vectors.json")).expect("JSON")
}

fn rows(table: &str) -> Vec<Value> {
    let rows = vectors()[table].as_array().expect(table).clone();
    assert!(!rows.is_empty(), "{table} is not empty");
    rows
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_else(|| panic!("{key} in {row}"))
}

fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    assert_eq!(hex.len(), 2 * N, "{hex}");
    std::array::from_fn(|n| u8::from_str_radix(&hex[2 * n..2 * n + 2], 16).expect("hex"))
}

fn felts(row: &Value, key: &str) -> Vec<Felt> {
    let list = row[key].as_array().expect(key);
    list.iter().map(|limb| Felt::from(limb.as_str().expect("text").parse::<u64>().expect("a limb"))).collect()
}

fn verify(row: &Value) -> Result<(), String> {
    let key = PublicKey::from_hex(text(row, "public_key_hex")).map_err(|error| error.to_string())?;
    let message =
        Digest::from_le_bytes(&bytes(text(row, "message_hash_hex"))).map_err(|error| error.to_string())?;
    let signature = Signature::from_bytes(bytes(text(row, "sig_hex")));
    let verifier = Verifier::new(&key).map_err(|error| error.to_string())?;
    verifier.verify(&message, &signature).map_err(|error| error.to_string())
}

#[test]
fn keys() {
    for row in rows("keys") {
        let (secret, public) = (text(&row, "private_key_hex_le"), text(&row, "public_key_hex"));
        for secret in [secret.to_owned(), format!("0x{secret}"), secret.to_uppercase()] {
            let key = SecretKey::from_hex(&secret).expect("a key");
            assert_eq!(key.public().to_string(), public, "{}", row["name"]);
        }
        let key = SecretKey::from_le_bytes(&bytes(secret)).expect("a key");
        assert_eq!(PublicKey::from_hex(public).expect("a public key"), key.public());
        Verifier::new(&key.public()).expect("a point of the group");
    }
}

#[test]
fn bad_private_keys() {
    let mut told = 0;
    for row in rows("bad_private_keys").iter().filter(|row| row["value"].is_string()) {
        let expected = match text(row, "case") {
            "empty" => HexError::Empty { expected: 40 },
            "39 bytes" => HexError::Length { got: 39, expected: 40 },
            "41 bytes" => HexError::Length { got: 41, expected: 40 },
            "odd hex" => HexError::Odd { got: 79, expected: 40 },
            "not hex" => HexError::Digit { at: 0 },
            other => panic!("an unknown case: {other}"),
        };
        let error = SecretKey::from_hex(text(row, "value")).expect_err("no key");
        assert_eq!(error, KeyError::Hex(expected));
        told += 1;
    }
    assert_eq!(told, 5);
    let order = "e1ff8b9496d90fe89ca024d7395c88e83906b8cfe6ffff7f16000000f1ffff7f07000080fdffff7f";
    for zero in [&"00".repeat(40), order] {
        assert_eq!(SecretKey::from_hex(zero).expect_err("no key"), KeyError::Zero);
    }
}

#[test]
fn poseidon2() {
    for row in rows("poseidon2_own_model") {
        let input = felts(&row, "input");
        let hash = hash5(&input);
        assert_eq!(hash.felts().as_slice(), felts(&row, "hash5"), "{input:?}");
        assert_eq!(hash.to_string(), text(&row, "hash5_bytes_hex"));
        assert_eq!(hash.to_le_bytes(), bytes(text(&row, "hash5_bytes_hex")));
        assert_eq!(hash4(&input).as_slice(), felts(&row, "hash4"), "{input:?}");
    }
}

#[test]
fn messages_of_tokens() {
    for row in rows("auth_tokens") {
        assert_eq!(hash5(&felts(&row, "message_elements")).to_string(), text(&row, "message_hash_hex"));
        let token = text(&row, "token");
        let signature = Signature::from_bytes(bytes(&token[token.len() - 160..]));
        let verifier = Verifier::new(&PublicKey::from_hex(text(&row, "public_key_hex")).expect("a key"))
            .expect("a point");
        let message = Digest::from_le_bytes(&bytes(text(&row, "message_hash_hex"))).expect("a digest");
        assert_eq!(verifier.verify(&message, &signature), Ok(()));
    }
}

#[test]
fn fault_85_signatures_of_the_official_signer_are_accepted() {
    for mut row in rows("transactions") {
        row["message_hash_hex"] = row["tx_hash"].clone();
        assert_eq!(verify(&row), Ok(()), "{}", row["name"]);
    }
}

#[test]
fn schnorr_refuse() {
    for row in rows("schnorr_refuse") {
        verify(&row).expect_err(text(&row, "case"));
    }
}

#[test]
fn schnorr_non_canonical() {
    let row = &vectors()["schnorr_non_canonical"];
    assert_eq!(verify(row), Err(VerifyError::Range.to_string()));
}

#[test]
fn a_live_signer_signs_for_its_key() {
    for row in rows("keys") {
        let key = SecretKey::from_hex(text(&row, "private_key_hex_le")).expect("a key");
        let mut signer = Signer::live(key);
        let verifier = Verifier::new(signer.public()).expect("a point");
        let message = hash5(&[Felt::from(-1_i64)]);
        signer.prepare(2).expect("random bytes");
        assert_eq!(signer.prepared(), 2);
        let signatures = [(); 3].map(|()| signer.sign(&message).expect("random bytes"));
        assert_eq!(signer.prepared(), 0);
        assert!(signatures[0] != signatures[1] && signatures[1] != signatures[2]);
        for signature in signatures {
            assert_eq!(verifier.verify(&message, &signature), Ok(()));
        }
    }
}

#[test]
fn limbs_at_and_above_p_are_refused() {
    for limb in 0..5 {
        for value in [Felt::ORDER, Felt::ORDER + 1, u64::MAX] {
            let mut raw = [0; 40];
            raw[8 * limb..8 * limb + 8].copy_from_slice(&value.to_le_bytes());
            assert_eq!(Digest::from_le_bytes(&raw), Err(NotCanonical { limb }));
            assert_eq!(PublicKey::from_bytes(&raw), Err(NotCanonical { limb }));
        }
    }
}

#[test]
fn secrets_are_not_shown() {
    let hex = "52b5bcc92c1d665f7a04558128479ab738682790674216e782b59ffd5d33df3b47f41b317097ac21";
    assert_eq!(format!("{:?}", SecretKey::from_hex(hex).expect("a key")), "SecretKey(***)");
    let error = SecretKey::from_hex(&hex[1..]).expect_err("odd").to_string();
    assert!(!error.contains("52b5") && !error.contains("b5bc"), "{error}");
}
