//! New orders. What is answered is that the order was taken note of; the engine meets it after that.

use super::{
    check::{self, Checked},
    judge::Batch,
};
use crate::grvt::{
    server::{
        answer::Answered,
        call::Call,
        errors::Refused,
        records::{OrderRecord, Stage},
        rows::order_row,
    },
    wire::{OrderRejectReason, order::Order, send::CreateOrder},
};

/// `create_order`.
pub(super) fn create_order(call: &mut Call<'_>) -> Answered {
    let CreateOrder { order } = call.read()?;
    let checked = check::check(call, &order, &Batch::ALONE)?;
    let row = take(call, checked)?;
    call.result(row)
}

/// Takes an order that was found good; returns its acknowledgement. One that was taken before is shown as it is now,
/// and nothing happens.
pub(super) fn take(call: &mut Call<'_>, checked: Checked) -> Result<Order<'static>, Refused> {
    let (mut waiting, digest) = match checked {
        Checked::Again(record) => return row(call, &record),
        Checked::New { waiting, digest } => (waiting, digest),
    };
    let acknowledged = row(call, &waiting.record)?;
    let account = waiting.record.account;
    if !call.state.mischief.drops(account) {
        let ends = waiting.record.origin.signature.expiration.into();
        if call.state.mischief.rejects(account) {
            waiting.doom.get_or_insert(Stage::Rejected(OrderRejectReason::BelowMargin));
        }
        call.state.replays.note(call.now, (account, digest), (waiting.record.client, ends));
        call.state.accept(call.now, call.exchange, *waiting);
    }
    Ok(acknowledged)
}

/// An order as it is now.
pub(super) fn row(call: &Call<'_>, record: &OrderRecord) -> Result<Order<'static>, Refused> {
    let member = call.state.accounts.of(record.account).ok_or_else(Refused::not_found)?;
    order_row(call.exchange, member.sub_account, record).ok_or_else(Refused::not_found)
}
