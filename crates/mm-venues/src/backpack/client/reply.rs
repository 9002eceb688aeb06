//! The venue's answers as our events. An answer that cannot be read leaves the outcome unknown: it is never taken
//! for a no, and never for an empty list.

use std::time::Duration;

use mm_model::{
    Ask, BookSnapshot, CallError, ClientId, Decimal, DecodeError, Event, FeeRates, MarketId, Mode,
    OrderQuery, OrderReport, Placement, Rate, RefusalKind, Snapshot, Symbol, Timestamp,
};
use serde_json::value::RawValue;

use super::{Client, encode::HISTORY_LIMIT, levels::levels, market::market, refusal, report};
use crate::{
    backpack::wire::{
        Text,
        account::{AccountFees, Capital, Position},
        error::ApiError,
        history::{HistoricFill, HistoricOrder},
        market_data::{Depth, Market},
        order::{BatchElement, BatchOperation, Order},
        time,
    },
    client::Next,
    http::Reply,
    reading::{json, unreadable},
};

/// How far our clock may be from the venue's where the two are compared. Generous: it only makes a proof harder.
const CLOCKS_APART: Duration = Duration::from_secs(300);

/// An answer, with what was asked and when it came.
#[derive(Clone, Copy)]
pub(super) struct Answer<'a> {
    pub(super) now: Timestamp,
    pub(super) ask: &'a Ask,
    pub(super) reply: &'a Reply,
}

impl Client {
    /// Reads the answer.
    pub(super) fn read_reply(&mut self, answer: Answer<'_>, out: &mut Vec<Event>) -> Result<Next, CallError> {
        let Answer { ask, reply, .. } = answer;
        if !(200..300).contains(&reply.status) {
            return read_failure(answer, out);
        }
        self.read_success(ask, reply, out).map_err(|error| CallError::OutcomeUnknown(error.to_string()))
    }

    fn read_success(&mut self, ask: &Ask, reply: &Reply, out: &mut Vec<Event>) -> Result<Next, DecodeError> {
        let body = &*reply.body;
        match ask {
            Ask::Time => {
                let text = std::str::from_utf8(body).map_err(|error| unreadable("time", error))?;
                let ms = text.trim().parse().map_err(|error| unreadable("time", error))?;
                out.push(Event::ServerTime(Timestamp::from_ms(ms)));
            }
            Ask::Markets => out.push(self.read_markets(body)?),
            Ask::Book(id) | Ask::Resync(id) => {
                out.push(Event::BookSnapshot(self.read_whole_book(*id, body)?));
            }
            Ask::Place(placement) => {
                let order: Order<'_> = json("order", body)?;
                out.push(Event::Order(self.own_order(&order, Some(placement.client_id))?));
            }
            Ask::Batch(placements) => self.read_batch(placements, body, out)?,
            // 202 without a body: taken note of, not yet done; the stream tells when it is.
            Ask::Cancel(_) | Ask::CancelAll(_) if body.is_empty() => {}
            Ask::Cancel(target) => {
                let order: Order<'_> = json("order", body)?;
                out.push(Event::Order(self.own_order(&order, target.client_id)?));
            }
            Ask::CancelAll(_) => {
                let orders: Vec<Order<'_>> = json("cancelled orders", body)?;
                for order in self.known(&orders, |order| &order.symbol) {
                    out.push(Event::Order(report::order(&self.markets, order)?));
                }
            }
            Ask::Order(query, Mode::Live) => {
                let order: Order<'_> = json("order", body)?;
                out.push(Event::Order(self.own_order(&order, Some(query.client_id))?));
            }
            Ask::Order(query, Mode::History) => out.push(self.read_history(query, body)?),
            Ask::OpenOrders(scope) => {
                let orders: Vec<Order<'_>> = json("open orders", body)?;
                let rows = self
                    .known(&orders, |order| &order.symbol)
                    .map(|order| report::order(&self.markets, order));
                let rows = rows.collect::<Result<_, _>>()?;
                out.push(Event::OpenOrders(Snapshot { rows, scope: *scope, complete: true }));
            }
            Ask::FillsSince(since) => return self.read_fills(*since, body, out),
            Ask::Positions => {
                let positions: Vec<Position<'_>> = json("positions", body)?;
                let rows = self.known(&positions, |position| &position.symbol);
                let rows = rows
                    .map(|position| report::position(&self.markets, position))
                    .collect::<Result<_, _>>()?;
                out.push(Event::Positions(Snapshot { rows, scope: None, complete: true }));
            }
            Ask::Balances => {
                let capital: Capital<'_> = json("balances", body)?;
                let row = |(asset, row): (&Text<'_>, &crate::backpack::wire::account::Balance<'_>)| {
                    report::balance(self.asset(asset), [&row.available, &row.locked], Timestamp::ZERO)
                };
                let rows = capital.iter().map(row).collect::<Result<_, _>>()?;
                out.push(Event::Balances(Snapshot { rows, scope: None, complete: true }));
            }
            Ask::Fees => out.push(Event::Fees(fees(&json("account", body)?)?)),
            // 200 and nothing.
            Ask::Leverage(_) => {}
            Ask::Group(_)
            | Ask::Modify(_)
            | Ask::Margin(..)
            | Ask::DeadMan(_)
            | Ask::Nonce(_)
            | Ask::Login => {
                return Err(unreadable("reply", "it answers what was never asked"));
            }
        }
        Ok(Next::Done)
    }

