//! The smoke test passes on a venue that behaves, on every market and both sides, and fails with the right reason on
//! one that does not; and whatever happens it leaves the account as it found it, where that can be done at all.

use std::time::Duration;

use crate::world::{Case, fails, passes, passes_on_three_seeds_and_both_sides, place, run, start_and_run};
use expect_test::expect;
use mm_sim::{
    config::VenueKind,
    control::{CrowdAction, CrowdCommand},
    faults::{Action, Lie, Place, Rule, Schedule},
};

#[test]
fn it_passes_on_three_seeds_and_both_sides() {
    passes_on_three_seeds_and_both_sides(Case::default);
}

#[test]
fn it_passes_on_every_perpetual() {
    for symbol in ["BTC_USDC_PERP", "ETH_USDC_PERP", "BONK_USDC_PERP"] {
        passes(&Case { symbol, ..Case::default() });
    }
}

#[test]
fn on_spot_it_sells_exactly_what_it_bought() {
    for symbol in ["SOL_USDC", "ETH_USDC"] {
        let ended = passes(&Case { symbol, ..Case::default() });
        let base = symbol.split('_').next().expect("a base");
        assert_eq!(ended.before.balances.get(base), ended.after.balances.get(base), "{symbol}");
    }
}

#[test]
fn fault_69_somebody_elses_position_and_orders_are_not_touched() {
    let ended = passes(&Case {
        before: |control| {
            // Long one SOL that the test did not buy, and a bid far away that it did not place.
            place(control, "bob", ["SOL_USDC_PERP", "sell", "150.50", "5"]);
            place(control, "alice", ["SOL_USDC_PERP", "buy", "150.50", "5"]);
            place(control, "alice", ["SOL_USDC_PERP", "buy", "140.00", "3"]);
        },
        ..Case::default()
    });
    assert!(!ended.after.positions.is_empty() && ended.after.open_orders.len() == 1);
}

