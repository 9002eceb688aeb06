//! The depth message as the venue always writes it, read in one pass: the hottest message of all, and several times
//! faster so than through a general JSON reader.
//!
//! It deliberately judges nothing. Whatever does not look exactly as recorded (other keys, another order, spaces,
//! escapes, numbers in quotes, a price off its tick) is `None`, and left to the general reader, which takes it or
//! says what is wrong with it. So nothing is read here that the general reader would refuse, or read otherwise.

use mm_model::{BookDelta, DeltaLevels, Market, Markets, Timestamp};

use crate::{reading, scan::Scan};

/// Reads a frame of `depth.<symbol>`.
pub(super) fn depth(markets: &Markets, frame: &[u8]) -> Option<BookDelta> {
    // The levels come before the market that gives them their meaning, so that is looked for at the end.
    let head = frame.strip_suffix(b"\"}")?;
    let name = &head[head.iter().rposition(|byte| *byte == b'"')? + 1..];
    let symbol = std::str::from_utf8(name.strip_prefix(b"depth.")?).ok()?;
    let market = markets.by_symbol(symbol)?;
    let mut text = Scan::new(std::str::from_utf8(frame).ok()?);
    text.skip("{\"data\":{\"E\":")?;
    text.number()?;
    text.skip(",\"T\":")?;
    let engine_time = text.number()?;
    text.skip(",\"U\":")?;
    let first = text.number()?;
    text.skip(",\"a\":")?;
    let asks = levels(&mut text, market)?;
    text.skip(",\"b\":")?;
    let bids = levels(&mut text, market)?;
    text.skip(",\"e\":\"depth\",\"s\":\"")?;
    text.skip(symbol)?;
    text.skip("\",\"u\":")?;
    let seq = text.number()?;
    text.skip("},\"stream\":\"depth.")?;
    text.skip(symbol)?;
    text.skip("\"}")?;
    let prev = first.checked_sub(1).filter(|prev| *prev < seq && text.is_empty())?;
    Some(BookDelta { market: market.id, prev, seq, bids, asks, at: Timestamp::from_us(engine_time) })
}

/// `[["98.97","22.39"],..]`
fn levels(text: &mut Scan<'_>, market: &Market) -> Option<DeltaLevels> {
    let mut levels = DeltaLevels::new();
    text.skip("[")?;
    if text.skip("]").is_some() {
        return Some(levels);
    }
    loop {
        text.skip("[\"")?;
        let price = text.until_quote()?;
        text.skip("\",\"")?;
        let qty = text.until_quote()?;
        text.skip("\"]")?;
        levels.push(reading::level(market, price, qty).ok()?);
        if text.skip("]").is_some() {
            return Some(levels);
        }
        text.skip(",")?;
    }
}
