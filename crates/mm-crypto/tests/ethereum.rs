//! What others made of the same inputs: GRVT's vectors (fixtures/grvt/vectors.json, by the venue's SDK and eth_account),
//! the examples of EIP-55 and EIP-712, and the RFC 6979 vectors that Bitcoin's libraries share.

use mm_crypto::ecdsa::{
    Address, AddressError, Digest, KeyError, SecretKey, Signature, SignatureError, Signer, keccak256,
};
use serde_json::Value;

fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    let digits = hex.strip_prefix("0x").unwrap_or(hex);
    assert_eq!(digits.len(), 2 * N, "{hex}");
    std::array::from_fn(|n| u8::from_str_radix(&digits[2 * n..2 * n + 2], 16).expect("hex"))
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_else(|| panic!("{key} in {row}"))
}

/// Digest, r, s, v and signer of every signature in the vectors.
fn vectors() -> Vec<(String, Digest, Signature, Address)> {
    let all: Value = serde_json::from_str(include_str!("../../../fixtures/grvt/vectors.json")).expect("JSON");
    let orders = all["orders"].as_array().expect("orders").iter().map(|row| (row, &row["eip712"]));
    let others = all["other_typed_data"].as_array().expect("others").iter().map(|row| (row, row));
    let rows: Vec<_> = orders
        .chain(others)
        .map(|(row, typed)| {
            let signature = &row["signature"];
            let v = signature["v"].as_u64().expect("v");
            let read = Signature::parse(text(signature, "r"), text(signature, "s"), v).expect("a signature");
            let signer = Address::parse(text(signature, "signer")).expect("an address");
            (text(row, "name").to_owned(), bytes(text(typed, "digest")), read, signer)
        })
        .collect();
    assert!(23 <= rows.len(), "18 orders and 5 others");
    rows
}

#[test]
fn fault_85_every_digest_of_the_vectors_is_signed_as_there() {
    let key = SecretKey::from_hex(&format!("0x{}", "01".repeat(32))).expect("the vectors' key");
    let mut signer = Signer::live(key);
    for (name, digest, signature, address) in vectors() {
        assert_eq!(signer.address(), address, "{name}");
        assert_eq!(signer.sign(&digest), signature, "{name}");
        assert_eq!(signature.signer(&digest), Ok(address), "{name}");
        signer.prepare(1).expect("randomness");
        let prepared = signer.sign(&digest);
        assert_eq!(signer.prepared(), 0, "{name}: it took the prepared nonce");
        assert_ne!(prepared, signature, "{name}: another nonce");
        assert_eq!(prepared.signer(&digest), Ok(address), "{name}");
    }
}

/// Key, SHA-256 of the message above it, r and s: <https://bitcointalk.org/index.php?topic=285142.msg3299061>, as the
/// tests of bitcoin-s have them too. The RFC itself has no example on this curve.
const RFC_6979: &[[&str; 4]] = &[
    // "Satoshi Nakamoto"
    [
        "0000000000000000000000000000000000000000000000000000000000000001",
        "a0dc65ffca799873cbea0ac274015b9526505daaaed385155425f7337704883e",
        "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8",
        "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5",
    ],
    // "All those moments will be lost in time, like tears in rain. Time to die..."
    [
        "0000000000000000000000000000000000000000000000000000000000000001",
        "7d1833f54854ac51659521afcd0ec6dca2ce2351429614bfa28a756b1b3c637f",
        "8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b",
        "547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21",
    ],
    // "Satoshi Nakamoto"
    [
        "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140",
        "a0dc65ffca799873cbea0ac274015b9526505daaaed385155425f7337704883e",
        "fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d0",
        "6b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5",
    ],
    // "Alan Turing"
    [
        "f8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181",
        "4ba38d48a60f1b29e9eb726eaff08b2e83d8d81e031666fee50e85900d7dc1ef",
        "7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15c",
        "58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ea",
    ],
];

#[test]
fn rfc_6979_as_others_have_it() {
    for [key, digest, r, s] in RFC_6979 {
        let key = SecretKey::from_hex(key).expect("a key");
        let signature = key.sign(&bytes(digest));
        assert_eq!(
            (signature.r().to_string(), signature.s().to_string()),
            (format!("0x{r}"), format!("0x{s}"))
        );
    }
}

