//! What a venue lists, and the only place where ticks and lots become text and back.

use std::{collections::BTreeMap, fmt, fmt::Write as _};

use crate::{
    Decimal, Money, NumberError, Price, Qty, SignedQty,
    number::{SCALE_MAX, pow10},
};

/// A venue's own name of a market, for instance `SOL_USDC_PERP`.
pub type Symbol = std::sync::Arc<str>;

/// A market's place in its venue's [`Markets`] table: small, `Copy`, and meaningless outside that venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MarketId(pub u32);

/// What is traded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarketKind {
    /// The asset itself: a buy ends in a balance.
    Spot,
    /// A perpetual future: a buy ends in a position, paid for and settled in the quote asset.
    Perpetual,
}

/// Which orders the venue takes at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TradingState {
    /// All orders.
    Open,
    /// Only orders that do not match on arrival.
    PostOnly,
    /// Limit orders only.
    LimitOnly,
    /// Cancels only.
    CancelOnly,
    /// Nothing.
    Closed,
}

/// One market with the rules that give [`Price`] and [`Qty`] their meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Market {
    /// Its place in the venue's table.
    pub id: MarketId,
    /// The venue's name for it.
    pub symbol: Symbol,
    /// Base asset, for instance `SOL`.
    pub base: Symbol,
    /// Quote asset, for instance `USDC`.
    pub quote: Symbol,
    /// Spot or perpetual.
    pub kind: MarketKind,
    /// Which orders are taken.
    pub trading: TradingState,
    /// Value of one tick in the quote asset. Not always a power of ten.
    pub tick: Decimal,
    /// Value of one lot in the base asset. May be above one.
    pub lot: Decimal,
    /// Smallest order.
    pub min_qty: Qty,
    /// Largest order, where the venue has a limit.
    pub max_qty: Option<Qty>,
    /// Smallest price × size, where the venue has a limit.
    pub min_notional: Option<Money>,
}

impl Market {
    /// Decimal places that a price of this market needs.
    #[must_use]
    pub fn price_decimals(&self) -> u8 {
        self.tick.normalized().scale
    }

    /// Decimal places that a size of this market needs.
    #[must_use]
    pub fn size_decimals(&self) -> u8 {
        self.lot.normalized().scale
    }

    /// Parses a price that must lie on a tick.
    ///
    /// # Errors
    /// When the text is no plain decimal or lies between two ticks.
    pub fn price(&self, text: &str) -> Result<Price, NumberError> {
        steps(text, self.tick).map(Price)
    }

    /// Parses a size that must be a whole number of lots, zero or more.
    ///
    /// # Errors
    /// When the text is no plain decimal, negative, or no whole number of lots.
    pub fn qty(&self, text: &str) -> Result<Qty, NumberError> {
        u64::try_from(steps(text, self.lot)?).map(Qty).map_err(|_| NumberError::Negative(text.to_owned()))
    }

    /// Parses a signed size that must be a whole number of lots.
    ///
    /// # Errors
    /// When the text is no plain decimal or no whole number of lots.
    pub fn signed_qty(&self, text: &str) -> Result<SignedQty, NumberError> {
        steps(text, self.lot).map(SignedQty)
    }

    /// The dearest price not above `value`: use it for bids.
    #[must_use]
    pub fn price_down(&self, value: Decimal) -> Price {
        Price(steps_down(value, self.tick))
    }

    /// The cheapest price not below `value`: use it for asks.
    #[must_use]
    pub fn price_up(&self, value: Decimal) -> Price {
        Price(steps_down(Decimal::new(-value.mantissa, value.scale), self.tick).saturating_neg())
    }

    /// The largest size not above `value`; zero when `value` is negative. Sizes are never rounded up.
    #[must_use]
    pub fn qty_down(&self, value: Decimal) -> Qty {
        Qty(u64::try_from(steps_down(value, self.lot)).unwrap_or(0))
    }

    /// The price as a decimal with the market's places.
    #[must_use]
    pub fn price_decimal(&self, price: Price) -> Decimal {
        times(self.tick, price.0)
    }

    /// The size as a decimal with the market's places.
    #[must_use]
    pub fn qty_decimal(&self, qty: Qty) -> Decimal {
        let lot = self.lot.normalized();
        Decimal::new(i128::from(qty.0) * lot.mantissa, lot.scale)
    }

    /// The signed size as a decimal with the market's places.
    #[must_use]
    pub fn signed_decimal(&self, qty: SignedQty) -> Decimal {
        times(self.lot, qty.0)
    }

    /// Writes the price as the venue wants it, without allocating.
    pub fn write_price(&self, price: Price, out: &mut String) {
        write!(out, "{}", self.price_decimal(price)).expect("writing to a string cannot fail");
    }

    /// Writes the size as the venue wants it, without allocating.
    pub fn write_qty(&self, qty: Qty, out: &mut String) {
        write!(out, "{}", self.qty_decimal(qty)).expect("writing to a string cannot fail");
    }

