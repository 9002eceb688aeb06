//! What the connector believes, held against the simulator's own word.

use std::collections::{BTreeMap, BTreeSet};

use mm_core::Venue;
use mm_model::{Market, OrderRecord};
use mm_sim::control::AccountState;

/// What the connector believes in the end.
#[derive(Debug)]
pub(crate) struct Believed {
    /// All that it knows of our orders.
    pub(crate) records: Vec<OrderRecord>,
    /// Our ids of orders that it believes live.
    open: BTreeSet<u64>,
    /// What our own orders filled, signed, as text.
    filled: String,
    market: Market,
}

impl Believed {
    /// Of a venue whose orders all were of one market.
    pub(crate) fn of(venue: &Venue, market: &Market, records: Vec<OrderRecord>) -> Self {
        Self {
            records,
            open: venue.open_orders().iter().map(|order| order.client_id().0).collect(),
            filled: market.signed_decimal(venue.filled(market.id)).normalized().to_string(),
            market: market.clone(),
        }
    }

    /// Every order is over by the venue's word, or by the proof that it never got it; what is live, the position and every
    /// order's fills are as the venue has them.
    pub(crate) fn check_against(&self, truth: &AccountState) {
        let is_proven = |record: &OrderRecord| record.is_settled() && !record.is_unknown();
        let unproven: Vec<_> = self.records.iter().filter(|record| !is_proven(record)).collect();
        assert!(unproven.is_empty(), "{unproven:?}");
        let live = truth.open_orders.iter().filter_map(|order| order.client_id).collect();
        assert_eq!(self.open, live, "what is live");

        let net = truth.positions.get(&*self.market.symbol).map_or("0", String::as_str);
        assert_eq!(net, self.filled, "the position is what was filled");
        let mut fills = BTreeMap::<u64, u64>::new();
        for fill in &truth.fills {
            let size = self.market.qty(&fill.size).expect("a size of the market");
            *fills.entry(fill.client_id.expect("all are ours")).or_default() += size.0;
        }
        for record in &self.records {
            let id = record.client_id().0;
            assert_eq!(record.filled().0, fills.remove(&id).unwrap_or(0), "fills of {id}");
        }
        assert!(fills.is_empty(), "fills of orders that we do not know: {fills:?}");
    }
}
