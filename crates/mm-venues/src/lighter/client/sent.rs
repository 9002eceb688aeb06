//! What was sent and is not forgotten: transactions that wait for an answer on the socket, the hashes by which the
//! venue knows our orders, and the words in which they were sent.

use std::collections::VecDeque;

use arrayvec::ArrayVec;
use mm_crypto::Digest;
use mm_model::{CallError, ClientId, MarketId, NewOrder, Placement, Timestamp};

use crate::{
    client::CallRef,
    lighter::{spec::SPEC, tx, wire::send::SendTxOutcome},
};

/// The ids of the orders of one message.
pub(super) type Ids = ArrayVec<ClientId, { SPEC.batch_max }>;

/// So many of the newest orders are remembered by their hashes.
const REMEMBERED_MAX: usize = 2_048;

/// A message on its way by socket.
#[derive(Clone, Debug)]
pub(super) struct Flight {
    pub(super) call: CallRef,
    /// Of its first transaction.
    pub(super) hash: Digest,
    /// How many transactions it holds.
    pub(super) n_txs: usize,
    /// The orders that it places.
    pub(super) ids: Ids,
    /// The market whose orders it cancels, one by one.
    pub(super) sweeps: Option<MarketId>,
}

/// Messages on their way by socket, in the order in which they were sent.
#[derive(Debug, Default)]
pub(super) struct Flights {
    flights: VecDeque<Flight>,
    /// One was given up on this socket, and its answer may still come.
    lacks_answers: bool,
}

impl Flights {
    pub(super) fn push(&mut self, flight: Flight) {
        self.flights.push_back(flight);
    }

    pub(super) fn len(&self) -> usize {
        self.flights.len()
    }

    /// Whether an answer can only be meant for one.
    pub(super) fn is_one_alone(&self) -> bool {
        self.flights.len() == 1 && !self.lacks_answers
    }

    /// No answer is waited for any longer.
    pub(super) fn give_up(&mut self, call: CallRef) {
        self.lacks_answers |= self.take(call).is_some();
    }

    /// The socket is gone, and with it all that was to be answered on it.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes out the one of this call.
    fn take(&mut self, call: CallRef) -> Option<Flight> {
        let at = self.flights.iter().position(|flight| flight.call == call)?;
        self.flights.remove(at)
    }

    /// Takes out the one that has waited longest.
    pub(super) fn take_oldest(&mut self) -> Option<Flight> {
        self.flights.pop_front()
    }

    /// Takes out the one that an answer names, by our id, else by its hash; `Err` for an answer that names none at all.
    pub(super) fn take_named(&mut self, answer: &SendTxOutcome<'_>) -> Result<Option<Flight>, NamesNone> {
        if let Some(call) = answer.id.and_then(|id| id.trim_matches('"').parse().ok()).map(CallRef) {
            return Ok(self.take(call));
        }
        let Some(hash) = answer.hashes.first() else { return Err(NamesNone) };
        let at = self.flights.iter().position(|flight| flight.hash.to_string() == hash.as_str());
        Ok(at.and_then(|at| self.flights.remove(at)))
    }
}

/// An answer that does not say what it answers.
#[derive(Clone, Copy, Debug)]
pub(super) struct NamesNone;

/// An order and the transaction that placed it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    id: ClientId,
    pub(super) hash: Digest,
    /// By the venue's clock: what was not executed then never is.
    pub(super) expires_at: Timestamp,
    /// The venue said that the engine took it.
    executed: bool,
}

/// The hashes of our newest orders.
#[derive(Debug, Default)]
pub(super) struct Hashes(VecDeque<Known>);

impl Hashes {
    /// The order was sent, perhaps once more.
    pub(super) fn remember(&mut self, id: ClientId, hash: Digest, expires_at: Timestamp) {
        if self.0.len() == REMEMBERED_MAX {
            self.0.pop_front();
        }
        self.0.push_back(Known { id, hash, expires_at, executed: false });
    }

