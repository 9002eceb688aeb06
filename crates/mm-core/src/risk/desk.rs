//! One connector's place at the gate: its orders pass here, and what becomes of them is told here.

use std::{sync::Arc, time::Duration};

use mm_model::{
    Anomaly, Ask, ClientId, Fill, Market, MarketId, Modification, NewOrder, OrderRecord, Placement, Position,
    Price, Qty, RefusalKind, Side, SignedQty, Snapshot, Timestamp,
};

use super::{
    Denial, Gate, Mode, RiskState,
    check::{Sight, mid},
    denial::code,
    ledger::{Change, Moment, News, Place},
};

/// See the module. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    gate: Gate,
    account: usize,
}

/// Room that was taken for an order that has no id yet. Dropped, it is given back.
#[derive(Debug)]
pub(crate) struct Reservation {
    desk: Desk,
    place: Place,
    key: u64,
    is_named: bool,
}

impl Reservation {
    /// The order has its id: from now on the room is its own, and its record tells how much of it.
    pub(crate) fn name(mut self, id: ClientId) {
        self.is_named = true;
        let (place, key) = (self.place, self.key);
        self.desk.gate.ledger().change(place, |row| row.name(key, id));
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if !self.is_named {
            let (place, key) = (self.place, self.key);
            self.desk.gate.ledger().change(place, |row| row.release(key));
        }
    }
}

impl Desk {
    pub(super) fn new(gate: Gate, account: usize) -> Self {
        Self { gate, account }
    }

    const fn place(&self, market: MarketId) -> Place {
        Place { account: self.account, market }
    }

    pub(crate) fn learn_market(&self, market: &Arc<Market>) {
        self.gate.ledger().learn_market(self.place(market.id), market);
    }

    /// Takes room for an order.
    ///
    /// # Errors
    /// The first control that says no.
    pub(crate) fn admit(
        &self,
        now: Timestamp,
        order: &NewOrder,
        sight: &Sight,
    ) -> Result<Reservation, Denial> {
        let place = self.place(order.market);
        let key = self.judged(now, sight, |ledger, moment| ledger.admit(place, order, moment))?;
        Ok(Reservation { desk: self.clone(), place, key, is_named: false })
    }

    /// Takes room for what a modification adds.
    ///
    /// # Errors
    /// As [`Desk::admit`].
    pub(crate) fn admit_change(&self, now: Timestamp, change: &Change, sight: &Sight) -> Result<(), Denial> {
        let place = self.place(change.order.market);
        self.judged(now, sight, |ledger, moment| ledger.admit_change(place, change, moment))
    }

    /// An order that passed just before the gate closed waits in the driver's queue, which is looked at again.
    fn judged<T>(
        &self,
        now: Timestamp,
        sight: &Sight,
        judge: impl FnOnce(&mut super::ledger::Ledger, &Moment<'_>) -> Result<T, Denial>,
    ) -> Result<T, Denial> {
        let mut ledger = self.gate.ledger();
        let mode = self.gate.mode();
        let why = if mode == Mode::Active { String::new() } else { self.gate.reason() };
        judge(&mut ledger, &Moment { mode, why: &why, now, sight })
    }

    /// Why orders that passed and were not sent yet must not be sent any more, if they must not: the gate closed meanwhile.
    pub(crate) fn recalls(
        &self,
        ask: &Ask,
        of: impl Fn(ClientId) -> Option<OrderRecord>,
    ) -> Option<&'static str> {
        let mode = self.gate.mode();
        let is_change = matches!(ask, Ask::Modify(_));
        match mode {
            Mode::Active => return None,
            Mode::Halted => {
                return (is_change || !ask.placements().is_empty()).then_some(code::HALTED_UNSENT);
            }
            Mode::Reducing => {}
        }
        let ledger = self.gate.ledger();
        let rows = &ledger.accounts[self.account].rows;
        let reduces = |market: MarketId, id, side, left| {
            rows.get(&market).is_some_and(|row| row.still_reduces(id, side, left))
        };
        let is_meant = match ask {
            Ask::Modify(Modification { target, price, qty }) => {
                let record = target.client_id.and_then(of)?;
                let shrinks = *qty <= record.qty() && record.price() == Some(*price);
                let order = record.order();
                let left = qty.minus(record.filled());
                shrinks || reduces(order.market, record.client_id(), order.side, left)
            }
            ask => ask.placements().iter().all(|Placement { client_id, order }| {
                reduces(order.market, *client_id, order.side, order.qty)
            }),
        };
        (!is_meant).then_some(code::REDUCING_UNSENT)
    }

    /// A modification was handed over.
    pub(crate) fn change_sent(&self, market: MarketId, id: ClientId) {
        self.gate.ledger().change(self.place(market), |row| row.wish_sent(id));
    }

    /// A modification never left.
    pub(crate) fn change_unsent(&self, record: &OrderRecord) {
        self.gate.ledger().change(self.place(record.order().market), |row| {
            row.unwish(record.client_id());
            row.follow(record)
        });
    }

