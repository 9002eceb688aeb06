//! An order of ours as the venue's message says it, and as it is signed: both from the same placement.

use std::{fmt::Write as _, time::Duration};

use mm_crypto::ecdsa::Signature;
use mm_model::{CallError, ClientId, Exposure, Market, OrderKind, Placement, Timestamp};

use super::{market::Signing, options::LIFE_MAX};
use crate::grvt::{
    sign::{self, Leg, OrderTerms, TradingKey, Validity},
    spec::{SIGNATURE_LIFE_MAX, SPEC},
    wire::{
        Quoted,
        order::{NewOrder, OrderLeg, OrderMetadata},
    },
};

pub(super) fn not_sent(why: impl Into<String>) -> CallError {
    CallError::NotSent(why.into())
}

/// Our id, if the venue leaves it to programs.
pub(super) fn client_id(id: ClientId) -> Result<u64, CallError> {
    let is_ours = SPEC.client_ids.contains(&id.0);
    is_ours
        .then_some(id.0)
        .ok_or_else(|| not_sent(format!("client id {id} is below 2^63: those are the web interface's")))
}

/// A signed order, as it goes out: kept until its answer, so that it can go out again letter by letter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signed {
    pub(super) placement: Placement,
    pub(super) validity: Validity,
    pub(super) signature: Signature,
}

/// What is not the order's own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub(super) now: Timestamp,
    pub(super) sub_account: u64,
    /// How long the signature is good for, and the order may rest.
    pub(super) life: Duration,
    pub(super) nonce: u32,
}

/// When an order that is signed now ends.
///
/// # Errors
/// When that is not in the future, or further than the venue takes (fault 56): nothing is sent that cannot be taken.
pub(super) fn expiration(now: Timestamp, life: Duration) -> Result<i64, CallError> {
    if life.is_zero() || LIFE_MAX < life {
        let max = LIFE_MAX.as_secs();
        return Err(not_sent(format!("an order that lives {} s: 1 to {max}", life.as_secs())));
    }
    i64::try_from((now + life).0).map_err(|_| not_sent("the clock is beyond the year 2262"))
}

/// Whether an order that was signed before may still go out.
pub(super) fn is_in_force(signed: &Signed, now: Timestamp) -> bool {
    let ends_at = u64::try_from(signed.validity.expiration_ns).map_or(Timestamp::ZERO, Timestamp);
    now < ends_at && ends_at <= now + SIGNATURE_LIFE_MAX
}

/// What kind of order, in the venue's words.
struct Kind {
    is_market: bool,
    time_in_force: sign::TimeInForce,
    post_only: bool,
}

fn kind(kind: OrderKind) -> Result<Kind, CallError> {
    use sign::TimeInForce::{GoodTillTime, ImmediateOrCancel};
    Ok(match kind {
        OrderKind::Limit { time_in_force, .. } => {
            Kind { is_market: false, time_in_force: time_in_force.into(), post_only: false }
        }
        OrderKind::PostOnly { .. } => Kind { is_market: false, time_in_force: GoodTillTime, post_only: true },
        OrderKind::Market => Kind { is_market: true, time_in_force: ImmediateOrCancel, post_only: false },
        OrderKind::StopLoss { .. } | OrderKind::TakeProfit { .. } => {
            return Err(not_sent("orders that wait for a trigger are not spoken with grvt"));
        }
    })
}

/// Signs a placement.
///
/// # Errors
/// When it cannot be said or signed.
pub(super) fn sign(
    key: &mut TradingKey,
    (market, signing): (&Market, Signing),
    placement: &Placement,
    terms: Terms,
) -> Result<Signed, CallError> {
    let order = &placement.order;
    client_id(placement.client_id)?;
    if order.qty.is_zero() {
        return Err(not_sent("an order of size zero"));
    }
    if order.kind.price().is_some_and(|price| price.0 <= 0) {
        return Err(not_sent("a limit of zero or less"));
    }
    let Kind { is_market, time_in_force, post_only } = kind(order.kind)?;
    let too_large = |why| not_sent(format!("{}: {why}", market.symbol));
    let price =
        order.kind.price().map(|price| signing.scale.limit_price(price)).transpose().map_err(too_large)?;
    let leg = Leg {
        asset: signing.asset,
        contract_size: signing.scale.contract_size(order.qty).map_err(too_large)?,
        limit_price: price.unwrap_or(0),
        is_buying: order.side == mm_model::Side::Buy,
    };
    let validity = Validity { nonce: terms.nonce, expiration_ns: expiration(terms.now, terms.life)? };
    let signature = key.sign(&OrderTerms {
        sub_account: terms.sub_account,
        is_market,
        time_in_force,
        post_only,
        reduce_only: order.exposure == Exposure::ReduceOnly,
        legs: &[leg],
        builder: None,
        validity,
    });
    Ok(Signed { placement: *placement, validity, signature })
}

/// The texts of an order, in memory that is used again.
#[derive(Debug, Default)]
pub(super) struct Texts {
    client_id: String,
    size: String,
    price: String,
    r: String,
    s: String,
}

/// Who sends: the texts that stand in every order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sender<'a> {
    pub(super) sub_account: &'a str,
    pub(super) signer: &'a str,
    pub(super) chain: &'a str,
}

impl Texts {
    /// The signed order as the venue's message.
    ///
    /// # Errors
    /// As [`sign`].
    pub(super) fn order<'a>(
        &'a mut self,
        market: &'a Market,
        signed: &Signed,
        sender: Sender<'a>,
    ) -> Result<NewOrder<'a>, CallError> {
        let order = &signed.placement.order;
        let Kind { is_market, time_in_force, post_only } = kind(order.kind)?;
        let Self { client_id, size, price, r, s } = self;
        for text in [&mut *client_id, &mut *size, &mut *price, &mut *r, &mut *s] {
            text.clear();
        }
        let id = signed.placement.client_id;
        let signature = &signed.signature;
        write!(client_id, "{id}")
            .and_then(|()| write!(r, "{}", signature.r()))
            .and_then(|()| write!(s, "{}", signature.s()))
            .expect("writing to a string cannot fail");
        market.write_qty(order.qty, size);
        if let Some(limit) = order.kind.price() {
            market.write_price(limit, price);
        }
        Ok(NewOrder {
            sub_account_id: sender.sub_account.into(),
            is_market,
            time_in_force: time_in_force.word().into(),
            post_only,
            reduce_only: order.exposure == Exposure::ReduceOnly,
            legs: [OrderLeg {
                instrument: (&*market.symbol).into(),
                size: size.as_str().into(),
                limit_price: order.kind.price().map(|_| price.as_str().into()),
                is_buying_asset: order.side == mm_model::Side::Buy,
            }]
            .into(),
            signature: crate::grvt::wire::order::Signature {
                signer: sender.signer.into(),
                r: r.as_str().into(),
                s: s.as_str().into(),
                v: u32::from(signature.v()),
                expiration: Quoted(signed.validity.expiration_ns.unsigned_abs()),
                nonce: signed.validity.nonce,
                chain_id: Some(sender.chain.into()),
            },
            metadata: OrderMetadata {
                client_order_id: client_id.as_str().into(),
                ..OrderMetadata::default()
            },
            order_id: None,
            state: None,
            builder: None,
            builder_fee: None,
        })
    }
}
