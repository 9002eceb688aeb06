//! What an account is told about itself, and who is told.

use super::*;
use crate::lighter::tx::{ApproveIntegrator, CancelOrder, CreateSubAccount, Integrator, UpdateAccountConfig};

impl World {
    /// Alice buys 0.1 of Bob's ETH, in two trades, and sells 0.05 back.
    fn traded() -> Self {
        let mut world = Self::new(options());
        world.rests(Side::Sell, 240_000, 400);
        world.rests(Side::Sell, 240_100, 600);
        world.send(ALICE, Order { client_order_index: 1, ..market(false, 1_000, 241_000) });
        world.rests(Side::Buy, 240_500, 500);
        world.advance(Duration::from_secs(5));
        world.send(ALICE, Order { client_order_index: 2, ..market(true, 500, 240_000) });
        world
    }
}

#[test]
fn an_account_shows_what_it_has() {
    let mut world = World::traded();
    let l1 = format!("0x{ALICE:040x}");
    for by in ["by=index&value=101".to_owned(), format!("by=l1_address&value={l1}")] {
        let account = world.get(&format!("account?{by}"), None).body["accounts"][0].clone();
        // Sold 0.05 at 2405 that had cost 2400.60: 0.22 won; fees are 280 millionths of 240.06 and 120.25.
        assert_eq!(account["collateral"], "1000000.119113", "{account}");
        assert_eq!(account["assets"][1]["margin_balance"], account["collateral"]);
        let position = &account["positions"][0];
        let parts = ["sign", "position", "avg_entry_price", "position_value", "open_order_count"];
        let expected = serde_json::json!([1, "0.0500", "2400.60", "120.000000", 0]);
        assert_eq!(parts.map(|part| position[part].clone()).to_vec(), *expected.as_array().expect("a list"));
        assert_eq!(position["realized_pnl"], "0.220000");
    }
    let open = world.get("account?by=index&value=101&active_only=true", None).body;
    assert_eq!(open["accounts"][0]["positions"].as_array().expect("a list").len(), 1);
    assert_eq!(world.get("account?by=index&value=7", None).word(), "400 21100 account not found");
    assert_eq!(
        world.get(&format!("accountsByL1Address?l1_address={l1}"), None).body["sub_accounts"][0]["index"],
        101
    );
}

#[test]
fn trades_are_told_by_every_filter_page_by_page() {
    let mut world = World::traded();
    let base = "trades?sort_by=timestamp&limit=100&account_index=101";
    let ids = |world: &mut World, more: &str| -> Vec<i64> {
        let answer = world.get(&format!("{base}{more}"), Some(ALICE));
        assert_eq!(answer.status, 200, "{more}: {answer:?}");
        answer.body["trades"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|it| it["trade_id"].as_i64().expect("an id"))
            .collect()
    };
    for (more, expected) in [
        ("", vec![3, 2, 1]),
        ("&sort_dir=asc", vec![1, 2, 3]),
        ("&role=maker", vec![]),
        ("&role=taker", vec![3, 2, 1]),
        ("&ask_filter=1", vec![3]),
        ("&ask_filter=0", vec![2, 1]),
        ("&order_index=1", vec![2, 1]),
        ("&market_id=1", vec![]),
        ("&market_type=spot", vec![]),
        ("&type=liquidation", vec![]),
        ("&type=trade&market_id=0", vec![3, 2, 1]),
        ("&from=1800000005000", vec![3]),
        ("&cursor=3", vec![2, 1]),
        ("&sort_dir=asc&cursor=2", vec![3]),
    ] {
        assert_eq!(ids(&mut world, more), expected, "{more}");
    }
    let page = world.get("trades?sort_by=trade_id&limit=2&account_index=101", Some(ALICE)).body;
    assert_eq!(page["next_cursor"], "2");
    let own = &page["trades"][0];
    let parts = [
        "ask_account_id",
        "bid_account_id",
        "is_maker_ask",
        "ask_client_id_str",
        "size",
        "price",
        "taker_fee",
    ];
    let expected = serde_json::json!([101, 102, false, "2", "0.0500", "2405.00", 280]);
    assert_eq!(parts.map(|part| own[part].clone()).to_vec(), *expected.as_array().expect("a list"));
    assert_eq!([&own["ask_account_pnl"], &own["taker_position_size_before"]], ["0.220000", "0.1000"]);
    assert_eq!(world.get("trades?sort_by=size&limit=1", None).status, 400);
    assert_eq!(world.get("trades?sort_by=timestamp&limit=101", None).status, 400);
    // Profits are the two owners' alone.
    let public = world.get("trades?sort_by=timestamp&limit=1", None).body;
    assert!(public["trades"][0].get("ask_account_pnl").is_none());
}

