//! Our asks that change something, as signed transactions: by form or by socket, one or a batch. Nothing here decides
//! which nonce; a number counts as used only when its signature is written.

use std::{collections::BTreeMap, time::Duration};

use arrayvec::ArrayVec;
use mm_model::{
    Ask, CallError, CancelTarget, DeadMan, Group, GroupKind, Leverage, Market, MarketId, MarketKind,
    Modification, Money, Placement, Timestamp,
};

use super::{
    Client, LINK, OrdersBy, Sending,
    market::Listings,
    message::{Message, add_info},
    nonces::{Load, Via},
    order::{self, Terms, not_sent},
    sent::{Flight, Ids, Wordings},
};
use crate::{
    client::{Outbox, Way},
    lighter::{
        spec::SPEC,
        tx::{
            Amount, Attributes, Body, CancelAll, CancelAllOrders, CancelOrder, CreateGroupedOrders, Grouping,
            MarginDirection, MarginMode, ModifyOrder, Order, TxType, UpdateLeverage, UpdateMargin,
        },
    },
};

/// A margin fraction of one: ten-thousandths.
const WHOLE: u32 = 10_000;
/// Decimals of an amount of money.
const CASH_DECIMALS: u8 = 6;
/// How far ahead a cancel-all may be scheduled (lighter-go `types/txtypes/constants.go` at 17f2d60).
const SCHEDULE_MIN: Duration = Duration::from_secs(5 * 60);
const SCHEDULE_MAX: Duration = Duration::from_secs(15 * 24 * 3600);

/// What encoding a transaction reads.
#[derive(Clone, Copy)]
struct Desk<'a> {
    now: Timestamp,
    listings: &'a Listings,
    wordings: &'a Wordings,
    modes: &'a BTreeMap<MarketId, MarginMode>,
}

impl Client {
    /// By which way a transaction would go now. A socket that is not up holds nothing back.
    pub(super) fn via(&self) -> Via {
        if self.orders_by == OrdersBy::Socket && self.channels.is_up() { Via::Socket } else { Via::Http }
    }

    /// Signs and writes what `ask` changes.
    pub(super) fn transact(
        &mut self,
        Sending { now, call, ask }: Sending<'_>,
        out: &mut Outbox,
    ) -> Result<Way, CallError> {
        let via = self.via();
        let expired_at = now + self.transaction_life;
        let Self { account, listings, touches, market_bound_bp, margin_modes, scratch, sweeps, .. } = self;
        let account = account.as_mut().ok_or_else(no_account)?;
        let (lane, nonce) = account.lanes.free(via).ok_or_else(|| not_sent("no key is free to sign"))?;
        let bound_bp = *market_bound_bp;
        for placement in ask.placements().iter().take(SPEC.batch_max) {
            let touch = touches.opposite(placement.order.market, placement.order.side);
            let terms = Terms { now, touch, bound_bp };
            let word = || order::order(market(listings, placement.order.market)?, placement, terms);
            account.wordings.keep(placement, word)?;
        }
        let desk = Desk { now, listings, wordings: &account.wordings, modes: margin_modes };
        let key = &mut account.keys[lane.0];
        scratch.info.clear();
        scratch.infos.clear();
        let mut hashes = ArrayVec::<_, { SPEC.batch_max }>::new();
        let mut sign = |nonce, body, attributes, info: &mut String| {
            let mut tx = key.tx(nonce, expired_at, body);
            tx.attributes = attributes;
            key.sign_json(&tx, info).map_err(|error| not_sent(error.to_string()))
        };
        let swept = if let Ask::CancelAll(id) = ask { sweeps.next(now, *id) } else { &[] };
        let message = if let Some(bodies) = desk.bodies(ask, swept)? {
            for (n, body) in (0_i64..).zip(bodies) {
                scratch.info.clear();
                hashes.push(sign(nonce + n, body?, Attributes::default(), &mut scratch.info)?);
                add_info(&scratch.info, &mut scratch.infos);
            }
            scratch.infos.push(']');
            let tx_type = if swept.is_empty() { TxType::CreateOrder } else { TxType::CancelOrder };
            Message::Batch { n: hashes.len(), tx_type }
        } else {
            let (body, attributes) = desk.body(ask)?;
            let tx_type = body.tx_type();
            hashes.push(sign(nonce, body, attributes, &mut scratch.info)?);
            Message::One(tx_type)
        };
        let ids: Ids =
            ask.placements().iter().map(|placement| placement.client_id).take(SPEC.batch_max).collect();
        for (n, id) in ids.iter().enumerate() {
            // A group is one transaction.
            account.hashes.remember(*id, hashes[n.min(hashes.len() - 1)], expired_at);
        }
        account.lanes.take(lane, Load { call, via, n_txs: hashes.len() });
        if let Ask::CancelAll(id) = ask {
            sweeps.sent(*id);
        }
        match via {
            Via::Http => {
                message.write_form(scratch, self.price_protection, &mut out.request);
                Ok(Way::Http)
            }
            Via::Socket => {
                out.frames.push(message.frame(scratch, self.price_protection, call));
                let sweeps = if let (Ask::CancelAll(id), Message::Batch { .. }) = (ask, message) {
                    Some(*id)
                } else {
                    None
                };
                account.flights.push(Flight { call, hash: hashes[0], n_txs: hashes.len(), ids, sweeps });
                self.channels.spoke(now);
                Ok(Way::Socket(LINK))
            }
        }
    }

