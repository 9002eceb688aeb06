//! An order of the exchange in the venue's three shapes: over REST, in the history, on the stream.

use mm_exchange::{Amount, Execution, OrderView, Status as Stage};
use mm_model::{Exposure, Liquidity, Market, Money, Timestamp};

use super::{errors::expiry_reason, numbers};
use crate::backpack::wire::{
    OrderEvent, OrderType, Status, Text, history::HistoricOrder, order::Order, private_stream::OrderUpdate,
    time,
};

/// `/api/v1/order`. It borrows nothing, so that an order of a batch outlives the next one.
pub(super) fn order_row(market: &Market, view: &OrderView) -> Order<'static> {
    let order = &view.order;
    let limit = order.limit.is_some();
    Order {
        client_id: order.client_id.map(|id| id.0),
        created_at: view.created_at.ms(),
        executed_quantity: numbers::qty(market, view.filled),
        executed_quote_quantity: numbers::text(view.filled_quote),
        id: numbers::text(view.id.0),
        order_type: order_type(view),
        post_only: limit.then_some(order.post_only),
        price: order.limit.map(|price| numbers::price(market, price)),
        quantity: Some(numbers::qty(market, view.qty)),
        quote_quantity: quote_asked(view).map(numbers::text),
        reduce_only: Some(order.exposure == Exposure::ReduceOnly),
        related_order_id: None,
        self_trade_prevention: Some(self_trade(view)),
        side: order.side.into(),
        slippage_tolerance: None,
        slippage_tolerance_type: None,
        status: status(view.status),
        stop_loss_limit_price: None,
        stop_loss_trigger_by: None,
        stop_loss_trigger_price: None,
        strategy_id: None,
        symbol: Text::from(market.symbol.to_string()),
        take_profit_limit_price: None,
        take_profit_trigger_by: None,
        take_profit_trigger_price: None,
        time_in_force: order.time_in_force.into(),
        trigger_by: None,
        trigger_price: None,
        trigger_quantity: None,
        triggered_at: None,
    }
}

/// `/wapi/v1/history/orders`.
pub(super) fn historic_row<'a>(market: &'a Market, view: &OrderView) -> HistoricOrder<'a> {
    let order = &view.order;
    let expired = match view.status {
        Stage::Expired(why) => Some(Text::new(expiry_reason(why))),
        _ => None,
    };
    HistoricOrder {
        client_id: order.client_id.map(|id| id.0),
        created_at: Text::from(time::millis(view.created_at)),
        executed_quantity: Some(numbers::qty(market, view.filled)),
        executed_quote_quantity: Some(numbers::text(view.filled_quote)),
        expiry_reason: expired,
        id: numbers::text(view.id.0),
        order_type: order_type(view),
        post_only: order.limit.map(|_| order.post_only),
        price: order.limit.map(|price| numbers::price(market, price)),
        quantity: Some(numbers::qty(market, view.qty)),
        quote_quantity: quote_size(market, view).map(numbers::text),
        self_trade_prevention: Some(self_trade(view)),
        side: order.side.into(),
        slippage_tolerance: None,
        slippage_tolerance_type: None,
        status: status(view.status),
        stop_loss_limit_price: None,
        stop_loss_trigger_by: None,
        stop_loss_trigger_price: None,
        strategy_id: None,
        symbol: Text::new(&market.symbol),
        system_order_type: None,
        take_profit_limit_price: None,
        take_profit_trigger_by: None,
        take_profit_trigger_price: None,
        time_in_force: order.time_in_force.into(),
        trigger_by: None,
        trigger_price: None,
        trigger_quantity: None,
    }
}

/// What the stream tells of an order.
#[derive(Clone, Copy, Debug)]
pub(super) struct OrderNews<'a> {
    pub(super) now: Timestamp,
    pub(super) event: OrderEvent,
    pub(super) view: &'a OrderView,
    pub(super) fill: Option<&'a Execution>,
    /// Whether reasons are written `LIKE_THIS`.
    pub(super) upper_case_reasons: bool,
}

