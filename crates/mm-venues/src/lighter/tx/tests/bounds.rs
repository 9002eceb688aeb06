//! What the venue's own signer refuses, we refuse; what it signs, we sign.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::lighter::{
    fixtures::vectors,
    tx::{SignedTx, TxType},
};

/// The vector with some of its fields replaced; a `null` takes one away.
fn edited(base: &str, edits: &Value) -> Result<SignedTx, String> {
    let vector = vectors().transactions.into_iter().find(|vector| vector.name == base).unwrap();
    let mut whole: Value = serde_json::from_str(&vector.tx_info).unwrap();
    for (pointer, value) in edits.as_object().unwrap() {
        let (parent, key) = pointer.rsplit_once('/').unwrap_or(("", pointer));
        match whole.pointer_mut(parent).unwrap() {
            Value::Array(list) => drop(list.remove(key.parse().unwrap())),
            Value::Object(fields) => drop(fields.insert(key.to_owned(), value.clone())),
            other => panic!("{pointer} is in {other}"),
        }
    }
    let signed =
        SignedTx::read_json(vector.tx_type(), &whole.to_string()).map_err(|error| error.to_string())?;
    signed.tx.check().map_err(|error| error.to_string())?;
    Ok(signed)
}

const EXPIRY: i64 = 1_798_000_000_000;

/// The cases of `signer_refusals`: a vector, and what is changed in it.
fn cases() -> Vec<(&'static str, &'static str, Value)> {
    let gtt = "limit_gtt_buy";
    let market = "market_ioc_reduce_only";
    let stop = "stop_loss";
    let attributes = |value: Value| json!({ "L2TxAttributes": value });
    vec![
        ("limit GTT, expiry 0", gtt, json!({ "OrderExpiry": 0 })),
        ("limit IOC, expiry set", "limit_ioc", json!({ "OrderExpiry": EXPIRY })),
        ("price 0", gtt, json!({ "Price": 0 })),
        ("base 0", gtt, json!({ "BaseAmount": 0 })),
        ("base 2^48", gtt, json!({ "BaseAmount": 1i64 << 48 })),
        ("cloid 2^48", gtt, json!({ "ClientOrderIndex": 1i64 << 48 })),
        ("cloid -1", gtt, json!({ "ClientOrderIndex": -1 })),
        ("is_ask 2", gtt, json!({ "IsAsk": 2 })),
        ("tif 3", gtt, json!({ "TimeInForce": 3 })),
        ("type 7", gtt, json!({ "Type": 7 })),
        ("market 255", gtt, json!({ "MarketIndex": 255 })),
        ("market 2047", gtt, json!({ "MarketIndex": 2047 })),
        ("market 4095", gtt, json!({ "MarketIndex": 4095 })),
        ("market order GTT", market, json!({ "TimeInForce": 1 })),
        ("market order with expiry", market, json!({ "OrderExpiry": EXPIRY })),
        ("market order with trigger", market, json!({ "TriggerPrice": 1 })),
        ("limit with trigger", gtt, json!({ "TriggerPrice": 1 })),
        ("stop loss without trigger", stop, json!({ "TriggerPrice": 0 })),
        ("stop loss GTT", stop, json!({ "TimeInForce": 1 })),
        ("stop loss expiry 0", stop, json!({ "OrderExpiry": 0 })),
        ("stop loss on spot", stop, json!({ "MarketIndex": 2048 })),
        ("spot reduce only", "spot_limit", json!({ "ReduceOnly": 1 })),
        ("twap IOC", "twap", json!({ "TimeInForce": 0 })),
        ("integrator fee without account", gtt, attributes(json!({ "2": 100 }))),
        ("self trade with fee", gtt, attributes(json!({ "1": 723, "2": 100, "6": 1 }))),
        ("self trade reduce + master equality", gtt, attributes(json!({ "6": 3, "7": 1 }))),
        ("self trade mode 4", gtt, attributes(json!({ "6": 4 }))),
        ("nonce -2", gtt, json!({ "Nonce": -2 })),
        // There it asks the venue for the nonce, and has no address; here a nonce is always given.
        ("nonce -1 with no url", gtt, json!({ "Nonce": -1 })),
        ("cancel index 0", "cancel_by_client_index", json!({ "Index": 0 })),
        ("cancel index 2^60", "cancel_by_client_index", json!({ "Index": 1i64 << 60 })),
        ("cancel all immediate with time", "cancel_all_immediate", json!({ "Time": EXPIRY })),
        ("cancel all scheduled time 0", "cancel_all_scheduled", json!({ "Time": 0 })),
        ("cancel all scheduled one market", "cancel_all_scheduled", attributes(json!({ "5": 0 }))),
        ("leverage fraction 0", "update_leverage_cross_20x", json!({ "InitialMarginFraction": 0 })),
        ("leverage fraction 10001", "update_leverage_cross_20x", json!({ "InitialMarginFraction": 10_001 })),
        ("modify price 0", "modify", json!({ "Price": 0 })),
        ("grouped of one", "grouped_oco", json!({ "/Orders/1": null })),
        ("oco different base", "grouped_oco", json!({ "/Orders/1/BaseAmount": 999 })),
        ("market 256 (binary options range?)", gtt, json!({ "MarketIndex": 256 })),
        ("market 5000", gtt, json!({ "MarketIndex": 5000 })),
        ("market 2^20", gtt, json!({ "MarketIndex": 1 << 20 })),
        ("market 2^32", gtt, json!({ "MarketIndex": 1i64 << 32 })),
        ("market 2^47", gtt, json!({ "MarketIndex": 1i64 << 47 })),
        ("market -1", gtt, json!({ "MarketIndex": -1 })),
    ]
}

