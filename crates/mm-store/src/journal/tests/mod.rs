//! Journals of a few orders, on disks of all kinds.

mod support;

use mm_core::journal::Journal as _;
use mm_model::{ClientId, Qty, SignedQty};

use super::*;
use crate::StateDir;
use support::{account, fill, made, market, order, report, t};

#[test]
fn fault_60_an_intent_is_there_after_the_process_is_gone() {
    let root = tempfile::tempdir().expect("a directory");
    let dir = StateDir::open(root.path()).expect("ours");
    for policy in [FlushPolicy::Each, FlushPolicy::BATCH, FlushPolicy::Off] {
        let config = JournalConfig { policy, ..JournalConfig::default() };
        let account = account(&format!("{policy:?}"));
        let first = FileJournal::open(&dir, &account, config, t(1)).expect("opened");
        assert_eq!((first.past, first.report.run), (mm_core::journal::Past::default(), 1));
        let (sol, btc) = (market(0, "SOL_USDC_PERP"), market(3, "BTC_USDC_PERP"));
        for (id, market) in [(7, &sol), (8, &btc), (9, &sol)] {
            first.journal.write(t(id), &made(id, &order(market.id.0, 10), market)).expect("written");
        }
        support::update(&first.journal, 8, fill(8, 3, 4), 4, false);
        support::update(&first.journal, 9, report(9, 0, 0), 0, true);
        // Another process reads what a killed one wrote: nothing was closed or flushed for it.
        std::mem::forget(first.journal);
        let second = FileJournal::open(&dir, &account, config, t(99)).expect("opened again");
        assert_eq!((second.report.run, second.report.gaps.len()), (2, 0), "{}", second.report);
        let ids: Vec<_> = second.past.orders.iter().map(|order| order.client_id).collect();
        assert_eq!(ids, [ClientId(7), ClientId(8)]);
        let eight = &second.past.orders[1];
        assert_eq!((&*eight.market.symbol, eight.order.qty, eight.made_at), ("BTC_USDC_PERP", Qty(10), t(8)));
        assert_eq!(eight.evidence.len(), 1);
        let filled: Vec<_> = second.past.filled.iter().map(|(market, qty)| (&*market.symbol, *qty)).collect();
        assert_eq!(filled, [("BTC_USDC_PERP", SignedQty(4))]);
    }
}
