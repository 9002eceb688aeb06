//! Variants of a good order that must be refused: every signed field changed, the signature spoilt, another signer,
//! another chain, another time. For the tests of the check and of the server half: they work on the order's JSON in the
//! full encoding.

use mm_crypto::ecdsa::{Address, SecretKey, Signature, Signer};
use serde_json::{Value, json};

use super::{
    ChainId, Domain, Gate, Instrument, LegTexts, OrderTexts, SignatureTexts, TimeInForce, Validity,
    scale::PRICE_DECIMALS, scaled,
};

/// The order of the group: SEC 2, section 2.4.1.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xba,
    0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
];

/// Somebody who has no account.
const STRANGER: &str = "0x00000000000000000000000000000000000000000000000000000000000057a6";

/// An order that a venue must refuse.
#[derive(Clone, Debug)]
pub(crate) struct Variant {
    /// What was done to it.
    pub(crate) name: String,
    /// Its JSON: what stands under `order` in a request.
    pub(crate) order: Value,
    /// What the check of the signature says to it. A venue may find another fault first.
    pub(crate) code: u32,
}

/// Who may sign what, and where.
pub(crate) struct Desk<'a> {
    /// What the venue holds signatures against.
    pub(crate) gate: Gate,
    /// The instruments by name, more than one.
    pub(crate) instruments: &'a [(&'a str, Instrument)],
    /// The secret that may sign for the account, in hex.
    pub(crate) secret: &'a str,
}

/// All variants of an order.
pub(crate) fn variants(good: &Value, desk: &Desk<'_>) -> Vec<Variant> {
    let mut out = Vec::new();
    let mut add = |name: String, order, code| out.push(Variant { name, order, code });
    for (pointer, values) in changes(good, desk) {
        for value in values {
            add(format!("{pointer} {value}"), with(good, pointer, value), 2002);
        }
    }
    for (name, changes, code) in spoilt(&good["signature"]) {
        let order = changes.into_iter().fold(good.clone(), |order, (pointer, value)| {
            with(&order, &format!("/signature/{pointer}"), value)
        });
        add(name, order, code);
    }
    for (name, order, code) in resigned(good, desk) {
        add(name.to_owned(), order, code);
    }
    out
}

/// Hands on the texts of an order's JSON, as a server half would read them.
pub(crate) fn with_texts<T>(
    order: &Value,
    instruments: &[(&str, Instrument)],
    use_them: impl FnOnce(&OrderTexts<'_>, &SignatureTexts<'_>) -> T,
) -> T {
    let text = |row: &Value, key: &str| row[key].as_str().map(str::to_owned);
    let flag = |row: &Value, key: &str| row[key].as_bool().unwrap_or(false);
    let rows: Vec<_> = order["legs"]
        .as_array()
        .expect("legs")
        .iter()
        .map(|leg| {
            let name = leg["instrument"].as_str().expect("a name");
            let (_, instrument) = instruments.iter().find(|(known, _)| *known == name).expect(name);
            (
                *instrument,
                text(leg, "size").expect("a size"),
                text(leg, "limit_price"),
                flag(leg, "is_buying_asset"),
            )
        })
        .collect();
    let legs: Vec<_> = rows
        .iter()
        .map(|(instrument, size, limit_price, is_buying_asset)| LegTexts {
            instrument: *instrument,
            size,
            limit_price: limit_price.as_deref(),
            is_buying_asset: *is_buying_asset,
        })
        .collect();
    let signature = &order["signature"];
    let texts = OrderTexts {
        sub_account_id: order["sub_account_id"].as_str().expect("text"),
        is_market: flag(order, "is_market"),
        time_in_force: order["time_in_force"].as_str().expect("a word"),
        post_only: flag(order, "post_only"),
        reduce_only: flag(order, "reduce_only"),
        legs: &legs,
        builder: order["builder"].as_str(),
        builder_fee: order["builder_fee"].as_str(),
    };
    let signature = SignatureTexts {
        signer: signature["signer"].as_str().expect("an address"),
        r: signature["r"].as_str().expect("text"),
        s: signature["s"].as_str().expect("text"),
        v: signature["v"].as_u64().expect("a number"),
        expiration: signature["expiration"].as_str().expect("text"),
        nonce: signature["nonce"].as_u64().and_then(|nonce| u32::try_from(nonce).ok()).expect("a nonce"),
        chain_id: signature["chain_id"].as_str(),
    };
    use_them(&texts, &signature)
}

