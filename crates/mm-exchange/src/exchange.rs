//! The exchange: accounts and money around the matching books.

use mm_model::{Level, MarketId, Markets, Money, Price, Qty, Rate, Side, Timestamp, TradingState};

use crate::{
    AccountId, BalanceView, BookView, CancelOrder, Candle, Deposit, Execution, ExternalLevel, ExternalTrade,
    Fact, FundingPayment, FundingRate, Listing, MarginSummary, OrderRef, OrderView, PlaceOrder, PositionView,
    Reject, TickerStats, Trade,
};

/// The matching engine of one venue with its accounts.
#[derive(Debug, Default)]
pub struct Exchange {}

impl Exchange {
    /// An exchange with no markets and no accounts but [`AccountId::HOUSE`] and [`AccountId::OUTSIDE`].
    #[must_use]
    pub fn new() -> Self {
        todo!()
    }

    /// Lists a market; returns its id.
    ///
    /// # Panics
    /// When the market's numbers are not exact ([`mm_model::Market::is_exact`]) or a rate makes no sense.
    pub fn list(&mut self, listing: Listing) -> MarketId {
        todo!()
    }

    /// All listings in the order of their ids.
    #[must_use]
    pub fn listings(&self) -> &[Listing] {
        todo!()
    }

    /// The listing of a market.
    #[must_use]
    pub fn listing(&self, market: MarketId) -> Option<&Listing> {
        todo!()
    }

    /// The table of markets.
    #[must_use]
    pub fn markets(&self) -> &Markets {
        todo!()
    }

    /// Which orders a market takes from now on.
    pub fn set_trading(&mut self, market: MarketId, trading: TradingState) {
        todo!()
    }

    /// Opens an account, or finds the one of that name.
    pub fn open_account(&mut self, name: &str) -> AccountId {
        todo!()
    }

    /// The account of this name.
    #[must_use]
    pub fn account_by_name(&self, name: &str) -> Option<AccountId> {
        todo!()
    }

    /// All accounts with their names, in the order of their ids.
    pub fn accounts(&self) -> impl Iterator<Item = (AccountId, &str)> {
        std::iter::empty()
    }

    /// Puts money into an account (or takes it out). Accounts that do not exist are ignored.
    pub fn deposit(&mut self, now: Timestamp, deposit: Deposit<'_>) {
        todo!()
    }

    /// Places an order and matches it. The view is the order after matching; [`Status::Expired`](crate::Status)
    /// is an accepted order whose rest did not stay.
    ///
    /// # Errors
    /// Why it was refused; nothing happened then.
    pub fn place(
        &mut self,
        now: Timestamp,
        account: AccountId,
        order: PlaceOrder,
    ) -> Result<OrderView, Reject> {
        todo!()
    }

    /// Takes an order off.
    ///
    /// # Errors
    /// [`Reject::NoSuchOrder`] when it is not on the book (never was, or is over).
    pub fn cancel(
        &mut self,
        now: Timestamp,
        account: AccountId,
        which: CancelOrder,
    ) -> Result<OrderView, Reject> {
        todo!()
    }

    /// Takes all orders of an account off, in one market or everywhere, oldest first.
    pub fn cancel_all(
        &mut self,
        now: Timestamp,
        account: AccountId,
        market: Option<MarketId>,
    ) -> Vec<OrderView> {
        todo!()
    }

    /// Sets the index price of a market; the mark is the median of index, mid and last. Checks margins.
    pub fn set_index(&mut self, now: Timestamp, market: MarketId, index: Price) {
        todo!()
    }

    /// Settles funding of a perpetual now, whatever the time, and starts the next interval.
    pub fn settle_funding(&mut self, now: Timestamp, market: MarketId) {
        todo!()
    }

    /// Does what is due by the clock: samples premiums, settles funding, checks margins.
    pub fn advance(&mut self, now: Timestamp) {
        todo!()
    }