#[test]
fn ended_orders_are_told_page_by_page() {
    let mut world = World::new(options());
    for client in 1..=5 {
        world.send(ALICE, Order { client_order_index: client, ..limit() });
        world.send(ALICE, CancelOrder { market: 0, index: client });
        world.advance(Duration::from_secs(1));
    }
    let page = |world: &mut World, more: &str| {
        let target = format!("accountInactiveOrders?account_index=101&limit=2{more}");
        let body = world.get(&target, Some(ALICE)).body;
        let rows = body["orders"].as_array().expect("a list");
        let ids: Vec<_> = rows.iter().map(|row| row["client_order_index"].as_i64().expect("an id")).collect();
        (ids, body["next_cursor"].as_str().map(|next| format!("&cursor={next}")))
    };
    let (first, next) = page(&mut world, "");
    let (second, next) = page(&mut world, &next.expect("more"));
    let (third, next) = page(&mut world, &next.expect("more"));
    assert_eq!((first, second, third, next), (vec![5, 4], vec![3, 2], vec![1], None));
    let between = format!("&between_timestamps={}-{}", START_MS + 1_000, START_MS + 2_000);
    assert_eq!(page(&mut world, &between).0, [3, 2]);
    assert_eq!(page(&mut world, "&ask_filter=1").0, [0_i64; 0]);
    let some = world.get("accountOrders?account_index=101&client_order_indexes=2,4,9", Some(ALICE)).body;
    assert_eq!(some["orders"].as_array().expect("a list").len(), 2);
}

#[test]
fn only_a_good_token_opens_an_account() {
    let mut world = World::new(options());
    let asks = "accountActiveOrders?account_index=101";
    assert_eq!(world.get(asks, None).status, 401);
    assert_eq!(world.get(asks, Some(BOB)).status, 401);
    assert_eq!(world.get_with(asks, Some("rubbish")).status, 401);
    let token = world.token(ALICE, 8 * 3_600);
    assert_eq!(world.get_with(asks, Some(&token)).status, 200);
    assert_eq!(world.get_with(&format!("{asks}&auth={}", token.replace(':', "%3A")), None).status, 200);
    let (head, _) = token.rsplit_once(':').expect("a signature");
    assert_eq!(world.get_with(asks, Some(&format!("{head}:{}", "0".repeat(160)))).status, 401);
    // Honoured a second later, when it is not so far away any more; then until its end.
    world.now = world.now - Duration::from_secs(1);
    assert_eq!(world.get_with(asks, Some(&token)).status, 401);
    world.advance(Duration::from_secs(8 * 3_600));
    assert_eq!(world.get_with(asks, Some(&token)).status, 200);
    world.advance(Duration::from_secs(1));
    assert_eq!(world.get_with(asks, Some(&token)).status, 401);
}

#[test]
fn tokens_that_are_given_out_only_read() {
    let mut world = World::new(options());
    let signed = world.token(ALICE, 600);
    let expiry = (START_MS / 1_000 + 2 * 86_400).to_string();
    let form =
        [("name", "desk"), ("account_index", "101"), ("expiry", &*expiry), ("sub_account_access", "true")];
    let made = world.post("tokens/create", &form, Some(&signed));
    assert_eq!(made.word(), "200");
    let token = made.body["api_token"].as_str().expect("a token").to_owned();
    assert!(token.starts_with("ro:101:all:"));
    let asks = "accountActiveOrders?account_index=101";
    assert_eq!(world.get_with(asks, Some(&token)).status, 200);
    assert_eq!(world.get_with("accountActiveOrders?account_index=102", Some(&token)).status, 401);
    assert_eq!(world.post("tokens/create", &form, Some(&token)).status, 401);
    let soon =
        [("name", "x"), ("account_index", "101"), ("expiry", "1800000000"), ("sub_account_access", "false")];
    assert_eq!(world.post("tokens/create", &soon, Some(&signed)).body["code"], 61_001);
    let listed = world.get("tokens?account_index=101", Some(ALICE)).body;
    assert_eq!(listed["api_tokens"][0]["token_id"], made.body["token_id"]);
    let id = made.body["token_id"].to_string();
    let revoke = [("token_id", id.as_str()), ("account_index", "101")];
    assert_eq!(world.post("tokens/revoke", &revoke, Some(&signed)).word(), "200");
    assert_eq!(world.post("tokens/revoke", &revoke, Some(&signed)).body["code"], 61_006);
    assert_eq!(world.get_with(asks, Some(&token)).status, 401);
}

