//! The account over REST: balances, positions, limits.

use serde::{Deserialize, Serialize};

use super::{
    Direction, MarginMode, Number, Text,
    rows::{Key, List},
};

/// `GET account`. An account that does not exist is a refusal ([`super::error::codes::ACCOUNT_NOT_FOUND`]).
///
/// Witness: `fixtures/lighter/account.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetailedAccounts<'a> {
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    pub total: i64,
    pub accounts: List<DetailedAccount<'a>>,
    #[serde(default)]
    pub next_cursor: Text<'a>,
}

/// An account with what it holds. `pool_info`, which the models have, came in no answer for an account that is no
/// pool, and is left out.
///
/// Witness: `fixtures/lighter/account.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetailedAccount<'a> {
    /// 0 in rows.
    #[serde(default)]
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    pub account_type: i64,
    /// 0 simple, 1 unified.
    #[serde(default)]
    pub account_trading_mode: i64,
    pub index: i64,
    pub l1_address: Text<'a>,
    /// When the scheduled cancel-all strikes; 0 for none.
    pub cancel_all_time: i64,
    pub total_order_count: i64,
    pub total_isolated_order_count: i64,
    pub pending_order_count: i64,
    pub available_balance: Text<'a>,
    pub status: i64,
    pub collateral: Text<'a>,
    pub account_index: i64,
    #[serde(default)]
    pub name: Text<'a>,
    #[serde(default)]
    pub description: Text<'a>,
    #[serde(default)]
    pub can_invite: bool,
    #[serde(default)]
    pub referral_points_percentage: Text<'a>,
    pub positions: List<AccountPosition<'a>>,
    /// Not in answers to the older SDK.
    #[serde(default)]
    pub assets: List<AccountAsset<'a>>,
    pub total_asset_value: Text<'a>,
    pub cross_asset_value: Text<'a>,
    #[serde(default)]
    pub shares: List<PoolShare<'a>>,
    #[serde(default)]
    pub created_at: i64,
    #[serde(default)]
    pub transaction_time: i64,
    #[serde(default)]
    pub pending_unlocks: List<PendingUnlock<'a>>,
    #[serde(default)]
    pub approved_integrators: List<ApprovedIntegrator<'a>>,
    #[serde(default)]
    pub can_rfq: bool,
    #[serde(default)]
    pub cross_initial_margin_requirement: Text<'a>,
    #[serde(default)]
    pub cross_maintenance_margin_requirement: Text<'a>,
    #[serde(default)]
    pub can_rfq_market_ids: List<Text<'a>>,
    #[serde(default)]
    pub metadata: SubAccountMetadata<'a>,
    #[serde(default)]
    pub agent_enabled: bool,
}

/// A position. Its size has no sign: that is [`Self::sign`]. A closed one comes with size 0, or not at all.
///
/// Witness: `fixtures/lighter/account.json`, `fixtures/lighter/stream_account_all_positions.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountPosition<'a> {
    pub market_id: u64,
    #[serde(borrow)]
    pub symbol: Text<'a>,
    /// A percentage: `10.00` for ten times.
    pub initial_margin_fraction: Text<'a>,
    pub open_order_count: i64,
    pub pending_order_count: i64,
    pub position_tied_order_count: i64,
    /// 1 long, -1 short.
    pub sign: i64,
    pub position: Text<'a>,
    pub avg_entry_price: Text<'a>,
    pub position_value: Text<'a>,
    pub unrealized_pnl: Text<'a>,
    pub realized_pnl: Text<'a>,
    /// `0` for none.
    #[serde(default)]
    pub liquidation_price: Text<'a>,
    /// Left out when empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_funding_paid_out: Option<Text<'a>>,
    /// 0 cross, 1 isolated.
    pub margin_mode: i64,
    pub allocated_margin: Text<'a>,
    #[serde(default)]
    pub total_discount: Text<'a>,
    #[serde(default)]
    pub margin_set_flag: i64,
}

impl Key for AccountPosition<'_> {
    fn key(&self) -> u64 {
        self.market_id
    }
}

/// What an account holds of an asset. A perpetual account's USDC is in `margin_balance`.
///
/// Witness: `fixtures/lighter/account.json`, `fixtures/lighter/stream_account_all_assets.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountAsset<'a> {
    #[serde(borrow)]
    pub symbol: Text<'a>,
    pub asset_id: u32,
    pub balance: Text<'a>,
    pub locked_balance: Text<'a>,
    /// Neither this nor what follows is in the page's example.
    #[serde(default)]
    pub margin_balance: Text<'a>,
    #[serde(default)]
    pub margin_mode: MarginMode,
    #[serde(default)]
    pub multiplier: Text<'a>,
}

