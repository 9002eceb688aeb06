//! Every decoder under hostile input, on stable Rust: seeds, hand-made inputs and a fixed number of spoilt ones, always the
//! same. `MM_FUZZ_CASES` asks for more of them, `MM_FUZZ_SEED` for others, `MM_FUZZ_TARGET` for one target alone.
//!
//! Allocations are counted by the process's allocator, hence a test program of its own.

use mm_fuzz::{Campaign, Limits, TARGETS, Target};

/// Spoilt inputs for each target, unless told otherwise.
const CASES: usize = 800;

fn measure(run: &mut dyn FnMut()) -> u64 {
    allocation_counter::measure(run).bytes_max
}

fn campaign() -> Campaign {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let n_cases = number("MM_FUZZ_CASES").and_then(|n| usize::try_from(n).ok()).unwrap_or(CASES);
    Campaign { seed: number("MM_FUZZ_SEED").unwrap_or(1), n_cases, limits: Limits::default(), measure }
}

#[test]
fn fault_73_74_no_decoder_panics_or_takes_more_than_its_share() {
    let only = std::env::var("MM_FUZZ_TARGET").ok();
    let mut failures = Vec::new();
    for target in TARGETS.iter().filter(|target| only.as_deref().is_none_or(|name| name == target.name)) {
        match campaign().run(target) {
            Ok((n, dearest)) => println!("{:<22}{n:>7} inputs, dearest {dearest:?}", target.name),
            Err(failure) => failures.push(failure.to_string()),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// The test of the test: each kind of broken promise is found in a decoder that breaks it.
#[test]
fn planted_faults_are_found() {
    /// A reader of `{"a":N}` that trusts N.
    fn number(input: &[u8]) -> Option<u64> {
        std::str::from_utf8(input).ok()?.strip_prefix("{\"a\":")?.strip_suffix('}')?.parse().ok()
    }
    let seeds = || vec![br#"{"a":7}"#.to_vec()];
    let plant = |name, run| Target { name, run, seeds };
    let panics: fn(&[u8]) = |input| assert!(number(input) != Some(u64::MAX / 2), "planted");
    let hoards: fn(&[u8]) = |input| drop(number(input).filter(|n| *n > 1 << 40).map(|_| vec![1u8; 64 << 20]));
    let crawls: fn(&[u8]) = |input| {
        let n = input.len().min(1 << 14) as u64;
        let sum = (0..n * n / 4).fold(0u64, |sum, x| std::hint::black_box(sum ^ x));
        std::hint::black_box(sum);
    };
    for (target, said) in [
        (plant("panics", panics), "panicked: planted"),
        (plant("hoards", hoards), "bytes of memory"),
        (plant("crawls", crawls), " ns, more than"),
    ] {
        let limits = Limits { time_ns: 300_000_000, time_ns_per_byte: 0, ..Limits::default() };
        let failure = Campaign { limits, ..campaign() }.run(&target).expect_err(target.name);
        assert!(failure.to_string().contains(said), "{failure}");
    }
}
