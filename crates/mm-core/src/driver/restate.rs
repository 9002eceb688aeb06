//! What an earlier run wrote down, in the numbers of this one: symbols instead of that run's market numbers, and prices and
//! sizes counted in the ticks and lots of today. Exactly, or not at all.

use std::{collections::BTreeMap, sync::Arc};

use mm_model::{Decimal, Market, MarketId, NewOrder, OrderKind, Price, Qty, SignedQty, Symbol};

use crate::journal::{Evidence, Past, PastMarket, PastOrder};

/// The markets of today.
pub(super) struct Listed<'a> {
    pub(super) by_symbol: &'a BTreeMap<Symbol, MarketId>,
    pub(super) markets: &'a BTreeMap<MarketId, Arc<Market>>,
}

/// What earlier runs left, in today's numbers.
pub(super) struct Restated {
    pub(super) orders: Vec<PastOrder>,
    pub(super) filled: Vec<(MarketId, SignedQty)>,
    /// Symbols with fills that the venue does not list any more.
    pub(super) unlisted: Vec<Symbol>,
}

/// Restates all of it.
///
/// # Errors
/// Which order, or which sum, has no exact meaning today, and what to do.
pub(super) fn restated(past: &Past, listed: &Listed<'_>) -> Result<Restated, String> {
    let orders = past.orders.iter().map(|order| listed.order(order)).collect::<Result<_, _>>()?;
    let (mut filled, mut unlisted) = (Vec::new(), Vec::new());
    for (market, sum) in past.filled.iter().filter(|(_, sum)| !sum.is_flat()) {
        let Some((id, steps)) = listed.steps(market) else {
            unlisted.push(market.symbol.clone());
            continue;
        };
        let sum = steps.lots(sum.0).ok_or_else(|| {
            format!(
                "what earlier runs filled in {}, counted in lots of {}, is no whole number of today's lots: {REMEDY}",
                market.symbol, market.lot
            )
        })?;
        filled.push((id, SignedQty(sum)));
    }
    Ok(Restated { orders, filled, unlisted })
}

/// What a person can do about a past that cannot be taken up.
const REMEDY: &str = "see to its orders and positions at the venue by hand, then move the account's journal out of the state \
                      directory and start again";

impl Listed<'_> {
    fn steps(&self, then: &PastMarket) -> Option<(MarketId, Steps)> {
        let id = *self.by_symbol.get(&then.symbol)?;
        let now = self.markets.get(&id)?;
        let steps = Steps { tick: Step::new(then.tick, now.tick)?, lot: Step::new(then.lot, now.lot)? };
        Some((id, steps))
    }

    fn order(&self, past: &PastOrder) -> Result<PastOrder, String> {
        let PastMarket { symbol, tick, lot } = &past.market;
        let id = past.client_id;
        let (market, steps) = self.steps(&past.market).ok_or_else(|| {
            format!("order {id} of an earlier run is not settled, and the venue lists no market '{symbol}': {REMEDY}")
        })?;
        steps.order(market, past).ok_or_else(|| {
            format!(
                "order {id} of an earlier run was made in {symbol} with tick {tick} and lot {lot}, and is no whole number of \
                 today's: {REMEDY}"
            )
        })
    }
}

/// From steps of then to steps of now.
#[derive(Clone, Copy)]
struct Step {
    then: i128,
    now: i128,
}

impl Step {
    fn new(then: Decimal, now: Decimal) -> Option<Self> {
        let scale = then.scale.max(now.scale);
        let step = Self { then: then.at_scale(scale)?, now: now.at_scale(scale)? };
        (step.then > 0 && step.now > 0).then_some(step)
    }

    /// The same amount; `None` where it lies between two steps.
    fn restate(self, n: i128) -> Option<i128> {
        let amount = n.checked_mul(self.then)?;
        (amount % self.now == 0).then(|| amount / self.now)
    }
}

