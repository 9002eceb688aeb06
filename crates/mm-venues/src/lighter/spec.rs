//! What the rest of the house must know of Lighter.

use std::time::Duration;

use super::tx::{CLIENT_ORDER_INDEX_MAX, ChainId};
use crate::{
    client::Allowance,
    spec::{Address, Environment, VenueSpec, Window},
};

/// The longest life of a transaction that the venue's own signer gives: 10 minutes less a second (lighter-go
/// `client/tx_get.go` at 17f2d60).
pub const TRANSACTION_LIFE_MAX: Duration = Duration::from_secs(599);

/// How long a transaction lives where nothing is configured. An order of which nothing is heard is not proven absent
/// before, so this is much shorter than the longest.
pub const TRANSACTION_LIFE: Duration = Duration::from_secs(30);

/// What the account pays for, which decides how much it may send (the venue's page on limits, July 2026).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tier {
    /// 60 requests a minute, transactions among them.
    #[default]
    Standard,
    /// 24,000 units of weight a minute, and 4,000 transactions at least.
    Premium,
    /// 120,000 units of weight a minute, and 8,000 transactions.
    Plus,
}

const fn a_minute(capacity: u32) -> Allowance {
    Allowance { capacity, per: Duration::from_secs(60) }
}

impl Tier {
    /// Requests (in units of weight), and transactions. The standard tier's 60 are read in the strictest way: whatever
    /// is sent counts among them, by socket, too.
    #[must_use]
    pub const fn allowances(self) -> [Allowance; 2] {
        match self {
            Self::Standard => [a_minute(60), a_minute(60)],
            Self::Premium => [a_minute(24_000), a_minute(4_000)],
            Self::Plus => [a_minute(120_000), a_minute(8_000)],
        }
    }
}

/// Lighter. Addresses and chains from SDK 1.1.8 `endpoint_profiles.py`.
pub const SPEC: VenueSpec = VenueSpec {
    name: "lighter",
    environments: &[
        Environment {
            name: "mainnet",
            addresses: &[
                Address::new("base_url", "https://mainnet.zklighter.elliot.ai"),
                Address::new("ws_url", "wss://mainnet.zklighter.elliot.ai/stream"),
            ],
            chain_id: Some(ChainId::MAINNET.0),
            real_money: true,
        },
        Environment {
            name: "robinhood",
            addresses: &[
                Address::new("base_url", "https://api.rh.lighter.xyz"),
                Address::new("ws_url", "wss://api.rh.lighter.xyz/stream"),
            ],
            chain_id: Some(466_324),
            real_money: true,
        },
        Environment {
            name: "testnet",
            addresses: &[
                Address::new("base_url", "https://testnet.zklighter.elliot.ai"),
                Address::new("ws_url", "wss://testnet.zklighter.elliot.ai/stream"),
            ],
            chain_id: Some(ChainId::TESTNET.0),
            real_money: false,
        },
        Environment {
            name: "robinhood-testnet",
            addresses: &[
                Address::new("base_url", "https://api.rh-testnet.lighter.xyz"),
                Address::new("ws_url", "wss://api.rh-testnet.lighter.xyz/stream"),
            ],
            chain_id: Some(ChainId::TESTNET.0),
            real_money: false,
        },
    ],
    // 0 is "none".
    client_ids: 1..=CLIENT_ORDER_INDEX_MAX as u64,
    // The venue's pages say 15 for sockets, 50 elsewhere (error 21514): the smaller holds everywhere.
    batch_max: 15,
    window: Window { default: TRANSACTION_LIFE, max: TRANSACTION_LIFE_MAX },
    allowance: Tier::Standard.allowances()[0],
};
