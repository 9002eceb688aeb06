//! The open sockets: what each may do, and how much it has done.

use std::{collections::BTreeMap, time::Duration};

use mm_model::Timestamp;

use crate::{
    lighter::{
        server::errors::Refused,
        wire::error::codes::{SOCKET_RATE_LIMIT, TOO_MANY_CONNECTIONS},
    },
    server::{
        ConnId, PerMinute,
        bucket::Bucket,
        heartbeat::{Due, Heartbeat},
    },
};

/// How often the server pings. Chosen: no source says.
const PING_EVERY: Duration = Duration::from_secs(60);
/// A socket from which nothing came for this long is closed (the venue's page, July 2026).
const SILENCE_MAX: Duration = Duration::from_secs(120);

/// What sockets are limited to (the venue's page, July 2026). All sockets come from one address here. The venue's
/// limit of unanswered messages cannot be met: each is answered before the next is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketLimits {
    /// Open at a time.
    pub connections: usize,
    /// Opened within a minute.
    pub new_connections: PerMinute,
    /// Subscriptions of one socket.
    pub subscriptions: usize,
    /// Accounts that one socket listens to.
    pub accounts: usize,
    /// Messages of one socket, transactions apart: those count against the account's own allowance.
    pub messages: PerMinute,
}

impl Default for SocketLimits {
    fn default() -> Self {
        Self {
            connections: 255,
            new_connections: PerMinute(255),
            subscriptions: 500,
            accounts: 500,
            messages: PerMinute(200),
        }
    }
}

/// One socket.
#[derive(Clone, Copy, Debug)]
struct Session {
    /// Opened for data only: it sends no transactions.
    is_readonly: bool,
    messages: Bucket,
}

/// All sockets.
#[derive(Debug)]
pub(super) struct Sessions {
    /// `None`: as much as anybody likes.
    limits: Option<SocketLimits>,
    open: BTreeMap<ConnId, Session>,
    arrivals: Bucket,
    heartbeat: Heartbeat,
}

impl Sessions {
    pub(super) const fn new(limits: Option<SocketLimits>) -> Self {
        Self {
            limits,
            open: BTreeMap::new(),
            arrivals: Bucket::UNTOUCHED,
            heartbeat: Heartbeat::new(PING_EVERY, SILENCE_MAX),
        }
    }

    pub(super) const fn limits(&self) -> Option<SocketLimits> {
        self.limits
    }

    /// Lets a socket in, or says why not.
    pub(super) fn open(&mut self, now: Timestamp, conn: ConnId, query: &str) -> Result<(), Refused> {
        if let Some(limits) = self.limits {
            let room = self.open.len() < limits.connections;
            if !room || self.arrivals.take(now, limits.new_connections).is_err() {
                return Err(TOO_MANY_CONNECTIONS.into());
            }
        }
        let is_readonly = query.split('&').any(|pair| pair == "readonly=true");
        self.open.insert(conn, Session { is_readonly, messages: Bucket::UNTOUCHED });
        self.heartbeat.opened(now, conn);
        Ok(())
    }

    /// Whether the socket may send transactions; `None`: there is no such socket.
    pub(super) fn is_readonly(&self, conn: ConnId) -> Option<bool> {
        self.open.get(&conn).map(|session| session.is_readonly)
    }

    /// Counts a message.
    pub(super) fn count(&mut self, now: Timestamp, conn: ConnId) -> Result<(), Refused> {
        let session = self.open.get_mut(&conn);
        let (Some(limits), Some(session)) = (self.limits, session) else { return Ok(()) };
        session.messages.take(now, limits.messages).map_err(|_wait| SOCKET_RATE_LIMIT.into())
    }

    pub(super) fn heard(&mut self, now: Timestamp, conn: ConnId) {
        self.heartbeat.heard(now, conn);
    }

    pub(super) fn close(&mut self, conn: ConnId) {
        self.open.remove(&conn);
        self.heartbeat.closed(conn);
    }

    /// Whom to ping, and whom to close for silence.
    pub(super) fn due(&mut self, now: Timestamp) -> Due {
        self.heartbeat.tick(now)
    }

    pub(super) fn next_wake(&self) -> Option<Timestamp> {
        self.heartbeat.next()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = ConnId> + '_ {
        self.open.keys().copied()
    }
}
