//! The venue's orders, fills, positions and balances as ours.

use std::fmt::Display;

use mm_model::{
    Balance, ClientId, DecodeError, Fill, Liquidity, Market, Markets, Money, OrderReport, Position, Price,
    Qty, ReportedStatus, Symbol, Timestamp, TradeId, VenueOrderId,
};

use crate::{
    backpack::wire::{
        Status, Text, account,
        history::{HistoricFill, HistoricOrder},
        order::Order,
        private_stream::{OrderUpdate, PositionUpdate},
        time,
    },
    reading::{money, price_near, unreadable},
};

/// Why an order that the venue took off had never rested: it was thrown out on arrival.
const NEVER_RESTED: [&str; 2] = ["PostOnlyTaker", "PostOnlyMode"];

/// Where an order stands. One that is over without a fill is *rejected* when the reason says that it never rested,
/// and *cancelled* otherwise: the rest of an immediate-or-cancel order, a market order that found nobody, an order
/// stopped before it met one of its own account, a reduce-only order with nothing left to reduce.
fn standing(status: Status, reason: Option<&str>, filled: Qty) -> ReportedStatus {
    match status {
        Status::New | Status::PartiallyFilled | Status::TriggerPending | Status::Triggered => {
            ReportedStatus::Open
        }
        Status::Filled => ReportedStatus::Filled,
        Status::Cancelled => ReportedStatus::Cancelled { reason: None },
        Status::TriggerFailed => ReportedStatus::Cancelled { reason: Some("TriggerFailed".to_owned()) },
        Status::Expired => {
            let reason = reason.unwrap_or("Expired");
            if filled.is_zero() && NEVER_RESTED.iter().any(|known| same_word(known, reason)) {
                ReportedStatus::Rejected { reason: reason.to_owned() }
            } else {
                ReportedStatus::Cancelled { reason: Some(reason.to_owned()) }
            }
        }
    }
}

/// Whether `PostOnlyTaker` and `POST_ONLY_TAKER` are one word: the page spells a stream's reason in the second way
/// and REST's in the first.
fn same_word(a: &str, b: &str) -> bool {
    fn letters(text: &str) -> impl Iterator<Item = u8> {
        text.bytes().filter(|c| *c != b'_').map(|c| c.to_ascii_lowercase())
    }
    letters(a).eq(letters(b))
}

/// The numbers and ids of one message of one market.
#[derive(Clone, Copy)]
struct Reader<'m> {
    what: &'static str,
    market: &'m Market,
}

impl<'m> Reader<'m> {
    fn new(what: &'static str, markets: &'m Markets, symbol: &str) -> Result<Self, DecodeError> {
        let market = markets
            .by_symbol(symbol)
            .ok_or_else(|| unreadable(what, format_args!("market {symbol} is not known")))?;
        Ok(Self { what, market })
    }

    fn bad(&self, why: impl Display) -> DecodeError {
        unreadable(self.what, format_args!("{}: {why}", self.market.symbol))
    }

    fn price(&self, text: &str) -> Result<Price, DecodeError> {
        self.market.price(text).map_err(|error| self.bad(error))
    }

    fn qty(&self, text: &str) -> Result<Qty, DecodeError> {
        self.market.qty(text).map_err(|error| self.bad(error))
    }

    /// A size that some messages leave out.
    fn qty_or_zero(&self, text: Option<&Text<'_>>) -> Result<Qty, DecodeError> {
        text.map_or(Ok(Qty::ZERO), |text| self.qty(text))
    }

    /// A field that this kind of message must have.
    fn there<'t>(&self, name: &str, field: Option<&'t Text<'_>>) -> Result<&'t str, DecodeError> {
        field.map(Text::as_str).ok_or_else(|| self.bad(format_args!("{name} is missing")))
    }

    fn order_id(&self, text: &str) -> Result<VenueOrderId, DecodeError> {
        VenueOrderId::new(text).ok_or_else(|| self.bad("the order id is empty or too long"))
    }

    fn money(&self, text: &str) -> Result<Money, DecodeError> {
        money(text).map_err(|error| self.bad(error))
    }

    fn asset(&self, text: &str) -> Symbol {
        let known = [&self.market.quote, &self.market.base].into_iter().find(|asset| &***asset == text);
        known.cloned().unwrap_or_else(|| Symbol::from(text))
    }

    fn time(&self, text: &str) -> Result<Timestamp, DecodeError> {
        time::parse(text).ok_or_else(|| self.bad("the time is no calendar time"))
    }
}

/// A live order. Its time is when it was made: REST does not say when it last changed.
pub(super) fn order(markets: &Markets, order: &Order<'_>) -> Result<OrderReport, DecodeError> {
    let read = Reader::new("order", markets, &order.symbol)?;
    let filled = read.qty(&order.executed_quantity)?;
    Ok(OrderReport {
        version: 0,
        client_id: order.client_id.map(ClientId),
        venue_id: read.order_id(&order.id)?,
        market: read.market.id,
        side: order.side.into(),
        price: order.price.as_ref().map(|price| read.price(price)).transpose()?,
        qty: read.qty_or_zero(order.quantity.as_ref())?,
        filled,
        status: standing(order.status, None, filled),
        at: Timestamp::from_ms(order.created_at),
    })
}

