//! The process or the machine dies at every operation on the disk; the disk fills up or fails. What was told to be written is
//! there, and after a failure nothing is.

use mm_core::journal::Journal as _;

use super::{
    support::{LONG, World, fill, made, market, order, t, update},
    *,
};
use crate::disk::simulated::{Crash, Death, Faults};

/// Orders that a run makes; few fit a file.
const N_ORDERS: u64 = 12;

/// Makes orders, none of which settles, through several files; how many were told to be written before something failed.
fn make_orders(world: &World) -> u64 {
    let Ok(opened) = world.open() else { return 0 };
    let sol = market(0, "SOL");
    let mut n_written = 0;
    for id in 1..=N_ORDERS {
        if opened.journal.write(t(id), &made(id, &order(0, 10), &sol)).is_err() {
            break;
        }
        n_written = id;
    }
    n_written
}

fn small_files(policy: FlushPolicy) -> World {
    let mut world = World::new(policy);
    (world.config.file_bytes_max, world.config.files_max) = (500, 2);
    world
}

/// The ids that the next run hears of.
fn ids(world: &World, what: &str) -> Vec<u64> {
    let opened = world.open().unwrap_or_else(|error| panic!("{what}: {error}"));
    opened.past.orders.iter().map(|order| order.client_id.0).collect()
}

#[test]
fn fault_61_a_process_that_dies_at_any_operation_loses_nothing_that_was_written() {
    for policy in [FlushPolicy::Each, LONG, FlushPolicy::Off] {
        let whole = small_files(policy);
        assert_eq!(make_orders(&whole), N_ORDERS);
        let n_operations = whole.disk.n_operations();
        assert!(whole.last().ends_with("0000000003.journal"), "several files: {:?}", whole.last());
        for operation in 0..n_operations {
            for n_bytes in [0, 1, 20, 60] {
                let world = small_files(policy);
                world
                    .disk
                    .set_faults(Faults { dies_at: Some(Death { operation, n_bytes }), ..Faults::default() });
                let n_written = make_orders(&world);
                world.disk.crash(Crash::Kill);
                let what = format!("{policy:?}, operation {operation}, {n_bytes} bytes of it");
                let ids = ids(&world, &what);
                // One more may be there: written, and never told.
                assert!((n_written..=n_written + 1).contains(&(ids.len() as u64)), "{what}: {ids:?}");
                assert_eq!(ids, (1..=ids.len() as u64).collect::<Vec<_>>(), "{what}");
            }
        }
    }
}

#[test]
fn fault_61_a_power_cut_at_any_operation_loses_nothing_that_was_flushed() {
    let n_operations = {
        let whole = small_files(FlushPolicy::Each);
        make_orders(&whole);
        whole.disk.n_operations()
    };
    for operation in 0..n_operations {
        for seed in 0..10 {
            let world = small_files(FlushPolicy::Each);
            let dies_at = Some(Death { operation, n_bytes: 30 });
            world.disk.set_faults(Faults { dies_at, ..Faults::default() });
            let n_written = make_orders(&world);
            world.disk.crash(Crash::PowerCut { seed });
            let what = format!("operation {operation}, seed {seed}");
            let ids = ids(&world, &what);
            assert!((n_written..=n_written + 1).contains(&(ids.len() as u64)), "{what}: {ids:?}");
        }
    }
}

#[test]
fn a_power_cut_without_flushing_loses_some_and_invents_nothing() {
    let mut n_lost = 0;
    for seed in 0..200 {
        for policy in [LONG, FlushPolicy::Off] {
            let world = World::new(policy);
            make_orders(&world);
            world.disk.crash(Crash::PowerCut { seed });
            let ids = ids(&world, "no policy promised more");
            assert!(ids.is_sorted() && ids.iter().all(|id| *id <= N_ORDERS), "{ids:?}");
            n_lost += N_ORDERS - ids.len() as u64;
        }
    }
    assert!(n_lost > 400, "{n_lost}");
}

