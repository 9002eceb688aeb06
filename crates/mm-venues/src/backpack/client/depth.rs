//! The depth message as the venue always writes it, read in one pass: the hottest message of all, and several times
//! faster so than through a general JSON reader.
//!
//! It deliberately judges nothing. Whatever does not look exactly as recorded (other keys, another order, spaces,
//! escapes, numbers in quotes, a price off its tick) is `None`, and left to the general reader, which takes it or
//! says what is wrong with it. So nothing is read here that the general reader would refuse, or read otherwise.

use mm_model::{BookDelta, DeltaLevels, Market, Markets, Timestamp};

use crate::reading;

/// Reads a frame of `depth.<symbol>`.
pub(super) fn depth(markets: &Markets, frame: &[u8]) -> Option<BookDelta> {
    // The levels come before the market that gives them their meaning, so that is looked for at the end.
    let head = frame.strip_suffix(b"\"}")?;
    let name = &head[head.iter().rposition(|byte| *byte == b'"')? + 1..];
    let symbol = std::str::from_utf8(name.strip_prefix(b"depth.")?).ok()?;
    let market = markets.by_symbol(symbol)?;
    let mut text = Text(std::str::from_utf8(frame).ok()?);
    text.skip("{\"data\":{\"E\":")?;
    text.number()?;
    text.skip(",\"T\":")?;
    let engine_time = text.number()?;
    text.skip(",\"U\":")?;
    let first = text.number()?;
    text.skip(",\"a\":")?;
    let asks = text.levels(market)?;
    text.skip(",\"b\":")?;
    let bids = text.levels(market)?;
    text.skip(",\"e\":\"depth\",\"s\":\"")?;
    text.skip(symbol)?;
    text.skip("\",\"u\":")?;
    let seq = text.number()?;
    text.skip("},\"stream\":\"depth.")?;
    text.skip(symbol)?;
    text.skip("\"}")?;
    let prev = first.checked_sub(1).filter(|prev| *prev < seq && text.0.is_empty())?;
    Some(BookDelta { market: market.id, prev, seq, bids, asks, at: Timestamp::from_us(engine_time) })
}

/// What is still to be read.
struct Text<'a>(&'a str);

impl<'a> Text<'a> {
    fn skip(&mut self, expected: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(())
    }

    /// A whole number as JSON writes it: without a leading zero.
    fn number(&mut self) -> Option<u64> {
        /// As many nines fit.
        const DIGITS_MAX: usize = 19;
        let (mut n, mut len) = (0u64, 0);
        for digit in self.0.bytes().map(|byte| byte.wrapping_sub(b'0')).take_while(|digit| *digit <= 9) {
            n = n.wrapping_mul(10).wrapping_add(u64::from(digit));
            len += 1;
        }
        let is_one = (1..=DIGITS_MAX).contains(&len) && (len == 1 || !self.0.starts_with('0'));
        self.0 = &self.0[len..];
        is_one.then_some(n)
    }

    /// `[["98.97","22.39"],..]`
    fn levels(&mut self, market: &Market) -> Option<DeltaLevels> {
        let mut levels = DeltaLevels::new();
        self.skip("[")?;
        if self.skip("]").is_some() {
            return Some(levels);
        }
        loop {
            self.skip("[\"")?;
            let price = self.until_quote()?;
            self.skip("\",\"")?;
            let qty = self.until_quote()?;
            self.skip("\"]")?;
            levels.push(reading::level(market, price, qty).ok()?);
            if self.skip("]").is_some() {
                return Some(levels);
            }
            self.skip(",")?;
        }
    }

    fn until_quote(&mut self) -> Option<&'a str> {
        let (text, rest) = self.0.split_at(self.0.bytes().position(|byte| byte == b'"')?);
        self.0 = rest;
        Some(text)
    }
}
