//! The venue's orders, fills, positions and balances as ours.

use std::fmt::Display;

use mm_model::{
    Balance, ClientId, DecodeError, Fill, Liquidity, Market, Money, OrderReport, Position, Price, Qty, Rate,
    ReportedStatus, Side, SignedQty, Symbol, Timestamp, TradeId, VenueOrderId,
};

use super::market::Listings;
use crate::{
    lighter::wire::{
        MarginMode, OrderStatus, OrderType,
        account::{AccountAsset, AccountPosition},
        order::Order,
        trade::Trade,
    },
    reading::{money, price_near, unreadable},
};

/// Fees are told in millionths of the notional, and ours are counted in 10^-9.
const FEE_UNIT: i64 = 1_000;

/// Where an order stands; `None` for one that the venue took note of and has not decided about.
///
/// An order that would have matched on arrival never rested: it is *rejected*. So is one that was thrown out for want
/// of money or room without a fill, unless its own words say that it had rested; what can also befall a resting order
/// is *cancelled*.
fn standing(order: &Order<'_>, filled: Qty) -> Result<Option<ReportedStatus>, DecodeError> {
    let reason = || order.status.as_str().to_owned();
    let never_rested = filled.is_zero() && order.created_at == order.updated_at;
    Ok(Some(match &order.status {
        OrderStatus::InProgress => return Ok(None),
        OrderStatus::Pending | OrderStatus::Open => ReportedStatus::Open,
        OrderStatus::Filled => ReportedStatus::Filled,
        OrderStatus::Canceled => ReportedStatus::Cancelled { reason: None },
        OrderStatus::CanceledPostOnly if filled.is_zero() => ReportedStatus::Rejected { reason: reason() },
        OrderStatus::CanceledPositionNotAllowed
        | OrderStatus::CanceledMarginNotAllowed
        | OrderStatus::CanceledInvalidBalance
            if never_rested =>
        {
            ReportedStatus::Rejected { reason: reason() }
        }
        OrderStatus::CanceledPostOnly
        | OrderStatus::CanceledReduceOnly
        | OrderStatus::CanceledPositionNotAllowed
        | OrderStatus::CanceledMarginNotAllowed
        | OrderStatus::CanceledTooMuchSlippage
        | OrderStatus::CanceledNotEnoughLiquidity
        | OrderStatus::CanceledSelfTrade
        | OrderStatus::CanceledExpired
        | OrderStatus::CanceledOco
        | OrderStatus::CanceledChild
        | OrderStatus::CanceledLiquidation
        | OrderStatus::CanceledInvalidBalance => ReportedStatus::Cancelled { reason: Some(reason()) },
        OrderStatus::Unknown(word) => {
            return Err(unreadable("order", format_args!("status '{word}' is on no page")));
        }
    }))
}

/// The numbers and ids of one message of one market.
#[derive(Clone, Copy)]
struct Reader<'m> {
    what: &'static str,
    market: &'m Market,
}

