//! The controls that judge one order by itself and by its market. Pure: what is asked, what is known, what is allowed.

use mm_model::{Market, Money, OrderKind, Price, Qty, Rate, Side};

use super::{
    denial::{Denial, code},
    exposure::Standing,
    line::Line,
};

/// What an order is judged by: the market as it is believed to be now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sight {
    /// Best bid and ask of a book that can be believed.
    pub(crate) touch: Option<(Price, Price)>,
    /// A fresh mark price.
    pub(crate) mark: Option<Price>,
    /// The worst price that an order without a limit would match at, were it to arrive now; `None` where the book holds less.
    pub(crate) sweep: Option<Price>,
}

impl Sight {
    /// Half-way between both sides, rounded up.
    pub(crate) fn mid(&self) -> Option<Price> {
        self.touch.map(|(bid, ask)| mid(bid, ask)).or(self.mark)
    }
}

pub(super) const fn mid(bid: Price, ask: Price) -> Price {
    Price(bid.0 + (ask.0 - bid.0 + 1) / 2)
}

/// What is asked of the gate: a new order, or the part of a modification that is new.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) side: Side,
    pub(super) kind: OrderKind,
    /// Size of the whole order.
    pub(super) size: Qty,
    /// What it adds to what may be filled.
    pub(super) more: Qty,
    pub(super) reduces: bool,
}

impl Asked {
    /// Whether it may match on arrival or rest awake: then its price is to be had from the market of now.
    const fn is_awake(&self) -> bool {
        !matches!(self.kind, OrderKind::StopLoss { .. } | OrderKind::TakeProfit { .. })
    }

    /// The price by which it counts: the dearest at which it could be filled as things are.
    pub(super) fn worth_price(&self, sight: &Sight) -> Option<Price> {
        let trigger = match self.kind {
            OrderKind::StopLoss { trigger, .. } | OrderKind::TakeProfit { trigger, .. } => Some(trigger),
            _ => None,
        };
        let limit = self.kind.price();
        let now = match (self.side, limit) {
            (Side::Buy, Some(_)) => None,
            (Side::Buy, None) => sight.sweep.or(sight.mid()),
            (Side::Sell, _) => sight.touch.map(|(bid, _)| bid).or(sight.mark),
        };
        [limit, trigger, now].into_iter().flatten().max()
    }
}

pub(super) fn order_size(market: &Market, size: Qty, max: Option<Qty>) -> Result<(), Denial> {
    let Some(max) = max.filter(|max| size > *max) else { return Ok(()) };
    let [size, max] = [size, max].map(|qty| market.qty_decimal(qty));
    Err(Denial::new(code::ORDER_SIZE, format!("size {size} on {market} is above {max} (order_size_max)")))
}

pub(super) fn order_notional(market: &Market, worth: Money, max: Option<Money>) -> Result<(), Denial> {
    let Some(max) = max.filter(|max| worth > *max) else { return Ok(()) };
    let text =
        format!("an order worth {worth} {} on {market} is above {max} (order_notional_max)", market.quote);
    Err(Denial::new(code::ORDER_NOTIONAL, text))
}

/// Neither dearer nor cheaper than the market by more than the collar. Between the touches every price is the market's.
pub(super) fn collar(market: &Market, asked: &Asked, sight: &Sight, collar: Rate) -> Result<(), Denial> {
    let no_price =
        |why: &str| Err(Denial::new(code::NO_PRICE, format!("{why} on {market}: no order is sent blind")));
    if let OrderKind::StopLoss { trigger, limit: Some(limit) }
    | OrderKind::TakeProfit { trigger, limit: Some(limit) } = asked.kind
    {
        return within(market, limit, (trigger, trigger), collar);
    }
    if !asked.is_awake() {
        return Ok(());
    }
    let price = match (asked.kind.price(), sight.touch) {
        (Some(price), _) => price,
        (None, None) => return no_price("no book that can be believed"),
        (None, Some(_)) => match sight.sweep {
            Some(price) => price,
            None => return no_price("the book holds less than a market order of this size takes"),
        },
    };
    if sight.touch.is_none() && sight.mark.is_none() {
        return no_price("neither a book that can be believed nor a mark price");
    }
    sight.touch.map_or(Ok(()), |touch| within(market, price, touch, collar))?;
    sight.mark.map_or(Ok(()), |mark| within(market, price, (mark, mark), collar))
}

fn within(market: &Market, price: Price, (low, high): (Price, Price), collar: Rate) -> Result<(), Denial> {
    let room = |of: Price| i128::from(of.0) * i128::from(collar.0);
    let off = |above: i64, below: i64| (i128::from(above) - i128::from(below)) * Rate::ONE;
    if off(price.0, high.0) <= room(high) && off(low.0, price.0) <= room(low) {
        return Ok(());
    }
    let [price, low, high] = [price, low, high].map(|price| market.price_decimal(price));
    let share = collar.decimal();
    Err(Denial::new(
        code::PRICE_COLLAR,
        format!(
            "price {price} on {market} is beyond {low} to {high} by more than {share} of it (collar_bps)"
        ),
    ))
}

/// An order of ours on the other side that it would meet.
pub(super) fn self_trade<'a>(
    market: &Market,
    asked: &Asked,
    sight: &Sight,
    mut lines: impl Iterator<Item = &'a Line>,
) -> Result<(), Denial> {
    if !asked.is_awake() {
        return Ok(());
    }
    let reaches = |resting: Price| match (asked.kind.price().or(sight.sweep), asked.side) {
        (None, _) => true,
        (Some(price), Side::Buy) => resting <= price,
        (Some(price), Side::Sell) => price <= resting,
    };
    let meets = |line: &&Line| line.side != asked.side && line.rests && line.nearest().is_some_and(reaches);
    let Some(price) = lines.find(meets).and_then(Line::nearest) else { return Ok(()) };
    Err(Denial::new(
        code::SELF_TRADE,
        format!(
            "it would match an order of ours at {} on {market}: take that one off first",
            market.price_decimal(price)
        ),
    ))
}

/// What a position may come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PositionMax {
    pub(super) size: Option<Qty>,
    pub(super) worth: Option<Money>,
}

/// What the order would make of the position, judged on its own side only: it cannot make the other worse.
pub(super) fn position(
    market: &Market,
    side: Side,
    (after, price): (&Standing, Price),
    max: PositionMax,
) -> Result<(), Denial> {
    let worst = after.worst(side, market, price);
    if let Some(max) = max.size.filter(|max| worst.lots > i128::from(max.0)) {
        let worst = Qty(u64::try_from(worst.lots).unwrap_or(u64::MAX));
        let [worst, max] = [worst, max].map(|qty| market.qty_decimal(qty));
        let text = format!(
            "the position on {market} could become {worst} by {side} orders, {max} are allowed (position_size_max)"
        );
        return Err(Denial::new(code::POSITION, text));
    }
    if let Some(max) = max.worth.filter(|max| worst.worth > *max) {
        let text = format!(
            "the position on {market} could be worth {} by {side} orders, {max} are allowed (position_notional_max)",
            worst.worth
        );
        return Err(Denial::new(code::POSITION_NOTIONAL, text));
    }
    Ok(())
}

/// What all positions could be worth, before and after: who makes it no worse passes.
pub(super) fn gross(before: Money, after: Money, max: Option<Money>) -> Result<(), Denial> {
    let Some(max) = max.filter(|max| after > *max && after > before) else { return Ok(()) };
    let text = format!("all positions could be worth {after}, {max} are allowed (gross_notional_max)");
    Err(Denial::new(code::GROSS_NOTIONAL, text))
}
