//! Orders meet the engine.

use mm_crypto::Digest;
use mm_exchange::{
    AccountId, CancelOrder, Exchange, Expiry, Grouping as Tied, IfCrossing, ModifyOrder, OrderRef,
    PlaceOrder, Reject,
};
use mm_model::{ClientId, Timestamp};

use super::{Failed, Outcome, event, group, placing, refusal};
use crate::lighter::{
    server::{
        markets,
        records::{Links, OrderRecord, Origin, is_order_index},
        state::State,
    },
    tx::{
        CancelAll, CancelAllOrders, CancelOrder as Cancel, CreateGroupedOrders, Grouping,
        ModifyOrder as Modify, Order, OrderType, TimeInForce, Tx,
    },
    wire::error::codes,
};

/// One transaction at the engine.
pub(super) struct Desk<'a> {
    pub(super) state: &'a mut State,
    pub(super) now: Timestamp,
    pub(super) exchange: &'a mut Exchange,
    pub(super) account: AccountId,
    pub(super) hash: Digest,
    pub(super) tx: &'a Tx,
}

impl Desk<'_> {
    /// Places an order.
    pub(super) fn create(&mut self, order: &Order) -> Outcome {
        let place = self.placing(order)?;
        let origin = self.origin(order);
        match self.exchange.place(self.now, self.account, place) {
            Ok(view) => {
                self.state.records.expect(view.id, origin);
                let record = OrderRecord::new(self.exchange, &view, origin);
                Ok(event::made((self.exchange, &self.state.accounts), &record, None))
            }
            Err(reject) => Err(self.refused((place, origin), reject)),
        }
    }

    pub(super) fn placing(&self, order: &Order) -> Result<PlaceOrder, Failed> {
        let listing = markets::by_index(self.exchange, order.market).ok_or(codes::INVALID_MARKET_INDEX)?;
        Ok(placing::placing((self.exchange, self.account), &listing.market, order, &self.tx.attributes))
    }

    /// Leaves the row of an order that the engine did not take, where the venue leaves one.
    fn refused(&mut self, what: (PlaceOrder, Origin), reject: Reject) -> Failed {
        let (code, (order, origin)) = (refusal::code(reject), what);
        let row = refusal::leaves_row(reject)
            .then(|| self.exchange.refuse(self.now, self.account, (order, Expiry::from(reject))));
        let Some(view) = row.flatten() else { return code.into() };
        self.state.records.expect(view.id, origin);
        let record = OrderRecord::new(self.exchange, &view, origin);
        Failed { event: event::made((self.exchange, &self.state.accounts), &record, Some(code)) }
    }

    pub(super) fn origin(&self, order: &Order) -> Origin {
        Origin {
            kind: order.order_type,
            time_in_force: order.time_in_force,
            raw_price: order.price.into(),
            raw_trigger: order.trigger_price.into(),
            expiry: order.order_expiry,
            nonce: self.tx.header.nonce,
            tx: self.hash,
            integrator: self.tx.attributes.integrator,
            links: Links::default(),
        }
    }

    /// Places orders that hang together: all or none.
    pub(super) fn create_group(&mut self, group: &CreateGroupedOrders) -> Outcome {
        let grouping = match group.grouping {
            Grouping::OneTriggersTheOther => Tied::OneTriggersOther,
            Grouping::OneCancelsTheOther => Tied::OneCancelsOther,
            Grouping::OneTriggersAOneCancelsTheOther => Tied::OneTriggersPair,
        };
        let orders: Vec<_> =
            group.orders.iter().map(|order| self.placing(order)).collect::<Result<_, _>>()?;
        let views = match self.exchange.place_group(self.now, self.account, (grouping, &orders)) {
            Ok(views) => views,
            Err(reject) => return Err(self.refused((orders[0], self.origin(&group.orders[0])), reject)),
        };
        let links = group::links(self.exchange, grouping, &views);
        let mut events = Vec::new();
        for ((view, order), links) in views.iter().zip(&group.orders).zip(links) {
            let origin = Origin { links, ..self.origin(order) };
            self.state.records.expect(view.id, origin);
            let record = OrderRecord::new(self.exchange, view, origin);
            events.push(event::made((self.exchange, &self.state.accounts), &record, None));
        }
        Ok(events.swap_remove(0))
    }

    /// Takes one order off.
    pub(super) fn cancel(&mut self, it: &Cancel) -> Outcome {
        let market = markets::by_index(self.exchange, it.market).map(|listing| listing.market.id);
        let order = self.order_ref(it.index);
        let gone = market.zip(order).ok_or(Reject::NoSuchOrder).and_then(|(market, order)| {
            self.exchange.cancel(self.now, self.account, CancelOrder { market, order })
        });
        let index = self.tx.header.account;
        match gone {
            Ok(view) => {
                let record = OrderRecord::new(self.exchange, &view, self.blank());
                Ok(event::cancelled(index, (record.index.0, record.client), None))
            }
            Err(reject) => {
                let ids = if is_order_index(it.index) { (it.index, 0) } else { (0, it.index) };
                Err(Failed { event: event::cancelled(index, ids, Some(refusal::code(reject))) })
            }
        }
    }

    /// A live order by either of its ids.
    fn order_ref(&self, number: i64) -> Option<OrderRef> {
        if is_order_index(number) {
            return self
                .state
                .records
                .orders
                .live(self.account, number)
                .map(|it| OrderRef::Id(it.exchange_id));
        }
        u64::try_from(number).ok().map(|id| OrderRef::Client(ClientId(id)))
    }

    /// Of an order whose origin is not looked at.
    const fn blank(&self) -> Origin {
        Origin {
            kind: OrderType::Limit,
            time_in_force: TimeInForce::GoodTillTime,
            raw_price: 0,
            raw_trigger: 0,
            expiry: 0,
            nonce: 0,
            tx: self.hash,
            integrator: None,
            links: Links { parent: None, children: [None; 2], twin: None },
        }
    }

    /// Changes an order in place.
    pub(super) fn modify(&mut self, it: &Modify) -> Outcome {
        let old = self.state.records.orders.live(self.account, it.index).copied();
        let fail = |code| Failed { event: event::modified((None, None), (0, Some(code))) };
        let listing = markets::by_index(self.exchange, it.market);
        let market = listing.map(|listing| listing.market.clone()).ok_or(codes::INVALID_MARKET_INDEX)?;
        let order = self.order_ref(it.index).ok_or_else(|| fail(codes::INACTIVE_ORDER))?;
        let meant = self.tx.attributes.order_version;
        if meant != 0 && old.is_some_and(|old| u64::try_from(old.version) != Ok(meant)) {
            return Err(fail(codes::INVALID_ORDER_INFO));
        }
        let amount = markets::qty(&market, it.base_amount);
        let filled = old.map(|old| old.filled).unwrap_or_default();
        let total = self.state.options.switches.modify_amount_is_total;
        let change = ModifyOrder {
            market: market.id,
            order,
            qty: amount.map(|amount| if total { amount } else { filled.plus(amount) }),
            price: markets::price(&market, it.price.into()),
            trigger: markets::price(&market, it.trigger_price.into()).filter(|_| it.trigger_price != 0),
            if_crossing: if self.state.options.switches.crossing_modify_cancels {
                IfCrossing::Expire
            } else {
                IfCrossing::Refuse
            },
        };
        let view = self.exchange.modify(self.now, self.account, change);
        let view = view.map_err(|reject| fail(refusal::code(reject)))?;
        let mut new = OrderRecord::new(self.exchange, &view, old.map_or(self.blank(), |old| old.origin));
        new.repriced(self.exchange, &view);
        let shown = |record: &OrderRecord| event::event_order(self.exchange, &self.state.accounts, record);
        let both = (old.as_ref().and_then(shown), shown(&new));
        Ok(event::modified(both, (new.market_index, None)))
    }

    /// Takes all orders off, or says when, or takes that back.
    pub(super) fn cancel_all(&mut self, it: &CancelAllOrders) -> Outcome {
        let index = self.tx.header.account;
        match it.when {
            CancelAll::Immediate => {
                let market = match self.tx.attributes.cancel_all_market {
                    None => None,
                    Some(index) => {
                        let listing = markets::by_index(self.exchange, index.into());
                        Some(listing.ok_or(codes::INVALID_MARKET_INDEX)?.market.id)
                    }
                };
                self.exchange.cancel_all(self.now, self.account, market);
            }
            CancelAll::Scheduled => self.state.schedule(self.now, index, Some(markets::time(it.time))),
            CancelAll::AbortScheduled => self.state.schedule(self.now, index, None),
        }
        Ok(String::new())
    }
}
