//! The reader: any order of the keys, and nothing else that the venue's own signer would not write.

use expect_test::{Expect, expect};
use serde_json::Value;

use crate::lighter::{fixtures::vectors, tx::SignedTx};

/// The fields of an object as they stand, with their text.
fn fields(text: &str) -> Vec<String> {
    let whole: Value = serde_json::from_str(text).unwrap();
    whole.as_object().unwrap().iter().map(|(key, value)| format!("\"{key}\":{value}")).collect()
}

fn object(fields: &[String]) -> String {
    format!("{{{}}}", fields.join(","))
}

#[test]
fn the_order_of_keys_does_not_matter() {
    for vector in vectors().transactions {
        let mut fields = fields(&vector.tx_info);
        for _ in 0..fields.len() {
            fields.rotate_left(1);
            let read = SignedTx::read_json(vector.tx_type(), &object(&fields));
            assert_eq!(read, Ok(vector.read()), "{}", vector.name);
        }
    }
}

#[test]
fn every_field_must_be_there_once() {
    for vector in vectors().transactions {
        let fields = fields(&vector.tx_info);
        for n in 0..fields.len() {
            let twice = [&fields[..], &fields[n..=n]].concat();
            assert!(SignedTx::read_json(vector.tx_type(), &object(&twice)).is_err(), "{} twice", fields[n]);
            let without = [&fields[..n], &fields[n + 1..]].concat();
            let read = SignedTx::read_json(vector.tx_type(), &object(&without));
            let may_lack = ["\"L2TxAttributes\"", "\"L1Sig\""].iter().any(|key| fields[n].starts_with(key));
            assert_eq!(read.is_ok(), may_lack, "{} without {}", vector.name, fields[n]);
        }
        let more = [&fields[..], &["\"zzz\":0".to_owned()]].concat();
        assert!(SignedTx::read_json(vector.tx_type(), &object(&more)).is_err(), "{}", vector.name);
    }
}

/// The error of a vector in which one piece of text is replaced.
fn check(from: &str, to: &str, told: Expect) {
    let vector = vectors().transactions.into_iter().find(|vector| vector.name == "limit_gtt_buy").unwrap();
    let text = vector.tx_info.replacen(from, to, 1);
    assert_ne!(text, vector.tx_info, "{from} stands in the vector");
    let error = SignedTx::read_json(vector.tx_type(), &text).unwrap_err();
    told.assert_eq(&format!("{:?}: {error}", error.field));
}

#[test]
fn numbers_are_integers_of_their_width() {
    check(
        "50000",
        "50000.0",
        expect![[
            r#"Some("Price"): tx_info of type 14: Price: invalid type: floating point `50000.0`, expected u32 at line 1 column 105"#
        ]],
    );
    check(
        "50000",
        "5e4",
        expect![[
            r#"Some("Price"): tx_info of type 14: Price: invalid type: floating point `50000.0`, expected u32 at line 1 column 101"#
        ]],
    );
    check(
        "50000",
        "\"50000\"",
        expect![[
            r#"Some("Price"): tx_info of type 14: Price: invalid type: string "50000", expected u32 at line 1 column 105"#
        ]],
    );
    check(
        "50000",
        "-1",
        expect![[
            r#"Some("Price"): tx_info of type 14: Price: invalid value: integer `-1`, expected u32 at line 1 column 100"#
        ]],
    );
    check(
        "50000",
        "null",
        expect![[
            r#"Some("Price"): tx_info of type 14: Price: invalid type: null, expected u32 at line 1 column 102"#
        ]],
    );
    check(
        "1795390772549",
        "99999999999999999999",
        expect![[
            r#"Some("ExpiredAt"): tx_info of type 14: ExpiredAt: invalid type: floating point `1e+20`, expected i64 at line 1 column 231"#
        ]],
    );
}

#[test]
fn errors_say_where_and_what() {
    check(
        "\"Nonce\"",
        "\"nonce\"",
        expect!["None: tx_info of type 14: field nonce is not known at line 1 column 232"],
    );
    check("\"Nonce\":7,", "", expect!["None: tx_info of type 14: missing field `Nonce`"]);
    check(
        "\"Sig\":\"8",
        "\"Sig\":\"!",
        expect![[r#"Some("Sig"): tx_info of type 14: Sig: not the base64 of 80 bytes at line 1 column 351"#]],
    );
    check(
        "=\"",
        "\"",
        expect![[r#"Some("Sig"): tx_info of type 14: Sig: not the base64 of 80 bytes at line 1 column 350"#]],
    );
    check(
        "null",
        "{\"9\":1}",
        expect![[
            r#"Some("L2TxAttributes"): tx_info of type 14: L2TxAttributes: attribute 9 is not known at line 1 column 373"#
        ]],
    );
    check(
        "null",
        "{\"04\":1}",
        expect![[
            r#"Some("L2TxAttributes"): tx_info of type 14: L2TxAttributes: attribute 04 is not known at line 1 column 374"#
        ]],
    );
    check(
        "null",
        "{\"4\":1,\"4\":1}",
        expect![[
            r#"Some("L2TxAttributes"): tx_info of type 14: L2TxAttributes: attributes are at most 4, none of them twice at line 1 column 382"#
        ]],
    );
    check("null}", "null}}", expect!["None: tx_info of type 14: trailing characters at line 1 column 375"]);
    check(
        "null}",
        "null",
        expect!["None: tx_info of type 14: EOF while parsing an object at line 1 column 373"],
    );
}

/// Keys with escapes are the same keys.
#[test]
fn escaped_keys_are_read() {
    let vector = vectors().transactions.swap_remove(0);
    let text = vector.tx_info.replace("\"Price\"", r#""\u0050rice""#);
    assert_eq!(SignedTx::read_json(vector.tx_type(), &text), Ok(vector.read()));
}
