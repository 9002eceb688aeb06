//! What the world keeps of a client's socket.

use std::collections::BTreeMap;

use bytes::Bytes;
use mm_model::Timestamp;

use super::VenueIndex;

/// One client's socket.
#[derive(Debug)]
pub(super) struct Socket {
    pub(super) venue: VenueIndex,
    /// The account it subscribed for, once it has.
    pub(super) account: Option<&'static str>,
    /// A fault swallows everything, both ways: the socket is half open.
    pub(super) silent: bool,
    /// Nothing that is sent later reaches the venue before this.
    pub(super) last_in: Timestamp,
    /// Nothing that is sent later reaches the client before this.
    pub(super) last_out: Timestamp,
    /// The last frame of each stream, while a rule may want a stale one.
    pub(super) earlier: BTreeMap<String, Bytes>,
}

impl Socket {
    pub(super) const fn new(venue: VenueIndex, silent: bool) -> Self {
        Self {
            venue,
            account: None,
            silent,
            last_in: Timestamp::ZERO,
            last_out: Timestamp::ZERO,
            earlier: BTreeMap::new(),
        }
    }
}
