//! Selectors: those of the venue's pages, of its clients, and those it refuses.

use crate::grvt::wire::{
    Kind,
    error::{Code, codes},
    selector::{Form, Only, PrivateStream, Topic},
    stream::Stream,
};

fn reads(stream: &str, selector: &str) -> Result<String, u32> {
    let stream = Stream::from(stream);
    let topic = Topic::parse(&stream, selector).map_err(|refused| refused.0.number)?;
    assert_eq!(topic.stream(), stream, "{selector}");
    let written = topic.to_string();
    assert_eq!(Topic::parse(&stream, &written), Ok(topic.clone()), "{written}");
    Ok(written)
}

#[test]
fn current_ones_are_written_as_they_are_read() {
    let check = |stream: &str, selector: &str| {
        assert_eq!(reads(stream, selector).as_deref(), Ok(selector), "{stream}");
    };
    check("v1.mini.s", "BTC_USDT_Perp@200");
    check("v1.mini.d", "BTC_USDT_Perp@0");
    check("v1.ticker.s", "BTC_USDT_Perp@500");
    check("v1.ticker.d", "BTC_USDT_Perp@100");
    check("v1.book.s", "BTC_USDT_Perp@500-50");
    check("v1.book.d", "BTC_USDT_Perp@50");
    check("v1.trade", "BTC_USDT_Perp@1000");
    check("v1.candle", "BTC_USDT_Perp@CI_1_M-TRADE");
    check("v1.candle", "ETH_USDT_Call_20Oct23_2800@CI_4_W-INDEX");
    for stream in ["v1.order", "v1.state", "v1.position", "v1.fill"] {
        check(stream, "2147050003876484");
        check(stream, "18446744073709551615-BTC_USDT_Perp");
        check(stream, "2147050003876484-PERPETUAL-BTC-USDT");
    }
    check("v1.cancel", "2147050003876484");
    check("v1.transfer", "0xc73c0c25");
    check("v1.transfer", "0xc73c0c25-2147050003876484");
    check("v1.deposit", "0xc73c0c25");
    check("v1.withdrawal", "0xc73c0c25");
}

#[test]
fn older_ones_are_read() {
    assert_eq!(reads("v1.book.s", "BTC_USDT_Perp@500-100-10").as_deref(), Ok("BTC_USDT_Perp@500-100"));
    assert_eq!(reads("v1.order", "7@").as_deref(), Ok("7"));
    let topic = Topic::parse(&Stream::Fill, "7-PERPETUAL-BTC-USDT");
    let only = Only::Underlying { kind: Kind::Perpetual, base: "BTC", quote: "USDT" };
    assert_eq!(topic, Ok(Topic::Private { stream: PrivateStream::Fill, sub_account: 7, only }));
}

#[test]
fn what_the_parts_mean() {
    let topic = Topic::parse(&Stream::BookSnap, "BTC_USDT_Perp@1000-10");
    assert_eq!(topic, Ok(Topic::BookSnap { instrument: "BTC_USDT_Perp", rate_ms: 1000, depth: 10 }));
    let topic = Topic::parse(&Stream::MiniTickerDelta, "BTC_USDT_Perp@50");
    assert_eq!(topic, Ok(Topic::MiniTicker { form: Form::Delta, instrument: "BTC_USDT_Perp", rate_ms: 50 }));
}

#[test]
fn refused_ones_have_the_venues_code() {
    let check = |stream: &str, selector: &str, code: Code| {
        assert_eq!(reads(stream, selector), Err(code.number), "{stream} {selector}");
    };
    check("v1.books", "BTC_USDT_Perp@500", codes::STREAM_NOT_FOUND);
    check("v1.v1.position", "7", codes::STREAM_NOT_FOUND);
    check("v1.book.d", "BTC_USDT_Perp", codes::SELECTOR_FORM);
    check("v1.book.d", "BTC_USDT_Perp@500@500", codes::SELECTOR_FORM);
    check("v1.book.d", "", codes::SELECTOR_FORM);
    check("v1.book.d", "BTC-USDT@500", codes::SELECTOR_PRIMARY);
    check("v1.book.d", "@500", codes::INSTRUMENT_INVALID);
    check("v1.book.d", "BTC_USDT_Perp@500-50", codes::SELECTOR_SECONDARY);
    check("v1.book.s", "BTC_USDT_Perp@500", codes::SELECTOR_SECONDARY);
    check("v1.book.s", "BTC_USDT_Perp@500-10-1-1", codes::SELECTOR_SECONDARY);
    check("v1.candle", "BTC_USDT_Perp@CI_1_M", codes::SELECTOR_SECONDARY);
    check("v1.book.d", "BTC_USDT_Perp@51", codes::RATE_INVALID);
    check("v1.book.d", "BTC_USDT_Perp@", codes::RATE_INVALID);
    check("v1.book.d", "BTC_USDT_Perp@0500", codes::RATE_INVALID);
    check("v1.book.d", "BTC_USDT_Perp@+500", codes::RATE_INVALID);
    check("v1.book.d", "BTC_USDT_Perp@99999999999999999999", codes::RATE_INVALID);
    check("v1.ticker.s", "BTC_USDT_Perp@200", codes::RATE_INVALID);
    check("v1.book.s", "BTC_USDT_Perp@500-20", codes::DEPTH_INVALID);
    check("v1.trade", "BTC_USDT_Perp@100", codes::LIMIT_NOT_LISTED);
    check("v1.candle", "BTC_USDT_Perp@CI_2_M-TRADE", codes::INTERVAL_INVALID);
    check("v1.candle", "BTC_USDT_Perp@CI_1_M-LAST", codes::CANDLE_TYPE_INVALID);
    check("v1.order", "", codes::SUB_ACCOUNT_INVALID);
    check("v1.order", "x", codes::SUB_ACCOUNT_INVALID);
    check("v1.order", "-7", codes::SUB_ACCOUNT_INVALID);
    check("v1.order", "18446744073709551616", codes::SUB_ACCOUNT_INVALID);
    check("v1.order", "7-", codes::SELECTOR_PRIMARY);
    check("v1.order", "7-PERPETUAL-BTC", codes::SELECTOR_PRIMARY);
    check("v1.order", "7@500", codes::SELECTOR_SECONDARY);
    check("v1.cancel", "7-BTC_USDT_Perp", codes::SUB_ACCOUNT_INVALID);
    check("v1.transfer", "0xc7-x", codes::SUB_ACCOUNT_INVALID);
    check("v1.deposit", "", codes::SELECTOR_PRIMARY);
}
