use super::*;

const MODES: [Mode; 3] = [Mode::Active, Mode::Reducing, Mode::Halted];

/// What an order, or a change, is told in each of the modes, at a stand that was made ready by `before`.
fn check(
    what: &str,
    before: impl Fn(&mut Stand),
    act: impl Fn(&mut Stand) -> Result<(), &'static str>,
    want: [Result<(), &'static str>; 3],
) {
    let told = MODES.map(|mode| {
        let mut stand = Stand::new(units());
        before(&mut stand);
        match mode {
            Mode::Active => {}
            Mode::Reducing => stand.gate.reduce("a test"),
            Mode::Halted => stand.gate.halt("a test"),
        }
        act(&mut stand)
    });
    assert_eq!(told, want, "{what}");
}

fn order(order: NewOrder) -> impl Fn(&mut Stand) -> Result<(), &'static str> {
    move |stand| stand.place(order).map(drop)
}

fn long(stand: &mut Stand) {
    stand.trade(Side::Buy, 30, 10_000).expect("no limits");
}

fn resting(side: Side, qty: u64) -> impl Fn(&mut Stand) {
    move |stand| {
        let id = stand.place(limit(side, qty, 10_001)).expect("no limits");
        stand.open(id);
    }
}

const HALTED: Result<(), &str> = Err(code::HALTED);
const REDUCING: Result<(), &str> = Err(code::REDUCING);

#[test]
fn what_passes_in_which_mode() {
    let sell = |qty| limit(Side::Sell, qty, 10_001);
    let flat = |_: &mut Stand| {};
    check("opens", flat, order(limit(Side::Buy, 1, 10_000)), [Ok(()), REDUCING, HALTED]);
    check("adds", long, order(limit(Side::Buy, 1, 10_000)), [Ok(()), REDUCING, HALTED]);
    check("reduces", long, order(sell(29)), [Ok(()), Ok(()), HALTED]);
    check("closes", long, order(sell(30)), [Ok(()), Ok(()), HALTED]);
    check("turns", long, order(sell(31)), [Ok(()), REDUCING, HALTED]);
    check("closes at market", long, order(at_market(Side::Sell, 30)), [Ok(()), Ok(()), HALTED]);
    check("a flag alone is no proof", flat, order(reduce_only(sell(1))), [Ok(()), REDUCING, HALTED]);
    check("a flag with something to reduce", long, order(reduce_only(sell(30))), [Ok(()), Ok(()), HALTED]);
}

#[test]
fn what_is_open_counts_for_what_reduces() {
    let sell = |qty| order(limit(Side::Sell, qty, 10_001));
    let closing = |stand: &mut Stand| {
        long(stand);
        resting(Side::Sell, 20)(stand);
    };
    check("what is left", closing, sell(10), [Ok(()), Ok(()), HALTED]);
    check("more than is left", closing, sell(11), [Ok(()), REDUCING, HALTED]);
    let reduce = |stand: &mut Stand| {
        long(stand);
        stand.place(reduce_only(limit(Side::Sell, 20, 10_001))).expect("no limits");
    };
    check("with a reduce-only order", reduce, sell(11), [Ok(()), REDUCING, HALTED]);
    // The bid may be filled or not: it is no position to count on.
    let adding = |stand: &mut Stand| {
        long(stand);
        resting(Side::Buy, 5)(stand);
    };
    check("a bid is nothing to close", adding, sell(31), [Ok(()), REDUCING, HALTED]);
    // What the venue has not confirmed is no position to count on either.
    let doubtful = |stand: &mut Stand| {
        long(stand);
        stand.desk.position(MARKET, SignedQty(10));
    };
    check("the venue says less", doubtful, sell(11), [Ok(()), REDUCING, HALTED]);
    check("as much as it says", doubtful, sell(10), [Ok(()), Ok(()), HALTED]);
}

