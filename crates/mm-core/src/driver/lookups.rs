//! Finding out what became of orders. Nothing proves absence but complete answers; nothing that we infer ends an order but
//! the proof that it never arrived.

use std::time::Duration;

use mm_model::{
    Ask, CancelTarget, ClientId, DeadMan, Event, MarketId, Mode, OrderQuery, OrderReport, OrderState,
    Snapshot, Timestamp, Unsure,
};

use super::{Driver, answers::Ended, upkeep::Chore};
use crate::orders::Update;

/// On top of the time for which a request is valid: clocks differ, and a venue's history lags.
const ABSENCE_MARGIN: Duration = Duration::from_secs(2);
/// How long after that the proof may take: two rounds of live orders and history, each after the longest pause.
pub(crate) const PROOF_LAG: Duration = Duration::from_secs(25);
/// Complete rounds (live orders, then history) that must lack an order before it counts as never arrived.
const ABSENT_ROUNDS: u32 = 2;
/// How often an order of ours that the venue does not have is looked up before that can prove anything.
const QUICK_LOOKUPS: u32 = 4;
/// How far back of the last known fill fills are asked for: events of different origins are not in the order of their times.
pub(super) const FILLS_MARGIN: Duration = Duration::from_secs(10);
/// How long an order that the venue has not shown is left alone when everything on its market is cancelled.
const REAP_PAUSE: Duration = Duration::from_millis(100);
/// Pause before lists are asked for again because a frame could not be read.
const RECONCILE_PAUSE: Duration = Duration::from_millis(250);

/// What complete answers did not hold.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Absence {
    /// Not among the live orders; the history is asked next.
    live: bool,
    /// Rounds in a row that lacked it, both live and in history, at a time when it could no longer arrive.
    rounds: u32,
    /// Before then another round proves nothing.
    not_before: Timestamp,
}

impl Driver {
    /// What a chore asks; `None` when there is nothing left to ask.
    pub(super) fn ask_of(&mut self, chore: Chore) -> Option<Ask> {
        Some(match chore {
            Chore::DeadMan => Ask::DeadMan(DeadMan::In(self.shared.config.dead_man?)),
            Chore::Time => Ask::Time,
            Chore::Markets => Ask::Markets,
            Chore::Fees => Ask::Fees,
            Chore::Book(market) => Ask::Resync(market),
            Chore::OpenOrders => Ask::OpenOrders(None),
            Chore::Fills => Ask::FillsSince(self.fills_since()),
            Chore::Positions => Ask::Positions,
            Chore::Balances => Ask::Balances,
            Chore::Lookup(id) => return self.lookup(id),
            Chore::Reap(id) => return self.next_reap(id),
        })
    }

    fn lookup(&mut self, client_id: ClientId) -> Option<Ask> {
        // What the venue only took note of, and has not shown when we begin to ask, is unknown from now on.
        let is_unsure = self.shared.orders.read(client_id, |tracker| tracker.record().unsure().is_some());
        if is_unsure == Some(false)
            && self.state_of(client_id) == Some(OrderState::Submitting)
            && !self.placing.contains(&client_id)
        {
            let now = self.shared.clock.now();
            self.shared.orders.apply(client_id, now, Update::Unsure(Unsure::Outcome(now)));
        }
        let query = self.shared.orders.read(client_id, |tracker| {
            let record = tracker.record();
            let query = OrderQuery {
                market: record.order().market,
                client_id,
                venue_id: record.venue_id(),
                created_at: record.created_at(),
            };
            (!record.state().is_final()).then_some(query)
        });
        let Some(query) = query.flatten() else {
            self.absences.remove(&client_id);
            return None;
        };
        let not_live = self.absences.get(&client_id).is_some_and(|absence| absence.live);
        Some(Ask::Order(query, if not_live { Mode::History } else { Mode::Live }))
    }

