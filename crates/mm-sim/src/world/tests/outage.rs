//! What happens to a venue as a whole, and rubbish on the way: each is seen to strike, and to be counted.

use mm_venues::client::LinkId;

use super::*;
use crate::config::VenueKind;
use crate::faults::{AtRestart, Direction, Feed, Rubbish};

const SEC: Duration = Duration::from_secs(1);

fn held(action: Action) -> Rule {
    Rule::new(Place::Venue, action).at(VenueKind::Backpack).from(SEC).until(4 * SEC)
}

/// A trader to whom nothing has happened yet; a second later it has.
fn about_to(action: Action) -> Trader {
    Trader::with_faults([held(action)])
}

fn n_struck(trader: &Trader, kind: &str) -> u64 {
    trader.world.strikes().get(kind).copied().unwrap_or(0)
}

fn wait(trader: &mut Trader, length: Duration) -> Vec<String> {
    trader.hear(length)
}

fn n_books(heard: &[String]) -> usize {
    heard.iter().filter(|line| line.contains("\"stream\":\"depth.")).count()
}

#[test]
fn requests_are_lost_in_a_partition_or_carried_out_unheard() {
    for (direction, n_open) in [(Direction::Both, 0), (Direction::ToVenue, 0), (Direction::FromVenue, 1)] {
        let mut trader = about_to(Action::Partition { direction });
        wait(&mut trader, SEC);
        let place = trader.placement();
        assert_eq!(trader.ask(&place), Came::Nothing, "{direction:?}");
        assert_eq!(trader.n_open(), n_open, "{direction:?}");
        assert_eq!(n_struck(&trader, "partition"), 1, "{direction:?}: counted once");
        trader.now = trader.now + 4 * SEC;
        let again = trader.placement();
        assert!(is_order(&trader.ask(&again)), "{direction:?}: it is over");
    }
}

#[test]
fn sockets_stand_through_a_partition_and_hear_late_what_was_said() {
    let mut trader = about_to(Action::Partition { direction: Direction::FromVenue });
    trader.open();
    assert!(2 < n_books(&wait(&mut trader, SEC)));
    let meanwhile = wait(&mut trader, Duration::from_millis(2_900));
    assert_eq!(n_books(&meanwhile), 0, "{meanwhile:?}");
    let late = wait(&mut trader, Duration::from_millis(200));
    assert!(5 < n_books(&late), "all at once: {}", late.len());
    assert!(!late.iter().any(|line| line.contains("Cut")));
}

#[test]
fn what_a_socket_says_in_a_partition_arrives_late() {
    let mut trader =
        Trader::with_faults([
            Rule::new(Place::Venue, Action::Partition { direction: Direction::ToVenue }).until(2 * SEC)
        ]);
    trader.open();
    assert_eq!(n_books(&wait(&mut trader, Duration::from_millis(1_900))), 0, "not subscribed yet");
    assert!(2 < n_books(&wait(&mut trader, SEC)));
}

#[test]
fn a_venue_that_restarts_cuts_refuses_and_comes_back() {
    for (orders, n_open) in [(AtRestart::Kept, 1), (AtRestart::Cancelled, 0)] {
        let mut trader = about_to(Action::Restart { orders });
        let place = trader.placement();
        assert!(is_order(&trader.ask(&place)));
        let conn = trader.open();
        let heard = wait(&mut trader, SEC);
        assert!(heard.last().unwrap().ends_with(&format!("CutSocket({conn:?})")), "{orders:?}: {heard:?}");
        assert_eq!(trader.n_open(), n_open, "{orders:?}");
        let again = trader.placement();
        let came = format!("{:?}", trader.ask(&again));
        assert!(came.contains("OutcomeUnknown"), "{orders:?}: {came}");
        let opening = Opening { venue: HERE, conn: ConnId(99), request: Request::default() };
        let admission = trader.world.open(trader.now, opening);
        assert!(matches!(admission, Admission::Refused(Reply { status: 503, .. })), "{admission:?}");
        trader.now = trader.now + 3 * SEC;
        let again = trader.placement();
        assert!(is_order(&trader.ask(&again)), "{orders:?}: it is back");
        trader.open();
        assert!(2 < n_books(&wait(&mut trader, SEC)));
        assert_eq!(n_struck(&trader, "restart"), 1);
    }
}

