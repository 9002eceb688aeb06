//! The account over REST: settings, capital, collateral, positions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Text, lenient};

/// `GET /api/v1/account`. Fees are in basis points; negative is a rebate.
///
/// Witness: `fixtures/backpack/account.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account<'a> {
    pub auto_borrow_settlements: bool,
    pub auto_lend: bool,
    pub auto_realize_pnl: bool,
    pub auto_repay_borrows: bool,
    #[serde(borrow)]
    pub borrow_limit: Text<'a>,
    pub futures_maker_fee: Text<'a>,
    pub futures_taker_fee: Text<'a>,
    pub leverage_limit: Text<'a>,
    /// How many are open.
    pub limit_orders: u32,
    pub liquidating: bool,
    pub position_limit: Text<'a>,
    pub spot_maker_fee: Text<'a>,
    pub spot_taker_fee: Text<'a>,
    /// How many are open.
    pub trigger_orders: u32,
}

/// The part of [`Account`] that the client needs, so that a change elsewhere does not hide our fees.
///
/// Witness: `fixtures/backpack/account.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountFees<'a> {
    #[serde(borrow)]
    pub futures_maker_fee: Text<'a>,
    pub futures_taker_fee: Text<'a>,
    pub spot_maker_fee: Text<'a>,
    pub spot_taker_fee: Text<'a>,
}

/// Body of `PATCH /api/v1/account`; answered by 200 and nothing.
///
/// Witness: `fixtures/backpack/account_update.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccountUpdate<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_borrow_settlements: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_lend: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_repay_borrows: Option<bool>,
    /// Of the whole account, not of one market.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub leverage_limit: Option<Text<'a>>,
}

/// Query of `GET /api/v1/account/limits/order`; the answer repeats it.
///
/// Witness: `fixtures/backpack/max_order.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MaxOrderQuery<'a> {
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient::option_bool")]
    pub auto_borrow: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient::option_bool")]
    pub auto_borrow_repay: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient::option_bool")]
    pub auto_lend_redeem: Option<bool>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub price: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "lenient::option_bool")]
    pub reduce_only: Option<bool>,
    pub side: super::Side,
    pub symbol: Text<'a>,
}

/// `GET /api/v1/account/limits/order`.
///
/// Witness: `fixtures/backpack/max_order.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MaxOrder<'a> {
    pub auto_borrow: Option<bool>,
    pub auto_borrow_repay: Option<bool>,
    pub auto_lend_redeem: Option<bool>,
    #[serde(borrow)]
    pub max_order_quantity: Text<'a>,
    pub price: Option<Text<'a>>,
    pub reduce_only: Option<bool>,
    pub side: super::Side,
    pub symbol: Text<'a>,
}

/// `GET /api/v1/account/limits/borrow`.
///
/// Witness: `fixtures/backpack/max_borrow.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MaxBorrow<'a> {
    #[serde(borrow)]
    pub max_borrow_quantity: Text<'a>,
    pub symbol: Text<'a>,
}

/// `GET /api/v1/account/limits/withdrawal`.
///
/// Witness: `fixtures/backpack/max_withdrawal.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MaxWithdrawal<'a> {
    pub auto_borrow: Option<bool>,
    pub auto_lend_redeem: Option<bool>,
    #[serde(borrow)]
    pub max_withdrawal_quantity: Text<'a>,
    pub symbol: Text<'a>,
}

/// `GET /api/v1/capital`: by asset. Assets of which there is nothing are left out; lent funds do not show.
pub type Capital<'a> = BTreeMap<Text<'a>, Balance<'a>>;

/// A row of [`Capital`].
///
/// Witness: `fixtures/backpack/capital.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance<'a> {
    #[serde(borrow)]
    pub available: Text<'a>,
    pub locked: Text<'a>,
    pub staked: Text<'a>,
}

/// `GET /api/v1/capital/collateral`.
///
/// Witness: `fixtures/backpack/collateral.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MarginAccount<'a> {
    #[serde(borrow)]
    pub assets_value: Text<'a>,
    pub borrow_liability: Text<'a>,
    pub collateral: Vec<CollateralRow<'a>>,
    pub imf: Text<'a>,
    pub liabilities_value: Text<'a>,
    pub margin_fraction: Option<Text<'a>>,
    pub mmf: Text<'a>,
    pub net_equity: Text<'a>,
    /// Already net of the margin of positions and open orders.
    pub net_equity_available: Text<'a>,
    pub net_equity_locked: Text<'a>,
    pub net_exposure_futures: Text<'a>,
    pub pnl_unrealized: Text<'a>,
    pub unsettled_equity: Text<'a>,
}

/// One asset of [`MarginAccount`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CollateralRow<'a> {
    #[serde(borrow)]
    pub asset_mark_price: Text<'a>,
    pub available_quantity: Text<'a>,
    pub balance_notional: Text<'a>,
    pub collateral_value: Text<'a>,
    pub collateral_weight: Text<'a>,
    pub lend_quantity: Text<'a>,
    pub open_order_quantity: Text<'a>,
    pub symbol: Text<'a>,
    pub total_quantity: Text<'a>,
}

/// Query of `GET /api/v1/position`.
///
/// Witness: `fixtures/backpack/open_orders_query.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PositionQuery<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub market_type: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symbol: Option<Text<'a>>,
}

/// An element of `GET /api/v1/position`, which answers a bare list. Clients judge long or short by
/// `net_exposure_quantity` with the sign of `net_cost`; the venue's Rust client needs `cumulative_interest`.
///
/// Witness: `fixtures/backpack/position.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Position<'a> {
    #[serde(borrow)]
    pub break_even_price: Option<Text<'a>>,
    pub cumulative_funding_payment: Option<Text<'a>>,
    pub cumulative_interest: Option<Text<'a>>,
    pub entry_price: Option<Text<'a>>,
    /// Only real when a symbol was asked for.
    pub est_liquidation_price: Option<Text<'a>>,
    pub imf: Option<Text<'a>>,
    pub imf_function: Option<MarginFunction<'a>>,
    pub mark_price: Option<Text<'a>>,
    pub mmf: Option<Text<'a>>,
    pub mmf_function: Option<MarginFunction<'a>>,
    pub net_cost: Option<Text<'a>>,
    pub net_exposure_notional: Option<Text<'a>>,
    pub net_exposure_quantity: Option<Text<'a>>,
    /// Signed: positive is long.
    pub net_quantity: Text<'a>,
    pub pnl_realized: Option<Text<'a>>,
    pub pnl_unrealized: Option<Text<'a>>,
    pub position_id: Option<Text<'a>>,
    #[serde(default, deserialize_with = "lenient::option_number")]
    pub subaccount_id: Option<u64>,
    pub symbol: Text<'a>,
    #[serde(default, deserialize_with = "lenient::option_number")]
    pub user_id: Option<u64>,
}

/// A margin curve; only `{"type":"sqrt","base":..,"factor":..}` has been seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarginFunction<'a> {
    #[serde(borrow)]
    pub base: Text<'a>,
    pub factor: Text<'a>,
    #[serde(rename = "type")]
    pub kind: Text<'a>,
}

/// `GET /api/v1/collateral`: a row for each asset that counts as collateral. `haircut_function` is kept raw: its
/// shape differs by kind, and only the simulator writes it.
///
/// Witness: `fixtures/backpack/collateral_parameters.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CollateralParameters<'a> {
    #[serde(borrow)]
    pub haircut_function: &'a RawValue,
    pub imf_function: MarginFunction<'a>,
    pub mmf_function: MarginFunction<'a>,
    pub symbol: Text<'a>,
}
