//! The bounds that the venue's own signer keeps: nothing outside them is signed.
//!
//! Source: `Validate` in lighter-go `types/txtypes/*.go` at 17f2d60 (2026-08), and what the signer of SDK 1.1.8
//! refuses (`signer_refusals` in `fixtures/lighter/vectors.json`). Where the two differ the newer one counts: it
//! takes any market but 255 and below 0, and leaves conditional and reduce-only orders on spot to the venue.

use std::ops::RangeInclusive;

use super::{
    Amount, ApproveIntegrator, Body, CancelAll, CancelAllOrders, Header, ModifyOrder, Order, OrderType,
    TimeInForce, Tx, UpdateMargin, attributes::FEE_MAX, group,
};

/// The highest account index: constants.go, `MaxAccountIndex`.
pub const ACCOUNT_MAX: i64 = (1 << 48) - 2;
/// The lowest account index: constants.go, `MinAccountIndex`.
const ACCOUNT_MIN: i64 = -1;
/// The highest index of an API key: constants.go, `MaxApiKeyIndex`.
pub const API_KEY_MAX: u8 = 254;
/// The highest id that we may give an order: constants.go, `MaxClientOrderIndex`.
pub const CLIENT_ORDER_INDEX_MAX: i64 = (1 << 48) - 1;
/// The highest id that the venue gives an order: constants.go, `MaxOrderIndex`.
pub const ORDER_INDEX_MAX: i64 = (1 << 60) - 1;
/// The largest size: constants.go, `MaxOrderBaseAmount`.
pub const BASE_AMOUNT_MAX: i64 = (1 << 48) - 1;
/// The latest time a transaction may die, Unix milliseconds: constants.go, `MaxTimestamp`.
pub const TIMESTAMP_MAX: i64 = (1 << 48) - 1;
/// No market: constants.go, `NilMarketIndex`.
const NO_MARKET: i64 = 255;
/// Perpetual markets: constants.go, `MinPerpsMarketIndex`, `MaxPerpsMarketIndex`.
pub(super) const PERPS: RangeInclusive<i64> = 0..=254;
/// Ids of assets: constants.go, `MinAssetIndex`, `MaxAssetIndex`.
const ASSETS: RangeInclusive<i64> = 1..=62;
/// The most money that moves at a time: constants.go, `MaxExchangeUSDC`.
const AMOUNT_MAX: i64 = (1 << 60) - 1;
/// The highest margin fraction: constants.go, `MarginFractionTick`.
const MARGIN_FRACTION_MAX: i64 = 10_000;

/// A field that the venue's own signer would not sign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} cannot be {value}: {limit}")]
pub struct OutOfBounds {
    /// The field, as the venue names it.
    pub field: &'static str,
    /// What it holds.
    pub value: i64,
    /// What it may hold.
    pub limit: String,
}

impl OutOfBounds {
    /// Refuses a value that breaks a rule.
    pub(super) fn rule(field: &'static str, value: i64, rule: &str) -> Self {
        Self { field, value, limit: rule.to_owned() }
    }
}

/// Refuses a value outside a range.
pub(in crate::lighter) fn within(
    field: &'static str,
    value: impl Into<i64>,
    range: RangeInclusive<i64>,
) -> Result<(), OutOfBounds> {
    let value = value.into();
    if range.contains(&value) {
        return Ok(());
    }
    Err(OutOfBounds { field, value, limit: format!("expected {} to {}", range.start(), range.end()) })
}

impl Tx {
    /// Whether the venue's own signer would sign this. What only the venue can know (minimums, tick sizes of the
    /// market, how far ahead a time may lie) is not looked at.
    ///
    /// # Errors
    /// [`OutOfBounds`] names the field, its value and the limit.
    pub fn check(&self) -> Result<(), OutOfBounds> {
        self.attributes.check()?;
        check_header(&self.header, matches!(self.body, Body::CancelAllOrders(_)))?;
        match &self.body {
            Body::ChangePubKey(_) | Body::CreateSubAccount(_) => Ok(()),
            Body::Transfer(it) => {
                within("ToAccountIndex", it.to_account, ACCOUNT_MIN..=ACCOUNT_MAX)?;
                within("AssetIndex", it.asset, ASSETS)?;
                check_amount("Amount", it.amount, 1)?;
                check_amount("USDCFee", it.fee, 0)
            }
            Body::UsdcTransfer(it) => {
                within("ToAccountIndex", it.to_account, ACCOUNT_MIN..=ACCOUNT_MAX)?;
                check_amount("USDCAmount", it.amount, 1)?;
                check_amount("Fee", it.fee, 0)
            }
            Body::Withdraw(it) => {
                within("AssetIndex", it.asset, ASSETS)?;
                check_amount("Amount", it.amount, 1)
            }
            Body::UsdcWithdraw(it) => check_amount("USDCAmount", it.amount, 1),
            Body::Order(order) => {
                check_market(order.market)?;
                check_order(order)?;
                check_kind(order)
            }
            Body::CancelOrder(it) => {
                check_market(it.market)?;
                within("Index", it.index, 1..=ORDER_INDEX_MAX)
            }
            Body::CancelAllOrders(it) => check_cancel_all(it, self.attributes.cancel_all_market),
            Body::ModifyOrder(it) => check_modify(it),
            Body::UpdateLeverage(it) => {
                check_market(it.market)?;
                within("InitialMarginFraction", it.initial_margin_fraction, 1..=MARGIN_FRACTION_MAX)
            }
            Body::CreateGroupedOrders(it) => group::check(it),
            Body::UpdateMargin(UpdateMargin { market, amount, .. }) => {
                within("MarketIndex", *market, PERPS)?;
                check_amount("USDCAmount", *amount, 1)
            }
            Body::UpdateAccountConfig(it) => within("AccountTradingMode", it.trading_mode, 0..=1),
            Body::UpdateAccountAssetConfig(it) => within("AssetIndex", it.asset, ASSETS),
            Body::ApproveIntegrator(it) => check_approval(it),
        }
    }
}

