//! The smoke test on GRVT: it passes on a venue that behaves, alone and beside the others, and fails for the right reason
//! under the troubles that only this venue knows.

use std::time::Duration;

use crate::world::{Case, fails, passes, passes_on_three_seeds_and_both_sides};
use expect_test::{Expect, expect};
use mm_sim::{
    config::VenueKind,
    faults::{Action, Place, Rule},
};

/// With one rule of faults it fails for these reasons.
fn fails_under(rule: Rule, want: Expect) {
    fails(&Case::grvt().under(rule), want);
}

#[test]
fn it_passes_on_three_seeds_and_both_sides() {
    passes_on_three_seeds_and_both_sides(Case::grvt);
}

#[test]
fn it_passes_on_every_market() {
    for symbol in ["ETH_USDT_Perp", "SOL_USDT_Perp"] {
        passes(&Case { symbol, ..Case::grvt() });
    }
}

const OTHERS: &[(VenueKind, &str)] = &[(VenueKind::Backpack, "SOL_USDC_PERP"), (VenueKind::Lighter, "ETH")];

#[test]
fn all_three_venues_pass_side_by_side() {
    passes(&Case { beside: OTHERS, ..Case::grvt() });
}

#[test]
fn one_venue_in_trouble_fails_the_test_and_the_others_are_taken_to_their_end() {
    let rule = Rule {
        venue: Some(VenueKind::Grvt),
        ..Rule::new(Place::Request, Action::RejectAccepted).ask("place")
    };
    let ended = fails(
        &Case { beside: OTHERS, ..Case::grvt().under(rule) },
        expect![[r#"
        grvt: entry filled: rejected: FAILED: BELOW_MARGIN; 0.000 of 0.002 BTC filled
        clean
    "#]],
    );
    let passed = ended.report.connectors.iter().filter(|connector| connector.passed).count();
    assert_eq!(passed, 2, "{:?}", ended.report);
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
        grvt: orders answered: order 9223372036854776807 got no answer, nobody knew of it for 13.0s until it was looked up: never arrived
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
            grvt: orders answered: order 9223372036854776807 got no answer, nobody knew of it for 0.0ns until it was looked up: open
            grvt: connection: once lost and made again, 2 times refused for a number out of turn or a token that was over
            clean
        "#]],
    );
}

#[test]
fn an_order_whose_login_is_over_goes_again_after_the_next_and_once() {
    fails_under(
        Rule::new(Place::Request, Action::ExpireTokens).ask("place").times(1),
        expect![[r#"
            grvt: orders answered: order 9223372036854776807 got no answer, nobody knew of it for 0.0ns until it was looked up: open
            grvt: connection: once lost and made again, 2 times refused for a number out of turn or a token that was over
            clean
        "#]],
    );
}

#[test]
fn an_order_that_is_rejected_after_its_acknowledgement_is_posted_anew_and_shown() {
    let rule = Rule::new(Place::Request, Action::RejectAccepted).ask("place").times(1);
    let ended = passes(&Case::grvt().under(rule));
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
