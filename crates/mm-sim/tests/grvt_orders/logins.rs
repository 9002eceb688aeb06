//! Fault 55: a login that is over while orders are on their way, and everything that can be wrong with the next one.

use std::time::Duration;

use mm_sim::faults::{Action, Place, Rule, Schedule};

use mm_venues::grvt::OrdersBy;

use crate::world::{Case, Ended, run};

const IN_THE_MIDDLE: Duration = Duration::from_millis(8);

/// Every login is over when the next order comes, so often; and what else is wrong then.
fn check(case: Case, times: u64, others: &[Rule]) -> Ended {
    let over = Rule::new(Place::Request, Action::ExpireTokens).ask("place").from(IN_THE_MIDDLE).times(times);
    let faults = Schedule::of([over].into_iter().chain(others.iter().cloned()));
    let ended = run(&Case { faults, ..case });
    ended.check();
    assert!(0 < ended.status.resent && 2 <= ended.wire.n_logins, "it was met");
    ended
}

/// What is wrong with the next logins.
fn login(place: Place, action: Action) -> Rule {
    Rule::new(place, action).ask("login").times(2)
}

fn status(code: u16) -> Action {
    Action::Status { code, body: String::new() }
}

#[test]
fn fault_55_a_cookie_that_ends_mid_flight_is_made_anew_and_the_orders_go_out_again_as_they_were_signed() {
    for case in Case::all() {
        let ended = check(case.clone(), 1, &[]);
        let again = ended.wire.sent.values().filter(|sent| 1 < sent.len()).count();
        assert!(0 < again, "some were sent twice, letter by letter, as all are checked to be");
        assert_eq!(ended.unknown, 0, "that nothing came of the first sending is certain");
        // A socket whose login is over goes, and nothing is placed until the next one is up.
        assert!(ended.not_sent == 0 || case.orders_by == OrdersBy::Socket);
        assert_eq!(ended.wire.n_logins, 2, "once");
    }
}

#[test]
fn fault_55_cookies_that_end_again_and_again_cost_no_order() {
    for case in Case::all() {
        check(Case { orders: 6, pause: Duration::from_millis(700), ..case }, 4, &[]);
    }
}

#[test]
fn fault_55_a_login_that_fails_hangs_or_is_refused_is_tried_again() {
    let troubles = [
        login(Place::Request, status(503)),
        login(Place::Request, status(401)),
        login(Place::Request, Action::Drop),
        login(Place::Reply, Action::Drop),
        login(Place::Reply, Action::Corrupt),
        login(Place::Reply, Action::Delay { ms: 3_000 }),
        login(Place::Request, Action::RateLimit { retry_after_s: 2 }),
    ];
    for (trouble, case) in troubles.iter().zip(Case::all().collect::<Vec<_>>().iter().cycle()) {
        check(case.clone(), 1, std::slice::from_ref(trouble));
    }
}

#[test]
fn fault_55_a_cookie_is_renewed_before_it_ends() {
    // The login after the first is given out as if a day less two minutes ago.
    let short =
        Rule::new(Place::Request, Action::Skew { ms: -(24 * 3600 - 120) * 1_000 }).ask("login").times(1);
    for case in Case::all().step_by(3) {
        let slow = Case { tasks: 3, orders: 6, pause: Duration::from_secs(25), ..case };
        let ended = check(slow, 1, std::slice::from_ref(&short));
        assert_eq!(ended.wire.n_logins, 3, "at four fifths of its life, and for good");
        assert!(ended.status.resent <= 3 && ended.not_sent == 0, "nobody met the end of it");
    }
}
