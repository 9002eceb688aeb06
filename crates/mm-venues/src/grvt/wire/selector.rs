//! What is subscribed: a stream and a selector, `BTC_USDT_Perp@500-50`. Whether the instrument or the account exists is
//! for the codec to say.

use std::fmt;

use super::{
    CandleInterval, CandleType, Kind,
    error::{Code, codes},
    stream::Stream,
};

/// A stream with a selector that has been understood. Written by `Display` as the venue's current pages do.
///
/// Witness: `fixtures/grvt/subscribed.json`, `fixtures/grvt/examples.json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Topic<'a> {
    /// `v1.mini.s`, `v1.mini.d`. `rate_ms` 0 is every change.
    MiniTicker { form: Form, instrument: &'a str, rate_ms: u32 },
    /// `v1.ticker.s`, `v1.ticker.d`.
    Ticker { form: Form, instrument: &'a str, rate_ms: u32 },
    /// `v1.book.s`: `depth` levels a side.
    BookSnap { instrument: &'a str, rate_ms: u32, depth: u32 },
    /// `v1.book.d`: all levels.
    BookDelta { instrument: &'a str, rate_ms: u32 },
    /// `v1.trade`: first the last `limit` trades.
    Trade { instrument: &'a str, limit: u32 },
    /// `v1.candle`.
    Candle { instrument: &'a str, interval: CandleInterval, kind: CandleType },
    /// `v1.order`, `v1.state`, `v1.position`, `v1.fill`.
    Private { stream: PrivateStream, sub_account: u64, only: Only<'a> },
    /// `v1.cancel`.
    Cancel { sub_account: u64 },
    /// `v1.transfer`, of the whole account or of one sub-account.
    Transfer { main_account: &'a str, sub_account: Option<u64> },
    /// `v1.deposit`.
    Deposit { main_account: &'a str },
    /// `v1.withdrawal`.
    Withdrawal { main_account: &'a str },
}

/// Whether every frame is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// It is.
    Snap,
    /// Only the first is; the others hold what changed.
    Delta,
}

/// A stream of a sub-account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PrivateStream {
    /// `v1.order`
    Order,
    /// `v1.state`
    State,
    /// `v1.position`
    Position,
    /// `v1.fill`
    Fill,
}

/// What a private stream is restricted to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Only<'a> {
    /// Nothing.
    All,
    /// One instrument.
    Instrument(&'a str),
    /// The form of older pages, `SUB-PERPETUAL-BTC-USDT`.
    Underlying { kind: Kind, base: &'a str, quote: &'a str },
}

/// Why a selector was refused.
///
/// Witness: `fixtures/grvt/rpc_error.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused(pub Code);

impl<'a> Topic<'a> {
    /// Reads a stream and its selector.
    ///
    /// # Errors
    /// With the code that the venue refuses it by.
    pub fn parse(stream: &Stream, selector: &'a str) -> Result<Self, Refused> {
        Ok(match stream {
            Stream::MiniTickerSnap => {
                let (instrument, rate_ms) = at_rate(selector, &[200, 500, 1000, 5000])?;
                Self::MiniTicker { form: Form::Snap, instrument, rate_ms }
            }
            Stream::MiniTickerDelta => {
                let (instrument, rate_ms) = at_rate(selector, &[0, 50, 100, 200, 500, 1000, 5000])?;
                Self::MiniTicker { form: Form::Delta, instrument, rate_ms }
            }
            Stream::TickerSnap => {
                let (instrument, rate_ms) = at_rate(selector, &[500, 1000, 5000])?;
                Self::Ticker { form: Form::Snap, instrument, rate_ms }
            }
            Stream::TickerDelta => {
                let (instrument, rate_ms) = at_rate(selector, &[100, 200, 500, 1000, 5000])?;
                Self::Ticker { form: Form::Delta, instrument, rate_ms }
            }
            Stream::BookSnap => book_snap(selector)?,
            // 250 is known to a client of October 2026 and on no page.
            Stream::BookDelta => {
                let (instrument, rate_ms) = at_rate(selector, &[50, 100, 250, 500, 1000])?;
                Self::BookDelta { instrument, rate_ms }
            }
            Stream::Trade => {
                let (instrument, [limit]) = market(selector)?;
                Self::Trade {
                    instrument,
                    limit: listed(limit, &[50, 200, 500, 1000], codes::LIMIT_NOT_LISTED)?,
                }
            }
            Stream::Candle => candle(selector)?,
            Stream::Order => private(PrivateStream::Order, selector)?,
            Stream::State => private(PrivateStream::State, selector)?,
            Stream::Position => private(PrivateStream::Position, selector)?,
            Stream::Fill => private(PrivateStream::Fill, selector)?,
            Stream::Cancel => Self::Cancel { sub_account: account(primary(selector)?)? },
            Stream::Transfer => match primary(selector)?.split_once('-') {
                None => Self::Transfer { main_account: named(primary(selector)?)?, sub_account: None },
                Some((main, sub)) => {
                    Self::Transfer { main_account: named(main)?, sub_account: Some(account(sub)?) }
                }
            },
            Stream::Deposit => Self::Deposit { main_account: named(primary(selector)?)? },
            Stream::Withdrawal => Self::Withdrawal { main_account: named(primary(selector)?)? },
            Stream::Unknown(_) => return Err(Refused(codes::STREAM_NOT_FOUND)),
        })
    }

    /// The stream.
    #[must_use]
    pub const fn stream(&self) -> Stream {
        match self {
            Self::MiniTicker { form: Form::Snap, .. } => Stream::MiniTickerSnap,
            Self::MiniTicker { form: Form::Delta, .. } => Stream::MiniTickerDelta,
            Self::Ticker { form: Form::Snap, .. } => Stream::TickerSnap,
            Self::Ticker { form: Form::Delta, .. } => Stream::TickerDelta,
            Self::BookSnap { .. } => Stream::BookSnap,
            Self::BookDelta { .. } => Stream::BookDelta,
            Self::Trade { .. } => Stream::Trade,
            Self::Candle { .. } => Stream::Candle,
            Self::Private { stream: PrivateStream::Order, .. } => Stream::Order,
            Self::Private { stream: PrivateStream::State, .. } => Stream::State,
            Self::Private { stream: PrivateStream::Position, .. } => Stream::Position,
            Self::Private { stream: PrivateStream::Fill, .. } => Stream::Fill,
            Self::Cancel { .. } => Stream::Cancel,
            Self::Transfer { .. } => Stream::Transfer,
            Self::Deposit { .. } => Stream::Deposit,
            Self::Withdrawal { .. } => Stream::Withdrawal,
        }
    }
}

impl fmt::Display for Topic<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MiniTicker { instrument, rate_ms, .. }
            | Self::Ticker { instrument, rate_ms, .. }
            | Self::BookDelta { instrument, rate_ms } => write!(f, "{instrument}@{rate_ms}"),
            Self::BookSnap { instrument, rate_ms, depth } => write!(f, "{instrument}@{rate_ms}-{depth}"),
            Self::Trade { instrument, limit } => write!(f, "{instrument}@{limit}"),
            Self::Candle { instrument, interval, kind } => {
                write!(f, "{instrument}@{}-{}", interval.as_str(), kind.as_str())
            }
            Self::Private { sub_account, only, .. } => match only {
                Only::All => write!(f, "{sub_account}"),
                Only::Instrument(instrument) => write!(f, "{sub_account}-{instrument}"),
                Only::Underlying { kind, base, quote } => {
                    write!(f, "{sub_account}-{}-{base}-{quote}", kind.as_str())
                }
            },
            Self::Cancel { sub_account } => write!(f, "{sub_account}"),
            Self::Transfer { main_account, sub_account: Some(sub) } => write!(f, "{main_account}-{sub}"),
            Self::Transfer { main_account, sub_account: None }
            | Self::Deposit { main_account }
            | Self::Withdrawal { main_account } => f.write_str(main_account),
        }
    }
}

/// `INSTRUMENT@..` with so many secondary parts.
fn market<const N: usize>(selector: &str) -> Result<(&str, [&str; N]), Refused> {
    let (instrument, parts) = split(selector)?;
    let parts = parts.try_into().map_err(|_| Refused(codes::SELECTOR_SECONDARY))?;
    Ok((instrument, parts))
}

/// The instrument and all secondary parts.
fn split(selector: &str) -> Result<(&str, Vec<&str>), Refused> {
    let (instrument, secondary) = selector.split_once('@').ok_or(Refused(codes::SELECTOR_FORM))?;
    if secondary.contains('@') {
        return Err(Refused(codes::SELECTOR_FORM));
    }
    if instrument.contains('-') {
        return Err(Refused(codes::SELECTOR_PRIMARY));
    }
    if instrument.is_empty() {
        return Err(Refused(codes::INSTRUMENT_INVALID));
    }
    Ok((instrument, secondary.split('-').collect()))
}

fn at_rate<'a>(selector: &'a str, rates: &[u32]) -> Result<(&'a str, u32), Refused> {
    let (instrument, [rate]) = market(selector)?;
    Ok((instrument, listed(rate, rates, codes::RATE_INVALID)?))
}

/// `INSTRUMENT@rate-depth`; older pages add a step by which levels are put together, which is not looked at.
fn book_snap(selector: &str) -> Result<Topic<'_>, Refused> {
    let (instrument, parts) = split(selector)?;
    let ([rate, depth] | [rate, depth, _]) = parts[..] else {
        return Err(Refused(codes::SELECTOR_SECONDARY));
    };
    Ok(Topic::BookSnap {
        instrument,
        rate_ms: listed(rate, &[500, 1000], codes::RATE_INVALID)?,
        depth: listed(depth, &[10, 50, 100, 500], codes::DEPTH_INVALID)?,
    })
}

fn candle(selector: &str) -> Result<Topic<'_>, Refused> {
    let (instrument, [interval, kind]) = market(selector)?;
    let interval = CandleInterval::from(interval);
    let kind = CandleType::from(kind);
    if matches!(interval, CandleInterval::Unknown(_)) {
        return Err(Refused(codes::INTERVAL_INVALID));
    }
    if matches!(kind, CandleType::Unknown(_)) {
        return Err(Refused(codes::CANDLE_TYPE_INVALID));
    }
    Ok(Topic::Candle { instrument, interval, kind })
}

/// `SUB`, `SUB-INSTRUMENT`, and of older pages `SUB-KIND-BASE-QUOTE`.
fn private(stream: PrivateStream, selector: &str) -> Result<Topic<'_>, Refused> {
    let mut parts = primary(selector)?.split('-');
    let sub_account = account(parts.next().unwrap_or_default())?;
    let only = match parts.collect::<Vec<_>>()[..] {
        [] => Only::All,
        [instrument] if !instrument.is_empty() => Only::Instrument(instrument),
        [kind, base, quote] => Only::Underlying { kind: Kind::from(kind), base, quote },
        _ => return Err(Refused(codes::SELECTOR_PRIMARY)),
    };
    Ok(Topic::Private { stream, sub_account, only })
}

/// The whole of a selector without secondary parts; an `@` with nothing behind it is none.
fn primary(selector: &str) -> Result<&str, Refused> {
    match selector.split_once('@') {
        None | Some((_, "")) => Ok(selector.strip_suffix('@').unwrap_or(selector)),
        Some(_) => Err(Refused(codes::SELECTOR_SECONDARY)),
    }
}

fn account(text: &str) -> Result<u64, Refused> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().ok_or(Refused(codes::SUB_ACCOUNT_INVALID))
}

fn named(account: &str) -> Result<&str, Refused> {
    if account.is_empty() || account.contains('-') {
        return Err(Refused(codes::SELECTOR_PRIMARY));
    }
    Ok(account)
}

/// A number that must be one of these.
fn listed(text: &str, of: &[u32], otherwise: Code) -> Result<u32, Refused> {
    // By its digits: neither `+50` nor `050` is on a page.
    of.iter().copied().find(|n| n.to_string() == text).ok_or(Refused(otherwise))
}
