//! Many orders at once: new ones, cancels, or replacements, which are cancels and then new ones. All new ones are checked
//! before anything happens; one that is refused refuses the whole.

use super::{
    cancel::{self, Manner, Which},
    check::{self, Checked},
    create,
    judge::Batch,
};
use crate::grvt::{
    server::{answer::Answered, call::Call, errors::Refused},
    spec::ORDER_WEIGHT,
    wire::{
        OrderRejectReason as Reason, TriggerType,
        error::codes,
        order::NewOrder,
        send::{Ack, BulkOrders, BulkOrdersReply},
    },
};

/// The most entries of each list.
const MANY: usize = 100;

/// `bulk_orders`.
pub(super) fn bulk_orders(call: &mut Call<'_>) -> Answered {
    let request: BulkOrders<'_> = call.read()?;
    let session = call.session()?.main_account;
    let account = call.own(&request.sub_account_id)?.id;
    let ttl = cancel::time_to_live(request.time_to_live_ms.as_ref())?;
    let cancels = form(&request)?;
    let weight = ORDER_WEIGHT * (request.orders.len() + usize::from(!cancels.is_empty())) as u32;
    call.state.allowances.take(call.now, Some(session), weight)?;
    let replaced: Vec<u64> = replaced(call, account, &cancels);
    let batch = Batch { replaced: &replaced, replaces_some: !cancels.is_empty() };
    let mut checked = Vec::new();
    for order in &request.orders {
        if order.sub_account_id != request.sub_account_id {
            return Err(codes::FOREIGN_SUB_ACCOUNT.into());
        }
        checked.push(check::check(call, order, &batch)?);
    }
    let n_open = call.state.records.orders.n_live(account) + checked.len();
    if n_open > call.state.options.switches.open_orders_max + cancels.len() {
        return Err(codes::TOO_MANY_ORDERS.into());
    }
    let why = if checked.is_empty() { Reason::ClientBulkCancel } else { Reason::ClientReplace };
    let manner = Manner { ttl, why };
    if !cancels.is_empty() && !call.state.mischief.drops(account) {
        for which in &cancels {
            // An id that nobody knows does not spoil the others.
            let _unknown = cancel::cancel(call, account, *which, &manner);
        }
    }
    let orders = checked.into_iter().map(|checked: Checked| create::take(call, checked));
    let orders = orders.collect::<Result<Vec<_>, Refused>>()?;
    call.write(&BulkOrdersReply { orders, cancel_acks: vec![Ack { ack: true }; cancels.len()] })
}

/// What the lists must be among themselves; returns what is to be cancelled.
fn form(request: &BulkOrders<'_>) -> Result<Vec<Which>, Refused> {
    let BulkOrders { orders, order_i_ds, client_order_i_ds, .. } = request;
    if !order_i_ds.is_empty() && !client_order_i_ds.is_empty() {
        return Err(codes::BULK_BOTH_ID_LISTS.into());
    }
    let n_cancels = order_i_ds.len() + client_order_i_ds.len();
    if orders.len() > MANY || n_cancels > MANY {
        return Err(codes::BULK_TOO_MANY.into());
    }
    if orders.is_empty() && n_cancels == 0 {
        return Err(Refused::malformed("no orders and no ids"));
    }
    let instrument = |order: &NewOrder<'_>| order.legs.first().map(|leg| leg.instrument.to_string());
    if orders.windows(2).any(|pair| instrument(&pair[0]) != instrument(&pair[1])) {
        return Err(codes::BULK_MIXED_INSTRUMENTS.into());
    }
    let waits = |order: &NewOrder<'_>| {
        let kind = order.metadata.trigger.as_ref().map(|trigger| &trigger.trigger_type);
        matches!(kind, Some(TriggerType::TakeProfit | TriggerType::StopLoss))
    };
    // The venue ties such orders together (one cancels the other); the simulated venue has them one by one.
    if orders.len() > 1 && orders.iter().any(waits) {
        return Err(codes::BULK_TRIGGER.into());
    }
    if orders.iter().any(waits) && n_cancels > 1 {
        return Err(codes::BULK_REPLACE_COUNT.into());
    }
    let client = |order: &NewOrder<'_>| order.metadata.client_order_id.to_string();
    let mut clients: Vec<_> = orders.iter().map(client).collect();
    clients.sort_unstable();
    if clients.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(codes::CLIENT_ID_TAKEN.into());
    }
    let by_id = order_i_ds.iter().map(|text| cancel::by_id(text));
    by_id.chain(client_order_i_ds.iter().map(|text| cancel::by_client(text))).collect()
}

/// The client's ids of the live orders that are to be cancelled.
fn replaced(call: &Call<'_>, account: mm_exchange::AccountId, cancels: &[Which]) -> Vec<u64> {
    let orders = &call.state.records.orders;
    let client = |which: &Which| match which {
        Which::Client(client) => Some(*client),
        Which::Id(id) => orders.by_id(account, *id).map(|record| record.client),
    };
    cancels.iter().filter_map(client).collect()
}
