//! Signatures against those of the venue's own signer.

use std::{collections::BTreeMap, sync::LazyLock};

use mm_crypto::{PublicKey, SecretKey, Signer, Verifier, VerifyError};
use mm_model::Timestamp;
use proptest::prelude::*;

use super::{
    ApiKey, AuthToken, Authentic, ReadOnlyToken, Refusal, Scope, SignError, TOKEN_LIFE_MAX_S, TokenError,
    authenticate, tamper, token,
};
use crate::lighter::{
    fixtures::{TxVector, vectors},
    spoil::{splice, spliced},
    tx::{Attributes, Body, CancelOrder, ChainId, Memo, Order, OrderType, TimeInForce, Tx, TxType, Withdraw},
};

/// Checks what a key of the vectors signed.
fn verifier(public_key_hex: &str) -> &'static Verifier {
    static ALL: LazyLock<BTreeMap<String, Verifier>> = LazyLock::new(|| {
        let keys = vectors().keys.into_iter().map(|key| key.public_key_hex);
        keys.map(|hex| (hex.clone(), Verifier::new(&PublicKey::from_hex(&hex).unwrap()).unwrap())).collect()
    });
    &ALL[public_key_hex]
}

/// The secret that belongs to a public key of the vectors.
fn signer(public_key_hex: &str) -> Signer {
    let keys = vectors().keys;
    let key = keys.iter().find(|key| key.public_key_hex == public_key_hex).unwrap();
    Signer::live(SecretKey::from_hex(&key.private_key_hex_le).unwrap())
}

fn check(vector: &TxVector, key: &Verifier, tx_type: u64, tx_info: &str) -> Result<Authentic, Refusal> {
    authenticate(vector.chain(), tx_type, tx_info, |_| Ok(key))
}

#[test]
fn fault_85_every_vector_is_accepted() {
    for vector in vectors().transactions {
        let key = verifier(&vector.public_key_hex);
        let authentic = check(&vector, key, vector.tx_type.into(), &vector.tx_info).unwrap();
        assert_eq!(authentic.signed, vector.read(), "{}", vector.name);
        assert_eq!(authentic.hash.to_string(), vector.tx_hash, "{}", vector.name);
    }
}

#[test]
fn every_vector_is_refused_on_the_other_chain() {
    for vector in vectors().transactions {
        let key = verifier(&vector.public_key_hex);
        let other = ChainId(if vector.chain_id == 304 { 300 } else { 304 });
        let verdict = authenticate(other, vector.tx_type.into(), &vector.tx_info, |_| Ok(key));
        assert_eq!(verdict, Err(Refusal::Signature(VerifyError::Mismatch)), "{}", vector.name);
    }
}

#[test]
fn every_tampered_variant_is_refused() {
    let (mut n_variants, mut n_by_signature) = (0, 0);
    for vector in vectors().transactions {
        let key = verifier(&vector.public_key_hex);
        let mut signer = signer(&vector.public_key_hex);
        for variant in tamper::variants(&vector.read(), vector.chain(), &mut signer) {
            let verdict = check(&vector, key, variant.tx_type, &variant.tx_info);
            assert!(verdict.is_err(), "{}: {}", vector.name, variant.name);
            n_variants += 1;
            n_by_signature += u32::from(matches!(verdict, Err(Refusal::Signature(_))));
        }
    }
    assert!(n_variants > 10_000, "only {n_variants} variants");
    assert!(n_by_signature > 5_000, "only {n_by_signature} of {n_variants} came as far as the signature");
}

#[test]
fn every_bit_of_a_signature_counts() {
    let vector = vectors().transactions.swap_remove(0);
    let key = verifier(&vector.public_key_hex);
    let good = vector.read();
    for bit in 0..640 {
        let mut bytes = good.signature.to_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let mut text = String::new();
        good.tx.write_json(&mm_crypto::Signature::from_bytes(bytes), "", &mut text);
        let verdict = check(&vector, key, vector.tx_type.into(), &text);
        assert!(matches!(verdict, Err(Refusal::Signature(_))), "bit {bit}: {verdict:?}");
    }
}

