//! When things are due: pings and silences by socket, beats of the periodic streams.

use std::{collections::BTreeMap, time::Duration};

use mm_model::Timestamp;

use super::ConnId;

/// A fixed beat: due at whole multiples of its length, so that it does not drift.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beat {
    every: Duration,
    due: Timestamp,
}

impl Beat {
    pub(crate) const fn new(every: Duration) -> Self {
        Self { every, due: Timestamp::ZERO }
    }

    /// Whether it is due; if so the next one is set. A beat that was slept through is not made up for.
    pub(crate) fn strike(&mut self, now: Timestamp) -> bool {
        if now < self.due {
            return false;
        }
        let every = u64::try_from(self.every.as_nanos()).unwrap_or(u64::MAX).max(1);
        self.due = Timestamp((now.0 / every).saturating_add(1).saturating_mul(every));
        true
    }

    pub(crate) const fn due(&self) -> Timestamp {
        self.due
    }
}

#[derive(Clone, Copy, Debug)]
struct Pulse {
    ping_at: Timestamp,
    heard_at: Timestamp,
}

/// The open sockets and when each was last heard.
#[derive(Clone, Debug)]
pub(crate) struct Heartbeat {
    ping_every: Duration,
    silence_max: Duration,
    pulses: BTreeMap<ConnId, Pulse>,
}

/// Who is to be pinged, and who is gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) ping: Vec<ConnId>,
    /// Silent for too long, and forgotten already.
    pub(crate) close: Vec<ConnId>,
}

impl Heartbeat {
    /// Pings each `ping_every`; a socket that was not heard for `silence_max` is to be closed.
    pub(crate) const fn new(ping_every: Duration, silence_max: Duration) -> Self {
        Self { ping_every, silence_max, pulses: BTreeMap::new() }
    }

    pub(crate) fn opened(&mut self, now: Timestamp, conn: ConnId) {
        self.pulses.insert(conn, Pulse { ping_at: now + self.ping_every, heard_at: now });
    }

    /// The socket gave a sign of life.
    pub(crate) fn heard(&mut self, now: Timestamp, conn: ConnId) {
        if let Some(pulse) = self.pulses.get_mut(&conn) {
            pulse.heard_at = now;
        }
    }

    pub(crate) fn closed(&mut self, conn: ConnId) {
        self.pulses.remove(&conn);
    }

    /// Who is due now.
    pub(crate) fn tick(&mut self, now: Timestamp) -> Due {
        let mut due = Due::default();
        for (&conn, pulse) in &mut self.pulses {
            if now >= pulse.heard_at + self.silence_max {
                due.close.push(conn);
            } else if now >= pulse.ping_at {
                pulse.ping_at = now + self.ping_every;
                due.ping.push(conn);
            }
        }
        for conn in &due.close {
            self.closed(*conn);
        }
        due
    }

    /// When the next ping or close is due.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.pulses.values().map(|pulse| pulse.ping_at.min(pulse.heard_at + self.silence_max)).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_closed_after_two_minutes() {
        let mut heartbeat = Heartbeat::new(Duration::from_secs(60), Duration::from_secs(120));
        let (quiet, lively) = (ConnId(1), ConnId(2));
        let at = |s: u64| Timestamp::from_ms(s * 1_000);
        heartbeat.opened(at(0), quiet);
        heartbeat.opened(at(0), lively);
        assert_eq!(heartbeat.next(), Some(at(60)));
        assert_eq!(heartbeat.tick(at(60)), Due { ping: vec![quiet, lively], close: vec![] });
        heartbeat.heard(at(61), lively);
        assert_eq!(heartbeat.tick(at(120)), Due { ping: vec![lively], close: vec![quiet] });
        assert_eq!(heartbeat.next(), Some(at(180)));
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
