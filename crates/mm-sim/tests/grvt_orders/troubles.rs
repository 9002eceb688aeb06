//! One trouble at a time.

use std::time::Duration;

use mm_sim::faults::{Action, Place, Rule, Schedule};

use crate::world::{ACCOUNT, Case, Ended, run};

/// Everybody is trading by then.
const IN_THE_MIDDLE: Duration = Duration::from_millis(8);

fn after(place: Place, action: Action) -> Rule {
    Rule::new(place, action).from(IN_THE_MIDDLE).times(2)
}

/// The trouble comes to us alone, by both ways and in both encodings.
fn under(rules: &[Rule]) -> Vec<Ended> {
    let faults = Schedule::of(rules.iter().map(|rule| rule.clone().account(ACCOUNT)));
    Case::all()
        .map(|case| {
            let ended = run(&Case { faults: faults.clone(), ..case });
            ended.check();
            ended
        })
        .collect()
}

#[test]
fn nothing_goes_wrong() {
    for case in Case::all() {
        let t = std::time::Instant::now();
        let ended = run(&case);
        ended.check();
        assert_eq!((ended.not_sent, ended.unknown), (0, 0));
        eprintln!("{:?} {:?} {:?}", t.elapsed(), ended.took, ended.rejected);
        eprintln!("{:?}", ended.believed.status);
    }
}

#[test]
fn xx() {
    under(&[after(Place::Request, Action::Drop).ask("place")]);
}
