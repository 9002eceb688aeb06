//! Variants of a good transaction that must be refused: every signed field and attribute changed, the signature
//! spoilt, another signer, another chain. For the tests of the check and of the server half.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mm_crypto::{Signature, Signer, SimulatedKey};
use serde_json::{Map, Value, json};

use crate::lighter::tx::{Attributes, ChainId, SignedTx, Tx, TxType};

/// The order of the group, little-endian: `group_order_n` of `fixtures/lighter/vectors.json`.
const ORDER: [u8; 40] = [
    0xe1, 0xff, 0x8b, 0x94, 0x96, 0xd9, 0x0f, 0xe8, 0x9c, 0xa0, 0x24, 0xd7, 0x39, 0x5c, 0x88, 0xe8, 0x39,
    0x06, 0xb8, 0xcf, 0xe6, 0xff, 0xff, 0x7f, 0x16, 0x00, 0x00, 0x00, 0xf1, 0xff, 0xff, 0x7f, 0x07, 0x00,
    0x00, 0x80, 0xfd, 0xff, 0xff, 0x7f,
];

/// What the hash leaves out, so that changing it changes nothing for the signature.
const UNSIGNED: [&str; 2] = ["Memo", "L1Sig"];

/// A transaction that a venue must refuse.
#[derive(Clone, Debug)]
pub(crate) struct Variant {
    /// What was done to it.
    pub(crate) name: String,
    /// Its type.
    pub(crate) tx_type: u64,
    /// Its JSON.
    pub(crate) tx_info: String,
}

/// All variants of a transaction that `signer` may sign for.
pub(crate) fn variants(good: &SignedTx, chain: ChainId, signer: &mut Signer) -> Vec<Variant> {
    let mut text = String::new();
    good.write_json(&mut text);
    let whole: Value = serde_json::from_str(&text).expect("we wrote it");
    let tx_type = u64::from(good.tx.tx_type().code());
    let mut out = Vec::new();
    let mut add = |name: String, tx_info: String| out.push(Variant { name, tx_type, tx_info });
    for (name, value) in changed(&whole) {
        add(name, value.to_string());
    }
    for (name, signature) in signatures(&good.signature) {
        add(name, with(&whole, "Sig", signature.into()).to_string());
    }
    for (name, tx, chain) in misread(&good.tx, chain) {
        let signature = signer.sign(&tx.hash(chain)).expect("randomness");
        add(name, with(&whole, "Sig", STANDARD.encode(signature.to_bytes()).into()).to_string());
    }
    let mut stranger = Signer::simulated(SimulatedKey::derive(1, "stranger"));
    let signature = stranger.sign(&good.tx.hash(chain)).expect("randomness");
    add(
        "by a stranger".into(),
        with(&whole, "Sig", STANDARD.encode(signature.to_bytes()).into()).to_string(),
    );
    let known = (0..=u8::MAX).filter_map(TxType::from_code).map(|other| u64::from(other.code()));
    let others = known.chain([0, 21, tx_type + 256]).filter(|other| *other != tx_type);
    out.extend(others.map(|tx_type| Variant {
        name: format!("as type {tx_type}"),
        tx_type,
        tx_info: text.clone(),
    }));
    out
}

fn with(whole: &Value, key: &str, value: Value) -> Value {
    let mut fields = whole.as_object().expect("a transaction is an object").clone();
    fields.insert(key.to_owned(), value);
    fields.into()
}

/// Every field changed, dropped, and written as something else.
fn changed(whole: &Value) -> Vec<(String, Value)> {
    let fields = whole.as_object().expect("a transaction is an object");
    let mut out = vec![("a field added".to_owned(), with(whole, "zzz", json!(1)))];
    for (key, value) in fields.iter().filter(|(key, _)| !UNSIGNED.contains(&key.as_str())) {
        if key != "L2TxAttributes" {
            let mut fields = fields.clone();
            fields.remove(key);
            out.push((format!("{key} dropped"), fields.into()));
        }
        let others = match (key.as_str(), value) {
            ("L2TxAttributes", _) => attributes(value.as_object().cloned().unwrap_or_default()),
            ("Orders", Value::Array(orders)) => groups(orders),
            ("PubKey", _) => keys(value.as_str().expect("a key is text")),
            (_, Value::Number(number)) => numbers(number.as_i64().expect("no vector is above i64")),
            _ => vec![Value::Null],
        };
        out.extend(others.into_iter().map(|other| (format!("{key}: {other}"), with(whole, key, other))));
    }
    out
}

