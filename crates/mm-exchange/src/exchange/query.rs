//! What can be asked. Nothing changes here.

use std::ops::ControlFlow;

use mm_model::{Level, MarketId, MarketKind, Markets, Money, Price, Qty, Rate, Side, Timestamp};

use super::Exchange;
use crate::{
    AccountId, BalanceView, BookView, Candle, Execution, FundingPayment, FundingRate, Listing, OrderRef,
    OrderView, PositionView, QueuedOrder, TickerStats, Trade,
    ledger::{Account, Cash},
    market::{MarketState, Source},
};

/// Listings and accounts.
impl Exchange {
    /// All listings in the order of their ids.
    #[must_use]
    pub fn listings(&self) -> &[Listing] {
        &self.listings
    }

    /// The listing of a market.
    #[must_use]
    pub fn listing(&self, market: MarketId) -> Option<&Listing> {
        self.listings.get(market.0 as usize)
    }

    /// The table of markets.
    #[must_use]
    pub const fn markets(&self) -> &Markets {
        &self.markets
    }

    /// The account of this name.
    #[must_use]
    pub fn account_by_name(&self, name: &str) -> Option<AccountId> {
        self.names.get(name).copied()
    }

    /// All accounts with their names, in the order of their ids.
    pub fn accounts(&self) -> impl Iterator<Item = (AccountId, &str)> {
        (0..).zip(&self.accounts).map(|(id, account)| (AccountId(id), account.name.as_str()))
    }
}

/// Orders and executions.
impl Exchange {
    /// A live order of an account.
    #[must_use]
    pub fn order(&self, account: AccountId, market: MarketId, order: OrderRef) -> Option<OrderView> {
        self.order_id(account, market, order).and_then(|id| self.record(market, id)).copied()
    }

    /// The live orders of an account, in one market or everywhere, oldest first.
    #[must_use]
    pub fn open_orders(&self, account: AccountId, market: Option<MarketId>) -> Vec<OrderView> {
        let mut orders = Vec::new();
        if self.find(account).is_none_or(|account| account.n_open == 0) {
            return orders;
        }
        for (listing, state) in self.listings.iter().zip(&self.states) {
            if market.is_none_or(|market| market == listing.market.id) {
                orders.extend(state.records.iter().flatten().filter(|view| view.account == account));
            }
        }
        orders.sort_unstable_by_key(|view| view.id);
        orders
    }

    /// The account's last finished orders, in the order in which they ended (bounded).
    pub fn order_history(&self, account: AccountId) -> impl DoubleEndedIterator<Item = &OrderView> {
        self.find(account).into_iter().flat_map(|account| account.orders.iter())
    }

    /// The account's last executions, newest last (bounded).
    pub fn executions(&self, account: AccountId) -> impl DoubleEndedIterator<Item = &Execution> {
        self.find(account).into_iter().flat_map(|account| account.executions.iter())
    }
}

/// Money and positions.
impl Exchange {
    /// The account's last funding payments, newest last (bounded).
    pub fn funding_payments(&self, account: AccountId) -> impl DoubleEndedIterator<Item = &FundingPayment> {
        self.find(account).into_iter().flat_map(|account| account.funding.iter())
    }

    /// The account's open positions.
    #[must_use]
    pub fn positions(&self, account: AccountId) -> Vec<PositionView> {
        let holdings = self.find(account).into_iter().flat_map(|account| &account.holdings);
        holdings.filter(|(_, held)| held.position.net != 0).map(|(&market, held)| held.view(market)).collect()
    }

    /// The account's position in a market, if it is not flat.
    #[must_use]
    pub fn position(&self, account: AccountId, market: MarketId) -> Option<PositionView> {
        let holding = self.find(account)?.holding(market)?;
        (holding.position.net != 0).then(|| holding.view(market))
    }

    /// What the account holds of each asset it holds anything of.
    #[must_use]
    pub fn balances(&self, account: AccountId) -> Vec<BalanceView> {
        let Some(account) = self.find(account) else { return Vec::new() };
        let held = account.all_cash().filter(|(_, cash)| *cash != Cash::default());
        held.map(|(asset, cash)| self.balance_view(asset, cash)).collect()
    }

    /// What the account holds of one asset; zero when nothing.
    #[must_use]
    pub fn balance(&self, account: AccountId, asset: &str) -> BalanceView {
        match (self.find(account), self.asset(asset)) {
            (Some(account), Some(asset)) => self.balance_view(asset, account.cash(asset)),
            _ => BalanceView { asset: asset.into(), available: Money::ZERO, locked: Money::ZERO },
        }
    }

    /// Profit of a position at the present mark.
    #[must_use]
    pub fn unrealized(&self, position: &PositionView) -> Money {
        let state = self.states.get(position.market.0 as usize);
        state.map_or(Money::ZERO, |state| state.worth(position.net) - position.cost)
    }

    /// All fees ever collected in an asset, rebates taken off.
    #[must_use]
    pub fn fees_collected(&self, asset: &str) -> Money {
        self.asset(asset).map_or(Money::ZERO, |asset| self.fees[asset])
    }

