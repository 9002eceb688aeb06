//! What an account can carry: margin, sizes of positions, how many orders. The engine is asked what it would say; what it
//! can only say when it meets the order (another order of that id, a post-only order that would match, nothing to trade
//! with) is left to it.

use mm_exchange::{AccountId, OrderRef, PlaceOrder, Reject};
use mm_model::{ClientId, Exposure, Qty};

use crate::grvt::{
    server::{call::Call, errors::Refused},
    wire::error::codes,
};

/// What an order comes with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Batch<'a> {
    /// Client's ids of orders that are cancelled before it is placed.
    pub(super) replaced: &'a [u64],
    /// Whether orders are cancelled before it is placed: what the account can carry is seen then.
    pub(super) replaces_some: bool,
}

impl Batch<'_> {
    /// Nothing.
    pub(super) const ALONE: Self = Self { replaced: &[], replaces_some: false };

    /// Whether the order of that client's id makes way for it.
    pub(super) fn replaces(&self, client: u64) -> bool {
        self.replaced.contains(&client)
    }
}

/// Whether a live order of the account has this client's id. One that waits for the speed bump is none yet: then the
/// engine tells.
pub(super) fn is_taken(call: &Call<'_>, account: AccountId, client: u64) -> bool {
    let order = OrderRef::Client(ClientId(client));
    let mut markets = call.exchange.markets().iter();
    markets.any(|market| call.exchange.order(account, market.id, order).is_some())
}

/// Judges an order.
///
/// # Errors
/// The venue's code for why the account cannot carry it.
pub(super) fn judge(
    call: &Call<'_>,
    account: AccountId,
    (place, qty): (&PlaceOrder, Qty),
    batch: &Batch<'_>,
) -> Result<(), Refused> {
    let n_open = call.state.records.orders.n_live(account) + call.state.queue.of(account).count();
    if n_open >= call.state.options.switches.open_orders_max {
        return Err(codes::TOO_MANY_ORDERS.into());
    }
    if place.terms.trigger.is_some() {
        return Ok(());
    }
    if place.exposure == Exposure::ReduceOnly {
        let net = call.exchange.position(account, place.market).map_or(0, |position| position.net.0);
        if net == 0 {
            return Err(codes::REDUCE_ONLY_NO_POSITION.into());
        }
        if net.signum() == place.side.sign() {
            return Err(codes::REDUCE_ONLY_INCREASES.into());
        }
        if qty.0 > net.unsigned_abs() {
            return Err(codes::REDUCE_ONLY_TOO_BIG.into());
        }
    }
    if batch.replaces_some {
        return Ok(());
    }
    match call.exchange.refusal(account, *place) {
        Some(Reject::Margin | Reject::Funds) => Err(codes::NOT_ENOUGH_MARGIN.into()),
        // What is too small was refused before.
        Some(Reject::Position | Reject::Size) => Err(codes::MAX_POSITION.into()),
        Some(Reject::OrderLimit) => Err(codes::TOO_MANY_ORDERS.into()),
        Some(Reject::Band) => Err(codes::OUTSIDE_PRICE_BAND.into()),
        Some(Reject::NotTrading) => Err(codes::INSTRUMENT_INACTIVE.into()),
        _ => Ok(()),
    }
}
