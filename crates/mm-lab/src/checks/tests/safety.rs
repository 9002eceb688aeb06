//! What must hold at any time.

use std::time::Duration;

use super::*;

#[test]
fn an_id_is_used_for_one_order() {
    let mut scene = Scene::plain();
    let again = scene.arrivals[0].clone();
    scene.arrivals.push(again.clone());
    assert_eq!(scene.step(), [], "the same order may be sent again");
    scene.arrivals.push(Arrival { terms: "another".to_owned(), ..again });
    assert_eq!(scene.step(), [Check::ClientIdTwice], "another may not, whatever the venue makes of it");

    let mut scene = Scene::plain();
    scene.admit(7);
    scene.end(1, Fate::Cancelled);
    assert_eq!(scene.step(), [Check::ClientIdTwice], "the engine took it twice");

    let mut scene = Scene::plain();
    scene.checker.restarted();
    scene.arrivals.push(Arrival { terms: "another".to_owned(), ..scene.arrivals[0].clone() });
    assert_eq!(scene.step(), [Check::ClientIdTwice], "ids are used once over all restarts");
}

#[test]
fn an_order_is_no_larger_than_it_was_asked_for() {
    let mut scene = Scene::plain();
    scene.orders[0].qty = Qty(11);
    scene.changes.push(0);
    assert_eq!(scene.step(), [Check::OrderTooLarge]);

    let mut scene = Scene::plain();
    (scene.orders[0].filled, scene.orders[0].qty) = (Qty(12), Qty(12));
    scene.end(0, Fate::Filled);
    assert_eq!(scene.step_alone(), [Check::OrderTooLarge], "seen without a bot too");
}

#[test]
fn an_order_is_the_one_that_was_asked_for() {
    let bends: [fn(&mut TrueOrder); 4] = [
        |order| (order.asked, order.qty) = (Qty(20), Qty(20)),
        |order| order.price = Some(Price(1_000)),
        |order| order.side = Side::Sell,
        |order| order.market = "ETH".into(),
    ];
    for (n, bend) in bends.into_iter().enumerate() {
        let mut scene = Scene::plain();
        scene.make(8, limit(10, 99));
        bend(scene.admit(8));
        assert_eq!(scene.step(), [Check::OtherOrder], "{n}");
    }
}

#[test]
fn an_intent_is_no_larger_than_its_target() {
    let intent = |orders: &[u64]| Intent {
        market: SOL.to_owned(),
        side: Side::Buy,
        target: Qty(10),
        orders: orders.iter().map(|id| ClientId(*id)).collect(),
    };
    // Four of ten filled, then taken off: six are left to ask for.
    let begun = || {
        let mut scene = Scene::plain();
        scene.checker.intent(KIND, intent(&[7]));
        scene.fill(0, 4);
        scene.end(0, Fate::Cancelled);
        scene.hear_fill(7, (0, 4));
        scene.report(7, (4, ReportedStatus::Cancelled { reason: None }));
        assert_eq!(scene.step(), []);
        scene.checker.intent(KIND, intent(&[7, 8]));
        scene
    };
    for (qty, want) in [(6, vec![]), (7, vec![Check::IntentTooLarge])] {
        let mut scene = begun();
        scene.make(8, limit(qty, 100));
        assert_eq!(scene.step(), want, "{qty} on their way");
        let mut scene = begun();
        scene.make(8, limit(qty, 100));
        scene.admit(8);
        assert_eq!(scene.step(), want, "{qty} live");
    }
    let mut scene = begun();
    scene.make(8, limit(7, 100)).refuse("no");
    assert_eq!(scene.step(), [], "what will never arrive counts for nothing");
    let mut scene = begun();
    scene.make(8, limit(6, 100));
    scene.admit(8).was_modified = true;
    (scene.orders[1].qty, scene.orders[1].asked) = (Qty(60), Qty(60));
    assert_eq!(scene.step(), [], "somebody else enlarged it");
}

