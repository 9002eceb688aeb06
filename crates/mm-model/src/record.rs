//! What is known of one order: a join of evidence. Whatever order the venue's messages come in, and however
//! often each is told, the record ends the same. Only the venue's word ends an order; what we merely infer is a
//! mark beside it, so that a late word is always heard.

mod anomaly;
mod size;

use crate::{
    ClientId, Fill, MarketId, NewOrder, OrderReport, Price, Qty, ReportedStatus, Side, Timestamp, TradeId,
    VenueOrderId,
};
pub use anomaly::Anomaly;
use size::Size;

/// The state as a trader sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderState {
    /// Made, not yet given to the connector.
    New,
    /// On its way; the venue has not spoken.
    Submitting,
    /// Resting.
    Open,
    /// Resting or on its way, and partly filled.
    PartiallyFilled,
    /// Filled in full.
    Filled,
    /// Off the book, perhaps after a partial fill.
    Cancelled,
    /// Never on the book.
    Failed,
}

impl OrderState {
    /// The states in which an order stays.
    pub const FINAL: [Self; 3] = [Self::Filled, Self::Cancelled, Self::Failed];

    /// Whether this is one of [`OrderState::FINAL`].
    #[must_use]
    pub fn is_final(self) -> bool {
        Self::FINAL.contains(&self)
    }

    /// The word in logs and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::Submitting => "SUBMITTING",
            Self::Open => "OPEN",
            Self::PartiallyFilled => "PARTIALLY_FILLED",
            Self::Filled => "FILLED",
            Self::Cancelled => "CANCELLED",
            Self::Failed => "FAILED",
        }
    }
}

impl std::fmt::Display for OrderState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// How the venue says an order ended. Ordered by how much it tells: of two words the greater one stands. (Backpack's
/// answer says that an order expired, and only its stream why: that it never rested is the more exact word.)
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// Taken off.
    Cancelled(Option<String>),
    /// Never accepted.
    Rejected(String),
    /// Filled in full.
    Filled,
}

/// What we do not know, and since when. A mark, never joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsure {
    /// Sent, and no answer that can be trusted: live or not, the venue must tell. It counts as exposure.
    Outcome(Timestamp),
    /// The venue proved that it never got the order (absent from live orders and from history, after the
    /// request could no longer be valid).
    NeverArrived(Timestamp),
}

/// What joining a message did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Joined {
    /// Whether the record knows more than before.
    pub changed: bool,
    /// What the message newly adds to the position, in lots of the order's side. Zero for a message told again.
    pub newly_filled: Qty,
    /// What cannot be true.
    pub anomaly: Option<Anomaly>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    New,
    Submitting,
    /// The venue said no, or nothing left this machine. Its showing the order after all stands above that.
    Refused(End),
    Open,
    Done(End),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct CountedFill {
    trade_id: TradeId,
    qty: Qty,
    price: Price,
}

/// Everything known of one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRecord {
    client_id: ClientId,
    order: NewOrder,
    created_at: Timestamp,
    stage: Stage,
    venue_id: Option<VenueOrderId>,
    /// The greatest cumulative that an order message said.
    said: Qty,
    /// Distinct trades, sorted by id so that equal evidence makes equal records.
    fills: Vec<CountedFill>,
    fills_sum: Qty,
    size: Size,
    unsure: Option<Unsure>,
    cancel_sent_at: Option<Timestamp>,
}

impl OrderRecord {
    /// A new order that nobody has heard of.
    #[must_use]
    pub const fn new(client_id: ClientId, order: NewOrder, created_at: Timestamp) -> Self {
        Self {
            client_id,
            order,
            created_at,
            stage: Stage::New,
            venue_id: None,
            said: Qty::ZERO,
            fills: Vec::new(),
            fills_sum: Qty::ZERO,
            size: Size::new(&order),
            unsure: None,
            cancel_sent_at: None,
        }
    }

    /// Becomes a new order, as [`OrderRecord::new`] makes it, and keeps the memory it has.
    pub fn renew(&mut self, client_id: ClientId, order: NewOrder, created_at: Timestamp) {
        let mut fills = std::mem::take(&mut self.fills);
        fills.clear();
        *self = Self { fills, ..Self::new(client_id, order, created_at) };
    }

    /// The state as a trader sees it.
    #[must_use]
    pub fn state(&self) -> OrderState {
        let filled = self.filled();
        if self.is_counted_full() {
            return OrderState::Filled;
        }
        match &self.stage {
            Stage::Done(End::Filled) => OrderState::Filled,
            Stage::Done(End::Rejected(_)) if filled.is_zero() => OrderState::Failed,
            Stage::Done(_) => OrderState::Cancelled,
            _ if !filled.is_zero() => OrderState::PartiallyFilled,
            Stage::Open => OrderState::Open,
            Stage::Refused(_) => OrderState::Failed,
            Stage::New | Stage::Submitting if matches!(self.unsure, Some(Unsure::NeverArrived(_))) => {
                OrderState::Failed
            }
            Stage::Submitting => OrderState::Submitting,
            Stage::New => OrderState::New,
        }
    }

