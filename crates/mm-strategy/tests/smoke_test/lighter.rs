//! The smoke test on Lighter: it passes on a venue that behaves, alone and beside Backpack, and fails for the right reason
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
    fails(&Case::lighter().under(rule), want);
}

#[test]
fn it_passes_on_three_seeds_and_both_sides() {
    passes_on_three_seeds_and_both_sides(Case::lighter);
}

#[test]
fn it_passes_on_every_market() {
    for symbol in ["BTC", "SOL", "ETH/USDC"] {
        passes(&Case { symbol, ..Case::lighter() });
    }
}

#[test]
fn it_passes_beside_backpack() {
    passes(&Case { beside: &[(VenueKind::Backpack, "SOL_USDC_PERP")], ..Case::lighter() });
}

#[test]
fn an_order_that_the_sequencer_drops_is_told() {
    fails_under(
        Rule::new(Place::Request, Action::DropAccepted).ask("place").times(1),
        expect![[r#"
            lighter: entry filled: timed out after 1 order, 0.0000 of 0.0050 ETH filled
            lighter: entry on the book: open orders: REST says none of ours, the stream says ours are 1000
            lighter: orders answered: order 1000 got no answer, nobody knew of it for 33.0s until it was looked up: never arrived
            clean
        "#]],
    );
}

#[test]
fn a_number_out_of_turn_is_mended_and_told() {
    fails_under(
        Rule::new(Place::Request, Action::SkipNonce).ask("place").times(1),
        expect![[r#"
        lighter: connection: once refused for a number out of turn or a token that was over
        clean
    "#]],
    );
}

#[test]
fn a_token_that_is_over_is_renewed_and_told() {
    fails_under(
        Rule::new(Place::Request, Action::ExpireTokens)
            .ask("open_orders")
            .from(Duration::from_millis(50))
            .times(1),
        expect![[r#"
            lighter: connection: once refused for a number out of turn or a token that was over
            clean
        "#]],
    );
}

#[test]
fn a_change_of_the_book_that_is_lost_is_asked_for_and_told() {
    fails_under(
        Rule::new(Place::Frame, Action::Drop).stream("order_book").from(Duration::from_millis(100)).times(1),
        expect![[r#"
            lighter: connection: once with a change of the book lost
            clean
        "#]],
    );
}
