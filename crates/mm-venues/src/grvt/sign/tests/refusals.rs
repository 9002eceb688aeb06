//! What must not be taken, and why the venue says it is not.

use std::time::Duration;

use mm_crypto::ecdsa::Address;
use mm_model::Timestamp;
use serde_json::{Value, json};

use super::super::{
    Asset, Gate, Instrument, authenticate_login, authenticate_order,
    tamper::{Desk, variants, with_texts},
    vectors::{OrderVector, gate, vectors},
};

/// The order's JSON, as a request has it.
fn json_of(it: &OrderVector) -> Value {
    let input = &it.input;
    json!({
        "sub_account_id": input.sub_account_id,
        "is_market": input.is_market,
        "time_in_force": input.time_in_force,
        "post_only": input.post_only,
        "reduce_only": input.reduce_only,
        "legs": [{
            "instrument": "HERE",
            "size": input.size,
            "limit_price": input.limit_price,
            "is_buying_asset": input.is_buying_asset,
        }],
        "builder": input.builder,
        "builder_fee": input.builder_fee,
        "signature": {
            "signer": it.signature.signer,
            "r": it.signature.r,
            "s": it.signature.s,
            "v": it.signature.v,
            "expiration": input.expiration,
            "nonce": input.nonce,
        },
    })
}

