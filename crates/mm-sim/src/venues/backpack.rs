//! Backpack's row: its markets (chosen values, endpoints-file page), and how its messages are recognised and
//! falsified. Paths and keys of JSON: the venue's documentation, read 2026-11.

use std::time::Duration;

use bytes::Bytes;
use mm_exchange::Listing;
use mm_model::{
    ClientId,
    MarketKind::{Perpetual, Spot},
};
use mm_venues::{
    backpack::{
        server::{self, Options, RateLimits, Server},
        sign::SigningKey,
    },
    http::{Method, Reply, Request},
    server::VenueServer,
};
use serde_json::{Value, json};

use super::{
    Account, AccountKey, Asked, Site, VenueRow,
    markets::{Line, listing},
};
use crate::{
    config::{SimConfig, VenueKind},
    endpoints::{AccountRow, Backpack, VenueEndpoints},
    faults::{Feed, GhostOrder, Lie},
    keys::SecretSeed,
};

pub(super) const ROW: VenueRow = VenueRow {
    kind: VenueKind::Backpack,
    quote: "USDC",
    listings,
    key,
    server,
    ask,
    request_key: |request| request.headers.get("x-api-key").map(str::to_owned),
    frame_key,
    frame_ask: |_| None,
    request_orders,
    frame_orders: |_| Vec::new(),
    stream,
    feed,
    cancel_noted: Some(cancel_noted),
    rate_limited: || Bytes::from_static(br#"{"code":"TOO_MANY_REQUESTS","message":"Too many requests"}"#),
    falsify,
    endpoints,
};

/// The first user's number; the next ones follow.
const USER_ID_FIRST: u64 = 1_001;

#[rustfmt::skip]
const MARKETS: [Line; 6] = [
    Line { symbol: "SOL_USDC_PERP",  base: "SOL",  quote: "USDC", kind: Perpetual, tick: "0.01",       lot: "0.01",    min_size: "0.01",    start: "150",     maker_bps: "2",  taker_bps: "5" },
    Line { symbol: "BTC_USDC_PERP",  base: "BTC",  quote: "USDC", kind: Perpetual, tick: "0.1",        lot: "0.00001", min_size: "0.00001", start: "60000",   maker_bps: "2",  taker_bps: "5" },
    Line { symbol: "ETH_USDC_PERP",  base: "ETH",  quote: "USDC", kind: Perpetual, tick: "0.05",       lot: "0.0001",  min_size: "0.0001",  start: "2400",    maker_bps: "2",  taker_bps: "5" },
    Line { symbol: "BONK_USDC_PERP", base: "BONK", quote: "USDC", kind: Perpetual, tick: "0.00000001", lot: "100",     min_size: "100",     start: "0.00002", maker_bps: "-1", taker_bps: "5" },
    Line { symbol: "SOL_USDC",       base: "SOL",  quote: "USDC", kind: Spot,      tick: "0.01",       lot: "0.01",    min_size: "0.01",    start: "150",     maker_bps: "8",  taker_bps: "10" },
    Line { symbol: "ETH_USDC",       base: "ETH",  quote: "USDC", kind: Spot,      tick: "0.01",       lot: "0.0001",  min_size: "0.0001",  start: "2400",    maker_bps: "8",  taker_bps: "10" },
];

fn listings(_: &SimConfig) -> Vec<Listing> {
    MARKETS.iter().map(|line| listing(line, Duration::from_secs(8 * 3600))).collect()
}

fn key(seed: u64, account: &'static str, _: usize) -> AccountKey {
    let secret = SecretSeed::derive(seed, VenueKind::Backpack.as_str(), account);
    let key = SigningKey::from_seed(secret.bytes()).expect("every 32 bytes are an Ed25519 seed");
    let public = key.api_key().to_owned();
    AccountKey { api_key: public.clone(), public_key: public, secret: secret.base64() }
}

fn server(accounts: &[Account], config: &SimConfig) -> Box<dyn VenueServer> {
    let accounts = accounts.iter().zip(USER_ID_FIRST..).map(|(account, user_id)| server::Account {
        api_key: account.key.api_key.clone(),
        account: account.id,
        name: account.name.to_owned(),
        user_id,
    });
    let rate_limits = config.rate_limits.then(RateLimits::default);
    let server = Server::new(accounts, Options { rate_limits, ..Options::default() });
    Box::new(server.expect("the accounts' keys were made from their seeds a moment ago"))
}

fn ask(request: &Request) -> &'static str {
    match (request.method, request.path.as_str()) {
        (Method::Post, "/api/v1/order") => "place",
        (Method::Post, "/api/v1/orders") => "batch",
        (Method::Delete, "/api/v1/order") => "cancel",
        (Method::Delete, "/api/v1/orders") => "cancel_all",
        (Method::Get, "/api/v1/order") => "order",
        (Method::Get, "/api/v1/orders") => "open_orders",
        (Method::Get, "/wapi/v1/history/orders") => "history",
        (Method::Get, "/wapi/v1/history/fills") => "fills",
        (Method::Get, "/api/v1/position") => "positions",
        (Method::Get, "/api/v1/capital" | "/api/v1/capital/collateral") => "balances",
        (_, "/api/v1/account") => "account",
        (Method::Get, "/api/v1/depth") => "book",
        (Method::Get, "/api/v1/trades" | "/api/v1/trades/history") => "trades",
        (Method::Get, "/api/v1/markets" | "/api/v1/market") => "markets",
        (Method::Get, "/api/v1/time") => "time",
        _ => "other",
    }
}

