//! The gate's book of one market of one connector.

use std::sync::Arc;

use mm_model::{
    ClientId, Exposure, Market, MarketKind, Money, NewOrder, OrderRecord, Price, Qty, Side, SignedQty,
    Timestamp,
};

use super::{
    Mode,
    check::{self, Asked, PositionMax, Sight},
    denial::{Denial, code},
    exposure::Standing,
    ledger::Moment,
    limits::MarketLimits,
    line::{Key, Line, Wish},
    lines::{Lines, is_over},
    pace::{Executions, Likeness, Recent},
    profit::Takings,
};

/// See the module.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) market: Arc<Market>,
    pub(super) limits: MarketLimits,
    /// Whether its quote counts as units of account.
    pub(super) has_unit: bool,
    /// The position by what was known at first and own fills since.
    own: SignedQty,
    /// The position by the venue's last word.
    told: SignedQty,
    own_changed_at: Timestamp,
    /// Whether the venue ever answered what the position is.
    is_based: bool,
    pub(super) lines: Lines,
    /// What a lot counts for.
    pub(super) price: Option<Price>,
    /// What it was last counted for among all.
    pub(super) gross: Money,
    /// Why nothing but cancels passes here, and since when.
    pub(super) halted: Option<(String, Timestamp)>,
    recent: Recent,
    pub(super) executions: Executions,
    pub(super) takings: Takings,
}

impl Row {
    pub(super) fn new(market: Arc<Market>, limits: MarketLimits, has_unit: bool) -> Self {
        Self {
            takings: Takings::default(),
            market,
            limits,
            has_unit,
            own: SignedQty::ZERO,
            told: SignedQty::ZERO,
            own_changed_at: Timestamp::ZERO,
            is_based: false,
            lines: Lines::default(),
            price: None,
            gross: Money::ZERO,
            halted: None,
            recent: Recent::default(),
            executions: Executions::default(),
        }
    }

    pub(super) fn standing(&self) -> Standing {
        let (buys, sells) = self.lines.sums();
        Standing { low: self.own.min(self.told), high: self.own.max(self.told), buys, sells }
    }

    /// What it counts for among all now.
    pub(super) fn gross_now(&self) -> Money {
        match self.price {
            _ if !self.has_unit => Money::ZERO,
            None if self.lines.is_empty() => Money::ZERO,
            price => self.standing().gross(&self.market, price.unwrap_or_default()),
        }
    }

    /// What may be sent here by what the process, the market and the order's own flag say.
    pub(super) fn is_open_to(
        &self,
        asked: &Asked,
        standing: &Standing,
        &Moment { mode, why, .. }: &Moment<'_>,
    ) -> Result<(), Denial> {
        let market = &self.market;
        match mode {
            Mode::Halted => {
                return Err(Denial::new(code::HALTED, format!("nothing but cancels passes since: {why}")));
            }
            Mode::Reducing if !standing.surely_reduces(asked.side, asked.more) => {
                let text = format!(
                    "only what brings the position on {market} nearer to flat passes, open orders counted, since: {why}"
                );
                return Err(Denial::new(code::REDUCING, text));
            }
            _ => {}
        }
        if let Some((why, _)) = &self.halted {
            return Err(Denial::new(
                code::MARKET_HALTED,
                format!("nothing but cancels passes on {market} since: {why}"),
            ));
        }
        if !self.limits.is_allowed {
            return Err(Denial::new(
                code::MARKET_NOT_ALLOWED,
                format!("{market} is not in `markets` of risk"),
            ));
        }
        let may_reduce = !asked.reduces
            || !self.limits.checks_reduce_only
            || market.kind == MarketKind::Spot
            || standing.may_reduce(asked.side, asked.size);
        if !may_reduce {
            let size = market.qty_decimal(asked.size);
            let text = format!(
                "a reduce-only order to {} {size} on {market} has nothing to reduce there",
                asked.side
            );
            return Err(Denial::new(code::REDUCE_ONLY, text));
        }
        Ok(())
    }

    /// Whether an order of ours that may fill so much more brings the position nearer to flat, all others counted.
    pub(super) fn still_reduces(&self, id: ClientId, side: Side, left: Qty) -> bool {
        let standing = self.standing();
        self.lines.of(id).map_or(standing, |line| standing.without(line)).surely_reduces(side, left)
    }

    /// What the order is and where it stands in the market; its worth by the price it counts with.
    pub(super) fn is_in_bounds(&self, asked: &Asked, sight: &Sight) -> Result<(), Denial> {
        let (market, limits) = (&*self.market, &self.limits);
        let lots = |size| market.qty_down(size);
        check::order_size(market, asked.size, limits.order_size_max.map(lots))?;
        limits.collar.map_or(Ok(()), |collar| check::collar(market, asked, sight, collar))?;
        if let Some(max) = limits.order_notional_max {
            let price = asked.worth_price(sight).ok_or_else(|| no_price(market))?;
            let worth = self.in_units(market.notional(price, asked.size))?;
            check::order_notional(market, worth, Some(max))?;
        }
        Ok(())
    }

