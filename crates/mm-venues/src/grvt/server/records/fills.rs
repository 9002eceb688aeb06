//! The fills of all clients, with what each won.

use std::collections::{BTreeMap, VecDeque};

use mm_exchange::{AccountId, Exchange, PositionView};
use mm_model::{MarketId, Money};

use super::FillRecord;

/// How many fills of an account are kept.
const KEPT: usize = 4096;

/// The fills of everybody.
#[derive(Debug, Default)]
pub(in super::super) struct Fills {
    accounts: BTreeMap<AccountId, Own>,
    /// Positions as the facts left them.
    held: BTreeMap<(AccountId, MarketId), PositionView>,
    /// What was paid in fees for each position that is open, or was the last one.
    fees: BTreeMap<(AccountId, MarketId), Money>,
    /// Those of the trade that is being told.
    unsettled: Vec<FillRecord>,
}

#[derive(Debug, Default)]
struct Own {
    fills: VecDeque<FillRecord>,
    /// How many there were before those.
    dropped: u64,
}

impl Fills {
    /// A fill whose position follows.
    pub(super) fn executed(&mut self, fill: FillRecord) {
        self.unsettled.push(fill);
    }

    /// A position changed: by the fill before it, or by funding. Returns the fill.
    pub(super) fn position(
        &mut self,
        exchange: &Exchange,
        account: AccountId,
        after: &PositionView,
    ) -> Option<FillRecord> {
        let key = (account, after.market);
        let before = self.held.insert(key, *after);
        let met = self.unsettled.iter().position(|fill| (fill.account, fill.market) == key)?;
        let mut fill = self.unsettled.remove(met);
        fill.settle(exchange, (before.map_or(Money::ZERO, |before| before.cost), after));
        let fees = self.fees.entry(key).or_default();
        let goes_on = |before: PositionView| before.net.0.signum() * after.net.0.signum() >= 0;
        if before.is_none_or(|before| before.net.is_flat() || !goes_on(before)) {
            *fees = Money::ZERO;
        }
        *fees += fill.fee;
        self.keep(fill.clone());
        Some(fill)
    }

    /// Fills that no position followed: of markets without positions.
    pub(super) fn rest(&mut self) -> Vec<FillRecord> {
        let rest = std::mem::take(&mut self.unsettled);
        rest.iter().for_each(|fill| self.keep(fill.clone()));
        rest
    }

    fn keep(&mut self, fill: FillRecord) {
        let own = self.accounts.entry(fill.account).or_default();
        if own.fills.len() == KEPT {
            own.fills.pop_front();
            own.dropped += 1;
        }
        own.fills.push_back(fill);
    }

    /// The fills of an account that are kept, the last one last, each with its place among all that there were.
    pub(in super::super) fn of(
        &self,
        account: AccountId,
    ) -> impl DoubleEndedIterator<Item = (u64, &FillRecord)> {
        let own = self.accounts.get(&account).into_iter();
        own.flat_map(|own| own.fills.iter().enumerate().map(|(n, fill)| (own.dropped + n as u64, fill)))
    }

    /// A position as the facts left it, also when it is flat now.
    pub(in super::super) fn held(&self, account: AccountId, market: MarketId) -> Option<&PositionView> {
        self.held.get(&(account, market))
    }

    /// What was paid in fees for a position.
    pub(in super::super) fn fees(&self, account: AccountId, market: MarketId) -> Money {
        self.fees.get(&(account, market)).copied().unwrap_or_default()
    }
}
