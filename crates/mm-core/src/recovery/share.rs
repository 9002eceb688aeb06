//! How much of a position is ours to close. Pure.

use mm_model::{MarketKind, Qty, Side, SignedQty};

/// What our own orders filled in a market, and what the venue says is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Holding {
    /// Bought positive, sold negative, since the journal began.
    pub(super) own: SignedQty,
    /// The position.
    pub(super) net: SignedQty,
}

/// What flattening does about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    /// Nothing of ours is there.
    Nothing,
    /// So much is closed by an order of this side.
    Close(Side, Qty),
    /// So much is ours, and too little for an order, or nothing that a reduce-only order can close.
    Leave(SignedQty),
    /// Our fills and the position do not go together: somebody else has traded, and nothing of it is ours for certain.
    Gone,
}

impl Holding {
    /// Our part of it: never more than the position, and never on its other side.
    pub(super) fn share(self, min_qty: Qty, kind: MarketKind) -> Share {
        let ours = SignedQty(match (self.own.0.signum(), self.net.0.signum()) {
            _ if kind == MarketKind::Spot => self.own.0,
            (1, 1) => self.own.0.min(self.net.0),
            (-1, -1) => self.own.0.max(self.net.0),
            _ => 0,
        });
        match ours.abs() {
            _ if self.own.is_flat() => Share::Nothing,
            _ if ours.is_flat() => Share::Gone,
            qty if qty < min_qty || kind == MarketKind::Spot => Share::Leave(ours),
            qty => Share::Close(if ours.0 > 0 { Side::Sell } else { Side::Buy }, qty),
        }
    }

    /// Whether somebody else's trades must have met ours.
    pub(super) fn is_mixed(self) -> bool {
        self.own != self.net
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_our_share_is_closed() {
        let close = |side, qty| Share::Close(side, Qty(qty));
        let cases = [
            (0, 0, Share::Nothing),
            (0, 7, Share::Nothing),
            (5, 5, close(Side::Sell, 5)),
            (-5, -5, close(Side::Buy, 5)),
            (5, 9, close(Side::Sell, 5)),
            (5, 3, close(Side::Sell, 3)),
            (-5, -3, close(Side::Buy, 3)),
            (5, 0, Share::Gone),
            (5, -2, Share::Gone),
            (1, 1, Share::Leave(SignedQty(1))),
            (-8, -1, Share::Leave(SignedQty(-1))),
        ];
        for (own, net, expected) in cases {
            let holding = Holding { own: SignedQty(own), net: SignedQty(net) };
            assert_eq!(holding.share(Qty(2), MarketKind::Perpetual), expected, "{holding:?}");
        }
        let spot = Holding { own: SignedQty(5), net: SignedQty(0) };
        assert_eq!(spot.share(Qty(2), MarketKind::Spot), Share::Leave(SignedQty(5)));
    }

    proptest! {
        #[test]
        fn closing_never_turns_or_grows_anything(own: i64, net: i64, min_qty in 0_u64..10) {
            let holding = Holding { own: SignedQty(own), net: SignedQty(net) };
            if let Share::Close(side, qty) = holding.share(Qty(min_qty), MarketKind::Perpetual) {
                prop_assert!(i128::from(qty.0) <= i128::from(own).abs().min(i128::from(net).abs()));
                prop_assert_eq!(side.sign(), -net.signum());
                prop_assert_eq!(side.sign(), -own.signum());
            }
        }
    }
}
