//! Every wire type reads its witness; those that our server writes write it back as it was recorded.

use serde_json::Value;

use super::{account, error, history, market_data, order, private_stream, public_stream, stream};
use crate::backpack::fixtures::message;

/// Reads the fixture as the type and gives back what the type writes.
macro_rules! rewritten {
    ($type:ty, $name:literal) => {{
        let text = message($name);
        let read: $type = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", $name));
        let written = serde_json::to_value(&read).unwrap();
        (serde_json::from_str::<Value>(&text).unwrap(), written)
    }};
}

/// Reads it, and writes it back the same.
macro_rules! mirrors {
    ($($type:ty => $($name:literal),+;)*) => {
        $($({
            let (read, written) = rewritten!($type, $name);
            assert_eq!(read, written, "{}", $name);
        })+)*
    };
}

/// Reads the payload of a stream's frame, and writes it back the same.
macro_rules! mirrors_payload {
    ($($type:ty => $($name:literal),+;)*) => {
        $($({
            let text = message($name);
            let frame: stream::Envelope<'_> = serde_json::from_str(&text).unwrap();
            let data = frame.data.expect("a frame with data").get();
            let read: $type = serde_json::from_str(data).unwrap_or_else(|error| panic!("{}: {error}", $name));
            let written = serde_json::to_value(&read).unwrap();
            assert_eq!(serde_json::from_str::<Value>(data).unwrap(), written, "{}", $name);
        })+)*
    };
}

#[test]
fn rest_answers_are_mirrored() {
    mirrors! {
        order::Order<'_> => "order", "order_cancelled";
        Vec<order::Order<'_>> => "open_orders";
        Vec<history::HistoricOrder<'_>> => "order_history", "order_history_expired";
        Vec<history::HistoricFill<'_>> => "fills";
        Vec<history::HistoricFunding<'_>> => "funding_history";
        account::Account<'_> => "account";
        account::MaxOrder<'_> => "max_order";
        account::MaxBorrow<'_> => "max_borrow";
        account::MaxWithdrawal<'_> => "max_withdrawal";
        account::Capital<'_> => "capital";
        account::MarginAccount<'_> => "collateral";
        Vec<account::Position<'_>> => "position";
        Vec<account::CollateralParameters<'_>> => "collateral_parameters";
        market_data::SystemStatus<'_> => "status";
        market_data::Market<'_> => "market";
        Vec<market_data::Market<'_>> => "markets", "markets_perpetual";
        market_data::Ticker<'_> => "ticker";
        market_data::Depth<'_> => "depth";
        Vec<market_data::Trade<'_>> => "trades";
        Vec<market_data::Kline<'_>> => "klines";
        Vec<market_data::MarkPrice<'_>> => "mark_prices";
        Vec<market_data::OpenInterest<'_>> => "open_interest";
        Vec<market_data::FundingRate<'_>> => "funding_rates";
        Vec<market_data::Asset<'_>> => "assets";
        error::ApiError<'_> => "error";
    }
}

