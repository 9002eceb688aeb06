//! What of a transaction is hashed, and in which order: the chain, the type, the header, the body; then the
//! attributes, joined to that, where there are any. Nothing is allocated.
//!
//! Source: `Hash` in lighter-go `types/txtypes/*.go` at 17f2d60 (2026-08).

use arrayvec::ArrayVec;
use mm_crypto::{Digest, Felt, hash4, hash5};

use super::{
    Attributes, ChainId, Order, Tx,
    attributes::ATTRIBUTES_MAX,
    fields::{Elements, Fields as _},
};

impl Tx {
    /// The hash: what is signed, and in hex the id that the venue knows the transaction by.
    #[must_use]
    pub fn hash(&self, chain: ChainId) -> Digest {
        let header = &self.header;
        let mut elements = Elements::new();
        elements.push(Felt::from(chain.0));
        elements.push(Felt::from(u32::from(self.tx_type().code())));
        elements.push(Felt::from(header.nonce));
        elements.push(Felt::from(header.expired_at));
        elements.push(Felt::from(header.account));
        elements.push(Felt::from(u32::from(header.api_key)));
        self.body.fields().absorb(&mut elements);
        join(hash5(&elements), &self.attributes)
    }
}

/// The hash of what is said, joined to that of how, if anything is said of that.
fn join(what: Digest, how: &Attributes) -> Digest {
    let pairs = how.pairs();
    if pairs.is_empty() {
        return what;
    }
    // Four pairs, (0, 0) for those that are not there. More than four are never signed nor read (`Attributes::check`),
    // and even then none would be left out.
    let mut elements = ArrayVec::<Felt, 16>::new();
    for (number, value) in pairs.iter() {
        elements.push(Felt::from(u32::from(*number)));
        elements.push(Felt::from(*value));
    }
    while elements.len() < 2 * ATTRIBUTES_MAX {
        elements.push(Felt::ZERO);
    }
    let how = hash5(&elements);
    let mut both = ArrayVec::<Felt, 10>::new();
    both.extend(what.felts());
    both.extend(how.felts());
    hash5(&both)
}

/// The hash of a group: each order's joined to that of all before it.
pub(super) fn group(orders: &[Order]) -> [Felt; 4] {
    let mut whole = [Felt::ZERO; 4];
    for (n, order) in orders.iter().enumerate() {
        let mut elements = Elements::new();
        order.absorb(&mut elements);
        let one = hash4(&elements);
        whole = if n == 0 {
            one
        } else {
            let mut both = ArrayVec::<Felt, 8>::new();
            both.extend(whole);
            both.extend(one);
            hash4(&both)
        };
    }
    whole
}
