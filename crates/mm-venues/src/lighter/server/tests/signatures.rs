//! Transactions through the whole server half: all vectors of the venue's own signer, and what is not as it was signed.

use expect_test::{Expect, expect};
use mm_crypto::PublicKey;

use super::*;
use crate::lighter::{
    fixtures::{TxVector, vectors},
    tx::{CancelOrder, ChainId},
};

/// A venue of that chain, in the vector's time, that knows the vector's key and waits for its nonce.
fn meet(vector: &TxVector, chain: ChainId) -> World {
    let signed = vector.read();
    let mut world = World::new(Options { chain, ..options() });
    let header = signed.tx.header;
    world.now = Timestamp::from_ms(u64::try_from(header.expired_at - 60_000).expect("after the epoch"));
    world.exchange.advance(world.now);
    let account = world.exchange.open_account("signer");
    let amount = Money(1_000_000 * 10_i128.pow(18));
    world.exchange.deposit(world.now, Deposit { account, asset: "USDC", amount });
    let public = PublicKey::from_hex(&vector.public_key_hex).expect("a key");
    let keys = vec![ApiKey { index: header.api_key, public }];
    let signer =
        Account { account, name: "signer".into(), index: header.account, l1_address: "0x65".into(), keys };
    world.server.state.accounts.add(signer, Tier::Premium).expect("a new account");
    let member = world.server.state.accounts.get_mut(header.account).expect("added");
    member.counters.entry(header.api_key).or_default().next = header.nonce;
    world.tell();
    world
}

