//! Messages that the venue really sent.

use super::{assert_within, in_both, value};
use crate::grvt::wire::{
    Encoding, OrderStatus, account, error, history, login, market, market_data, order,
    reply::{Page, Reply},
    rpc, settings,
    stream::{Feed, Head},
};

fn message(name: &str) -> String {
    crate::fixtures::message("grvt", name)
}

macro_rules! real {
    ($($type:ty => $($name:literal),+;)+) => {
        $($(in_both!($type, $name, &message($name), None::<&str>);)+)+
    };
}

#[test]
fn replies() {
    real! {
        Reply<order::Order<'_>> => "create_order";
        Reply<Vec<market::Instrument<'_>>> => "instruments";
        Reply<Vec<market::Currency<'_>>> => "currency";
        Reply<market_data::Ticker<'_>> => "ticker";
        Reply<market_data::Book<'_>> => "book";
        Page<'_, market_data::Trade<'_>> => "trade_history";
        Page<'_, market_data::Candle<'_>> => "candles";
        Page<'_, market_data::FundingRate<'_>> => "funding";
        Page<'_, history::Fill<'_>> => "fill_history";
        Page<'_, history::FundingPayment<'_>> => "funding_payment_history";
        Reply<Vec<account::Position<'_>>> => "positions";
        Reply<account::SubAccount<'_>> => "account_summary";
        settings::Leverages<'_> => "all_initial_leverage";
        settings::LeverageSet => "set_initial_leverage";
    }
}

#[test]
fn frames() {
    real! {
        rpc::Response<'_, rpc::Subscribed<'_>> => "subscribed", "rpc_error";
        rpc::Response<'_, rpc::Streams<'_>> => "list_streams";
        rpc::Response<'_, Reply<order::Order<'_>>> => "rpc_create_order", "rpc_error";
        Feed<'_, market_data::Ticker<'_>> => "stream_ticker";
        Feed<'_, market_data::MiniTicker<'_>> => "stream_mini_ticker", "stream_mini_ticker_change";
        Feed<'_, market_data::Trade<'_>> => "stream_trade";
        Feed<'_, market_data::Candle<'_>> => "stream_candle";
        Feed<'_, market_data::Book<'_>> => "stream_book";
        Feed<'_, history::Fill<'_>> => "stream_fill";
        Feed<'_, account::Position<'_>> => "stream_position";
        Feed<'_, order::Order<'_>> => "stream_order";
    }
}

#[test]
fn logins() {
    macro_rules! reads {
        ($($type:ty => $name:literal;)+) => {$({
            let text = message($name);
            let read: $type = Encoding::Full.read(text.as_bytes()).unwrap();
            assert_within(&value(&text), &value(&Encoding::Full.write(&read)), $name);
        })+};
    }
    reads! {
        login::ApiKeyLogin<'_> => "api_key_login";
        login::WalletLogin<'_> => "wallet_login";
        login::LoginReply<'_> => "login";
        login::LoginReply<'_> => "login_reply";
        market_data::ServerTime => "server_time";
    }
}

#[test]
fn what_an_acknowledgement_says() {
    let text = message("create_order");
    let Reply { result: order } = Encoding::Full.read::<Reply<order::Order<'_>>>(text.as_bytes()).unwrap();
    assert!(!order::is_assigned(&order.order_id));
    assert_eq!(
        (order.state.status, order.metadata.client_order_id.as_str()),
        (OrderStatus::Pending, "1766076671")
    );
    let text = message("stream_order");
    let order: Feed<'_, order::Order<'_>> = Encoding::Full.read(text.as_bytes()).unwrap();
    assert!(order::is_assigned(&order.feed.order_id));
    for none in ["", "0", "0x", "0x0", "0x00"] {
        assert!(!order::is_assigned(none), "{none}");
    }
}

#[test]
fn a_change_of_a_ticker_tells_unchanged_from_gone() {
    let text = message("stream_mini_ticker_change").replace("\"5.708\"", "\"\"");
    let change: Feed<'_, market_data::MiniTicker<'_>> = Encoding::Full.read(text.as_bytes()).unwrap();
    assert_eq!(change.feed.mark_price, None);
    assert_eq!(change.feed.best_ask_size.as_deref(), Some(""));
    assert_eq!(change.feed.index_price.as_deref(), Some("87820.929569614"));
}

#[test]
fn heads() {
    let check = |name: &str, expected: Option<(&str, &str)>| {
        let text = message(name);
        let head: Head<'_> = Encoding::Full.read(text.as_bytes()).unwrap();
        assert_eq!(Head::split(Encoding::Full, &text), expected, "{name}");
        assert_eq!(head.stream.as_deref().zip(head.selector.as_deref()), expected, "{name}");
        if let Ok(order) = Encoding::Full.read::<Feed<'_, order::Order<'_>>>(text.as_bytes()) {
            let lite = Encoding::Lite.write(&order);
            let head: Head<'_> = Encoding::Lite.read(lite.as_bytes()).unwrap();
            assert_eq!(Head::split(Encoding::Lite, &lite), expected, "{lite}");
            assert_eq!(head.stream.as_deref().zip(head.selector.as_deref()), expected, "{lite}");
        }
    };
    check("stream_order", Some(("v1.order", "2147050003876484")));
    check("stream_book", Some(("v1.book.s", "BTC_USDT_Perp@500-100")));
    check("subscribed", None);
    check("rpc_error", None);
    let text = message("rpc_error");
    let head: Head<'_> = Encoding::Full.read(text.as_bytes()).unwrap();
    let error = error::RpcError { code: 3000, message: "Instrument is invalid".into() };
    assert_eq!((head.id, head.method.as_deref(), head.error), (Some(1), Some("subscribe"), Some(error)));
}
