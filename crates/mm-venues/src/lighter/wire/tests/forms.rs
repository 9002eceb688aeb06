//! Every form in which a thing was seen is read as that thing.

use serde_json::json;

use super::*;
use crate::lighter::wire::{
    Number, OrderStatus, OrderType, Text, TimeInForce, TriggerStatus,
    channel::{Channel, Selection},
    rows::{Grouped, Keyed, List, Single},
};

#[test]
fn lists_come_as_arrays_maps_and_null() {
    let trade =
        serde_json::to_value(rewritten!(trade::Trades<'_>, "recent_trades").0).unwrap()["trades"][0].clone();
    let n_of = |form: Value| {
        let text = form.to_string();
        let [list, grouped, keyed] = [
            serde_json::from_str::<List<trade::Trade<'_>>>(&text).map(|list| list.0),
            serde_json::from_str::<Grouped<trade::Trade<'_>>>(&text).map(|list| list.0),
            serde_json::from_str::<Keyed<trade::Trade<'_>>>(&text).map(|list| list.0),
        ]
        .map(|rows| rows.unwrap_or_else(|error| panic!("{text}: {error}")));
        assert_eq!((&list, &list), (&grouped, &keyed));
        list.len()
    };
    assert_eq!(n_of(json!(null)), 0);
    assert_eq!(n_of(json!([])), 0);
    assert_eq!(n_of(json!({})), 0);
    assert_eq!(n_of(json!([trade])), 1);
    assert_eq!(n_of(json!({"0": trade})), 1);
    assert_eq!(n_of(json!({"0": [trade, trade], "1": null, "2": [trade]})), 3);
    for bad in [json!(1), json!("x"), json!(true), json!([1]), json!({"0": 1}), json!({"0": [[trade]]})] {
        let text = bad.to_string();
        assert!(serde_json::from_str::<List<trade::Trade<'_>>>(&text).is_err(), "{text}");
    }
}

#[test]
fn a_single_row_comes_as_an_object_an_array_of_one_or_null() {
    let row = json!({"timestamp": 1, "market_id": 1, "funding_id": 1, "change": "1", "rate": "1",
        "position_size": "1", "position_side": "long"});
    let read = |form: Value| {
        serde_json::from_str::<Single<account::PositionFunding<'_>>>(&form.to_string())
            .map(|row| row.0.is_some())
    };
    assert!(read(row.clone()).unwrap());
    assert!(read(json!([row])).unwrap());
    assert!(!read(json!([])).unwrap());
    assert!(!read(json!(null)).unwrap());
    assert!(read(json!([row, row])).is_err(), "which of two?");
}

#[test]
fn what_is_written_as_a_map_is_filed_under_its_key() {
    let (_, written) = rewritten!(private_stream::AllTradesFrame<'_>, "stream_account_all_trades_subscribed");
    assert_eq!(written["trades"]["0"].as_array().map(Vec::len), Some(1));
    // The page files a position of market 101 under 1; ours stands where it belongs.
    let (read, written) = rewritten!(private_stream::AccountAllFrame<'_>, "stream_account_all");
    assert_within(&read["positions"]["1"], &written["positions"]["101"], "positions");
    assert_within(&read["trades"]["1"], &written["trades"]["101"], "trades");
    assert_within(&read["funding_histories"]["1"], &written["funding_histories"]["101"], "fundings");
    assert_eq!(written["assets"]["1"]["symbol"], "ETH");
    assert_eq!((&written["total_volume"], &written["account"]), (&912.into(), &10.into()));
    let (read, written) = rewritten!(private_stream::AccountMarketFrame<'_>, "stream_account_market");
    assert_within(&read["position"][0], &written["position"], "position");
    assert_within(&read["orders"], &written["orders"], "orders");
}

#[test]
fn a_list_that_a_frame_is_about_must_be_there() {
    let frame = |name: &str, list: &str| {
        let mut frame: Value = serde_json::from_str(&message(name)).unwrap();
        frame.as_object_mut().unwrap().remove(list).unwrap();
        frame.to_string()
    };
    assert!(
        serde_json::from_str::<private_stream::AllOrdersFrame<'_>>(&frame(
            "stream_account_all_orders",
            "orders"
        ))
        .is_err()
    );
    assert!(
        serde_json::from_str::<private_stream::AllPositionsFrame<'_>>(&frame(
            "stream_account_all_positions",
            "positions"
        ))
        .is_err()
    );
    assert!(
        serde_json::from_str::<private_stream::AllAssetsFrame<'_>>(&frame(
            "stream_account_all_assets",
            "assets"
        ))
        .is_err()
    );
    assert!(
        serde_json::from_str::<private_stream::AllTradesFrame<'_>>(&frame(
            "stream_account_all_trades",
            "trades"
        ))
        .is_err()
    );
    assert!(serde_json::from_str::<order::Orders<'_>>(&frame("orders", "orders")).is_err());
}

