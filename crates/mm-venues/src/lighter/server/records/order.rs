//! One order in the venue's terms.

use mm_crypto::Digest;
use mm_exchange::{AccountId, Exchange, Expiry, OrderId, OrderView, Status, Waits};
use mm_model::{Exposure, MarketId, Money, Qty, Side, TimeInForce as Rests, Timestamp};

use super::OrderIndex;
use crate::lighter::{
    server::markets::{index_of, raw_price},
    tx::{Integrator, OrderType, TimeInForce},
};

/// Where an order stands, without the word for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Stage {
    /// Waits for its trigger or its parent.
    Pending,
    /// On the book.
    Open,
    Filled,
    Canceled(Why),
}

/// Why an order was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Why {
    /// Its owner asked for it, or it was immediate and this is its rest.
    Asked,
    PostOnly,
    ReduceOnly,
    Position,
    Margin,
    Slippage,
    Liquidity,
    SelfTrade,
    Expired,
    /// The other order of its pair was filled or cancelled.
    Oco,
    /// Its parent ended before it was filled.
    Child,
    Liquidation,
    /// Not enough of the asset (spot).
    Balance,
}

impl Stage {
    /// Whether nothing more can happen to the order.
    pub(in super::super) const fn is_over(self) -> bool {
        matches!(self, Self::Filled | Self::Canceled(_))
    }
}

/// What an order waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) enum Trigger {
    /// Nothing: it has no trigger.
    #[default]
    None,
    /// The mark price.
    MarkPrice,
    /// The order before it in the group.
    Parent,
    /// It was triggered at this time.
    Ready(Timestamp),
}

/// What an order was made from, beyond what the exchange keeps of it.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Origin {
    pub(in super::super) kind: OrderType,
    pub(in super::super) time_in_force: TimeInForce,
    /// The wire integer: of a market order the worst average.
    pub(in super::super) raw_price: i64,
    /// The wire integer, 0 for none.
    pub(in super::super) raw_trigger: i64,
    /// Unix milliseconds, 0 for none.
    pub(in super::super) expiry: i64,
    pub(in super::super) nonce: i64,
    pub(in super::super) tx: Digest,
    pub(in super::super) integrator: Option<Integrator>,
    pub(in super::super) links: Links,
}

/// How an order hangs together with others of its group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Links {
    /// The order that must be filled first.
    pub(in super::super) parent: Option<OrderIndex>,
    /// The orders that its fill sets off.
    pub(in super::super) children: [Option<OrderIndex>; 2],
    /// The order that ends when this one is triggered.
    pub(in super::super) twin: Option<OrderIndex>,
}

/// An order of a client.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct OrderRecord {
    pub(in super::super) account: AccountId,
    pub(in super::super) market: MarketId,
    pub(in super::super) market_index: u16,
    pub(in super::super) index: OrderIndex,
    pub(in super::super) exchange_id: OrderId,
    /// 0 for none.
    pub(in super::super) client: i64,
    pub(in super::super) side: Side,
    pub(in super::super) reduce_only: bool,
    pub(in super::super) qty: Qty,
    pub(in super::super) filled: Qty,
    pub(in super::super) filled_quote: Money,
    pub(in super::super) stage: Stage,
    pub(in super::super) trigger: Trigger,
    /// How often it was modified.
    pub(in super::super) version: i64,
    pub(in super::super) created_at: Timestamp,
    pub(in super::super) updated_at: Timestamp,
    pub(in super::super) origin: Origin,
}

impl Origin {
    /// Of an order that came by no transaction: placed straight at the exchange.
    pub(super) fn of(raw_price: i64, view: &OrderView) -> Self {
        let kind = if view.order.limit.is_some() { OrderType::Limit } else { OrderType::Market };
        let time_in_force = match view.order.time_in_force {
            _ if kind == OrderType::Market => TimeInForce::ImmediateOrCancel,
            _ if view.order.post_only => TimeInForce::PostOnly,
            Rests::Gtc => TimeInForce::GoodTillTime,
            Rests::Ioc | Rests::Fok => TimeInForce::ImmediateOrCancel,
        };
        Self {
            kind,
            time_in_force,
            raw_price,
            raw_trigger: 0,
            expiry: 0,
            nonce: 0,
            tx: Digest::default(),
            integrator: None,
            links: Links::default(),
        }
    }
}

