//! Carries the policy out, through the handle that strategies have too.

use std::time::Duration;

use mm_model::{Exposure, Market, NewOrder, OrderKind, OrderRecord, Qty, Side, SignedQty};

use super::{
    Recovered, Recovery,
    share::{Holding, Share},
};
use crate::{Clock, Order, PlaceError, Venue, risk::code};

/// How often a list is asked for, or looked at again, before it is taken as it is.
const ROUNDS: u32 = 5;
/// How often in a row an order that closes may fail before it is given up.
const TRIES: u32 = 8;
/// Pause after the first look; each further one waits that much longer. A venue's list may lag behind its fills.
const PAUSE: Duration = Duration::from_millis(500);

/// Sees to what earlier runs left on a venue that has proven it, and makes it ready. Takes as long as the venue takes: the
/// caller bounds it. Dropped half-way it can be begun again.
///
/// # Errors
/// What is left, and what to do about it: the venue is not ready then.
pub(crate) async fn carry_out(clock: &Clock, venue: &Venue, keeps_orders: bool) -> Result<Recovered, String> {
    let story = Recovering { clock, venue };
    let mut recovered = Recovered { unsettled: venue.n_restored(), ..Recovered::default() };
    match venue.recovery() {
        Recovery::Hold => story.refuse_what_is_left(venue.open_orders()).await?,
        Recovery::Resume if keeps_orders => recovered.adopted = venue.open_orders().len(),
        Recovery::Resume => recovered.cancelled = story.cancel_all().await,
        Recovery::Flatten => {
            recovered.cancelled = story.cancel_all().await;
            story.flatten(&mut recovered.notes).await?;
        }
    }
    if venue.recovery() == Recovery::Resume {
        story.note_positions(&mut recovered.notes);
    }
    venue.taken_over();
    tracing::info!(venue = venue.name(), policy = %venue.recovery(), "{recovered}");
    Ok(recovered)
}

/// Why an order closed nothing.
enum NotClosed {
    /// The gate lets only smaller ones pass.
    TooLarge,
    Otherwise(String),
}

struct Recovering<'a> {
    clock: &'a Clock,
    venue: &'a Venue,
}

