//! No id twice, whatever happens in between.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const U32: IdRange = IdRange { min: 1, max: u32::MAX as u64 };
/// 2026-11-22T00:00:00Z: 217,382,400 s after the base.
const NOW: Timestamp = Timestamp::from_ms(1_795_219_200_000);

fn account() -> Account {
    Account { venue: "backpack".to_owned(), name: "main".to_owned() }
}

fn state() -> (tempfile::TempDir, StateDir) {
    let root = tempfile::tempdir().expect("a directory");
    let dir = StateDir::open(root.path()).expect("ours");
    (root, dir)
}

fn open(dir: &StateDir, range: IdRange) -> Result<ClientIdCounter, StoreError> {
    ClientIdCounter::open(dir, &account(), range, NOW)
}

#[test]
fn goes_on_after_a_restart_and_over_blocks() {
    let (_root, dir) = state();
    let mut last = 0;
    for _ in 0..3 {
        let counter = open(&dir, U32).expect("opened");
        for _ in 0..1500 {
            let id = counter.take().expect("an id").0;
            assert!(last < id && id <= U32.max);
            last = id;
        }
    }
    assert_eq!(last, 217_382_401 + 2 * 2048 + 1499, "each restart gives up the rest of its block");
}

#[test]
fn begins_by_the_clock_so_that_a_lost_record_repeats_nothing() {
    let (_root, dir) = state();
    let counter = open(&dir, U32).expect("opened");
    assert_eq!(counter.take().expect("an id"), ClientId(217_382_401));
    fs::remove_file(&counter.path).expect("lost");
    let later = Timestamp(NOW.0 + 10_000_000_000);
    let counter = ClientIdCounter::open(&dir, &account(), U32, later).expect("opened");
    assert_eq!(counter.take().expect("an id"), ClientId(217_382_411));
}

#[test]
fn stays_in_the_venues_range_and_ends_with_it() {
    let (_root, dir) = state();
    let range = IdRange { min: u64::MAX - 2000, max: u64::MAX };
    let counter = open(&dir, range).expect("opened");
    for id in range.min..=range.max {
        assert_eq!(counter.take().expect("an id"), ClientId(id));
    }
    for _ in 0..2 {
        assert!(matches!(counter.take(), Err(StoreError::Exhausted { max: u64::MAX, .. })));
    }
    assert!(matches!(open(&dir, range), Err(StoreError::Exhausted { .. })), "and never begins again");
    assert!(matches!(open(&dir, IdRange { min: 2, max: 1 }), Err(StoreError::EmptyRange { .. })));
}

/// A record that cannot be believed is never read as "nothing was used".
#[test]
fn a_damaged_record_is_an_error() {
    let (_root, dir) = state();
    let path = open(&dir, U32).expect("opened").path;
    let good = fs::read(&path).expect("there");
    let check = |bytes: &[u8], what: &str| {
        fs::write(&path, bytes).expect("written");
        let error = open(&dir, U32).expect_err(what).to_string();
        assert!(
            error.contains(&path.display().to_string()) && error.contains("restore it"),
            "{what}: {error}"
        );
        assert_eq!(fs::read(&path).expect("there"), bytes, "{what}: nothing is overwritten");
    };
    for len in 0..good.len() {
        check(&good[..len], "cut short");
    }
    for at in 0..good.len() {
        for flip in [0x01, 0x10, 0x80] {
            let mut bad = good.clone();
            bad[at] ^= flip;
            check(&bad, "one byte changed");
        }
    }
    check(&[&good[..], b"\n"].concat(), "more than was written");
    let other = Account { name: "second".to_owned(), ..account() };
    let foreign = ClientIdCounter::open(&dir, &other, U32, NOW).expect("opened");
    check(&fs::read(&foreign.path).expect("there"), "another account's");
}

#[test]
fn no_disk_no_id() {
    let (root, dir) = state();
    let counter = open(&dir, U32).expect("opened");
    for _ in 0..BLOCK {
        counter.take().expect("an id of the first block");
    }
    fs::remove_dir_all(root.path()).expect("gone");
    assert!(matches!(counter.take(), Err(StoreError::Io { .. })));
}

/// What the counters of up to three processes do.
#[derive(Clone, Copy, Debug)]
enum Step {
    Take(usize, u16),
    /// Dies without a word and starts again.
    Crash(usize),
    /// Dies in the middle of a write.
    Torn,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..3_usize, 1..1500_u16).prop_map(|(who, n)| Step::Take(who, n)),
        2 => (0..3_usize).prop_map(Step::Crash),
        1 => Just(Step::Torn),
    ];
    prop::collection::vec(step, 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn no_id_twice(steps in steps()) {
        let (_root, dir) = state();
        let mut counters: Vec<_> = (0..3).map(|_| open(&dir, U32).expect("opened")).collect();
        let mut seen = BTreeSet::new();
        for step in steps {
            match step {
                Step::Take(who, n) => for _ in 0..n {
                    let id = counters[who].take().expect("an id");
                    prop_assert!(U32.min <= id.0 && id.0 <= U32.max);
                    prop_assert!(seen.insert(id), "{} twice", id);
                },
                Step::Crash(who) => counters[who] = open(&dir, U32).expect("opened"),
                Step::Torn => fs::write(counters[0].path.with_extension("new"), "mm-bot cli").expect("written"),
            }
        }
    }
}
