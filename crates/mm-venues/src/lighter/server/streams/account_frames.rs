//! The frames of an account's streams, from rows that REST shows too.

use std::time::Duration;

use bytes::Bytes;
use mm_exchange::AccountId;
use mm_model::{Decimal, MarketId, MarketKind, Money, Timestamp};

use super::{
    Event, World,
    topics::{Family, Topic},
};
use crate::lighter::{
    server::{
        answer::json,
        markets::ms,
        numbers::{self, text},
        public::number,
        records::{OrderRecord, TradeRecord, TxRecord},
        rows::{
            Standing, asset_rows, funding_row, order_row, position_row, position_rows, trade_row, tx_row,
        },
    },
    wire::{
        Number,
        account::PositionFunding,
        order::Order,
        private_stream::{
            AccountAllFrame, AccountMarketFrame, AccountTxFrame, AllAssetsFrame, AllOrdersFrame,
            AllPositionsFrame, AllTradesFrame, MarginStats, OrdersFrame, UserStats, UserStatsFrame,
        },
        rows::Single,
        trade::Trade,
    },
};

/// A frame about an account, to be.
#[derive(Clone, Copy)]
pub(super) struct Part<'p, 'w> {
    pub(super) world: &'p World<'w>,
    pub(super) account: AccountId,
    pub(super) event: Event,
}

/// What an account traded in a while.
struct Volume {
    count: i64,
    quote: Number<'static>,
}

impl Part<'_, '_> {
    /// `account_all_orders`.
    pub(super) fn orders(self, orders: &[&OrderRecord]) -> Bytes {
        let head = self.world.head(Topic::Account(self.account, Family::Orders), self.event);
        json(&AllOrdersFrame {
            channel: head.channel,
            orders: self.order_rows(orders).into(),
            kind: head.kind,
        })
    }

    /// `account_orders`.
    pub(super) fn market_orders(self, market: MarketId, orders: &[&OrderRecord]) -> Bytes {
        let head = self.world.head(Topic::Account(self.account, Family::MarketOrders(market)), self.event);
        json(&OrdersFrame {
            account: self.index(),
            channel: head.channel,
            nonce: i64::try_from(self.world.exchange.seq(market)).unwrap_or(i64::MAX),
            orders: self.order_rows(orders).into(),
            kind: head.kind,
        })
    }

    /// `account_all_trades`.
    pub(super) fn trades(self, trades: &[&TradeRecord]) -> Bytes {
        let head = self.world.head(Topic::Account(self.account, Family::Trades), self.event);
        json(&AllTradesFrame {
            channel: head.channel,
            trades: self.trade_rows(trades).into(),
            total_volume: self.volume(None).quote,
            monthly_volume: self.volume(Some(30)).quote,
            weekly_volume: self.volume(Some(7)).quote,
            daily_volume: self.volume(Some(1)).quote,
            kind: head.kind,
        })
    }

    /// `account_all_positions` of these markets; a closed one is told with size zero.
    pub(super) fn positions(self, markets: &[MarketId]) -> Bytes {
        let (exchange, records) = (self.world.exchange, &self.world.state.records);
        let rows =
            markets.iter().filter_map(|market| position_row(exchange, records, (self.account, *market)));
        self.position_frame(rows.collect())
    }

    /// `account_all_positions` of all markets that the account is in.
    pub(super) fn all_positions(self) -> Bytes {
        let (exchange, records) = (self.world.exchange, &self.world.state.records);
        self.position_frame(position_rows(exchange, records, self.account, true))
    }

    fn position_frame(self, rows: Vec<crate::lighter::wire::account::AccountPosition<'static>>) -> Bytes {
        let head = self.world.head(Topic::Account(self.account, Family::Positions), self.event);
        json(&AllPositionsFrame {
            channel: head.channel,
            last_funding_discount: None,
            last_funding_round: None,
            positions: rows.into(),
            shares: Vec::new().into(),
            kind: head.kind,
        })
    }

