//! The fold of a journal is what the live orders were: at the end, at every record before it, and through any number of
//! files.

use std::{collections::BTreeMap, sync::Arc};

use mm_core::{
    OrderTracker, Orders,
    journal::{Entry, Evidence, Journal as _, Past, PastOrder},
    orders::Update,
};
use mm_model::{
    ClientId, Market, MarketId, OrderRecord, Price, Qty, Refusal, RefusalKind, ReportedStatus, SignedQty,
    TradeId, Unsure, VenueOrderId,
};
use proptest::prelude::*;

use super::{
    support::{World, fill, made, market, order, report, t, update},
    *,
};

/// One thing that happens: to which order, what, and a number that colours it.
type Step = (u64, u8, u64);

const ORDERS: u64 = 6;

fn evidence((id, what, n): Step) -> Option<Evidence> {
    let market = (id % 2) as u32;
    let reported = |filled, status| {
        let Evidence::Report(mut told) = report(id, market, filled) else { unreachable!("a report") };
        // Sometimes by the venue's id alone: then it is heard of as somebody else's at first.
        told.client_id = (n % 3 != 0).then_some(ClientId(id));
        told.status = status;
        Evidence::Report(told)
    };
    Some(match what {
        0 | 1 => reported(n, ReportedStatus::Open),
        2 => reported(n, ReportedStatus::Cancelled { reason: None }),
        3 => reported(10, ReportedStatus::Filled),
        4 => reported(0, ReportedStatus::Rejected { reason: "no".to_owned() }),
        5..=7 => {
            let Evidence::Fill(mut told) = fill(id, market, 1 + n % 4) else { unreachable!("a fill") };
            told.trade_id = TradeId::from_number(n);
            told.venue_id = VenueOrderId::from_number(id);
            Evidence::Fill(told)
        }
        8 => Evidence::NotSent("full".to_owned()),
        9 => Evidence::Refused(Refusal {
            kind: RefusalKind::Funds,
            code: "1".to_owned(),
            message: "too little".to_owned(),
            retry_after: None,
        }),
        10 => Evidence::Unsure(Unsure::Outcome(t(n))),
        11 => Evidence::Unsure(Unsure::NeverArrived(t(n))),
        12 => Evidence::CancelSent,
        13 => Evidence::CancelFailed,
        14 => Evidence::ModifySent { price: Price(14_000), qty: Qty(5 + n) },
        15 => Evidence::ModifyFailed,
        _ => return None,
    })
}

/// What is true of all orders at a moment: those that are not settled, and the sums of fills.
#[derive(Clone, Debug, PartialEq)]
struct Truth {
    unsettled: BTreeMap<ClientId, String>,
    filled: BTreeMap<String, SignedQty>,
}

/// All that anybody can see of an order. (What changes nothing of this is not written down: that the venue told a size that
/// was known, for instance.)
fn seen(record: &OrderRecord) -> String {
    let trades: Vec<_> = record.trades().collect();
    let size = (record.qty(), record.price(), record.version(), record.exposed(), record.is_modifying());
    let doubts = (record.unsure(), record.is_cancel_pending(), record.lacks_fills(), record.is_proven_over());
    let (order, state, end) = (record.order(), record.state(), record.end());
    let (made_at, venue_id, filled) = (record.created_at(), record.venue_id(), record.filled());
    format!("{order:?} {made_at} {venue_id:?} {state} {end:?} {filled:?} {size:?} {doubts:?} {trades:?}")
}

struct Live {
    world: World,
    journal: Arc<FileJournal>,
    orders: Orders,
    markets: [Market; 2],
    filled: BTreeMap<String, SignedQty>,
    /// By the number of records that had been written.
    truths: BTreeMap<u64, Truth>,
}

impl Live {
    fn start(world: World) -> Self {
        let journal = world.open().expect("opened").journal;
        // Numbered as the journal will number them: the property compares records whole.
        let markets = [market(0, "SOL"), market(1, "BTC")];
        let orders = Orders::journaled(1_024, journal.clone());
        Self { world, journal, orders, markets, filled: BTreeMap::new(), truths: BTreeMap::new() }
    }

