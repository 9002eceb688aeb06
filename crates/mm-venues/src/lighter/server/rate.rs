//! Tiers, and how many requests and transactions each may send: rolling minutes, by address of L1 for whoever shows a
//! token and for transactions, by address of the network for everybody else (on loopback there is only one).
//!
//! Figures: the venue's page of limits, July 2026, unless marked "chosen".

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use mm_model::{Money, Timestamp};

use super::errors::Refused;
use crate::lighter::wire::error::codes::TOO_MANY_REQUESTS;

/// What an account pays for: decides limits and delays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// No fees, slow.
    Standard,
    /// Fees, fast.
    #[default]
    Premium,
    /// As premium, with larger allowances.
    Plus,
}

/// The tiers with their names.
const NAMES: [(Tier, &str); 3] =
    [(Tier::Standard, "standard"), (Tier::Premium, "premium"), (Tier::Plus, "plus")];

impl Tier {
    /// The venue's name for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(tier, _)| *tier == self).map_or("", |(_, name)| name)
    }

    /// The tier of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, known)| *known == name).map(|(tier, _)| *tier)
    }

    /// The most that requests of one minute may weigh.
    const fn weight(self) -> u32 {
        match self {
            Self::Standard | Self::Premium => 24_000,
            Self::Plus => 120_000,
        }
    }

    /// The most requests in one minute, whatever they weigh.
    const fn requests(self) -> Option<u32> {
        match self {
            Self::Standard => Some(60),
            Self::Premium | Self::Plus => None,
        }
    }

    /// The most transactions in one minute. Premium: of an account that stakes nothing.
    const fn transactions(self) -> u32 {
        match self {
            Self::Standard => 60,
            Self::Premium => 4_000,
            Self::Plus => 8_000,
        }
    }
}

/// Transactions of other types than those that the volume quota is for: 40 a minute of each.
const OTHERS: u32 = 40;
/// What a request weighs that sends a transaction.
pub(super) const WEIGHT_SEND: u32 = 6;

const MINUTE: Duration = Duration::from_secs(60);

/// What was taken in the last minute.
#[derive(Debug, Default)]
struct RollingMinute {
    taken: VecDeque<(Timestamp, u32)>,
    sum: u32,
}

impl RollingMinute {
    /// Takes so much, if no more than `most` is taken in the minute that ends now.
    fn take(&mut self, now: Timestamp, weight: u32, most: u32) -> bool {
        while let Some(&(at, weight)) = self.taken.front()
            && now.since(at) >= MINUTE
        {
            self.taken.pop_front();
            self.sum -= weight;
        }
        let fits = self.sum.saturating_add(weight) <= most;
        if fits {
            self.taken.push_back((now, weight));
            self.sum += weight;
        }
        fits
    }
}

/// One payer of requests.
#[derive(Debug, Default)]
struct Payer {
    weights: RollingMinute,
    requests: RollingMinute,
    transactions: RollingMinute,
    /// By type of transaction.
    others: BTreeMap<u8, RollingMinute>,
}

/// The allowances of everybody.
#[derive(Debug, Default)]
pub(super) struct Allowances {
    /// By address of L1; the empty one is the network address.
    payers: BTreeMap<String, Payer>,
}

impl Allowances {
    /// Counts a request; `l1_address` is empty for whoever showed no token.
    pub(super) fn request(
        &mut self,
        now: Timestamp,
        l1_address: &str,
        what: (Tier, u32),
    ) -> Result<(), Refused> {
        let (tier, weight) = what;
        let payer = self.payer(l1_address);
        let passed = payer.weights.take(now, weight, tier.weight())
            && tier.requests().is_none_or(|most| payer.requests.take(now, 1, most));
        passed.then_some(()).ok_or_else(|| TOO_MANY_REQUESTS.into())
    }

    /// Counts transactions of one address of L1: how many, and the type of one for which there is no volume quota.
    pub(super) fn transactions(
        &mut self,
        now: Timestamp,
        l1_address: &str,
        what: (Tier, u32, &[u8]),
    ) -> Result<(), Refused> {
        let (tier, n, others) = what;
        let payer = self.payer(l1_address);
        let mut passed = payer.transactions.take(now, n, tier.transactions());
        for kind in others {
            passed = passed && payer.others.entry(*kind).or_default().take(now, 1, OTHERS);
        }
        passed.then_some(()).ok_or_else(|| TOO_MANY_REQUESTS.into())
    }

