//! GRVT's row.

use std::collections::BTreeMap;

use mm_crypto::ecdsa::{SecretKey, Signer, SimulatedKey};
use mm_sim::is_simulated_key;
use mm_strategy::params::{Kind, Param, Preset};
use mm_venues::{
    client::Protocol,
    grvt::{
        Client, Credentials, Options, OrdersBy, SPEC, Urls,
        sign::ChainId,
        wire::{CandleInterval, Encoding},
    },
};

use super::{Access, VenueRow, Wiring};
use crate::{
    config::tables::key,
    keys::{KeyForm, Keys},
};

/// Names of the lines of a key file, as the venue's pages call them.
const API_KEY: &str = "api_key";
const ACCOUNT: &str = "sub_account_id";
const SECRET: &str = "private_key";

/// Names of the hosts, in configurations and in this program. The first and the last are what every venue has.
const TRADES: &str = "base_url";
const EDGE: &str = "edge_url";
const MARKET_DATA: &str = "market_data_url";
const WS_MARKET_DATA: &str = "ws_market_data_url";
const WS_TRADES: &str = "ws_url";

pub(super) const ROW: VenueRow = VenueRow {
    name: "grvt",
    about: "GRVT: perpetuals in USDT, an API key to log in and an Ethereum key to sign",
    params: PARAMS,
    spec: &SPEC,
    keys: KeyForm {
        needed: &[API_KEY, ACCOUNT, SECRET],
        optional: &[],
        about: "the API key, the trading account's number, and the key in hex that the API key was made with",
    },
    account: |keys| keys.text(ACCOUNT).to_owned(),
    is_simulated: |keys| {
        SimulatedKey::from_marked_hex(keys.text(SECRET)).is_some() || is_simulated_key(keys.text(API_KEY))
    },
    simulated: |endpoints, account| {
        let venue = endpoints.venues.grvt.as_ref()?;
        let row = venue.account(account)?;
        Some(Access {
            urls: BTreeMap::from([
                (TRADES, venue.trades.clone()),
                (EDGE, venue.edge.clone()),
                (MARKET_DATA, venue.market_data.clone()),
                (WS_MARKET_DATA, venue.ws_market_data.clone()),
                (WS_TRADES, venue.ws_trades.clone()),
            ]),
            chain_id: Some(venue.chain_id),
            keys: Keys::of([
                (API_KEY, row.api_key.clone()),
                (ACCOUNT, row.sub_account_id.clone()),
                (SECRET, row.private_key.clone()),
            ]),
        })
    },
    protocol,
};

static PARAMS: &[Param] = &[
    key(EDGE, Kind::Text, Preset::Unset, "where to log in; only the venue's own is taken"),
    key(MARKET_DATA, Kind::Text, Preset::Unset, "market data by REST; only the venue's own is taken"),
    key(WS_MARKET_DATA, Kind::Text, Preset::Unset, "market data by socket; only the venue's own is taken"),
    key(
        "encoding",
        Kind::Word(&[("lite", "lite"), ("full", "full")]),
        Preset::Is("lite"),
        "how fields are named on the wire: short names save bytes, full ones are easier to read",
    ),
    key(
        "candles",
        Kind::Word(&[
            ("off", "off"),
            ("1m", "CI_1_M"),
            ("5m", "CI_5_M"),
            ("15m", "CI_15_M"),
            ("1h", "CI_1_H"),
            ("4h", "CI_4_H"),
            ("1d", "CI_1_D"),
        ]),
        Preset::Is("off"),
        "candles of trades that the strategy hears of each market",
    ),
    key(
        "orders_by",
        Kind::Word(&[("socket", "socket"), ("http", "http")]),
        Preset::Is("socket"),
        "which way orders go: many at a time by socket, or by HTTP",
    ),
    key(
        "order_life_secs",
        // A signature's expiration is also the order's, 30 days ahead at most.
        Kind::Seconds { min_ms: 60_000, max_ms: 2_588_400_000 },
        Preset::Is("86400"),
        "how long a resting order lives: the venue takes it off when its signature expires",
    ),
    key(
        "window_ms",
        Kind::Integer { min: 1_000, max: 60_000 },
        Preset::Is("10000"),
        "how long an order may be on its way; one that is not heard of is not proven absent before",
    ),
    key(
        "dead_man_secs",
        // cancel_on_disconnect counts down from 1 to 300 seconds.
        Kind::Seconds { min_ms: 2_000, max_ms: 300_000 },
        Preset::Unset,
        "the venue cancels every order of the account when it has not heard of us for so long (default: never)",
    ),
];

fn protocol(wiring: Wiring<'_>) -> Result<Box<dyn Protocol>, String> {
    let Wiring { access, symbols, own } = wiring;
    let urls = Urls {
        edge: access.url(EDGE).to_owned(),
        trades: access.url(TRADES).to_owned(),
        market_data: access.url(MARKET_DATA).to_owned(),
        ws_trades: access.url(WS_TRADES).to_owned(),
        ws_market_data: access.url(WS_MARKET_DATA).to_owned(),
    };
    let mut options = Options::new(urls, symbols).with_keys(credentials(&access)?);
    options.encoding = match own.text("encoding") {
        Some("full") => Encoding::Full,
        _ => Encoding::Lite,
    };
    options.candles = match own.text("candles") {
        None | Some("off") => None,
        Some(word) => Some(CandleInterval::from(word)),
    };
    options.orders_by = match own.text("orders_by") {
        Some("http") => OrdersBy::Http,
        _ => OrdersBy::Socket,
    };
    if let Some(life) = own.duration("order_life_secs") {
        options.order_life = life;
    }
    let client = Client::new(options).map_err(|error| error.to_string())?;
    Ok(Box::new(client))
}

/// The account and its keys. Errors name the line of the key file, never what it holds.
fn credentials(access: &Access) -> Result<Credentials, String> {
    let keys = &access.keys;
    let account = keys.text(ACCOUNT).parse().map_err(|_| format!("{ACCOUNT} is not a whole number"))?;
    let chain = access.chain_id.ok_or("nobody knows which chain orders are signed for")?;
    let key = SecretKey::from_hex(keys.text(SECRET).trim()).map_err(|error| format!("{SECRET}: {error}"))?;
    Ok(Credentials::new(keys.text(API_KEY), account, Signer::live(key), ChainId(chain.into())))
}
