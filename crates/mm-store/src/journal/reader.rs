//! Reads a journal file, whatever state it is in. What a dying process or a power cut leaves is skipped and reported; what
//! neither can leave is an error that says what to do.

use std::{fmt, path::Path};

use mm_model::Timestamp;

use super::{
    JournalFileError,
    frame::{self, FRONT, Front, Header, HeaderError},
    payload::Body,
};

/// One record as it stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number among all records of the account.
    pub number: u64,
    /// Where in the file it begins.
    pub offset: u64,
    /// When it was written, by our clock.
    pub at: Timestamp,
    /// What it says.
    pub body: Body,
}

/// Bytes that are no record, where one should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Where in the file they begin.
    pub offset: u64,
    /// How many, to the next record or to the last byte that is not zero.
    pub n_bytes: u64,
    /// The first record that is missing.
    pub first_record: u64,
    /// How many are missing; `None` at the end of the file: one, or several that were being written.
    pub n_records: Option<u64>,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { offset, n_bytes, first_record, n_records } = self;
        match n_records {
            None => write!(
                f,
                "torn tail: {n_bytes} bytes from offset {offset} on, record {first_record} of which was never whole"
            ),
            Some(n) => write!(
                f,
                "lost before it was flushed: {n_bytes} bytes at offset {offset}, {n} records from {first_record} on"
            ),
        }
    }
}

/// The records of a file, one after the other; then, in [`Reader::gaps`], what was missing between them.
#[derive(Debug)]
pub struct Reader<'a> {
    path: &'a Path,
    bytes: &'a [u8],
    header: Header,
    offset: usize,
    next: u64,
    gaps: Vec<Gap>,
    is_over: bool,
}

/// A record whose payload was not read yet.
pub(super) struct Raw<'a> {
    pub(super) front: Front,
    pub(super) offset: u64,
    pub(super) payload: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Begins to read the file whose contents these are.
    ///
    /// # Errors
    /// When it does not begin like a journal of this version.
    pub fn new(path: &'a Path, bytes: &'a [u8]) -> Result<Self, JournalFileError> {
        let (header, offset) = Header::decode(bytes).map_err(|error| match error {
            HeaderError::Version(found) => JournalFileError::Version { path: path.to_owned(), found },
            HeaderError::Foreign => JournalFileError::foreign(path),
            HeaderError::Damaged => JournalFileError::corrupt(path, 0, "its header is damaged"),
        })?;
        let next = header.first_record;
        Ok(Self { path, bytes, header, offset, next, gaps: Vec::new(), is_over: false })
    }

    /// What the file begins with.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// What was missing so far.
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// Where the record would begin that comes next.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset as u64
    }

    /// The number of the record that would come next.
    #[must_use]
    pub const fn next_number(&self) -> u64 {
        self.next
    }

    /// The next record, its payload as it stands.
    pub(super) fn raw(&mut self) -> Result<Option<Raw<'a>>, JournalFileError> {
        if self.is_over {
            return Ok(None);
        }
        match frame::record(&self.bytes[self.offset..]).filter(|(front, _)| front.number == self.next) {
            Some((front, payload)) => Ok(Some(self.step(self.offset, front, payload))),
            None => self.past_damage(),
        }
    }

    fn step(&mut self, offset: usize, front: Front, payload: &'a [u8]) -> Raw<'a> {
        self.offset = offset + FRONT + payload.len();
        self.next = front.number.saturating_add(1);
        Raw { front, offset: offset as u64, payload }
    }

    /// No record where one should be: the end, or damage and whole records after it.
    fn past_damage(&mut self) -> Result<Option<Raw<'a>>, JournalFileError> {
        let rest = &self.bytes[self.offset..];
        let rest = without_zeros(rest);
        if rest.is_empty() {
            self.is_over = true;
            return Ok(None);
        }
        let gap = |n_bytes: usize, n_records| Gap {
            offset: self.offset as u64,
            n_bytes: n_bytes as u64,
            first_record: self.next,
            n_records,
        };
        let Some((skipped, front, payload)) = self.resume(rest) else {
            let gap = gap(rest.len(), None);
            self.gaps.push(gap);
            self.is_over = true;
            return Ok(None);
        };
        if front.number - u64::from(front.behind).min(front.number) > self.next {
            let what = format!(
                "record {} is damaged, although record {} says that it was on the disk",
                self.next, front.number
            );
            return Err(JournalFileError::corrupt(self.path, self.offset as u64, &what));
        }
        let gap = gap(skipped, Some(front.number - self.next));
        self.gaps.push(gap);
        Ok(Some(self.step(self.offset + skipped, front, payload)))
    }

    /// The first whole record of a later number, and how far away it is.
    fn resume(&self, rest: &'a [u8]) -> Option<(usize, Front, &'a [u8])> {
        (1..rest.len()).find_map(|skipped| {
            let tail = &rest[skipped..];
            // Every record takes at least its front: that rules out nearly every place before a checksum is made.
            let most = self.next + (skipped / FRONT) as u64 + 1;
            frame::number_of(tail).filter(|number| (self.next + 1..=most).contains(number))?;
            // To the end of the file: a record may end in zeros.
            let (front, payload) = frame::record(&self.bytes[self.offset + skipped..])?;
            Some((skipped, front, payload))
        })
    }

    /// What a record says, read.
    pub(super) fn decoded(&self, raw: &Raw<'_>) -> Result<Record, JournalFileError> {
        let body = Body::decode(raw.payload).map_err(|error| {
            let what = format!("record {} is whole but cannot be read: {error}", raw.front.number);
            JournalFileError::corrupt(self.path, raw.offset, &what)
        })?;
        Ok(Record { number: raw.front.number, offset: raw.offset, at: raw.front.at, body })
    }
}

/// `bytes` up to the last that is not zero. Whole blocks first: most of a file's room is empty.
fn without_zeros(mut bytes: &[u8]) -> &[u8] {
    const BLOCK: usize = 4096;
    while let Some((front, _)) = bytes.split_last_chunk::<BLOCK>().filter(|(_, block)| **block == [0; BLOCK])
    {
        bytes = front;
    }
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    &bytes[..end]
}

impl Iterator for Reader<'_> {
    type Item = Result<Record, JournalFileError>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = self.raw().and_then(|raw| raw.map(|raw| self.decoded(&raw)).transpose()).transpose();
        // After an error nothing can be believed.
        self.is_over |= matches!(record, Some(Err(_)));
        record
    }
}
