//! What a fault does to what it meets.

use std::collections::BTreeMap;

use mm_venues::server::Mischief;
use serde::{Deserialize, Serialize};

/// What happens to a message. Written `"drop"`, or `{"delay": {"ms": 250}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// It is lost. A dropped request never reaches the venue; after a dropped reply the venue has acted.
    Drop,
    /// It comes later.
    Delay {
        /// By how many milliseconds.
        ms: u64,
    },
    /// It comes twice: the venue sees a request twice, the client a frame.
    Duplicate,
    /// It comes after the one that follows it (or half a second later, when none follows).
    Reorder,
    /// The connection that carries it is cut, without a word.
    Disconnect,
    /// It is answered by something between client and venue.
    Status {
        /// HTTP status.
        code: u16,
        /// Body.
        body: String,
    },
    /// It is refused for coming too often.
    RateLimit {
        /// `Retry-After`, in seconds.
        retry_after_s: u64,
    },
    /// It is refused for coming too often, and `Retry-After` is an HTTP date (RFC 9110 section 10.2.3).
    RateLimitUntil {
        /// How many seconds after now the date is.
        after_s: u64,
    },
    /// It is cut short at a random place.
    Corrupt,
    /// A frame of rubbish comes before it; a reply's body is rubbish instead.
    Garbage {
        /// What kind.
        of: Rubbish,
    },
    /// The one before it of the same kind comes in its place.
    Stale,
    /// The venue's clock is off while it looks at this request.
    Skew {
        /// By how many milliseconds; negative: behind.
        ms: i64,
    },
    /// The venue acknowledges the cancel and does nothing.
    IgnoreCancel,
    /// The venue accepts the order message and never carries it out.
    DropAccepted,
    /// The venue accepts the order, and rejects it when it comes to be matched: only the streams tell.
    RejectAccepted,
    /// Just before this comes, the number that its key must sign with jumps, as if somebody else had used the key.
    SkipNonce,
    /// Just before this comes, every token and login that the venue gave out is over.
    ExpireTokens,
    /// The reply says something that is not so.
    Lie(Lie),
    /// Nothing passes between the venue and its clients while it lasts: requests and replies are lost; what goes by socket
    /// is held, as TCP would, and comes late when the socket still stands then. No socket is cut. One that is opened
    /// meanwhile stands, and is as silent.
    Partition {
        /// Which way.
        direction: Direction,
    },
    /// The clock by which the venue judges and answers requests is off while it lasts: it steps there and back.
    Clock {
        /// By how many milliseconds; negative: behind.
        ms: i64,
    },
    /// The venue goes down and comes back in the end: all sockets are cut, all tokens and logins are over, meanwhile
    /// requests and upgrades are answered with 503 and a page of HTML. What its keys must number next is kept.
    Restart {
        /// What becomes of the clients' orders.
        orders: AtRestart,
    },
}

/// Which way nothing passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Neither way.
    Both,
    /// What clients send never arrives.
    ToVenue,
    /// The venue acts, and nobody hears of it.
    FromVenue,
}

/// What a venue that restarts makes of the clients' orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtRestart {
    /// They rest as they did.
    Kept,
    /// They are cancelled, and nobody is there to hear of it.
    Cancelled,
}

/// What comes instead of sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rubbish {
    /// Random bytes that are text.
    Random,
    /// Bytes that are no UTF-8. (On loopback a binary frame: a text frame could not bear them.)
    NotUtf8,
    /// A page of HTML.
    Html,
    /// JSON that never stops opening.
    Nested,
}

impl Action {
    /// The trouble that only the venue itself can make.
    pub(crate) const fn mischief(&self) -> Option<Mischief> {
        match self {
            Self::DropAccepted => Some(Mischief::DropAccepted),
            Self::RejectAccepted => Some(Mischief::RejectAccepted),
            Self::SkipNonce => Some(Mischief::SkipNonce),
            Self::ExpireTokens => Some(Mischief::ExpireTokens),
            _ => None,
        }
    }

    /// Whether it is told only afterwards if anything came of it: a venue may know no such trouble, a reply may have none
    /// before it, and a lie may be about something else.
    pub(super) const fn may_miss(&self) -> bool {
        matches!(self, Self::Stale | Self::Lie(_) | Self::IgnoreCancel) || self.mischief().is_some()
    }

    /// The word in JSON.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Drop => "drop",
            Self::Delay { .. } => "delay",
            Self::Duplicate => "duplicate",
            Self::Reorder => "reorder",
            Self::Disconnect => "disconnect",
            Self::Status { .. } => "status",
            Self::RateLimit { .. } => "rate_limit",
            Self::RateLimitUntil { .. } => "rate_limit_until",
            Self::Corrupt => "corrupt",
            Self::Garbage { .. } => "garbage",
            Self::Stale => "stale",
            Self::Skew { .. } => "skew",
            Self::IgnoreCancel => "ignore_cancel",
            Self::DropAccepted => "drop_accepted",
            Self::RejectAccepted => "reject_accepted",
            Self::SkipNonce => "skip_nonce",
            Self::ExpireTokens => "expire_tokens",
            Self::Lie(_) => "lie",
            Self::Partition { .. } => "partition",
            Self::Clock { .. } => "clock",
            Self::Restart { .. } => "restart",
        }
    }
}

/// What a reply says that is not so. Only replies that tell of the thing are changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lie {
    /// Positions by symbol, signed, as decimal text; `"0"`: there is none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub positions: BTreeMap<String, String>,
    /// The list of open orders; empty: there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_orders: Option<Vec<GhostOrder>>,
}

/// An open order that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GhostOrder {
    /// The venue's id.
    pub venue_id: String,
    /// The client's id.
    #[serde(default)]
    pub client_id: Option<u64>,
    /// Symbol.
    pub market: String,
    /// `buy` or `sell`.
    pub side: String,
    /// Decimal text.
    pub price: String,
    /// Decimal text.
    pub size: String,
}