#[test]
fn no_fill_is_believed_that_was_none_and_none_twice() {
    let mut scene = Scene::plain();
    scene.fill(0, 3);
    assert_eq!(scene.step(), [], "not heard yet");
    scene.hear_fill(7, (0, 3));
    assert_eq!(scene.step(), []);
    scene.hear_fill(7, (1, 3));
    assert_eq!(scene.step(), [Check::FilledTooMuch], "the same fill under another name");

    let mut scene = Scene::plain();
    scene.report(7, (1, ReportedStatus::Open));
    assert_eq!(scene.step(), [Check::FilledTooMuch]);
}

#[test]
fn what_is_believed_does_not_go_back() {
    let mut scene = Scene::plain();
    scene.fill(0, 3);
    scene.hear_fill(7, (0, 3));
    assert_eq!(scene.step(), []);
    scene.make(7, limit(10, 100));
    scene.open(7);
    assert_eq!(scene.step(), [Check::WentBack], "a fill is forgotten");

    let ended = || {
        let mut scene = Scene::plain();
        scene.end(0, Fate::Cancelled);
        scene.report(7, (0, ReportedStatus::Cancelled { reason: None }));
        assert_eq!(scene.step(), []);
        scene.make(7, limit(10, 100));
        scene.open(7);
        scene
    };
    assert_eq!(ended().step(), [Check::WentBack], "an end is taken back");
    let mut scene = ended();
    scene.belief.anomalies += 1;
    assert_eq!(scene.step(), [], "it was alarmed");
    let mut scene = ended();
    scene.checker.restarted();
    assert_eq!(scene.step(), [], "another bot begins with what it knows");
}

#[test]
fn what_lives_is_not_believed_over() {
    for end in [ReportedStatus::Cancelled { reason: None }, ReportedStatus::Filled] {
        let mut scene = Scene::plain();
        scene.report(7, (0, end));
        assert_eq!(scene.step(), [Check::FinalWhileLive]);
    }
    let mut scene = Scene::plain();
    scene.make(8, limit(1, 99)).mark(mm_model::Unsure::NeverArrived(at(1)));
    assert_eq!(scene.step(), [], "nor did it");
    scene.admit(8);
    assert_eq!(scene.step(), [Check::FinalWhileLive], "but it did");
}

#[test]
fn what_lives_is_known() {
    let mut scene = Scene::plain();
    scene.belief.orders.clear();
    scene.belief.recovering = true;
    assert_eq!(scene.step(), [], "it asks the venue just now");
    scene.belief.recovering = false;
    assert_eq!(scene.step(), [Check::Forgotten]);
    assert_eq!(scene.step(), [], "told once");
}

#[test]
fn no_limit_is_exceeded_at_the_venue() {
    let with = |limits: Limits| {
        let rules = Rules { limits: BTreeMap::from([((KIND, SOL.to_owned()), limits)]), ..Rules::default() };
        Scene::new(rules)
    };
    let position = || with(Limits { position_max: Some(Qty(12)), ..Limits::default() });
    let mut scene = position();
    scene.net = 2;
    assert_eq!(scene.step(), []);
    scene.net = 3;
    assert_eq!(scene.step(), [Check::LimitExceeded], "ten live and three held");
    let mut scene = position();
    scene.net = 9;
    scene.orders[0].exposure = Exposure::ReduceOnly;
    assert_eq!(scene.step(), [], "it cannot enlarge");
    let mut scene = position();
    scene.net = -13;
    assert_eq!(scene.step(), [Check::LimitExceeded], "the other way");

    let mut scene = with(Limits { order_max: Some(Qty(10)), ..Limits::default() });
    scene.make(8, limit(11, 99));
    scene.admit(8);
    assert_eq!(scene.step(), [Check::LimitExceeded]);

    let mut scene = with(Limits { open_orders_max: Some(1), ..Limits::default() });
    scene.make(8, limit(1, 99));
    scene.admit(8);
    assert_eq!(scene.step(), [Check::LimitExceeded]);
}

