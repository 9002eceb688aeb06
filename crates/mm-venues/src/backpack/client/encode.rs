//! Our asks as signed requests. The signing string is written from the same typed request that makes the body or
//! the query, so what is signed and what is sent cannot differ. Once the buffers are warm, an order is encoded
//! without allocating.

use std::fmt::Write as _;

use mm_model::{
    Ask, CallError, CancelTarget, ClientId, Exposure, Market, MarketId, MarketKind, Mode, OrderKind,
    OrderQuery, Placement, Timestamp,
};
use serde::Serialize;

use super::{Client, Credentials, Scratch};
use crate::{
    backpack::{
        sign::{Instruction, PairsError, instruction_of, write_end, write_instruction, write_pairs},
        spec::SPEC,
        wire::{
            OrderType, SelfTradePrevention, Text, TimeInForce,
            account::AccountUpdate,
            history::{FillHistoryQuery, OrderHistoryQuery, SortDirection},
            order::{CancelAllRequest, OpenOrdersQuery, OrderRequest, OrderSelector},
            query,
        },
    },
    http::{Headers, Method, Request},
};

/// The most rows that a history answers at once (OpenAPI text, August 2026).
pub(super) const HISTORY_LIMIT: usize = 1_000;

/// The most levels of a book that REST gives (same source).
const DEPTH_LIMIT: u32 = 1_000;

/// A request that is signed by no fields.
#[derive(Serialize)]
struct Nothing {}

fn not_sent(why: impl Into<String>) -> CallError {
    CallError::NotSent(why.into())
}

