//! Lighter's row: its markets (endpoints-file page: those with a source are the venue's, the rest is chosen), its
//! accounts, and how its messages are recognised and falsified.

mod falsify;
mod messages;

use std::time::Duration;

use bytes::Bytes;
use mm_crypto::SimulatedKey;
use mm_exchange::Listing;
use mm_model::{
    MarketKind::{Perpetual, Spot},
    Money,
};

use mm_venues::{
    lighter::{
        server::{self, ApiKey, Options, Server, Tier},
        tx::ChainId,
    },
    server::VenueServer,
};

use super::{
    Account, AccountKey, Site, VenueRow,
    markets::{Line, listing},
};
use crate::{
    config::{LighterTier, SimConfig, VenueKind},
    endpoints::{Lighter, LighterAccount, VenueEndpoints},
};

pub(super) const ROW: VenueRow = VenueRow {
    kind: VenueKind::Lighter,
    quote: "USDC",
    listings,
    key,
    server,
    ask: messages::ask,
    request_key: messages::request_account,
    frame_key: messages::frame_account,
    frame_ask: messages::frame_ask,
    request_orders: messages::request_orders,
    frame_orders: messages::frame_orders,
    stream: messages::stream,
    feed: messages::feed,
    cancel_noted: None,
    rate_limited: || Bytes::from_static(br#"{"code":23000,"message":"Too Many Requests!"}"#),
    falsify: falsify::falsify,
    endpoints,
};

/// The first account's index; the next ones follow. (0 to 2 are the venue's own.)
const ACCOUNT_FIRST: i64 = 101;
/// The key that the endpoints file names (user keys count from 4).
const KEY_FIRST: u8 = 4;
/// How many keys each account has registered, so that one account can be traded through several lanes.
const KEYS: u8 = 4;
/// Smallest notional of an order, in whole USDC (the venue's, for ETH).
const MIN_NOTIONAL: i128 = 10;
/// One whole unit of an asset.
const WHOLE: i128 = 10i128.pow(Money::SCALE as u32);

#[rustfmt::skip]
const MARKETS: [Line; 4] = [
    Line { symbol: "ETH",      base: "ETH", quote: "USDC", kind: Perpetual, tick: "0.01",  lot: "0.0001",  min_size: "0.0050",  start: "2400",  maker_bps: "0", taker_bps: "0" },
    Line { symbol: "BTC",      base: "BTC", quote: "USDC", kind: Perpetual, tick: "0.1",   lot: "0.00001", min_size: "0.00020", start: "60000", maker_bps: "0", taker_bps: "0" },
    Line { symbol: "SOL",      base: "SOL", quote: "USDC", kind: Perpetual, tick: "0.001", lot: "0.001",   min_size: "0.050",   start: "150",   maker_bps: "0", taker_bps: "0" },
    Line { symbol: "ETH/USDC", base: "ETH", quote: "USDC", kind: Spot,      tick: "0.01",  lot: "0.0001",  min_size: "0.0050",  start: "2400",  maker_bps: "0", taker_bps: "0" },
];

fn listings(config: &SimConfig) -> Vec<Listing> {
    // Standard accounts pay nothing; the others 0.004 % and 0.028 % (apidocs.lighter.xyz, July 2026).
    let (maker_bps, taker_bps) = match config.lighter_tier {
        LighterTier::Standard => ("0", "0"),
        LighterTier::Premium | LighterTier::Plus => ("0.4", "2.8"),
    };
    let list = |line: &Line| {
        let mut listing = listing(&Line { maker_bps, taker_bps, ..*line }, Duration::from_secs(3600));
        listing.market.min_notional = Some(Money(MIN_NOTIONAL * WHOLE));
        listing
    };
    MARKETS.iter().map(list).collect()
}

/// The key of an account under one index.
fn simulated_key(seed: u64, account: &str, index: u8) -> SimulatedKey {
    SimulatedKey::derive(seed, &format!("lighter/{account}/{index}"))
}

/// Messages are recognised by the index of their account, whichever of its keys signs them.
fn key(seed: u64, account: &'static str, n: usize) -> AccountKey {
    let key = simulated_key(seed, account, KEY_FIRST);
    let index = ACCOUNT_FIRST + i64::try_from(n).expect("a few accounts");
    AccountKey {
        api_key: index.to_string(),
        public_key: key.public().to_string(),
        secret: format!("0x{}", key.secret_hex()),
    }
}

fn endpoints(venues: &mut VenueEndpoints, site: &Site<'_>, accounts: &[Account]) {
    let row = |account: &Account| LighterAccount {
        name: account.name.to_owned(),
        account_index: index_of(account),
        api_key_index: KEY_FIRST,
        api_key_private_key: account.key.secret.clone(),
        api_key_public_key: account.key.public_key.clone(),
        l1_address: l1_address(account),
    };
    venues.lighter = Some(Lighter {
        rest: site.rest.clone(),
        ws: format!("{}/stream", site.ws),
        chain_id: site.config.lighter_chain_id,
        accounts: accounts.iter().map(row).collect(),
    });
}

fn index_of(account: &Account) -> i64 {
    account.key.api_key.parse().expect("made from a number")
}

/// An address that nobody has: twenty bytes that count the accounts.
fn l1_address(account: &Account) -> String {
    format!("0x{:040x}", index_of(account))
}

fn server(accounts: &[Account], config: &SimConfig) -> Box<dyn VenueServer> {
    let keys = |account: &Account| {
        let key = |index| ApiKey { index, public: simulated_key(config.seed, account.name, index).public() };
        (KEY_FIRST..KEY_FIRST + KEYS).map(key).collect()
    };
    let accounts = accounts.iter().map(|account| server::Account {
        account: account.id,
        name: account.name.to_owned(),
        index: index_of(account),
        l1_address: l1_address(account),
        keys: keys(account),
    });
    let options = Options {
        chain: ChainId(config.lighter_chain_id),
        tier: match config.lighter_tier {
            LighterTier::Standard => Tier::Standard,
            LighterTier::Premium => Tier::Premium,
            LighterTier::Plus => Tier::Plus,
        },
        rate_limits: config.rate_limits,
        switches: server::Switches {
            scheduled_cancel_blocks_orders: config.lighter_scheduled_cancel_blocks,
            ..server::Switches::default()
        },
        ..Options::default()
    };
    let server = Server::new(accounts, options);
    Box::new(server.expect("the accounts' keys were made from the seed a moment ago"))
}
