//! The examples of the venue's own specification, of every call and stream, in both encodings.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{assert_within, in_both, value};
use crate::grvt::wire::{
    Encoding, account, error, history, legacy, market, market_data, order,
    paths::Endpoint,
    reply::{Empty, Page, Reply},
    rpc, send, settings,
    stream::{self, Feed, Stream},
};

/// `fixtures/grvt/examples.json`.
#[derive(Deserialize)]
struct Examples<'a> {
    #[serde(borrow)]
    calls: Vec<Call<'a>>,
    streams: Vec<Subscription<'a>>,
}

#[derive(Deserialize)]
struct Call<'a> {
    method: &'a str,
    #[serde(borrow)]
    request: Both<'a>,
    reply: Both<'a>,
    error: Both<'a>,
}

#[derive(Deserialize)]
struct Subscription<'a> {
    stream: &'a str,
    #[serde(borrow)]
    feed: Both<'a>,
    subscribe: Both<'a>,
    subscribed: &'a RawValue,
    unsubscribe: Both<'a>,
    unsubscribed: &'a RawValue,
    legacy_subscribe: &'a RawValue,
    legacy_subscribed: &'a RawValue,
    error: Both<'a>,
    legacy_error: &'a RawValue,
}

#[derive(Deserialize)]
struct Both<'a> {
    #[serde(borrow)]
    full: &'a RawValue,
    /// Not every one has it.
    lite: Option<&'a RawValue>,
}

