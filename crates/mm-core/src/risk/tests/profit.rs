use super::*;

fn losses(daily: Option<Money>, drawdown: Option<Money>) -> Limits {
    let losses = LossLimits { daily_max: daily, drawdown_max: drawdown, then: Mode::Halted };
    Limits { losses, ..units() }
}

/// The market is at `price`.
fn mark(stand: &Stand, price: i64) {
    stand.desk.mark(stand.now, MARKET, (Price(price), Price(price)));
}

fn word(stand: &Stand) -> String {
    stand.gate.reason().split(':').next().unwrap_or_default().to_owned()
}

#[test]
fn realised_and_unrealised_with_fees() {
    let mut stand = Stand::new(units());
    let id = stand.place(limit(Side::Buy, 100, 10_000)).expect("no limits");
    stand.fill_for(id, (100, 10_000), cents(5));
    mark(&stand, 10_100);
    assert_eq!(stand.gate.profit(), cents(95));
    stand.trade(Side::Sell, 50, 10_200).expect("no limits");
    mark(&stand, 10_300);
    assert_eq!(stand.gate.profit(), cents(-5 + 100 + 150));
    stand.desk.position(MARKET, SignedQty(1_000_000));
    mark(&stand, 10_300);
    assert_eq!(stand.gate.profit(), cents(245), "what others trade, or pay in, is none of ours");
}

#[test]
fn a_fee_in_the_base_asset_is_worth_what_was_paid() {
    let mut stand = Stand::new(units());
    let id = stand.place(limit(Side::Buy, 100, 10_000)).expect("no limits");
    let order = stand.order_of(id);
    let fill = Fill {
        trade_id: TradeId::from_number(1),
        client_id: Some(id),
        venue_id: VenueOrderId::from_number(1),
        market: MARKET,
        side: order.side,
        price: Price(10_000),
        qty: Qty(100),
        fee: Money(10_i128.pow(15)),
        fee_asset: "SOL".into(),
        liquidity: Liquidity::Taker,
        at: Timestamp::ZERO,
    };
    stand.orders.fill(stand.now, &fill);
    mark(&stand, 10_000);
    assert_eq!(stand.gate.profit(), cents(-10), "a thousandth of a coin at 100 dollars");
}

#[test]
fn the_days_loss_halts_when_it_is_reached() {
    for (price, mode) in [(9_901, Mode::Active), (9_900, Mode::Halted), (9_899, Mode::Halted)] {
        let mut stand = Stand::new(losses(Some(dollars(1)), None));
        stand.trade(Side::Buy, 100, 10_000).expect("no limits");
        mark(&stand, price);
        assert_eq!(stand.gate.mode(), mode, "{price}");
    }
}

#[test]
fn a_day_begins_at_midnight_utc() {
    let mut stand = Stand::new(losses(Some(dollars(1)), None));
    stand.trade(Side::Buy, 100, 10_000).expect("no limits");
    mark(&stand, 9_910);
    let to_midnight = 86_400_000 - stand.now.ms() % 86_400_000;
    stand.wait(to_midnight - 1);
    mark(&stand, 9_901);
    assert_eq!(stand.gate.mode(), Mode::Active);
    stand.wait(1);
    mark(&stand, 9_802);
    assert_eq!(stand.gate.mode(), Mode::Active, "99 cents since midnight");
    mark(&stand, 9_801);
    assert_eq!((stand.gate.mode(), word(&stand)), (Mode::Halted, code::DAILY_LOSS.to_owned()));
}

/// A peak of 23 with 10 to lose stops at 13, not at minus 10 (wanted.md, 33).
#[test]
fn drawdown_is_counted_from_the_peak() {
    let mut stand = Stand::new(losses(None, Some(dollars(10))));
    stand.trade(Side::Buy, 1_000, 10_000).expect("no limits");
    mark(&stand, 10_230);
    mark(&stand, 10_131);
    assert_eq!(stand.gate.mode(), Mode::Active);
    mark(&stand, 10_130);
    assert_eq!((stand.gate.mode(), word(&stand)), (Mode::Halted, code::DRAWDOWN.to_owned()));
    stand.gate.resume();
    mark(&stand, 10_130);
    assert_eq!(stand.gate.mode(), Mode::Halted, "resuming forgets no loss");
}

#[test]
fn peak_and_day_survive_a_restart() {
    let limits = losses(Some(dollars(30)), Some(dollars(10)));
    let mut stand = Stand::new(limits.clone());
    stand.trade(Side::Buy, 1_000, 10_000).expect("no limits");
    mark(&stand, 10_230);
    mark(&stand, 10_200);
    let saved = stand.saved();
    assert_eq!(saved.to_string().parse(), Ok(saved.clone()));
    for (price, mode) in [(10_131, Mode::Active), (10_130, Mode::Halted)] {
        let again = Stand::after(&limits, Timestamp::ZERO, &saved);
        assert_eq!(again.gate.profit(), dollars(20), "as it was");
        mark(&again, price);
        assert_eq!(again.gate.mode(), mode, "{price}");
        assert_eq!(again.saved().peak, dollars(23));
    }
}

