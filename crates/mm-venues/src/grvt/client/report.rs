//! The venue's orders, fills, positions and balances as ours.

use std::fmt::Display;

use mm_model::{
    Balance, ClientId, DecodeError, Event, Fill, Liquidity, Market, Money, OrderReport, Placement, Position,
    Price, Qty, ReportedStatus, Side, Symbol, Timestamp, TradeId, VenueOrderId,
};

use super::{market::Listings, refusal::engine_no};
use crate::{
    grvt::wire::{
        OrderRejectReason, OrderStatus, Text, account, history,
        order::{Order, OrderLeg, OrderState, is_assigned},
        stream::OrderStateFeed,
    },
    reading::{cut, money, price_near, unreadable},
};

/// The numbers and ids of one message of one market.
#[derive(Clone, Copy)]
struct Reader<'m> {
    what: &'static str,
    market: &'m Market,
}

impl<'m> Reader<'m> {
    fn new(what: &'static str, listings: &'m Listings, symbol: &str) -> Result<Self, DecodeError> {
        Ok(Self { what, market: listings.named(what, symbol)? })
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

    fn money(&self, text: &str) -> Result<Money, DecodeError> {
        money(text).map_err(|error| self.bad(error))
    }

    /// An order id that the engine gave: `0x00` and the like are none, and are never kept.
    fn order_id(&self, text: &str) -> Result<VenueOrderId, DecodeError> {
        VenueOrderId::new(text)
            .filter(|_| is_assigned(text))
            .ok_or_else(|| self.bad(format_args!("'{}' is no order id", cut(text))))
    }

    fn asset(&self, text: &str) -> Symbol {
        let market = self.market;
        let known = [&market.quote, &market.base].into_iter().find(|asset| &***asset == text);
        known
            .cloned()
            .unwrap_or_else(|| if text.is_empty() { market.quote.clone() } else { Symbol::from(text) })
    }
}

/// Our id in the venue's words; nothing, and any number of zeros, is none.
pub(super) fn client_id(text: &str) -> Result<Option<ClientId>, DecodeError> {
    if text.is_empty() {
        return Ok(None);
    }
    let id: u64 = text.parse().map_err(|_| unreadable("client order id", cut(text)))?;
    Ok((id != 0).then_some(ClientId(id)))
}

/// What does not change while an order lives.
#[derive(Clone, Copy, Debug)]
struct Shape {
    side: Side,
    qty: Qty,
    price: Option<Price>,
}

/// Where an order stands; `None` for one that the engine has not decided about.
///
/// A post-only order that would have matched never rested: it is *rejected*, whichever word the venue has for it. So is
/// what the engine threw out; all else that is over is *cancelled*, with the venue's reason, unless it was our own wish.
fn standing(state: &OrderState<'_>, filled: Qty) -> Result<Option<ReportedStatus>, DecodeError> {
    use OrderRejectReason::{ClientBulkCancel, ClientCancel, FailPostOnly, Unspecified};
    let reason = || cut(state.reject_reason.as_str());
    Ok(Some(match (&state.status, &state.reject_reason) {
        (OrderStatus::Pending, _) => return Ok(None),
        (OrderStatus::Open, _) => ReportedStatus::Open,
        (OrderStatus::Filled, _) => ReportedStatus::Filled,
        (OrderStatus::Rejected, _) => ReportedStatus::Rejected { reason: reason() },
        (OrderStatus::Cancelled, FailPostOnly) if filled.is_zero() => {
            ReportedStatus::Rejected { reason: reason() }
        }
        (OrderStatus::Cancelled, ClientCancel | ClientBulkCancel | Unspecified) => {
            ReportedStatus::Cancelled { reason: None }
        }
        (OrderStatus::Cancelled, _) => ReportedStatus::Cancelled { reason: Some(reason()) },
        (OrderStatus::Unknown(word), _) => {
            return Err(unreadable("order", format_args!("status '{}' is on no page", cut(word))));
        }
    }))
}

/// What an order's message tells: where it stands; that the venue took note of it and no more; that it was thrown out
/// before it had an id. `None` when it was not ours and there is nothing to tell of it yet.
fn news(
    read: Reader<'_>,
    shape: Shape,
    (order_id, client_order_id, state): (&str, &str, &OrderState<'_>),
) -> Result<Option<Event>, DecodeError> {
    let client_id = client_id(client_order_id)?;
    let queued = client_id.map(|client_id| Event::Queued { client_id });
    // One entry for each leg: on the book there is one. An order that is partly filled is open, and only this says it.
    let filled = state.traded_size.first().map_or(Ok(Qty::ZERO), |text| read.qty(text))?;
    let Some(status) = standing(state, filled)? else { return Ok(queued) };
    if !is_assigned(order_id) {
        let is_dead = matches!(status, ReportedStatus::Rejected { .. } | ReportedStatus::Cancelled { .. });
        return Ok(match client_id {
            Some(client_id) if is_dead && filled.is_zero() => {
                Some(Event::Refused { client_id, refusal: engine_no(&state.reject_reason) })
            }
            // It has no name yet: the stream tells the rest, or a question does.
            _ => queued,
        });
    }
    Ok(Some(Event::Order(OrderReport {
        client_id,
        venue_id: read.order_id(order_id)?,
        market: read.market.id,
        side: shape.side,
        price: shape.price,
        qty: if status == ReportedStatus::Filled { filled_size(shape.qty, filled) } else { shape.qty },
        version: 0,
        filled,
        status,
        at: state.update_time.into(),
    })))
}

/// The size of an order that is filled: a reduce-only one is made as small as what there is to reduce, and its leg goes on
/// saying what was asked for.
fn filled_size(asked: Qty, filled: Qty) -> Qty {
    if filled.is_zero() { asked } else { asked.min(filled) }
}

/// The one leg of an order of the book.
fn leg<'o, 'a>(order: &'o Order<'a>) -> Result<&'o OrderLeg<'a>, DecodeError> {
    match &*order.legs {
        [leg] => Ok(leg),
        legs => Err(unreadable("order", format_args!("{} legs: orders of the book have one", legs.len()))),
    }
}

/// Whether the order is one of a market that we list.
pub(super) fn is_listed(listings: &Listings, order: &Order<'_>) -> bool {
    matches!(&*order.legs, [leg] if listings.knows(&leg.instrument))
}

/// An order.
pub(super) fn order(listings: &Listings, order: &Order<'_>) -> Result<Option<Event>, DecodeError> {
    let leg = leg(order)?;
    let read = Reader::new("order", listings, &leg.instrument)?;
    let limit = leg.limit_price.as_ref().filter(|_| !order.is_market);
    let shape = Shape {
        side: side(leg.is_buying_asset),
        qty: read.qty(&leg.size)?,
        price: limit.map(|text| read.price(text)).transpose()?,
    };
    news(read, shape, (&order.order_id, &order.metadata.client_order_id, &order.state))
}

/// How far an order of ours came, of which the message itself says nothing else.
pub(super) fn state(
    listings: &Listings,
    placement: &Placement,
    told: &OrderStateFeed<'_>,
) -> Result<Option<Event>, DecodeError> {
    let order = &placement.order;
    let market = listings.get(order.market).map(|(market, _)| market);
    let market = market.ok_or_else(|| unreadable("order state", "the market is not known"))?;
    let shape = Shape { side: order.side, qty: order.qty, price: order.kind.price() };
    let read = Reader { what: "order state", market };
    news(read, shape, (&told.order_id, &told.client_order_id, &told.order_state))
}

/// A fill of ours.
pub(super) fn fill(listings: &Listings, fill: &history::Fill<'_>) -> Result<Fill, DecodeError> {
    let read = Reader::new("fill", listings, &fill.instrument)?;
    let trade_id = TradeId::new(&fill.trade_id);
    Ok(Fill {
        trade_id: trade_id.ok_or_else(|| read.bad("the trade id is empty or too long"))?,
        client_id: client_id(&fill.client_order_id)?,
        venue_id: read.order_id(&fill.order_id)?,
        market: read.market.id,
        side: side(fill.is_buyer),
        price: read.price(&fill.price)?,
        qty: read.qty(&fill.size)?,
        fee: read.money(&fill.fee)?,
        fee_asset: read.asset(&fill.fee_currency),
        liquidity: if fill.is_taker { Liquidity::Taker } else { Liquidity::Maker },
        at: fill.event_time.into(),
    })
}

/// A position; a size of zero is flat.
pub(super) fn position(
    listings: &Listings,
    position: &account::Position<'_>,
) -> Result<Position, DecodeError> {
    let read = Reader::new("position", listings, &position.instrument)?;
    let net = read.market.signed_qty(&position.size).map_err(|error| read.bad(error))?;
    let told = |text: &Text<'_>| !text.is_empty() && !net.is_flat();
    let entry = Some(&position.entry_price).filter(|text| told(text));
    let entry =
        entry.map(|text| price_near(read.market, text)).transpose().map_err(|error| read.bad(error))?;
    let unrealized = Some(&position.unrealized_pnl).filter(|text| !text.is_empty());
    Ok(Position {
        market: read.market.id,
        net,
        entry,
        unrealized: unrealized.map(|text| read.money(text)).transpose()?,
        at: position.event_time.into(),
    })
}

/// The balances of an account. What margin holds of the settlement currency is what of it is not available; profit that
/// is not realised may make more available than there is.
pub(super) fn balances(
    account: &account::SubAccount<'_>,
    asset: impl Fn(&str) -> Symbol,
) -> Result<Vec<Balance>, DecodeError> {
    let at = Timestamp::from(account.event_time);
    let read = |name: &str, text: &str| {
        money(text).map_err(|error| unreadable("balance", format_args!("{}: {error}", cut(name))))
    };
    let settle = &account.settle_currency;
    let available = read(settle, &account.available_balance)?;
    let mut rows = Vec::with_capacity(account.spot_balances.len() + 1);
    let mut has_settle = false;
    for row in &account.spot_balances {
        let balance = read(&row.currency, &row.balance)?;
        let is_settle = row.currency == *settle;
        has_settle |= is_settle;
        let available = if is_settle { available } else { balance };
        let locked = (balance - available).max(Money::ZERO);
        rows.push(Balance { asset: asset(&row.currency), available, locked, at });
    }
    if !has_settle {
        rows.push(Balance { asset: asset(settle), available, locked: Money::ZERO, at });
    }
    Ok(rows)
}

pub(super) const fn side(is_buy: bool) -> Side {
    if is_buy { Side::Buy } else { Side::Sell }
}
