//! Whether an order is taken, and how large. Nothing changes here.

use mm_model::{Exposure, MarketKind, Money, Price, Qty, Rate, SelfTrade, Side, TimeInForce, TradingState};

use super::{
    ClientKey, Exchange,
    appetite::{Appetite, Preview},
};
use crate::{
    AccountId, Amount, OrderView, PlaceOrder, Reject, SameTrader,
    market::{MarketState, WORTH_MAX},
};

/// The most live orders of one account.
const OPEN_ORDERS_MAX: u32 = 65_536;

/// The most lots of an order by quote amount: as many as any other order may have.
const LOTS_MAX: Qty = Qty(1 << 53);

/// An order that was taken.
pub(super) struct Admitted {
    /// With its size brought down to what it may reduce.
    pub(super) order: PlaceOrder,
    pub(super) appetite: Appetite,
    /// Whether it is a fill-or-kill order that cannot be filled.
    pub(super) killed: bool,
}

impl Exchange {
    /// Checks an order as the venue would, in the order in which a venue would notice. `before` is the same order as
    /// it is now, when it lives already: it may stay what it is, and what it holds is free for it.
    pub(super) fn admit(
        &self,
        account: AccountId,
        mut order: PlaceOrder,
        before: Option<&OrderView>,
    ) -> Result<Admitted, Reject> {
        self.listing(order.market).ok_or(Reject::NoSuchMarket)?;
        let owner = self.accounts.get(account.0 as usize).ok_or(Reject::NoSuchAccount)?;
        self.check_flags(&order)?;
        self.check_identity(account, &order, before)?;
        let mark = self.state(order.market).mark();
        self.check_price(&order, mark)?;
        let filled = before.map_or(Qty::ZERO, |view| view.filled);
        let mut appetite = self.check_size(&order, mark)?;
        appetite.lots = appetite.lots.minus(filled);
        if order.exposure == Exposure::ReduceOnly {
            let reducible = owner.holding(order.market).map_or(0, |holding| holding.reducible(order.side));
            if reducible == 0 {
                return Err(Reject::NothingToReduce);
            }
            appetite.lots = appetite.lots.min(Qty(reducible));
            if let Amount::Base(qty) = &mut order.amount {
                *qty = filled.plus(appetite.lots);
            }
        }
        let state = self.state(order.market);
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
        let preview = if crossing { self.preview(account, &order, appetite) } else { Preview::default() };
        if matches!(order.amount, Amount::Quote(_)) && smallest_bite(state, &order, &appetite).is_zero() {
            return Err(Reject::Notional);
        }
        if !account.is_system() {
            self.check_funds((account, before), &order, (appetite.lots, &preview))?;
        }
        let killed = order.time_in_force == TimeInForce::Fok && !preview.whole;
        Ok(Admitted { order, appetite, killed })
    }

    /// Whether the account exists and can have one more order of this client id.
    pub(super) fn check_identity(
        &self,
        account: AccountId,
        order: &PlaceOrder,
        before: Option<&OrderView>,
    ) -> Result<(), Reject> {
        let owner = self.accounts.get(account.0 as usize).ok_or(Reject::NoSuchAccount)?;
        if before.is_some() {
            return Ok(());
        }
        if order.client_id.is_some_and(|id| self.client_ids.of(&ClientKey(account, id)).is_some()) {
            return Err(Reject::DuplicateClientId);
        }
        let stays = order.terms.trigger.is_some()
            || (order.limit.is_some() && order.time_in_force == TimeInForce::Gtc);
        if stays && owner.n_open >= OPEN_ORDERS_MAX { Err(Reject::OrderLimit) } else { Ok(()) }
    }

