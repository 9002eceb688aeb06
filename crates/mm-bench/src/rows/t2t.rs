//! Tick to trade in process: a depth frame in memory until the signed order's bytes are ready. Every order of both
//! sides is checked by the server half, outside the time that is measured.

use std::{cell::RefCell, hint::black_box};

use bytes::Bytes;
use mm_model::{Ask, ClientId, Placement, Timestamp};
use mm_venues::{
    backpack::sign::SigningKey,
    client::{CallRef, Outbox, Protocol as _},
    http::Request,
};

use super::Size;
use crate::{
    harness::{Goal, Report, Round, Row, Stat, alternate, by_cpu},
    limits::{
        lighter_trader::LighterTrader,
        trader::{Order, Trader},
    },
    requests::{parse, verify},
    rig::{Rig, decide},
    wires::{self, Backpack, Lighter, SECRET, Wire},
};

/// Orders under way at a time within a round.
const BATCH: usize = 50;
/// The same where signatures are prepared: no more lie ready.
const BATCH_PREPARED: usize = 8;

/// Goals 8 and 9, and what they are made of.
pub fn rows(size: Size) -> Report {
    let (ours, limit) = trade(size);
    let (encode, encode_limit) = encode(size);
    let (sign, sign_limit) = sign(size);
    let row = |what: &str, ours, reference, goal| Row {
        number: "9",
        what: what.to_owned(),
        unit: "ns",
        ours,
        reference: Some(("by hand".to_owned(), reference)),
        goal,
    };
    let mut rows = vec![
        row("depth message to signed order, library signing", ours, limit, Goal::RatioAtMost(1.25)),
        row("of which: order to signed request", encode, encode_limit, Goal::Shown),
        row("of which: signature and base64 (by hand: signature alone)", sign, sign_limit, Goal::Shown),
    ];
    let (ours, limit) = trade_lighter(size, false);
    rows.push(row("Lighter: depth message to signed order", ours, limit, Goal::RatioAtMost(1.25)));
    let (ours, limit) = trade_lighter(size, true);
    let prepared = row("Lighter: the same with a prepared nonce", ours, limit, Goal::RatioAtMost(1.5));
    rows.push(Row { number: "8", ..prepared });
    Report::from(rows)
}

/// Both sides sign with nonces prepared outside the measured time, or with none.
fn trade_lighter(size: Size, is_prepared: bool) -> (Stat, Stat) {
    let batch_len = if is_prepared { BATCH_PREPARED } else { BATCH };
    let batches = (size.ops(2_000) as usize / batch_len).max(1);
    let mut by_hand =
        Hand { trader: LighterTrader::new(wires::key(), 7), frames: vec![String::new(); batch_len] };
    let mut rig = Rig::<Lighter>::new();
    let now = rig.clock.now();
    let mut outboxes = Vec::new();
    outboxes.resize_with(batch_len, Outbox::default);
    let mut seq = 1_000;
    let (frames, last) = (RefCell::new(Vec::new()), RefCell::new(String::new()));
    alternate(
        || {
            frames.borrow_mut().clear();
            (0..batches).fold(Round { ops: 0, ns: 0 }, |sum, _| {
                let batch: Vec<Bytes> = (1..=batch_len as u64).map(|n| Lighter::depth(seq + n)).collect();
                seq += batch_len as u64;
                if is_prepared {
                    rig.prepare();
                }
                let mut underway = Vec::with_capacity(batch_len);
                let round = by_cpu(batch_len as u64, || {
                    for (frame, outbox) in batch.iter().zip(&mut outboxes) {
                        underway.push(rig.trade(frame, outbox));
                    }
                });
                underway.into_iter().for_each(|one| rig.settle(one));
                outboxes.iter().for_each(|outbox| Lighter::check(now, outbox));
                last.borrow_mut().clone_from(&outboxes[batch_len - 1].frames[0].0);
                frames.borrow_mut().push(batch);
                add(sum, round)
            })
        },
        || {
            let rounds = frames.borrow();
            let rounds = rounds.iter().map(|batch| by_hand.round(batch, now, is_prepared));
            let round = rounds.fold(Round { ops: 0, ns: 0 }, add);
            assert_eq!(
                without_signature(&last.borrow()),
                without_signature(&by_hand.frames[batch_len - 1]),
                "both write the same order"
            );
            round
        },
    )
}

/// The limit's side.
struct Hand {
    trader: LighterTrader,
    frames: Vec<String>,
}

impl Hand {
    fn round(&mut self, batch: &[Bytes], now: Timestamp, is_prepared: bool) -> Round {
        let Self { trader, frames } = self;
        if is_prepared {
            trader.signer.prepare(batch.len()).expect("random bytes");
        }
        let round = by_cpu(batch.len() as u64, || {
            for (frame, out) in batch.iter().zip(frames.iter_mut()) {
                trader.trade(frame, now.ms(), out);
            }
        });
        for frame in frames.iter() {
            let _ = wires::transaction(frame);
        }
        round
    }
}

