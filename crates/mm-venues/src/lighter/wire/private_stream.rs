//! Frames of an account's streams. Keys in the order of the names, with `type` last; `channel` is not always first,
//! as on the venue's page.
//!
//! The list that a stream is about must be there, if only as null: a frame without it is no statement that there is
//! nothing.

use serde::{Deserialize, Serialize};

use super::{
    Number, Text,
    account::{AccountAsset, AccountPosition, PoolShare, PositionFunding},
    order::Order,
    rows::{Grouped, Keyed, List, Single},
    trade::Trade,
    tx::Tx,
};

/// `account_all_orders/{a}`: first all open orders, then those that changed; a final one comes once.
///
/// Witness: `fixtures/lighter/stream_account_all_orders.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllOrdersFrame<'a> {
    #[serde(borrow)]
    pub channel: Text<'a>,
    pub orders: Grouped<Order<'a>>,
    #[serde(rename = "type")]
    pub kind: Text<'a>,
}

/// `account_orders/{m}/{a}`. The inbound channel names both numbers, or the market alone (both seen).
///
/// Witness: `fixtures/lighter/stream_account_orders.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrdersFrame<'a> {
    pub account: i64,
    #[serde(borrow)]
    pub channel: Text<'a>,
    #[serde(default)]
    pub nonce: i64,
    pub orders: Grouped<Order<'a>>,
    #[serde(rename = "type")]
    pub kind: Text<'a>,
}

/// `account_all_trades/{a}`. The first frame tells of old trades again: no fills.
///
/// Witness:
/// `fixtures/lighter/stream_account_all_trades.json`,
/// `fixtures/lighter/stream_account_all_trades_subscribed.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllTradesFrame<'a> {
    #[serde(borrow)]
    pub channel: Text<'a>,
    pub trades: Grouped<Trade<'a>>,
    #[serde(default)]
    pub total_volume: Number<'a>,
    #[serde(default)]
    pub monthly_volume: Number<'a>,
    #[serde(default)]
    pub weekly_volume: Number<'a>,
    #[serde(default)]
    pub daily_volume: Number<'a>,
    #[serde(rename = "type")]
    pub kind: Text<'a>,
}

/// `account_all_positions/{a}`: first all, then those that changed.
///
/// Witness: `fixtures/lighter/stream_account_all_positions.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllPositionsFrame<'a> {
    #[serde(borrow)]
    pub channel: Text<'a>,
    /// Amounts by market, or null.
    #[serde(default)]
    pub last_funding_discount: Option<std::collections::BTreeMap<u64, Number<'a>>>,
    #[serde(default)]
    pub last_funding_round: Option<std::collections::BTreeMap<u64, Number<'a>>>,
    pub positions: Keyed<AccountPosition<'a>>,
    #[serde(default)]
    pub shares: List<PoolShare<'a>>,
    #[serde(rename = "type")]
    pub kind: Text<'a>,
}

/// `account_all_assets/{a}`. Says nothing of what is available: that is in [`UserStatsFrame`].
///
/// Witness: `fixtures/lighter/stream_account_all_assets.json`, `fixtures/lighter/stream_account_all_assets_page.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllAssetsFrame<'a> {
    pub assets: Keyed<AccountAsset<'a>>,
    #[serde(borrow)]
    pub channel: Text<'a>,
    #[serde(default)]
    pub timestamp: i64,
    #[serde(rename = "type")]
    pub kind: Text<'a>,
}

/// `account_all/{a}`: everything but orders. What an update leaves out has not changed (a guess: no source says);
/// therefore nothing here is ever complete, and any list may be missing.
///
/// Witness: `fixtures/lighter/stream_account_all.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountAllFrame<'a> {
    pub account: i64,
    #[serde(default)]
    pub assets: Keyed<AccountAsset<'a>>,
    #[serde(borrow)]
    pub channel: Text<'a>,
    #[serde(default)]
    pub daily_trades_count: i64,
    #[serde(default)]
    pub daily_volume: Number<'a>,
    #[serde(default)]
    pub weekly_trades_count: i64,
    #[serde(default)]
    pub weekly_volume: Number<'a>,
    #[serde(default)]
    pub monthly_trades_count: i64,
    #[serde(default)]
    pub monthly_volume: Number<'a>,
    #[serde(default)]
    pub total_trades_count: i64,
    #[serde(default)]
    pub total_volume: Number<'a>,
    #[serde(default)]
    pub funding_histories: Grouped<PositionFunding<'a>>,
    #[serde(default)]
    pub positions: Keyed<AccountPosition<'a>>,
    #[serde(default)]
    pub shares: List<PoolShare<'a>>,
    #[serde(default)]
    pub trades: Grouped<Trade<'a>>,
    #[serde(rename = "type")]
    pub kind: Text<'a>,
}

/// `account_market/{m}/{a}`: everything of one market. `assets` is null for a perpetual, `funding_history` for a
/// spot market. Each frame may hold one of the lists alone.
///
/// Witness: `fixtures/lighter/stream_account_market.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountMarketFrame<'a> {
    pub account: i64,
    #[serde(default)]
    pub assets: Option<List<AccountAsset<'a>>>,
    #[serde(borrow)]
    pub channel: Text<'a>,
    #[serde(default)]
    pub funding_history: Single<PositionFunding<'a>>,
    #[serde(default)]
    pub orders: List<Order<'a>>,
    #[serde(default)]
    pub position: Single<AccountPosition<'a>>,
    #[serde(default)]
    pub trades: List<Trade<'a>>,
    #[serde(rename = "type")]
    pub kind: Text<'a>,
}

/// `user_stats/{a}`: what the account is worth and what is left of it.
///
/// Witness: `fixtures/lighter/stream_user_stats.json`, `fixtures/lighter/stream_user_stats_page.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserStatsFrame<'a> {
    #[serde(borrow)]
    pub channel: Text<'a>,
    pub stats: UserStats<'a>,
    #[serde(default)]
    pub timestamp: i64,
    #[serde(rename = "type")]
    pub kind: Text<'a>,
}

/// The payload of a [`UserStatsFrame`].
///
/// Witness: `fixtures/lighter/stream_user_stats.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserStats<'a> {
    #[serde(default)]
    pub account_trading_mode: i64,
    #[serde(borrow)]
    pub available_balance: Text<'a>,
    pub buying_power: Text<'a>,
    pub collateral: Text<'a>,
    pub leverage: Text<'a>,
    /// A percentage.
    pub margin_usage: Text<'a>,
    pub portfolio_value: Text<'a>,
    pub cross_stats: MarginStats<'a>,
    pub total_stats: MarginStats<'a>,
}

/// A part of [`UserStats`].
///
/// Witness: `fixtures/lighter/stream_user_stats.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarginStats<'a> {
    #[serde(borrow)]
    pub available_balance: Text<'a>,
    pub buying_power: Text<'a>,
    pub collateral: Text<'a>,
    pub leverage: Text<'a>,
    pub margin_usage: Text<'a>,
    pub portfolio_value: Text<'a>,
}

/// `account_tx/{a}`.
///
/// Witness: `fixtures/lighter/stream_account_tx.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountTxFrame<'a> {
    #[serde(borrow)]
    pub channel: Text<'a>,
    pub txs: List<Tx<'a>>,
    #[serde(rename = "type")]
    pub kind: Text<'a>,
}
