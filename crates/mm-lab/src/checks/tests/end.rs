//! What must hold in the end.

use super::*;

#[test]
fn all_is_right() {
    let mut scene = Scene::plain();
    assert_eq!(scene.settled(), []);
    scene.fill(0, 10);
    scene.hear_fill(7, (0, 10));
    assert_eq!(scene.settled(), []);
}

#[test]
fn the_venue_is_ready() {
    let mut scene = Scene::plain();
    scene.belief.ready = false;
    assert_eq!(scene.settled(), [Check::NotReady]);
}

#[test]
fn no_order_is_unknown() {
    let mut scene = Scene::plain();
    scene.make(8, limit(1, 99)).mark(mm_model::Unsure::Outcome(at(1)));
    assert_eq!(scene.settled(), [Check::StillUnknown], "nobody knows");
    let mut scene = Scene::plain();
    scene.make(8, limit(1, 99));
    assert_eq!(scene.settled(), [Check::StillUnknown], "it is on its way for ever");
    let mut scene = Scene::plain();
    scene.fill(0, 4);
    scene.report(7, (4, ReportedStatus::Open));
    scene.belief.filled.insert(SOL.into(), SignedQty(4));
    scene.belief.positions.insert(SOL.into(), SignedQty(4));
    assert_eq!(scene.settled(), [Check::StillUnknown, Check::FillsDiffer], "by which trade?");
}

#[test]
fn every_order_stands_as_the_venue_has_it() {
    let mut scene = Scene::plain();
    scene.end(0, Fate::Cancelled);
    assert_eq!(scene.settled(), [Check::OrderDiffers], "its end was missed");
    let mut scene = Scene::plain();
    scene.fill(0, 10);
    let missed = [Check::OrderDiffers, Check::FillsDiffer, Check::FillsDiffer, Check::PositionDiffers];
    assert_eq!(scene.settled(), missed, "its fill was missed");
}

#[test]
fn every_fill_is_known_as_it_was() {
    let mut scene = Scene::plain();
    scene.fill(0, 4);
    scene.executions[0].price = Price(99);
    scene.hear_fill(7, (0, 4));
    assert_eq!(scene.settled(), [Check::FillsDiffer], "at another price");
    let mut scene = Scene::plain();
    scene.belief.filled.insert(SOL.into(), SignedQty(1));
    assert_eq!(scene.settled(), [Check::FillsDiffer], "in the sum");
}

#[test]
fn positions_and_balances_are_the_venues() {
    let mut scene = Scene::plain();
    scene.belief.positions.insert(SOL.into(), SignedQty(-1));
    assert_eq!(scene.settled(), [Check::PositionDiffers]);
    let mut scene = Scene::plain();
    scene.net = 1;
    assert_eq!(scene.settled(), [Check::PositionDiffers]);
    let mut scene = Scene::plain();
    scene.total += 10i128.pow(12) - 1;
    assert_eq!(scene.settled(), [], "no venue tells so little");
    scene.total += 1;
    assert_eq!(scene.settled(), [Check::BalanceDiffers]);
}

#[test]
fn nothing_is_left_behind() {
    let mut scene = Scene::plain();
    let left = |scene: &mut Scene| {
        let mut checker = std::mem::replace(&mut scene.checker, Checker::new("", Rules::default()));
        let found = checker.stopped(at(scene.now), (KIND, &scene.facts()));
        scene.checker = checker;
        checks(&found)
    };
    assert_eq!(left(&mut scene), [Check::LeftBehind]);
    scene.end(0, Fate::Cancelled);
    assert_eq!(left(&mut scene), []);
}