fn without_signature(frame: &str) -> (&str, &str) {
    let (before, rest) = frame.split_once("\"Sig\":\"").expect("it is signed");
    (before, rest.split_once('"').expect("it has an end").1)
}

fn trade(size: Size) -> (Stat, Stat) {
    let batches = size.ops(2_000) as usize / BATCH;
    let (mut rig, mut trader) = (Rig::<Backpack>::new(), Trader::new(SECRET));
    let now = rig.clock.now();
    let (mut requests, mut by_hand) = (Vec::new(), vec![Vec::new(); BATCH]);
    requests.resize_with(BATCH, Outbox::default);
    let mut seq = 1_000;
    let frames = RefCell::new(Vec::new());
    alternate(
        || {
            let mut sum = Round { ops: 0, ns: 0 };
            frames.borrow_mut().clear();
            for _ in 0..batches {
                let batch: Vec<Bytes> = (1..=BATCH as u64).map(|n| Backpack::depth(seq + n)).collect();
                seq += BATCH as u64;
                let mut underway = Vec::with_capacity(BATCH);
                let round = by_cpu(BATCH as u64, || {
                    for (frame, request) in batch.iter().zip(&mut requests) {
                        underway.push(rig.trade(frame, request));
                    }
                });
                sum = add(sum, round);
                underway.into_iter().for_each(|one| rig.settle(one));
                requests.iter().for_each(|outbox: &Outbox| check(now, &outbox.request));
                frames.borrow_mut().push(batch);
            }
            sum
        },
        || {
            let mut sum = Round { ops: 0, ns: 0 };
            for batch in frames.borrow().iter() {
                let round = by_cpu(BATCH as u64, || {
                    for (frame, request) in batch.iter().zip(&mut by_hand) {
                        trader.trade(frame, now.ms(), request);
                    }
                });
                sum = add(sum, round);
                by_hand.iter().for_each(|bytes| check(now, &parse(bytes).expect("a request")));
            }
            sum
        },
    )
}

fn encode(size: Size) -> (Stat, Stat) {
    let ops = size.ops(2_000);
    let (mut rig, mut trader) = (Rig::<Backpack>::new(), Trader::new(SECRET));
    let (now, top) = (rig.clock.now(), rig.venue.top(rig.market).expect("the book is whole"));
    let (order, bid) = (decide(rig.market, top), top.bid.price.0);
    let (mut outbox, mut by_hand) = (Outbox::default(), Vec::new());
    let measured = alternate(
        || {
            by_cpu(ops, || {
                for id in 1..=ops {
                    let ask = Ask::Place(Placement { client_id: ClientId(id), order });
                    rig.client.encode(now, CallRef(0), &ask, &mut outbox).expect("the order can be written");
                    black_box(&outbox);
                }
            })
        },
        || {
            by_cpu(ops, || {
                for id in 1..=ops {
                    trader.order(Order { id: id as u32, bid, now_ms: now.ms() }, &mut by_hand);
                    black_box(&by_hand);
                }
            })
        },
    );
    check(now, &outbox.request);
    check(now, &parse(&by_hand).expect("a request"));
    let ours = String::from_utf8(outbox.request.body).expect("JSON is text");
    assert!(by_hand.ends_with(ours.as_bytes()), "both write the same order: {ours}");
    measured
}

fn sign(size: Size) -> (Stat, Stat) {
    let ops = size.ops(2_000);
    let key = SigningKey::from_base64(SECRET).expect("a key");
    let (mut trader, mut text) = (Trader::new(SECRET), String::new());
    trader.order(Order { id: 1, bid: 15_000, now_ms: 1_788_283_696_669 }, &mut Vec::new());
    let message = "instruction=orderExecute&clientId=1&orderType=Limit&postOnly=true&price=150.00&quantity=0.11&selfTradePrevention=RejectTaker&side=Bid&symbol=SOL_USDC_PERP&timeInForce=GTC&timestamp=1788283696669&window=5000";
    alternate(
        || {
            by_cpu(ops, || {
                for _ in 0..ops {
                    text.clear();
                    key.sign(black_box(message), &mut text);
                }
            })
        },
        || {
            by_cpu(ops, || {
                for _ in 0..ops {
                    black_box(trader.sign_again());
                }
            })
        },
    )
}

const fn add(sum: Round, round: Round) -> Round {
    Round { ops: sum.ops + round.ops, ns: sum.ns + round.ns }
}

/// The server half must believe what was measured.
fn check(now: Timestamp, request: &Request) {
    verify(now, request).expect("the venue's half accepts the signature");
}
