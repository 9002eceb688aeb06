//! What a check finds.

use std::fmt;

use mm_model::{ClientId, Timestamp};
use mm_sim::config::VenueKind;

/// What is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// A client id is used for one order.
    ClientIdTwice,
    /// An order at the venue is the one that was asked for.
    OtherOrder,
    /// What lives and is filled of an order is no more than was asked for.
    OrderTooLarge,
    /// What lives, is filled and may still arrive of an intent is no more than its target.
    IntentTooLarge,
    /// No fill is believed that was none, and none twice.
    FilledTooMuch,
    /// What is believed of an order does not go back.
    WentBack,
    /// What lives is not believed over.
    FinalWhileLive,
    /// What lives is known.
    Forgotten,
    /// No limit of the risk gate is exceeded at the venue.
    LimitExceeded,
    /// Nothing is priced while there is no book.
    PricedWithoutBook,
    /// Nothing is priced from a book that was not so.
    PricedOffTheBook,
    /// A book that is believed is the venue's.
    BookDiffers,
    /// In the end the venue is ready.
    NotReady,
    /// In the end no order is unknown.
    StillUnknown,
    /// In the end every order stands as the venue has it.
    OrderDiffers,
    /// In the end every fill is known, once.
    FillsDiffer,
    /// In the end positions are the venue's.
    PositionDiffers,
    /// In the end balances are the venue's.
    BalanceDiffers,
    /// A bot that stopped leaves nothing behind.
    LeftBehind,
}

impl Check {
    /// The word in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientIdTwice => "client id used twice",
            Self::OtherOrder => "another order than was asked for",
            Self::OrderTooLarge => "order larger than asked",
            Self::IntentTooLarge => "intent larger than its target",
            Self::FilledTooMuch => "more believed filled than was",
            Self::WentBack => "believed state went back",
            Self::FinalWhileLive => "believed over and lives",
            Self::Forgotten => "lives and is not known",
            Self::LimitExceeded => "limit exceeded at the venue",
            Self::PricedWithoutBook => "priced without a book",
            Self::PricedOffTheBook => "priced from a book that was not so",
            Self::BookDiffers => "book is not the venue's",
            Self::NotReady => "not ready in the end",
            Self::StillUnknown => "unknown in the end",
            Self::OrderDiffers => "order differs in the end",
            Self::FillsDiffer => "fills differ in the end",
            Self::PositionDiffers => "position differs in the end",
            Self::BalanceDiffers => "balance differs in the end",
            Self::LeftBehind => "left behind",
        }
    }
}

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub check: Check,
    /// When it was found, in the world's time.
    pub at: Timestamp,
    /// At which venue.
    pub venue: VenueKind,
    /// The symbol or asset, where it is about one.
    pub market: Option<String>,
    /// The order, where it is about one.
    pub order: Option<ClientId>,
    /// What is believed, or was asked for or allowed.
    pub believed: String,
    /// What is so.
    pub truth: String,
}

impl Finding {
    /// What makes it the same finding at another time.
    pub(super) fn key(&self) -> (Check, VenueKind, Option<ClientId>, Option<String>) {
        (self.check, self.venue, self.order, self.market.clone())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.at, self.venue, self.check.as_str())?;
        if let Some(market) = &self.market {
            write!(f, ", {market}")?;
        }
        if let Some(order) = self.order {
            write!(f, ", order {order}")?;
        }
        write!(f, ": believed {}, so is {}", self.believed, self.truth)
    }
}

/// What one look finds.
#[derive(Debug)]
pub(super) struct Found {
    at: Timestamp,
    venue: VenueKind,
    list: Vec<Finding>,
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct About<'a> {
    pub(super) market: Option<&'a str>,
    pub(super) order: Option<ClientId>,
}

impl<'a> About<'a> {
    pub(super) const fn order(market: &'a str, order: Option<ClientId>) -> Self {
        Self { market: Some(market), order }
    }

    pub(super) const fn market(market: &'a str) -> Self {
        Self { market: Some(market), order: None }
    }
}

impl Found {
    pub(super) const fn new(at: Timestamp, venue: VenueKind) -> Self {
        Self { at, venue, list: Vec::new() }
    }

    pub(super) const fn venue(&self) -> VenueKind {
        self.venue
    }

    /// Notes a broken promise: what is believed, and what is so.
    pub(super) fn broken(
        &mut self,
        check: Check,
        about: About<'_>,
        [believed, truth]: [fmt::Arguments<'_>; 2],
    ) {
        self.list.push(Finding {
            check,
            at: self.at,
            venue: self.venue,
            market: about.market.map(str::to_owned),
            order: about.order,
            believed: believed.to_string(),
            truth: truth.to_string(),
        });
    }
}

impl IntoIterator for Found {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}
