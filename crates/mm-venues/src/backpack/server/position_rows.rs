//! A position of the exchange in the venue's two shapes: over REST and on the stream.

use mm_exchange::{AccountId, Exchange, Listing, PositionView};
use mm_model::{MarketId, Money, Price, Rate, SignedQty, Timestamp};

use super::{Account, numbers, public::margin_function};
use crate::backpack::wire::{Text, account::Position, private_stream::PositionUpdate};

/// The venue's number of a position: the exchange has one position in a market and gives it no number.
pub(super) const fn position_id(account: AccountId, market: MarketId) -> u64 {
    ((account.0 as u64) << 32) | (market.0 as u64 + 1)
}

/// Initial margin as a fraction: what the listing asks, or more when the account limits its leverage.
pub(super) fn initial_margin(exchange: &Exchange, account: AccountId, listing: &Listing) -> Rate {
    let leverage = i128::from(exchange.leverage(account).max(1));
    let least = i64::try_from((Rate::ONE + leverage - 1) / leverage).unwrap_or(i64::MAX);
    Rate(listing.initial_margin.0.max(least))
}

/// A position valued at a mark.
struct Valued<'a> {
    listing: &'a Listing,
    position: &'a PositionView,
    mark: Price,
    imf: Rate,
}

impl Valued<'_> {
    fn entry(&self) -> Text<'static> {
        self.average(self.position.cost)
    }

    /// The price at which closing would bring back what was lost or spend what was won, fees apart.
    fn break_even(&self) -> Text<'static> {
        self.average(self.position.cost - self.position.realized - self.position.funding)
    }

    fn average(&self, cost: Money) -> Text<'static> {
        let average = numbers::average(&self.listing.market, cost, self.position.net);
        average.map_or(Text::new("0"), numbers::text)
    }

    fn notional(&self) -> Text<'static> {
        numbers::text(self.listing.market.notional(self.mark, self.position.net.abs()))
    }

    fn unrealized(&self) -> Text<'static> {
        numbers::text(self.listing.market.signed_notional(self.mark, self.position.net) - self.position.cost)
    }
}

fn valued<'a>(exchange: &'a Exchange, account: AccountId, position: &'a PositionView) -> Option<Valued<'a>> {
    let listing = exchange.listing(position.market)?;
    let mark = exchange.mark(position.market).unwrap_or(listing.start);
    Some(Valued { listing, position, mark, imf: initial_margin(exchange, account, listing) })
}

/// `/api/v1/position`.
pub(super) fn position_row<'a>(
    exchange: &'a Exchange,
    account: &Account,
    position: &PositionView,
) -> Option<Position<'a>> {
    let value = valued(exchange, account.account, position)?;
    let listing = exchange.listing(position.market)?;
    let market = &listing.market;
    let maintenance = listing.maintenance_margin;
    Some(Position {
        break_even_price: Some(value.break_even()),
        cumulative_funding_payment: Some(numbers::text(position.funding)),
        cumulative_interest: Some(Text::new("0")),
        entry_price: Some(value.entry()),
        est_liquidation_price: Some(Text::new("0")),
        imf: Some(numbers::rate(value.imf)),
        imf_function: Some(margin_function(value.imf)),
        mark_price: Some(numbers::price(market, value.mark)),
        mmf: Some(numbers::rate(maintenance)),
        mmf_function: Some(margin_function(maintenance)),
        net_cost: Some(numbers::text(position.cost)),
        net_exposure_notional: Some(value.notional()),
        net_exposure_quantity: Some(numbers::qty(market, position.net.abs())),
        net_quantity: numbers::signed_qty(market, position.net),
        pnl_realized: Some(numbers::text(position.realized)),
        pnl_unrealized: Some(value.unrealized()),
        position_id: Some(numbers::text(position_id(account.account, position.market))),
        subaccount_id: None,
        symbol: Text::new(&market.symbol),
        user_id: Some(account.user_id),
    })
}

/// What the stream tells of a position.
#[derive(Clone, Copy, Debug)]
pub(super) struct PositionNews<'a> {
    pub(super) now: Timestamp,
    pub(super) account: AccountId,
    pub(super) position: &'a PositionView,
    /// `None` in the snapshot after a subscription.
    pub(super) event: Option<&'static str>,
}

/// The venue's word for a change from one size to another; `None`: nothing to tell.
pub(super) const fn position_event(before: SignedQty, after: SignedQty) -> Option<&'static str> {
    match (before.is_flat(), after.is_flat()) {
        (true, true) => None,
        (true, false) => Some("positionOpened"),
        (false, true) => Some("positionClosed"),
        (false, false) => Some("positionAdjusted"),
    }
}

/// `account.positionUpdate`.
pub(super) fn position_update<'a>(
    exchange: &'a Exchange,
    news: PositionNews<'_>,
) -> Option<PositionUpdate<'a>> {
    let position = news.position;
    let value = valued(exchange, news.account, position)?;
    let listing = exchange.listing(position.market)?;
    let market = &listing.market;
    Some(PositionUpdate {
        entry_price: Some(value.entry()),
        event_time: news.now.us(),
        mark_price: Some(numbers::price(market, value.mark)),
        pnl_unrealized: Some(value.unrealized()),
        net_exposure_quantity: Some(numbers::qty(market, position.net.abs())),
        engine_time: position.updated_at.us(),
        break_even_price: Some(value.break_even()),
        event: news.event.map(Text::new),
        imf: Some(numbers::rate(value.imf)),
        position_id: Some(position_id(news.account, position.market)),
        liquidation_price: Some(Text::new("0")),
        mmf: Some(numbers::rate(listing.maintenance_margin)),
        net_exposure_notional: Some(value.notional()),
        pnl_realized: Some(numbers::text(position.realized)),
        net_quantity: numbers::signed_qty(market, position.net),
        symbol: Text::new(&market.symbol),
    })
}
