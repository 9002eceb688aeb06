//! What the records so far come to: markets by number, sums of fills, and for each order that is not settled, or only just,
//! the records that told of it, as bytes. It is what the next file begins with, and what a new run begins from. Memory is used again:
//! in steady state nothing is allocated.

use std::collections::VecDeque;

use mm_core::journal::{CameTo, Evidence, Past, PastMarket, PastOrder};
use mm_model::{ClientId, MarketId, NewOrder, Side, SignedQty, Timestamp, fixed_map::FixedMap};

use super::{bytes::DecodeError, payload::Body};

/// Settled orders of which all is kept a while longer: a late word may show that something is missing after all.
const SETTLED_MAX: usize = 256;
/// What stands before each record of an order here: when, and how long it is.
const FRONT: usize = 12;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    markets: Vec<PastMarket>,
    /// By market number.
    filled: Vec<SignedQty>,
    slot_of: FixedMap<u64, u32>,
    slots: Vec<Slot>,
    free: Vec<u32>,
    settled: VecDeque<u32>,
    /// What the risk gate wrote down last; empty before it did.
    risk: String,
}

#[derive(Debug)]
struct Slot {
    client_id: ClientId,
    market: MarketId,
    records: Vec<u8>,
    is_used: bool,
    is_settled: bool,
    /// In the queue of settled ones.
    is_queued: bool,
}

/// Why a record cannot follow those before it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum LedgerError {
    #[error("it names market {0}, which was never told")]
    NoMarket(u32),
    #[error("it calls another market by the number {0}")]
    SecondMarket(u32),
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

impl Ledger {
    /// Takes a record over: what it says, and its payload.
    pub(super) fn note(&mut self, at: Timestamp, body: &Body, payload: &[u8]) -> Result<(), LedgerError> {
        match body {
            Body::Market { number, market } => self.define(*number, market)?,
            Body::Made { client_id, order } | Body::Revived { client_id, order } => {
                self.market(order.market)?;
                self.made(*client_id, order.market, (at, payload));
            }
            Body::Updated { client_id, came_to, .. } => {
                self.market(came_to.market)?;
                self.updated(*client_id, came_to, (at, payload));
            }
            Body::Total { market, filled } => {
                self.market(*market)?;
                self.filled[market.0 as usize] = *filled;
            }
            Body::Risk { state } => self.keep_risk(state),
            Body::TakenOver { .. } => {}
        }
        Ok(())
    }

    pub(super) fn keep_risk(&mut self, state: &str) {
        self.risk.clear();
        self.risk.push_str(state);
    }

    /// What the risk gate wrote down last.
    pub(super) fn risk(&self) -> Option<&str> {
        Some(self.risk.as_str()).filter(|state| !state.is_empty())
    }

    fn define(&mut self, number: MarketId, market: &PastMarket) -> Result<(), LedgerError> {
        match self.markets.get(number.0 as usize) {
            Some(known) if known == market => Ok(()),
            None if number.0 as usize == self.markets.len() => {
                self.add_market(market.clone());
                Ok(())
            }
            _ => Err(LedgerError::SecondMarket(number.0)),
        }
    }

    pub(super) fn add_market(&mut self, market: PastMarket) -> MarketId {
        let number = MarketId(u32::try_from(self.markets.len()).expect("fewer than 2^32 markets"));
        self.markets.push(market);
        self.filled.push(SignedQty::ZERO);
        number
    }

    fn market(&self, number: MarketId) -> Result<&PastMarket, LedgerError> {
        self.markets.get(number.0 as usize).ok_or(LedgerError::NoMarket(number.0))
    }

    /// All markets with their numbers and what was filled there.
    pub(super) fn markets(&self) -> impl Iterator<Item = (MarketId, &PastMarket, SignedQty)> {
        self.markets
            .iter()
            .zip(&self.filled)
            .zip(0..)
            .map(|((market, filled), n)| (MarketId(n), market, *filled))
    }

    /// Where an order is that is kept.
    pub(super) fn market_of(&self, client_id: ClientId) -> Option<MarketId> {
        self.slot_of.of(&client_id.0).map(|slot| self.slots[slot as usize].market)
    }

    /// An order was made, or made anew; when that was written, and its payload.
    pub(super) fn made(&mut self, client_id: ClientId, market: MarketId, (at, payload): (Timestamp, &[u8])) {
        let slot = self.slot_of.of(&client_id.0).unwrap_or_else(|| self.take_slot(client_id));
        let order = &mut self.slots[slot as usize];
        order.records.clear();
        (order.market, order.is_settled) = (market, false);
        order.push(at, payload);
    }

