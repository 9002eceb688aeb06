//! Numbers and texts as bytes: seven bits to a byte, the least first, the eighth says that more follow (LEB128). Signed
//! numbers fold their sign into the lowest bit, so that small ones stay short.

/// The longest text that is written, in bytes: a venue's reasons are cut there, at a whole character.
const TEXT_MAX: usize = 4096;

/// Appends to a buffer that keeps its memory.
#[derive(Debug)]
pub(super) struct Put<'a>(pub(super) &'a mut Vec<u8>);

impl Put<'_> {
    pub(super) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub(super) fn number(&mut self, n: u64) {
        self.wide(u128::from(n));
    }

    pub(super) fn signed(&mut self, n: i64) {
        self.wide_signed(i128::from(n));
    }

    pub(super) fn wide_signed(&mut self, n: i128) {
        self.wide(((n << 1) ^ (n >> 127)) as u128);
    }

    pub(super) fn text(&mut self, text: &str) {
        let end = (0..=text.len().min(TEXT_MAX)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let text = &text[..end];
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    /// One byte says whether there is one.
    pub(super) fn option<T>(&mut self, value: Option<T>, put: impl FnOnce(&mut Self, T)) {
        self.byte(u8::from(value.is_some()));
        if let Some(value) = value {
            put(self, value);
        }
    }

    fn wide(&mut self, mut n: u128) {
        while n > 0x7f {
            self.byte((n & 0x7f) as u8 | 0x80);
            n >>= 7;
        }
        self.byte(n as u8);
    }
}

/// Why bytes are not what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Fewer bytes than there must be.
    #[error("it ends in the middle of a field")]
    Short,
    /// More bytes than there can be.
    #[error("{0} bytes follow the last field")]
    Long(usize),
    /// A number that does not fit where it stands.
    #[error("a number is out of range")]
    Range,
    /// A text that is none, or an id that cannot be one.
    #[error("a text is not one")]
    Text,
    /// A word that this version does not know.
    #[error("{0} is no {1} of this version")]
    Word(u8, &'static str),
}

/// Takes from bytes; never panics, whatever they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Take<'a>(pub(super) &'a [u8]);

impl<'a> Take<'a> {
    pub(super) fn byte(&mut self) -> Result<u8, DecodeError> {
        let (&first, rest) = self.0.split_first().ok_or(DecodeError::Short)?;
        self.0 = rest;
        Ok(first)
    }

    pub(super) fn number(&mut self) -> Result<u64, DecodeError> {
        u64::try_from(self.wide()?).map_err(|_| DecodeError::Range)
    }

    pub(super) fn small(&mut self) -> Result<u32, DecodeError> {
        u32::try_from(self.wide()?).map_err(|_| DecodeError::Range)
    }

    pub(super) fn signed(&mut self) -> Result<i64, DecodeError> {
        i64::try_from(self.wide_signed()?).map_err(|_| DecodeError::Range)
    }

    pub(super) fn wide_signed(&mut self) -> Result<i128, DecodeError> {
        let n = self.wide()?;
        Ok((n >> 1) as i128 ^ -((n & 1) as i128))
    }

    pub(super) fn text(&mut self) -> Result<&'a str, DecodeError> {
        let len = usize::try_from(self.number()?).map_err(|_| DecodeError::Range)?;
        let (text, rest) = self.0.split_at_checked(len).ok_or(DecodeError::Short)?;
        self.0 = rest;
        std::str::from_utf8(text).map_err(|_| DecodeError::Text)
    }

    pub(super) fn option<T>(
        &mut self,
        take: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Option<T>, DecodeError> {
        match self.byte()? {
            0 => Ok(None),
            1 => take(self).map(Some),
            other => Err(DecodeError::Word(other, "yes or no")),
        }
    }

    pub(super) fn end(self) -> Result<(), DecodeError> {
        if self.0.is_empty() { Ok(()) } else { Err(DecodeError::Long(self.0.len())) }
    }

    fn wide(&mut self) -> Result<u128, DecodeError> {
        let mut n = 0u128;
        for shift in (0..).step_by(7) {
            let byte = self.byte()?;
            let bits = u128::from(byte & 0x7f);
            if shift > 126 || (shift == 126 && bits > 3) {
                return Err(DecodeError::Range);
            }
            n |= bits << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_put_is_taken(n: u64, signed: i64, wide: i128, text in ".{0,40}", one: Option<u64>) {
            let mut bytes = Vec::new();
            let mut put = Put(&mut bytes);
            put.number(n);
            put.signed(signed);
            put.wide_signed(wide);
            put.text(&text);
            put.option(one, Put::number);
            let mut take = Take(&bytes);
            prop_assert_eq!(take.number(), Ok(n));
            prop_assert_eq!(take.signed(), Ok(signed));
            prop_assert_eq!(take.wide_signed(), Ok(wide));
            prop_assert_eq!(take.text(), Ok(text.as_str()));
            prop_assert_eq!(take.option(Take::number), Ok(one));
            prop_assert_eq!(take.end(), Ok(()));
        }
    }

    #[test]
    fn small_numbers_are_short_and_the_longest_fit() {
        for (n, len) in [(0, 1), (-1, 1), (63, 1), (-64, 1), (64, 2), (i128::MAX, 19), (i128::MIN, 19)] {
            let mut bytes = Vec::new();
            Put(&mut bytes).wide_signed(n);
            assert_eq!((bytes.len(), Take(&bytes).wide_signed()), (len, Ok(n)));
        }
    }

    #[test]
    fn what_nobody_wrote_is_refused() {
        let endless = [0x80; 30];
        assert_eq!(Take(&endless).number(), Err(DecodeError::Range));
        assert_eq!(Take(&[0x80]).number(), Err(DecodeError::Short));
        assert_eq!(Take(&[5, b'a']).text(), Err(DecodeError::Short));
        assert_eq!(Take(&[1, 0xff]).text(), Err(DecodeError::Text));
        assert_eq!(Take(&[2]).option(Take::number), Err(DecodeError::Word(2, "yes or no")));
        assert_eq!(Take(&[0]).end(), Err(DecodeError::Long(1)));
    }

    #[test]
    fn an_endless_reason_is_cut_at_a_character() {
        let mut bytes = Vec::new();
        Put(&mut bytes).text(&"é".repeat(TEXT_MAX));
        assert_eq!(Take(&bytes).text(), Ok("é".repeat(TEXT_MAX / 2).as_str()));
    }
}
