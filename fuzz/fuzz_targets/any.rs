//! Hands libFuzzer the target that `MM_FUZZ_TARGET` names. One program for all of them: they share their table.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mm_fuzz::{TARGETS, Target, target};

static TARGET: LazyLock<&'static Target> = LazyLock::new(|| {
    let name = std::env::var("MM_FUZZ_TARGET").unwrap_or_default();
    target(&name).unwrap_or_else(|| panic!("MM_FUZZ_TARGET={name} is none of {TARGETS:?}"))
});

fuzz_target!(|input: &[u8]| (TARGET.run)(input));
