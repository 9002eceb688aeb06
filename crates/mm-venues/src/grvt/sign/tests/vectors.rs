//! Every vector: the integers, both hashes, the signature, and that the venue's half takes it.

use mm_crypto::ecdsa::Address;
use serde_json::Value;

use super::{
    super::{
        Asset, AuthorizeBuilder, Builder, ChainId, Currency, Domain, Leg, OrderTerms,
        SetDeriskToMaintenanceMarginRatio, SetSubAccountPositionMarginConfig, Signable, TimeInForce,
        Transfer, TypedData, Validity, WalletLogin, Withdrawal, account, authenticate, authenticate_login,
        authenticate_order, order,
        typed_data::{self, type_hash},
        vectors::{OtherVector, SignatureRow, gate, key, more_typed_data, vectors},
    },
    hex,
};

#[test]
fn types_and_domains_hash_as_published() {
    let all = vectors();
    for (name, definition) in [
        ("EIP712Domain", typed_data::DOMAIN_TYPE),
        ("OrderLeg", order::LEG),
        ("Order", order::ORDER),
        ("OrderWithBuilderFee", order::ORDER_WITH_BUILDER_FEE),
    ] {
        assert_eq!(all.type_strings[name], definition);
        assert_eq!(all.type_hashes[name], hex(&type_hash(definition)), "{name}");
    }
    for (environment, chain) in [
        ("prod", ChainId::PRODUCTION),
        ("testnet", ChainId::TESTNET),
        ("staging", ChainId::STAGING),
        ("dev", ChainId::STAGING),
    ] {
        let row = &all.domains[environment];
        assert_eq!(row["chain_id"], chain.0, "{environment}");
        assert_eq!(row["domain_separator"], hex(Domain::new(chain).separator()), "{environment}");
    }
    let codes = all.time_in_force_codes.as_object().expect("a table");
    assert_eq!(codes.len(), TimeInForce::ALL.len());
    for (word, code) in codes {
        let known = TimeInForce::from_word(word).expect(word);
        assert_eq!((known as u64, known.word()), (code.as_u64().expect("a code"), word.as_str()));
    }
}

#[test]
fn fault_85_every_order_is_signed_as_there_and_taken() {
    let all = vectors().orders;
    assert_eq!(all.len(), 18);
    for it in &all {
        let name = &it.name;
        let gate = gate(it.input.chain_id);
        assert_eq!(hex(gate.domain.separator()), it.eip712.domain_separator, "{name}");
        let legs = it.input.legs();
        let texts = it.input.order(&legs);
        let signature = it.signature();
        let taken = authenticate_order(&gate, &texts, &signature, |_| true)
            .unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        assert_eq!(hex(&taken.digest), it.eip712.digest, "{name}");
        assert_eq!(taken.signer.checksummed(), it.signature.signer, "{name}");
        texts
            .with_terms(taken.validity, |terms| {
                let message = &it.eip712.message["legs"][0];
                assert_eq!(message["contractSize"], terms.legs[0].contract_size, "{name}");
                assert_eq!(message["limitPrice"], terms.legs[0].limit_price, "{name}");
                let has_builder = it.eip712.primary_type == "OrderWithBuilderFee";
                assert_eq!(terms.builder.is_some(), has_builder, "{name}");
                assert_eq!(hex(&terms.struct_hash()), it.eip712.struct_hash, "{name}");
                assert_eq!(signed(it.input.chain_id, terms), it.signature, "{name}");
            })
            .expect("it was taken");
    }
}

/// The signature that the vectors' key gives, with the nonce of RFC 6979; one with a prepared nonce is the same signer's.
fn signed(chain_id: u64, data: &impl Signable) -> SignatureRow {
    let mut key = key(chain_id);
    let signature = key.sign(data);
    key.prepare(1).expect("randomness");
    let prepared = key.sign(data);
    assert_eq!((key.prepared(), prepared == signature), (0, false));
    assert_eq!(prepared.signer(&key.domain().digest(data)), Ok(key.address()));
    SignatureRow {
        signer: key.address().checksummed(),
        r: signature.r().to_string(),
        s: signature.s().to_string(),
        v: signature.v().into(),
    }
}

