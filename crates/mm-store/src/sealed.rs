//! Key files encrypted by a passphrase: `Argon2id` makes a key of it (RFC 9106), ChaCha20-Poly1305 (RFC 8439) encrypts the
//! file's text under it. The file is text too:
//!
//! ```text
//! mm-bot sealed keys 1
//! argon2id 65536 3 4 <salt in base64>
//! chacha20poly1305 <nonce in base64>
//! <ciphertext and tag in base64>
//! ```
//!
//! The lines above the ciphertext are authenticated with it. What this defends: a copy of the file (a backup, a disk) without
//! the passphrase. What it does not: whoever reads this process's memory, or the terminal.

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

/// What such a file begins with.
const MARK: &str = "mm-bot sealed keys 1";
const SALT_LEN: usize = 16;
const KEY_LEN: usize = 32;

/// The fewest characters of a passphrase that something is encrypted under: it is what stands between a stolen file and the
/// account.
pub const PASSPHRASE_MIN: usize = 12;

/// How dear it is to try a passphrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Work {
    kib: u32,
    passes: u32,
    lanes: u32,
}

impl Work {
    /// RFC 9106 §4, the second recommended option: 64 MiB, three passes, four lanes.
    const RECOMMENDED: Self = Self { kib: 1 << 16, passes: 3, lanes: 4 };
    /// What a file may ask for: somebody's file must not take all memory, nor all day.
    const MAX: Self = Self { kib: 1 << 20, passes: 16, lanes: 16 };

    const fn is_bearable(self) -> bool {
        self.kib <= Self::MAX.kib && self.passes <= Self::MAX.passes && self.lanes <= Self::MAX.lanes
    }

    fn key(self, passphrase: &str, salt: &[u8]) -> Option<Zeroizing<[u8; KEY_LEN]>> {
        let params = Params::new(self.kib, self.passes, self.lanes, Some(KEY_LEN)).ok()?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut key = Zeroizing::new([0; KEY_LEN]);
        argon2.hash_password_into(passphrase.as_bytes(), salt, key.as_mut()).ok()?;
        Some(key)
    }
}

/// Why a text was not sealed or not opened. Carries neither the passphrase nor the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Too easily guessed.
    #[error("the passphrase is shorter than {PASSPHRASE_MIN} characters: choose a longer one")]
    WeakPassphrase,
    /// It does not open, and there is no telling which of the two it is.
    #[error("the passphrase is wrong, or the file was changed")]
    Wrong,
    /// Not as we write it.
    #[error("it begins like an encrypted key file and is none: restore it from a copy")]
    Damaged,
    /// Without randomness nothing is encrypted.
    #[error("the system gives no random bytes")]
    NoRandomness,
}

/// Whether a text is an encrypted key file (whole or not).
#[must_use]
pub fn is_sealed(text: &str) -> bool {
    text.starts_with(MARK)
}

/// Encrypts a text under a passphrase.
///
/// # Errors
/// [`SealError::WeakPassphrase`], [`SealError::NoRandomness`].
pub fn seal(text: &str, passphrase: &str) -> Result<String, SealError> {
    if passphrase.chars().count() < PASSPHRASE_MIN {
        return Err(SealError::WeakPassphrase);
    }
    seal_with(Work::RECOMMENDED, text, passphrase)
}

fn seal_with(work: Work, text: &str, passphrase: &str) -> Result<String, SealError> {
    let (mut salt, mut nonce) = ([0; SALT_LEN], [0; NONCE_LEN]);
    aws_lc_rs::rand::fill(&mut salt).map_err(|_| SealError::NoRandomness)?;
    aws_lc_rs::rand::fill(&mut nonce).map_err(|_| SealError::NoRandomness)?;
    let head = head(work, &salt, &nonce);
    let cipher = cipher(work, passphrase, &salt).ok_or(SealError::Damaged)?;
    // Never grows, so that no copy of the secret is left behind by a reallocation.
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() + CHACHA20_POLY1305.tag_len()));
    bytes.extend_from_slice(text.as_bytes());
    cipher
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(head.as_bytes()),
            &mut *bytes,
        )
        .map_err(|_| SealError::Damaged)?;
    Ok(format!("{head}{}\n", STANDARD.encode(&*bytes)))
}

