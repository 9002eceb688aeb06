//! When a venue is fit to trade: the sockets are up, nothing that we rely on was refused, and everything that may have
//! happened while we did not listen is known.

use std::collections::BTreeSet;

use mm_model::{BookFeed, OrderRecord, Timestamp};

use super::{Driver, LinkState, upkeep::Chore};

/// What is missing.
#[derive(Debug)]
pub(super) struct Readiness {
    /// Why the sockets are down; `None` when they are up.
    down: Option<String>,
    /// How often they came up.
    epoch: u64,
    /// The last one that housekeeping began to catch up for.
    caught_up_epoch: u64,
    /// What a subscription was refused for.
    refused: Option<String>,
    /// How far our clock is off, when that is too far to trade.
    skew: Option<String>,
    /// Symbols to follow that the venue does not list.
    unlisted: Option<String>,
    /// Chores that must be done first.
    missing: BTreeSet<Chore>,
    /// What housekeeping last failed with; `None` since something was answered.
    trouble: Option<String>,
}

impl Default for Readiness {
    fn default() -> Self {
        Self {
            down: Some("not connected yet".into()),
            epoch: 0,
            caught_up_epoch: 0,
            refused: None,
            skew: None,
            unlisted: None,
            missing: BTreeSet::from([Chore::Time, Chore::Markets, Chore::Fees]),
            trouble: None,
        }
    }
}

impl Readiness {
    pub(super) const fn epoch(&self) -> u64 {
        self.epoch
    }

    pub(super) const fn is_up(&self) -> bool {
        self.down.is_none()
    }

    pub(super) fn refuse(&mut self, reason: String) {
        self.refused = Some(reason);
    }

    /// The clocks were compared: why they are too far apart, if they are.
    pub(super) fn clocks_apart(&mut self, skew: Option<String>) {
        self.skew = skew;
    }

    /// A chore that must be done (again) before the venue is fit to trade.
    pub(super) fn require(&mut self, chore: Chore) {
        self.missing.insert(chore);
    }

    /// Whether the fills that came while we did not listen were asked for and told.
    pub(super) fn knows_fills(&self) -> bool {
        self.is_up() && self.caught_up_epoch == self.epoch && !self.missing.contains(&Chore::Fills)
    }

    pub(super) const fn is_skewed(&self) -> bool {
        self.skew.is_some()
    }

    /// A chore was done by a call that was handed out in `epoch`: only what was asked after the sockets came up catches up.
    pub(super) fn done(&mut self, chore: Chore, epoch: u64) {
        let once = matches!(chore, Chore::Time | Chore::Markets | Chore::Fees);
        if once || epoch == self.epoch {
            self.missing.remove(&chore);
        }
    }

    /// Housekeeping failed; whether it did not fail like this just before.
    pub(super) fn failed(&mut self, error: &str) -> bool {
        let is_new = self.trouble.as_deref() != Some(error);
        self.trouble = Some(error.to_owned());
        is_new
    }

    /// Housekeeping was answered.
    pub(super) fn answered(&mut self) {
        self.trouble = None;
    }

    /// What no waiting will mend.
    pub(super) fn obstacle(&self) -> Option<String> {
        let refused = self.refused.as_ref().map(|reason| format!("a subscription was refused: {reason}"));
        let unlisted = self.unlisted.as_ref().map(|symbol| format!("the venue lists no market '{symbol}'"));
        unlisted.or(refused)
    }

    fn reason(&self) -> Option<String> {
        let down = self.down.as_ref().map(|reason| format!("disconnected: {reason}"));
        let missing = self.missing.first().map(|first| match self.missing.len() {
            1 => format!("catching up: {first:?}"),
            n => format!("catching up: {first:?} and {} more", n - 1),
        });
        let waiting = down.or(missing).map(|what| match &self.trouble {
            Some(trouble) if !what.contains(trouble.as_str()) => format!("{what} ({trouble})"),
            _ => what,
        });
        self.obstacle().or_else(|| self.skew.clone()).or(waiting)
    }
}

impl Driver {
    /// Whether the venue is fit to trade; at the start the session gives up on an error.
    ///
    /// # Errors
    /// What no waiting will mend: a symbol that the venue does not list, a subscription that it refuses.
    pub fn readiness(&self) -> Result<bool, String> {
        let obstacle = self.legacy.obstacle().cloned().or_else(|| self.readiness.obstacle());
        obstacle.map_or_else(|| Ok(self.reason().is_none()), Err)
    }

    /// Why it is not fit to trade.
    fn reason(&self) -> Option<String> {
        let policy = || format!("what earlier runs left is seen to ({})", self.shared.config.recovery);
        self.unfit().or_else(|| self.legacy.is_pending().then(policy))
    }

