//! Variants of a good request that must be refused: every signed field changed, every header touched, another
//! instruction, another signer, another time. For the tests of both halves.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mm_model::Timestamp;
use serde_json::Value;

use super::{Instruction, SigningKey, WINDOW_MAX_MS, rebuild};
use crate::{
    http::{Headers, Request},
    query,
};

/// A request that a venue must refuse.
#[derive(Clone, Debug)]
pub(crate) struct Variant {
    /// What was done to it.
    pub(crate) name: String,
    /// Checked under this instruction (that of the request's route, but for one variant).
    pub(crate) instruction: Instruction,
    /// The venue's time when it arrives.
    pub(crate) now: Timestamp,
    /// The request.
    pub(crate) request: Request,
}

/// The headers with one of them changed; `None` removes it.
fn with_header(headers: &Headers, name: &str, value: Option<&str>) -> Headers {
    let mut out = Headers::default();
    for (n, v) in headers.iter().filter(|(n, _)| !n.eq_ignore_ascii_case(name)) {
        out.push(n.to_owned()).push_str(v);
    }
    if let Some(value) = value {
        out.push(name.to_owned()).push_str(value);
    }
    out
}

/// The request signed anew, as its own key's holder could: over `message` and the given time and window.
fn resigned(
    request: &Request,
    key: &SigningKey,
    mut message: String,
    [timestamp, window]: [&str; 2],
) -> Request {
    message.push_str(&format!("&timestamp={timestamp}&window={window}"));
    let mut signature = String::new();
    key.sign(&message, &mut signature);
    let mut headers = with_header(&request.headers, "X-Signature", Some(&signature));
    headers = with_header(&headers, "X-Timestamp", Some(timestamp));
    headers = with_header(&headers, "X-Window", Some(window));
    Request { headers, ..request.clone() }
}

/// All variants of a request that `key` signed at `now`.
pub(crate) fn variants(
    request: &Request,
    instruction: Instruction,
    now: Timestamp,
    key: &SigningKey,
) -> Vec<Variant> {
    let mut out = Vec::new();
    let mut add = |name: String, request: Request| out.push(Variant { name, instruction, now, request });
    for (name, query) in queries(&request.query) {
        add(name, Request { query, ..request.clone() });
    }
    for (name, body) in bodies(&request.body) {
        add(name, Request { body, ..request.clone() });
    }
    for (name, headers) in headers(&request.headers) {
        add(name, Request { headers, ..request.clone() });
    }
    for (name, request) in signed_wrongly(request, instruction, key) {
        add(name, request);
    }
    let window = request.headers.get("X-Window").map_or(5_000, |text| text.parse().unwrap());
    let sent = Timestamp::from_ms(request.headers.get("X-Timestamp").unwrap().parse().unwrap());
    let mut at = |name: &str, instruction, now| {
        out.push(Variant { name: name.to_owned(), instruction, now, request: request.clone() });
    };
    at("too late by 1 ms", instruction, Timestamp::from_ms(sent.ms() + window + 1));
    at("from too far ahead", instruction, Timestamp::from_ms(sent.ms() - super::AHEAD_MAX_MS - 1));
    let other = if instruction == Instruction::ORDER_EXECUTE {
        Instruction::ORDER_CANCEL
    } else {
        Instruction::ORDER_EXECUTE
    };
    at("another instruction", other, now);
    out
}

/// Every pair changed, renamed and dropped, and one added.
fn queries(query: &str) -> Vec<(String, String)> {
    let pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    let mut out = vec![("a pair added to the query".to_owned(), [&pairs[..], &["zzz=1"]].concat().join("&"))];
    for n in 0..pairs.len() {
        let replaced = |pair: String| {
            let mut pairs: Vec<String> = pairs.iter().map(ToString::to_string).collect();
            pairs[n] = pair;
            pairs.join("&")
        };
        out.push((format!("query value changed: {}", pairs[n]), replaced(format!("{}1", pairs[n]))));
        out.push((format!("query key changed: {}", pairs[n]), replaced(format!("x{}", pairs[n]))));
        out.push((format!("query pair repeated: {}", pairs[n]), replaced(format!("{0}&{0}", pairs[n]))));
        let rest: Vec<_> = pairs.iter().enumerate().filter(|(m, _)| *m != n).map(|(_, pair)| *pair).collect();
        out.push((format!("query pair dropped: {}", pairs[n]), rest.join("&")));
    }
    out
}

