//! What the venue says becomes state: by stream or in an answer, the same event has the same effect.

use std::{sync::Arc, time::Duration};

use mm_model::{
    Anomaly, Balance, BookDelta, BookError, BookSnapshot, Event, FeedStep, Fill, Market, MarketId,
    OrderReport, Position, RefusalKind, ReportedStatus, Side, SignedQty, Snapshot, Timestamp, VenueOrderId,
};

use super::{Driver, doubts::About, upkeep::Chore};
use crate::{
    orders::{Heard, Update, Whose},
    sync::lock,
    venue::Known,
};

/// Where an event came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Stream,
    /// The answer to a call that was handed out then.
    Answer {
        sent_at: Timestamp,
        /// A strategy asked: it compares, and what we know stays what the stream told.
        by_strategy: bool,
    },
}

/// How long fills may lag behind the order's end before they are asked for.
const FILLS_LAG: Duration = Duration::from_millis(500);
/// How long what the stream told of a position stands above a list that says otherwise: of two words the stream's is the
/// newer one, and who compares the two must find both. A frame that was lost is made up for by the first list after that.
const STREAM_STANDS: Duration = Duration::from_secs(15);
/// A book that crosses is asked for anew, not faster than this.
const CROSSED_PAUSE: Duration = Duration::from_secs(1);

impl Driver {
    /// Learns; returns whether listeners should hear it.
    pub(super) fn learn(&mut self, now: Timestamp, event: &Event, source: Source) -> bool {
        match event {
            Event::Order(report) => self.learn_order(now, report),
            Event::Fill(fill) => self.learn_fill(now, fill),
            Event::Queued { client_id } => {
                self.doubts.add(now, *client_id, About::Place);
                false
            }
            Event::Refused { client_id, refusal } => {
                if refusal.kind == RefusalKind::DuplicateClientId {
                    self.outcome_unknown(*client_id, now);
                } else {
                    self.refused(*client_id, Update::Refused(refusal), now);
                }
                false
            }
            Event::OpenOrders(snapshot) => {
                for report in &snapshot.rows {
                    if self.learn_order(now, report) {
                        self.tell(Event::Order(report.clone()));
                    }
                }
                false
            }
            Event::Fills(snapshot) => {
                for fill in &snapshot.rows {
                    if self.learn_fill(now, fill) {
                        self.tell(Event::Fill(fill.clone()));
                    }
                }
                false
            }
            Event::Position(position) => self.learn_position(now, position),
            Event::Balance(balance) => self.learn_balance(now, balance),
            Event::Positions(snapshot) => {
                self.learn_positions(snapshot, source);
                false
            }
            Event::Balances(snapshot) => {
                self.learn_balances(snapshot, source);
                false
            }
            Event::Markets(markets) => {
                self.learn_markets(markets);
                false
            }
            Event::Fees(fees) => {
                self.shared.state().fees = Some(*fees);
                false
            }
            Event::BookSnapshot(snapshot) => self.learn_book(now, snapshot, source),
            Event::BookDelta(delta) => self.learn_delta(now, delta),
            Event::FeedRefused { reason } => {
                tracing::error!(venue = %self.shared.config.name, %reason, "a subscription was refused");
                self.readiness.refuse(reason.clone());
                self.publish_readiness();
                false
            }
            // The answers to their own calls are read where those end.
            Event::ServerTime(_) | Event::NoSuchOrder { .. } => false,
            Event::Mark(mark) => {
                self.shared.state().marks.insert(mark.market, (mark.mark, now));
                true
            }
            Event::Ticker(_) | Event::Trade(_) | Event::Candle(_) => true,
        }
    }

    /// Lets the listeners hear it.
    pub(super) fn tell(&self, event: Event) {
        if let Some(listeners) = &*lock(&self.shared.listeners) {
            let _ = listeners.send(event); // Nobody has to listen.
        }
    }

    fn learn_order(&mut self, now: Timestamp, report: &OrderReport) -> bool {
        let heard = self.shared.orders.report(now, report);
        // What is meant to change it may still arrive: then its size is not known yet.
        if let (ReportedStatus::Open, Whose::Tracked(id)) = (&report.status, heard.whose)
            && !self.is_modifying(id)
        {
            self.legacy.shown(id);
        }
        if heard.joined.changed && matches!(report.status, ReportedStatus::Open | ReportedStatus::Filled) {
            self.shared.desk.accepted();
        }
        if report.status != ReportedStatus::Open
            && let Whose::Tracked(id) = heard.whose
            && self.shared.orders.read(id, |tracker| tracker.record().lacks_fills()) == Some(true)
        {
            self.upkeep.want(Chore::Fills, now + FILLS_LAG);
        }
        self.heard_of_order(&heard, (report.market, report.side), &report.venue_id)
    }

