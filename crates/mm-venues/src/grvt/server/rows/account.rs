//! What an account is worth, as the venue shows it. One currency is margin: the one that the markets settle in.

use mm_exchange::{AccountId, Exchange, MarginSummary};
use mm_model::{Money, Timestamp};

use super::position_row;
use crate::grvt::{
    server::{accounts::Member, numbers, records::Records},
    wire::{
        MarginType, SubAccountMode, Text,
        account::{SpotBalance, SubAccount},
    },
};

/// The currency that margin is in.
pub(in super::super) const SETTLES_IN: &str = "USDT";

/// What an account is worth.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Wealth {
    /// Without the profits of open positions.
    pub(in super::super) balance: Money,
    pub(in super::super) equity: Money,
    /// What new exposure may use; never below zero.
    pub(in super::super) available: Money,
}

impl Wealth {
    /// Of a trading account.
    pub(in super::super) fn of(exchange: &Exchange, account: AccountId) -> Self {
        let MarginSummary { balance, equity, available, .. } = exchange.margin(account, SETTLES_IN);
        Self { balance, equity, available: available.max(Money::ZERO) }
    }

    /// With another's.
    pub(in super::super) fn and(self, other: Self) -> Self {
        Self {
            balance: self.balance + other.balance,
            equity: self.equity + other.equity,
            available: self.available + other.available,
        }
    }
}

/// `account_summary`.
pub(in super::super) fn sub_account(
    now: Timestamp,
    exchange: &Exchange,
    records: &Records,
    member: &Member,
) -> SubAccount<'static> {
    let margin = exchange.margin(member.id, SETTLES_IN);
    let wealth = Wealth::of(exchange, member.id);
    let whose = (member.id, member.sub_account);
    let open = exchange.positions(member.id);
    let positions = open.iter().filter_map(|it| position_row(exchange, records, whose, it.market)).collect();
    SubAccount {
        event_time: now.into(),
        sub_account_id: Text::from(member.number()),
        margin_type: MarginType::SimpleCross,
        settle_currency: Text::new(SETTLES_IN),
        unrealized_pnl: numbers::money(margin.unrealized),
        total_equity: numbers::money(wealth.equity),
        initial_margin: numbers::money(margin.positions + margin.orders),
        maintenance_margin: numbers::money(margin.maintenance),
        available_balance: numbers::money(wealth.available),
        spot_balances: spot_balances(exchange, [member.id]),
        positions,
        settle_index_price: Text::new("1.0"),
        is_vault: Some(false),
        vault_im_additions: Some(numbers::zero()),
        derisk_margin: numbers::money(margin.maintenance),
        derisk_to_maintenance_margin_ratio: Text::new("1.0"),
        total_cross_equity: numbers::money(wealth.equity),
        cross_unrealized_pnl: numbers::money(margin.unrealized),
        sub_account_mode: SubAccountMode::SingleAsset,
        margin_balance: numbers::money(wealth.equity),
    }
}

/// What some accounts hold together, currency by currency.
pub(in super::super) fn spot_balances(
    exchange: &Exchange,
    accounts: impl IntoIterator<Item = AccountId>,
) -> Vec<SpotBalance<'static>> {
    let mut rows: Vec<(Text<'static>, Money, Money)> = Vec::new();
    for account in accounts {
        let free = Wealth::of(exchange, account).available;
        for held in exchange.balances(account) {
            let whole = held.available + held.locked;
            let may_leave =
                if &*held.asset == SETTLES_IN { free.min(held.available) } else { held.available };
            match rows.iter_mut().find(|(currency, ..)| *currency == *held.asset) {
                Some((_, balance, transferable)) => {
                    *balance += whole;
                    *transferable += may_leave;
                }
                None => rows.push((Text::from(held.asset.to_string()), whole, may_leave)),
            }
        }
    }
    let row = |(currency, balance, transferable): (Text<'static>, Money, Money)| SpotBalance {
        currency,
        balance: numbers::money(balance),
        index_price: Text::new("1.0"),
        entry_price: Text::new("1.0"),
        realized_pnl: numbers::zero(),
        unrealized_pnl: numbers::zero(),
        available_to_transfer: numbers::money(transferable.max(Money::ZERO)),
    };
    rows.into_iter().map(row).collect()
}