    /// Something was heard of an order; as above.
    pub(super) fn updated(
        &mut self,
        client_id: ClientId,
        came_to: &CameTo,
        (at, payload): (Timestamp, &[u8]),
    ) {
        let newly = i64::try_from(came_to.newly_filled.0).unwrap_or(i64::MAX);
        let signed = SignedQty(if came_to.side == Side::Buy { newly } else { -newly });
        let sum = &mut self.filled[came_to.market.0 as usize];
        *sum = *sum + signed;
        let slot = match self.slot_of.of(&client_id.0) {
            Some(slot) => slot,
            None if came_to.is_settled => return,
            None => self.take_slot(client_id),
        };
        let order = &mut self.slots[slot as usize];
        (order.market, order.is_settled) = (came_to.market, came_to.is_settled);
        order.push(at, payload);
        if order.is_settled && !std::mem::replace(&mut order.is_queued, true) {
            self.settled.push_back(slot);
            self.forget_oldest();
        }
    }

    fn take_slot(&mut self, client_id: ClientId) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot {
                client_id,
                market: MarketId(0),
                records: Vec::new(),
                is_used: false,
                is_settled: false,
                is_queued: false,
            });
            u32::try_from(self.slots.len() - 1).expect("fewer than 2^32 orders at a time")
        });
        let order = &mut self.slots[slot as usize];
        (order.client_id, order.is_used) = (client_id, true);
        order.records.clear();
        self.slot_of.insert(client_id.0, slot);
        slot
    }

    fn forget_oldest(&mut self) {
        if self.settled.len() <= SETTLED_MAX {
            return;
        }
        let Some(oldest) = self.settled.pop_front() else { return };
        let order = &mut self.slots[oldest as usize];
        order.is_queued = false;
        if order.is_settled {
            order.is_used = false;
            self.slot_of.remove(&order.client_id.0);
            self.free.push(oldest);
        }
    }

    /// The records of all orders that are kept: when each was written, and its payload. Those that are settled come last, in
    /// the order in which they are to be forgotten.
    pub(super) fn kept(&self) -> impl Iterator<Item = (Timestamp, &[u8])> {
        let settled =
            self.settled.iter().map(|slot| &self.slots[*slot as usize]).filter(|order| order.is_settled);
        let unsettled = self.slots.iter().filter(|order| order.is_unsettled());
        unsettled.chain(settled).flat_map(Slot::records)
    }

    /// The same as a new run wants it, markets as numbers of the journal; and orders of which too little is known: their making
    /// was lost in a power cut.
    pub(super) fn past(&self) -> Result<(Past, Vec<ClientId>), LedgerError> {
        let (mut orders, mut unmade) = (Vec::new(), Vec::new());
        for slot in self.slots.iter().filter(|order| order.is_unsettled()) {
            match self.past_order(slot)? {
                Some(order) => orders.push(order),
                None => unmade.push(slot.client_id),
            }
        }
        orders.sort_by_key(|order| (order.made_at, order.client_id));
        unmade.sort_unstable();
        let traded = self.markets().filter(|(_, _, filled)| !filled.is_flat());
        let filled = traded.map(|(_, market, filled)| (market.clone(), filled)).collect();
        Ok((Past { orders, filled, risk: self.risk().map(str::to_owned) }, unmade))
    }

    fn past_order(&self, slot: &Slot) -> Result<Option<PastOrder>, LedgerError> {
        let (mut made, mut evidence) = (None, Vec::new());
        for (at, payload) in slot.records() {
            match Body::decode(payload)? {
                Body::Made { order, .. } | Body::Revived { order, .. } => made = Some((at, order)),
                Body::Updated { evidence: heard, .. } => evidence.push((at, heard)),
                Body::Market { .. } | Body::Total { .. } | Body::TakenOver { .. } | Body::Risk { .. } => {}
            }
        }
        // Settled long ago, and a late word took that back: the venue's word tells what there is to know.
        let told = || evidence.iter().find_map(|(at, heard)| Some((*at, order_of(heard)?)));
        let Some((made_at, order)) = made.or_else(told) else { return Ok(None) };
        let market = self.market(order.market)?.clone();
        Ok(Some(PastOrder { client_id: slot.client_id, made_at, market, order, evidence }))
    }
}

fn order_of(evidence: &Evidence) -> Option<NewOrder> {
    match evidence {
        Evidence::Report(report) => Some(NewOrder::from(report.as_ref())),
        _ => None,
    }
}

impl Slot {
    const fn is_unsettled(&self) -> bool {
        self.is_used && !self.is_settled
    }

    fn push(&mut self, at: Timestamp, payload: &[u8]) {
        self.records.extend_from_slice(&at.0.to_le_bytes());
        self.records.extend_from_slice(&(payload.len() as u32).to_le_bytes());
        self.records.extend_from_slice(payload);
    }

    fn records(&self) -> impl Iterator<Item = (Timestamp, &[u8])> {
        let mut rest = self.records.as_slice();
        std::iter::from_fn(move || {
            let (front, after) = rest.split_first_chunk::<FRONT>()?;
            let (at, len) = front.split_first_chunk::<8>()?;
            let len = u32::from_le_bytes(*len.first_chunk()?);
            let (payload, after) = after.split_at(len as usize);
            rest = after;
            Some((Timestamp(u64::from_le_bytes(*at)), payload))
        })
    }
}
