//! What must outlive the process, as the core tells it: the intent before a request leaves, the evidence as it comes.
//!
//! An order's state is a join of evidence, so a journal is the evidence in the order in which it was joined, and reading it
//! back is the same join. Files, checksums and flushing are the business of whoever implements [`Journal`].

use std::fmt;

use mm_model::{
    ClientId, Decimal, Fill, Market, MarketId, NewOrder, OrderReport, Price, Qty, Refusal, Side, SignedQty,
    Symbol, Timestamp, Unsure,
};

use crate::orders::Update;

/// One thing to write down.
#[derive(Clone, Copy, Debug)]
pub enum Entry<'a> {
    /// An order was made: from now on its request may leave.
    Made {
        /// Our id of it.
        client_id: ClientId,
        /// What is asked for.
        order: &'a NewOrder,
        /// Where: gives ticks and lots their meaning, and a name that outlives the process.
        market: &'a Market,
    },
    /// Something happened to an order of ours. [`Update::Sent`] is never told: an order that was made may have been sent.
    Updated {
        /// Our id of it.
        client_id: ClientId,
        /// What.
        update: Update<'a>,
        /// What it made of the order, so that whoever writes it down need not keep the order too.
        came_to: CameTo,
    },
    /// An order that was over, and forgotten but for its ids, is there after all: it is tracked again as far as it is known.
    Revived {
        /// Our id of it.
        client_id: ClientId,
        /// What is known of what was asked for. Its market was named before, when the order was made.
        order: &'a NewOrder,
    },
    /// An order of an earlier run is tracked again: in the numbers of this run, and in the ticks and lots of today.
    Resumed {
        /// As it was read from the journal, restated.
        order: &'a PastOrder,
        /// Where.
        market: &'a Market,
    },
    /// What the risk gate must not forget of this account. The last one counts.
    Risk {
        /// [`RiskState`](crate::risk::RiskState) as text.
        state: &'a str,
    },
}

/// What joining an update came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CameTo {
    /// Where the order is.
    pub market: MarketId,
    /// Its side.
    pub side: Side,
    /// What it added to the position, in lots of that side: counted once over all that is told.
    pub newly_filled: Qty,
    /// Whether the order is over since, with every fill known: a later run need not ask for it.
    pub is_settled: bool,
}

/// Why nothing could be written down. Nothing new may be sent after it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the journal cannot be written ({0}): nothing new is sent until the bot is started anew")]
pub struct JournalError(pub String);

/// Where it is written down.
pub trait Journal: Send + Sync + fmt::Debug {
    /// Writes one entry so that it survives the death of the process, before it returns.
    ///
    /// # Errors
    /// When it cannot: then, and ever after. What follows a gap could not be believed.
    fn write(&self, at: Timestamp, entry: &Entry<'_>) -> Result<(), JournalError>;

    /// Whether it can still be written, without writing: a flush on a thread of its own may have failed since.
    ///
    /// # Errors
    /// Why nothing can be written any more.
    fn health(&self) -> Result<(), JournalError> {
        Ok(())
    }
}

/// Remembers nothing: for worlds that end with the process.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoJournal;

impl Journal for NoJournal {
    fn write(&self, _: Timestamp, _: &Entry<'_>) -> Result<(), JournalError> {
        Ok(())
    }
}

/// What earlier runs left: read from a journal, handed to the venue at the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// Orders that were not settled, oldest first.
    pub orders: Vec<PastOrder>,
    /// What our own orders filled since the journal began, by market, signed; those of `orders` included.
    pub filled: Vec<(PastMarket, SignedQty)>,
    /// What the risk gate wrote down last: [`RiskState`](crate::risk::RiskState) as text.
    pub risk: Option<String>,
}

/// A market as an earlier run knew it: its number there means nothing here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastMarket {
    /// Its symbol.
    pub symbol: Symbol,
    /// Its price tick then.
    pub tick: Decimal,
    /// Its lot then.
    pub lot: Decimal,
}

/// An order of an earlier run that was not settled when the journal ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastOrder {
    /// Our id.
    pub client_id: ClientId,
    /// When it was made.
    pub made_at: Timestamp,
    /// Where.
    pub market: PastMarket,
    /// What was asked for; its `market` is the number of that run.
    pub order: NewOrder,
    /// What was heard of it, in that order.
    pub evidence: Vec<(Timestamp, Evidence)>,
}

/// An [`Update`] that owns what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// See [`Update::Report`].
    Report(Box<OrderReport>),
    /// See [`Update::Fill`].
    Fill(Box<Fill>),
    /// See [`Update::NotSent`].
    NotSent(String),
    /// See [`Update::Refused`].
    Refused(Refusal),
    /// See [`Update::Unsure`].
    Unsure(Unsure),
    /// See [`Update::CancelSent`].
    CancelSent,
    /// See [`Update::CancelFailed`].
    CancelFailed,
    /// See [`Update::ModifySent`].
    ModifySent {
        /// To this limit.
        price: Price,
        /// To this size.
        qty: Qty,
    },
    /// See [`Update::ModifyFailed`].
    ModifyFailed,
}

impl Evidence {
    /// As it is joined.
    #[must_use]
    pub fn as_update(&self) -> Update<'_> {
        match self {
            Self::Report(report) => Update::Report(report),
            Self::Fill(fill) => Update::Fill(fill),
            Self::NotSent(why) => Update::NotSent(why),
            Self::Refused(refusal) => Update::Refused(refusal),
            Self::Unsure(unsure) => Update::Unsure(*unsure),
            Self::CancelSent => Update::CancelSent,
            Self::CancelFailed => Update::CancelFailed,
            Self::ModifySent { price, qty } => Update::ModifySent { price: *price, qty: *qty },
            Self::ModifyFailed => Update::ModifyFailed,
        }
    }
}
