//! What a seed decides: which venues stand and on which markets the bot trades, latencies, faults, what the crowd does, and
//! how each of the bot's lives ends. All of it is drawn before the run begins, or from streams of its own, so that
//! nothing that the bot does changes what it meets.

use std::time::Duration;

use mm_core::Recovery;
use mm_model::Timestamp;
use mm_sim::{
    config::{Latency, VenueKind},
    control::{CrowdAction, CrowdCommand},
    faults::Schedule,
};
use mm_store::{disk::simulated as disk, journal::FlushPolicy};
use rand::{Rng as _, SeedableRng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;

use crate::{
    faults::{self, Profile, Scene},
    mortal::Death,
};

/// Which strategy trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// Many orders of every kind, decided by the seed.
    LoadTest,
    /// The smoke test, again and again.
    SmokeTest,
}

impl Load {
    /// What trades unless something else is said.
    pub const DEFAULT: Self = Self::LoadTest;
    /// All of them.
    pub const ALL: [Self; 2] = [Self::LoadTest, Self::SmokeTest];

    /// Its name on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LoadTest => "load_test",
            Self::SmokeTest => "smoke_test",
        }
    }
}

/// One run.
#[derive(Clone, Debug)]
pub struct Case {
    /// Decides everything that is not said here.
    pub seed: u64,
    /// How long the bot trades while there are faults, in virtual time.
    pub trading: Duration,
    /// How much goes wrong.
    pub profile: &'static Profile,
    /// Which venues stand; empty: the seed says so.
    pub venues: Vec<VenueKind>,
    /// Which strategy trades.
    pub load: Load,
    /// Whether the event log is kept to be read, and not only hashed.
    pub keeps_log: bool,
}

/// Where the time of every run begins.
pub(crate) const START: Timestamp = Timestamp::from_ms(1_800_000_000_000);

/// What the bot trades on at each venue: perpetuals, whose positions the venue keeps.
const fn markets(kind: VenueKind) -> &'static [&'static str] {
    match kind {
        VenueKind::Backpack => &["SOL_USDC_PERP", "BTC_USDC_PERP", "ETH_USDC_PERP"],
        VenueKind::Lighter => &["ETH", "BTC", "SOL"],
        VenueKind::Grvt => &["BTC_USDT_Perp", "ETH_USDT_Perp", "SOL_USDT_Perp"],
    }
}

/// Streams of the seed's generator, one for each part, beyond those that the simulated world uses.
#[derive(Clone, Copy)]
#[repr(u64)]
enum Part {
    Places = 1 << 48,
    Faults,
    Crowd,
    Deaths,
    Disk,
}

