//! Our asks as requests. Once the buffers are warm, an order is encoded without allocating.

use std::fmt::Write as _;

use mm_model::{
    Ask, CallError, CancelTarget, ClientId, Exposure, Leverage, Market, MarketId, MarketKind, Markets, Mode,
    OrderKind, OrderQuery, Placement, Timestamp,
};
use serde::Serialize;

use super::{Client, signer::Signer};
use crate::{
    backpack::{
        spec::SPEC,
        wire::{
            OrderType, SelfTradePrevention, Text, TimeInForce,
            account::AccountUpdate,
            history::{FillHistoryQuery, OrderHistoryQuery, SortDirection},
            order::{CancelAllRequest, OpenOrdersQuery, OrderRequest, OrderSelector},
        },
    },
    http::{Method, Request},
};

/// The most rows that a history answers at once (OpenAPI text, August 2026).
pub(super) const HISTORY_LIMIT: usize = 1_000;

/// The most levels of a book that REST gives (same source).
const DEPTH_LIMIT: u32 = 1_000;

/// The fields of a request that has none.
#[derive(Serialize)]
struct Nothing {}

fn not_sent(why: impl Into<String>) -> CallError {
    CallError::NotSent(why.into())
}

/// What encoding a signed request needs of the client, each part borrowed apart.
struct Desk<'a> {
    markets: &'a Markets,
    signer: Signer<'a>,
    price: &'a mut String,
    qty: &'a mut String,
}

impl Client {
    /// Writes the request for `ask`.
    pub(super) fn encode_ask(
        &mut self,
        now: Timestamp,
        ask: &Ask,
        out: &mut Request,
    ) -> Result<(), CallError> {
        match ask {
            Ask::Time => out.reset(Method::Get, "/api/v1/time"),
            Ask::Markets => out.reset(Method::Get, "/api/v1/markets"),
            Ask::Book(id) | Ask::Resync(id) => {
                let symbol = &market(&self.markets, *id)?.symbol;
                out.reset(Method::Get, "/api/v1/depth");
                write!(out.query, "symbol={symbol}&limit={DEPTH_LIMIT}")
                    .expect("writing to a string cannot fail");
            }
            Ask::Place(placement) => self.desk(now)?.place(placement, out)?,
            Ask::Batch(placements) => self.desk(now)?.batch(placements, out)?,
            Ask::Cancel(target) => self.desk(now)?.cancel(target, out)?,
            Ask::CancelAll(id) => self.desk(now)?.cancel_all(*id, out)?,
            Ask::Order(query, mode) => self.desk(now)?.order(query, *mode, out)?,
            Ask::OpenOrders(id) => self.desk(now)?.open_orders(*id, out)?,
            Ask::FillsSince(since) => self.desk(now)?.fills(*since, out)?,
            Ask::Positions => self.desk(now)?.signer.query("/api/v1/position", &Nothing {}, out)?,
            Ask::Balances => self.desk(now)?.signer.query("/api/v1/capital", &Nothing {}, out)?,
            Ask::Fees => self.desk(now)?.signer.query("/api/v1/account", &Nothing {}, out)?,
            Ask::Leverage(Leverage { market: None, times, mode: None }) => {
                self.desk(now)?.leverage(*times, out)?;
            }
            Ask::Leverage(_) => {
                return Err(not_sent(
                    "the leverage is the whole account's here, and cross: name no market and no mode",
                ));
            }
            Ask::Group(_)
            | Ask::Modify(_)
            | Ask::Margin(..)
            | Ask::DeadMan(_)
            | Ask::Nonce(_)
            | Ask::Login => {
                return Err(not_sent("backpack has no such request"));
            }
        }
        Ok(())
    }

    fn desk(&mut self, now: Timestamp) -> Result<Desk<'_>, CallError> {
        let keys = self.credentials.as_ref();
        let keys =
            keys.ok_or_else(|| not_sent("no API key is configured: only public data can be asked for"))?;
        let super::Scratch { price, qty, message } = &mut self.scratch;
        let signer = Signer { keys, now, window_ms: self.window_ms, broker_id: self.broker_id, message };
        Ok(Desk { markets: &self.markets, signer, price, qty })
    }
}

