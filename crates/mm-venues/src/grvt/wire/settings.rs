//! What an account sets: leverage, margin types, builders, and the dead man's switch.

use serde::{Deserialize, Serialize};

use super::{PositionMarginType, Text, lenient, order::Signature};

/// `cancel_on_disconnect`: every order is cancelled unless this comes again in time. The reply is an
/// [`super::send::Ack`].
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiCancelOnDisconnectRequest")]
pub struct CancelOnDisconnect<'a> {
    #[serde(borrow)]
    pub sub_account_id: Text<'a>,
    /// Milliseconds: up to 1000 ends it, up to 300000 (re)starts it. A number in quotes or bare.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub countdown_time: Option<Text<'a>>,
}

/// `set_initial_leverage`.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiSetInitialLeverageRequest")]
pub struct SetLeverage<'a> {
    #[serde(borrow)]
    pub sub_account_id: Text<'a>,
    pub instrument: Text<'a>,
    pub leverage: Text<'a>,
}

/// The reply to [`SetLeverage`], in no `result`.
///
/// Witness: `fixtures/grvt/set_initial_leverage.json`, `fixtures/grvt/examples.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiSetInitialLeverageResponse")]
pub struct LeverageSet {
    #[serde(deserialize_with = "lenient::bool")]
    pub success: bool,
}

/// The reply to `get_all_initial_leverage`, in no `result`.
///
/// Witness: `fixtures/grvt/all_initial_leverage.json`, `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiGetAllInitialLeverageResponse")]
pub struct Leverages<'a> {
    #[serde(borrow, default, deserialize_with = "lenient::or_default")]
    pub results: Vec<Leverage<'a>>,
}

/// The leverage of an instrument, and its bounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "InitialLeverageResult")]
pub struct Leverage<'a> {
    #[serde(borrow)]
    pub instrument: Text<'a>,
    pub leverage: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub min_leverage: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub max_leverage: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub margin_type: PositionMarginType,
}

/// `set_position_config`: leverage and margin type at once, signed.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiSetSubAccountPositionMarginConfigRequest")]
pub struct SetPositionConfig<'a> {
    #[serde(borrow)]
    pub sub_account_id: Text<'a>,
    pub instrument: Text<'a>,
    pub margin_type: PositionMarginType,
    pub leverage: Text<'a>,
    pub signature: Signature<'a>,
}

/// The reply to [`SetPositionConfig`], in no `result`.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiSetSubAccountPositionMarginConfigResponse")]
pub struct PositionConfigSet {
    #[serde(deserialize_with = "lenient::bool")]
    pub ack: bool,
}

/// The reply to `get_authorized_builders`, in no `result`.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiGetAuthorizedBuildersResponse")]
pub struct AuthorizedBuilders<'a> {
    #[serde(borrow, default, deserialize_with = "lenient::or_default")]
    pub results: Vec<AuthorizedBuilder<'a>>,
}

/// Who may take a fee with our orders, and how much at most, in percent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiAuthorizedBuilder")]
pub struct AuthorizedBuilder<'a> {
    #[serde(borrow)]
    pub builder_account_id: Text<'a>,
    pub max_futures_fee_rate: Text<'a>,
    pub max_spot_fee_rate: Text<'a>,
}
