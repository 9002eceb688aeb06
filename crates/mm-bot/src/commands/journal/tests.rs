use expect_test::expect;
use mm_core::journal::{CameTo, Entry, Evidence, Journal as _};
use mm_model::{
    ClientId, Decimal, Exposure, Fill, Liquidity, Market, MarketId, MarketKind, Money, NewOrder, OrderKind,
    Price, Qty, Side, TimeInForce, TradeId, TradingState, VenueOrderId,
};
use mm_store::{
    Account,
    journal::{FileJournal, JournalConfig},
};

use super::*;

fn market() -> Market {
    Market {
        id: MarketId(7),
        symbol: "SOL_USDC_PERP".into(),
        base: "SOL".into(),
        quote: "USDC".into(),
        kind: MarketKind::Perpetual,
        trading: TradingState::Open,
        tick: Decimal::new(5, 2),
        lot: Decimal::new(1, 1),
        min_qty: Qty(1),
        max_qty: None,
        min_notional: None,
    }
}

/// A journal of two orders in a state directory; its last file.
fn written(dir: &StateDir) -> PathBuf {
    let account = Account { venue: "backpack".to_owned(), name: "alice".to_owned() };
    let at = |ms: u64| Timestamp::from_ms(1_790_000_000_000 + ms);
    let opened = FileJournal::open(dir, &account, JournalConfig::default(), at(0)).expect("opened");
    let kind = OrderKind::Limit { price: Price(3_000), time_in_force: TimeInForce::Gtc };
    let order =
        NewOrder { market: MarketId(7), side: Side::Sell, qty: Qty(15), kind, exposure: Exposure::Any };
    for (id, ms) in [(1, 1), (2, 2)] {
        let made = Entry::Made { client_id: ClientId(id), order: &order, market: &market() };
        opened.journal.write(at(ms), &made).expect("written");
    }
    let fill = Fill {
        trade_id: TradeId::from_number(99),
        client_id: Some(ClientId(1)),
        venue_id: VenueOrderId::from_number(11),
        market: MarketId(7),
        side: Side::Sell,
        price: Price(3_000),
        qty: Qty(15),
        fee: Money(-20_000_000_000_000_000),
        fee_asset: "USDC".into(),
        liquidity: Liquidity::Maker,
        at: at(3),
    };
    let tell = |id, evidence: Evidence, newly_filled, is_settled| {
        let came_to = CameTo { market: MarketId(7), side: Side::Sell, newly_filled, is_settled };
        let entry = Entry::Updated { client_id: ClientId(id), update: evidence.as_update(), came_to };
        opened.journal.write(at(3), &entry).expect("written");
    };
    tell(1, Evidence::Fill(Box::new(fill)), Qty(15), true);
    tell(2, Evidence::NotSent("=1+1, \"quoted\"".to_owned()), Qty::ZERO, true);
    tell(2, Evidence::CancelSent, Qty::ZERO, false);
    journal::files(&RealDisk, &journal::folder(dir, &account)).expect("listed").remove(0)
}

fn rows(path: &Path) -> Vec<Row> {
    let Contents { header, records, .. } = contents(path).expect("read");
    let mut markets = Markets::default();
    records.iter().filter_map(|record| markets.row(&header, record)).collect()
}

fn lines(rows: &[Row], shown: impl Fn(&Row) -> String) -> String {
    rows.iter().map(|row| shown(row) + "\n").collect()
}

