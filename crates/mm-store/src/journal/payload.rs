//! What a record says, as bytes and back. A market is written once in each file and then called by a number of the
//! account's journal, which means the same from run to run; a [`MarketId`] of the process means nothing after it. A golden
//! file pins every byte of this: who changes it must raise [`super::frame::VERSION`].

use std::time::Duration;

use mm_core::{
    journal::{CameTo, Evidence, PastMarket},
    orders::Update,
};
use mm_model::{
    ClientId, Decimal, Exposure, Fill, Liquidity, MarketId, Money, NewOrder, OrderKind, OrderReport, Price,
    Qty, Refusal, RefusalKind, ReportedStatus, Side, SignedQty, TimeInForce, Timestamp, TradeId, Unsure,
    VenueOrderId,
};

use super::bytes::{DecodeError, Put, Take};

/// What a record says. Markets are numbers of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// What a number means from here on.
    Market {
        /// The number.
        number: MarketId,
        /// The market.
        market: PastMarket,
    },
    /// An order was made, and may have been sent.
    Made {
        /// Our id.
        client_id: ClientId,
        /// What was asked for.
        order: NewOrder,
    },
    /// An order that was over was there after all.
    Revived {
        /// Our id.
        client_id: ClientId,
        /// What was known of it.
        order: NewOrder,
    },
    /// Something was heard of an order, or done to it.
    Updated {
        /// Our id.
        client_id: ClientId,
        /// What.
        evidence: Evidence,
        /// What it came to.
        came_to: CameTo,
    },
    /// In a file's beginning: what was filled in a market before it.
    Total {
        /// The market.
        market: MarketId,
        /// All fills, signed.
        filled: SignedQty,
    },
    /// Ends what a file takes over from the one before: as many records as this.
    TakenOver {
        /// How many.
        n_records: u64,
    },
    /// What the risk gate must not forget of the account: the last one counts.
    Risk {
        /// In the core's own words.
        state: String,
    },
}

/// The longest text of the risk gate, in bytes: some hundreds of markets.
const RISK_MAX: usize = 60_000;

/// The first byte of a record.
mod kind {
    pub(super) const MARKET: u8 = 1;
    pub(super) const MADE: u8 = 2;
    pub(super) const REVIVED: u8 = 3;
    pub(super) const REPORT: u8 = 4;
    pub(super) const FILL: u8 = 5;
    pub(super) const NOT_SENT: u8 = 6;
    pub(super) const REFUSED: u8 = 7;
    pub(super) const UNSURE: u8 = 8;
    pub(super) const CANCEL_SENT: u8 = 9;
    pub(super) const CANCEL_FAILED: u8 = 10;
    pub(super) const MODIFY_SENT: u8 = 11;
    pub(super) const MODIFY_FAILED: u8 = 12;
    pub(super) const TOTAL: u8 = 13;
    pub(super) const TAKEN_OVER: u8 = 14;
    pub(super) const RISK: u8 = 15;
}

/// Words as bytes and back: a word without a byte does not compile.
macro_rules! words {
    ($name:ident: $type:ident, $what:literal, { $($byte:literal: $word:ident),* }) => {
        mod $name {
            use super::{DecodeError, Take, $type};

            pub(super) const fn byte(word: $type) -> u8 {
                match word { $($type::$word => $byte),* }
            }

            pub(super) fn take(take: &mut Take<'_>) -> Result<$type, DecodeError> {
                match take.byte()? {
                    $($byte => Ok($type::$word),)*
                    other => Err(DecodeError::Word(other, $what)),
                }
            }
        }
    };
}
words!(side: Side, "side", { 0: Buy, 1: Sell });
words!(time: TimeInForce, "time in force", { 0: Gtc, 1: Ioc, 2: Fok });
words!(exposure: Exposure, "exposure", { 0: Any, 1: ReduceOnly });
words!(liquidity: Liquidity, "liquidity", { 0: Maker, 1: Taker });
words!(refusal: RefusalKind, "reason of a refusal", {
    0: WouldMatch, 1: Funds, 2: NotFound, 3: DuplicateClientId, 4: InvalidOrder, 5: NotReducing, 6: NoLiquidity,
    7: Authentication, 8: Clock, 9: RateLimited, 10: Unavailable, 11: Other
});

