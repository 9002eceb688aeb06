//! What we believe of a position, held against what the venue lists. Pure: time comes in, what to do comes out.
//!
//! We believe that a position is what it was when we first looked, and every fill since, ours and others'. A list is a look
//! at some moment between the question and the answer, and fills come by another way than lists; so a list agrees when it shows
//! what we believed at any moment of a little while around it, or what we come to believe a little later. What has not been
//! explained by then is a difference: an alarm, once for each.

use std::{collections::VecDeque, time::Duration};

use mm_model::{SignedQty, Timestamp};

/// How far fills and lists may lag behind each other.
pub(super) const LAG: Duration = Duration::from_secs(2);
/// How long a difference may take to be explained.
pub(super) const SETTLE: Duration = Duration::from_secs(10);
/// Changes of our belief that are remembered of a market.
const RECENT_MAX: usize = 64;

/// One market.
#[derive(Debug, Default)]
pub(super) struct Believed {
    base: Base,
    /// Sums of all fills, ours and others', and since when each stood, oldest first.
    recent: VecDeque<(Timestamp, SignedQty)>,
    open: Option<Difference>,
}

/// The position that fills come on top of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Base {
    /// Nobody has looked.
    #[default]
    Unknown,
    /// Seen once: a fill may have been under way.
    Seen(SignedQty),
    /// Seen twice.
    Firm(SignedQty),
}

/// A list of the venue's, as far as it tells of one market.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// When it came.
    pub(super) now: Timestamp,
    /// When it was asked for.
    pub(super) sent_at: Timestamp,
    /// The position in it.
    pub(super) listed: SignedQty,
    /// What all fills that we know come to now.
    pub(super) sum: SignedQty,
}

/// A list that does not show what we believe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// What the venue listed last.
    pub(super) listed: SignedQty,
    /// What we believed then.
    pub(super) believed: SignedQty,
    /// Since when there is one.
    pub(super) since: Timestamp,
    /// The difference that was alarmed.
    alarmed: Option<SignedQty>,
}

impl Difference {
    /// Whether it was alarmed as it stands.
    pub(super) fn is_alarmed(&self) -> bool {
        self.alarmed == Some(self.listed - self.believed)
    }
}

/// What a look came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It shows what we believe; `explained` when it did not before.
    Agrees {
        /// Whether a difference was open.
        explained: bool,
    },
    /// Not yet: look again in a while.
    Wait,
    /// It does not, and was not explained in time.
    Alarm(Difference),
    /// It does not, as was alarmed before.
    Known,
}

impl Believed {
    /// What is open.
    pub(super) const fn open(&self) -> Option<&Difference> {
        self.open.as_ref()
    }

    /// The sum of all fills is another one since `now`. Whether that explains a difference.
    pub(super) fn moved(&mut self, now: Timestamp, sum: SignedQty) -> bool {
        if self.recent.len() == RECENT_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back((now, sum));
        let Base::Firm(base) = self.base else { return false };
        self.open.take_if(|open| open.listed == base + sum).is_some()
    }

    /// What a look comes to.
    pub(super) fn looked(&mut self, look: Look) -> Verdict {
        let Look { now, sent_at, listed, sum } = look;
        let base = match self.base {
            Base::Firm(base) => base,
            Base::Seen(base) if base == listed - sum => {
                self.base = Base::Firm(base);
                return Verdict::Agrees { explained: false };
            }
            Base::Seen(_) | Base::Unknown => {
                self.base = Base::Seen(listed - sum);
                return Verdict::Wait;
            }
        };
        if base + sum == listed || self.stood_lately(sent_at - LAG, listed - base) {
            return Verdict::Agrees { explained: self.open.take().is_some() };
        }
        let believed = base + sum;
        let open = self.open.get_or_insert(Difference { listed, believed, since: now, alarmed: None });
        (open.listed, open.believed) = (listed, believed);
        if now.since(open.since) < SETTLE {
            return Verdict::Wait;
        }
        let apart = listed - believed;
        if open.alarmed.replace(apart) == Some(apart) { Verdict::Known } else { Verdict::Alarm(*open) }
    }

