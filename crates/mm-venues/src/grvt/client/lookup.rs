//! What became of an order: what the venue finds by an id, and the list of all that were.

use std::time::Duration;

use mm_model::{Ask, DecodeError, Event, Mode, OrderQuery};

use super::{Client, report};
use crate::{
    client::Next,
    grvt::wire::{
        order::Order,
        reply::{Page, Reply},
    },
    reading::{cut, unreadable},
};

/// How far our clock may be from the venue's where the two are compared. Generous: it only makes a proof harder.
pub(super) const CLOCKS_APART: Duration = Duration::from_secs(300);

impl Client {
    /// The order that was asked for. If it is another one, it is no answer.
    pub(super) fn read_order(
        &self,
        query: &OrderQuery,
        body: &[u8],
        out: &mut Vec<Event>,
    ) -> Result<Next, DecodeError> {
        let Reply { result: order } = self.encoding.decode::<Reply<Order<'_>>>("order", body)?;
        let told = report::client_id(&order.metadata.client_order_id)?;
        if told != Some(query.client_id) {
            let told = cut(&order.metadata.client_order_id);
            return Err(unreadable(
                "order",
                format_args!("asked for {}, was told of {told}", query.client_id),
            ));
        }
        out.extend(report::order(&self.listings, &order)?);
        Ok(Next::Done)
    }

    /// The venue finds no live order by that id, nor one that has ended of late.
    pub(super) fn not_live(query: &OrderQuery, out: &mut Vec<Event>) -> Next {
        out.push(no_such_order(query, Mode::Live));
        Next::Ask(Ask::Order(*query, Mode::History))
    }

    /// One page of what was since the order was made, the newest first. Only the last page, reached without it, proves that
    /// it is not there: the list was asked for from before it was made, and ends where that time begins.
    pub(super) fn read_history(
        &mut self,
        query: &OrderQuery,
        body: &[u8],
        out: &mut Vec<Event>,
    ) -> Result<Next, DecodeError> {
        let page: Page<'_, Order<'_>> = self.encoding.decode("order history", body)?;
        let ours = |order: &&Order<'_>| {
            report::client_id(&order.metadata.client_order_id).is_ok_and(|id| id == Some(query.client_id))
        };
        if let Some(order) = page.result.iter().find(ours) {
            out.extend(report::order(&self.listings, order)?);
            return Ok(Next::Done);
        }
        if page.next.is_empty() {
            out.push(no_such_order(query, Mode::History));
            return Ok(Next::Done);
        }
        let since = self.pages.since(query.created_at);
        let created_at = self.pages.go_on(since, &page.next);
        Ok(Next::Ask(Ask::Order(OrderQuery { created_at, ..*query }, Mode::History)))
    }
}

fn no_such_order(query: &OrderQuery, mode: Mode) -> Event {
    Event::NoSuchOrder { client_id: query.client_id, mode, complete: true }
}
