//! Lighter's signatures: a create-order's hash and signature, with and without a prepared nonce, and the check of
//! one, hot and with cold caches, beside the public Rust crates for the same scheme.
//!
//! Every signature that either side makes is verified by our verifier outside the time that is measured.

use std::hint::black_box;

use goldilocks_crypto::{sign as sign_theirs, verify_signature};
use mm_crypto::{Digest, Felt, SecretKey, Signature, Signer, Verifier, hash5};
use poseidon_hash::{Goldilocks, hash_to_quintic_extension};

use super::super::Size;
use crate::harness::{Goal, Round, Row, Stat, alternate, by_cpu, repeat};

/// A dummy key: `k_random_a` of fixtures/lighter/vectors.json.
const SECRET: &str = "52b5bcc92c1d665f7a04558128479ab738682790674216e782b59ffd5d33df3b47f41b317097ac21";
/// Elements that the hash of a create-order takes in.
const ELEMENTS: u64 = 16;
/// Written between two cold operations: more than the last cache holds.
const JUNK_WORDS: usize = 8 << 20;
const THEIRS: &str = "goldilocks-crypto 0.1.2";

/// Lighter's rows.
pub(super) fn rows(size: Size) -> Vec<Row> {
    let mut desk = Desk::new();
    let row = |what: &str, (ours, theirs): (Stat, Stat), goal| Row {
        number: "sign",
        what: what.to_owned(),
        unit: "ns",
        ours,
        reference: Some((THEIRS.to_owned(), theirs)),
        goal,
    };
    let mut rows = vec![
        row("hash of 16 elements", desk.hash(size), Goal::Shown),
        row("hash and sign, hot", desk.sign(size), Goal::AtMost(20_000.0)),
        row("verify, table of the key ready, hot", desk.verify(size), Goal::AtMost(32_000.0)),
    ];
    let prepared = |what: &str, ours, goal| Row {
        number: "sign",
        what: what.to_owned(),
        unit: "ns",
        ours,
        reference: None,
        goal,
    };
    rows.push(prepared(
        "hash and sign with a prepared nonce, hot",
        desk.prepared(size),
        Goal::AtMost(6_500.0),
    ));
    let [sign, with_prepared, verify] = desk.cold(size);
    rows.push(prepared("hash and sign, cold caches", sign, Goal::Shown));
    rows.push(prepared("hash and sign with a prepared nonce, cold caches", with_prepared, Goal::Shown));
    rows.push(prepared("verify, cold caches", verify, Goal::Shown));
    rows
}

/// One key, in our hands and in theirs.
struct Desk {
    signer: Signer,
    verifier: Verifier,
    input: Vec<Felt>,
    input_theirs: Vec<Goldilocks>,
    secret: [u8; 40],
}

impl Desk {
    fn new() -> Self {
        let signer = Signer::live(SecretKey::from_hex(SECRET).expect("a key"));
        let verifier = Verifier::new(signer.public()).expect("a point");
        let numbers = || (0..ELEMENTS).map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let input: Vec<_> = numbers().map(Felt::from).collect();
        let input_theirs = input.iter().map(|felt| Goldilocks::from_canonical_u64(felt.as_u64())).collect();
        let digit = |at: usize| u8::from_str_radix(&SECRET[2 * at..2 * at + 2], 16).expect("hex");
        Self { signer, verifier, input, input_theirs, secret: std::array::from_fn(digit) }
    }

    fn message(&self) -> Digest {
        hash5(black_box(&self.input))
    }

    fn check(&self, signature: &Signature) {
        self.verifier.verify(&self.message(), signature).expect("what was measured is a signature");
    }

    fn hash(&self, size: Size) -> (Stat, Stat) {
        let ops = size.ops(5_000);
        let theirs = hash_to_quintic_extension(&self.input_theirs).to_bytes_le();
        assert_eq!(self.message().to_le_bytes(), theirs, "both hash alike");
        let ours = || by_cpu(ops, || (0..ops).for_each(|_| _ = black_box(self.message())));
        let input = &self.input_theirs;
        let hash = || _ = black_box(hash_to_quintic_extension(black_box(input)));
        alternate(ours, || by_cpu(ops, || (0..ops).for_each(|_| hash())))
    }

    fn sign(&mut self, size: Size) -> (Stat, Stat) {
        let (ops, ops_theirs) = (size.ops(1_000), size.ops(50));
        let (secret, input) = (self.secret, self.input_theirs.clone());
        let ours = || {
            let mut made = Vec::with_capacity(ops as usize);
            let round = by_cpu(ops, || (0..ops).for_each(|_| made.push(self.hash_and_sign())));
            made.iter().for_each(|signature| self.check(signature));
            round
        };
        let sign = || {
            let message = hash_to_quintic_extension(black_box(&input)).to_bytes_le();
            drop(black_box(sign_theirs(&secret, &message).expect("a signature")));
        };
        alternate(ours, || by_cpu(ops_theirs, || (0..ops_theirs).for_each(|_| sign())))
    }

    fn hash_and_sign(&mut self) -> Signature {
        let message = self.message();
        self.signer.sign(&message).expect("random bytes")
    }

    fn prepared(&mut self, size: Size) -> Stat {
        let ops = size.ops(1_000);
        repeat(|| {
            self.signer.prepare(ops as usize).expect("random bytes");
            let mut made = Vec::with_capacity(ops as usize);
            let round = by_cpu(ops, || (0..ops).for_each(|_| made.push(self.hash_and_sign())));
            assert_eq!(self.signer.prepared(), 0, "each took one");
            made.iter().for_each(|signature| self.check(signature));
            round
        })
    }

    fn verify(&mut self, size: Size) -> (Stat, Stat) {
        let (ops, ops_theirs) = (size.ops(1_000), size.ops(50));
        let (message, signature) = (self.message(), self.hash_and_sign());
        let (text, raw, key) = (message.to_le_bytes(), signature.to_bytes(), self.signer.public().to_bytes());
        let ours = || {
            let verify = || self.verifier.verify(black_box(&message), &signature).expect("a good signature");
            by_cpu(ops, || (0..ops).for_each(|_| verify()))
        };
        let verify = || assert!(verify_signature(&raw, black_box(&text), &key).expect("well formed"));
        alternate(ours, || by_cpu(ops_theirs, || (0..ops_theirs).for_each(|_| verify())))
    }

    /// Sign, sign with a prepared nonce, verify: one at a time, with all caches full of something else.
    fn cold(&mut self, size: Size) -> [Stat; 3] {
        let times = size.ops(60).min(60);
        let mut junk = vec![0_u64; if size == Size::Full { JUNK_WORDS } else { 1 }];
        let mut cold = |desk: &mut Self, prepared: usize, work: &dyn Fn(&mut Self)| {
            repeat(|| {
                let rounds = (0..times / 10).map(|n| {
                    desk.signer.prepare(prepared).expect("random bytes");
                    junk.iter_mut().for_each(|word| *word = word.wrapping_add(n));
                    by_cpu(1, || work(desk))
                });
                rounds.fold(Round { ops: 0, ns: 0 }, |sum, round| Round {
                    ops: sum.ops + round.ops,
                    ns: sum.ns + round.ns,
                })
            })
        };
        let sign = |desk: &mut Self| _ = black_box(desk.hash_and_sign());
        let (message, signature) = (self.message(), self.hash_and_sign());
        let verify =
            move |desk: &mut Self| desk.verifier.verify(&message, &signature).expect("a good signature");
        [cold(self, 0, &sign), cold(self, 1, &sign), cold(self, 0, &verify)]
    }
}
