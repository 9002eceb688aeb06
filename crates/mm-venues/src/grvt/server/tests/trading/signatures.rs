//! The vectors of the venue's own SDK through the whole server half, and what is not as it was signed.

use std::collections::BTreeMap;

use expect_test::expect;
use mm_crypto::ecdsa::SecretKey;

use super::*;
use crate::grvt::{
    SIGNATURE_LIFE_MAX,
    server::instruments::Instrument,
    sign::{
        Gate,
        tamper::{Desk, variants},
        vectors::OrderVector,
    },
};

/// The body of a request with the vector's order.
pub(super) fn body(vector: &OrderVector) -> Value {
    let (input, signature) = (&vector.input, &vector.signature);
    json!({ "order": {
        "sub_account_id": input.sub_account_id, "is_market": input.is_market,
        "time_in_force": input.time_in_force, "post_only": input.post_only, "reduce_only": input.reduce_only,
        "legs": [{"instrument": instrument(vector), "size": input.size, "limit_price": input.limit_price,
                  "is_buying_asset": input.is_buying_asset}],
        "signature": {"signer": signature.signer, "r": signature.r, "s": signature.s, "v": signature.v,
                      "expiration": input.expiration, "nonce": input.nonce},
        "metadata": {"client_order_id": "1"},
        "builder": input.builder, "builder_fee": input.builder_fee,
    } })
}

fn instrument(vector: &OrderVector) -> &'static str {
    match vector.input.instrument.instrument_hash.as_str() {
        "0x030501" => BTC,
        "0x030401" => ETH,
        "0x030601" => "SOL_USDT_Perp",
        "0x030701" => "XRP_USDT_Perp",
        _ => "BIG_USDT_Perp",
    }
}

/// A venue of that chain, in the vector's time, whose markets take its numbers, and which knows its signer.
pub(super) fn meet(vector: &OrderVector) -> (World, Login) {
    world_of(vector, u32::try_from(vector.input.chain_id).expect("small"))
}

/// The vectors' instruments, two of which are signed with decimals of their own.
fn odd() -> Options {
    let base_decimals = [("SOL_USDT_Perp".to_owned(), 6), ("XRP_USDT_Perp".to_owned(), 0)].into();
    Options { base_decimals, ..options() }
}

fn world_of(vector: &OrderVector, chain_id: u32) -> (World, Login) {
    let markets = [
        listing(BTC, ["0.1", "0.001", "60000"]),
        listing(ETH, ["0.01", "0.01", "3000"]),
        listing("SOL_USDT_Perp", ["0.000000001", "0.000001", "145"]),
        listing("XRP_USDT_Perp", ["0.000000001", "1", "0.5"]),
    ];
    let markets = markets.map(|mut listing| {
        (listing.market.min_notional, listing.market.max_qty) = (None, None);
        listing
    });
    let key = SecretKey::from_hex(&vectors().private_key).expect("a key");
    let sub_account = vector.input.sub_account_id.parse().expect("a number");
    let signer = Account { signers: vec![Signer::live(key).address()], sub_account, ..Alice.account() };
    let mut world = World::with(Options { chain_id, ..odd() }, markets, [signer]);
    let login = world.login(Alice);
    (world, login)
}

