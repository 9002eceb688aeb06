//! What is everybody's: instruments, books, trades, candles, funding. (Built by its own helper.)

use mm_exchange::{Exchange, Fact};

use super::routes::Route;

/// The calls that anybody may make.
pub(super) const ROUTES: &[Route] = &[];

/// What is kept of everybody's trades and prices.
#[derive(Debug, Default)]
pub(super) struct Public {}

impl Public {
    /// Takes note of a fact.
    pub(super) fn fact(&mut self, _exchange: &Exchange, _fact: &Fact) {}
}
