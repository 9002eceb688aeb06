//! Whether the API takes an order, in the order in which the venue is believed to look (its page of codes has no order):
//! account, leg, instrument, time in force, price, trigger, size, worth, ids, signature; what the account can carry comes
//! last, and is `judge`'s.

use std::sync::Arc;

use mm_crypto::ecdsa::Digest;
use mm_exchange::{Amount, Listing, PlaceOrder, Terms, Trigger, TriggerKind};
use mm_model::{
    ClientId, Decimal, Exposure, Market, MarketKind, Money, Price, Qty, SelfTrade, Side,
    TimeInForce as Rests, Timestamp, TradingState,
};

use super::{
    judge::{self, Batch},
    signed,
};
use crate::grvt::{
    server::{
        call::{Call, number},
        decimals::decimal,
        desk::Waiting,
        errors::Refused,
        instruments::Instrument,
        records::{OrderRecord, Origin, Stage},
    },
    sign::Authentic,
    wire::{
        OrderRejectReason, Text, TimeInForce, TriggerBy, TriggerType,
        error::codes,
        order::{NewOrder, OrderLeg, Signature, Tpsl, Trigger as WireTrigger, is_assigned},
    },
};

/// An order that was found good.
#[derive(Debug)]
pub(super) enum Checked {
    /// It is to be taken.
    New {
        /// The order.
        waiting: Box<Waiting>,
        /// What was signed.
        digest: Digest,
    },
    /// It was taken before, and stands like this.
    Again(Box<OrderRecord>),
}

/// Checks an order.
///
/// # Errors
/// The venue's code for the first thing that is wrong with it.
pub(super) fn check(call: &Call<'_>, order: &NewOrder<'_>, batch: &Batch<'_>) -> Result<Checked, Refused> {
    let member = call.own(&order.sub_account_id)?;
    let leg = match &*order.legs {
        [] => return Err(codes::NO_LEG.into()),
        [leg] => leg,
        _ => return Err(codes::TOO_MANY_LEGS.into()),
    };
    let listing = listing(call, leg)?;
    let market = &listing.market;
    let (rests, post_only) = time_in_force(order)?;
    let limit = limit(market, order, leg)?;
    let trigger = trigger(market, order)?;
    let qty = size(market, leg)?;
    let mark = call.exchange.mark(market.id).unwrap_or(listing.start);
    let held = call.exchange.position(member.id, market.id);
    let closes = order.reduce_only && held.is_some_and(|held| held.net.abs() == qty);
    if !closes && !trigger.is_some_and(|(_, all)| all) {
        worth(market, order, market.notional(limit.unwrap_or(mark), qty))?;
    }
    let client = client_id(order)?;
    let clash = judge::is_taken(call, member.id, client) && !batch.replaces(client);
    if clash && !is_same(call, member.id, client, &order.signature) {
        return Err(codes::CLIENT_ID_TAKEN.into());
    }
    if order.order_id.as_deref().is_some_and(is_assigned) {
        return Err(codes::ORDER_ID_GIVEN.into());
    }
    if order.state.is_some() {
        return Err(codes::STATE_GIVEN.into());
    }
    let instrument = Instrument::of(market, &call.state.options);
    let authentic = signed::order(call, member, order, (leg, instrument))?;
    let place = PlaceOrder {
        market: market.id,
        side: if leg.is_buying_asset { Side::Buy } else { Side::Sell },
        amount: if trigger.is_some_and(|(_, all)| all) { Amount::All } else { Amount::Base(qty) },
        limit,
        time_in_force: rests,
        post_only,
        exposure: if order.reduce_only { Exposure::ReduceOnly } else { Exposure::Any },
        self_trade: SelfTrade::RejectTaker,
        client_id: Some(ClientId(client)),
        terms: Terms {
            expires_at: Some(order.signature.expiration.into()),
            trigger: trigger.map(|(trigger, _)| trigger),
            ..Terms::default()
        },
    };
    let record = record(call.now, (member.id, client), (&place, qty), (order, &authentic));
    if let Some(client) = call.state.replays.find(member.id, &authentic.digest) {
        let known = call.state.by_client(member.id, client).cloned();
        return Ok(Checked::Again(Box::new(known.unwrap_or(record))));
    }
    if clash {
        return Err(codes::CLIENT_ID_TAKEN.into());
    }
    judge::judge(call, member.id, (&place, qty), batch)?;
    // Nobody is approved here to take a fee; the engine finds that out, not the API.
    let unapproved = record.origin.builder.is_some();
    let doom = unapproved.then_some(Stage::Rejected(OrderRejectReason::BuilderOrderBuilderNotAuthorized));
    Ok(Checked::New { waiting: Box::new(Waiting { record, place, doom }), digest: authentic.digest })
}

