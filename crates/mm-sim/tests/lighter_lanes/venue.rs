//! What is special about these tests' venue: a client that its own throttle never holds back, and its list of ended
//! orders, asked for past the connector.

use std::time::Duration;

use bytes::Bytes;
use mm_crypto::{Signer, SimulatedKey};
use mm_model::{Ask, CallError, DecodeError, Event, Timestamp};
use mm_session::Transport;
use mm_sim::{InProcess, LighterAccount};
use mm_venues::{
    client::{Allowance, CallRef, Frame, Heard, LinkId, LinkSpec, Next, Outbox, Protocol, Way, Weight},
    http::{Method, Reply, Request},
    lighter::{Client, sign::ApiKey, tx::ChainId},
};
use serde_json::Value;

/// An allowance that is never used up.
const PLENTY: Allowance = Allowance { capacity: 10_000_000, per: Duration::from_secs(1) };

/// Lighter's codec, with plenty of requests and transactions.
pub(crate) struct Unbounded(pub(crate) Client);

impl Protocol for Unbounded {
    fn rest_url(&self) -> &str {
        self.0.rest_url()
    }

    fn links(&self) -> Vec<LinkSpec> {
        self.0.links()
    }

    fn allowances(&self) -> Vec<Allowance> {
        vec![PLENTY; self.0.allowances().len()]
    }

    fn weight(&self, ask: &Ask) -> Weight {
        self.0.weight(ask)
    }

    fn may_encode(&self, ask: &Ask) -> bool {
        self.0.may_encode(ask)
    }

    fn encode(
        &mut self,
        now: Timestamp,
        call: CallRef,
        ask: &Ask,
        out: &mut Outbox,
    ) -> Result<Way, CallError> {
        self.0.encode(now, call, ask, out)
    }

    fn reply(
        &mut self,
        now: Timestamp,
        call: CallRef,
        ask: &Ask,
        reply: &Reply,
        out: &mut Vec<Event>,
    ) -> Result<Next, CallError> {
        self.0.reply(now, call, ask, reply, out)
    }

    fn failed(&mut self, now: Timestamp, call: CallRef, ask: &Ask, why: &CallError) {
        self.0.failed(now, call, ask, why);
    }

    fn own_ask(&mut self, now: Timestamp) -> Option<Ask> {
        self.0.own_ask(now)
    }

    fn opened(&mut self, now: Timestamp, link: LinkId, out: &mut Vec<Frame>) {
        self.0.opened(now, link, out);
    }

    fn closed(&mut self, now: Timestamp, link: LinkId) {
        self.0.closed(now, link);
    }

    fn frame(
        &mut self,
        now: Timestamp,
        link: LinkId,
        frame: &Bytes,
        out: &mut Heard,
    ) -> Result<(), DecodeError> {
        self.0.frame(now, link, frame, out)
    }

    fn tick(&mut self, now: Timestamp, out: &mut Vec<(LinkId, Frame)>) {
        self.0.tick(now, out);
    }

    fn wake(&self) -> Option<Timestamp> {
        self.0.wake()
    }

    fn may_prepare(&self) -> bool {
        self.0.may_prepare()
    }

    fn prepare(&mut self) {
        self.0.prepare();
    }
}

/// Orders of an account that are over, as far back as the venue remembers.
pub(crate) async fn ended_orders(world: &InProcess, account: &LighterAccount, now: Timestamp) -> Vec<Value> {
    let place = world.endpoints().venues.lighter.as_ref().expect("it stands");
    let secret = SimulatedKey::from_marked_hex(&account.api_key_private_key).expect("a simulated key");
    let (index, key) = (account.account_index, account.api_key_index);
    let mut key = ApiKey::new(index, key, ChainId(place.chain_id), Signer::simulated(secret)).expect("a key");
    let deadline_s = i64::try_from(now.ms() / 1_000).expect("in range") + 3_600;
    let token = key.token(now, deadline_s).expect("a token");
    let transport = world.transport();
    let (mut rows, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let mut request = Request::default();
        request.reset(Method::Get, "/api/v1/accountInactiveOrders");
        request.query = format!("account_index={index}&limit=100");
        if let Some(cursor) = &cursor {
            request.query.push_str(&format!("&cursor={cursor}"));
        }
        request.headers.push("authorization").push_str(&token);
        let reply = transport.call(&place.rest, &request).await.expect("a reply");
        let mut page: Value = serde_json::from_slice(&reply.body).expect("JSON");
        assert_eq!(reply.status, 200, "{page}");
        rows.append(page["orders"].as_array_mut().expect("a list"));
        cursor = page["next_cursor"].as_str().filter(|cursor| !cursor.is_empty()).map(str::to_owned);
        if cursor.is_none() {
            return rows;
        }
    }
}