    /// Whether the lookup is over. The order itself is in the events, which were joined already.
    pub(super) fn looked_up(&mut self, id: ClientId, ended: &Ended<'_>) -> bool {
        let events = ended.events();
        let Some((unsure, venue_id)) =
            self.shared.orders.read(id, |tracker| (tracker.record().unsure(), tracker.record().venue_id()))
        else {
            return true;
        };
        let told = |report: &OrderReport| report.client_id == Some(id) || Some(report.venue_id) == venue_id;
        if events.iter().any(|event| matches!(event, Event::Order(report) if told(report))) {
            self.absences.remove(&id);
            return self.is_modification_settled(id, ended);
        }
        let lacks = |wanted: Mode| {
            let lacking = |event: &Event| matches!(event, Event::NoSuchOrder { client_id, mode, complete: true } if *client_id == id && *mode == wanted);
            events.iter().any(lacking)
        };
        if self.placing.contains(&id) {
            return false; // It is still on its way there.
        }
        let sent_for_good = match unsure {
            Some(Unsure::Outcome(since)) => self.cannot_arrive_after(since),
            _ => Timestamp::ZERO,
        };
        let asked_history = events.iter().any(|event| matches!(event, Event::NoSuchOrder { client_id, mode: Mode::History, .. } if *client_id == id));
        let absence = self.absences.entry(id).or_default();
        absence.not_before = if asked_history { sent_for_good } else { Timestamp::ZERO };
        if lacks(Mode::Live) && !lacks(Mode::History) {
            absence.live = true;
            return false;
        }
        if !(lacks(Mode::History) && (absence.live || lacks(Mode::Live))) {
            return false;
        }
        absence.live = false;
        if ended.running.sent_at < sent_for_good {
            return false;
        }
        absence.rounds += 1;
        let rounds = absence.rounds;
        if rounds < ABSENT_ROUNDS {
            return false;
        }
        if unsure.is_some() {
            self.shared.orders.apply(id, ended.now, Update::Unsure(Unsure::NeverArrived(ended.now)));
            self.absences.remove(&id);
            return true;
        }
        self.legacy.vanished(id);
        if rounds == ABSENT_ROUNDS {
            self.alarm(&format_args!(
                "order {id} was on the book, and is now neither live nor over: asking on"
            ));
        }
        false
    }

    /// An order that live orders and history lacked is asked about again when that can prove something: until then the stream
    /// and the lists would tell of it, and a venue's allowance is not spent on such orders again and again. One of an earlier
    /// run is asked about once before that, one of ours a few times: somebody waits for it. The round that makes the proof
    /// whole follows soon.
    pub(super) fn wait_for_proof(&mut self, id: ClientId, now: Timestamp) {
        let Some(&Absence { rounds, not_before, .. }) = self.absences.get(&id) else { return };
        if now < not_before {
            if self.legacy.is_unproven(id) {
                self.upkeep.postpone(Chore::Lookup(id), not_before);
            } else if QUICK_LOOKUPS <= self.upkeep.failures(Chore::Lookup(id)) {
                self.upkeep.delay(Chore::Lookup(id), not_before);
            }
        } else if (1..ABSENT_ROUNDS).contains(&rounds) {
            self.upkeep.want(Chore::Lookup(id), now + ABSENCE_MARGIN);
        }
    }

    /// When what was sent at `sent_at` can no longer arrive.
    pub(super) fn cannot_arrive_after(&self, sent_at: Timestamp) -> Timestamp {
        sent_at + self.shared.config.submit_valid_for + ABSENCE_MARGIN
    }

