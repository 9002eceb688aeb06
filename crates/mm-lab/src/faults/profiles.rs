//! Profiles: how much goes wrong, and what.

use std::time::Duration;

use super::{Kind, kinds::Family};

/// A profile.
#[derive(Debug)]
pub struct Profile {
    /// Its name on the command line.
    pub name: &'static str,
    /// One line for a person.
    pub about: &'static str,
    families: &'static [Family],
    /// How many kinds in a hundred are in a run.
    pub(super) kinds_in_hundred: u32,
    /// How much of each, in per cent of the usual.
    pub(super) strength_percent: u32,
    /// How long a bot lives on average; `None`: nobody kills it.
    pub(crate) lives_for: Option<Duration>,
    /// Whether the disk fails too.
    pub(crate) disk_fails: bool,
}

impl Profile {
    /// Whether it has this kind.
    pub(super) fn has(&self, kind: &Kind) -> bool {
        self.families.contains(&kind.family)
    }
}

use Family::{Spell, Venue, Way};

macro_rules! profile {
    ($name:literal, $families:expr, $kinds:literal in 100 at $percent:literal %, $kills:expr, $disk:literal, $about:literal) => {
        Profile {
            name: $name,
            about: $about,
            families: $families,
            kinds_in_hundred: $kinds,
            strength_percent: $percent,
            lives_for: $kills,
            disk_fails: $disk,
        }
    };
}

/// All profiles.
#[rustfmt::skip]
pub static PROFILES: &[Profile] = &[
    profile!("default", &[Way, Venue, Spell], 35 in 100 at 100 %, Some(Duration::from_secs(45)), true, "a third of all kinds at their usual strength, and a kill or two"),
    profile!("none", &[], 0 in 100 at 100 %, None, false, "nothing goes wrong"),
    profile!("calm", &[Way, Venue, Spell], 20 in 100 at 30 %, None, false, "a little of a few kinds, and nobody is killed"),
    profile!("storm", &[Way, Venue, Spell], 70 in 100 at 200 %, Some(Duration::from_secs(40)), true, "most kinds at once, twice as much"),
    profile!("crash", &[Way, Venue, Spell], 15 in 100 at 50 %, Some(Duration::from_secs(8)), false, "little else than kills, many of them"),
    profile!("disk", &[Way], 15 in 100 at 30 %, Some(Duration::from_secs(20)), true, "kills, torn writes and full disks"),
    profile!("venue", &[Venue, Spell], 60 in 100 at 150 %, None, false, "trouble at the venues: outages, lost tokens and nonces, clocks that are off"),
    profile!("wire", &[Way], 60 in 100 at 200 %, None, false, "trouble on the way: messages lost, late, doubled, overtaken, garbled"),
];

/// The profile of this name.
#[must_use]
pub fn profile(name: &str) -> Option<&'static Profile> {
    PROFILES.iter().find(|profile| profile.name == name)
}
