//! What an account owns: positions, balances, summaries.

use serde::{Deserialize, Serialize};

use super::{MarginType, PositionMarginType, Quoted, SubAccountMode, Text, lenient};

/// `account_summary` and `get_all_initial_leverage`: a request about one sub-account.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiSubAccountSummaryRequest")]
pub struct SubAccountRequest<'a> {
    #[serde(borrow)]
    pub sub_account_id: Text<'a>,
}

/// A position, over REST and in `v1.position`.
///
/// Witness:
/// `fixtures/grvt/positions.json`,
/// `fixtures/grvt/stream_position.json`,
/// `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "Positions")]
pub struct Position<'a> {
    /// Nanoseconds.
    pub event_time: Quoted,
    #[serde(borrow)]
    pub sub_account_id: Text<'a>,
    pub instrument: Text<'a>,
    /// Negative for short; zero when it is closed.
    pub size: Text<'a>,
    pub notional: Text<'a>,
    pub entry_price: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub exit_price: Text<'a>,
    pub mark_price: Text<'a>,
    pub unrealized_pnl: Text<'a>,
    pub realized_pnl: Text<'a>,
    pub total_pnl: Text<'a>,
    /// Percent.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub roi: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub quote_index_price: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub est_liquidation_price: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub leverage: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub cumulative_fee: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub cumulative_realized_funding_payment: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub margin_type: PositionMarginType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isolated_balance: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isolated_im: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isolated_mm: Option<Text<'a>>,
}

/// `account_summary`. Amounts in the settlement currency.
///
/// Witness: `fixtures/grvt/account_summary.json`, `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubAccount<'a> {
    /// Nanoseconds.
    pub event_time: Quoted,
    #[serde(borrow)]
    pub sub_account_id: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub margin_type: MarginType,
    pub settle_currency: Text<'a>,
    pub unrealized_pnl: Text<'a>,
    pub total_equity: Text<'a>,
    pub initial_margin: Text<'a>,
    pub maintenance_margin: Text<'a>,
    pub available_balance: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub spot_balances: Vec<SpotBalance<'a>>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub positions: Vec<Position<'a>>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub settle_index_price: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_vault: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vault_im_additions: Option<Text<'a>>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub derisk_margin: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub derisk_to_maintenance_margin_ratio: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub total_cross_equity: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub cross_unrealized_pnl: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub sub_account_mode: SubAccountMode,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub margin_balance: Text<'a>,
}

/// How much there is of a currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpotBalance<'a> {
    #[serde(borrow)]
    pub currency: Text<'a>,
    pub balance: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub index_price: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub entry_price: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub realized_pnl: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub unrealized_pnl: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub available_to_transfer: Text<'a>,
}

/// `aggregated_account_summary`. In US dollars.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AggregatedAccountSummary<'a> {
    #[serde(borrow)]
    pub main_account_id: Text<'a>,
    pub total_equity: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub spot_balances: Vec<SpotBalance<'a>>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub vault_investments: Vec<VaultInvestment<'a>>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub total_sub_account_balance: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub total_sub_account_equity: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub total_vault_investments_balance: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub total_sub_account_available_balance: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub total_usd_notional_invested: Text<'a>,
}

/// The part of [`FundingAccountReply`] that is its result. In US dollars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundingAccountSummary<'a> {
    #[serde(borrow)]
    pub main_account_id: Text<'a>,
    pub total_equity: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub spot_balances: Vec<SpotBalance<'a>>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub vault_investments: Vec<VaultInvestment<'a>>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub total_cash_balance: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub total_spot_asset_balance: Text<'a>,
}

/// `funding_account_summary`.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiFundingAccountSummaryResponse")]
pub struct FundingAccountReply<'a> {
    #[serde(borrow)]
    pub result: FundingAccountSummary<'a>,
    pub tier: ClientTier,
}

/// What an account pays, in units that are on no page; negative fees are paid to the account. The specification's
/// source also has fees for spot, and its example nulls. A server fills all, as grvt-pysdk wants them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientTier {
    #[serde(default, deserialize_with = "lenient::option_number")]
    pub tier: Option<u32>,
    #[serde(default, deserialize_with = "lenient::option_number")]
    pub futures_taker_fee: Option<i64>,
    #[serde(default, deserialize_with = "lenient::option_number")]
    pub futures_maker_fee: Option<i64>,
    #[serde(default, deserialize_with = "lenient::option_number")]
    pub options_taker_fee: Option<i64>,
    #[serde(default, deserialize_with = "lenient::option_number")]
    pub options_maker_fee: Option<i64>,
}

/// A share in a vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaultInvestment<'a> {
    #[serde(borrow)]
    pub vault_id: Text<'a>,
    pub num_lp_tokens: Text<'a>,
    pub share_price: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub usd_notional_invested: Text<'a>,
}

/// The reply to `get_sub_accounts`, in no `result`.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiGetSubAccountsResponse")]
pub struct SubAccounts<'a> {
    #[serde(borrow, default, deserialize_with = "lenient::or_default")]
    pub sub_account_ids: Vec<Text<'a>>,
}
