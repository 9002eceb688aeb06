//! What the worlds of real connectors share: traders who place and cancel, ears on the wire, and the comparison of what the
//! connector believes with what is so. What is one venue's alone stays with the tests of that venue.

mod believed;
mod overheard;
mod trader;

pub(crate) use self::{
    believed::Believed,
    overheard::{Overheard, Tap},
    trader::{Habits, Ids, Tally, Trader, meets_or_rests},
};
