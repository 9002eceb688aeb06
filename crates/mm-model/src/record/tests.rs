use proptest::prelude::*;

use super::*;
use crate::{Exposure, Liquidity, MarketId, Money, OrderKind, Price, Side, TimeInForce};

const MARKET: MarketId = MarketId(0);
const QTY: u64 = 10;

fn new() -> OrderRecord {
    let kind = OrderKind::Limit { price: Price(100), time_in_force: TimeInForce::Gtc };
    let order = NewOrder { market: MARKET, side: Side::Buy, qty: Qty(QTY), kind, exposure: Exposure::Any };
    let mut record = OrderRecord::new(ClientId(1), order, Timestamp::ZERO);
    record.submitting();
    record
}

fn venue_id() -> VenueOrderId {
    VenueOrderId::from_number(7)
}

/// What a venue may say.
#[derive(Clone, Debug)]
enum Word {
    Report(OrderReport),
    Fill(Fill),
}

fn report(status: ReportedStatus, filled: u64, at: u64) -> Word {
    Word::Report(OrderReport {
        version: 0,
        client_id: Some(ClientId(1)),
        venue_id: venue_id(),
        market: MARKET,
        side: Side::Buy,
        price: Some(Price(100)),
        qty: Qty(QTY),
        filled: Qty(filled),
        status,
        at: Timestamp(at),
    })
}

fn open(filled: u64) -> Word {
    report(ReportedStatus::Open, filled, 0)
}

fn cancelled(filled: u64) -> Word {
    report(ReportedStatus::Cancelled { reason: None }, filled, 0)
}

/// A report of an order that the venue shrank.
fn shrunk(to: u64, status: ReportedStatus, filled: u64, at: u64) -> Word {
    let Word::Report(whole) = report(status, filled, at) else { unreachable!("a report") };
    Word::Report(OrderReport { qty: Qty(to), ..whole })
}

/// A report of an order that was modified so often, last to this size and to a price of 101.
fn modified(version: u32, qty: u64, status: ReportedStatus, filled: u64) -> Word {
    let Word::Report(whole) = report(status, filled, 0) else { unreachable!("a report") };
    Word::Report(OrderReport { version, qty: Qty(qty), price: Some(Price(101)), ..whole })
}

fn filled() -> Word {
    report(ReportedStatus::Filled, QTY, 0)
}

fn rejected() -> Word {
    report(ReportedStatus::Rejected { reason: "no".into() }, 0, 0)
}

fn fill(trade: u64, qty: u64) -> Word {
    Word::Fill(Fill {
        trade_id: TradeId::from_number(trade),
        client_id: Some(ClientId(1)),
        venue_id: venue_id(),
        market: MARKET,
        side: Side::Buy,
        price: Price(100),
        qty: Qty(qty),
        fee: Money(1),
        fee_asset: "USDC".into(),
        liquidity: Liquidity::Maker,
        at: Timestamp::ZERO,
    })
}

impl OrderRecord {
    fn hear(&mut self, word: &Word) -> Joined {
        match word {
            Word::Report(report) => self.report(report),
            Word::Fill(fill) => self.fill(fill),
        }
    }
}

/// Hears `words`; what a trader sees then, with what was alarmed.
fn check(words: &[Word], seen: &str) {
    let mut record = new();
    let mut alarms = Vec::new();
    let mut position = 0;
    for word in words {
        let joined = record.hear(word);
        position += joined.newly_filled.0;
        alarms.extend(joined.anomaly.map(|anomaly| anomaly.to_string()));
    }
    let settled = if record.is_settled() { " settled" } else { "" };
    let told =
        format!("{} {}/{}{settled} {}", record.state(), record.filled().0, record.qty().0, alarms.join(", "));
    assert_eq!(told.trim_end(), seen, "{words:?}");
    assert_eq!(position, record.filled().0, "the position takes each lot once");
}

