//! Goal 20: nothing is allocated from a frame in memory to a signed order, and nothing for an order update, once
//! everything is warm. What cannot be avoided is counted exactly, so that one more is a failure.
//!
//! Goal 18: what is kept of an order that is over, and that it stays bounded.
//!
//! The counter is the process's allocator, hence a test program of its own. It sees this thread and Rust's
//! allocations only: what the C code inside aws-lc takes from malloc while it signs is not counted.

use allocation_counter::measure;
use bytes::Bytes;
use mm_bench::{
    lives::Lives,
    rig::Rig,
    wires::{Backpack, GrvtFull, GrvtLite, Lighter, Turn, Wire},
};
use mm_crypto::{SecretKey, Signer};
use mm_model::{Ask, CallError, CancelTarget, ClientId, Timestamp};
use mm_venues::{
    client::{CallRef, Outbox, Protocol as _},
    lighter::{
        sign::ApiKey,
        tx::{Body, CancelOrder, ChainId, ModifyOrder, Order, OrderType, TimeInForce},
    },
};

/// Rounds that make everything warm, and rounds that count.
const WARM: u64 = 2_500;
const COUNTED: u64 = 500;

/// Allocations for each signed order:
/// one in `aws_lc_rs::Ed25519KeyPair::sign`, which returns its signature through a box;
/// one in `mm_core::Venue::submit`, the one-shot channel on which the caller hears the answer.
const FOR_AN_ORDER: u64 = 2;

/// Allocations for each signed order at Lighter and GRVT: the channel, and the frame that carries the order to the socket.
const FOR_AN_ORDER_BY_SOCKET: u64 = 2;

#[test]
fn a_depth_message_allocates_nothing() {
    assert_eq!(for_depth::<Backpack>(), 0);
    assert_eq!(for_depth::<Lighter>(), 0);
    assert_eq!(for_depth::<GrvtLite>(), 0);
    assert_eq!(for_depth::<GrvtFull>(), 0);
}

fn for_depth<W: Wire>() -> u64 {
    let mut rig = Rig::<W>::new();
    let _listener = rig.venue.listen();
    let mut seq = 1_000;
    let mut run = |rounds: u64| {
        let frames = frames::<W>(&mut seq, rounds);
        let now = rig.clock.now();
        measure(|| {
            for frame in &frames {
                rig.frame(now, frame);
                rig.venue.top(rig.market).expect("the book is whole");
            }
        })
    };
    run(WARM);
    run(COUNTED).count_total
}

#[test]
fn from_a_frame_to_a_signed_order_only_what_is_named_above_is_allocated() {
    assert_eq!(for_orders::<Backpack>(false), COUNTED * FOR_AN_ORDER);
    for is_prepared in [false, true] {
        assert_eq!(for_orders::<Lighter>(is_prepared), COUNTED * FOR_AN_ORDER_BY_SOCKET);
        assert_eq!(for_orders::<GrvtLite>(is_prepared), COUNTED * FOR_AN_ORDER_BY_SOCKET);
        assert_eq!(for_orders::<GrvtFull>(is_prepared), COUNTED * FOR_AN_ORDER_BY_SOCKET);
    }
}

fn for_orders<W: Wire>(is_prepared: bool) -> u64 {
    let mut rig = Rig::<W>::new();
    let mut outbox = Outbox::default();
    let mut seq = 1_000;
    let mut run = |rounds: u64| {
        let mut allocations = 0;
        for frame in frames::<W>(&mut seq, rounds) {
            if is_prepared {
                rig.prepare();
            }
            let mut underway = None;
            allocations += measure(|| underway = Some(rig.trade(&frame, &mut outbox))).count_total;
            rig.settle(underway.expect("it was just made"));
        }
        allocations
    };
    run(WARM);
    run(COUNTED)
}

#[test]
fn an_order_update_allocates_nothing() {
    assert_eq!(for_updates::<Backpack>(), 0);
    assert_eq!(for_updates::<Lighter>(), 0);
    assert_eq!(for_updates::<GrvtLite>(), 0);
    assert_eq!(for_updates::<GrvtFull>(), 0);
}