#[test]
fn every_vector_is_verified_and_judged() {
    let mut words = String::new();
    for vector in vectors().transactions {
        let mut world = meet(&vector, vector.chain());
        let answer = world.post_tx(vector.tx_type, &vector.tx_info);
        // A bad signature would be 21120: whatever is refused here is refused for what it says.
        assert_ne!(answer.body["code"], 21_120, "{}: {answer:?}", vector.name);
        if answer.status == 200 {
            assert_eq!(answer.body["tx_hash"], vector.tx_hash.as_str(), "{}", vector.name);
        }
        words += &format!("{}: {}\n", vector.name, answer.word());
        // The same is never taken twice, and by no other chain.
        let again = world.post_tx(vector.tx_type, &vector.tx_info);
        assert_eq!(again.status, 400, "{}", vector.name);
        let other = if vector.chain() == ChainId(300) { ChainId(466_324) } else { ChainId(300) };
        let elsewhere = meet(&vector, other).post_tx(vector.tx_type, &vector.tx_info);
        assert_eq!(elsewhere.body["code"], 21_120, "{}: {elsewhere:?}", vector.name);
    }
    check(
        &words,
        expect![[r#"
        limit_gtt_buy: 400 21711 invalid expiry
        limit_gtt_sell: 400 21711 invalid expiry
        limit_post_only: 400 21711 invalid expiry
        limit_ioc: 400 21706 invalid order base or quote amount
        market_ioc_reduce_only: 200
        market_reduce_only_zero_base: 200
        limit_max_values: 400 21602 invalid market index
        limit_nil_cloid: 400 21706 invalid order base or quote amount
        limit_testnet_chain: 400 21711 invalid expiry
        spot_limit: 400 21711 invalid expiry
        spot_market_max_index: 400 21602 invalid market index
        stop_loss: 400 21711 invalid expiry
        stop_loss_limit: 400 21711 invalid expiry
        take_profit: 400 21711 invalid expiry
        take_profit_limit_post_only: 400 21711 invalid expiry
        twap: 400 21710 unsupported order type: TWAP is not simulated
        limit_skip_nonce: 400 21711 invalid expiry
        limit_integrator: 400 21134 invalid fee: the integrator is not approved for it
        limit_integrator_skip_nonce_4_attributes: 400 21134 invalid fee: the integrator is not approved for it
        limit_self_trade_modes: 400 21711 invalid expiry
        limit_self_trade_reduce: 400 21711 invalid expiry
        cancel_by_client_index: 200
        cancel_by_order_index: 200
        cancel_max_order_index: 400 21602 invalid market index
        cancel_all_immediate: 200
        cancel_all_one_market: 200
        cancel_all_market_0: 200
        cancel_all_scheduled: 400 21714 invalid cancel all time
        cancel_all_abort: 200
        modify: 200
        modify_trigger_by_order_index: 200
        modify_zero_base_max_price: 200
        modify_order_version: 200
        update_leverage_cross_20x: 200
        update_leverage_isolated_1x: 400 21602 invalid market index
        update_margin_add: 400 21602 invalid market index
        withdraw: 400 21505 unsupported tx type: verified, but no money leaves a simulated account
        transfer: 400 21505 unsupported tx type: verified, but no money leaves a simulated account
        create_sub_account: 200
        change_pub_key: 400 21504 fail to l1 signature
        approve_integrator: 400 21504 fail to l1 signature
        update_account_config: 200
        update_account_asset_config: 200
        grouped_oto: 400 21711 invalid expiry
        grouped_oco: 400 21711 invalid expiry
        grouped_otoco: 400 21711 invalid expiry
        key_one_cancel: 200
        key_all_ff_cancel: 200
    "#]],
    );
}

fn check(words: &str, expected: Expect) {
    expected.assert_eq(words);
}

#[test]
fn fault_80_81_what_is_not_as_it_was_signed_or_comes_again_is_refused() {
    let mut world = World::new(options());
    let tx = world.tx(ALICE, 0, Order { client_order_index: 5, ..limit() });
    let (kind, info) = world.signed(&tx);
    let json: Value = serde_json::from_str(&info).expect("a document");
    let mut refused = |key: &str, value: Value, word: &str| {
        let mut changed = json.clone();
        changed[key] = value;
        let answer = world.post_tx(kind, &changed.to_string());
        assert!(answer.word().starts_with(word), "{key}: {answer:?}");
    };
    let signature = "400 21120 invalid signature";
    let expired = tx.header.expired_at;
    for (key, value) in [
        ("MarketIndex", 1),
        ("ClientOrderIndex", 6),
        ("BaseAmount", 1_001),
        ("Price", 239_001),
        ("IsAsk", 1),
        ("ReduceOnly", 1),
        ("OrderExpiry", tx.header.expired_at),
        ("ExpiredAt", expired + 1),
        ("Nonce", 1),
    ] {
        refused(key, value.into(), signature);
    }
    refused("AccountIndex", BOB.into(), signature);
    refused("AccountIndex", 103.into(), "400 21100 account not found");
    refused("ApiKeyIndex", 5.into(), "400 21109 api key not found");
    refused("Price", 0.into(), "400 21702 invalid price");
    refused("Type", 9.into(), "400 21704 invalid OrderType");
    refused("Sig", "AAAA".into(), "400 21120 invalid signature");
    refused("Surprise", 1.into(), "400 21501 invalid tx info");
    refused("L2TxAttributes", serde_json::json!({"4": 1}), signature);
    let mut signed = json["Sig"].as_str().expect("text").to_owned().into_bytes();
    signed[20] = if signed[20] == b'A' { b'B' } else { b'A' };
    refused("Sig", String::from_utf8(signed).expect("ASCII").into(), signature);
    for (kind, word) in [(15, "400 21501"), (1, "400 21505"), (300, "400 21505"), (18, "400 21505")] {
        let answer = world.post("sendTx", &[("tx_type", &kind.to_string()), ("tx_info", &info)], None);
        assert!(answer.word().starts_with(word), "{kind}: {answer:?}");
    }
    assert_eq!(world.post_tx(kind, &info).word(), "200");
    // Fault 80: letter by letter as it was signed, and once.
    assert_eq!(world.post_tx(kind, &info).word(), "400 21104 invalid nonce");
}

#[test]
fn a_transaction_dies_and_a_replaced_key_is_worth_nothing() {
    let mut world = World::new(options());
    let nothing = CancelOrder { market: 0, index: 1 };
    let late = world.tx(ALICE, 0, nothing);
    let (kind, info) = world.signed(&late);
    world.advance(Duration::from_secs(600));
    assert_eq!(world.post_tx(kind, &info).word(), "400 21501 invalid tx info: ExpiredAt has come");
    let bobs_key = SimulatedKey::derive(7, "bob").public();
    let token = world.token(ALICE, 600);
    let change = crate::lighter::tx::ChangePubKey { public_key: bobs_key };
    let tx = world.tx(ALICE, 0, change);
    let (kind, info) = world.signed(&tx);
    assert_eq!(world.post_tx(kind, &info).word(), "400 21504 fail to l1 signature");
    let mut json: Value = serde_json::from_str(&info).expect("a document");
    json["L1Sig"] = format!("0x{}", "ab".repeat(65)).into();
    assert_eq!(world.post_tx(kind, &json.to_string()).word(), "200");
    let keys = world.get("apikeys?account_index=101", None).body;
    assert_eq!(keys["api_keys"][0]["public_key"], bobs_key.to_string().trim_start_matches("0x"));
    assert_eq!(keys["api_keys"][0]["nonce"], 1);
    let next = world.tx(ALICE, 1, nothing);
    let (kind, info) = world.signed(&next);
    assert!(world.post_tx(kind, &info).word().starts_with("400 21120"));
    assert_eq!(world.get_with("accountActiveOrders?account_index=101", Some(&token)).status, 401);
}