#[test]
fn the_official_signer_and_we_refuse_the_same() {
    let theirs: BTreeMap<String, bool> =
        vectors().signer_refusals.into_iter().map(|it| (it.case, it.error.is_none())).collect();
    let ours: BTreeMap<String, bool> = cases()
        .into_iter()
        .map(|(case, base, edits)| (case.to_owned(), edited(base, &edits).is_ok()))
        .collect();
    assert_eq!(ours.len(), 45);
    assert_eq!(ours, theirs);
}

#[test]
fn refusals_name_the_field_its_value_and_the_limit() {
    let check = |case: &str, told: Expect| {
        let (_, base, edits) = cases().into_iter().find(|(name, ..)| *name == case).unwrap();
        told.assert_eq(&edited(base, &edits).unwrap_err());
    };
    check("base 2^48", expect!["BaseAmount cannot be 281474976710656: expected 1 to 281474976710655"]);
    check("price 0", expect!["Price cannot be 0: expected 1 to 4294967295"]);
    check("market 255", expect!["MarketIndex cannot be 255: that is no market"]);
    check(
        "limit GTT, expiry 0",
        expect![
            "OrderExpiry cannot be 0: an order that rests or waits has an expiry, an immediate one has 0"
        ],
    );
    check(
        "stop loss GTT",
        expect![
            "TimeInForce cannot be 1: market, stop-loss and take-profit orders are immediate, a TWAP is good till a time"
        ],
    );
    check(
        "limit with trigger",
        expect!["TriggerPrice cannot be 1: stop-loss and take-profit orders have a trigger, others have 0"],
    );
    check("is_ask 2", expect!["tx_info of type 14: IsAsk: a flag is 0 or 1, not 2 at line 1 column 109"]);
    check("type 7", expect!["tx_info of type 14: Type: OrderType 7 is not known at line 1 column 374"]);
    check(
        "integrator fee without account",
        expect![
            "tx_info of type 14: L2TxAttributes: attributes 2 and 3 (integrator fees) need attribute 1 (integrator account) at line 1 column 136"
        ],
    );
    check(
        "self trade mode 4",
        expect!["tx_info of type 14: L2TxAttributes: attribute 6 cannot be 4 at line 1 column 134"],
    );
    check(
        "self trade with fee",
        expect![
            "tx_info of type 14: L2TxAttributes: attribute 6 (self-trade mode) cannot be 1: not beside integrator fees at line 1 column 150"
        ],
    );
    check(
        "cancel all scheduled one market",
        expect![
            "attribute 5 (market of a cancel-all) cannot be 0: one market alone is cancelled at once or not at all"
        ],
    );
    check("grouped of one", expect!["Orders cannot be 1: a group of type 2 has 2"]);
    check("oco different base", expect!["BaseAmount cannot be 999: both orders have the same"]);
}