    fn learn_fill(&mut self, now: Timestamp, fill: &Fill) -> bool {
        // A time that has not come yet would hide every fill until then.
        let at_venue = Timestamp(now.0.saturating_add_signed(self.clock_offset_ns()));
        self.last_fill_told = self.last_fill_told.max(fill.at.min(at_venue));
        self.know_fills();
        let heard = self.shared.orders.fill(now, fill);
        if matches!(heard.whose, Whose::External { .. }) {
            self.position_moved(now, fill.market);
        }
        if heard.whose == (Whose::External { new: true }) && fill.at < self.started_at_venue() {
            return false; // Of an order that had settled before we started, or of one that we may yet learn to be ours.
        }
        self.heard_of_order(&heard, (fill.market, fill.side), &fill.venue_id)
    }

    /// A fill that the stream tells while we catch up says nothing of those that we missed before it.
    pub(super) fn know_fills(&mut self) {
        if self.readiness.knows_fills() {
            self.last_fill_at = self.last_fill_told;
        }
    }

    /// Counts what an order message newly adds, and tells what cannot be.
    fn heard_of_order(
        &mut self,
        heard: &Heard,
        (market, side): (MarketId, Side),
        venue_id: &VenueOrderId,
    ) -> bool {
        let joined = &heard.joined;
        if !joined.newly_filled.is_zero() {
            let lots = i64::try_from(joined.newly_filled.0).unwrap_or(i64::MAX);
            let filled = SignedQty(lots.saturating_mul(side.sign()));
            let mut state = self.shared.state();
            let sum = state.filled.entry(market).or_default();
            *sum = *sum + filled;
        }
        if !joined.newly_filled.is_zero() {
            self.position_moved(self.shared.clock.now(), market);
        }
        if let Some(anomaly) = &joined.anomaly {
            self.alarm(&format_args!("order {venue_id} ({:?}): {anomaly}", heard.whose));
            self.close_if_impossible(market, anomaly);
            // Whoever placed it was told that it is over: nobody watches it.
            if let (Anomaly::Resurrected | Anomaly::OpenAfterRefusal, Whose::Tracked(id)) =
                (anomaly, heard.whose)
            {
                let now = self.shared.clock.now();
                self.reap(id, now);
            }
        }
        if heard.whose == (Whose::External { new: true }) && !self.awaits_a_name(market, side) {
            self.alarm(&format_args!("order {venue_id} is not ours: it is listed, and left alone"));
        }
        self.shared.desk.enforce();
        joined.changed
    }

    /// Whether an order of ours is on its way there whose venue id is not known: the message may be about that one.
    fn awaits_a_name(&self, market: MarketId, side: Side) -> bool {
        let mut awaits = false;
        self.shared.orders.read_all(|tracker| {
            let record = tracker.record();
            let order = record.order();
            awaits |= record.venue_id().is_none()
                && !record.state().is_final()
                && (order.market, order.side) == (market, side);
        });
        awaits
    }

    fn learn_position(&self, now: Timestamp, position: &Position) -> bool {
        let mut state = self.shared.state();
        let known = state.positions.get(&position.market);
        if known.is_some_and(|known| known.row.at > position.at && position.at != Timestamp::ZERO) {
            return false;
        }
        let told = Known { row: position.clone(), streamed_at: now };
        state.positions.insert(position.market, told);
        drop(state);
        self.shared.desk.position(position.market, position.net);
        true
    }

    fn learn_balance(&self, now: Timestamp, balance: &Balance) -> bool {
        let mut state = self.shared.state();
        let known = state.balances.get(&balance.asset);
        if known.is_some_and(|known| known.row.at > balance.at && balance.at != Timestamp::ZERO) {
            return false;
        }
        let told = Known { row: balance.clone(), streamed_at: now };
        state.balances.insert(balance.asset.clone(), told);
        true
    }

    /// A list asked for at `sent_at` stands, but for what the stream told since. A complete one that lacks a market means
    /// flat there.
    fn learn_positions(&self, snapshot: &Snapshot<Position>, source: Source) {
        let Source::Answer { sent_at, by_strategy: false } = source else { return };
        let mut state = self.shared.state();
        self.shared.desk.positions(snapshot, sent_at);
        let in_scope = |market: MarketId| snapshot.scope.is_none_or(|scope| scope == market);
        let listed = |market: MarketId| snapshot.rows.iter().any(|row| row.market == market);
        let stands = |known: &Known<Position>| sent_at < known.streamed_at + STREAM_STANDS;
        if snapshot.complete {
            state.positions.retain(|market, known| stands(known) || !in_scope(*market) || listed(*market));
        }
        for row in &snapshot.rows {
            if !state.positions.get(&row.market).is_some_and(stands) {
                let told = Known { row: row.clone(), streamed_at: Timestamp::ZERO };
                state.positions.insert(row.market, told);
            }
        }
    }

