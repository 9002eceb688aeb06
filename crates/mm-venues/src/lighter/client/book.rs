//! The book's frames. What changed is read in one pass as the venue always writes it: the hottest message of all, and
//! several times faster so than through a general JSON reader.
//!
//! That pass deliberately judges nothing. Whatever does not look exactly as recorded is left to the general reader, which
//! takes it or says what is wrong with it. So nothing is read here that the general reader would refuse, or read
//! otherwise.

use mm_model::{BookDelta, BookSnapshot, DecodeError, DeltaLevels, Level, Market, Timestamp};
use serde::Deserializer as _;
use serde_json::value::RawValue;

use super::{market::Listings, report};
use crate::{
    levels::{Row, Side},
    lighter::wire::public_stream::{self, OrderBookFrame},
    reading::{self, json, unreadable},
    scan::Scan,
};

/// Reads a change of a book.
pub(super) fn delta(listings: &Listings, frame: &[u8]) -> Option<BookDelta> {
    let mut text = Scan::new(std::str::from_utf8(frame).ok()?);
    text.skip("{\"channel\":\"order_book:")?;
    let market = listings.numbered("order book", text.number()?).ok()?;
    text.skip("\",\"last_updated_at\":")?;
    let updated_us = text.number()?;
    text.skip(",\"offset\":")?;
    text.number()?;
    text.skip(",\"order_book\":{\"code\":0,\"asks\":")?;
    let asks = levels_at_once(&mut text, market)?;
    text.skip(",\"bids\":")?;
    let bids = levels_at_once(&mut text, market)?;
    text.skip(",\"offset\":")?;
    text.number()?;
    text.skip(",\"nonce\":")?;
    let seq = text.number()?;
    text.skip(",\"last_updated_at\":")?;
    text.number()?;
    text.skip(",\"begin_nonce\":")?;
    let prev = text.number()?;
    text.skip("},\"timestamp\":")?;
    text.number()?;
    text.skip(",\"type\":\"update/order_book\"}")?;
    text.is_empty().then_some(BookDelta {
        market: market.id,
        prev,
        seq,
        bids,
        asks,
        at: Timestamp::from_us(updated_us),
    })
}

/// `[{"price":"2064.54","size":"0.3285"},..]`
fn levels_at_once(text: &mut Scan<'_>, market: &Market) -> Option<DeltaLevels> {
    let mut levels = DeltaLevels::new();
    text.skip("[")?;
    if text.skip("]").is_some() {
        return Some(levels);
    }
    loop {
        text.skip("{\"price\":\"")?;
        let price = text.until_quote()?;
        text.skip("\",\"size\":\"")?;
        let size = text.until_quote()?;
        text.skip("\"}")?;
        levels.push(reading::level(market, price, size).ok()?);
        if text.skip("]").is_some() {
            return Some(levels);
        }
        text.skip(",")?;
    }
}

/// Reads a change of a book, however it is written.
pub(super) fn any_delta(market: &Market, frame: &[u8]) -> Result<BookDelta, DecodeError> {
    let read: OrderBookFrame<'_, &RawValue> = json("order book", frame)?;
    Ok(BookDelta {
        market: market.id,
        prev: read.order_book.begin_nonce,
        seq: read.order_book.nonce,
        bids: levels(market, read.order_book.bids)?,
        asks: levels(market, read.order_book.asks)?,
        at: report::time(read.last_updated_at, read.timestamp),
    })
}

/// Reads a whole book, onto which the changes after it join.
pub(super) fn snapshot(market: &Market, frame: &[u8]) -> Result<BookSnapshot, DecodeError> {
    let read: OrderBookFrame<'_, &RawValue> = json("order book", frame)?;
    Ok(BookSnapshot {
        market: market.id,
        seq: read.order_book.nonce,
        bids: levels(market, read.order_book.bids)?,
        asks: levels(market, read.order_book.asks)?,
        // When it was told, not when something last changed: in a quiet market that it is still so is the news.
        at: report::coarse(read.timestamp),
    })
}

/// Reads a side, straight into our levels; null is an empty one.
///
/// # Errors
/// When it is anything else, or a number does not lie on the market's tick or lot.
fn levels<L: Default + Extend<Level>>(market: &Market, raw: &RawValue) -> Result<L, DecodeError> {
    let mut json = serde_json::Deserializer::from_str(raw.get());
    json.deserialize_any(Side::<public_stream::Level<'_>, L>::of(market))
        .map_err(|error| unreadable("order book", format_args!("{}: {error}", market.symbol)))
}

impl Row for public_stream::Level<'_> {
    fn price_and_size(&self) -> (&str, &str) {
        (&self.price, &self.size)
    }
}