    fn make(&self, id: u64) {
        let order = order((id % 2) as u32, 10);
        let entry = made(id, &order, &self.markets[(id % 2) as usize]);
        self.journal.write(t(id), &entry).expect("written");
        // It stays tracked although nobody holds it.
        drop(self.orders.track(ClientId(id), order, t(id)).expect("a new id"));
        self.orders.apply(ClientId(id), t(id), Update::Sent);
    }

    fn tell(&mut self, at: u64, step: Step) {
        let Some(evidence) = evidence(step) else { return };
        let joined = match evidence.as_update() {
            Update::Report(report) => self.orders.report(t(at), report).joined,
            Update::Fill(fill) => self.orders.fill(t(at), fill).joined,
            update => self.orders.apply(ClientId(step.0), t(at), update),
        };
        let lots = i64::try_from(joined.newly_filled.0).expect("few");
        let symbol = self.markets[(step.0 % 2) as usize].symbol.to_string();
        let sum = self.filled.entry(symbol).or_default();
        *sum = *sum + SignedQty(lots);
    }

    fn remember(&mut self) {
        let truth = self.truth();
        self.truths.insert(self.world.n_records(), truth);
    }

    fn truth(&self) -> Truth {
        let mut unsettled = BTreeMap::new();
        self.orders.read_all(|tracker| {
            if !tracker.record().is_settled() {
                unsettled.insert(tracker.record().client_id(), seen(tracker.record()));
            }
        });
        let filled = self.filled.iter().filter(|(_, sum)| !sum.is_flat());
        Truth { unsettled, filled: filled.map(|(symbol, sum)| (symbol.clone(), *sum)).collect() }
    }
}

/// What the past comes to, by the same join.
fn joined(past: &Past) -> Truth {
    let record = |order: &PastOrder| {
        let mut tracker = OrderTracker::new(order.client_id, order.order, order.made_at);
        tracker.apply(order.made_at, Update::Sent);
        for (at, evidence) in &order.evidence {
            tracker.apply(*at, evidence.as_update());
        }
        (order.client_id, seen(tracker.record()))
    };
    Truth {
        unsettled: past.orders.iter().map(record).collect(),
        filled: past.filled.iter().map(|(market, sum)| (market.symbol.to_string(), *sum)).collect(),
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0..ORDERS, 0..16u8, 0..12u64), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_fold_is_what_the_live_orders_were(steps in steps(), file_bytes_max in 300..6_000u64, restarts: u8) {
        let mut world = World::new(FlushPolicy::Off);
        world.config.file_bytes_max = file_bytes_max;
        let mut live = Live::start(world);
        (0..ORDERS).for_each(|id| live.make(id));
        for (step, at) in steps.into_iter().zip(100..) {
            live.tell(at, step);
        }
        for _ in 0..=restarts % 3 {
            let opened = live.world.open().expect("nothing is wrong");
            prop_assert_eq!(joined(&opened.past), live.truth());
        }
    }

    #[test]
    fn a_prefix_gives_a_state_that_was_true_then(steps in steps(), cut: prop::sample::Index) {
        let mut live = Live::start(World::new(FlushPolicy::Off));
        live.remember();
        for id in 0..ORDERS {
            live.make(id);
            live.remember();
        }
        for (step, at) in steps.into_iter().zip(100..) {
            live.tell(at, step);
            live.remember();
        }
        let bytes = live.world.bytes();
        let path = live.world.last();
        let reader = Reader::new(&path, &bytes).expect("a journal");
        let first = reader.map(|record| record.expect("whole")).find_map(|record| match record.body {
            Body::TakenOver { .. } => None,
            _ => Some(record.offset as usize),
        });
        let first = first.expect("orders were made");
        let cut = first + cut.index(bytes.len() - first);
        live.world.disk.tamper(&path, |file| file.truncate(cut)).expect("there");
        let opened = live.world.open().expect("a torn tail is no error");
        // One step may write several records: what was heard of an order before it was known as ours.
        let (n_records, then) = live.truths.range(..=opened.report.n_records).next_back().expect("the first is there");
        if *n_records == opened.report.n_records {
            prop_assert_eq!(&joined(&opened.past), then);
        } else {
            let after = live.truths.range(opened.report.n_records..).next().expect("the last is there").1;
            let found = joined(&opened.past);
            for (symbol, sum) in &found.filled {
                let between = then.filled.get(symbol).copied().unwrap_or_default()..=after.filled[symbol];
                prop_assert!(between.contains(sum));
            }
        }
    }
}

