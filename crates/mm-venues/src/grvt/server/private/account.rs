//! What accounts own.

use crate::grvt::server::filter::Filter;
use crate::grvt::{
    server::{
        accounts::Member,
        answer::Answered,
        call::Call,
        errors::Refused,
        numbers,
        rows::{SETTLES_IN, Wealth, position_row, spot_balances, sub_account},
    },
    wire::{
        Text,
        account::{
            AggregatedAccountSummary, ClientTier, FundingAccountReply, FundingAccountSummary,
            SubAccountRequest, SubAccounts,
        },
        reply::Empty,
        send::Filtered,
    },
};

/// `positions`: those that are open.
pub(super) fn positions(call: &mut Call<'_>) -> Answered {
    let Filtered { sub_account_id, kind, base, quote } = call.read()?;
    let member = call.own(&sub_account_id)?;
    let filter = Filter { kind, base, quote };
    let whose = (member.id, member.sub_account);
    let held = call.exchange.positions(member.id);
    let markets = call.exchange.markets();
    let meant = held.iter().filter(|it| markets.get(it.market).is_some_and(|market| filter.takes(market)));
    let rows = meant.filter_map(|it| position_row(call.exchange, &call.state.records, whose, it.market));
    call.result(rows.collect::<Vec<_>>())
}

/// `account_summary`.
pub(super) fn account_summary(call: &mut Call<'_>) -> Answered {
    let request: SubAccountRequest<'_> = call.read()?;
    let member = call.own(&request.sub_account_id)?;
    call.result(sub_account(call.now, call.exchange, &call.state.records, member))
}

/// The trading accounts that are open to whoever is logged in.
fn own<'a>(call: &'a Call<'_>) -> Result<Vec<&'a Member>, Refused> {
    let session = call.session()?;
    let all = call.state.accounts.of_main(session.main_account);
    Ok(all.filter(|member| session.opens(member)).collect())
}

/// `aggregated_account_summary`: everything of the main account. Nothing lies outside the trading accounts here.
pub(super) fn aggregated_account_summary(call: &mut Call<'_>) -> Answered {
    let Empty {} = call.read()?;
    let members = own(call)?;
    let all = members.iter().map(|member| Wealth::of(call.exchange, member.id));
    let wealth = all.fold(Wealth::default(), Wealth::and);
    call.result(AggregatedAccountSummary {
        main_account_id: numbers::text(call.session()?.main_account),
        total_equity: numbers::money(wealth.equity),
        spot_balances: spot_balances(call.exchange, members.iter().map(|member| member.id)),
        vault_investments: Vec::new(),
        total_sub_account_balance: numbers::money(wealth.balance),
        total_sub_account_equity: numbers::money(wealth.equity),
        total_vault_investments_balance: numbers::zero(),
        total_sub_account_available_balance: numbers::money(wealth.available),
        total_usd_notional_invested: numbers::zero(),
    })
}

/// `funding_account_summary`: what lies outside the trading accounts, which is nothing here, and the fees.
pub(super) fn funding_account_summary(call: &mut Call<'_>) -> Answered {
    let Empty {} = call.read()?;
    let result = FundingAccountSummary {
        main_account_id: numbers::text(call.session()?.main_account),
        total_equity: numbers::zero(),
        spot_balances: Vec::new(),
        vault_investments: Vec::new(),
        total_cash_balance: numbers::zero(),
        total_spot_asset_balance: numbers::zero(),
    };
    // Fees are the markets' here: those of the first one that settles as the account does. In millionths.
    let first = call.exchange.listings().iter().find(|listing| &*listing.market.quote == SETTLES_IN);
    let millionths = |rate: mm_model::Rate| rate.0 / 1_000;
    let fee = |of: fn(&mm_exchange::Listing) -> mm_model::Rate| first.map_or(0, |it| millionths(of(it)));
    let tier = ClientTier {
        tier: Some(1),
        futures_taker_fee: Some(fee(|listing| listing.taker_fee)),
        futures_maker_fee: Some(fee(|listing| listing.maker_fee)),
        options_taker_fee: Some(0),
        options_maker_fee: Some(0),
    };
    call.write(&FundingAccountReply { result, tier })
}

/// `get_sub_accounts`.
pub(super) fn get_sub_accounts(call: &mut Call<'_>) -> Answered {
    let Empty {} = call.read()?;
    let sub_account_ids = own(call)?.iter().map(|member| Text::from(member.number())).collect();
    call.write(&SubAccounts { sub_account_ids })
}
