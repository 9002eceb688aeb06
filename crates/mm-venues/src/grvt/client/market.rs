//! The venue's instruments as our markets, with what signatures need of them.

use mm_model::{
    Decimal, DecodeError, Market, MarketId, MarketKind, Markets, Money, Qty, Symbol, TradingState,
};

use crate::{
    grvt::{
        sign::{Asset, Scale},
        wire::{Kind, Text, market::Instrument},
    },
    reading::unreadable,
};

/// The largest tick or lot we believe, in its own digits: keeps price × size × fee within exact arithmetic.
const STEP_DIGITS_MAX: i128 = 1_000_000_000;

/// How the signatures of a market's orders are made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signing {
    pub(super) asset: Asset,
    pub(super) scale: Scale,
}

/// The markets.
#[derive(Debug, Default)]
pub(super) struct Listings {
    markets: Markets,
    /// In the order of our numbers.
    signing: Vec<Signing>,
}

impl Listings {
    pub(super) const fn markets(&self) -> &Markets {
        &self.markets
    }

    /// The market of ours, and how its orders are signed.
    pub(super) fn get(&self, id: MarketId) -> Option<(&Market, Signing)> {
        Some((self.markets.get(id)?, *self.signing.get(id.0 as usize)?))
    }

    /// The market that the venue calls so.
    pub(super) fn named(&self, what: &'static str, symbol: &str) -> Result<&Market, DecodeError> {
        self.markets
            .by_symbol(symbol)
            .ok_or_else(|| unreadable(what, format_args!("market {symbol} is not known")))
    }

    /// Whether we list it. The account may hold things on markets of a kind that we do not trade.
    pub(super) fn knows(&self, symbol: &str) -> bool {
        self.markets.by_symbol(symbol).is_some()
    }

    /// Learns what is active. What was and no longer is takes no orders.
    pub(super) fn learn(&mut self, rows: &[Instrument<'_>]) -> Result<(), DecodeError> {
        let gone: Vec<Market> = self
            .markets
            .iter()
            .filter(|known| !rows.iter().any(|row| *row.instrument == *known.symbol))
            .map(|known| Market { trading: TradingState::Closed, ..known.clone() })
            .collect();
        for market in gone {
            self.markets.put(market);
        }
        for row in rows {
            let Some((market, signing)) = market(row)? else { continue };
            let (tick, lot) = (market.tick, market.lot);
            let MarketId(id) = self.markets.put(market);
            let known = self.markets.get(MarketId(id)).map(|market| (market.tick, market.lot));
            match self.signing.get_mut(id as usize) {
                None => self.signing.push(signing),
                // What comes back with other steps takes no orders: what we count in is the old ones.
                Some(before) if known == Some((tick, lot)) => *before = signing,
                Some(_) => {}
            }
        }
        Ok(())
    }
}

/// An instrument as a market; `None` for kinds that we do not trade, and for steps that exact arithmetic or a signature
/// does not hold.
///
/// # Errors
/// When one of a kind that we trade has rules that cannot be read.
fn market(row: &Instrument<'_>) -> Result<Option<(Market, Signing)>, DecodeError> {
    if row.kind != Kind::Perpetual {
        return Ok(None);
    }
    let bad = |why: &dyn std::fmt::Display| unreadable("market", format_args!("{}: {why}", row.instrument));
    let number = |text: &Text<'_>| Decimal::parse(text).map(Decimal::normalized).map_err(|error| bad(&error));
    // Lots are as large as the smallest order: sizes that are finer are refused with the venue's 2065.
    let (tick, lot) = (number(&row.tick_size)?, number(&row.min_size)?);
    let min_notional = row.min_notional.as_ref().filter(|text| !text.is_empty()).map(number).transpose()?;
    let market = Market {
        id: MarketId(0),
        symbol: Symbol::from(row.instrument.as_str()),
        base: Symbol::from(row.base.as_str()),
        quote: Symbol::from(row.quote.as_str()),
        kind: MarketKind::Perpetual,
        trading: TradingState::Open,
        tick,
        lot,
        min_qty: Qty(1),
        max_qty: None,
        min_notional: min_notional.map(Money::from_decimal).transpose().map_err(|error| bad(&error))?,
    };
    if [tick, lot].iter().any(|step| step.mantissa > STEP_DIGITS_MAX) || !market.is_exact() {
        return Ok(None);
    }
    let asset = Asset::parse(&row.instrument_hash).map_err(|error| bad(&error))?;
    Ok(Scale::of(&market, row.base_decimals).ok().map(|scale| (market, Signing { asset, scale })))
}
