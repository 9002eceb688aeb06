//! Keys of simulated accounts: derived from the seed and marked, so that no live environment takes one by mistake.

/// Whether this base64 secret was made by a simulator. Live environments refuse such a key.
#[must_use]
pub fn is_simulated_key(_api_secret: &str) -> bool {
    todo!()
}
