//! Whether an order is taken, and how large. Nothing changes here.

use std::ops::ControlFlow;

use mm_model::{Exposure, MarketKind, Money, Price, Qty, Rate, SelfTrade, Side, TimeInForce, TradingState};

use super::{ClientKey, Exchange};
use crate::{
    AccountId, Amount, Listing, PlaceOrder, Reject,
    market::{MarketState, Offer, Source, Units, WORTH_MAX},
    matching::crosses,
};

/// The most live orders of one account.
const OPEN_ORDERS_MAX: u32 = 65_536;

/// The most lots of an order by quote amount: as many as any other order may have.
const LOTS_MAX: Qty = Qty(1 << 53);

/// What an arriving order may still take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Appetite {
    pub(super) lots: Qty,
    /// By quote amount: what may still be paid or received.
    quote: Option<Money>,
}

impl Appetite {
    /// So many lots.
    pub(super) const fn lots(lots: Qty) -> Self {
        Self { lots, quote: None }
    }

    /// How much of an offer it takes.
    pub(super) fn bite(&self, units: &Units, offer: &Offer) -> Qty {
        let qty = self.lots.min(offer.qty);
        match self.quote {
            None => qty,
            Some(quote) => {
                let affordable = quote.0 / units.value(offer.price, Qty(1)).0.max(1);
                qty.min(Qty(u64::try_from(affordable).unwrap_or(0)))
            }
        }
    }

    pub(super) fn eat(&mut self, qty: Qty, value: Money) {
        self.lots = self.lots.minus(qty);
        if let Some(quote) = &mut self.quote {
            *quote -= value;
        }
    }
}

/// What an order would match at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Preview {
    pub(super) qty: Qty,
    pub(super) value: Money,
    /// Whether nothing would be left.
    pub(super) whole: bool,
}

/// An order that was taken.
pub(super) struct Admitted {
    /// With its size brought down to what it may reduce.
    pub(super) order: PlaceOrder,
    pub(super) appetite: Appetite,
    /// Whether it is a fill-or-kill order that cannot be filled.
    pub(super) killed: bool,
}

impl Exchange {
    /// Checks an order as the venue would, in the order in which a venue would notice.
    pub(super) fn admit(&self, account: AccountId, mut order: PlaceOrder) -> Result<Admitted, Reject> {
        let listing = self.listing(order.market).ok_or(Reject::NoSuchMarket)?;
        let owner = self.accounts.get(account.0 as usize).ok_or(Reject::NoSuchAccount)?;
        check_flags(listing, &order)?;
        if order.client_id.is_some_and(|id| self.client_ids.of(&ClientKey(account, id)).is_some()) {
            return Err(Reject::DuplicateClientId);
        }
        if owner.n_open >= OPEN_ORDERS_MAX && order.limit.is_some() && order.time_in_force == TimeInForce::Gtc
        {
            return Err(Reject::OrderLimit);
        }
        let state = self.state(order.market);
        check_price(listing, state, &order)?;
        let mut appetite = check_size(listing, state, &order)?;
        if order.exposure == Exposure::ReduceOnly {
            let reducible = owner.holding(order.market).map_or(0, |holding| holding.reducible(order.side));
            if reducible == 0 {
                return Err(Reject::NothingToReduce);
            }
            appetite.lots = appetite.lots.min(Qty(reducible));
            if let Amount::Base(qty) = &mut order.amount {
                *qty = appetite.lots;
            }
        }
        let crossing = match order.limit {
            Some(limit) => state.book.would_match(order.side, limit),
            None => state.book.best_price(order.side.opposite()).is_some(),
        };
        if order.limit.is_none() && !crossing {
            return Err(Reject::NoLiquidity);
        }
        if order.post_only && crossing {
            return Err(Reject::WouldMatch);
        }
        let preview = if crossing { preview(state, account, &order, appetite) } else { Preview::default() };
        if matches!(order.amount, Amount::Quote(_)) && smallest_bite(state, &order, &appetite).is_zero() {
            return Err(Reject::Notional);
        }
        if !account.is_system() {
            self.check_funds(account, &order, (appetite.lots, &preview))?;
        }
        let killed = order.time_in_force == TimeInForce::Fok && !preview.whole;
        Ok(Admitted { order, appetite, killed })
    }

