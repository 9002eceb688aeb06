//! The throttle never overspends, keeps the reserve, obeys pauses and always says when.

use expect_test::expect;
use proptest::prelude::*;

use super::*;

const PER: Duration = Duration::from_secs(60);
const START: Timestamp = Timestamp(1_700_000_000_000_000_000);

fn throttle(capacity: u32) -> Throttle {
    Throttle::new(Allowance { capacity, per: PER }).expect("a sane allowance")
}

/// `c5@100` = a cancel of weight 5 at 100 ms, `o1@0` = another call, `p500@10` = at 10 ms, a pause of 500 ms.
fn check(capacity: u32, steps: &str, expected: &expect_test::Expect) {
    let mut throttle = throttle(capacity);
    let mut seen = String::new();
    for step in steps.split(' ') {
        let (what, at) = step[1..].split_once('@').expect("a time");
        let now = START + Duration::from_millis(at.parse().expect("ms"));
        let number: u32 = what.parse().expect("a number");
        let lane = if step.starts_with('c') { Lane::Cancel } else { Lane::Other };
        if step.starts_with('p') {
            throttle.pause(now + Duration::from_millis(number.into()));
            continue;
        }
        let word = match throttle.take(now, lane, number) {
            Permit::Granted => "go".to_owned(),
            Permit::NotBefore(at) => format!("at {}", at.since(START).as_millis()),
            Permit::Never => "never".to_owned(),
        };
        seen.push_str(&format!("{step} {word}\n"));
    }
    expected.assert_eq(&seen);
}

#[test]
fn cases() {
    check(
        10,
        "o9@0 o1@0 c1@0 c1@1",
        &expect![[r#"
        o9@0 go
        o1@0 at 60000
        c1@0 go
        c1@1 at 60000
    "#]],
    );
    check(
        10,
        "o4@0 o5@5000 o1@5001 o1@60000 o5@60000",
        &expect![[r#"
        o4@0 go
        o5@5000 go
        o1@5001 at 60000
        o1@60000 go
        o5@60000 at 65000
    "#]],
    );
    check(
        10,
        "p500@0 c1@10 o1@499 o1@500",
        &expect![[r#"
        c1@10 at 500
        o1@499 at 500
        o1@500 go
    "#]],
    );
    check(
        10,
        "o10@0 c10@0 c11@0",
        &expect![[r#"
        o10@0 never
        c10@0 go
        c11@0 never
    "#]],
    );
    check(
        10,
        "p500@0 p100@0 o1@200",
        &expect![[r#"
        o1@200 at 500
    "#]],
    );
}

#[test]
fn impossible_allowances_and_weights_are_errors() {
    for (capacity, per) in [(0, PER), (1, PER), (10, Duration::ZERO)] {
        Throttle::new(Allowance { capacity, per }).expect_err("cannot work");
    }
    let throttle = throttle(60);
    throttle.fits(Lane::Cancel, 60).expect("the whole bucket is a cancel's");
    let error = throttle.fits(Lane::Other, 300).expect_err("fault 46: too heavy for ever");
    expect!["a request of weight 300 can never be sent: 54 of 60 units are open to it"]
        .assert_eq(&error.to_string());
}

#[test]
fn memory_is_bounded() {
    let mut throttle = throttle(1_000_000);
    for n in 0..200_000_u64 {
        throttle.take(START + Duration::from_micros(n * 700), Lane::Other, 1);
    }
    assert!(throttle.spent.len() <= GRAINS as usize + 2, "{} entries", throttle.spent.len());
}

#[derive(Clone, Debug)]
struct Wish {
    after_ms: u64,
    cancel: bool,
    weight: u32,
    pause_ms: Option<u64>,
}

fn wishes() -> impl Strategy<Value = Vec<Wish>> {
    let wish = (0..20_000_u64, any::<bool>(), 1..12_u32, prop::option::weighted(0.05, 1..90_000_u64))
        .prop_map(|(after_ms, cancel, weight, pause_ms)| Wish { after_ms, cancel, weight, pause_ms });
    prop::collection::vec(wish, 1..200)
}

proptest! {
    /// In no window of `per` is more spent than the capacity, nor by other calls more than their share; nothing is
    /// granted in a pause; and what is promised for a time is granted at that time when nobody else asks.
    #[test]
    fn never_overspends(capacity in 2..40_u32, wishes in wishes()) {
        let mut throttle = throttle(capacity);
        let mut granted: Vec<(Timestamp, u32, Lane)> = Vec::new();
        let mut now = START;
        let mut paused = Timestamp::ZERO;
        for wish in wishes {
            now = now + Duration::from_millis(wish.after_ms);
            if let Some(ms) = wish.pause_ms {
                paused = paused.max(now + Duration::from_millis(ms));
                throttle.pause(paused);
            }
            let lane = if wish.cancel { Lane::Cancel } else { Lane::Other };
            let fits = throttle.fits(lane, wish.weight).is_ok();
            match throttle.clone().take(now, lane, wish.weight) {
                Permit::Granted => {
                    prop_assert!(now >= paused && fits);
                    prop_assert_eq!(throttle.take(now, lane, wish.weight), Permit::Granted);
                    granted.push((now, wish.weight, lane));
                }
                Permit::NotBefore(at) => {
                    prop_assert!(fits && at > now && at <= now.max(paused) + PER);
                    prop_assert_eq!(throttle.clone().take(at, lane, wish.weight), Permit::Granted);
                }
                Permit::Never => prop_assert!(!fits),
            }
        }
        for &(from, _, _) in &granted {
            let window = granted.iter().filter(|(at, _, _)| *at >= from && *at < from + PER);
            let all: u32 = window.clone().map(|(_, weight, _)| weight).sum();
            prop_assert!(all <= capacity, "{} spent of {}", all, capacity);
            let others: u32 = window.filter(|(_, _, lane)| *lane == Lane::Other).map(|(_, weight, _)| weight).sum();
            prop_assert!(others < capacity, "the reserve was spent by others");
        }
    }
}
