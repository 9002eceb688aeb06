//! Cancels. What is answered is that the request was taken; whether anything was cancelled is told by the streams.

use std::time::Duration;

use mm_exchange::{AccountId, OrderRef};
use mm_model::{ClientId, MarketId, Timestamp};

use crate::grvt::server::filter::Filter;
use crate::grvt::{
    CANCEL_TTL_MAX,
    server::{
        answer::Answered,
        call::{Call, number},
        desk::Timed,
        errors::Refused,
        records::{CancelNews, News, Stage},
    },
    wire::{
        CancelStatus, OrderRejectReason as Reason, Text,
        error::codes,
        order::is_assigned,
        send::{Ack, CancelOrder, Filtered},
        settings::CancelOnDisconnect,
    },
};

/// How long a cancel by client id waits for its order when nothing is said, or zero.
const TTL_DEFAULT: Duration = Duration::from_millis(100);
/// What such times are cut to.
const TTL_STEP_MS: u64 = 100;
/// The longest countdown of the dead man's switch, in milliseconds, and up to where it is off.
const COUNTDOWN_MAX_MS: u64 = 300_000;
const COUNTDOWN_OFF_MS: u64 = 1_000;

/// `cancel_order`.
pub(super) fn cancel_order(call: &mut Call<'_>) -> Answered {
    let request: CancelOrder<'_> = call.read()?;
    let account = call.own(&request.sub_account_id)?.id;
    let ttl = time_to_live(request.time_to_live_ms.as_ref())?;
    let which = which(request.order_id.as_ref(), request.client_order_id.as_ref())?;
    if !call.state.mischief.drops(account) {
        cancel(call, account, which, &Manner { ttl, why: Reason::ClientCancel })?;
    }
    call.result(Ack { ack: true })
}

/// Which order is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// By the venue's id.
    Id(u128),
    /// By its client's id.
    Client(u64),
}

/// By either id; the venue's wins.
///
/// # Errors
/// 3021 when there is neither, 1003 when one cannot be read.
pub(super) fn which(order_id: Option<&Text<'_>>, client: Option<&Text<'_>>) -> Result<Which, Refused> {
    if let Some(text) = order_id.filter(|text| is_assigned(text)) {
        return by_id(text);
    }
    match client.filter(|text| !matches!(text.as_str(), "" | "0")) {
        Some(text) => by_client(text),
        None => Err(codes::NO_ORDER_ID.into()),
    }
}

/// By the venue's id.
///
/// # Errors
/// 1003.
pub(super) fn by_id(text: &str) -> Result<Which, Refused> {
    let digits = text.strip_prefix("0x").filter(|digits| digits.bytes().all(|it| it.is_ascii_hexdigit()));
    let id = digits.and_then(|digits| u128::from_str_radix(digits, 16).ok());
    id.map(Which::Id).ok_or_else(|| Refused::malformed(format_args!("order_id: {text}")))
}

/// By its client's id.
///
/// # Errors
/// 1003.
pub(super) fn by_client(text: &str) -> Result<Which, Refused> {
    let client = number(text).map(Which::Client);
    client.ok_or_else(|| Refused::malformed(format_args!("client_order_id: {text}")))
}

/// How orders are cancelled.
#[derive(Clone, Debug)]
pub(super) struct Manner {
    /// How long a cancel by client id waits for its order.
    pub(super) ttl: Duration,
    /// What is said of the order.
    pub(super) why: Reason,
}

/// Cancels an order, or lets the cancel wait for it.
///
/// # Errors
/// 1004, where the switches want that of an id that nobody knows.
pub(super) fn cancel(
    call: &mut Call<'_>,
    account: AccountId,
    which: Which,
    manner: &Manner,
) -> Result<(), Refused> {
    let (now, why) = (call.now, manner.why.clone());
    match which {
        Which::Id(id) => {
            let known = call.state.records.orders.by_id(account, id);
            let live = known.filter(|record| !record.stage.is_over());
            let found = live.and_then(|record| record.exchange_id.map(|id| (account, record.market, id)));
            if known.is_none() && !call.state.options.switches.unknown_cancel_is_acknowledged {
                return Err(Refused::not_found());
            }
            if let Some(found) = found {
                call.state.cancel_live((now, call.exchange), found, why);
            }
        }
        Which::Client(client) => {
            let order = OrderRef::Client(ClientId(client));
            let markets = call.exchange.markets().iter();
            let live = markets.filter_map(|market| call.exchange.order(account, market.id, order)).next();
            if let Some(view) = live {
                let found = (account, view.order.market, view.id);
                call.state.cancel_live((now, call.exchange), found, why);
            } else if !call.state.queue.doom((account, client), &Stage::Cancelled(why)) {
                let cancel = Timed { account, client, until: now + manner.ttl };
                if !call.state.armed.arm(now, cancel) {
                    let status = CancelStatus::DroppedDuplicate;
                    let news = CancelNews { account, client, status, at: now };
                    call.state.records.tell(now, News::Cancel(news));
                }
            }
        }
    }
    Ok(())
}

/// How long a cancel waits: cut to tenths of a second, none of which is as good as nothing said.
///
/// # Errors
/// 2301 when it is too long, 1003 when it is no number.
pub(super) fn time_to_live(text: Option<&Text<'_>>) -> Result<Duration, Refused> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(TTL_DEFAULT) };
    let ms = number(text).ok_or_else(|| Refused::malformed(format_args!("time_to_live_ms: {text}")))?;
    let ttl = Duration::from_millis(ms / TTL_STEP_MS * TTL_STEP_MS);
    match ttl {
        _ if ms > CANCEL_TTL_MAX.as_millis() as u64 => Err(codes::CANCEL_TTL_TOO_LONG.into()),
        Duration::ZERO => Ok(TTL_DEFAULT),
        ttl => Ok(ttl),
    }
}

/// `cancel_all_orders`.
pub(super) fn cancel_all_orders(call: &mut Call<'_>) -> Answered {
    let Filtered { sub_account_id, kind, base, quote } = call.read()?;
    let account = call.own(&sub_account_id)?.id;
    let filter = Filter { kind, base, quote };
    let markets = call.exchange.markets().iter().filter(|market| filter.takes(market));
    let meant: Vec<MarketId> = markets.map(|market| market.id).collect();
    if !call.state.mischief.drops(account) {
        let (now, why) = (call.now, Reason::ClientBulkCancel);
        call.state.cancel_matching((now, call.exchange), account, (why, |market| meant.contains(&market)));
    }
    call.result(Ack { ack: true })
}

/// `cancel_on_disconnect`: the dead man's switch.
pub(super) fn cancel_on_disconnect(call: &mut Call<'_>) -> Answered {
    let request: CancelOnDisconnect<'_> = call.read()?;
    let account = call.own(&request.sub_account_id)?.id;
    let countdown = match request.countdown_time.as_deref() {
        None | Some("") => 0,
        Some(text) => {
            number(text).ok_or_else(|| Refused::malformed(format_args!("countdown_time: {text}")))?
        }
    };
    if countdown > COUNTDOWN_MAX_MS {
        return Err(codes::COUNTDOWN_TOO_LONG.into());
    }
    let at: Timestamp = call.now + Duration::from_millis(countdown);
    call.state.dead_men.set(account, (countdown > COUNTDOWN_OFF_MS).then_some(at));
    call.result(Ack { ack: true })
}
