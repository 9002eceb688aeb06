use std::time::Duration;

use proptest::prelude::*;

use super::*;

const MARKET: MarketId = MarketId(0);
const FOREVER: Duration = Duration::MAX;

type Rows = &'static [(i64, u64)];

const fn at(ms: u64) -> Timestamp {
    Timestamp::from_ms(ms)
}

fn levels(rows: &[(i64, u64)]) -> Vec<Level> {
    rows.iter().map(|&(price, qty)| Level { price: Price(price), qty: Qty(qty) }).collect()
}

fn snapshot(seq: u64, bids: &[(i64, u64)], asks: &[(i64, u64)]) -> BookSnapshot {
    BookSnapshot { market: MARKET, seq, bids: levels(bids), asks: levels(asks), at: at(0) }
}

fn delta(prev: u64, seq: u64, bids: &[(i64, u64)]) -> BookDelta {
    BookDelta { market: MARKET, prev, seq, bids: levels(bids).into(), asks: DeltaLevels::new(), at: at(0) }
}

fn feed(seq: u64) -> BookFeed {
    let mut feed = BookFeed::default();
    assert_eq!(feed.snapshot(at(0), &snapshot(seq, &[(100, 5)], &[(102, 5)])), FeedStep::Applied);
    feed
}

#[test]
fn fault_36_a_gap_voids_the_book_and_a_later_snapshot_mends_it() {
    let mut feed = feed(10);
    assert_eq!(feed.delta(at(1), &delta(10, 11, &[(101, 1)])), FeedStep::Applied);
    assert_eq!(feed.delta(at(2), &delta(12, 13, &[(99, 1)])), FeedStep::NeedSnapshot);
    assert_eq!(feed.book(at(2), FOREVER), Err(BookError::Syncing));
    assert_eq!(
        feed.snapshot(at(3), &snapshot(11, &[(98, 1)], &[(102, 5)])),
        FeedStep::NeedSnapshot,
        "too old"
    );
    assert_eq!(feed.snapshot(at(4), &snapshot(12, &[(98, 1)], &[(102, 5)])), FeedStep::Applied);
    assert_eq!(feed.seq(), Some(13), "what was kept is replayed");
    assert_eq!(feed.book(at(4), FOREVER).map(|book| book.depth(Side::Buy)), Ok(2));
}

#[test]
fn a_delta_that_overlaps_the_snapshot_applies_once_and_only_right_after_it() {
    let mut feed = feed(10);
    assert_eq!(feed.delta(at(1), &delta(8, 9, &[(101, 9)])), FeedStep::Ignored);
    assert_eq!(feed.delta(at(1), &delta(8, 12, &[(101, 1)])), FeedStep::Applied);
    assert_eq!(feed.delta(at(2), &delta(11, 13, &[(99, 1)])), FeedStep::NeedSnapshot);
}

#[test]
fn fault_37_a_book_that_gives_no_price_is_no_book() {
    let cases: [(Rows, Rows, BookError); 5] = [
        (&[], &[(102, 5)], BookError::OneSided),
        (&[(100, 5)], &[(102, 0)], BookError::OneSided),
        (&[(102, 5)], &[(102, 5)], BookError::Crossed),
        (&[(103, 5)], &[(102, 5)], BookError::Crossed),
        (&[(0, 5)], &[(102, 5)], BookError::NoPrice),
    ];
    for (bids, asks, why) in cases {
        let mut feed = BookFeed::default();
        feed.snapshot(at(0), &snapshot(1, bids, asks));
        assert_eq!(feed.book(at(0), FOREVER), Err(why));
    }
}

#[test]
fn fault_39_old_news_does_not_make_a_book_younger() {
    let mut feed = feed(10);
    let limit = Duration::from_secs(5);
    assert!(feed.book(at(5_000), limit).is_ok());
    assert_eq!(feed.delta(at(5_000), &delta(8, 9, &[])), FeedStep::Ignored);
    assert_eq!(feed.book(at(5_001), limit), Err(BookError::Stale { age_ms: 5_001 }));
    assert_eq!(feed.delta(at(5_001), &delta(10, 11, &[])), FeedStep::Applied);
    assert!(feed.book(at(5_001), limit).is_ok());
}

/// A chain of deltas from sequence number 10 on, each a step of its own size.
fn chain() -> impl Strategy<Value = Vec<BookDelta>> {
    let change = (90..100i64, 0..4u64);
    let step = (1..4u64, prop::collection::vec(change, 0..3));
    prop::collection::vec(step, 2..20).prop_map(|steps| {
        let mut seq = 10;
        let deltas = steps.into_iter().map(|(by, changes)| {
            let prev = seq;
            seq += by;
            delta(prev, seq, &changes)
        });
        deltas.collect()
    })
}