#[test]
fn fault_17_18_states_as_a_trader_sees_them() {
    check(&[], "SUBMITTING 0/10");
    check(&[open(0)], "OPEN 0/10");
    check(&[open(3)], "PARTIALLY_FILLED 3/10");
    check(&[fill(1, 3)], "PARTIALLY_FILLED 3/10");
    check(&[cancelled(0)], "CANCELLED 0/10 settled");
    check(&[cancelled(3)], "CANCELLED 3/10");
    check(&[cancelled(3), fill(1, 3)], "CANCELLED 3/10 settled");
    check(&[rejected()], "FAILED 0/10 settled");
    check(&[filled()], "FILLED 10/10");
    check(&[filled(), fill(1, 10)], "FILLED 10/10 settled");
}

#[test]
fn fault_05_a_late_ack_lowers_nothing() {
    check(&[fill(1, 10), filled(), open(0)], "FILLED 10/10 settled");
    check(&[cancelled(0), open(0)], "CANCELLED 0/10 settled");
}

#[test]
fn an_end_with_a_reason_and_one_without_are_one_end() {
    let expired = || report(ReportedStatus::Cancelled { reason: Some("Expired".into()) }, 0, 0);
    check(&[rejected(), expired()], "FAILED 0/10 settled");
    check(&[expired(), rejected()], "FAILED 0/10 settled");
    check(&[cancelled(0), expired()], "CANCELLED 0/10 settled");
    check(
        &[cancelled(0), filled()],
        "FILLED 10/10 the venue ended the order twice: Cancelled(None) and Filled",
    );
}

#[test]
fn what_the_venue_shrank_is_over_when_the_venue_says_so() {
    let open = ReportedStatus::Open;
    check(&[shrunk(4, open.clone(), 0, 5)], "OPEN 0/4");
    check(&[shrunk(4, open.clone(), 4, 5), fill(1, 4)], "PARTIALLY_FILLED 4/4");
    check(&[fill(1, 4), shrunk(4, ReportedStatus::Filled, 4, 5)], "FILLED 4/4 settled");
    // REST tells the size of now with the time at which the order was made.
    check(&[report(open.clone(), 0, 5), shrunk(4, open.clone(), 0, 4)], "OPEN 0/4");
    check(&[shrunk(4, open.clone(), 0, 0), report(open.clone(), 0, 5)], "OPEN 0/4");
    check(&[shrunk(0, open.clone(), 0, 0)], "OPEN 0/10");
    check(&[shrunk(12, open, 0, 9)], "OPEN 0/10");
}

/// A modification to `to` is sent, then `words` are heard: state, filled, size, exposure, and whether it is on its way.
fn check_modified(to: u64, words: &[Word], seen: &str) {
    let mut record = new();
    drop(record.hear(&open(0)));
    record.modifying(Price(101), Qty(to));
    let alarms: Vec<_> = words.iter().filter_map(|word| record.hear(word).anomaly).collect();
    let way = if record.is_modifying() { " modifying" } else { "" };
    let price = record.price().expect("a limit").0;
    let (filled, qty, exposed) = (record.filled().0, record.qty().0, record.exposed().0);
    let told = format!("{} {filled}/{qty} at {price}, {exposed} exposed{way}", record.state());
    assert_eq!((told.as_str(), alarms), (seen, vec![]), "{words:?}");
}