#[test]
fn a_tier_is_changed_by_an_account_that_has_nothing_open() {
    let mut world = World::new(options());
    let token = world.token(ALICE, 600);
    let to = |tier| [("account_index", "101"), ("new_tier", tier)];
    world.send(ALICE, Order { client_order_index: 1, ..limit() });
    assert_eq!(world.post("changeAccountTier", &to("standard"), Some(&token)).body["code"], 62_005);
    world.send(ALICE, CancelOrder { market: 0, index: 1 });
    assert_eq!(world.post("changeAccountTier", &to("gold"), Some(&token)).body["code"], 62_002);
    assert_eq!(world.post("changeAccountTier", &to("premium"), Some(&token)).body["code"], 62_003);
    assert_eq!(world.post("changeAccountTier", &to("standard"), Some(&token)).word(), "200");
    let limits = world.get("accountLimits?account_index=101", Some(ALICE)).body;
    assert_eq!([&limits["user_tier_name"], &limits["user_tier"]], ["standard", "std"]);
}

#[test]
fn an_integrator_takes_what_was_approved() {
    let mut world = World::new(options());
    let expiry = i64::try_from(START_MS).expect("fits") + 86_400_000;
    let approve = |fee| ApproveIntegrator {
        integrator: BOB,
        perps_taker_fee: fee,
        perps_maker_fee: fee,
        spot_taker_fee: 0,
        spot_maker_fee: 0,
        expiry,
    };
    let by = |taker_fee| Attributes {
        integrator: Some(Integrator { account: BOB, taker_fee, maker_fee: 0 }),
        ..Attributes::default()
    };
    assert_eq!(world.send_with(ALICE, limit(), by(0)).body["code"], 21_134);
    assert_eq!(world.send(ALICE, approve(1_000)).body["code"], 21_504);
    assert_eq!(world.send(ALICE, approve(0)).word(), "200");
    assert_eq!(world.send_with(ALICE, limit(), by(0)).word(), "200");
    assert_eq!(world.send_with(ALICE, limit(), by(1)).body["code"], 21_134);
    let account = world.get("account?by=index&value=101", None).body;
    assert_eq!(account["accounts"][0]["approved_integrators"][0]["account_index"], BOB);
    let orders = world.get("accountActiveOrders?account_index=101", Some(ALICE)).body;
    assert_eq!(orders["orders"][0]["integrator_fee_collector_index"], "102");
}

#[test]
fn accounts_open_sub_accounts_and_set_their_mode() {
    let mut world = World::new(options());
    assert_eq!(world.send(ALICE, CreateSubAccount).word(), "200");
    assert_eq!(world.send(ALICE, UpdateAccountConfig { trading_mode: 1 }).word(), "200");
    let own = world.get(&format!("accountsByL1Address?l1_address=0x{ALICE:040x}"), None).body;
    let last = (1_i64 << 48) - 2;
    assert_eq!([&own["sub_accounts"][0]["index"], &own["sub_accounts"][1]["index"]], [ALICE, last]);
    assert_eq!(own["sub_accounts"][0]["account_trading_mode"], 1);
}

#[test]
fn transactions_are_listed() {
    let mut world = World::new(options());
    let first = world.send(ALICE, limit());
    world.send(ALICE, CancelOrder { market: 0, index: 1 });
    let rows = world.get("accountTxs?limit=10&by=account_index&value=101", Some(ALICE)).body;
    let kinds: Vec<_> = rows["txs"].as_array().expect("a list").iter().map(|tx| tx["type"].clone()).collect();
    assert_eq!(kinds, [15, 14]);
    let only = world.get("accountTxs?limit=10&by=account_index&value=101&types=14", Some(ALICE)).body;
    assert_eq!(only["txs"][0]["hash"], first.body["tx_hash"]);
    assert_eq!(world.get("accountTxs?limit=10&by=account_index&value=101", Some(BOB)).status, 401);
    let by_number = world.get("tx?by=sequence_index&value=1", None).body;
    assert_eq!(by_number["hash"], first.body["tx_hash"]);
    let unknown = world.get(&format!("tx?by=hash&value={}", "0".repeat(80)), None);
    assert_eq!(unknown.word(), "400 21500 transaction not found");
}

#[test]
fn what_is_not_carried_says_so() {
    let mut world = World::new(options());
    assert_eq!(world.get("pnl?by=index&value=101", None).word(), "501 29500 /api/v1/pnl: not simulated");
    assert_eq!(world.get("surprise", None).word(), "404 29404 not found");
    assert_eq!(world.get("nextNonce?account_index=101&api_key_index=4&x=1", None).body["code"], 20_001);
}
