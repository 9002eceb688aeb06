//! A position with its exact cost. Nothing is rounded away: what a partial close does not take of the cost stays
//! in the position, and `cash − cost`, summed over all accounts, only changes by deposits.

use mm_model::{Money, SignedQty};

/// What an account holds of a perpetual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Position {
    /// Signed size in lots.
    pub(crate) net: i64,
    /// Entry price × net, exact; negative for a short.
    pub(crate) cost: i128,
}

impl Position {
    /// Trades `lots` (negative: sold) for `paid` in the quote asset (price × lots, so of the same sign). Returns
    /// the profit that this realises.
    ///
    /// A closing part takes `cost × closed / net` of the cost, rounded down to 10^-18; the remainder stays with
    /// what is still open and is realised with it. A trade that turns the position closes all of the old one
    /// first and opens the rest at the trade's price.
    pub(crate) fn trade(&mut self, lots: i64, paid: i128) -> Money {
        if lots == 0 {
            return Money::ZERO;
        }
        let opens = self.net.signum() * lots.signum() >= 0;
        if opens {
            self.net += lots;
            self.cost += paid;
            return Money::ZERO;
        }
        let closing = lots.unsigned_abs().min(self.net.unsigned_abs()) as i64 * lots.signum();
        let paid_closing = share(paid, closing, lots);
        let cost_closed = share(self.cost, -closing, self.net);
        self.net += closing;
        self.cost -= cost_closed;
        if closing != lots {
            self.net = lots - closing;
            self.cost = paid - paid_closing;
        }
        // Selling: −paid was received for what had cost `cost_closed`; buying back: the same with signs turned.
        Money(-paid_closing - cost_closed)
    }

    /// Profit not yet realised if one lot is worth `lot_value`.
    pub(crate) fn unrealized(&self, lot_value: i128) -> Money {
        Money(i128::from(self.net) * lot_value - self.cost)
    }

    pub(crate) const fn size(&self) -> SignedQty {
        SignedQty(self.net)
    }
}

/// `whole × part / of`, rounded down, without overflow: `part` and `of` are of one sign and `|part| ≤ |of|`.
fn share(whole: i128, part: i64, of: i64) -> i128 {
    if part == of {
        return whole;
    }
    let (part, of) = (i128::from(part.unsigned_abs()), i128::from(of.unsigned_abs()));
    whole.div_euclid(of) * part + (whole.rem_euclid(of) * part).div_euclid(of)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(trades: &[(i64, i128)], net: i64, cost: i128, realized: i128) {
        let mut position = Position::default();
        let sum: Money =
            trades.iter().map(|&(lots, price)| position.trade(lots, price * i128::from(lots))).sum();
        assert_eq!((position.net, position.cost, sum.0), (net, cost, realized), "{trades:?}");
    }

    #[test]
    fn opens_closes_and_turns() {
        check(&[(10, 100), (5, 130)], 15, 1_650, 0);
        check(&[(10, 100), (-4, 110)], 6, 600, 40);
        check(&[(10, 100), (-10, 90)], 0, 0, -100);
        check(&[(10, 100), (-15, 110)], -5, -550, 100);
        check(&[(-10, 100), (4, 90)], -6, -600, 40);
        check(&[(-10, 100), (15, 90)], 5, 450, 100);
    }

    #[test]
    fn a_remainder_stays_with_what_is_open() {
        // 100 paid for 3 lots: closing one takes 33, the last one 34.
        let mut position = Position { net: 3, cost: 100 };
        assert_eq!(position.trade(-1, -40), Money(7));
        assert_eq!(position.trade(-1, -40), Money(7));
        assert_eq!(position.trade(-1, -40), Money(6));
        assert_eq!(position, Position::default());
    }

    proptest! {
        #[test]
        fn realized_and_cost_account_for_all_that_was_paid(
            trades in prop::collection::vec((-50_i64..50, 1_i128..1 << 90), 1..50),
        ) {
            let (mut position, mut realized, mut paid) = (Position::default(), Money::ZERO, 0_i128);
            for (lots, price) in trades {
                let value = price * i128::from(lots);
                realized += position.trade(lots, value);
                paid += value;
                prop_assert_eq!(realized.0 - position.cost, -paid);
                prop_assert!(position.net != 0 || position.cost == 0);
            }
        }
    }
}