#[test]
fn a_modification_on_its_way_counts_with_the_larger_size_until_the_venue_shows_it() {
    let open = ReportedStatus::Open;
    check_modified(15, &[], "OPEN 0/10 at 100, 15 exposed modifying");
    check_modified(15, &[fill(1, 10)], "PARTIALLY_FILLED 10/10 at 100, 5 exposed modifying");
    check_modified(15, &[filled(), fill(1, 10)], "FILLED 10/10 at 100, 0 exposed");
    check_modified(15, &[modified(1, 15, open.clone(), 0)], "OPEN 0/15 at 101, 15 exposed");
    check_modified(
        15,
        &[fill(1, 12), modified(1, 15, open.clone(), 12)],
        "PARTIALLY_FILLED 12/15 at 101, 3 exposed",
    );
    check_modified(15, &[modified(1, 15, open.clone(), 0), self::open(0)], "OPEN 0/15 at 101, 15 exposed");
    check_modified(15, &[modified(1, 15, open.clone(), 0), fill(1, 15)], "FILLED 15/15 at 101, 0 exposed");
    check_modified(4, &[], "OPEN 0/10 at 100, 10 exposed modifying");
    check_modified(4, &[fill(1, 4)], "PARTIALLY_FILLED 4/10 at 100, 6 exposed modifying");
    check_modified(4, &[fill(1, 4), modified(1, 4, open.clone(), 4)], "FILLED 4/4 at 101, 0 exposed");
    // The venue shrinks what was modified; leaves the size out; tells of somebody else's modification.
    check_modified(
        8,
        &[modified(1, 8, open.clone(), 0), modified(1, 6, open.clone(), 0)],
        "OPEN 0/6 at 101, 6 exposed",
    );
    check_modified(8, &[modified(1, 0, open.clone(), 0)], "OPEN 0/8 at 101, 8 exposed");
    check_modified(8, &[modified(2, 30, open, 8)], "PARTIALLY_FILLED 8/30 at 101, 22 exposed");
}

#[test]
fn a_modification_that_failed_leaves_everything_and_one_that_was_shown_stands() {
    let mut record = new();
    drop(record.hear(&open(0)));
    let before = record.clone();
    record.modifying(Price(101), Qty(15));
    record.modify_failed();
    assert_eq!(record, before);
    record.modifying(Price(101), Qty(15));
    drop(record.hear(&modified(1, 15, ReportedStatus::Open, 0)));
    record.modify_failed();
    assert_eq!((record.qty(), record.version()), (Qty(15), 1));
    record.modifying(Price(101), Qty(4));
    drop(record.hear(&fill(1, 12)));
    assert_eq!((record.state(), record.exposed()), (OrderState::PartiallyFilled, Qty(3)));
    record.modify_failed();
    assert_eq!((record.qty(), record.exposed()), (Qty(15), Qty(3)));
}

#[test]
fn what_carries_our_id_and_a_second_one_of_the_venues_does_not_end_our_order() {
    let mut record = new();
    drop(record.hear(&open(3)));
    let before = record.clone();
    let (Word::Report(end), Word::Fill(trade)) = (cancelled(3), fill(1, 3)) else { unreachable!("as named") };
    let other = VenueOrderId::from_number(8);
    let second = Some(Anomaly::SecondVenueId(venue_id(), other));
    assert_eq!(record.report(&OrderReport { venue_id: other, ..end }).anomaly, second);
    assert_eq!(record.fill(&Fill { venue_id: other, ..trade }).anomaly, second);
    assert_eq!(record, before);
}

#[test]
fn fault_07_only_fills_fill_and_the_rest_of_an_immediate_order_is_cancelled() {
    let rest =
        |filled| report(ReportedStatus::Cancelled { reason: Some("ImmediateOrCancel".into()) }, filled, 1);
    check(&[open(0)], "OPEN 0/10");
    check(&[open(0), rest(0)], "CANCELLED 0/10 settled");
    check(&[rest(3), open(3), fill(1, 3)], "CANCELLED 3/10 settled");
}

#[test]
fn fault_13_14_a_trade_counts_once_and_its_first_numbers_stand() {
    check(&[fill(1, 3), fill(1, 3)], "PARTIALLY_FILLED 3/10");
    check(&[fill(1, 3), fill(1, 4)], "PARTIALLY_FILLED 3/10 trade 1 was told twice with different numbers");
}

#[test]
fn fault_15_a_fill_after_the_end_counts_and_is_alarmed() {
    check(&[open(0), cancelled(0), fill(1, 4)], "CANCELLED 4/10 settled trade 1 came after the end");
}

#[test]
fn fault_19_cumulatives_out_of_order_keep_the_greatest() {
    check(&[open(3), open(1)], "PARTIALLY_FILLED 3/10");
    check(&[open(3), fill(1, 1), fill(2, 2)], "PARTIALLY_FILLED 3/10");
}

