//! How calls end. Three truths: not sent, refused, unknown; and an answer, which is learned from like anything else.

use std::time::Duration;

use mm_model::{
    Ask, CallError, ClientId, Event, OrderState, Placement, RefusalKind, Snapshot, Timestamp, Unsure,
};

use super::{CallId, Driver, Origin, Running, doubts::About, events::Source, upkeep::Chore};
use crate::{
    orders::Update,
    venue::{CallResult, merged},
};

/// How often the venue's clock is compared with ours.
const TIME_EVERY: Duration = Duration::from_secs(60);
/// How often ticks, sizes and trading states are asked for again.
const MARKETS_EVERY: Duration = Duration::from_secs(600);
/// How often our fee rates are asked for again.
const FEES_EVERY: Duration = Duration::from_secs(3600);
/// A time request that took longer tells too little about the venue's clock.
const TIME_ROUND_TRIP_MAX: Duration = Duration::from_secs(2);
/// How often it is compared while the two are too far apart to trade.
const TIME_EVERY_SKEWED: Duration = Duration::from_secs(5);
/// Clocks may differ by this part of the time for which a request is valid (fault 48). What we sign carries the venue's time
/// as well as we can tell it; a clock that is further off than this is not one to trade by.
const SKEW_SHARE: u32 = 4;

/// A call of our own that came to its end.
pub(super) struct Ended<'a> {
    pub(super) now: Timestamp,
    pub(super) running: &'a Running,
    result: &'a CallResult,
}

impl Ended<'_> {
    /// What it told: nothing, when it failed.
    pub(super) fn events(&self) -> &[Event] {
        self.result.as_deref().unwrap_or_default()
    }

    /// When it was asked for.
    pub(super) const fn sent_at(&self) -> Timestamp {
        self.running.sent_at
    }
}

impl Driver {
    /// A call ended. A call that was dropped by the throttle or the transport is completed too: with `NotSent`.
    pub fn complete(&mut self, now: Timestamp, call: CallId, result: CallResult) {
        let place = self.running.iter().position(|running| running.id == call);
        let Some(running) = place.map(|place| self.running.remove(place)) else {
            self.alarm(&format_args!("call {} ended twice, or was never handed out", call.0));
            return;
        };
        {
            let mut state = self.shared.state();
            state.health.in_flight = self.running.len();
            state.health.unanswered += u64::from(matches!(result, Err(CallError::OutcomeUnknown(_))));
        }
        if let Ok(events) = &result {
            self.shared.state().health.round_trip = Some(now.since(running.sent_at));
            let by_strategy = matches!(running.origin, Origin::Handle(_));
            let source = Source::Answer { sent_at: running.sent_at, by_strategy };
            for event in events {
                if self.learn(now, event, source) {
                    self.tell(event.clone());
                }
            }
        }
        match &running.ask {
            Ask::Place(placement) => self.placed(now, std::slice::from_ref(placement), &result),
            Ask::Batch(placements) => self.placed(now, placements, &result),
            Ask::Group(group) => self.placed(now, &group.orders, &result),
            Ask::Modify(modification) => self.modify_ended(now, modification.target.client_id, &result),
            Ask::Cancel(_) | Ask::CancelAll(_) => self.cancel_ended(now, &running.cancels, &result),
            Ask::Time => self.compare_clocks(now, running.sent_at, &result),
            _ => {}
        }
        if let Err(CallError::Refused(refusal)) = &result
            && refusal.kind == RefusalKind::Clock
        {
            self.upkeep.want(Chore::Time, now);
        }
        match running.origin {
            Origin::Upkeep(chore) => {
                self.chore_ended(chore, &Ended { now, running: &running, result: &result });
            }
            Origin::Farewell => self.said_farewell(&result),
            // Whoever asked may have left.
            Origin::Handle(reply) => drop(reply.send(result)),
        }
        self.prove_restored();
        self.watch_lost();
        self.publish_readiness();
    }

