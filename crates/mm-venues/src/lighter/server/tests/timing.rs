//! Delays, limits, and trouble that only the venue can make.

use super::*;
use crate::{
    lighter::{
        server::switches::Switches,
        tx::{CancelAll, CancelAllOrders, CancelOrder},
    },
    server::Mischief,
};

impl World {
    fn open(&self) -> usize {
        self.exchange.open_orders(self.alice, None).len()
    }
}

#[test]
fn a_200_only_means_queued() {
    // What a market order, a resting one and a cancel wait for, in milliseconds.
    let check = |tier: Tier, taker: u64, maker: u64| {
        let mut world = World::new(Options { tier, delays: true, ..options() });
        world.rests(Side::Sell, 240_000, 1_000);
        let answer = world.send(ALICE, market(false, 100, 240_000));
        let due = i64::try_from(START_MS + taker).expect("fits");
        assert_eq!(answer.body["predicted_execution_time_ms"], due, "{tier:?}");
        assert_eq!(world.outcome(&answer), (1, String::new()), "{tier:?}");
        let before = |ms: u64| Duration::from_millis(ms.saturating_sub(1));
        world.advance(before(taker));
        assert_eq!(world.exchange.positions(world.alice).len(), 0, "{tier:?}");
        world.advance(Duration::from_millis(1));
        assert_eq!(world.outcome(&answer), (2, String::new()), "{tier:?}");
        assert_eq!(world.exchange.positions(world.alice).len(), 1, "{tier:?}");
        for (body, left) in [
            (Body::from(Order { client_order_index: 1, ..limit() }), [0, 1]),
            (Body::from(CancelOrder { market: 0, index: 1 }), [1, 0]),
        ] {
            world.send(ALICE, body);
            if maker > 0 {
                world.advance(before(maker));
                assert_eq!(world.open(), left[0], "{tier:?}");
                world.advance(Duration::from_millis(1));
            }
            assert_eq!(world.open(), left[1], "{tier:?}");
        }
    };
    check(Tier::Standard, 300, 200);
    check(Tier::Premium, 200, 0);
    check(Tier::Plus, 200, 0);
}

#[test]
fn a_cancel_overtakes_a_taker_and_a_queued_id_is_in_use() {
    let mut world = World::new(Options { delays: true, ..options() });
    world.rests(Side::Sell, 239_000, 100);
    let taker = Order { client_order_index: 1, ..limit() };
    world.send(ALICE, taker);
    assert_eq!(world.send(ALICE, taker).word(), "400 21728 client order index already exists");
    let cancel = world.send(ALICE, CancelOrder { market: 0, index: 1 });
    assert_eq!(world.outcome(&cancel).0, 0);
    world.advance(Duration::from_millis(200));
    assert_eq!(world.open(), 1);
}

#[test]
fn a_transaction_may_die_in_the_queue() {
    let mut world = World::new(Options { delays: true, ..options() });
    world.rests(Side::Sell, 240_000, 100);
    let mut tx = world.tx(ALICE, 0, market(false, 100, 240_000));
    tx.header.expired_at = i64::try_from(START_MS + 100).expect("fits");
    let (kind, info) = world.signed(&tx);
    let answer = world.post_tx(kind, &info);
    assert_eq!(answer.word(), "200");
    world.advance(Duration::from_secs(1));
    assert_eq!(world.outcome(&answer), (0, "invalid tx info".into()));
    assert!(world.exchange.positions(world.alice).is_empty());
}

#[test]
fn requests_and_transactions_are_counted() {
    let passed = |tier, ask: fn(&mut World) -> Answer| {
        let mut world = World::new(Options { tier, rate_limits: true, ..options() });
        let passed = (0..25_000).take_while(|_| ask(&mut world).status == 200).count();
        assert_eq!(ask(&mut world).word(), "429 23000 Too Many Requests!");
        world.advance(Duration::from_secs(60));
        assert_eq!(ask(&mut world).status, 200);
        passed
    };
    let nonce = |world: &mut World| world.get("nextNonce?account_index=101&api_key_index=4", None);
    assert_eq!(passed(Tier::Standard, nonce), 60);
    assert_eq!(passed(Tier::Premium, nonce), 4_000);
    let trades = |world: &mut World| world.get("trades?sort_by=timestamp&limit=1", Some(ALICE));
    assert_eq!(passed(Tier::Standard, trades), 40);
    assert_eq!(passed(Tier::Plus, trades), 200);
    let cancel = |world: &mut World| world.send(ALICE, CancelOrder { market: 0, index: 1 });
    assert_eq!(passed(Tier::Standard, cancel), 60);
}

