//! Which route answers which request, and what it weighs: one table, one place.

use super::{answer::Answered, call::Call, private, public};
use crate::http::Method;

/// Answers a request.
pub(super) type Answer = fn(&mut Call<'_>) -> Answered;

/// What a method and a path lead to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Route {
    /// An answer.
    Answered(Answer),
    /// The venue has it, the simulated venue does not.
    NotCarried,
    /// There is no such thing.
    Unknown,
}

use Method::Get;

/// What a request weighs that is named nowhere (the venue's page of limits, July 2026).
pub(super) const WEIGHT: u32 = 300;
/// What asking for trades weighs.
pub(super) const WEIGHT_TRADES: u32 = 600;

/// Method, path, weight, answer.
pub(super) type Row = (Method, &'static str, u32, Answer);

/// What is everybody's. What belongs to accounts is in [`private::ROUTES`].
const ROUTES: &[Row] = &[
    (Get, "/", WEIGHT, public::status),
    (Get, "/info", WEIGHT, public::info),
    (Get, "/api/v1/currentHeight", WEIGHT, public::current_height),
    (Get, "/api/v1/announcement", WEIGHT, public::announcement),
    (Get, "/api/v1/orderBooks", WEIGHT, public::order_books),
    (Get, "/api/v1/orderBookDetails", WEIGHT, public::order_book_details),
    (Get, "/api/v1/assetDetails", WEIGHT, public::asset_details),
    (Get, "/api/v1/orderBookOrders", WEIGHT, public::order_book_orders),
    (Get, "/api/v1/recentTrades", WEIGHT_TRADES, public::recent_trades),
    (Get, "/api/v1/exchangeStats", WEIGHT, public::exchange_stats),
    (Get, "/api/v1/candles", WEIGHT, public::candles),
    (Get, "/api/v1/candlesticks", WEIGHT, public::candlesticks),
    (Get, "/api/v1/markPriceCandles", WEIGHT, public::mark_price_candles),
    (Get, "/api/v1/fundings", WEIGHT, public::fundings),
    (Get, "/api/v1/funding-rates", WEIGHT, public::funding_rates),
];

/// What the venue has besides (lighter-sdk 1.1.8), below `/api/v1/`, and the simulated venue has not: profit over time,
/// liquidations in detail, metadata, pools, staking and leases, referrals, points, requests for quotes, bridges and what
/// L1 sees, blocks, notifications, exports, binary options, statistics of the whole exchange.
const NOT_CARRIED: &[&str] = &[
    "accountMetadata",
    "block",
    "blockTxs",
    "blocks",
    "createIntentAddress",
    "deposit/history",
    "deposit/latest",
    "deposit/networks",
    "exchangeMetrics",
    "executeStats",
    "export",
    "export/historicalTrades",
    "fastbridge/info",
    "fastwithdraw",
    "fastwithdraw/info",
    "feeTiers",
    "getMakerOnlyApiKeys",
    "l1Metadata",
    "layer1BasicInfo",
    "leaderboard",
    "leaseOptions",
    "leases",
    "liquidations",
    "litLease",
    "livePoints/total",
    "marketPriceCharts",
    "notification/ack",
    "partnerStats",
    "pnl",
    "pnlLeaderboard",
    "portfolio/boPnl",
    "priceOracleInfo",
    "publicPoolsMetadata",
    "referral/create",
    "referral/get",
    "referral/kickback/update",
    "referral/points",
    "referral/stats",
    "referral/update",
    "referral/use",
    "referral/userReferrals",
    "rfq/create",
    "rfq/get",
    "rfq/list",
    "rfq/respond",
    "rfq/update",
    "setAccountMetadata",
    "setMakerOnlyApiKeys",
    "syntheticSpotInfo",
    "systemConfig",
    "tokenlist",
    "transfer/history",
    "transferFeeInfo",
    "txFromL1TxHash",
    "txs",
    "upDownCandles",
    "withdraw/history",
    "withdrawalDelay",
];

/// Finds the route of a request, and its weight.
pub(super) fn route(method: Method, path: &str) -> (Route, u32) {
    let mut all = ROUTES.iter().chain(private::ROUTES);
    let known = all.find(|(m, p, ..)| *m == method && *p == path);
    let name = path.strip_prefix("/api/v1/").unwrap_or_default();
    match known {
        Some((_, _, weight, answer)) => (Route::Answered(*answer), *weight),
        None if NOT_CARRIED.contains(&name) => (Route::NotCarried, WEIGHT),
        None => (Route::Unknown, WEIGHT),
    }
}

/// Some route of the tables, for tests that try them all.
#[cfg(test)]
pub(super) fn nth(n: usize) -> (Method, &'static str) {
    let all: Vec<_> =
        ROUTES.iter().chain(private::ROUTES).map(|(method, path, ..)| (*method, *path)).collect();
    all[n % all.len()]
}
