//! Random stories.

use mm_model::{Ask, MarketId};
use proptest::prelude::*;

use super::{
    codec::Keys,
    world::{Does, Door, Script, batch, cancel, place, play},
};

/// What a random story asks for, and what the venue does with it.
fn asks() -> impl Strategy<Value = Vec<(Ask, u64)>> {
    let market = 0..6_u32;
    let ask = prop_oneof![
        4 => market.clone().prop_map(place),
        2 => market.clone().prop_map(cancel),
        2 => market.clone().prop_map(|market| Ask::Book(MarketId(market))),
        1 => market.prop_map(|market| Ask::CancelAll(MarketId(market))),
        1 => prop::collection::vec(0..6_u32, 1..30).prop_map(|markets| batch(&markets)),
        1 => Just(Ask::Positions),
        1 => Just(Ask::Fees),
    ];
    prop::collection::vec((ask, 0..4_000_u64), 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Whatever the venue does, by whatever way, and whenever the stop comes, each call is completed once, each encoded ask
    /// ends for the codec once (`play` and the codec assert it), and no more is sent than the allowance has.
    #[test]
    fn every_call_ends_once(
        asks in asks(),
        capacity in 4..40_u32,
        public in 0..4_usize,
        by_socket in any::<bool>(),
        keys in prop::sample::select(vec![Keys::Free, Keys::InTurn, Keys::OneByOne]),
    ) {
        let does = [
            Does::Answers(10, 200, ""),
            Does::Answers(10, 429, "3"),
            Does::IsSilent,
            Does::IsGone,
            Does::Cuts,
            Does::Answers(3_000, 200, "see book 0"),
        ];
        let again = [Does::Answers(11_000, 200, ""), Does::Answers(20, 400, "again")];
        let paths = [
            ["/place/0", "/cancel/0", "/book/0"],
            ["/place/1", "/cancel/1", "/book/1"],
            ["/place/2", "/cancel/2", "/book/2"],
            ["/place/3", "/cancel/3", "/book/3"],
            ["/place/4", "/cancel/4", "/book/4"],
            ["/place/5", "/cancel/5", "/book/5"],
        ];
        let mut script = Script { capacity, by_socket, keys, ..Script::default() };
        let nonces = [Does::Answers(10, 200, ""), Does::Answers(10, 500, ""), Does::IsGone, Does::Answers(50, 200, "")];
        script.venue.insert("/nonce", nonces.to_vec());
        for (paths, does) in paths.iter().zip(does) {
            let turns = [&[does], &again[..]].concat();
            script.venue.extend(paths.iter().map(|path| (*path, turns.clone())));
        }
        script.doors.insert("public", vec![[Door::Opens, Door::Shut, Door::Dead, Door::Hangs][public]]);
        let log = play(script, async move |world| {
            world.begin().await;
            for (ask, gap_ms) in asks {
                world.ask(ask);
                world.after(gap_ms).await;
            }
        });
        prop_assert!(log.contains("session ended: Ok"), "{}", log);
        let sent: Vec<u64> = log
            .lines()
            .filter(|line| line.contains("-> ") || line.contains(" /") && line.contains("<- "))
            .map(|line| line.split_whitespace().next().and_then(|ms| ms.parse().ok()).expect("each line has its time"))
            .collect();
        for from in &sent {
            let window = sent.iter().filter(|at| (*from..from + 60_000).contains(at)).count();
            prop_assert!(window <= capacity as usize, "{} sent in a minute:\n{}", window, log);
        }
    }
}