impl OrderRecord {
    /// A new record of an order of the exchange.
    pub(in super::super) fn new(exchange: &Exchange, view: &OrderView, origin: Origin) -> Self {
        let order = &view.order;
        let market_index = index_of(exchange, order.market);
        let mut record = Self {
            account: view.account,
            market: order.market,
            market_index,
            index: OrderIndex::of(market_index, order.side, view.id),
            exchange_id: view.id,
            client: order.client_id.map_or(0, |id| i64::try_from(id.0).unwrap_or(0)),
            side: order.side,
            reduce_only: order.exposure == Exposure::ReduceOnly,
            qty: view.qty,
            filled: Qty::ZERO,
            filled_quote: Money::ZERO,
            stage: Stage::Open,
            trigger: Trigger::None,
            version: 0,
            created_at: view.created_at,
            updated_at: view.updated_at,
            origin,
        };
        record.join(view);
        record
    }

    /// Takes over what the exchange says now.
    pub(super) fn join(&mut self, view: &OrderView) {
        let version = i64::from(view.version);
        self.qty = if version > self.version { view.qty } else { self.qty.max(view.qty) };
        self.version = version;
        self.filled = view.filled;
        self.filled_quote = view.filled_quote;
        self.updated_at = view.updated_at;
        self.stage = self.stage_of(view.status);
        self.trigger = match (view.status, view.triggered_at) {
            (Status::Pending(Waits::Mark), _) => Trigger::MarkPrice,
            (Status::Pending(Waits::Parent), _) => Trigger::Parent,
            (_, Some(at)) => Trigger::Ready(at),
            (_, None) => self.trigger,
        };
    }

    /// Takes over the prices of an order that was changed.
    pub(in super::super) fn repriced(&mut self, exchange: &Exchange, view: &OrderView) {
        let Some(market) = exchange.markets().get(self.market) else { return };
        let terms = &view.order.terms;
        if let Some(price) = view.order.limit.or(terms.worst_average) {
            self.origin.raw_price = raw_price(market, price);
        }
        if let Some(trigger) = terms.trigger {
            self.origin.raw_trigger = raw_price(market, trigger.price);
        }
    }

    fn stage_of(&self, status: Status) -> Stage {
        match status {
            Status::Pending(_) => Stage::Pending,
            Status::New | Status::PartiallyFilled => Stage::Open,
            Status::Filled => Stage::Filled,
            Status::Cancelled => Stage::Canceled(Why::Asked),
            Status::Expired(why) => Stage::Canceled(match why {
                // The rest of an order that could have met more was stopped by its own price.
                Expiry::ImmediateOrCancel if self.origin.kind == OrderType::Market => Why::Slippage,
                Expiry::ImmediateOrCancel | Expiry::FillOrKill | Expiry::Refused(_) => Why::Asked,
                Expiry::Slippage => Why::Slippage,
                Expiry::PostOnly => Why::PostOnly,
                Expiry::Balance => Why::Balance,
                Expiry::Position => Why::Position,
                Expiry::Time => Why::Expired,
                Expiry::OneCancelsOther => Why::Oco,
                Expiry::Child => Why::Child,
                Expiry::InsufficientLiquidity => Why::Liquidity,
                Expiry::SelfTrade => Why::SelfTrade,
                Expiry::NotReducing => Why::ReduceOnly,
                Expiry::Margin => Why::Margin,
                Expiry::Liquidation => Why::Liquidation,
            }),
        }
    }

    /// What is not filled; nothing once it is over, as the venue shows it.
    pub(in super::super) fn left(&self) -> Qty {
        if self.stage.is_over() { Qty::ZERO } else { self.qty.minus(self.filled) }
    }
}
