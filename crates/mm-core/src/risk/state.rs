//! What the gate knows that must outlive the process: what was made and lost, and from where.

use std::{fmt, str::FromStr};

use mm_model::{Decimal, Money, Price, SignedQty, Timestamp};

use super::{Mode, ledger::Account, profit::Takings, row::Row};

/// What one connector's part of the gate must not forget. It is kept in the account's journal, and taken up before connectors
/// trade: losses, peak and day go on where they were, and what was closed stays closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RiskState {
    /// The UTC day of `day_began`, counted from the epoch.
    pub day: u64,
    /// What this part had made when that day began, in units of account.
    pub day_began: Money,
    /// What it had made when the whole had made the most.
    pub peak: Money,
    /// What the whole process was closed to.
    pub closure: Closure,
    /// By market.
    pub markets: Vec<SavedMarket>,
    /// Markets that are closed by themselves.
    pub paused: Vec<Paused>,
}

/// What a gate is closed to until a person opens it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closure {
    /// What may still be sent.
    pub mode: Mode,
    /// Since when.
    pub since: Timestamp,
    /// Why, in one line.
    pub why: String,
}

/// A market that is closed until a person opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paused {
    /// The venue's name of the market.
    pub symbol: String,
    /// Since when.
    pub since: Timestamp,
    /// Why, in one line.
    pub why: String,
}

/// What own fills made of one market.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedMarket {
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
    pub(super) fn of(account: &Account, day: u64, closure: Closure) -> Self {
        // What has no unit of account is no part of what was made.
        let rows = account.rows.values().filter(|row| row.has_unit);
        let traded = rows.filter(|row| row.takings != Takings::default());
        let markets = traded.map(|row| SavedMarket {
            symbol: row.market.symbol.to_string(),
            held: row.market.signed_decimal(row.takings.held),
            cash: row.takings.cash,
            price: row.market.price_decimal(row.price.unwrap_or_default()),
        });
        let paused = account.rows.values().filter_map(|row| {
            let (why, since) = row.halted.clone()?;
            Some(Paused { symbol: row.market.symbol.to_string(), since, why })
        });
        Self {
            day,
            day_began: account.share.day_began,
            peak: account.share.at_peak,
            closure,
            markets: markets.chain(account.saved.iter().cloned()).collect(),
            paused: paused.chain(account.paused.iter().cloned()).collect(),
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
        let Closure { mode, since, why } = &self.closure;
        writeln!(f, "mode\t{}\t{}\t{}", mode.as_str(), since.0, one_line(why))?;
        for SavedMarket { symbol, held, cash, price } in &self.markets {
            writeln!(f, "market\t{symbol}\t{held}\t{cash}\t{price}")?;
        }
        for Paused { symbol, since, why } in &self.paused {
            writeln!(f, "paused\t{symbol}\t{}\t{}", since.0, one_line(why))?;
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
            ["mode", mode, since, why] => {
                let mode = [Mode::Active, Mode::Reducing, Mode::Halted]
                    .into_iter()
                    .find(|it| it.as_str() == *mode)?;
                let since = Timestamp(since.parse().ok()?);
                self.closure = Closure { mode, since, why: (*why).to_owned() };
            }
            ["paused", symbol, since, why] => self.paused.push(Paused {
                symbol: (*symbol).to_owned(),
                since: Timestamp(since.parse().ok()?),
                why: (*why).to_owned(),
            }),
            ["market", symbol, held, cash, price] => self.markets.push(SavedMarket {
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

/// The longest reason that is kept, in characters.
const WHY_MAX: usize = 500;

/// Without what would end a line or a word here.
fn one_line(text: &str) -> String {
    text.chars().take(WHY_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect()
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