    fn read_whole_book(&self, id: MarketId, body: &[u8]) -> Result<BookSnapshot, DecodeError> {
        let market = self.markets.get(id).ok_or_else(|| unreadable("depth", "the market is not known"))?;
        let depth: Depth<'_, &RawValue> = json("depth", body)?;
        Ok(BookSnapshot {
            market: id,
            seq: depth.last_update_id.parse().map_err(|error| unreadable("depth", error))?,
            bids: levels(market, depth.bids)?,
            asks: levels(market, depth.asks)?,
            at: Timestamp::from_us(depth.timestamp),
        })
    }

    /// Rows of markets that we list. The account may hold things on markets of a kind that we do not trade.
    fn known<'r, T>(
        &'r self,
        rows: &'r [T],
        symbol: impl Fn(&T) -> &str + 'r,
    ) -> impl Iterator<Item = &'r T> + 'r {
        rows.iter().filter(move |row| self.markets.by_symbol(symbol(row)).is_some())
    }

    /// The answer to a question about one order of ours. If it speaks of another one, it is no answer.
    fn own_order(&self, order: &Order<'_>, client_id: Option<ClientId>) -> Result<OrderReport, DecodeError> {
        let report = report::order(&self.markets, order)?;
        own(report, client_id)
    }

    fn read_markets(&mut self, body: &[u8]) -> Result<Event, DecodeError> {
        let listings: Vec<Market<'_>> = json("markets", body)?;
        for listing in &listings {
            if let Some(market) = market(listing)? {
                for asset in [&market.base, &market.quote] {
                    self.assets.insert(asset.clone());
                }
                self.markets.put(market);
            }
        }
        Ok(Event::Markets(self.markets.iter().cloned().collect()))
    }

    fn read_batch(
        &self,
        placements: &[Placement],
        body: &[u8],
        out: &mut Vec<Event>,
    ) -> Result<(), DecodeError> {
        let answers: Vec<&RawValue> = json("batch", body)?;
        if answers.len() != placements.len() {
            let why = format_args!("{} answers to {} orders", answers.len(), placements.len());
            return Err(unreadable("batch", why));
        }
        let read = |(raw, placement): (&&RawValue, &Placement)| -> Result<Event, DecodeError> {
            let body = raw.get().as_bytes();
            match json::<BatchElement>("batch", body)?.operation {
                BatchOperation::Ok => {
                    Ok(Event::Order(self.own_order(&json("batch", body)?, Some(placement.client_id))?))
                }
                BatchOperation::Err => {
                    let error: ApiError<'_> = json("batch", body)?;
                    let refusal = refusal::refusal(&error).ok_or_else(|| {
                        unreadable("batch", format_args!("{}: {}", error.code, error.message))
                    })?;
                    Ok(Event::Refused { client_id: placement.client_id, refusal })
                }
            }
        };
        let events: Vec<_> = answers.iter().zip(placements).map(read).collect::<Result<_, _>>()?;
        out.extend(events);
        Ok(())
    }

    /// Looks for one order among the newest of the history. That it is not there proves something only when they
    /// reach back beyond the time it was made.
    fn read_history(&self, query: &OrderQuery, body: &[u8]) -> Result<Event, DecodeError> {
        let orders: Vec<HistoricOrder<'_>> = json("order history", body)?;
        let wanted = |order: &&HistoricOrder<'_>| match &query.venue_id {
            Some(id) => order.id == id.as_str(),
            // Ids of ours are new; one that is far older than the question was another program's.
            None => order.client_id == Some(query.client_id.0) && !is_older(order, query.created_at),
        };
        match orders.iter().find(wanted) {
            Some(order) => {
                let report = report::historic_order(&self.markets, order)?;
                own(report, Some(query.client_id)).map(Event::Order)
            }
            None => Ok(Event::NoSuchOrder {
                client_id: query.client_id,
                mode: Mode::History,
                complete: reaches_back(&orders, query.created_at),
            }),
        }
    }

    /// One page of fills, oldest first. A full page is not complete and is followed by the one that starts where it
    /// ends; rows that both have count once, by their trade ids.
    fn read_fills(&self, since: Timestamp, body: &[u8], out: &mut Vec<Event>) -> Result<Next, DecodeError> {
        let fills: Vec<HistoricFill<'_>> = json("fills", body)?;
        let full = fills.len() >= HISTORY_LIMIT;
        let mut rows = Vec::with_capacity(fills.len());
        let mut latest = since;
        for fill in self.known(&fills, |fill| &fill.symbol) {
            if let Some(fill) = report::historic_fill(&self.markets, fill)? {
                latest = latest.max(fill.at);
                rows.push(fill);
            }
        }
        out.push(Event::Fills(Snapshot { rows, scope: None, complete: !full }));
        // A page full of one and the same millisecond would be asked for again and again.
        let goes_on = full && latest.ms() > since.ms();
        Ok(if goes_on { Next::Ask(Ask::FillsSince(Timestamp::from_ms(latest.ms()))) } else { Next::Done })
    }

    /// An asset's name, shared where it is one that we know.
    pub(super) fn asset(&self, name: &str) -> Symbol {
        self.assets.get(name).cloned().unwrap_or_else(|| Symbol::from(name))
    }
}

