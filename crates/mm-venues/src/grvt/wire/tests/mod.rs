//! Every wire type reads what the venue sends, in both encodings, and writes it back.

mod examples;
mod hostile;
mod lite;
mod login;
mod names;
mod real;
mod selector;
mod vocabulary;

use serde_json::Value;

/// Calls a macro with every type that goes over the wire in both encodings. Those that hold other types have one of
/// each place's.
macro_rules! every_type {
    ($with:ident) => {
        $with! {
            account::AggregatedAccountSummary<'_>, account::ClientTier, account::FundingAccountReply<'_>,
            account::FundingAccountSummary<'_>, account::Position<'_>, account::SpotBalance<'_>,
            account::SubAccount<'_>, account::SubAccountRequest<'_>, account::SubAccounts<'_>,
            account::VaultInvestment<'_>,
            error::ApiError<'_>, error::RpcError<'_>,
            history::Fill<'_>, history::FundingPayment<'_>, history::FundingPaymentsRequest<'_>,
            history::HistoryRequest<'_>,
            legacy::LegacyRequest<'_>, legacy::LegacyResponse<'_>,
            market::AllInstrumentsRequest, market::Currency<'_>, market::Instrument<'_>,
            market::InstrumentRequest<'_>, market::InstrumentsRequest<'_>, market::MarginRules<'_>,
            market::RiskBracket<'_>, market::SupportedAsset<'_>, market::SupportedAssets<'_>, market::FuturesAssets<'_>,
            market_data::Book<'_>, market_data::BookRequest<'_>, market_data::Candle<'_>,
            market_data::CandlesRequest<'_>, market_data::FundingRate<'_>, market_data::FundingRatesRequest<'_>,
            market_data::Level<'_>, market_data::MiniTicker<'_>, market_data::Ticker<'_>, market_data::Trade<'_>,
            market_data::TradeHistoryRequest<'_>, market_data::TradesRequest<'_>,
            order::NewOrder<'_>, order::Order<'_>, order::OrderLeg<'_>, order::OrderMetadata<'_>,
            order::OrderState<'_>, order::Signature<'_>, order::Tpsl<'_>, order::Trigger<'_>,
            reply::Empty, reply::Page<'_, market_data::Trade<'_>>, reply::Page<'_, history::Fill<'_>>,
            reply::Page<'_, order::Order<'_>>, reply::Page<'_, market_data::Candle<'_>>,
            reply::Page<'_, market_data::FundingRate<'_>>, reply::Page<'_, history::FundingPayment<'_>>,
            reply::Reply<order::Order<'_>>, reply::Reply<send::Ack>, reply::Reply<Vec<order::Order<'_>>>,
            reply::Reply<Vec<market::Instrument<'_>>>, reply::Reply<market::Instrument<'_>>,
            reply::Reply<Vec<market::Currency<'_>>>, reply::Reply<market_data::Ticker<'_>>,
            reply::Reply<market_data::MiniTicker<'_>>, reply::Reply<market_data::Book<'_>>,
            reply::Reply<Vec<market_data::Trade<'_>>>, reply::Reply<Vec<account::Position<'_>>>,
            reply::Reply<account::SubAccount<'_>>, reply::Reply<account::AggregatedAccountSummary<'_>>,
            rpc::Request<'_, rpc::SubscribeParams<'_>>, rpc::Request<'_, send::CreateOrder<'_>>,
            rpc::Response<'_, rpc::Subscribed<'_>>, rpc::Response<'_, rpc::Streams<'_>>, rpc::Response<'_, reply::Reply<order::Order<'_>>>,
            rpc::StreamReference<'_>, rpc::Streams<'_>, rpc::SubscribeParams<'_>, rpc::Subscribed<'_>,
            rpc::Unsubscribed<'_>,
            send::Ack, send::BulkOrders<'_>, send::BulkOrdersReply<'_>, send::CancelOrder<'_>,
            send::CreateOrder<'_>, send::Filtered<'_>, send::GetOrder<'_>,
            settings::AuthorizedBuilder<'_>, settings::AuthorizedBuilders<'_>, settings::CancelOnDisconnect<'_>,
            settings::Leverage<'_>, settings::LeverageSet, settings::Leverages<'_>,
            settings::PositionConfigSet, settings::SetLeverage<'_>, settings::SetPositionConfig<'_>,
            stream::CancelStatusFeed<'_>, stream::DepositFeed<'_>, stream::OrderStateFeed<'_>,
            stream::TransferFeed<'_>, stream::WithdrawalFeed<'_>,
            stream::Feed<'_, market_data::MiniTicker<'_>>, stream::Feed<'_, market_data::Ticker<'_>>,
            stream::Feed<'_, market_data::Book<'_>>, stream::Feed<'_, market_data::Trade<'_>>,
            stream::Feed<'_, market_data::Candle<'_>>, stream::Feed<'_, order::Order<'_>>,
            stream::Feed<'_, stream::OrderStateFeed<'_>>, stream::Feed<'_, account::Position<'_>>,
            stream::Feed<'_, history::Fill<'_>>, stream::Feed<'_, stream::CancelStatusFeed<'_>>,
            stream::Feed<'_, stream::TransferFeed<'_>>, stream::Feed<'_, stream::DepositFeed<'_>>,
            stream::Feed<'_, stream::WithdrawalFeed<'_>>,
        }
    };
}
use every_type;

/// Reads a full message as the type, and finds the same in its lite form: the venue's own, where it is given, and what
/// we write. What it is written back as holds all that was read.
macro_rules! in_both {
    ($type:ty, $name:expr, $full:expr, $venues_lite:expr) => {{
        let (name, text): (&str, &str) = ($name, $full);
        let full: $type =
            Encoding::Full.read(text.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
        if let Some(text) = $venues_lite {
            let text: &str = text;
            let lite: $type =
                Encoding::Lite.read(text.as_bytes()).unwrap_or_else(|error| panic!("{name}, lite: {error}"));
            assert_eq!(full, lite, "{name}");
            assert_within(&value(text), &value(&Encoding::Lite.write(&full)), name);
        }
        let lite = Encoding::Lite.write(&full);
        assert_eq!(Encoding::Lite.read::<$type>(lite.as_bytes()).unwrap(), full, "{name}: {lite}");
        let written = Encoding::Full.write(&full);
        assert_eq!(Encoding::Full.read::<$type>(written.as_bytes()).unwrap(), full, "{name}: {written}");
        assert_within(&value(text), &value(&written), name);
    }};
}
use in_both;

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Everything in `read` is in `written`, at the same place and the same; but for null, for numbers, which are in
/// quotes or not, and for the request's id, which the specification alone has in refusals.
fn assert_within(read: &Value, written: &Value, place: &str) {
    let bare = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match (read, written) {
        (Value::Object(read), Value::Object(written)) => {
            let known = |key: &str| !matches!(key, "request_id" | "ri") || written.contains_key(key);
            for (key, value) in read.iter().filter(|(key, value)| !value.is_null() && known(key)) {
                let place = format!("{place}.{key}");
                let written = written.get(key).unwrap_or_else(|| panic!("{place} is lost"));
                assert_within(value, written, &place);
            }
        }
        (Value::Array(read), Value::Array(written)) => {
            let read: Vec<_> = read.iter().filter(|value| !value.is_null()).collect();
            assert_eq!(read.len(), written.len(), "{place}");
            for (n, (read, written)) in read.iter().zip(written).enumerate() {
                assert_within(read, written, &format!("{place}[{n}]"));
            }
        }
        _ => assert_eq!(bare(read), bare(written), "{place}"),
    }
}
