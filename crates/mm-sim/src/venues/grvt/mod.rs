//! GRVT's row: its markets (endpoints-file page: those with a source are the venue's, the rest is chosen), its accounts,
//! and how its messages are recognised and falsified.

mod falsify;
mod messages;

use std::time::Duration;

use bytes::Bytes;
use mm_crypto::ecdsa::SimulatedKey;
use mm_exchange::Listing;
use mm_model::{MarketKind::Perpetual, Money};
use mm_venues::{
    grvt::server::{self, Options, Server},
    server::VenueServer,
};

use super::{
    Account, AccountKey, Site, VenueRow,
    markets::{Line, listing},
};
use crate::{
    config::{SimConfig, VenueKind},
    endpoints::{Grvt, GrvtAccount, VenueEndpoints},
    keys::SecretSeed,
};

pub(super) const ROW: VenueRow = VenueRow {
    kind: VenueKind::Grvt,
    quote: "USDT",
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
    rate_limited: || {
        Bytes::from_static(br#"{"code":1006,"message":"You have surpassed the allocated rate limit for your tier","status":429}"#)
    },
    falsify: falsify::falsify,
    endpoints,
};

/// The chain that the venue's test network signs for: an official client takes 326 wherever it is told that it talks to
/// the test network.
const CHAIN_ID: u32 = 326;
/// The first trading account; the next ones follow. (Sixteen digits, as the venue's are.)
const SUB_ACCOUNT_FIRST: u64 = 7_000_000_000_000_101;
/// How often funding is paid (the venue's, for BTC).
const FUNDING_INTERVAL: Duration = Duration::from_secs(8 * 3600);
/// One whole unit of an asset.
const WHOLE: i128 = 10i128.pow(Money::SCALE as u32);

// Taker fee, and tick, smallest size and smallest notional of BTC from recorded messages; the rest is chosen.
#[rustfmt::skip]
const MARKETS: [(Line, i128); 3] = [
    (Line { symbol: "BTC_USDT_Perp", base: "BTC", quote: "USDT", kind: Perpetual, tick: "0.1",  lot: "0.001", min_size: "0.001", start: "60000", maker_bps: "-0.01", taker_bps: "4.5" }, 100),
    (Line { symbol: "ETH_USDT_Perp", base: "ETH", quote: "USDT", kind: Perpetual, tick: "0.01", lot: "0.01",  min_size: "0.01",  start: "2400",  maker_bps: "-0.01", taker_bps: "4.5" }, 20),
    (Line { symbol: "SOL_USDT_Perp", base: "SOL", quote: "USDT", kind: Perpetual, tick: "0.01", lot: "0.1",   min_size: "0.1",   start: "150",   maker_bps: "-0.01", taker_bps: "4.5" }, 20),
];

fn listings(_: &SimConfig) -> Vec<Listing> {
    let list = |(line, min_notional): &(Line, i128)| {
        let mut listing = listing(line, FUNDING_INTERVAL);
        listing.market.min_notional = Some(Money(min_notional * WHOLE));
        listing
    };
    MARKETS.iter().map(list).collect()
}

/// What signs for an account, orders and wallet logins alike. Its address is the main account.
fn simulated_key(seed: u64, account: &str) -> SimulatedKey {
    SimulatedKey::derive(seed, &format!("grvt/{account}"))
}

/// Messages are recognised by the number of their trading account.
fn key(seed: u64, account: &'static str, n: usize) -> AccountKey {
    let key = simulated_key(seed, account);
    let sub_account = SUB_ACCOUNT_FIRST + u64::try_from(n).expect("a few accounts");
    AccountKey {
        api_key: sub_account.to_string(),
        public_key: key.address().to_string(),
        secret: key.secret_hex(),
    }
}

/// What an account logs in with.
fn login_key(seed: u64, account: &str) -> String {
    SecretSeed::derive(seed, "grvt/login", account).base64()
}

fn sub_account(account: &Account) -> u64 {
    account.key.api_key.parse().expect("made from a number")
}

fn endpoints(venues: &mut VenueEndpoints, site: &Site<'_>, accounts: &[Account]) {
    let row = |account: &Account| GrvtAccount {
        name: account.name.to_owned(),
        api_key: login_key(site.config.seed, account.name),
        private_key: account.key.secret.clone(),
        main_account_id: account.key.public_key.clone(),
        sub_account_id: account.key.api_key.clone(),
    };
    // One listener stands for all hosts: their paths never collide.
    venues.grvt = Some(Grvt {
        edge: site.rest.clone(),
        trades: site.rest.clone(),
        market_data: site.rest.clone(),
        ws_trades: site.ws.clone(),
        ws_market_data: site.ws.clone(),
        chain_id: CHAIN_ID,
        accounts: accounts.iter().map(row).collect(),
    });
}

fn server(accounts: &[Account], config: &SimConfig) -> Box<dyn VenueServer> {
    let accounts = accounts.iter().map(|account| {
        let address = simulated_key(config.seed, account.name).address();
        server::Account {
            account: account.id,
            name: account.name.to_owned(),
            api_key: login_key(config.seed, account.name),
            signers: vec![address],
            main_account: address,
            sub_account: sub_account(account),
        }
    });
    let defaults = Options::default();
    let options = Options {
        chain_id: CHAIN_ID,
        seed: config.seed,
        rate_limits: config.rate_limits,
        speed_bump: if config.grvt_speed_bump { defaults.speed_bump } else { Duration::ZERO },
        ..defaults
    };
    Box::new(Server::new(accounts, options).expect("accounts have numbers and keys of their own"))
}
