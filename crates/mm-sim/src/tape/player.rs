//! Plays a tape into one market of an exchange, over and over.

use std::{path::Path, time::Duration};

use mm_exchange::{Exchange, ExternalLevel, ExternalTrade};
use mm_model::{Market, MarketId, Timestamp};

use super::{Step, Tape, outside::Outside};
use crate::config::SimError;

/// Between the last step of a round and the snapshot that begins the next.
const PAUSE: Duration = Duration::from_millis(100);

/// A tape on its way through a market.
#[derive(Debug)]
pub(crate) struct Player {
    tape: Tape,
    outside: Outside,
    /// The world's time of the tape's first step in this round.
    began: Timestamp,
    /// The step that comes next; [`None`]: the snapshot that begins a round.
    next: Option<usize>,
    /// Room for levels on their way, kept from step to step.
    levels: Vec<ExternalLevel>,
}

impl Player {
    /// Opens a tape; its first round begins at `now`.
    ///
    /// # Errors
    /// [`SimError::Tape`].
    pub(crate) fn open(path: &Path, market: Market, now: Timestamp) -> Result<Self, SimError> {
        let tape = Tape::open(path)
            .map_err(|error| SimError::Tape { path: path.to_owned(), reason: error.to_string() })?;
        Ok(Self { tape, outside: Outside::new(market), began: now, next: None, levels: Vec::new() })
    }

    /// The market it plays into.
    pub(crate) fn market(&self) -> MarketId {
        self.outside.market().id
    }

    /// When it moves next.
    pub(crate) fn next_wake(&self) -> Timestamp {
        match self.next {
            None => self.began,
            Some(n) => self.began + self.offset(n),
        }
    }

    /// Does all that is due at `now`.
    pub(crate) fn step(&mut self, now: Timestamp, exchange: &mut Exchange) {
        while self.next_wake() <= now {
            let at = self.next_wake();
            match self.next {
                None => self.begin(now, exchange),
                Some(n) => self.play(now, exchange, n),
            }
            let n = self.next.map_or(0, |n| n + 1);
            if n < self.tape.steps.len() {
                self.next = Some(n);
            } else {
                self.next = None;
                self.began = at + PAUSE;
            }
        }
    }

    /// The middle of the recorded book, which is the market's index.
    #[cfg(test)]
    pub(super) fn middle(&self) -> Option<mm_model::Price> {
        self.outside.middle()
    }

    /// The time of a step within its round.
    fn offset(&self, n: usize) -> Duration {
        self.tape.steps[n].at().since(self.tape.steps[0].at())
    }

    fn begin(&mut self, now: Timestamp, exchange: &mut Exchange) {
        self.outside.restart(&self.tape.snapshot, &mut self.levels);
        self.hand_over(now, exchange);
    }

    fn play(&mut self, now: Timestamp, exchange: &mut Exchange, n: usize) {
        match &self.tape.steps[n] {
            Step::Delta(delta) => {
                self.outside.apply(delta, &mut self.levels);
                self.hand_over(now, exchange);
            }
            Step::Trade(trade) => {
                let qty = self.outside.qty(trade.qty.0);
                if !qty.is_zero() {
                    // The trade took the level that the taker's opposite rested on.
                    let price = self.outside.price(trade.taker.opposite(), trade.price);
                    exchange.external_trade(
                        now,
                        self.market(),
                        ExternalTrade { price, qty, taker: trade.taker },
                    );
                }
            }
        }
    }

    fn hand_over(&mut self, now: Timestamp, exchange: &mut Exchange) {
        let market = self.market();
        for level in self.levels.drain(..) {
            exchange.set_external_level(now, market, level);
        }
        if let Some(middle) = self.outside.middle()
            && exchange.index(market) != Some(middle)
        {
            exchange.set_index(now, market, middle);
        }
    }
}
