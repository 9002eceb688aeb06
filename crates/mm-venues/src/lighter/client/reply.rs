//! The venue's answers over HTTP as our events. An answer that cannot be read leaves the outcome unknown: it is never
//! taken for a no, and never for an empty list.

use std::{collections::BTreeMap, time::Duration};

use mm_model::{
    Ask, BookSnapshot, CallError, DecodeError, Event, FeeRates, Level, Market, Mode, Price, Qty, Rate,
    RefusalKind, Snapshot, Timestamp,
};

use super::{
    Client,
    encode::BOOK_ORDERS_MAX,
    lookup::no_such_order,
    refusal::{self, Said},
    report::{self, OrderNews},
    settle::Answered,
    transact::no_account,
};
use crate::{
    client::{CallRef, Next},
    http::Reply,
    lighter::{
        tx::MarginMode,
        wire::{
            account::{AccountLimits, DetailedAccount, DetailedAccounts},
            error::codes,
            info::Status,
            market::OrderBookDetails,
            order::{Order, OrderBookOrders, Orders, SimpleOrder},
            trade::Trades,
            tx::NextNonce,
        },
    },
    reading::{json, unreadable},
};

/// A fee tick is a millionth of the notional, and ours are counted in 10^-9.
const FEE_TICK: i64 = 1_000;
/// The venue's clock is told in whole seconds, of which the middle is the best guess.
const HALF_A_SECOND: Duration = Duration::from_millis(500);

/// An answer, with what was asked and when it came.
#[derive(Clone, Copy)]
pub(super) struct Answer<'a> {
    pub(super) now: Timestamp,
    pub(super) call: CallRef,
    pub(super) ask: &'a Ask,
    pub(super) reply: &'a Reply,
}