    fn check_funds(
        &self,
        whose: (AccountId, Option<&OrderView>),
        order: &PlaceOrder,
        size: (Qty, &Preview),
    ) -> Result<(), Reject> {
        let ((account, before), (lots, preview)) = (whose, size);
        // What the order has on the book now: it need not be there twice.
        let resting = before.filter(|view| !view.status.is_pending());
        let units = &self.state(order.market).units;
        if units.kind == MarketKind::Perpetual {
            // An order by quote amount is as large as what it will match; so is one that never rests.
            let lots = if order.limit.is_none() { preview.qty } else { lots };
            let more = (lots, resting.map_or(Qty::ZERO, OrderView::left));
            return self.check_margin(account, order, (more, preview));
        }
        let (asset, needed) = match (order.side, order.limit) {
            (Side::Buy, Some(limit)) => (units.quote, units.held(Side::Buy, limit, lots)),
            (Side::Buy, None) => {
                (units.quote, preview.value + preview.value.times(units.taker_fee.max(Rate(0))))
            }
            (Side::Sell, Some(_)) => (units.base, units.base_amount(lots)),
            (Side::Sell, None) => (units.base, units.base_amount(preview.qty)),
        };
        let held = resting.and_then(|view| self.held(view, view.left())).map_or(Money::ZERO, |held| held.1);
        if needed > self.spendable(account, asset, held) { Err(Reject::Funds) } else { Ok(()) }
    }

    pub(super) fn check_flags(&self, order: &PlaceOrder) -> Result<(), Reject> {
        let market = &self.listings[order.market.0 as usize].market;
        let market_order = order.limit.is_none();
        match market.trading {
            TradingState::Open => {}
            TradingState::PostOnly if order.post_only => {}
            TradingState::LimitOnly if !market_order => {}
            _ => return Err(Reject::NotTrading),
        }
        let never_rests = market_order || order.time_in_force != TimeInForce::Gtc;
        let by_quote = matches!(order.amount, Amount::Quote(_));
        let spot = market.kind == MarketKind::Spot;
        let wrong = (order.post_only && never_rests)
            || (by_quote && !market_order)
            || (spot && order.exposure == Exposure::ReduceOnly)
            || (order.terms.worst_average.is_some() && !market_order)
            || (order.self_trade == SelfTrade::Reduce && order.terms.same_trader == SameTrader::Master);
        if wrong { Err(Reject::Flags) } else { Ok(()) }
    }

    pub(super) fn check_price(&self, order: &PlaceOrder, mark: Price) -> Result<(), Reject> {
        let (state, listing) = (self.state(order.market), &self.listings[order.market.0 as usize]);
        if order.terms.worst_average.is_some_and(|worst| !state.is_price(worst)) {
            return Err(Reject::Price);
        }
        let Some(limit) = order.limit else { return Ok(()) };
        if !state.is_price(limit) {
            return Err(Reject::Price);
        }
        let off = i128::from(limit.0.abs_diff(mark.0));
        match listing.band {
            Some(band) if off * Rate::ONE > i128::from(band.0) * i128::from(mark.0) => Err(Reject::Band),
            _ => Ok(()),
        }
    }

    /// Size and worth. A reduce-only order may be as small as what it reduces: dust must be closable.
    pub(super) fn check_size(&self, order: &PlaceOrder, mark: Price) -> Result<Appetite, Reject> {
        let (state, market) = (self.state(order.market), &self.listings[order.market.0 as usize].market);
        let reduces = order.exposure == Exposure::ReduceOnly;
        let price = order.limit.unwrap_or(mark);
        let (appetite, worth) = match order.amount {
            Amount::Base(qty) => {
                let small = qty.is_zero() || (qty < market.min_qty && !reduces);
                let large = market.max_qty.is_some_and(|max| qty > max);
                if small || large || !state.units.fits(price.max(mark), qty) {
                    return Err(Reject::Size);
                }
                (Appetite::lots(qty), state.units.value(price, qty))
            }
            Amount::Quote(quote) => {
                if quote <= Money::ZERO || quote.0 > WORTH_MAX {
                    return Err(Reject::Size);
                }
                (Appetite::quote(market.max_qty.unwrap_or(LOTS_MAX), quote), quote)
            }
            Amount::All => return Err(Reject::Flags),
        };
        match market.min_notional {
            Some(min) if worth < min && !reduces => Err(Reject::Notional),
            _ => Ok(appetite.of(order)),
        }
    }
}

/// What an order by quote amount could take of the best offer.
fn smallest_bite(state: &MarketState, order: &PlaceOrder, appetite: &Appetite) -> Qty {
    state.book.offer(order.side.opposite()).map_or(Qty::ZERO, |offer| appetite.wants(&state.units, &offer))
}