    /// Whether the state is final **and** every fill that the venue counted is known trade by trade: only then
    /// is there nothing left to wait for.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.state().is_final() && !self.lacks_fills()
    }

    /// Whether the venue counted more than the trades we know.
    #[must_use]
    pub fn lacks_fills(&self) -> bool {
        let counted = if matches!(self.stage, Stage::Done(End::Filled)) {
            self.said.max(self.size.qty())
        } else {
            self.said
        };
        self.fills_sum < counted
    }

    /// Filled so far: the greater of what the venue counted and what the distinct trades add up to.
    #[must_use]
    pub fn filled(&self) -> Qty {
        self.said.max(self.fills_sum)
    }

    /// What can still be filled, as far as we know: all that is not filled while the order is, or may be, live; with the
    /// larger of both sizes while a modification is on its way.
    #[must_use]
    pub fn exposed(&self) -> Qty {
        if self.state().is_final() { Qty::ZERO } else { self.size.qty_max().minus(self.filled()) }
    }

    /// What may still move the position: [`OrderRecord::exposed`] while the order is, or may be, live; once the venue said that
    /// it is filled, whatever of that no trade and no cumulative figure has told yet.
    #[must_use]
    pub fn at_risk(&self) -> Qty {
        if matches!(self.stage, Stage::Done(End::Filled)) {
            return self.size.qty().minus(self.filled());
        }
        self.exposed()
    }

    /// Size of the whole order: what was asked for, or what the venue shrank it to; since it was modified, what the venue
    /// told then.
    #[must_use]
    pub fn qty(&self) -> Qty {
        self.size.qty()
    }

    /// Its limit as the venue has it now; `None` where there is none.
    #[must_use]
    pub fn price(&self) -> Option<Price> {
        self.size.price()
    }

    /// How often it was modified, as far as the venue told.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.size.version()
    }

    /// Whether a modification is on its way, and the venue has neither shown nor refused it.
    #[must_use]
    pub fn is_modifying(&self) -> bool {
        self.size.is_modifying() && !self.state().is_final()
    }

    /// Whether all that was asked for is filled: then it is over, whoever says otherwise. What the venue shrank is over only
    /// when the venue says so.
    fn is_counted_full(&self) -> bool {
        let filled = self.filled();
        !filled.is_zero() && filled >= self.size.full()
    }

    /// Whether it was sent and nothing that can be trusted was heard of it.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self.stage, Stage::Submitting) && matches!(self.unsure, Some(Unsure::Outcome(_)))
    }

    /// Whether a cancel is on its way and the order's end is not known.
    #[must_use]
    pub fn is_cancel_pending(&self) -> bool {
        self.cancel_sent_at.is_some() && !self.state().is_final()
    }

    /// The venue's end, once it said one; its no to our placement is one too.
    #[must_use]
    pub const fn end(&self) -> Option<&End> {
        match &self.stage {
            Stage::Refused(end) | Stage::Done(end) => Some(end),
            _ => None,
        }
    }

    /// Whether the venue itself showed the order and its end. What is final without that (refused, never arrived) is over as
    /// far as can be known, and a later word of the venue brings it back.
    #[must_use]
    pub fn is_proven_over(&self) -> bool {
        matches!(self.stage, Stage::Done(_)) || self.is_counted_full()
    }

    /// Our id.
    #[must_use]
    pub const fn client_id(&self) -> ClientId {
        self.client_id
    }

    /// What was asked for.
    #[must_use]
    pub const fn order(&self) -> &NewOrder {
        &self.order
    }

    /// When it was made.
    #[must_use]
    pub const fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// The venue's id, once known.
    #[must_use]
    pub const fn venue_id(&self) -> Option<VenueOrderId> {
        self.venue_id
    }

    /// What we do not know.
    #[must_use]
    pub const fn unsure(&self) -> Option<Unsure> {
        self.unsure
    }

    /// We hand it to the connector.
    pub fn submitting(&mut self) {
        self.stage = std::mem::replace(&mut self.stage, Stage::New).max(Stage::Submitting);
    }

    /// We gave up waiting for an answer, or have proof that none will come. The venue's word stands above a mark: once
    /// it has spoken, this does nothing.
    pub fn mark(&mut self, unsure: Unsure) {
        if self.stage <= Stage::Submitting {
            self.unsure = Some(unsure);
        }
    }

    /// A cancel is on its way.
    pub const fn cancel_sent(&mut self, at: Timestamp) {
        self.cancel_sent_at = Some(at);
    }

    /// The cancel did not happen: it was refused, or never left.
    pub const fn cancel_failed(&mut self) {
        self.cancel_sent_at = None;
    }

    /// A modification is on its way: only one at a time.
    pub fn modifying(&mut self, price: Price, qty: Qty) {
        self.size.modifying(price, qty);
    }

    /// The modification did not happen: it was refused, never left, or can no longer arrive. One that the venue has shown
    /// stands.
    pub fn modify_failed(&mut self) {
        self.size.modify_failed();
    }

    /// Joins the venue's no to our placement, or that it never left this machine: nothing rests, nothing will.
    pub fn refuse(&mut self, reason: &str) -> Joined {
        let refused = Stage::Refused(End::Rejected(reason.to_owned()));
        let changed = self.stage < refused;
        if changed {
            self.stage = refused;
            self.unsure = None;
        }
        Joined { changed, ..Joined::default() }
    }

    /// Joins what an order message says.
    pub fn report(&mut self, report: &OrderReport) -> Joined {
        if let Some(anomaly) = self.not_about_us(report.market, report.side, report.venue_id) {
            return Joined { anomaly: Some(anomaly), ..Joined::default() };
        }
        let before = self.filled();
        let mut joined = Joined { changed: self.venue_id.is_none(), ..Joined::default() };
        self.venue_id = Some(report.venue_id);
        if self.said < report.filled {
            self.said = report.filled;
            joined.changed = true;
        }
        joined.changed |= self.size.join(report);
        let ended = match &report.status {
            ReportedStatus::Open => self.raise_to_open(),
            ReportedStatus::Filled => self.end_with(End::Filled),
            ReportedStatus::Cancelled { reason } => self.end_with(End::Cancelled(reason.clone())),
            ReportedStatus::Rejected { reason } => self.end_with(End::Rejected(reason.clone())),
        };
        self.finish(joined, ended, before)
    }

    /// Joins a fill. The same trade counts once.
    pub fn fill(&mut self, fill: &Fill) -> Joined {
        if let Some(anomaly) = self.not_about_us(fill.market, fill.side, fill.venue_id) {
            return Joined { anomaly: Some(anomaly), ..Joined::default() };
        }
        let before = self.filled();
        let counted = CountedFill { trade_id: fill.trade_id, qty: fill.qty, price: fill.price };
        let at = match self.fills.binary_search_by(|known| known.trade_id.cmp(&fill.trade_id)) {
            Ok(at) => {
                let anomaly = (self.fills[at] != counted).then_some(Anomaly::ConflictingFill(fill.trade_id));
                return Joined { anomaly, ..Joined::default() };
            }
            Err(at) => at,
        };
        self.fills.insert(at, counted);
        self.fills_sum = self.fills_sum.plus(fill.qty);
        let mut joined = Joined { changed: true, ..Joined::default() };
        self.venue_id = Some(fill.venue_id);
        if matches!(self.stage, Stage::Done(_)) && self.fills_sum > self.said && self.fills_sum > before {
            joined.anomaly = Some(Anomaly::LateFill(fill.trade_id));
        }
        let opened = self.raise_to_open();
        self.finish(joined, opened, before)
    }

    /// Trades counted so far, in the order of their ids.
    pub fn trades(&self) -> impl ExactSizeIterator<Item = (TradeId, Price, Qty)> + '_ {
        self.fills.iter().map(|fill| (fill.trade_id, fill.price, fill.qty))
    }

    /// Why a message that carries our id is about another order all the same: what it says must not end ours.
    fn not_about_us(&self, market: MarketId, side: Side, venue_id: VenueOrderId) -> Option<Anomaly> {
        if (market, side) != (self.order.market, self.order.side) {
            return Some(Anomaly::OtherOrder);
        }
        self.venue_id.filter(|known| *known != venue_id).map(|known| Anomaly::SecondVenueId(known, venue_id))
    }

    fn raise_to_open(&mut self) -> Joined {
        if self.stage >= Stage::Open {
            return Joined::default();
        }
        let anomaly = self.contradicted();
        self.stage = Stage::Open;
        Joined { changed: true, newly_filled: Qty::ZERO, anomaly }
    }

    /// The venue shows the order: whatever we had concluded from not seeing it is over, and was wrong.
    fn contradicted(&mut self) -> Option<Anomaly> {
        let mark = self.unsure.take();
        match (&self.stage, mark) {
            (Stage::Refused(_), _) => Some(Anomaly::OpenAfterRefusal),
            (_, Some(Unsure::NeverArrived(_))) => Some(Anomaly::Resurrected),
            _ => None,
        }
    }

    fn end_with(&mut self, end: End) -> Joined {
        let mut joined = Joined::default();
        match &self.stage {
            Stage::Done(known) if *known == end => return joined,
            Stage::Done(known) => {
                let conflict = (*known == End::Filled) != (end == End::Filled);
                joined.anomaly = conflict.then(|| Anomaly::ConflictingEnds(known.clone(), end.clone()));
            }
            _ => {}
        }
        let refused = matches!(end, End::Rejected(_));
        let raised = Stage::Done(end);
        if self.stage < raised {
            joined.changed = true;
            joined.anomaly = joined.anomaly.or(self.contradicted().filter(|_| !refused));
            self.stage = raised;
        }
        joined
    }

    fn finish(&self, mut joined: Joined, step: Joined, before: Qty) -> Joined {
        joined.changed |= step.changed;
        joined.newly_filled = self.filled().minus(before);
        joined.anomaly = joined.anomaly.or(step.anomaly);
        let qty = self.size.qty_max();
        if self.filled() > qty && !joined.newly_filled.is_zero() {
            joined.anomaly = Some(Anomaly::Overfill { filled: self.filled(), qty });
        }
        joined
    }
}

#[cfg(test)]
mod tests;