    fn balance_view(&self, asset: usize, cash: Cash) -> BalanceView {
        BalanceView { asset: self.assets[asset].clone(), available: cash.available, locked: cash.locked }
    }
}

/// Books, trades and prices.
impl Exchange {
    /// The public book, at most `depth` levels a side.
    #[must_use]
    pub fn book(&self, market: MarketId, depth: usize) -> BookView {
        let Some(state) = self.find_market(market) else { return BookView::default() };
        BookView {
            seq: state.seq,
            bids: state.book.levels(Side::Buy).take(depth).collect(),
            asks: state.book.levels(Side::Sell).take(depth).collect(),
        }
    }

    /// The orders of a side of the public book, in the order in which they would be met, at most `max`. What the
    /// outside world holds of a level stands among them without an owner.
    #[must_use]
    pub fn queue(&self, market: MarketId, side: Side, max: usize) -> Vec<QueuedOrder> {
        let mut orders = Vec::new();
        let Some(state) = self.find_market(market) else { return orders };
        if max == 0 {
            return orders;
        }
        state.book.walk(side, |offer| {
            let order = match offer.source {
                Source::Order(resting) => self.record(market, resting.id).copied(),
                Source::Outside => None,
            };
            orders.push(QueuedOrder { side, price: offer.price, left: offer.qty, order });
            if orders.len() < max { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        orders
    }

    /// How many orders stand at a price of the public book. What the outside world holds there counts as one.
    #[must_use]
    pub fn orders_at(&self, market: MarketId, side: Side, price: Price) -> usize {
        self.find_market(market).map_or(0, |state| state.book.orders_at(side, price))
    }

    /// The best level of a side of the public book.
    #[must_use]
    pub fn best(&self, market: MarketId, side: Side) -> Option<Level> {
        let book = &self.find_market(market)?.book;
        book.best_price(side).map(|price| Level { price, qty: book.level(side, price) })
    }

    /// The middle between the best bid and the best ask, rounded down to a tick; `None` while a side is empty.
    #[must_use]
    pub fn mid(&self, market: MarketId) -> Option<Price> {
        self.find_market(market)?.mid()
    }

    /// The market's sequence number: that of its last [`Fact::Level`](crate::Fact::Level).
    #[must_use]
    pub fn seq(&self, market: MarketId) -> u64 {
        self.find_market(market).map_or(0, |state| state.seq)
    }

    /// The market's last public trades, newest last (bounded).
    pub fn trades(&self, market: MarketId) -> impl DoubleEndedIterator<Item = &Trade> {
        self.find_market(market).into_iter().flat_map(|state| state.tape.trades.iter())
    }

    /// The market's minute candles of at least the last 24 hours, newest last.
    pub fn candles(&self, market: MarketId) -> impl DoubleEndedIterator<Item = &Candle> {
        self.find_market(market).into_iter().flat_map(|state| state.tape.candles.iter())
    }

    /// Statistics of the 24 hours before `now`; `None` when nothing was traded.
    #[must_use]
    pub fn ticker(&self, now: Timestamp, market: MarketId) -> Option<TickerStats> {
        self.find_market(market)?.tape.ticker(now)
    }

    /// The price that profit and margin are counted at: the median of index, mid and last.
    #[must_use]
    pub fn mark(&self, market: MarketId) -> Option<Price> {
        self.find_market(market).map(MarketState::mark)
    }

    /// The price of the underlying.
    #[must_use]
    pub fn index(&self, market: MarketId) -> Option<Price> {
        self.find_market(market).map(|state| state.index)
    }

    /// The price of the last trade.
    #[must_use]
    pub fn last(&self, market: MarketId) -> Option<Price> {
        self.find_market(market)?.tape.last
    }

    /// Sum of all long positions of a perpetual.
    #[must_use]
    pub fn open_interest(&self, market: MarketId) -> Qty {
        let nets = self.accounts.iter().filter_map(|account| account.holding(market));
        Qty(nets.map(|holding| u64::try_from(holding.position.net).unwrap_or(0)).sum())
    }
}

/// Funding.
impl Exchange {
    /// When funding is settled next; `None` for spot and before the first [`Exchange::advance`].
    #[must_use]
    pub fn next_funding(&self, market: MarketId) -> Option<Timestamp> {
        self.find_market(market)?.funding.next
    }

    /// The rate of the running interval as it stands now; positive: longs pay. `None` for spot.
    #[must_use]
    pub fn funding_estimate(&self, market: MarketId) -> Option<Rate> {
        let (state, listing) = (self.find_market(market)?, self.listing(market)?);
        (state.units.kind == MarketKind::Perpetual).then(|| state.funding.rate(listing.funding_interval))
    }

    /// The market's settled funding rates, newest last (bounded).
    pub fn funding_rates(&self, market: MarketId) -> impl DoubleEndedIterator<Item = &FundingRate> {
        self.find_market(market).into_iter().flat_map(|state| state.funding.rates.iter())
    }

    fn find(&self, account: AccountId) -> Option<&Account> {
        self.accounts.get(account.0 as usize)
    }

    fn find_market(&self, market: MarketId) -> Option<&MarketState> {
        self.states.get(market.0 as usize)
    }
}
