//! A trade as the venue shows it: to everybody, and with its profits to the two who made it.

use mm_exchange::{AccountId, Exchange};
use mm_model::{Market, Money, Side};

use super::order::market_kind;
use crate::lighter::{
    server::{
        markets::{height, ms, us},
        numbers::{self, text},
        records::{Half, TradeRecord},
    },
    wire::{Text, TradeType, trade::Trade},
};

/// The hash of the transaction that a trade came by: the taker's. Trades of the simulator's crowd, which sends none,
/// bear one made of their number.
fn tx_hash(trade: &TradeRecord) -> Text<'static> {
    match trade.taker().tx {
        Some(hash) => text(hash),
        None => Text::from(format!("{:080x}", trade.id)),
    }
}

/// The row of a trade, as `reader` sees it; `None` is everybody.
pub(in super::super) fn trade_row(
    exchange: &Exchange,
    trade: &TradeRecord,
    reader: Option<AccountId>,
) -> Option<Trade<'static>> {
    let market = exchange.markets().get(trade.market)?;
    let (ask, bid, taker, maker) = (&trade.ask, &trade.bid, trade.taker(), trade.maker());
    let own = reader.is_some_and(|reader| reader == ask.account || reader == bid.account);
    let pnl = |half: &Half| half.pnl.filter(|_| own).map(numbers::usdc);
    let client = |half: &Half| half.client;
    Some(Trade {
        trade_id: trade.id,
        tx_hash: tx_hash(trade),
        kind: if trade.is_liquidation() { TradeType::Liquidation } else { TradeType::Trade },
        market_id: trade.market_index.into(),
        size: numbers::qty(market, trade.qty),
        price: numbers::price(market, trade.price),
        usd_amount: numbers::usdc(trade.quote),
        ask_id: ask.order.0,
        bid_id: bid.order.0,
        ask_account_id: ask.account_index,
        bid_account_id: bid.account_index,
        is_maker_ask: trade.taker == Side::Buy,
        block_height: height(trade.at),
        timestamp: ms(trade.at),
        taker_fee: fee(taker, trade.quote),
        taker_position_size_before: size_before(market, taker),
        taker_entry_quote_before: numbers::usdc(absolute(taker.cost_before)),
        taker_initial_margin_fraction_before: taker.margin_fraction,
        taker_position_sign_changed: taker.sign_changed,
        maker_fee: fee(maker, trade.quote),
        maker_position_size_before: size_before(market, maker),
        maker_entry_quote_before: numbers::usdc(absolute(maker.cost_before)),
        maker_initial_margin_fraction_before: maker.margin_fraction,
        maker_position_sign_changed: maker.sign_changed,
        transaction_time: us(trade.at),
        bid_account_pnl: pnl(bid),
        ask_account_pnl: pnl(ask),
        ask_client_id: client(ask),
        bid_client_id: client(bid),
        ask_client_id_str: text(client(ask)),
        bid_client_id_str: text(client(bid)),
        ask_id_str: text(ask.order.0),
        bid_id_str: text(bid.order.0),
        trade_id_str: text(trade.id),
        integrator_maker_fee: 0,
        integrator_maker_fee_collector_index: 0,
        integrator_taker_fee: 0,
        integrator_taker_fee_collector_index: 0,
        taker_allocated_margin_usdc_before: 0,
        taker_allocated_margin_usdc_after: 0,
        maker_allocated_margin_usdc_before: 0,
        maker_allocated_margin_usdc_after: 0,
        bid_order_version: bid.version,
        ask_order_version: ask.version,
        market_symbol: Text::from(market.symbol.to_string()),
        market_kind: market_kind(market.kind),
    })
}

/// The fee in millionths of the notional; left out when there is none.
fn fee(half: &Half, quote: Money) -> Option<i64> {
    let millionths = half.fee.0.checked_mul(1_000_000)?.checked_div(quote.0)?;
    i64::try_from(millionths).ok().filter(|fee| *fee != 0)
}

fn size_before(market: &Market, half: &Half) -> Text<'static> {
    numbers::signed_qty(market, half.net_before)
}

fn absolute(amount: Money) -> Money {
    Money(amount.0.saturating_abs())
}