#[test]
fn the_venues_clock_steps_there_and_back() {
    let mut trader = about_to(Action::Clock { ms: 400_000 });
    let ask = |trader: &mut Trader| {
        let place = trader.placement();
        format!("{:?}", trader.ask(&place))
    };
    assert!(ask(&mut trader).contains("Order"));
    assert_eq!(n_struck(&trader, "clock"), 0);
    wait(&mut trader, SEC);
    assert!(ask(&mut trader).contains("Refused"), "the signature is too old by its clock");
    assert_eq!(n_struck(&trader, "clock"), 1);
    wait(&mut trader, 4 * SEC);
    assert!(ask(&mut trader).contains("Order"));
}

#[test]
fn what_a_venue_does_not_know_does_not_strike() {
    let config = || SimConfig { venues: vec![VenueKind::Backpack], ..SimConfig::default() };
    let mut trader = Trader::new(config());
    let rules = [Rule::new(Place::Venue, Action::SkipNonce), Rule::new(Place::Request, Action::SkipNonce)];
    trader.world.set_faults(trader.now, Schedule::of(rules)).unwrap();
    let place = trader.placement();
    assert!(is_order(&trader.ask(&place)));
    assert!(trader.world.strikes().is_empty(), "{:?}", trader.world.strikes());
}

#[test]
fn a_feed_goes_stale_while_its_socket_lives() {
    let stale =
        Rule::new(Place::Frame, Action::Drop).feed(Feed::Book).from(SEC).until(3 * SEC).named("stale_feed");
    let mut trader = Trader::with_faults([stale]);
    let conn = trader.open();
    assert!(2 < n_books(&wait(&mut trader, SEC)));
    trader.world.ping(trader.now, conn, Bytes::new());
    let silent = wait(&mut trader, Duration::from_millis(1_900));
    assert_eq!(n_books(&silent), 0);
    assert!(silent.iter().any(|line| line.contains("Pong")), "{silent:?}");
    assert!(
        silent.iter().any(|line| line.contains("\"stream\":\"trade.")),
        "other streams go on: {silent:?}"
    );
    assert!(2 < n_books(&wait(&mut trader, SEC)));
    assert!(5 < n_struck(&trader, "stale_feed"));
}

#[test]
fn rubbish_comes_before_a_frame_and_is_no_message() {
    for of in [Rubbish::Random, Rubbish::NotUtf8, Rubbish::Html, Rubbish::Nested] {
        let rule = Rule::new(Place::Frame, Action::Garbage { of }).feed(Feed::Book).times(3);
        let mut trader = Trader::with_faults([rule]);
        trader.open();
        let mut n_rubbish = 0;
        let end = trader.now + SEC;
        while let Some(next) = trader.world.next_wake().filter(|next| *next <= end) {
            trader.now = next;
            trader.world.advance(next);
            for delivery in trader.taken() {
                let Delivery::Frame(_, bytes) = delivery else { continue };
                let now = trader.now;
                let heard =
                    trader.client.frame(now, LinkId(0), &bytes, &mut mm_venues::client::Heard::default());
                n_rubbish += usize::from(heard.is_err());
                assert_eq!(std::str::from_utf8(&bytes).is_err(), of == Rubbish::NotUtf8 && heard.is_err());
            }
        }
        assert_eq!((n_rubbish, n_struck(&trader, "garbage")), (3, 3), "{of:?}");
    }
}

#[test]
fn a_reply_of_rubbish_proves_nothing() {
    for of in [Rubbish::Random, Rubbish::NotUtf8, Rubbish::Html, Rubbish::Nested] {
        let rule = Rule::new(Place::Reply, Action::Garbage { of }).ask("place").times(1);
        let mut trader = Trader::with_faults([rule]);
        let place = trader.placement();
        let came = format!("{:?}", trader.ask(&place));
        assert!(came.contains("OutcomeUnknown"), "{of:?}: {came}");
        assert_eq!(trader.n_open(), 1);
    }
}

#[test]
fn a_pause_may_be_told_as_a_date() {
    let rule = Rule::new(Place::Request, Action::RateLimitUntil { after_s: 7 }).ask("place");
    let mut trader = Trader::with_faults([rule]);
    let place = trader.placement();
    let Came::Failed(CallError::Refused(refusal)) = trader.ask(&place) else { panic!("it is refused") };
    assert_eq!(refusal.retry_after, Some(7 * SEC));
}
