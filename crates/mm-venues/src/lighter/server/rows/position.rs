//! A position as the venue shows it.

use mm_exchange::{AccountId, Exchange, PositionView};
use mm_model::{MarketId, Money};

use crate::lighter::{
    server::{
        markets::index_of,
        numbers::{self, text},
        records::{Records, Stage},
    },
    wire::{Text, account::AccountPosition},
};

/// The row of an account's position in a market, also when it is flat; `None` for markets without positions.
pub(in super::super) fn position_row(
    exchange: &Exchange,
    records: &Records,
    whose: (AccountId, MarketId),
) -> Option<AccountPosition<'static>> {
    let (account, id) = whose;
    let listing = exchange.listing(id)?;
    let market = &listing.market;
    if market.kind != mm_model::MarketKind::Perpetual {
        return None;
    }
    let flat = PositionView {
        market: id,
        net: mm_model::SignedQty::ZERO,
        cost: Money::ZERO,
        realized: Money::ZERO,
        funding: Money::ZERO,
        updated_at: mm_model::Timestamp::ZERO,
    };
    // A flat position has told all that it won or paid: its last record has it.
    let held = exchange.position(account, id).or_else(|| records.held(account, id).copied()).unwrap_or(flat);
    let mark = exchange.mark(id).unwrap_or(listing.start);
    let orders = |stage: Stage| {
        let own = records.orders.all_live(account);
        own.filter(|order| order.market == id && order.stage == stage).count() as i64
    };
    let own = records.orders.all_live(account);
    let tied = own.filter(|order| order.market == id && order.reduce_only).count() as i64;
    let unrealized = market.signed_notional(mark, held.net) - held.cost;
    Some(AccountPosition {
        market_id: index_of(exchange, id).into(),
        symbol: Text::from(market.symbol.to_string()),
        initial_margin_fraction: numbers::percent(
            exchange.initial_margin(account, id).unwrap_or(listing.initial_margin),
        ),
        open_order_count: orders(Stage::Open),
        pending_order_count: orders(Stage::Pending),
        position_tied_order_count: tied,
        sign: if held.net.0 < 0 { -1 } else { 1 },
        position: numbers::qty(market, held.net.abs()),
        avg_entry_price: numbers::average(market, held.cost, held.net),
        position_value: numbers::usdc(market.notional(mark, held.net.abs())),
        unrealized_pnl: numbers::usdc(unrealized),
        realized_pnl: numbers::usdc(held.realized),
        liquidation_price: text(0),
        // The venue counts what was paid.
        total_funding_paid_out: (held.funding != Money::ZERO).then(|| numbers::usdc(-held.funding)),
        margin_mode: 0,
        allocated_margin: numbers::usdc(Money::ZERO),
        total_discount: numbers::usdc(Money::ZERO),
        margin_set_flag: 0,
    })
}

/// The rows of all positions of an account that are open or have orders; of every market when `active_only` is off.
pub(in super::super) fn position_rows(
    exchange: &Exchange,
    records: &Records,
    account: AccountId,
    active_only: bool,
) -> Vec<AccountPosition<'static>> {
    let rows = exchange.listings().iter();
    let rows = rows.filter_map(|listing| position_row(exchange, records, (account, listing.market.id)));
    let active = |row: &AccountPosition<'_>| row.open_order_count + row.pending_order_count > 0;
    rows.filter(|row| {
        !active_only || active(row) || row.position.bytes().any(|digit| matches!(digit, b'1'..=b'9'))
    })
    .collect()
}
