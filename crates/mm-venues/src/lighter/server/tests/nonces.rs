//! Nonces: exact for each key, spent by what the API takes and by nothing else.

use proptest::prelude::*;

use super::*;
use crate::lighter::tx::CancelOrder;

/// A cancel of nothing: the API takes it, the engine has nothing to do.
const NOTHING: CancelOrder = CancelOrder { market: 0, index: 1 };

/// What a client sends.
#[derive(Clone, Debug)]
enum Step {
    /// One transaction, with the nonce so far from the right one, skipping or not.
    One { off: i64, skips: bool },
    /// A batch whose nonces are so far from the right ones.
    Batch(Vec<i64>),
    /// A transaction that the API refuses for another reason, with the right nonce.
    Refused,
    /// A transaction that the engine refuses.
    Failed,
    /// The key is asked about.
    Asked,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (prop_oneof![3 => Just(0_i64), 1 => -2..5_i64], any::<bool>()).prop_map(|(off, skips)| Step::One { off, skips }),
        2 => prop::collection::vec(prop_oneof![6 => Just(0_i64), 1 => -1..3_i64], 1..5).prop_map(Step::Batch),
        1 => Just(Step::Refused),
        1 => Just(Step::Failed),
        1 => Just(Step::Asked),
    ]
}

impl World {
    fn next_nonce(&mut self) -> i64 {
        let answer = self.get("nextNonce?account_index=101&api_key_index=4", None);
        answer.body["nonce"].as_i64().expect("a number")
    }

    fn send_batch(&mut self, txs: &[Tx]) -> Answer {
        let signed: Vec<_> = txs.iter().map(|tx| self.signed(tx)).collect();
        let (types, infos): (Vec<_>, Vec<_>) = signed.into_iter().unzip();
        let types = serde_json::to_string(&types).expect("numbers");
        let infos = serde_json::to_string(&infos).expect("texts");
        self.post("sendTxBatch", &[("tx_types", &types), ("tx_infos", &infos)], None)
    }
}

/// What the venue must say, and the counter after it.
fn model(next: i64, step: &Step) -> (&'static str, i64) {
    match step {
        Step::One { off: 0, .. } | Step::Failed => ("200", next + 1),
        Step::One { off, skips: true } if *off > 0 => ("200", next + off + 1),
        Step::One { .. } => ("400 21104 invalid nonce", next),
        Step::Batch(offs) => match offs.iter().position(|off| *off != 0) {
            None => ("200", next + i64::try_from(offs.len()).expect("few")),
            Some(0) => ("400 21104 invalid nonce", next),
            Some(_) => ("400 21105 batch transaction nonce is not increasing", next),
        },
        Step::Refused => ("400 21602 invalid market index", next),
        Step::Asked => ("", next),
    }
}

