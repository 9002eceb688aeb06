//! What the tests write.

use mm_core::{
    journal::{CameTo, Entry, Evidence, Journal as _},
    orders::Update,
};
use mm_model::{
    ClientId, Decimal, Exposure, Fill, Liquidity, Market, MarketId, MarketKind, Money, NewOrder, OrderKind,
    OrderReport, Price, Qty, ReportedStatus, Side, TimeInForce, Timestamp, TradeId, TradingState,
    VenueOrderId,
};

use crate::{Account, journal::FileJournal};

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
pub(super) fn update(journal: &FileJournal, id: u64, evidence: Evidence, newly: u64, is_settled: bool) {
    let update = evidence.as_update();
    let market = match update {
        Update::Report(report) => report.market,
        Update::Fill(fill) => fill.market,
        _ => MarketId(0),
    };
    let came_to = CameTo { market, side: Side::Buy, newly_filled: Qty(newly), is_settled };
    journal.write(t(id), &Entry::Updated { client_id: ClientId(id), update, came_to }).expect("written");
}
