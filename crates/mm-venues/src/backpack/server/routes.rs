//! Which route answers which request: one table, one place.

use super::{Account, account, answer::Answered, call::Call, history, market_data, orders, public};
use crate::{backpack::sign::instruction_of, http::Method};

/// Answers without asking who it is.
pub(super) type Open = fn(&mut Call<'_>) -> Answered;
/// Answers an account.
pub(super) type Signed = fn(&mut Call<'_>, &Account) -> Answered;

/// What a method and a path lead to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Route {
    /// For everybody.
    Public(Open),
    /// For everybody, and from an allowance of its own: market data of the past.
    Historical(Open),
    /// For the account whose signature it bears.
    Account(Signed),
    /// The venue has it, the simulated venue does not.
    NotSimulated,
    /// There is no such thing.
    Unknown,
}

use Method::{Delete, Get, Patch, Post};
use Route::{Account as Own, Historical, Public};

const ROUTES: &[(Method, &str, Route)] = &[
    (Get, "/api/v1/status", Public(public::status)),
    (Get, "/api/v1/ping", Public(public::ping)),
    (Get, "/api/v1/time", Public(public::time)),
    (Get, "/api/v1/markets", Public(public::markets)),
    (Get, "/api/v1/market", Public(public::market)),
    (Get, "/api/v1/securities", Public(public::securities)),
    (Get, "/api/v1/assets", Public(public::assets)),
    (Get, "/api/v1/collateral", Public(public::collateral)),
    (Get, "/api/v1/ticker", Public(market_data::ticker)),
    (Get, "/api/v1/tickers", Public(market_data::tickers)),
    (Get, "/api/v1/depth", Public(market_data::depth)),
    (Get, "/api/v1/trades", Public(market_data::trades)),
    (Get, "/api/v1/trades/history", Historical(market_data::trades_history)),
    (Get, "/api/v1/klines", Historical(market_data::klines)),
    (Get, "/api/v1/markPrices", Public(market_data::mark_prices)),
    (Get, "/api/v1/openInterest", Public(market_data::open_interest)),
    (Get, "/api/v1/fundingRates", Public(market_data::funding_rates)),
    (Get, "/api/v1/account", Own(account::account)),
    (Patch, "/api/v1/account", Own(account::update)),
    (Get, "/api/v1/account/limits/order", Own(account::max_order)),
    (Get, "/api/v1/account/limits/borrow", Own(account::max_borrow)),
    (Get, "/api/v1/account/limits/withdrawal", Own(account::max_withdrawal)),
    (Get, "/api/v1/capital", Own(account::capital)),
    (Get, "/api/v1/capital/collateral", Own(account::margin_account)),
    (Get, "/api/v1/position", Own(account::positions)),
    (Post, "/api/v1/order", Own(orders::place)),
    (Get, "/api/v1/order", Own(orders::order)),
    (Delete, "/api/v1/order", Own(orders::cancel)),
    (Post, "/api/v1/orders", Own(orders::place_batch)),
    (Get, "/api/v1/orders", Own(orders::open_orders)),
    (Delete, "/api/v1/orders", Own(orders::cancel_all)),
    (Get, "/wapi/v1/history/orders", Own(history::orders)),
    (Get, "/wapi/v1/history/fills", Own(history::fills)),
    (Get, "/wapi/v1/history/funding", Own(history::funding)),
];

/// Finds the route of a request.
pub(super) fn route(method: Method, path: &str) -> Route {
    let known = ROUTES.iter().find(|(m, p, _)| *m == method && *p == path);
    match known {
        Some((_, _, route)) => *route,
        None if instruction_of(method, path).is_some() => Route::NotSimulated,
        None => Route::Unknown,
    }
}

/// Some route of the table, for tests that try them all.
#[cfg(test)]
pub(super) fn nth(n: usize) -> (Method, &'static str) {
    let (method, path, _) = ROUTES[n % ROUTES.len()];
    (method, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_of_an_account_has_an_instruction() {
        for (method, path, route) in ROUTES {
            let signed = matches!(route, Route::Account(_));
            assert_eq!(signed, instruction_of(*method, path).is_some(), "{} {path}", method.as_str());
        }
        assert!(matches!(route(Get, "/wapi/v1/capital/deposits"), Route::NotSimulated));
        assert!(matches!(route(Post, "/api/v1/depth"), Route::Unknown));
    }
}