fn listing<'a>(call: &'a Call<'_>, leg: &OrderLeg<'_>) -> Result<&'a Listing, Refused> {
    let listing = call.listing(&leg.instrument).map_err(|_| codes::INSTRUMENT_UNSUPPORTED)?;
    match (listing.market.kind, listing.market.trading) {
        (MarketKind::Spot, _) => Err(codes::INSTRUMENT_UNSUPPORTED.into()),
        (_, TradingState::Closed | TradingState::CancelOnly) => Err(codes::INSTRUMENT_INACTIVE.into()),
        _ => Ok(listing),
    }
}

/// How long it rests, and whether it never takes. Orders for takers from the venue's own pages only (RPI) make for
/// everybody here, since there are no pages. Market orders never rest, whatever they say.
fn time_in_force(order: &NewOrder<'_>) -> Result<(Rests, bool), Refused> {
    let (rests, makes_only) = match &order.time_in_force {
        TimeInForce::GoodTillTime => (Rests::Gtc, false),
        TimeInForce::ImmediateOrCancel => (Rests::Ioc, false),
        TimeInForce::FillOrKill => (Rests::Fok, false),
        TimeInForce::RetailPriceImprovement => (Rests::Gtc, true),
        TimeInForce::AllOrNone => return Err(codes::TIME_IN_FORCE.into()),
        TimeInForce::Unknown(word) => {
            return Err(Refused::malformed(format_args!("time_in_force: {word}")));
        }
    };
    if order.is_market && makes_only {
        return Err(codes::TIME_IN_FORCE.into());
    }
    if order.post_only && (order.is_market || rests != Rests::Gtc) {
        return Err(codes::POST_ONLY_TIME_IN_FORCE.into());
    }
    let rests = if order.is_market && rests == Rests::Gtc { Rests::Ioc } else { rests };
    Ok((rests, order.post_only || makes_only))
}

/// The limit price; none for a market order, of which any zero is as good as no price.
fn limit(market: &Market, order: &NewOrder<'_>, leg: &OrderLeg<'_>) -> Result<Option<Price>, Refused> {
    let text = leg.limit_price.as_deref().unwrap_or("0");
    let value = decimal(text).ok_or_else(|| Refused::malformed(format_args!("limit_price: {text}")))?;
    match (order.is_market, value.is_zero()) {
        (true, true) => Ok(None),
        (true, false) => Err(codes::MARKET_WITH_PRICE.into()),
        (false, true) => Err(codes::LIMIT_WITHOUT_PRICE.into()),
        (false, false) => on_tick(market, value).map(Some),
    }
}

fn on_tick(market: &Market, value: Decimal) -> Result<Price, Refused> {
    let price = market.price(&value.to_string()).map_err(|why| Refused::because(codes::OFF_TICK, why))?;
    if price < Price(1) { Err(codes::OFF_TICK.into()) } else { Ok(price) }
}

/// What the order waits for, and whether it closes all there is. The engine watches the mark price and no other.
fn trigger(market: &Market, order: &NewOrder<'_>) -> Result<Option<(Trigger, bool)>, Refused> {
    let Some(meant) = &order.metadata.trigger else { return Ok(None) };
    let kind = match &meant.trigger_type {
        TriggerType::Unspecified => return Ok(None),
        TriggerType::TakeProfit => TriggerKind::TakeProfit,
        TriggerType::StopLoss => TriggerKind::StopLoss,
        TriggerType::Unknown(word) if word.is_empty() => return Ok(None),
        TriggerType::Unknown(_) => return Err(codes::TRIGGER_INVALID.into()),
    };
    match &meant.tpsl.trigger_by {
        TriggerBy::Mark => {}
        TriggerBy::Index | TriggerBy::Last | TriggerBy::Mid => {
            return Err(Refused::because(
                codes::TRIGGER_BY_UNSUPPORTED,
                "the simulated venue watches MARK only",
            ));
        }
        TriggerBy::Unspecified | TriggerBy::Unknown(_) => return Err(codes::TRIGGER_BY_INVALID.into()),
    }
    let text = &meant.tpsl.trigger_price;
    let value = decimal(text).ok_or_else(|| Refused::malformed(format_args!("trigger_price: {text}")))?;
    if value.is_zero() {
        return Err(codes::TRIGGER_PRICE_ZERO.into());
    }
    if meant.tpsl.close_position && !order.reduce_only {
        return Err(codes::TRIGGER_NOT_REDUCING.into());
    }
    if order.post_only {
        return Err(codes::TRIGGER_INVALID.into());
    }
    Ok(Some((Trigger { kind, price: on_tick(market, value)? }, meant.tpsl.close_position)))
}

