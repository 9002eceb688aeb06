//! What is everybody's: instruments, books, tickers, trades, candles and funding. Nobody need be logged in for it; a
//! session that comes along is not looked at.

mod book;
mod candles;
mod funding;
mod instruments;
mod ticker;
mod trades;
mod venue;

use mm_exchange::{Exchange, Fact, Listing};

pub(super) use self::{
    book::{Sides, book_row, level_row},
    candles::{CandlePrice, INTERVALS, candle_row},
    ticker::{changed_mini, changed_ticker, mini_row, ticker_row},
    trades::trade_row,
    venue::time,
};
use self::{candles::PriceCandles, trades::PublicTrades};
use super::{
    call::Call,
    errors::Refused,
    routes::{Needs, Route},
};
use crate::grvt::wire::{error::codes, paths::Endpoint};

/// What a call takes out of the hundred units of a second: light ones, and those that read a list. As ccxt counts them;
/// the venue's own page was in no store.
const LIGHT: u32 = 4;
const HEAVY: u32 = 12;

/// The calls that anybody may make.
pub(super) const ROUTES: &[Route] = &[
    open(Endpoint::Instrument, LIGHT, instruments::instrument),
    open(Endpoint::AllInstruments, LIGHT, instruments::all_instruments),
    open(Endpoint::Instruments, LIGHT, instruments::instruments),
    open(Endpoint::Currency, LIGHT, instruments::currency),
    open(Endpoint::SupportedAssets, LIGHT, instruments::supported_assets),
    open(Endpoint::MarginRules, LIGHT, instruments::margin_rules),
    open(Endpoint::MiniTicker, LIGHT, ticker::mini),
    open(Endpoint::Ticker, LIGHT, ticker::ticker),
    open(Endpoint::Book, HEAVY, book::book),
    open(Endpoint::Trades, HEAVY, trades::trades),
    open(Endpoint::TradeHistory, HEAVY, trades::trade_history),
    open(Endpoint::Candles, HEAVY, candles::candles),
    open(Endpoint::FundingRates, HEAVY, funding::funding_rates),
];

const fn open(endpoint: Endpoint, weight: u32, answer: super::routes::Answer) -> Route {
    Route { name: endpoint.method(), needs: Needs::Nothing, weight, answer }
}

/// What is kept of everybody's trades and prices.
#[derive(Debug, Default)]
pub(super) struct Public {
    pub(super) trades: PublicTrades,
    pub(super) candles: PriceCandles,
}

impl Public {
    /// Takes note of a fact.
    pub(super) fn fact(&mut self, exchange: &Exchange, fact: &Fact) {
        self.trades.fact(exchange, fact);
        self.candles.fact(exchange, fact);
    }
}

/// What a call is about, an instrument: 1004 if there is no such thing. (A call that only names one says 3000.)
fn about<'e>(call: &'e Call<'_>, instrument: &str) -> Result<&'e Listing, Refused> {
    call.listing(instrument).map_err(|_| codes::NOT_FOUND.into())
}
