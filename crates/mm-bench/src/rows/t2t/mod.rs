//! Tick to trade in process: a depth frame in memory until the signed order's bytes are ready. Every order of both
//! sides is checked by the server half, outside the time that is measured.

mod by_socket;

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
        grvt_trader::GrvtTrader,
        lighter_trader::LighterTrader,
        trader::{Order, Trader},
    },
    requests::{parse, verify},
    rig::{Rig, decide},
    wires::{self, Backpack, GrvtLite, Lighter, SECRET, Wire},
};

/// Orders under way at a time within a round.
const BATCH: usize = 50;

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
    for is_prepared in [false, true] {
        let lighter = LighterTrader::new(wires::key(), 7);
        let grvt = GrvtTrader::new(wires::grvt::key());
        let measured = [
            (Lighter::PREFIX, by_socket::trade::<Lighter, _>(lighter, size, is_prepared)),
            (GrvtLite::PREFIX, by_socket::trade::<GrvtLite, _>(grvt, size, is_prepared)),
        ];
        for (venue, (ours, limit)) in measured {
            let (number, what, most) = if is_prepared {
                ("8", "depth message to signed order with a prepared nonce", 1.5)
            } else {
                ("9", "depth message to signed order", 1.25)
            };
            let row = row(&format!("{venue}{what}"), ours, limit, Goal::RatioAtMost(most));
            rows.push(Row { number, ..row });
        }
    }
    Report::from(rows)
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
