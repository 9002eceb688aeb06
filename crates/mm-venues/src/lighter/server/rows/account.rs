//! An account as the venue shows it.

use mm_exchange::{Exchange, MarginSummary};
use mm_model::Money;

use super::{asset::asset_rows, position::position_rows};
use crate::lighter::{
    server::{
        accounts::Member,
        markets::{USDC, ms},
        numbers,
        records::Stage,
        state::State,
    },
    wire::{
        Text,
        account::{Account, ApprovedIntegrator, DetailedAccount, SubAccountMetadata},
    },
};

/// What an account is worth, and what of it is free: the same figures for REST and for `user_stats`.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Standing {
    pub(in super::super) margin: MarginSummary,
    /// USDC, profits of open positions not counted.
    pub(in super::super) collateral: Money,
    /// What new exposure may use; never below zero.
    pub(in super::super) available: Money,
    /// With the profits of open positions.
    pub(in super::super) portfolio: Money,
}

impl Standing {
    /// Of an account now.
    pub(in super::super) fn of(exchange: &Exchange, member: &Member) -> Self {
        let margin = exchange.margin(member.id, USDC);
        Self {
            margin,
            collateral: margin.balance,
            available: margin.available.max(Money::ZERO),
            portfolio: margin.equity,
        }
    }
}

/// The whole row.
pub(in super::super) fn account_row(
    exchange: &Exchange,
    state: &State,
    member: &Member,
    active_only: bool,
) -> DetailedAccount<'static> {
    let standing = Standing::of(exchange, member);
    let (n_orders, n_pending) = counts(state, member);
    let integrators = member.integrators.iter().map(|(index, it)| ApprovedIntegrator {
        account_index: *index,
        name: Text::new(""),
        max_perps_taker_fee: it.perps_taker_fee.into(),
        max_perps_maker_fee: it.perps_maker_fee.into(),
        max_spot_taker_fee: it.spot_taker_fee.into(),
        max_spot_maker_fee: it.spot_maker_fee.into(),
        approval_expiry: it.expiry,
    });
    DetailedAccount {
        code: 0,
        message: None,
        account_type: 0,
        account_trading_mode: member.trading_mode.into(),
        index: member.index,
        l1_address: Text::from(member.l1_address.clone()),
        cancel_all_time: member.cancel_all_at.map_or(0, ms),
        total_order_count: n_orders,
        total_isolated_order_count: 0,
        pending_order_count: n_pending,
        available_balance: numbers::usdc(standing.available),
        status: 1,
        collateral: numbers::usdc(standing.collateral),
        account_index: member.index,
        name: Text::from(member.name.clone()),
        description: Text::new(""),
        can_invite: false,
        referral_points_percentage: Text::new(""),
        positions: position_rows(exchange, &state.records, member.id, active_only).into(),
        assets: asset_rows(exchange, member.id).into(),
        total_asset_value: numbers::usdc(standing.portfolio),
        cross_asset_value: numbers::usdc(standing.portfolio),
        shares: Vec::new().into(),
        created_at: 0,
        transaction_time: 0,
        pending_unlocks: Vec::new().into(),
        approved_integrators: integrators.collect::<Vec<_>>().into(),
        can_rfq: false,
        cross_initial_margin_requirement: numbers::usdc(standing.margin.positions + standing.margin.orders),
        cross_maintenance_margin_requirement: numbers::usdc(standing.margin.maintenance),
        can_rfq_market_ids: Vec::new().into(),
        metadata: SubAccountMetadata::default(),
        agent_enabled: false,
    }
}

/// The row without what the account holds.
pub(in super::super) fn account_brief(
    exchange: &Exchange,
    state: &State,
    member: &Member,
) -> Account<'static> {
    let standing = Standing::of(exchange, member);
    let (n_orders, n_pending) = counts(state, member);
    Account {
        code: 0,
        message: None,
        account_type: 0,
        account_trading_mode: member.trading_mode.into(),
        index: member.index,
        l1_address: Text::from(member.l1_address.clone()),
        cancel_all_time: member.cancel_all_at.map_or(0, ms),
        total_order_count: n_orders,
        total_isolated_order_count: 0,
        pending_order_count: n_pending,
        available_balance: numbers::usdc(standing.available),
        status: 1,
        collateral: numbers::usdc(standing.collateral),
        transaction_time: 0,
    }
}

/// Orders on the book, and orders that wait.
fn counts(state: &State, member: &Member) -> (i64, i64) {
    let count = |stage: Stage| {
        let own = state.records.orders.all_live(member.id);
        i64::try_from(own.filter(|order| order.stage == stage).count()).unwrap_or(i64::MAX)
    };
    (count(Stage::Open), count(Stage::Pending))
}