#[test]
fn fault_21_overfill_is_an_anomaly_and_never_a_panic() {
    check(&[fill(1, 8), fill(2, 5)], "FILLED 13/10 settled filled Qty(13) of Qty(10) lots");
    check(
        &[report(ReportedStatus::Open, u64::MAX, 0)],
        "FILLED 18446744073709551615/10 filled Qty(18446744073709551615) of Qty(10) lots",
    );
}

#[test]
fn fault_22_filled_by_trades_alone() {
    check(&[fill(1, 4), fill(2, 6)], "FILLED 10/10 settled");
}

#[test]
fn what_we_inferred_gives_way_to_what_the_venue_shows() {
    let mut record = new();
    record.mark(Unsure::Outcome(Timestamp::ZERO));
    assert!(record.is_unknown() && record.exposed() == Qty(QTY));
    record.mark(Unsure::NeverArrived(Timestamp::ZERO));
    assert_eq!((record.state(), record.is_proven_over()), (OrderState::Failed, false));
    let Word::Report(shown) = open(0) else { unreachable!("a report") };
    assert_eq!(record.report(&shown).anomaly, Some(Anomaly::Resurrected));
    assert_eq!(record.state(), OrderState::Open);
    record.mark(Unsure::Outcome(Timestamp::ZERO));
    assert!(!record.is_unknown(), "the venue has spoken");

    let mut refused = new();
    refused.refuse("no money");
    assert_eq!((refused.state(), refused.is_proven_over()), (OrderState::Failed, false));
    assert_eq!(refused.report(&shown).anomaly, Some(Anomaly::OpenAfterRefusal));
    assert_eq!(refused.state(), OrderState::Open);
    refused.refuse("no money");
    assert_eq!(refused.state(), OrderState::Open, "shown is shown");
}

#[test]
fn another_orders_message_is_not_joined() {
    let mut record = new();
    let before = record.clone();
    let Word::Report(own) = open(3) else { unreachable!("a report") };
    let other = OrderReport { side: Side::Sell, ..own };
    assert_eq!(record.report(&other).anomaly, Some(Anomaly::OtherOrder));
    assert_eq!(record, before);
}

#[test]
fn a_renewed_record_is_as_new() {
    let mut record = new();
    [fill(1, 3), cancelled(3)].iter().for_each(|word| drop(record.hear(word)));
    record.cancel_sent(Timestamp::ZERO);
    record.renew(ClientId(1), *new().order(), Timestamp::ZERO);
    record.submitting();
    assert_eq!(record, new());
}

/// What a venue truly says of one order in its life: acceptance, trades with a report each, perhaps a venue that shrinks it, a
/// modification on the way (to this size, after so many trades), an end, and answers of REST (with the size of now and the
/// time of the start) in between.
fn life() -> impl Strategy<Value = (Vec<Word>, Option<u64>)> {
    let trades = prop::collection::vec(1..4u64, 0..5);
    let wish = prop::option::of((1..15u64, 0..4usize));
    (trades, 4..=QTY, wish, 0..3u8, any::<bool>()).prop_map(|(trades, size, wish, ends, rest_tells)| {
        let mut words = vec![report(ReportedStatus::Open, 0, 1)];
        if size < QTY {
            words.push(shrunk(size, ReportedStatus::Open, 0, 2));
        }
        let (mut size, mut sum, mut version, mut wished) = (size, 0, 0, None);
        for (n, lots) in trades.into_iter().enumerate() {
            if let Some((to, after)) = wish
                && after == n
                && sum < to
            {
                (size, version, wished) = (to, 1, Some(to));
                words.push(modified(version, size, ReportedStatus::Open, sum));
            }
            let lots = lots.min(size - sum);
            sum += lots;
            let status = if sum == size { ReportedStatus::Filled } else { ReportedStatus::Open };
            words.push(fill(n as u64, lots));
            words.push(told(version, size, status.clone(), sum, 3 + n as u64));
            if rest_tells {
                words.push(told(version, size, status, sum, 0));
            }
            if sum == size {
                break;
            }
        }
        if sum < size && ends > 0 {
            let expired = ReportedStatus::Cancelled { reason: Some("Expired".into()) };
            words.push(told(version, size, expired, sum, 100));
            words.push(told(version, size, ReportedStatus::Cancelled { reason: None }, sum, 0));
        }
        if sum == 0 && ends > 1 {
            words.push(rejected());
        }
        (words, wished)
    })
}

