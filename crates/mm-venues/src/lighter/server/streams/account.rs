//! Streams of an account: its orders, trades, positions, assets and transactions. Rows are those of the REST answers.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use mm_exchange::AccountId;
use mm_model::MarketId;

use super::{
    Event, Streams, World,
    account_frames::Part,
    silent,
    topics::{Family, Topic},
};
use crate::lighter::{
    server::records::{News, OrderIndex, OrderRecord, TradeRecord, TxRecord},
    wire::private_stream::UserStats,
};

/// How many trades, fundings and transactions a new listener is told of again. Chosen.
const RECENT: usize = 50;

/// What the streams of accounts remember.
#[derive(Debug, Default)]
pub(super) struct AccountStreams {
    /// What an account was last told that it is worth.
    worth: BTreeMap<AccountId, UserStats<'static>>,
}

impl AccountStreams {
    /// Forgets what nobody listens to any more.
    pub(super) fn forget(&mut self, wanted: impl Fn(Topic) -> bool) {
        self.worth.retain(|account, _| wanted(Topic::Account(*account, Family::UserStats)));
    }
}

/// What is new about an account.
#[derive(Debug, Default)]
struct Changed<'n> {
    /// As they are now: of an order that changed twice, the last state is told.
    orders: BTreeMap<OrderIndex, &'n OrderRecord>,
    trades: Vec<&'n TradeRecord>,
    positions: BTreeSet<MarketId>,
    balances: bool,
    /// Leverage, schedule or mode.
    account: bool,
    /// By their numbers, as they are now.
    txs: BTreeMap<i64, &'n TxRecord>,
}

impl Changed<'_> {
    /// The markets that something is new about.
    fn markets(&self) -> BTreeSet<MarketId> {
        let orders = self.orders.values().map(|order| order.market);
        let trades = self.trades.iter().map(|trade| trade.market);
        orders.chain(trades).chain(self.positions.iter().copied()).collect()
    }
}

impl Streams {
    /// Tells what is new about accounts.
    pub(super) fn account_news(&mut self, world: &mut World<'_>, news: &[News]) {
        for (account, changed) in by_account(world, news) {
            let of = |family| Topic::Account(account, family);
            let orders: Vec<_> = changed.orders.values().copied().collect();
            let positions: Vec<_> = changed.positions.iter().copied().collect();
            if !orders.is_empty() {
                self.say(world, of(Family::Orders), |it| it.orders(&orders));
            }
            if !changed.trades.is_empty() {
                self.say(world, of(Family::Trades), |it| it.trades(&changed.trades));
            }
            if changed.account {
                self.say(world, of(Family::Positions), |it| it.all_positions());
            } else if !positions.is_empty() {
                self.say(world, of(Family::Positions), |it| it.positions(&positions));
            }
            if changed.balances {
                self.say(world, of(Family::Assets), |it| it.assets());
            }
            for market in changed.markets() {
                let orders: Vec<_> = orders.iter().copied().filter(|it| it.market == market).collect();
                let trades: Vec<_> =
                    changed.trades.iter().copied().filter(|it| it.market == market).collect();
                if !orders.is_empty() {
                    self.say(world, of(Family::MarketOrders(market)), |it| it.market_orders(market, &orders));
                }
                self.say(world, of(Family::Market(market)), |it| it.market(market, (&orders, &trades)));
            }
            if changed.balances || !changed.trades.is_empty() || !positions.is_empty() {
                let whole = world.state.options.switches.account_all_updates_are_whole;
                self.say(world, of(Family::All), |it| match whole {
                    true => it.whole(RECENT),
                    false => it.all(&positions, changed.balances, &changed.trades),
                });
            }
            if !changed.txs.is_empty() {
                let txs: Vec<_> = changed.txs.values().copied().collect();
                self.say(world, of(Family::Tx), |it| it.txs(&txs));
            }
            self.tell_worth(world, account);
        }
    }

    /// Tells an account what it is worth, if that changed.
    pub(super) fn tell_worth(&mut self, world: &mut World<'_>, account: AccountId) {
        let topic = Topic::Account(account, Family::UserStats);
        if !self.subscriptions.wanted(&topic) {
            return;
        }
        let part = Part { world, account, event: Event::Update };
        let Some(worth) = part.worth() else { return };
        let frame = part.user_stats(&worth);
        if self.accounts.worth.insert(account, worth.clone()) != Some(worth) {
            self.tell(world, topic, frame);
        }
    }

    /// What a new listener is told first.
    pub(super) fn account_snapshot(
        &mut self,
        world: &World<'_>,
        (account, family): (AccountId, Family),
    ) -> Option<Bytes> {
        let part = Part { world, account, event: Event::Subscribed };
        let records = &world.state.records;
        let live = |market: Option<MarketId>| -> Vec<_> {
            let all = records.orders.all_live(account);
            all.filter(|order| market.is_none_or(|market| order.market == market)).collect()
        };
        let trades: Vec<_> = records.trades.of_account(account).rev().take(RECENT).collect();
        Some(match family {
            Family::All => part.whole(RECENT),
            Family::Orders => part.orders(&live(None)),
            Family::Trades => part.trades(&trades),
            Family::Positions => part.all_positions(),
            Family::Assets => part.assets(),
            Family::UserStats => {
                let worth = part.worth()?;
                let frame = part.user_stats(&worth);
                self.accounts.worth.insert(account, worth);
                frame
            }
            Family::Tx => {
                let mut txs: Vec<_> = records.txs.of_account(account).rev().take(RECENT).collect();
                txs.reverse();
                part.txs(&txs)
            }
            Family::MarketOrders(market) => part.market_orders(market, &live(Some(market))),
            Family::Market(market) => {
                let trades: Vec<_> = trades.into_iter().filter(|trade| trade.market == market).collect();
                part.market(market, (&live(Some(market)), &trades))
            }
            Family::Silent(_) => silent::frame(world, Topic::Account(account, family)),
        })
    }

    /// Tells a stream of an account, if anybody listens.
    fn say(&self, world: &mut World<'_>, topic: Topic, frame: impl FnOnce(Part<'_, '_>) -> Bytes) {
        let Some(account) = topic.account().filter(|_| self.subscriptions.wanted(&topic)) else { return };
        let frame = frame(Part { world, account, event: Event::Update });
        self.tell(world, topic, frame);
    }
}

/// The news by account, for the accounts that are clients'.
fn by_account<'n>(world: &World<'_>, news: &'n [News]) -> BTreeMap<AccountId, Changed<'n>> {
    let mut changed: BTreeMap<AccountId, Changed<'n>> = BTreeMap::new();
    for news in news {
        match news {
            News::Order(record) => {
                changed.entry(record.account).or_default().orders.insert(record.index, record);
            }
            News::Trade(trade) => {
                let both = BTreeSet::from([trade.ask.account, trade.bid.account]);
                for account in both.into_iter().filter(|account| world.state.accounts.knows(*account)) {
                    changed.entry(account).or_default().trades.push(trade);
                }
            }
            News::Position(account, market) => {
                changed.entry(*account).or_default().positions.insert(*market);
            }
            News::Balance(account) => changed.entry(*account).or_default().balances = true,
            News::Account(account) => changed.entry(*account).or_default().account = true,
            News::Tx(tx) => {
                changed.entry(tx.account).or_default().txs.insert(tx.sequence, tx);
            }
        }
    }
    changed
}
