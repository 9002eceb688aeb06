//! What accounts own: balances and positions, in exact money. Pure bookkeeping; who may do what is decided above.

mod account;
mod position;

pub(crate) use account::{Account, Cash, Holding};
