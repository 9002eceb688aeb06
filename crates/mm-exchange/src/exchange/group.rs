//! Orders that are tied together: a parent whose fill brings its children to life, and pairs of which one ends the
//! other.
//!
//! What the orders of a group do to each other happens after the command that caused it: a fill in the middle of
//! somebody's sweep must not send orders into the same sweep.

use std::collections::{BTreeMap, VecDeque};

use mm_model::{Exposure, Qty, Timestamp};

use super::{Exchange, admit::Admitted};
use crate::{
    AccountId, Amount, Expiry, Fact, Group, GroupId, Grouping, OrderView, PlaceOrder, Reject, Status, Waits,
};

/// How many groups are remembered; of older ones those that are over are forgotten.
const KEPT: usize = 65_536;

/// All groups, and which of their orders ended without the others knowing it yet.
#[derive(Debug, Default)]
pub(super) struct Groups {
    last: u32,
    list: BTreeMap<GroupId, Group>,
    pub(super) ended: VecDeque<OrderView>,
}

impl Exchange {
    /// Places orders that are tied together, all in one market: see [`Grouping`] for how many and which. All of them
    /// are taken, or none. The views are the orders after matching.
    ///
    /// # Errors
    /// Why the first one was refused that was; nothing happened then. [`Reject::Flags`] for orders that do not make
    /// such a group.
    pub fn place_group(
        &mut self,
        now: Timestamp,
        account: AccountId,
        tied: (Grouping, &[PlaceOrder]),
    ) -> Result<Vec<OrderView>, Reject> {
        let (grouping, orders) = tied;
        let n_parents = check_group(grouping, orders)?;
        if orders.iter().any(|order| order.terms.expires_at.is_some_and(|at| at <= now)) {
            return Err(Reject::TooLate);
        }
        let waits = if n_parents > 0 { Waits::Parent } else { Waits::Mark };
        for order in &orders[n_parents..] {
            self.admit_asleep(account, order, waits)?;
        }
        let parent = match orders[..n_parents] {
            [parent] => Some(self.admit(account, parent, None)?),
            _ => None,
        };
        let views = self.take_in(now, account, (grouping, orders, parent));
        self.wake(now, orders[0].market);
        Ok(views.into_iter().map(|view| self.present(view)).collect())
    }

    /// A group that is remembered.
    #[must_use]
    pub fn group(&self, id: GroupId) -> Option<&Group> {
        self.groups.list.get(&id)
    }

    /// All orders get their ids before the first one may match.
    fn take_in(
        &mut self,
        now: Timestamp,
        account: AccountId,
        tied: (Grouping, &[PlaceOrder], Option<Admitted>),
    ) -> Vec<OrderView> {
        let (grouping, orders, parent) = tied;
        let id = self.new_group();
        let group = Some(id);
        let mut views = Vec::with_capacity(orders.len());
        if let Some(parent) = &parent {
            let view = OrderView { group, ..self.arrival(now, account, parent.order) };
            self.facts.push(|| Fact::Accepted(view));
            views.push(view);
        }
        let waits = if parent.is_some() { Waits::Parent } else { Waits::Mark };
        for order in &orders[views.len()..] {
            let view = OrderView { group, ..self.arrival(now, account, *order) };
            views.push(self.put_to_sleep(view, waits));
        }
        self.groups.list.insert(id, Group { grouping, orders: views.iter().map(|view| view.id).collect() });
        if let Some(Admitted { mut appetite, killed, .. }) = parent {
            self.enter(now, &mut views[0], (&mut appetite, killed));
        }
        views
    }

    /// The next group's id. Makes room for it.
    fn new_group(&mut self) -> GroupId {
        while self.groups.list.len() >= KEPT
            && let Some((&oldest, group)) = self.groups.list.first_key_value()
            && group.orders.iter().all(|id| self.states.iter().all(|state| !state.lives(*id)))
        {
            self.groups.list.remove(&oldest);
        }
        self.groups.last += 1;
        GroupId(self.groups.last)
    }

    /// An order ended: its account remembers it, and its group will hear of it.
    pub(super) fn archive(&mut self, view: &OrderView) {
        self.account_mut(view.account).orders.push(*view);
        if view.group.is_some() {
            self.groups.ended.push_back(*view);
        }
    }

