//! Which route answers which request, and what it weighs: one table, one place.

use super::{answer::Answered, call::Call, public};
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
const WEIGHT: u32 = 300;

/// Method, path, weight, answer.
const ROUTES: &[(Method, &str, u32, Answer)] = &[
    (Get, "/", WEIGHT, public::status),
    (Get, "/info", WEIGHT, public::info),
    (Get, "/api/v1/currentHeight", WEIGHT, public::current_height),
    (Get, "/api/v1/announcement", WEIGHT, public::announcement),
    (Get, "/api/v1/orderBooks", WEIGHT, public::order_books),
    (Get, "/api/v1/orderBookDetails", WEIGHT, public::order_book_details),
    (Get, "/api/v1/assetDetails", WEIGHT, public::asset_details),
    (Get, "/api/v1/orderBookOrders", WEIGHT, public::order_book_orders),
    (Get, "/api/v1/recentTrades", 600, public::recent_trades),
    (Get, "/api/v1/exchangeStats", WEIGHT, public::exchange_stats),
    (Get, "/api/v1/candles", WEIGHT, public::candles),
    (Get, "/api/v1/candlesticks", WEIGHT, public::candlesticks),
    (Get, "/api/v1/markPriceCandles", WEIGHT, public::mark_price_candles),
    (Get, "/api/v1/fundings", WEIGHT, public::fundings),
    (Get, "/api/v1/funding-rates", WEIGHT, public::funding_rates),
];

/// What the venue has besides (lighter-sdk 1.1.8) and the simulated venue has not: pools, staking, referrals, points,
/// leases, bridges, notifications, requests for quotes, binary options, statistics of the whole exchange.
const NOT_CARRIED: &[&str] = &[];

/// Finds the route of a request, and its weight.
pub(super) fn route(method: Method, path: &str) -> (Route, u32) {
    let known = ROUTES.iter().find(|(m, p, ..)| *m == method && *p == path);
    match known {
        Some((_, _, weight, answer)) => (Route::Answered(*answer), *weight),
        None if NOT_CARRIED.contains(&path) => (Route::NotCarried, WEIGHT),
        None => (Route::Unknown, WEIGHT),
    }
}
