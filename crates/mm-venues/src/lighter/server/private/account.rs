//! Routes that tell what an account is and has, and that change its tier.

use mm_model::Rate;

use crate::lighter::{
    server::{
        Tier,
        answer::{Answered, json},
        call::Call,
        errors::Refused,
        rows::{account_brief, account_row},
        send::form,
    },
    wire::{
        Number, Text,
        account::{AccountLimits, DetailedAccounts, SubAccounts},
        error::{ApiError, codes},
    },
};

/// `GET account`: anybody may ask.
pub(in super::super) fn account(call: &mut Call<'_>) -> Answered {
    let (by, value) = (call.query.required("by")?, call.query.required("value")?);
    let active_only = call.query.flag("active_only")?.unwrap_or(false);
    let _one_page = call.query.optional("cursor");
    call.finish()?;
    let accounts = &call.state.accounts;
    let found: Vec<_> = match by.as_str() {
        "index" => accounts.get(crate::server::params::number("value", &value)?).into_iter().collect(),
        "l1_address" => accounts.of_owner(&value).collect(),
        _ => return Err(Refused::parameter("by", "must be index or l1_address")),
    };
    if found.is_empty() {
        return Err(codes::ACCOUNT_NOT_FOUND.into());
    }
    let rows = found.into_iter().map(|member| account_row(call.exchange, call.state, member, active_only));
    let rows: Vec<_> = rows.collect();
    Ok(json(&DetailedAccounts {
        code: codes::OK,
        message: None,
        total: i64::try_from(rows.len()).unwrap_or(i64::MAX),
        accounts: rows.into(),
        next_cursor: Text::new(""),
    }))
}

/// `GET accountsByL1Address`: the master first.
pub(in super::super) fn by_l1_address(call: &mut Call<'_>) -> Answered {
    let address = call.query.required("l1_address")?;
    let _one_page = call.query.optional("cursor");
    call.finish()?;
    let own = call.state.accounts.of_owner(&address);
    let rows: Vec<_> = own.map(|member| account_brief(call.exchange, call.state, member)).collect();
    if rows.is_empty() {
        return Err(codes::ACCOUNT_NOT_FOUND.into());
    }
    Ok(json(&SubAccounts {
        code: codes::OK,
        message: None,
        l1_address: Text::from(address),
        sub_accounts: rows.into(),
        next_cursor: None,
    }))
}

/// `GET accountLimits`.
pub(in super::super) fn limits(call: &mut Call<'_>) -> Answered {
    let (_, index) = call.own_account()?;
    call.finish()?;
    let tier = call.member(index)?.tier;
    // Fees are the market's here; those of the first one stand for all.
    let listing = call.exchange.listings().first();
    let (maker, taker) = listing.map_or((Rate(0), Rate(0)), |it| (it.maker_fee, it.taker_fee));
    Ok(json(&AccountLimits {
        code: codes::OK,
        message: None,
        max_llp_percentage: 0,
        user_tier: Text::new(if tier == Tier::Standard { "std" } else { tier.name() }),
        can_create_public_pool: false,
        max_llp_amount: Text::new("0"),
        current_maker_fee_tick: maker.0 / 1_000,
        current_taker_fee_tick: taker.0 / 1_000,
        effective_lit_stakes: Text::new("0"),
        leased_lit: Text::new("0"),
        user_tier_name: Text::new(tier.name()),
        user_tier_last_update: None,
        bo_user_tier_name: Text::new(""),
        bo_fee_rate: Number::new("0"),
    }))
}

/// `POST changeAccountTier`. Only an account without positions and orders may.
pub(in super::super) fn change_tier(call: &mut Call<'_>) -> Answered {
    call.finish()?;
    let mut form = form::fields(call.request)?;
    let (index, name) = (form.required_number("account_index")?, form.required("new_tier")?);
    form.finish()?;
    let (account, _) = call.opened(index)?;
    if call.access()?.read_only {
        return Err(Refused::unauthorized("a read-only token changes nothing"));
    }
    let tier = Tier::parse(&name).ok_or(codes::INVALID_TIER)?;
    if call.member(index)?.tier == tier {
        return Err(codes::SAME_TIER.into());
    }
    if !call.exchange.positions(account).is_empty() {
        return Err(codes::TIER_CHANGE_WITH_POSITIONS.into());
    }
    if call.state.records.orders.all_live(account).next().is_some() {
        return Err(codes::TIER_CHANGE_WITH_ORDERS.into());
    }
    if let Some(member) = call.state.accounts.get_mut(index) {
        member.tier = tier;
    }
    Ok(json(&ApiError { code: codes::OK, message: None }))
}