    /// Price × size in the quote asset, exact; it saturates where [`Money`] ends.
    ///
    /// # Panics
    /// When tick × lot is finer than 10^-18, which [`Market`]s from a venue are checked for on entry
    /// ([`Market::is_exact`]).
    #[must_use]
    pub fn notional(&self, price: Price, qty: Qty) -> Money {
        Money((i128::from(price.0) * i128::from(qty.0)).saturating_mul(self.tick_lot()))
    }

    /// Price × signed size in the quote asset, exact; negative for a short.
    #[must_use]
    pub fn signed_notional(&self, price: Price, qty: SignedQty) -> Money {
        Money((i128::from(price.0) * i128::from(qty.0)).saturating_mul(self.tick_lot()))
    }

    /// Whether tick and lot are positive and their product is a whole number of [`Money`] units.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        let (tick, lot) = (self.tick.normalized(), self.lot.normalized());
        tick.mantissa > 0 && lot.mantissa > 0 && tick.scale + lot.scale <= SCALE_MAX
    }

    /// The value of one tick on one lot, in [`Money`] units.
    fn tick_lot(&self) -> i128 {
        let (tick, lot) = (self.tick.normalized(), self.lot.normalized());
        tick.mantissa * lot.mantissa * pow10(SCALE_MAX - tick.scale - lot.scale)
    }
}

fn times(step: Decimal, n: i64) -> Decimal {
    let step = step.normalized();
    Decimal::new(i128::from(n) * step.mantissa, step.scale)
}

/// `text / step`, which must be a whole number.
fn steps(text: &str, step: Decimal) -> Result<i64, NumberError> {
    steps_in_words(text, step).map_or_else(|| steps_in_full(text, step), Ok)
}

fn steps_in_full(text: &str, step: Decimal) -> Result<i64, NumberError> {
    let value = Decimal::parse(text)?;
    let step_n = step.normalized();
    let off = || NumberError::OffStep { value: text.chars().take(40).collect(), step };
    let units = value.at_scale(step_n.scale).ok_or_else(off)?;
    if units % step_n.mantissa != 0 {
        return Err(off());
    }
    i64::try_from(units / step_n.mantissa).map_err(|_| NumberError::TooLong(text.chars().take(40).collect()))
}

/// The same in machine words, several times as fast: for what prices and sizes nearly always are, plain decimals
/// without a sign and of few digits. `None` leaves the answer, and the error, to
/// [`steps_in_full`].
fn steps_in_words(text: &str, step: Decimal) -> Option<i64> {
    const DIGITS_MAX: usize = 18;
    let by = u64::try_from(step.mantissa).ok().filter(|by| *by > 0)?;
    let (whole, places) = match text.as_bytes().iter().position(|byte| *byte == b'.') {
        Some(dot) => (&text.as_bytes()[..dot], &text.as_bytes()[dot + 1..]),
        None => (text.as_bytes(), &b"0"[..]),
    };
    if whole.is_empty() || places.is_empty() || whole.len() + places.len() > DIGITS_MAX {
        return None;
    }
    let mut mantissa = 0u64;
    for byte in whole.iter().chain(places) {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        mantissa = mantissa * 10 + u64::from(digit);
    }
    let scale = usize::from(step.scale);
    let units = if places.len() <= scale {
        mantissa.checked_mul(10u64.checked_pow(u32::try_from(scale - places.len()).ok()?)?)?
    } else {
        let cut = 10u64.checked_pow(u32::try_from(places.len() - scale).ok()?)?;
        mantissa.is_multiple_of(cut).then_some(mantissa / cut)?
    };
    let steps = if by == 1 { units } else { units.is_multiple_of(by).then_some(units / by)? };
    i64::try_from(steps).ok()
}

/// The largest whole number of steps not above `value`; saturates at the ends of the type.
fn steps_down(value: Decimal, step: Decimal) -> i64 {
    let step = step.normalized();
    let scale = value.scale.max(step.scale);
    let by = step.mantissa * pow10(scale - step.scale);
    let n = (value.mantissa.saturating_mul(pow10(scale - value.scale))).div_euclid(by);
    i64::try_from(n).unwrap_or(if n < 0 { i64::MIN } else { i64::MAX })
}

impl fmt::Display for Market {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.symbol)
    }
}

/// A venue's markets by id and by symbol. Ids stay as they are when the list is refreshed.
#[derive(Clone, Debug, Default)]
pub struct Markets {
    rows: Vec<Market>,
    by_symbol: BTreeMap<Symbol, MarketId>,
}