#[test]
fn it_does_not_trade_into_a_position_the_other_way() {
    let case = Case {
        before: |control| {
            place(control, "bob", ["SOL_USDC_PERP", "sell", "150.50", "5"]);
            place(control, "alice", ["SOL_USDC_PERP", "buy", "150.50", "5"]);
        },
        keys: &[("side", "sell")],
        ..Case::default()
    };
    let ended = fails(
        &case,
        expect![[r#"
        backpack: account before: the account holds +5.00 SOL here and a test that goes short would cut into it: close it, turn the side, or choose another market
        clean
    "#]],
    );
    assert!(ended.report.connectors[0].orders.is_empty());
}

#[test]
fn on_spot_it_sells_first_only_what_is_there() {
    fails(
        &Case { symbol: "SOL_USDC", keys: &[("side", "sell")], ..Case::default() },
        expect![[r#"
        backpack: account before: the account holds 0 SOL and a test that sells first needs 0.02 SOL: turn the side, or deposit some
        clean
    "#]],
    );
    let bought = |control: &mm_sim::Control| {
        place(control, "bob", ["SOL_USDC", "buy", "140.00", "1"]);
        place(control, "alice", ["SOL_USDC", "buy", "151.00", "1"]);
    };
    passes(&Case { symbol: "SOL_USDC", keys: &[("side", "sell")], before: bought, ..Case::default() });
}

/// The crowd leaves resting orders of clients alone.
fn never_fill(control: &mm_sim::Control) {
    let command = CrowdCommand {
        venue: VenueKind::Backpack,
        market: "SOL_USDC_PERP".into(),
        action: CrowdAction::NeverFill,
    };
    control.crowd(&command).expect("there is a crowd");
}

#[test]
fn never_filled() {
    let case = Case { before: never_fill, keys: &[("tracking_timeout_secs", "5")], ..Case::default() };
    let ended = fails(
        &case,
        expect![[r#"
        backpack: entry filled: timed out after 2 orders, 0.00 of 0.01 SOL filled
        clean
    "#]],
    );
    assert!(ended.took < Duration::from_secs(15), "{:?}", ended.took);
}

#[test]
fn the_answer_to_an_order_is_lost() {
    let faults = Schedule::of([Rule::new(Place::Reply, Action::Drop).ask("place").times(1)]);
    fails(
        &Case { faults, ..Case::default() },
        expect![[r#"
        backpack: connection: once without the answer to a request
        clean
    "#]],
    );
}

#[test]
fn no_answer_to_any_order() {
    let faults = Schedule::of([Rule::new(Place::Reply, Action::Drop).ask("place")]);
    fails(
        &Case { faults, ..Case::default() },
        expect![[r#"
        backpack: connection: 2 times without the answer to a request
        clean
    "#]],
    );
}

#[test]
fn orders_never_arrive() {
    let faults = Schedule::of([Rule::new(Place::Request, Action::Drop).ask("place")]);
    fails(
        &Case { faults, ..Case::default() },
        expect![[r#"
            backpack: entry filled: timed out after 3 orders, 0.00 of 0.01 SOL filled
            backpack: entry on the book: open orders: REST says none of ours, the stream says ours are 1000
            backpack: orders answered: order 1000 got no answer, nobody knew of it for 9.0s until it was looked up: never arrived
            backpack: connection: 3 times without the answer to a request
            clean
        "#]],
    );
}

#[test]
fn fault_35_rest_tells_a_wrong_position() {
    let positions = [("SOL_USDC_PERP".to_owned(), "1".to_owned())].into();
    let lie = Action::Lie(Lie { positions, open_orders: None });
    let faults = Schedule::of([Rule::new(Place::Reply, lie).ask("positions")]);
    fails(
        &Case { faults, ..Case::default() },
        expect![[r#"
            backpack: position held: REST says +1.00 SOL, the stream says +0.01 SOL, our fills make it +1.01 SOL (before the test: +1.00 SOL)
            backpack: account after: REST says +1.00 SOL, the stream says flat, our fills make it +1.00 SOL (before the test: +1.00 SOL)
            backpack: nothing left behind: REST says +1.00 SOL, the stream says flat, our fills make it +1.00 SOL (before the test: +1.00 SOL); look at the account and take it back by hand
            clean
        "#]],
    );
}

#[test]
fn a_cancel_is_acknowledged_and_not_done() {
    let case = Case {
        before: never_fill,
        faults: Schedule::of([
            Rule::new(Place::Request, Action::IgnoreCancel).ask("cancel"),
            Rule::new(Place::Request, Action::IgnoreCancel).ask("cancel_all"),
        ]),
        keys: &[("tracking_timeout_secs", "5")],
        ..Case::default()
    };
    fails(
        &case,
        expect![[r#"
        backpack: entry filled: the end of order 1000 could not be proven: look at the venue; 0.00 of 0.01 SOL filled
        backpack: nothing left behind: order 1000 is still OPEN; look at the account and take it back by hand
        NOT CLEAN
    "#]],
    );
}

#[test]
fn the_connection_is_cut_while_an_order_rests() {
    let mut cut = Rule::new(Place::Connection, Action::Disconnect).times(1);
    cut.from_ns = 300_000_000;
    fails(
        &Case { faults: Schedule::of([cut]), ..Case::default() },
        expect![[r#"
            backpack: connection: once lost and made again
            clean
        "#]],
    );
}

#[test]
fn a_symbol_that_the_venue_does_not_list_fails_the_start_by_its_name() {
    let started = start_and_run(&Case { symbol: "SOL_USDT_PERP", ..Case::default() });
    let why = started.err().expect("it cannot start").to_string();
    expect!["connector 'backpack' stopped: the venue lists no market 'SOL_USDT_PERP'"].assert_eq(&why);
}

#[test]
fn stopped_in_the_middle_it_cleans_up() {
    let case = Case { stop_after: Some(Duration::from_millis(200)), ..Case::default() };
    fails(
        &case,
        expect![[r#"
        backpack: entry filled: stopped before it was done
        clean
    "#]],
    );
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let (one, two) = (run(&Case::default()), run(&Case::default()));
    assert_eq!(one.report, two.report);
    assert_eq!(one.progress, two.progress);
}