/// A report of this version.
#[expect(clippy::too_many_arguments, reason = "a report is as wide as it is")]
fn told(version: u32, size: u64, status: ReportedStatus, filled: u64, at: u64) -> Word {
    if version == 0 { shrunk(size, status, filled, at) } else { modified(version, size, status, filled) }
}

/// A new order that is being modified to this size, if to any.
fn being_modified(to: Option<u64>) -> OrderRecord {
    let mut record = new();
    if let Some(to) = to {
        record.modifying(Price(101), Qty(to));
    }
    record
}

proptest! {
    /// The best single property: any permutation and repetition of an order's true messages ends in the same record, counts
    /// each lot once, never goes back, never shows less exposure than there is, and alarms nobody.
    #[test]
    fn order_and_repetition_of_true_messages_do_not_matter(
        (life, wished, told) in life().prop_flat_map(|(life, wished)| {
            let again = prop::collection::vec(prop::sample::select(life.clone()), 0..6);
            let told = again.prop_map({
                let life = life.clone();
                move |more| [life.clone(), more].concat()
            });
            (Just(life), Just(wished), told.prop_shuffle())
        })
    ) {
        let mut straight = being_modified(wished);
        life.iter().for_each(|word| drop(straight.hear(word)));
        let mut record = being_modified(wished);
        let mut position = Qty::ZERO;
        let mut was_final = false;
        for word in &told {
            let before = record.clone();
            let joined = record.hear(word);
            position = position.plus(joined.newly_filled);
            prop_assert_eq!(joined.anomaly, None);
            prop_assert!(record.filled() >= before.filled());
            prop_assert!(record.exposed() >= straight.exposed(), "what may still be filled is counted");
            let seen = |it: &OrderRecord| {
                (it.state(), it.filled(), it.qty(), it.price(), it.is_modifying(), it.is_settled(), it.venue_id())
            };
            prop_assert!(joined.changed || seen(&record) == seen(&before), "whoever waits is told");
            was_final |= record.state().is_final();
            prop_assert_eq!(was_final, record.state().is_final(), "what is over stays over");
        }
        prop_assert_eq!(position, record.filled());
        prop_assert_eq!(record, straight);
    }

    /// Whatever is said, true or not: no panic, each lot counted once, and the sum of the steps is the whole.
    #[test]
    fn nonsense_is_never_a_panic(
        words in prop::collection::vec(
            prop_oneof![
                1 => (any::<u64>(), 0..4u64).prop_map(|(qty, trade)| fill(trade, qty)),
                1 => (any::<u64>(), any::<u64>()).prop_map(|(filled, at)| report(ReportedStatus::Open, filled, at)),
                1 => (0..3u32, any::<u64>(), any::<u64>())
                    .prop_map(|(version, qty, filled)| modified(version, qty, ReportedStatus::Open, filled)),
                1 => any::<u64>().prop_map(cancelled),
                1 => Just(filled()),
                1 => Just(rejected()),
            ],
            0..12,
        ),
        wished in prop::option::of(any::<u64>()),
    ) {
        let mut record = being_modified(wished);
        let mut position = Qty::ZERO;
        for word in &words {
            let before = record.filled();
            position = position.plus(record.hear(word).newly_filled);
            prop_assert!(record.filled() >= before);
        }
        prop_assert_eq!(position, record.filled());
        let _ = (record.state(), record.exposed(), record.is_settled(), record.is_unknown());
    }
}
