//! Reads text of a known form from front to back, for the messages that must be quick. Nothing that it cannot take is an
//! error: it is `None`, and left to a general reader.

/// What is still to be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scan<'a>(&'a str);

impl<'a> Scan<'a> {
    pub(crate) const fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// Whether nothing is left.
    pub(crate) const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Takes exactly this.
    pub(crate) fn skip(&mut self, expected: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(())
    }

    /// A whole number as JSON writes it: without a leading zero.
    pub(crate) fn number(&mut self) -> Option<u64> {
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

    /// What stands before the next quote, which is left.
    pub(crate) fn until_quote(&mut self) -> Option<&'a str> {
        let (text, rest) = self.0.split_at(self.0.bytes().position(|byte| byte == b'"')?);
        self.0 = rest;
        Some(text)
    }
}
