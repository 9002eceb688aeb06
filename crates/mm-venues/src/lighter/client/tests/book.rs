//! The change of a book read in one pass, against the general reader.

use mm_model::{BookDelta, DeltaLevels, Level};
use proptest::{collection::vec, prelude::*};

use super::*;
use crate::lighter::client::book;

/// What the one pass reads, the general reader reads too, and alike. Returns whether it was read.
fn check(client: &mut Client, frame: &[u8]) -> bool {
    let Some(delta) = book::delta(&client.listings, frame) else { return false };
    let mut out = Heard::default();
    let shown = String::from_utf8_lossy(frame);
    assert_eq!(client.read_any_frame(NOW, frame, &mut out), Ok(()), "{shown}");
    assert_eq!(out.events, [Event::BookDelta(delta)], "{shown}");
    true
}

fn text(nonces: [u64; 2], asks: &[(u32, u32)], bids: &[(u32, u32)]) -> String {
    let [begin, end] = nonces;
    let side = |levels: &[(u32, u32)]| {
        let row = |(price, size): &(u32, u32)| {
            let (price, size) = ((price / 100, price % 100), (size / 10_000, size % 10_000));
            format!(r#"{{"price":"{}.{:02}","size":"{}.{:04}"}}"#, price.0, price.1, size.0, size.1)
        };
        levels.iter().map(row).collect::<Vec<_>>().join(",")
    };
    let (asks, bids) = (side(asks), side(bids));
    format!(
        r#"{{"channel":"order_book:0","last_updated_at":5,"offset":6,"order_book":{{"code":0,"asks":[{asks}],"bids":[{bids}],"offset":6,"nonce":{end},"last_updated_at":5,"begin_nonce":{begin}}},"timestamp":7,"type":"update/order_book"}}"#
    )
}

#[test]
fn recorded_messages_are_read_in_one_pass() {
    let mut client = connected();
    let text = message("stream_order_book_update");
    assert!(check(&mut client, text.as_bytes()));
    let delta = BookDelta {
        market: market(&client, "ETH"),
        prev: 9_182_389_998,
        seq: 9_182_390_020,
        bids: DeltaLevels::new(),
        asks: DeltaLevels::from_iter([Level { price: Price(206_454), qty: Qty(3_285) }]),
        at: Timestamp::from_us(1_774_884_082_309_144),
    };
    assert_eq!(hear(&mut client, &text).events, [Event::BookDelta(delta)]);
    assert!(!check(&mut client, message("stream_order_book").as_bytes()), "the first frame is no change");
}

#[test]
fn anything_unusual_is_left_to_the_general_reader() {
    let mut client = connected();
    let usual = text([3, 4], &[(9_897, 100)], &[]);
    assert!(check(&mut client, usual.as_bytes()));
    for (from, to) in [
        ("\"nonce\":4", "\"nonce\":04"),
        ("\"nonce\":4", "\"nonce\":\"4\""),
        ("\"nonce\":4", "\"nonce\":99999999999999999999"),
        ("\"code\":0", "\"code\":1"),
        ("\"98.97\"", "98.97"),
        ("98.97", "98.971"),
        ("98.97", "9\\u0038.97"),
        ("}]", "},]"),
        ("\"bids\"", " \"bids\""),
        ("order_book:0", "order_book:77"),
        ("update/", "subscribed/"),
        ("book\"}", "book\"} "),
    ] {
        let other = usual.replacen(from, to, 1);
        assert_ne!(other, usual, "{from}");
        assert!(!check(&mut client, other.as_bytes()), "{other}");
    }
}

#[test]
fn a_book_with_a_level_that_cannot_be_is_no_book() {
    for bad in ["98.971", "", "1e2", "99999999999999999999", "98.97\",\"size\":\"-1"] {
        let text = text([3, 4], &[(9_897, 100)], &[]).replace("98.97", bad);
        let (result, heard) = frame(&mut connected(), &text);
        assert!(result.is_err() && heard.events.is_empty(), "{bad}");
    }
}

proptest! {
    #[test]
    fn both_readers_agree(
        nonces in any::<[u64; 2]>(),
        asks in vec((any::<u32>(), any::<u32>()), 0..7),
        bids in vec((any::<u32>(), any::<u32>()), 0..7),
        edits in vec((any::<u16>(), prop::sample::select(&b"\"[]{},:.-0195eEsu \\\xff"[..])), 0..3),
    ) {
        let mut bytes = text(nonces, &asks, &bids).into_bytes();
        for (at, by) in edits {
            let at = usize::from(at) % bytes.len();
            bytes[at] = by;
        }
        check(&mut connected(), &bytes);
    }
}