#[test]
fn every_vector_s_signature_is_good_here_and_nowhere_else() {
    let mut words = String::new();
    for vector in vectors().orders {
        let (mut world, login) = meet(&vector);
        let word = world.post_by(Some(&login), "/full/v1/create_order", &body(&vector)).word();
        // On another chain it is nobody's; what is refused before a signature is looked at is refused there, too.
        let other = if vector.input.chain_id == 325 { 326 } else { 325 };
        let (mut world, login) = world_of(&vector, other);
        let elsewhere = world.post_by(Some(&login), "/full/v1/create_order", &body(&vector)).word();
        words += &format!("{}: {word}, elsewhere {elsewhere}\n", vector.name);
    }
    // 2400 and 2080 are asked only when the signature was found good. Refused before it is looked at: a time in force
    // that is for block trades, a price between ticks, an instrument that only the test of the signatures knows, and an
    // end that is too far away.
    expect![[r#"
        gtt_buy_btc_testnet: 200, elsewhere 403 2002
        gtt_sell_btc_testnet: 200, elsewhere 403 2002
        gtt_postonly_buy_btc_prod: 200, elsewhere 403 2002
        gtt_postonly_sell_eth_prod: 200, elsewhere 403 2002
        ioc_sell_eth_reduceonly_testnet: 400 2400, elsewhere 403 2002
        fok_buy_eth_prod: 200, elsewhere 403 2002
        aon_buy_btc_testnet: 400 2030, elsewhere 400 2030
        market_buy_btc_testnet_gtt: 200, elsewhere 403 2002
        market_sell_btc_prod_ioc_reduceonly: 400 2400, elsewhere 403 2002
        decimals6_sol_dev: 200, elsewhere 403 2002
        decimals0_xrp_staging: 200, elsewhere 403 2002
        truncation_btc_testnet: 400 2064, elsewhere 400 2064
        max_u64_subaccount_nonce0_prod: 400 2064, elsewhere 400 2064
        long_asset_hash_testnet: 400 2061, elsewhere 400 2061
        builder_fee_gtt_buy_btc_testnet: 200, elsewhere 403 2002
        builder_fee_zero_ioc_sell_eth_prod: 400 2400, elsewhere 403 2002
        builder_fee_postonly_sell_btc_prod: 200, elsewhere 403 2002
        builder_zero_address_falls_back_to_Order: 200, elsewhere 403 2002
    "#]]
    .assert_eq(&words);
}

#[test]
fn fault_81_every_tampered_variant_is_refused() {
    let mut said: BTreeMap<(u32, String), usize> = BTreeMap::new();
    let names = [BTC, ETH, "SOL_USDT_Perp", "XRP_USDT_Perp"];
    for vector in vectors().orders {
        let (mut world, login) = meet(&vector);
        let signed = |name: &'static str| {
            let market = world.exchange.markets().by_symbol(name).expect("listed");
            (name, Instrument::of(market, &odd()).signed())
        };
        let instruments = names.map(signed);
        let known = |name: &str| names.contains(&name);
        // Refused, all of them, before anybody looks at the signature.
        if !known(instrument(&vector)) || vector.input.time_in_force == "ALL_OR_NONE" {
            continue;
        }
        let desk = Desk {
            gate: Gate {
                domain: Domain::new(ChainId(vector.input.chain_id)),
                now: world.now,
                longest: SIGNATURE_LIFE_MAX,
            },
            instruments: &instruments,
            secret: &vectors().private_key,
        };
        for variant in variants(&body(&vector)["order"], &desk) {
            let mut order = variant.order;
            order["metadata"] = json!({ "client_order_id": "1" });
            let answer = world.post_by(Some(&login), "/full/v1/create_order", &json!({ "order": order }));
            assert_ne!(answer.status, 200, "{} {}", vector.name, variant.name);
            *said.entry((variant.code, answer.word())).or_default() += 1;
        }
        assert!(world.exchange.open_orders(world.id(Alice), None).is_empty());
    }
    // What the check of the signature says by itself, what the venue says, how often. Where they differ, the venue
    // found another fault first.
    let words: String = said.iter().map(|((code, word), n)| format!("{code}: {word} ({n})\n")).collect();
    expect![[r#"
        1012: 400 1012 (14)
        1012: 400 2064 (2)
        2000: 400 2064 (2)
        2000: 403 2000 (14)
        2001: 400 2064 (4)
        2001: 403 2001 (28)
        2002: 400 2020 (14)
        2002: 400 2021 (2)
        2002: 400 2030 (18)
        2002: 400 2032 (17)
        2002: 400 2040 (16)
        2002: 400 2042 (16)
        2002: 400 2062 (8)
        2002: 400 2064 (199)
        2002: 400 2065 (34)
        2002: 403 2002 (1145)
        2002: 403 2003 (32)
        2002: 403 2008 (2)
        2005: 400 1003 (16)
        2005: 400 2064 (12)
        2005: 403 2005 (84)
        2006: 400 2064 (24)
        2006: 403 2006 (168)
        2007: 400 2064 (8)
        2007: 403 2007 (56)
        2008: 400 2064 (2)
        2008: 403 2008 (14)
    "#]]
    .assert_eq(&words);
}