    /// An order changed, by so many lots of its side newly filled; the fill, where it was one that nobody had told before.
    pub(crate) fn follow(
        &self,
        now: Timestamp,
        (record, newly_filled): (&OrderRecord, Qty),
        fill: Option<&Fill>,
    ) {
        let order = record.order();
        let news = News { now, moved: signed(order.side, newly_filled), fill };
        self.gate.ledger().follow(self.place(order.market), record, news);
    }

    /// More was filled of an order that was over and is no longer tracked.
    pub(crate) fn late(
        &self,
        now: Timestamp,
        (market, side): (MarketId, Side),
        (newly_filled, fill): (Qty, Option<&Fill>),
    ) {
        let mut ledger = self.gate.ledger();
        let place = self.place(market);
        ledger.change(place, |row| row.moved(now, signed(side, newly_filled)));
        if let Some(fill) = fill {
            ledger.take_fill(place, now, fill);
        }
    }

    /// The venue told a position by stream.
    pub(crate) fn position(&self, market: MarketId, net: SignedQty) {
        self.gate.ledger().change(self.place(market), |row| row.told(net));
    }

    /// The venue answered what was asked at `asked_at`. What a complete answer lacks is flat.
    pub(crate) fn positions(&self, told: &Snapshot<Position>, asked_at: Timestamp) {
        let mut ledger = self.gate.ledger();
        let markets: Vec<MarketId> = ledger.accounts[self.account].rows.keys().copied().collect();
        for market in markets {
            let row = told.rows.iter().find(|row| row.market == market);
            let is_flat = told.complete && told.scope.is_none_or(|scope| scope == market);
            let net = row.map(|row| row.net).or(is_flat.then_some(SignedQty::ZERO));
            if let Some(net) = net {
                ledger.change(self.place(market), |known| known.answered(net, asked_at));
            }
            if let Some(entry) = row.and_then(|row| row.entry) {
                ledger.change(self.place(market), |known| known.price = known.price.or(Some(entry)));
            }
        }
    }

    /// The touch of a market moved.
    pub(crate) fn mark(&self, now: Timestamp, market: MarketId, (bid, ask): (Price, Price)) {
        self.gate.ledger().mark(self.place(market), now, mid(bid, ask));
        self.enforce();
    }

    /// The venue refused a placement.
    pub(crate) fn refused(&self, kind: RefusalKind) {
        if !matches!(kind, RefusalKind::WouldMatch | RefusalKind::RateLimited) {
            self.gate.ledger().answered(self.account, true);
            self.enforce();
        }
    }

    /// The venue took a placement.
    pub(crate) fn accepted(&self) {
        self.gate.ledger().answered(self.account, false);
    }

    /// How far our clock is off the venue's.
    pub(crate) fn skew(&self, apart: Duration) {
        self.gate.ledger().set_skew(self.account, apart);
    }

    /// The venue said something of the market that cannot be: it is closed until somebody looked. Whether it was open.
    pub(crate) fn impossible(&self, now: Timestamp, market: MarketId, why: &str) -> bool {
        let close = |row: &mut super::row::Row| {
            row.halted.is_none() && row.halted.replace((why.to_owned(), now)).is_none()
        };
        self.gate.ledger().change(self.place(market), close) == Some(true)
    }

    /// Whether a fill changed what was made and lost since this was last asked.
    pub(crate) fn take_moved(&self) -> bool {
        std::mem::take(&mut self.gate.ledger().accounts[self.account].is_moved)
    }

    /// What must outlive the process of this connector's part, as it is now.
    pub(crate) fn state(&self, now: Timestamp) -> RiskState {
        let ledger = self.gate.ledger();
        let closure = self.gate.closure(now);
        ledger.state(self.account, closure)
    }

    /// Takes up what an earlier run left of the account's part, before anything may trade. What cannot be read closes the
    /// gate: nobody gets a fresh allowance from a damaged record.
    pub(crate) fn restore(&self, saved: &str, now: Timestamp) {
        match saved.parse::<RiskState>() {
            Ok(mut state) => {
                let closure = self.gate.still_closed(&mut state);
                self.gate.ledger().restore(self.account, state, now);
                self.gate.take_up(closure);
            }
            Err(error) => self.gate.halt(&format!(
                "what was made and lost before cannot be read from the journal ({error}): compare the account with your own \
                 books, then `mm-bot resume`; what was lost until now is then counted no more"
            )),
        }
    }

    /// Lets the mode follow what was told.
    pub(crate) fn enforce(&self) {
        let call = self.gate.ledger().call.take();
        match call {
            Some((Mode::Halted, why)) => self.gate.halt(&why),
            Some((Mode::Reducing, why)) => self.gate.reduce(&why),
            Some((Mode::Active, why)) => {
                tracing::error!(why, "a limit was reached, and is set to do nothing but say so");
            }
            None => {}
        }
    }
}

/// What the venue says of an order that proves that its books or ours are wrong (fault 21).
pub(crate) const fn is_impossible(anomaly: &Anomaly) -> bool {
    matches!(anomaly, Anomaly::Overfill { .. } | Anomaly::ConflictingFill(_) | Anomaly::ConflictingEnds(..))
}

fn signed(side: Side, lots: Qty) -> SignedQty {
    SignedQty(i64::try_from(lots.0).unwrap_or(i64::MAX).saturating_mul(side.sign()))
}
