//! Whatever comes, every type answers with a value or an error, and never with a panic; and what it takes, it can
//! write and read again.

use proptest::{prelude::*, sample::select};

use super::*;
use crate::hostile::{values, wrong_value};

/// Reads the text as each of the types; gives how many took it. What is taken is written, and read again as the same.
macro_rules! read_as {
    ($text:expr; $($type:ty),+ $(,)?) => {{
        let mut n_taken = 0;
        $(
            if let Ok(read) = serde_json::from_str::<$type>($text) {
                n_taken += 1;
                let written = serde_json::to_string(&read).unwrap();
                let again: $type = serde_json::from_str(&written).unwrap_or_else(|error| panic!("{written}: {error}"));
                assert_eq!(serde_json::to_string(&again).unwrap(), written);
            }
        )+
        n_taken
    }};
}

/// Reads the text as every type that can come from outside.
fn read_as_all(text: &str) -> usize {
    read_as_answers(text) + read_as_frames(text)
}

fn read_as_answers(text: &str) -> usize {
    read_as!(text; error::ApiError<'_>,
        order::Orders<'_>,
        order::OrderBookOrders<'_>,
        trade::Trades<'_>,
        tx::SendTxRequest<'_>,
        tx::SendTx<'_>,
        tx::SendTxBatchRequest<'_>,
        tx::SendTxBatch<'_>,
        tx::NextNonce<'_>,
        tx::ApiKeys<'_>,
        tx::EnrichedTx<'_>,
        tx::Txs<'_>,
        event::AppError<'_>,
        event::Execution<'_>,
        event::Cancel<'_>,
        event::Modify<'_>,
        account::DetailedAccounts<'_>,
        account::SubAccounts<'_>,
        account::AccountLimits<'_>,
        account::PositionFundings<'_>,
        market::OrderBooks<'_>,
        market::OrderBookDetails<'_>,
        history::Candles<'_>,
        history::Candlesticks<'_>,
        history::MarkPriceCandles<'_>,
        history::Fundings<'_>,
        history::FundingRates<'_>,
        history::ExchangeStats<'_>,
        info::Status,
        info::Info<'_>,
        info::CurrentHeight<'_>,
        info::AssetDetails<'_>,
        info::TokenRequest<'_>,
        info::TokenCreated<'_>)
}

fn read_as_frames(text: &str) -> usize {
    if let Ok(answer) = serde_json::from_str::<send::SendTxAnswer<'_>>(text) {
        let _ = answer.outcome();
    }
    let head = serde_json::from_str::<stream::Head<'_>>(text);
    // The short way must not differ from the long one, where the frame is one at all.
    if let (Some((kind, channel)), Ok(head)) = (stream::Head::split(text.as_bytes()), &head) {
        assert_eq!((head.kind.as_deref(), head.channel.as_deref()), (Some(kind), Some(channel)), "{text}");
    }
    read_as!(text; public_stream::OrderBookFrame<'_>,
        public_stream::TickerFrame<'_>,
        public_stream::TradeFrame<'_>,
        public_stream::MarketStatsFrame<'_>,
        public_stream::SpotMarketStatsFrame<'_>,
        public_stream::HeightFrame<'_>,
        public_stream::CandleFrame<'_>,
        private_stream::AllOrdersFrame<'_>,
        private_stream::OrdersFrame<'_>,
        private_stream::AllTradesFrame<'_>,
        private_stream::AllPositionsFrame<'_>,
        private_stream::AllAssetsFrame<'_>,
        private_stream::AccountAllFrame<'_>,
        private_stream::AccountMarketFrame<'_>,
        private_stream::UserStatsFrame<'_>,
        private_stream::AccountTxFrame<'_>,
        stream::ErrorFrame<'_>,
        stream::Connected<'_>,
        stream::Beat<'_>,
        stream::Shutdown<'_>,
        stream::Unsubscribed<'_>,
        stream::Command<'_>,
        send::SendTxData<'_>,
        send::SendTxBatchData<'_>,
        send::SendTxAnswer<'_>)
}

fn fixture() -> impl Strategy<Value = String> {
    select(crate::fixtures::messages("lighter")).prop_map(|(_, text)| text)
}

proptest! {
    #[test]
    fn a_wrong_value_anywhere(text in fixture(), wrong in wrong_value(), place in any::<prop::sample::Index>()) {
        let places = values(&text);
        prop_assume!(!places.is_empty());
        let mut text = text;
        text.replace_range(places[place.index(places.len())].clone(), wrong);
        read_as_all(&text);
    }

    #[test]
    fn cut_short_anywhere(text in fixture(), place in any::<prop::sample::Index>()) {
        let cut = text.floor_char_boundary(place.index(text.len()));
        prop_assert_eq!(read_as_all(&text[..cut]), 0, "{}", &text[..cut]);
    }

    #[test]
    fn a_byte_changed_anywhere(text in fixture(), byte in any::<u8>(), place in any::<prop::sample::Index>()) {
        let mut bytes = text.into_bytes();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        let _ = stream::Head::split(&bytes);
        read_as_all(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_text(text in ".{0,200}") {
        read_as_all(&text);
    }
}

#[test]
fn every_fixture_is_taken_by_some_type() {
    let messages = crate::fixtures::messages("lighter");
    assert!(70 < messages.len(), "{}", messages.len());
    for (name, text) in messages {
        assert_ne!(read_as_all(&text), 0, "{name}");
    }
}

#[test]
fn nesting_without_end_is_an_error() {
    for (open, close) in [("[", "]"), ("{\"0\":", "}"), ("{\"orders\":", "}"), ("[{\"trades\":", "}]")] {
        for n in [100, 200, 100_000] {
            let deep = format!("{}{}", open.repeat(n), close.repeat(n));
            read_as_all(&deep);
            let text = message("stream_account_all_orders");
            let at = text.find("\"orders\":").unwrap() + "\"orders\":".len();
            let whole = format!("{}{deep},\"type\":\"x\"}}", &text[..at]);
            assert!(serde_json::from_str::<private_stream::AllOrdersFrame<'_>>(&whole).is_err());
        }
    }
}

#[test]
fn numbers_that_are_too_big_are_errors() {
    let text = message("stream_account_all_orders");
    for bad in ["9223372036854775808", "-9223372036854775809", "1e3", "1.0", "\"1\"", "null"] {
        let text = text.replace("\"order_index\":281476929689581", &format!("\"order_index\":{bad}"));
        assert!(serde_json::from_str::<private_stream::AllOrdersFrame<'_>>(&text).is_err(), "{bad}");
    }
    // The largest that there can be is kept to its last digit; a float would round it.
    let text = text.replace("\"order_index\":281476929689581", "\"order_index\":9223372036854775807");
    let frame: private_stream::AllOrdersFrame<'_> = serde_json::from_str(&text).unwrap();
    assert_eq!(frame.orders[0].order_index, i64::MAX);
}