impl World {
    fn run(&mut self, next: i64, step: &Step) -> Answer {
        match step {
            Step::One { off, skips } => {
                let attributes = Attributes { skip_nonce: *skips, ..Attributes::default() };
                let tx = Tx { attributes, ..self.tx(ALICE, next + off, NOTHING) };
                let (kind, info) = self.signed(&tx);
                self.post_tx(kind, &info)
            }
            Step::Batch(offs) => {
                let nonces = (next..).zip(offs).map(|(nonce, off)| nonce + off);
                let txs: Vec<_> = nonces.map(|nonce| self.tx(ALICE, nonce, NOTHING)).collect();
                self.send_batch(&txs)
            }
            Step::Refused => {
                let tx = self.tx(ALICE, next, CancelOrder { market: 99, index: 1 });
                let (kind, info) = self.signed(&tx);
                self.post_tx(kind, &info)
            }
            Step::Failed => {
                let tx = self.tx(ALICE, next, Order { reduce_only: true, ..limit() });
                let (kind, info) = self.signed(&tx);
                self.post_tx(kind, &info)
            }
            Step::Asked => self.get("apikeys?account_index=101", None),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn the_counter_is_that_of_the_model(steps in prop::collection::vec(step(), 1..12)) {
        let mut world = World::new(options());
        let mut next = 0;
        for step in &steps {
            // Nonces below zero are nobody's; the model has none.
            let below = match step {
                Step::One { off, .. } => next + off < 0,
                Step::Batch(offs) => (next..).zip(offs).any(|(nonce, off)| nonce + off < 0),
                _ => false,
            };
            if below {
                continue;
            }
            let (word, after) = model(next, step);
            let answer = world.run(next, step);
            if !matches!(step, Step::Asked) {
                prop_assert_eq!(answer.word(), word, "{:?} at {}", step, next);
            }
            next = after;
            prop_assert_eq!(world.next_nonce(), next, "{:?}", step);
            let keys = world.get("apikeys?account_index=101&api_key_index=255", None).body;
            prop_assert_eq!(&keys["api_keys"][0]["nonce"], next);
        }
    }
}

#[test]
fn a_batch_is_of_one_key_and_not_too_long() {
    let mut world = World::new(options());
    let two = [world.tx(ALICE, 0, NOTHING), world.tx(BOB, 1, NOTHING)];
    let owners = "400 21121 all transactions in the batch must have use same account and apikey";
    assert_eq!(world.send_batch(&two).word(), owners);
    let many: Vec<_> = (0..16).map(|nonce| world.tx(ALICE, nonce, NOTHING)).collect();
    assert_eq!(world.send_batch(&many).word(), "400 21514 maximum 50 transactions allowed per batch");
    let answer = world.send_batch(&many[..15]);
    assert_eq!(answer.word(), "200");
    let hashes = answer.body["tx_hash"].as_array().expect("a list");
    let chain = Options::default().chain;
    let expected: Vec<_> = many[..15].iter().map(|tx| tx.hash(chain).to_string()).collect();
    assert_eq!(hashes.iter().map(|hash| hash.as_str().expect("text")).collect::<Vec<_>>(), expected);
    let lengths = [("tx_types", "[15]"), ("tx_infos", "[]")];
    let word = "400 21513 TxInfos and TxTypes should have the same length";
    assert_eq!(world.post("sendTxBatch", &lengths, None).word(), word);
}

#[test]
fn one_bad_order_of_a_batch_spoils_it_at_the_api_but_not_at_the_engine() {
    let mut world = World::new(options());
    let order = |client| Order { client_order_index: client, ..limit() };
    let bad = Order { price: 1, ..order(2) };
    let txs = [world.tx(ALICE, 0, order(1)), world.tx(ALICE, 1, bad)];
    assert!(world.send_batch(&txs).word().starts_with("400 217"));
    assert_eq!(world.next_nonce(), 0);
    let fails = Order { reduce_only: true, ..order(2) };
    let txs = [world.tx(ALICE, 0, order(1)), world.tx(ALICE, 1, fails), world.tx(ALICE, 2, order(3))];
    assert_eq!(world.send_batch(&txs).word(), "200");
    assert_eq!(world.exchange.open_orders(world.alice, None).len(), 2);
    let twice = [world.tx(ALICE, 3, order(4)), world.tx(ALICE, 4, order(4))];
    assert_eq!(world.send_batch(&twice).word(), "400 21728 client order index already exists");
}

#[test]
fn fault_80_skipped_nonces_may_be_unix_milliseconds_and_the_key_goes_on_from_there() {
    let mut world = World::new(options());
    let skips = Attributes::skip_nonce();
    for (nonce, attributes, word) in [
        (1_800_000_000_000, skips, "200"),
        (1_800_000_000_000, skips, "400 21104 invalid nonce"),
        (1_800_000_000_005, skips, "200"),
        (1_800_000_000_006, Attributes::default(), "200"),
        ((1 << 47) - 1, skips, "400 21104 invalid nonce"),
        ((1 << 47) - 2, skips, "200"),
    ] {
        let tx = Tx { attributes, ..world.tx(ALICE, nonce, NOTHING) };
        let (kind, info) = world.signed(&tx);
        assert_eq!(world.post_tx(kind, &info).word(), word, "{nonce}");
    }
}

#[test]
fn what_is_told_of_a_nonce_may_lag() {
    let mut options = options();
    options.switches.next_nonce_lag_ms = 350;
    let mut world = World::new(options);
    assert_eq!(world.send(ALICE, NOTHING).word(), "200");
    assert_eq!(world.next_nonce(), 0);
    assert_eq!(world.send(ALICE, NOTHING).word(), "200");
    world.advance(Duration::from_millis(349));
    assert_eq!(world.next_nonce(), 0);
    world.advance(Duration::from_millis(1));
    assert_eq!(world.next_nonce(), 2);
}
