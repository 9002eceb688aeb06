//! One market's state: its book, prices, funding and trades.

mod book;
mod funding;
mod tape;
mod waiting;

use mm_model::{Decimal, Market, MarketKind, Money, Price, Qty, Rate, Side, SignedQty};

pub(crate) use self::book::{Offer, Source, TradingBook};
use self::{funding::Funding, tape::TradeTape, waiting::Waiting};
use crate::{Listing, OrderId, OrderView};

/// Everything of a market that changes.
#[derive(Debug)]
pub(crate) struct MarketState {
    pub(crate) book: TradingBook,
    /// Live orders, by the slot of their id.
    pub(crate) records: Vec<Option<OrderView>>,
    /// Those of them that wait for the mark or the clock.
    pub(crate) waiting: Waiting,
    /// Of the last change of a level.
    pub(crate) seq: u64,
    /// Of the last trade.
    pub(crate) trade: u64,
    pub(crate) index: Price,
    pub(crate) funding: Funding,
    pub(crate) tape: TradeTape,
    pub(crate) units: Units,
}

/// What a market's listing means in numbers, worked out once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Units {
    pub(crate) kind: MarketKind,
    /// Number of the base asset.
    pub(crate) base: usize,
    /// Number of the quote asset.
    pub(crate) quote: usize,
    /// Value of one tick on one lot.
    pub(crate) tick_lot: i128,
    /// One lot in the base asset.
    pub(crate) lot: i128,
    pub(crate) maker_fee: Rate,
    pub(crate) taker_fee: Rate,
}

/// The most that one order may be worth, or hold of the base asset: 10^12 whole units. A hundred million such
/// orders still add up without overflow.
pub(crate) const WORTH_MAX: i128 = 1_000_000_000_000 * 1_000_000_000_000_000_000;

impl Units {
    pub(crate) fn new(listing: &Listing, base: usize, quote: usize) -> Self {
        let Market { kind, lot, .. } = listing.market;
        let lot = Money::from_decimal(Decimal::new(lot.mantissa, lot.scale)).expect("an exact market").0;
        Self {
            kind,
            base,
            quote,
            tick_lot: listing.market.notional(Price(1), Qty(1)).0,
            lot,
            maker_fee: listing.maker_fee,
            taker_fee: listing.taker_fee,
        }
    }

    /// Price × size. For sizes that were checked by [`Units::fits`].
    pub(crate) const fn value(&self, price: Price, qty: Qty) -> Money {
        Money(price.0 as i128 * qty.0 as i128 * self.tick_lot)
    }

    /// Whether an order of this size and price is small enough to count with.
    pub(crate) fn fits(&self, price: Price, qty: Qty) -> bool {
        let lots = i128::from(qty.0);
        let value = lots.checked_mul(self.tick_lot).and_then(|x| x.checked_mul(i128::from(price.0)));
        let base = lots.checked_mul(self.lot);
        qty.0 <= 1 << 53 && value.is_some_and(|x| x <= WORTH_MAX) && base.is_some_and(|x| x <= WORTH_MAX)
    }

    /// The size in the base asset.
    pub(crate) const fn base_amount(&self, qty: Qty) -> Money {
        Money(qty.0 as i128 * self.lot)
    }

    /// What a resting spot order holds: a bid its worth and the dearer fee, an ask its size. Zero for perpetuals.
    /// With fees rounded down here as in a fill, the parts that fills release always cover what they cost.
    pub(crate) fn held(&self, side: Side, price: Price, left: Qty) -> Money {
        match (self.kind, side) {
            (MarketKind::Perpetual, _) => Money::ZERO,
            (MarketKind::Spot, Side::Sell) => self.base_amount(left),
            (MarketKind::Spot, Side::Buy) => {
                let value = self.value(price, left);
                value + value.times(self.maker_fee.max(self.taker_fee).max(Rate(0)))
            }
        }
    }
}

impl MarketState {
    pub(crate) fn new(listing: &Listing, units: Units) -> Self {
        Self {
            book: TradingBook::default(),
            records: Vec::new(),
            waiting: Waiting::default(),
            seq: 0,
            trade: 0,
            index: listing.start,
            funding: Funding::default(),
            tape: TradeTape::default(),
            units,
        }
    }

    /// Best bid plus best ask: twice the mid. `None` while a side is empty.
    fn double_mid(&self) -> Option<i64> {
        Some(self.book.best_price(Side::Buy)?.0.saturating_add(self.book.best_price(Side::Sell)?.0))
    }

    /// The mid, rounded down to a tick.
    pub(crate) fn mid(&self) -> Option<Price> {
        self.double_mid().map(|double| Price(double.div_euclid(2)))
    }

    /// The median of index, mid (rounded down to a tick) and last; what is missing is replaced by the index.
    pub(crate) fn mark(&self) -> Price {
        let index = self.index.0;
        let mid = self.mid().map_or(index, |price| price.0);
        let last = self.tape.last.map_or(index, |price| price.0);
        Price(mid.min(last).max(index).min(mid.max(last)))
    }

    /// How far the mid is above the index, as a fraction of it.
    pub(crate) fn premium(&self) -> Rate {
        let index = i128::from(self.index.0).max(1) * 2;
        let Some(double_mid) = self.double_mid() else { return Rate(0) };
        let premium = (i128::from(double_mid) - index) * Rate::ONE / index;
        Rate(i64::try_from(premium).unwrap_or(0))
    }

    /// Whether an order is live here.
    pub(crate) fn lives(&self, id: OrderId) -> bool {
        self.records.get(id.slot()).is_some_and(|record| record.as_ref().is_some_and(|view| view.id == id))
    }

    /// Whether a price can be counted with.
    pub(crate) fn is_price(&self, price: Price) -> bool {
        price >= Price(1) && self.units.fits(price, Qty(1))
    }

    /// The value of one lot at the mark.
    pub(crate) fn lot_value(&self) -> i128 {
        i128::from(self.mark().0) * self.units.tick_lot
    }

    /// A position's worth at the mark, with its sign.
    pub(crate) fn worth(&self, net: SignedQty) -> Money {
        Money(i128::from(net.0) * self.lot_value())
    }
}
