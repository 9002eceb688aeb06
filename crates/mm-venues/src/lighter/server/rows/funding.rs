//! What a position paid or was paid, as the venue shows it.

use mm_exchange::{Exchange, FundingPayment};
use mm_model::Money;

use crate::lighter::{
    server::{
        markets::{index_of, seconds},
        numbers,
    },
    wire::{Direction, account::PositionFunding},
};

/// The row of an account's `n`-th payment.
pub(in super::super) fn funding_row(
    exchange: &Exchange,
    (n, paid): (usize, &FundingPayment),
) -> Option<PositionFunding<'static>> {
    let market = exchange.markets().get(paid.market)?;
    Some(PositionFunding {
        timestamp: seconds(paid.at),
        market_id: index_of(exchange, paid.market).into(),
        funding_id: i64::try_from(n).unwrap_or(i64::MAX),
        change: numbers::usdc(paid.amount),
        discount: numbers::usdc(Money::ZERO),
        rate: numbers::text(paid.rate.decimal()),
        position_size: numbers::qty(market, paid.net.abs()),
        position_side: if paid.net.0 < 0 { Direction::Short } else { Direction::Long },
    })
}