/// `account.orderUpdate`.
pub(super) fn order_update<'a>(market: &'a Market, news: OrderNews<'_>) -> OrderUpdate<'a> {
    let OrderNews { view, fill, .. } = news;
    let order = &view.order;
    let expired = match view.status {
        Stage::Expired(why) => Some(reason(expiry_reason(why), news.upper_case_reasons)),
        _ => None,
    };
    OrderUpdate {
        trigger_by: None,
        event_time: news.now.us(),
        strategy_id: None,
        related_order_id: None,
        fill_price: fill.map(|fill| numbers::price(market, fill.price)),
        fee_symbol: fill.map(|_| Text::new(&market.quote)),
        origin: Some(Text::new("USER")),
        trigger_price: None,
        quote_quantity: quote_size(market, view).map(numbers::text),
        expiry_reason: expired,
        side: order.side.into(),
        engine_time: fill.map_or(view.updated_at, |fill| fill.at).us(),
        self_trade_prevention: Some(self_trade(view)),
        status: status(view.status),
        trigger_quantity: None,
        executed_quote_quantity: Some(numbers::text(view.filled_quote)),
        take_profit_trigger_price: None,
        stop_loss_trigger_price: None,
        client_id: order.client_id.map(|id| id.0),
        take_profit_trigger_by: None,
        event: news.event,
        time_in_force: order.time_in_force.into(),
        stop_loss_trigger_by: None,
        order_id: numbers::text(view.id.0),
        take_profit_limit_price: None,
        stop_loss_limit_price: None,
        fill_quantity: fill.map(|fill| numbers::qty(market, fill.qty)),
        is_maker: fill.map(|fill| fill.liquidity == Liquidity::Maker),
        fee: fill.map(|fill| numbers::text(fill.fee)),
        order_type: order_type(view).into(),
        price: order.limit.map(|price| numbers::price(market, price)),
        quantity: Some(numbers::qty(market, view.qty)),
        reduce_only: Some(order.exposure == Exposure::ReduceOnly),
        symbol: Text::new(&market.symbol),
        trade_id: fill.map(|fill| fill.trade.0),
        post_only: order.limit.map(|_| order.post_only),
        executed_quantity: Some(numbers::qty(market, view.filled)),
    }
}

const fn order_type(view: &OrderView) -> OrderType {
    match view.order.limit {
        Some(_) => OrderType::Limit,
        None => OrderType::Market,
    }
}

const fn status(stage: Stage) -> Status {
    match stage {
        Stage::Pending(_) => Status::TriggerPending,
        Stage::New => Status::New,
        Stage::PartiallyFilled => Status::PartiallyFilled,
        Stage::Filled => Status::Filled,
        Stage::Cancelled => Status::Cancelled,
        Stage::Expired(_) => Status::Expired,
    }
}

const fn self_trade(view: &OrderView) -> Text<'static> {
    Text::new(match view.order.self_trade {
        mm_model::SelfTrade::RejectTaker => "RejectTaker",
        mm_model::SelfTrade::RejectMaker => "RejectMaker",
        mm_model::SelfTrade::RejectBoth => "RejectBoth",
        mm_model::SelfTrade::Reduce => "Decrement", // chosen: the venue has no such mode, and takes no such order
    })
}

/// The quote amount of a market order that asked for one.
const fn quote_asked(view: &OrderView) -> Option<Money> {
    match view.order.amount {
        Amount::Quote(money) => Some(money),
        Amount::Base(_) | Amount::All => None,
    }
}

/// The quote amount asked for, or what a limit order is worth (recorded on the stream and in the history).
fn quote_size(market: &Market, view: &OrderView) -> Option<Money> {
    quote_asked(view).or_else(|| view.order.limit.map(|price| market.notional(price, view.qty)))
}

/// `PostOnlyTaker`, or `POST_ONLY_TAKER`.
fn reason(word: &'static str, upper_case: bool) -> Text<'static> {
    if !upper_case {
        return Text::new(word);
    }
    let mut out = String::new();
    for letter in word.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(letter.to_ascii_uppercase());
    }
    Text::from(out)
}