impl Recovering<'_> {
    /// Takes every order of ours off and waits for the proof of its end, with all its fills.
    async fn cancel_all(&self) -> usize {
        let open = self.venue.open_orders();
        let mut leaving: Vec<Order> = Vec::new();
        for record in &open {
            leaving.extend(self.venue.order(record.client_id()));
            self.venue.abandon(record.client_id());
        }
        for order in &mut leaving {
            order.wait_final().await;
        }
        leaving.len()
    }

    async fn refuse_what_is_left(&self, orders: Vec<OrderRecord>) -> Result<(), String> {
        let mut left: Vec<String> = orders.iter().map(|record| self.shown(record)).collect();
        for market in self.traded() {
            let holding = self.holding(&market).await?;
            match holding.share(market.min_qty, market.kind) {
                Share::Nothing | Share::Gone => {}
                Share::Close(..) | Share::Leave(_) => left.push(format!(
                    "a position of {} in {market}, of which our fills are {}",
                    market.signed_decimal(holding.net),
                    market.signed_decimal(holding.own)
                )),
            }
        }
        if left.is_empty() {
            return Ok(());
        }
        Err(format!(
            "earlier runs left {}, and `recovery: hold` touches nothing: see to it at the venue by hand, or start with \
             `recovery: resume` (keeps the position, goes on with the orders) or `recovery: flatten` (takes both back)",
            left.join("; ")
        ))
    }

    fn shown(&self, record: &OrderRecord) -> String {
        let order = record.order();
        let (left, symbol) = match self.venue.market_by_id(order.market) {
            Some(market) => (market.qty_decimal(record.exposed()).to_string(), market.symbol.to_string()),
            None => (format!("{} lots", record.exposed().0), format!("{:?}", order.market)),
        };
        format!("order {} ({} {left} of {symbol} still open)", record.client_id(), order.side)
    }

    /// Markets in which our own orders left more or less than nothing.
    fn traded(&self) -> Vec<std::sync::Arc<Market>> {
        let mut markets = self.venue.markets();
        markets.retain(|market| !self.venue.filled(market.id).is_flat());
        markets
    }

    /// Our fills and the position as the venue lists it now. An error is no flat position.
    async fn holding(&self, market: &Market) -> Result<Holding, String> {
        let mut round = 0;
        let listed = loop {
            round += 1;
            match self.venue.fetch_positions().await {
                Ok(listed) if listed.complete => break listed,
                Ok(_) if round == ROUNDS => return Err("the venue lists positions only in part".into()),
                Err(error) if round == ROUNDS => {
                    return Err(format!("positions could not be asked for ({error})"));
                }
                _ => self.clock.sleep(PAUSE * round).await,
            }
        };
        let row = listed.rows.iter().find(|row| row.market == market.id);
        let net = row.map_or(SignedQty::ZERO, |row| row.net);
        Ok(Holding { own: self.venue.filled(market.id), net })
    }

    async fn flatten(&self, notes: &mut Vec<String>) -> Result<(), String> {
        for market in self.traded() {
            self.flatten_market(&market, notes).await?;
        }
        Ok(())
    }

    /// Closes our share of a position, proven; in as many orders as the gate wants it.
    async fn flatten_market(&self, market: &Market, notes: &mut Vec<String>) -> Result<(), String> {
        let (mut closed, mut most) = (Qty::ZERO, Qty(u64::MAX));
        let (mut failures, mut trouble) = (0, String::new());
        while failures < TRIES {
            let holding = self.holding(market).await?;
            match holding.share(market.min_qty, market.kind) {
                // The list may lag behind fills that we know: looked at again.
                Share::Gone if failures < ROUNDS => {}
                Share::Close(side, qty) => match self.close(market, side, qty.min(most)).await {
                    Ok(filled) => {
                        closed = closed.plus(filled);
                        failures = 0;
                        continue;
                    }
                    Err(NotClosed::TooLarge) if qty.min(most).0 / 2 >= market.min_qty.0 => {
                        most = Qty(qty.min(most).0 / 2);
                        continue;
                    }
                    Err(NotClosed::TooLarge) => trouble = "the risk gate lets no size pass".to_owned(),
                    Err(NotClosed::Otherwise(why)) => trouble = why,
                },
                share => {
                    notes.extend(told(market, closed, holding, share));
                    return Ok(());
                }
            }
            failures += 1;
            self.clock.sleep(PAUSE * failures).await;
        }
        let own = market.signed_decimal(self.venue.filled(market.id));
        Err(format!(
            "what earlier runs left in {market} ({own} by our fills) could not be closed ({trouble}): close it by hand, or \
             start with `recovery: resume`"
        ))
    }

    /// One reduce-only market order, until it is over and its fills are known.
    async fn close(&self, market: &Market, side: Side, qty: Qty) -> Result<Qty, NotClosed> {
        let order = NewOrder {
            market: market.id,
            side,
            qty,
            kind: OrderKind::Market,
            exposure: Exposure::ReduceOnly,
        };
        let mut order = match self.venue.place(order).await {
            Ok(order) | Err(PlaceError::OutcomeUnknown { order, .. }) => order,
            Err(PlaceError::Denied(denial))
                if matches!(denial.code, code::ORDER_SIZE | code::ORDER_NOTIONAL) =>
            {
                return Err(NotClosed::TooLarge);
            }
            Err(why) => return Err(NotClosed::Otherwise(why.to_string())),
        };
        let record = order.wait_final().await;
        let (filled, venue) = (market.qty_decimal(record.filled()), self.venue.name());
        tracing::warn!(venue, %market, %side, %filled, order = %record.client_id(), "closing what earlier runs left");
        if record.filled().is_zero() {
            let why = format!("order {} ended as {} unfilled", record.client_id(), record.state());
            return Err(NotClosed::Otherwise(why));
        }
        Ok(record.filled())
    }

    /// Positions stay; where they are not what our own fills come to, that is said.
    fn note_positions(&self, notes: &mut Vec<String>) {
        let known = self.venue.positions();
        for market in self.traded() {
            let row = known.iter().find(|row| row.market == market.id);
            let holding = Holding {
                own: self.venue.filled(market.id),
                net: row.map_or(SignedQty::ZERO, |row| row.net),
            };
            if market.kind == mm_model::MarketKind::Perpetual && holding.is_mixed() {
                notes.push(mixed(&market, holding));
            }
        }
    }
}

/// What is said of a market that nothing more is done about.
fn told(market: &Market, closed: Qty, holding: Holding, share: Share) -> Vec<String> {
    let mut notes = Vec::new();
    if !closed.is_zero() {
        notes.push(format!("closed {} in {market}", market.qty_decimal(closed)));
    }
    match share {
        Share::Leave(ours) if market.kind == mm_model::MarketKind::Spot => notes
            .push(format!("left {} of {market}: spot holdings are not closed", market.signed_decimal(ours))),
        Share::Leave(ours) => notes.push(format!(
            "left {} in {market}: below the smallest size, {}",
            market.signed_decimal(ours),
            market.qty_decimal(market.min_qty)
        )),
        Share::Gone => notes.push(mixed(market, holding)),
        Share::Nothing | Share::Close(..) => {}
    }
    notes
}

fn mixed(market: &Market, holding: Holding) -> String {
    format!(
        "in {market} our own fills come to {} and the position is {}: somebody else trades on the account, or did before the \
         journal began",
        market.signed_decimal(holding.own),
        market.signed_decimal(holding.net)
    )
}