    /// Whether a key is free to sign.
    pub(super) fn may_transact(&self) -> bool {
        // Without an account the ask is refused when it is encoded: nothing would ever free it.
        self.account.as_ref().is_none_or(|account| account.lanes.free(self.via()).is_some())
    }
}

pub(super) fn no_account() -> CallError {
    not_sent("no API key is configured: only public data can be asked for")
}

fn market(listings: &Listings, id: MarketId) -> Result<(&Market, u64), CallError> {
    listings
        .get(id)
        .ok_or_else(|| not_sent(format!("market {} is not known: ask for the markets first", id.0)))
}

impl Desk<'_> {
    fn number(&self, id: MarketId) -> Result<i64, CallError> {
        i64::try_from(market(self.listings, id)?.1).map_err(|_| not_sent("a market number beyond all bounds"))
    }

    fn order(&self, placement: &Placement) -> Result<Order, CallError> {
        let worded = self.wordings.of(placement);
        worded.ok_or_else(|| not_sent(format!("order {} has no words yet", placement.client_id)))
    }

    /// The transactions of a batch: new orders, or cancels of those that are swept; `None` for all that is one.
    fn bodies<'d>(
        &'d self,
        ask: &'d Ask,
        swept: &'d [i64],
    ) -> Result<Option<impl Iterator<Item = Result<Body, CallError>> + 'd>, CallError> {
        let (placements, market) = match ask {
            Ask::Batch(placements) if (1..=SPEC.batch_max).contains(&placements.len()) => {
                (&placements[..], 0)
            }
            Ask::Batch(placements) => {
                let (n, max) = (placements.len(), SPEC.batch_max);
                return Err(not_sent(format!("a batch of {n}: send 1 to {max}")));
            }
            Ask::CancelAll(id) if !swept.is_empty() => (&[][..], self.number(*id)?),
            _ => return Ok(None),
        };
        let orders = placements.iter().map(|placement| self.order(placement).map(Body::from));
        let cancels = swept.iter().map(move |index| Ok(CancelOrder { market, index: *index }.into()));
        Ok(Some(orders.chain(cancels)))
    }

    /// Everything but batches.
    fn body(&self, ask: &Ask) -> Result<(Body, Attributes), CallError> {
        let mut attributes = Attributes::default();
        let body = match ask {
            Ask::Place(placement) => self.order(placement)?.into(),
            Ask::Group(group) => self.group(group)?.into(),
            Ask::Modify(change) => self.modify(change)?.into(),
            Ask::Cancel(target) => {
                CancelOrder { market: self.number(target.market)?, index: index(target)? }.into()
            }
            Ask::CancelAll(id) => {
                attributes.cancel_all_market = Some(self.perpetual(*id)?);
                CancelAllOrders { when: CancelAll::Immediate, time: 0 }.into()
            }
            Ask::Leverage(leverage) => self.leverage(leverage)?.into(),
            Ask::Margin(id, amount) => self.margin(*id, *amount)?.into(),
            Ask::DeadMan(wish) => dead_man(self.now, *wish)?.into(),
            _ => return Err(not_sent("lighter has no such transaction")),
        };
        Ok((body, attributes))
    }

    /// The number of a market in the one byte that the attribute has.
    fn perpetual(&self, id: MarketId) -> Result<u8, CallError> {
        let (market, number) = market(self.listings, id)?;
        u8::try_from(number)
            .ok()
            .filter(|_| market.kind == MarketKind::Perpetual)
            .ok_or_else(|| not_sent("all orders of one market can only be cancelled on a perpetual"))
    }

    fn group(&self, group: &Group) -> Result<CreateGroupedOrders, CallError> {
        let (grouping, has_parent) = match group.kind {
            GroupKind::OneTriggersOther => (Grouping::OneTriggersTheOther, true),
            GroupKind::OneCancelsOther => (Grouping::OneCancelsTheOther, false),
            GroupKind::OneTriggersPair => (Grouping::OneTriggersAOneCancelsTheOther, true),
        };
        let mut orders = ArrayVec::new();
        for (n, placement) in group.orders.iter().enumerate() {
            let mut order = self.order(placement)?;
            if has_parent && n > 0 {
                if !order.reduce_only {
                    return Err(not_sent("what an order of a group triggers only reduces: ask for that"));
                }
                // A child is as large as what its parent filled.
                order.base_amount = 0;
            }
            orders.try_push(order).map_err(|_| not_sent("a group of more than three orders"))?;
        }
        Ok(CreateGroupedOrders { grouping, orders })
    }

    fn modify(&self, change: &Modification) -> Result<ModifyOrder, CallError> {
        Ok(ModifyOrder {
            market: self.number(change.target.market)?,
            index: index(&change.target)?,
            base_amount: order::base_amount(change.qty)?,
            price: order::price(change.price)?,
            trigger_price: 0,
        })
    }

    fn leverage(&self, leverage: &Leverage) -> Result<UpdateLeverage, CallError> {
        let id =
            leverage.market.ok_or_else(|| not_sent("the leverage is each market's own here: name one"))?;
        // Rounded as the venue's SDK does it.
        let fraction = WHOLE.checked_div(leverage.times).and_then(|fraction| u16::try_from(fraction).ok());
        let margin_mode = match leverage.mode {
            Some(mm_model::MarginMode::Cross) => MarginMode::Cross,
            Some(mm_model::MarginMode::Isolated) => MarginMode::Isolated,
            // What the account does not mention was never changed.
            None => self.modes.get(&id).copied().unwrap_or(MarginMode::Cross),
        };
        Ok(UpdateLeverage {
            market: self.number(id)?,
            initial_margin_fraction: fraction
                .filter(|fraction| *fraction > 0)
                .ok_or_else(|| not_sent(format!("a leverage of {}: give 1 to 10000", leverage.times)))?,
            margin_mode,
        })
    }

    fn margin(&self, id: MarketId, amount: Money) -> Result<UpdateMargin, CallError> {
        let units = amount.decimal().at_scale(CASH_DECIMALS).map(i128::unsigned_abs);
        let units = units.and_then(|units| u64::try_from(units).ok()).filter(|units| *units > 0);
        Ok(UpdateMargin {
            market: self.number(id)?,
            amount: Amount(units.ok_or_else(|| not_sent(format!("{amount} is no amount of margin")))?),
            direction: if amount > Money::ZERO { MarginDirection::Add } else { MarginDirection::Remove },
        })
    }
}

/// The venue's id of an order, or ours: their ranges do not meet.
fn index(target: &CancelTarget) -> Result<i64, CallError> {
    match (&target.venue_id, target.client_id) {
        (Some(id), _) => id
            .as_str()
            .parse()
            .map_err(|_| not_sent(format!("order id {id} is none of the venue's, which are numbers"))),
        (None, Some(id)) => order::client_id(id),
        (None, None) => Err(not_sent("an order without any id cannot be named")),
    }
}

fn dead_man(now: Timestamp, wish: DeadMan) -> Result<CancelAllOrders, CallError> {
    match wish {
        DeadMan::Off => Ok(CancelAllOrders { when: CancelAll::AbortScheduled, time: 0 }),
        DeadMan::In(after) if (SCHEDULE_MIN..=SCHEDULE_MAX).contains(&after) => Ok(CancelAllOrders {
            when: CancelAll::Scheduled,
            time: i64::try_from((now + after).ms()).unwrap_or(i64::MAX),
        }),
        DeadMan::In(after) => Err(not_sent(format!(
            "a cancel-all in {} s: the venue schedules it 300 to 1296000 s ahead",
            after.as_secs()
        ))),
    }
}
