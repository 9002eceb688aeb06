//! Which instruments a question is about: lists of kinds, bases and quotes. What is left out, or empty, is everything.

use mm_model::{Market, MarketKind};

use crate::grvt::wire::{Kind, Text};

/// The lists.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter<'a> {
    pub(super) kind: Option<Vec<Kind>>,
    pub(super) base: Option<Vec<Text<'a>>>,
    pub(super) quote: Option<Vec<Text<'a>>>,
}

impl Filter<'_> {
    /// Whether an instrument is among them.
    pub(super) fn takes(&self, market: &Market) -> bool {
        let kind = kind(market.kind);
        let among = |list: &Option<Vec<Text<'_>>>, word: &str| {
            list.as_deref().is_none_or(|list| list.is_empty() || list.iter().any(|it| *it == word))
        };
        let kinds = self.kind.as_deref().is_none_or(|list| list.is_empty() || list.contains(&kind));
        kinds && among(&self.base, &market.base) && among(&self.quote, &market.quote)
    }
}

/// The venue's word for what the exchange trades.
pub(super) const fn kind(kind: MarketKind) -> Kind {
    match kind {
        MarketKind::Perpetual => Kind::Perpetual,
        MarketKind::Spot => Kind::SpotSwap,
    }
}
