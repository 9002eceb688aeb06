//! `kill -9` of the real process, over loopback, at random moments: under load, in its first milliseconds, and while it
//! recovers from the kill before. After each restart the venues' truth and what the bot says it has are one.
//!
//! A world of all three venues is served by a process of its own and outlives every bot. A bot under load is killed, then
//! another one is started on its state directory, by turns with the policies `resume` and `flatten`; while it looks on and
//! the crowd stands still, both sides are compared. One seed draws every moment, but the machine has a say in what those
//! moments meet: a seed that fails may need some tries to fail again.
//!
//! `KILL9_ROUNDS` and `KILL9_SEED` say how many rounds and which; `cargo xtask kill9` runs hundreds.

#![cfg(unix)]

mod bot;
mod story;
#[path = "../support/mod.rs"]
mod support;
mod truth;

use story::{Story, Totals};

/// Rounds of the test command.
const ROUNDS: u64 = 20;
/// So many worlds stand side by side: a restart waits more than it works.
const STORIES: u64 = 7;

fn number(name: &str, or: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name}: '{text}' is no number")),
        Err(_) => or,
    }
}

#[test]
fn fault_61_nothing_is_lost_or_doubled_by_kill_9() {
    let (rounds, seed) = (number("KILL9_ROUNDS", ROUNDS), number("KILL9_SEED", 1));
    let tell = |story: u64| {
        let mine = rounds / STORIES + u64::from(story < rounds % STORIES);
        let mut told = Story::begin(seed.wrapping_mul(STORIES).wrapping_add(story));
        (0..mine).for_each(|round| told.round(round));
        told.end()
    };
    let totals = std::thread::scope(|scope| {
        let stories: Vec<_> = (0..STORIES).map(|story| scope.spawn(move || tell(story))).collect();
        let ends = stories.into_iter().map(|story| story.join().expect("its panic tells what was lost"));
        ends.fold(Totals::default(), Totals::plus)
    });
    println!("kill9: {}", serde_json::to_string(&totals).expect("plain numbers"));
    assert_eq!(totals.rounds, rounds);
    assert!(rounds <= totals.orders, "a load that hardly trades proves nothing: {totals:?}");
}
