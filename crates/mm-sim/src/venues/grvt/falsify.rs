//! Answers of GRVT that say something that is not so, in the encoding of the answer that they replace.

use std::collections::BTreeMap;

use bytes::Bytes;
use mm_venues::{
    grvt::wire::{Encoding, account::Position, order::Order, reply::Reply as Told},
    http::Reply,
};
use serde_json::{Value, json};

use crate::faults::{GhostOrder, Lie};

/// Changes a reply so that it tells the lie; a reply about something else stays as it is.
pub(super) fn falsify(lie: &Lie, ask: &'static str, reply: &mut Reply) {
    // The encoding is told by how the first field is called.
    let encoding = match serde_json::from_slice::<Value>(&reply.body) {
        Ok(body) if body.get("result").is_some() => Encoding::Full,
        Ok(body) if body.get("r").is_some() => Encoding::Lite,
        _ => return,
    };
    let falsified = match (ask, &lie.open_orders) {
        ("positions", _) if !lie.positions.is_empty() => positions(&lie.positions, encoding, &reply.body),
        ("open_orders", Some(ghosts)) => orders(ghosts, encoding),
        _ => None,
    };
    if let Some(body) = falsified {
        reply.body = Bytes::from(body);
    }
}

/// The positions of a reply, some of them changed, invented or hidden.
fn positions(lies: &BTreeMap<String, String>, encoding: Encoding, body: &[u8]) -> Option<String> {
    let invented: Vec<String> = lies.iter().map(|(symbol, net)| position(symbol, net)).collect();
    let mut told: Told<Vec<Position<'_>>> = encoding.read(body).ok()?;
    for ((symbol, net), invented) in lies.iter().zip(&invented) {
        let known = told.result.iter().position(|row| *row.instrument == **symbol);
        let is_flat = net.trim_start_matches('-').chars().all(|c| matches!(c, '0' | '.'));
        match known {
            Some(n) if is_flat => drop(told.result.remove(n)),
            Some(n) => told.result[n].size = net.as_str().into(),
            None if is_flat => {}
            None => told.result.push(Encoding::Full.read(invented.as_bytes()).ok()?),
        }
    }
    Some(encoding.write(&told))
}

/// Open orders that do not exist, and no others.
fn orders(ghosts: &[GhostOrder], encoding: Encoding) -> Option<String> {
    let ghosts: Vec<String> = ghosts.iter().map(order).collect();
    let result: Option<Vec<Order<'_>>> =
        ghosts.iter().map(|ghost| Encoding::Full.read(ghost.as_bytes()).ok()).collect();
    Some(encoding.write(&Told { result: result? }))
}

/// A position with every field of the reference.
fn position(symbol: &str, net: &str) -> String {
    json!({
        "event_time": "0", "sub_account_id": "0", "instrument": symbol, "size": net, "notional": "0.0",
        "entry_price": "0.0", "exit_price": "0.0", "mark_price": "0.0", "unrealized_pnl": "0.0",
        "realized_pnl": "0.0", "total_pnl": "0.0", "roi": "0.0", "quote_index_price": "1.0",
        "est_liquidation_price": "0.0", "leverage": "20.0", "cumulative_fee": "0.0",
        "cumulative_realized_funding_payment": "0.0", "margin_type": "CROSS",
    })
    .to_string()
}

/// An open order with every field of the reference.
fn order(ghost: &GhostOrder) -> String {
    let zero = format!("0x{:064x}", 0);
    json!({
        "order_id": ghost.venue_id, "sub_account_id": "0", "is_market": false,
        "time_in_force": "GOOD_TILL_TIME", "post_only": false, "reduce_only": false,
        "legs": [{
            "instrument": ghost.market, "size": ghost.size, "limit_price": ghost.price,
            "is_buying_asset": ghost.side == "buy",
        }],
        "signature": {
            "signer": "0x00", "r": zero, "s": zero, "v": 27, "expiration": "0", "nonce": 0, "chain_id": "0",
        },
        "metadata": {
            "client_order_id": ghost.client_id.unwrap_or(0).to_string(), "create_time": "0",
            "broker": "UNSPECIFIED",
        },
        "state": {
            "status": "OPEN", "reject_reason": "UNSPECIFIED", "book_size": [ghost.size],
            "traded_size": ["0.0"], "update_time": "0", "avg_fill_price": ["0.0"],
        },
        "builder": "0x00", "builder_fee": "0.0",
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lie: &Lie, ask: &'static str, told: &str, want: &[(&str, &str)]) {
        for (encoding, names) in [(Encoding::Full, ["instrument", "size"]), (Encoding::Lite, ["i", "s"])] {
            let rows: Told<Vec<Position<'_>>> = Encoding::Full.read(told.as_bytes()).expect("positions");
            let mut reply = Reply { status: 200, body: encoding.write(&rows).into(), ..Reply::default() };
            falsify(lie, ask, &mut reply);
            let body: Value = serde_json::from_slice(&reply.body).expect("JSON");
            let rows = body.get("result").or_else(|| body.get("r")).and_then(Value::as_array).expect("rows");
            let got: Vec<_> =
                rows.iter().map(|row| names.map(|name| row[name].as_str().expect("text"))).collect();
            assert_eq!(
                got,
                want.iter().map(|(symbol, net)| [*symbol, *net]).collect::<Vec<_>>(),
                "{encoding:?}"
            );
        }
    }

    #[test]
    fn positions_are_changed_invented_and_hidden_in_both_encodings() {
        let told = format!(r#"{{"result":[{},{}]}}"#, position("A", "1.0"), position("B", "2.0"));
        let positions = [("A", "-3"), ("B", "0.0"), ("C", "4")];
        let positions = positions.map(|(symbol, net)| (symbol.to_owned(), net.to_owned())).into();
        let lie = Lie { positions, ..Lie::default() };
        check(&lie, "positions", &told, &[("A", "-3"), ("C", "4")]);
        check(&lie, "fills", &told, &[("A", "1.0"), ("B", "2.0")]);
    }

    #[test]
    fn ghosts_are_orders_in_both_encodings() {
        let ghost = GhostOrder {
            market: "A".into(),
            side: "sell".into(),
            price: "10.5".into(),
            size: "2".into(),
            venue_id: "0x01".into(),
            client_id: Some(1 << 63),
        };
        let lie = Lie { open_orders: Some(vec![ghost]), ..Lie::default() };
        for (encoding, empty) in [(Encoding::Full, r#"{"result":[]}"#), (Encoding::Lite, r#"{"r":[]}"#)] {
            let mut reply = Reply { body: empty.into(), ..Reply::default() };
            falsify(&lie, "open_orders", &mut reply);
            let told: Told<Vec<Order<'_>>> = encoding.read(&reply.body).expect("orders");
            assert_eq!(told.result.len(), 1);
            assert_eq!(&*told.result[0].metadata.client_order_id, (1_u64 << 63).to_string());
            assert!(!told.result[0].legs[0].is_buying_asset);
        }
    }
}
