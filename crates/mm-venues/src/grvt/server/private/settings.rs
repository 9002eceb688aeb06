//! What accounts set: leverage and margin types. Margin is cross, always.

use mm_exchange::{Listing, Reject};
use mm_model::{MarketKind, Rate};

use super::signed;
use crate::grvt::{
    server::{
        answer::Answered, call::Call, decimals::decimal, errors::Refused, instruments::Instrument,
        records::News, rows::leverage,
    },
    wire::{
        PositionMarginType, Text,
        account::SubAccountRequest,
        error::codes,
        reply::Empty,
        settings::{
            AuthorizedBuilders, Leverage, LeverageSet, Leverages, PositionConfigSet, SetLeverage,
            SetPositionConfig,
        },
    },
};

/// Places of a leverage, in requests and (chosen: no source has the unit) in signatures: whole numbers of it.
const SIGNED_CROSS: u8 = 2;

/// `get_all_initial_leverage`.
pub(super) fn get_all_initial_leverage(call: &mut Call<'_>) -> Answered {
    let request: SubAccountRequest<'_> = call.read()?;
    let account = call.own(&request.sub_account_id)?.id;
    let row = |listing: &Listing| {
        let now = call.exchange.initial_margin(account, listing.market.id).unwrap_or(listing.initial_margin);
        Leverage {
            instrument: Text::from(listing.market.symbol.to_string()),
            leverage: leverage(now),
            min_leverage: Text::new("1.0"),
            max_leverage: leverage(listing.initial_margin),
            margin_type: PositionMarginType::Cross,
        }
    };
    let perpetual = |listing: &&Listing| listing.market.kind == MarketKind::Perpetual;
    let results = call.exchange.listings().iter().filter(perpetual).map(row).collect();
    call.write(&Leverages { results })
}

/// `set_initial_leverage`.
pub(super) fn set_initial_leverage(call: &mut Call<'_>) -> Answered {
    let SetLeverage { sub_account_id, instrument, leverage } = call.read()?;
    let account = call.own(&sub_account_id)?.id;
    let listing = call.listing(&instrument)?.clone();
    set(call, account, &listing, &leverage)?;
    call.write(&LeverageSet { success: true })
}

/// `set_position_config`: the same and the margin type, signed.
pub(super) fn set_position_config(call: &mut Call<'_>) -> Answered {
    let request: SetPositionConfig<'_> = call.read()?;
    let member = call.own(&request.sub_account_id)?;
    let listing = call.listing(&request.instrument)?.clone();
    let whole = times(&request.leverage)?;
    let margin_type = match &request.margin_type {
        PositionMarginType::Isolated => 1,
        PositionMarginType::Cross => SIGNED_CROSS,
        PositionMarginType::Unknown(word) => {
            return Err(Refused::malformed(format_args!("margin_type: {word}")));
        }
    };
    let leverage = i32::try_from(whole / 100).map_err(|_| codes::LEVERAGE_TOO_HIGH)?;
    let what = (Instrument::of(&listing.market, &call.state.options), margin_type, leverage);
    signed::position_config(call, member, what, &request.signature)?;
    if margin_type != SIGNED_CROSS {
        return Err(codes::MARGIN_TYPE_UNSUPPORTED.into());
    }
    let account = member.id;
    set(call, account, &listing, &request.leverage)?;
    call.write(&PositionConfigSet { ack: true })
}

/// A leverage in hundredths.
fn times(text: &str) -> Result<i128, Refused> {
    let value = decimal(text).ok_or_else(|| Refused::malformed(format_args!("leverage: {text}")))?;
    let hundredths = value.at_scale(2).filter(|hundredths| *hundredths > 0);
    hundredths.ok_or_else(|| codes::LEVERAGE_INVALID.into())
}

fn set(
    call: &mut Call<'_>,
    account: mm_exchange::AccountId,
    listing: &Listing,
    text: &str,
) -> Result<(), Refused> {
    let hundredths = times(text)?;
    if hundredths < 100 {
        return Err(codes::LEVERAGE_TOO_LOW.into());
    }
    // Rounded up: never more leverage than was asked for.
    let fraction = (Rate::ONE * 100 + hundredths - 1) / hundredths;
    let fraction = Rate(i64::try_from(fraction).map_err(|_| codes::LEVERAGE_INVALID)?);
    if fraction < listing.initial_margin {
        return Err(codes::LEVERAGE_TOO_HIGH.into());
    }
    let market = listing.market.id;
    match call.exchange.set_initial_margin(account, market, Some(fraction)) {
        Ok(_) => {}
        Err(Reject::Margin) => return Err(codes::NOT_ENOUGH_MARGIN.into()),
        Err(_) => return Err(codes::LEVERAGE_INVALID.into()),
    }
    call.state.records.tell(call.now, News::Position(account, market));
    Ok(())
}

/// `get_authorized_builders`: nobody here takes a fee with anybody's orders.
pub(super) fn get_authorized_builders(call: &mut Call<'_>) -> Answered {
    let Empty {} = call.read()?;
    call.write(&AuthorizedBuilders { results: Vec::new() })
}
