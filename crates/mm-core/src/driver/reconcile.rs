//! What we believe, held against what the venue lists: live orders, positions, balances; at intervals, after every reconnect,
//! and again in a short while as long as something differs.
//!
//! Nothing is taken over silently. Orders of ours that a complete list lacks are looked up until there is proof; orders that are
//! none of ours are shown and left alone; positions must be what our own fills and others' come to; balances that moved
//! without a word are counted and told, since funding, fees and transfers have no message of their own everywhere. An error,
//! and a part of a list, compare nothing.

use std::collections::{BTreeMap, BTreeSet};

use mm_model::{
    Balance, ClientId, Event, Market, MarketId, MarketKind, OrderReport, Position, SignedQty, Snapshot,
    Timestamp,
};

use super::{
    Driver,
    believed::{Believed, LAG, Look, SETTLE, Verdict},
    upkeep::Chore,
};
use crate::{
    ExternalOrder,
    venue::{OnMismatch, merged},
};

/// Beliefs by market.
#[derive(Debug, Default)]
pub(super) struct Reconciling {
    markets: BTreeMap<MarketId, Believed>,
    /// When all positions agreed last: fills are asked for from then on where they do not.
    agreed_at: Option<Timestamp>,
    /// Orders of ours that a list lacked, and that are being looked up.
    lost: BTreeSet<ClientId>,
}

impl Reconciling {
    /// From when on fills must be known for a difference to be explained; `None` where there is none.
    pub(super) fn unexplained_since(&self) -> Option<Timestamp> {
        let is_open = self.markets.values().any(|believed| believed.open().is_some());
        self.agreed_at.filter(|_| is_open)
    }
}

impl Driver {
    /// A fill, ours or not, or what turned out to be ours: whether that explains a difference.
    pub(super) fn position_moved(&mut self, now: Timestamp, market: MarketId) {
        let sum = self.all_fills(market);
        if self.reconciling.markets.entry(market).or_default().moved(now, sum) {
            self.shared.state().reconciliation.n_explained += 1;
            self.publish_differences();
        }
    }

    /// What all fills come to that we heard of: ours since the journal began, others' since we started.
    fn all_fills(&self, market: MarketId) -> SignedQty {
        let own = self.shared.state().filled.get(&market).copied().unwrap_or_default();
        own + self.shared.orders.external_filled(market)
    }

    /// A complete list of positions.
    pub(super) fn compare_positions(&mut self, now: Timestamp, sent_at: Timestamp, events: &[Event]) {
        let pages = events.iter().filter_map(|event| match event {
            Event::Positions(page) => Some(page.clone()),
            _ => None,
        });
        let Some(listed) = merged(pages).filter(|listed| listed.complete && listed.scope.is_none()) else {
            return;
        };
        // What was filled while we were away must be known first.
        if !self.is_caught_up() {
            self.upkeep.want(Chore::Positions, now + SETTLE);
            return;
        }
        let mut is_open = false;
        for market in self.compared(&listed) {
            let row = listed.rows.iter().find(|row| row.market == market.id);
            let net = row.map_or(SignedQty::ZERO, |row| row.net);
            let look = Look { now, sent_at, listed: net, sum: self.all_fills(market.id) };
            let verdict = self.reconciling.markets.entry(market.id).or_default().looked(look);
            is_open |= !matches!(verdict, Verdict::Agrees { .. });
            self.heed(&market, verdict);
        }
        if is_open {
            let again = now + if self.is_all_told() { SETTLE } else { LAG };
            self.upkeep.want(Chore::Positions, again);
            if self.reconciling.unexplained_since().is_some() {
                self.upkeep.want(Chore::Fills, again);
            }
        } else {
            self.reconciling.agreed_at = Some(sent_at);
        }
        {
            let mut state = self.shared.state();
            state.reconciliation.compared_at = Some(now);
            state.reconciliation.n_compared += 1;
        }
        self.publish_differences();
    }

    /// Perpetual futures with a position, or with fills.
    fn compared(&self, listed: &Snapshot<Position>) -> Vec<std::sync::Arc<Market>> {
        let state = self.shared.state();
        let is_known =
            |id: &MarketId| self.reconciling.markets.contains_key(id) || state.filled.contains_key(id);
        let is_compared = |market: &&std::sync::Arc<Market>| {
            market.kind == MarketKind::Perpetual
                && (is_known(&market.id) || listed.rows.iter().any(|row| row.market == market.id))
        };
        state.markets.values().filter(is_compared).cloned().collect()
    }

