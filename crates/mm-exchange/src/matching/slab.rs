//! Resting orders in one array, linked into first-in-first-out queues by index. Slots are reused, so nothing is
//! allocated once the book has reached its size; an order's id holds its slot, so nothing is searched.

use mm_model::{Price, Qty, Side};

use crate::{AccountId, OrderId};

/// The end of a chain.
pub(super) const NONE: u32 = u32::MAX;

/// Bits of an [`OrderId`] that say the slot: 16 million live orders in a market.
const SLOT_BITS: u32 = 24;

impl OrderId {
    /// The slot that the order has while it rests.
    pub(crate) const fn slot(self) -> usize {
        (self.0 & ((1 << SLOT_BITS) - 1)) as usize
    }
}

/// An order on the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resting {
    /// The exchange's id.
    pub id: OrderId,
    /// Whose.
    pub owner: AccountId,
    /// Bid or ask.
    pub side: Side,
    /// The limit.
    pub price: Price,
    /// What is still unfilled.
    pub left: Qty,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) order: Resting,
    /// Next in the queue; in a free slot: the next free slot.
    pub(super) next: u32,
    pub(super) prev: u32,
    /// Whether the order is linked into a queue.
    pub(super) linked: bool,
}

/// All slots of a book.
#[derive(Debug)]
pub(super) struct Slab {
    nodes: Vec<Node>,
    free: u32,
    n_live: usize,
}

impl Default for Slab {
    fn default() -> Self {
        Self { nodes: Vec::new(), free: NONE, n_live: 0 }
    }
}

impl Slab {
    /// Takes a slot for the order of this arrival number; it is not linked yet.
    pub(super) fn reserve(&mut self, arrival: u64) -> OrderId {
        let slot = if self.free == NONE {
            let slot = self.nodes.len();
            assert!(slot < 1 << SLOT_BITS, "fewer live orders in one book than an id can tell apart");
            let blank = Resting {
                id: OrderId(0),
                owner: AccountId(0),
                side: Side::Buy,
                price: Price(0),
                left: Qty(0),
            };
            self.nodes.push(Node { order: blank, next: NONE, prev: NONE, linked: false });
            slot as u64
        } else {
            let slot = self.free;
            self.free = self.nodes[slot as usize].next;
            u64::from(slot)
        };
        self.n_live += 1;
        OrderId(arrival << SLOT_BITS | slot)
    }

    /// Gives a slot back.
    pub(super) fn release(&mut self, slot: u32) {
        let node = &mut self.nodes[slot as usize];
        node.linked = false;
        node.next = self.free;
        self.free = slot;
        self.n_live -= 1;
    }

    /// The slot of a linked order.
    pub(super) fn find(&self, id: OrderId) -> Option<u32> {
        let slot = id.slot();
        let node = self.nodes.get(slot)?;
        (node.linked && node.order.id == id).then_some(slot as u32)
    }

    pub(super) fn node(&self, slot: u32) -> &Node {
        &self.nodes[slot as usize]
    }

    pub(super) fn node_mut(&mut self, slot: u32) -> &mut Node {
        &mut self.nodes[slot as usize]
    }

    /// All linked orders, in the order of their slots.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Resting> {
        self.nodes.iter().filter(|node| node.linked).map(|node| &node.order)
    }

    /// How many slots are taken.
    pub(super) const fn len(&self) -> usize {
        self.n_live
    }
}