#[test]
fn statistics_come_as_text_and_as_numbers() {
    let text = message("stream_market_stats");
    let frame: public_stream::MarketStatsFrame<'_> = serde_json::from_str(&text).unwrap();
    let stats = frame.market_stats.iter().next().unwrap();
    assert_eq!(
        (stats.mark_price.as_str(), stats.daily_price_change.as_str()),
        ("64356.3", "-4.366136694955931")
    );
    let swapped =
        text.replace("\"64356.3\"", "64356.3").replace("-4.366136694955931", "\"-4.366136694955931\"");
    assert_eq!(serde_json::from_str::<public_stream::MarketStatsFrame<'_>>(&swapped).unwrap(), frame);
    let all = message("stream_market_stats_all");
    let all: public_stream::MarketStatsFrame<'_> = serde_json::from_str(&all).unwrap();
    assert_eq!(all.market_stats.iter().map(|stats| stats.market_id).collect::<Vec<_>>(), [0]);
    let none = text.replace(&text[text.find("{\"base").unwrap()..=text.find('}').unwrap()], "{}");
    let none: public_stream::MarketStatsFrame<'_> = serde_json::from_str(&none).unwrap();
    assert_eq!(none.market_stats.iter().count(), 0);
}

#[test]
fn numbers_keep_their_digits_and_are_written_bare() {
    let check = |json: &str, digits: &str, written: &str| {
        let read: Number<'_> = serde_json::from_str(json).unwrap();
        assert_eq!(read.as_str(), digits);
        assert_eq!(serde_json::to_string(&read).unwrap(), written);
    };
    check("13.223699999999997", "13.223699999999997", "13.223699999999997");
    check("\"912.50\"", "912.50", "912.50");
    check("1e-06", "1e-06", "1e-06");
    check("-0", "-0", "-0");
    // No JSON number: then it stays text, so that what we write is always JSON.
    for text in ["", "007", "1.", ".5", "NaN", "null", "true", "[1]", "1 2", "1}", "-"] {
        check(&format!("\"{text}\""), text, &format!("\"{text}\""));
    }
}

#[test]
fn every_status_has_the_number_of_its_place() {
    // The venue's page of data structures counts the states from 0 to 16 in this order.
    let expected = "in-progress pending open filled canceled canceled-post-only canceled-reduce-only \
        canceled-position-not-allowed canceled-margin-not-allowed canceled-too-much-slippage \
        canceled-not-enough-liquidity canceled-self-trade canceled-expired canceled-oco canceled-child \
        canceled-liquidation canceled-invalid-balance";
    let known: Vec<_> = OrderStatus::KNOWN.iter().map(OrderStatus::as_str).collect();
    assert_eq!(known, expected.split_whitespace().collect::<Vec<_>>());
    assert_eq!(OrderType::KNOWN.len() + TimeInForce::KNOWN.len() + TriggerStatus::KNOWN.len(), 9 + 4 + 5);
}

#[test]
fn unknown_words_are_kept_and_are_no_other_word() {
    let text = message("stream_account_all_orders");
    for word in ["Open", "open ", "cancelled", "canceled-new-reason", "", "expired"] {
        let text = text.replace("\"open\"", &format!("\"{word}\""));
        let frame: private_stream::AllOrdersFrame<'_> = serde_json::from_str(&text).unwrap();
        assert_eq!(frame.orders[0].status, OrderStatus::Unknown(word.into()));
        assert!(OrderStatus::KNOWN.iter().all(|known| *known != frame.orders[0].status));
        assert_eq!(serde_json::to_value(&frame).unwrap()["orders"]["0"][0]["status"], word);
    }
    for no_word in ["1", "null", "[]", "{}", "true"] {
        let text = text.replace("\"open\"", no_word);
        assert!(serde_json::from_str::<private_stream::AllOrdersFrame<'_>>(&text).is_err(), "{no_word}");
    }
}

#[test]
fn heads_are_split_only_in_the_form_that_is_common() {
    let split =
        |text: &str| stream::Head::split(text.as_bytes()).map(|(kind, channel)| format!("{kind} {channel}"));
    let check = |name: &str, expected: Option<&str>| {
        let text = message(name);
        assert_eq!(split(&text).as_deref(), expected, "{name}");
        let head: stream::Head<'_> = serde_json::from_str(&text).unwrap();
        if let Some(expected) = expected {
            assert_eq!(format!("{} {}", head.kind.unwrap(), head.channel.unwrap()), expected, "{name}");
        }
    };
    check("stream_order_book_update", Some("update/order_book order_book:0"));
    check("stream_ticker_empty", Some("subscribed/ticker ticker:39"));
    check("stream_unsubscribed", Some("unsubscribed candle:0:1m"));
    check("stream_account_all", None);
    check("stream_connected", None);
    check("stream_error", None);
    let long_way = [
        r#"{"channel":"a:1","x":{"type":"b"}}"#,
        r#"{"channel":"a:1", "type":"b"}"#,
        r#"{"channel":"a\u003a1","type":"b"}"#,
        r#"{"channel":"a:1","type":"b\u0063"}"#,
        r#"{"type":"b","channel":"a:1"}"#,
        r#"{"channel":"a,"type":"b"}"#,
        r#"{"channel":"a"}"#,
        r#"{"channel":"","type":""#,
        r#"{"channel":""}"#,
        "",
    ];
    for text in long_way {
        assert_eq!(split(text), None, "{text}");
    }
}

#[test]
fn errors_come_nested_and_flat() {
    let nested = message("stream_error");
    let head: stream::Head<'_> = serde_json::from_str(&nested).unwrap();
    let error = head.error.unwrap();
    assert_eq!((error.code, &*error.message), (30_003, "Already Subscribed to : ticker:3"));
    let code = error::codes::SOCKET_ALREADY_SUBSCRIBED;
    assert_eq!((error.code, error.message.starts_with(code.text)), (code.number, true));
    let flat = message("stream_error_flat");
    let head: stream::Head<'_> = serde_json::from_str(&flat).unwrap();
    assert_eq!((head.kind.as_deref(), head.error), (Some(stream::kind::ERROR), None));
    assert_eq!(serde_json::from_str::<stream::StreamError<'_>>(&flat).unwrap().code, 21_727);
}

#[test]
fn an_answer_to_a_transaction_is_read_wherever_it_says_it() {
    let outcome = |text: &str| {
        let answer: send::SendTxAnswer<'_> =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let it = answer.outcome();
        let hashes: Vec<_> = it.hashes.iter().map(Text::as_str).collect();
        format!("{:?} {:?} {:?} {hashes:?}", it.id, it.code, it.message)
    };
    let hash = rewritten!(tx::SendTx<'_>, "send_tx").0["tx_hash"].as_str().unwrap().to_owned();
    let expected = format!(r#"Some("\"my_random_id_12345678\"") Some(200) None ["{hash}"]"#);
    assert_eq!(outcome(&message("stream_send_tx_answer")), expected);
    assert_eq!(outcome(&message("stream_send_tx_answer_nested")), expected);
    let check = |text: &str, expected: &str| assert_eq!(outcome(text), expected, "{text}");
    check(
        r#"{"type":"t","code":200,"id":7,"data":{"tx_hash":["a","b"]}}"#,
        r#"Some("7") Some(200) None ["a", "b"]"#,
    );
    check(r#"{"type":"t","code":21104,"message":"m"}"#, r#"None Some(21104) Some("m") []"#);
    // An outer success does not hide an inner refusal, nor an error either.
    check(
        r#"{"type":"t","code":200,"data":{"code":21104,"message":"m"}}"#,
        r#"None Some(21104) Some("m") []"#,
    );
    check(r#"{"type":"t","code":200,"error":{"code":1,"message":"e"}}"#, r#"None Some(1) Some("e") []"#);
    check(r#"{"type":"t"}"#, "None None None []");
}

#[test]
fn transactions_within_text_are_unpacked() {
    let text = message("stream_send_tx_batch");
    let command: stream::Command<'_> = serde_json::from_str(&text).unwrap();
    let data: send::SendTxBatchData<'_> = serde_json::from_str(command.data.unwrap().get()).unwrap();
    assert_eq!(serde_json::from_str::<Vec<u8>>(&data.tx_types.0).unwrap(), [14, 15]);
    assert_eq!(serde_json::from_str::<Vec<String>>(&data.tx_infos.0).unwrap().len(), 2);
    // The older page shows arrays without the text around them.
    let bare = r#"{"tx_types":[14],"tx_infos":["{}"]}"#;
    let data: send::SendTxBatchData<'_> = serde_json::from_str(bare).unwrap();
    assert_eq!((&*data.tx_types.0, &*data.tx_infos.0), ("[14]", r#"["{}"]"#));
}

#[test]
fn tokens_do_not_print() {
    let text = message("stream_subscribe");
    let command: stream::Command<'_> = serde_json::from_str(&text).unwrap();
    assert!(command.auth.is_some() && !format!("{command:?}").contains("00ff"), "{command:?}");
    let created = message("token_create");
    let created: info::TokenCreated<'_> = serde_json::from_str(&created).unwrap();
    assert!(!format!("{created:?}").contains("00ff"), "{created:?}");
}

#[test]
fn channels_are_read_in_both_forms() {
    let check = |name: &str, channel: Channel| {
        assert_eq!(Channel::parse(name), Some(channel.clone()), "{name}");
        assert_eq!((channel.to_string(), channel.inbound()), (name.to_owned(), name.replace('/', ":")));
        assert_eq!(Channel::parse(&channel.inbound()), Some(channel));
    };
    check("order_book/0", Channel::OrderBook(0));
    check("trade/2048", Channel::Trade(2048));
    check("ticker/1", Channel::Ticker(1));
    check("market_stats/all", Channel::MarketStats(Selection::All));
    check("spot_market_stats/2048", Channel::SpotMarketStats(Selection::Market(2048)));
    check("candle/0/1m", Channel::Candle { market: 0, resolution: "1m".into() });
    check("mark_price_candle/0/1h", Channel::MarkPriceCandle { market: 0, resolution: "1h".into() });
    check("height", Channel::Height);
    check("account_all/281474976710654", Channel::AccountAll(281_474_976_710_654));
    check("user_stats/65", Channel::UserStats(65));
    check("account_all_trades/65", Channel::AccountAllTrades(65));
    check("account_all_positions/65", Channel::AccountAllPositions(65));
    check("account_all_orders/65", Channel::AccountAllOrders(65));
    check("account_all_assets/65", Channel::AccountAllAssets(65));
    check("account_tx/65", Channel::AccountTx(65));
    check("account_orders/0/65", Channel::AccountOrders { market: 0, account: Some(65) });
    check("account_orders/0", Channel::AccountOrders { market: 0, account: None });
    check("account_market/0/65", Channel::AccountMarket { market: 0, account: 65 });
    let unknown = [
        "",
        "order_book",
        "order_book/",
        "order_book/x",
        "order_book/+1",
        "order_book/-1",
        "height/1",
        "order_book/0/1",
        "account_market/0",
        "account_all/1.5",
        "order_book/99999999999999999999",
        "a/b/c/d",
    ];
    for name in unknown {
        assert_eq!(Channel::parse(name), None, "{name}");
    }
}
