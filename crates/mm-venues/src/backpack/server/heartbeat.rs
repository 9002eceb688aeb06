//! When things are due: pings by socket, beats of the periodic streams.

use std::{collections::BTreeMap, time::Duration};

use mm_model::Timestamp;

use crate::server::{ConnId, Outbound};

/// The venue pings each minute (documentation, read 2026-11).
const PING_EVERY: Duration = Duration::from_secs(60);
/// A socket that has not answered for this long is closed (documentation, read 2026-11).
const PONG_WITHIN: Duration = Duration::from_secs(120);
/// WebSocket close code "policy violation" (RFC 6455, 7.4.1); the venue's own is not known.
const CLOSE_NO_PONG: u16 = 1008;

/// A fixed beat: due at whole multiples of its length, so that it does not drift.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beat {
    every: Duration,
    due: Timestamp,
}

impl Beat {
    pub(super) const fn new(every: Duration) -> Self {
        Self { every, due: Timestamp::ZERO }
    }

    /// Whether it is due; if so the next one is set. A beat that was slept through is not made up for.
    pub(super) fn strike(&mut self, now: Timestamp) -> bool {
        if now < self.due {
            return false;
        }
        let every = u64::try_from(self.every.as_nanos()).unwrap_or(u64::MAX).max(1);
        self.due = Timestamp((now.0 / every).saturating_add(1).saturating_mul(every));
        true
    }

    pub(super) const fn due(&self) -> Timestamp {
        self.due
    }
}

#[derive(Clone, Copy, Debug)]
struct Pulse {
    ping_at: Timestamp,
    heard_at: Timestamp,
}

/// The open sockets and when each was last heard.
#[derive(Clone, Debug, Default)]
pub(super) struct Heartbeat {
    pulses: BTreeMap<ConnId, Pulse>,
}

impl Heartbeat {
    pub(super) fn opened(&mut self, now: Timestamp, conn: ConnId) {
        self.pulses.insert(conn, Pulse { ping_at: now + PING_EVERY, heard_at: now });
    }

    pub(super) fn pong(&mut self, now: Timestamp, conn: ConnId) {
        if let Some(pulse) = self.pulses.get_mut(&conn) {
            pulse.heard_at = now;
        }
    }

    pub(super) fn closed(&mut self, conn: ConnId) {
        self.pulses.remove(&conn);
    }

    /// Pings whom it is time to ping; forgets, closes and returns whoever has been silent for too long.
    pub(super) fn tick(&mut self, now: Timestamp, out: &mut Vec<Outbound>) -> Vec<ConnId> {
        let mut silent = Vec::new();
        for (&conn, pulse) in &mut self.pulses {
            if now >= pulse.heard_at + PONG_WITHIN {
                silent.push(conn);
                out.push(Outbound::Close(conn, CLOSE_NO_PONG));
            } else if now >= pulse.ping_at {
                pulse.ping_at = now + PING_EVERY;
                out.push(Outbound::Ping(conn));
            }
        }
        for conn in &silent {
            self.closed(*conn);
        }
        silent
    }

    /// When the next ping or close is due.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.pulses.values().map(|pulse| pulse.ping_at.min(pulse.heard_at + PONG_WITHIN)).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_closed_after_two_minutes() {
        let (mut heartbeat, mut out) = (Heartbeat::default(), Vec::new());
        let (quiet, lively) = (ConnId(1), ConnId(2));
        let at = |s: u64| Timestamp::from_ms(s * 1_000);
        heartbeat.opened(at(0), quiet);
        heartbeat.opened(at(0), lively);
        assert_eq!(heartbeat.next(), Some(at(60)));
        assert!(heartbeat.tick(at(60), &mut out).is_empty());
        assert_eq!(out, [Outbound::Ping(quiet), Outbound::Ping(lively)]);
        heartbeat.pong(at(61), lively);
        out.clear();
        assert_eq!(heartbeat.tick(at(120), &mut out), [quiet]);
        assert_eq!(out, [Outbound::Close(quiet, CLOSE_NO_PONG), Outbound::Ping(lively)]);
    }

    #[test]
    fn beats_keep_to_the_grid() {
        let mut beat = Beat::new(Duration::from_secs(1));
        assert!(beat.strike(Timestamp::from_ms(10_300)));
        assert_eq!(beat.due(), Timestamp::from_ms(11_000));
        assert!(!beat.strike(Timestamp::from_ms(10_900)));
        assert!(beat.strike(Timestamp::from_ms(15_001)));
        assert_eq!(beat.due(), Timestamp::from_ms(16_000));
    }
}
