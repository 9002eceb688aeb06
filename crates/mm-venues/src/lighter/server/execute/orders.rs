//! Orders meet the engine.

use mm_crypto::Digest;
use mm_exchange::{
    AccountId, Amount, CancelOrder, Exchange, OrderId, OrderRef, OrderView, PlaceOrder, Reject,
};
use mm_model::{
    ClientId, Exposure, Market, MarketKind, Qty, SelfTrade, Side, TimeInForce as Rests, Timestamp,
};

use super::{Failed, Outcome, event};
use crate::lighter::{
    server::{
        markets,
        records::{OrderRecord, Origin, Stage, Why, is_order_index},
        state::State,
    },
    tx::{
        CancelAll, CancelAllOrders, CancelOrder as Cancel, Order, OrderType, SelfTradeBehavior, TimeInForce,
        Tx,
    },
    wire::error::{Code, codes},
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
        let listing = markets::by_index(self.exchange, order.market).ok_or(codes::INVALID_MARKET_INDEX)?;
        let market = listing.market.clone();
        let place = self.placing(&market, order);
        let origin = self.origin(order);
        match self.exchange.place(self.now, self.account, place) {
            Ok(view) => {
                self.state.records.expect(view.id, origin);
                let record = OrderRecord::new(self.exchange, &view, origin);
                Ok(event::made((self.exchange, &self.state.accounts), &record, None))
            }
            // Told to nobody but who looks the hash up (nautilus_trader's notes, 2026-07).
            Err(Reject::NothingToReduce) => Err(codes::REDUCE_ONLY_INCREASES_POSITION.into()),
            Err(reject) => Err(self.refused((place, origin), reject)),
        }
    }

    /// Leaves the row of an order that the engine did not take.
    fn refused(&mut self, what: (PlaceOrder, Origin), reject: Reject) -> Failed {
        let (code, why) = refusal(reject);
        let Some(why) = why else { return code.into() };
        let (order, origin) = what;
        let qty = match order.amount {
            Amount::Base(qty) => qty,
            Amount::Quote(_) => Qty::ZERO,
        };
        let view = OrderView {
            id: OrderId(0),
            account: self.account,
            order,
            qty,
            filled: Qty::ZERO,
            filled_quote: mm_model::Money::ZERO,
            status: mm_exchange::Status::Cancelled,
            created_at: self.now,
            updated_at: self.now,
        };
        let mut record = OrderRecord::new(self.exchange, &view, origin);
        record.index = self.state.records.orders.refused_index(record.market_index, record.side);
        (record.exchange_id, record.stage) = (None, Stage::Canceled(why));
        self.state.records.put(self.now, record);
        Failed { event: event::made((self.exchange, &self.state.accounts), &record, Some(code)) }
    }

    /// An order as the engine takes it.
    fn placing(&self, market: &Market, order: &Order) -> PlaceOrder {
        let price = markets::price(market, order.price.into());
        let side = if order.is_ask { Side::Sell } else { Side::Buy };
        let is_market = order.order_type == OrderType::Market;
        let qty = markets::qty(market, order.base_amount).unwrap_or(Qty::ZERO);
        let immediate = order.time_in_force == TimeInForce::ImmediateOrCancel;
        PlaceOrder {
            market: market.id,
            side,
            amount: Amount::Base(self.sized(market, order, qty)),
            limit: if is_market { None } else { price },
            time_in_force: if immediate { Rests::Ioc } else { Rests::Gtc },
            post_only: order.time_in_force == TimeInForce::PostOnly,
            exposure: if order.reduce_only { Exposure::ReduceOnly } else { Exposure::Any },
            self_trade: match self.tx.attributes.self_trade {
                SelfTradeBehavior::ExpireMaker | SelfTradeBehavior::Reduce => SelfTrade::RejectMaker,
                SelfTradeBehavior::ExpireTaker => SelfTrade::RejectTaker,
                SelfTradeBehavior::CancelBoth => SelfTrade::RejectBoth,
            },
            client_id: u64::try_from(order.client_order_index).ok().filter(|id| *id != 0).map(ClientId),
        }
    }

    /// A reduce-only order without a size closes the position.
    fn sized(&self, market: &Market, order: &Order, qty: Qty) -> Qty {
        if order.base_amount != 0 || market.kind != MarketKind::Perpetual {
            return qty;
        }
        self.exchange.position(self.account, market.id).map_or(qty, |position| position.net.abs())
    }

    fn origin(&self, order: &Order) -> Origin {
        Origin {
            kind: order.order_type,
            time_in_force: order.time_in_force,
            raw_price: order.price.into(),
            raw_trigger: order.trigger_price.into(),
            expiry: order.order_expiry,
            nonce: self.tx.header.nonce,
            tx: self.hash,
            integrator: self.tx.attributes.integrator,
        }
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
                Err(Failed { event: event::cancelled(index, ids, Some(refusal(reject).0)) })
            }
        }
    }

    /// A live order by either of its ids.
    fn order_ref(&self, number: i64) -> Option<OrderRef> {
        if is_order_index(number) {
            let record = self.state.records.orders.live(self.account, number)?;
            return record.exchange_id.map(OrderRef::Id);
        }
        u64::try_from(number).ok().map(|id| OrderRef::Client(ClientId(id)))
    }

    /// Of an order whose origin is not looked at.
    fn blank(&self) -> Origin {
        Origin {
            kind: OrderType::Limit,
            time_in_force: TimeInForce::GoodTillTime,
            raw_price: 0,
            raw_trigger: 0,
            expiry: 0,
            nonce: 0,
            tx: self.hash,
            integrator: None,
        }
    }

    /// Takes all orders off, or says when, or takes that back.
    pub(super) fn cancel_all(&mut self, it: &CancelAllOrders) -> Outcome {
        let index = self.tx.header.account;
        match it.when {
            CancelAll::Immediate => {
                let market = self.tx.attributes.cancel_all_market;
                let market = market.map(|index| markets::by_index(self.exchange, index.into()));
                let market = match market {
                    Some(None) => return Err(codes::INVALID_MARKET_INDEX.into()),
                    Some(Some(listing)) => Some(listing.market.id),
                    None => None,
                };
                self.exchange.cancel_all(self.now, self.account, market);
            }
            CancelAll::Scheduled => self.state.schedule(self.now, index, Some(markets::time(it.time))),
            CancelAll::AbortScheduled => self.state.schedule(self.now, index, None),
        }
        Ok(String::new())
    }
}