/// The order with something else at that place; `null` takes it away.
fn with(order: &Value, pointer: &str, value: Value) -> Value {
    let mut order = order.clone();
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    let parent = order.pointer_mut(parent).expect(pointer).as_object_mut().expect(pointer);
    match value {
        Value::Null => _ = parent.remove(key),
        value => _ = parent.insert(key.to_owned(), value),
    }
    order
}

/// Every signed field with what else it could say.
fn changes<'a>(good: &'a Value, desk: &'a Desk<'_>) -> Vec<(&'static str, Vec<Value>)> {
    let flag = |pointer: &str| vec![json!(!good.pointer(pointer).and_then(Value::as_bool).unwrap_or(false))];
    let leg = &good["legs"][0];
    let account: u64 = good["sub_account_id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let words = TimeInForce::ALL.map(TimeInForce::word);
    let others = desk.instruments.iter().map(|(name, _)| *name);
    let here = desk.instruments.iter().find(|(name, _)| leg["instrument"] == *name).expect("known").1;
    let decimal = |text: Option<&str>, decimals: u8| {
        let units = scaled(text.unwrap_or("0"), decimals).expect("it was signed");
        [units ^ 1, units ^ (1 << 40)].map(|units| written(units, decimals)).to_vec()
    };
    let nonce = good["signature"]["nonce"].as_u64().expect("a nonce");
    let expiration: i64 =
        good["signature"]["expiration"].as_str().and_then(|text| text.parse().ok()).expect("a time");
    let mut out = vec![
        ("/sub_account_id", vec![json!((account ^ 1).to_string()), json!((account ^ (1 << 63)).to_string())]),
        ("/is_market", flag("/is_market")),
        ("/post_only", flag("/post_only")),
        ("/reduce_only", flag("/reduce_only")),
        ("/legs/0/is_buying_asset", flag("/legs/0/is_buying_asset")),
        (
            "/time_in_force",
            words.into_iter().filter(|word| good["time_in_force"] != **word).map(Value::from).collect(),
        ),
        ("/legs/0/instrument", others.filter(|name| leg["instrument"] != **name).map(Value::from).collect()),
        ("/legs/0/size", decimal(leg["size"].as_str(), here.base_decimals)),
        ("/legs/0/limit_price", decimal(leg["limit_price"].as_str(), PRICE_DECIMALS)),
        ("/legs", vec![json!([]), json!([leg, leg])]),
        ("/signature/nonce", vec![json!(nonce ^ 1), json!(nonce ^ (1 << 31))]),
        ("/signature/expiration", vec![json!((expiration ^ 1).to_string())]),
        ("/signature/signer", vec![json!(stranger().address().to_string())]),
    ];
    let a_builder = json!("0x21d2a053495994b1132a38cd1171acec40c6741f");
    if has_builder(good) {
        let fee = scaled(good["builder_fee"].as_str().unwrap_or("0"), 4).expect("it was signed");
        out.push(("/builder", vec![a_builder, json!(Address::ZERO.to_string()), json!("0"), Value::Null]));
        out.push(("/builder_fee", vec![written(fee + 1, 4)]));
    } else {
        out.push(("/builder", vec![a_builder]));
    }
    out
}

fn has_builder(order: &Value) -> bool {
    let builder = order["builder"].as_str().unwrap_or_default();
    !matches!(builder, "" | "0") && builder != Address::ZERO.to_string()
}

fn written(units: u64, decimals: u8) -> Value {
    let one = 10_u64.pow(decimals.into());
    json!(format!("{}.{:0width$}", units / one, units % one, width = usize::from(decimals).max(1)))
}

type Change = (&'static str, Value);

/// One bit of each byte flipped; v, r and s out of form, out of range, and mirrored.
fn spoilt(signature: &Value) -> Vec<(String, Vec<Change>, u32)> {
    let bytes = |key: &str| -> [u8; 32] {
        let text = signature[key].as_str().expect("text");
        std::array::from_fn(|n| u8::from_str_radix(&text[2 + 2 * n..4 + 2 * n], 16).expect("hex"))
    };
    let mut out = Vec::new();
    for part in ["r", "s"] {
        let good = bytes(part);
        for at in 0..32 {
            let mut spoilt = good;
            spoilt[at] ^= 0x80 >> (at % 8);
            let code = if part == "s" && at == 0 { 2007 } else { 2002 };
            out.push((format!("a bit of byte {at} of {part}"), vec![(part, hex(&spoilt))], code));
        }
        let text = signature[part].as_str().expect("text");
        for wrong in ["", "0x", &text[2..], &text[..65], &format!("{text}0"), &format!("0X{}", &text[2..])] {
            out.push((format!("{part} is '{wrong}'"), vec![(part, json!(wrong))], 2006));
        }
        out.push((format!("{part} is zero"), vec![(part, hex(&[0; 32]))], 2002));
    }
    out.push(("r is the group's order".into(), vec![("r", hex(&ORDER))], 2002));
    out.push(("s is the group's order".into(), vec![("s", hex(&ORDER))], 2007));
    let v = signature["v"].as_u64().expect("v");
    let twin = hex(&minus(ORDER, bytes("s")));
    out.push(("the twin with high s".into(), vec![("s", twin.clone()), ("v", json!(55 - v))], 2007));
    out.push(("the twin with high s and the same v".into(), vec![("s", twin)], 2007));
    out.push(("the other v".into(), vec![("v", json!(55 - v))], 2002));
    for wrong in [0, 1, 26, 29, 35 + 2 * 326, v + 256, v + (1 << 32)] {
        out.push((format!("v is {wrong}"), vec![("v", json!(wrong))], 2005));
    }
    out
}

fn hex(bytes: &[u8; 32]) -> Value {
    json!(bytes.iter().fold("0x".to_owned(), |text, byte| text + &format!("{byte:02x}")))
}

/// a - b, big-endian, for a above b.
fn minus(a: [u8; 32], b: [u8; 32]) -> [u8; 32] {
    let (mut out, mut borrow) = ([0; 32], false);
    for at in (0..32).rev() {
        let (once, under) = a[at].overflowing_sub(b[at]);
        let (twice, under_again) = once.overflowing_sub(u8::from(borrow));
        (out[at], borrow) = (twice, under || under_again);
    }
    out
}

fn stranger() -> SecretKey {
    SecretKey::from_hex(STRANGER).expect("a key")
}

/// What good keys have signed, and is no good here.
fn resigned(good: &Value, desk: &Desk<'_>) -> Vec<(&'static str, Value, u32)> {
    let owner = || SecretKey::from_hex(desk.secret).expect("a key");
    let Gate { domain, now, longest } = desk.gate;
    let other = if domain.chain() == ChainId::TESTNET { ChainId::PRODUCTION } else { ChainId::TESTNET };
    let elsewhere = Domain::new(other);
    let says = |pointer: &str, value: Value| with(good, pointer, value);
    let mut out = vec![
        ("for another chain", sign(good, good, (owner(), &elsewhere), desk), 2002),
        (
            "for another chain, and saying so",
            sign(&says("/signature/chain_id", json!(other.to_string())), good, (owner(), &elsewhere), desk),
            1012,
        ),
        ("by a stranger in the owner's name", sign(good, good, (stranger(), &domain), desk), 2002),
        (
            "by a stranger in its own name",
            sign(
                &says("/signature/signer", json!(stranger().address().to_string())),
                good,
                (stranger(), &domain),
                desk,
            ),
            2000,
        ),
    ];
    if has_builder(good) {
        // As version 0.2.1 of the official client does it.
        out.push((
            "as if it had no builder",
            sign(good, &says("/builder", Value::Null), (owner(), &domain), desk),
            2002,
        ));
    }
    let end = u64::try_from(longest.as_nanos()).ok().and_then(|ns| now.0.checked_add(ns)?.checked_add(1));
    let times =
        [("too late", Some(now.0), 2001), ("before time began", Some(0), 2001), ("too long", end, 2008)];
    for (name, end, code) in times {
        let Some(end) = end.and_then(|end| i64::try_from(end).ok()) else { continue };
        let order = says("/signature/expiration", json!(end.to_string()));
        out.push((name, sign(&order, &order, (owner(), &domain), desk), code));
    }
    out
}

/// The order with that key's signature of what `signed` says.
fn sign(order: &Value, signed: &Value, (key, domain): (SecretKey, &Domain), desk: &Desk<'_>) -> Value {
    let digest = with_texts(signed, desk.instruments, |texts, signature| {
        let expiration_ns = signature.expiration.parse().expect("a time");
        texts.digest(domain, Validity { nonce: signature.nonce, expiration_ns }).expect("it can be signed")
    });
    let signature: Signature = Signer::live(key).sign(&digest);
    let order = with(order, "/signature/r", json!(signature.r().to_string()));
    let order = with(&order, "/signature/s", json!(signature.s().to_string()));
    with(&order, "/signature/v", json!(signature.v()))
}