fn numbers(number: i64) -> Vec<Value> {
    vec![
        (number ^ 1).into(),
        number.wrapping_add(1).into(),
        number.wrapping_neg().wrapping_sub(1).into(),
        (number ^ (1 << 40)).into(),
        number.to_string().into(),
        json!(0.5),
        json!([number]),
        Value::Null,
    ]
}

fn keys(text: &str) -> Vec<Value> {
    let bytes = STANDARD.decode(text).expect("a key is base64");
    let mut other = bytes.clone();
    other[0] ^= 1;
    // p added to a limb, where there is room: the same element in a second form.
    let mut twin = bytes.clone();
    twin[..8].fill(0xff);
    vec![STANDARD.encode(other).into(), STANDARD.encode(twin).into(), STANDARD.encode(&bytes[..39]).into()]
}

fn groups(orders: &[Value]) -> Vec<Value> {
    let mut out = vec![json!([]), orders[1..].into(), orders.iter().rev().cloned().collect()];
    for n in 0..orders.len() {
        for (_, order) in changed(&orders[n]) {
            let mut orders = orders.to_vec();
            orders[n] = order;
            out.push(orders.into());
        }
    }
    out
}

/// Each attribute changed and dropped, and each that is not there added.
fn attributes(set: Map<String, Value>) -> Vec<Value> {
    let mut out = Vec::new();
    for number in 0..=9 {
        let key = number.to_string();
        let mut put = |value: Value| {
            let mut set = set.clone();
            set.insert(key.clone(), value);
            out.push(set.into());
        };
        match set.get(&key).and_then(Value::as_i64) {
            Some(value) => {
                put((value + 1).into());
                put((value ^ 1).into());
                put((value | 1 << 33).into());
                let mut set = set.clone();
                set.remove(&key);
                out.push(set.into());
            }
            None => put(1.into()),
        }
    }
    if !set.is_empty() {
        out.push(Value::Null);
    }
    out
}

/// One bit of each byte flipped, halves swapped, and the twins of both halves, which a careless check would take too.
fn signatures(signature: &Signature) -> Vec<(String, String)> {
    let good = signature.to_bytes();
    let mut out: Vec<_> = (0..good.len())
        .map(|n| {
            let mut bytes = good;
            bytes[n] ^= 1 << (n % 8);
            (format!("bit {} of byte {n} of the signature", n % 8), STANDARD.encode(bytes))
        })
        .collect();
    let mut swapped = good;
    swapped.rotate_left(40);
    let text = STANDARD.encode(good);
    out.push(("s and e swapped".into(), STANDARD.encode(swapped)));
    out.push(("s + n".into(), STANDARD.encode(plus_order(good, 0))));
    out.push(("e + n".into(), STANDARD.encode(plus_order(good, 40))));
    out.push(("nothing but zeros".into(), STANDARD.encode([0; 80])));
    out.push(("nothing but ones".into(), STANDARD.encode([0xff; 80])));
    out.push(("79 bytes".into(), STANDARD.encode(&good[..79])));
    out.push(("81 bytes".into(), STANDARD.encode([&good[..], &[0]].concat())));
    out.push(("no signature".into(), String::new()));
    out.push(("no padding".into(), text.trim_end_matches('=').to_owned()));
    out.push(("hex".into(), signature.to_string()));
    out
}

/// The half at `start` with the order of the group added: the same number modulo the order.
fn plus_order(mut bytes: [u8; 80], start: usize) -> [u8; 80] {
    let mut carry = 0u16;
    for (byte, add) in bytes[start..start + 40].iter_mut().zip(ORDER) {
        carry += u16::from(*byte) + u16::from(add);
        *byte = u8::try_from(carry & 0xff).expect("masked");
        carry >>= 8;
    }
    assert_eq!(carry, 0, "s + n fits 320 bits, since s is below n");
    bytes
}

/// What else its own key could have signed: the same words meant otherwise.
fn misread(tx: &Tx, chain: ChainId) -> Vec<(String, Tx, ChainId)> {
    let other = if chain == ChainId::MAINNET { ChainId::TESTNET } else { ChainId::MAINNET };
    let mut next = tx.clone();
    next.header.nonce = next.header.nonce.wrapping_add(1);
    let mut out = vec![
        ("for another chain".to_owned(), tx.clone(), other),
        ("for the next nonce".to_owned(), next, chain),
    ];
    if tx.attributes != Attributes::default() {
        let plain = Tx { attributes: Attributes::default(), ..tx.clone() };
        out.push(("without its attributes".to_owned(), plain, chain));
    }
    out
}
