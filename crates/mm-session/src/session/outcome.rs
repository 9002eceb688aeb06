//! What the answers mean for the session itself: whether it can start, and how fast it may go on. Pure.

use std::time::Duration;

use mm_model::{
    Ask, CallError, CancelTarget, ClientId, DeadMan, KeyIndex, MarketId, Mode, OrderQuery, RefusalKind,
    Timestamp,
};
use mm_venues::client::{Next, Protocol};
use rand::Rng;

use super::{SessionError, backoff::jitter};
use crate::{Lane, Throttle};

/// HTTP's word for "too many requests".
const TOO_MANY_REQUESTS: u16 = 429;
/// The pause after the first 429 that names none (Backpack's never do); it doubles with each further one.
const PAUSE_MIN: Duration = Duration::from_secs(1);
/// The longest such pause.
const PAUSE_MAX: Duration = Duration::from_secs(30);
/// Added at random to every pause, so that not all bots come back in the same instant.
const PAUSE_JITTER: Duration = Duration::from_millis(250);
/// A venue that names a longer pause than this is not believed: nobody is told to come back after a day.
const PAUSE_TOLD_MAX: Duration = Duration::from_secs(24 * 3600);

type Answer = Result<Next, CallError>;

/// How far the session has come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Start {
    knows_time: bool,
    knows_markets: bool,
    /// The venue has answered something that only we may ask.
    key_accepted: bool,
    was_ready: bool,
}

impl Start {
    /// Whether the sockets may be opened.
    pub(super) const fn may_connect(self) -> bool {
        self.knows_time && self.knows_markets
    }

    /// Until the connector was ready once, what no waiting will mend ends the session. Later the driver and the
    /// strategy decide.
    ///
    /// # Errors
    /// With the driver's reason.
    pub(super) fn check(
        &mut self,
        readiness: impl FnOnce() -> Result<bool, String>,
    ) -> Result<(), SessionError> {
        if !self.was_ready {
            self.was_ready = readiness().map_err(SessionError)?;
        }
        Ok(())
    }

    /// Learns from an answer. A key that is refused before it was ever accepted, and after the clocks were compared,
    /// is the wrong key: there is no point in going on. Later the driver and the strategy decide.
    pub(super) fn answered(&mut self, ask: &Ask, answer: &Answer) -> Option<SessionError> {
        let is_public =
            matches!(ask, Ask::Time | Ask::Markets | Ask::Book(_) | Ask::Resync(_) | Ask::Nonce(_));
        match answer {
            // The venue said no, and the codec knows better.
            Ok(Next::Resend) => {}
            Ok(next) => {
                self.knows_time |= matches!(ask, Ask::Time);
                self.knows_markets |= matches!(ask, Ask::Markets) && *next == Next::Done;
                self.key_accepted |= !is_public;
            }
            Err(CallError::Refused(refusal))
                if refusal.kind == RefusalKind::Authentication
                    && !is_public
                    && self.knows_time
                    && !self.key_accepted =>
            {
                let text =
                    format!("the venue refuses the key ({refusal}): check the key file and the key's rights");
                return Some(SessionError(text));
            }
            Err(_) => {}
        }
        None
    }
}

/// Pauses after "too many requests".
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RateLimits {
    n_in_a_row: u32,
}

impl RateLimits {
    /// How long everything must wait after this answer; with the status where it came by HTTP.
    pub(super) fn pause_after(
        &mut self,
        status: Option<u16>,
        answer: &Answer,
        rng: &mut impl Rng,
    ) -> Option<Duration> {
        let refusal = match answer {
            Err(CallError::Refused(refusal)) => Some(refusal),
            _ => None,
        };
        let limited = refusal.is_some_and(|refusal| refusal.kind == RefusalKind::RateLimited);
        if status != Some(TOO_MANY_REQUESTS) && !limited {
            self.n_in_a_row = 0;
            return None;
        }
        let told = refusal.and_then(|refusal| refusal.retry_after).filter(|pause| *pause <= PAUSE_TOLD_MAX);
        let pause =
            told.unwrap_or_else(|| PAUSE_MIN.saturating_mul(1 << self.n_in_a_row.min(10)).min(PAUSE_MAX));
        self.n_in_a_row = self.n_in_a_row.saturating_add(1);
        Some(pause + jitter(PAUSE_JITTER, rng))
    }
}

/// Fault 46: a request heavier than the bucket would wait for ever. (Orders are checked when they come: a batch may
/// hold any number.)
///
/// # Errors
/// Names the request.
pub(super) fn check_weights(throttle: &Throttle, protocol: &dyn Protocol) -> Result<(), SessionError> {
    let market = MarketId(0);
    let created_at = Timestamp::ZERO;
    let query = OrderQuery { market, client_id: ClientId(0), venue_id: None, created_at };
    let asks = [
        Ask::Time,
        Ask::Markets,
        Ask::Book(market),
        Ask::Resync(market),
        Ask::Cancel(CancelTarget { market, client_id: None, venue_id: None }),
        Ask::CancelAll(market),
        Ask::Order(query, Mode::Live),
        Ask::Order(query, Mode::History),
        Ask::OpenOrders(None),
        Ask::FillsSince(Timestamp::ZERO),
        Ask::Positions,
        Ask::Balances,
        Ask::Fees,
        Ask::DeadMan(DeadMan::Off),
        Ask::Nonce(KeyIndex(0)),
        Ask::Login,
    ];
    for ask in asks {
        let urgent = ask.is_cancel() || matches!(ask, Ask::Nonce(_) | Ask::Login);
        let lane = if urgent { Lane::Cancel } else { Lane::Other };
        throttle
            .fits(lane, protocol.weight(&ask))
            .map_err(|error| SessionError(format!("{ask:?}: {error}")))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use mm_model::Refusal;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn answer(kind: RefusalKind, retry_after_s: Option<u64>) -> Answer {
        let retry_after = retry_after_s.map(Duration::from_secs);
        Err(CallError::Refused(Refusal { kind, code: String::new(), message: String::new(), retry_after }))
    }

    #[test]
    fn pauses_as_told_or_longer_each_time() {
        let mut limits = RateLimits::default();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut check = |status, answer: &Answer, expected_s: Option<u64>| {
            let pause = limits.pause_after(status, answer, &mut rng);
            assert_eq!(pause.map(|pause| pause.as_secs()), expected_s, "{status:?} {answer:?}");
            let least = expected_s.map(Duration::from_secs);
            assert!(pause <= least.map(|least| least + PAUSE_JITTER));
        };
        let limited = answer(RefusalKind::RateLimited, None);
        for expected_s in [1, 2, 4, 8, 16, 30, 30] {
            check(Some(429), &limited, Some(expected_s));
        }
        check(Some(200), &Ok(Next::Done), None);
        check(Some(429), &limited, Some(1));
        check(Some(429), &answer(RefusalKind::RateLimited, Some(17)), Some(17));
        check(Some(403), &answer(RefusalKind::RateLimited, Some(5)), Some(5));
        check(Some(429), &answer(RefusalKind::RateLimited, Some(u64::MAX)), Some(8));
        check(Some(429), &Err(CallError::OutcomeUnknown("a page of HTML".to_owned())), Some(16));
        check(Some(400), &answer(RefusalKind::Other, Some(17)), None);
        check(None, &answer(RefusalKind::RateLimited, Some(9)), Some(9));
        check(None, &Ok(Next::Done), None);
    }
}