/// The body is an order or a list of them; what is signed about it is in the headers.
fn request_orders(request: &Request) -> Vec<Asked> {
    if !matches!(ask(request), "place" | "batch") {
        return Vec::new();
    }
    let asked = |order: &Value| {
        let id = order.get("clientId")?;
        let client_id = id.as_u64().or_else(|| id.as_str()?.parse().ok())?;
        Some(Asked { client_id: ClientId(client_id), terms: order.to_string() })
    };
    match serde_json::from_slice(&request.body) {
        Ok(Value::Array(orders)) => orders.iter().filter_map(asked).collect(),
        Ok(order) => asked(&order).into_iter().collect(),
        Err(_) => Vec::new(),
    }
}

/// The key in a subscription's `signature`, its first element.
fn frame_key(text: &str) -> Option<String> {
    let frame: Value = serde_json::from_str(text).ok()?;
    frame.get("signature")?.get(0)?.as_str().map(str::to_owned)
}

fn feed(stream: &str) -> Option<Feed> {
    match stream.split('.').next()? {
        "depth" | "bookTicker" => Some(Feed::Book),
        "account" => Some(Feed::Account),
        _ => None,
    }
}

/// Frames are written by our own server half; whatever order its keys have, `stream` is at the top level.
fn stream(frame: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Envelope {
        stream: String,
    }
    serde_json::from_slice::<Envelope>(frame).ok().map(|envelope| envelope.stream)
}

/// "Accepted, not yet executed": a documented answer to both kinds of cancel.
fn cancel_noted(_: &Request) -> Reply {
    Reply { status: 202, ..Reply::default() }
}

fn endpoints(venues: &mut VenueEndpoints, site: &Site<'_>, accounts: &[Account]) {
    let row = |account: &Account| AccountRow {
        name: account.name.to_owned(),
        api_key: account.key.api_key.clone(),
        api_secret: account.key.secret.clone(),
    };
    venues.backpack = Some(Backpack {
        rest: site.rest.clone(),
        ws: site.ws.clone(),
        accounts: accounts.iter().map(row).collect(),
    });
}

fn falsify(lie: &Lie, ask: &'static str, reply: &mut Reply) {
    let Ok(mut rows) = serde_json::from_slice::<Vec<Value>>(&reply.body) else { return };
    match ask {
        "positions" if !lie.positions.is_empty() => {
            for (symbol, net) in &lie.positions {
                lie_about_position(&mut rows, symbol, net);
            }
        }
        "open_orders" => match &lie.open_orders {
            Some(ghosts) => rows = ghosts.iter().map(ghost_row).collect(),
            None => return,
        },
        _ => return,
    }
    if let Ok(body) = serde_json::to_vec(&rows) {
        reply.body = Bytes::from(body);
    }
}

/// Changes the size of a position, invents one, or hides it.
fn lie_about_position(rows: &mut Vec<Value>, symbol: &str, net: &str) {
    let known = rows.iter().position(|row| row.get("symbol").and_then(Value::as_str) == Some(symbol));
    if net.trim_start_matches('-').chars().all(|c| matches!(c, '0' | '.')) {
        if let Some(n) = known {
            rows.remove(n);
        }
        return;
    }
    let exposure = net.trim_start_matches('-');
    match known {
        Some(n) => {
            rows[n]["netQuantity"] = json!(net);
            rows[n]["netExposureQuantity"] = json!(exposure);
        }
        None => rows.push(json!({
            "symbol": symbol, "positionId": "1", "userId": USER_ID_FIRST, "subaccountId": null,
            "netQuantity": net, "netCost": "0", "netExposureQuantity": exposure, "netExposureNotional": "0",
            "entryPrice": "0", "breakEvenPrice": "0", "markPrice": "0", "estLiquidationPrice": "0",
            "imf": "0.05", "mmf": "0.03",
            "imfFunction": {"type": "sqrt", "base": "0.05", "factor": "0"},
            "mmfFunction": {"type": "sqrt", "base": "0.03", "factor": "0"},
            "pnlRealized": "0", "pnlUnrealized": "0", "cumulativeFundingPayment": "0", "cumulativeInterest": "0",
        })),
    }
}

/// An open order that does not exist, with every field of the recorded ones.
fn ghost_row(ghost: &GhostOrder) -> Value {
    json!({
        "id": ghost.venue_id, "clientId": ghost.client_id, "symbol": ghost.market,
        "side": if ghost.side == "buy" { "Bid" } else { "Ask" },
        "orderType": "Limit", "price": ghost.price, "quantity": ghost.size,
        "executedQuantity": "0", "executedQuoteQuantity": "0", "status": "New", "timeInForce": "GTC",
        "selfTradePrevention": "RejectTaker", "postOnly": false, "reduceOnly": false, "createdAt": 0,
        "relatedOrderId": null, "strategyId": null, "stopLossLimitPrice": null, "stopLossTriggerBy": null,
        "stopLossTriggerPrice": null, "takeProfitLimitPrice": null, "takeProfitTriggerBy": null,
        "takeProfitTriggerPrice": null, "triggerBy": null, "triggerPrice": null, "triggerQuantity": null,
        "triggeredAt": null,
    })
}
