//! What a strategy asks of a venue.

use std::time::Duration;

use mm_model::{
    Ask, Balance, Book, CallError, CancelTarget, ClientId, Event, Exposure, Fill, Group, GroupKind, MarketId,
    NewOrder, OrderReport, Placement, Position, Side, Snapshot, Timestamp, TradingState, VenueOrderId,
};
use tokio::sync::{mpsc, oneshot};

use super::{
    CallResult, CancelError, Command, PlaceError, Submission, Venue, VenueError, submission::FirstWord,
};
use crate::{
    journal::Entry,
    orders::{Order, Update},
    recovery::Recovery,
    risk::{Reservation, code},
    sync::lock,
};

/// How long a book that is asked for anew is waited for.
const FRESH_WITHIN: Duration = Duration::from_secs(2);
/// How often it is looked whether it came.
const LOOK_EVERY: Duration = Duration::from_millis(50);

impl Venue {
    /// Places an order: gives it an id, tracks it, sends it, waits for the venue's first word. Ok means that the venue took it
    /// in: what became of it (it may be filled, or thrown out at once) its state tells. Where the venue only takes note of
    /// what it gets, Ok comes when it shows the order. A future dropped half-way leaves the order tracked.
    ///
    /// # Errors
    /// See [`PlaceError`]. A connector that is not ready: [`PlaceError::NotSent`].
    ///
    /// An order that only reduces waits a moment where the book is too old to judge it by, and is asked for anew: in a market
    /// where nothing happens a venue sends nothing.
    pub async fn place(&self, order: NewOrder) -> Result<Order, PlaceError> {
        let submitted = match self.submit(order) {
            Err(PlaceError::Denied(denial))
                if denial.code == code::NO_PRICE && order.exposure == Exposure::ReduceOnly =>
            {
                self.freshen(order.market).await;
                self.submit(order)
            }
            submitted => submitted,
        };
        submitted?.outcome().await
    }

    /// Has the book asked for anew, and waits a while for one that can be believed.
    async fn freshen(&self, market: MarketId) {
        let clock = &self.shared.clock;
        let until = clock.now() + FRESH_WITHIN;
        while self.with_book(market, |book| book.is_err()) && clock.now() < until {
            lock(&self.shared.doubted_books).push(market);
            self.shared.nudge.notify_one();
            clock.sleep(LOOK_EVERY).await;
        }
    }

    /// Like [`Venue::place`], in two steps: who must know the order before the venue speaks (to cancel it, whatever happens)
    /// has it from here.
    ///
    /// # Errors
    /// [`PlaceError::Denied`], [`PlaceError::NotSent`].
    pub fn submit(&self, order: NewOrder) -> Result<Submission, PlaceError> {
        let (order, placement) = self.track(order)?;
        let reply = self.send_placement(Ask::Place(placement), &[&order])?;
        Ok(Submission { order, reply, first_word: self.first_word() })
    }

    fn first_word(&self) -> FirstWord {
        FirstWord { clock: self.shared.clock.clone(), patience: self.shared.config.shown_within }
    }

    /// Places several in one message; one result for each, in their order.
    pub async fn place_batch(&self, orders: Vec<NewOrder>) -> Vec<Result<Order, PlaceError>> {
        let tracked = orders.into_iter().map(|order| self.track(order)).collect();
        self.place_together(tracked, Ask::Batch).await
    }

    /// Places orders that hang together, the one that triggers the others first; one result for each, in their order. All of
    /// them are sent, or none.
    pub async fn place_group(
        &self,
        kind: GroupKind,
        orders: Vec<NewOrder>,
    ) -> Vec<Result<Order, PlaceError>> {
        let admitted: Result<Vec<_>, _> = orders.iter().map(|order| self.admit(order)).collect();
        let tracked = match admitted {
            Ok(rooms) => orders.iter().zip(rooms).map(|(order, room)| self.track_in(*order, room)).collect(),
            Err(why) => return orders.iter().map(|_| Err(why.clone())).collect(),
        };
        self.place_together(tracked, |orders| Ask::Group(Group { kind, orders })).await
    }

    async fn place_together(
        &self,
        tracked: Vec<Result<(Order, Placement), PlaceError>>,
        ask: impl FnOnce(Vec<Placement>) -> Ask,
    ) -> Vec<Result<Order, PlaceError>> {
        let placements: Vec<Placement> = tracked.iter().flatten().map(|(_, placement)| *placement).collect();
        if placements.is_empty() {
            return tracked.into_iter().map(|one| one.map(|(order, _)| order)).collect();
        }
        let handles: Vec<&Order> = tracked.iter().flatten().map(|(order, _)| order).collect();
        let sent = self.send_placement(ask(placements), &handles);
        let result = match sent {
            Ok(reply) => reply.await.ok(),
            Err(PlaceError::NotSent(why)) => Some(Err(CallError::NotSent(why))),
            Err(_) => None,
        };
        // All wait from now on, so that the last waits no longer than the first.
        let first_word = self.first_word();
        let until = first_word.until();
        let mut outcomes = Vec::with_capacity(tracked.len());
        for one in tracked {
            outcomes.push(match one {
                Ok((order, _)) => first_word.outcome(order, result.as_ref(), until).await,
                Err(why) => Err(why),
            });
        }
        outcomes
    }

