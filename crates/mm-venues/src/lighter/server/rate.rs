//! Tiers, and how many requests and transactions each may send.

/// What an account pays for: decides limits and delays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// No fees, slow.
    Standard,
    /// Fees, fast.
    #[default]
    Premium,
    /// As premium, with larger allowances.
    Plus,
}