    fn heed(&self, market: &Market, verdict: Verdict) {
        match verdict {
            Verdict::Agrees { explained: true } => {
                self.shared.state().reconciliation.n_explained += 1;
                tracing::info!(venue = %self.shared.config.name, %market, "the position is what our fills come to again");
            }
            Verdict::Alarm(difference) => {
                let listed = market.signed_decimal(difference.listed);
                let believed = market.signed_decimal(difference.believed);
                self.shared.state().reconciliation.n_alarms += 1;
                self.alarm(&format_args!(
                    "the position in {market} is {listed} at the venue, and {believed} by all fills that we know: \
                     look at the account"
                ));
                if self.shared.config.on_mismatch == OnMismatch::Reduce {
                    self.shared.gate.reduce(&format!(
                        "the position in {market} at '{}' is {listed}, not {believed} as all fills come to",
                        self.shared.config.name
                    ));
                }
            }
            Verdict::Agrees { explained: false } | Verdict::Wait | Verdict::Known => {}
        }
    }

    /// Whether every difference was alarmed.
    fn is_all_told(&self) -> bool {
        let told = |believed: &Believed| believed.open().is_none_or(|open| open.is_alarmed());
        self.reconciling.markets.values().all(told)
    }

    /// A complete list of live orders lacks these of ours, and they are being looked up.
    pub(super) fn compare_orders(
        &mut self,
        sent_at: Timestamp,
        listed: &Snapshot<OrderReport>,
        missing: Vec<ClientId>,
    ) {
        let is_listed = |order: &ExternalOrder| listed.rows.iter().any(|row| row.venue_id == order.venue_id);
        let is_whole = listed.scope.is_none();
        let n_gone = if is_whole { self.shared.orders.end_external(sent_at, is_listed) } else { 0 };
        if !missing.is_empty() || n_gone > 0 {
            tracing::warn!(
                venue = %self.shared.config.name, missing = missing.len(), external_gone = n_gone,
                "the list of live orders is not what we believe: ours are looked up"
            );
        }
        self.reconciling.lost.extend(missing);
        self.watch_lost();
    }

    /// Orders that were found again, one way or the other, are not lost any more.
    pub(super) fn watch_lost(&mut self) {
        let lost = &mut self.reconciling.lost;
        let before = lost.len();
        lost.retain(|id| self.upkeep.is_planned(Chore::Lookup(*id)));
        if before > 0 {
            let mut state = self.shared.state();
            state.reconciliation.n_lost_orders = lost.len();
            state.reconciliation.n_explained += (before - lost.len()) as u64;
        }
    }

    /// A complete list of balances is about to be taken over: what moved since the stream told of it.
    pub(super) fn compare_balances(&self, sent_at: Timestamp, rows: &[Balance]) {
        let mut moved = Vec::new();
        {
            let mut state = self.shared.state();
            for row in rows {
                let Some(known) = state.balances.get(&row.asset) else { continue };
                let is_settled = known.streamed_at > Timestamp::ZERO && known.streamed_at + LAG < sent_at;
                if is_settled && (known.row.available, known.row.locked) != (row.available, row.locked) {
                    moved.push(row.asset.clone());
                }
            }
            state.reconciliation.n_balances_moved += moved.len() as u64;
        }
        for asset in moved {
            tracing::info!(
                venue = %self.shared.config.name, %asset,
                "the balance moved without a word by stream: funding, a fee or a transfer; the list stands"
            );
        }
    }

    /// Tells the handles what differs.
    fn publish_differences(&self) {
        let mut state = self.shared.state();
        let differences = self.reconciling.markets.iter().filter_map(|(id, believed)| {
            let open = believed.open()?;
            let market = state.markets.get(id)?;
            Some(format!(
                "{market}: {} at the venue, {} by all fills",
                market.signed_decimal(open.listed),
                market.signed_decimal(open.believed)
            ))
        });
        let differences = differences.collect();
        state.reconciliation.differences = differences;
    }
}
