//! Cross margin of perpetuals: what an account's positions and orders need, and what is free.
//!
//! A position needs `initial margin × |net| × mark`; open orders need what the largest position that they could
//! lead to needs on top (bids and asks are not added up: they cannot both fill and leave that position).

use mm_model::{Exposure, MarketId, MarketKind, Money, Qty, Rate, Side};

use super::{Exchange, appetite::Preview};
use crate::{
    AccountId, MarginSummary, PlaceOrder, Reject,
    ledger::{Account, Holding},
};

/// Lots to be counted as if they were open already (negative: as if they were not).
type Extra = (MarketId, Side, i64);

/// The most lots that an account's orders and position in one market may add up to, so that sums cannot overflow.
const LOTS_MAX: i128 = 1 << 62;

impl Exchange {
    /// The account's cross margin in one settlement asset; all zero for an account that does not exist.
    #[must_use]
    pub fn margin(&self, account: AccountId, asset: &str) -> MarginSummary {
        match (self.accounts.get(account.0 as usize), self.asset(asset)) {
            (Some(account), Some(asset)) => self.margin_with(account, asset, None),
            _ => MarginSummary::default(),
        }
    }

    /// How many times its equity the account's positions may be worth: caps what the listings allow.
    #[must_use]
    pub fn leverage(&self, account: AccountId) -> u32 {
        self.accounts.get(account.0 as usize).map_or(1, |account| account.leverage)
    }

    /// Sets the leverage limit of an account.
    ///
    /// # Errors
    /// [`Reject::Margin`] when its positions and orders would not fit it, [`Reject::Size`] for zero.
    pub fn set_leverage(&mut self, account: AccountId, leverage: u32) -> Result<(), Reject> {
        let held = self.accounts.get_mut(account.0 as usize).ok_or(Reject::NoSuchAccount)?;
        if leverage == 0 {
            return Err(Reject::Size);
        }
        let before = std::mem::replace(&mut held.leverage, leverage);
        let fits = |asset| {
            let margin = self.margin_with(self.account(account), asset, None);
            margin.positions + margin.orders == Money::ZERO || margin.available >= Money::ZERO
        };
        if leverage < before && !(0..self.assets.len()).all(fits) {
            self.account_mut(account).leverage = before;
            return Err(Reject::Margin);
        }
        Ok(())
    }

    /// What a position of the account in a market needs as initial margin, as a fraction of its worth: the strictest of
    /// the listing's, and what was set for this market, or else the account's leverage limit.
    #[must_use]
    pub fn initial_margin(&self, account: AccountId, market: MarketId) -> Option<Rate> {
        let account = self.accounts.get(account.0 as usize)?;
        self.listing(market)?;
        Some(self.initial_rate(account, market, account.holding(market)))
    }

    /// Sets the initial margin of an account's position and orders in one market, as a fraction; what is below the
    /// listing's counts as the listing's. From then on the account's leverage limit does not count in this market;
    /// `None`: it counts again. Returns what counts now.
    ///
    /// # Errors
    /// [`Reject::Margin`] when what the account has would not fit it, [`Reject::Size`] for a fraction of zero or less
    /// or above one, [`Reject::Flags`] for spot.
    pub fn set_initial_margin(
        &mut self,
        account: AccountId,
        market: MarketId,
        fraction: Option<Rate>,
    ) -> Result<Rate, Reject> {
        let (kind, asset) = match self.states.get(market.0 as usize) {
            Some(state) => (state.units.kind, state.units.quote),
            None => return Err(Reject::NoSuchMarket),
        };
        let held = self.accounts.get_mut(account.0 as usize).ok_or(Reject::NoSuchAccount)?;
        if kind != MarketKind::Perpetual {
            return Err(Reject::Flags);
        }
        if fraction.is_some_and(|fraction| fraction <= Rate(0) || i128::from(fraction.0) > Rate::ONE) {
            return Err(Reject::Size);
        }
        let before = std::mem::replace(&mut held.holding_mut(market).initial_margin, fraction);
        let counts = |exchange: &Self| exchange.initial_margin(account, market).unwrap_or(Rate(0));
        let now = counts(self);
        let needs = |margin: MarginSummary| margin.positions + margin.orders > Money::ZERO;
        let margin = self.margin_with(self.account(account), asset, None);
        self.account_mut(account).holding_mut(market).initial_margin = before;
        if now > counts(self) && needs(margin) && margin.available < Money::ZERO {
            return Err(Reject::Margin);
        }
        self.account_mut(account).holding_mut(market).initial_margin = fraction;
        Ok(now)
    }