impl Client {
    /// Reads the answer.
    pub(super) fn read_reply(&mut self, answer: Answer<'_>, out: &mut Vec<Event>) -> Result<Next, CallError> {
        let Answer { now, call, ask, reply } = answer;
        if let Ask::CancelAll(market) = ask
            && self.sweeps.was_asked(call)
        {
            return self.read_swept(answer, *market);
        }
        if !ask.is_read() {
            return self.settle_reply(answer, out);
        }
        let asked_tx = self.forget_asked_tx(call);
        // The only answer without a code.
        let said = match ask {
            Ask::Time if (200..300).contains(&reply.status) => Said::Yes,
            _ => refusal::said(now, reply),
        };
        if let Ask::Nonce(key) = ask {
            let told = Result::from(said)
                .and_then(|()| json::<NextNonce<'_>>("nonce", &reply.body).map_err(unknown))
                .map(|told| told.nonce);
            if let Some(account) = &mut self.account {
                account.lanes.learn(now, *key, told.as_ref().ok().copied());
            }
            return told.map(|_| Next::Done);
        }
        match (ask, said) {
            (Ask::Time | Ask::Markets | Ask::Book(_) | Ask::Positions | Ask::Balances, Said::Yes) => {}
            (_, Said::Yes) => self.token_worked(),
            (Ask::Order(query, Mode::History), Said::No { code, .. })
                if asked_tx && refusal::is(code, &codes::TX_NOT_FOUND) =>
            {
                // The venue never took it, and does not once its time is over, for which the driver waits.
                out.push(no_such_order(query, Mode::History, true));
                return Ok(Next::Done);
            }
            (_, said) => return self.refused(said),
        }
        let next = match ask {
            Ask::Order(query, Mode::History) if asked_tx => self.read_tx(now, (query, &reply.body), out),
            _ => self.read_success(ask, &reply.body, out),
        };
        next.map_err(unknown)
    }

    fn settle_reply(&mut self, answer: Answer<'_>, out: &mut Vec<Event>) -> Result<Next, CallError> {
        let Answer { now, call, ask, reply } = answer;
        let ids = ask.placements().iter().map(|placement| placement.client_id).collect();
        let account = self.account.as_mut().ok_or_else(no_account)?;
        let n_txs = account.lanes.n_used(call);
        let next = account.settle(&Answered { now, call, n_txs, ids }, refusal::said(now, reply), out)?;
        Ok(self.sweep_on(ask, next))
    }

    pub(super) fn token_worked(&mut self) {
        if let Some(account) = &mut self.account {
            account.token.worked();
        }
    }

    /// A token that has grown old is made anew, and the question asked again.
    pub(super) fn refused(&mut self, said: Said) -> Result<Next, CallError> {
        match Result::from(said) {
            Err(CallError::Refused(no)) if no.kind == RefusalKind::Authentication => {
                let may_help = self.account.as_mut().is_some_and(|account| account.token.refused());
                if may_help { Ok(Next::Resend) } else { Err(CallError::Refused(no)) }
            }
            Err(error) => Err(error),
            Ok(()) => Ok(Next::Done),
        }
    }

    fn read_success(&mut self, ask: &Ask, body: &[u8], out: &mut Vec<Event>) -> Result<Next, DecodeError> {
        match ask {
            Ask::Time => {
                let status: Status = json("status", body)?;
                let at = report::coarse(status.timestamp);
                let whole_seconds = at.ms().is_multiple_of(1_000);
                out.push(Event::ServerTime(if whole_seconds { at + HALF_A_SECOND } else { at }));
            }
            Ask::Markets => {
                self.listings.learn(&json::<OrderBookDetails<'_>>("markets", body)?)?;
                for market in self.listings.markets().iter() {
                    self.assets.extend([market.base.clone(), market.quote.clone()]);
                }
                out.push(Event::Markets(self.listings.markets().iter().cloned().collect()));
            }
            Ask::Book(id) => {
                let market = self.listings.markets().get(*id);
                let market = market.ok_or_else(|| unreadable("book", "the market is not known"))?;
                out.push(Event::BookSnapshot(book(market, &json("book", body)?)?));
            }
            Ask::Order(query, Mode::Live) => return self.read_order(query, body, out),
            Ask::Order(query, Mode::History) => return self.read_history(query, body, out),
            Ask::OpenOrders(scope) => {
                let orders: Orders<'_> = json("open orders", body)?;
                let mut rows = Vec::with_capacity(orders.orders.len());
                for order in self.known_orders(&orders) {
                    match report::order(&self.listings, order)? {
                        OrderNews::Report(report) => rows.push(report),
                        OrderNews::Queued(id) => out.extend(id.map(|client_id| Event::Queued { client_id })),
                    }
                }
                let complete = is_last(orders.next_cursor.as_deref());
                out.push(Event::OpenOrders(Snapshot { rows, scope: *scope, complete }));
            }
            Ask::FillsSince(since) => return self.read_fills(*since, body, out),
            Ask::Positions => {
                let accounts: DetailedAccounts<'_> = json("account", body)?;
                let account = self.own_account(&accounts)?;
                let mut rows = Vec::new();
                for row in account.positions.iter().filter(|row| self.listings.knows(row.market_id)) {
                    let position = report::position(&self.listings, row)?;
                    let mode = if row.margin_mode == 1 { MarginMode::Isolated } else { MarginMode::Cross };
                    self.margin_modes.insert(position.market, mode);
                    rows.push(position);
                }
                out.push(Event::Positions(Snapshot { rows, scope: None, complete: true }));
            }
            Ask::Balances => out.push(self.read_balances(body)?),
            Ask::Fees => out.push(Event::Fees(fees(&json("limits", body)?)?)),
            _ => return Err(unreadable("reply", "it answers what was never asked")),
        }
        Ok(Next::Done)
    }

    /// Rows of markets that we list.
    fn known_orders<'r, 'a>(&'r self, orders: &'r Orders<'a>) -> impl Iterator<Item = &'r Order<'a>> {
        orders.orders.iter().filter(|order| self.listings.knows(order.market_index))
    }

    /// One page of fills, the newest first, down to those that are older than what was asked for.
    fn read_fills(
        &mut self,
        asked: Timestamp,
        body: &[u8],
        out: &mut Vec<Event>,
    ) -> Result<Next, DecodeError> {
        let since = self.pages.since(asked);
        let trades: Trades<'_> = json("fills", body)?;
        let account = self.account.as_ref().map_or(-1, |account| account.index);
        let mut rows = Vec::with_capacity(trades.trades.len());
        for trade in trades.trades.iter().filter(|trade| self.listings.knows(trade.market_id)) {
            rows.extend(report::fills(&self.listings, account, trade)?);
        }
        let oldest = trades.trades.last().map(|trade| report::time(trade.transaction_time, trade.timestamp));
        let cursor = trades.next_cursor.as_deref().filter(|cursor| !cursor.is_empty());
        // A whole millisecond early: the list is sorted by times of that grain.
        let goes_on = cursor.filter(|_| oldest.is_some_and(|oldest| oldest.ms() >= since.ms()));
        out.push(Event::Fills(Snapshot { rows, scope: None, complete: goes_on.is_none() }));
        Ok(match goes_on {
            Some(cursor) => Next::Ask(Ask::FillsSince(self.pages.go_on(since, cursor))),
            None => Next::Done,
        })
    }

    fn own_account<'r, 'a>(
        &self,
        accounts: &'r DetailedAccounts<'a>,
    ) -> Result<&'r DetailedAccount<'a>, DecodeError> {
        let index = self.account.as_ref().map(|account| account.index);
        accounts
            .accounts
            .iter()
            .find(|account| Some(account.index) == index)
            .ok_or_else(|| unreadable("account", "the answer is about other accounts"))
    }

    fn read_balances(&mut self, body: &[u8]) -> Result<Event, DecodeError> {
        let accounts: DetailedAccounts<'_> = json("account", body)?;
        let account = self.own_account(&accounts)?;
        let mut rows = Vec::new();
        self.cash.spot = Some(report::Pocket::default());
        self.cash.margin = Some(report::margin(&account.available_balance, &account.collateral)?);
        for row in account.assets.iter() {
            if row.symbol == super::market::CASH {
                self.cash.spot = Some(report::spot_cash(row)?);
            } else {
                let asset = self.asset(&row.symbol);
                rows.push(report::balance(asset, report::pocket(row)?, Timestamp::ZERO));
            }
        }
        rows.extend(self.cash.balance(self.asset(super::market::CASH), Timestamp::ZERO));
        Ok(Event::Balances(Snapshot { rows, scope: None, complete: true }))
    }

    fn forget_asked_tx(&mut self, call: CallRef) -> bool {
        let at = self.asked_tx.iter().position(|asked| *asked == call);
        at.map(|at| self.asked_tx.swap_remove(at)).is_some()
    }
}

pub(super) fn unknown(error: DecodeError) -> CallError {
    CallError::OutcomeUnknown(error.to_string())
}

/// Whether no page follows.
pub(super) fn is_last(cursor: Option<&str>) -> bool {
    cursor.is_none_or(str::is_empty)
}

/// A book from its single orders. It has no number, and joins no stream.
fn book(market: &Market, orders: &OrderBookOrders<'_>) -> Result<BookSnapshot, DecodeError> {
    let bad = |why: &dyn std::fmt::Display| unreadable("book", format_args!("{}: {why}", market.symbol));
    let side = |total: i64, rows: &[SimpleOrder<'_>]| {
        // Part of a book is no book.
        if rows.len() >= BOOK_ORDERS_MAX || usize::try_from(total).is_ok_and(|total| total > rows.len()) {
            return Err(bad(&format_args!("{} orders of {total}: it is not whole", rows.len())));
        }
        let mut levels = BTreeMap::<Price, Qty>::new();
        for row in rows {
            let price = market.price(&row.price).map_err(|error| bad(&error))?;
            let qty = market.qty(&row.remaining_base_amount).map_err(|error| bad(&error))?;
            let level = levels.entry(price).or_default();
            *level = level.plus(qty);
        }
        Ok(levels.into_iter().map(|(price, qty)| Level { price, qty }).collect())
    };
    Ok(BookSnapshot {
        market: market.id,
        seq: 0,
        bids: side(orders.total_bids, &orders.bids)?,
        asks: side(orders.total_asks, &orders.asks)?,
        at: Timestamp::ZERO,
    })
}

/// The same for perpetuals and spot. Markets whose fees are switched off take less.
fn fees(limits: &AccountLimits<'_>) -> Result<FeeRates, DecodeError> {
    let rate = |tick: i64| {
        tick.checked_mul(FEE_TICK)
            .map(Rate)
            .ok_or_else(|| unreadable("limits", format_args!("fee tick {tick}")))
    };
    let (maker, taker) = (rate(limits.current_maker_fee_tick)?, rate(limits.current_taker_fee_tick)?);
    Ok(FeeRates { perpetual_maker: maker, perpetual_taker: taker, spot_maker: maker, spot_taker: taker })
}
