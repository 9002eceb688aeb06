//! What becomes of what earlier runs left: a policy, what it decides, and the story that carries it out.
//!
//! It begins when the venue has proven every order of theirs live or settled (see the driver), and while it lasts the venue
//! is not ready: nothing is placed but what the policy needs. What is not ours is never touched: orders that we did not
//! place, and of a position only the part that our own fills opened, as far as it is still there.

mod share;
mod story;

use std::fmt;

pub(crate) use story::carry_out;

/// The policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recovery {
    /// Goes on: live orders of ours are taken up by a strategy that keeps its orders on the books, and cancelled before any
    /// other one starts, as an orderly stop would have done. Positions stay.
    #[default]
    Resume,
    /// Begins from nothing: every order of ours is cancelled, and what our own orders left as a position is closed with
    /// reduce-only market orders.
    Flatten,
    /// Leaves it to a person: where an order or a position of ours is left, the start ends with a list of them.
    Hold,
}

impl fmt::Display for Recovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resume => "resume",
            Self::Flatten => "flatten",
            Self::Hold => "hold",
        })
    }
}

/// What was found of earlier runs, and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Orders that were not settled when the journal ended.
    pub unsettled: usize,
    /// Those of them that were live and are ours to go on with.
    pub adopted: usize,
    /// Those that were live and were cancelled; their end is proven.
    pub cancelled: usize,
    /// What was closed, what was left and why, and what does not add up, for a person.
    pub notes: Vec<String>,
}

impl Recovered {
    /// Whether there was anything to tell.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for Recovered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { unsettled, adopted, cancelled, notes } = self;
        let orders = if *unsettled == 1 { "order" } else { "orders" };
        let ended = unsettled.saturating_sub(adopted + cancelled);
        write!(
            f,
            "{unsettled} {orders} of the last run: {adopted} taken up, {cancelled} cancelled, {ended} over"
        )?;
        notes.iter().try_for_each(|note| write!(f, "; {note}"))
    }
}

#[cfg(test)]
mod tests;
