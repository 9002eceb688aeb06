//! GRVT's signatures: an order's digest, its signature with and without a prepared nonce, what the preparation costs,
//! and the venue's check.
//!
//! Every signature is recovered to its signer outside the time that is measured.

use std::{hint::black_box, time::Duration};

use mm_crypto::ecdsa::{SecretKey, Signature, Signer};
use mm_model::Timestamp;
use mm_venues::grvt::sign::{
    Asset, ChainId, Domain, Gate, Instrument, Leg, LegTexts, OrderTerms, OrderTexts, SignatureTexts,
    TimeInForce, TradingKey, Validity, authenticate_order,
};

use super::super::Size;
use crate::harness::{Goal, Row, Stat, by_cpu, repeat};

/// The dummy key of fixtures/grvt/vectors.json.
const SECRET: &str = "0101010101010101010101010101010101010101010101010101010101010101";
const EXPIRATION: i64 = 1_893_456_000_000_000_000;

/// GRVT's rows.
pub(super) fn rows(size: Size) -> Vec<Row> {
    let mut desk = Desk::new();
    let row = |what: &str, ours, goal| Row {
        number: "sign",
        what: format!("GRVT: {what}"),
        unit: "ns",
        ours,
        reference: None,
        goal,
    };
    vec![
        row("digest of an order", desk.digest(size), Goal::Shown),
        row("digest and sign, nonce by RFC 6979", desk.sign(size), Goal::Shown),
        row("digest and sign with a prepared nonce", desk.prepared(size), Goal::AtMost(5_000.0)),
        row("prepare a nonce", desk.prepare(size), Goal::Shown),
        row("the venue's check: texts to digest, and recover", desk.check_texts(size), Goal::Shown),
        row("recover", desk.recover(size), Goal::Shown),
    ]
}

struct Desk {
    key: TradingKey,
    leg: Leg,
}

impl Desk {
    fn new() -> Self {
        let signer = Signer::live(SecretKey::from_hex(SECRET).expect("a key"));
        let leg = Leg {
            asset: asset(),
            contract_size: 1_013_000_000,
            limit_price: 68_900_500_000_000,
            is_buying: true,
        };
        Self { key: TradingKey::new(Domain::new(ChainId::TESTNET), signer), leg }
    }

    /// The order of the vector `gtt_buy_btc_testnet`, post-only.
    fn order(&self) -> OrderTerms<'_> {
        OrderTerms {
            sub_account: 8_289_849_667_772_468,
            is_market: false,
            time_in_force: TimeInForce::GoodTillTime,
            post_only: true,
            reduce_only: false,
            legs: std::slice::from_ref(&self.leg),
            builder: None,
            validity: Validity { nonce: 828_700_936, expiration_ns: EXPIRATION },
        }
    }

    fn digest(&self, size: Size) -> Stat {
        let ops = size.ops(5_000);
        let digest = || _ = black_box(self.key.domain().digest(black_box(&self.order())));
        repeat(|| by_cpu(ops, || (0..ops).for_each(|_| digest())))
    }

    fn sign_one(&mut self) -> Signature {
        let leg = self.leg;
        let order = OrderTerms { legs: &[leg], ..self.order() };
        self.key.sign(black_box(&order))
    }

    /// Signs so often, with so many nonces prepared before.
    fn sign_some(&mut self, ops: u64, n_prepared: usize) -> Stat {
        let digest = self.key.domain().digest(&self.order());
        repeat(|| {
            self.key.prepare(n_prepared).expect("random bytes");
            let mut made = Vec::with_capacity(ops as usize);
            let round = by_cpu(ops, || (0..ops).for_each(|_| made.push(self.sign_one())));
            assert_eq!(self.key.prepared(), 0, "each took one");
            made.iter().for_each(|signature| assert_eq!(signature.signer(&digest), Ok(self.key.address())));
            round
        })
    }

    fn sign(&mut self, size: Size) -> Stat {
        self.sign_some(size.ops(500), 0)
    }

    fn prepared(&mut self, size: Size) -> Stat {
        let ops = size.ops(500);
        self.sign_some(ops, ops as usize)
    }

    fn prepare(&mut self, size: Size) -> Stat {
        let ops = size.ops(500);
        repeat(|| {
            let round = by_cpu(ops, || self.key.prepare(ops as usize).expect("random bytes"));
            (0..ops).for_each(|_| _ = self.sign_one());
            round
        })
    }

    fn recover(&mut self, size: Size) -> Stat {
        let ops = size.ops(500);
        let digest = self.key.domain().digest(&self.order());
        let signature = self.sign_one();
        let recover = || assert_eq!(black_box(&signature).signer(&digest), Ok(self.key.address()));
        repeat(|| by_cpu(ops, || (0..ops).for_each(|_| recover())))
    }

    fn check_texts(&mut self, size: Size) -> Stat {
        let ops = size.ops(500);
        let signature = self.sign_one();
        let [signer, r, s] =
            [self.key.address().to_string(), signature.r().to_string(), signature.s().to_string()];
        let expiration = EXPIRATION.to_string();
        let texts = SignatureTexts {
            signer: &signer,
            r: &r,
            s: &s,
            v: signature.v().into(),
            expiration: &expiration,
            nonce: 828_700_936,
            chain_id: None,
        };
        let legs = [LegTexts {
            instrument: Instrument { asset: asset(), base_decimals: 9 },
            size: "1.013",
            limit_price: Some("68900.5"),
            is_buying_asset: true,
        }];
        let order = OrderTexts {
            sub_account_id: "8289849667772468",
            is_market: false,
            time_in_force: "GOOD_TILL_TIME",
            post_only: true,
            reduce_only: false,
            legs: &legs,
            builder: None,
            builder_fee: None,
        };
        let gate = Gate { domain: *self.key.domain(), now: Timestamp(1), longest: Duration::MAX };
        let check = || {
            let taken = authenticate_order(&gate, black_box(&order), black_box(&texts), |_| true);
            assert!(taken.is_ok(), "{taken:?}");
        };
        repeat(|| by_cpu(ops, || (0..ops).for_each(|_| check())))
    }
}

fn asset() -> Asset {
    Asset::parse("0x030501").expect("a hash")
}