impl Desk<'_> {
    fn place(self, placement: &Placement, out: &mut Request) -> Result<(), CallError> {
        let market = market(self.markets, placement.order.market)?;
        let fields = order_request(market, placement, self.price, self.qty)?;
        out.reset(Method::Post, "/api/v1/order");
        self.signer.body(&fields, out)
    }

    fn batch(mut self, placements: &[Placement], out: &mut Request) -> Result<(), CallError> {
        if placements.is_empty() || placements.len() > SPEC.batch_max {
            return Err(not_sent(format!("a batch of {}: send 1 to {}", placements.len(), SPEC.batch_max)));
        }
        out.reset(Method::Post, "/api/v1/orders");
        self.signer.begin_list(out);
        for placement in placements {
            let market = market(self.markets, placement.order.market)?;
            let fields = order_request(market, placement, self.price, self.qty)?;
            self.signer.add_row(&fields, out)?;
        }
        self.signer.end_list(out);
        Ok(())
    }

    fn cancel(self, target: &CancelTarget, out: &mut Request) -> Result<(), CallError> {
        let symbol = Text::new(&market(self.markets, target.market)?.symbol);
        // The venue refuses a request with both ids.
        let fields = match (&target.venue_id, target.client_id) {
            (Some(id), _) => {
                OrderSelector { client_id: None, order_id: Some(Text::new(id.as_str())), symbol }
            }
            (None, Some(id)) => OrderSelector { client_id: Some(client_id(id)?), order_id: None, symbol },
            (None, None) => return Err(not_sent("an order without any id cannot be cancelled")),
        };
        out.reset(Method::Delete, "/api/v1/order");
        self.signer.body(&fields, out)
    }

    fn cancel_all(self, id: MarketId, out: &mut Request) -> Result<(), CallError> {
        let symbol = Text::new(&market(self.markets, id)?.symbol);
        out.reset(Method::Delete, "/api/v1/orders");
        self.signer.body(&CancelAllRequest { order_type: None, symbol }, out)
    }

    fn open_orders(self, id: Option<MarketId>, out: &mut Request) -> Result<(), CallError> {
        let market = id.map(|id| market(self.markets, id)).transpose()?;
        let symbol = market.map(|market| Text::new(&market.symbol));
        self.signer.query("/api/v1/orders", &OpenOrdersQuery { market_type: None, symbol }, out)
    }

    fn leverage(self, times: u32, out: &mut Request) -> Result<(), CallError> {
        let leverage_limit = Some(Text::from(times.to_string()));
        out.reset(Method::Patch, "/api/v1/account");
        self.signer.body(&AccountUpdate { leverage_limit, ..AccountUpdate::default() }, out)
    }

    fn order(self, query: &OrderQuery, mode: Mode, out: &mut Request) -> Result<(), CallError> {
        let symbol = Text::new(&market(self.markets, query.market)?.symbol);
        let order_id = query.venue_id.as_ref().map(|id| Text::new(id.as_str()));
        match mode {
            Mode::Live => {
                let client_id = if order_id.is_some() { None } else { Some(client_id(query.client_id)?) };
                self.signer.query("/api/v1/order", &OrderSelector { client_id, order_id, symbol }, out)
            }
            Mode::History => {
                // The history has no filter by client id: without the venue's id its newest rows are searched.
                let fields = OrderHistoryQuery {
                    limit: Some(HISTORY_LIMIT as u64),
                    order_id,
                    sort_direction: Some(SortDirection::Desc),
                    symbol: Some(symbol),
                    ..OrderHistoryQuery::default()
                };
                self.signer.query("/wapi/v1/history/orders", &fields, out)
            }
        }
    }

    fn fills(self, since: Timestamp, out: &mut Request) -> Result<(), CallError> {
        let fields = FillHistoryQuery {
            fill_type: Some(Text::new("User")),
            // One millisecond early: whether the bound is included is not documented, and a fill told twice counts
            // once.
            from: Some(since.ms().saturating_sub(1)),
            limit: Some(HISTORY_LIMIT as u64),
            sort_direction: Some(SortDirection::Asc),
            ..FillHistoryQuery::default()
        };
        self.signer.query("/wapi/v1/history/fills", &fields, out)
    }
}

fn market(markets: &Markets, id: MarketId) -> Result<&Market, CallError> {
    markets
        .get(id)
        .ok_or_else(|| not_sent(format!("market {} is not known: ask for the markets first", id.0)))
}

/// Our id in the venue's range.
fn client_id(id: ClientId) -> Result<u32, CallError> {
    u32::try_from(id.0)
        .ok()
        .filter(|_| SPEC.client_ids.contains(&id.0))
        .ok_or_else(|| not_sent(format!("client id {id} is out of the venue's range 1..=4294967295")))
}

/// An order in the venue's words; `price` and `qty` hold its numbers.
fn order_request<'a>(
    market: &'a Market,
    placement: &Placement,
    price: &'a mut String,
    qty: &'a mut String,
) -> Result<OrderRequest<'a>, CallError> {
    let order = &placement.order;
    if order.qty.is_zero() {
        return Err(not_sent("an order of size zero"));
    }
    if order.kind.price().is_some_and(|price| price.0 <= 0) {
        return Err(not_sent("a limit of zero or less"));
    }
    let (order_type, time_in_force, post_only) = match order.kind {
        OrderKind::Limit { time_in_force, .. } => (OrderType::Limit, Some(time_in_force.into()), None),
        OrderKind::PostOnly { .. } => (OrderType::Limit, Some(TimeInForce::Gtc), Some(true)),
        OrderKind::Market => (OrderType::Market, None, None),
        OrderKind::StopLoss { .. } | OrderKind::TakeProfit { .. } => {
            return Err(not_sent("orders that wait for a trigger are not spoken with backpack"));
        }
    };
    let reduce_only = match (order.exposure, market.kind) {
        (Exposure::Any, _) => None,
        (Exposure::ReduceOnly, MarketKind::Perpetual) => Some(true),
        // Sending it without the flag would be another order than the one that was asked for.
        (Exposure::ReduceOnly, MarketKind::Spot) => return Err(not_sent("spot markets know no reduce-only")),
    };
    qty.clear();
    market.write_qty(order.qty, qty);
    price.clear();
    if let Some(limit) = order.kind.price() {
        market.write_price(limit, price);
    }
    let mut request = OrderRequest::new(Text::new(&market.symbol), order.side.into(), order_type);
    request.client_id = Some(client_id(placement.client_id)?);
    request.post_only = post_only;
    request.price = order.kind.price().map(|_| Text::new(price));
    request.quantity = Some(Text::new(qty));
    request.reduce_only = reduce_only;
    // The venue's defaults, said aloud: a default may change.
    request.self_trade_prevention = Some(SelfTradePrevention::RejectTaker);
    request.time_in_force = time_in_force;
    Ok(request)
}
