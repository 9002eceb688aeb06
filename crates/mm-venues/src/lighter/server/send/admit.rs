//! What the API looks at before it takes a transaction: everything that needs no engine. Money, positions and whether
//! an order still lives are the engine's to judge, after the 200.

use mm_exchange::Exchange;
use mm_model::{MarketKind, Side, Timestamp};

use super::rules::{self, NewOrder};
use crate::lighter::{
    server::{
        accounts::Member,
        errors::Refused,
        markets::{self, ms},
        queue::Pace,
        state::State,
    },
    sign::Authentic,
    tx::{
        ApproveIntegrator, AssetMargin, Body, CancelAll, CancelAllOrders, MarginMode, ModifyOrder, Order,
        SignedTx, UpdateAccountAssetConfig, UpdateLeverage,
    },
    wire::error::codes,
};

/// How far ahead a cancel-all may be scheduled: five minutes to fifteen days (lighter-go constants.go).
const SCHEDULE_MS: std::ops::RangeInclusive<i64> = 5 * 60_000..=15 * 86_400_000;
/// The length of an Ethereum signature in hex, with 0x.
const L1_SIGNATURE: usize = 2 + 2 * 65;

/// Who wants something taken, and when.
pub(super) struct Admission<'a> {
    pub(super) state: &'a State,
    pub(super) now: Timestamp,
    pub(super) exchange: &'a Exchange,
    pub(super) member: &'a Member,
    pub(super) price_protection: bool,
}

impl<'a> Admission<'a> {
    pub(super) fn new(
        state: &'a State,
        (now, exchange): (Timestamp, &'a Exchange),
        (account, price_protection): (i64, bool),
    ) -> Result<Self, Refused> {
        let member = state.accounts.get(account).ok_or(codes::ACCOUNT_NOT_FOUND)?;
        Ok(Self { state, now, exchange, member, price_protection })
    }

    /// Judges all; says how fast each may be.
    pub(super) fn admit_all(&self, txs: &[Authentic]) -> Result<Vec<Pace>, Refused> {
        let judge = |n: usize| self.admit(&txs[n].signed, &txs[..n]);
        (0..txs.len()).map(judge).collect()
    }

    fn admit(&self, signed: &SignedTx, earlier: &[Authentic]) -> Result<Pace, Refused> {
        let tx = &signed.tx;
        if tx.header.expired_at <= ms(self.now) {
            return Err(Refused::because(codes::INVALID_TX_INFO, "ExpiredAt has come"));
        }
        match &tx.body {
            Body::Order(order) => {
                self.check_integrator(tx.attributes.integrator.as_ref())?;
                self.check_new_ids(std::slice::from_ref(order), earlier)?;
                self.admit_order(order)
            }
            Body::CreateGroupedOrders(group) => {
                self.check_integrator(tx.attributes.integrator.as_ref())?;
                self.check_new_ids(&group.orders, earlier)?;
                group
                    .orders
                    .iter()
                    .map(|order| self.admit_order(order))
                    .try_fold(Pace::Maker, |whole, pace| {
                        Ok(if pace? == Pace::Taker { Pace::Taker } else { whole })
                    })
            }
            Body::ModifyOrder(it) => self.admit_modify(it),
            Body::CancelOrder(it) => self.market(it.market).map(|_| Pace::Maker),
            Body::CancelAllOrders(it) => self.admit_cancel_all(it),
            Body::UpdateLeverage(it) => self.admit_leverage(it),
            // There are no isolated positions here.
            Body::UpdateMargin(it) => self.perpetual(it.market).and(Err(codes::NO_POSITION_FOUND.into())),
            Body::ApproveIntegrator(it) => self.admit_approval(it, &signed.l1_signature),
            Body::ChangePubKey(_) => check_l1_signature(&signed.l1_signature),
            Body::CreateSubAccount(_) => self.admit_sub_account(),
            Body::UpdateAccountAssetConfig(it) => admit_asset_config(it),
            Body::UpdateAccountConfig(_) => Ok(Pace::Maker),
            Body::Transfer(_) | Body::UsdcTransfer(_) | Body::Withdraw(_) | Body::UsdcWithdraw(_) => {
                Err(Refused::because(
                    codes::UNSUPPORTED_TX_TYPE,
                    "verified, but no money leaves a simulated account",
                ))
            }
        }
    }

    pub(super) fn market(&self, index: i64) -> Result<&'a mm_exchange::Listing, Refused> {
        markets::listing(self.exchange, index)
    }