    /// When [`Exchange::advance`] has funding to settle next; `None` before the first [`Exchange::advance`].
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        todo!()
    }

    /// Moves all facts since the last call to the end of `out`, in order. Call it after every command: facts are
    /// kept until they are taken.
    pub fn take_facts(&mut self, out: &mut Vec<Fact>) {
        todo!()
    }

    /// Whether facts are kept at all (they are, unless switched off, for instance in a benchmark).
    pub fn keep_facts(&mut self, keep: bool) {
        todo!()
    }

    /// A live order of an account.
    #[must_use]
    pub fn order(&self, account: AccountId, market: MarketId, order: OrderRef) -> Option<OrderView> {
        todo!()
    }

    /// The live orders of an account, in one market or everywhere, oldest first.
    #[must_use]
    pub fn open_orders(&self, account: AccountId, market: Option<MarketId>) -> Vec<OrderView> {
        todo!()
    }

    /// The account's last finished orders, in the order in which they ended (bounded).
    pub fn order_history(&self, account: AccountId) -> impl DoubleEndedIterator<Item = &OrderView> {
        std::iter::empty()
    }

    /// The account's last executions, newest last (bounded).
    pub fn executions(&self, account: AccountId) -> impl DoubleEndedIterator<Item = &Execution> {
        std::iter::empty()
    }

    /// The account's last funding payments, newest last (bounded).
    pub fn funding_payments(&self, account: AccountId) -> impl DoubleEndedIterator<Item = &FundingPayment> {
        std::iter::empty()
    }

    /// The account's open positions.
    #[must_use]
    pub fn positions(&self, account: AccountId) -> Vec<PositionView> {
        todo!()
    }

    /// The account's position in a market, if it is not flat.
    #[must_use]
    pub fn position(&self, account: AccountId, market: MarketId) -> Option<PositionView> {
        todo!()
    }

    /// What the account holds of each asset it ever touched.
    #[must_use]
    pub fn balances(&self, account: AccountId) -> Vec<BalanceView> {
        todo!()
    }

    /// What the account holds of one asset; zero when nothing.
    #[must_use]
    pub fn balance(&self, account: AccountId, asset: &str) -> BalanceView {
        todo!()
    }

    /// The account's cross margin in one settlement asset.
    #[must_use]
    pub fn margin(&self, account: AccountId, asset: &str) -> MarginSummary {
        todo!()
    }

    /// How many times its equity the account's positions may be worth: caps what the listings allow.
    #[must_use]
    pub fn leverage(&self, account: AccountId) -> u32 {
        todo!()
    }

    /// Sets the leverage limit of an account.
    ///
    /// # Errors
    /// [`Reject::Margin`] when its positions and orders would not fit it, [`Reject::Size`] for zero.
    pub fn set_leverage(&mut self, account: AccountId, leverage: u32) -> Result<(), Reject> {
        todo!()
    }

    /// The public book, at most `depth` levels a side.
    #[must_use]
    pub fn book(&self, market: MarketId, depth: usize) -> BookView {
        todo!()
    }

    /// The best level of a side of the public book.
    #[must_use]
    pub fn best(&self, market: MarketId, side: Side) -> Option<Level> {
        todo!()
    }

    /// The market's sequence number: that of its last [`Fact::Level`].
    #[must_use]
    pub fn seq(&self, market: MarketId) -> u64 {
        todo!()
    }

    /// The market's last public trades, newest last (bounded).
    pub fn trades(&self, market: MarketId) -> impl DoubleEndedIterator<Item = &Trade> {
        std::iter::empty()
    }

    /// The market's minute candles of at least the last 24 hours, newest last.
    pub fn candles(&self, market: MarketId) -> impl DoubleEndedIterator<Item = &Candle> {
        std::iter::empty()
    }

    /// Statistics of the 24 hours before `now`; `None` when nothing was traded.
    #[must_use]
    pub fn ticker(&self, now: Timestamp, market: MarketId) -> Option<TickerStats> {
        todo!()
    }

    /// The price that profit and margin are counted at: the median of index, mid and last.
    #[must_use]
    pub fn mark(&self, market: MarketId) -> Option<Price> {
        todo!()
    }

    /// The price of the underlying.
    #[must_use]
    pub fn index(&self, market: MarketId) -> Option<Price> {
        todo!()
    }

    /// The price of the last trade.
    #[must_use]
    pub fn last(&self, market: MarketId) -> Option<Price> {
        todo!()
    }

    /// Sum of all long positions of a perpetual.
    #[must_use]
    pub fn open_interest(&self, market: MarketId) -> Qty {
        todo!()
    }

    /// When funding is settled next; `None` for spot and before the first [`Exchange::advance`].
    #[must_use]
    pub fn next_funding(&self, market: MarketId) -> Option<Timestamp> {
        todo!()
    }

    /// The rate of the running interval as it stands now; positive: longs pay. `None` for spot.
    #[must_use]
    pub fn funding_estimate(&self, market: MarketId) -> Option<Rate> {
        todo!()
    }

    /// The market's settled funding rates, newest last (bounded).
    pub fn funding_rates(&self, market: MarketId) -> impl DoubleEndedIterator<Item = &FundingRate> {
        std::iter::empty()
    }

    /// All fees ever collected in an asset, rebates taken off.
    #[must_use]
    pub fn fees_collected(&self, asset: &str) -> Money {
        todo!()
    }

    /// Sets a level of the outside world's book; the first call switches the market to an external book. Tell the
    /// trades that explain a change before the change.
    pub fn set_external_level(&mut self, now: Timestamp, market: MarketId, level: ExternalLevel) {
        todo!()
    }

    /// Tells a trade of the outside world: it may fill our orders that were in its way.
    pub fn external_trade(&mut self, now: Timestamp, market: MarketId, trade: ExternalTrade) {
        todo!()
    }

    /// Removes all external levels, for instance before a fresh snapshot.
    pub fn clear_external(&mut self, now: Timestamp, market: MarketId) {
        todo!()
    }
}