fn size(market: &Market, leg: &OrderLeg<'_>) -> Result<Qty, Refused> {
    let value = decimal(&leg.size).ok_or_else(|| Refused::malformed(format_args!("size: {}", leg.size)))?;
    if market.qty_down(value) < market.min_qty {
        return Err(codes::BELOW_MIN_SIZE.into());
    }
    market.qty(&value.to_string()).map_err(|why| Refused::because(codes::SIZE_TOO_FINE, why))
}

/// The smallest worth is asked of every order but one that closes a position whole: what is left must be closable.
fn worth(market: &Market, order: &NewOrder<'_>, worth: Money) -> Result<(), Refused> {
    match market.min_notional {
        Some(min) if worth < min && order.reduce_only => Err(codes::REDUCE_BELOW_MIN_NOTIONAL.into()),
        Some(min) if worth < min => Err(codes::BELOW_MIN_NOTIONAL.into()),
        _ => Ok(()),
    }
}

fn client_id(order: &NewOrder<'_>) -> Result<u64, Refused> {
    let text = order.metadata.client_order_id.as_str();
    if text.is_empty() || text == "0" {
        return Err(codes::CLIENT_ID_MISSING.into());
    }
    number(text).ok_or_else(|| Refused::malformed(format_args!("client_order_id: {text}")))
}

/// Whether the order of that client's id has this very signature: a repetition and no clash.
fn is_same(call: &Call<'_>, account: mm_exchange::AccountId, client: u64, signature: &Signature<'_>) -> bool {
    call.state.by_client(account, client).is_some_and(|known| {
        let known = &known.origin.signature;
        let numbers = |it: &Signature<'_>| (it.v, it.nonce, it.expiration);
        let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
        numbers(known) == numbers(signature) && same(&known.r, &signature.r) && same(&known.s, &signature.s)
    })
}

/// The order as it is acknowledged.
fn record(
    now: Timestamp,
    (account, client): (mm_exchange::AccountId, u64),
    (place, qty): (&PlaceOrder, Qty),
    (order, authentic): (&NewOrder<'_>, &Authentic),
) -> OrderRecord {
    let owned = |text: &Text<'_>| text.clone().into_owned();
    let signature = &order.signature;
    let is_named = |text: &&Text<'_>| is_assigned(text);
    let origin = Origin {
        is_market: order.is_market,
        time_in_force: order.time_in_force.clone(),
        post_only: order.post_only,
        reduce_only: order.reduce_only,
        size: qty,
        signature: Signature {
            signer: Text::from(authentic.signer.to_string()),
            r: owned(&signature.r),
            s: owned(&signature.s),
            v: signature.v,
            expiration: signature.expiration,
            nonce: signature.nonce,
            chain_id: Some(signature.chain_id.as_ref().map_or(Text::new("0"), owned)),
        },
        trigger: order.metadata.trigger.as_ref().map(owned_trigger),
        broker: order.metadata.broker.clone(),
        builder: order.builder.as_ref().filter(is_named).map(|it| Text::from(it.to_ascii_lowercase())),
        builder_fee: order.builder_fee.as_ref().map(owned),
    };
    OrderRecord {
        account,
        market: place.market,
        exchange_id: None,
        order_id: 0,
        client,
        side: place.side,
        limit: place.limit,
        qty,
        filled: Qty::ZERO,
        filled_quote: Money::ZERO,
        stage: Stage::Pending,
        created_at: now,
        updated_at: now,
        origin: Arc::new(origin),
        is_forced: false,
    }
}

fn owned_trigger(trigger: &WireTrigger<'_>) -> WireTrigger<'static> {
    let Tpsl { trigger_by, trigger_price, close_position, is_split_position } = &trigger.tpsl;
    WireTrigger {
        trigger_type: trigger.trigger_type.clone(),
        tpsl: Tpsl {
            trigger_by: trigger_by.clone(),
            trigger_price: trigger_price.clone().into_owned(),
            close_position: *close_position,
            is_split_position: *is_split_position,
        },
    }
}
