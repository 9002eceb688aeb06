//! Sequence numbers: what joins, what was heard, what is missing.

use mm_model::{BookFeed, FeedStep};
use wire::market_data::{Book, Level, Ticker};

use super::*;

const BOOK: [&str; 2] = ["v1.book.d", "BTC_USDT_Perp@50"];
const TICKER: [&str; 2] = ["v1.ticker.d", "BTC_USDT_Perp@100"];

fn book_at<'a>(bid: &'a str, ask: &'a str) -> Book<'a> {
    let side = |price: &'a str| vec![Level { price: price.into(), size: "0.5".into(), num_orders: 1 }];
    Book { event_time: Quoted(NOW.0), instrument: BTC.into(), bids: side(bid), asks: side(ask) }
}

fn book(encoding: Encoding, seq: u64) -> String {
    feed(encoding, BOOK, seq, book_at("60000.0", "60000.1"))
}

/// What a driver makes of the frames with these numbers, one after another.
fn steps(encoding: Encoding, seqs: &[u64]) -> Vec<Vec<FeedStep>> {
    let mut client = connected(encoding);
    let mut driver = BookFeed::default();
    let step = |seq: &u64| {
        let (result, heard) = frame_on(&mut client, MARKET_DATA, &book(encoding, *seq));
        assert_eq!(result, Ok(()));
        let mut events = heard.events;
        events.extend(heard.answers.into_iter().flat_map(|answer| answer.events));
        let step = |event| match event {
            Event::BookDelta(delta) => driver.delta(NOW, &delta),
            Event::BookSnapshot(snapshot) => driver.snapshot(NOW, &snapshot),
            other => panic!("{other:?}"),
        };
        events.into_iter().map(step).collect()
    };
    seqs.iter().map(step).collect()
}

#[test]
fn changes_join_the_snapshot_and_each_other_and_a_gap_voids_the_book() {
    use FeedStep::{Applied, NeedSnapshot};
    for encoding in Encoding::ALL {
        let check = |seqs: &[u64], expected: &[&[FeedStep]]| {
            let told = steps(encoding, seqs);
            assert_eq!(told.iter().map(Vec::as_slice).collect::<Vec<_>>(), expected, "{seqs:?}");
        };
        check(&[0, FIRST, FIRST + 1], &[&[Applied], &[Applied], &[Applied]]);
        check(&[FIRST - 1, 0, FIRST], &[&[], &[Applied], &[Applied]]);
        check(&[0, FIRST, FIRST, FIRST + 1], &[&[Applied], &[Applied], &[], &[Applied]]);
        check(&[0, FIRST, FIRST + 2, FIRST + 3], &[&[Applied], &[Applied], &[NeedSnapshot], &[]]);
        check(&[0, FIRST + 1], &[&[Applied], &[NeedSnapshot]]);
        check(&[0, FIRST - 1, FIRST], &[&[Applied], &[], &[Applied]]);
        check(&[0, FIRST, FIRST + 1, FIRST], &[&[Applied], &[Applied], &[Applied], &[NeedSnapshot]]);
    }
}

#[test]
fn a_book_is_had_anew_on_the_same_socket() {
    for encoding in Encoding::ALL {
        let mut client = connected(encoding);
        let resync = Ask::Resync(market(&client, BTC));
        let mut driver = BookFeed::default();
        // The first one is still to come: it is the answer.
        let (way, out) = sent(&mut client, 1, &resync).unwrap();
        assert_eq!((way, out.frames.len()), (Way::Socket(MARKET_DATA), 0));
        let heard = hear(&mut client, MARKET_DATA, &book(encoding, 0));
        assert_eq!((heard.events.len(), heard.answers.len()), (0, 1));
        for event in heard.answers.into_iter().flat_map(|answer| answer.events) {
            let Event::BookSnapshot(snapshot) = event else { panic!("{event:?}") };
            assert_eq!(driver.snapshot(NOW, &snapshot), FeedStep::Applied);
        }
        for (seq, step) in [(FIRST, FeedStep::Applied), (FIRST + 5, FeedStep::NeedSnapshot)] {
            let heard = hear(&mut client, MARKET_DATA, &book(encoding, seq));
            let [Event::BookDelta(delta)] = &*heard.events else { panic!("{heard:?}") };
            assert_eq!(driver.delta(NOW, delta), step);
        }
        let (_, out) = sent(&mut client, 2, &resync).unwrap();
        let methods: Vec<_> = out
            .frames
            .iter()
            .map(|frame| {
                let request: Request<'_, SubscribeParams<'_>> = encoding.read(frame.0.as_bytes()).unwrap();
                request.method.to_string()
            })
            .collect();
        assert_eq!(methods, ["unsubscribe", "subscribe"]);
        // What the old one still brings means nothing.
        assert_eq!(hear(&mut client, MARKET_DATA, &book(encoding, FIRST + 6)).events, []);
        say_yes(&mut client, MARKET_DATA, &out.frames);
        let heard = hear(&mut client, MARKET_DATA, &book(encoding, 0));
        let [answer] = &*heard.answers else { panic!("{heard:?}") };
        assert_eq!((answer.to, &answer.result), (CallRef(2), &Ok(Next::Done)));
        let [Event::BookSnapshot(snapshot)] = &*answer.events else { panic!("{answer:?}") };
        assert_eq!(driver.snapshot(NOW, snapshot), FeedStep::Applied);
        let heard = hear(&mut client, MARKET_DATA, &book(encoding, FIRST));
        let [Event::BookDelta(delta)] = &*heard.events else { panic!("{heard:?}") };
        assert_eq!(driver.delta(NOW, delta), FeedStep::Applied);
    }
}

