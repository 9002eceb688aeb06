//! Signatures of requests.

use crate::grvt::{
    SIGNATURE_LIFE_MAX,
    server::{accounts::Member, call::Call, errors::Refused, instruments::Instrument, login::texts},
    sign::{
        Authentic, Gate, LegTexts, OrderTexts, SetSubAccountPositionMarginConfig, authenticate,
        authenticate_order,
    },
    wire::order::{NewOrder, OrderLeg, Signature},
};

fn gate(call: &Call<'_>) -> Gate {
    Gate { domain: call.state.domain, now: call.now, longest: SIGNATURE_LIFE_MAX }
}

/// Checks the signature of an order whose one leg is of that instrument.
///
/// # Errors
/// The venue's code for what is wrong with it.
pub(super) fn order(
    call: &Call<'_>,
    member: &Member,
    order: &NewOrder<'_>,
    (leg, instrument): (&OrderLeg<'_>, Instrument),
) -> Result<Authentic, Refused> {
    let legs = [LegTexts {
        instrument: instrument.signed(),
        size: &leg.size,
        limit_price: leg.limit_price.as_deref(),
        is_buying_asset: leg.is_buying_asset,
    }];
    let said = OrderTexts {
        sub_account_id: &order.sub_account_id,
        is_market: order.is_market,
        time_in_force: order.time_in_force.as_str(),
        post_only: order.post_only,
        reduce_only: order.reduce_only,
        legs: &legs,
        builder: order.builder.as_deref(),
        builder_fee: order.builder_fee.as_deref(),
    };
    let expiration = order.signature.expiration.0.to_string();
    let signature = texts(&order.signature, &expiration);
    Ok(authenticate_order(&gate(call), &said, &signature, |address| member.lets_sign(address))?)
}

/// Checks the signature of a change of leverage and margin type; `leverage` as it is signed.
///
/// # Errors
/// The venue's code for what is wrong with it.
pub(super) fn position_config(
    call: &Call<'_>,
    member: &Member,
    (instrument, margin_type, leverage): (Instrument, u8, i32),
    signature: &Signature<'_>,
) -> Result<Authentic, Refused> {
    let gate = gate(call);
    let expiration = signature.expiration.0.to_string();
    let digest = |validity| {
        Ok(gate.domain.digest(&SetSubAccountPositionMarginConfig {
            sub_account: member.sub_account,
            asset: instrument.signed().asset,
            margin_type,
            leverage,
            validity,
        }))
    };
    Ok(authenticate(&gate, &texts(signature, &expiration), digest, |address| member.lets_sign(address))?)
}