    fn initial_rate(&self, account: &Account, market: MarketId, holding: Option<&Holding>) -> Rate {
        let own = holding.and_then(|holding| holding.initial_margin);
        let listed = self.listings[market.0 as usize].initial_margin;
        listed.max(own.unwrap_or_else(|| leverage_margin(account.leverage)))
    }

    /// What of an asset may be spent when so much of it is unlocked: what is available, and not needed as margin.
    pub(super) fn spendable(&self, id: AccountId, asset: usize, unlocked: Money) -> Money {
        let account = self.account(id);
        let available = account.cash(asset).available + unlocked;
        available.min((self.margin_with(account, asset, None).available + unlocked).max(Money::ZERO))
    }

    /// Whether an order on a perpetual leaves enough margin. An order that does not raise what is needed is
    /// always taken, so that an account in trouble can reduce. Of its lots, some may be counted as open already.
    pub(super) fn check_margin(
        &self,
        account: AccountId,
        order: &PlaceOrder,
        size: ((Qty, Qty), &Preview),
    ) -> Result<(), Reject> {
        let ((lots, counted), preview) = size;
        let more = lots.0 as i64 - counted.0 as i64; // both below 2^53, see Units::fits
        if order.exposure == Exposure::ReduceOnly {
            return Ok(());
        }
        let (owner, state) = (self.account(account), self.state(order.market));
        let worst = owner.holding(order.market).map_or(0, Holding::worst);
        if worst + i128::from(lots.0) > LOTS_MAX {
            return Err(Reject::Position);
        }
        let after = self.margin_with(owner, state.units.quote, Some((order.market, order.side, more)));
        // What it pays over the mark (or sells under it) is lost at once, and so is the fee.
        let fair = Money(state.lot_value() * i128::from(preview.qty.0));
        let loss = match order.side {
            Side::Buy => preview.value - fair,
            Side::Sell => fair - preview.value,
        };
        let fee = preview.value.times(state.units.taker_fee);
        let needed = loss.max(Money::ZERO) + fee.max(Money::ZERO);
        if after.available >= needed {
            return Ok(());
        }
        let before = self.margin_with(owner, state.units.quote, None);
        let raises = after.positions + after.orders > before.positions + before.orders;
        if raises { Err(Reject::Margin) } else { Ok(()) }
    }

    /// The margin in one asset, with some lots counted as open.
    pub(super) fn margin_with(&self, account: &Account, asset: usize, extra: Option<Extra>) -> MarginSummary {
        let cash = account.cash(asset);
        let mut sum = MarginSummary {
            balance: cash.available + cash.locked,
            locked: cash.locked,
            ..Default::default()
        };
        let mut extra = extra;
        for (&market, holding) in &account.holdings {
            let here = extra.take_if(|extra| extra.0 == market);
            self.add_margin(&mut sum, (account, asset), (market, holding, here));
        }
        if let Some(here) = extra {
            self.add_margin(&mut sum, (account, asset), (here.0, &Holding::default(), Some(here)));
        }
        sum.equity = sum.balance + sum.unrealized;
        sum.available = sum.equity - sum.locked - sum.positions - sum.orders;
        sum
    }

    fn add_margin(
        &self,
        sum: &mut MarginSummary,
        whose: (&Account, usize),
        what: (MarketId, &Holding, Option<Extra>),
    ) {
        let ((account, asset), (market, holding, extra)) = (whose, what);
        let (state, listing) = (self.state(market), &self.listings[market.0 as usize]);
        if state.units.kind != MarketKind::Perpetual || state.units.quote != asset {
            return;
        }
        let worst = match extra {
            None => holding.worst(),
            Some((_, side, lots)) => {
                let mut holding = Holding {
                    position: holding.position,
                    open_buys: holding.open_buys,
                    open_sells: holding.open_sells,
                    ..Holding::default()
                };
                *holding.open_mut(side) += lots;
                holding.worst()
            }
        };
        if worst == 0 {
            return;
        }
        let lot_value = state.lot_value();
        let worth = Money(i128::from(holding.position.net.unsigned_abs()) * lot_value);
        let initial = self.initial_rate(account, market, Some(holding));
        let positions = worth.times(initial);
        sum.exposure += worth;
        sum.unrealized += holding.position.unrealized(lot_value);
        sum.positions += positions;
        sum.orders += Money(worst * lot_value).times(initial) - positions;
        sum.maintenance += worth.times(listing.maintenance_margin);
    }
}

/// The initial margin that a leverage limit means.
fn leverage_margin(leverage: u32) -> Rate {
    Rate(1_000_000_000 / i64::from(leverage.max(1)))
}
