//! How a file is laid out.
//!
//! ```text
//! header   magic 8 · crc 4 · length 4 · payload: version, run, file, first record, created at, venue, account
//! record   crc 4 · length 4 · number 8 · at 8 · behind 4 · payload
//! ```
//!
//! All in little endian. Each checksum (CRC-32, IEEE 802.3) covers all that follows it up to the payload's end. Records are
//! numbered through all files of an account. `behind` says how many of the records before this one were not known to be on
//! the disk itself when this one was written: what is damaged before them was whole once, and no power cut explains it. After
//! the last record there are zeros.

use mm_model::Timestamp;

use super::bytes::{DecodeError, Put, Take};
use crate::Account;

/// Of the layout and of the payloads.
pub const VERSION: u64 = 1;

const MAGIC: &[u8; 8] = b"MMJRNL\r\n";
/// Magic, checksum, length.
const HEADER_FRONT: usize = 16;
/// A header with the longest names that a file system takes is far below.
const HEADER_MAX: usize = 4096;
/// What stands before a record's payload.
pub(super) const FRONT: usize = 28;
/// Texts are cut at 4 KiB, and no record has more than five.
const PAYLOAD_MAX: usize = 1 << 16;

/// What a file begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Whose journal this is.
    pub account: Account,
    /// How often a journal was opened for this account, this time included.
    pub run: u64,
    /// The file's number.
    pub file: u64,
    /// The number of its first record.
    pub first_record: u64,
    /// When it was begun.
    pub created_at: Timestamp,
}

/// Why a file has no header that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum HeaderError {
    /// It begins otherwise.
    Foreign,
    /// Another version wrote it.
    Version(u64),
    /// It was one.
    Damaged,
}

impl Header {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut payload = Vec::new();
        let mut put = Put(&mut payload);
        for number in [VERSION, self.run, self.file, self.first_record, self.created_at.0] {
            put.number(number);
        }
        put.text(&self.account.venue);
        put.text(&self.account.name);
        let mut rest = (payload.len() as u32).to_le_bytes().to_vec();
        rest.extend_from_slice(&payload);
        let crc = crc32fast::hash(&rest);
        [MAGIC.as_slice(), &crc.to_le_bytes(), &rest].concat()
    }

    /// The header and the offset of what follows.
    pub(super) fn decode(bytes: &[u8]) -> Result<(Self, usize), HeaderError> {
        if !bytes.starts_with(MAGIC) {
            return Err(HeaderError::Foreign);
        }
        let crc = u32_at(bytes, 8).ok_or(HeaderError::Damaged)?;
        let len = u32_at(bytes, 12).ok_or(HeaderError::Damaged)? as usize;
        let end = HEADER_FRONT + len;
        let rest = bytes.get(12..end).filter(|_| len <= HEADER_MAX).ok_or(HeaderError::Damaged)?;
        if crc32fast::hash(rest) != crc {
            return Err(HeaderError::Damaged);
        }
        let mut take = Take(&rest[4..]);
        // Whatever else another version says, its number stands first.
        let version = take.number().map_err(|_| HeaderError::Damaged)?;
        if version != VERSION {
            return Err(HeaderError::Version(version));
        }
        Self::fields(take).map(|header| (header, end)).map_err(|_| HeaderError::Damaged)
    }

    fn fields(mut take: Take<'_>) -> Result<Self, DecodeError> {
        let [run, file, first_record, created_at] =
            [take.number()?, take.number()?, take.number()?, take.number()?];
        let account = Account { venue: take.text()?.to_owned(), name: take.text()?.to_owned() };
        take.end()?;
        Ok(Self { account, run, file, first_record, created_at: Timestamp(created_at) })
    }
}

/// What stands before a record's payload, its length and checksum apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Front {
    pub(super) number: u64,
    pub(super) at: Timestamp,
    pub(super) behind: u32,
}

/// Appends a record: room for its front, what `payload` puts, then the front.
pub(super) fn put_record(out: &mut Vec<u8>, front: Front, payload: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; FRONT]);
    payload(out);
    let len = (out.len() - start - FRONT) as u32;
    let record = &mut out[start..];
    record[4..8].copy_from_slice(&len.to_le_bytes());
    record[8..16].copy_from_slice(&front.number.to_le_bytes());
    record[16..24].copy_from_slice(&front.at.0.to_le_bytes());
    record[24..28].copy_from_slice(&front.behind.to_le_bytes());
    let crc = crc32fast::hash(&record[4..]);
    record[..4].copy_from_slice(&crc.to_le_bytes());
}

/// The record at the beginning of `bytes`: its front and payload, if it is whole.
pub(super) fn record(bytes: &[u8]) -> Option<(Front, &[u8])> {
    let len = u32_at(bytes, 4)? as usize;
    if len == 0 || len > PAYLOAD_MAX {
        return None;
    }
    let checked = bytes.get(4..FRONT + len)?;
    if crc32fast::hash(checked) != u32_at(bytes, 0)? {
        return None;
    }
    let front =
        Front { number: number_of(bytes)?, at: Timestamp(u64_at(bytes, 16)?), behind: u32_at(bytes, 24)? };
    Some((front, &bytes[FRONT..FRONT + len]))
}

/// The number that a record at the beginning of `bytes` would have.
pub(super) fn number_of(bytes: &[u8]) -> Option<u64> {
    u64_at(bytes, 8)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|word| u32::from_le_bytes(*word))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|word| u64::from_le_bytes(*word))
}
