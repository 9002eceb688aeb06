//! The grammar of fault rules, as the control surface takes them and as tests write them.

use serde::{Deserialize, Serialize};

use super::Action;
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
    /// What its strikes are counted as; `None`: by its action's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
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
    /// The venue as a whole, from `from_ns` on: it is not about any message, and its probability is drawn once.
    Venue,
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
    /// The frame's stream is one of these, whatever the venue calls them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feed: Option<Feed>,
    /// The account's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// A kind of stream, which each venue calls by names of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feed {
    /// Books and their tops: lost for a while they are a stale feed, one frame lost is a gap in a sequence.
    Book,
    /// What an account hears of its own: orders, fills, positions, balances.
    Account,
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
            Self::Venue => "venue",
        }
    }
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
            name: None,
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

    /// Only frames of this kind of stream.
    #[must_use]
    pub const fn feed(mut self, feed: Feed) -> Self {
        self.matching.feed = Some(feed);
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

    /// Only until this time, counted from when the schedule was set.
    #[must_use]
    pub fn until(mut self, end: std::time::Duration) -> Self {
        self.until_ns = Some(u64::try_from(end.as_nanos()).unwrap_or(u64::MAX));
        self
    }

    /// Only this venue's.
    #[must_use]
    pub const fn at(mut self, venue: VenueKind) -> Self {
        self.venue = Some(venue);
        self
    }

    /// Counted under this name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// What its strikes are counted as.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.name.as_deref().unwrap_or(self.action.word())
    }
}