#[test]
fn events_are_shown_with_decimals() {
    let root = tempfile::tempdir().expect("a directory");
    let path = written(&StateDir::open(root.path()).expect("ours"));
    let rows = rows(&path);
    expect![[r#"
        2026-09-21T14:13:20.001Z  1                    made            sell 1.5 SOL_USDC_PERP at 150.00 limit gtc
        2026-09-21T14:13:20.002Z  2                    made            sell 1.5 SOL_USDC_PERP at 150.00 limit gtc
        2026-09-21T14:13:20.003Z  1                    fill            sell 1.5 SOL_USDC_PERP at 150.00, venue's order 11, trade 99, fee -0.02 USDC, maker · settled
        2026-09-21T14:13:20.003Z  2                    not sent        sell SOL_USDC_PERP: =1+1, "quoted" · settled
        2026-09-21T14:13:20.003Z  2                    cancel sent     sell SOL_USDC_PERP
    "#]].assert_eq(&lines(&rows, line));
    expect![[r#"
        {"account":"alice","at":"2026-09-21T14:13:20.003Z","event":"fill","fee":"-0.02 USDC","file":"1","liquidity":"maker","market":"SOL_USDC_PERP","order":"1","price":"150.00","qty":"1.5","record":"4","run":"1","settled":"yes","side":"sell","trade":"99","venue":"backpack","venue_order":"11"}
        {"account":"alice","at":"2026-09-21T14:13:20.003Z","event":"not sent","file":"1","market":"SOL_USDC_PERP","order":"2","record":"5","run":"1","settled":"yes","side":"sell","text":"=1+1, \"quoted\"","venue":"backpack"}
        {"account":"alice","at":"2026-09-21T14:13:20.003Z","event":"cancel sent","file":"1","market":"SOL_USDC_PERP","order":"2","record":"6","run":"1","settled":"no","side":"sell","venue":"backpack"}
    "#]].assert_eq(&lines(&rows[2..], |row| object(row).to_string()));
    expect![[r#"
        2026-09-21T14:13:20.003Z,backpack,alice,1,1,5,not sent,2,,SOL_USDC_PERP,sell,,,,,,,,yes,"'=1+1, ""quoted"""
        2026-09-21T14:13:20.003Z,backpack,alice,1,1,6,cancel sent,2,,SOL_USDC_PERP,sell,,,,,,,,no,
    "#]].assert_eq(&lines(&rows[3..], csv));
}

#[test]
fn what_is_open_is_what_the_next_run_would_begin_from() {
    let root = tempfile::tempdir().expect("a directory");
    let path = written(&StateDir::open(root.path()).expect("ours"));
    let bytes = fs::read(&path).expect("read");
    let (_, past) = journal::fold(&path, &bytes).expect("whole");
    let rows: Vec<Row> = open_rows(&past).map(|(row, _)| row).collect();
    expect![[r#"
        2026-09-21T14:13:20.002Z  2                    FAILED          sell 1.5 SOL_USDC_PERP at 150.00 limit gtc, 0.0 filled
    "#]].assert_eq(&lines(&rows, line));
}

#[test]
fn a_file_is_whole_or_cut_or_bad() {
    let root = tempfile::tempdir().expect("a directory");
    let path = written(&StateDir::open(root.path()).expect("ours"));
    let bytes = fs::read(&path).expect("read");
    let end = bytes.iter().rposition(|byte| *byte != 0).expect("not empty");
    let check = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut changed = bytes.clone();
        change(&mut changed);
        fs::write(&path, changed).expect("written");
        checked(&path)
    };
    assert_eq!(check(&|_| ()).expect("whole"), (7, Vec::new()));
    let (n_records, gaps) = check(&|bytes| bytes.truncate(end - 3)).expect("cut");
    assert_eq!((n_records, gaps.len()), (6, 1));
    let error = check(&|bytes| bytes[60] ^= 1).expect_err("bad").to_string();
    assert!(error.contains("damaged at offset"), "{error}");
    let global = Global {
        state_dir: Some(root.path().to_owned()),
        log_level: None,
        log_file: None,
        log_format: None,
        json: false,
        no_color: true,
    };
    assert_eq!(verify(&global, &files(&global, &[]).expect("there")), Exit::Failed);
    check(&|_| ()).expect("whole");
    assert_eq!(verify(&global, &files(&global, &[]).expect("there")), Exit::Ok);
}
