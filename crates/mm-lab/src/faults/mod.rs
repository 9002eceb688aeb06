//! What goes wrong in a run: a table of kinds of faults, a table of profiles that say how much of them there is, and the
//! schedule that a seed draws from both.

mod kinds;
mod profiles;

use std::time::Duration;

use mm_sim::{config::VenueKind, faults::Schedule};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

pub use kinds::{KINDS, Kind};
pub use profiles::{PROFILES, Profile, profile};

/// What a schedule is drawn for.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub(crate) venues: Vec<VenueKind>,
    /// How long there are faults.
    pub(crate) span: Duration,
}

/// Draws a schedule. Each kind of the profile is in or out by itself: a run that has few kinds meets combinations that a run
/// with all of them never gets to.
pub(crate) fn draw(profile: &Profile, scene: &Scene, chance: &mut ChaCha8Rng) -> Schedule {
    let mut schedule = Schedule::default();
    for kind in KINDS.iter().filter(|kind| profile.has(kind)) {
        // Both are drawn in any case, so that a kind more or less does not change all others.
        let is_in = chance.random_range(0..100) < profile.kinds_in_hundred;
        let strength = profile.strength_percent * chance.random_range(20..=200) / 100;
        let rules = (kind.rules)(scene, strength, chance);
        if is_in {
            schedule.rules.extend(rules.into_iter().map(|rule| rule.named(kind.name)));
        }
    }
    schedule.seed = chance.random();
    schedule
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    #[test]
    fn every_profile_draws_schedules_that_the_simulator_takes() {
        let scene = Scene { venues: VenueKind::ALL.to_vec(), span: Duration::from_secs(120) };
        for profile in PROFILES {
            let mut met = std::collections::BTreeSet::new();
            for seed in 0..50 {
                let schedule = draw(profile, &scene, &mut ChaCha8Rng::seed_from_u64(seed));
                let text = serde_json::to_vec(&schedule).expect("JSON");
                Schedule::parse(&text).unwrap_or_else(|why| panic!("{} seed {seed}: {why}", profile.name));
                met.extend(schedule.rules.iter().map(|rule| rule.kind().to_owned()));
            }
            let known = KINDS.iter().filter(|kind| profile.has(kind)).count();
            assert_eq!(met.len(), known, "{}: every kind is drawn sometime", profile.name);
        }
    }
}
