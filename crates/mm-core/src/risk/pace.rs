//! How often things happen: messages, equal orders, executions. Bounded memory, taken once.

use std::{collections::VecDeque, time::Duration};

use mm_model::{ClientId, Market, Price, Qty, Side, Timestamp};

use super::{
    denial::{Denial, code},
    limits::{ConnectorLimits, Repeats},
};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
/// The most messages that are remembered: a limit above that is this.
const MESSAGES_MAX: u32 = 100_000;

/// Orders and modifications of one connector in the windows before any moment, exactly.
#[derive(Debug)]
pub(super) struct Messages {
    per_second: Option<u32>,
    per_minute: Option<u32>,
    sent: VecDeque<Timestamp>,
    room: usize,
}

impl Messages {
    pub(super) fn new(limits: &ConnectorLimits) -> Self {
        let capped = |max: Option<u32>| max.map(|max| max.min(MESSAGES_MAX));
        let (per_second, per_minute) =
            (capped(limits.messages_per_second_max), capped(limits.messages_per_minute_max));
        let room = per_second.max(per_minute).unwrap_or(0) as usize;
        Self { per_second, per_minute, sent: VecDeque::with_capacity(room), room }
    }

    /// Whether one more may be sent now.
    pub(super) fn check(&self, now: Timestamp, connector: &str) -> Result<(), Denial> {
        let windows = [
            (self.per_second, SECOND, "second", "messages_per_second_max"),
            (self.per_minute, MINUTE, "minute", "messages_per_minute_max"),
        ];
        for (max, window, word, key) in windows {
            let Some(max) = max else { continue };
            let nth = self.sent.len().checked_sub(max as usize).and_then(|at| self.sent.get(at));
            let is_full = max == 0 || nth.is_some_and(|sent_at| now.since(*sent_at) < window);
            if is_full {
                let text = format!(
                    "'{connector}' sent {max} orders and modifications within a {word} ({key}): wait"
                );
                return Err(Denial::new(code::MESSAGE_RATE, text));
            }
        }
        Ok(())
    }

    pub(super) fn count(&mut self, now: Timestamp) {
        if self.room == 0 {
            return;
        }
        if self.sent.len() == self.room {
            self.sent.pop_front();
        }
        self.sent.push_back(now);
    }
}

/// An order that was placed a moment ago.
#[derive(Clone, Copy, Debug)]
struct Placed {
    id: Option<ClientId>,
    reserved: u64,
    side: Side,
    price: Option<Price>,
    size: Qty,
    at: Timestamp,
}

/// How many are remembered of one market: within the time that makes a duplicate nobody places more that mean it.
const RECENT_MAX: usize = 64;

/// Orders of one market that were placed a moment ago, and may have been or become fills.
#[derive(Debug, Default)]
pub(super) struct Recent(VecDeque<Placed>);

/// An order as duplicates are told by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Likeness {
    pub(super) side: Side,
    pub(super) price: Option<Price>,
    pub(super) size: Qty,
}

impl Recent {
    pub(super) fn check(
        &self,
        market: &Market,
        like: Likeness,
        (now, within): (Timestamp, Option<Duration>),
    ) -> Result<(), Denial> {
        let Some(within) = within else { return Ok(()) };
        let is_same = |placed: &&Placed| {
            (placed.side, placed.price, placed.size) == (like.side, like.price, like.size)
                && now.since(placed.at) < within
        };
        let Some(placed) = self.0.iter().rev().find(is_same) else { return Ok(()) };
        let text = format!(
            "the same order on {market} was placed {} ms ago, {} ms must lie between (duplicate_ms)",
            now.since(placed.at).as_millis(),
            within.as_millis()
        );
        Err(Denial::new(code::DUPLICATE, text))
    }

    pub(super) fn count(&mut self, reserved: u64, like: Likeness, at: Timestamp) {
        if self.0.capacity() == 0 {
            self.0.reserve_exact(RECENT_MAX);
        }
        if self.0.len() == RECENT_MAX {
            self.0.pop_front();
        }
        let Likeness { side, price, size } = like;
        self.0.push_back(Placed { id: None, reserved, side, price, size, at });
    }

    pub(super) fn name(&mut self, reserved: u64, id: ClientId) {
        if let Some(placed) = self.0.iter_mut().rev().find(|placed| placed.reserved == reserved) {
            placed.id = Some(id);
        }
    }

    /// It was never sent.
    pub(super) fn forget_reserved(&mut self, reserved: u64) {
        self.0.retain(|placed| placed.reserved != reserved);
    }

    /// It is over, and nothing of it was filled: the same once more is another try.
    pub(super) fn forget(&mut self, id: ClientId) {
        self.0.retain(|placed| placed.id != Some(id));
    }
}

/// Orders of one market of which something was filled, since anybody looked.
#[derive(Debug, Default)]
pub(super) struct Executions(VecDeque<Timestamp>);

impl Executions {
    /// One more; whether it is one too many.
    pub(super) fn count(&mut self, now: Timestamp, limit: Repeats) -> bool {
        while self.0.front().is_some_and(|at| now.since(*at) >= limit.within) {
            self.0.pop_front();
        }
        self.0.push_back(now);
        self.0.len() >= limit.executions as usize
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