impl Key for AccountAsset<'_> {
    fn key(&self) -> u64 {
        self.asset_id.into()
    }
}

/// A share of a pool.
///
/// Witness: `fixtures/lighter/stream_account_all.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolShare<'a> {
    pub public_pool_index: i64,
    pub shares_amount: i64,
    #[serde(borrow)]
    pub entry_usdc: Text<'a>,
    #[serde(default)]
    pub entry_timestamp: i64,
    #[serde(default)]
    pub principal_amount: Text<'a>,
}

/// An amount that is not free yet.
///
/// Witness: `fixtures/lighter/account_assembled.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingUnlock<'a> {
    pub unlock_timestamp: i64,
    pub asset_index: u32,
    #[serde(borrow)]
    pub amount: Text<'a>,
}

/// An integrator, and the highest fees that it may take, in millionths.
///
/// Witness: `fixtures/lighter/account_assembled.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovedIntegrator<'a> {
    pub account_index: i64,
    #[serde(borrow)]
    pub name: Text<'a>,
    pub max_perps_taker_fee: i64,
    pub max_perps_maker_fee: i64,
    pub max_spot_taker_fee: i64,
    pub max_spot_maker_fee: i64,
    pub approval_expiry: i64,
}

/// How a front end paints the account.
///
/// Witness: `fixtures/lighter/account.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubAccountMetadata<'a> {
    #[serde(borrow, default)]
    pub color: Text<'a>,
}

/// `GET accountsByL1Address`.
///
/// Witness: `fixtures/lighter/accounts_by_l1_address.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubAccounts<'a> {
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    pub l1_address: Text<'a>,
    /// The first is the master.
    pub sub_accounts: List<Account<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<Text<'a>>,
}

/// An account without what it holds.
///
/// Witness: `fixtures/lighter/accounts_by_l1_address.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account<'a> {
    #[serde(default)]
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    pub account_type: i64,
    #[serde(default)]
    pub account_trading_mode: i64,
    pub index: i64,
    pub l1_address: Text<'a>,
    pub cancel_all_time: i64,
    pub total_order_count: i64,
    pub total_isolated_order_count: i64,
    pub pending_order_count: i64,
    pub available_balance: Text<'a>,
    pub status: i64,
    pub collateral: Text<'a>,
    #[serde(default)]
    pub transaction_time: i64,
}

/// `GET accountLimits`. Fee ticks are millionths of the notional.
///
/// Witness: `fixtures/lighter/account_limits.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountLimits<'a> {
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    pub max_llp_percentage: i64,
    /// `std` in the page's example.
    pub user_tier: Text<'a>,
    /// This and all that follows is not in the older SDK.
    #[serde(default)]
    pub can_create_public_pool: bool,
    #[serde(default)]
    pub max_llp_amount: Text<'a>,
    #[serde(default)]
    pub current_maker_fee_tick: i64,
    #[serde(default)]
    pub current_taker_fee_tick: i64,
    #[serde(default)]
    pub effective_lit_stakes: Text<'a>,
    #[serde(default)]
    pub leased_lit: Text<'a>,
    /// `standard`, `premium`, ...
    #[serde(default)]
    pub user_tier_name: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_tier_last_update: Option<i64>,
    #[serde(default)]
    pub bo_user_tier_name: Text<'a>,
    #[serde(default)]
    pub bo_fee_rate: Number<'a>,
}

/// `GET positionFunding`.
///
/// Witness: `fixtures/lighter/position_funding.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionFundings<'a> {
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<Text<'a>>,
    pub position_fundings: List<PositionFunding<'a>>,
}

/// What a position paid or was paid.
///
/// Witness: `fixtures/lighter/position_funding.json`, `fixtures/lighter/stream_account_all.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionFunding<'a> {
    /// Seconds.
    pub timestamp: i64,
    pub market_id: u64,
    pub funding_id: i64,
    /// Of the account's collateral, with its sign.
    #[serde(borrow)]
    pub change: Text<'a>,
    #[serde(default)]
    pub discount: Text<'a>,
    pub rate: Text<'a>,
    pub position_size: Text<'a>,
    pub position_side: Direction,
}

impl Key for PositionFunding<'_> {
    fn key(&self) -> u64 {
        self.market_id
    }
}