#[test]
fn every_other_struct_is_hashed_as_there_and_taken() {
    let (theirs, more) = (vectors().other_typed_data, more_typed_data());
    assert_eq!((theirs.len(), more.len()), (5, 9));
    for it in theirs.iter().chain(&more) {
        match it.definition.split_once('(').expect("a type").0 {
            "Transfer" => check(it, account::TRANSFER, &transfer(it)),
            "WalletLogin" => {
                let login = WalletLogin { signer: address(it, "signer"), validity: validity(it) };
                check(it, account::WALLET_LOGIN, &login);
                assert_eq!(signed(it.chain_id, &login), it.signature, "{}", it.name);
                let expiration = login.validity.expiration_ns.to_string();
                let texts = it.signature.texts(&expiration, login.validity.nonce);
                let address = login.signer.to_string();
                let taken = authenticate_login(&gate(it.chain_id), &address, &texts);
                assert_eq!(taken.map(|taken| taken.signer), Ok(login.signer), "{}", it.name);
            }
            "SetDeriskToMaintenanceMarginRatio" => {
                let set = SetDeriskToMaintenanceMarginRatio {
                    sub_account: number(it, "subAccountID"),
                    ratio: number(it, "deriskToMaintenanceMarginRatio"),
                    validity: validity(it),
                };
                check(it, account::SET_DERISK, &set);
                assert_eq!(signed(it.chain_id, &set), it.signature, "{}", it.name);
            }
            "AuthorizeBuilder" => {
                let grant = AuthorizeBuilder {
                    main_account: address(it, "mainAccountID"),
                    builder_account: address(it, "builderAccountID"),
                    max_future_fee_rate: number(it, "maxFutureFeeRate"),
                    max_spot_fee_rate: number(it, "maxSpotFeeRate"),
                    validity: validity(it),
                };
                check(it, account::AUTHORIZE_BUILDER, &grant);
            }
            "Withdrawal" => check(it, account::WITHDRAWAL, &withdrawal(it)),
            "SetSubAccountPositionMarginConfig" => {
                let set = SetSubAccountPositionMarginConfig {
                    sub_account: number(it, "subAccountID"),
                    asset: asset(&it.message["asset"]),
                    margin_type: number(it, "marginType"),
                    leverage: number(it, "leverage"),
                    validity: validity(it),
                };
                check(it, account::SET_POSITION_MARGIN, &set);
                assert_eq!(signed(it.chain_id, &set), it.signature, "{}", it.name);
            }
            "Order" => check_order(it, order::ORDER, None),
            "OrderWithBuilderFee" => {
                let builder = Builder { address: address(it, "builder"), fee: number(it, "builderFee") };
                check_order(it, order::ORDER_WITH_BUILDER_FEE, Some(builder));
            }
            other => panic!("{other} has no check"),
        }
    }
}

fn check_order(it: &OtherVector, definition: &str, builder: Option<Builder>) {
    let legs: Vec<_> = it.message["legs"]
        .as_array()
        .expect("legs")
        .iter()
        .map(|leg| Leg {
            asset: asset(&leg["assetID"]),
            contract_size: leg["contractSize"].as_str().and_then(|text| text.parse().ok()).expect("a size"),
            limit_price: leg["limitPrice"].as_str().and_then(|text| text.parse().ok()).expect("a price"),
            is_buying: leg["isBuyingContract"] == true,
        })
        .collect();
    let code: usize = number(it, "timeInForce");
    let order = OrderTerms {
        sub_account: number(it, "subAccountID"),
        is_market: it.message["isMarket"] == true,
        time_in_force: TimeInForce::ALL[code - 1],
        post_only: it.message["postOnly"] == true,
        reduce_only: it.message["reduceOnly"] == true,
        legs: &legs,
        builder,
        validity: validity(it),
    };
    check(it, definition, &order);
    assert_eq!(signed(it.chain_id, &order), it.signature, "{}", it.name);
}

/// An asset from a number's decimal text.
fn asset(number: &Value) -> Asset {
    let number: num_bigint::BigUint = number.as_str().and_then(|text| text.parse().ok()).expect("a number");
    Asset::parse(&format!("{number:#x}")).expect("256 bits at most")
}

fn withdrawal(it: &OtherVector) -> Withdrawal {
    let code: usize = number(it, "tokenCurrency");
    let all = [Currency::Usd, Currency::Usdc, Currency::Usdt, Currency::Eth, Currency::Btc];
    Withdrawal {
        from_account: address(it, "fromAccount"),
        to_eth_address: address(it, "toEthAddress"),
        currency: all[code - 1],
        num_tokens: number(it, "numTokens"),
        validity: validity(it),
    }
}

fn transfer(it: &OtherVector) -> Transfer {
    assert_eq!(it.message["tokenCurrency"], Currency::Usdt as u8);
    Transfer {
        from_account: address(it, "fromAccount"),
        from_sub_account: number(it, "fromSubAccount"),
        to_account: address(it, "toAccount"),
        to_sub_account: number(it, "toSubAccount"),
        currency: Currency::Usdt,
        num_tokens: number(it, "numTokens"),
        validity: validity(it),
    }
}

/// The type's text, both hashes, and the venue's check.
fn check(it: &OtherVector, definition: &str, data: &impl TypedData) {
    let name = &it.name;
    assert_eq!(it.definition, definition, "{name}");
    assert_eq!(hex(&data.struct_hash()), it.struct_hash, "{name}");
    let gate = gate(it.chain_id);
    assert_eq!(hex(&gate.domain.digest(data)), it.digest, "{name}");
    if validity(it).expiration_ns < 0 {
        return; // it tries the encoding only: no venue takes what has expired
    }
    let expiration = validity(it).expiration_ns.to_string();
    let texts = it.signature.texts(&expiration, validity(it).nonce);
    let taken = authenticate(&gate, &texts, |_| Ok(gate.domain.digest(data)), |_| true);
    assert_eq!(taken.map(|taken| taken.signer.checksummed()), Ok(it.signature.signer.clone()), "{name}");
}

fn validity(it: &OtherVector) -> Validity {
    Validity { nonce: number(it, "nonce"), expiration_ns: number(it, "expiration") }
}

fn address(it: &OtherVector, field: &str) -> Address {
    Address::parse(it.message[field].as_str().expect("text")).expect("an address")
}

fn number<T: std::str::FromStr<Err: std::fmt::Debug>>(it: &OtherVector, field: &str) -> T {
    let text = match &it.message[field] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    text.parse().expect("a number")
}