    /// `account_all_assets`.
    pub(super) fn assets(self) -> Bytes {
        let head = self.world.head(Topic::Account(self.account, Family::Assets), self.event);
        json(&AllAssetsFrame {
            assets: asset_rows(self.world.exchange, self.account).into(),
            channel: head.channel,
            timestamp: ms(self.world.now),
            kind: head.kind,
        })
    }

    /// `account_tx`.
    pub(super) fn txs(self, txs: &[&TxRecord]) -> Bytes {
        let head = self.world.head(Topic::Account(self.account, Family::Tx), self.event);
        let rows: Vec<_> = txs.iter().map(|tx| tx_row(&self.world.state.accounts, tx)).collect();
        json(&AccountTxFrame { channel: head.channel, txs: rows.into(), kind: head.kind })
    }

    /// `account_market`: these orders and trades, and the rest as it stands.
    pub(super) fn market(self, id: MarketId, (orders, trades): (&[&OrderRecord], &[&TradeRecord])) -> Bytes {
        let head = self.world.head(Topic::Account(self.account, Family::Market(id)), self.event);
        let (exchange, records) = (self.world.exchange, &self.world.state.records);
        let market = exchange.markets().get(id);
        let is_spot = market.is_some_and(|market| market.kind == MarketKind::Spot);
        let assets = || {
            let mut rows = asset_rows(exchange, self.account);
            let own =
                |symbol: &str| market.is_some_and(|market| [&*market.base, &*market.quote].contains(&symbol));
            rows.retain(|row| own(&row.symbol));
            rows.into()
        };
        json(&AccountMarketFrame {
            account: self.index(),
            assets: is_spot.then(assets),
            channel: head.channel,
            funding_history: Single(self.fundings(1).pop().filter(|_| !is_spot)),
            orders: self.order_rows(orders).into(),
            position: Single(position_row(exchange, records, (self.account, id))),
            trades: self.trade_rows(trades).into(),
            kind: head.kind,
        })
    }

    /// `account_all` with everything, and the last `recent` trades and fundings.
    pub(super) fn whole(self, recent: usize) -> Bytes {
        let (exchange, records) = (self.world.exchange, &self.world.state.records);
        let trades: Vec<_> = records.trades.of_account(self.account).rev().take(recent).collect();
        let positions = position_rows(exchange, records, self.account, true);
        let frame = AccountAllFrame {
            assets: asset_rows(exchange, self.account).into(),
            funding_histories: self.fundings(recent).into(),
            positions: positions.into(),
            trades: self.trade_rows(&trades).into(),
            ..self.nothing()
        };
        json(&frame)
    }

    /// `account_all` with what changed.
    pub(super) fn all(self, positions: &[MarketId], balances: bool, trades: &[&TradeRecord]) -> Bytes {
        let (exchange, records) = (self.world.exchange, &self.world.state.records);
        let positions =
            positions.iter().filter_map(|market| position_row(exchange, records, (self.account, *market)));
        let assets = if balances { asset_rows(exchange, self.account) } else { Vec::new() };
        let frame = AccountAllFrame {
            assets: assets.into(),
            positions: positions.collect::<Vec<_>>().into(),
            trades: self.trade_rows(trades).into(),
            ..self.nothing()
        };
        json(&frame)
    }

