//! What a person or a machine sees: lines while it runs, the report at the end, tables of what there is.

mod limits;
mod listing;
mod progress;
mod report;
mod screen;
mod status;
pub(crate) mod style;

use mm_model::Timestamp;
use mm_strategy::{
    Observer,
    smoke_test::{Progress, Report},
};

pub(crate) use limits::limits_text;
pub(crate) use listing::{listing_json, listing_text};
pub(crate) use progress::Watcher;
pub(crate) use report::text as report_text;
pub(crate) use screen::{Screen, Stream, complain, say};
pub(crate) use status::text as status_text;

/// Nobody watches.
pub(crate) struct Silent;

impl Observer for Silent {
    fn progress(&self, _: Timestamp, _: &str, _: &Progress) {}
    fn report(&self, _: &Report) {}
}
