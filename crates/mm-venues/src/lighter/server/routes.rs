//! Which route answers which request, and what it weighs: one table, one place.

use super::{answer::Answered, call::Call};
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
const ROUTES: &[(Method, &str, u32, Answer)] = &[(Get, "/", WEIGHT, super::public::status)];

/// What the venue has besides (lighter-sdk 1.1.8) and the simulated venue has not: pools, staking, referrals, points,
/// leases, bridges, notifications, requests for quotes, binary options, statistics of the whole exchange.
const NOT_CARRIED: &[&str] = &["/api/v1/announcement"];

/// Finds the route of a request, and its weight.
pub(super) fn route(method: Method, path: &str) -> (Route, u32) {
    let known = ROUTES.iter().find(|(m, p, ..)| *m == method && *p == path);
    match known {
        Some((_, _, weight, answer)) => (Route::Answered(*answer), *weight),
        None if NOT_CARRIED.contains(&path) => (Route::NotCarried, WEIGHT),
        None => (Route::Unknown, WEIGHT),
    }
}
