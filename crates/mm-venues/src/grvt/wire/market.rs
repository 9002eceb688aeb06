//! Instruments, currencies and margin rules.

use serde::{Deserialize, Serialize};

use super::{Kind, Quoted, SettlementPeriod, SubAccountMode, Text, Venue, lenient};

/// `instrument`, `margin_rules`, `mini` and `ticker`: a request about one instrument.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiGetInstrumentRequest")]
pub struct InstrumentRequest<'a> {
    #[serde(borrow)]
    pub instrument: Text<'a>,
}

/// `all_instruments`.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiGetAllInstrumentsRequest")]
pub struct AllInstrumentsRequest {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
}

/// `instruments`. `None` is everything.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiGetFilteredInstrumentsRequest")]
pub struct InstrumentsRequest<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Vec<Kind>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Vec<Text<'a>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Vec<Text<'a>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::option_number")]
    pub limit: Option<u32>,
}

/// An instrument.
///
/// Witness: `fixtures/grvt/instruments.json`, `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "InstrumentDisplay")]
pub struct Instrument<'a> {
    #[serde(borrow)]
    pub instrument: Text<'a>,
    /// The asset id to sign, in hexadecimal.
    pub instrument_hash: Text<'a>,
    pub base: Text<'a>,
    pub quote: Text<'a>,
    pub kind: Kind,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub venues: Vec<Venue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settlement_period: Option<SettlementPeriod>,
    /// The power of ten by which a size is signed. No step of sizes.
    #[serde(deserialize_with = "lenient::number")]
    pub base_decimals: u8,
    #[serde(deserialize_with = "lenient::number")]
    pub quote_decimals: u8,
    pub tick_size: Text<'a>,
    /// The smallest size, and the step of sizes.
    pub min_size: Text<'a>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub create_time: Quoted,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_position_size: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::option_number")]
    pub funding_interval_hours: Option<u32>,
    /// Percent, as all rates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adjusted_funding_rate_cap: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adjusted_funding_rate_floor: Option<Text<'a>>,
    /// In the quote currency. Some real rows lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_notional: Option<Text<'a>>,
}

/// A currency, of `currency`.
///
/// Witness: `fixtures/grvt/currency.json`, `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "CurrencyDetail")]
pub struct Currency<'a> {
    /// As signed transfers name it.
    #[serde(deserialize_with = "lenient::number")]
    pub id: u32,
    #[serde(borrow)]
    pub symbol: Text<'a>,
    #[serde(deserialize_with = "lenient::number")]
    pub balance_decimals: u8,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub quantity_multiplier: Text<'a>,
}

/// The reply to `supported_assets`, in no `result`: what each kind of account may hold.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiGetSupportedAssetsResponse")]
pub struct SupportedAssets<'a> {
    #[serde(borrow, default, deserialize_with = "lenient::or_default")]
    pub funding: Vec<SupportedAsset<'a>>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub spot: Vec<SupportedAsset<'a>>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub futures: Vec<FuturesAssets<'a>>,
}

/// What may be collateral of futures in a mode of the sub-account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "FuturesWalletAssets")]
pub struct FuturesAssets<'a> {
    pub mode: SubAccountMode,
    #[serde(borrow, default, deserialize_with = "lenient::or_default")]
    pub supported_assets: Vec<SupportedAsset<'a>>,
}

/// An asset, by the number that signed transfers name it by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportedAsset<'a> {
    #[serde(deserialize_with = "lenient::number")]
    pub asset_id: u32,
    #[serde(borrow)]
    pub asset_code: Text<'a>,
    #[serde(deserialize_with = "lenient::number")]
    pub balance_decimals: u8,
}

/// The reply to `margin_rules`, in no `result`.
///
/// Witness: `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "ApiGetMarginRulesResponse")]
pub struct MarginRules<'a> {
    #[serde(borrow)]
    pub instrument: Text<'a>,
    pub max_position_size: Text<'a>,
    pub risk_brackets: Vec<RiskBracket<'a>>,
}

/// What margin a position of some notional needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskBracket<'a> {
    #[serde(deserialize_with = "lenient::number")]
    pub tier: u32,
    #[serde(borrow)]
    pub notional_floor: Text<'a>,
    /// `None` for the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notional_cap: Option<Text<'a>>,
    pub maintenance_margin_rate: Text<'a>,
    pub initial_margin_rate: Text<'a>,
    #[serde(deserialize_with = "lenient::number")]
    pub max_leverage: u32,
    pub cumulative_maintenance_amount: Text<'a>,
}
