//! All trades: the last ones of every market, and those of each client.

use std::collections::{BTreeMap, VecDeque};

use mm_exchange::{AccountId, Exchange, Fact, OrderId, PositionView};
use mm_model::{MarketId, Money, Side};

use super::{Half, OrderIndex, TradeRecord};
use crate::lighter::server::{accounts::Accounts, markets::index_of};

/// How many trades of a market, and of an account, are kept.
const KEPT: usize = 4096;

/// The trades of everybody.
#[derive(Debug, Default)]
pub(in super::super) struct Trades {
    markets: BTreeMap<MarketId, VecDeque<TradeRecord>>,
    accounts: BTreeMap<AccountId, VecDeque<TradeRecord>>,
    /// The sides of the trade that is being told.
    halves: Vec<Half>,
    /// How many there were.
    counted: i64,
}

impl Trades {
    /// The last trades of a market, the newest last.
    pub(in super::super) fn of_market(
        &self,
        market: MarketId,
    ) -> impl DoubleEndedIterator<Item = &TradeRecord> {
        self.markets.get(&market).into_iter().flatten()
    }

    /// The last trades of a client, the newest last.
    pub(in super::super) fn of_account(
        &self,
        account: AccountId,
    ) -> impl DoubleEndedIterator<Item = &TradeRecord> {
        self.accounts.get(&account).into_iter().flatten()
    }

    /// One side of the trade that follows.
    pub(super) fn half(&mut self, half: Half) {
        self.halves.push(half);
    }

    /// What the trade that is being told made of a position.
    pub(super) fn position(&mut self, account: AccountId, after: &PositionView) {
        if let Some(half) = self.halves.iter_mut().rfind(|half| half.account == account) {
            half.sign_changed = half.net_before.0.signum() != after.net.0.signum();
            // For now the change of the cost; what was paid is taken off when it is known.
            half.pnl = Some(after.cost - half.cost_before);
        }
    }

    /// The trade itself.
    pub(super) fn traded(
        &mut self,
        accounts: &Accounts,
        exchange: &Exchange,
        fact: &Fact,
    ) -> Option<TradeRecord> {
        let Fact::Traded { market, price, qty, taker, taker_order, maker_order, at, .. } = *fact else {
            return None;
        };
        let quote = exchange.markets().get(market)?.notional(price, qty);
        let market_index = index_of(exchange, market);
        let mut halves = std::mem::take(&mut self.halves);
        let mut side = |order: OrderId, side: Side| {
            let known = halves.iter().position(|half| half.exchange_order == order);
            let mut half = known.map(|n| halves.swap_remove(n)).unwrap_or_else(|| {
                let index = accounts.index_of(AccountId::OUTSIDE);
                Half::outside(index, OrderIndex::of(market_index, side, order))
            });
            half.pnl = realized(&half, side, (half.pnl, quote));
            half
        };
        let (ask_order, bid_order) = match taker {
            Side::Buy => (maker_order, taker_order),
            Side::Sell => (taker_order, maker_order),
        };
        let (ask, bid) = (side(ask_order, Side::Sell), side(bid_order, Side::Buy));
        self.counted += 1;
        let id = self.counted;
        let record = TradeRecord { id, market, market_index, price, qty, quote, taker, ask, bid, at };
        keep(self.markets.entry(market).or_default(), record);
        for half in [ask, bid].iter().filter(|half| accounts.knows(half.account)) {
            keep(self.accounts.entry(half.account).or_default(), record);
        }
        Some(record)
    }
}

/// Change of the cost less what was paid is what was won; only a side that reduced its position won or lost.
fn realized(half: &Half, side: Side, (change, quote): (Option<Money>, Money)) -> Option<Money> {
    let paid = if side == Side::Buy { quote } else { -quote };
    let reduces = half.net_before.0.signum() == -side.sign();
    change.filter(|_| reduces).map(|change| change - paid)
}

fn keep(list: &mut VecDeque<TradeRecord>, record: TradeRecord) {
    if list.len() == KEPT {
        list.pop_front();
    }
    list.push_back(record);
}
