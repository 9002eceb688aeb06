//! Whatever comes in, the venue answers and stands: no request, frame or order of them makes it panic.

use std::time::Duration;

use proptest::prelude::*;

use super::{ALICE, PERP, World};
use crate::{
    backpack::server::{Options, routes},
    http::{Method, Request},
    server::VenueServer,
};

/// Numbers, words and nonsense that stand in fields.
fn value() -> impl Strategy<Value = String> {
    let words = [
        PERP,
        "SOL_USDC",
        "Bid",
        "Ask",
        "Limit",
        "Market",
        "IOC",
        "FOK",
        "1",
        "0",
        "-1",
        "0.01",
        "150.00",
        "149.995",
        "1e9",
        "",
        "100%",
        "4294967296",
        "18446744073709551616",
        "99999999999999999999999999999999999999999",
        "true",
        "null",
        "1m",
        "5",
        "1000",
        "Asc",
        "User",
        "\u{1f4a5}",
        "SPOT",
        "340282366920938463463374607431768211455",
    ];
    prop_oneof![8 => proptest::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => ".{0,20}"]
}

/// Names that routes know, and some that none does.
fn name() -> impl Strategy<Value = String> {
    let names = [
        "symbol",
        "side",
        "orderType",
        "quantity",
        "quoteQuantity",
        "price",
        "timeInForce",
        "postOnly",
        "reduceOnly",
        "clientId",
        "orderId",
        "limit",
        "offset",
        "interval",
        "startTime",
        "endTime",
        "marketType",
        "leverageLimit",
        "from",
        "to",
        "fillType",
        "sortDirection",
        "triggerPrice",
        "autoLend",
        "selfTradePrevention",
        "x",
    ];
    proptest::sample::select(names.to_vec()).prop_map(str::to_owned)
}

fn fields() -> impl Strategy<Value = Vec<(String, String)>> {
    let basics = [("symbol", PERP), ("side", "Bid"), ("orderType", "Limit")];
    let basics: Vec<_> = basics.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    (any::<bool>(), proptest::collection::vec((name(), value()), 0..5)).prop_map(move |(whole, more)| {
        let mut fields = if whole { basics.clone() } else { Vec::new() };
        fields.extend(more);
        fields
    })
}

#[derive(Clone, Debug)]
enum Act {
    Route(usize, Vec<(String, String)>, bool),
    Raw(String, Vec<u8>),
    Frame(String),
    Subscribe(String),
    Pass(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let stream = prop_oneof![
        Just(format!("depth.{PERP}")),
        Just(format!("kline.1m.{PERP}")),
        Just("account.positionUpdate".to_owned()),
        Just("account.orderUpdate".to_owned()),
        ".{0,20}",
    ];
    prop_oneof![
        6 => (any::<usize>(), fields(), any::<bool>()).prop_map(|(n, fields, text)| Act::Route(n, fields, text)),
        1 => (".{0,40}", proptest::collection::vec(any::<u8>(), 0..60)).prop_map(|(q, body)| Act::Raw(q, body)),
        1 => ".{0,60}".prop_map(Act::Frame),
        1 => stream.prop_map(Act::Subscribe),
        1 => (0u64..100_000_000).prop_map(Act::Pass),
    ]
}

/// A field as JSON: text in quotes, or as it stands where that is JSON.
fn json(value: &str, as_text: bool) -> String {
    match serde_json::from_str::<serde_json::Value>(value) {
        Ok(bare) if !as_text => bare.to_string(),
        _ => serde_json::Value::from(value).to_string(),
    }
}

fn play(world: &mut World, act: Act) {
    match act {
        Act::Route(n, fields, as_text) => {
            let (method, path) = routes::nth(n);
            let mut request = Request::default();
            request.reset(method, path);
            if method == Method::Get {
                let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
                request.query = pairs.join("&");
            } else {
                let pairs: Vec<_> = fields
                    .iter()
                    .map(|(name, value)| format!("\"{name}\":{}", json(value, as_text)))
                    .collect();
                request.body = format!("{{{}}}", pairs.join(",")).into_bytes();
            }
            if crate::backpack::sign::instruction_of(method, path).is_some() {
                world.sign(ALICE, &mut request);
            }
            let (status, _) = world.send(&request);
            assert!((200..=501).contains(&status));
        }
        Act::Raw(query, body) => {
            for (method, path) in [(Method::Post, "/api/v1/order"), (Method::Get, "/api/v1/depth")] {
                let mut request = Request::default();
                request.reset(method, path);
                request.query.push_str(&query);
                request.body.extend_from_slice(&body);
                assert!(world.send(&request).0 >= 400);
            }
        }
        Act::Frame(text) => world.say(crate::server::ConnId(1), &text),
        Act::Subscribe(stream) => world.subscribe(ALICE, crate::server::ConnId(1), &[&stream]),
        Act::Pass(us) => {
            world.now = world.now + Duration::from_micros(us);
            world.tick();
            world.server.pong(world.now, crate::server::ConnId(1));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn nothing_makes_it_panic(acts in proptest::collection::vec(act(), 1..60)) {
        let mut world = World::with(Options { rate_limits: None, ..Options::default() });
        world.connect(1);
        for act in acts {
            play(&mut world, act);
        }
    }
}
