//! Cancelling all orders of a spot market, for which the venue has no transaction: its cancel-all is the whole account's,
//! or a perpetual's. The orders that rest are asked for, and cancelled in batches.

use std::{collections::BTreeMap, fmt, time::Duration};

use mm_model::{Ask, CallError, MarketId, MarketKind, Timestamp};

use super::{
    Client,
    refusal::{self, Said},
    reply::{Answer, unknown},
};
use crate::{
    client::{CallRef, Next},
    lighter::{spec::SPEC, wire::order::Orders},
    reading::json,
};

/// A list that is older than this is of the past: others may rest by now.
const FRESH: Duration = Duration::from_secs(5);

/// What rests and is to be cancelled.
#[derive(Default)]
pub(super) struct Sweeps {
    lists: BTreeMap<MarketId, List>,
    /// Calls that ask for such a list.
    asked: Vec<CallRef>,
}

struct List {
    at: Timestamp,
    /// The venue's ids.
    ids: Vec<i64>,
}

impl Sweeps {
    /// The next orders to cancel, as many as a batch holds; none when the list must be asked for.
    pub(super) fn next(&self, now: Timestamp, market: MarketId) -> &[i64] {
        let list = self.lists.get(&market).filter(|list| now.since(list.at) <= FRESH);
        list.map_or(&[], |list| &list.ids[..list.ids.len().min(SPEC.batch_max)])
    }

    /// Those were sent.
    pub(super) fn sent(&mut self, market: MarketId) {
        if let Some(list) = self.lists.get_mut(&market) {
            list.ids.drain(..list.ids.len().min(SPEC.batch_max));
        }
    }

    /// Whether there is more to cancel.
    pub(super) fn goes_on(&self, market: MarketId) -> bool {
        self.lists.get(&market).is_some_and(|list| !list.ids.is_empty())
    }

    /// A call asks for the list.
    pub(super) fn ask(&mut self, call: CallRef) {
        self.asked.push(call);
    }

    /// Whether the call asked for a list; it is over.
    pub(super) fn was_asked(&mut self, call: CallRef) -> bool {
        let at = self.asked.iter().position(|asked| *asked == call);
        at.map(|at| self.asked.swap_remove(at)).is_some()
    }

    /// The venue's list.
    pub(super) fn learn(&mut self, now: Timestamp, market: MarketId, ids: Vec<i64>) {
        self.lists.insert(market, List { at: now, ids });
    }
}

impl fmt::Debug for Sweeps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.lists.iter().map(|(market, list)| (market, list.ids.len()))).finish()
    }
}

impl Client {
    /// Whether all orders of the market must be cancelled one by one.
    pub(super) fn is_swept(&self, market: MarketId) -> bool {
        self.listings.get(market).is_some_and(|(market, _)| market.kind == MarketKind::Spot)
    }

    /// What rests on a market whose orders are cancelled one by one.
    pub(super) fn read_swept(&mut self, answer: Answer<'_>, market: MarketId) -> Result<Next, CallError> {
        let Answer { now, ask, reply, .. } = answer;
        match refusal::said(now, reply) {
            Said::Yes => {}
            said => return self.refused(said),
        }
        let orders: Orders<'_> = json("open orders", &reply.body).map_err(unknown)?;
        let number = self.listings.get(market).map(|(_, number)| number);
        let rests = orders.orders.iter().filter(|order| Some(order.market_index) == number);
        self.sweeps.learn(now, market, rests.map(|order| order.order_index).collect());
        Ok(self.sweep_on(ask, Next::Done))
    }

    /// What is left of a list goes in the next batch.
    pub(super) fn sweep_on(&self, ask: &Ask, next: Next) -> Next {
        match ask {
            Ask::CancelAll(market) if next == Next::Done && self.sweeps.goes_on(*market) => {
                Next::Ask(ask.clone())
            }
            _ => next,
        }
    }
}