/// An order of the history.
pub(super) fn historic_order(
    markets: &Markets,
    order: &HistoricOrder<'_>,
) -> Result<OrderReport, DecodeError> {
    let read = Reader::new("order of the history", markets, &order.symbol)?;
    let filled = read.qty_or_zero(order.executed_quantity.as_ref())?;
    Ok(OrderReport {
        version: 0,
        client_id: order.client_id.map(ClientId),
        venue_id: read.order_id(&order.id)?,
        market: read.market.id,
        side: order.side.into(),
        price: order.price.as_ref().map(|price| read.price(price)).transpose()?,
        qty: read.qty_or_zero(order.quantity.as_ref())?,
        filled,
        status: standing(order.status, order.expiry_reason.as_deref(), filled),
        at: read.time(&order.created_at)?,
    })
}

/// A fill of the history; `None` for one without a trade id, which only the venue's own doings have (it is asked
/// for fills of users alone).
pub(super) fn historic_fill(markets: &Markets, fill: &HistoricFill<'_>) -> Result<Option<Fill>, DecodeError> {
    let read = Reader::new("fill of the history", markets, &fill.symbol)?;
    let Some(trade_id) = fill.trade_id else { return Ok(None) };
    let client_id = fill.client_id.as_ref().map(|text| text.parse().map(ClientId)).transpose();
    Ok(Some(Fill {
        trade_id: TradeId::from_number(trade_id),
        client_id: client_id.map_err(|error| read.bad(error))?,
        venue_id: read.order_id(&fill.order_id)?,
        market: read.market.id,
        side: fill.side.into(),
        price: read.price(&fill.price)?,
        qty: read.qty(&fill.quantity)?,
        fee: read.money(&fill.fee)?,
        fee_asset: read.asset(&fill.fee_symbol),
        liquidity: liquidity(fill.is_maker),
        at: read.time(&fill.timestamp)?,
    }))
}

/// The order of an order update.
pub(super) fn order_update(markets: &Markets, update: &OrderUpdate<'_>) -> Result<OrderReport, DecodeError> {
    let read = Reader::new("order update", markets, &update.symbol)?;
    let filled = read.qty_or_zero(update.executed_quantity.as_ref())?;
    Ok(OrderReport {
        version: 0,
        client_id: update.client_id.map(ClientId),
        venue_id: read.order_id(&update.order_id)?,
        market: read.market.id,
        side: update.side.into(),
        price: update.price.as_ref().map(|price| read.price(price)).transpose()?,
        qty: read.qty_or_zero(update.quantity.as_ref())?,
        filled,
        status: standing(update.status, update.expiry_reason.as_deref(), filled),
        at: Timestamp::from_us(update.engine_time),
    })
}

/// The fill of an order update that tells of one.
pub(super) fn fill_update(markets: &Markets, update: &OrderUpdate<'_>) -> Result<Fill, DecodeError> {
    let read = Reader::new("fill", markets, &update.symbol)?;
    Ok(Fill {
        trade_id: TradeId::from_number(update.trade_id.ok_or_else(|| read.bad("t is missing"))?),
        client_id: update.client_id.map(ClientId),
        venue_id: read.order_id(&update.order_id)?,
        market: read.market.id,
        side: update.side.into(),
        price: read.price(read.there("L", update.fill_price.as_ref())?)?,
        qty: read.qty(read.there("l", update.fill_quantity.as_ref())?)?,
        fee: read.money(read.there("n", update.fee.as_ref())?)?,
        fee_asset: read.asset(read.there("N", update.fee_symbol.as_ref())?),
        liquidity: liquidity(update.is_maker.ok_or_else(|| read.bad("m is missing"))?),
        at: Timestamp::from_us(update.engine_time),
    })
}

/// A position over REST, which tells no time.
pub(super) fn position(markets: &Markets, position: &account::Position<'_>) -> Result<Position, DecodeError> {
    let read = Reader::new("position", markets, &position.symbol)?;
    read_position(
        read,
        Timestamp::ZERO,
        [Some(&position.net_quantity), position.entry_price.as_ref(), position.pnl_unrealized.as_ref()],
    )
}

/// A position of the stream.
pub(super) fn position_update(
    markets: &Markets,
    update: &PositionUpdate<'_>,
) -> Result<Position, DecodeError> {
    let read = Reader::new("position update", markets, &update.symbol)?;
    read_position(
        read,
        Timestamp::from_us(update.engine_time),
        [Some(&update.net_quantity), update.entry_price.as_ref(), update.pnl_unrealized.as_ref()],
    )
}

/// `net`, `entry` and `unrealized`, of which only the first must be there.
fn read_position(
    read: Reader<'_>,
    at: Timestamp,
    [net, entry, unrealized]: [Option<&Text<'_>>; 3],
) -> Result<Position, DecodeError> {
    let net = net.map_or("", |text| text.as_str());
    let net = read.market.signed_qty(net).map_err(|error| read.bad(error))?;
    let entry = match entry {
        Some(text) if !net.is_flat() => Some(price_near(read.market, text).map_err(|error| read.bad(error))?),
        _ => None,
    };
    let unrealized = unrealized.map(|text| read.money(text)).transpose()?;
    Ok(Position { market: read.market.id, net, entry, unrealized, at })
}

/// A balance, over REST or by the stream.
pub(super) fn balance(
    asset: Symbol,
    [available, locked]: [&Text<'_>; 2],
    at: Timestamp,
) -> Result<Balance, DecodeError> {
    let read =
        |text: &str| money(text).map_err(|error| unreadable("balance", format_args!("{asset}: {error}")));
    let (available, locked) = (read(available)?, read(locked)?);
    Ok(Balance { asset, available, locked, at })
}

const fn liquidity(is_maker: bool) -> Liquidity {
    if is_maker { Liquidity::Maker } else { Liquidity::Taker }
}