    fn track(&self, order: NewOrder) -> Result<(Order, Placement), PlaceError> {
        let room = self.admit(&order)?;
        self.track_in(order, room)
    }

    /// What passes has its place in the gate's book before it has an id.
    fn admit(&self, order: &NewOrder) -> Result<Reservation, PlaceError> {
        self.check(order).map_err(PlaceError::NotSent)?;
        let sight = self.sight(order);
        self.shared.desk.admit(self.shared.clock.now(), order, &sight).map_err(|denial| {
            tracing::warn!(venue = %self.name(), %denial, "an order was denied");
            PlaceError::Denied(denial)
        })
    }

    fn track_in(&self, order: NewOrder, room: Reservation) -> Result<(Order, Placement), PlaceError> {
        let client_id = self.shared.ids.next().map_err(PlaceError::NotSent)?;
        let now = self.shared.clock.now();
        self.write_down(now, client_id, &order).map_err(PlaceError::NotSent)?;
        let tracked = self.shared.orders.track_in(client_id, (order, Some(room)), now);
        let tracked =
            tracked.ok_or_else(|| PlaceError::NotSent(format!("client id {client_id} was used before")))?;
        Ok((tracked, Placement { client_id, order }))
    }

    /// No journal, no order.
    fn write_down(&self, now: Timestamp, client_id: ClientId, order: &NewOrder) -> Result<(), String> {
        let market =
            self.market_by_id(order.market).ok_or_else(|| format!("no market {:?}", order.market))?;
        let made = Entry::Made { client_id, order, market: &market };
        self.shared.journal.write(now, &made).map_err(|why| why.to_string())
    }

    /// What can be known to be wrong before anything is sent.
    fn check(&self, order: &NewOrder) -> Result<(), String> {
        let state = self.shared.state();
        // What earlier runs left as a position may be closed before anything else is done.
        let closes = state.health.is_settling
            && self.recovery() == Recovery::Flatten
            && order.exposure == Exposure::ReduceOnly;
        if let Some(reason) = state.health.reason.as_ref().filter(|_| !closes) {
            return Err(format!("'{}' is not ready: {reason}", self.name()));
        }
        let market =
            state.markets.get(&order.market).ok_or_else(|| format!("no market {:?}", order.market))?;
        if matches!(market.trading, TradingState::Closed | TradingState::CancelOnly) {
            return Err(format!("{market} takes no orders now: {:?}", market.trading));
        }
        if order.qty < market.min_qty || order.qty.is_zero() {
            let (qty, min) = (market.qty_decimal(order.qty), market.qty_decimal(market.min_qty));
            return Err(format!("size {qty} is below the smallest of {market}, {min}"));
        }
        if let Some(price) = order.kind.price().filter(|price| price.0 <= 0) {
            return Err(format!("price {} is not above zero", market.price_decimal(price)));
        }
        Ok(())
    }

    fn send_placement(
        &self,
        ask: Ask,
        orders: &[&Order],
    ) -> Result<oneshot::Receiver<CallResult>, PlaceError> {
        send(&self.lanes.others, ask).map_err(|why| {
            let why = why.to_string();
            for order in orders {
                self.shared.orders.apply(order.client_id(), self.shared.clock.now(), Update::NotSent(&why));
            }
            PlaceError::NotSent(why)
        })
    }

    /// Asks the venue to cancel; Ok means it took note, or that the order is over already. Wait on the order.
    ///
    /// # Errors
    /// [`CancelError`]: only the order's own state tells whether it is over.
    pub async fn cancel(&self, id: ClientId) -> Result<(), CancelError> {
        let Some(record) = self.shared.orders.read(id, |tracker| tracker.snapshot()) else {
            return Err(CallError::NotSent(format!("no order {id} is tracked")).into());
        };
        if record.state().is_final() {
            return Ok(());
        }
        let market = record.order().market;
        self.cancel_target(CancelTarget { market, client_id: Some(id), venue_id: record.venue_id() }).await
    }

    /// Cancels an order that is not ours, by the venue's id.
    ///
    /// # Errors
    /// As [`Venue::cancel`].
    pub async fn cancel_by_venue_id(&self, market: MarketId, id: VenueOrderId) -> Result<(), CancelError> {
        self.cancel_target(CancelTarget { market, client_id: None, venue_id: Some(id) }).await
    }

    async fn cancel_target(&self, target: CancelTarget) -> Result<(), CancelError> {
        self.cancelled(Ask::Cancel(target)).await
    }

    /// Cancels all orders of a market.
    ///
    /// # Errors
    /// As [`Venue::cancel`].
    pub async fn cancel_all(&self, market: MarketId) -> Result<(), CancelError> {
        self.cancelled(Ask::CancelAll(market)).await
    }

