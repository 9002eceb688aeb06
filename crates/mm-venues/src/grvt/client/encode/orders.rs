//! Orders, one or several, and cancels: what may go by socket, and several orders at once, which may not.

use mm_model::{Ask, CallError, Placement};
use serde::Serialize;

use super::{authorized, ids, no_account, only, post};
use crate::{
    client::{Frame, Outbox, Way},
    grvt::{
        client::{
            Client, Sending, TRADES,
            account::{Flight, What, unknown_market},
            options::OrdersBy,
            order::{Texts, not_sent},
        },
        spec::SPEC,
        wire::{
            Encoding, Text,
            paths::Endpoint,
            rpc,
            send::{BulkOrders, CancelOrder, CreateOrder},
        },
    },
    http::Request,
};

/// The bytes of a frame with one order, in full names.
const FRAME_BYTES: usize = 1_024;

/// Where a private call is written to.
enum Paper<'a> {
    Request(&'a mut Request),
    Frames { id: u32, out: &'a mut Vec<Frame> },
}

impl Paper<'_> {
    fn write(self, encoding: Encoding, endpoint: Endpoint, fields: &impl Serialize) {
        match self {
            Paper::Request(request) => post(request, encoding, endpoint, fields),
            Paper::Frames { id, out } => {
                let mut json = Vec::with_capacity(FRAME_BYTES);
                encoding.append(&rpc::Request::new(endpoint.method(), fields, id), &mut json);
                out.push(Frame(String::from_utf8(json).expect("serde_json writes UTF-8")));
            }
        }
    }
}

impl Client {
    /// What may go by socket while it is up.
    pub(super) fn order_entry(
        &mut self,
        Sending { now, call, ask }: Sending<'_>,
        out: &mut Outbox,
    ) -> Result<Way, CallError> {
        let (encoding, ttl) = (self.encoding, self.cancel_ttl);
        let by_socket =
            self.orders_by == OrdersBy::Socket && self.private.is_up() && self.socket_login.is_some();
        let Self { account, listings, texts, ids: message_ids, socket_login, .. } = self;
        let account = account.as_mut().ok_or_else(no_account)?;
        let what = match ask {
            Ask::Place(placement) => What::Place(placement.client_id),
            Ask::Cancel(_) => What::Cancel,
            _ => What::CancelAll,
        };
        account.sign(listings, (call, ask), (now, self.order_life))?;
        let id = message_ids.next();
        let paper = if by_socket {
            Paper::Frames { id, out: &mut out.frames }
        } else {
            Paper::Request(&mut out.request)
        };
        let written = match ask {
            Ask::Place(placement) => {
                let market = listings.get(placement.order.market).map(|(market, _)| market);
                let market = market.ok_or_else(|| unknown_market(placement.order.market))?;
                let signed =
                    account.signed(call).next().ok_or_else(|| not_sent("the order is not signed"))?;
                let order = texts.order(market, signed, account.sender())?;
                paper.write(encoding, Endpoint::CreateOrder, &CreateOrder { order });
                Ok(())
            }
            Ask::Cancel(target) => ids(target).map(|(order_id, client_id)| {
                // Only a cancel by our id waits for its order: it may have overtaken it.
                let ttl = client_id.as_ref().map(|_| Text::from(ttl.as_millis().to_string()));
                let fields = CancelOrder {
                    sub_account_id: account.sub_account_text().into(),
                    order_id,
                    client_order_id: client_id.map(Text::from),
                    time_to_live_ms: ttl,
                };
                paper.write(encoding, Endpoint::CancelOrder, &fields);
            }),
            Ask::CancelAll(id) => {
                let market =
                    listings.get(*id).map(|(market, _)| market).ok_or_else(|| unknown_market(*id))?;
                let fields = only(account.sub_account_text(), Some(market));
                paper.write(encoding, Endpoint::CancelAllOrders, &fields);
                Ok(())
            }
            _ => Err(not_sent("grvt has no such request")),
        };
        written?;
        match socket_login.filter(|_| by_socket) {
            Some(login) => {
                account.leaves(Flight { call, login, message: Some((id, what)) });
                Ok(Way::Socket(TRADES))
            }
            None => authorized(account, call, &mut out.request),
        }
    }

    pub(super) fn check_bulk(&self, placements: &[Placement]) -> Result<(), CallError> {
        let n = placements.len();
        if !(1..=SPEC.batch_max).contains(&n) {
            return Err(not_sent(format!("a batch of {n}: send 1 to {}", SPEC.batch_max)));
        }
        let market = placements[0].order.market;
        if placements.iter().any(|placement| placement.order.market != market) {
            return Err(not_sent("the orders of a batch are all of one market here"));
        }
        self.market(market).map(|_| ())
    }

    pub(super) fn bulk(
        &mut self,
        Sending { now, call, ask }: Sending<'_>,
        request: &mut Request,
    ) -> Result<Way, CallError> {
        let Self { account, listings, encoding, order_life, .. } = self;
        let account = account.as_mut().ok_or_else(no_account)?;
        account.sign(listings, (call, ask), (now, *order_life))?;
        let mut texts: Vec<Texts> = Vec::new();
        texts.resize_with(ask.placements().len(), Default::default);
        let mut orders = Vec::with_capacity(texts.len());
        for (signed, texts) in account.signed(call).zip(&mut texts) {
            let id = signed.placement.order.market;
            let market = listings.get(id).map(|(market, _)| market).ok_or_else(|| unknown_market(id))?;
            orders.push(texts.order(market, signed, account.sender())?);
        }
        let fields =
            BulkOrders { sub_account_id: account.sub_account_text().into(), orders, ..BulkOrders::default() };
        post(request, *encoding, Endpoint::BulkOrders, &fields);
        authorized(account, call, request)
    }
}