#[test]
fn nothing_is_priced_from_a_book_that_is_stale_or_none() {
    let priced = || {
        let pricing = Pricing { reach: load_reach, slack: Duration::from_secs(5) };
        Scene::new(Rules { pricing: Some(pricing), ..Rules::default() })
    };
    let post = |side, price| {
        let kind = OrderKind::PostOnly { price: Price(price) };
        NewOrder { side, kind, ..limit(1, 0) }
    };
    let take = |price| {
        let kind = OrderKind::Limit { price: Price(price), time_in_force: TimeInForce::Ioc };
        NewOrder { kind, ..limit(1, 0) }
    };
    let off = vec![Check::PricedOffTheBook];
    for (order, want) in [
        (limit(1, 100), vec![]),
        (limit(1, 102), vec![]),
        (limit(1, 96), off.clone()),
        (limit(1, 103), off.clone()),
        (post(Side::Buy, 88), vec![]),
        (post(Side::Buy, 101), off.clone()),
        (post(Side::Sell, 114), vec![]),
        (post(Side::Sell, 101), off.clone()),
        (take(114), vec![]),
        (take(101), off.clone()),
    ] {
        let mut scene = priced();
        scene.make(8, order);
        assert_eq!(scene.step(), want, "{order:?}");
    }

    // The best bid moves to 200; seven seconds later the old one is none any more.
    let mut scene = priced();
    scene.tops.set(at(scene.now), Side::Buy, Level { price: Price(200), qty: Qty(1) });
    scene.tops.set(at(scene.now), Side::Sell, Level { price: Price(102), qty: Qty(0) });
    scene.tops.set(at(scene.now), Side::Sell, Level { price: Price(202), qty: Qty(1) });
    scene.make(8, limit(1, 100));
    assert_eq!(scene.step(), [], "it may not have heard yet");
    for _ in 0..7 {
        assert_eq!(scene.step(), []);
    }
    scene.make(9, limit(1, 100));
    assert_eq!(scene.step(), off);
    scene.make(10, limit(1, 199));
    assert_eq!(scene.step(), []);

    let mut scene = priced();
    scene.belief.bookless.insert(HERE);
    assert_eq!(scene.step(), []);
    scene.make(8, limit(1, 100));
    assert_eq!(scene.step(), [Check::PricedWithoutBook]);
}

#[test]
fn a_book_that_is_believed_is_the_venues() {
    let level = |price, qty| Level { price: Price(price), qty: Qty(qty) };
    let believing = |bids: &[Level], asks: &[Level]| {
        let mut scene = Scene::new(Rules { books: Some(Duration::from_secs(5)), ..Rules::default() });
        scene.tops.set(at(scene.now), Side::Buy, level(97, 4));
        scene.belief.books.insert(HERE, [bids.to_vec(), asks.to_vec()]);
        // A step is a second.
        (0..8).map(|_| scene.step()).collect::<Vec<_>>()
    };
    let first = |found: Vec<Vec<Check>>| found.iter().position(|found| *found == [Check::BookDiffers]);
    let (best, ask) = (level(100, 50), level(102, 50));
    let cases: [(&str, &[Level], &[Level], bool); 6] = [
        ("as it is", &[best, level(97, 4)], &[ask], true),
        ("cut above what is missing", &[best], &[ask], true),
        ("without a side", &[], &[ask], true),
        ("a level that is none", &[best, level(98, 1)], &[ask], false),
        ("another size", &[level(100, 51)], &[ask], false),
        ("one is missing", &[best, level(96, 1)], &[ask], false),
    ];
    for (name, bids, asks, is_so) in cases {
        assert_eq!(first(believing(bids, asks)).is_none(), is_so, "{name}");
    }
    // What changed a moment ago need not be known yet.
    let late = first(believing(&[best, level(97, 1)], &[ask]));
    assert!(late.is_some_and(|seconds| (4..=6).contains(&seconds)), "{late:?}");
}
