//! What the gate knows that must outlive the process: what was made and lost, and from where.

use std::{fmt, str::FromStr};

use mm_model::{Decimal, Money, Price, SignedQty};

use super::{ledger::Ledger, profit::Takings, row::Row};

/// What was made and lost so far. Save it now and then, hand it to [`Gate::restore`](super::Gate::restore) before connectors
/// are made: peak and day go on where they were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RiskState {
    /// The UTC day of `day_began`, counted from the epoch.
    pub day: u64,
    /// What was made when that day began, in units of account.
    pub day_began: Money,
    /// The most that was ever made.
    pub peak: Money,
    /// By market.
    pub markets: Vec<SavedMarket>,
}

/// What own fills made of one market.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedMarket {
    /// The connector's name.
    pub connector: String,
    /// The venue's name of the market.
    pub symbol: String,
    /// Bought less sold, in the base asset.
    pub held: Decimal,
    /// Received less paid, fees included.
    pub cash: Money,
    /// What one of it was worth last, in the quote asset.
    pub price: Decimal,
}

impl RiskState {
    pub(super) fn of(ledger: &Ledger) -> Self {
        let rows = ledger.accounts.iter().flat_map(|account| {
            account.rows.values().filter(|row| row.takings != Takings::default()).map(|row| SavedMarket {
                connector: account.name.clone(),
                symbol: row.market.symbol.to_string(),
                held: row.market.signed_decimal(row.takings.held),
                cash: row.takings.cash,
                price: row.market.price_decimal(row.price.unwrap_or_default()),
            })
        });
        Self {
            day: ledger.profit.day,
            day_began: ledger.profit.day_began,
            peak: ledger.profit.peak,
            markets: rows.chain(ledger.saved.iter().cloned()).collect(),
        }
    }
}

/// Why a text is no saved state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the saved risk state is not understood: '{text}'")]
pub struct StateError {
    /// Which, counted from one.
    pub line: usize,
    /// Its first characters.
    pub text: String,
}

/// The first line of a saved state: another one is of another program, or of another time.
const FIRST_LINE: &str = "mm-bot risk state 1";

impl fmt::Display for RiskState {
    /// One thing a line, its parts between tabs, as [`FromStr`] reads it back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        writeln!(f, "day\t{}\t{}\t{}", self.day, self.day_began, self.peak)?;
        for SavedMarket { connector, symbol, held, cash, price } in &self.markets {
            writeln!(f, "market\t{connector}\t{symbol}\t{held}\t{cash}\t{price}")?;
        }
        write!(f, "end")
    }
}

impl FromStr for RiskState {
    type Err = StateError;
    fn from_str(text: &str) -> Result<Self, StateError> {
        let mut state = Self::default();
        let mut is_whole = false;
        let mut lines = text.lines().enumerate();
        let wrong =
            |(at, line): (usize, &str)| StateError { line: at + 1, text: line.chars().take(40).collect() };
        let first = lines.next().unwrap_or((0, ""));
        if first.1 != FIRST_LINE {
            return Err(wrong(first));
        }
        for at in lines {
            let words: Vec<&str> = at.1.split('\t').collect();
            is_whole |= words == ["end"];
            state.take_line(&words).ok_or_else(|| wrong(at))?;
        }
        // A file that was cut off must not pass for one without losses.
        if is_whole { Ok(state) } else { Err(wrong((text.lines().count(), "no end"))) }
    }
}

impl RiskState {
    fn take_line(&mut self, words: &[&str]) -> Option<()> {
        let number = |text: &str| Decimal::parse(text).ok();
        let money = |text: &str| Money::from_decimal(number(text)?).ok();
        match words {
            ["day", day, began, peak] => {
                (self.day, self.day_began, self.peak) = (day.parse().ok()?, money(began)?, money(peak)?);
            }
            ["market", connector, symbol, held, cash, price] => self.markets.push(SavedMarket {
                connector: (*connector).to_owned(),
                symbol: (*symbol).to_owned(),
                held: number(held)?,
                cash: money(cash)?,
                price: number(price)?,
            }),
            ["end"] => {}
            _ => return None,
        }
        Some(())
    }
}

impl SavedMarket {
    /// What it came to. `None` where the numbers cannot be.
    pub(super) fn equity(&self) -> Option<Money> {
        let held = Money::from_decimal(self.held).ok()?;
        let price = self.price.normalized();
        let by = 10_i128.pow(u32::from(price.scale));
        Some(self.cash + Money(held.0.checked_mul(price.mantissa)?.div_euclid(by)))
    }

    pub(super) fn put_back(&self, row: &mut Row) {
        let lots = |held: Decimal| {
            let size = i64::try_from(row.market.qty_down(held).0).unwrap_or(i64::MAX);
            SignedQty(size)
        };
        let held = match self.held {
            Decimal { mantissa, scale } if mantissa < 0 => -lots(Decimal::new(-mantissa, scale)),
            held => lots(held),
        };
        let price: Price = row.market.price_up(self.price);
        row.takings = Takings { held, cash: self.cash, equity: self.equity().unwrap_or_default() };
        row.price = Some(price);
    }
}
