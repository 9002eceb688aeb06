//! The kinds of faults, by name. A kind sprinkles one rule over all messages that it is about, or comes in spells.

use std::time::Duration;

use mm_sim::{
    config::VenueKind,
    faults::{Action, AtRestart, Direction, Feed, Place, Rubbish, Rule},
};
use rand::{Rng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;

use super::Scene;

/// A kind of faults.
pub struct Kind {
    /// Its name, in counts and logs.
    pub name: &'static str,
    /// Which profiles have it.
    pub family: Family,
    /// Its rules for a scene, at so many per cent of the usual strength.
    pub(super) rules: fn(&Scene, u32, &mut ChaCha8Rng) -> Vec<Rule>,
}

/// What kinds have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// On the way between bot and venue.
    Way,
    /// At the venue itself.
    Venue,
    /// Spells in which nothing or hardly anything passes.
    Spell,
}

use Family::{Spell, Venue, Way};

macro_rules! kind {
    ($name:literal, $family:ident, $rules:expr) => {
        Kind { name: $name, family: $family, rules: $rules }
    };
}

/// All kinds. Spells stand first: the first rule that fits decides.
pub static KINDS: &[Kind] = &[
    kind!("partition", Spell, |scene, strength, chance| spells(scene, strength, chance, partition)),
    kind!("venue_restart", Spell, |scene, strength, chance| spells(scene, strength, chance, restart)),
    kind!("venue_clock", Spell, |scene, strength, chance| spells(scene, strength, chance, venue_clock)),
    kind!("front_down", Spell, |scene, strength, chance| spells(scene, strength, chance, front_down)),
    kind!("feed_stale", Spell, |scene, strength, chance| spells(scene, strength, chance, feed_stale)),
    kind!("rate_limit_spell", Spell, |scene, strength, chance| spells(scene, strength, chance, rate_limit)),
    kind!("slow_spell", Spell, |scene, strength, chance| spells(scene, strength, chance, slow)),
    kind!("half_open", Spell, |scene, strength, chance| spells(scene, strength, chance, half_open)),
    kind!("disconnect", Spell, |scene, strength, chance| spells(scene, strength, chance, disconnect)),
    kind!("request_lost", Way, |_, s, _| on(Place::Request, Action::Drop, s, 8_000)),
    kind!("request_late", Way, |_, s, c| on(Place::Request, delay(c), s, 12_000)),
    kind!("request_doubled", Way, |scene, s, _| {
        let doubled = || on(Place::Request, Action::Duplicate, s, 10_000);
        let each = scene.venues.iter().flat_map(|venue| match venue {
            // Nothing in a placement there is good only once, and its id is free again when the order is over: what keeps
            // it from coming twice is TLS, whose records do not repeat.
            VenueKind::Backpack => with(at(*venue, doubled()), |rule| rule.ask("cancel")),
            _ => at(*venue, doubled()),
        });
        each.collect()
    }),
    kind!("request_overtaken", Way, |_, s, _| on(Place::Request, Action::Reorder, s, 10_000)),
    kind!("request_cut", Way, |_, s, _| on(Place::Request, Action::Disconnect, s, 8_000)),
    kind!("request_garbled", Way, |_, s, _| on(Place::Request, Action::Corrupt, s, 5_000)),
    kind!("status_before", Way, |_, s, c| on(Place::Request, status(c), s, 10_000)),
    kind!("rate_limited", Way, |_, s, c| {
        on(Place::Request, Action::RateLimit { retry_after_s: c.random_range(0..=2) }, s, 8_000)
    }),
    kind!("reply_lost", Way, |_, s, _| on(Place::Reply, Action::Drop, s, 8_000)),
    kind!("reply_late", Way, |_, s, c| on(Place::Reply, delay(c), s, 12_000)),
    kind!("reply_overtaken", Way, |_, s, _| on(Place::Reply, Action::Reorder, s, 10_000)),
    kind!("reply_cut", Way, |_, s, _| on(Place::Reply, Action::Disconnect, s, 8_000)),
    kind!("reply_garbled", Way, |_, s, _| on(Place::Reply, Action::Corrupt, s, 5_000)),
    kind!("status_after", Way, |_, s, c| on(Place::Reply, status(c), s, 8_000)),
    kind!("reply_stale", Way, |_, s, _| stale_replies(s)),
    kind!("frame_lost", Way, |_, s, _| on(Place::Frame, Action::Drop, s, 600)),
    kind!("frame_late", Way, |_, s, c| on(Place::Frame, delay(c), s, 400)),
    kind!("frame_doubled", Way, |_, s, _| on(Place::Frame, Action::Duplicate, s, 2_000)),
    kind!("frame_overtaken", Way, |_, s, _| on(Place::Frame, Action::Reorder, s, 600)),
    kind!("frame_garbled", Way, |_, s, _| on(Place::Frame, Action::Corrupt, s, 200)),
    kind!("frame_rubbish", Way, |_, s, c| on(Place::Frame, rubbish(c), s, 200)),
    kind!("reply_rubbish", Way, |_, s, c| on(Place::Reply, rubbish(c), s, 5_000)),
    kind!("book_gap", Way, |_, s, _| with(on(Place::Frame, Action::Drop, s, 3_000), |rule| rule
        .feed(Feed::Book))),
    kind!("account_gap", Way, |_, s, _| {
        with(on(Place::Frame, Action::Drop, s, 20_000), |rule| rule.feed(Feed::Account))
    }),
    kind!("account_late", Way, |_, s, c| with(on(Place::Frame, delay(c), s, 20_000), |rule| rule
        .feed(Feed::Account))),
    kind!("account_doubled", Way, |_, s, _| {
        with(on(Place::Frame, Action::Duplicate, s, 50_000), |rule| rule.feed(Feed::Account))
    }),
    kind!("account_overtaken", Way, |_, s, _| {
        with(on(Place::Frame, Action::Reorder, s, 30_000), |rule| rule.feed(Feed::Account))
    }),
    kind!("frame_stale", Way, |_, s, _| on(Place::Frame, Action::Stale, s, 300)),
    kind!("frame_cut", Way, |_, s, _| on(Place::Frame, Action::Disconnect, s, 150)),
    kind!("clock_skew", Venue, |_, s, c| {
        let ms = *[-6_000, -1_300, -400, 400, 1_300, 6_000].choose(c).expect("not empty");
        on(Place::Request, Action::Skew { ms }, s, 6_000)
    }),
    kind!("cancel_ignored", Venue, |_, s, _| {
        with(on(Place::Request, Action::IgnoreCancel, s, 40_000), |rule| rule.ask("cancel"))
    }),
    kind!("accepted_dropped", Venue, |scene, s, _| accepted(scene, Action::DropAccepted, s)),
    kind!("accepted_rejected", Venue, |scene, s, _| accepted(scene, Action::RejectAccepted, s)),
    kind!("nonce_gap", Venue, |_, s, _| {
        with(at(VenueKind::Lighter, on(Place::Request, Action::SkipNonce, s, 15_000)), |rule| {
            rule.ask("place")
        })
    }),
    kind!("token_expired", Venue, |scene, s, _| {
        let rule = on(Place::Request, Action::ExpireTokens, s, 6_000);
        // Backpack gives out none.
        let venues = scene.venues.iter().filter(|venue| **venue != VenueKind::Backpack);
        venues.flat_map(|venue| at(*venue, rule.clone())).collect()
    }),
];

