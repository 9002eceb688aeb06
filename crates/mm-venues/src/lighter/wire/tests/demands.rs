//! What we write is what the models of the venue's own SDKs demand: every field that must be there, of its type, and
//! of its words. 0.1.4 refuses an answer that is not; 1.1.8 reads on and fails where the field is used.

use serde_json::Value;

use super::*;

/// Fields that a model demands and the venue itself leaves out.
const LEFT_OUT: [(&str, &str, &str); 5] = [
    // In no answer for an account that is no pool (account.json).
    ("1.1.8", "DetailedAccount", "pool_info"),
    // For the two owners only (recent_trades.json).
    ("1.1.8", "Trade", "bid_account_pnl"),
    ("1.1.8", "Trade", "ask_account_pnl"),
    // Null for an account without a quota (lighter-python issue 131).
    ("1.1.8", "RespSendTx", "volume_quota_remaining"),
    ("1.1.8", "RespSendTxBatch", "volume_quota_remaining"),
];

/// The fields of a model, with what they must be.
fn demanded(version: &str, model: &str) -> serde_json::Map<String, Value> {
    let models: Value = serde_json::from_str(&crate::fixtures::file("lighter", "sdk-models.json")).unwrap();
    let fields = models[version][model].as_object();
    fields.cloned().unwrap_or_default()
}

fn is_of_type(value: &Value, kind: &str) -> bool {
    match kind {
        "int" => value.is_i64() || value.is_u64(),
        "str" => value.is_string(),
        "bool" => value.is_boolean(),
        "number" => value.is_number(),
        "list" => value.is_array(),
        "object" => value.is_object(),
        words => value.as_str().is_some_and(|word| words.split('|').any(|known| known == word)),
    }
}

/// `written` satisfies both generations' `model`; a version that does not have it demands nothing. A word that the
/// witness, `read`, does not say is empty: there is none that our type could invent.
pub(crate) fn check(model: &str, read: &Value, written: &Value) {
    let mut n_checked = 0;
    for version in ["1.1.8", "0.1.4"] {
        for (field, kind) in demanded(version, model) {
            n_checked += 1;
            let kind = kind.as_str().unwrap();
            let (kind, optional) = kind.strip_suffix('?').map_or((kind, false), |kind| (kind, true));
            let excused = optional || LEFT_OUT.contains(&(version, model, &field));
            let unsaid = kind.contains('|') && read.get(&field).is_none();
            match written.get(&field) {
                Some(Value::String(word)) if unsaid => assert_eq!(word, "", "{version} {model}.{field}"),
                None | Some(Value::Null) if excused => {}
                None => panic!("{version} {model}.{field} is not there"),
                Some(value) => {
                    assert!(is_of_type(value, kind), "{version} {model}.{field}: {value} is no {kind}");
                }
            }
        }
    }
    assert_ne!(n_checked, 0, "no model {model}");
}

/// Checks what the type makes of the witness, and the first row of each list within against its own model.
macro_rules! demands {
    ($($type:ty => $name:literal, $model:literal $(, $list:literal: $row:literal)*;)*) => {
        $({
            let (read, written) = rewritten!($type, $name);
            check($model, &read, &written);
            $({
                let [read, written] = [&read, &written].map(|all| all.pointer($list).expect(concat!($name, $list)));
                check($row, read, written);
            })*
        })*
    };
}

#[test]
fn answers_satisfy_both_generations() {
    demands! {
        error::ApiError<'_> => "error", "ResultCode";
        order::Orders<'_> => "orders", "Orders", "/orders/0": "Order";
        order::OrderBookOrders<'_> => "order_book_orders", "OrderBookOrders", "/asks/0": "SimpleOrder";
        trade::Trades<'_> => "recent_trades", "Trades", "/trades/0": "Trade";
        tx::SendTx<'_> => "send_tx", "RespSendTx";
        tx::SendTxBatch<'_> => "send_tx_batch", "RespSendTxBatch";
        tx::NextNonce<'_> => "next_nonce", "NextNonce";
        tx::ApiKeys<'_> => "api_keys", "AccountApiKeys", "/api_keys/0": "ApiKey";
        tx::EnrichedTx<'_> => "tx", "EnrichedTx";
        tx::Txs<'_> => "txs", "Txs", "/txs/0": "Tx";
        account::AccountLimits<'_> => "account_limits", "AccountLimits";
        account::PositionFundings<'_> =>
            "position_funding", "PositionFundings", "/position_fundings/0": "PositionFunding";
        account::SubAccounts<'_> => "accounts_by_l1_address", "SubAccounts", "/sub_accounts/0": "Account";
        account::DetailedAccounts<'_> =>
            "account_assembled", "DetailedAccounts",
            "/accounts/0": "DetailedAccount",
            "/accounts/0/positions/0": "AccountPosition",
            "/accounts/0/assets/0": "AccountAsset",
            "/accounts/0/shares/0": "PublicPoolShare",
            "/accounts/0/pending_unlocks/0": "PendingUnlock",
            "/accounts/0/approved_integrators/0": "ApprovedIntegrator",
            "/accounts/0/metadata": "SubAccountMetadata";
        market::OrderBooks<'_> => "order_books", "OrderBooks", "/order_books/0": "OrderBook";
        market::OrderBookDetails<'_> =>
            "order_book_details", "OrderBookDetails",
            "/order_book_details/0": "PerpsOrderBookDetail",
            "/order_book_details/0": "OrderBookDetail",
            "/order_book_details/0/market_config": "MarketConfig";
        market::OrderBookDetails<'_> =>
            "order_book_details_spot", "OrderBookDetails", "/spot_order_book_details/0": "SpotOrderBookDetail";
        history::Candles<'_> => "candles", "Candles", "/c/0": "Candle", "/c/1": "Candle";
        history::Candlesticks<'_> => "candlesticks", "Candlesticks", "/candlesticks/0": "Candlestick";
        history::MarkPriceCandles<'_> => "mark_price_candles", "MarkPriceCandles", "/c/0": "MarkPriceCandle";
        history::Fundings<'_> => "fundings", "Fundings", "/fundings/0": "Funding";
        history::FundingRates<'_> => "funding_rates", "FundingRates", "/funding_rates/0": "FundingRate";
        history::ExchangeStats<'_> => "exchange_stats", "ExchangeStats", "/order_book_stats/0": "OrderBookStats";
        info::Status => "status", "Status";
        info::Info<'_> => "info", "ZkLighterInfo";
        info::CurrentHeight<'_> => "current_height", "CurrentHeight";
        info::AssetDetails<'_> => "asset_details", "AssetDetails", "/asset_details/0": "Asset";
        info::TokenCreated<'_> => "token_create", "RespPostApiToken";
    }
}
