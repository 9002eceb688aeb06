//! The book's frames. What changed is read in one pass as the venue always writes it: the hottest message of all, and
//! several times faster so than through a general JSON reader.
//!
//! That pass deliberately judges nothing. Whatever does not look exactly as recorded is left to the general reader, which
//! takes it or says what is wrong with it. So nothing is read here that the general reader would refuse, or read
//! otherwise.

use mm_model::{DecodeError, DeltaLevels, Level, Market, MarketId, Timestamp};

use serde_json::value::RawValue;

use super::{feeds::Numbers, market::Listings};
use crate::{
    grvt::wire::{
        Encoding,
        market_data::{self, Book},
        stream::Feed,
    },
    levels::Side,
    reading::{self, unreadable},
    scan::Scan,
};

/// A frame of a book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BookFrame<L> {
    pub(super) market: MarketId,
    pub(super) numbers: Numbers,
    pub(super) bids: L,
    pub(super) asks: L,
    pub(super) at: Timestamp,
}

/// What stands between the values of a frame, as the venue writes it.
struct Form {
    head: &'static str,
    seq: &'static str,
    at: &'static str,
    instrument: &'static str,
    bids: &'static str,
    asks: &'static str,
    prev: &'static str,
    price: &'static str,
    size: &'static str,
    orders: &'static str,
}

/// Written by the short names of `Feed`, `OrderbookLevels` and `OrderbookLevel`: a test holds these against the table.
const FULL: Form = Form {
    head: "{\"stream\":\"v1.book.d\",\"selector\":\"",
    seq: "\",\"sequence_number\":\"",
    at: "\",\"feed\":{\"event_time\":\"",
    instrument: "\",\"instrument\":\"",
    bids: "\",\"bids\":[",
    asks: ",\"asks\":[",
    prev: "},\"prev_sequence_number\":\"",
    price: "{\"price\":\"",
    size: "\",\"size\":\"",
    orders: "\",\"num_orders\":",
};
const LITE: Form = Form {
    head: "{\"s\":\"v1.book.d\",\"s1\":\"",
    seq: "\",\"sn\":\"",
    at: "\",\"f\":{\"et\":\"",
    instrument: "\",\"i\":\"",
    bids: "\",\"b\":[",
    asks: ",\"a\":[",
    prev: "},\"ps\":\"",
    price: "{\"p\":\"",
    size: "\",\"s\":\"",
    orders: "\",\"no\":",
};

/// Reads a frame of `v1.book.d` with its selector.
pub(super) fn change<'a>(
    encoding: Encoding,
    listings: &Listings,
    frame: &'a [u8],
) -> Option<(&'a str, BookFrame<DeltaLevels>)> {
    let form = match encoding {
        Encoding::Full => &FULL,
        Encoding::Lite => &LITE,
    };
    if !frame.starts_with(form.head.as_bytes()) {
        return None;
    }
    let mut text = Scan::new(std::str::from_utf8(frame).ok()?);
    text.skip(form.head)?;
    let selector = text.until_quote()?;
    text.skip(form.seq)?;
    // A snapshot is none: it is long, and has other levels than a change.
    let seq = text.number().filter(|seq| *seq > 0)?;
    text.skip(form.at)?;
    let at = Timestamp(text.number()?);
    text.skip(form.instrument)?;
    let market = listings.markets().by_symbol(text.until_quote()?)?;
    text.skip(form.bids)?;
    let bids = levels_at_once(form, &mut text, market)?;
    text.skip(form.asks)?;
    let asks = levels_at_once(form, &mut text, market)?;
    text.skip(form.prev)?;
    let prev = text.number()?;
    text.skip("\"}")?;
    let frame = BookFrame { market: market.id, numbers: Numbers { seq, prev }, bids, asks, at };
    (text.is_empty() && !selector.contains('\\')).then_some((selector, frame))
}

/// The rows of a list that has been opened.
fn levels_at_once(form: &Form, text: &mut Scan<'_>, market: &Market) -> Option<DeltaLevels> {
    let mut levels = DeltaLevels::new();
    if text.skip("]").is_some() {
        return Some(levels);
    }
    loop {
        text.skip(form.price)?;
        let price = text.until_quote()?;
        text.skip(form.size)?;
        let size = text.until_quote()?;
        text.skip(form.orders)?;
        text.number()?;
        text.skip("}")?;
        levels.push(reading::level(market, price, size).ok()?);
        if text.skip("]").is_some() {
            return Some(levels);
        }
        text.skip(",")?;
    }
}

/// A frame, however it is written.
#[derive(Clone, Debug)]
pub(super) enum AnyFrame {
    /// A whole book.
    Whole(BookFrame<Vec<Level>>),
    /// What changed in it.
    Change(BookFrame<DeltaLevels>),
}

/// Reads a frame, however it is written.
pub(super) fn any_frame(
    encoding: Encoding,
    listings: &Listings,
    frame: &[u8],
) -> Result<AnyFrame, DecodeError> {
    let read: Feed<'_, Book<'_, &RawValue>> = encoding.decode("book", frame)?;
    let market = listings.named("book", &read.feed.instrument)?;
    let numbers = Numbers { seq: read.sequence_number.0, prev: read.prev_sequence_number.0 };
    Ok(if numbers.seq == 0 {
        AnyFrame::Whole(sides(encoding, market, (numbers, &read.feed))?)
    } else {
        AnyFrame::Change(sides(encoding, market, (numbers, &read.feed))?)
    })
}

fn sides<L: Default + Extend<Level>>(
    encoding: Encoding,
    market: &Market,
    (numbers, book): (Numbers, &Book<'_, &RawValue>),
) -> Result<BookFrame<L>, DecodeError> {
    Ok(BookFrame {
        market: market.id,
        numbers,
        bids: levels(encoding, market, book.bids)?,
        asks: levels(encoding, market, book.asks)?,
        at: book.event_time.into(),
    })
}

/// Reads a side, straight into our levels.
///
/// # Errors
/// When it is no list of levels, or a number does not lie on the market's tick or lot.
pub(super) fn levels<L: Default + Extend<Level>>(
    encoding: Encoding,
    market: &Market,
    rows: &RawValue,
) -> Result<L, DecodeError> {
    encoding
        .visit_list(rows.get().as_bytes(), Side::<market_data::Level<'_>, L>::of(market))
        .map_err(|error| unreadable("book", format_args!("{}: {error}", market.symbol)))
}