    fn placed(&mut self, now: Timestamp, placements: &[Placement], result: &CallResult) {
        for Placement { client_id, .. } in placements {
            self.placing.retain(|placing| placing != client_id);
            match result {
                Err(CallError::NotSent(why)) => self.refused(*client_id, Update::NotSent(why), now),
                Err(CallError::Refused(refusal)) if refusal.kind != RefusalKind::DuplicateClientId => {
                    self.refused(*client_id, Update::Refused(refusal), now);
                }
                // Learning it has planned to ask.
                Ok(events) if is_queued(events, *client_id) => {}
                _ => self.outcome_unknown(*client_id, now),
            }
        }
        let (waiting, free) = std::mem::take(&mut self.parked).into_iter().partition(|command| {
            matches!(&command.ask, Ask::Cancel(target) if target.client_id.is_some_and(|id| self.placing.contains(&id)))
        });
        self.parked = waiting;
        self.unparked.extend::<Vec<_>>(free);
    }

    /// The venue's no, or proof that nothing left. A venue that has shown the order means a modification of it that it took
    /// note of before, or contradicts itself: then it is asked.
    pub(super) fn refused(&mut self, id: ClientId, no: Update<'_>, now: Timestamp) {
        match self.state_of(id) {
            Some(OrderState::New | OrderState::Submitting) => {
                self.shared.orders.apply(id, now, no);
                if let Update::Refused(refusal) = no {
                    self.shared.desk.refused(refusal.kind);
                }
            }
            Some(state) if !state.is_final() && self.is_modifying(id) => {
                tracing::warn!(order = %id, why = %reason(no), "the modification was refused");
                self.shared.orders.apply(id, now, Update::ModifyFailed);
            }
            Some(state) if !state.is_final() => {
                self.alarm(&format_args!("order {id} was refused ({}), and is {state}", reason(no)));
                self.upkeep.want(Chore::Lookup(id), now);
            }
            _ => {}
        }
    }

    /// Nothing that can be trusted was said: unless the stream did, the order is looked up.
    pub(super) fn outcome_unknown(&mut self, id: ClientId, now: Timestamp) {
        if self.state_of(id) == Some(OrderState::Submitting) {
            self.shared.orders.apply(id, now, Update::Unsure(Unsure::Outcome(now)));
            self.upkeep.want(Chore::Lookup(id), now);
        }
    }

    pub(super) fn state_of(&self, id: ClientId) -> Option<OrderState> {
        self.shared.orders.read(id, |tracker| tracker.record().state())
    }

    /// A cancel that was refused or never left is no longer on its way. Whatever the answer, the order's own end must be
    /// heard: if the stream does not tell it, the order is looked up.
    fn cancel_ended(&mut self, now: Timestamp, ids: &[ClientId], result: &CallResult) {
        for &id in ids {
            if self.state_of(id).is_none_or(OrderState::is_final) {
                continue;
            }
            match result {
                Err(CallError::NotSent(_)) => {
                    self.shared.orders.apply(id, now, Update::CancelFailed);
                }
                Err(CallError::Refused(_)) => {
                    self.shared.orders.apply(id, now, Update::CancelFailed);
                    self.upkeep.want(Chore::Lookup(id), now);
                }
                Err(CallError::OutcomeUnknown(_)) | Ok(_) => self.doubts.add(now, id, About::Cancel),
            }
        }
    }

    /// The venue read its clock somewhere within the round trip: half-way is the best guess.
    fn compare_clocks(&mut self, now: Timestamp, sent_at: Timestamp, result: &CallResult) {
        let round_trip = now.since(sent_at);
        let told = result.iter().flatten().find_map(|event| match event {
            Event::ServerTime(at) => Some(*at),
            _ => None,
        });
        let Some(server) = told.filter(|_| round_trip <= TIME_ROUND_TRIP_MAX) else { return };
        let ours = sent_at + round_trip / 2;
        let apart = server.since(ours).max(ours.since(server));
        let apart_ns = i64::try_from(apart.as_nanos()).unwrap_or(i64::MAX);
        self.shared.state().health.clock_offset_ns = if server < ours { -apart_ns } else { apart_ns };
        self.shared.desk.skew(apart);
        let bearable = self.shared.config.submit_valid_for / SKEW_SHARE;
        self.readiness.clocks_apart((bearable < apart).then(|| {
            let (apart_ms, which) = (apart.as_millis(), if server < ours { "ahead of" } else { "behind" });
            format!(
                "our clock is {apart_ms} ms {which} the venue's, and {} ms are bearable: set it (NTP) and start anew",
                bearable.as_millis()
            )
        }));
    }

