//! What own fills made or lost: cash that changed hands, and what is held because of them at mid. Deposits, transfers and
//! positions that others opened do not enter.

use mm_model::{Fill, Market, Money, Price, Side, SignedQty, Timestamp};

use super::{denial::code, limits::LossLimits};

const DAY_NS: u64 = 86_400_000_000_000;

/// One market's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Takings {
    /// Bought less sold by own fills.
    pub(super) held: SignedQty,
    /// Received less paid, fees included.
    pub(super) cash: Money,
    /// What it came to when it was last looked at.
    pub(super) equity: Money,
}

impl Takings {
    pub(super) fn fill(&mut self, market: &Market, fill: &Fill) {
        let worth = market.notional(fill.price, fill.qty);
        let lots = SignedQty(i64::try_from(fill.qty.0).unwrap_or(i64::MAX));
        match fill.side {
            Side::Buy => (self.held, self.cash) = (self.held + lots, self.cash - worth),
            Side::Sell => (self.held, self.cash) = (self.held - lots, self.cash + worth),
        }
        self.cash -= fee_in_quote(market, fill);
    }

    /// Cash, and what is held at `price`.
    pub(super) fn at(&self, market: &Market, price: Price) -> Money {
        self.cash + market.signed_notional(price, self.held)
    }
}

/// A fee in the base asset is worth what the fill was priced at; one in a third asset is taken as if it were the quote: the
/// venues here take none such.
fn fee_in_quote(market: &Market, fill: &Fill) -> Money {
    if fill.fee_asset != market.base {
        return fill.fee;
    }
    let price = market.price_decimal(fill.price);
    let by = 10_i128.pow(u32::from(price.scale));
    // Split, so that a large fee times a price cannot overflow.
    let (whole, rest) = (fill.fee.0.div_euclid(by), fill.fee.0.rem_euclid(by));
    Money(
        whole
            .saturating_mul(price.mantissa)
            .saturating_add((rest.saturating_mul(price.mantissa)).div_euclid(by)),
    )
}

/// The whole process's, against its day and its peak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Profit {
    /// All takings at mid.
    pub(super) equity: Money,
    /// The UTC day, counted from the epoch.
    pub(super) day: u64,
    /// What it was when the day began.
    pub(super) day_began: Money,
    /// The most it ever was.
    pub(super) peak: Money,
}

/// One connector's part of the whole. What all parts come to is the whole's, so that each account's journal may keep its own
/// and any of them may be taken up together again: at worst as if the best moments of each had been one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) equity: Money,
    /// What it was when the day began.
    pub(super) day_began: Money,
    /// What it was when the whole was most.
    pub(super) at_peak: Money,
}

impl Share {
    /// What an earlier run left: a day that is over counts no more.
    pub(super) fn restored(self, day: u64, now: Timestamp) -> Self {
        let day_began = if day < day_of(now) { self.equity } else { self.day_began };
        Self { day_began, ..self }
    }
}

/// The UTC day, counted from the epoch.
pub(super) const fn day_of(now: Timestamp) -> u64 {
    now.0 / DAY_NS
}

impl Profit {
    /// Whether another day begins.
    pub(super) fn begins_day(&mut self, now: Timestamp) -> bool {
        let is_new = self.day < day_of(now);
        if is_new {
            (self.day, self.day_began) = (day_of(now), self.equity);
        }
        is_new
    }

    /// It is `equity` now; whether it never was more.
    pub(super) fn set(&mut self, equity: Money) -> bool {
        let is_most = self.peak < equity;
        (self.equity, self.peak) = (equity, self.peak.max(equity));
        is_most
    }

    /// A part that an earlier run left joins.
    pub(super) fn join(&mut self, share: &Share, day: u64) {
        self.equity += share.equity;
        self.day_began += share.day_began;
        self.peak += share.at_peak;
        self.day = self.day.max(day);
    }

    /// The word of a limit that it reaches.
    pub(super) fn reached(&self, limits: &LossLimits) -> Option<(&'static str, String)> {
        let lost = |since: Money, max: Option<Money>| {
            max.filter(|max| since - self.equity >= *max).map(|max| (since - self.equity, max))
        };
        if let Some((lost, max)) = lost(self.day_began, limits.daily_max) {
            return Some((
                code::DAILY_LOSS,
                format!("{lost} were lost since midnight UTC, {max} are the limit (daily_loss_max)"),
            ));
        }
        let (lost, max) = lost(self.peak, limits.drawdown_max)?;
        Some((
            code::DRAWDOWN,
            format!("{lost} were lost since the best moment, {max} are the limit (drawdown_max)"),
        ))
    }
}