fn instruments(it: &OrderVector) -> [(&'static str, Instrument); 2] {
    let base_decimals = it.input.instrument.base_decimals;
    let asset = |hash: &str| Asset::parse(hash).expect("a hash");
    let here = Instrument { asset: asset(&it.input.instrument.instrument_hash), base_decimals };
    [("HERE", here), ("ELSEWHERE", Instrument { asset: asset("0x0303"), base_decimals })]
}

/// What the check says to it: 0 if it is taken.
fn verdict(order: &Value, gate: &Gate, instruments: &[(&str, Instrument)], owner: Address) -> u32 {
    with_texts(order, instruments, |texts, signature| {
        authenticate_order(gate, texts, signature, |signer| signer == owner)
            .map_or_else(|refusal| refusal.code(), |_| 0)
    })
}

#[test]
fn every_tampered_variant_is_refused_with_its_code() {
    let all = vectors();
    for it in &all.orders {
        let order = json_of(it);
        let instruments = instruments(it);
        let owner = Address::parse(&it.signature.signer).expect("an address");
        let expiration: u64 = it.input.expiration.parse().expect("a time");
        let now = Timestamp(expiration - 1_000_000_000);
        let gate = Gate { now, longest: Duration::from_secs(2), ..gate(it.input.chain_id) };
        assert_eq!(verdict(&order, &gate, &instruments, owner), 0, "{}", it.name);
        let desk = Desk { gate, instruments: &instruments, secret: &all.private_key };
        let variants = variants(&order, &desk);
        assert!(100 < variants.len(), "{}", variants.len());
        for variant in variants {
            assert_ne!(variant.order, order, "{}: {} changes nothing", it.name, variant.name);
            let code = verdict(&variant.order, &gate, &instruments, owner);
            assert_eq!(code, variant.code, "{}: {}", it.name, variant.name);
        }
    }
}

/// What no signature covers, and what means the same.
#[test]
fn other_ways_to_say_the_same_are_taken() {
    let all = vectors();
    let it = &all.orders[0];
    let (order, instruments) = (json_of(it), instruments(it));
    let owner = Address::parse(&it.signature.signer).expect("an address");
    let check = |pointer: &str, value: Value| {
        let mut order = order.clone();
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        order.pointer_mut(parent).expect(pointer)[key] = value.clone();
        assert_eq!(verdict(&order, &gate(326), &instruments, owner), 0, "{pointer} {value}");
    };
    for size in ["1.013000000", "1.0130000009", "1013E-3", "0.1013e1", "0001.013"] {
        check("/legs/0/size", json!(size));
    }
    for builder in [json!(null), json!(""), json!("0"), json!("0x0000000000000000000000000000000000000000")] {
        check("/builder", builder);
    }
    for chain in [json!(null), json!(""), json!("0"), json!("326")] {
        check("/signature/chain_id", chain);
    }
    check("/signature/signer", json!(it.signature.signer.to_lowercase()));
    check("/signature/r", json!(format!("0x{}", it.signature.r[2..].to_uppercase())));
    check("/builder_fee", json!("0.5"));
}

#[test]
fn texts_that_nobody_can_have_signed_are_malformed() {
    let all = vectors();
    let it = &all.orders[0];
    let (order, instruments) = (json_of(it), instruments(it));
    let owner = Address::parse(&it.signature.signer).expect("an address");
    let check = |pointer: &str, value: &str, expected: u32| {
        let mut order = order.clone();
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        order.pointer_mut(parent).expect(pointer)[key] = json!(value);
        assert_eq!(verdict(&order, &gate(326), &instruments, owner), expected, "{pointer} {value}");
    };
    for number in ["", "-1", "+1", "1.0", "0x1", "18446744073709551616", "1_0", " 1"] {
        check("/sub_account_id", number, 1003);
    }
    for number in ["", "-", "9223372036854775808", "1e9", "soon"] {
        check("/signature/expiration", number, 1003);
    }
    check("/signature/expiration", "-1", 2001);
    check("/signature/expiration", "-9223372036854775808", 2001);
    for decimal in ["", "-1", "1.", ".1", "1e", "NaN", "18446744074", "1e99"] {
        check("/legs/0/size", decimal, 1003);
        check("/legs/0/limit_price", decimal, 1003);
    }
    for word in ["", "GTT", "good_till_time", "GOOD_TILL_TIME "] {
        check("/time_in_force", word, 1003);
    }
    for address in
        ["", "0x00", "0x1a642f0E3c3aF545E7AcBD38b07251B3990914f1", "1a642f0e3c3af545e7acbd38b07251b3990914f1"]
    {
        check("/signature/signer", address, 1003);
    }
    for chain in ["325", "327", "testnet", "0326x", "-326"] {
        check("/signature/chain_id", chain, 1012);
    }
    let mut order = order.clone();
    order["builder"] = json!("0x21d2a053495994b1132a38cd1171acec40c6741e");
    order["builder_fee"] = json!("429496.7296");
    assert_eq!(verdict(&order, &gate(326), &instruments, owner), 1003, "a fee above 32 bits");
}

#[test]
fn a_login_is_its_signers_own() {
    let all = vectors();
    let it = all.other_typed_data.iter().find(|it| it.name == "wallet_login_testnet").expect("a login");
    let row = &it.signature;
    let end = 1_893_456_000_000_000_000_u64;
    let expiration = end.to_string();
    let check = |address: &str, nonce, now, longest, chain, expected: u32| {
        let gate = Gate { now: Timestamp(now), longest: Duration::from_secs(longest), ..gate(chain) };
        let code = authenticate_login(&gate, address, &row.texts(&expiration, nonce))
            .map_or_else(|refusal| refusal.code(), |_| 0);
        assert_eq!(code, expected, "{address} {nonce} {now} {longest} {chain}");
    };
    let (minute, signer) = (60_000_000_000, row.signer.as_str());
    check(signer, 12345, end - minute, 300, 326, 0);
    check(&signer.to_lowercase(), 12345, end - minute, 300, 326, 0);
    check(signer, 12346, end - minute, 300, 326, 2002);
    check(signer, 12345, end - minute, 300, 325, 2002);
    check(signer, 12345, end, 300, 326, 2001);
    check(signer, 12345, end - 1, 300, 326, 0);
    check(signer, 12345, end - 5 * minute, 300, 326, 0);
    check(signer, 12345, end - 5 * minute - 1, 300, 326, 2008);
    check("0x922a4874196806460fc63b5bcbff45f94c87f76f", 12345, end - minute, 300, 326, 2002);
    check("0x922a", 12345, end - minute, 300, 326, 1003);
}