    /// Does what the end of an order means for the others of its group, one order at a time. Whether there was any.
    pub(super) fn tell_groups(&mut self, now: Timestamp) -> bool {
        let Some(over) = self.groups.ended.pop_front() else { return false };
        for child in self.children(&over) {
            if over.filled.is_zero() || over.status == Status::Cancelled {
                let why = Status::Expired(Expiry::Child);
                self.take_off(now, (child.order.market, child.id), why);
            } else if child.order.terms.trigger.is_some() {
                self.arm(now, child, over.filled);
            } else {
                self.arouse(now, child, Some(over.filled));
            }
        }
        true
    }

    /// An order was triggered: the other one of its pair ends.
    pub(super) fn end_twin(&mut self, now: Timestamp, view: &OrderView) {
        let Some(group) = view.group.and_then(|id| self.groups.list.get(&id)) else { return };
        let legs = match group.grouping {
            Grouping::OneCancelsOther => &group.orders[..],
            Grouping::OneTriggersPair => &group.orders[1..],
            Grouping::OneTriggersOther => return,
        };
        if let Some(&twin) = legs.iter().find(|id| **id != view.id) {
            self.take_off(now, (view.order.market, twin), Status::Expired(Expiry::OneCancelsOther));
        }
    }

    /// The sleeping children of an order.
    fn children(&self, over: &OrderView) -> Vec<OrderView> {
        let group = over.group.and_then(|id| self.groups.list.get(&id));
        let Some(Group { grouping, orders }) = group else { return Vec::new() };
        if *grouping == Grouping::OneCancelsOther || orders.first() != Some(&over.id) {
            return Vec::new();
        }
        let live = orders[1..].iter().filter_map(|id| self.record(over.order.market, *id));
        live.filter(|view| view.status == Status::Pending(Waits::Parent)).copied().collect()
    }

    /// A child's parent was filled: it waits for the mark from now on.
    fn arm(&mut self, now: Timestamp, child: OrderView, filled: Qty) {
        self.delist(&child);
        let mut view = child;
        if view.order.amount == Amount::All {
            (view.order.amount, view.qty) = (Amount::Base(filled), filled);
        }
        (view.status, view.updated_at) = (Status::Pending(Waits::Mark), now);
        self.enlist(&view);
        self.facts.push(|| Fact::Armed(view));
    }
}

/// Whether orders make such a group; how many parents it has.
fn check_group(grouping: Grouping, orders: &[PlaceOrder]) -> Result<usize, Reject> {
    let (n_parents, n_legs) = match grouping {
        Grouping::OneTriggersOther => (1, 1),
        Grouping::OneCancelsOther => (0, 2),
        Grouping::OneTriggersPair => (1, 2),
    };
    if orders.len() != n_parents + n_legs {
        return Err(Reject::Flags);
    }
    let (parents, legs) = orders.split_at(n_parents);
    let one_market = orders.iter().all(|order| order.market == orders[0].market);
    let triggers = legs.iter().all(|leg| leg.terms.trigger.is_some()) || n_legs == 1;
    let ids: Vec<_> = orders.iter().filter_map(|order| order.client_id).collect();
    let repeated = ids.iter().enumerate().any(|(n, id)| ids[..n].contains(id));
    match (one_market, triggers, parents) {
        _ if repeated => Err(Reject::DuplicateClientId),
        (true, true, [parent]) if parent.terms.trigger.is_some() => Err(Reject::Flags),
        (true, true, [parent]) => {
            // A child without a size closes what its parent opened.
            let closes = |leg: &PlaceOrder| leg.amount != Amount::All || leg.side != parent.side;
            if legs.iter().all(closes) { Ok(n_parents) } else { Err(Reject::Flags) }
        }
        (true, true, _) => {
            let reduces = |leg: &PlaceOrder| leg.exposure == Exposure::ReduceOnly;
            if legs.iter().all(reduces) { Ok(n_parents) } else { Err(Reject::Flags) }
        }
        _ => Err(Reject::Flags),
    }
}