#[test]
fn what_waited_long_enough_is_flushed() {
    let n_survivors = |asked_at, seed| {
        let world = World::new(LONG);
        let journal = world.open().expect("opened").journal;
        let sol = market(0, "SOL");
        // The first names the market, and is flushed for that; so the second is the one that waits longest.
        for id in 1_000..1_010 {
            journal.write(t(id), &made(id, &order(0, 10), &sol)).expect("written");
        }
        journal.flush_due(asked_at);
        world.disk.crash(Crash::PowerCut { seed });
        ids(&world, "whatever was lost").len()
    };
    assert!((0..20).all(|seed| n_survivors(t(1_001_001), seed) == 10));
    assert!((0..20).any(|seed| n_survivors(t(1_001_000), seed) < 10));
}

#[test]
fn a_thread_flushes_what_was_written_and_closing_flushes_the_rest() {
    let mut world = World::new(FlushPolicy::BATCH);
    world.config.flusher = Flusher::Thread;
    assert_eq!(make_orders(&world), N_ORDERS);
    world.disk.crash(Crash::PowerCut { seed: 3 });
    assert_eq!(ids(&world, "flushed on closing").len() as u64, N_ORDERS);

    let journal = world.open().expect("opened").journal;
    let sol = market(0, "SOL");
    journal.write(t(50), &made(50, &order(0, 1), &sol)).expect("written");
    world.disk.set_faults(Faults { fails_syncs: true, ..Faults::default() });
    journal.write(t(51), &made(51, &order(0, 1), &sol)).expect("written, and flushed later");
    while journal.health().is_ok() {
        std::thread::yield_now();
    }
    let error = journal.write(t(52), &made(52, &order(0, 1), &sol)).expect_err("never again").to_string();
    assert!(error.contains("flush: input/output error"), "{error}");
}

#[test]
fn fault_62_after_the_first_failure_nothing_is_written_ever_again() {
    let failures = [
        ("write: input/output error", Faults { fails_writes: true, ..Faults::default() }),
        ("flush: input/output error", Faults { fails_syncs: true, ..Faults::default() }),
    ];
    for (why, faults) in failures {
        let world = World::new(FlushPolicy::Each);
        let journal = world.open().expect("opened").journal;
        let sol = market(0, "SOL");
        let make = |id| journal.write(t(id), &made(id, &order(0, 10), &sol));
        make(1).expect("written");
        journal.health().expect("nothing is wrong");
        world.disk.set_faults(faults);
        let first = make(2).expect_err("the disk fails");
        assert!(first.to_string().contains(why), "{first}");
        world.disk.set_faults(Faults::default());
        assert_eq!(make(3), Err(first.clone()), "what follows a gap could not be believed");
        assert_eq!(update(&journal, 1, (&fill(1, 0, 3), 3, false)), Err(first.clone()));
        assert_eq!(journal.health(), Err(first));
        drop(journal);
        let ids = ids(&world, "opened anew");
        assert!(ids.starts_with(&[1]) && !ids.contains(&3), "{ids:?}");
    }
}

#[test]
fn fault_62_a_disk_that_is_full_at_any_byte_stops_it_before_anything_is_lost() {
    let needed = 2 << 20;
    for room in (0..needed).step_by(100_003) {
        let world = small_files(FlushPolicy::Off);
        world.disk.set_faults(Faults { room: Some(room), ..Faults::default() });
        let n_written = make_orders(&world);
        world.disk.set_faults(Faults::default());
        let ids = ids(&world, "room again");
        assert!(n_written < N_ORDERS, "room {room}");
        assert!((n_written..=n_written + 1).contains(&(ids.len() as u64)), "room {room}: {ids:?}");
    }
}

#[test]
fn old_files_are_kept_for_a_person_and_no_longer() {
    let mut world = small_files(FlushPolicy::Off);
    world.config.files_max = 3;
    for _ in 0..4 {
        make_orders(&world);
    }
    let names: Vec<_> = files(&world.disk, &support::folder()).expect("listed");
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(names.iter().all(|name| name.extension().is_some_and(|e| e == "journal")));
}