    /// `account_all` without rows.
    fn nothing(self) -> AccountAllFrame<'static> {
        let head = self.world.head(Topic::Account(self.account, Family::All), self.event);
        let [day, week, month, total] = [Some(1), Some(7), Some(30), None].map(|days| self.volume(days));
        AccountAllFrame {
            account: self.index(),
            assets: Vec::new().into(),
            channel: head.channel,
            daily_trades_count: day.count,
            daily_volume: day.quote,
            weekly_trades_count: week.count,
            weekly_volume: week.quote,
            monthly_trades_count: month.count,
            monthly_volume: month.quote,
            total_trades_count: total.count,
            total_volume: total.quote,
            funding_histories: Vec::new().into(),
            positions: Vec::new().into(),
            shares: Vec::new().into(),
            trades: Vec::new().into(),
            kind: head.kind,
        }
    }

    /// `user_stats`.
    pub(super) fn user_stats(self, worth: &UserStats<'static>) -> Bytes {
        let head = self.world.head(Topic::Account(self.account, Family::UserStats), self.event);
        json(&UserStatsFrame {
            channel: head.channel,
            stats: worth.clone(),
            timestamp: ms(self.world.now),
            kind: head.kind,
        })
    }

    /// What the account is worth.
    pub(super) fn worth(self) -> Option<UserStats<'static>> {
        let member = self.world.state.accounts.of(self.account)?;
        let standing = Standing::of(self.world.exchange, member);
        let used = standing.margin.positions + standing.margin.orders;
        let leverage = i128::from(self.world.exchange.leverage(self.account));
        // Everything is cross margin here, so the two parts are the same.
        let all = MarginStats {
            available_balance: numbers::usdc(standing.available),
            buying_power: numbers::usdc(Money(standing.available.0.saturating_mul(leverage))),
            collateral: numbers::usdc(standing.collateral),
            leverage: text(ratio(standing.margin.exposure, standing.portfolio)),
            margin_usage: text(ratio(Money(used.0.saturating_mul(100)), standing.portfolio)),
            portfolio_value: numbers::usdc(standing.portfolio),
        };
        Some(UserStats {
            account_trading_mode: member.trading_mode.into(),
            available_balance: all.available_balance.clone(),
            buying_power: all.buying_power.clone(),
            collateral: all.collateral.clone(),
            leverage: all.leverage.clone(),
            margin_usage: all.margin_usage.clone(),
            portfolio_value: all.portfolio_value.clone(),
            cross_stats: all.clone(),
            total_stats: all,
        })
    }

    fn index(self) -> i64 {
        self.world.state.accounts.index_of(self.account)
    }

    fn order_rows(self, orders: &[&OrderRecord]) -> Vec<Order<'static>> {
        let (exchange, accounts) = (self.world.exchange, &self.world.state.accounts);
        orders.iter().filter_map(|order| order_row(exchange, accounts, order)).collect()
    }

    fn trade_rows(self, trades: &[&TradeRecord]) -> Vec<Trade<'static>> {
        let rows =
            trades.iter().filter_map(|trade| trade_row(self.world.exchange, trade, Some(self.account)));
        rows.collect()
    }

    /// The last fundings, the newest last.
    fn fundings(self, n: usize) -> Vec<PositionFunding<'static>> {
        let exchange = self.world.exchange;
        let paid: Vec<_> = exchange.funding_payments(self.account).enumerate().collect();
        let last = &paid[paid.len().saturating_sub(n)..];
        last.iter().filter_map(|paid| funding_row(exchange, *paid)).collect()
    }

    /// What the account traded in the last days, or ever (as far as is kept).
    fn volume(self, days: Option<u64>) -> Volume {
        let since = days.map_or(Timestamp::ZERO, |days| {
            let ago = Duration::from_secs(days * 86_400);
            Timestamp(self.world.now.0.saturating_sub(u64::try_from(ago.as_nanos()).unwrap_or(u64::MAX)))
        });
        let own = self.world.state.records.trades.of_account(self.account).rev();
        let (mut count, mut quote) = (0, Money::ZERO);
        for trade in own.take_while(|trade| trade.at >= since) {
            count += 1;
            quote += trade.quote;
        }
        Volume { count, quote: number(numbers::cut(quote, numbers::USDC_PLACES)) }
    }
}

/// `part / whole` with two places, cut; zero when there is no whole.
fn ratio(part: Money, whole: Money) -> Decimal {
    let hundredths = part.0.saturating_mul(100).checked_div(whole.0).unwrap_or(0);
    Decimal::new(hundredths, 2)
}
