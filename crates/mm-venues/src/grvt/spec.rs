//! What the rest of the house must know of GRVT.

use std::time::Duration;

use crate::{
    client::Allowance,
    spec::{Address, Environment, VenueSpec, Window},
};

/// The venue takes no signature that lives longer (its error 2008 and reason `EXCEED_MAX_SIGNATURE_EXPIRATION`).
pub const SIGNATURE_LIFE_MAX: Duration = Duration::from_secs(30 * 24 * 3600);

/// How long an order may rest where nothing is configured: the default of the venue's own SDK (grvt-pysdk at bb77839).
/// What it may rest is the same as how long its signature lives.
pub const ORDER_LIFE: Duration = Duration::from_secs(24 * 3600);

/// The longest that a cancel waits for an order that it has overtaken (API reference at eed18e5, `ApiCancelOrderRequest`).
pub const CANCEL_TTL_MAX: Duration = Duration::from_secs(5);

/// Chains that orders are signed for (grvt-pysdk at bb77839, `CHAIN_IDS`; its environment table says 328 for staging, which
/// nothing is signed with).
const CHAIN_PROD: u32 = 325;
const CHAIN_TESTNET: u32 = 326;
const CHAIN_DEV: u32 = 327;

/// Requests. The venue's article on limits could not be read; these are ccxt's assumptions (4.5.90), which the weights
/// of single requests follow too: a hundred units a second.
pub(super) const ALLOWANCE: Allowance = Allowance { capacity: 100, per: Duration::from_secs(1) };

/// Logins: one a second (same source). Counted apart, so that a renewal keeps no cancel waiting.
pub(super) const LOGINS: Allowance = Allowance { capacity: 2, per: Duration::from_secs(2) };

/// Units for placing an order, or cancelling one (same source).
pub(super) const ORDER_WEIGHT: u32 = 5;

/// How long a request may still be on its way. Chosen: GRVT's requests bear no deadline beside the order's own life, which
/// is far too long to wait for. What arrives later all the same shows on the streams, and is an alarm.
const WINDOW: Duration = Duration::from_secs(10);

const fn addresses(urls: [&'static str; 5]) -> [Address; 5] {
    let [base, edge, market_data, ws, ws_market_data] = urls;
    [
        Address::new("base_url", base),
        Address::new("edge_url", edge),
        Address::new("market_data_url", market_data),
        Address::new("ws_url", ws),
        Address::new("ws_market_data_url", ws_market_data),
    ]
}

/// GRVT. Hosts from grvt-pysdk at bb77839, `grvt_ccxt_env.py`; the base URL is the host of trades.
pub const SPEC: VenueSpec = VenueSpec {
    name: "grvt",
    environments: &[
        Environment {
            name: "prod",
            addresses: &addresses([
                "https://trades.grvt.io",
                "https://edge.grvt.io",
                "https://market-data.grvt.io",
                "wss://trades.grvt.io",
                "wss://market-data.grvt.io",
            ]),
            chain_id: Some(CHAIN_PROD),
            real_money: true,
        },
        Environment {
            name: "testnet",
            addresses: &addresses([
                "https://trades.testnet.grvt.io",
                "https://edge.testnet.grvt.io",
                "https://market-data.testnet.grvt.io",
                "wss://trades.testnet.grvt.io",
                "wss://market-data.testnet.grvt.io",
            ]),
            chain_id: Some(CHAIN_TESTNET),
            real_money: false,
        },
        Environment {
            name: "staging",
            addresses: &addresses([
                "https://trades.staging.gravitymarkets.io",
                "https://edge.staging.gravitymarkets.io",
                "https://market-data.staging.gravitymarkets.io",
                "wss://trades.staging.gravitymarkets.io",
                "wss://market-data.staging.gravitymarkets.io",
            ]),
            chain_id: Some(CHAIN_DEV),
            real_money: false,
        },
        Environment {
            name: "dev",
            addresses: &addresses([
                "https://trades.dev.gravitymarkets.io",
                "https://edge.dev.gravitymarkets.io",
                "https://market-data.dev.gravitymarkets.io",
                "wss://trades.dev.gravitymarkets.io",
                "wss://market-data.dev.gravitymarkets.io",
            ]),
            chain_id: Some(CHAIN_DEV),
            real_money: false,
        },
    ],
    // The lower half is the web interface's (API reference at eed18e5, `OrderMetadata`).
    client_ids: 1 << 63..=u64::MAX,
    // The venue takes 100, each of which counts as an order: the allowance, less what is kept for cancels, carries these.
    batch_max: 18,
    window: Window { default: WINDOW, max: WINDOW },
    allowance: ALLOWANCE,
};
