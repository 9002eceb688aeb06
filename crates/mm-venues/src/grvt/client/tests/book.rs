//! The change of a book read in one pass, against the general reader.

use proptest::{collection::vec, prelude::*};
use wire::market_data::{Book, Level};

use super::*;
use crate::grvt::client::book::{AnyFrame, any_frame, change};

const BOOK: [&str; 2] = ["v1.book.d", "BTC_USDT_Perp@50"];

/// What the one pass reads, the general reader reads too, and alike. Returns whether it was read.
fn check(client: &Client, text: &str) -> bool {
    let encoding = client.encoding;
    let Some((selector, read)) = change(encoding, &client.listings, text.as_bytes()) else { return false };
    assert_eq!(selector, BOOK[1], "{text}");
    match any_frame(encoding, &client.listings, text.as_bytes()) {
        Ok(AnyFrame::Change(any)) => assert_eq!(any, read, "{text}"),
        other => panic!("{text}: {other:?}"),
    }
    true
}

fn text(encoding: Encoding, seq: u64, bids: &[(u32, u32)], asks: &[(u32, u32)]) -> String {
    let rows = |levels: &[(u32, u32)]| -> Vec<Level<'static>> {
        let row = |(price, size): &(u32, u32)| Level {
            price: format!("{}.{}", price / 10, price % 10).into(),
            size: format!("{}.{:03}", size / 1000, size % 1000).into(),
            num_orders: size % 7,
        };
        levels.iter().map(row).collect()
    };
    let book = Book { event_time: Quoted(5), instrument: BTC.into(), bids: rows(bids), asks: rows(asks) };
    feed(encoding, BOOK, seq, book)
}

#[test]
fn changes_are_read_in_one_pass_as_the_venue_writes_them() {
    for encoding in Encoding::ALL {
        let client = connected(encoding);
        for levels in [&[][..], &[(600_001, 500)], &[(600_001, 0), (599_999, 12_345), (5, 1)]] {
            assert!(check(&client, &text(encoding, 8, levels, &[(600_002, 1)])));
            assert!(check(&client, &text(encoding, 8, &[(600_000, 1)], levels)));
        }
        assert!(!check(&client, &text(encoding, 0, &[], &[])), "a snapshot is none");
    }
}

#[test]
fn anything_unusual_is_left_to_the_general_reader() {
    let client = connected(Encoding::Lite);
    let usual = text(Encoding::Lite, 8, &[(600_001, 500)], &[]);
    assert!(check(&client, &usual));
    for (from, to) in [
        ("\"sn\":\"8\"", "\"sn\":8"),
        ("\"sn\":\"8\"", "\"sn\":\"08\""),
        ("\"sn\":\"8\"", "\"sn\":\"99999999999999999999\""),
        ("\"p\":\"60000.1\"", "\"p\":\"60000.15\""),
        ("\"p\":\"60000.1\"", "\"p\":60000.1"),
        ("\"no\":", "\"no\": "),
        ("BTC_USDT_Perp\"", "ETC_USDT_Perp\""),
        ("v1.book.d", "v1.book.s"),
        ("\"ps\":\"7\"}", "\"ps\":\"7\"} "),
        ("\"ps\":\"7\"}", "\"ps\":\"7\",\"x\":1}"),
    ] {
        let unusual = usual.replace(from, to);
        assert_ne!(unusual, usual, "{from}");
        assert!(!check(&client, &unusual), "{unusual}");
    }
}

proptest! {
    #[test]
    fn both_readers_read_alike(
        seq in 1..u64::MAX,
        bids in vec((1..10_000_000_u32, 0..1_000_000_u32), 0..9),
        asks in vec((1..10_000_000_u32, 0..1_000_000_u32), 0..9),
        cut in any::<prop::sample::Index>(),
    ) {
        for encoding in Encoding::ALL {
            let client = connected(encoding);
            let whole = text(encoding, seq, &bids, &asks);
            prop_assert!(check(&client, &whole) || seq > 9_999_999_999_999_999_999);
            prop_assert!(!check(&client, &whole[..cut.index(whole.len())]));
        }
    }
}
