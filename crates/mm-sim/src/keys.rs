//! Keys of simulated accounts: derived from the seed and marked, so that no live environment takes one by mistake;
//! and the numbers of the seed's random streams, so that no two parts of the world share one.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rand::{RngCore as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;

/// The first half of every simulated secret.
const MARK: [u8; 16] = *b"mm-bot-simulated";

/// Stream of travel times and cuts.
pub(crate) const STREAM_TRAVEL: u64 = 1;
/// Stream of the control surface's token.
const STREAM_TOKEN: u64 = 2;
/// Streams of crowds begin here: venue and market are added.
pub(crate) const STREAM_CROWD: u64 = 1 << 32;

/// The 32 bytes that a simulated account's keys are made of: 16 bytes of mark, 16 of chance.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct SecretSeed([u8; 32]);

impl SecretSeed {
    /// The secret of an account: a function of the seed, the venue's name and the account's.
    pub(crate) fn derive(seed: u64, venue: &str, account: &str) -> Self {
        let mut key = [0u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        for (n, byte) in venue.bytes().chain([b'/']).chain(account.bytes()).enumerate() {
            let at = 8 + n % 24;
            key[at] = key[at].wrapping_mul(31).wrapping_add(byte);
        }
        let mut bytes = [0u8; 32];
        bytes[..16].copy_from_slice(&MARK);
        ChaCha20Rng::from_seed(key).fill_bytes(&mut bytes[16..]);
        Self(bytes)
    }

    pub(crate) const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Standard base64.
    pub(crate) fn base64(&self) -> String {
        STANDARD.encode(self.0)
    }
}

impl std::fmt::Debug for SecretSeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretSeed(***)")
    }
}

/// Whether this API secret was made by a simulator: standard base64 of 32 bytes that begin with the simulator's
/// mark. Live environments refuse such a key.
#[must_use]
pub fn is_simulated_key(api_secret: &str) -> bool {
    STANDARD.decode(api_secret.trim()).is_ok_and(|bytes| bytes.len() == 32 && bytes.starts_with(&MARK))
}

/// The control surface's bearer token, 128 bits in hex. It guards a simulator on loopback against a web page in
/// the same browser, not against anyone who knows the seed.
pub(crate) fn control_token(seed: u64) -> String {
    let mut chance = ChaCha20Rng::seed_from_u64(seed);
    chance.set_stream(STREAM_TOKEN);
    format!("{:016x}{:016x}", chance.next_u64(), chance.next_u64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_by_everything_they_are_made_from_and_bear_the_mark() {
        let secrets = [
            (7, "backpack", "alice"),
            (8, "backpack", "alice"),
            (7, "other", "alice"),
            (7, "backpack", "bob"),
        ]
        .map(|(seed, venue, account)| SecretSeed::derive(seed, venue, account).base64());
        for (n, secret) in secrets.iter().enumerate() {
            assert!(is_simulated_key(secret));
            assert!(!secrets[..n].contains(secret));
        }
        assert_eq!(SecretSeed::derive(7, "backpack", "alice").base64(), secrets[0]);
    }

    #[test]
    fn other_keys_are_not_taken_for_simulated_ones() {
        for text in
            ["", "mm-bot-simulated", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", &STANDARD.encode(MARK)]
        {
            assert!(!is_simulated_key(text), "{text}");
        }
    }
}