#[test]
fn a_restart_gives_no_fresh_allowance_and_a_new_day_does() {
    let limits = losses(Some(dollars(1)), None);
    let mut stand = Stand::new(limits.clone());
    stand.trade(Side::Buy, 100, 10_000).expect("no limits");
    mark(&stand, 9_910);
    let mut saved = stand.saved();
    let again = Stand::after(&limits, Timestamp::ZERO, &saved);
    mark(&again, 9_901);
    assert_eq!(again.gate.mode(), Mode::Active, "99 cents since midnight");
    mark(&again, 9_900);
    assert_eq!((again.gate.mode(), word(&again)), (Mode::Halted, code::DAILY_LOSS.to_owned()));
    // The day before: what was lost then counts no more, what is lost overnight does.
    saved.day -= 1;
    let next_day = Stand::after(&limits, Timestamp::ZERO, &saved);
    mark(&next_day, 9_811);
    assert_eq!(next_day.gate.mode(), Mode::Active);
    mark(&next_day, 9_810);
    assert_eq!(next_day.gate.mode(), Mode::Halted);
}

#[test]
fn what_was_closed_stays_closed_until_a_person_opens_it() {
    let mut stand = Stand::new(losses(Some(dollars(1)), None));
    stand.trade(Side::Buy, 100, 10_000).expect("no limits");
    stand.desk.impossible(stand.now, MARKET, "one trade,\n\ttold in two ways");
    mark(&stand, 9_900);
    let (saved, closed_at) = (stand.saved(), stand.now);
    assert_eq!(saved.to_string().parse::<RiskState>().expect("read").closure.mode, Mode::Halted);
    // With room again, but nobody looked.
    let wider = losses(Some(dollars(2)), None);
    let mut again = Stand::after(&wider, Timestamp::ZERO, &saved);
    assert_eq!((again.gate.mode(), word(&again)), (Mode::Halted, code::DAILY_LOSS.to_owned()));
    assert_eq!(again.place(limit(Side::Sell, 1, 10_001)), Err(code::HALTED));
    assert_eq!(again.saved().closure, saved.closure, "since then, for the same reason");
    let mut before = Stand::after(&wider, Timestamp(closed_at.0 - 1), &saved);
    assert_eq!(before.place(limit(Side::Sell, 1, 10_001)), Err(code::HALTED), "opened before it closed");
    let mut resumed = Stand::after(&wider, closed_at, &saved);
    resumed.place(limit(Side::Sell, 1, 10_001)).expect("the market, too");
    // In the same process.
    again.gate.resume();
    assert_eq!(again.saved().closure, Default::default());
    again.place(limit(Side::Sell, 1, 10_001)).expect("opened");
    // A loss that is still there closes it again.
    let tight = Stand::after(&losses(Some(dollars(1)), None), closed_at, &saved);
    assert_eq!(tight.gate.mode(), Mode::Active);
    mark(&tight, 9_900);
    assert_eq!(tight.gate.mode(), Mode::Halted);
}

#[test]
fn a_kill_keeps_its_own_record() {
    let stand = Stand::new(units());
    stand.gate.reduce("somebody wants it");
    stand.gate.halt_this_process("killed");
    assert_eq!(stand.gate.mode(), Mode::Halted);
    assert_eq!(stand.saved().closure.mode, Mode::Reducing);
}

#[test]
fn what_cannot_be_read_closes_the_gate() {
    let mut stand = Stand::new(units());
    stand.trade(Side::Buy, 100, 10_000).expect("no limits");
    let whole = stand.saved().to_string();
    let ends = (0..whole.len()).filter(|end| whole.is_char_boundary(*end));
    for text in ends.map(|end| &whole[..end]).chain(["mm-bot risk state 0\nend"]) {
        let gate = Gate::new();
        gate.desk("fake").restore(text, stand.now);
        assert_eq!(gate.mode(), Mode::Halted, "{text}");
    }
}

/// Parts are summed again whoever else is there: two accounts that stood at their own best never stand better together.
#[test]
fn each_account_keeps_its_own_part() {
    let limits = losses(None, Some(dollars(10)));
    let mut one = Stand::new(limits.clone());
    let mut two = Stand::at(&one.gate, "other");
    one.trade(Side::Buy, 1_000, 10_000).expect("no limits");
    two.trade(Side::Sell, 500, 10_000).expect("no limits");
    mark(&one, 10_100);
    mark(&two, 10_080);
    assert_eq!(one.gate.profit(), dollars(6));
    let parts = [one.saved(), two.saved()];
    assert_eq!(parts.each_ref().map(|part| part.peak), [dollars(10), dollars(0)]);
    let gate = Gate::with(limits);
    for (name, part) in [("fake", &parts[0]), ("renamed", &parts[1])] {
        gate.desk(name).restore(&part.to_string(), one.now);
    }
    assert_eq!((gate.profit(), gate.ledger().profit.peak), (dollars(6), dollars(10)));
}
