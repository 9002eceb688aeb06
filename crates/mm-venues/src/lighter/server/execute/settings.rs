//! What transactions set: leverage, keys, approvals, schedules, sub-accounts.

use mm_crypto::Verifier;
use mm_exchange::{AccountId, Exchange};
use mm_model::{Rate, Timestamp};

use super::Outcome;
use crate::lighter::{
    server::{Account, accounts::Key, markets, records::News, state::State},
    tx::{ApproveIntegrator, ChangePubKey, Header, UpdateAccountConfig, UpdateLeverage},
    wire::error::codes,
};

/// A ten-thousandth as a rate.
const TEN_THOUSANDTH: i64 = 100_000;

impl State {
    /// Says when all orders of an account are cancelled, or takes that back.
    pub(super) fn schedule(&mut self, now: Timestamp, index: i64, at: Option<Timestamp>) {
        if let Some(member) = self.accounts.get_mut(index) {
            member.cancel_all_at = at;
            let account = member.id;
            self.records.tell(now, News::Account(account));
        }
    }

    /// Strikes where a schedule has come: a client that is gone does not push its schedule on, and loses its orders.
    pub(super) fn run_schedules(&mut self, now: Timestamp, exchange: &mut Exchange) {
        let due = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        let struck: Vec<_> = self
            .accounts
            .iter()
            .filter(|member| due(member.cancel_all_at))
            .map(|member| (member.index, member.id))
            .collect();
        for (index, account) in struck {
            exchange.cancel_all(now, account, None);
            self.schedule(now, index, None);
        }
    }

    /// Sets the initial margin of a market for an account.
    pub(super) fn set_leverage(
        &mut self,
        (now, exchange): (Timestamp, &mut Exchange),
        account: AccountId,
        it: &UpdateLeverage,
    ) -> Outcome {
        let market = markets::by_index(exchange, it.market).ok_or(codes::INVALID_MARKET_INDEX)?.market.id;
        let fraction = Rate(i64::from(it.initial_margin_fraction) * TEN_THOUSANDTH);
        exchange
            .set_initial_margin(account, market, Some(fraction))
            .map_err(|_| codes::BELOW_INITIAL_MARGIN)?;
        self.records.tell(now, News::Position(account, market));
        Ok(String::new())
    }

    /// Lets an integrator take fees, or no longer.
    pub(super) fn approve(&mut self, index: i64, it: &ApproveIntegrator) -> Outcome {
        let member = self.accounts.get_mut(index).ok_or(codes::ACCOUNT_NOT_FOUND)?;
        if it.expiry == 0 {
            member.integrators.remove(&it.integrator);
        } else {
            member.integrators.insert(it.integrator, *it);
        }
        Ok(String::new())
    }

    /// Puts another key in the place of the transaction's; what the old one signed is worth nothing from now on.
    pub(super) fn change_key(&mut self, now: Timestamp, header: &Header, it: &ChangePubKey) -> Outcome {
        let verifier = Verifier::new(&it.public_key).map_err(|_| codes::INVALID_PUBLIC_KEY)?;
        let member = self.accounts.get_mut(header.account).ok_or(codes::ACCOUNT_NOT_FOUND)?;
        let generation = member.keys.get(&header.api_key).map_or(0, |key| key.generation + 1);
        member.keys.insert(header.api_key, Key { verifier, generation, registered_at: now });
        Ok(String::new())
    }

    /// Opens another account of the same owner, without keys or money.
    pub(super) fn create_sub_account(&mut self, exchange: &mut Exchange, master: i64) -> Outcome {
        let member = self.accounts.get(master).ok_or(codes::ACCOUNT_NOT_FOUND)?;
        let index = self.accounts.next_sub_account().ok_or(codes::INVALID_ACCOUNT_INDEX)?;
        let (l1_address, tier) = (member.l1_address.clone(), member.tier);
        let name = format!("{}/{index}", member.name);
        let account =
            Account { account: exchange.open_account(&name), name, index, l1_address, keys: Vec::new() };
        self.accounts.add(account, tier).map_err(|_| codes::INVALID_ACCOUNT_INDEX)?;
        Ok(String::new())
    }

    pub(super) fn configure(&mut self, now: Timestamp, index: i64, it: &UpdateAccountConfig) -> Outcome {
        let member = self.accounts.get_mut(index).ok_or(codes::ACCOUNT_NOT_FOUND)?;
        member.trading_mode = it.trading_mode;
        let account = member.id;
        self.records.tell(now, News::Account(account));
        Ok(String::new())
    }
}