    fn perpetual(&self, index: i64) -> Result<&'a mm_exchange::Listing, Refused> {
        let listing = self.market(index)?;
        if listing.market.kind == MarketKind::Perpetual {
            Ok(listing)
        } else {
            Err(codes::INVALID_MARKET_INDEX.into())
        }
    }

    fn admit_order(&self, order: &Order) -> Result<Pace, Refused> {
        if self.state.options.switches.scheduled_cancel_blocks_orders && self.member.cancel_all_at.is_some() {
            return Err(codes::CANCEL_ALL_QUEUED.into());
        }
        let listing = self.market(order.market)?;
        let mark = self.exchange.mark(listing.market.id).unwrap_or(listing.start);
        let new = NewOrder { order, listing, mark, now: self.now, price_protection: self.price_protection };
        new.check()?;
        rules::check_room(self.member, &self.state.records.orders, order)?;
        let side = if order.is_ask { Side::Sell } else { Side::Buy };
        let best = self.exchange.best(listing.market.id, side.opposite());
        Ok(new.pace(side, best.map(|level| level.price)))
    }

    /// No live or queued order of the account may have the client's ids of new ones, nor may one of the same batch.
    fn check_new_ids(&self, orders: &[Order], earlier: &[Authentic]) -> Result<(), Refused> {
        let queued = self.state.queue.of_account(self.member.id).map(|tx| &tx.body);
        let mut bodies = queued.chain(earlier.iter().map(|it| &it.signed.tx.body));
        let ids: Vec<i64> =
            orders.iter().map(|order| order.client_order_index).filter(|id| *id != 0).collect();
        let live = ids.iter().any(|id| self.state.records.orders.live(self.member.id, *id).is_some());
        let waits = bodies.any(|body| new_orders(body).iter().any(|it| ids.contains(&it.client_order_index)));
        if live || waits { Err(codes::CLIENT_ORDER_INDEX_EXISTS.into()) } else { Ok(()) }
    }

    /// An integrator takes no more than the account approved of.
    fn check_integrator(&self, integrator: Option<&crate::lighter::tx::Integrator>) -> Result<(), Refused> {
        let Some(it) = integrator else { return Ok(()) };
        let approved = self.member.integrators.get(&it.account);
        let fits = approved.is_some_and(|most| {
            ms(self.now) < most.expiry
                && it.taker_fee <= most.perps_taker_fee.max(most.spot_taker_fee)
                && it.maker_fee <= most.perps_maker_fee.max(most.spot_maker_fee)
        });
        if fits {
            Ok(())
        } else {
            Err(Refused::because(codes::INVALID_FEE, "the integrator is not approved for it"))
        }
    }

    fn admit_modify(&self, it: &ModifyOrder) -> Result<Pace, Refused> {
        let listing = self.market(it.market)?;
        rules::check_steps(&listing.market, [it.price, it.trigger_price], it.base_amount)?;
        let live = self.state.records.orders.live(self.member.id, it.index);
        let best = live.and_then(|order| self.exchange.best(listing.market.id, order.side.opposite()));
        let price = markets::price(&listing.market, it.price.into());
        let crosses = live.zip(best).zip(price).is_some_and(|((order, best), price)| match order.side {
            Side::Buy => best.price <= price,
            Side::Sell => price <= best.price,
        });
        Ok(if crosses { Pace::Taker } else { Pace::Maker })
    }

    fn admit_cancel_all(&self, it: &CancelAllOrders) -> Result<Pace, Refused> {
        let ahead = it.time.saturating_sub(ms(self.now));
        if it.when == CancelAll::Scheduled && !SCHEDULE_MS.contains(&ahead) {
            return Err(codes::INVALID_CANCEL_ALL_TIME.into());
        }
        Ok(Pace::Maker)
    }

    fn admit_leverage(&self, it: &UpdateLeverage) -> Result<Pace, Refused> {
        let least = self.perpetual(it.market)?.initial_margin.0;
        let asked = i64::from(it.initial_margin_fraction) * 100_000;
        if it.margin_mode == MarginMode::Isolated {
            return Err(Refused::because(codes::INVALID_MARGIN_MODE, "isolated margin is not simulated"));
        }
        if asked < least { Err(codes::INVALID_INITIAL_MARGIN_FRACTION.into()) } else { Ok(Pace::Maker) }
    }

    fn admit_approval(&self, it: &ApproveIntegrator, l1_signature: &str) -> Result<Pace, Refused> {
        let fees = [it.perps_taker_fee, it.perps_maker_fee, it.spot_taker_fee, it.spot_maker_fee];
        if it.expiry != 0 && it.expiry <= ms(self.now) {
            return Err(Refused::because(codes::INVALID_TX_INFO, "ApprovalExpiry has come"));
        }
        if fees.iter().any(|fee| *fee != 0) { check_l1_signature(l1_signature) } else { Ok(Pace::Maker) }
    }

    /// Only a master has sub-accounts.
    fn admit_sub_account(&self) -> Result<Pace, Refused> {
        let is_master = self.state.accounts.master(&self.member.l1_address) == Some(self.member.index);
        if is_master { Ok(Pace::Maker) } else { Err(codes::INVALID_ACCOUNT_INDEX.into()) }
    }
}

/// USDC is margin here and nothing else is; asking for that is taken.
fn admit_asset_config(it: &UpdateAccountAssetConfig) -> Result<Pace, Refused> {
    let asset = markets::asset(it.asset).ok_or(codes::ASSET_NOT_FOUND)?;
    let is_margin = asset == markets::USDC;
    if is_margin == (it.margin == AssetMargin::Enabled) {
        Ok(Pace::Maker)
    } else {
        Err(Refused::because(codes::INVALID_ASSET_MARGIN_MODE, "only USDC is margin in the simulator"))
    }
}

/// The orders that a transaction makes.
fn new_orders(body: &Body) -> &[Order] {
    match body {
        Body::Order(order) => std::slice::from_ref(order),
        Body::CreateGroupedOrders(group) => &group.orders,
        _ => &[],
    }
}

/// An Ethereum signature must be there. Its form is looked at, not its signer: there is no chain behind the simulator.
fn check_l1_signature(text: &str) -> Result<Pace, Refused> {
    let hex = text.strip_prefix("0x").is_some_and(|hex| hex.bytes().all(|digit| digit.is_ascii_hexdigit()));
    if hex && text.len() == L1_SIGNATURE { Ok(Pace::Maker) } else { Err(codes::FAIL_TO_L1_SIGNATURE.into()) }
}
