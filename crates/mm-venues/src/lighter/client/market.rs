//! The venue's listings as our markets, and its numbers of them.

use std::collections::BTreeMap;

use mm_model::{
    Decimal, DecodeError, Market, MarketId, MarketKind, Markets, Money, Qty, Symbol, TradingState,
};

use crate::{
    lighter::{
        tx::BASE_AMOUNT_MAX,
        wire::{
            MarketStatus, Text,
            market::{OrderBookDetails, PerpsOrderBookDetail, SpotOrderBookDetail},
        },
    },
    reading::unreadable,
};

/// What perpetuals are quoted and settled in. Listings name it by a number alone.
pub(super) const CASH: &str = "USDC";

/// The most decimals that we believe: with them price × size × fee stays within exact arithmetic.
const DECIMALS_MAX: u8 = 9;

/// The markets, by our numbers and by the venue's.
#[derive(Debug, Default)]
pub(super) struct Listings {
    markets: Markets,
    /// The venue's number of each of our markets.
    numbers: Vec<u64>,
    ours: BTreeMap<u64, MarketId>,
}

/// The rules of a listing, whichever kind it is of.
struct Rules<'a> {
    symbol: &'a str,
    number: u64,
    kind: MarketKind,
    status: &'a MarketStatus,
    is_frozen: bool,
    size_decimals: u8,
    price_decimals: u8,
    min_base: &'a Text<'a>,
    min_quote: &'a Text<'a>,
}

impl Listings {
    pub(super) const fn markets(&self) -> &Markets {
        &self.markets
    }

    /// The market of ours, with the venue's number.
    pub(super) fn get(&self, id: MarketId) -> Option<(&Market, u64)> {
        Some((self.markets.get(id)?, *self.numbers.get(id.0 as usize)?))
    }

    /// The market of the venue's number.
    pub(super) fn numbered(&self, what: &'static str, number: u64) -> Result<&Market, DecodeError> {
        let id = self.ours.get(&number);
        id.and_then(|id| self.markets.get(*id))
            .ok_or_else(|| unreadable(what, format_args!("market {number} is not known")))
    }

    /// Whether we list the venue's number. The account may hold things on markets of a kind that we do not trade.
    pub(super) fn knows(&self, number: u64) -> bool {
        self.ours.contains_key(&number)
    }

    /// Learns what is listed. A listing whose symbol or number another one has is left out: an order would go astray.
    pub(super) fn learn(&mut self, details: &OrderBookDetails<'_>) -> Result<(), DecodeError> {
        let perps = details.order_book_details.iter().map(perpetual);
        let spot = details.spot_order_book_details.iter().map(spot);
        for rules in perps.chain(spot) {
            let Some(market) = market(&rules)? else { continue };
            let known = self.markets.by_symbol(&market.symbol).map(|market| market.id);
            if self.ours.get(&rules.number).copied() != known {
                continue;
            }
            let id = self.markets.put(market);
            self.ours.insert(rules.number, id);
            if known.is_none() {
                self.numbers.push(rules.number);
            }
        }
        Ok(())
    }
}

fn perpetual<'a>(row: &'a PerpsOrderBookDetail<'a>) -> Rules<'a> {
    Rules {
        symbol: &row.symbol,
        number: row.market_id,
        kind: MarketKind::Perpetual,
        status: &row.status,
        is_frozen: row.is_frozen,
        size_decimals: row.supported_size_decimals,
        price_decimals: row.supported_price_decimals,
        min_base: &row.min_base_amount,
        min_quote: &row.min_quote_amount,
    }
}

fn spot<'a>(row: &'a SpotOrderBookDetail<'a>) -> Rules<'a> {
    Rules {
        symbol: &row.symbol,
        number: row.market_id,
        kind: MarketKind::Spot,
        status: &row.status,
        is_frozen: row.is_frozen,
        size_decimals: row.supported_size_decimals,
        price_decimals: row.supported_price_decimals,
        min_base: &row.min_base_amount,
        min_quote: &row.min_quote_amount,
    }
}

/// A listing as a market; `None` when its steps are finer than exact arithmetic.
fn market(rules: &Rules<'_>) -> Result<Option<Market>, DecodeError> {
    let bad = |error| unreadable("market", format_args!("{}: {error}", rules.symbol));
    if rules.size_decimals.max(rules.price_decimals) > DECIMALS_MAX {
        return Ok(None);
    }
    // A spot market's name holds both assets, a perpetual's the base alone.
    let (base, quote) = rules.symbol.split_once('/').unwrap_or((rules.symbol, CASH));
    let mut market = Market {
        id: MarketId(0),
        symbol: Symbol::from(rules.symbol),
        base: Symbol::from(base),
        quote: Symbol::from(quote),
        kind: rules.kind,
        trading: if *rules.status == MarketStatus::Active && !rules.is_frozen {
            TradingState::Open
        } else {
            TradingState::Closed
        },
        tick: Decimal::new(1, rules.price_decimals),
        lot: Decimal::new(1, rules.size_decimals),
        min_qty: Qty::ZERO,
        max_qty: Some(Qty(BASE_AMOUNT_MAX.unsigned_abs())),
        min_notional: None,
    };
    let min = Decimal::parse(rules.min_base).map_err(bad)?;
    let min_down = market.qty_down(min);
    market.min_qty = if market.qty_decimal(min_down) == min { min_down } else { min_down.plus(Qty(1)) };
    market.min_notional = Some(Decimal::parse(rules.min_quote).and_then(Money::from_decimal).map_err(bad)?);
    Ok(Some(market))
}
