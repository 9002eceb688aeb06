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
    let saved = stand.gate.state();
    assert_eq!(saved.to_string().parse(), Ok(saved.clone()));
    for (price, mode) in [(10_131, Mode::Active), (10_130, Mode::Halted)] {
        let gate = Gate::with(limits.clone());
        gate.restore(saved.clone());
        assert_eq!(gate.profit(), dollars(20), "before any market is known");
        let again = Stand::at(&gate, "fake");
        mark(&again, price);
        assert_eq!(gate.mode(), mode, "{price}");
        assert_eq!(gate.state().peak, dollars(23));
    }
}