pub(super) fn put_market(out: &mut Vec<u8>, number: MarketId, market: &PastMarketRef<'_>) {
    let mut put = Put(out);
    put.byte(kind::MARKET);
    put.number(number.0.into());
    put.text(market.symbol);
    put_decimal(&mut put, market.tick);
    put_decimal(&mut put, market.lot);
}

/// A market without owning its name.
#[derive(Clone, Copy, Debug)]
pub(super) struct PastMarketRef<'a> {
    pub(super) symbol: &'a str,
    pub(super) tick: Decimal,
    pub(super) lot: Decimal,
}

impl<'a> From<&'a PastMarket> for PastMarketRef<'a> {
    fn from(market: &'a PastMarket) -> Self {
        Self { symbol: &market.symbol, tick: market.tick, lot: market.lot }
    }
}

pub(super) fn put_made(out: &mut Vec<u8>, client_id: ClientId, order: &NewOrder) {
    put_order(out, kind::MADE, client_id, order);
}

pub(super) fn put_revived(out: &mut Vec<u8>, client_id: ClientId, order: &NewOrder) {
    put_order(out, kind::REVIVED, client_id, order);
}

pub(super) fn put_total(out: &mut Vec<u8>, market: MarketId, filled: SignedQty) {
    let mut put = Put(out);
    put.byte(kind::TOTAL);
    put.number(market.0.into());
    put.signed(filled.0);
}

pub(super) fn put_taken_over(out: &mut Vec<u8>, n_records: u64) {
    let mut put = Put(out);
    put.byte(kind::TAKEN_OVER);
    put.number(n_records);
}

/// All the rest of a record is the text. What no record could hold is cut, and the core, which knows how its text ends, refuses
/// it.
pub(super) fn put_risk(out: &mut Vec<u8>, state: &str) {
    out.push(kind::RISK);
    let end = (0..=state.len().min(RISK_MAX)).rev().find(|at| state.is_char_boundary(*at)).unwrap_or(0);
    out.extend_from_slice(&state.as_bytes()[..end]);
}

/// The market and side of a report or fill are those of the order, or it would not have been joined: they are written once,
/// with what it came to. [`Update::Sent`] is never told: nothing is written of it.
pub(super) fn put_update(out: &mut Vec<u8>, client_id: ClientId, update: Update<'_>, came_to: &CameTo) {
    let kind = match update {
        Update::Sent => return,
        Update::Report(_) => kind::REPORT,
        Update::Fill(_) => kind::FILL,
        Update::NotSent(_) => kind::NOT_SENT,
        Update::Refused(_) => kind::REFUSED,
        Update::Unsure(_) => kind::UNSURE,
        Update::CancelSent => kind::CANCEL_SENT,
        Update::CancelFailed => kind::CANCEL_FAILED,
        Update::ModifySent { .. } => kind::MODIFY_SENT,
        Update::ModifyFailed => kind::MODIFY_FAILED,
    };
    let mut put = Put(out);
    put.byte(kind);
    put.number(client_id.0);
    put.number(came_to.market.0.into());
    put.byte(side::byte(came_to.side));
    put.number(came_to.newly_filled.0);
    put.byte(u8::from(came_to.is_settled));
    match update {
        Update::Report(report) => put_report(&mut put, report),
        Update::Fill(fill) => put_fill(&mut put, fill),
        Update::NotSent(why) => put.text(why),
        Update::Refused(refusal) => put_refusal(&mut put, refusal),
        Update::Unsure(unsure) => {
            let (word, at) = match unsure {
                Unsure::Outcome(at) => (0, at),
                Unsure::NeverArrived(at) => (1, at),
            };
            put.byte(word);
            put.number(at.0);
        }
        Update::ModifySent { price, qty } => {
            put.signed(price.0);
            put.number(qty.0);
        }
        Update::Sent | Update::CancelSent | Update::CancelFailed | Update::ModifyFailed => {}
    }
}

