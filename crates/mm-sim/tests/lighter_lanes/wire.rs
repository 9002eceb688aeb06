//! A transport that writes down every transaction in the order in which it is handed to the wire, and what the venue
//! says to it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use mm_session::{Link, LinkError, LinkMessage, Outgoing, Transport, TransportError};
use mm_venues::{
    client::{Frame, LinkSpec},
    http::{Reply, Request},
};
use serde_json::Value;
use url::form_urlencoded;

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

    fn note_frame(&mut self, frame: &[u8]) {
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

    /// An order as the venue tells it.
    pub(crate) fn note_order(&mut self, order: &Value) {
        let number = |name: &str| order[name].as_i64().expect("ids are numbers");
        let ours = u64::try_from(number("client_order_index")).expect("never negative");
        self.told.entry(ours).or_default().insert(number("order_index"));
    }
}

fn rows(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Another transport, overheard.
pub(crate) struct Overheard<T> {
    pub(crate) inner: T,
    pub(crate) wire: Arc<Mutex<Wire>>,
}

/// Another socket, overheard.
pub(crate) struct OverheardLink<L> {
    inner: L,
    wire: Arc<Mutex<Wire>>,
}

impl<T: Transport> Transport for Overheard<T> {
    type Link = OverheardLink<T::Link>;

    fn call(
        &self,
        base_url: &str,
        request: &Request,
    ) -> impl Future<Output = Result<Reply, TransportError>> + Send + 'static {
        let is_tx = request.path.starts_with("/api/v1/sendTx");
        if is_tx {
            let info = form_urlencoded::parse(&request.body).find(|(name, _)| name == "tx_info");
            let info = serde_json::from_str(&info.expect("one transaction").1).expect("JSON");
            self.wire.lock().expect("one thread").note_sent(&info);
        }
        let (reply, wire) = (self.inner.call(base_url, request), Arc::clone(&self.wire));
        async move {
            let reply = reply.await;
            if let Some(reply) = reply.as_ref().ok().filter(|reply| is_tx && reply.status != 200) {
                let text = String::from_utf8_lossy(&reply.body).into_owned();
                wire.lock().expect("one thread").refused.push(text);
            }
            reply
        }
    }

    fn connect(
        &self,
        link: &LinkSpec,
    ) -> impl Future<Output = Result<Self::Link, TransportError>> + Send + 'static {
        let (link, wire) = (self.inner.connect(link), Arc::clone(&self.wire));
        async move { Ok(OverheardLink { inner: link.await?, wire }) }
    }
}

impl<L: Link> Link for OverheardLink<L> {
    fn send(&mut self, outgoing: Outgoing) -> Result<(), LinkError> {
        if let Outgoing::Frame(Frame(text)) = &outgoing
            && text.starts_with(r#"{"type":"jsonapi/sendtx""#)
        {
            let frame: Value = serde_json::from_str(text).expect("JSON");
            self.wire.lock().expect("one thread").note_sent(&frame["data"]["tx_info"]);
        }
        self.inner.send(outgoing)
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<LinkMessage> {
        let message = self.inner.poll_next(cx);
        if let Poll::Ready(LinkMessage::Frame(frame)) = &message {
            self.wire.lock().expect("one thread").note_frame(frame);
        }
        message
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.inner.poll_close(cx)
    }
}
