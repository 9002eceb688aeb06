//! What can be listened to: the venue's selectors with their instruments and accounts found.

use mm_exchange::{AccountId, Exchange};
use mm_model::MarketId;

use super::super::{
    errors::Refused,
    filter::kind,
    public::{CandlePrice, INTERVALS},
    sessions::Session,
    state::State,
};
use crate::{
    grvt::wire::{
        error::codes,
        selector::{Form, Only, PrivateStream, Topic as Selected},
        stream::Stream,
    },
    server::candles::Interval,
};

/// A stream, with all that its selector says. Rates are in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Topic {
    Mini(Form, MarketId, u32),
    Ticker(Form, MarketId, u32),
    BookSnap(MarketId, u32, u32),
    BookDelta(MarketId, u32),
    Trade(MarketId, u32),
    Candle(MarketId, Interval, CandlePrice),
    /// Of an account, in one market or everywhere.
    Own(PrivateStream, AccountId, Option<MarketId>),
    Cancel(AccountId),
    /// Of the main account that is logged in, perhaps of one of its trading accounts: nothing to tell here, since
    /// nobody moves money.
    Transfer(Option<u64>),
    Deposit,
    Withdrawal,
}

/// What stands before the `@` of a selector: of two subscriptions that agree in it, the later one replaces the earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Primary {
    Market(MarketId),
    Own(AccountId, Option<MarketId>),
    Main(Option<u64>),
}

/// How often candles that changed are told. Chosen: no source says.
pub(super) const CANDLES_MS: u32 = 500;

/// Where a selector is looked up, and for whom.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) exchange: &'a Exchange,
    pub(super) state: &'a State,
    pub(super) session: Option<&'a Session>,
}

impl Names<'_> {
    /// The stream of a selector, if whoever asks may listen to it.
    ///
    /// # Errors
    /// With the code of what is wrong with it; 1000, 2003 or 1001 for what is not theirs.
    pub(super) fn topic(&self, stream: &Stream, selector: &str) -> Result<Topic, Refused> {
        let selected = Selected::parse(stream, selector).map_err(|refused| Refused::from(refused.0))?;
        Ok(match selected {
            Selected::MiniTicker { form, instrument, rate_ms } => {
                Topic::Mini(form, self.market(instrument)?, rate_ms)
            }
            Selected::Ticker { form, instrument, rate_ms } => {
                Topic::Ticker(form, self.market(instrument)?, rate_ms)
            }
            Selected::BookSnap { instrument, rate_ms, depth } => {
                Topic::BookSnap(self.market(instrument)?, rate_ms, depth)
            }
            Selected::BookDelta { instrument, rate_ms } => {
                Topic::BookDelta(self.market(instrument)?, rate_ms)
            }
            Selected::Trade { instrument, limit } => Topic::Trade(self.market(instrument)?, limit),
            Selected::Candle { instrument, interval, kind } => {
                let interval =
                    Interval::parse(INTERVALS, interval.as_str()).ok_or(codes::INTERVAL_INVALID)?;
                let price = CandlePrice::of(&kind).ok_or(codes::CANDLE_TYPE_INVALID)?;
                Topic::Candle(self.market(instrument)?, interval, price)
            }
            Selected::Private { stream, sub_account, only } => {
                Topic::Own(stream, self.account(sub_account)?, self.only(&only)?)
            }
            Selected::Cancel { sub_account } => Topic::Cancel(self.account(sub_account)?),
            Selected::Transfer { main_account, sub_account } => {
                self.main(main_account)?;
                sub_account.map(|number| self.account(number)).transpose()?;
                Topic::Transfer(sub_account)
            }
            Selected::Deposit { main_account } => self.main(main_account).map(|()| Topic::Deposit)?,
            Selected::Withdrawal { main_account } => self.main(main_account).map(|()| Topic::Withdrawal)?,
        })
    }

    fn market(&self, instrument: &str) -> Result<MarketId, Refused> {
        let market = self.exchange.markets().by_symbol(instrument);
        market.map(|market| market.id).ok_or_else(|| codes::INSTRUMENT_INVALID.into())
    }

    /// A trading account that is open to the session.
    fn account(&self, number: u64) -> Result<AccountId, Refused> {
        let session = self.session.ok_or_else(Refused::no_session)?;
        let member = self.state.accounts.get(number).filter(|member| session.opens(member));
        member.map(|member| member.id).ok_or_else(|| codes::FOREIGN_SUB_ACCOUNT.into())
    }

    /// The main account of the session.
    fn main(&self, address: &str) -> Result<(), Refused> {
        let session = self.session.ok_or_else(Refused::no_session)?;
        let own = session.main_account.to_string();
        if own.eq_ignore_ascii_case(address) { Ok(()) } else { Err(codes::FORBIDDEN.into()) }
    }

    /// The market that a private stream keeps to. Older pages name it by kind and currencies; there, nothing or `all` is
    /// everything.
    fn only(&self, only: &Only<'_>) -> Result<Option<MarketId>, Refused> {
        match only {
            Only::All => Ok(None),
            Only::Instrument(instrument) => self.market(instrument).map(Some),
            Only::Underlying { kind: wanted, base, quote } => {
                let everything = |word: &str| word.is_empty() || word.eq_ignore_ascii_case("all");
                if everything(wanted.as_str()) && everything(base) && everything(quote) {
                    return Ok(None);
                }
                let found = self.exchange.markets().iter().find(|market| {
                    kind(market.kind) == *wanted && *market.base == **base && *market.quote == **quote
                });
                found.map(|market| Some(market.id)).ok_or_else(|| codes::INSTRUMENT_INVALID.into())
            }
        }
    }
}