    /// What it may make of the position; the standing after it.
    pub(super) fn has_room(
        &self,
        asked: &Asked,
        before: Standing,
        sight: &Sight,
    ) -> Result<Standing, Denial> {
        let (market, limits) = (&*self.market, &self.limits);
        let max = PositionMax {
            size: limits.position_size_max.map(|size| market.qty_down(size)),
            worth: limits.position_notional_max,
        };
        let price = asked.worth_price(sight);
        if max.worth.is_some() {
            price.ok_or_else(|| no_price(market))?;
            self.in_units(Money::ZERO)?;
        }
        let price = price.unwrap_or_default();
        let mut after = before;
        after.add(asked.side, asked.reduces, (asked.more, market.notional(price, asked.more)));
        if !asked.reduces {
            check::position(market, asked.side, (&after, self.price.unwrap_or(price)), max)?;
        }
        Ok(after)
    }

    /// An amount of the quote in units of account.
    pub(super) fn in_units(&self, amount: Money) -> Result<Money, Denial> {
        if self.has_unit {
            return Ok(amount);
        }
        let text = format!(
            "{} is not among `quotes` of risk: what {} is worth is not known",
            self.market.quote, self.market
        );
        Err(Denial::new(code::NO_UNIT, text))
    }

    pub(super) fn is_no_duplicate(&self, now: Timestamp, asked: &Asked) -> Result<(), Denial> {
        self.recent.check(&self.market, likeness(asked), (now, self.limits.duplicate_within))
    }

    /// Takes the place of an order that passed.
    pub(super) fn reserve(&mut self, key: u64, order: &NewOrder, (now, sight): (Timestamp, &Sight)) {
        let asked = Asked::from(order);
        let floor = asked.worth_price(sight).unwrap_or_default();
        self.lines.push(Line::new(Key::Reserved(key), order, &self.market, floor));
        if self.limits.duplicate_within.is_some() {
            self.recent.count(key, likeness(&asked), now);
        }
    }

    /// It was never made.
    pub(super) fn release(&mut self, key: u64) {
        self.lines.release(key);
        self.recent.forget_reserved(key);
    }

    /// It has its id.
    pub(super) fn name(&mut self, key: u64, id: ClientId) {
        self.lines.name(key, id);
        self.recent.name(key, id);
    }

    /// An order stands as its record says; whether something of it was filled for the first time.
    pub(super) fn follow(&mut self, record: &OrderRecord) -> bool {
        let id = record.client_id();
        let is_over = is_over(record);
        let known = self.lines.change(id, |line| {
            let was_filled = line.filled;
            line.follow(record);
            line.filled && !was_filled
        });
        match known {
            Some(_) if is_over => self.lines.remove(id),
            // Of an earlier run, or thought to be over.
            None if !is_over => {
                let floor = self.price.unwrap_or_default();
                let mut line = Line::new(Key::Order(id), record.order(), &self.market, floor);
                line.follow(record);
                self.lines.push(line);
            }
            _ => {}
        }
        if is_over && record.filled().is_zero() {
            self.recent.forget(id);
        }
        known == Some(true)
    }

    /// A modification passed that may leave `left` to be filled.
    pub(super) fn wish(&mut self, id: ClientId, wish: Wish, left: Qty) {
        self.lines.change(id, |line| {
            // One that is on its way may still come true at its price.
            line.floor = line.wish.map_or(line.floor, |before| line.floor.max(before.price));
            line.wish = Some(wish);
            line.lots = line.lots.max(left);
        });
    }

    /// A modification that passed was never handed over.
    pub(super) fn unwish(&mut self, id: ClientId) {
        self.lines.change(id, |line| line.wish = line.wish.filter(|wish| wish.sent));
    }

    pub(super) fn wish_sent(&mut self, id: ClientId) {
        self.lines.change(id, |line| {
            if let Some(wish) = &mut line.wish {
                wish.sent = true;
            }
        });
    }

    /// Own fills moved the position. The venue's word was the same before, and will follow; or it was ahead.
    pub(super) fn moved(&mut self, now: Timestamp, by: SignedQty) {
        let ahead = self.told - self.own;
        self.own = self.own + by;
        self.own_changed_at = now;
        if ahead.0.signum() != by.0.signum() {
            self.told = self.told + by;
        }
    }

    /// The venue told a position by stream.
    pub(super) const fn told(&mut self, net: SignedQty) {
        self.told = net;
    }

    /// The venue told a position in an answer to what was asked then. While nothing of ours is open or was filled since,
    /// what differs was not our doing, and is how it is; and so is the first that is ever heard.
    pub(super) fn answered(&mut self, net: SignedQty, asked_at: Timestamp) {
        let is_quiet = self.lines.is_empty() && self.own_changed_at < asked_at;
        if is_quiet || !self.is_based {
            (self.own, self.told, self.is_based) = (net, net, true);
        } else if self.own_changed_at < asked_at {
            self.told = net;
        }
    }

    pub(super) const fn own(&self) -> SignedQty {
        self.own
    }
}

impl From<&NewOrder> for Asked {
    fn from(order: &NewOrder) -> Self {
        Self {
            side: order.side,
            kind: order.kind,
            size: order.qty,
            more: order.qty,
            reduces: order.exposure == Exposure::ReduceOnly,
        }
    }
}

fn likeness(asked: &Asked) -> Likeness {
    Likeness { side: asked.side, price: asked.kind.price(), size: asked.size }
}

fn no_price(market: &Market) -> Denial {
    Denial::new(
        code::NO_PRICE,
        format!("what an order on {market} is worth cannot be known: no book, no mark price"),
    )
}
