//! What one market could come to: the position as far as it is known, and every order that is or may be live at all of
//! what may still be filled of it. Pure sums.

use mm_model::{Market, Money, Price, Qty, Side, SignedQty};

use super::line::Line;

/// A market's position and open orders. The position lies somewhere between `low` and `high`: own fills and the venue's own
/// word may each be ahead of the other for a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) low: SignedQty,
    pub(super) high: SignedQty,
    pub(super) buys: Open,
    pub(super) sells: Open,
}

/// Open orders of one side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Open {
    /// Of orders that may open a position.
    pub(super) lots: i128,
    /// What those are worth, each at its own price.
    pub(super) worth: Money,
    /// Of orders that the venue lets do nothing but reduce.
    pub(super) reducing: i128,
}

/// How large a position could become on the way that one side's orders lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Worst {
    /// Lots in that direction; negative where the position could not even turn.
    pub(super) lots: i128,
    /// Worth.
    pub(super) worth: Money,
}

impl Open {
    pub(super) fn count(&mut self, line: &Line) {
        let (lots, worth) = (i128::from(line.lots.0), line.worth(line.lots));
        if line.reduces {
            self.reducing += lots;
        } else {
            self.lots += lots;
            self.worth += worth;
        }
    }

    pub(super) fn discount(&mut self, line: &Line) {
        let (lots, worth) = (i128::from(line.lots.0), line.worth(line.lots));
        if line.reduces {
            self.reducing -= lots;
        } else {
            self.lots -= lots;
            self.worth -= worth;
        }
    }
}

impl Standing {
    /// Without one of its orders.
    pub(super) fn without(mut self, line: &Line) -> Self {
        match line.side {
            Side::Buy => self.buys.discount(line),
            Side::Sell => self.sells.discount(line),
        }
        self
    }

    /// With more on a side: lots and their worth.
    pub(super) fn add(&mut self, side: Side, reduces: bool, (lots, worth): (Qty, Money)) {
        let open = match side {
            Side::Buy => &mut self.buys,
            Side::Sell => &mut self.sells,
        };
        if reduces {
            open.reducing += i128::from(lots.0);
        } else {
            open.lots += i128::from(lots.0);
            open.worth += worth;
        }
    }

    const fn open(&self, side: Side) -> &Open {
        match side {
            Side::Buy => &self.buys,
            Side::Sell => &self.sells,
        }
    }

    /// The position seen from `side` (for a sell, short is positive), at its greatest.
    fn toward(&self, side: Side) -> i128 {
        match side {
            Side::Buy => i128::from(self.high.0),
            Side::Sell => -i128::from(self.low.0),
        }
    }

    /// The worst that `side` can do. A reduce-only order turns no position, but may use up what others would have had to
    /// close first.
    pub(super) fn worst(&self, side: Side, market: &Market, price: Price) -> Worst {
        let open = self.open(side);
        let toward = self.toward(side);
        let from = if toward < 0 { (toward + open.reducing).min(0) } else { toward };
        let held = SignedQty(i64::try_from(from).unwrap_or(if from < 0 { i64::MIN } else { i64::MAX }));
        Worst { lots: from + open.lots, worth: market.signed_notional(price, held) + open.worth }
    }

    /// What the market counts for among all: the worse of both sides.
    pub(super) fn gross(&self, market: &Market, price: Price) -> Money {
        let side = |side| self.worst(side, market, price).worth;
        side(Side::Buy).max(side(Side::Sell)).max(Money::ZERO)
    }

    /// Whether `more` lots on a side bring the position nearer to flat, or to flat at most, wherever it is in truth and
    /// whatever else of that side is filled.
    pub(super) fn surely_reduces(&self, side: Side, more: Qty) -> bool {
        let open = self.open(side);
        self.toward(side) + open.lots + open.reducing + i128::from(more.0) <= 0
    }

    /// Whether an order of so many lots may find something to reduce: what is held, and what open orders of the other side
    /// may bring.
    pub(super) fn may_reduce(&self, side: Side, size: Qty) -> bool {
        let against = self.toward(side.opposite()) + self.open(side.opposite()).lots;
        i128::from(size.0) <= against
    }
}