#[test]
fn requests_are_mirrored() {
    mirrors! {
        order::OrderRequest<'_> => "order_request";
        order::CancelAllRequest<'_> => "cancel_all_request";
        order::OpenOrdersQuery<'_> => "open_orders_query";
        account::AccountUpdate<'_> => "account_update";
        stream::Command<'_> => "stream_command";
    }
    // Numbers that came in quotes are understood, and written as numbers.
    let (_, cancel) = rewritten!(order::OrderSelector<'_>, "order_selector");
    assert_eq!(cancel, serde_json::json!({"symbol": "SOL_USDC_PERP", "clientId": 42}));
    let (_, orders) = rewritten!(history::OrderHistoryQuery<'_>, "order_history_query");
    assert_eq!(orders["limit"], 100);
    let (_, fills) = rewritten!(history::FillHistoryQuery<'_>, "fill_history_query");
    assert_eq!(fills["to"], 1_750_793_021_519_u64);
}

#[test]
fn requests_are_strict() {
    let refused = [
        r#"{"symbol":"A","side":"Bid","orderType":"Limit","pricee":"1"}"#,
        r#"{"symbol":"A","side":"Buy","orderType":"Limit"}"#,
        r#"{"symbol":"A","side":"Bid","orderType":"Limit","clientId":4294967296}"#,
        r#"{"symbol":"A","side":"Bid","orderType":"Limit","clientId":-1}"#,
        r#"{"symbol":"A","side":"Bid","orderType":"Limit","clientId":"+7"}"#,
        r#"{"symbol":"A","side":"Bid","orderType":"Limit","price":true}"#,
        r#"{"symbol":"A","symbol":"B","side":"Bid","orderType":"Limit"}"#,
        r#"{"side":"Bid","orderType":"Limit"}"#,
        r#"[]"#,
    ];
    for text in refused {
        assert!(serde_json::from_str::<order::OrderRequest<'_>>(text).is_err(), "{text}");
    }
}

#[test]
fn stream_payloads_are_mirrored() {
    mirrors_payload! {
        public_stream::DepthUpdate<'_> => "stream_depth";
        public_stream::BookTicker<'_> => "stream_book_ticker";
        public_stream::Ticker<'_> => "stream_ticker";
        public_stream::MarkPrice<'_> => "stream_mark_price";
        public_stream::Trade<'_> => "stream_trade";
        public_stream::Kline<'_> => "stream_kline";
        public_stream::OpenInterest<'_> => "stream_open_interest";
        public_stream::Liquidation<'_> => "stream_liquidation";
        private_stream::OrderUpdate<'_> => "stream_order_accepted", "stream_order_cancelled";
        private_stream::BalanceUpdate<'_> => "stream_balance";
    }
}

#[test]
fn fields_are_read_in_every_form_that_was_seen() {
    let payload = |name| {
        let text = message(name);
        let frame: stream::Envelope<'_> = serde_json::from_str(&text).unwrap();
        frame.data.unwrap().get().to_owned()
    };
    let fill = payload("stream_order_fill");
    let fill: private_stream::OrderUpdate<'_> = serde_json::from_str(&fill).unwrap();
    assert_eq!((fill.engine_time, fill.trade_id), (1_754_939_110_174_705, Some(2_888_471)));

    let expired = payload("stream_order_expired");
    let expired: private_stream::OrderUpdate<'_> = serde_json::from_str(&expired).unwrap();
    assert_eq!(expired.related_order_id.as_deref(), Some("59887375399"));
    // Read as text, written as the number that the venue's Rust client needs.
    assert_eq!(serde_json::to_value(&expired).unwrap()["I"], 59_887_375_399_u64);

    let position = payload("stream_position");
    let position: private_stream::PositionUpdate<'_> = serde_json::from_str(&position).unwrap();
    assert_eq!((position.position_id, &*position.net_quantity), (Some(5_411_399_049), "0.0010"));

    // The page prints bare numbers and an id in quotes: the text of the numbers is kept.
    let position = payload("stream_position_page");
    let position: private_stream::PositionUpdate<'_> = serde_json::from_str(&position).unwrap();
    assert_eq!((position.event, &*position.net_quantity), (None, "5"));
    assert_eq!((position.imf.as_deref(), position.position_id), (Some("0.5"), Some(1_111_343_026_172_067)));
}

#[test]
fn a_batch_answer_is_read_in_two_steps() {
    let text = message("batch");
    let rows: Vec<&serde_json::value::RawValue> = serde_json::from_str(&text).unwrap();
    let words: Vec<order::BatchElement> =
        rows.iter().map(|row| serde_json::from_str(row.get()).unwrap()).collect();
    assert_eq!(
        [words[0].operation, words[1].operation],
        [order::BatchOperation::Ok, order::BatchOperation::Err]
    );
    let order: order::Order<'_> = serde_json::from_str(rows[0].get()).unwrap();
    let error: error::ApiError<'_> = serde_json::from_str(rows[1].get()).unwrap();
    let written =
        serde_json::to_value([order::BatchAnswer::Ok(order), order::BatchAnswer::Err(error)]).unwrap();
    assert_eq!(written, serde_json::from_str::<Value>(&text).unwrap());
}

#[test]
fn error_frames_are_written_as_the_venue_does() {
    let text = message("stream_error");
    let frame: stream::Envelope<'_> = serde_json::from_str(&text).unwrap();
    let written = stream::ErrorFrame { id: None, error: frame.error.unwrap() };
    assert_eq!(serde_json::to_value(&written).unwrap(), serde_json::from_str::<Value>(&text).unwrap());
}

#[test]
fn unknown_words_are_errors() {
    let order = message("order");
    for (known, unknown) in
        [("\"New\"", "\"Resting\""), ("\"Ask\"", "\"Sell\""), ("\"Limit\"", "\"Iceberg\"")]
    {
        let text = order.replace(known, unknown);
        assert_ne!(text, order);
        let error = serde_json::from_str::<order::Order<'_>>(&text).unwrap_err().to_string();
        assert!(error.contains(unknown.trim_matches('"')), "{error}");
    }
}

#[test]
fn frames_are_split_only_in_the_form_that_was_recorded() {
    let split = |text: &'static str| {
        stream::Envelope::split(text.as_bytes())
            .map(|(name, data)| (name, std::str::from_utf8(data).unwrap()))
    };
    assert_eq!(split(r#"{"data":{"a":1},"stream":"depth.X"}"#), Some(("depth.X", r#"{"a":1}"#)));
    let long_way = [
        r#"{"stream":"depth.X","data":{"a":1}}"#,
        r#"{"data":{"a":1}, "stream":"depth.X"}"#,
        r#"{"data":{"a":1},"stream":"depth\u002eX"}"#,
        r#"{"data":{"a":1},"stream":"depth.X","x":"y"}"#,
        r#"{"id":null,"error":{"code":4006,"message":"Invalid stream"}}"#,
        r#"{"data":"}"#,
        "",
    ];
    for text in long_way {
        assert_eq!(split(text), None, "{text}");
    }
}
