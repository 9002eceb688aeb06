//! What the rest of the house must know of Backpack.

use std::time::Duration;

use super::sign::{WINDOW_DEFAULT_MS, WINDOW_MAX_MS};
use crate::{
    client::Allowance,
    spec::{Address, Environment, VenueSpec, Window},
};

/// Requests over REST per minute and subaccount (the venue's FAQ, read 2026-11). Historical market data has an
/// allowance of its own, which we never use.
pub const ALLOWANCE: Allowance = Allowance { capacity: 2_000, per: Duration::from_secs(60) };

/// Backpack. No test network is documented.
pub const SPEC: VenueSpec = VenueSpec {
    name: "backpack",
    environments: &[Environment {
        name: "mainnet",
        addresses: &[
            Address::new("base_url", "https://api.backpack.exchange"),
            Address::new("ws_url", "wss://ws.backpack.exchange"),
        ],
        chain_id: None,
        real_money: true,
    }],
    // `clientId` is a u32 (OpenAPI text, August 2026); zero is left out because bpx-py drops it as "not set".
    client_ids: 1..=u32::MAX as u64,
    // Undocumented: ccxt sends at most 20, bbgo 50; the smaller is safe under both.
    batch_max: 20,
    window: Window {
        default: Duration::from_millis(WINDOW_DEFAULT_MS as u64),
        max: Duration::from_millis(WINDOW_MAX_MS as u64),
    },
    allowance: ALLOWANCE,
};
