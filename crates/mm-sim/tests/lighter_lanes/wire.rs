//! Every transaction in the order in which it is handed to the wire, and what the venue says to it.

use std::collections::{BTreeMap, BTreeSet};

use mm_venues::http::{Reply, Request};
use serde_json::Value;
use url::form_urlencoded;

use crate::support::Tap;

/// Where transactions go by HTTP.
const SEND: &str = "/api/v1/sendTx";

/// A transaction on the wire.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) key: u64,
    pub(crate) nonce: i64,
    /// Of a new order.
    pub(crate) client_id: Option<u64>,
}

/// What passed.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    pub(crate) sent: Vec<Sent>,
    /// Every no of the venue.
    pub(crate) refused: Vec<String>,
    /// By our ids, the venue's ids under which its stream told of them.
    pub(crate) told: BTreeMap<u64, BTreeSet<i64>>,
}

impl Wire {
    pub(crate) fn keys(&self) -> BTreeSet<u64> {
        self.sent.iter().map(|tx| tx.key).collect()
    }

    fn note_sent(&mut self, info: &Value) {
        let number = |name| info.get(name).and_then(Value::as_i64);
        self.sent.push(Sent {
            key: info["ApiKeyIndex"].as_u64().expect("every transaction names its key"),
            nonce: number("Nonce").expect("and its number"),
            client_id: number("ClientOrderIndex").and_then(|id| u64::try_from(id).ok()),
        });
    }

    /// An order as the venue tells it.
    pub(crate) fn note_order(&mut self, order: &Value) {
        let number = |name: &str| order[name].as_i64().expect("ids are numbers");
        let ours = u64::try_from(number("client_order_index")).expect("never negative");
        self.told.entry(ours).or_default().insert(number("order_index"));
    }
}

impl Tap for Wire {
    fn request(&mut self, request: &Request) {
        if request.path.starts_with(SEND) {
            let info = form_urlencoded::parse(&request.body).find(|(name, _)| name == "tx_info");
            let info = serde_json::from_str(&info.expect("one transaction").1).expect("JSON");
            self.note_sent(&info);
        }
    }

    fn reply(&mut self, path: &str, reply: &Reply) {
        if path.starts_with(SEND) && reply.status != 200 {
            self.refused.push(String::from_utf8_lossy(&reply.body).into_owned());
        }
    }

    fn sent(&mut self, frame: &str) {
        if frame.starts_with(r#"{"type":"jsonapi/sendtx""#) {
            let frame: Value = serde_json::from_str(frame).expect("JSON");
            self.note_sent(&frame["data"]["tx_info"]);
        }
    }

    fn heard(&mut self, frame: &[u8]) {
        let told_of = [r#"{"type":"jsonapi/sendtx"#, r#"{"error":"#, r#"{"channel":"account_all_orders:"#];
        if !told_of.iter().any(|start| frame.starts_with(start.as_bytes())) {
            return;
        }
        let told: Value = serde_json::from_slice(frame).expect("frames are not spoiled here");
        let is_yes = told.get("code").is_none_or(|code| code == 200);
        if !is_yes || told.get("error").is_some() {
            self.refused.push(told.to_string());
        }
        let by_market = told.get("orders").and_then(Value::as_object);
        for order in by_market.into_iter().flat_map(|markets| markets.values()).flat_map(rows) {
            self.note_order(order);
        }
    }
}

fn rows(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