    async fn cancelled(&self, ask: Ask) -> Result<(), CancelError> {
        let reply = send(&self.lanes.cancels, ask)?;
        match reply.await {
            Ok(result) => Ok(result.map(drop)?),
            Err(_) => Err(CallError::OutcomeUnknown("the connector has stopped".into()).into()),
        }
    }

    /// Hands an order over to be cancelled until its end is proven, whatever becomes of the caller. Does not wait; cannot
    /// fail; does nothing to an order that is over.
    pub fn abandon(&self, id: ClientId) {
        lock(&self.shared.abandoned).push(id);
        self.shared.nudge.notify_one();
    }

    /// Asks the venue for live orders.
    ///
    /// # Errors
    /// See [`VenueError`]. An error never means that there are none.
    pub async fn fetch_open_orders(
        &self,
        market: Option<MarketId>,
    ) -> Result<Snapshot<OrderReport>, VenueError> {
        self.fetch(Ask::OpenOrders(market), |events| {
            merged(events.into_iter().filter_map(|event| match event {
                Event::OpenOrders(rows) => Some(rows),
                _ => None,
            }))
        })
        .await
    }

    /// Asks the venue for positions. What the stream told stays as it is: compare the two.
    ///
    /// # Errors
    /// See [`VenueError`]. An error never means flat.
    pub async fn fetch_positions(&self) -> Result<Snapshot<Position>, VenueError> {
        self.fetch(Ask::Positions, |events| {
            merged(events.into_iter().filter_map(|event| match event {
                Event::Positions(rows) => Some(rows),
                _ => None,
            }))
        })
        .await
    }

    /// Asks the venue for balances.
    ///
    /// # Errors
    /// See [`VenueError`].
    pub async fn fetch_balances(&self) -> Result<Snapshot<Balance>, VenueError> {
        self.fetch(Ask::Balances, |events| {
            merged(events.into_iter().filter_map(|event| match event {
                Event::Balances(rows) => Some(rows),
                _ => None,
            }))
        })
        .await
    }

    /// Asks the venue for our fills since a time of its clock.
    ///
    /// # Errors
    /// See [`VenueError`].
    pub async fn fetch_fills(&self, since: Timestamp) -> Result<Snapshot<Fill>, VenueError> {
        self.fetch(Ask::FillsSince(since), |events| {
            merged(events.into_iter().filter_map(|event| match event {
                Event::Fills(rows) => Some(rows),
                _ => None,
            }))
        })
        .await
    }

    /// Asks the venue for a whole book, beside the one that is kept.
    ///
    /// # Errors
    /// See [`VenueError`].
    pub async fn fetch_book(&self, market: MarketId) -> Result<Book, VenueError> {
        self.fetch(Ask::Book(market), |events| {
            events.into_iter().find_map(|event| match event {
                Event::BookSnapshot(snapshot) => {
                    let mut book = Book::default();
                    snapshot.bids.iter().for_each(|level| book.set(Side::Buy, *level));
                    snapshot.asks.iter().for_each(|level| book.set(Side::Sell, *level));
                    Some(book)
                }
                _ => None,
            })
        })
        .await
    }

    /// Best-effort latency: the round trip of a time request.
    ///
    /// # Errors
    /// See [`VenueError`].
    pub async fn latency(&self) -> Result<Duration, VenueError> {
        let asked_at = self.shared.clock.now();
        self.fetch(Ask::Time, |events| {
            events.iter().any(|event| matches!(event, Event::ServerTime(_))).then_some(())
        })
        .await?;
        Ok(self.shared.clock.now().since(asked_at))
    }

    async fn fetch<T>(&self, ask: Ask, read: impl FnOnce(Vec<Event>) -> Option<T>) -> Result<T, VenueError> {
        let reply = send(&self.lanes.others, ask)?;
        let events = reply.await.map_err(|_| VenueError::Stopped)??;
        read(events).ok_or_else(|| {
            CallError::OutcomeUnknown("the answer does not hold what was asked for".into()).into()
        })
    }
}

/// One list of its pages: the last page tells whether anything is missing.
pub(crate) fn merged<T>(pages: impl Iterator<Item = Snapshot<T>>) -> Option<Snapshot<T>> {
    pages.reduce(|mut all, page| {
        all.rows.extend(page.rows);
        all.complete = page.complete;
        all
    })
}

/// A queue that is full, or a connector that has stopped, is an error with a name: nothing was sent.
pub(super) fn send(
    lane: &mpsc::Sender<Command>,
    ask: Ask,
) -> Result<oneshot::Receiver<CallResult>, CallError> {
    let (reply, result) = oneshot::channel();
    match lane.try_send(Command { ask, reply }) {
        Ok(()) => Ok(result),
        Err(mpsc::error::TrySendError::Full(_)) => {
            Err(CallError::NotSent("the queue of commands is full".into()))
        }
        Err(mpsc::error::TrySendError::Closed(_)) => {
            Err(CallError::NotSent("the connector has stopped".into()))
        }
    }
}
