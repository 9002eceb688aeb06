//! The rounds: load, kill, restart, compare.

use std::{fs, path::PathBuf, time::Duration};

use mm_strategy::load::Chance;
use serde::Serialize;
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    bot::{Bot, Intent, Place, Policy, Then, VENUES},
    support::{Served, eventually, mm_bot, now, state},
    truth::Truth,
};

/// So often a start may end without having become ready.
const STARTS_MAX: u32 = 3;
/// What the program says then.
const NOT_READY: &str = "did not become ready in";

/// What came of it.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Totals {
    pub(crate) rounds: u64,
    /// Processes that were killed, by what they were at.
    pub(crate) kills_in_the_first_milliseconds: u64,
    pub(crate) kills_while_starting: u64,
    pub(crate) kills_under_load: u64,
    pub(crate) kills_while_looking_on: u64,
    /// Orders that the engines admitted.
    pub(crate) orders: u64,
    /// Orders that were open when a bot was killed under load.
    pub(crate) open_at_the_kill: u64,
    /// Orders that a restart went on with, and restarts that had none.
    pub(crate) taken_up: u64,
    pub(crate) restarts_with_nothing: u64,
    /// Tracking limit orders whose sum was checked.
    pub(crate) intents: u64,
    /// Journals that were read from end to end after a kill, with no record damaged.
    pub(crate) journals_verified: u64,
    /// Starts that a machine without time to spare did not bring to their end, and that were made anew.
    pub(crate) starts_made_anew: u64,
    /// The longest start, to the comparison.
    pub(crate) slowest_start_ms: u64,
}

impl Totals {
    /// Of both.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            rounds: self.rounds + other.rounds,
            kills_in_the_first_milliseconds: self.kills_in_the_first_milliseconds
                + other.kills_in_the_first_milliseconds,
            kills_while_starting: self.kills_while_starting + other.kills_while_starting,
            kills_under_load: self.kills_under_load + other.kills_under_load,
            kills_while_looking_on: self.kills_while_looking_on + other.kills_while_looking_on,
            orders: self.orders + other.orders,
            open_at_the_kill: self.open_at_the_kill + other.open_at_the_kill,
            taken_up: self.taken_up + other.taken_up,
            restarts_with_nothing: self.restarts_with_nothing + other.restarts_with_nothing,
            intents: self.intents + other.intents,
            journals_verified: self.journals_verified + other.journals_verified,
            starts_made_anew: self.starts_made_anew + other.starts_made_anew,
            slowest_start_ms: self.slowest_start_ms.max(other.slowest_start_ms),
        }
    }
}

/// A world and the state directory that all bots of this story live on.
pub(crate) struct Story {
    seed: u64,
    chance: Chance,
    world: Served,
    state: TempDir,
    _venues: TempDir,
    intents: Vec<Intent>,
    totals: Totals,
    n_bots: u64,
}

/// When a bot is killed.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// So long after its process was made.
    AfterSpawn(Duration),
    /// So long after it was ready.
    AfterReady(Duration),
}

impl Story {
    pub(crate) fn begin(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let venues = state();
        let latency = (1 + chance.below(5)).to_string();
        let more = ["--latency-ms", &latency, "--no-rate-limits", "--keep-orders", "--lighter-tier", "plus"];
        let world = Served::start_with(&venues, seed, &more);
        Self {
            seed,
            chance,
            world,
            state: state(),
            _venues: venues,
            intents: Vec::new(),
            totals: Totals::default(),
            n_bots: 0,
        }
    }

    /// One kill under load at least, and one comparison.
    pub(crate) fn round(&mut self, round: u64) {
        let policy = if round.is_multiple_of(2) { Policy::Resume } else { Policy::Flatten };
        self.crowd("resume");
        self.load_and_kill(round);
        self.crowd("pause");
        self.settle();
        // A restart may meet the same end before it is through.
        while self.chance.below(4) == 0 {
            let moment = Moment::AfterSpawn(self.between(0, 800));
            let bot = self.start(policy, Then::LookOn);
            self.kill_at(bot, moment);
            self.settle();
        }
        self.compare(round, policy);
        self.totals.rounds += 1;
    }

    /// The last comparisons, and what it came to.
    pub(crate) fn end(mut self) -> Totals {
        let truth = Truth::of(&self.world);
        self.totals.orders = truth.n_admitted();
        self.totals.intents = self.intents.len() as u64;
        self.fail_on("the end", truth.overdone(&self.intents), &[]);
        self.totals
    }

    fn load_and_kill(&mut self, round: u64) {
        let seed = self.seed.wrapping_mul(1_000_003).wrapping_add(round);
        let moment = match self.chance.below(10) {
            0 => Moment::AfterSpawn(self.between(0, 20)),
            1 | 2 => Moment::AfterSpawn(self.between(20, 800)),
            _ => Moment::AfterReady(self.between(30, 1_200)),
        };
        let then = Then::Load { seed: seed & (u64::MAX >> 1) };
        match moment {
            Moment::AfterSpawn(_) => {
                let bot = self.start(Policy::Resume, then);
                self.kill_at(bot, moment);
            }
            Moment::AfterReady(_) => {
                let (bot, _) = self.started("a start under load", Policy::Resume, then);
                self.kill_at(bot, moment);
            }
        }
    }

