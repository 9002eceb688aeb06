//! The venue's numbers of markets and assets, and its integers: a wire integer is the decimal without its point.

use mm_exchange::{Exchange, Listing};
use mm_model::{Market, MarketId, MarketKind, Money, Price, Qty, Timestamp};

use super::errors::Refused;
use crate::lighter::wire::error::codes;

/// The first number of a spot market (lighter-go constants.go, `MinSpotMarketIndex`). The first of the perpetuals is 0.
const SPOT_FIRST: u16 = 2048;
/// What stands for all markets in a query.
pub(super) const ALL: i64 = 255;
/// The asset that perpetuals settle in.
pub(super) const USDC: &str = "USDC";

/// The most that an order may be worth, in USDC: 2^48 − 1 millionths of it, as the venue's markets have it.
pub(super) const ORDER_QUOTE_LIMIT: Money = Money(281_474_976_710_655 * 10_i128.pow(Money::SCALE as u32 - 6));

/// The venue's numbers of assets (lighter-sdk 1.1.8); what is not listed has none.
const ASSETS: [(u16, &str); 8] =
    [(1, "ETH"), (2, "LIT"), (3, USDC), (5, "LINK"), (6, "UNI"), (7, "AAVE"), (8, "SKY"), (9, "LDO")];

/// The number of a market: perpetuals and spot markets are counted apart, in the order in which they were listed.
pub(super) fn index_of(exchange: &Exchange, market: MarketId) -> u16 {
    let Some(listing) = exchange.listing(market) else { return u16::MAX };
    let kind = listing.market.kind;
    let before = exchange.listings()[..market.0 as usize].iter().filter(|it| it.market.kind == kind).count();
    let first = if kind == MarketKind::Spot { SPOT_FIRST } else { 0 };
    first + u16::try_from(before).expect("fewer markets than numbers")
}

/// The kind of market that a number is for.
pub(super) const fn kind_of(index: u16) -> MarketKind {
    if index < SPOT_FIRST { MarketKind::Perpetual } else { MarketKind::Spot }
}

/// The market of a number.
pub(super) fn by_index(exchange: &Exchange, index: i64) -> Option<&Listing> {
    let (kind, n) = match usize::try_from(index).ok()? {
        n if n >= usize::from(SPOT_FIRST) => (MarketKind::Spot, n - usize::from(SPOT_FIRST)),
        n => (MarketKind::Perpetual, n),
    };
    exchange.listings().iter().filter(|listing| listing.market.kind == kind).nth(n)
}

/// The market of a number, or the venue's no.
pub(super) fn listing(exchange: &Exchange, index: i64) -> Result<&Listing, Refused> {
    by_index(exchange, index).ok_or_else(|| Refused::new(codes::INVALID_MARKET_INDEX))
}

/// A market that is known to be listed, or the venue's no.
pub(super) fn market(exchange: &Exchange, market: MarketId) -> Result<&Market, Refused> {
    exchange.markets().get(market).ok_or_else(|| codes::INVALID_MARKET_INDEX.into())
}

/// The number of an asset.
pub(super) fn asset_id(asset: &str) -> Option<u16> {
    ASSETS.iter().find(|(_, name)| *name == asset).map(|(id, _)| *id)
}

/// The asset of a number.
pub(super) fn asset(id: u16) -> Option<&'static str> {
    ASSETS.iter().find(|(known, _)| *known == id).map(|(_, name)| *name)
}

/// The price of a wire integer, if it lies on a tick.
pub(super) fn price(market: &Market, raw: i64) -> Option<Price> {
    steps(raw, market.tick.normalized().mantissa).map(Price)
}

/// The wire integer of a price.
pub(super) fn raw_price(market: &Market, price: Price) -> i64 {
    raw(price.0, market.tick.normalized().mantissa)
}

/// The size of a wire integer, if it is whole lots.
pub(super) fn qty(market: &Market, raw: i64) -> Option<Qty> {
    steps(raw, market.lot.normalized().mantissa).and_then(|lots| u64::try_from(lots).ok()).map(Qty)
}

/// The wire integer of a size.
pub(super) fn raw_qty(market: &Market, qty: Qty) -> i64 {
    raw(i64::try_from(qty.0).unwrap_or(i64::MAX), market.lot.normalized().mantissa)
}

fn steps(raw: i64, step: i128) -> Option<i64> {
    let raw = i128::from(raw);
    (step > 0 && raw % step == 0).then(|| raw / step).and_then(|steps| i64::try_from(steps).ok())
}

fn raw(steps: i64, step: i128) -> i64 {
    i64::try_from(i128::from(steps).saturating_mul(step)).unwrap_or(i64::MAX)
}

/// The block of a time: one each second (chosen; the venue's come faster).
pub(super) fn height(at: Timestamp) -> i64 {
    i64::try_from(at.ms() / 1_000).unwrap_or(i64::MAX)
}

/// Seconds as the wire has them.
pub(super) fn seconds(at: Timestamp) -> i64 {
    i64::try_from(at.ms() / 1_000).unwrap_or(i64::MAX)
}

/// Milliseconds as the wire has them.
pub(super) fn ms(at: Timestamp) -> i64 {
    i64::try_from(at.ms()).unwrap_or(i64::MAX)
}

/// Microseconds as the wire has them.
pub(super) fn us(at: Timestamp) -> i64 {
    i64::try_from(at.us()).unwrap_or(i64::MAX)
}

/// The time of wire milliseconds; what is negative is the epoch.
pub(super) fn time(ms: i64) -> Timestamp {
    Timestamp::from_ms(u64::try_from(ms).unwrap_or(0))
}
