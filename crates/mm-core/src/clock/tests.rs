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
