//! A position as the venue shows it.

use mm_exchange::{AccountId, Exchange, PositionView};
use mm_model::{Decimal, MarketId, MarketKind, Money, Rate, SignedQty, Timestamp};

use crate::grvt::{
    server::{numbers, records::Records},
    wire::{PositionMarginType, Text, account::Position},
};

/// The row of an account's position in a market, also when it is flat; `None` for markets without positions.
/// `sub_account` is the account's number. Where it would be liquidated, and at what it was closed, is not told (`0.0`).
pub(in super::super) fn position_row(
    exchange: &Exchange,
    records: &Records,
    (account, sub_account): (AccountId, u64),
    market: MarketId,
) -> Option<Position<'static>> {
    let listing = exchange.listing(market).filter(|it| it.market.kind == MarketKind::Perpetual)?;
    let flat = PositionView {
        market,
        net: SignedQty::ZERO,
        cost: Money::ZERO,
        realized: Money::ZERO,
        funding: Money::ZERO,
        updated_at: Timestamp::ZERO,
    };
    // A flat position has told all that it won or paid: its last record has it.
    let last = || records.fills.held(account, market).filter(|held| held.net.is_flat()).copied();
    let held = exchange.position(account, market).or_else(last).unwrap_or(flat);
    let rules = &listing.market;
    let mark = exchange.mark(market).unwrap_or(listing.start);
    let unrealized = exchange.unrealized(&held);
    Some(Position {
        event_time: held.updated_at.into(),
        sub_account_id: numbers::text(sub_account),
        instrument: Text::from(rules.symbol.to_string()),
        size: numbers::signed_qty(rules, held.net),
        notional: numbers::money(rules.signed_notional(mark, held.net)),
        entry_price: numbers::average(held.cost, rules.signed_decimal(held.net)),
        exit_price: numbers::zero(),
        mark_price: numbers::price(rules, mark),
        unrealized_pnl: numbers::money(unrealized),
        realized_pnl: numbers::money(held.realized),
        total_pnl: numbers::money(unrealized + held.realized),
        roi: return_on(held.cost, unrealized),
        quote_index_price: Text::new("1.0"),
        est_liquidation_price: numbers::zero(),
        leverage: leverage(exchange.initial_margin(account, market).unwrap_or(listing.initial_margin)),
        cumulative_fee: numbers::money(records.fills.fees(account, market)),
        // The venue counts what was paid.
        cumulative_realized_funding_payment: numbers::money(-held.funding),
        margin_type: PositionMarginType::Cross,
        isolated_balance: None,
        isolated_im: None,
        isolated_mm: None,
    })
}

/// Profit as a percentage of what was paid, cut after four places.
fn return_on(cost: Money, profit: Money) -> Text<'static> {
    let per = profit.0.saturating_mul(1_000_000).checked_div(cost.0.abs()).unwrap_or(0);
    numbers::decimal(Decimal::new(per, 4))
}

/// How many times its margin a position may be worth, to the nearest hundredth: a seventh is no whole number of our
/// units, and who asked for 7 must read 7.
pub(in super::super) fn leverage(margin: Rate) -> Text<'static> {
    let twice = (Rate::ONE * 200).checked_div(i128::from(margin.0)).unwrap_or(0);
    numbers::decimal(Decimal::new((twice + 1) / 2, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leverage_is_what_was_asked_for() {
        let check = |margin, expected| assert_eq!(leverage(Rate(margin)).as_str(), expected);
        check(50_000_000, "20.0");
        check(142_857_143, "7.0");
        check(30_303_031, "33.0");
        check(400_000_000, "2.5");
    }
}