impl From<PairsError> for CallError {
    fn from(error: PairsError) -> Self {
        Self::NotSent(error.to_string())
    }
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
            Ask::Book(market) => {
                let symbol = &self.market(*market)?.symbol;
                out.reset(Method::Get, "/api/v1/depth");
                write!(out.query, "symbol={symbol}&limit={DEPTH_LIMIT}")
                    .expect("writing to a string cannot fail");
            }
            Ask::Place(placement) => self.place(now, placement, out)?,
            Ask::Batch(placements) => self.batch(now, placements, out)?,
            Ask::Cancel(target) => self.cancel(now, target, out)?,
            Ask::CancelAll(market) => {
                let symbol = self.market(*market)?.symbol.clone();
                let request = CancelAllRequest { order_type: None, symbol: Text::new(&symbol) };
                self.send_body(now, (Method::Delete, "/api/v1/orders"), &request, out)?;
            }
            Ask::Order(query, mode) => self.order(now, query, *mode, out)?,
            Ask::OpenOrders(market) => {
                let symbol = market.map(|id| self.market(id).map(|m| m.symbol.clone())).transpose()?;
                let request = OpenOrdersQuery { market_type: None, symbol: symbol.as_deref().map(Text::new) };
                self.send_query(now, "/api/v1/orders", &request, out)?;
            }
            Ask::FillsSince(since) => self.fills(now, *since, out)?,
            Ask::Positions => self.send_query(now, "/api/v1/position", &Nothing {}, out)?,
            Ask::Balances => self.send_query(now, "/api/v1/capital", &Nothing {}, out)?,
            Ask::Fees => self.send_query(now, "/api/v1/account", &Nothing {}, out)?,
            Ask::Leverage(times) => {
                let leverage = times.to_string();
                let request =
                    AccountUpdate { leverage_limit: Some(Text::new(&leverage)), ..AccountUpdate::default() };
                self.send_body(now, (Method::Patch, "/api/v1/account"), &request, out)?;
            }
        }
        Ok(())
    }

    fn market(&self, id: MarketId) -> Result<&Market, CallError> {
        self.markets
            .get(id)
            .ok_or_else(|| not_sent(format!("market {} is not known: ask for the markets first", id.0)))
    }

    fn place(&mut self, now: Timestamp, placement: &Placement, out: &mut Request) -> Result<(), CallError> {
        let Self { markets, scratch, credentials, .. } = self;
        let keys = credentials.as_ref().ok_or_else(no_keys)?;
        let Scratch { price, qty, message } = scratch;
        out.reset(Method::Post, "/api/v1/order");
        let market =
            markets.get(placement.order.market).ok_or_else(|| not_sent("the order's market is not known"))?;
        let request = order_request(market, placement, price, qty)?;
        write_json(&request, &mut out.body)?;
        message.clear();
        write_instruction(Instruction::ORDER_EXECUTE, message);
        write_pairs(&request, message)?;
        finish(keys, now, self.window_ms, message, &mut out.headers);
        self.body_headers(&mut out.headers);
        Ok(())
    }

    fn batch(
        &mut self,
        now: Timestamp,
        placements: &[Placement],
        out: &mut Request,
    ) -> Result<(), CallError> {
        if placements.is_empty() || placements.len() > SPEC.batch_max {
            return Err(not_sent(format!("a batch of {}: send 1 to {}", placements.len(), SPEC.batch_max)));
        }
        let Self { markets, scratch, credentials, .. } = self;
        let keys = credentials.as_ref().ok_or_else(no_keys)?;
        let Scratch { price, qty, message } = scratch;
        out.reset(Method::Post, "/api/v1/orders");
        message.clear();
        for placement in placements {
            let market = markets
                .get(placement.order.market)
                .ok_or_else(|| not_sent("the order's market is not known"))?;
            let request = order_request(market, placement, price, qty)?;
            out.body.push(if out.body.is_empty() { b'[' } else { b',' });
            write_json(&request, &mut out.body)?;
            write_instruction(Instruction::ORDER_EXECUTE, message);
            write_pairs(&request, message)?;
        }
        out.body.push(b']');
        finish(keys, now, self.window_ms, message, &mut out.headers);
        self.body_headers(&mut out.headers);
        Ok(())
    }

    fn cancel(&mut self, now: Timestamp, target: &CancelTarget, out: &mut Request) -> Result<(), CallError> {
        let symbol = self.market(target.market)?.symbol.clone();
        let request = match (&target.venue_id, target.client_id) {
            (Some(id), _) => OrderSelector {
                client_id: None,
                order_id: Some(Text::new(id.as_str())),
                symbol: Text::new(&symbol),
            },
            (None, Some(id)) => {
                OrderSelector { client_id: Some(client_id(id)?), order_id: None, symbol: Text::new(&symbol) }
            }
            (None, None) => return Err(not_sent("an order without any id cannot be cancelled")),
        };
        self.send_body(now, (Method::Delete, "/api/v1/order"), &request, out)
    }

    fn order(
        &mut self,
        now: Timestamp,
        query: &OrderQuery,
        mode: Mode,
        out: &mut Request,
    ) -> Result<(), CallError> {
        let symbol = self.market(query.market)?.symbol.clone();
        let order_id = query.venue_id.as_ref().map(|id| Text::new(id.as_str()));
        match mode {
            Mode::Live => {
                let client_id = if order_id.is_some() { None } else { Some(client_id(query.client_id)?) };
                let request = OrderSelector { client_id, order_id, symbol: Text::new(&symbol) };
                self.send_query(now, "/api/v1/order", &request, out)
            }
            Mode::History => {
                // The history has no filter by client id: without the venue's id its newest rows are searched.
                let request = OrderHistoryQuery {
                    limit: Some(HISTORY_LIMIT as u64),
                    order_id,
                    symbol: Some(Text::new(&symbol)),
                    ..OrderHistoryQuery::default()
                };
                self.send_query(now, "/wapi/v1/history/orders", &request, out)
            }
        }
    }

    fn fills(&mut self, now: Timestamp, since: Timestamp, out: &mut Request) -> Result<(), CallError> {
        let request = FillHistoryQuery {
            fill_type: Some(Text::new("User")),
            // One millisecond early: whether the bound is included is not documented, and fills told twice count once.
            from: Some(since.ms().saturating_sub(1)),
            limit: Some(HISTORY_LIMIT as u64),
            sort_direction: Some(SortDirection::Asc),
            ..FillHistoryQuery::default()
        };
        self.send_query(now, "/wapi/v1/history/fills", &request, out)
    }

    /// A signed request whose fields stand in the query.
    fn send_query<T: Serialize>(
        &mut self,
        now: Timestamp,
        path: &str,
        request: &T,
        out: &mut Request,
    ) -> Result<(), CallError> {
        out.reset(Method::Get, path);
        self.sign(now, Method::Get, request, out)?;
        // The signed pairs are `&key=value`; in the URL the values are escaped.
        let message = &self.scratch.message;
        let pairs = message.split('&').skip(1).take_while(|pair| !pair.starts_with("timestamp="));
        for (key, value) in pairs.filter_map(|pair| pair.split_once('=')) {
            if !out.query.is_empty() {
                out.query.push('&');
            }
            out.query.push_str(key);
            out.query.push('=');
            query::encode(value, &mut out.query);
        }
        Ok(())
    }

    /// A signed request whose fields stand in the body.
    fn send_body<T: Serialize>(
        &mut self,
        now: Timestamp,
        (method, path): (Method, &str),
        request: &T,
        out: &mut Request,
    ) -> Result<(), CallError> {
        out.reset(method, path);
        write_json(request, &mut out.body)?;
        self.sign(now, method, request, out)?;
        self.body_headers(&mut out.headers);
        Ok(())
    }

    fn sign<T: Serialize>(
        &mut self,
        now: Timestamp,
        method: Method,
        request: &T,
        out: &mut Request,
    ) -> Result<(), CallError> {
        let keys = self.credentials.as_ref().ok_or_else(no_keys)?;
        let instruction = instruction_of(method, &out.path).expect("every path of ours is in the table");
        let message = &mut self.scratch.message;
        message.clear();
        write_instruction(instruction, message);
        write_pairs(request, message)?;
        finish(keys, now, self.window_ms, message, &mut out.headers);
        Ok(())
    }

    fn body_headers(&self, headers: &mut Headers) {
        headers.push("Content-Type").push_str("application/json; charset=utf-8");
        if let Some(id) = self.broker_id {
            write!(headers.push("X-Broker-Id"), "{id}").expect("writing to a string cannot fail");
        }
    }
}