/// Bounds of lighter-go that no vector stands on.
#[test]
fn bounds_without_a_vector() {
    let check = |base: &str, edits: Value, taken: bool| {
        let outcome = edited(base, &edits);
        assert_eq!(outcome.is_ok(), taken, "{base} {edits}: {outcome:?}");
    };
    let gtt = "limit_gtt_buy";
    let otoco = "grouped_otoco";
    check(gtt, json!({ "AccountIndex": -1 }), true);
    check(gtt, json!({ "AccountIndex": -2 }), false);
    check(gtt, json!({ "AccountIndex": (1i64 << 48) - 1 }), false);
    check(gtt, json!({ "ApiKeyIndex": 255 }), false);
    check("cancel_all_immediate", json!({ "ApiKeyIndex": 255 }), true);
    check(gtt, json!({ "ExpiredAt": (1i64 << 48) - 1 }), true);
    check(gtt, json!({ "ExpiredAt": 1i64 << 48 }), false);
    check(gtt, json!({ "OrderExpiry": -1 }), false);
    check(gtt, json!({ "Price": 1i64 << 32 }), false);
    check(gtt, json!({ "L2TxAttributes": { "1": 723, "2": 1_000_000 } }), true);
    check(gtt, json!({ "L2TxAttributes": { "1": 723, "2": 1_000_001 } }), false);
    check(gtt, json!({ "L2TxAttributes": { "1": -1 } }), false);
    check(gtt, json!({ "L2TxAttributes": { "4": 0 } }), false);
    check(gtt, json!({ "L2TxAttributes": { "4": 2 } }), false);
    check(gtt, json!({ "L2TxAttributes": { "5": 255 } }), true);
    check(gtt, json!({ "L2TxAttributes": { "5": 256 } }), false);
    check(gtt, json!({ "L2TxAttributes": { "7": 2 } }), false);
    check(gtt, json!({ "L2TxAttributes": { "8": -1 } }), false);
    check(gtt, json!({ "L2TxAttributes": { "1": 1, "4": 1, "6": 1, "7": 1 } }), true);
    check(gtt, json!({ "L2TxAttributes": { "1": 1, "4": 1, "6": 1, "7": 1, "8": 1 } }), false);
    check("modify", json!({ "Index": 0 }), false);
    check("modify", json!({ "BaseAmount": -1 }), false);
    check("cancel_all_abort", json!({ "Time": 1 }), false);
    check("update_margin_add", json!({ "USDCAmount": 0 }), false);
    check("update_margin_add", json!({ "USDCAmount": 1i64 << 60 }), false);
    check("update_margin_add", json!({ "USDCAmount": u64::MAX }), false);
    check("update_margin_add", json!({ "MarketIndex": 2048 }), false);
    check("withdraw", json!({ "AssetIndex": 0 }), false);
    check("withdraw", json!({ "AssetIndex": 63 }), false);
    check("transfer", json!({ "USDCFee": 0 }), true);
    check("transfer", json!({ "ToAccountIndex": 1i64 << 48 }), false);
    check("update_account_config", json!({ "AccountTradingMode": 2 }), false);
    check("update_account_asset_config", json!({ "AssetMarginMode": 2 }), false);
    check("approve_integrator", json!({ "ApprovalExpiry": 0 }), false);
    check("approve_integrator", json!({ "MaxSpotMakerFee": 1_000_001 }), false);
    check("grouped_oco", json!({ "/Orders/1/IsAsk": 0 }), false);
    check("grouped_oco", json!({ "/Orders/1/ReduceOnly": 0 }), false);
    check("grouped_oco", json!({ "/Orders/1/OrderExpiry": 1 }), false);
    check("grouped_oco", json!({ "/Orders/1/Type": 4 }), false);
    check("grouped_oco", json!({ "/Orders/1/ClientOrderIndex": 103 }), false);
    check("grouped_oco", json!({ "/Orders/1/MarketIndex": 1 }), false);
    check("grouped_oco", json!({ "GroupingType": 1 }), false);
    check("grouped_oco", json!({ "GroupingType": 4 }), false);
    check(otoco, json!({ "/Orders/2/IsAsk": 0 }), false);
    check(otoco, json!({ "/Orders/2/BaseAmount": 1 }), false);
    check(otoco, json!({ "/Orders/0/Type": 6 }), false);
    check(otoco, json!({ "/Orders/2/Type": 5 }), false);
    check(otoco, json!({ "/Orders/2/OrderExpiry": 1 }), false);
    check("grouped_oto", json!({ "/Orders/1/Type": 0, "/Orders/1/TriggerPrice": 0 }), false);
}

/// A type that nobody sends cannot be named.
#[test]
fn words_are_the_numbers_of_the_wire() {
    for code in 0..=u8::MAX {
        assert!(TxType::from_code(code).is_none_or(|word| word.code() == code));
    }
    assert_eq!((0..=u8::MAX).filter_map(TxType::from_code).count(), 14);
}
