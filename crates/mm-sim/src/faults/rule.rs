//! The grammar of fault rules, as the control surface takes them and as tests write them.

use std::collections::BTreeMap;

use mm_venues::server::Mischief;
use serde::{Deserialize, Serialize};

use crate::config::VenueKind;

/// A whole schedule: rules in order, of which the first that fits a message and fires decides its fate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Decides which of the messages that fit are hit, where a rule's probability is below one.
    #[serde(default)]
    pub seed: u64,
    /// The rules; none: no faults.
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Which venue; `None`: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub venue: Option<VenueKind>,
    /// Where on its way the message is met.
    #[serde(rename = "where")]
    pub place: Place,
    /// Which messages.
    #[serde(rename = "match", default)]
    pub matching: Match,
    /// What happens to them.
    #[serde(rename = "do")]
    pub action: Action,
    /// How likely, in millionths; on the wire a number from 0 to 1.
    #[serde(rename = "probability", with = "super::probability", default = "super::probability::always")]
    pub probability_ppm: u32,
    /// From when, in nanoseconds since the schedule was set.
    #[serde(default)]
    pub from_ns: u64,
    /// Until when, in nanoseconds since the schedule was set; `None`: for ever.
    #[serde(default)]
    pub until_ns: Option<u64>,
    /// How often at most; `None`: no limit.
    #[serde(default)]
    pub times: Option<u64>,
}

/// Where a message is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// On its way to the venue, which has not seen it yet: an HTTP request, or an order message by socket.
    Request,
    /// On its way back: the venue has acted.
    Reply,
    /// A WebSocket frame on its way to the client.
    Frame,
    /// A WebSocket connection: those that stand, and those that are being opened.
    Connection,
}

/// Which messages a rule is about. What is left out matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Match {
    /// What is asked of the venue: `place`, `batch`, `modify`, `cancel`, `cancel_all`, `order`, `open_orders`, `history`,
    /// `fills`, `positions`, `balances`, `account`, `book`, `trades`, `markets`, `time`, `nonce`, `login`, `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<String>,
    /// The path begins with this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The frame's stream begins with this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// The account's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

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
    /// It is cut short at a random place.
    Corrupt,
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
}

impl Place {
    /// The word in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Reply => "reply",
            Self::Frame => "frame",
            Self::Connection => "connection",
        }
    }
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
            Self::Corrupt => "corrupt",
            Self::Stale => "stale",
            Self::Skew { .. } => "skew",
            Self::IgnoreCancel => "ignore_cancel",
            Self::DropAccepted => "drop_accepted",
            Self::RejectAccepted => "reject_accepted",
            Self::SkipNonce => "skip_nonce",
            Self::ExpireTokens => "expire_tokens",
            Self::Lie(_) => "lie",
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

impl Schedule {
    /// A schedule of these rules.
    #[must_use]
    pub fn of(rules: impl IntoIterator<Item = Rule>) -> Self {
        Self { seed: 0, rules: rules.into_iter().collect() }
    }
}

impl Rule {
    /// A rule for all that passes `place`, always.
    #[must_use]
    pub fn new(place: Place, action: Action) -> Self {
        Self {
            venue: None,
            place,
            matching: Match::default(),
            action,
            probability_ppm: 1_000_000,
            from_ns: 0,
            until_ns: None,
            times: None,
        }
    }

    /// Only what asks this of the venue (see [`Match::ask`]).
    #[must_use]
    pub fn ask(mut self, ask: &str) -> Self {
        self.matching.ask = Some(ask.to_owned());
        self
    }

    /// Only frames of streams that begin with this.
    #[must_use]
    pub fn stream(mut self, stream: &str) -> Self {
        self.matching.stream = Some(stream.to_owned());
        self
    }

    /// Only this account's.
    #[must_use]
    pub fn account(mut self, account: &str) -> Self {
        self.matching.account = Some(account.to_owned());
        self
    }

    /// At most so often.
    #[must_use]
    pub const fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// With this probability, in millionths.
    #[must_use]
    pub const fn probability_ppm(mut self, ppm: u32) -> Self {
        self.probability_ppm = ppm;
        self
    }

    /// Only from this time on, counted from when the schedule was set.
    #[must_use]
    pub fn from(mut self, after: std::time::Duration) -> Self {
        self.from_ns = u64::try_from(after.as_nanos()).unwrap_or(u64::MAX);
        self
    }
}
