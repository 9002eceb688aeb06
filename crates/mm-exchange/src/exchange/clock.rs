//! What the passing of time and the outside price do: premiums are sampled, funding is settled, margins checked.

use mm_model::{MarketId, MarketKind, Money, Price, Rate, SignedQty, Timestamp};

use super::Exchange;
use crate::{AccountId, Expiry, Fact, FundingPayment, Status, market::MarketState};

impl Exchange {
    /// Sets the index price of a market; the mark is the median of index, mid and last. Checks margins. Markets
    /// that do not exist and prices below one tick are ignored.
    pub fn set_index(&mut self, now: Timestamp, market: MarketId, index: Price) {
        if index < Price(1) || self.listing(market).is_none() {
            return;
        }
        self.sample(now, market);
        self.state_mut(market).index = index;
        self.check_margins(now);
        self.wake_all(now);
    }

    /// Does what is due by the clock: takes orders off whose time is over, samples premiums, settles funding, checks
    /// margins. Call it before a command. The first call starts the funding clock.
    pub fn advance(&mut self, now: Timestamp) {
        for n in 0..self.states.len() {
            let market = self.listings[n].market.id;
            while let Some(id) = self.states[n].waiting.due(now) {
                self.take_off(now, (market, id), Status::Expired(Expiry::Time));
            }
        }
        for n in 0..self.states.len() {
            let market = self.listings[n].market.id;
            if self.states[n].units.kind != MarketKind::Perpetual {
                continue;
            }
            while let Some(due) = self.states[n].funding.next.filter(|&due| due <= now) {
                self.settle_funding(due, market);
            }
            self.sample(now, market);
        }
        self.check_margins(now);
        self.wake_all(now);
    }

    /// When [`Exchange::advance`] has something to do next: funding to settle, or an order whose time is over.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        let due = |state: &MarketState| [state.funding.next, state.waiting.next_due()];
        self.states.iter().flat_map(due).flatten().min()
    }

    /// Settles funding of a perpetual at `now`, whatever the time, and starts the next interval. Other markets are
    /// ignored.
    ///
    /// Each position pays `worth at the mark × rate`, rounded up to 10^-18 (who receives gets what is rounded
    /// down); the remainder, less than a unit for each position, goes to the house.
    pub fn settle_funding(&mut self, now: Timestamp, market: MarketId) {
        if self.listing(market).is_none_or(|listing| listing.market.kind != MarketKind::Perpetual) {
            return;
        }
        self.sample(now, market);
        let interval = self.listings[market.0 as usize].funding_interval;
        let rate = self.state_mut(market).funding.close(now, interval);
        self.facts.push(|| Fact::Funding { market, rate, at: now });
        let remainder = (0..self.accounts.len() as u32)
            .map(|id| self.pay_funding(now, market, (AccountId(id), rate)))
            .sum::<Money>();
        let quote = self.state(market).units.quote;
        self.account_mut(AccountId::HOUSE).cash_mut(quote).available += remainder;
        self.check_margins(now);
        self.wake_all(now);
    }

    /// One account's part; returns what it paid.
    fn pay_funding(&mut self, now: Timestamp, market: MarketId, what: (AccountId, Rate)) -> Money {
        let (id, rate) = what;
        let net = self.account(id).holding(market).map_or(0, |holding| holding.position.net);
        if net == 0 {
            return Money::ZERO;
        }
        let net = SignedQty(net);
        let state = self.state(market);
        let (paid, quote) = (-(-state.worth(net)).times(rate), state.units.quote);
        let account = self.account_mut(id);
        account.cash_mut(quote).available -= paid;
        account.funding.push(FundingPayment { market, amount: -paid, rate, net, at: now });
        let holding = account.holding_mut(market);
        holding.funding -= paid;
        holding.updated_at = now;
        self.tell_position(id, market);
        self.tell_balance(now, id, quote);
        paid
    }

    fn sample(&mut self, now: Timestamp, market: MarketId) {
        let interval = self.listings[market.0 as usize].funding_interval;
        let state = self.state_mut(market);
        if state.units.kind == MarketKind::Perpetual {
            let premium = state.premium();
            state.funding.sample(now, interval, premium);
        }
    }
}