#[test]
fn a_premium_accounts_volume_quota_runs_dry_and_cancels_are_free() {
    let mut world = World::new(Options { rate_limits: true, ..options() });
    let member = world.server.state.accounts.get_mut(ALICE).expect("there");
    member.quota.take(Timestamp::ZERO, 998).expect("it has a thousand");
    let answer = world.send(ALICE, Order { client_order_index: 1, ..limit() });
    assert_eq!(answer.body["volume_quota_remaining"], 1);
    let all = CancelAllOrders { when: CancelAll::Immediate, time: 0 };
    // The last one, and the one each fifteen seconds.
    for _ in 0..2 {
        assert_eq!(world.send(ALICE, all).word(), "200");
    }
    assert_eq!(world.send(ALICE, all).status, 429);
    assert_eq!(world.send(ALICE, CancelOrder { market: 0, index: 1 }).word(), "200");
    world.advance(Duration::from_secs(15));
    assert_eq!(world.send(ALICE, all).word(), "200");
}

#[test]
fn a_refusal_for_too_many_spends_no_nonce() {
    let mut world = World::new(Options { tier: Tier::Standard, rate_limits: true, ..options() });
    while world.send(ALICE, CancelOrder { market: 0, index: 1 }).status == 200 {}
    world.advance(Duration::from_secs(60));
    assert_eq!(world.send(ALICE, limit()).word(), "200");
}

#[test]
fn what_was_taken_may_be_forgotten() {
    let mut world = World::new(options());
    assert!(world.server.mischief(world.now, Some("101"), Mischief::DropAccepted));
    // Not another's, and no leverage.
    assert_eq!(world.send(BOB, limit()).word(), "200");
    let dropped = world.send(ALICE, limit());
    assert_eq!((dropped.word().as_str(), world.open()), ("200", 0));
    world.advance(Duration::from_secs(10));
    assert_eq!(world.outcome(&dropped), (1, String::new()));
    assert_eq!(world.send(ALICE, limit()).word(), "200");
    assert_eq!(world.open(), 1);
}

#[test]
fn a_nonce_may_jump_and_tokens_may_end() {
    let mut world = World::new(options());
    assert!(!world.server.mischief(world.now, Some("nobody"), Mischief::SkipNonce));
    assert!(world.server.mischief(world.now, Some("101:4"), Mischief::SkipNonce));
    assert_eq!(world.send(ALICE, limit()).word(), "400 21104 invalid nonce");
    assert_eq!(world.send(BOB, limit()).word(), "200");
    assert_eq!(world.get("nextNonce?account_index=101&api_key_index=4", None).body["nonce"], 3);
    let asks = "accountActiveOrders?account_index=101";
    let token = world.token(ALICE, 600);
    assert_eq!(world.get_with(asks, Some(&token)).status, 200);
    assert!(world.server.mischief(world.now, None, Mischief::ExpireTokens));
    assert_eq!(world.get_with(asks, Some(&token)).status, 401);
    assert_eq!(world.get(asks, Some(ALICE)).status, 200);
}

#[test]
fn open_questions_have_another_side() {
    let mut turned = options();
    turned.switches = Switches {
        modify_amount_is_total: false,
        scheduled_cancel_blocks_orders: false,
        crossing_modify_cancels: false,
        ..Switches::default()
    };
    let mut world = World::new(turned);
    let start = i64::try_from(START_MS).expect("fits");
    let at = CancelAllOrders { when: CancelAll::Scheduled, time: start + 600_000 };
    assert_eq!(world.send(ALICE, at).word(), "200");
    assert_eq!(world.send(ALICE, Order { client_order_index: 1, ..limit() }).word(), "200");
    world.rests(Side::Sell, 239_000, 400);
    let modify = |price| crate::lighter::tx::ModifyOrder {
        market: 0,
        index: 1,
        base_amount: 500,
        price,
        trigger_price: 0,
    };
    world.send(ALICE, modify(239_000));
    let row = world.get("accountActiveOrders?account_index=101", Some(ALICE)).body["orders"][0].clone();
    // 0.04 is filled and 0.05 is to be left.
    assert_eq!([&row["initial_base_amount"], &row["remaining_base_amount"]], ["0.0900", "0.0500"]);
    let post_only =
        Order { client_order_index: 2, time_in_force: TimeInForce::PostOnly, price: 230_000, ..limit() };
    world.send(ALICE, post_only);
    world.rests(Side::Sell, 240_000, 400);
    let answer = world.send(ALICE, crate::lighter::tx::ModifyOrder { index: 2, ..modify(240_000) });
    assert_eq!(world.outcome(&answer), (0, "invalid price".into()));
    assert_eq!(world.open(), 2);
}
