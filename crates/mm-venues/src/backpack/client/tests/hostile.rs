//! Whatever comes, nothing panics.

use proptest::{collection::vec, prelude::*};

use super::*;
use crate::client::CallRef;
use mm_model::{CancelTarget, Leverage, Mode, OrderQuery};

const FRAMES: [&str; 14] = [
    "stream_depth",
    "stream_book_ticker",
    "stream_ticker",
    "stream_mark_price",
    "stream_trade",
    "stream_kline",
    "stream_order_accepted",
    "stream_order_cancelled",
    "stream_order_fill",
    "stream_order_expired",
    "stream_position",
    "stream_position_page",
    "stream_balance",
    "stream_error",
];

const REPLIES: [&str; 13] = [
    "order",
    "order_cancelled",
    "open_orders",
    "order_history",
    "order_history_expired",
    "capital",
    "markets",
    "markets_perpetual",
    "depth",
    "position",
    "fills",
    "batch",
    "account",
];

/// What may stand where a number stood.
const HOSTILE: [&str; 16] = [
    "-1",
    "0",
    "1e400",
    "99999999999999999999999999999999999999999",
    "\"\"",
    "null",
    "[]",
    "{}",
    "\"-\"",
    "\".\"",
    "\"340282366920938463463374607431768211455\"",
    "\"0.000000000000000000000000000001\"",
    "18446744073709551615",
    "\"-9223372036854775808\"",
    "\"\\u0000\"",
    "\"99999999999999999999.999999999999999999\"",
];

fn asks(client: &Client) -> Vec<Ask> {
    let placement = placement(client);
    let market = placement.order.market;
    let query = OrderQuery { market, client_id: ClientId(7), venue_id: None, created_at: NOW };
    vec![
        Ask::Time,
        Ask::Markets,
        Ask::Book(market),
        Ask::Place(placement),
        Ask::Batch(vec![placement; 2]),
        Ask::Cancel(CancelTarget { market, client_id: Some(ClientId(7)), venue_id: None }),
        Ask::CancelAll(market),
        Ask::Order(query, Mode::Live),
        Ask::Order(query, Mode::History),
        Ask::OpenOrders(None),
        Ask::FillsSince(NOW),
        Ask::Positions,
        Ask::Balances,
        Ask::Fees,
        Ask::Leverage(Leverage { market: None, times: 5, mode: None }),
    ]
}

/// The text with its scalar number `at` replaced by something hostile.
fn spoil(text: &str, at: usize, by: &str) -> String {
    let mut value: serde_json::Value = serde_json::from_str(text).unwrap();
    let mut paths = Vec::new();
    leaves(&value, String::new(), &mut paths);
    let path = &paths[at % paths.len()];
    *value.pointer_mut(path).unwrap() = "@".into();
    value.to_string().replacen("\"@\"", by, 1)
}

fn leaves(value: &serde_json::Value, path: String, out: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (key, value) in fields {
                leaves(value, format!("{path}/{key}"), out);
            }
        }
        serde_json::Value::Array(rows) => {
            for (n, value) in rows.iter().enumerate() {
                leaves(value, format!("{path}/{n}"), out);
            }
        }
        _ => out.push(path),
    }
}

fn feed(client: &mut Client, bytes: &[u8]) {
    let mut out = Vec::new();
    let _ = client.read_frame(&Bytes::copy_from_slice(bytes), &mut out);
    for ask in asks(client) {
        for status in [200, 404, 429, 503] {
            let _ = client.reply(NOW, CallRef(0), &ask, &reply(status, bytes.to_vec()), &mut out);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..300)) {
        feed(&mut client(), &bytes);
    }

    #[test]
    fn fixtures_with_bytes_flipped(which in 0..FRAMES.len() + REPLIES.len(), flips in vec((any::<u16>(), any::<u8>()), 1..6)) {
        let name = FRAMES.iter().chain(&REPLIES).nth(which).unwrap();
        let mut bytes = message(name).into_bytes();
        for (at, by) in flips {
            let at = usize::from(at) % bytes.len();
            bytes[at] ^= by;
        }
        feed(&mut client(), &bytes);
    }

    #[test]
    fn fixtures_with_hostile_values(
        which in 0..FRAMES.len() + REPLIES.len(), at in any::<usize>(), by in prop::sample::select(&HOSTILE[..]),
    ) {
        let name = FRAMES.iter().chain(&REPLIES).nth(which).unwrap();
        feed(&mut client(), spoil(&message(name), at, by).as_bytes());
    }

    #[test]
    fn fixtures_cut_short(which in 0..FRAMES.len() + REPLIES.len(), len in any::<u16>()) {
        let name = FRAMES.iter().chain(&REPLIES).nth(which).unwrap();
        let text = message(name);
        feed(&mut client(), &text.as_bytes()[..usize::from(len) % text.len()]);
    }
}
