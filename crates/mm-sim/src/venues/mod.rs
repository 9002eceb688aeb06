//! The venues that can stand in the simulator: one row each, with what the world must know of a venue's wire to
//! carry, describe and falsify its messages. Everything else about a venue is in its server half.

mod backpack;
mod grvt;
mod lighter;
mod markets;

use bytes::Bytes;
use mm_exchange::{AccountId, Listing};
use mm_model::ClientId;
use mm_venues::{
    http::{Reply, Request},
    server::VenueServer,
};

use crate::{
    config::{SimConfig, VenueKind},
    endpoints::VenueEndpoints,
    faults::{Feed, Lie},
};

/// What can be asked of a venue, as fault rules name it.
pub(crate) const ASKS: [&str; 19] = [
    "place",
    "batch",
    "modify",
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
    "nonce",
    "login",
    "other",
];

/// An account of a venue, ready to trade.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) name: &'static str,
    pub(crate) id: AccountId,
    pub(crate) key: AccountKey,
}

/// The key of a simulated account.
#[derive(Clone)]
pub(crate) struct AccountKey {
    /// What its messages are recognised by.
    pub(crate) api_key: String,
    /// The public half as the venue shows it, where that is something else.
    pub(crate) public_key: String,
    /// The secret, as the endpoints file writes it.
    pub(crate) secret: String,
}

impl std::fmt::Debug for AccountKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountKey").field("api_key", &self.api_key).finish_non_exhaustive()
    }
}

/// A new order that a message asks for, if it bears an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) client_id: ClientId,
    /// What it asks for in the venue's words, without what changes when the same order is signed again.
    pub(crate) terms: String,
}

/// Where a venue's listener stands.
#[derive(Clone, Debug)]
pub(crate) struct Site<'a> {
    /// `http://127.0.0.1:41001` or `sim://backpack`.
    pub(crate) rest: String,
    /// `ws://127.0.0.1:41001` or `sim://backpack`.
    pub(crate) ws: String,
    /// What the simulator is made from.
    pub(crate) config: &'a SimConfig,
}

/// One venue.
pub(crate) struct VenueRow {
    pub(crate) kind: VenueKind,
    /// The asset that accounts are funded with.
    pub(crate) quote: &'static str,
    /// What it lists.
    pub(crate) listings: fn(&SimConfig) -> Vec<Listing>,
    /// The key of an account, by the simulator's seed, the account's name and its place among the accounts.
    pub(crate) key: fn(u64, &'static str, usize) -> AccountKey,
    /// Its server half.
    pub(crate) server: fn(&[Account], &SimConfig) -> Box<dyn VenueServer>,
    /// What a request asks, one of [`ASKS`].
    pub(crate) ask: fn(&Request) -> &'static str,
    /// Which API key a request bears.
    pub(crate) request_key: fn(&Request) -> Option<String>,
    /// Which API key a client's frame bears.
    pub(crate) frame_key: fn(&str) -> Option<String>,
    /// What a client's frame asks, one of [`ASKS`]; `None`: it carries no order message.
    pub(crate) frame_ask: fn(&str) -> Option<&'static str>,
    /// Which orders a request asks for, read tolerantly.
    pub(crate) request_orders: fn(&Request) -> Vec<Asked>,
    /// Which orders a client's frame asks for, read tolerantly.
    pub(crate) frame_orders: fn(&str) -> Vec<Asked>,
    /// The stream of a frame.
    pub(crate) stream: fn(&[u8]) -> Option<String>,
    /// What kind of stream that is, if it is of a kind that rules name.
    pub(crate) feed: fn(&str) -> Option<Feed>,
    /// The venue's way to say that a cancel was taken note of; `None`: only the venue itself can say it, and
    /// [`Mischief::DropAccepted`](mm_venues::server::Mischief::DropAccepted) is done instead.
    pub(crate) cancel_noted: Option<fn(&Request) -> Reply>,
    /// The body of the venue's refusal for asking too often.
    pub(crate) rate_limited: fn() -> Bytes,
    /// Changes a reply so that it tells the lie; a reply about something else stays as it is.
    pub(crate) falsify: fn(&Lie, &'static str, &mut Reply),
    /// Its entry in the endpoints file.
    pub(crate) endpoints: fn(&mut VenueEndpoints, &Site<'_>, &[Account]),
}

/// Every venue.
pub(crate) const VENUES: [&VenueRow; 3] = [&backpack::ROW, &lighter::ROW, &grvt::ROW];

/// The row of a venue.
pub(crate) fn row(kind: VenueKind) -> &'static VenueRow {
    VENUES.into_iter().find(|row| row.kind == kind).expect("every kind has a row")
}

#[cfg(test)]
mod tests;
