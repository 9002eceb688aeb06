//! Books.

use mm_exchange::Exchange;
use mm_model::{Level as Held, Market, Price, Qty, Side, Timestamp};

use crate::grvt::{
    server::{answer::Answered, call::Call, numbers},
    wire::{
        Text,
        error::codes,
        market_data::{Book, BookRequest, Level},
    },
};

/// How many levels a side can be asked for.
const DEPTHS: [u32; 4] = [10, 50, 100, 500];

/// The levels of a book, best first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Sides<'a> {
    pub(in super::super) bids: Vec<Level<'a>>,
    pub(in super::super) asks: Vec<Level<'a>>,
}

/// `book`.
pub(super) fn book(call: &mut Call<'_>) -> Answered {
    let request: BookRequest<'_> = call.read()?;
    if !DEPTHS.contains(&request.depth) {
        return Err(codes::DEPTH_INVALID.into());
    }
    let market = &call.listing(&request.instrument)?.market;
    let result = book_row(market, call.now, Sides::of(call.exchange, market, request.depth as usize));
    call.result(result)
}

impl Sides<'_> {
    /// As the book is now, so many levels a side.
    pub(in super::super) fn of(exchange: &Exchange, market: &Market, depth: usize) -> Self {
        let view = exchange.book(market.id, depth);
        let rows = |side: Side, levels: &[Held]| {
            levels.iter().map(|level| level_row(exchange, market, (side, level.price, level.qty))).collect()
        };
        Self { bids: rows(Side::Buy, &view.bids), asks: rows(Side::Sell, &view.asks) }
    }
}

/// A book, or a change of it.
pub(in super::super) fn book_row<'a>(market: &'a Market, at: Timestamp, sides: Sides<'a>) -> Book<'a> {
    Book { event_time: at.into(), instrument: Text::new(&market.symbol), bids: sides.bids, asks: sides.asks }
}

/// Absolute size; zero removes the level. How many orders stand there is counted now.
pub(in super::super) fn level_row(
    exchange: &Exchange,
    market: &Market,
    (side, price, qty): (Side, Price, Qty),
) -> Level<'static> {
    let n_orders = if qty.is_zero() { 0 } else { exchange.orders_at(market.id, side, price).max(1) };
    Level {
        price: numbers::price(market, price),
        size: numbers::qty(market, qty),
        num_orders: u32::try_from(n_orders).unwrap_or(u32::MAX),
    }
}
