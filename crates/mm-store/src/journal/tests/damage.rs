//! A small journal, cut at every place and changed at every byte.

use mm_core::journal::{Evidence, Journal as _};
use mm_model::ClientId;

use super::{
    support::{World, fill, folder, made, market, order, report, t, update},
    *,
};
use crate::disk::Disk as _;

/// A journal that took something over and went on; its bytes, and where its records end.
fn written() -> (World, Vec<u8>, Vec<u64>) {
    let world = World::new(FlushPolicy::Each);
    let first = world.open().expect("opened").journal;
    let sol = market(0, "SOL_USDC_PERP");
    first.write(t(1), &made(1, &order(0, 10), &sol)).expect("written");
    update(&first, 1, (&fill(1, 0, 3), 3, false)).expect("written");
    drop(first);
    let second = world.open().expect("opened").journal;
    for id in 2..5 {
        second.write(t(id), &made(id, &order(0, 10), &sol)).expect("written");
        update(&second, id, (&report(id, 0, 0), 0, false)).expect("written");
    }
    drop(second);
    let (path, bytes) = (world.last(), world.bytes());
    let ends: Vec<u64> = Reader::new(&path, &bytes)
        .expect("a journal")
        .map(|record| record.expect("whole").offset)
        .skip(1)
        .chain([bytes.len() as u64])
        .collect();
    (world, bytes, ends)
}

/// Records of the file up to here are whole; the last of what was taken over must be.
const TAKEN_OVER: usize = 5;

fn with(world: &World, bytes: &[u8]) -> Result<Opened, JournalFileError> {
    let copy = World::new(FlushPolicy::Each);
    let path = world.last();
    copy.disk.create(&path).expect("created");
    copy.disk.tamper(&path, |file| *file = bytes.to_vec()).expect("there");
    let opened = copy.open();
    if let Ok(opened) = &opened {
        // What was found is taken over: the next start finds nothing wrong.
        let again = copy.open().expect("opened again");
        assert_eq!(again.report.gaps, []);
        assert_eq!(again.past, opened.past);
    }
    opened
}

fn n_whole(ends: &[u64], until: usize) -> usize {
    ends.iter().filter(|end| **end <= until as u64).count()
}

#[test]
fn fault_61_a_tail_that_is_cut_anywhere_is_reported_and_what_stands_before_it_is_whole() {
    let (world, bytes, ends) = written();
    let whole = with(&world, &bytes).expect("nothing is wrong");
    assert_eq!((whole.report.gaps.len(), whole.past.orders.len()), (0, 4));
    for cut in 0..bytes.len() {
        for is_in_room in [false, true] {
            let mut torn = bytes[..cut].to_vec();
            if is_in_room {
                torn.resize(bytes.len() + 4096, 0);
            }
            // Zeros that are cut and stand in the room again are not missing.
            let n_zeros = bytes[cut..].iter().take_while(|byte| **byte == 0).count();
            let n_whole = n_whole(&ends, cut + if is_in_room { n_zeros } else { 0 });
            let opened = with(&world, &torn);
            if n_whole < TAKEN_OVER {
                let error = opened.map(drop).expect_err("it was flushed whole before it had its name");
                assert!(matches!(error, JournalFileError::Corrupt { .. }), "cut at {cut}: {error}");
                continue;
            }
            let Opened { past, report, .. } = opened.expect("a torn tail is no error");
            let end = usize::try_from(ends[n_whole - 1]).expect("small");
            let last = bytes[..cut].iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            let n_torn = last.saturating_sub(end);
            assert_eq!(report.n_records, n_whole as u64, "cut at {cut}");
            let torn: Vec<_> =
                report.gaps.iter().map(|gap| (gap.offset as usize, gap.n_bytes as usize)).collect();
            assert_eq!(torn, if n_torn > 0 { vec![(end, n_torn)] } else { vec![] }, "cut at {cut}");
            // Records after the ones taken over: an order made, then what was heard of it.
            let n_after = n_whole - TAKEN_OVER;
            assert_eq!(past.orders.len(), 1 + n_after.div_ceil(2), "cut at {cut}");
            let n_heard: usize = past.orders.iter().map(|order| order.evidence.len()).sum();
            assert_eq!(n_heard, 1 + n_after / 2, "cut at {cut}");
        }
    }
}

#[test]
fn fault_61_a_changed_byte_is_found_wherever_it_is() {
    let (world, bytes, ends) = written();
    let last_record = usize::try_from(ends[ends.len() - 2]).expect("small");
    for at in 0..bytes.len() + 64 {
        for mask in [0x01, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed.resize(bytes.len() + 4096, 0);
            changed[at] ^= mask;
            let opened = with(&world, &changed);
            if at < last_record {
                let error = opened.map(drop).expect_err("records after it say that it was whole once");
                let text = error.to_string();
                assert!(text.contains("damaged at offset"), "byte {at}: {text}");
                assert!(text.contains("restore the file from a copy"), "byte {at}: {text}");
                continue;
            }
            let Opened { past, report, .. } = opened.expect("the tail may be torn");
            assert_eq!((report.gaps.len(), report.gaps[0].n_records), (1, None), "byte {at}");
            assert_eq!(past.orders.len(), 4, "byte {at}");
            let n_heard: usize = past.orders.iter().map(|order| order.evidence.len()).sum();
            assert_eq!(n_heard, if at < bytes.len() { 3 } else { 4 }, "byte {at}");
        }
    }
}

#[test]
fn what_was_lost_before_it_was_flushed_is_counted_and_the_rest_is_believed() {
    let world = World::new(FlushPolicy::Off);
    let journal = world.open().expect("opened").journal;
    let sol = market(0, "SOL");
    let mut ends = Vec::new();
    for id in 1..=5 {
        journal.write(t(id), &made(id, &order(0, 10), &sol)).expect("written");
        ends.push(world.bytes().len());
    }
    update(&journal, 3, (&report(3, 0, 0), 0, false)).expect("written");
    update(&journal, 4, (&Evidence::CancelSent, 0, false)).expect("written");
    drop(journal);
    // The third and fourth orders' making did not reach the disk; what came later did.
    let lost = ends[1]..ends[3];
    world.disk.tamper(&world.last(), |bytes| bytes[lost.clone()].fill(0)).expect("there");
    let opened = world.open().expect("no policy promised more");
    let ids: Vec<_> = opened.past.orders.iter().map(|order| order.client_id.0).collect();
    // What the venue told of the third says what it is; of the fourth too little is left.
    assert_eq!(ids, [1, 2, 3, 5]);
    assert_eq!(opened.report.unmade, [ClientId(4)]);
    let [gap] = opened.report.gaps[..] else { panic!("one gap") };
    assert_eq!((gap.offset, gap.n_bytes, gap.n_records), (lost.start as u64, lost.len() as u64, Some(2)));
    let told = opened.report.to_string();
    assert!(
        told.contains("lost before it was flushed") && told.contains("order 4 only its id is left"),
        "{told}"
    );
    assert_eq!(folder().join("0000000001.journal"), opened.report.read.expect("read"));
}