fn check_header(header: &Header, is_cancel_all: bool) -> Result<(), OutOfBounds> {
    // The venue's signer takes 255, "no key", for a cancel-all alone (cancel_all_orders.go).
    let api_key_max = if is_cancel_all { u8::MAX } else { API_KEY_MAX };
    within("AccountIndex", header.account, ACCOUNT_MIN..=ACCOUNT_MAX)?;
    within("ApiKeyIndex", header.api_key, 0..=api_key_max.into())?;
    within("Nonce", header.nonce, 0..=i64::MAX)?;
    within("ExpiredAt", header.expired_at, 0..=TIMESTAMP_MAX)
}

fn check_market(market: i64) -> Result<(), OutOfBounds> {
    within("MarketIndex", market, 0..=i64::MAX)?;
    if market == NO_MARKET {
        return Err(OutOfBounds::rule("MarketIndex", market, "that is no market"));
    }
    Ok(())
}

fn check_amount(field: &'static str, amount: Amount, least: i64) -> Result<(), OutOfBounds> {
    // An amount above i64::MAX is above the limit as well, and is shown as i64::MAX.
    within(field, i64::try_from(amount.0).unwrap_or(i64::MAX), least..=AMOUNT_MAX)
}

/// What holds for an order of every kind, alone or in a group.
pub(super) fn check_order(order: &Order) -> Result<(), OutOfBounds> {
    within("ClientOrderIndex", order.client_order_index, 0..=CLIENT_ORDER_INDEX_MAX)?;
    // Zero closes what there is.
    let least = if order.reduce_only { 0 } else { 1 };
    within("BaseAmount", order.base_amount, least..=BASE_AMOUNT_MAX)?;
    within("Price", order.price, 1..=u32::MAX.into())?;
    within("OrderExpiry", order.order_expiry, 0..=i64::MAX)
}

/// Which time in force, trigger and expiry go with which kind.
pub(super) fn check_kind(order: &Order) -> Result<(), OutOfBounds> {
    let in_force = order.time_in_force;
    let (fits, has_trigger, rests) = match order.order_type {
        OrderType::Limit => (true, false, in_force != TimeInForce::ImmediateOrCancel),
        OrderType::Market => (in_force == TimeInForce::ImmediateOrCancel, false, false),
        OrderType::StopLoss | OrderType::TakeProfit => {
            (in_force == TimeInForce::ImmediateOrCancel, true, true)
        }
        OrderType::StopLossLimit | OrderType::TakeProfitLimit => (true, true, true),
        OrderType::Twap => (in_force == TimeInForce::GoodTillTime, false, true),
    };
    if !fits {
        let rule = "market, stop-loss and take-profit orders are immediate, a TWAP is good till a time";
        return Err(OutOfBounds::rule("TimeInForce", in_force.code().into(), rule));
    }
    if has_trigger != (order.trigger_price != 0) {
        let rule = "stop-loss and take-profit orders have a trigger, others have 0";
        return Err(OutOfBounds::rule("TriggerPrice", order.trigger_price.into(), rule));
    }
    if rests != (order.order_expiry != 0) {
        let rule = "an order that rests or waits has an expiry, an immediate one has 0";
        return Err(OutOfBounds::rule("OrderExpiry", order.order_expiry, rule));
    }
    Ok(())
}

fn check_modify(it: &ModifyOrder) -> Result<(), OutOfBounds> {
    check_market(it.market)?;
    within("Index", it.index, 1..=ORDER_INDEX_MAX)?;
    within("BaseAmount", it.base_amount, 0..=BASE_AMOUNT_MAX)?;
    within("Price", it.price, 1..=u32::MAX.into())
}

fn check_cancel_all(it: &CancelAllOrders, market: Option<u8>) -> Result<(), OutOfBounds> {
    if let Some(market) = market
        && it.when != CancelAll::Immediate
    {
        let rule = "one market alone is cancelled at once or not at all";
        return Err(OutOfBounds::rule("attribute 5 (market of a cancel-all)", market.into(), rule));
    }
    let range = if it.when == CancelAll::Scheduled { 1..=i64::MAX } else { 0..=0 };
    within("Time", it.time, range)
}

fn check_approval(it: &ApproveIntegrator) -> Result<(), OutOfBounds> {
    within("IntegratorAccountIndex", it.integrator, ACCOUNT_MIN..=ACCOUNT_MAX)?;
    let fees = [
        ("MaxPerpsTakerFee", it.perps_taker_fee),
        ("MaxPerpsMakerFee", it.perps_maker_fee),
        ("MaxSpotTakerFee", it.spot_taker_fee),
        ("MaxSpotMakerFee", it.spot_maker_fee),
    ];
    for (field, fee) in fees {
        within(field, fee, 0..=FEE_MAX.into())?;
        if it.expiry == 0 && fee != 0 {
            return Err(OutOfBounds::rule(field, fee.into(), "an approval that is taken back has no fees"));
        }
    }
    within("ApprovalExpiry", it.expiry, 0..=TIMESTAMP_MAX)
}