fn stream(seed: u64, part: Part) -> ChaCha8Rng {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    chance.set_stream(part as u64);
    chance
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Plan {
    /// Venues, and what the bot trades there.
    pub(crate) places: Vec<(VenueKind, &'static str)>,
    pub(crate) latency: Latency,
    pub(crate) faults: Schedule,
    /// What the crowds are told, and when after the start.
    pub(crate) crowd: Vec<(Duration, CrowdCommand)>,
    /// When what is written is flushed.
    pub(crate) flushes: FlushPolicy,
    /// What becomes of what an earlier life left.
    pub(crate) recovery: Recovery,
    /// When the disk begins to fail after the start, and how.
    pub(crate) disk: Vec<(Duration, disk::Faults)>,
    lives_for: Option<Duration>,
    deaths: ChaCha8Rng,
}

/// How one life of the bot goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fate {
    pub(crate) death: Death,
    /// How far the bot's wall clock is ahead while it lives.
    pub(crate) ahead_ns: i64,
    /// How long nobody starts it anew after it.
    pub(crate) pause: Duration,
    /// Client ids that it reserved and did not use.
    pub(crate) ids_lost: u64,
    /// How many bytes are still written of the record in whose writing it dies.
    pub(crate) torn_at: usize,
    /// Its death is the machine's, which forgets what was not flushed as this seed says.
    pub(crate) power_cut: Option<u64>,
}

impl Plan {
    pub(crate) fn draw(case: &Case) -> Self {
        let mut chance = stream(case.seed, Part::Places);
        let mut kinds: Vec<VenueKind> = VenueKind::ALL.to_vec();
        while kinds.len() > 1 && chance.random_range(0..3) != 0 {
            kinds.remove(chance.random_range(0..kinds.len()));
        }
        if !case.venues.is_empty() {
            kinds.clone_from(&case.venues);
        }
        let places: Vec<_> = kinds
            .into_iter()
            .map(|kind| (kind, *markets(kind).choose(&mut chance).expect("each has some")))
            .collect();
        let ms = |range: std::ops::RangeInclusive<u64>, chance: &mut ChaCha8Rng| {
            Duration::from_millis(chance.random_range(range))
        };
        let min = ms(0..=20, &mut chance);
        let latency = Latency { min, max: min + ms(1..=60, &mut chance) };
        let scene = Scene { venues: places.iter().map(|place| place.0).collect(), span: case.trading };
        let faults = faults::draw(case.profile, &scene, &mut stream(case.seed, Part::Faults));
        let crowd = crowd(&places, case.trading, &mut stream(case.seed, Part::Crowd));
        let deaths = stream(case.seed, Part::Deaths);
        let mut chance = stream(case.seed, Part::Disk);
        let policies = [FlushPolicy::Each, FlushPolicy::Each, FlushPolicy::BATCH, FlushPolicy::Off];
        let flushes = *policies.choose(&mut chance).expect("not empty");
        let recovery = *[Recovery::Resume, Recovery::Flatten].choose(&mut chance).expect("not empty");
        let disk = if case.profile.disk_fails { disk_faults(case.trading, &mut chance) } else { Vec::new() };
        Self {
            flushes,
            recovery,
            disk,
            places,
            latency,
            faults,
            crowd,
            lives_for: case.profile.lives_for,
            deaths,
        }
    }

    /// How the next life goes, if it begins now and all must be over by `until`.
    pub(crate) fn next_fate(&mut self, now: Timestamp, until: Timestamp) -> Fate {
        let chance = &mut self.deaths;
        // Both clocks are kept by the same protocol: mostly right, sometimes half a second off, rarely seconds.
        let off_ms = *[0, 0, 0, 0, 40, -40, 450, -450, 1_200, -1_200].choose(chance).expect("not empty");
        let pause = Duration::from_millis(*[50, 400, 3_000, 20_000].choose(chance).expect("not empty"));
        let ids_lost = chance.random_range(0..=1024);
        let torn_at = chance.random_range(0..64);
        let power_cut = Some(chance.random()).filter(|seed| seed % 3 == 0);
        let ahead_ns = off_ms * 1_000_000;
        let mut fate = Fate { death: Death::Never, ahead_ns, pause, ids_lost, torn_at, power_cut };
        let Some(mean) = self.lives_for else { return fate };
        let mean_ms = u64::try_from(mean.as_millis()).unwrap_or(u64::MAX);
        let at = now + Duration::from_millis(chance.random_range(0..=mean_ms * 2));
        fate.death = match chance.random_range(0..6) {
            // Hardly born: while it reads the past and asks the venue.
            0 => Death::AfterDeeds(chance.random_range(0..40)),
            1 => Death::AfterPolls(chance.random_range(0..2_000)),
            2 => Death::AfterDeeds(chance.random_range(20..4_000)),
            _ => Death::At(at),
        };
        if until <= at || until <= now {
            fate.death = Death::Never;
        }
        if until <= now {
            fate.ahead_ns = 0;
        }
        fate
    }
}

/// A disk that is full, or breaks, and is well again a while later.
fn disk_faults(span: Duration, chance: &mut ChaCha8Rng) -> Vec<(Duration, disk::Faults)> {
    let span_ms = u64::try_from(span.as_millis()).unwrap_or(u64::MAX).max(1);
    let mut faults = Vec::new();
    for _ in 0..chance.random_range(0..=1 + span_ms / 120_000) {
        let at = chance.random_range(0..span_ms);
        let fault = match chance.random_range(0..4) {
            0 | 1 => disk::Faults { room: Some(chance.random_range(0..4_000)), ..disk::Faults::default() },
            2 => disk::Faults { fails_writes: true, ..disk::Faults::default() },
            _ => disk::Faults { fails_syncs: true, ..disk::Faults::default() },
        };
        let lasts = chance.random_range(500..15_000);
        faults.push((Duration::from_millis(at), fault));
        faults.push((Duration::from_millis((at + lasts).min(span_ms)), disk::Faults::default()));
    }
    faults.sort_by_key(|(at, _)| *at);
    faults
}

/// Moves, and stands still, now and then.
fn crowd(
    places: &[(VenueKind, &'static str)],
    span: Duration,
    chance: &mut ChaCha8Rng,
) -> Vec<(Duration, CrowdCommand)> {
    let mut told = Vec::new();
    let span_ms = u64::try_from(span.as_millis()).unwrap_or(u64::MAX).max(1);
    for &(venue, market) in places {
        let mut tell = |at_ms: u64, action| {
            told.push((
                Duration::from_millis(at_ms),
                CrowdCommand { venue, market: market.to_owned(), action },
            ));
        };
        // Orders of a few lots are else filled whole or not at all.
        if chance.random_range(0..2) == 0 {
            tell(0, CrowdAction::PartFill);
        }
        for _ in 0..chance.random_range(0..=span_ms / 30_000) {
            let bps = chance.random_range(-150..=150);
            let over_ms = *[0, 2_000, 20_000].choose(chance).expect("not empty");
            tell(chance.random_range(0..span_ms), CrowdAction::Move { bps, over_ms });
        }
        if chance.random_range(0..4) == 0 {
            let at = chance.random_range(0..span_ms);
            tell(at, CrowdAction::Pause);
            tell((at + 5_000).min(span_ms), CrowdAction::Resume);
        }
    }
    told.sort_by_key(|(at, _)| *at);
    told
}
