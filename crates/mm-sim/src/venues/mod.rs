//! The venues that can stand in the simulator: one row each, with what the world must know of a venue's wire to
//! carry, describe and falsify its messages. Everything else about a venue is in its server half.

mod backpack;
mod markets;

use bytes::Bytes;
use mm_exchange::{AccountId, Listing};
use mm_venues::{
    http::{Reply, Request},
    server::VenueServer,
};

use crate::{config::VenueKind, endpoints::VenueEndpoints, faults::Lie, keys::SecretSeed};

/// What can be asked of a venue, as fault rules name it.
pub(crate) const ASKS: [&str; 16] = [
    "place",
    "batch",
    "cancel",
    "cancel_all",
    "order",
    "open_orders",
    "history",
    "fills",
    "positions",
    "balances",
    "account",
    "book",
    "trades",
    "markets",
    "time",
    "other",
];

/// An account of a venue, ready to trade.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) name: &'static str,
    pub(crate) id: AccountId,
    /// What its messages are recognised by.
    pub(crate) api_key: String,
    pub(crate) secret: SecretSeed,
}

/// Whether a venue refuses those who ask too often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RateLimiting {
    /// As the venue does.
    On,
    /// Never.
    Off,
}

/// Where a venue's listener stands.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// `http://127.0.0.1:41001` or `sim://backpack`.
    pub(crate) rest: String,
    /// `ws://127.0.0.1:41001` or `sim://backpack`.
    pub(crate) ws: String,
}

/// One venue.
pub(crate) struct VenueRow {
    pub(crate) kind: VenueKind,
    /// The asset that accounts are funded with.
    pub(crate) quote: &'static str,
    /// What it lists.
    pub(crate) listings: fn() -> Vec<Listing>,
    /// The API key of a secret.
    pub(crate) api_key: fn(&SecretSeed) -> String,
    /// Its server half.
    pub(crate) server: fn(&[Account], RateLimiting) -> Box<dyn VenueServer>,
    /// What a request asks, one of [`ASKS`].
    pub(crate) ask: fn(&Request) -> &'static str,
    /// Which API key a request bears.
    pub(crate) request_key: for<'a> fn(&'a Request) -> Option<&'a str>,
    /// Which API key a client's frame bears.
    pub(crate) frame_key: fn(&str) -> Option<String>,
    /// The stream of a frame.
    pub(crate) stream: fn(&[u8]) -> Option<String>,
    /// The venue's way to say that a cancel was taken note of.
    pub(crate) cancel_noted: fn(&Request) -> Reply,
    /// The body of the venue's refusal for asking too often.
    pub(crate) rate_limited: fn() -> Bytes,
    /// Changes a reply so that it tells the lie; a reply about something else stays as it is.
    pub(crate) falsify: fn(&Lie, &'static str, &mut Reply),
    /// Its entry in the endpoints file.
    pub(crate) endpoints: fn(&mut VenueEndpoints, &Site, &[Account]),
}

/// Every venue.
pub(crate) const VENUES: [&VenueRow; 1] = [&backpack::ROW];

/// The row of a venue.
pub(crate) fn row(kind: VenueKind) -> &'static VenueRow {
    VENUES.into_iter().find(|row| row.kind == kind).expect("every kind has a row")
}

#[cfg(test)]
mod tests;
