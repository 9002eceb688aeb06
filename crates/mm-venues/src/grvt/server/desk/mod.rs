//! Where orders meet the engine: what the API took waits here for the speed bump, cancels wait for orders that they
//! overtook, and the dead man's switches run. Nothing here refuses a request; what the engine will not have is told by
//! the streams.

mod cancels;
mod dead_man;
mod queue;

use mm_exchange::{AccountId, CancelOrder, Exchange, Expiry, OrderId, OrderRef, PlaceOrder, Reject};
use mm_model::{MarketId, Timestamp};

pub(super) use self::{
    cancels::{ArmedCancels, Timed},
    dead_man::DeadMen,
    queue::{Queue, Waiting},
};
use super::{
    records::{CancelNews, Expected, News, Stage},
    state::State,
};
use crate::grvt::wire::{CancelStatus, OrderRejectReason as Reason};

impl State {
    /// Carries out what is due by the clock.
    pub(super) fn run(&mut self, now: Timestamp, exchange: &mut Exchange) {
        for account in self.dead_men.struck(now) {
            let why = Reason::ClientCancelOnDisconnectTriggered;
            self.cancel_matching((now, exchange), account, (why, |_| true));
        }
        while let Some(waiting) = self.queue.pop(now) {
            self.meet(now, exchange, waiting);
        }
        for Timed { account, client, until } in self.armed.ended(now) {
            let news = CancelNews { account, client, status: CancelStatus::Expired, at: until };
            self.records.tell(now, News::Cancel(news));
        }
    }

    /// Takes an order that was acknowledged: it waits for the speed bump, if it is one of those that do.
    pub(super) fn accept(&mut self, now: Timestamp, exchange: &mut Exchange, mut waiting: Waiting) {
        let (account, client) = (waiting.record.account, waiting.record.client);
        if self.armed.meets(now, account, client) {
            waiting.doom.get_or_insert(Stage::Cancelled(Reason::ClientCancel));
        }
        if waiting.place.post_only || self.options.speed_bump.is_zero() {
            self.meet(now, exchange, waiting);
        } else {
            self.queue.push(now + self.options.speed_bump, waiting);
        }
    }

    /// An order meets the engine.
    fn meet(&mut self, now: Timestamp, exchange: &mut Exchange, waiting: Waiting) {
        let Waiting { record, place, doom } = waiting;
        let account = record.account;
        if doom.is_some() {
            self.stillborn((now, exchange), (place, Expiry::Time), Expected { record, stillborn: doom });
            return;
        }
        match exchange.place(now, account, place) {
            Ok(view) => self.records.expect(view.id, Expected { record, stillborn: None }),
            Err(reject) => {
                let stillborn = rejected(reject).map(Stage::Rejected);
                let expected = Expected { record, stillborn };
                self.stillborn((now, exchange), (place, Expiry::from(reject)), expected);
            }
        }
    }

    fn stillborn(
        &mut self,
        (now, exchange): (Timestamp, &mut Exchange),
        refused: (PlaceOrder, Expiry),
        expected: Expected,
    ) {
        if let Some(view) = exchange.refuse(now, expected.record.account, refused) {
            self.records.expect(view.id, expected);
        }
    }

    /// Cancels those live orders of an account that are meant; says why. What waits for the speed bump is not on the
    /// book yet and stays.
    pub(super) fn cancel_matching(
        &mut self,
        (now, exchange): (Timestamp, &mut Exchange),
        account: AccountId,
        (why, is_meant): (Reason, impl Fn(MarketId) -> bool),
    ) {
        for view in exchange.open_orders(account, None) {
            if is_meant(view.order.market) {
                let which = (account, view.order.market, view.id);
                self.cancel_live((now, exchange), which, why.clone());
            }
        }
    }

    /// Cancels one live order. Whether it was live is told by its fact.
    pub(super) fn cancel_live(
        &mut self,
        (now, exchange): (Timestamp, &mut Exchange),
        (account, market, id): (AccountId, MarketId, OrderId),
        why: Reason,
    ) {
        let order = OrderRef::Id(id);
        if exchange.cancel(now, account, CancelOrder { market, order }).is_ok() {
            self.records.cancelled_for(id, why);
        }
    }
}

/// Why an order is rejected that the engine would not have; `None`: it was open for a moment and ended, as the rest of an
/// order that could not match.
const fn rejected(reject: Reject) -> Option<Reason> {
    Some(match reject {
        Reject::NoLiquidity => return None,
        Reject::WouldMatch => Reason::FailPostOnly,
        Reject::NothingToReduce => Reason::FailReduceOnly,
        Reject::DuplicateClientId => Reason::OverlappingClientOrderId,
        Reject::Margin => Reason::BelowMargin,
        Reject::Funds => Reason::InsufficientBalance,
        Reject::Position | Reject::Size => Reason::ExceedMaxPositionSize,
        Reject::TooLate => Reason::Expired,
        Reject::OrderLimit => Reason::TooManyMakerOrders,
        Reject::NotTrading => Reason::InstrumentDeactivated,
        Reject::NoSuchMarket => Reason::InstrumentInvalid,
        Reject::NoSuchAccount => Reason::SubAccountNotFound,
        Reject::Price | Reject::Notional | Reject::Band | Reject::Flags | Reject::NoSuchOrder => {
            Reason::InvalidOrderType
        }
    })
}