fn on(place: Place, action: Action, strength: u32, usual_ppm: u32) -> Vec<Rule> {
    let ppm = u64::from(usual_ppm) * u64::from(strength) / 100;
    let ppm = u32::try_from(ppm.clamp(1, 500_000)).expect("clamped");
    vec![Rule::new(place, action).probability_ppm(ppm)]
}

fn with(rules: Vec<Rule>, change: impl Fn(Rule) -> Rule) -> Vec<Rule> {
    rules.into_iter().map(change).collect()
}

fn at(venue: VenueKind, rules: Vec<Rule>) -> Vec<Rule> {
    with(rules, |rule| Rule { venue: Some(venue), ..rule })
}

fn delay(chance: &mut ChaCha8Rng) -> Action {
    Action::Delay { ms: *[30, 150, 700, 1_900, 2_100, 4_000].choose(chance).expect("not empty") }
}

/// Something between client and venue answers: with a page, with nothing, or with what is no JSON.
fn status(chance: &mut ChaCha8Rng) -> Action {
    let code = *[500, 502, 503, 504].choose(chance).expect("not empty");
    let bodies =
        ["", "<html><body><h1>502 Bad Gateway</h1></body></html>", "upstream timed out", "{}", "null", "[]"];
    let body = (*bodies.choose(chance).expect("not empty")).to_owned();
    Action::Status { code, body }
}

fn rubbish(chance: &mut ChaCha8Rng) -> Action {
    let kinds = [Rubbish::Random, Rubbish::NotUtf8, Rubbish::Html, Rubbish::Nested];
    Action::Garbage { of: *kinds.choose(chance).expect("not empty") }
}

/// Lists and single orders as they were a moment ago: a cache, or a machine of the venue that lags behind.
fn stale_replies(strength: u32) -> Vec<Rule> {
    let asks = ["open_orders", "positions", "fills", "balances"];
    asks.into_iter()
        .flat_map(|ask| with(on(Place::Reply, Action::Stale, strength, 10_000), |rule| rule.ask(ask)))
        .collect()
}