fn put_order(out: &mut Vec<u8>, kind: u8, client_id: ClientId, order: &NewOrder) {
    let mut put = Put(out);
    put.byte(kind);
    put.number(client_id.0);
    put.number(order.market.0.into());
    put.byte(side::byte(order.side));
    put.number(order.qty.0);
    let price = |put: &mut Put<'_>, price: Price| put.signed(price.0);
    match order.kind {
        OrderKind::Limit { price: limit, time_in_force } => {
            put.byte(0);
            price(&mut put, limit);
            put.byte(time::byte(time_in_force));
        }
        OrderKind::PostOnly { price: limit } => {
            put.byte(1);
            price(&mut put, limit);
        }
        OrderKind::Market => put.byte(2),
        OrderKind::StopLoss { trigger, limit } => {
            put.byte(3);
            price(&mut put, trigger);
            put.option(limit, price);
        }
        OrderKind::TakeProfit { trigger, limit } => {
            put.byte(4);
            price(&mut put, trigger);
            put.option(limit, price);
        }
    }
    put.byte(exposure::byte(order.exposure));
}

fn put_report(put: &mut Put<'_>, report: &OrderReport) {
    put.option(report.client_id, |put, id| put.number(id.0));
    put.text(report.venue_id.as_str());
    put.option(report.price, |put, price| put.signed(price.0));
    put.number(report.qty.0);
    put.number(report.version.into());
    put.number(report.filled.0);
    match &report.status {
        ReportedStatus::Open => put.byte(0),
        ReportedStatus::Filled => put.byte(1),
        ReportedStatus::Cancelled { reason } => {
            put.byte(2);
            put.option(reason.as_deref(), |put, reason| put.text(reason));
        }
        ReportedStatus::Rejected { reason } => {
            put.byte(3);
            put.text(reason);
        }
    }
    put.number(report.at.0);
}

fn put_fill(put: &mut Put<'_>, fill: &Fill) {
    put.text(fill.trade_id.as_str());
    put.option(fill.client_id, |put, id| put.number(id.0));
    put.text(fill.venue_id.as_str());
    put.signed(fill.price.0);
    put.number(fill.qty.0);
    put.wide_signed(fill.fee.0);
    put.text(&fill.fee_asset);
    put.byte(liquidity::byte(fill.liquidity));
    put.number(fill.at.0);
}

fn put_refusal(put: &mut Put<'_>, refusal: &Refusal) {
    put.byte(refusal::byte(refusal.kind));
    put.text(&refusal.code);
    put.text(&refusal.message);
    put.option(refusal.retry_after, |put, wait| {
        put.number(u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX));
    });
}

fn put_decimal(put: &mut Put<'_>, value: Decimal) {
    put.wide_signed(value.mantissa);
    put.byte(value.scale);
}

impl Body {
    /// Reads what was written, all of it.
    ///
    /// # Errors
    /// Where it is not what this version writes.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut take = Take(bytes);
        let body = match take.byte()? {
            kind::MARKET => Self::Market {
                number: take_market(&mut take)?,
                market: PastMarket {
                    symbol: take.text()?.into(),
                    tick: take_decimal(&mut take)?,
                    lot: take_decimal(&mut take)?,
                },
            },
            kind::MADE => {
                let (client_id, order) = take_order(&mut take)?;
                Self::Made { client_id, order }
            }
            kind::REVIVED => {
                let (client_id, order) = take_order(&mut take)?;
                Self::Revived { client_id, order }
            }
            kind::TOTAL => Self::Total { market: take_market(&mut take)?, filled: SignedQty(take.signed()?) },
            kind::TAKEN_OVER => Self::TakenOver { n_records: take.number()? },
            kind::RISK => {
                let text = std::str::from_utf8(std::mem::take(&mut take.0)).map_err(|_| DecodeError::Text)?;
                Self::Risk { state: text.to_owned() }
            }
            kind => {
                let client_id = ClientId(take.number()?);
                let came_to = CameTo {
                    market: take_market(&mut take)?,
                    side: side::take(&mut take)?,
                    newly_filled: Qty(take.number()?),
                    is_settled: take.option(|_| Ok(()))?.is_some(),
                };
                Self::Updated { client_id, evidence: take_evidence(&mut take, kind, &came_to)?, came_to }
            }
        };
        take.end()?;
        Ok(body)
    }
}

