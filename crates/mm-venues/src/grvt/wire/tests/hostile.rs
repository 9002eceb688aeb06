//! Whatever comes, every type answers in both encodings with a value or an error, and never with a panic; and what it
//! takes, it can write and read again, in the other encoding too.

use std::sync::LazyLock;

use proptest::{prelude::*, sample::select};
use serde_json::value::RawValue;

use super::{every_type, examples};
use crate::grvt::wire::{
    Encoding, account, error, history, legacy, login, market, market_data, order, reply, rpc,
    selector::Topic,
    send, settings,
    stream::{self, Head, Stream},
};
use crate::hostile::{values, wrong_value};

/// Reads the text as every type; gives how many took it.
fn read_as_all(encoding: Encoding, text: &str) -> usize {
    let mut n_taken = 0;
    macro_rules! read_as {
        ($($type:ty),+ $(,)?) => {$(
            if let Ok(read) = encoding.read::<$type>(text.as_bytes()) {
                n_taken += 1;
                for encoding in Encoding::ALL {
                    let written = encoding.write(&read);
                    let again: $type =
                        encoding.read(written.as_bytes()).unwrap_or_else(|error| panic!("{written}: {error}"));
                    assert_eq!(again, read, "{written}");
                }
            }
        )+};
    }
    every_type!(read_as);
    let head = encoding.read::<Head<'_>>(text.as_bytes());
    // The short way must not differ from the long one, where the frame is one at all.
    if let (Some((stream, selector)), Ok(head)) = (Head::split(encoding, text), &head) {
        assert_eq!(
            (head.stream.as_deref(), head.selector.as_deref()),
            (Some(stream), Some(selector)),
            "{text}"
        );
    }
    let _ = encoding.read::<login::LoginReply<'_>>(text.as_bytes());
    let _ = encoding.read::<login::ApiKeyLogin<'_>>(text.as_bytes());
    let _ = encoding.read::<login::WalletLogin<'_>>(text.as_bytes());
    let _ = encoding.read::<rpc::Request<'_, Option<&RawValue>>>(text.as_bytes());
    n_taken
}

fn texts() -> &'static [(Encoding, String)] {
    static TEXTS: LazyLock<Vec<(Encoding, String)>> = LazyLock::new(|| {
        let real = crate::fixtures::messages("grvt").into_iter().map(|(_, text)| (Encoding::Full, text));
        real.chain(examples::texts()).collect()
    });
    &TEXTS
}

fn message() -> impl Strategy<Value = (Encoding, String)> {
    select(texts())
}

proptest! {
    // Each case is read as a hundred types.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_wrong_value_anywhere(
        (encoding, text) in message(),
        wrong in wrong_value(),
        place in any::<prop::sample::Index>(),
    ) {
        let places = values(&text);
        prop_assume!(!places.is_empty());
        let mut text = text;
        text.replace_range(places[place.index(places.len())].clone(), wrong);
        read_as_all(encoding, &text);
    }

    #[test]
    fn cut_short_anywhere((encoding, text) in message(), place in any::<prop::sample::Index>()) {
        let cut = text.floor_char_boundary(place.index(text.len()));
        prop_assert_eq!(read_as_all(encoding, &text[..cut]), 0, "{}", &text[..cut]);
    }

    #[test]
    fn a_byte_changed_anywhere(
        (encoding, text) in message(),
        byte in any::<u8>(),
        place in any::<prop::sample::Index>(),
    ) {
        let mut bytes = text.into_bytes();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        read_as_all(encoding, &String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_text(text in ".{0,200}", stream in select(Stream::KNOWN)) {
        for encoding in Encoding::ALL {
            read_as_all(encoding, &text);
        }
        let _ = Topic::parse(&stream, &text);
    }

    #[test]
    fn any_selector(text in "[0-9a-zA-Z_]{0,9}[-@]?[0-9A-Z_]{0,6}[-@]?[0-9A-Z_]{0,6}", stream in select(Stream::KNOWN)) {
        if let Ok(topic) = Topic::parse(&stream, &text) {
            let written = topic.to_string();
            prop_assert_eq!(Topic::parse(&stream, &written), Ok(topic.clone()), "{}", written);
        }
    }
}

#[test]
fn every_message_is_taken_by_some_type() {
    assert!(240 < texts().len(), "{}", texts().len());
    // Bodies of the edge host and of the one GET, which have no lite form.
    let has_both = |text: &str| {
        !["api_key", "address\":", "\"status\":\"success\"", "server_time"]
            .iter()
            .any(|key| text.contains(key))
    };
    for (encoding, text) in texts().iter().filter(|(_, text)| has_both(text)) {
        assert_ne!(read_as_all(*encoding, text), 0, "{text}");
    }
}

#[test]
fn nesting_without_end_is_an_error() {
    let (_, text) = texts()
        .iter()
        .find(|(_, text)| text.contains("\"v1.book.s\"") && text.contains("\"bids\":["))
        .unwrap();
    let book: stream::Feed<'_, market_data::Book<'_>> = Encoding::Full.read(text.as_bytes()).unwrap();
    for encoding in Encoding::ALL {
        let text = encoding.write(&book);
        let key = if encoding == Encoding::Full { "\"bids\":" } else { "\"b\":" };
        let at = text.find(key).unwrap() + key.len();
        for (open, close) in [("[", "]"), ("{\"p\":", "}"), ("[{\"price\":", "}]"), ("[{\"p\":", "}]")] {
            for n in [120, 100_000] {
                let deep = format!("{}{}", open.repeat(n), close.repeat(n));
                if n < 200 {
                    read_as_all(encoding, &deep);
                }
                let whole = format!("{}{deep}}}}}", &text[..at]);
                assert!(encoding.read::<stream::Feed<'_, market_data::Book<'_>>>(whole.as_bytes()).is_err());
            }
        }
    }
}

#[test]
fn numbers_that_are_too_big_are_errors() {
    let text = crate::fixtures::message("grvt", "stream_order");
    let read = |nonce: &str, time: &str| {
        let text = text
            .replace("\"nonce\":747860882", &format!("\"nonce\":{nonce}"))
            .replace("\"update_time\":\"1767359366686762920\"", &format!("\"update_time\":{time}"));
        let read: Result<stream::Feed<'_, order::Order<'_>>, _> = Encoding::Full.read(text.as_bytes());
        read.map(|order| (order.feed.signature.nonce, order.feed.state.update_time.0))
            .map_err(|error| error.to_string())
    };
    // The largest that there can be are kept to the last digit; a float would round them.
    assert_eq!(read("4294967295", "18446744073709551615"), Ok((u32::MAX, u64::MAX)));
    assert_eq!(read("\"4294967295\"", "\"18446744073709551615\""), Ok((u32::MAX, u64::MAX)));
    for bad in ["4294967296", "-1", "1e3", "1.0", "null", "\"\"", "\"+1\"", "\" 1\""] {
        let error = read(bad, "1").unwrap_err();
        assert!(error.contains("a whole number in range"), "{bad}: {error}");
    }
    for bad in ["18446744073709551616", "-1", "1e18", "null", "\"\"", "\"18446744073709551616\""] {
        assert!(read("1", bad).is_err(), "{bad}");
    }
}