/// The code of an engine's refusal, and the word of the row that it leaves; `None`: it leaves none.
fn refusal(reject: Reject) -> (Code, Option<Why>) {
    match reject {
        Reject::NoSuchMarket => (codes::INVALID_MARKET_INDEX, None),
        Reject::NoSuchAccount => (codes::ACCOUNT_NOT_FOUND, None),
        Reject::NotTrading => (codes::INVALID_MARKET_STATUS, Some(Why::Asked)),
        Reject::Size | Reject::Notional => (codes::INVALID_ORDER_AMOUNT, Some(Why::Asked)),
        Reject::Price => (codes::INVALID_PRICE, Some(Why::Asked)),
        Reject::Band => (codes::PRICE_TOO_FAR_FROM_MARK, Some(Why::Asked)),
        Reject::WouldMatch => (codes::INVALID_PRICE, Some(Why::PostOnly)),
        Reject::Funds => (codes::NOT_ENOUGH_ASSET_BALANCE, Some(Why::Balance)),
        Reject::Margin => (codes::NOT_ENOUGH_ORDER_MARGIN, Some(Why::Margin)),
        Reject::NothingToReduce => (codes::REDUCE_ONLY_INCREASES_POSITION, None),
        Reject::NoLiquidity => (codes::INACTIVE_ORDER, Some(Why::Liquidity)),
        Reject::DuplicateClientId => (codes::CLIENT_ORDER_INDEX_EXISTS, None),
        Reject::NoSuchOrder => (codes::INACTIVE_CANCEL, None),
        Reject::OrderLimit => (codes::MAX_ORDERS_PER_ACCOUNT, Some(Why::Asked)),
        Reject::Flags => (codes::INVALID_ORDER_INFO, Some(Why::Asked)),
    }
}