#[test]
fn what_a_modification_may_do_in_which_mode() {
    let bid = |stand: &mut Stand| resting(Side::Buy, 20)(stand);
    let first = ClientId(1);
    let change = |qty, price| move |stand: &mut Stand| stand.modify(first, qty, price);
    check("shrinks", bid, change(10, 10_001), [Ok(()), Ok(()), HALTED]);
    check("stays", bid, change(20, 10_001), [Ok(()), Ok(()), HALTED]);
    check("grows", bid, change(21, 10_001), [Ok(()), REDUCING, HALTED]);
    check("moves", bid, change(20, 10_000), [Ok(()), REDUCING, HALTED]);
    let exit = |stand: &mut Stand| {
        resting(Side::Sell, 20)(stand);
        stand.desk.position(MARKET, SignedQty(30));
        stand.desk.positions(&Snapshot { rows: Vec::new(), scope: None, complete: false }, stand.now);
        stand.trade(Side::Buy, 30, 10_000).expect("no limits");
    };
    check("an exit moves", exit, change(20, 10_002), [Ok(()), Ok(()), HALTED]);
    check("an exit grows", exit, change(30, 10_001), [Ok(()), Ok(()), HALTED]);
    check("an exit grows too far", exit, change(31, 10_001), [Ok(()), REDUCING, HALTED]);
}

#[test]
fn a_mode_only_tightens_until_somebody_resumes() {
    let gate = Gate::new();
    gate.reduce("first");
    gate.reduce("second");
    assert_eq!((gate.mode(), gate.reason()), (Mode::Reducing, "first".to_owned()));
    gate.halt("third");
    gate.reduce("fourth");
    assert_eq!((gate.mode(), gate.reason()), (Mode::Halted, "third".to_owned()));
    gate.resume();
    assert_eq!((gate.mode(), gate.reason()), (Mode::Active, String::new()));
}

#[test]
fn so_many_executions_without_anybody_looking_lead_to_reducing() {
    let repeats = Repeats { executions: 3, within: ms(1_000), then: Mode::Reducing };
    let limits = on_market(MarketLimits { repeats: Some(repeats), ..MarketLimits::default() });
    let mut stand = Stand::new(limits);
    let id = stand.place(limit(Side::Buy, 5, 10_000)).expect("active");
    stand.fill(id, 1, 10_000);
    stand.fill(id, 1, 10_000);
    stand.fill(id, 3, 10_000);
    stand.trade(Side::Buy, 5, 10_000).expect("active");
    stand.wait(1_000);
    stand.trade(Side::Buy, 5, 10_000).expect("the two before are a second old");
    stand.trade(Side::Buy, 5, 10_000).expect("active");
    assert_eq!(stand.gate.mode(), Mode::Active);
    stand.trade(Side::Buy, 5, 10_000).expect("active");
    assert_eq!(stand.gate.mode(), Mode::Reducing);
    assert!(stand.gate.reason().starts_with(code::REPEATED_EXECUTION), "{}", stand.gate.reason());
    stand.gate.resume();
    stand.trade(Side::Buy, 5, 10_000).expect("somebody looked");
    assert_eq!(stand.gate.mode(), Mode::Active);
}

#[test]
fn refusals_in_a_row_lead_to_reducing() {
    let limits = on_connector(ConnectorLimits { rejects_max: Some(3), ..ConnectorLimits::default() });
    let stand = Stand::new(limits);
    let refuse = |kind| stand.desk.refused(kind);
    use mm_model::RefusalKind::{Funds, InvalidOrder, RateLimited, WouldMatch};
    refuse(InvalidOrder);
    refuse(Funds);
    stand.desk.accepted();
    refuse(InvalidOrder);
    refuse(WouldMatch);
    refuse(RateLimited);
    refuse(InvalidOrder);
    assert_eq!(stand.gate.mode(), Mode::Active);
    refuse(InvalidOrder);
    assert_eq!(stand.gate.mode(), Mode::Reducing);
    assert!(stand.gate.reason().starts_with(code::CONSECUTIVE_REJECTS), "{}", stand.gate.reason());
}