    fn learn_balances(&self, snapshot: &Snapshot<Balance>, source: Source) {
        let Source::Answer { sent_at, .. } = source else { return };
        self.compare_balances(sent_at, &snapshot.rows);
        let mut state = self.shared.state();
        if snapshot.complete && snapshot.scope.is_none() {
            state.balances.retain(|asset, known| {
                known.streamed_at > sent_at || snapshot.rows.iter().any(|row| row.asset == *asset)
            });
        }
        for row in &snapshot.rows {
            if state.balances.get(&row.asset).is_none_or(|known| known.streamed_at <= sent_at) {
                let told = Known { row: row.clone(), streamed_at: Timestamp::ZERO };
                state.balances.insert(row.asset.clone(), told);
            }
        }
    }

    fn learn_markets(&self, markets: &[Market]) {
        let mut moved = None;
        {
            let mut state = self.shared.state();
            for market in markets {
                let known = state.by_symbol.get(&market.symbol).copied();
                if known.is_some_and(|id| id != market.id) || !market.is_exact() {
                    moved = Some(market.symbol.clone());
                    continue;
                }
                state.by_symbol.insert(market.symbol.clone(), market.id);
                if state.markets.get(&market.id).is_none_or(|known| **known != *market) {
                    let market = Arc::new(market.clone());
                    self.shared.desk.learn_market(&market);
                    state.markets.insert(market.id, market);
                }
            }
        }
        if let Some(symbol) = moved {
            self.alarm(&format_args!(
                "market '{symbol}' changed its place, or has a tick and lot that cannot be counted in"
            ));
        }
    }

    fn learn_book(&mut self, now: Timestamp, snapshot: &BookSnapshot, source: Source) -> bool {
        if matches!(source, Source::Answer { by_strategy: true, .. }) {
            return false;
        }
        // By the venue's own word where it has one: what was held up, or kept for whoever asks, makes no book younger.
        let told_at = self.was_so(now, snapshot.at);
        let step = {
            let mut state = self.shared.state();
            state.books.get_mut(&snapshot.market).map(|feed| match feed.snapshot(now, snapshot) {
                FeedStep::Ignored if snapshot.at != Timestamp::ZERO => feed.confirm(told_at, snapshot),
                step => step,
            })
        };
        let is_applied = step == Some(FeedStep::Applied);
        if is_applied {
            self.mark_market(now, snapshot.market);
        }
        is_applied
    }

    /// When something was so, by our clock: by the venue's own word, and never later than now. What was held up on its way
    /// makes no book younger than it is.
    fn was_so(&self, now: Timestamp, at: Timestamp) -> Timestamp {
        if at == Timestamp::ZERO {
            return now;
        }
        now.min(Timestamp(at.0.saturating_add_signed(self.clock_offset_ns().saturating_neg())))
    }

    fn learn_delta(&mut self, now: Timestamp, delta: &BookDelta) -> bool {
        let was_so = self.was_so(now, delta.at);
        let mut state = self.shared.state();
        let Some(feed) = state.books.get_mut(&delta.market) else { return false };
        let had_book = feed.seq().is_some();
        let step = feed.delta(was_so, delta);
        let chore = Chore::Book(delta.market);
        match step {
            FeedStep::Ignored => false,
            FeedStep::NeedSnapshot => {
                if had_book {
                    state.health.book_gaps += 1;
                    tracing::warn!(venue = %self.shared.config.name, market = ?delta.market, "a gap in the book: asking anew");
                }
                if !self.upkeep.is_planned(chore) && self.readiness.is_up() {
                    self.upkeep.want(chore, now);
                }
                false
            }
            FeedStep::Applied => {
                if feed.book(now, Duration::MAX).is_err_and(|why| why == BookError::Crossed)
                    && !self.upkeep.is_planned(chore)
                {
                    tracing::warn!(venue = %self.shared.config.name, market = ?delta.market, "the book crosses: asking anew");
                    feed.void();
                    self.upkeep.want(chore, now + CROSSED_PAUSE);
                }
                drop(state);
                self.mark_market(now, delta.market);
                true
            }
        }
    }
}
