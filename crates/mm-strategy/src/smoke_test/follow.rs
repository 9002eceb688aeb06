//! Tells what happens to our orders while something else is being waited for, and compares the resting entry on
//! REST and stream meanwhile. Nothing here decides anything: a follower that falls behind only stops telling.

use std::{
    collections::BTreeMap,
    future::Future,
    sync::{Mutex, OnceLock},
    time::Duration,
};

use mm_core::{Listener, Order};
use mm_model::{ClientId, Decimal, Event, Fill, Market, OrderKind, OrderState, Qty};

use super::{Leg, Progress, evidence::Patience, venue_test::VenueTest};

/// What a comparison found, and how long it took.
type Compared = (Result<String, String>, Duration);

/// What was last told of each order of a leg.
struct Told<'a> {
    market: &'a Market,
    leg: Leg,
    states: Mutex<BTreeMap<ClientId, (OrderState, Qty)>>,
}

impl VenueTest {
    /// Runs `act` while telling what happens to the orders of `leg`.
    pub(super) async fn watch<T>(&self, market: &Market, leg: Leg, act: impl Future<Output = T>) -> T {
        // Orders of earlier legs were told already.
        let states = self.placed.iter().map(|(_, order)| {
            let record = order.snapshot();
            (record.client_id(), (record.state(), record.filled()))
        });
        let told = Told { market, leg, states: Mutex::new(states.collect()) };
        let listener = self.venue.listen();
        let ended = tokio::select! {
            biased;
            ended = act => ended,
            () = self.follow(&told, listener) => unreachable!("a follower never ends"),
        };
        self.tell_changes(&told);
        ended
    }

    /// [`VenueTest::watch`] for the entry, which may rest: compares REST and stream as soon as it does. `None`: it
    /// was over before the two could be compared.
    pub(super) async fn watch_entry<T>(
        &self,
        market: &Market,
        act: impl Future<Output = T>,
    ) -> (T, Option<Compared>) {
        let found = OnceLock::new();
        let compare = async {
            if let Some(result) = self.resting_agrees(market).await {
                found.get_or_init(|| result);
            }
            std::future::pending::<()>().await;
        };
        let ended = {
            let act = self.watch(market, Leg::Entry, act);
            tokio::select! {
                biased;
                ended = act => ended,
                () = compare => unreachable!("it never ends"),
            }
        };
        (ended, found.into_inner())
    }

    /// Looks until REST and stream both show an order of ours resting, or have disagreed for too long.
    async fn resting_agrees(&self, market: &Market) -> Option<Compared> {
        let mut listener = self.venue.listen();
        loop {
            let open = self.venue.open_orders();
            let ours = self.our_ids();
            if open.iter().any(|row| ours.contains(&row.client_id())) {
                break;
            }
            // Any event may have opened it.
            if !matches!(listener.next().await, Ok(Some(_))) {
                return None;
            }
        }
        let since = self.clock.now();
        let mut patience = Patience::new(&self.clock, self.plan.settle_timeout);
        let found = loop {
            match self.orders_once(market).await {
                Ok((0, _)) => return None,
                Ok((_, seen)) => break Ok(seen),
                Err(_) if patience.again().await => {}
                Err(reason) => break Err(reason),
            }
        };
        Some((found, self.clock.now().since(since)))
    }

    async fn follow(&self, told: &Told<'_>, mut listener: Listener) {
        while let Ok(Some(event)) = listener.next().await {
            if matches!(event, Event::Order(_) | Event::Fill(_)) {
                self.tell_changes(told);
            }
        }
        std::future::pending::<()>().await;
    }

    fn tell_changes(&self, told: &Told<'_>) {
        let mut states = told.states.lock().expect("no panic while holding it");
        for (n, order) in self.our_orders().into_iter().enumerate() {
            let record = order.snapshot();
            let now = (record.state(), record.filled());
            if record.lacks_fills() {
                continue; // The trades that tell its price are on their way, and will be told of.
            }
            let before = states.insert(order.client_id(), now);
            if before == Some(now) {
                continue;
            }
            if let Some(event) = step(told, n + 1, &order) {
                self.tell(event);
            }
        }
    }
}

fn step(told: &Told<'_>, attempt: usize, order: &Order) -> Option<Progress> {
    let Told { market, leg, .. } = *told;
    let record = order.snapshot();
    let client_id = record.client_id().0;
    let qty = market.qty_decimal(record.qty()).to_string();
    let filled = market.qty_decimal(record.filled()).to_string();
    match record.state() {
        OrderState::New | OrderState::Submitting => None,
        OrderState::Open => match record.order().kind {
            OrderKind::Market | OrderKind::StopLoss { .. } | OrderKind::TakeProfit { .. } => None,
            OrderKind::Limit { price, .. } | OrderKind::PostOnly { price } => Some(Progress::Posted {
                client_id,
                price: market.price_decimal(price).to_string(),
                qty,
                attempt,
            }),
        },
        OrderState::PartiallyFilled => Some(Progress::PartlyFilled { leg, client_id, filled, qty }),
        OrderState::Filled => {
            let price = average_price(market, &order.fills()).map(|price| price.to_string());
            Some(Progress::Filled { leg, client_id, qty, price })
        }
        state @ (OrderState::Cancelled | OrderState::Failed) => {
            Some(Progress::Ended { leg, client_id, state: state.as_str(), filled })
        }
    }
}

/// Average price of fills to a hundredth of a tick, towards zero; with the market's own places when it lies on a
/// tick.
fn average_price(market: &Market, fills: &[Fill]) -> Option<Decimal> {
    let lots: i128 = fills.iter().map(|fill| i128::from(fill.qty.0)).sum();
    let sum: i128 = fills.iter().map(|fill| i128::from(fill.qty.0) * i128::from(fill.price.0)).sum();
    if lots == 0 {
        return None;
    }
    if sum % lots == 0 {
        return i64::try_from(sum / lots).ok().map(|ticks| market.price_decimal(mm_model::Price(ticks)));
    }
    let tick = market.tick.normalized();
    Some(Decimal::new(sum * 100 / lots * tick.mantissa, tick.scale.checked_add(2)?))
}