/// Ends the signing string, signs it and writes the four headers.
fn finish(keys: &Credentials, now: Timestamp, window_ms: u32, message: &mut String, headers: &mut Headers) {
    write_end(now.ms(), window_ms, message);
    headers.push("X-API-Key").push_str(&keys.api_key);
    keys.secret.sign(message, headers.push("X-Signature"));
    write!(headers.push("X-Timestamp"), "{}", now.ms()).expect("writing to a string cannot fail");
    write!(headers.push("X-Window"), "{window_ms}").expect("writing to a string cannot fail");
}

fn no_keys() -> CallError {
    not_sent("no API key is configured: only public data can be asked for")
}

fn write_json<T: Serialize>(request: &T, out: &mut Vec<u8>) -> Result<(), CallError> {
    serde_json::to_writer(out, request).map_err(|error| not_sent(error.to_string()))
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
        OrderKind::Limit { time_in_force, .. } => {
            (OrderType::Limit, Some(TimeInForce::from(time_in_force)), None)
        }
        OrderKind::PostOnly { .. } => (OrderType::Limit, Some(TimeInForce::Gtc), Some(true)),
        OrderKind::Market => (OrderType::Market, None, None),
    };
    let reduce_only = match (order.exposure, market.kind) {
        (Exposure::Any, _) => None,
        (Exposure::ReduceOnly, MarketKind::Perpetual) => Some(true),
        // Sending it without the flag would be another order than the one that was asked for.
        (Exposure::ReduceOnly, MarketKind::Spot) => return Err(not_sent("spot markets know no reduce-only")),
    };
    let id = client_id(placement.client_id)?;
    qty.clear();
    market.write_qty(order.qty, qty);
    price.clear();
    if let Some(limit) = order.kind.price() {
        market.write_price(limit, price);
    }
    let mut request = OrderRequest::new(Text::new(&market.symbol), order.side.into(), order_type);
    request.client_id = Some(id);
    request.post_only = post_only;
    request.price = order.kind.price().map(|_| Text::new(price));
    request.quantity = Some(Text::new(qty));
    request.reduce_only = reduce_only;
    request.self_trade_prevention = Some(SelfTradePrevention::RejectTaker);
    request.time_in_force = time_in_force;
    Ok(request)
}