impl Markets {
    /// Adds a market or replaces the one of the same symbol; returns its id. The `id` inside is set here.
    ///
    /// Tick and lot never change (fault 44): prices and sizes that were read before are counted in them. A market that
    /// comes back with others keeps the old ones and takes no more orders.
    pub fn put(&mut self, mut market: Market) -> MarketId {
        if let Some(&id) = self.by_symbol.get(&market.symbol) {
            let known = &mut self.rows[id.0 as usize];
            market.id = id;
            *known = if (market.tick, market.lot) == (known.tick, known.lot) {
                market
            } else {
                Market { trading: TradingState::Closed, ..known.clone() }
            };
            return id;
        }
        let id = MarketId(u32::try_from(self.rows.len()).expect("fewer than 2^32 markets"));
        market.id = id;
        self.by_symbol.insert(market.symbol.clone(), id);
        self.rows.push(market);
        id
    }

    /// The market of this id.
    #[must_use]
    pub fn get(&self, id: MarketId) -> Option<&Market> {
        self.rows.get(id.0 as usize)
    }

    /// The market of this symbol.
    #[must_use]
    pub fn by_symbol(&self, symbol: &str) -> Option<&Market> {
        self.by_symbol.get(symbol).and_then(|id| self.get(*id))
    }

    /// All markets in the order of their ids.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Market> {
        self.rows.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether none is known yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn both_ways_to_read_a_number_agree(
            text in "-?[0-9]{0,20}\\.?[0-9]{0,6}",
            mantissa in prop_oneof![Just(1), Just(5), Just(10), Just(25), Just(0), Just(-1), 1..1_000_i128],
            scale in 0..=18_u8,
        ) {
            let step = Decimal::new(mantissa, scale);
            if let Some(steps) = steps_in_words(&text, step) {
                prop_assert_eq!(steps_in_full(&text, step), Ok(steps));
            }
        }
    }

    #[test]
    fn what_venues_write_is_read_in_words() {
        let cent = Decimal::new(1, 2);
        for (text, steps) in [("150.01", 15_001), ("7", 700), ("0.5", 50), ("98.9700", 9_897), ("0.00", 0)] {
            assert_eq!(steps_in_words(text, cent), Some(steps), "{text}");
        }
        assert_eq!(steps_in_words("30000", Decimal::new(10_000, 0)), Some(3));
        for text in ["", ".", "1.", ".1", "-1", "1e3", "+1", "98.975", "1234567890123456789"] {
            assert_eq!(steps_in_words(text, cent), None, "{text}");
        }
    }

    fn market(tick: Decimal) -> Market {
        Market {
            id: MarketId(0),
            symbol: "SOL_USDC_PERP".into(),
            base: "SOL".into(),
            quote: "USDC".into(),
            kind: MarketKind::Perpetual,
            trading: TradingState::Open,
            tick,
            lot: Decimal::new(1, 2),
            min_qty: Qty(1),
            max_qty: None,
            min_notional: None,
        }
    }

    #[test]
    fn fault_43_a_price_is_the_same_number_however_it_is_written_and_off_the_tick_it_is_none() {
        let half = market(Decimal::new(5, 1));
        for (text, ticks) in [("100", 200), ("100.0", 200), ("100.5", 201), ("100.500000", 201), ("0.5", 1)] {
            assert_eq!(half.price(text), Ok(Price(ticks)), "{text}");
        }
        for text in ["100.3", "100.25", "0.49", "100.5000001"] {
            assert!(matches!(half.price(text), Err(NumberError::OffStep { .. })), "{text}");
        }
        // The tick is no power of ten.
        let twentieth = market(Decimal::new(5, 2));
        assert_eq!((twentieth.price("100"), twentieth.price("100.05")), (Ok(Price(2_000)), Ok(Price(2_001))));
        assert!(matches!(twentieth.price("100.01"), Err(NumberError::OffStep { .. })));
        let mut text = String::new();
        twentieth.write_price(Price(2_001), &mut text);
        assert_eq!(text, "100.05", "and back");
    }

    #[test]
    fn fault_44_a_tick_that_changes_closes_the_market_and_changes_no_price() {
        let mut markets = Markets::default();
        let id = markets.put(market(Decimal::new(1, 2)));
        let price = markets.get(id).expect("put").price("150.25").expect("on a tick");
        markets.put(Market { trading: TradingState::PostOnly, ..market(Decimal::new(10, 3)) });
        assert_eq!(
            markets.get(id).expect("put").trading,
            TradingState::PostOnly,
            "the same tick in other words"
        );
        markets.put(market(Decimal::new(1, 1)));
        let known = markets.get(id).expect("put");
        assert_eq!(known.trading, TradingState::Closed);
        assert_eq!(known.price_decimal(price).to_string(), "150.25");
    }

    #[test]
    fn a_worth_that_no_money_holds_saturates() {
        let dear = Market { lot: Decimal::new(1_000_000_000, 0), ..market(Decimal::new(1_000_000_000, 0)) };
        assert_eq!(dear.notional(Price(i64::MAX), Qty(u64::MAX)), Money(i128::MAX));
        assert_eq!(dear.signed_notional(Price(i64::MAX), SignedQty(i64::MIN)), Money(i128::MIN));
    }
}