    /// An order's last sending, unless the engine is known to have taken it: then there is nothing to ask.
    pub(super) fn open_question(&self, id: ClientId) -> Option<Known> {
        self.last(id).filter(|known| !known.executed).copied()
    }

    /// Whether the venue said that the engine took the order.
    pub(super) fn is_executed(&self, id: ClientId) -> bool {
        self.last(id).is_some_and(|known| known.executed)
    }

    /// The venue says that the engine took the order.
    pub(super) fn executed(&mut self, id: ClientId) {
        if let Some(known) = self.0.iter_mut().rev().find(|known| known.id == id) {
            known.executed = true;
        }
    }

    fn last(&self, id: ClientId) -> Option<&Known> {
        self.0.iter().rev().find(|known| known.id == id)
    }
}

/// The words in which our newest orders were first sent. A client id stands for one order: what is sent again is that order,
/// with nothing new but the transaction's number, its end and its signature. The worst price of a market order is counted
/// from the book, which has moved on by then.
#[derive(Debug, Default)]
pub(super) struct Wordings(VecDeque<Wording>);

#[derive(Clone, Copy, Debug)]
struct Wording {
    id: ClientId,
    order: NewOrder,
    worded: tx::Order,
}

impl Wordings {
    /// Keeps what `word` makes of an order that has no words yet.
    pub(super) fn keep(
        &mut self,
        placement: &Placement,
        word: impl FnOnce() -> Result<tx::Order, CallError>,
    ) -> Result<(), CallError> {
        let Placement { client_id: id, order } = *placement;
        match self.place_of(id) {
            Ok(at) if self.0[at].order == order => {}
            Ok(at) => self.0[at] = Wording { id, order, worded: word()? },
            Err(_) => {
                let wording = Wording { id, order, worded: word()? };
                // In the order of their ids, which is nearly always the order in which they come: the first is the oldest.
                if self.0.len() == REMEMBERED_MAX {
                    self.0.pop_front();
                }
                let at = self.0.partition_point(|known| known.id < id);
                self.0.insert(at, wording);
            }
        }
        Ok(())
    }

    /// The order's words, if it has any.
    pub(super) fn of(&self, placement: &Placement) -> Option<tx::Order> {
        let known = &self.0[self.place_of(placement.client_id).ok()?];
        (known.order == placement.order).then_some(known.worded)
    }

    fn place_of(&self, id: ClientId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&id, |known| known.id)
    }
}

#[cfg(test)]
mod tests {
    use mm_model::{Exposure, OrderKind, Qty, Side};

    use super::*;

    #[test]
    fn the_words_of_old_orders_are_forgotten() {
        let order = NewOrder {
            market: MarketId(0),
            side: Side::Buy,
            qty: Qty(1),
            kind: OrderKind::Market,
            exposure: Exposure::Any,
        };
        let placement = |id| Placement { client_id: ClientId(id), order };
        let word = || {
            Ok(tx::Order {
                market: 0,
                client_order_index: 1,
                base_amount: 1,
                price: 1,
                is_ask: false,
                order_type: tx::OrderType::Market,
                time_in_force: tx::TimeInForce::ImmediateOrCancel,
                reduce_only: false,
                trigger_price: 0,
                order_expiry: 0,
            })
        };
        let mut wordings = Wordings::default();
        let n = u64::try_from(REMEMBERED_MAX).unwrap();
        for id in 1..=n + 1 {
            wordings.keep(&placement(id), word).unwrap();
        }
        assert_eq!(wordings.0.len(), REMEMBERED_MAX);
        assert_eq!(wordings.of(&placement(1)), None);
        assert!(wordings.of(&placement(2)).is_some() && wordings.of(&placement(n + 1)).is_some());
        let other = Placement { order: NewOrder { qty: Qty(2), ..order }, ..placement(2) };
        assert_eq!(wordings.of(&other), None, "the words of another order are not its own");
    }
}