fn take_evidence(take: &mut Take<'_>, kind: u8, of: &CameTo) -> Result<Evidence, DecodeError> {
    Ok(match kind {
        kind::REPORT => Evidence::Report(Box::new(take_report(take, of)?)),
        kind::FILL => Evidence::Fill(Box::new(take_fill(take, of)?)),
        kind::NOT_SENT => Evidence::NotSent(take.text()?.to_owned()),
        kind::REFUSED => Evidence::Refused(Refusal {
            kind: refusal::take(take)?,
            code: take.text()?.to_owned(),
            message: take.text()?.to_owned(),
            retry_after: take.option(Take::number)?.map(Duration::from_nanos),
        }),
        kind::UNSURE => {
            let (word, at) = (take.byte()?, Timestamp(take.number()?));
            Evidence::Unsure(match word {
                0 => Unsure::Outcome(at),
                1 => Unsure::NeverArrived(at),
                other => return Err(DecodeError::Word(other, "doubt")),
            })
        }
        kind::CANCEL_SENT => Evidence::CancelSent,
        kind::CANCEL_FAILED => Evidence::CancelFailed,
        kind::MODIFY_SENT => Evidence::ModifySent { price: Price(take.signed()?), qty: Qty(take.number()?) },
        kind::MODIFY_FAILED => Evidence::ModifyFailed,
        other => return Err(DecodeError::Word(other, "kind of record")),
    })
}

fn take_order(take: &mut Take<'_>) -> Result<(ClientId, NewOrder), DecodeError> {
    let client_id = ClientId(take.number()?);
    let market = take_market(take)?;
    let side = side::take(take)?;
    let qty = Qty(take.number()?);
    let price = |take: &mut Take<'_>| take.signed().map(Price);
    let kind = match take.byte()? {
        0 => OrderKind::Limit { price: price(take)?, time_in_force: time::take(take)? },
        1 => OrderKind::PostOnly { price: price(take)? },
        2 => OrderKind::Market,
        3 => OrderKind::StopLoss { trigger: price(take)?, limit: take.option(price)? },
        4 => OrderKind::TakeProfit { trigger: price(take)?, limit: take.option(price)? },
        other => return Err(DecodeError::Word(other, "kind of order")),
    };
    let exposure = exposure::take(take)?;
    Ok((client_id, NewOrder { market, side, qty, kind, exposure }))
}

fn take_report(take: &mut Take<'_>, of: &CameTo) -> Result<OrderReport, DecodeError> {
    Ok(OrderReport {
        client_id: take.option(Take::number)?.map(ClientId),
        venue_id: VenueOrderId::new(take.text()?).ok_or(DecodeError::Text)?,
        market: of.market,
        side: of.side,
        price: take.option(Take::signed)?.map(Price),
        qty: Qty(take.number()?),
        version: take.small()?,
        filled: Qty(take.number()?),
        status: match take.byte()? {
            0 => ReportedStatus::Open,
            1 => ReportedStatus::Filled,
            2 => ReportedStatus::Cancelled { reason: take.option(Take::text)?.map(str::to_owned) },
            3 => ReportedStatus::Rejected { reason: take.text()?.to_owned() },
            other => return Err(DecodeError::Word(other, "status")),
        },
        at: Timestamp(take.number()?),
    })
}

fn take_fill(take: &mut Take<'_>, of: &CameTo) -> Result<Fill, DecodeError> {
    Ok(Fill {
        trade_id: TradeId::new(take.text()?).ok_or(DecodeError::Text)?,
        client_id: take.option(Take::number)?.map(ClientId),
        venue_id: VenueOrderId::new(take.text()?).ok_or(DecodeError::Text)?,
        market: of.market,
        side: of.side,
        price: Price(take.signed()?),
        qty: Qty(take.number()?),
        fee: Money(take.wide_signed()?),
        fee_asset: take.text()?.into(),
        liquidity: liquidity::take(take)?,
        at: Timestamp(take.number()?),
    })
}

fn take_market(take: &mut Take<'_>) -> Result<MarketId, DecodeError> {
    take.small().map(MarketId)
}

fn take_decimal(take: &mut Take<'_>) -> Result<Decimal, DecodeError> {
    let mantissa = take.wide_signed()?;
    // A tick or lot of more places is no market's, and its arithmetic would not hold it.
    let scale = take
        .byte()
        .and_then(|scale| if scale <= Money::SCALE { Ok(scale) } else { Err(DecodeError::Range) })?;
    Ok(Decimal::new(mantissa, scale))
}