fn for_updates<W: Wire>() -> u64 {
    let mut rig = Rig::<W>::new();
    let _listeners = [rig.venue.listen(), rig.venue.listen(), rig.venue.listen()];
    let mut trade = 0;
    let mut run = |rounds: u64| {
        let mut allocations = 0;
        for _ in 0..rounds {
            // The life of an order in four messages, as the private stream tells it.
            let order = rig.place();
            let id = order.client_id();
            trade += 2;
            let frames = [
                W::order(id, Turn::Opened, "0", trade - 1),
                W::fill(id, trade, "0.01"),
                W::fill(id, trade + 1, "0.02"),
                W::order(id, Turn::Cancelled, "0.02", trade),
            ];
            let now = rig.clock.now();
            allocations +=
                measure(|| frames.iter().for_each(|frame| rig.account_frame(now, frame))).count_total;
            drop(order);
        }
        allocations
    };
    run(WARM);
    run(COUNTED)
}

#[test]
fn lighters_create_modify_and_cancel_are_signed_and_written_without_allocation() {
    let (market, index) = (0, 77);
    let create = Order {
        market,
        client_order_index: index,
        base_amount: 1_000,
        price: 50_000,
        is_ask: false,
        order_type: OrderType::Limit,
        time_in_force: TimeInForce::PostOnly,
        reduce_only: false,
        trigger_price: 0,
        order_expiry: 1_798_000_000_000,
    };
    let modify = ModifyOrder { market, index, base_amount: 900, price: 50_010, trigger_price: 0 };
    let bodies: [Body; 3] = [create.into(), modify.into(), CancelOrder { market, index }.into()];
    let secret = SecretKey::from_hex(&"07".repeat(40)).expect("a key");
    let mut key = ApiKey::new(65, 3, ChainId::MAINNET, Signer::live(secret)).expect("an account");
    let mut out = String::new();
    let mut run = |first: i64| {
        measure(|| {
            for (nonce, body) in (first..).zip(&bodies) {
                let mut tx = key.tx(nonce, Timestamp::from_ms(1_795_390_772_549), body.clone());
                tx.attributes.skip_nonce = nonce % 2 == 0;
                out.clear();
                key.sign_json(&tx, &mut out).expect("within the bounds");
            }
        })
    };
    run(7);
    assert_eq!(run(8).count_total, 0);
}

#[test]
fn a_cancel_at_grvt_allocates_its_frame_and_the_texts_of_its_two_numbers() {
    let mut rig = Rig::<GrvtLite>::new();
    let (now, market) = (rig.clock.now(), rig.market);
    let mut outbox = Outbox::default();
    let mut run = |from: u64, to: u64| {
        let mut allocations = 0;
        for n in from..to {
            let id = ClientId(GrvtLite::IDS_FROM + n);
            let ask = Ask::Cancel(CancelTarget { market, client_id: Some(id), venue_id: None });
            outbox.frames.clear();
            allocations += measure(|| {
                rig.client.encode(now, CallRef(n), &ask, &mut outbox).expect("a good cancel");
            })
            .count_total;
            rig.client.failed(now, CallRef(n), &ask, &CallError::OutcomeUnknown("nobody listens".to_owned()));
        }
        allocations
    };
    run(1, WARM);
    assert_eq!(run(WARM, WARM + COUNTED), COUNTED * 3);
}

#[test]
fn what_is_kept_of_orders_that_are_over_is_small_and_bounded() {
    const KEPT: u64 = 4_000;
    let mut lives = Lives::new(KEPT as usize);
    // Forty times as many as are kept: had each left only ten bytes behind, the bound would be broken.
    let kept = measure(|| lives.run(40 * KEPT));
    let bytes = u64::try_from(kept.bytes_current).expect("something is kept") / KEPT;
    assert!((50..=500).contains(&bytes), "{bytes} bytes for each order that is kept");
}

fn frames<W: Wire>(seq: &mut u64, n: u64) -> Vec<Bytes> {
    let from = *seq + 1;
    *seq += n;
    (from..=*seq).map(W::depth).collect()
}
