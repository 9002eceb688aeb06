//! What the tests write, and a world in memory to write it to.

use std::{path::PathBuf, sync::Arc, time::Duration};

use mm_core::{
    journal::{CameTo, Entry, Evidence, Journal as _, JournalError},
    orders::Update,
};
use mm_model::{
    ClientId, Decimal, Exposure, Fill, Liquidity, Market, MarketId, MarketKind, Money, NewOrder, OrderKind,
    OrderReport, Price, Qty, ReportedStatus, Side, TimeInForce, Timestamp, TradeId, TradingState,
    VenueOrderId,
};

use crate::{
    Account,
    disk::{Disk as _, simulated::SimulatedDisk},
    journal::{
        Body, FileJournal, FlushPolicy, Flusher, JournalConfig, JournalFileError, Opened, Opening, Reader,
        files,
    },
};

/// A disk in memory with the journal of one account.
pub(super) struct World {
    pub(super) disk: SimulatedDisk,
    pub(super) account: Account,
    pub(super) config: JournalConfig,
}

impl World {
    pub(super) fn new(policy: FlushPolicy) -> Self {
        let config = JournalConfig { policy, flusher: Flusher::Owner, ..JournalConfig::default() };
        Self { disk: SimulatedDisk::default(), account: account("alice"), config }
    }

    pub(super) fn opening<'a>(&self, account: &'a Account) -> Opening<'a> {
        let (disk, config) = (Arc::new(self.disk.clone()), self.config);
        Opening { disk, folder: folder(), account, config, now: t(1) }
    }

    pub(super) fn open(&self) -> Result<Opened, JournalFileError> {
        self.opening(&self.account).open()
    }

    /// The file that is written.
    pub(super) fn last(&self) -> PathBuf {
        files(&self.disk, &folder()).expect("listed").pop().expect("there is one")
    }

    /// What is in it up to the end of its last record, none of which is missing.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let (path, mut bytes) = (self.last(), self.disk.read(&self.last()).expect("there"));
        let mut reader = Reader::new(&path, &bytes).expect("a journal");
        assert!(reader.by_ref().all(|record| record.is_ok()) && reader.gaps().is_empty());
        let end = reader.offset();
        bytes.truncate(usize::try_from(end).expect("small"));
        bytes
    }

    /// How many records were written so far, in all files.
    pub(super) fn n_records(&self) -> u64 {
        let (path, bytes) = (self.last(), self.bytes());
        let mut reader = Reader::new(&path, &bytes).expect("a journal");
        assert!(reader.by_ref().all(|record| record.is_ok()));
        reader.next_number()
    }
}

pub(super) fn folder() -> PathBuf {
    "/state/journal".into()
}

/// A time within which nothing is flushed unless somebody asks.
pub(super) const LONG: FlushPolicy = FlushPolicy::Batch(Duration::from_secs(1_000));

pub(super) fn account(name: &str) -> Account {
    Account { venue: "backpack".to_owned(), name: name.to_owned() }
}

pub(super) const fn t(ms: u64) -> Timestamp {
    Timestamp::from_ms(ms)
}

pub(super) fn market(id: u32, symbol: &str) -> Market {
    Market {
        id: MarketId(id),
        symbol: symbol.into(),
        base: "BASE".into(),
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

pub(super) const fn order(market: u32, qty: u64) -> NewOrder {
    NewOrder {
        market: MarketId(market),
        side: Side::Buy,
        qty: Qty(qty),
        kind: OrderKind::Limit { price: Price(15_000), time_in_force: TimeInForce::Gtc },
        exposure: Exposure::Any,
    }
}

pub(super) const fn made<'a>(id: u64, order: &'a NewOrder, market: &'a Market) -> Entry<'a> {
    Entry::Made { client_id: ClientId(id), order, market }
}

pub(super) fn report(id: u64, market: u32, filled: u64) -> Evidence {
    Evidence::Report(Box::new(OrderReport {
        client_id: Some(ClientId(id)),
        venue_id: VenueOrderId::from_number(id),
        market: MarketId(market),
        side: Side::Buy,
        price: Some(Price(15_000)),
        qty: Qty(10),
        version: 0,
        filled: Qty(filled),
        status: ReportedStatus::Open,
        at: t(id),
    }))
}

pub(super) fn fill(id: u64, market: u32, qty: u64) -> Evidence {
    Evidence::Fill(Box::new(Fill {
        trade_id: TradeId::from_number(100 + id),
        client_id: Some(ClientId(id)),
        venue_id: VenueOrderId::from_number(id),
        market: MarketId(market),
        side: Side::Buy,
        price: Price(15_000),
        qty: Qty(qty),
        fee: Money(-12_345),
        fee_asset: "USDC".into(),
        liquidity: Liquidity::Maker,
        at: t(id),
    }))
}

/// Writes what came of an order down.
pub(super) fn update(
    journal: &FileJournal,
    id: u64,
    (evidence, newly, is_settled): (&Evidence, u64, bool),
) -> Result<(), JournalError> {
    let update = evidence.as_update();
    let market = match update {
        Update::Report(report) => report.market,
        Update::Fill(fill) => fill.market,
        _ => MarketId(0),
    };
    let came_to = CameTo { market, side: Side::Buy, newly_filled: Qty(newly), is_settled };
    journal.write(t(id), &Entry::Updated { client_id: ClientId(id), update, came_to })
}

/// The orders that were made in a file, in its order.
pub(super) fn ids_of(path: &std::path::Path, bytes: &[u8]) -> Vec<u64> {
    let records = Reader::new(path, bytes).expect("a journal");
    let made = records.filter_map(|record| match record.expect("whole").body {
        Body::Made { client_id, .. } => Some(client_id.0),
        _ => None,
    });
    made.collect()
}