/// Every byte of the body with one bit flipped, every field changed and dropped, and one added.
fn bodies(body: &[u8]) -> Vec<(String, Vec<u8>)> {
    if body.is_empty() {
        return vec![("a body added".to_owned(), br#"{"a":1}"#.to_vec())];
    }
    let flipped = |n: usize| {
        let mut body = body.to_vec();
        body[n] ^= 1;
        (format!("byte {n} of the body flipped"), body)
    };
    let mut out: Vec<_> = (0..body.len()).map(flipped).collect();
    let whole: Value = serde_json::from_slice(body).expect("a good request has a JSON body");
    let n_objects = whole.as_array().map_or(1, Vec::len);
    for n in 0..n_objects {
        let object = |value: &mut Value| -> serde_json::Map<String, Value> {
            let object = if value.is_array() { &mut value[n] } else { value };
            std::mem::take(object.as_object_mut().expect("orders are objects"))
        };
        let put = |fields: serde_json::Map<String, Value>| {
            let mut value = whole.clone();
            *(if value.is_array() { &mut value[n] } else { &mut value }) = fields.into();
            value.to_string().into_bytes()
        };
        let fields = object(&mut whole.clone());
        for (key, value) in &fields {
            let mut dropped = fields.clone();
            dropped.remove(key);
            out.push((format!("field {key} dropped"), put(dropped)));
            let mut changed = fields.clone();
            changed[key] = match value {
                Value::String(text) => format!("{text}0").into(),
                Value::Bool(flag) => (!flag).into(),
                Value::Number(n) => (n.as_u64().unwrap() ^ 1).into(),
                _ => Value::Null,
            };
            out.push((format!("field {key} changed"), put(changed)));
        }
        let mut added = fields;
        added.insert("zzz".to_owned(), Value::from(1));
        out.push(("a field added".to_owned(), put(added)));
    }
    out
}

/// Every header dropped (but the window, which has a default), and each one spoilt.
fn headers(headers: &Headers) -> Vec<(String, Headers)> {
    let value = |name: &str| headers.get(name).expect("a good request has it").to_owned();
    let (signature, timestamp, window) = (value("X-Signature"), value("X-Timestamp"), value("X-Window"));
    let stranger = SigningKey::from_seed(&[9; 32]).unwrap();
    let mut out = vec![];
    let mut set = |name: &str, value: Option<&str>| {
        let shown = value.unwrap_or("dropped");
        out.push((format!("{name}: {shown}"), with_header(headers, name, value)));
    };
    for name in ["X-API-Key", "X-Signature", "X-Timestamp"] {
        set(name, None);
        for bad in ["", "null", "AAAA", "💥"] {
            set(name, Some(bad));
        }
    }
    set("X-API-Key", Some(stranger.api_key()));
    for by in [-1i64, 1] {
        set("X-Timestamp", Some(&(timestamp.parse::<i64>().unwrap() + by).to_string()));
        set("X-Window", Some(&(window.parse::<i64>().unwrap() + by).to_string()));
    }
    set("X-Timestamp", Some(&format!("0{timestamp}")));
    for bad in ["60001", "-1", "5e3", "5000.0", "💥", "99999999999999999999"] {
        set("X-Window", Some(bad));
    }
    if window != "5000" {
        set("X-Window", None);
    }
    for twin in spoilt_signatures(&signature) {
        set("X-Signature", Some(&twin));
    }
    out
}

/// One bit of each byte flipped, and the high-s twin: the same point with the group's order added to s, which a
/// careless check would take too.
fn spoilt_signatures(signature: &str) -> Vec<String> {
    // The order of the group, 2^252 + 27742317777372353535851937790883648493 (RFC 8032 §5.1), little-endian.
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let bytes = STANDARD.decode(signature).unwrap();
    let mut out: Vec<_> = (0..bytes.len())
        .map(|n| {
            let mut bytes = bytes.clone();
            bytes[n] ^= 1 << (n % 8);
            STANDARD.encode(bytes)
        })
        .collect();
    let mut twin = bytes.clone();
    let mut carry = 0u16;
    for (byte, add) in twin[32..].iter_mut().zip(ORDER) {
        carry += u16::from(*byte) + u16::from(add);
        *byte = u8::try_from(carry & 0xff).unwrap();
        carry >>= 8;
    }
    assert_eq!(carry, 0, "s + order fits 256 bits, since s is below the order");
    out.push(STANDARD.encode(twin));
    out.push(STANDARD.encode(&bytes[..63]));
    out.push(signature.trim_end_matches('=').to_owned());
    out
}

/// Signed by a hand that has a key, but not as the venue wants it.
fn signed_wrongly(request: &Request, instruction: Instruction, key: &SigningKey) -> Vec<(String, Request)> {
    let mut message = String::new();
    rebuild(instruction, &request.query, &request.body, &mut message).expect("a good request can be rebuilt");
    let timestamp = request.headers.get("X-Timestamp").unwrap();
    let window = request.headers.get("X-Window").unwrap();
    let good = [timestamp, window];
    let stranger = SigningKey::from_seed(&[9; 32]).unwrap();
    let long = (WINDOW_MAX_MS + 1).to_string();
    let mut out = vec![
        ("signed by a stranger".to_owned(), resigned(request, &stranger, message.clone(), good)),
        ("a window of 60001".to_owned(), resigned(request, key, message.clone(), [timestamp, &long])),
        (
            "without the word instruction".to_owned(),
            resigned(request, key, message.replacen("instruction=", "", 1), good),
        ),
    ];
    let mut pairs: Vec<&str> = message.split('&').collect();
    pairs[1..].reverse();
    // A batch has a second `instruction=` among its pairs, so reversing always changes it; one pair cannot be unsorted.
    if pairs.len() > 2 {
        out.push(("unsorted".to_owned(), resigned(request, key, pairs.join("&"), good)));
    }
    let mut escaped = String::new();
    for (n, pair) in message.split('&').enumerate() {
        let (name, value) = pair.split_once('=').unwrap();
        escaped.push_str(if n == 0 { "" } else { "&" });
        escaped.push_str(name);
        escaped.push('=');
        query::encode(value, &mut escaped);
    }
    if escaped != message {
        out.push(("values escaped before signing".to_owned(), resigned(request, key, escaped, good)));
    }
    out
}