    fn chore_ended(&mut self, chore: Chore, ended: &Ended<'_>) {
        let now = ended.now;
        let answered = self.is_answered(chore, ended);
        if answered {
            self.readiness.done(chore, ended.running.epoch);
            self.readiness.answered();
        } else if let Err(error) = ended.result {
            let venue = &self.shared.config.name;
            // A venue that is away fails everything alike, again and again: told once.
            if self.readiness.failed(&error.to_string()) {
                tracing::warn!(%venue, ?chore, %error, "housekeeping failed: trying again");
            } else {
                tracing::debug!(%venue, ?chore, %error, "housekeeping failed again");
            }
        }
        if chore == Chore::Positions && answered {
            self.compare_positions(now, ended.sent_at(), ended.events());
        }
        let done = answered && (chore != Chore::Fills || !self.lacks_fills());
        self.upkeep.ended(chore, now, done);
        if let (Chore::Lookup(id), false) = (chore, done) {
            self.wait_for_proof(id, now);
        }
        match chore {
            Chore::Time if answered => {
                let pause = if self.readiness.is_skewed() { TIME_EVERY_SKEWED } else { TIME_EVERY };
                self.upkeep.want(chore, now + pause);
            }
            Chore::Fills if answered => {
                self.know_fills();
                self.forget_old_fills();
            }
            Chore::Fees if answered => self.upkeep.want(chore, now + FEES_EVERY),
            Chore::OpenOrders | Chore::Positions | Chore::Balances if answered => {
                self.upkeep.want(chore, now + self.shared.config.reconcile_every);
            }
            Chore::Markets if answered => {
                self.upkeep.want(chore, now + MARKETS_EVERY);
                self.take_up_past(now);
                self.markets_known(now);
            }
            Chore::DeadMan => self.dead_man_renewed(now, ended.sent_at(), answered),
            _ => {}
        }
    }

    /// Whether the answer is whole: an error, or a part of a list, proves nothing.
    fn is_answered(&mut self, chore: Chore, ended: &Ended<'_>) -> bool {
        let events = ended.events();
        match chore {
            Chore::DeadMan => ended.result.is_ok(),
            Chore::Lookup(id) => self.looked_up(id, ended),
            Chore::Reap(id) => self.reaped(id, ended.now),
            // An answer that took too long was not believed.
            Chore::Time => {
                ended.now.since(ended.running.sent_at) <= TIME_ROUND_TRIP_MAX
                    && events.iter().any(|event| matches!(event, Event::ServerTime(_)))
            }
            Chore::Markets => {
                events.iter().any(|event| matches!(event, Event::Markets(rows) if !rows.is_empty()))
            }
            // A venue may tell a key no fees: nothing of ours waits for them.
            Chore::Fees => ended.result.is_ok(),
            Chore::Book(market) => {
                self.shared.state().books.get(&market).is_none_or(|feed| feed.seq().is_some())
            }
            Chore::OpenOrders => {
                let pages = events.iter().filter_map(|event| match event {
                    Event::OpenOrders(page) => Some(page.clone()),
                    _ => None,
                });
                let Some(snapshot) = merged(pages).filter(|snapshot| snapshot.complete) else { return false };
                let missing = self.look_up_missing(ended.now, ended.running.sent_at, &snapshot);
                self.compare_orders(ended.running.sent_at, &snapshot, missing);
                self.look_up_unproven(ended.now);
                true
            }
            Chore::Fills => is_whole(events, |event| match event {
                Event::Fills(page) => Some(is_last(page)),
                _ => None,
            }),
            Chore::Positions => is_whole(events, |event| match event {
                Event::Positions(page) => Some(is_last(page)),
                _ => None,
            }),
            Chore::Balances => is_whole(events, |event| match event {
                Event::Balances(page) => Some(is_last(page)),
                _ => None,
            }),
        }
    }
}

fn reason(no: Update<'_>) -> String {
    match no {
        Update::Refused(refusal) => refusal.to_string(),
        Update::NotSent(why) => why.to_owned(),
        other => format!("{other:?}"),
    }
}

fn is_queued(events: &[Event], id: ClientId) -> bool {
    events.iter().any(|event| matches!(event, Event::Queued { client_id } if *client_id == id))
}

const fn is_last<T>(page: &Snapshot<T>) -> bool {
    page.complete
}

fn is_whole(events: &[Event], page: impl Fn(&Event) -> Option<bool>) -> bool {
    events.iter().filter_map(page).next_back() == Some(true)
}
