//! What an order must be for the API to take it, beyond the bounds that the signer keeps: the rules of its market, how
//! far its times and prices may lie, and how many an account may have.

use mm_exchange::Listing;
use mm_model::{Market, MarketKind, Money, Price, Side, Timestamp};

use crate::lighter::{
    server::{
        accounts::Member,
        errors::Refused,
        markets::{self, ORDER_QUOTE_LIMIT, ms},
        queue::Pace,
        records::{Orders, Stage},
    },
    tx::{Order, OrderType, TimeInForce},
    wire::error::{Code, codes},
};

/// How far ahead an order's expiry may lie: five minutes to thirty days (lighter-go constants.go).
const EXPIRY_MS: std::ops::RangeInclusive<i64> = 5 * 60_000..=30 * 86_400_000;

/// A limit this far on the wrong side of the mark is taken for a slip, in percent (chosen).
const ACCIDENTAL_PERCENT: i64 = 20;
/// A limit this far from the mark on either side has no place in the book, in percent (chosen).
const FAR_PERCENT: i64 = 90;

/// The most orders of an account, and in one market: on the book, and waiting (nautilus_trader's adapter, 2026-07).
const ACTIVE: (usize, usize) = (1_500, 1_000);
const PENDING: (usize, usize) = (500, 16);

/// An order that is to be taken.
pub(super) struct NewOrder<'a> {
    pub(super) order: &'a Order,
    pub(super) listing: &'a Listing,
    pub(super) mark: Price,
    pub(super) now: Timestamp,
    pub(super) price_protection: bool,
}

impl NewOrder<'_> {
    /// Checks everything.
    pub(super) fn check(&self) -> Result<(), Refused> {
        self.check_kind()?;
        let order = self.order;
        check_steps(&self.listing.market, [order.price, order.trigger_price], order.base_amount)?;
        self.check_amount()?;
        let ahead = order.order_expiry.saturating_sub(ms(self.now));
        if order.order_expiry != 0 && !EXPIRY_MS.contains(&ahead) {
            return Err(codes::INVALID_ORDER_EXPIRY.into());
        }
        if self.price_protection { self.check_price() } else { Ok(()) }
    }

    fn check_kind(&self) -> Result<(), Refused> {
        let (order, spot) = (self.order, self.listing.market.kind == MarketKind::Spot);
        let is_plain = matches!(order.order_type, OrderType::Limit | OrderType::Market);
        match order.order_type {
            OrderType::Twap => Err(Refused::because(codes::UNSUPPORTED_ORDER_TYPE, "TWAP is not simulated")),
            _ if spot && !is_plain => Err(codes::INVALID_ORDER_TYPE_FOR_MARKET.into()),
            _ if spot && order.reduce_only => Err(codes::INVALID_REDUCE_ONLY_MODE.into()),
            _ => Ok(()),
        }
    }

    /// The market's smallest and largest order. A reduce-only order may be as small as what it reduces.
    fn check_amount(&self) -> Result<(), Refused> {
        let (order, market) = (self.order, &self.listing.market);
        let qty = markets::qty(market, order.base_amount).unwrap_or_default();
        let price = markets::price(market, order.price.into()).unwrap_or_default();
        let worth =
            market.notional(if order.order_type == OrderType::Market { self.mark } else { price }, qty);
        // A child of a group says no size: it closes what its parent fills.
        if worth > ORDER_QUOTE_LIMIT {
            return Err(codes::INVALID_ORDER_AMOUNT.into());
        }
        if order.reduce_only || order.base_amount == 0 {
            return Ok(());
        }
        let small = qty < market.min_qty;
        let cheap = market.min_notional.unwrap_or(Money::ZERO) > worth;
        if small || cheap { Err(codes::INVALID_ORDER_AMOUNT.into()) } else { Ok(()) }
    }

    /// Guards against slips of the hand. A market order's price is its owner's own guard, and is left alone.
    fn check_price(&self) -> Result<(), Refused> {
        let (order, market) = (self.order, &self.listing.market);
        let price = i128::from(order.price);
        let from = |anchor: i64, percent: i64, beyond: bool| {
            let by = i128::from(anchor) * i128::from(percent);
            let off = (price - i128::from(anchor)) * 100 * if order.is_ask { -1 } else { 1 };
            off > by || (beyond && off < -by)
        };
        let mark = markets::raw_price(market, self.mark);
        let refused: Option<Code> = match order.order_type {
            OrderType::Limit if from(mark, ACCIDENTAL_PERCENT, false) => Some(codes::ACCIDENTAL_PRICE),
            OrderType::Limit if from(mark, FAR_PERCENT, true) => Some(codes::PRICE_TOO_FAR_FROM_MARK),
            OrderType::StopLossLimit | OrderType::TakeProfitLimit
                if from(order.trigger_price.into(), ACCIDENTAL_PERCENT, true) =>
            {
                Some(codes::PRICE_TOO_FAR_FROM_TRIGGER)
            }
            _ => None,
        };
        refused.map_or(Ok(()), |code| Err(code.into()))
    }

    /// How fast it may be: one that would match now is a taker.
    pub(super) fn pace(&self, side: Side, best: Option<Price>) -> Pace {
        let order = self.order;
        let waits = order.trigger_price != 0 || order.time_in_force == TimeInForce::PostOnly;
        let price = markets::price(&self.listing.market, order.price.into()).unwrap_or_default();
        let crosses = best.is_some_and(|best| if side == Side::Buy { best <= price } else { price <= best });
        let immediate = order.time_in_force == TimeInForce::ImmediateOrCancel;
        if !waits && (immediate || crosses) { Pace::Taker } else { Pace::Maker }
    }
}

/// Prices must lie on ticks, sizes be whole lots.
pub(super) fn check_steps(market: &Market, prices: [u32; 2], amount: i64) -> Result<(), Refused> {
    let [price, trigger] = prices.map(|price| markets::price(market, price.into()).is_some());
    match (price, trigger, markets::qty(market, amount).is_some()) {
        (true, true, true) => Ok(()),
        (false, ..) => Err(codes::INVALID_PRICE.into()),
        (_, false, _) => Err(codes::INVALID_ORDER_TRIGGER_PRICE.into()),
        _ => Err(codes::INVALID_BASE_AMOUNT.into()),
    }
}

/// Whether an account may have one more order of this kind.
pub(super) fn check_room(member: &Member, orders: &Orders, order: &Order) -> Result<(), Refused> {
    let rests = order.order_expiry != 0;
    let (stage, (most, most_here), [full, full_here]) = if order.trigger_price != 0 {
        let full = [codes::MAX_PENDING_ORDERS_PER_ACCOUNT, codes::MAX_PENDING_ORDERS_PER_ACCOUNT_PER_MARKET];
        (Stage::Pending, PENDING, full)
    } else {
        (Stage::Open, ACTIVE, [codes::MAX_ORDERS_PER_ACCOUNT, codes::MAX_ORDERS_PER_ACCOUNT_PER_MARKET])
    };
    let alike = || orders.all_live(member.id).filter(|it| it.stage == stage);
    if rests && alike().count() >= most {
        return Err(full.into());
    }
    let here = alike().filter(|it| i64::from(it.market_index) == order.market).count();
    if rests && here >= most_here { Err(full_here.into()) } else { Ok(()) }
}
