//! The book order by order, and the last trades.

use mm_exchange::{AccountId, Exchange, QueuedOrder};
use mm_model::{Market, Side};

use crate::lighter::{
    server::{
        answer::{Answered, json},
        call::Call,
        markets::{index_of, listing, us},
        numbers::{self, text},
        records::OrderIndex,
        rows::trade_row,
        state::State,
    },
    wire::{
        error::codes::OK,
        order::{OrderBookOrders, SimpleOrder},
        trade::Trades,
    },
};

/// `GET orderBookOrders`.
pub(in super::super) fn order_book_orders(call: &mut Call<'_>) -> Answered {
    let index = call.query.required_number("market_id")?;
    let limit = call.limit(250)?;
    call.finish()?;
    let market = &listing(call.exchange, index)?.market;
    let side = |side| -> Vec<_> {
        let orders = call.exchange.queue(market.id, side, limit);
        let rows = orders.iter().enumerate();
        rows.map(|(n, order)| simple_order(call.exchange, call.state, (market, order, n))).collect()
    };
    let (asks, bids) = (side(Side::Sell), side(Side::Buy));
    let total = |rows: &[SimpleOrder<'_>]| i64::try_from(rows.len()).unwrap_or(i64::MAX);
    Ok(json(&OrderBookOrders {
        code: OK,
        message: None,
        total_asks: total(&asks),
        asks: asks.into(),
        total_bids: total(&bids),
        bids: bids.into(),
    }))
}

/// An order as everybody may see it. What the outside world (a tape) holds of a level is one order of its own.
fn simple_order(
    exchange: &Exchange,
    state: &State,
    (market, order, place): (&Market, &QueuedOrder, usize),
) -> SimpleOrder<'static> {
    let market_index = index_of(exchange, market.id);
    let order_index = match &order.order {
        Some(view) => OrderIndex::of(market_index, order.side, view.id),
        // Orders of the outside have no arrival, and no number of their own: their place stands for it.
        None => OrderIndex::outside(market_index, order.side, place),
    };
    let record = order.order.as_ref().and_then(|view| state.records.orders.live(view.account, order_index.0));
    let owner = order.order.as_ref().map_or(AccountId::OUTSIDE, |view| view.account);
    SimpleOrder {
        order_index: order_index.0,
        order_id: text(order_index.0),
        owner_account_index: state.accounts.index_of(owner),
        initial_base_amount: numbers::qty(market, order.order.as_ref().map_or(order.left, |view| view.qty)),
        remaining_base_amount: numbers::qty(market, order.left),
        price: numbers::price(market, order.price),
        order_expiry: record.map_or(0, |record| record.origin.expiry),
        transaction_time: order.order.as_ref().map_or(0, |view| us(view.created_at)),
    }
}

/// `GET recentTrades`: the newest first.
pub(in super::super) fn recent_trades(call: &mut Call<'_>) -> Answered {
    let index = call.query.required_number("market_id")?;
    let limit = call.limit(100)?;
    call.finish()?;
    let market = listing(call.exchange, index)?.market.id;
    let trades = call.state.records.trades.of_market(market).rev().take(limit);
    let rows: Vec<_> = trades.filter_map(|trade| trade_row(call.exchange, trade, None)).collect();
    Ok(json(&Trades { code: OK, message: None, next_cursor: None, trades: rows.into() }))
}
