//! Commands: orders as a client sends them, changes and ends of orders. What the exchange makes of them is in
//! [`crate::view`].

use mm_model::{ClientId, Exposure, MarketId, Money, Price, Qty, SelfTrade, Side, TimeInForce, Timestamp};

use crate::OrderId;

/// How much of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// Lots of the base asset.
    Base(Qty),
    /// At most this much of the quote asset (market orders only).
    Quote(Money),
    /// All that there is to close when the order wakes (sleeping orders only: children, and reduce-only ones): of a child, what its
    /// parent filled; of any other order, the position.
    All,
}

/// Which way the mark price must go, seen from the position that the order closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TriggerKind {
    /// Against it: a sell order wakes when the mark has fallen to the price, a buy order when it has risen to it.
    StopLoss,
    /// In its favour: a sell order wakes when the mark has risen to the price, a buy order when it has fallen.
    TakeProfit,
}

/// What an order waits for, asleep: no part of the book, without margin or locked balance, until the mark price has
/// come that far. Then it is judged as if it arrived; what would be a refusal ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// Which way.
    pub kind: TriggerKind,
    /// How far.
    pub price: Price,
}

impl Trigger {
    /// Whether an order of this side wakes when the mark rises (else: when it falls).
    #[must_use]
    pub fn rises(&self, side: Side) -> bool {
        (self.kind == TriggerKind::StopLoss) == (side == Side::Buy)
    }
}

/// Whose orders an order must not trade with; [`SelfTrade`] says what happens instead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SameTrader {
    /// Those of its own account.
    #[default]
    Account,
    /// Those of all accounts with its master ([`Exchange::set_master`](crate::Exchange::set_master)).
    Master,
}

/// What few orders have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// When it is taken off ([`Exchange::advance`](crate::Exchange::advance) does it); `None`: never.
    pub expires_at: Option<Timestamp>,
    /// What it sleeps for; `None`: it arrives at once.
    pub trigger: Option<Trigger>,
    /// The worst average price at which a market order may fill; what would make it worse is not matched.
    pub worst_average: Option<Price>,
    /// Whose orders it must not trade with.
    pub same_trader: SameTrader,
}

/// An order as a client sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceOrder {
    /// Where.
    pub market: MarketId,
    /// Buy or sell.
    pub side: Side,
    /// How much.
    pub amount: Amount,
    /// Limit price; `None` is a market order.
    pub limit: Option<Price>,
    /// How long it may rest.
    pub time_in_force: TimeInForce,
    /// Refused rather than match on arrival.
    pub post_only: bool,
    /// Whether it may open a position.
    pub exposure: Exposure,
    /// What happens when it meets an order of its own account.
    pub self_trade: SelfTrade,
    /// The client's id.
    pub client_id: Option<ClientId>,
    /// What few orders have.
    pub terms: Terms,
}

impl PlaceOrder {
    /// A good-till-cancelled limit order without any condition. Change what differs with `..`.
    #[must_use]
    pub fn limit(market: MarketId, side: Side, price: Price, qty: Qty) -> Self {
        Self {
            market,
            side,
            amount: Amount::Base(qty),
            limit: Some(price),
            time_in_force: TimeInForce::Gtc,
            post_only: false,
            exposure: Exposure::Any,
            self_trade: SelfTrade::default(),
            client_id: None,
            terms: Terms::default(),
        }
    }

    /// A market order without any condition.
    #[must_use]
    pub fn market(market: MarketId, side: Side, amount: Amount) -> Self {
        let time_in_force = TimeInForce::Ioc;
        Self { amount, limit: None, time_in_force, ..Self::limit(market, side, Price(0), Qty::ZERO) }
    }
}

/// Which order of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderRef {
    /// By the exchange's id.
    Id(OrderId),
    /// By the client's id.
    Client(ClientId),
}

/// Which order of which market to take off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CancelOrder {
    /// Where.
    pub market: MarketId,
    /// Which.
    pub order: OrderRef,
}

/// How orders are tied together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// OTO, two orders: the second is the child of the first. It sleeps until the first is over and then, if that was
    /// filled at all, arrives (or, with a trigger, waits for the mark). It ends ([`Expiry::Child`](crate::Expiry::Child))
    /// when the first ended unfilled, or was cancelled by its owner.
    OneTriggersOther,
    /// OCO, two reduce-only orders with triggers: when one is triggered, the other ends
    /// ([`Expiry::OneCancelsOther`](crate::Expiry::OneCancelsOther)).
    OneCancelsOther,
    /// OTOCO, three orders: a parent, and a pair of children with triggers of which one ends the other.
    OneTriggersPair,
}

/// What becomes of a post-only order whose new price would match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IfCrossing {
    /// The change is refused, the order left as it was.
    #[default]
    Refuse,
    /// The order is taken off ([`Expiry::PostOnly`](crate::Expiry::PostOnly)).
    Expire,
}

/// What to change of a live order; see [`Exchange::modify`](crate::Exchange::modify).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModifyOrder {
    /// Where.
    pub market: MarketId,
    /// Which.
    pub order: OrderRef,
    /// The new total size, what is filled included; `None`: as it is.
    pub qty: Option<Qty>,
    /// The new limit; of a sleeping market order the new worst average. `None`: as it is.
    pub price: Option<Price>,
    /// The new trigger price of a sleeping order; `None`: as it is.
    pub trigger: Option<Price>,
    /// What becomes of a post-only order that would match.
    pub if_crossing: IfCrossing,
}
