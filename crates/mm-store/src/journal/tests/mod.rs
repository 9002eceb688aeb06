//! Journals of a few orders, on disks of all kinds.

mod crashes;
mod damage;
mod fold;
mod golden;
mod support;

use mm_core::journal::{Journal as _, Past};
use mm_model::{ClientId, Qty, SignedQty};

use super::*;
use crate::{StateDir, disk::Disk as _};
use support::{account, fill, made, market, order, report, t, update};

#[test]
fn fault_60_an_intent_is_there_after_the_process_is_gone() {
    let root = tempfile::tempdir().expect("a directory");
    let dir = StateDir::open(root.path()).expect("ours");
    for policy in [FlushPolicy::Each, FlushPolicy::BATCH, FlushPolicy::Off] {
        let config = JournalConfig { policy, ..JournalConfig::default() };
        let account = account(&format!("{policy:?}"));
        let first = FileJournal::open(&dir, &account, config, t(1)).expect("opened");
        assert_eq!((first.past, first.report.run), (Past::default(), 1));
        let (sol, btc) = (market(0, "SOL_USDC_PERP"), market(3, "BTC_USDC_PERP"));
        for (id, market) in [(7, &sol), (8, &btc), (9, &sol)] {
            first.journal.write(t(id), &made(id, &order(market.id.0, 10), market)).expect("written");
        }
        update(&first.journal, 8, (&fill(8, 3, 4), 4, false)).expect("written");
        update(&first.journal, 9, (&report(9, 0, 0), 0, true)).expect("written");
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

#[test]
fn an_embedded_world_begins_without_a_past_and_beside_others() {
    let root = tempfile::tempdir().expect("a directory");
    let dir = StateDir::open(root.path()).expect("ours");
    let (account, config) = (account("alice"), JournalConfig::default());
    let sol = market(0, "SOL");
    let write = |journal: &FileJournal, id| {
        journal.write(t(id), &made(id, &order(0, 1), &sol)).expect("written");
    };
    let first = FileJournal::embedded(&dir, &account, config, t(1)).expect("begun");
    let beside = FileJournal::embedded(&dir, &account, config, t(1)).expect("begun");
    write(&first, 1);
    write(&beside, 2);
    drop(first);
    write(&FileJournal::embedded(&dir, &account, config, t(2)).expect("begun"), 3);
    let ids = |n: u32| -> Vec<Vec<u64>> {
        let place = StateDir::open(&dir.path().join("runs").join(n.to_string())).expect("ours");
        let files = files(&crate::disk::RealDisk, &folder(&place, &account)).expect("listed");
        files.iter().map(|path| support::ids_of(path, &std::fs::read(path).expect("read"))).collect()
    };
    assert_eq!(ids(0), [vec![1], vec![3]]);
    assert_eq!(ids(1), [vec![2]]);
}

#[test]
fn journals_that_are_not_ours_are_refused_with_what_to_do() {
    let world = support::World::new(FlushPolicy::Each);
    let journal = world.open().expect("opened").journal;
    let path = world.last();
    drop(journal);
    let told = |account: &Account| world.opening(account).open().map(drop).expect_err("not ours").to_string();
    let own = world.account.clone();
    let other = told(&account("bob"));
    assert!(other.contains("is that of account alice on backpack: move it back"), "{other}");
    let mut newer = world.disk.read(&path).expect("there");
    // The version is the header's first number; the checksum is made anew.
    newer[16] = 9;
    let len = u32::from_le_bytes(*newer[12..].first_chunk().expect("four bytes")) as usize;
    let crc = crc32fast::hash(&newer[12..16 + len]);
    newer[8..12].copy_from_slice(&crc.to_le_bytes());
    world.disk.tamper(&path, |bytes| *bytes = newer).expect("there");
    let version = told(&own);
    assert!(version.contains("is of format 9, and this program reads 1: use the program"), "{version}");
    world.disk.tamper(&path, |bytes| *bytes = b"PK\x03\x04, whatever".to_vec()).expect("there");
    let foreign = told(&own);
    assert!(
        foreign.contains("it does not begin like a journal") && foreign.contains("cancel all"),
        "{foreign}"
    );
}
