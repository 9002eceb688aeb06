//! What became of an order: what the venue finds by our id, the transaction that placed it, the orders that are over.

use std::time::Duration;

use mm_model::{Ask, DecodeError, Event, Mode, OrderQuery, Timestamp};

use super::{
    Client,
    encode::rows_of_page,
    refusal,
    reply::is_last,
    report::{self, OrderNews},
};
use crate::{
    client::Next,
    lighter::wire::{
        event::AppError,
        order::{Order, Orders},
        tx::{EnrichedTx, tx_status},
    },
    pages::Page,
    reading::{json, unreadable},
};

/// How far our clock may be from the venue's where the two are compared. Generous: it only makes a proof harder.
const CLOCKS_APART: Duration = Duration::from_secs(300);
/// What the venue's engine may take to notice that a transaction's time is over.
const EXPIRY_MARGIN: Duration = Duration::from_secs(1);

impl Client {
    /// The row with our id. The account may have used the id before: the newest one counts.
    fn find<'r, 'a>(&self, query: &OrderQuery, orders: &'r Orders<'a>) -> Option<&'r Order<'a>> {
        let made_at = |order: &Order<'_>| report::coarse(order.created_at.max(order.timestamp));
        let is_older = |at: Timestamp| at > Timestamp::ZERO && at < query.created_at - CLOCKS_APART;
        let ours = |order: &&Order<'_>| u64::try_from(order.client_order_index) == Ok(query.client_id.0);
        let found = orders.orders.iter().filter(ours).filter(|order| !is_older(made_at(order)));
        found.max_by_key(|order| (made_at(order), order.order_version))
    }

    pub(super) fn read_order(
        &self,
        query: &OrderQuery,
        body: &[u8],
        out: &mut Vec<Event>,
    ) -> Result<Next, DecodeError> {
        let orders: Orders<'_> = json("order", body)?;
        match self.find(query, &orders) {
            Some(order) => {
                out.push(match report::order(&self.listings, order)? {
                    OrderNews::Report(report) => Event::Order(report),
                    OrderNews::Queued(_) => Event::Queued { client_id: query.client_id },
                });
                Ok(Next::Done)
            }
            None => {
                out.push(no_such_order(query, Mode::Live, true));
                Ok(Next::Ask(Ask::Order(*query, Mode::History)))
            }
        }
    }

    /// What became of the transaction that placed an order. The engine's no is proof; that the engine took it is proof
    /// that the order is, or was, somewhere. One that still waits when its time is over is dead.
    pub(super) fn read_tx(
        &mut self,
        now: Timestamp,
        (query, body): (&OrderQuery, &[u8]),
        out: &mut Vec<Event>,
    ) -> Result<Next, DecodeError> {
        let tx: EnrichedTx<'_> = json("transaction", body)?;
        let client_id = query.client_id;
        let asked = self.account.as_ref().and_then(|account| account.hashes.open_question(client_id));
        if asked.is_some_and(|asked| asked.hash.to_string() != tx.hash.as_str()) {
            return Err(unreadable("transaction", "the answer is about another one"));
        }
        let event: AppError<'_> = if tx.event_info.is_empty() {
            AppError::default()
        } else {
            json("event", tx.event_info.as_bytes())?
        };
        if tx.status == tx_status::FAILED || !event.error.is_empty() {
            out.push(Event::Refused { client_id, refusal: refusal::engine_no(&event.error) });
            return Ok(Next::Done);
        }
        if tx.status == tx_status::PENDING {
            let is_dead = asked.is_some_and(|asked| asked.expires_at + EXPIRY_MARGIN < now);
            out.push(no_such_order(query, Mode::History, is_dead));
            return Ok(Next::Done);
        }
        if let Some(account) = &mut self.account {
            account.hashes.executed(client_id);
        }
        Ok(Next::Ask(Ask::Order(*query, Mode::History)))
    }

    /// Looks for one order among those that are over, the newest first, page by page. That it is not there proves something
    /// only once they reach back beyond the time it was made, and never for an order that the engine took.
    pub(super) fn read_history(
        &mut self,
        query: &OrderQuery,
        body: &[u8],
        out: &mut Vec<Event>,
    ) -> Result<Next, DecodeError> {
        let page = self.pages.find(query.created_at).ok().flatten();
        let (is_again, n_max) = (page.is_some_and(Page::is_the_list_again), rows_of_page(page));
        let created_at = self.pages.since(query.created_at);
        let query = &OrderQuery { created_at, ..*query };
        let orders: Orders<'_> = json("order history", body)?;
        if let Some(order) = self.find(query, &orders) {
            out.push(match report::order(&self.listings, order)? {
                OrderNews::Report(report) => Event::Order(report),
                OrderNews::Queued(_) => Event::Queued { client_id: query.client_id },
            });
            return Ok(Next::Done);
        }
        let executed =
            self.account.as_ref().is_some_and(|account| account.hashes.is_executed(query.client_id));
        let cursor = orders.next_cursor.as_deref();
        let is_full = orders.orders.len() >= n_max;
        let is_enough = (is_last(cursor) && !is_full) || reaches_back(&orders, created_at);
        let goes_on = match cursor.filter(|cursor| !cursor.is_empty()) {
            _ if is_enough => None,
            // A full page that says nothing of another one: there is none, or the venue has no pages. Shorter ones tell.
            None if is_full && !is_again => Some(self.pages.again(created_at)),
            None => None,
            Some(cursor) => Some(self.pages.go_on(created_at, cursor)),
        };
        if let Some(created_at) = goes_on {
            return Ok(Next::Ask(Ask::Order(OrderQuery { created_at, ..*query }, Mode::History)));
        }
        out.push(no_such_order(query, Mode::History, !executed && is_enough));
        Ok(Next::Done)
    }
}

pub(super) fn no_such_order(query: &OrderQuery, mode: Mode, complete: bool) -> Event {
    Event::NoSuchOrder { client_id: query.client_id, mode, complete }
}

/// Whether these rows hold everything that ended since `created_at`: they come in the order of their ends, and one of
/// them ended before. An order ends after it was made.
fn reaches_back(orders: &Orders<'_>, created_at: Timestamp) -> bool {
    let end = |order: &Order<'_>| report::coarse(order.updated_at.max(order.timestamp));
    orders.orders.is_sorted_by(|newer, older| end(newer) >= end(older))
        && orders
            .orders
            .last()
            .is_some_and(|oldest| end(oldest) > Timestamp::ZERO && end(oldest) < created_at - CLOCKS_APART)
}