    fn payer(&mut self, l1_address: &str) -> &mut Payer {
        if !self.payers.contains_key(l1_address) {
            self.payers.insert(l1_address.to_owned(), Payer::default());
        }
        self.payers.get_mut(l1_address).expect("one was put there just now")
    }
}

/// What a premium or plus account may still create, modify or cancel all at once: filled up by what it trades, and
/// one each fifteen seconds is free. Single cancels cost nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct VolumeQuota {
    left: i64,
    /// Traded, but not worth a transaction yet.
    traded: Money,
    free_at: Timestamp,
}

/// What a new account may send before it has traded (chosen).
const QUOTA_FIRST: i64 = 1_000;
/// What must be traded for one more: 5 USDC (chosen).
const QUOTA_VOLUME: i128 = 5 * 10_i128.pow(Money::SCALE as u32);
/// How often one is free.
const QUOTA_FREE_EVERY: Duration = Duration::from_secs(15);

impl Default for VolumeQuota {
    fn default() -> Self {
        Self { left: QUOTA_FIRST, traded: Money::ZERO, free_at: Timestamp::ZERO }
    }
}

impl VolumeQuota {
    /// Takes so many out, or the free one.
    ///
    /// # Errors
    /// HTTP 429, when there are not so many.
    pub(super) fn take(&mut self, now: Timestamp, n: i64) -> Result<(), Refused> {
        if n == 0 {
            return Ok(());
        }
        if n <= self.left {
            self.left -= n;
            return Ok(());
        }
        if n == 1 && self.free_at <= now {
            self.free_at = now + QUOTA_FREE_EVERY;
            return Ok(());
        }
        Err(Refused::because(
            TOO_MANY_REQUESTS,
            "the volume quota is used up: trade, or wait 15 s for a free one",
        ))
    }

    /// What is traded fills it up.
    pub(super) fn traded(&mut self, quote: Money) {
        self.traded += quote;
        let earned = self.traded.0 / QUOTA_VOLUME;
        self.traded -= Money(earned * QUOTA_VOLUME);
        self.left = self.left.saturating_add(i64::try_from(earned).unwrap_or(i64::MAX));
    }

    /// What is left.
    pub(super) const fn left(&self) -> i64 {
        self.left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: u64) -> Timestamp {
        Timestamp::from_ms(1_000_000 + s * 1_000)
    }

    #[test]
    fn a_minute_rolls() {
        let mut minute = RollingMinute::default();
        assert!(minute.take(at(0), 50, 60) && !minute.take(at(30), 20, 60) && minute.take(at(30), 10, 60));
        assert!(!minute.take(at(59), 1, 60));
        assert!(minute.take(at(60), 50, 60) && !minute.take(at(60), 1, 60));
        assert!(minute.take(at(90), 10, 60));
    }

    #[test]
    fn standard_counts_requests_and_weighs_heavy_ones() {
        let mut allowances = Allowances::default();
        let mut passed = |l1: &str, weight, tier| {
            (0..100).filter(|_| allowances.request(at(0), l1, (tier, weight)).is_ok()).count()
        };
        assert_eq!(passed("light", 6, Tier::Standard), 60);
        assert_eq!(passed("heavy", 600, Tier::Standard), 40);
        assert_eq!(passed("premium", 300, Tier::Premium), 80);
        assert_eq!(passed("plus", 3_000, Tier::Plus), 40);
    }

    #[test]
    fn a_quota_is_earned_by_trading_and_one_each_fifteen_seconds_is_free() {
        let mut quota = VolumeQuota::default();
        assert_eq!(quota.take(at(0), QUOTA_FIRST), Ok(()));
        assert_eq!(quota.take(at(0), 1), Ok(()));
        assert!(quota.take(at(14), 1).is_err());
        assert_eq!(quota.take(at(15), 1), Ok(()));
        quota.traded(Money(QUOTA_VOLUME * 5 / 2));
        assert_eq!(quota.left(), 2);
        assert!(quota.take(at(16), 3).is_err());
        assert_eq!(quota.take(at(16), 2), Ok(()));
    }
}