    /// The same, as far as it keeps us from seeing to what earlier runs left, too.
    fn unfit(&self) -> Option<String> {
        let legacy = &self.legacy;
        legacy.obstacle().cloned().or_else(|| self.readiness.reason()).or_else(|| legacy.missing())
    }

    /// At the start: what the codec and the strategies cannot do without.
    pub(super) fn prepare(&mut self, now: Timestamp) {
        for chore in [Chore::Time, Chore::Markets, Chore::Fees] {
            self.upkeep.want(chore, now);
        }
        self.publish_readiness();
    }

    /// The sockets changed. Down: books are void, nothing trades. Up: housekeeping catches up, then the venue is ready.
    pub fn link(&mut self, now: Timestamp, state: LinkState) {
        match state {
            LinkState::Down { reason } => {
                tracing::warn!(venue = %self.shared.config.name, %reason, "disconnected");
                self.readiness.down = Some(reason);
                let mut state = self.shared.state();
                state.books.values_mut().for_each(BookFeed::void);
                // What was told by a stream that broke is not the newest word any more.
                state.positions.values_mut().for_each(|known| known.streamed_at = Timestamp::ZERO);
            }
            LinkState::Up if self.readiness.is_up() => {}
            LinkState::Up => {
                self.readiness.down = None;
                self.readiness.refused = None;
                self.readiness.epoch += 1;
                if self.readiness.epoch > 1 {
                    self.shared.state().health.reconnects += 1;
                }
                self.catch_up(now);
            }
        }
        self.publish_readiness();
    }

    /// Whether what happened while we did not listen is known: orders and fills, and all that earlier runs left.
    pub(super) fn is_caught_up(&self) -> bool {
        let missing = &self.readiness.missing;
        let is_asking = [Chore::OpenOrders, Chore::Fills].iter().any(|chore| missing.contains(chore));
        self.readiness.is_up() && !is_asking && self.legacy.missing().is_none()
    }

    /// A market that has limits of its own and that the venue does not list: nothing trades while it is not clear which one
    /// was meant.
    fn unlisted_limit(&self) -> Option<String> {
        let limits = self.shared.gate.limits();
        let named = &limits.connector(&self.shared.config.name).named;
        let state = self.shared.state();
        let is_listed = |name: &str| state.by_symbol.keys().any(|symbol| symbol.eq_ignore_ascii_case(name));
        named.iter().find(|name| !is_listed(name)).cloned()
    }

    /// The markets are known (again): on the first time, what waited for them can be asked.
    pub(super) fn markets_known(&mut self, now: Timestamp) {
        let waited = self.readiness.epoch > 0 && self.readiness.caught_up_epoch < self.readiness.epoch;
        if waited || self.readiness.unlisted.is_some() {
            self.catch_up(now);
        }
    }

    /// Asks for everything that may have happened while we did not listen. Needs the markets: without them nothing that the
    /// venue says has a meaning.
    pub(super) fn catch_up(&mut self, now: Timestamp) {
        if !self.readiness.is_up() || self.readiness.missing.contains(&Chore::Markets) {
            return;
        }
        self.readiness.caught_up_epoch = self.readiness.epoch;
        self.shared.orders.count_external_from(self.started_at_venue());
        let mut chores = vec![Chore::OpenOrders, Chore::Fills, Chore::Positions, Chore::Balances];
        chores.extend(self.shared.config.dead_man.map(|_| Chore::DeadMan));
        self.readiness.unlisted = None;
        {
            let mut state = self.shared.state();
            for symbol in &self.shared.config.symbols {
                let Some(&market) = state.by_symbol.get(symbol.as_str()) else {
                    self.readiness.unlisted = Some(symbol.clone());
                    continue;
                };
                // What the stream brings from now on is kept for the snapshot.
                state.books.entry(market).or_default();
                chores.push(Chore::Book(market));
            }
        }
        self.readiness.unlisted = self.readiness.unlisted.take().or_else(|| self.unlisted_limit());
        for chore in chores {
            self.readiness.missing.insert(chore);
            self.upkeep.want(chore, now);
        }
        let in_doubt = |record: &&OrderRecord| record.is_unknown() || record.is_modifying();
        for record in self.shared.orders.open().iter().filter(in_doubt) {
            self.upkeep.want(Chore::Lookup(record.client_id()), now);
        }
    }

    /// Tells the handles where we stand.
    pub(super) fn publish_readiness(&self) {
        let unfit = self.unfit();
        let is_fit = unfit.is_none();
        let reason = unfit.or_else(|| self.reason());
        let ready = reason.is_none();
        {
            let health = &mut self.shared.state().health;
            health.is_settling = is_fit && !ready;
            if health.reason != reason {
                health.reason = reason;
            }
        }
        self.shared.ready.send_if_modified(|known| std::mem::replace(known, ready) != ready);
        self.publish_takeover(is_fit);
    }
}
