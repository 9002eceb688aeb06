//! A fill as the venue shows it.

use mm_exchange::Exchange;
use mm_model::{Liquidity, Side};

use super::order::order_id;
use crate::grvt::{
    server::{
        numbers,
        records::{FillRecord, trade_id},
    },
    wire::{BrokerTag, Text, TimeInForce, Venue, history::Fill, order::UNASSIGNED},
};

/// The row; `None` when its market is not listed any more. `sub_account` is its account's number.
pub(in super::super) fn fill_row(
    exchange: &Exchange,
    sub_account: u64,
    fill: &FillRecord,
) -> Option<Fill<'static>> {
    let listing = exchange.listing(fill.market)?;
    let (market, origin) = (&listing.market, &fill.origin);
    let rate = match fill.liquidity {
        Liquidity::Maker => listing.maker_fee,
        Liquidity::Taker => listing.taker_fee,
    };
    Some(Fill {
        event_time: fill.at.into(),
        sub_account_id: numbers::text(sub_account),
        instrument: Text::from(market.symbol.to_string()),
        is_buyer: fill.side == Side::Buy,
        is_taker: fill.liquidity == Liquidity::Taker,
        size: numbers::qty(market, fill.qty),
        price: numbers::price(market, fill.price),
        mark_price: numbers::price(market, fill.mark),
        index_price: numbers::price(market, fill.index),
        interest_rate: numbers::zero(),
        forward_price: numbers::zero(),
        realized_pnl: numbers::money(fill.realized),
        fee: numbers::money(fill.fee),
        fee_rate: numbers::percent(rate),
        trade_id: Text::from(trade_id(fill.trade, fill.market)),
        order_id: order_id(fill.order_id),
        venue: Venue::Orderbook,
        is_liquidation: fill.is_liquidation,
        client_order_id: numbers::text(fill.client),
        signer: origin.signature.signer.clone(),
        broker: Some(origin.broker.clone().unwrap_or(BrokerTag::Unspecified)),
        is_rpi: origin.time_in_force == TimeInForce::RetailPriceImprovement,
        builder: origin.builder.clone().unwrap_or(Text::new(UNASSIGNED)),
        builder_fee_rate: numbers::zero(),
        builder_fee: numbers::zero(),
        fee_currency: Text::from(market.quote.to_string()),
    })
}
