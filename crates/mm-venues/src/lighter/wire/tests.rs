//! Every wire type reads its witness and writes it back; what it adds is what the venue's own clients demand.

pub(crate) mod demands;
mod forms;
mod hostile;
mod nonces;

use serde_json::Value;

use super::{
    account, error, event, history, info, market, order, private_stream, public_stream, send, stream, trade,
    tx,
};
use crate::lighter::fixtures::message;

/// Reads the fixture as the type; gives what was read and what the type writes.
macro_rules! rewritten {
    ($type:ty, $name:expr) => {{
        let text = message($name);
        let read: $type = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", $name));
        let written = serde_json::to_value(&read).unwrap();
        (serde_json::from_str::<Value>(&text).unwrap(), written)
    }};
}
use rewritten;

/// Reads it, and writes it back the same.
macro_rules! mirrors {
    ($($type:ty => $($name:literal),+;)*) => {
        $($({
            let (read, written) = rewritten!($type, $name);
            assert_eq!(read, written, "{}", $name);
        })+)*
    };
}

/// Reads it, and writes it back with fields that the witness, older or shortened, does not have.
macro_rules! completes {
    ($($type:ty => $($name:literal),+;)*) => {
        $($({
            let (read, written) = rewritten!($type, $name);
            assert_ne!(read, written, "{}: say that it mirrors", $name);
            assert_within(&read, &written, $name);
        })+)*
    };
}

/// Everything in `read` is in `written`, at the same place and the same; but for null, which a list may have been.
fn assert_within(read: &Value, written: &Value, place: &str) {
    match (read, written) {
        (Value::Object(read), Value::Object(written)) => {
            for (key, value) in read.iter().filter(|(_, value)| !value.is_null()) {
                let place = format!("{place}.{key}");
                let written = written.get(key).unwrap_or_else(|| panic!("{place} is lost"));
                assert_within(value, written, &place);
            }
        }
        (Value::Array(read), Value::Array(written)) => {
            assert_eq!(read.len(), written.len(), "{place}");
            for (n, (read, written)) in read.iter().zip(written).enumerate() {
                assert_within(read, written, &format!("{place}[{n}]"));
            }
        }
        _ => assert_eq!(read, written, "{place}"),
    }
}

#[test]
fn answers_are_mirrored() {
    mirrors! {
        error::ApiError<'_> => "error";
        order::OrderBookOrders<'_> => "order_book_orders";
        tx::SendTx<'_> => "send_tx";
        tx::SendTxBatch<'_> => "send_tx_batch";
        tx::NextNonce<'_> => "next_nonce";
        tx::ApiKeys<'_> => "api_keys";
        tx::EnrichedTx<'_> => "tx";
        tx::Txs<'_> => "txs";
        account::SubAccounts<'_> => "accounts_by_l1_address";
        account::AccountLimits<'_> => "account_limits";
        account::PositionFundings<'_> => "position_funding";
        history::Candlesticks<'_> => "candlesticks";
        history::MarkPriceCandles<'_> => "mark_price_candles";
        history::Fundings<'_> => "fundings";
        history::FundingRates<'_> => "funding_rates";
        history::ExchangeStats<'_> => "exchange_stats";
        info::Status => "status";
        info::Info<'_> => "info";
        info::CurrentHeight<'_> => "current_height";
        info::TokenCreated<'_> => "token_create";
        event::Cancel<'_> => "event_cancel";
    }
}

#[test]
fn answers_are_completed() {
    completes! {
        order::Orders<'_> => "orders";
        trade::Trades<'_> => "recent_trades", "recent_trades_null";
        market::OrderBooks<'_> => "order_books";
        market::OrderBookDetails<'_> => "order_book_details", "order_book_details_spot";
        account::DetailedAccounts<'_> => "account", "account_assembled";
        history::Candles<'_> => "candles", "candles_null";
        info::AssetDetails<'_> => "asset_details";
        event::Execution<'_> => "event_execution";
        event::Modify<'_> => "event_modify";
    }
}

#[test]
fn frames_are_mirrored() {
    mirrors! {
        public_stream::OrderBookFrame<'_> =>
            "stream_order_book", "stream_order_book_update";
        public_stream::TickerFrame<'_> => "stream_ticker", "stream_ticker_empty";
        public_stream::HeightFrame<'_> => "stream_height";
        public_stream::CandleFrame<'_> => "stream_candle", "stream_candle_update";
        public_stream::MarkPriceCandleFrame<'_> => "stream_mark_price_candle";
        private_stream::AllOrdersFrame<'_> => "stream_account_all_orders";
        private_stream::OrdersFrame<'_> => "stream_account_orders";
        private_stream::UserStatsFrame<'_> => "stream_user_stats";
        stream::Connected<'_> => "stream_connected";
        stream::Beat<'_> => "stream_ping";
        stream::Shutdown<'_> => "stream_shutdown";
        stream::Unsubscribed<'_> => "stream_unsubscribed";
        stream::ErrorFrame<'_> => "stream_error";
        stream::Command<'_> => "stream_subscribe", "stream_send_tx", "stream_send_tx_batch";
        send::SendTxAnswer<'_> => "stream_send_tx_answer", "stream_send_tx_answer_nested";
    }
}

#[test]
fn frames_are_completed() {
    completes! {
        public_stream::OrderBookFrame<'_> => "stream_order_book_page", "stream_order_book_empty";
        public_stream::TradeFrame<'_> => "stream_trade", "stream_trade_subscribed";
        public_stream::MarketStatsFrame<'_> =>
            "stream_market_stats", "stream_market_stats_all", "stream_market_stats_page";
        public_stream::SpotMarketStatsFrame<'_> => "stream_spot_market_stats", "stream_spot_market_stats_all";
        private_stream::AllTradesFrame<'_> => "stream_account_all_trades";
        private_stream::AllPositionsFrame<'_> => "stream_account_all_positions";
        private_stream::AllAssetsFrame<'_> => "stream_account_all_assets", "stream_account_all_assets_page";
        private_stream::UserStatsFrame<'_> => "stream_user_stats_page";
        private_stream::AccountTxFrame<'_> => "stream_account_tx";
    }
}

#[test]
fn requests_are_mirrored() {
    // Numbers that came as text of a form are understood, and written as numbers.
    let (read, written) = rewritten!(tx::SendTxRequest<'_>, "send_tx_request");
    assert_eq!((&written["tx_type"], &written["price_protection"]), (&14.into(), &true.into()));
    assert_eq!(written["tx_info"], read["tx_info"]);
    mirrors! { tx::SendTxBatchRequest<'_> => "send_tx_batch_request"; }
    let (_, written) = rewritten!(info::TokenRequest<'_>, "token_create_request");
    assert_eq!((&written["account_index"], &written["expiry"]), (&65.into(), &1_798_000_000.into()));
    assert_eq!(written["sub_account_access"], false);
}

#[test]
fn the_codes_have_the_venues_texts() {
    let table = crate::fixtures::file("lighter", "error-codes.tsv");
    let rows: std::collections::BTreeMap<u32, &str> = table
        .lines()
        .filter_map(|row| row.split_once('\t'))
        .filter_map(|(n, text)| Some((n.parse().ok()?, text)))
        .collect();
    assert_eq!(rows.len(), 239);
    for code in error::codes::ALL {
        assert_eq!(rows.get(&code.number), Some(&code.text), "{}", code.number);
        assert_eq!(error::codes::by_number(code.number), Some(*code));
    }
    assert!(error::codes::ALL.is_sorted_by_key(|code| code.number));
    assert_eq!(error::codes::by_number(1), None);
}
