//! All lines of one market, found by order, and their sums, kept with each change: an update costs the same with ten thousand
//! live orders as with one. Whole numbers: what is taken away is exactly what was added.

use mm_model::{ClientId, OrderRecord, Qty, Side, fixed_map::FixedMap};

use super::{
    exposure::Open,
    line::{Key, Line},
};

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Lines {
    lines: Vec<Line>,
    by_id: FixedMap<u64, u32>,
    buys: Open,
    sells: Open,
}

impl Lines {
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, Line> {
        self.lines.iter()
    }

    /// The sums of both sides, buys first.
    pub(super) const fn sums(&self) -> (Open, Open) {
        (self.buys, self.sells)
    }

    pub(super) fn of(&self, id: ClientId) -> Option<&Line> {
        self.by_id.of(&id.0).and_then(|at| self.lines.get(at as usize))
    }

    pub(super) fn push(&mut self, line: Line) {
        if let Key::Order(id) = line.key {
            self.by_id.insert(id.0, place(self.lines.len()));
        }
        self.sums_of(line.side).count(&line);
        self.lines.push(line);
    }

    /// Changes an order's line; `None` where it has none.
    pub(super) fn change<T>(&mut self, id: ClientId, change: impl FnOnce(&mut Line) -> T) -> Option<T> {
        let line = self.lines.get_mut(self.by_id.of(&id.0)? as usize)?;
        let before = *line;
        let done = change(line);
        let after = *line;
        let sums = self.sums_of(after.side);
        sums.discount(&before);
        sums.count(&after);
        Some(done)
    }

    /// The order of a reservation has its id. Reservations are the youngest lines.
    pub(super) fn name(&mut self, reserved: u64, id: ClientId) {
        if let Some(at) = self.reserved(reserved) {
            self.lines[at].key = Key::Order(id);
            self.by_id.insert(id.0, place(at));
        }
    }

    pub(super) fn release(&mut self, reserved: u64) {
        if let Some(at) = self.reserved(reserved) {
            self.remove_at(at);
        }
    }

    pub(super) fn remove(&mut self, id: ClientId) {
        if let Some(at) = self.by_id.remove(&id.0) {
            self.remove_at(at as usize);
        }
    }

    fn reserved(&self, reserved: u64) -> Option<usize> {
        self.lines.iter().rposition(|line| line.key == Key::Reserved(reserved))
    }

    fn remove_at(&mut self, at: usize) {
        let gone = self.lines.swap_remove(at);
        self.sums_of(gone.side).discount(&gone);
        if let Some(Line { key: Key::Order(id), .. }) = self.lines.get(at) {
            self.by_id.insert(id.0, place(at));
        }
    }

    const fn sums_of(&mut self, side: Side) -> &mut Open {
        match side {
            Side::Buy => &mut self.buys,
            Side::Sell => &mut self.sells,
        }
    }
}

/// An order that is over has no line: nothing of it can still be filled, as far as the venue told.
pub(super) fn is_over(record: &OrderRecord) -> bool {
    record.state().is_final() && record.at_risk() == Qty::ZERO
}

fn place(at: usize) -> u32 {
    u32::try_from(at).expect("fewer than 2^32 orders are live")
}
