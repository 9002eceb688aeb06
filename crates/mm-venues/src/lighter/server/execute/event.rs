//! `event_info`: what a transaction led to, as JSON in text.

use mm_exchange::Exchange;
use mm_model::Side;
use serde::Serialize;

use crate::lighter::{
    server::{
        accounts::Accounts,
        markets::raw_qty,
        records::{OrderRecord, Stage, Trigger},
        rows::status,
    },
    wire::{
        OrderStatus, Text,
        error::Code,
        event::{AppError, Cancel, EventOrder, Execution, Modify},
    },
};

fn text<T: Serialize>(event: &T) -> String {
    serde_json::to_string(event).expect("wire types have string keys and no values that can fail")
}

/// Nothing but the engine's refusal.
pub(super) fn error(code: Code) -> String {
    text(&AppError { error: Text::new(code.text) })
}

/// An order was made, or refused for a reason.
pub(super) fn made(
    (exchange, accounts): (&Exchange, &Accounts),
    record: &OrderRecord,
    error: Option<Code>,
) -> String {
    text(&Execution {
        market_id: record.market_index.into(),
        trade: None,
        maker_order: None,
        taker_order: event_order(exchange, accounts, record),
        error: Text::new(error.map_or("", |code| code.text)),
    })
}

/// An order was taken off, or not.
pub(super) fn cancelled(account: i64, (order, client): (i64, i64), error: Option<Code>) -> String {
    text(&Cancel {
        account_id: account,
        order_index: order,
        client_order_index: client,
        error: Text::new(error.map_or("", |code| code.text)),
    })
}

/// An order was changed, or not.
pub(super) fn modified(
    (old_order, new_order): (Option<EventOrder>, Option<EventOrder>),
    (market, error): (u16, Option<Code>),
) -> String {
    let error = Text::new(error.map_or("", |code| code.text));
    text(&Modify { market_id: market.into(), old_order, new_order, error })
}

/// An order as events have it.
pub(super) fn event_order(
    exchange: &Exchange,
    accounts: &Accounts,
    record: &OrderRecord,
) -> Option<EventOrder> {
    let market = exchange.markets().get(record.market)?;
    let origin = &record.origin;
    let word = status(record.stage);
    let number =
        |index: Option<crate::lighter::server::records::OrderIndex>| index.map_or(0, |index| index.0);
    Some(EventOrder {
        order_index: record.index.0,
        client_order_index: record.client,
        owner_account_id: accounts.index_of(record.account),
        initial_base_amount: raw_qty(market, record.qty),
        price: u32::try_from(origin.raw_price).unwrap_or(u32::MAX),
        remaining_base_amount: raw_qty(market, record.left()),
        is_ask: u8::from(record.side == Side::Sell),
        kind: origin.kind.code(),
        time_in_force: origin.time_in_force.code(),
        reduce_only: u8::from(record.reduce_only),
        trigger_price: u32::try_from(origin.raw_trigger).unwrap_or(u32::MAX),
        expiry: origin.expiry,
        status: place(&word),
        trigger_status: trigger(record),
        to_trigger_order_index_0: number(origin.links.children[0]),
        to_trigger_order_index_1: number(origin.links.children[1]),
        to_cancel_order_index_0: number(origin.links.twin),
        integrator_fee_collector_index: origin.integrator.map_or(0, |it| it.account),
        integrator_taker_fee: origin.integrator.map_or(0, |it| it.taker_fee),
        integrator_maker_fee: origin.integrator.map_or(0, |it| it.maker_fee),
    })
}

/// The place of a word among those of the venue.
fn place(word: &OrderStatus) -> u8 {
    let place = OrderStatus::KNOWN.iter().position(|known| known == word).unwrap_or(0);
    u8::try_from(place).unwrap_or(0)
}

/// The number of what an order waits for: none, ready, the mark price, (TWAP,) the parent.
const fn trigger(record: &OrderRecord) -> u8 {
    match (record.stage, record.trigger) {
        (Stage::Pending, Trigger::MarkPrice) => 2,
        (Stage::Pending, Trigger::Parent) => 4,
        (_, Trigger::Ready(_)) => 1,
        _ => 0,
    }
}
