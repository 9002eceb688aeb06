//! Size and limit of an order that may be modified: what the venue tells is joined by (version, size), what we asked for
//! stands beside it until the venue shows which of the two it is.

use crate::{NewOrder, OrderReport, Price, Qty};

/// What a venue told last. The greatest version stands; of one version the least size and the greatest price: a venue may
/// shrink a reduce-only order, none makes one larger by itself, and some messages leave the one or the other out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Told {
    version: u32,
    qty: Option<Qty>,
    price: Option<Price>,
}

/// A modification that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wish {
    price: Price,
    qty: Qty,
    /// The version that was known then: a greater one is the wish come true (or somebody else's, which the venue tells).
    after: u32,
}

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    /// What we asked for, the last wish apart.
    qty: Qty,
    price: Option<Price>,
    wish: Option<Wish>,
    told: Told,
}

impl Size {
    pub(super) const fn new(order: &NewOrder) -> Self {
        let told = Told { version: 0, qty: None, price: None };
        Self { qty: order.qty, price: order.kind.price(), wish: None, told }
    }

    pub(super) const fn version(&self) -> u32 {
        self.told.version
    }

    /// Joins what a report says; whether it is news.
    pub(super) fn join(&mut self, report: &OrderReport) -> bool {
        let heard = Told {
            version: report.version,
            qty: Some(report.qty).filter(|qty| !qty.is_zero()),
            price: report.price,
        };
        let before = *self;
        if self.told.version < heard.version {
            self.told = heard;
        } else if self.told.version == heard.version {
            self.told.qty = self.told.qty.into_iter().chain(heard.qty).min();
            self.told.price = self.told.price.max(heard.price);
        }
        let seen = |size: &Self| (size.told.version, size.qty(), size.price());
        seen(self) != seen(&before)
    }

    pub(super) fn modifying(&mut self, price: Price, qty: Qty) {
        (self.qty, self.price) = (self.asked_qty(), self.asked_price());
        self.wish = Some(Wish { price, qty, after: self.told.version });
    }

    pub(super) fn modify_failed(&mut self) {
        if self.is_modifying() {
            self.wish = None;
        }
    }

    pub(super) fn is_modifying(&self) -> bool {
        self.wish.is_some_and(|wish| self.told.version <= wish.after)
    }

    /// The size as far as it is proven.
    pub(super) fn qty(&self) -> Qty {
        match self.told {
            Told { version: 0, qty: Some(qty), .. } => qty.min(self.qty),
            // Somebody else may have made it larger: the venue's word stands.
            Told { qty: Some(qty), .. } => qty,
            Told { qty: None, .. } => self.asked_qty(),
        }
    }

    /// The limit as far as it is proven.
    pub(super) fn price(&self) -> Option<Price> {
        match self.told {
            Told { version: 0, .. } => self.price,
            Told { price, .. } => price.or(self.asked_price()),
        }
    }

    /// The larger of both sizes while a modification is on its way.
    pub(super) fn qty_max(&self) -> Qty {
        let wish = self.wish.filter(|_| self.is_modifying());
        wish.map_or(self.qty(), |wish| wish.qty.max(self.qty()))
    }

    /// How much must be filled for nothing to be left, whatever the venue made of it.
    pub(super) fn full(&self) -> Qty {
        self.asked_qty().max(self.qty_max())
    }

    /// What we asked for last, as far as the venue has shown it.
    fn asked_qty(&self) -> Qty {
        self.shown_wish().map_or(self.qty, |wish| wish.qty)
    }

    fn asked_price(&self) -> Option<Price> {
        self.shown_wish().map_or(self.price, |wish| Some(wish.price))
    }

    fn shown_wish(&self) -> Option<Wish> {
        self.wish.filter(|_| !self.is_modifying())
    }
}
