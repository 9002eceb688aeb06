//! Whole runs: the same seed gives the same event log, byte for byte, and nothing is lost.

use std::{collections::BTreeSet, time::Duration};

use mm_lab::{Case, Load, Verdict, faults::profile, run};

fn case(seed: u64, faults: &str) -> Case {
    Case {
        seed,
        trading: Duration::from_secs(10),
        profile: profile(faults).expect("a profile"),
        venues: Vec::new(),
        load: Load::DEFAULT,
        keeps_log: true,
    }
}

fn told(verdict: &Verdict) -> String {
    let lines = verdict.violations.iter().map(|violation| format!("seed {}: {violation}\n", verdict.seed));
    lines.collect()
}

#[test]
fn the_same_seed_gives_the_same_event_log_byte_for_byte() {
    let mut digests = BTreeSet::new();
    for (seed, faults) in [(1, "none"), (2, "storm"), (3, "crash")] {
        let [first, second] = [(); 2].map(|()| run(&case(seed, faults)));
        assert!(first.n_lines > 1_000, "{faults} {seed}: {} lines", first.n_lines);
        assert_eq!(first.digest, second.digest, "{faults} {seed}");
        assert_eq!(first.log, second.log, "{faults} {seed}");
        digests.insert(first.digest);
    }
    assert_eq!(digests.len(), 3, "another seed is another run");
}

#[test]
fn nothing_is_lost_when_nothing_goes_wrong() {
    for seed in 1..=2 {
        let verdict = run(&case(seed, "none"));
        assert!(verdict.passed(), "{}", told(&verdict));
        assert!(0 < verdict.totals.fills, "it traded: {:?}", verdict.totals);
        assert!(verdict.totals.strikes.is_empty());
    }
}