impl<'m> Reader<'m> {
    fn new(what: &'static str, listings: &'m Listings, number: u64) -> Result<Self, DecodeError> {
        Ok(Self { what, market: listings.numbered(what, number)? })
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

    /// An id of the venue's: a number above zero.
    fn id(&self, what: &str, number: i64) -> Result<u64, DecodeError> {
        u64::try_from(number)
            .ok()
            .filter(|id| *id > 0)
            .ok_or_else(|| self.bad(format_args!("{what} {number} is no id")))
    }

    fn client_id(&self, number: i64) -> Result<Option<ClientId>, DecodeError> {
        if number == 0 { Ok(None) } else { self.id("client id", number).map(|id| Some(ClientId(id))) }
    }
}

/// What an order's message tells.
#[derive(Debug)]
pub(super) enum OrderNews {
    /// Where it stands.
    Report(OrderReport),
    /// The venue took note of it, no more.
    Queued(Option<ClientId>),
}

/// An order, over REST or by the stream.
pub(super) fn order(listings: &Listings, order: &Order<'_>) -> Result<OrderNews, DecodeError> {
    let read = Reader::new("order", listings, order.market_index)?;
    let client_id = read.client_id(order.client_order_index)?;
    let filled = read.qty(&order.filled_base_amount)?;
    let status = standing(order, filled).map_err(|error| read.bad(error.why))?;
    let Some(status) = status else { return Ok(OrderNews::Queued(client_id)) };
    let at_market = matches!(
        order.kind,
        OrderType::Market | OrderType::StopLoss | OrderType::TakeProfit | OrderType::Liquidation
    );
    Ok(OrderNews::Report(OrderReport {
        client_id,
        venue_id: VenueOrderId::from_number(read.id("order", order.order_index)?),
        market: read.market.id,
        side: if order.is_ask { Side::Sell } else { Side::Buy },
        price: if at_market { None } else { Some(read.price(&order.price)?) },
        qty: read.qty(&order.initial_base_amount)?,
        version: u32::try_from(order.order_version).map_err(|error| read.bad(error))?,
        filled,
        status,
        at: time(order.transaction_time, order.updated_at.max(order.timestamp)),
    }))
}

/// Our side of a trade, or both sides where we traded with ourselves; none in a trade of others.
pub(super) fn fills(
    listings: &Listings,
    account: i64,
    trade: &Trade<'_>,
) -> Result<impl Iterator<Item = Fill> + use<>, DecodeError> {
    let sides = [
        (trade.bid_account_id, Side::Buy, trade.bid_id, trade.bid_client_id),
        (trade.ask_account_id, Side::Sell, trade.ask_id, trade.ask_client_id),
    ];
    let mut found = [None, None];
    for (slot, (owner, side, order_id, client_id)) in found.iter_mut().zip(sides) {
        if owner != account {
            continue;
        }
        let read = Reader::new("trade", listings, trade.market_id)?;
        let (price, qty) = (read.price(&trade.price)?, read.qty(&trade.size)?);
        let is_maker = (side == Side::Sell) == trade.is_maker_ask;
        let fee = if is_maker { trade.maker_fee } else { trade.taker_fee };
        let rate = Rate(fee.unwrap_or(0).saturating_mul(FEE_UNIT));
        *slot = Some(Fill {
            trade_id: TradeId::from_number(read.id("trade", trade.trade_id)?),
            client_id: read.client_id(client_id)?,
            venue_id: VenueOrderId::from_number(read.id("order", order_id)?),
            market: read.market.id,
            side,
            price,
            qty,
            fee: read.market.notional(price, qty).times(rate),
            fee_asset: read.market.quote.clone(),
            liquidity: if is_maker { Liquidity::Maker } else { Liquidity::Taker },
            at: time(trade.transaction_time, trade.timestamp),
        });
    }
    Ok(found.into_iter().flatten())
}

/// A position, over REST or by the stream; neither tells a time. Its size has no sign, which stands beside it.
pub(super) fn position(listings: &Listings, row: &AccountPosition<'_>) -> Result<Position, DecodeError> {
    let read = Reader::new("position", listings, row.market_id)?;
    let size = read.qty(&row.position)?;
    let size = i64::try_from(size.0).map(SignedQty).map_err(|error| read.bad(error))?;
    let net = match row.sign {
        _ if size.is_flat() => SignedQty::ZERO,
        1 => size,
        -1 => -size,
        other => return Err(read.bad(format_args!("sign {other} is neither long nor short"))),
    };
    let entry = if net.is_flat() { None } else { Some(&row.avg_entry_price) };
    let near = |text: &crate::text::Text<'_>| price_near(read.market, text).map_err(|error| read.bad(error));
    Ok(Position {
        market: read.market.id,
        net,
        entry: entry.map(near).transpose()?,
        unrealized: Some(money(&row.unrealized_pnl).map_err(|error| read.bad(error))?),
        at: Timestamp::ZERO,
    })
}

/// What is free and what is held of cash on its spot side. Cash that counts as margin is told among the collateral
/// and is not counted twice; else the two are apart (`fixtures/lighter/stream_account_all_assets.json` and
/// `stream_user_stats.json`, which are of one account).
pub(super) fn spot_cash(row: &AccountAsset<'_>) -> Result<Pocket, DecodeError> {
    if row.margin_mode == MarginMode::Enabled { Ok(Pocket::default()) } else { pocket(row) }
}

/// What is free and what is held of an asset on its spot side.
pub(super) fn pocket(row: &AccountAsset<'_>) -> Result<Pocket, DecodeError> {
    let read = |text: &str| amount(&row.symbol, text);
    let locked = read(&row.locked_balance)?;
    Ok(Pocket { available: read(&row.balance)? - locked, locked })
}

/// What is free and what is held of the collateral of perpetuals. Profits that are not yet realised can make more
/// available than there is.
pub(super) fn margin(available: &str, collateral: &str) -> Result<Pocket, DecodeError> {
    let available = amount(super::market::CASH, available)?;
    let held = amount(super::market::CASH, collateral)? - available;
    Ok(Pocket { available, locked: held.max(Money::ZERO) })
}

fn amount(asset: &str, text: &str) -> Result<Money, DecodeError> {
    money(text).map_err(|error| unreadable("balance", format_args!("{asset}: {error}")))
}

/// Part of what an account holds of an asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pocket {
    pub(super) available: Money,
    pub(super) locked: Money,
}

/// The two pockets of cash, of which streams tell one at a time: the spot side and the collateral of perpetuals. An
/// order can use only one of them; together they are what the account has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cash {
    pub(super) spot: Option<Pocket>,
    pub(super) margin: Option<Pocket>,
}

impl Cash {
    /// Both together; `None` until both were told.
    pub(super) fn balance(self, asset: Symbol, at: Timestamp) -> Option<Balance> {
        let (spot, margin) = (self.spot?, self.margin?);
        Some(balance(
            asset,
            Pocket { available: spot.available + margin.available, locked: spot.locked + margin.locked },
            at,
        ))
    }
}

pub(super) fn balance(asset: Symbol, pocket: Pocket, at: Timestamp) -> Balance {
    Balance { asset, available: pocket.available, locked: pocket.locked, at }
}

/// The finer time where it is told, else the other, which is in ms.
pub(super) fn time(us: i64, ms: i64) -> Timestamp {
    match u64::try_from(us) {
        Ok(us) if us > 0 => Timestamp::from_us(us),
        _ => coarse(ms),
    }
}

/// Milliseconds, or seconds, which the venue writes in some places: told apart by their size (10^11 s is the year 5138,
/// 10^11 ms is 1973).
pub(super) fn coarse(time: i64) -> Timestamp {
    const SECONDS_MAX: u64 = 100_000_000_000;
    let time = u64::try_from(time).unwrap_or(0);
    Timestamp::from_ms(if time < SECONDS_MAX { time.saturating_mul(1_000) } else { time })
}
