//! What a signature costs, by venue. Backpack's stands beside its orders (`t2t`).

mod grvt;
mod lighter;

use super::Size;
use crate::harness::Report;

/// All rows of this group.
pub fn rows(size: Size) -> Report {
    let mut rows = lighter::rows(size);
    rows.extend(grvt::rows(size));
    Report::from(rows)
}