    fn check_funds(
        &self,
        account: AccountId,
        order: &PlaceOrder,
        size: (Qty, &Preview),
    ) -> Result<(), Reject> {
        let (lots, preview) = size;
        let units = &self.state(order.market).units;
        if units.kind == MarketKind::Perpetual {
            // An order by quote amount is as large as what it will match; so is one that never rests.
            let lots = if order.limit.is_none() { preview.qty } else { lots };
            return self.check_margin(account, order, (lots, preview));
        }
        let (asset, needed) = match (order.side, order.limit) {
            (Side::Buy, Some(limit)) => (units.quote, units.held(Side::Buy, limit, lots)),
            (Side::Buy, None) => {
                (units.quote, preview.value + preview.value.times(units.taker_fee.max(Rate(0))))
            }
            (Side::Sell, Some(_)) => (units.base, units.base_amount(lots)),
            (Side::Sell, None) => (units.base, units.base_amount(preview.qty)),
        };
        if needed > self.spendable(account, asset) { Err(Reject::Funds) } else { Ok(()) }
    }
}

fn check_flags(listing: &Listing, order: &PlaceOrder) -> Result<(), Reject> {
    let market_order = order.limit.is_none();
    match listing.market.trading {
        TradingState::Open => {}
        TradingState::PostOnly if order.post_only => {}
        TradingState::LimitOnly if !market_order => {}
        _ => return Err(Reject::NotTrading),
    }
    let never_rests = market_order || order.time_in_force != TimeInForce::Gtc;
    let by_quote = matches!(order.amount, Amount::Quote(_));
    let spot = listing.market.kind == MarketKind::Spot;
    let wrong = (order.post_only && never_rests)
        || (by_quote && !market_order)
        || (spot && order.exposure == Exposure::ReduceOnly);
    if wrong { Err(Reject::Flags) } else { Ok(()) }
}

fn check_price(listing: &Listing, state: &MarketState, order: &PlaceOrder) -> Result<(), Reject> {
    let Some(limit) = order.limit else { return Ok(()) };
    if limit < Price(1) || !state.units.fits(limit, Qty(1)) {
        return Err(Reject::Price);
    }
    let mark = state.mark();
    let off = i128::from(limit.0.abs_diff(mark.0));
    match listing.band {
        Some(band) if off * Rate::ONE > i128::from(band.0) * i128::from(mark.0) => Err(Reject::Band),
        _ => Ok(()),
    }
}

/// Size and worth. A reduce-only order may be as small as what it reduces: dust must be closable.
fn check_size(listing: &Listing, state: &MarketState, order: &PlaceOrder) -> Result<Appetite, Reject> {
    let market = &listing.market;
    let reduces = order.exposure == Exposure::ReduceOnly;
    let mark = state.mark();
    let price = order.limit.unwrap_or(mark);
    let (appetite, worth) = match order.amount {
        Amount::Base(qty) => {
            let small = qty.is_zero() || (qty < market.min_qty && !reduces);
            if small || market.max_qty.is_some_and(|max| qty > max) || !state.units.fits(price.max(mark), qty)
            {
                return Err(Reject::Size);
            }
            (Appetite::lots(qty), state.units.value(price, qty))
        }
        Amount::Quote(quote) => {
            if quote <= Money::ZERO || quote.0 > WORTH_MAX {
                return Err(Reject::Size);
            }
            (Appetite { lots: market.max_qty.unwrap_or(LOTS_MAX), quote: Some(quote) }, quote)
        }
    };
    match market.min_notional {
        Some(min) if worth < min && !reduces => Err(Reject::Notional),
        _ => Ok(appetite),
    }
}

/// What an order by quote amount could take of the best offer.
fn smallest_bite(state: &MarketState, order: &PlaceOrder, appetite: &Appetite) -> Qty {
    state.book.offer(order.side.opposite()).map_or(Qty::ZERO, |offer| appetite.bite(&state.units, &offer))
}

/// What an order would match at once, with its account's own orders left out as they will be.
fn preview(state: &MarketState, account: AccountId, order: &PlaceOrder, mut appetite: Appetite) -> Preview {
    let mut seen = Preview::default();
    state.book.walk(order.side.opposite(), |offer| {
        if order.limit.is_some_and(|limit| !crosses(order.side, limit, offer.price)) {
            return ControlFlow::Break(());
        }
        if matches!(offer.source, Source::Order(maker) if maker.owner == account) {
            return match order.self_trade {
                SelfTrade::RejectMaker => ControlFlow::Continue(()),
                SelfTrade::RejectTaker | SelfTrade::RejectBoth => ControlFlow::Break(()),
            };
        }
        let qty = appetite.bite(&state.units, &offer);
        let value = state.units.value(offer.price, qty);
        seen.qty = seen.qty.plus(qty);
        seen.value += value;
        appetite.eat(qty, value);
        seen.whole = qty < offer.qty || appetite.lots.is_zero();
        if seen.whole { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    seen
}
