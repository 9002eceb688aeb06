//! The exchange itself, and tokens that only read.

use serde::{Deserialize, Serialize};

use super::{MarginMode, Text, lenient, rows::List, stream::AuthToken};

/// `GET /`.
///
/// Witness: `fixtures/lighter/status.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    pub status: i64,
    /// 1 on mainnet, by the example of the page.
    pub network_id: i64,
    /// Seconds.
    pub timestamp: i64,
}

/// `GET /info`.
///
/// Witness: `fixtures/lighter/info.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Info<'a> {
    #[serde(borrow)]
    pub contract_address: Text<'a>,
}

/// `GET currentHeight`.
///
/// Witness: `fixtures/lighter/current_height.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrentHeight<'a> {
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    pub height: i64,
}

/// `GET assetDetails`.
///
/// Witness: `fixtures/lighter/asset_details.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetDetails<'a> {
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    pub asset_details: List<Asset<'a>>,
}

/// An asset. What the OpenAPI text of July 2026 lacks has a default.
///
/// Witness: `fixtures/lighter/asset_details.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset<'a> {
    pub asset_id: u32,
    #[serde(borrow)]
    pub symbol: Text<'a>,
    pub l1_decimals: u8,
    pub decimals: u8,
    pub min_transfer_amount: Text<'a>,
    pub min_withdrawal_amount: Text<'a>,
    pub margin_mode: MarginMode,
    pub index_price: Text<'a>,
    pub l1_address: Text<'a>,
    #[serde(default)]
    pub global_supply_cap: Text<'a>,
    #[serde(default)]
    pub liquidation_fee: Text<'a>,
    #[serde(default)]
    pub liquidation_threshold: Text<'a>,
    #[serde(default)]
    pub loan_to_value: Text<'a>,
    #[serde(default)]
    pub price_decimals: u8,
    #[serde(default)]
    pub total_supplied: Text<'a>,
    #[serde(default)]
    pub user_supply_cap: Text<'a>,
    #[serde(default)]
    pub liquidation_factor: Text<'a>,
    #[serde(default)]
    pub multiplier: Text<'a>,
}

/// Form of `POST tokens/create`.
///
/// Witness: `fixtures/lighter/token_create_request.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest<'a> {
    #[serde(borrow)]
    pub name: Text<'a>,
    #[serde(deserialize_with = "lenient::number")]
    pub account_index: i64,
    /// Unix seconds.
    #[serde(deserialize_with = "lenient::number")]
    pub expiry: i64,
    #[serde(deserialize_with = "lenient::option_bool")]
    pub sub_account_access: Option<bool>,
    /// `read.*` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Text<'a>>,
}

/// `POST tokens/create`: the only time that the token is shown.
///
/// Witness: `fixtures/lighter/token_create.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenCreated<'a> {
    pub code: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text<'a>>,
    pub token_id: i64,
    pub api_token: AuthToken<'a>,
    pub name: Text<'a>,
    pub account_index: i64,
    pub expiry: i64,
    pub sub_account_access: bool,
    pub revoked: bool,
    pub scopes: Text<'a>,
}