/// Decrypts what [`seal`] made. What comes back is wiped when dropped.
///
/// # Errors
/// [`SealError::Wrong`], [`SealError::Damaged`].
pub fn unseal(text: &str, passphrase: &str) -> Result<Zeroizing<String>, SealError> {
    let (work, salt, nonce, ciphertext) = parse(text).ok_or(SealError::Damaged)?;
    let head = head(work, &salt, &nonce);
    let cipher = cipher(work, passphrase, &salt).ok_or(SealError::Damaged)?;
    let mut bytes = Zeroizing::new(ciphertext);
    let opened = cipher
        .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(head.as_bytes()), &mut bytes)
        .map_err(|_| SealError::Wrong)?;
    std::str::from_utf8(opened).map(|text| Zeroizing::new(text.to_owned())).map_err(|_| SealError::Damaged)
}

fn head(work: Work, salt: &[u8], nonce: &[u8]) -> String {
    let Work { kib, passes, lanes } = work;
    let (salt, nonce) = (STANDARD.encode(salt), STANDARD.encode(nonce));
    format!("{MARK}\nargon2id {kib} {passes} {lanes} {salt}\nchacha20poly1305 {nonce}\n")
}

type Parts = (Work, [u8; SALT_LEN], [u8; NONCE_LEN], Vec<u8>);

fn parse(text: &str) -> Option<Parts> {
    let mut lines = text.lines();
    (lines.next()? == MARK).then_some(())?;
    let mut kdf = lines.next()?.strip_prefix("argon2id ")?.split(' ');
    let mut number = || kdf.next()?.parse::<u32>().ok();
    let work = Work { kib: number()?, passes: number()?, lanes: number()? };
    let salt = STANDARD.decode(kdf.next()?).ok()?.try_into().ok()?;
    let nonce = STANDARD.decode(lines.next()?.strip_prefix("chacha20poly1305 ")?).ok()?.try_into().ok()?;
    let ciphertext = STANDARD.decode(lines.next()?).ok()?;
    let is_whole = lines.next().is_none() && kdf.next().is_none() && work.is_bearable();
    is_whole.then_some((work, salt, nonce, ciphertext))
}

fn cipher(work: Work, passphrase: &str, salt: &[u8]) -> Option<LessSafeKey> {
    let key = work.key(passphrase, salt)?;
    UnboundKey::new(&CHACHA20_POLY1305, key.as_ref()).ok().map(LessSafeKey::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: Work = Work { kib: 64, passes: 1, lanes: 1 };
    const TEXT: &str = "api_key: abc\napi_secret: canary-4711\n";
    const PASSPHRASE: &str = "correct horse battery";

    #[test]
    fn what_was_sealed_is_opened_by_its_passphrase_alone() {
        let sealed = seal_with(QUICK, TEXT, PASSPHRASE).expect("sealed");
        assert!(is_sealed(&sealed) && !sealed.contains("canary"));
        assert!(!sealed.contains(&STANDARD.encode("canary")[..6]));
        assert_eq!(*unseal(&sealed, PASSPHRASE).expect("opened"), TEXT);
        for wrong in ["", "correct horse batterY", "correct horse battery "] {
            assert_eq!(unseal(&sealed, wrong).map(drop), Err(SealError::Wrong), "{wrong}");
        }
        assert_ne!(
            sealed,
            seal_with(QUICK, TEXT, PASSPHRASE).expect("sealed"),
            "salt and nonce are new each time"
        );
    }

    #[test]
    fn a_sealed_text_that_was_changed_anywhere_does_not_open() {
        let sealed = seal_with(QUICK, TEXT, PASSPHRASE).expect("sealed");
        for at in 0..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).expect("ASCII");
            assert!(unseal(&changed, PASSPHRASE).is_err(), "{at}");
            if at + 1 < sealed.len() {
                assert!(unseal(&sealed[..at], PASSPHRASE).is_err(), "cut at {at}"); // Not of its last line's end.
            }
        }
    }

    #[test]
    fn a_file_that_asks_for_too_much_work_is_refused_before_it_is_done() {
        let sealed = seal_with(QUICK, TEXT, PASSPHRASE).expect("sealed");
        for work in ["1048577 1 1", "64 17 1", "4294967295 4294967295 1", "64 1 17", "x 1 1", "64 1"] {
            let asks = sealed.replace("64 1 1", work);
            assert_eq!(unseal(&asks, PASSPHRASE).map(drop), Err(SealError::Damaged), "{work}");
        }
    }

    #[test]
    fn a_passphrase_has_a_shortest_length() {
        assert_eq!(seal(TEXT, "elevenchars"), Err(SealError::WeakPassphrase));
        let sealed = seal(TEXT, "twelve chars").expect("long enough");
        assert!(sealed.contains("argon2id 65536 3 4 "), "the recommended work");
        assert_eq!(*unseal(&sealed, "twelve chars").expect("opened"), TEXT);
    }
}
