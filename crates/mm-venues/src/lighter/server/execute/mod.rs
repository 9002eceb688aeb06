//! Transactions meet the engine: what it makes of each stands in the transaction's record, and in the orders' rows
//! that its facts will bring. A refusal here is no answer to anybody: who wants to know looks the hash up, or sees a
//! cancelled order.

mod event;
mod group;
mod orders;
mod placing;
mod refusal;
mod settings;

use mm_exchange::Exchange;
use mm_model::Timestamp;

use super::{
    markets::ms,
    queue::Queued,
    records::{News, TxStatus},
    state::State,
};
use crate::lighter::{
    tx::Body,
    wire::error::{Code, codes},
};

/// What the engine made of a transaction: the text of its event.
type Outcome = Result<String, Failed>;

/// A transaction that the engine refused.
#[derive(Clone, Debug)]
struct Failed {
    /// The event, with the error in it.
    event: String,
}

impl From<Code> for Failed {
    fn from(code: Code) -> Self {
        Self { event: event::error(code) }
    }
}

impl State {
    /// Carries out what is due: schedules first, then the queue in its order.
    pub(super) fn run(&mut self, now: Timestamp, exchange: &mut Exchange) {
        self.run_schedules(now, exchange);
        while let Some(queued) = self.queue.pop(now) {
            let outcome = self.execute(now, exchange, &queued);
            let end = match outcome {
                Ok(event) => (TxStatus::Executed, event),
                Err(failed) => (TxStatus::Failed, failed.event),
            };
            if let Some(record) = self.records.txs.end(queued.hash, now, end).cloned() {
                self.records.tell(now, News::Tx(record));
            }
        }
    }

    fn execute(&mut self, now: Timestamp, exchange: &mut Exchange, queued: &Queued) -> Outcome {
        let Queued { tx, account, hash } = queued;
        if tx.header.expired_at <= ms(now) {
            return Err(codes::INVALID_TX_INFO.into());
        }
        let mut desk = orders::Desk { state: self, now, exchange, account: *account, hash: *hash, tx };
        match &tx.body {
            Body::Order(order) => desk.create(order),
            Body::CancelOrder(it) => desk.cancel(it),
            Body::CancelAllOrders(it) => desk.cancel_all(it),
            Body::ModifyOrder(it) => desk.modify(it),
            Body::CreateGroupedOrders(it) => desk.create_group(it),
            Body::UpdateLeverage(it) => self.set_leverage((now, exchange), *account, it),
            Body::ApproveIntegrator(it) => self.approve(tx.header.account, it),
            Body::ChangePubKey(it) => self.change_key(now, &tx.header, it),
            Body::CreateSubAccount(_) => self.create_sub_account(exchange, tx.header.account),
            Body::UpdateAccountConfig(it) => self.configure(now, tx.header.account, it),
            // Only what is so already is taken.
            Body::UpdateAccountAssetConfig(_) => Ok(String::new()),
            // Refused before they are queued.
            Body::UpdateMargin(_)
            | Body::Transfer(_)
            | Body::UsdcTransfer(_)
            | Body::Withdraw(_)
            | Body::UsdcWithdraw(_) => Err(codes::UNSUPPORTED_TX_TYPE.into()),
        }
    }
}