    /// Live orders that a complete list lacks, and of which nothing was heard since it was asked for, are looked up: these.
    pub(super) fn look_up_missing(
        &mut self,
        now: Timestamp,
        sent_at: Timestamp,
        listed: &Snapshot<OrderReport>,
    ) -> Vec<ClientId> {
        let mut missing = Vec::new();
        self.shared.orders.read_all(|tracker| {
            let record = tracker.record();
            let (id, venue_id) = (record.client_id(), record.venue_id());
            let covered = listed.scope.is_none_or(|scope| scope == record.order().market);
            let quiet = tracker.last_heard_at() <= sent_at && record.created_at() <= sent_at;
            let out = !matches!(record.state(), OrderState::New) && !record.state().is_final();
            let told = |row: &OrderReport| row.client_id == Some(id) || Some(row.venue_id) == venue_id;
            if covered && quiet && out && !self.placing.contains(&id) && !listed.rows.iter().any(told) {
                missing.push(id);
            }
        });
        for &id in &missing {
            self.upkeep.want(Chore::Lookup(id), now);
        }
        missing
    }

    /// Whether an order that is over lacks fills that the venue counted.
    pub(super) fn lacks_fills(&self) -> bool {
        let mut lacks = false;
        self.shared.orders.read_all(|tracker| {
            lacks |= tracker.record().state().is_final() && tracker.record().lacks_fills();
        });
        lacks
    }

    /// By the venue's clock: the last fill that we know less a margin, or the oldest order that lacks fills; never before we
    /// started, or before the oldest order that earlier runs left: what was filled then is not ours, or known.
    fn fills_since(&self) -> Timestamp {
        let offset_ns = self.clock_offset_ns();
        let at_venue = |at: Timestamp| Timestamp(at.0.saturating_add_signed(offset_ns));
        let mut since = self.last_fill_at - FILLS_MARGIN;
        if let Some(from) = self.reconciling.unexplained_since() {
            since = since.min(at_venue(from) - FILLS_MARGIN);
        }
        self.shared.orders.read_all(|tracker| {
            if tracker.record().lacks_fills() {
                since = since.min(at_venue(tracker.record().created_at()) - FILLS_MARGIN);
            }
        });
        since.max(at_venue(self.fills_from))
    }

    /// An order that its owner abandoned is cancelled until its end is proven.
    pub(super) fn reap(&mut self, id: ClientId, now: Timestamp) {
        self.upkeep.want(Chore::Reap(id), now);
    }

    /// Everything on a market is being cancelled: what the venue has not shown yet (it is on its way there, or was only taken
    /// note of) may come after that, and is cancelled too.
    pub(super) fn reap_unseen(&mut self, market: MarketId, now: Timestamp) {
        let mut unseen = Vec::new();
        self.shared.orders.read_all(|tracker| {
            let record = tracker.record();
            let is_unseen =
                record.state() == OrderState::Submitting || self.placing.contains(&record.client_id());
            if is_unseen && record.order().market == market {
                unseen.push(record.client_id());
            }
        });
        for id in unseen {
            self.upkeep.want(Chore::Reap(id), now + REAP_PAUSE);
        }
    }

    fn next_reap(&mut self, client_id: ClientId) -> Option<Ask> {
        let now = self.shared.clock.now();
        let (state, market, venue_id) = self.shared.orders.read(client_id, |tracker| {
            let record = tracker.record();
            (record.state(), record.order().market, record.venue_id())
        })?;
        if state == OrderState::New {
            self.withdraw(client_id, now);
            return None;
        }
        if state.is_final() {
            return None;
        }
        Some(Ask::Cancel(CancelTarget { market, client_id: Some(client_id), venue_id }))
    }

    /// Whether the reaper is done with an order. While it is not, the order is cancelled again after a growing pause.
    pub(super) fn reaped(&mut self, id: ClientId, now: Timestamp) -> bool {
        let over = self.state_of(id).is_none_or(OrderState::is_final);
        if !over {
            self.upkeep.want(Chore::Lookup(id), now);
        }
        over
    }

    /// Asks for orders, fills and positions again: something may have been missed.
    pub(super) fn reconcile(&mut self, now: Timestamp) {
        if self.readiness.is_up() {
            for chore in [Chore::OpenOrders, Chore::Fills, Chore::Positions] {
                self.upkeep.want(chore, now + RECONCILE_PAUSE);
            }
        }
    }
}
