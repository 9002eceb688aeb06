//! Lighter's row.

use std::{collections::BTreeMap, time::Duration};

use mm_crypto::{SecretKey, Signer, SimulatedKey};
use mm_strategy::params::{Kind, Param, Preset};
use mm_venues::{
    client::Protocol,
    lighter::{Client, Credentials, Options, OrdersBy, SPEC, Tier, tx::ChainId},
};

use super::{Access, VenueRow, Wiring};
use crate::{
    config::tables::key,
    keys::{KeyForm, Keys},
};

/// Names of the lines of a key file, as the venue's SDK calls them.
const ACCOUNT: &str = "account_index";
const INDEX: &str = "api_key_index";
const SECRET: &str = "api_key_private_key";
/// Further keys of the account, each a lane of its own.
const MORE: &str = "more_keys";

pub(super) const ROW: VenueRow = VenueRow {
    name: "lighter",
    about: "Lighter (zkLighter): spot and perpetuals in USDC, keys of the venue's own curve",
    params: PARAMS,
    spec: &SPEC,
    keys: KeyForm {
        needed: &[ACCOUNT, INDEX, SECRET],
        optional: &[MORE],
        about: "numbers, and the key of that index in hex; `more_keys: 5:0x…, 6:0x…` adds lanes",
    },
    account: |keys| keys.text(ACCOUNT).to_owned(),
    is_simulated: |keys| {
        let more = pairs(keys.text(MORE)).filter_map(|pair| pair.split_once(':')).map(|(_, secret)| secret);
        more.chain([keys.text(SECRET)]).any(|secret| SimulatedKey::from_marked_hex(secret).is_some())
    },
    simulated: |endpoints, account| {
        let venue = endpoints.venues.lighter.as_ref()?;
        let row = venue.account(account)?;
        Some(Access {
            urls: BTreeMap::from([("base_url", venue.rest.clone()), ("ws_url", venue.ws.clone())]),
            chain_id: Some(venue.chain_id),
            keys: Keys::of([
                (ACCOUNT, row.account_index.to_string()),
                (INDEX, row.api_key_index.to_string()),
                (SECRET, row.api_key_private_key.clone()),
            ]),
        })
    },
    protocol,
};

static PARAMS: &[Param] = &[
    key(
        "orders_by",
        Kind::Word(&[("socket", "socket"), ("http", "http")]),
        Preset::Is("socket"),
        "which way transactions go: many at a time by socket, or one after another by HTTP",
    ),
    key(
        "tier",
        Kind::Word(&[("standard", "standard"), ("premium", "premium"), ("plus", "plus")]),
        Preset::Is("premium"),
        "the account's tier: how much may be asked, and what it pays",
    ),
    key(
        "window_ms",
        // The venue tells its time in whole seconds, and clocks may be a quarter of the window apart.
        Kind::Integer { min: 2_500, max: 599_000 },
        Preset::Is("30000"),
        "how long a transaction stays valid; an order that is not heard of is not proven absent before",
    ),
    key(
        "market_bound_bp",
        Kind::Integer { min: 1, max: 5_000 },
        Preset::Is("100"),
        "how far from the touch a market order may fill on average, in basis points",
    ),
    key(
        "price_protection",
        Kind::Flag,
        Preset::Is("true"),
        "whether the venue may refuse prices that look like accidents",
    ),
    key(
        "dead_man_secs",
        // The venue schedules a cancel of everything 5 minutes to 15 days ahead.
        Kind::Seconds { min_ms: 300_000, max_ms: 1_296_000_000 },
        Preset::Unset,
        "the venue cancels every order of the account when it has not heard of us for so long (default: never). It may take no \
         new orders meanwhile (21712; no source says): try it on testnet first, `mm-bot watchdog` is the other way",
    ),
];

fn protocol(wiring: Wiring<'_>) -> Result<Box<dyn Protocol>, String> {
    let Wiring { access, symbols, own } = wiring;
    let credentials = credentials(&access)?;
    let mut options =
        Options::new(access.url("base_url"), access.url("ws_url"), symbols).with_keys(credentials);
    options.orders_by = match own.text("orders_by") {
        Some("http") => OrdersBy::Http,
        _ => OrdersBy::Socket,
    };
    options.tier = match own.text("tier") {
        Some("standard") => Tier::Standard,
        Some("plus") => Tier::Plus,
        _ => Tier::Premium,
    };
    if let Some(ms) = own.integer("window_ms").and_then(|ms| u64::try_from(ms).ok()) {
        options.transaction_life = Duration::from_millis(ms);
    }
    if let Some(bound) = own.integer("market_bound_bp").and_then(|bp| u32::try_from(bp).ok()) {
        options.market_bound_bp = bound;
    }
    options.price_protection = own.flag_if_set("price_protection").unwrap_or(true);
    let client = Client::new(options).map_err(|error| error.to_string())?;
    Ok(Box::new(client))
}

/// The account and its keys. Errors name the line of the key file, never what it holds.
fn credentials(access: &Access) -> Result<Credentials, String> {
    let keys = &access.keys;
    let account = keys.text(ACCOUNT).parse().map_err(|_| format!("{ACCOUNT} is not a whole number"))?;
    let chain = access.chain_id.map(ChainId).ok_or("nobody knows which chain transactions are signed for")?;
    let mut signers = vec![signer(keys.text(INDEX), keys.text(SECRET), [INDEX, SECRET])?];
    for pair in pairs(keys.text(MORE)) {
        let (index, secret) =
            pair.split_once(':').ok_or_else(|| format!("{MORE}: write INDEX:KEY, INDEX:KEY"))?;
        signers.push(signer(index, secret, [MORE, MORE])?);
    }
    Ok(Credentials { account, chain, keys: signers })
}

/// Further keys, as `INDEX:KEY, INDEX:KEY`.
fn pairs(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|pair| !pair.is_empty())
}

fn signer(index: &str, secret: &str, lines: [&str; 2]) -> Result<(u8, Signer), String> {
    let index = index.trim().parse().map_err(|_| format!("{}: a key's index is 0 to 254", lines[0]))?;
    let key = SecretKey::from_hex(secret.trim()).map_err(|error| format!("{}: {error}", lines[1]))?;
    Ok((index, Signer::live(key)))
}