impl Topic {
    /// The stream.
    pub(super) const fn stream(self) -> Stream {
        match self {
            Self::Mini(Form::Snap, ..) => Stream::MiniTickerSnap,
            Self::Mini(Form::Delta, ..) => Stream::MiniTickerDelta,
            Self::Ticker(Form::Snap, ..) => Stream::TickerSnap,
            Self::Ticker(Form::Delta, ..) => Stream::TickerDelta,
            Self::BookSnap(..) => Stream::BookSnap,
            Self::BookDelta(..) => Stream::BookDelta,
            Self::Trade(..) => Stream::Trade,
            Self::Candle(..) => Stream::Candle,
            Self::Own(PrivateStream::Order, ..) => Stream::Order,
            Self::Own(PrivateStream::State, ..) => Stream::State,
            Self::Own(PrivateStream::Position, ..) => Stream::Position,
            Self::Own(PrivateStream::Fill, ..) => Stream::Fill,
            Self::Cancel(_) => Stream::Cancel,
            Self::Transfer(_) => Stream::Transfer,
            Self::Deposit => Stream::Deposit,
            Self::Withdrawal => Stream::Withdrawal,
        }
    }

    /// Whether a subscription to this takes the place of one to that.
    pub(super) fn replaces(self, that: Self) -> bool {
        self != that && self.stream() == that.stream() && self.primary() == that.primary()
    }

    const fn primary(self) -> Primary {
        match self {
            Self::Mini(_, market, _)
            | Self::Ticker(_, market, _)
            | Self::BookSnap(market, ..)
            | Self::BookDelta(market, _)
            | Self::Trade(market, _)
            | Self::Candle(market, ..) => Primary::Market(market),
            Self::Own(_, account, market) => Primary::Own(account, market),
            Self::Cancel(account) => Primary::Own(account, None),
            Self::Transfer(account) => Primary::Main(account),
            Self::Deposit | Self::Withdrawal => Primary::Main(None),
        }
    }

    /// The market whose public data it tells.
    pub(super) const fn public_market(self) -> Option<MarketId> {
        match self.primary() {
            Primary::Market(market) => Some(market),
            Primary::Own(..) | Primary::Main(_) => None,
        }
    }

    /// Whether its frames are numbered. Those that are whole every time, and candles, all bear a nought.
    pub(super) const fn is_counted(self) -> bool {
        !matches!(
            self,
            Self::Mini(Form::Snap, ..) | Self::Ticker(Form::Snap, ..) | Self::BookSnap(..) | Self::Candle(..)
        )
    }

    /// How often it speaks, in milliseconds; `None`: whenever there is something to say.
    pub(super) const fn rate_ms(self) -> Option<u32> {
        match self {
            Self::Mini(_, _, 0) => None,
            Self::Mini(_, _, rate)
            | Self::Ticker(_, _, rate)
            | Self::BookSnap(_, rate, _)
            | Self::BookDelta(_, rate) => Some(rate),
            Self::Candle(..) => Some(CANDLES_MS),
            _ => None,
        }
    }
}