    /// Whether the sum stood at any moment since `from`.
    fn stood_lately(&self, from: Timestamp, sum: SignedQty) -> bool {
        let ended_before =
            |next: Option<&(Timestamp, SignedQty)>| next.is_some_and(|(until, _)| *until < from);
        let stood = |(n, (_, stood)): (usize, &(Timestamp, SignedQty))| {
            *stood == sum && !ended_before(self.recent.get(n + 1))
        };
        self.recent.iter().enumerate().any(stood)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(ms: u64) -> Timestamp {
        Timestamp::from_ms(1_000_000 + ms)
    }

    const fn lots(n: i64) -> SignedQty {
        SignedQty(n)
    }

    const fn look(now: u64, sent_at: u64, listed: i64, sum: i64) -> Look {
        Look { now: at(now), sent_at: at(sent_at), listed: lots(listed), sum: lots(sum) }
    }

    /// Looked at twice, so that it is firm: a position of 7 while fills come to 2.
    fn firm() -> Believed {
        let mut believed = Believed::default();
        assert_eq!(believed.looked(look(0, 0, 7, 2)), Verdict::Wait);
        assert_eq!(believed.looked(look(2_000, 2_000, 7, 2)), Verdict::Agrees { explained: false });
        believed
    }

    #[test]
    fn what_was_there_before_us_is_no_difference() {
        let mut believed = firm();
        believed.moved(at(3_000), lots(5));
        let verdict = believed.looked(look(4_000, 3_900, 10, 5));
        assert_eq!(verdict, Verdict::Agrees { explained: false });
    }

    #[test]
    fn a_fill_that_is_under_way_explains_itself_from_either_side() {
        let mut believed = firm();
        believed.moved(at(1_000), lots(2));
        believed.moved(at(5_000), lots(3));
        // The list is older than the fill.
        assert_eq!(believed.looked(look(5_010, 4_990, 7, 3)), Verdict::Agrees { explained: false });
        // The list is newer than the fill that we are to hear of.
        assert_eq!(believed.looked(look(9_000, 8_990, 9, 3)), Verdict::Wait);
        assert!(believed.moved(at(9_100), lots(4)), "explained");
        assert_eq!(believed.open(), None);
    }

    #[test]
    fn a_list_that_is_older_than_its_lag_is_a_difference() {
        let mut believed = firm();
        believed.moved(at(1_000), lots(2));
        believed.moved(at(5_000), lots(3));
        assert_eq!(believed.looked(look(7_200, 7_100, 7, 3)), Verdict::Wait);
    }

    #[test]
    fn what_nothing_explains_is_alarmed_once_for_each_difference_and_ends_when_both_agree() {
        let mut believed = firm();
        let mut see = |ms, listed| believed.looked(look(ms, ms, listed, 2));
        assert_eq!(see(10_000, 9), Verdict::Wait);
        assert_eq!(see(19_000, 9), Verdict::Wait);
        let difference =
            Difference { listed: lots(9), believed: lots(7), since: at(10_000), alarmed: Some(lots(2)) };
        assert_eq!(see(20_000, 9), Verdict::Alarm(difference));
        assert_eq!(see(50_000, 9), Verdict::Known);
        assert!(matches!(see(80_000, 10), Verdict::Alarm(_)), "another one");
        assert_eq!(see(90_000, 7), Verdict::Agrees { explained: true });
    }

    #[test]
    fn what_was_seen_first_while_a_fill_was_under_way_is_not_believed() {
        let mut believed = Believed::default();
        assert_eq!(believed.looked(look(0, 0, 1, 0)), Verdict::Wait);
        believed.moved(at(100), lots(1));
        assert_eq!(believed.looked(look(2_000, 2_000, 1, 1)), Verdict::Wait);
        assert!(matches!(believed.looked(look(4_000, 4_000, 1, 1)), Verdict::Agrees { .. }));
    }
}