/// Not every failure is one: an order that is not live may be over.
fn read_failure(Answer { now, ask, reply }: Answer<'_>, out: &mut Vec<Event>) -> Result<Next, CallError> {
    let error = refusal::failure(now, reply);
    match (ask, &error) {
        (Ask::Order(query, Mode::Live), CallError::Refused(no)) if no.kind == RefusalKind::NotFound => {
            out.push(Event::NoSuchOrder { client_id: query.client_id, mode: Mode::Live, complete: true });
            Ok(Next::Ask(Ask::Order(*query, Mode::History)))
        }
        _ => Err(error),
    }
}

/// Whether the row was certainly made before `created_at`. One without a readable time is not.
fn is_older(order: &HistoricOrder<'_>, created_at: Timestamp) -> bool {
    time::parse(&order.created_at).is_some_and(|at| at < created_at - CLOCKS_APART)
}

/// Whether these rows, newest first, hold everything made since `created_at`.
fn reaches_back(orders: &[HistoricOrder<'_>], created_at: Timestamp) -> bool {
    if orders.len() < HISTORY_LIMIT {
        return true;
    }
    let times: Option<Vec<_>> = orders.iter().map(|order| time::parse(&order.created_at)).collect();
    times.is_some_and(|times| {
        times.is_sorted_by(|newer, older| newer >= older)
            && times.last().is_some_and(|oldest| *oldest < created_at - CLOCKS_APART)
    })
}

/// The report with our id in it, which the venue's answer may lack.
fn own(mut report: OrderReport, client_id: Option<ClientId>) -> Result<OrderReport, DecodeError> {
    match (report.client_id, client_id) {
        (Some(told), Some(asked)) if told != asked => {
            Err(unreadable("order", format_args!("asked for client id {asked}, was told of {told}")))
        }
        (told, asked) => {
            report.client_id = told.or(asked);
            Ok(report)
        }
    }
}

fn fees(account: &AccountFees<'_>) -> Result<FeeRates, DecodeError> {
    let rate = |text: &Text<'_>| {
        Decimal::parse(text).and_then(Rate::from_basis_points).map_err(|error| unreadable("account", error))
    };
    Ok(FeeRates {
        perpetual_maker: rate(&account.futures_maker_fee)?,
        perpetual_taker: rate(&account.futures_taker_fee)?,
        spot_maker: rate(&account.spot_maker_fee)?,
        spot_taker: rate(&account.spot_taker_fee)?,
    })
}
