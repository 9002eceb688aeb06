//! A book's nonces are what its continuity hangs on: they pass through our types unchanged over their whole range,
//! and nothing that is no nonce becomes one.

use proptest::prelude::*;

use super::*;

type Frame<'a> = public_stream::OrderBookFrame<'a>;

fn frame(begin_nonce: &str, nonce: &str) -> String {
    let text = message("stream_order_book_update");
    let text = text.replace("\"begin_nonce\":9182389998", &format!("\"begin_nonce\":{begin_nonce}"));
    text.replace("\"nonce\":9182390020", &format!("\"nonce\":{nonce}"))
}

proptest! {
    #[test]
    fn nonces_pass_unchanged(begin in any::<u64>(), nonce in any::<u64>()) {
        let text = frame(&begin.to_string(), &nonce.to_string());
        let read: Frame<'_> = serde_json::from_str(&text).unwrap();
        prop_assert_eq!((read.order_book.begin_nonce, read.order_book.nonce), (begin, nonce));
        let written = serde_json::to_string(&read).unwrap();
        prop_assert_eq!(serde_json::from_str::<Frame<'_>>(&written).unwrap(), read);
        let whole = format!("\"begin_nonce\":{begin}}}");
        prop_assert!(written.contains(&whole), "{}", written);
    }

    #[test]
    fn a_chain_of_updates_is_joined_if_and_only_if_it_is_one(steps in prop::collection::vec(1_u64..1 << 40, 1..20), lost in any::<prop::sample::Index>()) {
        // Each update begins where the one before ended, from a snapshot near the end of what a float can tell apart.
        let mut at = (1_u64 << 53) - 3;
        let texts: Vec<_> = steps.iter().map(|step| {
            let begin = at;
            at += step;
            frame(&begin.to_string(), &at.to_string())
        }).collect();
        let joins = |texts: &[String]| {
            let mut last = None;
            texts.iter().all(|text| {
                let body = serde_json::from_str::<Frame<'_>>(text).unwrap().order_book;
                let joins = last.is_none_or(|last| last == body.begin_nonce);
                last = Some(body.nonce);
                joins
            })
        };
        prop_assert!(joins(&texts));
        let lost = lost.index(texts.len());
        let is_inner = 0 < lost && lost + 1 < texts.len();
        let mut rest = texts;
        rest.remove(lost);
        prop_assert_eq!(joins(&rest), !is_inner);
    }
}

#[test]
fn what_is_no_nonce_is_refused() {
    for bad in ["-1", "1.0", "1e3", "18446744073709551616", "\"7\"", "null", "true", "[7]", "{}"] {
        assert!(serde_json::from_str::<Frame<'_>>(&frame("1", bad)).is_err(), "nonce {bad}");
        assert!(serde_json::from_str::<Frame<'_>>(&frame(bad, "1")).is_err(), "begin_nonce {bad}");
    }
    let text = frame("1", "2");
    for key in ["begin_nonce", "nonce", "asks", "bids"] {
        let text = text.replace(&format!("\"{key}\":"), "\"other\":");
        assert!(serde_json::from_str::<Frame<'_>>(&text).is_err(), "without {key}");
    }
}
