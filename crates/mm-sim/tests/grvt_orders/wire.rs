//! Every order as it is handed to the wire, and what the venue's stream of orders tells of it.

use std::collections::{BTreeMap, BTreeSet};

use mm_venues::{
    grvt::wire::{
        Encoding,
        order::{NewOrder, Order, is_assigned},
        rpc,
        send::{BulkOrders, CreateOrder},
        stream::Feed,
    },
    http::{Reply, Request},
};
use serde::Deserialize;

use crate::support::Tap;

/// Where orders go.
const CREATE: &str = "v1/create_order";
/// Where several go at once; by HTTP alone.
const BULK: &str = "v2/bulk_orders";
/// What frames of the stream of orders have somewhere.
const ORDERS: &[u8] = br#""v1.order""#;

/// An order of ours on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    /// All that it says, in full names whichever way it went.
    pub(crate) text: String,
    pub(crate) nonce: u32,
    pub(crate) expiration_ns: u64,
}

/// What passed.
#[derive(Debug)]
pub(crate) struct Wire {
    encoding: Encoding,
    /// By our ids, each sending.
    pub(crate) sent: BTreeMap<u64, Vec<Sent>>,
    /// The last order that went by HTTP, as it went.
    pub(crate) last_request: Option<Request>,
    /// By our ids, the venue's ids under which its stream told of them.
    pub(crate) told: BTreeMap<u64, BTreeSet<String>>,
    /// Our ids of orders that the stream showed as open.
    pub(crate) shown_open: BTreeSet<u64>,
    pub(crate) n_logins: usize,
}

impl Wire {
    pub(crate) fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            sent: BTreeMap::new(),
            last_request: None,
            told: BTreeMap::new(),
            shown_open: BTreeSet::new(),
            n_logins: 0,
        }
    }

    /// Whatever goes out again goes out letter by letter as it was signed; no two orders share a nonce; every signature
    /// ends in time.
    pub(crate) fn check(&self) {
        let mut nonces = BTreeSet::new();
        for (id, sent) in &self.sent {
            assert!((1 << 63) <= *id, "{id} is the web interface's");
            let Some((first, again)) = sent.split_first() else { continue };
            assert!(again.iter().all(|other| other == first), "{id} was signed twice: {sent:?}");
            assert!(nonces.insert(first.nonce), "the nonce of {id} was used before");
        }
    }

    fn note(&mut self, order: &NewOrder<'_>) {
        let id = order.metadata.client_order_id.parse().expect("our ids are numbers");
        self.sent.entry(id).or_default().push(Sent {
            text: Encoding::Full.write(order),
            nonce: order.signature.nonce,
            expiration_ns: order.signature.expiration.0,
        });
    }

    fn read<'a, T: Deserialize<'a>>(&self, text: &'a [u8]) -> T {
        self.encoding.read(text).expect("what we send can be read")
    }
}

impl Tap for Wire {
    fn request(&mut self, request: &Request) {
        self.n_logins += usize::from(request.path.starts_with("/auth/"));
        if request.path.ends_with(CREATE) {
            let CreateOrder { order } = self.read(&request.body);
            self.note(&order);
            self.last_request = Some(request.clone());
        } else if request.path.ends_with(BULK) {
            let bulk: BulkOrders<'_> = self.read(&request.body);
            bulk.orders.iter().for_each(|order| self.note(order));
        }
    }

    fn reply(&mut self, _path: &str, _reply: &Reply) {}

    fn sent(&mut self, frame: &str) {
        if frame.contains(CREATE) {
            let request: rpc::Request<'_, CreateOrder<'_>> = self.read(frame.as_bytes());
            self.note(&request.params.order);
        }
    }

    fn heard(&mut self, frame: &[u8]) {
        if !frame.windows(ORDERS.len()).any(|part| part == ORDERS) {
            return;
        }
        // Some are spoiled on their way.
        let Ok(Feed::<'_, Order<'_>> { feed: order, .. }) = self.encoding.read(frame) else { return };
        let Ok(id) = order.metadata.client_order_id.parse() else { return };
        if is_assigned(&order.order_id) {
            self.told.entry(id).or_default().insert(order.order_id.as_str().to_owned());
        }
        if order.state.status.as_str() == "OPEN" {
            self.shown_open.insert(id);
        }
    }
}
