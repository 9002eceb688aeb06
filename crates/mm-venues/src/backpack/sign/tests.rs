//! Signatures against what the venue's own clients sent.

use mm_model::Timestamp;

use super::{
    AuthError, Instruction, Signed, SigningKey, VerifyingKey, authenticate, authenticate_subscribe,
    instruction_of, rebuild, tamper, write_instruction, write_pairs,
};
use crate::{
    backpack::{
        fixtures::{Vector, vectors},
        wire::{Text, stream::Command},
    },
    http::{Method, Request},
};

fn key() -> SigningKey {
    SigningKey::from_base64(&vectors().seed_base64_api_secret).unwrap()
}

fn request(vector: &Vector) -> Request {
    let mut request = Request::default();
    request.reset(Method::parse(&vector.method).unwrap(), &vector.path);
    request.query.push_str(&vector.query_as_sent);
    request.body.extend_from_slice(vector.body_as_sent.as_bytes());
    for (name, value) in &vector.headers {
        request.headers.push(name.clone()).push_str(value);
    }
    request
}

fn sent_at(vector: &Vector) -> Timestamp {
    Timestamp::from_ms(vector.headers["X-Timestamp"].parse().unwrap())
}

fn instruction(vector: &Vector) -> Instruction {
    let found = instruction_of(Method::parse(&vector.method).unwrap(), &vector.path);
    let found = found.unwrap_or_else(|| panic!("{}: {} is not in the table", vector.name, vector.path));
    assert_eq!(found.as_str(), vector.instruction, "{}", vector.name);
    found
}

/// Requests and subscribe commands apart.
fn split() -> (Vec<Vector>, Vec<Vector>) {
    let (commands, requests): (Vec<_>, Vec<_>) =
        vectors().vectors.into_iter().partition(|vector| vector.frame_as_sent.is_some());
    assert_eq!((requests.len(), commands.len()), (51, 2), "53 vectors");
    (requests, commands)
}

#[test]
fn fault_85_every_vector_is_rebuilt_signed_and_verified() {
    let key = key();
    for vector in split().0 {
        let (request, instruction) = (request(&vector), instruction(&vector));
        let mut message = String::new();
        rebuild(instruction, &request.query, &request.body, &mut message).unwrap();
        message +=
            &format!("&timestamp={}&window={}", vector.headers["X-Timestamp"], vector.headers["X-Window"]);
        assert_eq!(message, vector.signing_string, "{}", vector.name);
        let mut signature = String::new();
        key.sign(&message, &mut signature);
        assert_eq!(signature, vector.headers["X-Signature"], "{}", vector.name);
        let who = authenticate(sent_at(&vector), instruction, &request);
        assert_eq!(who.map(VerifyingKey::to_base64).as_deref(), Ok(key.api_key()), "{}", vector.name);
    }
}

#[test]
fn subscribe_commands_are_signed_and_verified() {
    let key = key();
    for vector in split().1 {
        let frame = vector.frame_as_sent.unwrap().to_string();
        let command: Command<'_> = serde_json::from_str(&frame).unwrap();
        let values: [Text<'_>; 4] = command.signature.unwrap();
        let now = Timestamp::from_ms(values[2].parse().unwrap());
        let who = authenticate_subscribe(now, Signed::from_command(&values));
        assert_eq!(who.map(VerifyingKey::to_base64).as_deref(), Ok(key.api_key()), "{}", vector.name);
        let mut signature = String::new();
        key.sign(&vector.signing_string, &mut signature);
        assert_eq!(values[1], signature.as_str());
        for n in 0..4 {
            let mut spoilt = values.clone();
            spoilt[n] = Text::from(format!("{}1", values[n]));
            assert!(authenticate_subscribe(now, Signed::from_command(&spoilt)).is_err(), "element {n}");
        }
    }
}

#[test]
fn examples_of_the_page_are_signed_the_same() {
    let key = key();
    for example in vectors().doc_examples {
        let mut signature = String::new();
        key.sign(&example.signing_string, &mut signature);
        assert_eq!(signature, example.signature, "{}", example.name);
    }
}

#[test]
fn quirks_of_clients_are_refused() {
    let quirks = vectors().quirks;
    assert_eq!(quirks.len(), 3);
    for quirk in quirks {
        let verdict = authenticate(sent_at(&quirk), instruction(&quirk), &request(&quirk));
        assert_eq!(verdict, Err(AuthError::Signature), "{}", quirk.name);
    }
}

#[test]
fn every_tampered_variant_is_refused() {
    let key = key();
    let mut n_variants = 0;
    for vector in split().0 {
        let (request, instruction) = (request(&vector), instruction(&vector));
        for variant in tamper::variants(&request, instruction, sent_at(&vector), &key) {
            let verdict = authenticate(variant.now, variant.instruction, &variant.request);
            assert!(verdict.is_err(), "{}: {}", vector.name, variant.name);
            n_variants += 1;
        }
    }
    assert!(n_variants > 5_000, "only {n_variants} variants");
}

#[test]
fn the_window_is_counted_to_the_millisecond() {
    let vector = split().0.into_iter().find(|vector| vector.name == "bpxpy: window 60000 override").unwrap();
    let (request, instruction) = (request(&vector), instruction(&vector));
    let at = |ms: u64| authenticate(Timestamp::from_ms(sent_at(&vector).ms() + ms), instruction, &request);
    assert!(at(60_000).is_ok());
    assert_eq!(at(60_001), Err(AuthError::Expired { age_ms: 60_001 }));
}

#[test]
fn a_missing_window_is_the_default() {
    let vector = split().0.into_iter().find(|vector| vector.name == "bpxpy: balanceQuery").unwrap();
    let mut plain = request(&vector);
    plain.headers.clear();
    for (name, value) in vector.headers.iter().filter(|(name, _)| *name != "X-Window") {
        plain.headers.push(name.to_lowercase()).push_str(value);
    }
    assert!(authenticate(sent_at(&vector), instruction(&vector), &plain).is_ok());
}

#[test]
fn types_that_cannot_be_signed_are_told() {
    #[derive(serde::Serialize)]
    struct Unsorted {
        b: u8,
        a: u8,
    }
    #[derive(serde::Serialize)]
    struct Nested {
        a: [u8; 1],
    }
    #[derive(serde::Serialize)]
    struct Null {
        a: Option<u8>,
    }
    let mut out = String::new();
    assert_eq!(
        write_pairs(&Unsorted { b: 1, a: 2 }, &mut out).unwrap_err().to_string(),
        "field a is declared out of order"
    );
    assert!(write_pairs(&Nested { a: [1] }, &mut out).is_err());
    assert!(write_pairs(&Null { a: None }, &mut out).is_err(), "null is never signed");
    assert!(write_pairs(&1.5, &mut out).is_err());
    out.clear();
    write_instruction(Instruction::ORDER_EXECUTE, &mut out);
    write_pairs(&Null { a: Some(3) }, &mut out).unwrap();
    assert_eq!(out, "instruction=orderExecute&a=3");
}

#[test]
fn keys_are_checked_and_never_shown() {
    let key = key();
    assert_eq!(key.api_key(), vectors().verifying_key_base64_api_key);
    let shown = format!("{key:?}");
    assert!(shown.contains("***") && !shown.contains(&vectors().seed_base64_api_secret), "{shown}");
    for bad in ["", "AAECAw==", "not base64", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gIQ=="] {
        assert!(SigningKey::from_base64(bad).is_err(), "{bad}");
        assert!(VerifyingKey::from_base64(bad).is_err(), "{bad}");
    }
}