/// What is not hashed: the venue's own signer leaves them out, so nobody vouches for them.
#[test]
fn memo_and_l1_signature_are_not_signed() {
    let vector = vectors().transactions.into_iter().find(|vector| vector.name == "transfer").unwrap();
    let key = verifier(&vector.public_key_hex);
    let l1 = format!("\"L1Sig\":\"0x{}\"", "ab".repeat(65));
    let text = vector.tx_info.replace("\"Memo\":[0", "\"Memo\":[9").replace("\"L1Sig\":\"\"", &l1);
    assert!(check(&vector, key, 12, &text).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// A spoilt text that is still believed says the same.
    #[test]
    fn a_changed_transaction_is_never_believed(
        which in 0..48usize,
        splices in prop::collection::vec(splice(), 1..3),
    ) {
        let vector = &vectors().transactions[which];
        let key = verifier(&vector.public_key_hex);
        let text = spliced(&vector.tx_info, &splices);
        if let Ok(authentic) = check(vector, key, vector.tx_type.into(), &text) {
            let without_memo = |mut tx: Tx| {
                if let Body::Transfer(transfer) = &mut tx.body {
                    transfer.memo = Memo::default();
                }
                tx
            };
            prop_assert_eq!(without_memo(authentic.signed.tx), without_memo(vector.read().tx));
        }
    }
}

#[test]
fn refusals_carry_the_codes_of_the_venue() {
    let all = vectors().transactions;
    let named = |name: &str| all.iter().find(|vector| vector.name == name).unwrap();
    let code = |name: &str, from: &str, to: &str| {
        let vector = named(name);
        let text = vector.tx_info.replacen(from, to, 1);
        assert_ne!(text, vector.tx_info);
        let key = verifier(&vector.public_key_hex);
        check(vector, key, vector.tx_type.into(), &text).unwrap_err().code().number
    };
    let gtt = "limit_gtt_buy";
    assert_eq!(code(gtt, "\"Price\":50000", "\"Price\":50001"), 21120);
    assert_eq!(code(gtt, "\"Price\":50000", "\"Price\":0"), 21702);
    assert_eq!(code(gtt, "\"BaseAmount\":1000", "\"BaseAmount\":0"), 21701);
    assert_eq!(code(gtt, "\"Type\":0", "\"Type\":7"), 21704);
    assert_eq!(code(gtt, "\"TimeInForce\":1", "\"TimeInForce\":3"), 21705);
    assert_eq!(code("cancel_all_abort", "\"TimeInForce\":2", "\"TimeInForce\":3"), 21713);
    assert_eq!(code("grouped_oco", "\"GroupingType\":2", "\"GroupingType\":3"), 21742);
    assert_eq!(code(gtt, "\"Nonce\"", "\"nonce\""), 21501);
    assert_eq!(code(gtt, "}", ""), 21501);
    assert_eq!(code(gtt, "null", "{\"9\":1}"), 21501);

    let vector = named(gtt);
    let verdict = |tx_type, refusal: Refusal| {
        authenticate(vector.chain(), tx_type, &vector.tx_info, |_| Err(refusal)).unwrap_err().code().number
    };
    assert_eq!(verdict(14, Refusal::Account(65)), 21100);
    assert_eq!(verdict(14, Refusal::ApiKey { account: 65, api_key: 3 }), 21109);
    assert_eq!(verdict(21, Refusal::Account(65)), 21505);
    assert_eq!(verdict(14 + 256, Refusal::Account(65)), 21505);
}

fn api_key() -> ApiKey {
    let key = vectors().keys.swap_remove(0);
    let signer = Signer::live(SecretKey::from_hex(&key.private_key_hex_le).unwrap());
    ApiKey::new(65, 3, ChainId::MAINNET, signer).unwrap()
}

fn order() -> Order {
    Order {
        market: 0,
        client_order_index: 1,
        base_amount: 1_000,
        price: 50_000,
        is_ask: false,
        order_type: OrderType::Limit,
        time_in_force: TimeInForce::GoodTillTime,
        reduce_only: false,
        trigger_price: 0,
        order_expiry: 1_798_000_000_000,
    }
}

#[test]
fn what_a_key_signs_is_accepted() {
    let mut key = api_key();
    let public = Verifier::new(key.public()).unwrap();
    for attributes in [Attributes::default(), Attributes::skip_nonce()] {
        let tx = Tx { attributes, ..key.tx(7, Timestamp::from_ms(1_795_390_772_549), order()) };
        let mut text = String::new();
        let hash = key.sign_json(&tx, &mut text).unwrap();
        let authentic = authenticate(key.chain(), 14, &text, |_| Ok(&public)).unwrap();
        assert_eq!((&authentic.signed.tx, authentic.hash), (&tx, hash));
        if attributes == Attributes::default() {
            assert_eq!(hash.to_string(), vectors().transactions[0].tx_hash, "limit_gtt_buy");
        }
    }
}

#[test]
fn a_key_signs_nothing_that_it_should_not() {
    let mut key = api_key();
    let at = Timestamp::from_ms(1_795_390_772_549);
    let mut refused = |tx: &Tx| {
        let mut text = String::new();
        let error = key.sign_json(tx, &mut text).unwrap_err();
        assert_eq!(text, "");
        error
    };
    let key = api_key();
    let withdraw = Withdraw { asset: 3, route: crate::lighter::tx::Route::Perps, amount: Default::default() };
    assert_eq!(refused(&key.tx(7, at, withdraw)), SignError::MovesMoney(TxType::Withdraw));
    let mut foreign = key.tx(7, at, CancelOrder { market: 0, index: 1 });
    foreign.header.api_key = 4;
    assert_eq!(refused(&foreign), SignError::Stranger { account: 65, api_key: 4 });
    let error = refused(&key.tx(7, at, Order { price: 0, ..order() }));
    assert_eq!(error.to_string(), "Price cannot be 0: expected 1 to 4294967295");
}

#[test]
fn keys_of_no_account_are_told() {
    let new = |account, index| {
        let key = vectors().keys.swap_remove(0);
        let signer = Signer::live(SecretKey::from_hex(&key.private_key_hex_le).unwrap());
        ApiKey::new(account, index, ChainId::MAINNET, signer).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(new(1, 254), Ok(()));
    assert_eq!(new(0, 3), Err("account index cannot be 0: expected 1 to 281474976710654".to_owned()));
    assert_eq!(new(1, 255), Err("API key index cannot be 255: expected 0 to 254".to_owned()));
}

/// Seconds to a time.
fn at(s: i64) -> Timestamp {
    Timestamp::from_ms(u64::try_from(s).unwrap() * 1_000)
}

#[test]
fn tokens_of_the_venues_signer_are_honoured_until_they_die() {
    let tokens = vectors().auth_tokens;
    assert_eq!(tokens.len(), 10);
    for vector in tokens {
        let key = verifier(&vector.public_key_hex);
        let AuthToken::Signed(token) = AuthToken::parse(&vector.token).unwrap() else {
            panic!("{} is signed", vector.token)
        };
        let named = (token.deadline_s, token.account, token.api_key);
        assert_eq!(named, (vector.deadline_unix_s, vector.account_index, vector.api_key_index));
        let (message, _) = vector.token.rsplit_once(':').unwrap();
        assert_eq!(token::hash(message).unwrap().to_string(), vector.message_hash_hex);
        assert_eq!(key.verify(&token::hash(message).unwrap(), &token.signature), Ok(()));
        let deadline_s = vector.deadline_unix_s;
        if deadline_s > 10_000_000_000 {
            // Beyond what a timestamp can say.
            assert!(matches!(token.check(at(1_900_000_000), key), Err(TokenError::TooFar { .. })));
            continue;
        }
        assert_eq!(token.check(at(deadline_s - 1), key), Ok(()));
        assert_eq!(token.check(at(deadline_s), key), Err(TokenError::Dead { ago_s: 0 }));
        if deadline_s > TOKEN_LIFE_MAX_S {
            assert_eq!(token.check(at(deadline_s - TOKEN_LIFE_MAX_S), key), Ok(()));
            let before = Timestamp::from_ms(at(deadline_s - TOKEN_LIFE_MAX_S).ms() - 1);
            assert_eq!(token.check(before, key), Err(TokenError::TooFar { ahead_s: TOKEN_LIFE_MAX_S + 1 }));
        }
        let shown = format!("{token:?}");
        assert!(shown.ends_with("***)") && !shown.contains(&vector.token[message.len() + 1..]), "{shown}");
    }
}

#[test]
fn tokens_of_ours_are_honoured_and_spoilt_ones_are_not() {
    let mut key = api_key();
    let public = Verifier::new(key.public()).unwrap();
    let now = at(1_900_000_000);
    let honoured = |text: &str, key: &Verifier| match AuthToken::parse(text) {
        Ok(AuthToken::Signed(token)) => token.check(now, key),
        Ok(AuthToken::ReadOnly(_)) => panic!("{text} is signed"),
        Err(error) => Err(error),
    };
    let text = key.token(now, 1_900_000_000 + TOKEN_LIFE_MAX_S).unwrap();
    assert!(text.starts_with("1900028800:65:3:"), "{text}");
    assert_eq!(honoured(&text, &public), Ok(()));
    assert_eq!(honoured(&text.to_uppercase(), &public), Ok(()), "hex of either case");
    let stranger = verifier(&vectors().keys[1].public_key_hex);
    assert_eq!(honoured(&text, stranger), Err(TokenError::Signature(VerifyError::Mismatch)));
    for n in 0..text.len() {
        for with in ['0', '1', 'f', ':', '-', '+', ' ', 'é'] {
            let spoilt: String =
                text.chars().enumerate().map(|(m, was)| if m == n { with } else { was }).collect();
            assert!(spoilt == text || honoured(&spoilt, &public).is_err(), "{spoilt}");
        }
        assert!(honoured(&text[..n], &public).is_err());
    }
    for bad in ["+1900028800", "01900028800", "-0"] {
        assert_eq!(honoured(&text.replacen("1900028800", bad, 1), &public), Err(TokenError::Form), "{bad}");
    }
    let too_far = key.token(now, 1_900_000_001 + TOKEN_LIFE_MAX_S).unwrap_err();
    assert_eq!(too_far.to_string(), "the auth token's deadline is 28801 s ahead, more than 28800");
    assert_eq!(key.token(now, 1_900_000_000), Err(SignError::Token(TokenError::Dead { ago_s: 0 })));
}

#[test]
fn read_only_tokens_are_read() {
    let parsed = AuthToken::parse("ro:65:all:1900000000:00ffAB");
    let token = ReadOnlyToken { account: 65, scope: Scope::All, expiry_s: 1_900_000_000, secret: "00ffAB" };
    assert_eq!(parsed, Ok(AuthToken::ReadOnly(token.clone())));
    assert_eq!(format!("{token:?}"), "ReadOnlyToken(65, All, 1900000000, ***)");
    for bad in
        ["ro:", "ro:65:some:1:00", "ro:65:all:x:00", "ro:65:all:1:", "ro:65:all:1:0", "ro:65:all:1:00:00", ""]
    {
        assert_eq!(AuthToken::parse(bad), Err(TokenError::Form), "{bad}");
    }
}
