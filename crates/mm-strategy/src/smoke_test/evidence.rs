//! What REST, the stream and our own fills say, and whether they agree.
//!
//! REST lags behind the stream on every venue we know, so each comparison is repeated every [`LOOK_EVERY`] for as
//! long as the plan's settle timeout, and only then fails with what each side said last. An error, a timeout or an
//! incomplete list is "not known", never "flat" and never "none".

use std::{collections::BTreeSet, time::Duration};

use mm_core::{Clock, VenueError};
use mm_model::{
    ClientId, Market, MarketKind, Money, OrderReport, Position, Side, SignedQty, Snapshot, Symbol, Timestamp,
};

use super::venue_test::VenueTest;

/// How long between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// What the account held before the test, on the tested market.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Prior {
    /// Position (perpetuals; flat on spot).
    pub(super) net: SignedQty,
    /// Base asset held, free and locked (spot; zero on perpetuals).
    pub(super) base: Money,
    /// Orders of somebody else that were open on this market: not ours to touch.
    pub(super) orders: usize,
}

/// A bounded number of looks.
pub(super) struct Patience {
    clock: Clock,
    until: Timestamp,
}

impl Patience {
    pub(super) fn new(clock: &Clock, limit: Duration) -> Self {
        Self { clock: clock.clone(), until: clock.now() + limit }
    }

    /// Waits until the next look; false when there is none left.
    pub(super) async fn again(&mut self) -> bool {
        if self.clock.now() + LOOK_EVERY > self.until {
            return false;
        }
        self.clock.sleep(LOOK_EVERY).await;
        true
    }
}

impl VenueTest {
    /// A question to the venue with a limit of its own.
    async fn asked<T>(
        &self,
        what: &str,
        question: impl Future<Output = Result<Snapshot<T>, VenueError>>,
    ) -> Result<Vec<T>, String> {
        match self.clock.within(self.plan.settle_timeout, question).await {
            None => {
                Err(format!("the venue did not answer about {what} within {:?}", self.plan.settle_timeout))
            }
            Some(Err(error)) => Err(format!("the venue did not tell {what}: {error}")),
            Some(Ok(snapshot)) if !snapshot.complete => {
                Err(format!("the venue's list of {what} is incomplete"))
            }
            Some(Ok(snapshot)) => Ok(snapshot.rows),
        }
    }

    /// Our position by REST.
    async fn rest_net(&self, market: &Market) -> Result<SignedQty, String> {
        let rows = self.asked("positions", self.venue.fetch_positions()).await?;
        Ok(net_of(&rows, market))
    }

    /// All we have of an asset by REST.
    async fn rest_balance(&self, asset: &Symbol) -> Result<Money, String> {
        let rows = self.asked("balances", self.venue.fetch_balances()).await?;
        Ok(rows.iter().filter(|row| row.asset == *asset).map(|row| row.available + row.locked).sum())
    }

    /// Live orders of this market by REST.
    pub(super) async fn rest_orders(&self, market: &Market) -> Result<Vec<OrderReport>, String> {
        self.asked("open orders", self.venue.fetch_open_orders(Some(market.id))).await
    }

    /// The account before the test: REST and stream must agree on it.
    pub(super) async fn look_before(&self, market: &Market) -> Result<Prior, String> {
        let mut patience = Patience::new(&self.clock, self.plan.settle_timeout);
        loop {
            match self.prior_once(market).await {
                Err(_) if patience.again().await => {}
                ended => return ended,
            }
        }
    }

    async fn prior_once(&self, market: &Market) -> Result<Prior, String> {
        let orders = self.rest_orders(market).await?.len();
        if market.kind == MarketKind::Spot {
            let base = self.rest_balance(&market.base).await?;
            return Ok(Prior { net: SignedQty::ZERO, base, orders });
        }
        let rest = self.rest_net(market).await?;
        let stream = net_of(&self.venue.positions(), market);
        if rest != stream {
            return Err(format!(
                "position: REST says {}, the stream says {}",
                show(market, rest),
                show(market, stream)
            ));
        }
        Ok(Prior { net: rest, base: Money::ZERO, orders })
    }