#[test]
fn an_order_that_came_back_from_the_dead_is_known_to_the_next_run() {
    let mut live = Live::start(World::new(FlushPolicy::Off));
    for id in 0..400 {
        live.make(id);
        // So many that the first are forgotten but for their ids.
        live.tell(1_000 + id, (id, 11, 1));
    }
    live.tell(2_000, (2, 1, 4));
    let truth = live.truth();
    assert_eq!(truth.unsettled.len(), 1, "{truth:?}");
    let past = live.world.open().expect("opened").past;
    let Truth { unsettled, filled } = joined(&past);
    assert_eq!(filled, truth.filled);
    assert_eq!(unsettled, truth.unsettled);
}

#[test]
fn an_order_that_is_taken_up_in_other_steps_is_written_down_in_those() {
    let world = World::new(FlushPolicy::Off);
    let journal = world.open().expect("opened").journal;
    let sol = market(0, "SOL");
    for id in [1, 2] {
        journal.write(t(id), &made(id, &order(0, 10), &sol)).expect("written");
    }
    update(&journal, 1, (&fill(1, 0, 3), 3, false)).expect("written");
    drop(journal);
    let opened = world.open().expect("opened");
    let journal = opened.journal;
    // Today's lot is a tenth, and the market has another number.
    let finer = Market { lot: mm_model::Decimal::new(1, 3), ..market(5, "SOL") };
    for order in &opened.past.orders {
        let mut order = order.clone();
        (order.order.market, order.order.qty) = (MarketId(5), Qty(100));
        for (_, evidence) in &mut order.evidence {
            let Evidence::Fill(fill) = evidence else { panic!("a fill") };
            (fill.market, fill.qty) = (MarketId(5), Qty(30));
        }
        let resumed = Entry::Resumed { order: &order, market: &finer };
        journal.write(t(50), &resumed).expect("written");
    }
    update(&journal, 1, (&report(1, 5, 40), 10, false)).expect("its market has a number");
    drop(journal);
    let past = world.open().expect("opened").past;
    for order in &past.orders {
        assert_eq!((order.order.qty, order.market.lot), (Qty(100), finer.lot));
    }
    assert_eq!(past.orders[0].evidence.len(), 2);
    let filled: Vec<_> = past.filled.iter().map(|(market, sum)| (market.lot, sum.0)).collect();
    assert_eq!(filled, [(sol.lot, 3), (finer.lot, 10)]);
}

#[test]
fn the_last_word_of_the_risk_gate_outlives_starts_files_and_a_torn_tail() {
    let world = World::new(FlushPolicy::Each);
    let risk = |state: &str| world.open().expect("opened").journal.write(t(1), &Entry::Risk { state });
    assert_eq!(world.open().expect("opened").past.risk, None);
    risk("first\n\tof two lines").expect("written");
    assert_eq!(world.open().expect("opened").past.risk.as_deref(), Some("first\n\tof two lines"));
    let long = "é".repeat(100_000);
    risk(&long).expect("written");
    let cut = world.open().expect("still read").past.risk.expect("there");
    assert!(cut.len() < long.len() && long.starts_with(&cut));
    let journal = world.open().expect("opened").journal;
    journal.write(t(2), &Entry::Risk { state: "second" }).expect("written");
    journal.write(t(3), &Entry::Risk { state: "third" }).expect("written");
    let (path, len) = (world.last(), world.bytes().len());
    let end = world.bytes().windows(5).rposition(|bytes| bytes == b"third").expect("it is there");
    assert!(end < len);
    world.disk.tamper(&path, |file| file.truncate(end + 3)).expect("there");
    drop(journal);
    assert_eq!(world.open().expect("a torn tail is no error").past.risk.as_deref(), Some("second"));
}
