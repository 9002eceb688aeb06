//! What an account holds of an asset, as the venue shows it. A perpetual account's USDC stands in the balance and in
//! the margin balance both: clients read the one or the other.

use mm_exchange::{AccountId, BalanceView, Exchange};
use mm_model::Money;

use crate::lighter::{
    server::{
        markets::{USDC, asset_id},
        numbers,
    },
    wire::{MarginMode, Text, account::AccountAsset},
};

/// The row of a balance; `None` for an asset that has no number at the venue.
fn asset_row(held: &BalanceView) -> Option<AccountAsset<'static>> {
    let id = asset_id(&held.asset)?;
    let is_margin = &*held.asset == USDC;
    let whole = held.available + held.locked;
    let amount = |amount| numbers::asset(&held.asset, amount);
    Some(AccountAsset {
        symbol: Text::from(held.asset.to_string()),
        asset_id: id.into(),
        balance: amount(whole),
        locked_balance: amount(held.locked),
        margin_balance: amount(if is_margin { whole } else { Money::ZERO }),
        margin_mode: if is_margin { MarginMode::Enabled } else { MarginMode::Disabled },
        multiplier: Text::new("1"),
    })
}

/// The rows of all that an account holds; USDC always among them.
pub(in super::super) fn asset_rows(exchange: &Exchange, account: AccountId) -> Vec<AccountAsset<'static>> {
    let mut held = exchange.balances(account);
    if !held.iter().any(|held| &*held.asset == USDC) {
        held.push(exchange.balance(account, USDC));
    }
    held.iter().filter_map(asset_row).collect()
}
