//! A journal in memory that outlives the driver that writes it, as a file outlives the process.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use mm_model::{ClientId, SignedQty, Timestamp};

use crate::{
    OrderTracker,
    journal::{Entry, Evidence, Journal, JournalError, Past, PastMarket, PastOrder},
    orders::Update,
    sync::lock,
};

type Pages = Arc<Mutex<BTreeMap<ClientId, (PastOrder, OrderTracker)>>>;

/// One run's hand on the pages.
#[derive(Debug, Default)]
pub(crate) struct Notebook {
    pages: Pages,
    risk: Arc<Mutex<Option<String>>>,
    is_dead: AtomicBool,
    is_full: AtomicBool,
}

impl Notebook {
    /// The next run's: what this one still wants to write is lost, as with a process that was killed.
    pub(crate) fn pass_on(&self) -> Self {
        self.is_dead.store(true, Ordering::Relaxed);
        Self { pages: self.pages.clone(), risk: self.risk.clone(), ..Self::default() }
    }

    /// No space is left.
    pub(crate) fn fill_up(&self) {
        self.is_full.store(true, Ordering::Relaxed);
    }

    /// What the next run starts from.
    pub(crate) fn past(&self) -> Past {
        let mut past = Past { risk: lock(&self.risk).clone(), ..Past::default() };
        let mut sum: Option<(PastMarket, SignedQty)> = None;
        for (order, tracker) in lock(&self.pages).values() {
            let lots = i64::try_from(tracker.record().filled().0).expect("small");
            let filled = SignedQty(lots * order.order.side.sign());
            let known = sum.get_or_insert_with(|| (order.market.clone(), SignedQty::ZERO));
            known.1 = known.1 + filled;
            if !tracker.record().is_settled() {
                past.orders.push(order.clone());
            }
        }
        past.filled.extend(sum);
        past
    }

    /// How much was written of an order after its intent.
    pub(crate) fn n_told(&self, id: ClientId) -> usize {
        lock(&self.pages).get(&id).map_or(0, |(order, _)| order.evidence.len())
    }
}

impl Journal for Notebook {
    fn write(&self, at: Timestamp, entry: &Entry<'_>) -> Result<(), JournalError> {
        if self.is_dead.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.health()?;
        let mut pages = lock(&self.pages);
        match entry {
            Entry::Made { client_id, order, market } => {
                let mut tracker = OrderTracker::new(*client_id, **order, at);
                let _ = tracker.apply(at, Update::Sent);
                let (symbol, tick, lot) = (market.symbol.clone(), market.tick, market.lot);
                let page = PastOrder {
                    client_id: *client_id,
                    made_at: at,
                    market: PastMarket { symbol, tick, lot },
                    order: **order,
                    evidence: Vec::new(),
                };
                assert!(pages.insert(*client_id, (page, tracker)).is_none(), "{client_id} was made twice");
            }
            Entry::Updated { client_id, update, .. } => {
                let (page, tracker) = pages.get_mut(client_id).expect("an intent before anything else");
                page.evidence.push((at, owned(*update)));
                let _ = tracker.apply(at, *update);
            }
            // What is on the pages is never forgotten.
            Entry::Revived { .. } | Entry::Resumed { .. } => {}
            Entry::Risk { state } => *lock(&self.risk) = Some((*state).to_owned()),
        }
        Ok(())
    }

    fn health(&self) -> Result<(), JournalError> {
        let is_full = self.is_full.load(Ordering::Relaxed);
        if is_full { Err(JournalError("no space left on device".into())) } else { Ok(()) }
    }
}

fn owned(update: Update<'_>) -> Evidence {
    match update {
        Update::Sent => unreachable!("never told"),
        Update::Report(report) => Evidence::Report(Box::new(report.clone())),
        Update::Fill(fill) => Evidence::Fill(Box::new(fill.clone())),
        Update::NotSent(why) => Evidence::NotSent(why.to_owned()),
        Update::Refused(refusal) => Evidence::Refused(refusal.clone()),
        Update::Unsure(unsure) => Evidence::Unsure(unsure),
        Update::CancelSent => Evidence::CancelSent,
        Update::CancelFailed => Evidence::CancelFailed,
        Update::ModifySent { price, qty } => Evidence::ModifySent { price, qty },
        Update::ModifyFailed => Evidence::ModifyFailed,
    }
}
