//! What the bot believes, held against what the engines know, at one moment.

use std::collections::BTreeSet;

use mm_core::Venue;
use mm_sim::{InProcess, config::VenueKind};

use crate::connect::ACCOUNT;

/// What the bot believes now.
pub(crate) struct Beliefs<'a>(&'a [(VenueKind, Venue)]);

impl<'a> Beliefs<'a> {
    pub(crate) const fn of(venues: &'a [(VenueKind, Venue)]) -> Self {
        Self(venues)
    }

    /// Where they are not so, in words; empty: all is known.
    pub(crate) fn differences(&self, world: &InProcess) -> Vec<String> {
        let mut found = Vec::new();
        let truth = world.truth();
        for (kind, venue) in self.0 {
            let status = venue.status();
            if !status.ready {
                found.push(format!("{kind}: not ready: {:?}", status.reason));
            }
            let believed: BTreeSet<u64> =
                venue.open_orders().iter().map(|record| record.client_id().0).collect();
            let unknown = status.unknown_orders;
            if unknown != 0 {
                found.push(format!("{kind}: {unknown} orders are unknown"));
            }
            truth.account(*kind, ACCOUNT, |account| {
                let live: BTreeSet<u64> =
                    account.open_orders().filter_map(|order| order.client_id.map(|id| id.0)).collect();
                if live != believed {
                    found.push(format!("{kind}: live {live:?}, believed {believed:?}"));
                }
                for market in venue.markets() {
                    let told = venue.positions().into_iter().find(|position| position.market == market.id);
                    let told = told.map(|position| position.net).unwrap_or_default();
                    let net = account.net(&market.symbol);
                    if told != net {
                        found.push(format!("{kind} {market}: position {net:?}, believed {told:?}"));
                    }
                }
            });
        }
        found
    }
}