fn with_examples(of: impl FnOnce(Examples<'_>)) {
    let text = crate::fixtures::file("grvt", "examples.json");
    of(serde_json::from_str(&text).unwrap());
}

macro_rules! both {
    ($type:ty, $name:expr, $both:expr) => {
        in_both!($type, $name, $both.full.get(), $both.lite.map(RawValue::get))
    };
}

/// Checks an example as the types of its call.
macro_rules! calls {
    ($call:expr; $($method:literal => $request:ty, $reply:ty;)+) => {
        match $call.method {
            $($method => {
                both!($request, $method, $call.request);
                both!($reply, $method, $call.reply);
            })+
            other => panic!("{other} has no types"),
        }
    };
}

fn check_call(call: &Call<'_>) {
    calls! { call;
        "v1/instrument" => market::InstrumentRequest<'_>, Reply<market::Instrument<'_>>;
        "v1/all_instruments" => market::AllInstrumentsRequest, Reply<Vec<market::Instrument<'_>>>;
        "v1/instruments" => market::InstrumentsRequest<'_>, Reply<Vec<market::Instrument<'_>>>;
        "v1/currency" => Empty, Reply<Vec<market::Currency<'_>>>;
        "v1/supported_assets" => Empty, market::SupportedAssets<'_>;
        "v1/margin_rules" => market::InstrumentRequest<'_>, market::MarginRules<'_>;
        "v1/mini" => market::InstrumentRequest<'_>, Reply<market_data::MiniTicker<'_>>;
        "v1/ticker" => market::InstrumentRequest<'_>, Reply<market_data::Ticker<'_>>;
        "v1/book" => market_data::BookRequest<'_>, Reply<market_data::Book<'_>>;
        "v1/trade" => market_data::TradesRequest<'_>, Reply<Vec<market_data::Trade<'_>>>;
        "v1/trade_history" => market_data::TradeHistoryRequest<'_>, Page<'_, market_data::Trade<'_>>;
        "v1/kline" => market_data::CandlesRequest<'_>, Page<'_, market_data::Candle<'_>>;
        "v1/funding" => market_data::FundingRatesRequest<'_>, Page<'_, market_data::FundingRate<'_>>;
        "v1/create_order" => send::CreateOrder<'_>, Reply<order::Order<'_>>;
        "v1/cancel_order" => send::CancelOrder<'_>, Reply<send::Ack>;
        "v1/cancel_all_orders" => send::Filtered<'_>, Reply<send::Ack>;
        "v1/order" => send::GetOrder<'_>, Reply<order::Order<'_>>;
        "v1/open_orders" => send::Filtered<'_>, Reply<Vec<order::Order<'_>>>;
        "v1/order_history" => history::HistoryRequest<'_>, Page<'_, order::Order<'_>>;
        "v1/cancel_on_disconnect" => settings::CancelOnDisconnect<'_>, Reply<send::Ack>;
        "v2/bulk_orders" => send::BulkOrders<'_>, send::BulkOrdersReply<'_>;
        "v1/fill_history" => history::HistoryRequest<'_>, Page<'_, history::Fill<'_>>;
        "v1/funding_payment_history" =>
            history::FundingPaymentsRequest<'_>, Page<'_, history::FundingPayment<'_>>;
        "v1/positions" => send::Filtered<'_>, Reply<Vec<account::Position<'_>>>;
        "v1/set_position_config" => settings::SetPositionConfig<'_>, settings::PositionConfigSet;
        "v1/account_summary" => account::SubAccountRequest<'_>, Reply<account::SubAccount<'_>>;
        "v1/aggregated_account_summary" => Empty, Reply<account::AggregatedAccountSummary<'_>>;
        "v1/funding_account_summary" => Empty, account::FundingAccountReply<'_>;
        "v1/get_sub_accounts" => Empty, account::SubAccounts<'_>;
        "v1/get_all_initial_leverage" => account::SubAccountRequest<'_>, settings::Leverages<'_>;
        "v1/set_initial_leverage" => settings::SetLeverage<'_>, settings::LeverageSet;
        "v1/get_authorized_builders" => Empty, settings::AuthorizedBuilders<'_>;
    }
    both!(error::ApiError<'_>, call.method, call.error);
}

#[test]
fn every_call() {
    with_examples(|examples| {
        let known: Vec<_> = examples.calls.iter().map(|call| call.method).collect();
        let ours: Vec<_> = Endpoint::ALL.iter().map(|endpoint| endpoint.method()).collect();
        assert_eq!(known, ours);
        examples.calls.iter().for_each(check_call);
    });
}

fn check_feed(Subscription { stream, feed, .. }: &Subscription<'_>) {
    match Stream::from(*stream) {
        Stream::MiniTickerSnap | Stream::MiniTickerDelta => {
            both!(Feed<'_, market_data::MiniTicker<'_>>, *stream, feed);
        }
        Stream::TickerSnap | Stream::TickerDelta => {
            both!(Feed<'_, market_data::Ticker<'_>>, *stream, feed);
        }
        Stream::BookSnap | Stream::BookDelta => both!(Feed<'_, market_data::Book<'_>>, *stream, feed),
        Stream::Trade => both!(Feed<'_, market_data::Trade<'_>>, *stream, feed),
        Stream::Candle => both!(Feed<'_, market_data::Candle<'_>>, *stream, feed),
        Stream::Order => both!(Feed<'_, order::Order<'_>>, *stream, feed),
        Stream::State => both!(Feed<'_, stream::OrderStateFeed<'_>>, *stream, feed),
        Stream::Position => both!(Feed<'_, account::Position<'_>>, *stream, feed),
        Stream::Fill => both!(Feed<'_, history::Fill<'_>>, *stream, feed),
        Stream::Cancel => both!(Feed<'_, stream::CancelStatusFeed<'_>>, *stream, feed),
        Stream::Transfer => both!(Feed<'_, stream::TransferFeed<'_>>, *stream, feed),
        Stream::Deposit => both!(Feed<'_, stream::DepositFeed<'_>>, *stream, feed),
        Stream::Withdrawal => both!(Feed<'_, stream::WithdrawalFeed<'_>>, *stream, feed),
        Stream::Unknown(stream) => panic!("{stream} has no type"),
    }
}

#[test]
fn every_stream() {
    with_examples(|examples| {
        let mut known: Vec<_> = examples.streams.iter().map(|row| row.stream).collect();
        let mut ours: Vec<_> = Stream::KNOWN.iter().map(Stream::as_str).collect();
        known.sort_unstable();
        ours.sort_unstable();
        assert_eq!(known, ours);
        for row in &examples.streams {
            check_feed(row);
            both!(rpc::Request<'_, rpc::SubscribeParams<'_>>, row.stream, row.subscribe);
            both!(rpc::Request<'_, rpc::SubscribeParams<'_>>, row.stream, row.unsubscribe);
            both!(rpc::Response<'_, rpc::Subscribed<'_>>, row.stream, row.error);
            let full = |full| Both { full, lite: None };
            both!(rpc::Response<'_, rpc::Subscribed<'_>>, row.stream, full(row.subscribed));
            both!(rpc::Response<'_, rpc::Unsubscribed<'_>>, row.stream, full(row.unsubscribed));
            both!(legacy::LegacyRequest<'_>, row.stream, full(row.legacy_subscribe));
            both!(legacy::LegacyResponse<'_>, row.stream, full(row.legacy_subscribed));
            both!(error::ApiError<'_>, row.stream, full(row.legacy_error));
        }
    });
}

/// All texts, for those who want any message.
pub(super) fn texts() -> Vec<(Encoding, String)> {
    let mut texts = Vec::new();
    with_examples(|examples| {
        let mut add = |both: &Both<'_>| {
            texts.push((Encoding::Full, both.full.get().to_owned()));
            texts.extend(both.lite.map(|lite| (Encoding::Lite, lite.get().to_owned())));
        };
        for call in &examples.calls {
            [&call.request, &call.reply, &call.error].into_iter().for_each(&mut add);
        }
        for row in &examples.streams {
            [&row.feed, &row.subscribe, &row.unsubscribe, &row.error].into_iter().for_each(&mut add);
        }
    });
    texts
}
