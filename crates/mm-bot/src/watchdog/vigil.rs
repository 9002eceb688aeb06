//! When a heartbeat is old. Pure: time is an argument, and only a change counts, by the watcher's own clock.

use std::time::Duration;

use mm_model::Timestamp;
use mm_store::{Heartbeat, StoreError};

/// What a look told.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum News {
    /// Nothing new.
    None,
    /// A bot lives that did not before.
    Begun(Heartbeat),
    /// The heartbeat was taken away: the bot ended orderly.
    Ended,
    /// It cannot be read, and could before.
    Unreadable(String),
    /// It has not changed for too long, for this long. Told once for each time that it stops.
    Old(Duration),
}

/// The watch over one heartbeat.
#[derive(Debug)]
pub(super) struct Vigil {
    timeout: Duration,
    state: State,
    is_unreadable: bool,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// No bot, or one that ended.
    Idle,
    Watching {
        beat: Heartbeat,
        changed_at: Timestamp,
    },
    /// It was old, and that was told.
    Told(Heartbeat),
}

impl Vigil {
    pub(super) const fn new(timeout: Duration) -> Self {
        Self { timeout, state: State::Idle, is_unreadable: false }
    }

    /// Takes a look.
    pub(super) fn look(&mut self, now: Timestamp, read: Result<Option<Heartbeat>, StoreError>) -> News {
        let was_unreadable = std::mem::replace(&mut self.is_unreadable, read.is_err());
        match read {
            Ok(Some(beat)) => self.heard(now, beat),
            Ok(None) => match std::mem::replace(&mut self.state, State::Idle) {
                State::Idle => News::None,
                State::Watching { .. } | State::Told(_) => News::Ended,
            },
            Err(error) => match self.age(now) {
                News::None if !was_unreadable => News::Unreadable(error.to_string()),
                news => news,
            },
        }
    }

    fn heard(&mut self, now: Timestamp, beat: Heartbeat) -> News {
        match self.state {
            State::Watching { beat: last, .. } | State::Told(last) if last == beat => self.age(now),
            State::Watching { .. } => {
                self.state = State::Watching { beat, changed_at: now };
                News::None
            }
            State::Idle | State::Told(_) => {
                self.state = State::Watching { beat, changed_at: now };
                News::Begun(beat)
            }
        }
    }

    fn age(&mut self, now: Timestamp) -> News {
        let State::Watching { beat, changed_at } = self.state else { return News::None };
        let silent = now.since(changed_at);
        if silent < self.timeout {
            return News::None;
        }
        self.state = State::Told(beat);
        News::Old(silent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks at a heartbeat each second: a number is its sequence, `-` none, `?` unreadable. What is told, each in a word.
    fn check(looks: &str, want: &str) {
        let mut vigil = Vigil::new(Duration::from_secs(3));
        let told: Vec<&str> = looks
            .split(' ')
            .enumerate()
            .map(|(n, look)| {
                let read = match look {
                    "-" => Ok(None),
                    "?" => Err(StoreError::NoHome),
                    n => Ok(Some(Heartbeat { pid: 1, sequence: n.parse().expect("a number"), at_ms: 0 })),
                };
                match vigil.look(Timestamp::from_ms(1000 * n as u64), read) {
                    News::None => ".",
                    News::Begun(_) => "begun",
                    News::Ended => "ended",
                    News::Unreadable(_) => "unreadable",
                    News::Old(_) => "old",
                }
            })
            .collect();
        assert_eq!(told.join(" "), want, "{looks}");
    }

    #[test]
    fn only_a_change_is_life() {
        check("1 2 3 4 5 6", "begun . . . . .");
        check("1 1 1 1 1 1", "begun . . old . .");
        check("1 2 2 2 3 3 3 3", "begun . . . . . . old");
        check("1 1 1 1 1 2 2 2 2", "begun . . old . begun . . old");
    }

    #[test]
    fn a_heartbeat_that_was_taken_away_is_an_orderly_end() {
        check("- - - - -", ". . . . .");
        check("1 2 - - - - -", "begun . ended . . . .");
        check("1 1 1 1 - 1 2", "begun . . old ended begun .");
    }

    #[test]
    fn what_cannot_be_read_grows_old() {
        check("1 ? ? ? ?", "begun unreadable . old .");
        check("1 ? 2 3 4", "begun unreadable . . .");
        check("? ? ? ? ?", "unreadable . . . .");
    }
}
