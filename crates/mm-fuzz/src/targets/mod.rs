//! The table of targets: a decoder is in it or it is not fuzzed.

mod client;
mod formats;
mod journal;
mod venue;

use crate::{clients::Wire, seeds};

/// One decoder under hostile input.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name, here and for libFuzzer (`cargo +nightly fuzz run NAME`).
    pub name: &'static str,
    /// Takes any bytes; panics when a promise is broken.
    pub run: fn(&[u8]),
    /// What it begins with.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// A row whose seeds are those of the decoder and the inputs that once broke it.
macro_rules! row {
    ($name:literal, $run:expr, $seeds:expr) => {
        Target {
            name: $name,
            run: $run,
            seeds: || {
                let mut seeds: Vec<Vec<u8>> = $seeds;
                seeds.extend(seeds::regressions($name));
                seeds
            },
        }
    };
}

/// Every target. (The configuration and key files have theirs in mm-bot, which nothing may depend on.)
pub const TARGETS: &[Target] = &[
    row!("backpack_frame", |it| client::frame(Wire::Backpack, it), client::frames(Wire::Backpack)),
    row!("backpack_reply", |it| client::reply(Wire::Backpack, it), client::replies(Wire::Backpack)),
    row!("backpack_request", |it| venue::request(Wire::Backpack, it), venue::requests(Wire::Backpack)),
    row!("backpack_command", |it| venue::command(Wire::Backpack, it), venue::commands(Wire::Backpack)),
    row!("lighter_frame", |it| client::frame(Wire::Lighter, it), client::frames(Wire::Lighter)),
    row!("lighter_reply", |it| client::reply(Wire::Lighter, it), client::replies(Wire::Lighter)),
    row!("lighter_request", |it| venue::request(Wire::Lighter, it), venue::requests(Wire::Lighter)),
    row!("lighter_command", |it| venue::command(Wire::Lighter, it), venue::commands(Wire::Lighter)),
    row!("lighter_transaction", formats::lighter_transaction, formats::lighter_transactions()),
    row!("grvt_lite_frame", |it| client::frame(Wire::GrvtLite, it), client::frames(Wire::GrvtLite)),
    row!("grvt_lite_reply", |it| client::reply(Wire::GrvtLite, it), client::replies(Wire::GrvtLite)),
    row!("grvt_full_frame", |it| client::frame(Wire::GrvtFull, it), client::frames(Wire::GrvtFull)),
    row!("grvt_full_reply", |it| client::reply(Wire::GrvtFull, it), client::replies(Wire::GrvtFull)),
    row!("grvt_request", |it| venue::request(Wire::GrvtFull, it), venue::both_requests()),
    row!("grvt_command", |it| venue::command(Wire::GrvtFull, it), venue::both_commands()),
    row!("numbers", formats::numbers, formats::some_numbers()),
    row!("query", formats::query, formats::queries()),
    row!("tape", formats::tape, formats::tapes()),
    row!("endpoints", formats::endpoints, formats::some_endpoints()),
    row!("faults", formats::faults, formats::some_faults()),
    row!("journal", journal::file, journal::some_files()),
];

/// The target of this name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