#[test]
fn addresses_are_mixed_as_eip_55_mixes_them() {
    // "Test Cases" of the EIP.
    for example in [
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
        "0xde709f2102306220921060314715629080e2fb77",
        "0x27b1fdb04752bbc536007a920d24acb045561c26",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ] {
        let address = Address::parse(example).expect(example);
        assert_eq!(address.checksummed(), example);
        assert_eq!(address.to_string(), example.to_lowercase());
        assert_eq!(Address::parse(&example.to_lowercase()), Ok(address));
        let shouted = format!("0x{}", example[2..].to_uppercase());
        assert_eq!(Address::parse(&shouted), Ok(address));
    }
    let refused = |text: &str, why| assert_eq!(Address::parse(text), Err(why), "{text}");
    refused("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed", AddressError::Checksum);
    refused("0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", AddressError::Checksum);
    for text in [
        "",
        "0x",
        "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0X5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAedd",
        "0x0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeA",
        "0xgaAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xéaAeb6053F3E94C9b9A09f33669435E7Ef1BeAe",
    ] {
        refused(text, AddressError::Form);
    }
}

/// The "Mail" of EIP-712's example, whose key is the hash of "cow" and whose digest and signature stand there.
#[test]
fn eip_712_mail() {
    let key = keccak256(&[b"cow"]).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let key = SecretKey::from_hex(&key).expect("a key");
    assert_eq!(key.address().checksummed(), "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826");
    let digest = bytes("0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2");
    let signature = key.sign(&digest);
    assert_eq!(signature.v(), 28);
    let r = "0x4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d";
    let s = "0x07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b91562";
    assert_eq!((signature.r().to_string(), signature.s().to_string()), (r.to_owned(), s.to_owned()));
}

#[test]
fn hashes() {
    let check = |parts: &[&[u8]], hash: &str| assert_eq!(keccak256(parts), bytes(hash));
    check(&[], "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    check(&[b"abc"], "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
    check(&[b"a", b"", b"bc"], "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
}

#[test]
fn keys_out_of_range_are_refused_and_not_repeated() {
    let n = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    let below = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140";
    assert!(SecretKey::from_hex(below).is_ok());
    for key in [n, &"0".repeat(64), &"f".repeat(64)] {
        assert_eq!(SecretKey::from_hex(key).err(), Some(KeyError::Range));
    }
    for secret in ["", "0x", "0x12", &below[1..], "0xbaadf00d-is-no-hex"] {
        let error = SecretKey::from_hex(secret).expect_err("no key").to_string();
        assert!(secret.len() < 4 || !error.contains(&secret[2..]), "{error}");
    }
    let key = SecretKey::from_hex(below).expect("a key");
    assert!(!format!("{key:?}").contains(below), "{key:?}");
}

#[test]
fn signatures_are_read_strictly() {
    let (_, _, good, _) = vectors().remove(0);
    let (r, s) = (good.r().to_string(), good.s().to_string());
    let check =
        |r: &str, s: &str, v: u64, expected| assert_eq!(Signature::parse(r, s, v), expected, "{r} {s} {v}");
    check(&r, &s, 27, Ok(good));
    for v in [0, 1, 26, 29, 325 * 2 + 35, 27 + 256] {
        check(&r, &s, v, Err(SignatureError::V(v)));
    }
    for wrong in [
        "",
        "0x",
        &r[2..],
        &r[..65],
        &format!("{r}0"),
        &format!("0X{}", &r[2..]),
        &format!("0x0x{}", &r[4..]),
        &r.replace('8', "g"),
    ] {
        check(wrong, &s, 27, Err(SignatureError::Form));
        check(&r, wrong, 27, Err(SignatureError::Form));
    }
    let half = "0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0";
    assert!(Signature::parse(&r, half, 27).is_ok());
    check(&r, &half.replace("20a0", "20a1"), 27, Err(SignatureError::HighS));
    check(&r, &format!("0x{}", "f".repeat(64)), 27, Err(SignatureError::HighS));
    // Nobody's: r and s are in form and out of range.
    let zero = format!("0x{}", "0".repeat(64));
    let n = "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    for (r, s) in [(zero.as_str(), s.as_str()), (&r, &zero), (n, &s)] {
        let nobodys = Signature::parse(r, s, 27).expect("in form");
        assert!(nobodys.signer(&[7; 32]).is_err());
    }
}