/// Only venues that answer before they match can drop what they accepted.
fn accepted(scene: &Scene, action: Action, strength: u32) -> Vec<Rule> {
    let venues = scene.venues.iter().filter(|venue| **venue != VenueKind::Backpack);
    venues
        .flat_map(|venue| at(*venue, on(Place::Request, action.clone(), strength, 20_000)))
        .map(|rule| rule.ask("place"))
        .collect()
}

/// A spell at one venue.
struct At {
    venue: VenueKind,
    from: Duration,
    until: Duration,
}

impl At {
    fn rule(&self, place: Place, action: Action) -> Rule {
        let until_ns = u64::try_from(self.until.as_nanos()).ok();
        Rule { venue: Some(self.venue), until_ns, ..Rule::new(place, action).from(self.from) }
    }

    /// What happens to sockets that stand when it begins.
    fn at_once(&self, action: Action) -> Rule {
        let until = self.from + Duration::from_millis(1);
        Self { until, ..*self }.rule(Place::Connection, action)
    }
}

/// Draws spells of one shape: at the usual strength one in forty seconds at each venue, of half a second to twelve.
fn spells(
    scene: &Scene,
    strength: u32,
    chance: &mut ChaCha8Rng,
    shape: fn(&At, &mut ChaCha8Rng) -> Vec<Rule>,
) -> Vec<Rule> {
    let mut rules = Vec::new();
    for &venue in &scene.venues {
        let usual = scene.span.as_millis() * u128::from(strength) / 100 / 40_000;
        let n = u32::try_from(usual).unwrap_or(u32::MAX).min(50);
        for _ in 0..chance.random_range(0..=n.max(1)) {
            let ms = |of: Duration| u64::try_from(of.as_millis()).unwrap_or(u64::MAX).max(1);
            let from = Duration::from_millis(chance.random_range(0..ms(scene.span)));
            let length = *[500, 2_500, 6_000, 12_000].choose(chance).expect("not empty");
            let at = At { venue, from, until: from + Duration::from_millis(length) };
            rules.extend(shape(&at, chance));
        }
    }
    rules
}

/// Nothing passes, one way or both, and nobody is told.
fn partition(at: &At, chance: &mut ChaCha8Rng) -> Vec<Rule> {
    let ways = [Direction::Both, Direction::ToVenue, Direction::FromVenue];
    let direction = *ways.choose(chance).expect("not empty");
    vec![at.rule(Place::Venue, Action::Partition { direction })]
}

/// The venue goes down and comes back.
fn restart(at: &At, chance: &mut ChaCha8Rng) -> Vec<Rule> {
    let orders = *[AtRestart::Kept, AtRestart::Cancelled].choose(chance).expect("not empty");
    vec![at.rule(Place::Venue, Action::Restart { orders })]
}

/// The venue's clock steps away and back.
fn venue_clock(at: &At, chance: &mut ChaCha8Rng) -> Vec<Rule> {
    let ms = *[-8_000, -1_270, -300, 300, 1_270, 8_000].choose(chance).expect("not empty");
    vec![at.rule(Place::Venue, Action::Clock { ms })]
}

/// The venue's front goes away and says so; the engine goes on.
fn front_down(at: &At, chance: &mut ChaCha8Rng) -> Vec<Rule> {
    let page = status(chance);
    vec![
        at.at_once(Action::Disconnect),
        at.rule(Place::Connection, page.clone()),
        at.rule(Place::Request, page),
    ]
}

/// Sockets stay, are alive, and say nothing of one kind, or nothing at all.
fn feed_stale(at: &At, chance: &mut ChaCha8Rng) -> Vec<Rule> {
    let silent = at.rule(Place::Frame, Action::Drop);
    vec![match chance.random_range(0..3) {
        0 => silent.feed(Feed::Book),
        1 => silent.feed(Feed::Account),
        _ => silent,
    }]
}

/// Too many requests, all of them.
fn rate_limit(at: &At, chance: &mut ChaCha8Rng) -> Vec<Rule> {
    let retry_after_s = chance.random_range(0..=4);
    let action = match chance.random_range(0..2) {
        0 => Action::RateLimit { retry_after_s },
        _ => Action::RateLimitUntil { after_s: retry_after_s },
    };
    vec![at.rule(Place::Request, action)]
}

/// Replies come when the caller is about to give up, or just has.
fn slow(at: &At, chance: &mut ChaCha8Rng) -> Vec<Rule> {
    let ms = chance.random_range(1_700..=2_300);
    vec![at.rule(Place::Reply, Action::Delay { ms })]
}

/// Sockets that stand, or that are opened meanwhile, are as good as gone.
fn half_open(at: &At, _: &mut ChaCha8Rng) -> Vec<Rule> {
    vec![at.rule(Place::Connection, Action::Drop)]
}

/// All sockets are cut.
fn disconnect(at: &At, _: &mut ChaCha8Rng) -> Vec<Rule> {
    vec![at.at_once(Action::Disconnect)]
}