#[test]
fn a_book_that_does_not_come_is_asked_for_anew() {
    let mut client = connected(Encoding::Lite);
    let resync = Ask::Resync(market(&client, BTC));
    sent(&mut client, 1, &resync).unwrap();
    client.failed(NOW, CallRef(1), &resync, &CallError::OutcomeUnknown("no reply".into()));
    assert_eq!(sent(&mut client, 2, &resync).unwrap().1.frames.len(), 2);
    client.closed(NOW, MARKET_DATA);
    assert!(matches!(sent(&mut client, 3, &resync), Err(CallError::NotSent(_))));
}

#[test]
fn a_ticker_that_lacks_a_change_begins_anew_by_itself() {
    for encoding in Encoding::ALL {
        let mut client = connected(encoding);
        let ticker = |seq, price: &str| {
            let told = Ticker {
                event_time: Some(Quoted(NOW.0)),
                instrument: Some(BTC.into()),
                mark_price: Some(price.into()),
                ..Ticker::default()
            };
            feed(encoding, TICKER, seq, told)
        };
        assert_eq!(hear(&mut client, MARKET_DATA, &ticker(0, "60000.0")).events.len(), 1);
        assert_eq!(hear(&mut client, MARKET_DATA, &ticker(FIRST, "60000.1")).events.len(), 1);
        let heard = hear(&mut client, MARKET_DATA, &ticker(FIRST + 2, "60000.2"));
        assert_eq!((heard.events.len(), heard.send.len()), (0, 2));
        say_yes(&mut client, MARKET_DATA, &heard.send);
        assert_eq!(hear(&mut client, MARKET_DATA, &ticker(FIRST + 3, "60000.3")).events, []);
        assert_eq!(hear(&mut client, MARKET_DATA, &ticker(0, "60000.4")).events.len(), 1);
    }
}

#[test]
fn a_subscription_that_is_refused_is_told_and_nobody_waits_for_it() {
    for encoding in Encoding::ALL {
        let mut client = client(encoding);
        let mut frames = Vec::new();
        client.opened(NOW, MARKET_DATA, &mut frames);
        assert_eq!(frames.len(), 4);
        let resync = Ask::Resync(market(&client, BTC));
        sent(&mut client, 1, &resync).unwrap();
        let request: Request<'_, SubscribeParams<'_>> = encoding.read(frames[0].0.as_bytes()).unwrap();
        let error = wire::error::RpcError::from(wire::error::codes::RATE_INVALID);
        let answer = encoding.write(&Response::<()>::new(&request, Err(error)));
        let heard = hear(&mut client, MARKET_DATA, &answer);
        assert!(
            matches!(&*heard.events, [Event::FeedRefused { reason }] if reason.contains("3030")),
            "{heard:?}"
        );
        assert!(matches!(heard.answers[0].result, Err(CallError::OutcomeUnknown(_))));
        assert!(matches!(sent(&mut client, 2, &resync), Err(CallError::NotSent(_))));
        // A yes to something else is a no.
        let request: Request<'_, SubscribeParams<'_>> = encoding.read(frames[1].0.as_bytes()).unwrap();
        let told = Subscribed { stream: request.params.stream.clone(), ..Subscribed::default() };
        let answer = encoding.write(&Response::new(&request, Ok(told)));
        let heard = hear(&mut client, MARKET_DATA, &answer);
        assert!(matches!(&*heard.events, [Event::FeedRefused { .. }]), "{heard:?}");
        // Trouble that passes closes the socket, which is tried again.
        let request: Request<'_, SubscribeParams<'_>> = encoding.read(frames[2].0.as_bytes()).unwrap();
        let error = wire::error::RpcError::from(wire::error::codes::RATE_LIMIT);
        let answer = encoding.write(&Response::<()>::new(&request, Err(error)));
        assert!(hear(&mut client, MARKET_DATA, &answer).closing.is_some());
    }
}

#[test]
fn a_gap_in_what_the_account_is_told_lets_the_driver_ask() {
    for encoding in Encoding::ALL {
        let mut client = connected(encoding);
        let sub = SUB.to_string();
        let id = ID.to_string();
        let told = |seq| {
            feed(encoding, ["v1.order", &sub], seq, order(&id, "0x0101", ["OPEN", "UNSPECIFIED", "0.0"]))
        };
        for (seq, is_whole) in [(1, true), (2, true), (2, true), (4, false), (5, true), (3, false)] {
            let (result, heard) = frame_on(&mut client, TRADES, &told(seq));
            assert_eq!((result.is_ok(), heard.events.len()), (is_whole, 1), "{seq}");
        }
        let (result, _) = frame_on(
            &mut client,
            TRADES,
            &feed(encoding, ["v1.order", "1"], 1, order(&id, "0x0101", ["OPEN", "UNSPECIFIED", "0.0"])),
        );
        assert!(result.is_err(), "a selector that is not ours");
    }
}
