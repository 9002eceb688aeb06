//! The throttle never overspends, keeps the reserve, obeys pauses and always says when.

use expect_test::expect;
use proptest::prelude::*;

use super::*;

const PER: Duration = Duration::from_secs(60);
const START: Timestamp = Timestamp(1_700_000_000_000_000_000);

fn throttle(capacities: &[u32]) -> Throttle {
    let allowances: Vec<_> = capacities.iter().map(|&capacity| Allowance { capacity, per: PER }).collect();
    Throttle::new(&allowances).expect("sane allowances")
}

/// `c5@100` = a cancel of weight 5 at 100 ms, `o1@0` = another call (`o1+6@0`: of weight 6 by the second allowance),
/// `p500@10` = at 10 ms, a pause of 500 ms.
fn check(capacities: &[u32], steps: &str, expected: &expect_test::Expect) {
    let mut throttle = throttle(capacities);
    let mut seen = String::new();
    for step in steps.split(' ') {
        let (what, at) = step[1..].split_once('@').expect("a time");
        let now = START + Duration::from_millis(at.parse().expect("ms"));
        let (number, second) = what.split_once('+').unwrap_or((what, "0"));
        let [number, second] = [number, second].map(|text| text.parse::<u32>().expect("a number"));
        let lane = if step.starts_with('c') { Lane::Cancel } else { Lane::Other };
        if step.starts_with('p') {
            throttle.pause(now + Duration::from_millis(number.into()));
            continue;
        }
        let word = match throttle.take(now, lane, Weight([number, second])) {
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
        &[10],
        "o9@0 o1@0 c1@0 c1@1",
        &expect![[r#"
        o9@0 go
        o1@0 at 60000
        c1@0 go
        c1@1 at 60000
    "#]],
    );
    check(
        &[10],
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
        &[10],
        "p500@0 c1@10 o1@499 o1@500",
        &expect![[r#"
        c1@10 at 500
        o1@499 at 500
        o1@500 go
    "#]],
    );
    check(
        &[10],
        "o10@0 c10@0 c11@0",
        &expect![[r#"
        o10@0 never
        c10@0 go
        c11@0 never
    "#]],
    );
    check(
        &[10],
        "p500@0 p100@0 o1@200",
        &expect![[r#"
        o1@200 at 500
    "#]],
    );
}

#[test]
fn a_request_takes_of_all_allowances_or_of_none() {
    check(
        &[10, 60],
        "o1+50@0 o1+9@5000 o1+0@5000 o7+0@6000 o1+0@6001 c1+10@6001 c1+9@6001 o1+4@60000",
        &expect![[r#"
            o1+50@0 go
            o1+9@5000 at 60000
            o1+0@5000 go
            o7+0@6000 go
            o1+0@6001 at 60000
            c1+10@6001 go
            c1+9@6001 at 60000
            o1+4@60000 at 65000
        "#]],
    );
    check(
        &[10],
        "o1+1@0 o1@0",
        &expect![[r#"
            o1+1@0 never
            o1@0 go
        "#]],
    );
}

#[test]
fn fault_46_impossible_allowances_and_weights_are_errors() {
    for (capacity, per) in [(0, PER), (1, PER), (10, Duration::ZERO)] {
        Throttle::new(&[Allowance { capacity, per }]).expect_err("cannot work");
    }
    for n in [0, ALLOWANCES_MAX + 1] {
        let none = Throttle::new(&vec![Allowance { capacity: 10, per: PER }; n]);
        assert_eq!(none.expect_err("one to two"), ThrottleError::Number { n });
    }
    let throttle = throttle(&[60, 1_000]);
    throttle.fits(Lane::Cancel, Weight([60, 1_000])).expect("the whole bucket is a cancel's");
    let too_heavy = |weight| throttle.fits(Lane::Other, Weight(weight)).expect_err("too heavy").to_string();
    // Fault 46: for ever.
    expect!["a request of weight 300 can never be sent: 54 of 60 units are open to it"]
        .assert_eq(&too_heavy([300, 1]));
    expect!["a request of weight 901 can never be sent: 900 of 1000 units are open to it"]
        .assert_eq(&too_heavy([54, 901]));
}

#[test]
fn memory_is_bounded() {
    let mut throttle = throttle(&[1_000_000]);
    for n in 0..200_000_u64 {
        throttle.take(START + Duration::from_micros(n * 700), Lane::Other, Weight::new(1));
    }
    let n_spent = throttle.buckets[0].spent.len();
    assert!(n_spent <= GRAINS as usize + 2, "{n_spent} entries");
}

#[derive(Clone, Debug)]
struct Wish {
    after_ms: u64,
    cancel: bool,
    weight: Weight,
    pause_ms: Option<u64>,
}

fn wishes() -> impl Strategy<Value = Vec<Wish>> {
    let weight = (1..12_u32, 0..12_u32).prop_map(|(first, second)| Weight([first, second]));
    let wish = (0..20_000_u64, any::<bool>(), weight, prop::option::weighted(0.05, 1..90_000_u64))
        .prop_map(|(after_ms, cancel, weight, pause_ms)| Wish { after_ms, cancel, weight, pause_ms });
    prop::collection::vec(wish, 1..200)
}

proptest! {
    /// In no window of `per` is more spent than the capacity of any allowance, nor by other calls more than their share;
    /// nothing is granted in a pause; and what is promised for a time is granted at that time when nobody else asks.
    #[test]
    fn never_overspends(capacities in prop::array::uniform2(2..40_u32), wishes in wishes()) {
        let mut throttle = throttle(&capacities);
        let mut granted: Vec<(Timestamp, Weight, Lane)> = Vec::new();
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
        for (&(from, _, _), which) in granted.iter().flat_map(|grant| [(grant, 0), (grant, 1)]) {
            let capacity = capacities[which];
            let window = granted.iter().filter(|(at, _, _)| *at >= from && *at < from + PER);
            let spent = window.map(|(_, weight, lane)| (weight.0[which], *lane));
            let all: u32 = spent.clone().map(|(units, _)| units).sum();
            prop_assert!(all <= capacity, "{} spent of {}", all, capacity);
            let others: u32 = spent.filter(|(_, lane)| *lane == Lane::Other).map(|(units, _)| units).sum();
            prop_assert!(others < capacity, "the reserve was spent by others");
        }
    }
}
