//! Whatever a client sends on a socket, the venue answers or is silent, and goes on.

use proptest::prelude::*;

use super::{ALICE, World, options};

/// Pieces that frames are made of, some of them right.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("null".to_owned()),
        Just(format!("\"{ALICE}\"")),
        Just("\"BTC_USDT_Perp@50\"".to_owned()),
        Just("\"BTC_USDT_Perp@CI_1_M-TRADE\"".to_owned()),
        Just("[\"BTC_USDT_Perp@500-10\"]".to_owned()),
        Just("\"v1.book.d\"".to_owned()),
        Just("\"v1.order\"".to_owned()),
        Just("\"subscribe\"".to_owned()),
        Just("\"unsubscribe\"".to_owned()),
        Just("\"v1/kline\"".to_owned()),
        Just("\"v1/create_order\"".to_owned()),
        Just("{}".to_owned()),
        Just("true".to_owned()),
        Just("-1".to_owned()),
        Just("99999999999999999999999".to_owned()),
        Just("{\"stream\":\"v1.mini.d\",\"selectors\":[\"ETH_USDT_Perp@0\",\"@\",\"-\"]}".to_owned()),
        "\\PC{0,12}",
    ]
}

fn frame() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
        "jsonrpc",
        "method",
        "params",
        "id",
        "stream",
        "feed",
        "selectors",
        "request_id",
        "is_full",
        "j",
        "m",
        "p",
        "i",
        "s",
        "s1",
    ]);
    let object = prop::collection::vec((key, piece()), 0..6).prop_map(|fields| {
        let fields: Vec<_> = fields.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
        format!("{{{}}}", fields.join(","))
    });
    prop_oneof![3 => object, 1 => piece()]
}

proptest! {
    #[test]
    fn nothing_panics_the_venue(frames in prop::collection::vec(frame(), 1..20)) {
        let mut world = World::new(options());
        let conns = ["/ws/full", "/ws/lite", "/ws"].map(|path| world.connect_as(path, ALICE));
        for frame in frames {
            for conn in conns {
                world.say(conn, &frame);
            }
        }
        for conn in conns {
            // Every answer is JSON, and the socket still understands.
            world.frames(conn);
        }
        world.say(conns[0], r#"{"jsonrpc":"2.0","method":"list_streams","params":{},"id":1}"#);
        prop_assert!(world.frames(conns[0]).remove(0)["result"].is_object());
    }
}
