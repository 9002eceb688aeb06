//! Which rules make sense.

use super::{Action, Lie, Match, Place, Rule, Schedule};

impl Schedule {
    /// Refuses what could never happen, so that a test with a wrong rule does not pass for want of a fault.
    pub(super) fn check(&self) -> Result<(), String> {
        for (n, rule) in self.rules.iter().enumerate() {
            check(rule).map_err(|why| format!("rule {}: {why}", n + 1))?;
        }
        Ok(())
    }
}

/// Whether an action can be done at a place.
const fn is_sensible(place: Place, action: &Action) -> bool {
    use Action as A;
    let is_of_venues = matches!(action, A::Partition { .. } | A::Clock { .. } | A::Restart { .. });
    match place {
        Place::Request => !is_of_venues && !matches!(action, A::Stale | A::Lie(_) | A::Garbage { .. }),
        Place::Reply => {
            !is_of_venues
                && !matches!(action, A::Duplicate | A::Skew { .. } | A::IgnoreCancel)
                && action.mischief().is_none()
        }
        Place::Frame => matches!(
            action,
            A::Drop
                | A::Delay { .. }
                | A::Duplicate
                | A::Reorder
                | A::Disconnect
                | A::Corrupt
                | A::Stale
                | A::Garbage { .. }
        ),
        Place::Connection => matches!(
            action,
            A::Drop | A::Disconnect | A::Status { .. } | A::RateLimit { .. } | A::RateLimitUntil { .. }
        ),
        Place::Venue => is_of_venues || matches!(action, A::SkipNonce | A::ExpireTokens),
    }
}

fn check(rule: &Rule) -> Result<(), String> {
    use Action as A;
    if !is_sensible(rule.place, &rule.action) {
        let (action, place) = (rule.action.word(), rule.place.word());
        return Err(format!("'{action}' cannot be done to a {place}"));
    }
    let carries_ask = matches!(rule.place, Place::Request | Place::Reply);
    if !carries_ask && (rule.matching.ask.is_some() || rule.matching.path.is_some()) {
        return Err("'ask' and 'path' are properties of requests and replies".to_owned());
    }
    if rule.place != Place::Frame && (rule.matching.stream.is_some() || rule.matching.feed.is_some()) {
        return Err("'stream' and 'feed' are properties of frames".to_owned());
    }
    if rule.place == Place::Venue && (rule.matching != Match::default() || rule.times.is_some()) {
        return Err("a venue as a whole has nothing to 'match', and happens once: no 'times'".to_owned());
    }
    let lasts = matches!(rule.action, A::Partition { .. } | A::Clock { .. } | A::Restart { .. });
    if lasts && rule.until_ns.is_none() {
        return Err(format!("'{}' lasts 'until_ns', which is not there", rule.action.word()));
    }
    if let Some(ask) = rule.matching.ask.as_deref()
        && !crate::venues::ASKS.contains(&ask)
    {
        return Err(format!("no ask '{ask}'; there are {}", crate::venues::ASKS.join(", ")));
    }
    if let A::Status { code, .. } = rule.action
        && !(200..=599).contains(&code)
    {
        return Err(format!("{code} is not an HTTP status between 200 and 599"));
    }
    if matches!(&rule.action, A::Lie(lie) if *lie == Lie::default()) {
        return Err("a lie without 'positions' and 'open_orders' changes nothing".to_owned());
    }
    if rule.probability_ppm > 1_000_000 {
        return Err("a probability above one".to_owned());
    }
    if rule.until_ns.is_some_and(|until| until <= rule.from_ns) {
        return Err("'until_ns' is not after 'from_ns'".to_owned());
    }
    Ok(())
}