#[derive(Clone, Copy)]
struct Steps {
    tick: Step,
    lot: Step,
}

impl Steps {
    fn price(self, price: Price) -> Option<Price> {
        i64::try_from(self.tick.restate(price.0.into())?).ok().map(Price)
    }

    /// `None` within: there is no price; `None` outside: there is one, and it cannot be told.
    #[expect(clippy::option_option, reason = "an order without a price is not one whose price is lost")]
    fn maybe_price(self, price: Option<Price>) -> Option<Option<Price>> {
        match price {
            Some(price) => self.price(price).map(Some),
            None => Some(None),
        }
    }

    fn qty(self, qty: Qty) -> Option<Qty> {
        u64::try_from(self.lot.restate(qty.0.into())?).ok().map(Qty)
    }

    fn lots(self, lots: i64) -> Option<i64> {
        i64::try_from(self.lot.restate(lots.into())?).ok()
    }

    fn kind(self, kind: OrderKind) -> Option<OrderKind> {
        Some(match kind {
            OrderKind::Limit { price, time_in_force } => {
                OrderKind::Limit { price: self.price(price)?, time_in_force }
            }
            OrderKind::PostOnly { price } => OrderKind::PostOnly { price: self.price(price)? },
            OrderKind::Market => OrderKind::Market,
            OrderKind::StopLoss { trigger, limit } => {
                OrderKind::StopLoss { trigger: self.price(trigger)?, limit: self.maybe_price(limit)? }
            }
            OrderKind::TakeProfit { trigger, limit } => {
                OrderKind::TakeProfit { trigger: self.price(trigger)?, limit: self.maybe_price(limit)? }
            }
        })
    }

    fn order(self, market: MarketId, past: &PastOrder) -> Option<PastOrder> {
        let mut restated = past.clone();
        restated.order = NewOrder {
            market,
            qty: self.qty(past.order.qty)?,
            kind: self.kind(past.order.kind)?,
            ..past.order
        };
        for (_, evidence) in &mut restated.evidence {
            self.evidence(market, evidence)?;
        }
        Some(restated)
    }

    fn evidence(self, market: MarketId, evidence: &mut Evidence) -> Option<()> {
        match evidence {
            Evidence::Report(report) => {
                report.market = market;
                report.price = self.maybe_price(report.price)?;
                report.qty = self.qty(report.qty)?;
                report.filled = self.qty(report.filled)?;
            }
            Evidence::Fill(fill) => {
                fill.market = market;
                fill.price = self.price(fill.price)?;
                fill.qty = self.qty(fill.qty)?;
            }
            Evidence::ModifySent { price, qty } => {
                *price = self.price(*price)?;
                *qty = self.qty(*qty)?;
            }
            Evidence::NotSent(_)
            | Evidence::Refused(_)
            | Evidence::Unsure(_)
            | Evidence::CancelSent
            | Evidence::CancelFailed
            | Evidence::ModifyFailed => {}
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn restate(n: i128, then: &str, now: &str) -> Option<i128> {
        let read = |text| Decimal::parse(text).expect("a number");
        Step::new(read(then), read(now))?.restate(n)
    }

    #[test]
    fn steps_are_restated_exactly_or_not_at_all() {
        let cases = [
            (1_234, "0.01", "0.01", Some(1_234)),
            (1_234, "0.01", "0.010", Some(1_234)),
            (1_234, "0.01", "0.001", Some(12_340)),
            (1_230, "0.001", "0.01", Some(123)),
            (1_234, "0.001", "0.01", None),
            (-50, "0.1", "0.5", Some(-10)),
            (3, "0.5", "0.1", Some(15)),
            (0, "1", "0.0001", Some(0)),
            (1, "1", "0", None),
            (i128::MAX, "1", "0.1", None),
        ];
        for (n, then, now, expected) in cases {
            assert_eq!(restate(n, then, now), expected, "{n} of {then} in {now}");
        }
    }
}
