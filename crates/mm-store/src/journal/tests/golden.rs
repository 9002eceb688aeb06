//! Every byte of the format, pinned.

use std::fmt::Write as _;

use expect_test::expect_file;
use mm_core::journal::{CameTo, Entry, Evidence, Journal as _};
use mm_model::{
    ClientId, Exposure, NewOrder, OrderKind, Price, Qty, Refusal, RefusalKind, ReportedStatus, Side,
    TimeInForce, Unsure,
};

use super::{
    support::{World, fill, made, market, order, report, t},
    *,
};

/// Everything that can be heard of an order.
fn all_evidence() -> Vec<Evidence> {
    let reported = |status: ReportedStatus| {
        let Evidence::Report(mut told) = report(7, 1, 2) else { unreachable!("a report") };
        (told.client_id, told.price, told.version, told.status) = (None, None, 3, status);
        Evidence::Report(told)
    };
    let refusal = Refusal {
        kind: RefusalKind::RateLimited,
        code: "TOO_MANY".to_owned(),
        message: "später".to_owned(),
        retry_after: Some(Duration::from_millis(1_500)),
    };
    vec![
        report(7, 1, 0),
        reported(ReportedStatus::Filled),
        reported(ReportedStatus::Cancelled { reason: Some("expired".to_owned()) }),
        reported(ReportedStatus::Cancelled { reason: None }),
        reported(ReportedStatus::Rejected { reason: "no".to_owned() }),
        fill(7, 1, 300),
        Evidence::NotSent("the queue of commands is full".to_owned()),
        Evidence::Refused(refusal.clone()),
        Evidence::Refused(Refusal { retry_after: None, ..refusal }),
        Evidence::Unsure(Unsure::Outcome(t(5))),
        Evidence::Unsure(Unsure::NeverArrived(t(6))),
        Evidence::CancelSent,
        Evidence::CancelFailed,
        Evidence::ModifySent { price: Price(-1), qty: Qty(u64::MAX) },
        Evidence::ModifyFailed,
    ]
}

fn all_kinds() -> Vec<OrderKind> {
    let (price, trigger) = (Price(15_000), Price(14_000));
    vec![
        OrderKind::Limit { price, time_in_force: TimeInForce::Gtc },
        OrderKind::Limit { price, time_in_force: TimeInForce::Ioc },
        OrderKind::Limit { price, time_in_force: TimeInForce::Fok },
        OrderKind::PostOnly { price },
        OrderKind::Market,
        OrderKind::StopLoss { trigger, limit: None },
        OrderKind::StopLoss { trigger, limit: Some(price) },
        OrderKind::TakeProfit { trigger, limit: Some(price) },
    ]
}

fn written() -> World {
    let world = World::new(FlushPolicy::Off);
    let journal = world.open().expect("opened").journal;
    let (sol, btc) = (market(4, "SOL_USDC_PERP"), market(1, "BTC_USDC_PERP"));
    for (kind, id) in all_kinds().into_iter().zip(1..) {
        let order = NewOrder { kind, side: Side::Sell, exposure: Exposure::ReduceOnly, ..order(4, 25) };
        journal.write(t(id), &made(id, &order, &sol)).expect("written");
    }
    journal.write(t(20), &made(7, &order(1, 1 << 40), &btc)).expect("written");
    for (evidence, n) in all_evidence().iter().zip(0..) {
        let came_to =
            CameTo { market: btc.id, side: Side::Buy, newly_filled: Qty(100 * n), is_settled: n % 2 == 1 };
        let update = evidence.as_update();
        journal
            .write(t(21 + n), &Entry::Updated { client_id: ClientId(7), update, came_to })
            .expect("written");
    }
    let order = order(4, 10);
    journal.write(t(40), &Entry::Revived { client_id: ClientId(1), order: &order }).expect("written");
    world
}

/// Each record: where, its bytes, what it says.
fn told(world: &World) -> String {
    let (path, bytes) = (world.last(), world.bytes());
    let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |all, byte| format!("{all}{byte:02x}"));
    let reader = Reader::new(&path, &bytes).expect("a journal");
    let header = reader.header().clone();
    let records: Vec<_> = reader.map(|record| record.expect("whole")).collect();
    let start = |n: usize| records.get(n).map_or(bytes.len(), |record| record.offset as usize);
    let mut out = format!("{}\n  {header:?}\n", hex(&bytes[..start(0)]));
    for (n, record) in records.iter().enumerate() {
        let Record { number, at, body, .. } = record;
        let bytes = hex(&bytes[start(n)..start(n + 1)]);
        writeln!(out, "{bytes}\n  {number} at {} {body:?}", at.ms()).expect("a String takes all");
    }
    out
}

#[test]
fn the_format_is_as_it_was() {
    let world = written();
    expect_file!["golden/journal-1.txt"].assert_eq(&told(&world));
    // The next start takes over what is not settled.
    world.open().expect("opened");
    expect_file!["golden/journal-1-taken-over.txt"].assert_eq(&told(&world));
}

#[test]
fn whatever_a_payload_holds_it_is_read_or_refused() {
    let world = written();
    let (path, bytes) = (world.last(), world.bytes());
    let mut reader = Reader::new(&path, &bytes).expect("a journal");
    let mut n_refused = 0;
    while let Some(raw) = reader.raw().expect("whole") {
        for at in 0..raw.payload.len() {
            for mask in 1..=255u8 {
                let mut changed = raw.payload.to_vec();
                changed[at] ^= mask;
                n_refused += u32::from(Body::decode(&changed).is_err());
            }
            assert!(Body::decode(&raw.payload[..at]).is_err(), "a payload that is cut is none");
        }
    }
    assert!(n_refused > 1_000, "{n_refused}");
}
