//! One connector's test: what it knows, how a check is recorded, and the frame around the story: it runs until it
//! ends, fails, panics or is stopped, then the clean-up runs whatever happened, then the report is made.

use std::{collections::BTreeSet, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt;
use mm_core::{Clock, Context, Order, Stop, Venue, VenueStatus};
use mm_model::{ClientId, Market, Side, SignedQty, Timestamp};

use super::{
    Check, Leg, LegTime, Progress, VenuePlan, VenueReport, Verdict,
    evidence::Prior,
    report::{costs, order_life},
};
use crate::Observer;

/// The checks in the order they are made. One that the story does not come to is shown as skipped.
pub(super) const CHECKS: [&str; 14] = [
    "market",
    "book",
    "size",
    "account before",
    "entry filled",
    "entry on the book",
    "position held",
    "exit filled",
    "account after",
    "orders answered",
    "order history",
    "fees",
    "connection",
    CLEAN,
];
/// The last check.
pub(super) const CLEAN: &str = "nothing left behind";

/// The story cannot go on: the check that says why is recorded.
pub(super) struct Halt;

/// One connector's test.
pub(super) struct VenueTest {
    pub(super) clock: Clock,
    pub(super) venue: Venue,
    pub(super) plan: VenuePlan,
    pub(super) stop: Stop,
    pub(super) started_at: Timestamp,
    /// How the connector was doing then.
    pub(super) before: VenueStatus,
    pub(super) market: Option<Arc<Market>>,
    pub(super) prior: Option<Prior>,
    pub(super) size: Option<String>,
    /// Every order that the test placed, in order.
    pub(super) placed: Vec<(Leg, Order)>,
    observer: Arc<dyn Observer>,
    checks: Vec<Check>,
    legs: Vec<LegTime>,
    round_trip: Option<Duration>,
}

impl VenueTest {
    pub(super) fn new(cx: &Context, venue: Venue, plan: VenuePlan, observer: Arc<dyn Observer>) -> Self {
        Self {
            clock: cx.clock.clone(),
            before: venue.status(),
            venue,
            plan,
            stop: cx.stop.clone(),
            started_at: cx.clock.now(),
            market: None,
            prior: None,
            size: None,
            placed: Vec::new(),
            observer,
            checks: Vec::new(),
            legs: Vec::new(),
            round_trip: None,
        }
    }

    /// Runs the test to its report. Never leaves early, never panics: what goes wrong is a failed check.
    pub(super) async fn run(mut self) -> VenueReport {
        self.started_at = self.clock.now();
        self.before = self.venue.status();
        self.tell(Progress::Started { symbol: self.plan.symbol.clone() });
        let mut stop = self.stop.clone();
        let ended = {
            let story = AssertUnwindSafe(self.story()).catch_unwind();
            tokio::select! {
                biased;
                () = stop.wait() => Some("stopped before it was done"),
                ended = story => ended.err().map(|_| "the test itself panicked: see the log"),
            }
        };
        self.adopt(Leg::Entry);
        if let Some(reason) = ended {
            let next = CHECKS.iter().find(|name| !self.has_checked(name)).copied().unwrap_or(CHECKS[0]);
            _ = self.record(next, self.clock.now(), Err(reason.to_owned()));
        }
        self.look_at_orders();
        self.look_at_connection().await;
        self.clean_up().await;
        for name in CHECKS {
            if !self.has_checked(name) {
                self.push(name, Duration::ZERO, Verdict::Skipped("the test did not come to it".into()));
            }
        }
        self.checks.sort_by_key(|check| CHECKS.iter().position(|name| *name == check.name));
        let report = self.report();
        self.tell(Progress::Done { passed: report.passed });
        report
    }

    /// Tells whoever watches.
    pub(super) fn tell(&self, event: Progress) {
        self.observer.progress(self.clock.now(), self.venue.name(), &event);
    }

    /// Records a check that began at `since`; returns what it found, or the end of the story.
    pub(super) fn record(
        &mut self,
        name: &'static str,
        since: Timestamp,
        found: Result<String, String>,
    ) -> Result<(), Halt> {
        self.record_took(name, self.clock.now().since(since), found)
    }

    /// [`VenueTest::record`] of a check that ran beside others.
    pub(super) fn record_took(
        &mut self,
        name: &'static str,
        took: Duration,
        found: Result<String, String>,
    ) -> Result<(), Halt> {
        match found {
            Ok(seen) => {
                self.push(name, took, Verdict::Passed(seen));
                Ok(())
            }
            Err(reason) => {
                self.push(name, took, Verdict::Failed(reason));
                Err(Halt)
            }
        }
    }

    /// Records that a check could not be made.
    pub(super) fn skip(&mut self, name: &'static str, reason: &str) {
        self.push(name, Duration::ZERO, Verdict::Skipped(reason.to_owned()));
    }

    /// A failed check stays failed: the first failure of a name stands, whatever is recorded after it.
    fn push(&mut self, name: &'static str, took: Duration, verdict: Verdict) {
        let check = Check { name, verdict, took };
        let connector = self.venue.name();
        match &check.verdict {
            Verdict::Passed(seen) => tracing::info!(connector, check = name, %seen, "passed"),
            Verdict::Failed(reason) => tracing::error!(connector, check = name, %reason, "failed"),
            Verdict::Skipped(reason) => tracing::info!(connector, check = name, %reason, "skipped"),
        }
        match self.checks.iter_mut().find(|known| known.name == name) {
            Some(known) if matches!(known.verdict, Verdict::Failed(_)) => return,
            Some(known) => *known = check.clone(),
            None => self.checks.push(check.clone()),
        }
        self.tell(Progress::Checked(check));
    }

    fn has_checked(&self, name: &str) -> bool {
        self.checks.iter().any(|check| check.name == name)
    }

    /// Takes note of how long a leg took.
    pub(super) fn leg_took(&mut self, name: &'static str, since: Timestamp) {
        self.legs.push(LegTime { name, took: self.clock.now().since(since) });
    }

    /// Best-effort latency of the connector.
    pub(super) async fn measure_round_trip(&mut self) {
        self.round_trip = match self.clock.within(self.plan.settle_timeout, self.venue.latency()).await {
            Some(Ok(took)) => Some(took),
            Some(Err(_)) | None => self.venue.status().round_trip,
        };
    }

    /// Takes every order that was placed since the test began and is not known to it yet as part of `leg`.
    pub(super) fn adopt(&mut self, leg: Leg) {
        let known: BTreeSet<ClientId> = self.placed.iter().map(|(_, order)| order.client_id()).collect();
        let new = self.our_orders().into_iter().filter(|order| !known.contains(&order.client_id()));
        self.placed.extend(new.map(|order| (leg, order)));
    }

    /// Every order that was placed on the tested market since the test began.
    pub(super) fn our_orders(&self) -> Vec<Order> {
        let market = self.market.as_ref().map(|market| market.id);
        let mut orders = self.venue.placed_since(self.started_at);
        orders.retain(|order| Some(order.snapshot().order().market) == market);
        orders
    }

    /// Ids of those orders.
    pub(super) fn our_ids(&self) -> BTreeSet<ClientId> {
        self.our_orders().iter().map(Order::client_id).collect()
    }

    /// What the fills of our own orders add up to: positive is bought.
    pub(super) fn net(&self) -> SignedQty {
        self.placed.iter().fold(SignedQty::ZERO, |net, (_, order)| {
            let record = order.snapshot();
            let filled = i64::try_from(record.filled().0).unwrap_or(i64::MAX);
            net + SignedQty(filled * record.order().side.sign())
        })
    }

    fn report(&self) -> VenueReport {
        let orders: Vec<Order> = self.placed.iter().map(|(_, order)| order.clone()).collect();
        let mut lives = Vec::new();
        let (mut fees, mut gross) = (Default::default(), None);
        if let Some(market) = &self.market {
            lives = self.placed.iter().map(|(leg, order)| order_life(*leg, market, order)).collect();
            (fees, gross) = costs(market, &orders);
        }
        VenueReport {
            connector: self.venue.name().to_owned(),
            symbol: self.plan.symbol.clone(),
            side: self.plan.side.to_string(),
            size: self.size.clone(),
            passed: !self.checks.iter().any(|check| matches!(check.verdict, Verdict::Failed(_))),
            checks: self.checks.clone(),
            orders: lives,
            legs: self.legs.clone(),
            fees,
            gross: gross.map(|money| money.to_string()),
            quote: self.market.as_ref().map(|market| market.quote.to_string()),
            round_trip: self.round_trip,
            acks: orders.iter().filter_map(ack).collect(),
            reconnects: self.venue.status().reconnects,
            took: self.clock.now().since(self.started_at),
        }
    }
}

/// From handing the order over to the venue's first word on it.
fn ack(order: &Order) -> Option<Duration> {
    let record = order.snapshot();
    let heard = order
        .history()
        .into_iter()
        .find(|entry| !matches!(entry.state, mm_model::OrderState::New | mm_model::OrderState::Submitting))?;
    Some(heard.at.since(record.created_at()))
}

/// `buy` or `sell` as a trader says it of a position.
pub(super) const fn direction(side: Side) -> &'static str {
    match side {
        Side::Buy => "long",
        Side::Sell => "short",
    }
}
