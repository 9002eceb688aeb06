//! `mm-bot venue` from outside: the endpoints file, what one seed decides, two accounts that trade, and a control
//! surface that says what it does not like.

#![cfg(unix)]

mod support;

use std::fs;

use support::{Served, mm_bot, state, text};

#[test]
fn one_seed_gives_the_same_keys_and_the_file_outlives_the_world() {
    let dir = state();
    let accounts = |seed| {
        let world = Served::start(&dir, seed);
        let accounts = world.endpoints["venues"]["backpack"]["accounts"].clone();
        let path = world.path.clone();
        assert_eq!(world.terminate(), Some(0));
        assert!(path.exists(), "whoever reads it finds a world that is gone, not half a file");
        fs::remove_file(&path).expect("it is ours");
        accounts
    };
    assert_eq!(accounts(7), accounts(7));
    assert_ne!(accounts(7), accounts(8));
    let left: Vec<_> =
        fs::read_dir(dir.path()).expect("a folder").map(|entry| entry.expect("one").file_name()).collect();
    assert_eq!(left, ["venue.log"], "no temporary file is left");
}

#[test]
fn two_accounts_trade_with_each_other() {
    let dir = state();
    let world = Served::start(&dir, 3);
    world.tell("/crowd", r#"{"venue": "backpack", "market": "SOL_USDC_PERP", "do": "pause"}"#);
    let order = |account: &str, side: &str| {
        format!(
            r#"{{"venue": "backpack", "account": "{account}", "market": "SOL_USDC_PERP", "side": "{side}", "price": "150.00", "size": "0.5"}}"#
        )
    };
    // Whatever the crowd has there is taken first; what is left rests, and the other side meets it.
    world.tell("/orders", &order("bob", "sell").replace("150.00", "150.50"));
    world.tell("/orders", &order("alice", "buy").replace("150.00", "150.50").replace("0.5\"", "5000\""));
    let (alice, bob) = (world.account("alice"), world.account("bob"));
    assert_eq!(bob["positions"]["SOL_USDC_PERP"], "-0.5", "{bob}");
    assert_eq!(bob["fills"][0]["maker"], true, "{bob}");
    assert!(
        alice["fills"]
            .as_array()
            .expect("fills")
            .iter()
            .any(|fill| fill["trade_id"] == bob["fills"][0]["trade_id"])
    );
}

#[test]
fn what_the_control_surface_does_not_take() {
    let dir = state();
    let world = Served::start(&dir, 3);
    let order = |field: &str, value: &str| {
        let mut order = serde_json::json!({
            "venue": "backpack", "account": "bob", "market": "SOL_USDC_PERP", "side": "sell", "price": "150.40", "size": "0.1"
        });
        order[field] = value.into();
        order.to_string()
    };
    let crowd = |market: &str, action: &str| {
        format!(r#"{{"venue": "backpack", "market": "{market}", "do": {action}}}"#)
    };
    for (what, body, status, why) in [
        ("POST /faults", "nonsense".to_owned(), 400, "faults: expected"),
        (
            "POST /faults",
            r#"[{"where": "reply", "do": "explode"}]"#.to_owned(),
            400,
            "unknown variant `explode`",
        ),
        (
            "POST /faults",
            r#"[{"where": "frame", "do": "ignore_cancel"}]"#.to_owned(),
            400,
            "cannot be done to a frame",
        ),
        ("POST /crowd", crowd("NOPE", "\"pause\""), 404, "backpack has no market 'NOPE'"),
        (
            "POST /crowd",
            crowd("SOL_USDC_PERP", r#"{"move": {"bps": -30000, "over_ms": 0}}"#),
            400,
            "not between",
        ),
        ("POST /orders", order("account", "carol"), 404, "no account 'carol'"),
        ("POST /orders", order("side", "hold"), 400, "neither 'buy' nor 'sell'"),
        ("POST /orders", order("price", "150.405"), 400, "not a multiple of 0.01"),
        ("POST /orders", order("size", "1e3"), 400, "not a plain decimal number"),
        ("POST /orders", order("price", "900"), 409, "refused: the price is too far from the mark"),
        ("POST /clock", r#"{"advance_ms": 1}"#.to_owned(), 409, "not its own"),
        ("POST /state", String::new(), 405, "/state takes GET"),
        ("GET /nothing", String::new(), 404, "there are GET /state"),
    ] {
        let (got, answer) = world.control(what, &body);
        let told = answer["error"].as_str().unwrap_or_default();
        assert!(got == status && told.contains(why), "{what} {body}: {got} {answer}");
    }
    assert_eq!(world.tell("/faults", "[]"), serde_json::json!({}));
}

#[test]
fn options_that_cannot_be_meant() {
    let dir = state();
    for (args, code, why) in [
        (&["--venues", "backpak"][..], 2, "did you mean 'backpack'?"),
        (&["--tape", "x.gz"], 2, "1 --tape but 0 --tape-market"),
        (
            &["--tape", "nowhere.gz", "--tape-market", "backpack:ETH_USDC"],
            2,
            "--tape nowhere.gz: cannot read it",
        ),
        (&["--faults", "nowhere.json"], 2, "cannot read the faults file"),
        (&["--crowd", "shy"], 2, "possible values: trading, paused, never_fill, part_fill"),
        (&["--endpoints-file", "/nowhere/endpoints.json"], 3, "cannot write the endpoints file"),
    ] {
        let output = mm_bot(dir.path(), &[&["venue"], args].concat());
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {error}");
        assert!(error.contains(why), "{args:?}: {error}");
        assert!(error.matches("(os error").count() < 2, "said twice: {error}");
    }
}