    /// REST, stream, our fills and the account's earlier state agree on what is held; returns what that is.
    pub(super) async fn positions_agree(&self, market: &Market, prior: &Prior) -> Result<String, String> {
        let mut patience = Patience::new(&self.clock, self.plan.settle_timeout);
        loop {
            let found = match market.kind {
                MarketKind::Perpetual => self.position_once(market, prior).await,
                MarketKind::Spot => self.balance_once(market, prior).await,
            };
            match found {
                Err(_) if patience.again().await => {}
                ended => return ended,
            }
        }
    }

    async fn position_once(&self, market: &Market, prior: &Prior) -> Result<String, String> {
        let rest = self.rest_net(market).await?;
        let stream = net_of(&self.venue.positions(), market);
        let expected = prior.net + self.net();
        if rest == expected && stream == expected {
            return Ok(format!("REST, stream and fills agree: {}", show(market, expected)));
        }
        Err(format!(
            "REST says {}, the stream says {}, our fills make it {} (before the test: {})",
            show(market, rest),
            show(market, stream),
            show(market, expected),
            show(market, prior.net)
        ))
    }

    async fn balance_once(&self, market: &Market, prior: &Prior) -> Result<String, String> {
        let rest = self.rest_balance(&market.base).await?;
        let expected = prior.base + self.base_change(market);
        if rest == expected {
            return Ok(format!("REST and fills agree: {rest} {}", market.base));
        }
        Err(format!(
            "REST says {rest} {0}, our fills make it {expected} {0} (before the test: {1})",
            market.base, prior.base
        ))
    }

    /// What our fills did to the balance of the base asset, fees taken in it included.
    pub(super) fn base_change(&self, market: &Market) -> Money {
        let mut change = Money::ZERO;
        for (_, order) in &self.placed {
            for fill in order.fills() {
                let qty = Money::from_decimal(market.qty_decimal(fill.qty)).unwrap_or_default();
                match fill.side {
                    Side::Buy => change += qty,
                    Side::Sell => change -= qty,
                }
                if fill.fee_asset == market.base {
                    change -= fill.fee;
                }
            }
        }
        change
    }

    /// REST and the stream agree on which of our orders are live.
    pub(super) async fn orders_agree(&self, market: &Market) -> Result<String, String> {
        let mut patience = Patience::new(&self.clock, self.plan.settle_timeout);
        loop {
            match self.orders_once(market).await {
                Err(_) if patience.again().await => {}
                ended => return ended.map(|(_, seen)| seen),
            }
        }
    }

    /// One comparison: how many of ours are open, and the same in words.
    pub(super) async fn orders_once(&self, market: &Market) -> Result<(usize, String), String> {
        let ours = self.our_ids();
        let rows = self.rest_orders(market).await?;
        let rest: BTreeSet<ClientId> =
            rows.iter().filter_map(|row| row.client_id).filter(|id| ours.contains(id)).collect();
        let known: BTreeSet<ClientId> = self
            .venue
            .open_orders()
            .iter()
            .map(|row| row.client_id())
            .filter(|id| ours.contains(id))
            .collect();
        if rest == known {
            let seen = match known.len() {
                0 => "REST and stream agree: none of ours is open".into(),
                n => format!("REST and stream agree: {n} of ours open"),
            };
            return Ok((known.len(), seen));
        }
        Err(format!("open orders: REST says {}, the stream says {}", ids(&rest), ids(&known)))
    }
}

/// The position on `market`; flat when the (complete) list does not name it.
fn net_of(rows: &[Position], market: &Market) -> SignedQty {
    rows.iter().filter(|row| row.market == market.id).fold(SignedQty::ZERO, |net, row| net + row.net)
}

/// A signed size with its asset.
pub(super) fn show(market: &Market, net: SignedQty) -> String {
    if net.is_flat() {
        return "flat".into();
    }
    let sign = if net.0 > 0 { "+" } else { "" };
    format!("{sign}{} {}", market.signed_decimal(net), market.base)
}

fn ids(of: &BTreeSet<ClientId>) -> String {
    if of.is_empty() {
        return "none of ours".into();
    }
    let texts: Vec<String> = of.iter().map(ToString::to_string).collect();
    format!("ours are {}", texts.join(", "))
}