    fn kill_at(&mut self, bot: Bot, moment: Moment) {
        let counted = match moment {
            Moment::AfterSpawn(time) => {
                std::thread::sleep(time);
                match time.as_millis() {
                    0..20 => &mut self.totals.kills_in_the_first_milliseconds,
                    _ => &mut self.totals.kills_while_starting,
                }
            }
            Moment::AfterReady(time) => {
                std::thread::sleep(time);
                &mut self.totals.kills_under_load
            }
        };
        *counted += 1;
        self.intents.extend(bot.kill());
    }

    /// Starts a bot that looks on, and holds what it says against the truth.
    fn compare(&mut self, round: u64, policy: Policy) {
        let before = Truth::of(&self.world);
        let n_open = before.n_open();
        self.totals.open_at_the_kill += n_open;
        let started = now();
        let name = format!("round {round} ({policy:?})");
        let (bot, said) = self.started(&name, policy, Then::LookOn);
        self.totals.slowest_start_ms =
            self.totals.slowest_start_ms.max(now().since(started).as_millis() as u64);
        let truth = Truth::of(&self.world);
        let mut problems = truth.problems(policy, &said);
        problems.extend(truth.overdone(&self.intents));
        self.fail_on(&name, problems, &said);
        match truth.n_open() {
            0 => self.totals.restarts_with_nothing += 1,
            n => self.totals.taken_up += n,
        }
        self.intents.extend(bot.kill());
        self.totals.kills_while_looking_on += 1;
        self.verify(&name);
    }

    /// Every journal, read from end to end by the program's own command: nothing in it is damaged. Its very tail may be cut,
    /// since the kill may have met the write.
    fn verify(&mut self, name: &str) {
        let checked = mm_bot(self.state.path(), &["journal", "verify"]);
        let said = String::from_utf8_lossy(&checked.stdout).into_owned();
        let is_good = |line: &str| line.starts_with("whole: ") || line.starts_with("cut: ");
        let n_good = said.lines().filter(|line| is_good(line)).count();
        if n_good < VENUES.len() || n_good < said.lines().count() {
            let why = format!("{said}{}", String::from_utf8_lossy(&checked.stderr));
            self.fail_on(name, vec![format!("a journal is damaged: {why}")], &[]);
        }
        self.totals.journals_verified += n_good as u64;
    }

    /// A bot that is ready, and what it says it holds. One that gave up in time claims nothing: it is started anew.
    fn started(&mut self, name: &str, policy: Policy, then: Then) -> (Bot, Vec<(String, Value)>) {
        for _ in 0..STARTS_MAX {
            let mut bot = self.start(policy, then);
            match bot.ready() {
                Ok(said) => return (bot, said),
                Err(why) if why.contains(NOT_READY) => self.totals.starts_made_anew += 1,
                Err(why) => self.fail_on(name, vec![why], &[]),
            }
            self.intents.extend(bot.kill());
        }
        self.fail_on(name, vec![format!("{STARTS_MAX} starts came to no end")], &[]);
        unreachable!("a failure ends the test")
    }

    fn start(&mut self, policy: Policy, then: Then) -> Bot {
        self.n_bots += 1;
        let place = Place { state: self.state.path(), endpoints: &self.world.path };
        Bot::start(&place, &format!("bot-{}", self.n_bots), policy, then)
    }

    fn between(&mut self, min_ms: u64, max_ms: u64) -> Duration {
        Duration::from_millis(min_ms + self.chance.below(max_ms - min_ms))
    }

    fn crowd(&self, what: &str) {
        for (venue, symbols) in VENUES {
            for symbol in symbols {
                let body = format!(r#"{{"venue": "{venue}", "market": "{symbol}", "do": "{what}"}}"#);
                self.world.tell("/crowd", &body);
            }
        }
    }

    /// Waits until nothing moves: what a bot sent before its end still arrives.
    fn settle(&self) {
        const STILL: Duration = Duration::from_millis(60);
        eventually("a world that stands still", || {
            let before = Truth::of(&self.world);
            std::thread::sleep(STILL);
            before.is_as(&Truth::of(&self.world)).then_some(())
        });
    }

    /// Keeps the state directory of a failure, and tells where.
    fn fail_on(&self, name: &str, problems: Vec<String>, said: &[(String, Value)]) {
        if problems.is_empty() {
            return;
        }
        let kept = std::env::temp_dir().join(format!("kill9-{}-{}", self.seed, std::process::id()));
        copy(self.state.path().to_path_buf(), kept.clone());
        panic!(
            "seed {}, {name}, bot {}: {}\nit said {said:?}\nits state and logs are in {}\nso far: {:?}",
            self.seed,
            self.n_bots,
            problems.join("\n"),
            kept.display(),
            self.totals
        );
    }
}

fn copy(from: PathBuf, to: PathBuf) {
    fs::create_dir_all(&to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").filter_map(Result::ok) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(entry.path(), to);
        } else {
            fs::copy(entry.path(), to).expect("a copy");
        }
    }
}
