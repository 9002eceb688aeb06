//! The smoke test on GRVT: it passes on a venue that behaves, alone and beside the others, and fails for the right reason
//! under the troubles that only this venue knows.

use std::time::Duration;

use crate::world::{Case, fails, passes};
use expect_test::{Expect, expect};
use mm_sim::{
    config::VenueKind,
    faults::{Action, Place, Rule, Schedule},
};

/// With one rule of faults it fails for these reasons.
fn fails_under(rule: Rule, want: Expect) {
    fails(&Case { faults: Schedule::of([rule]), ..Case::grvt() }, want);
}

#[test]
fn it_passes_on_three_seeds_and_both_sides() {
    for seed in 1..=3 {
        for side in [&[("side", "buy")], &[("side", "sell")]] {
            passes(&Case { seed, keys: side, ..Case::grvt() });
        }
    }
}

#[test]
fn it_passes_on_every_market() {
    for symbol in ["ETH_USDT_Perp", "SOL_USDT_Perp"] {
        passes(&Case { symbol, ..Case::grvt() });
    }
}

#[test]
fn all_three_venues_pass_side_by_side() {
    let beside = &[(VenueKind::Backpack, "SOL_USDC_PERP"), (VenueKind::Lighter, "ETH")];
    passes(&Case { beside, ..Case::grvt() });
}

#[test]
fn a_post_only_entry_passes() {
    passes(&Case { keys: &[("post_only", "true")], ..Case::grvt() });
}

#[test]
fn an_order_that_is_acknowledged_and_never_carried_out_is_told() {
    fails_under(
        Rule::new(Place::Request, Action::DropAccepted).ask("place").times(1),
        expect![[r#"
        grvt: entry on the book: open orders: REST says none of ours, the stream says ours are 9223372036854776807
        grvt: orders answered: order 9223372036854776807 got no answer, nobody knew of it for 15.0s until it was looked up: never arrived
        clean
    "#]],
    );
}

#[test]
fn a_login_that_is_over_is_renewed_and_told() {
    fails_under(
        Rule::new(Place::Request, Action::ExpireTokens)
            .ask("open_orders")
            .from(Duration::from_millis(50))
            .times(1),
        expect![[r#"
            grvt: connection: once refused for a number out of turn or a token that was over
            clean
        "#]],
    );
}

#[test]
fn an_order_whose_login_is_over_goes_again_after_the_next_and_once() {
    fails_under(
        Rule::new(Place::Request, Action::ExpireTokens).ask("place").times(1),
        expect![[r#"
        grvt: connection: once refused for a number out of turn or a token that was over
        clean
    "#]],
    );
}

#[test]
fn an_order_that_is_rejected_after_its_acknowledgement_is_posted_anew_and_shown() {
    let rule = Rule::new(Place::Request, Action::RejectAccepted).ask("place").times(1);
    let ended = passes(&Case { faults: Schedule::of([rule]), ..Case::grvt() });
    let report = format!("{:?}", ended.report);
    assert!(report.contains("BELOW_MARGIN"), "{report}");
}

#[test]
fn a_venue_that_rejects_all_that_it_acknowledges_is_told() {
    fails_under(
        Rule::new(Place::Request, Action::RejectAccepted).ask("place"),
        expect![[r#"
        grvt: entry filled: rejected: FAILED: BELOW_MARGIN; 0.000 of 0.002 BTC filled
        clean
    "#]],
    );
}

#[test]
fn a_change_of_the_book_that_is_lost_is_asked_for_and_told() {
    fails_under(
        Rule::new(Place::Frame, Action::Drop).stream("v1.book.d").from(Duration::from_millis(1_500)).times(1),
        expect![[r#"
            grvt: connection: once with a change of the book lost
            clean
        "#]],
    );
}

#[test]
fn a_socket_that_is_cut_is_opened_again_and_told() {
    fails_under(
        Rule::new(Place::Frame, Action::Disconnect).stream("v1.order").times(1),
        expect![[r#"
        grvt: connection: once lost and made again
        clean
    "#]],
    );
}
