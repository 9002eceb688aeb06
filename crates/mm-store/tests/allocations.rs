//! Writing an entry allocates nothing once everything is warm. The counter is the process's allocator, hence a test program
//! of its own.

use std::sync::Arc;

use allocation_counter::measure;
use mm_core::{
    journal::{CameTo, Entry, Journal as _},
    orders::Update,
};
use mm_model::{
    ClientId, Decimal, Exposure, Market, MarketId, MarketKind, NewOrder, OrderKind, OrderReport, Price, Qty,
    ReportedStatus, Side, TimeInForce, Timestamp, TradingState, VenueOrderId,
};
use mm_store::{
    Account,
    disk::RealDisk,
    journal::{FileJournal, FlushPolicy, JournalConfig, Opening},
};

/// Lives of orders that make everything warm, and those that count.
const WARM: u64 = 2_000;
const COUNTED: u64 = 500;

fn market() -> Market {
    Market {
        id: MarketId(0),
        symbol: "SOL_USDC_PERP".into(),
        base: "SOL".into(),
        quote: "USDC".into(),
        kind: MarketKind::Perpetual,
        trading: TradingState::Open,
        tick: Decimal::new(1, 2),
        lot: Decimal::new(1, 2),
        min_qty: Qty(1),
        max_qty: None,
        min_notional: None,
    }
}

/// Made, open, half filled, cancelled.
fn life(journal: &FileJournal, market: &Market, id: u64) {
    let (client_id, at) = (ClientId(id), Timestamp(id));
    let kind = OrderKind::Limit { price: Price(15_000), time_in_force: TimeInForce::Gtc };
    let order = NewOrder { market: market.id, side: Side::Buy, qty: Qty(10), kind, exposure: Exposure::Any };
    journal.write(at, &Entry::Made { client_id, order: &order, market }).expect("written");
    for (filled, status) in [
        (0, ReportedStatus::Open),
        (5, ReportedStatus::Open),
        (5, ReportedStatus::Cancelled { reason: None }),
    ] {
        let is_settled = status != ReportedStatus::Open;
        let report = OrderReport {
            client_id: Some(client_id),
            venue_id: VenueOrderId::from_number(id),
            market: market.id,
            side: Side::Buy,
            price: Some(Price(15_000)),
            qty: Qty(10),
            version: 0,
            filled: Qty(filled),
            status,
            at,
        };
        let came_to = CameTo { market: market.id, side: Side::Buy, newly_filled: Qty(filled), is_settled };
        let entry = Entry::Updated { client_id, update: Update::Report(&report), came_to };
        journal.write(at, &entry).expect("written");
    }
}

#[test]
fn an_entry_allocates_nothing() {
    let root = tempfile::tempdir().expect("a directory");
    let account = Account { venue: "backpack".to_owned(), name: "alice".to_owned() };
    for policy in [FlushPolicy::Off, FlushPolicy::BATCH] {
        let opening = Opening {
            disk: Arc::new(RealDisk),
            folder: root.path().join(format!("{policy:?}")),
            account: &account,
            config: JournalConfig { policy, ..JournalConfig::default() },
            now: Timestamp(1),
        };
        let journal = opening.open().expect("opened").journal;
        let market = market();
        let run = |from: u64, n: u64| (from..from + n).for_each(|id| life(&journal, &market, id));
        run(1, WARM);
        assert_eq!(measure(|| run(WARM + 1, COUNTED)).count_total, 0, "{policy:?}");
    }
}