proptest! {
    #[test]
    fn a_dropped_delta_is_noticed_by_the_next(chain in chain(), pick in any::<prop::sample::Index>()) {
        let dropped = pick.index(chain.len() - 1);
        let mut feed = feed(10);
        for (n, delta) in chain.into_iter().enumerate() {
            if n == dropped {
                continue;
            }
            let expected = if n < dropped { FeedStep::Applied } else { FeedStep::NeedSnapshot };
            prop_assert_eq!(feed.delta(at(1), &delta), expected);
            prop_assert_eq!(feed.seq().is_some(), n < dropped);
        }
    }

    #[test]
    fn a_snapshot_anywhere_in_the_stream_ends_in_the_same_book(
        chain in chain(),
        of in any::<prop::sample::Index>(),
        comes in any::<prop::sample::Index>(),
    ) {
        let mut whole = feed(10);
        let (of, comes) = (of.index(chain.len() + 1), comes.index(chain.len() + 1));
        let mut reflects = snapshot(10, &[(100, 5)], &[(102, 5)]);
        for (n, delta) in chain.iter().enumerate() {
            whole.delta(at(1), delta);
            if n + 1 == of {
                let book = whole.book.clone();
                reflects = BookSnapshot {
                    seq: delta.seq,
                    bids: book.levels(Side::Buy).collect(),
                    asks: book.levels(Side::Sell).collect(),
                    ..reflects
                };
            }
        }
        // A listener that subscribed at the start, and got the snapshot of `of` only after `comes` deltas.
        let mut late = BookFeed::default();
        for (n, delta) in chain.iter().enumerate() {
            if n == comes {
                late.snapshot(at(1), &reflects);
            }
            late.delta(at(1), delta);
        }
        if comes == chain.len() {
            late.snapshot(at(1), &reflects);
        }
        if of <= comes {
            prop_assert_eq!(late.seq(), whole.seq());
            prop_assert_eq!(&late.book, &whole.book);
        }
    }

    #[test]
    fn no_message_is_a_panic(messages in prop::collection::vec((any::<bool>(), 0..6u64, 0..6u64, any::<i64>(), any::<u64>()), 0..20)) {
        let mut feed = BookFeed::default();
        for (is_delta, prev, seq, price, qty) in messages {
            if is_delta {
                feed.delta(at(seq), &delta(prev, seq, &[(price, qty)]));
            } else {
                feed.snapshot(at(seq), &snapshot(seq, &[(price, qty)], &[(price.saturating_add(1), 1)]));
            }
            if let Ok(book) = feed.book(at(seq), FOREVER) {
                let top = book.top().expect("a book that can be believed has a top");
                prop_assert!(top.bid.price < top.ask.price);
            }
        }
    }
}

/// A level at each of `n` prices from 1 on, in an order that a sorted list likes least.
fn wide(n: usize) -> Vec<(i64, u64)> {
    (1..=i64::try_from(n).unwrap()).rev().map(|price| (price, 1)).collect()
}

#[test]
fn fault_72_a_book_that_goes_on_growing_is_no_book() {
    let asks = [(1_000_000, 1)];
    for (n, step) in [
        (LEVELS_MAX - 1, FeedStep::Applied),
        (LEVELS_MAX, FeedStep::Applied),
        (LEVELS_MAX + 1, FeedStep::NeedSnapshot),
    ] {
        assert_eq!(BookFeed::default().snapshot(at(0), &snapshot(10, &wide(n), &asks)), step, "{n}");
    }
    let mut feed = BookFeed::default();
    feed.snapshot(at(0), &snapshot(10, &wide(LEVELS_MAX - 1), &asks));
    assert_eq!(feed.delta(at(0), &delta(10, 11, &[(900_000, 1)])), FeedStep::Applied);
    assert_eq!(feed.delta(at(0), &delta(11, 12, &[(900_001, 1)])), FeedStep::NeedSnapshot);
    assert_eq!(feed.seq(), None);
}

#[test]
fn of_several_levels_at_one_price_in_a_snapshot_the_last_counts() {
    let mut feed = BookFeed::default();
    let bids = [(5, 1), (9, 1), (5, 2), (9, 0), (7, 3)];
    assert_eq!(feed.snapshot(at(0), &snapshot(1, &bids, &[(12, 0), (11, 1)])), FeedStep::Applied);
    let book = feed.book(at(0), FOREVER).unwrap();
    assert_eq!(book.levels(Side::Buy).collect::<Vec<_>>(), levels(&[(7, 3), (5, 2)]));
    assert_eq!(book.levels(Side::Sell).collect::<Vec<_>>(), levels(&[(11, 1)]));
}

#[test]
fn a_book_is_confirmed_by_its_own_words_alone() {
    let whole = |seq, bid| snapshot(seq, &[(100, bid)], &[(102, 5)]);
    let check = |told: &BookSnapshot, step, age_ms: Option<u64>| {
        let mut feed = feed(7);
        assert_eq!(feed.confirm(at(60), told), step);
        let limit = Duration::from_millis(5);
        let read = |ms| feed.book(at(ms), limit).err();
        assert_eq!(read(65).is_none(), age_ms == Some(5), "{told:?}");
        assert_eq!(feed.seq().is_some(), age_ms.is_some(), "{told:?}");
    };
    check(&whole(7, 5), FeedStep::Applied, Some(5));
    check(&whole(6, 5), FeedStep::Ignored, Some(65));
    check(&whole(8, 5), FeedStep::Ignored, Some(65));
    check(&whole(7, 4), FeedStep::NeedSnapshot, None);
    // What was told before makes no book older.
    let mut feed = feed(7);
    assert_eq!(
        (feed.confirm(at(60), &whole(7, 5)), feed.confirm(at(50), &whole(7, 5))),
        (FeedStep::Applied, FeedStep::Applied)
    );
    assert_eq!(feed.heard_at(), at(60));
}
