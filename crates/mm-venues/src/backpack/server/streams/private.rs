//! Streams of an account: its orders, positions and balances; and the public print of a trade.

use mm_exchange::{Execution, Fact, OrderView};
use mm_model::{MarketId, Side, SignedQty};
use serde::Serialize;

use super::{Streams, World};
use crate::backpack::{
    server::{
        numbers,
        order_rows::{OrderNews, order_update},
        position_rows::{PositionNews, position_event, position_update},
        topics::{Private, Topic},
    },
    wire::{OrderEvent, Text, private_stream::BalanceUpdate, public_stream::Trade},
};

impl Streams {
    /// Tells a fact to the account that it is about.
    pub(super) fn private(&mut self, world: &mut World<'_>, fact: &Fact) {
        match fact {
            Fact::Accepted(view) => self.order(world, OrderEvent::OrderAccepted, (view, None)),
            Fact::Executed(view, fill) => self.order(world, OrderEvent::OrderFill, (view, Some(fill))),
            Fact::Cancelled(view) => self.order(world, OrderEvent::OrderCancelled, (view, None)),
            Fact::Expired(view) => self.order(world, OrderEvent::OrderExpired, (view, None)),
            Fact::Shrunk(view) | Fact::Modified(view) => {
                self.order(world, OrderEvent::OrderModified, (view, None));
            }
            Fact::Armed(view) | Fact::Triggered(view) => {
                self.order(world, OrderEvent::TriggerPlaced, (view, None));
            }
            Fact::Position(account, position) => {
                let before = self.held.insert((*account, position.market), position.net);
                let event = position_event(before.unwrap_or(SignedQty::ZERO), position.net);
                let topics = account_topics(*account, Private::Position, position.market);
                if event.is_none() || !self.any_wanted(topics) {
                    return;
                }
                let news = PositionNews { now: world.now, account: *account, position, event };
                if let Some(data) = position_update(world.exchange, news) {
                    self.tell_both(world, topics, data);
                }
            }
            Fact::Balance { account, asset, available, locked, at } => {
                let topic = Topic::Account(*account, Private::Balance, None);
                if !self.subscriptions.wanted(&topic) {
                    return;
                }
                let data = BalanceUpdate {
                    available: numbers::text(available),
                    event_time: world.now.us(),
                    locked: numbers::text(locked),
                    staked: Text::new("0"),
                    engine_time: at.us(),
                    asset: Text::new(asset),
                    event: Text::new("balanceUpdate"),
                };
                self.tell(world, topic, data);
            }
            Fact::Level { .. } | Fact::Traded { .. } | Fact::Funding { .. } => {}
        }
    }

    /// Tells a public trade.
    pub(super) fn trade(&self, world: &mut World<'_>, fact: &Fact) {
        let Fact::Traded { trade, market: id, price, qty, taker, taker_order, maker_order, at } = fact else {
            return;
        };
        let topic = Topic::Trade(*id);
        let Some(market) = world.exchange.markets().get(*id).filter(|_| self.subscriptions.wanted(&topic))
        else {
            return;
        };
        let (buyer, seller) = match taker {
            Side::Buy => (taker_order, maker_order),
            Side::Sell => (maker_order, taker_order),
        };
        let data = Trade {
            event_time: world.now.us(),
            engine_time: at.us(),
            seller_order_id: Some(numbers::text(seller.0)),
            buyer_order_id: Some(numbers::text(buyer.0)),
            event: Text::new("trade"),
            is_buyer_maker: *taker == Side::Sell,
            price: numbers::price(market, *price),
            quantity: numbers::qty(market, *qty),
            symbol: Text::new(&market.symbol),
            trade_id: trade.0,
        };
        self.tell(world, topic, data);
    }

    fn order(
        &self,
        world: &mut World<'_>,
        event: OrderEvent,
        (view, fill): (&OrderView, Option<&Execution>),
    ) {
        let topics = account_topics(view.account, Private::Order, view.order.market);
        let market = world.exchange.markets().get(view.order.market);
        let Some(market) = market.filter(|_| self.any_wanted(topics)) else { return };
        let upper_case_reasons = self.switches.expiry_reason_in_upper_case;
        let news = OrderNews { now: world.now, event, view, fill, upper_case_reasons };
        self.tell_both(world, topics, order_update(market, news));
    }

    fn any_wanted(&self, topics: [Topic; 2]) -> bool {
        topics.iter().any(|topic| self.subscriptions.wanted(topic))
    }

    fn tell_both<T: Serialize>(&self, world: &mut World<'_>, topics: [Topic; 2], data: T) {
        for topic in topics {
            self.tell(world, topic, &data);
        }
    }
}

/// The stream of all markets and that of the one.
const fn account_topics(account: mm_exchange::AccountId, kind: Private, market: MarketId) -> [Topic; 2] {
    [Topic::Account(account, kind, None), Topic::Account(account, kind, Some(market))]
}
