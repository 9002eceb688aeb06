use std::sync::{Arc, Mutex};

use super::*;
use crate::sync::lock;

const START: Timestamp = Timestamp::from_ms(1_000);

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

#[test]
fn time_jumps_from_deadline_to_deadline_in_their_order() {
    let runtime = VirtualRuntime::new(START);
    let (clock, spawner) = (runtime.clock(), runtime.spawner());
    let log = Arc::new(Mutex::new(Vec::new()));
    let sleepers = [(30, "c"), (10, "a"), (10, "b")].map(|(after, name)| {
        let (clock, log) = (clock.clone(), log.clone());
        spawner.spawn(name, async move {
            clock.sleep(ms(after)).await;
            lock(&log).push((name, clock.now()));
        })
    });
    runtime.block_on(async {
        for task in sleepers {
            assert_eq!(task.await, TaskEnd::Done);
        }
    });
    let at = |after| START + ms(after);
    assert_eq!(*lock(&log), [("a", at(10)), ("b", at(10)), ("c", at(30))]);
}

#[test]
fn ticks_do_not_drift_and_count_what_was_missed() {
    let runtime = VirtualRuntime::new(START);
    let clock = runtime.clock();
    runtime.block_on(async {
        let mut ticks = clock.ticks(ms(10));
        let due = |n: u64| START + ms(10 * n);
        assert_eq!(ticks.next().await, Tick { number: 1, due: due(1), missed: 0 });
        clock.sleep(ms(3)).await;
        assert_eq!(ticks.next().await, Tick { number: 2, due: due(2), missed: 0 });
        clock.sleep(ms(35)).await;
        assert_eq!(ticks.next().await, Tick { number: 5, due: due(5), missed: 2 });
        assert_eq!(clock.now(), START + ms(55));
        assert_eq!(ticks.next().await, Tick { number: 6, due: due(6), missed: 0 });
        assert_eq!(clock.now(), due(6));
    });
}

#[test]
fn within_gives_up_at_the_limit_and_not_before() {
    let runtime = VirtualRuntime::new(START);
    let clock = runtime.clock();
    runtime.block_on(async {
        assert_eq!(clock.within(ms(5), async { 1 }).await, Some(1));
        assert_eq!(clock.within(ms(5), clock.sleep(ms(6))).await, None);
        assert_eq!(clock.now(), START + ms(5));
        assert_eq!(clock.within(ms(5), clock.sleep(ms(5))).await, Some(()));
    });
}

#[test]
fn a_dropped_handle_aborts_and_a_panic_is_told() {
    let runtime = VirtualRuntime::new(START);
    let (clock, spawner) = (runtime.clock(), runtime.spawner());
    runtime.block_on(async {
        let held = Arc::new(());
        let inside = held.clone();
        let task = spawner.spawn("never", async move {
            std::future::pending::<()>().await;
            drop(inside);
        });
        clock.sleep(ms(1)).await;
        assert_eq!(Arc::strong_count(&held), 2);
        drop(task);
        assert_eq!(Arc::strong_count(&held), 1);
        assert_eq!(spawner.spawn("bad", async { panic!("oh no") }).await, TaskEnd::Panicked("oh no".into()));
    });
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_deadlock_is_found_and_named() {
    let runtime = VirtualRuntime::new(START);
    let _task = runtime.spawner().spawn("stuck", std::future::pending());
    runtime.block_on(std::future::pending::<()>());
}

#[test]
fn a_run_that_may_not_go_on_drops_what_it_owns_and_leaves_the_rest() {
    let runtime = VirtualRuntime::new(START);
    let (clock, spawner) = (runtime.clock(), runtime.spawner());
    let n_ticks = Arc::new(Mutex::new(0));
    let [outside, inside] = [(), ()].map(|()| {
        let (clock, n_ticks) = (clock.clone(), n_ticks.clone());
        async move {
            loop {
                clock.sleep(ms(10)).await;
                *lock(&n_ticks) += 1;
            }
        }
    });
    let _world = spawner.spawn("world", outside);
    let mut n_polls = 0;
    let ended = runtime.block_on_while(
        async {
            let _bot = spawner.spawn("bot", inside);
            std::future::pending::<()>().await;
        },
        || {
            n_polls += 1;
            n_polls < 20
        },
    );
    assert_eq!(ended, None);
    let before = *lock(&n_ticks);
    assert!(2 < before, "both tick");
    runtime.block_on(clock.sleep(ms(1000)));
    let after = *lock(&n_ticks) - before;
    assert!((95..=101).contains(&after), "only one is left: {after}");
}

#[test]
fn fault_49_a_wall_clock_that_is_off_sleeps_as_long() {
    let runtime = VirtualRuntime::new(START);
    let (clock, off) = (runtime.clock(), runtime.clock().off_by(-250_000_000));
    runtime.block_on(async {
        assert_eq!(clock.now().since(off.now()), ms(250));
        let until = off.now() + ms(40);
        off.sleep_until(until).await;
        assert_eq!((off.now(), clock.now()), (until, START + ms(40)));
        assert_eq!(off.within(ms(5), off.sleep(ms(6))).await, None);
    });
}
