//! What everybody may ask: markets, books, trades, candles, funding.

use mm_exchange::{Exchange, Fact};

use super::{
    answer::{Answered, json},
    call::Call,
};

/// What is kept for public answers besides what the exchange keeps itself.
#[derive(Debug, Default)]
pub(super) struct Public;

impl Public {
    /// Takes note of a fact.
    pub(super) fn fact(&mut self, exchange: &Exchange, fact: &Fact) {
        let _ = (exchange, fact);
    }
}

/// `GET /`.
pub(super) fn status(call: &mut Call<'_>) -> Answered {
    call.finish()?;
    Ok(json(&serde_json::json!({
        "status": 1, "network_id": 1, "timestamp": call.now.ms() / 1_000
    })))
}
