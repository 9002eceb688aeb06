//! The depth message read in one pass, against the general reader.

use mm_model::Event;
use proptest::{collection::vec, prelude::*};

use super::{client, message};
use crate::backpack::client::{Client, depth::depth};

/// What the one pass reads, the general reader reads too, and alike. Returns whether it was read.
fn check(client: &Client, frame: &[u8]) -> bool {
    let Some(delta) = depth(&client.markets, frame) else { return false };
    let mut out = Vec::new();
    let shown = String::from_utf8_lossy(frame);
    assert_eq!(client.read_any_frame(frame, &mut out), Ok(()), "{shown}");
    assert_eq!(out, [Event::BookDelta(delta)], "{shown}");
    true
}

fn frame(numbers: [u64; 4], asks: &[(u32, u32)], bids: &[(u32, u32)]) -> String {
    let [sent, at, first, last] = numbers;
    let side = |levels: &[(u32, u32)]| {
        let rows: Vec<String> = levels
            .iter()
            .map(|(price, qty)| {
                format!(r#"["{}.{:02}","{}.{:02}"]"#, price / 100, price % 100, qty / 100, qty % 100)
            })
            .collect();
        rows.join(",")
    };
    let (asks, bids) = (side(asks), side(bids));
    format!(
        r#"{{"data":{{"E":{sent},"T":{at},"U":{first},"a":[{asks}],"b":[{bids}],"e":"depth","s":"SOL_USDC","u":{last}}},"stream":"depth.SOL_USDC"}}"#
    )
}

#[test]
fn recorded_messages_are_read_in_one_pass() {
    assert!(check(&client(), message("stream_depth").as_bytes()));
    assert!(!check(&client(), message("stream_book_ticker").as_bytes()));
}

#[test]
fn anything_unusual_is_left_to_the_general_reader() {
    let client = client();
    let usual = frame([1, 2, 3, 4], &[(9_897, 100)], &[]);
    assert!(check(&client, usual.as_bytes()));
    for (from, to) in [
        ("\"U\":3", "\"U\":03"),
        ("\"U\":3", "\"U\":\"3\""),
        ("\"U\":3", "\"U\":5"),
        ("\"U\":3", "\"U\":0"),
        ("\"U\":3", "\"U\":99999999999999999999"),
        ("\"98.97\"", "98.97"),
        ("98.97", "98.971"),
        ("98.97", "9\\u0038.97"),
        ("]]", "],]"),
        ("\"u\"", " \"u\""),
        ("\"s\":\"SOL_USDC\"", "\"s\":\"ETH_USDC\""),
        ("depth.SOL_USDC", "depth.200ms.SOL_USDC"),
        ("\"}", "\"} "),
    ] {
        let other = usual.replacen(from, to, 1);
        assert_ne!(other, usual, "{from}");
        assert!(!check(&client, other.as_bytes()), "{other}");
    }
}

proptest! {
    #[test]
    fn both_readers_agree(
        (sent, at) in any::<(u64, u64)>(),
        (first, last) in (0..100_u64, 0..100_u64),
        asks in vec((any::<u32>(), any::<u32>()), 0..7),
        bids in vec((any::<u32>(), any::<u32>()), 0..7),
        edits in vec((any::<u16>(), prop::sample::select(&b"\"[]{},:.-0195eEsu \\\xff"[..])), 0..3),
    ) {
        let mut bytes = frame([sent, at, first, last], &asks, &bids).into_bytes();
        for (at, by) in edits {
            let at = usize::from(at) % bytes.len();
            bytes[at] = by;
        }
        check(&client(), &bytes);
    }
}
