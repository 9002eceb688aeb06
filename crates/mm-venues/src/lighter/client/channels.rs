//! The socket's subscriptions: which there are, how far each has come, and how fast they may be asked for.
//!
//! The venue drops whoever has 50 messages unanswered or sends more than 200 a minute (its page on limits, July 2026),
//! so the first are sent when the socket opens and each of the rest when one of those before it is answered.

use std::{collections::VecDeque, time::Duration};

use mm_model::Timestamp;

use super::token::Pass;
use crate::{
    client::{CallRef, Frame},
    lighter::wire::{
        Text,
        channel::Channel,
        stream::{AuthToken, Beat, Command, kind},
    },
};

/// So many unanswered at a time: the venue's 50 less a margin.
const UNANSWERED_MAX: usize = 35;
/// So many within a minute: the venue's 200 less a margin for what cannot wait.
const A_MINUTE_MAX: usize = 150;
const MINUTE: Duration = Duration::from_secs(60);
/// A sign of life after so long without a frame of ours: the venue closes after two minutes.
const SILENCE_MAX: Duration = Duration::from_secs(60);
/// A token that could not be made is tried again after this.
const RENEWAL_PAUSE: Duration = Duration::from_secs(10);

/// Where a subscription stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Wanted,
    Asked,
    Live,
    Refused,
}

#[derive(Debug)]
struct Sub {
    channel: Channel,
    stage: Stage,
}

impl Sub {
    fn asks_with_token(&self) -> bool {
        self.stage == Stage::Asked && self.channel.account().is_some()
    }
}

/// The subscriptions of the socket.
#[derive(Debug, Default)]
pub(super) struct Channels {
    is_up: bool,
    subs: Vec<Sub>,
    /// When (un)subscriptions of the last minute went out.
    sent_at: VecDeque<Timestamp>,
    spoke_at: Timestamp,
    /// Who waits for the snapshot of a book.
    waiting: Vec<(u64, CallRef)>,
    /// Since when the account's trades may have gone unheard, while they are subscribed to anew.
    deaf_since: Option<Timestamp>,
    /// When the account's channels must be subscribed to anew, since the token ends.
    renew_at: Option<Timestamp>,
}

/// What goes out on the socket, and when.
pub(super) struct Post<'a> {
    pub(super) now: Timestamp,
    /// What opens the account's channels.
    pub(super) pass: Option<Pass<'a>>,
    pub(super) out: &'a mut Vec<Frame>,
}

/// What to do for a book that is to be had anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resync {
    /// The frames that were written ask for it, or it comes by itself.
    Comes,
    /// It is not among the streams, or there is no socket.
    Cannot,
}

impl Channels {
    pub(super) const fn is_up(&self) -> bool {
        self.is_up
    }

    /// The socket is up: this is wanted on it.
    pub(super) fn open(&mut self, now: Timestamp, wanted: impl Iterator<Item = Channel>) {
        *self = Self { is_up: true, spoke_at: now, ..Self::default() };
        self.subs.extend(wanted.map(|channel| Sub { channel, stage: Stage::Wanted }));
    }

    /// The socket is gone.
    pub(super) fn close(&mut self) {
        *self = Self::default();
    }

    /// A frame of ours goes out.
    pub(super) fn spoke(&mut self, now: Timestamp) {
        self.spoke_at = self.spoke_at.max(now);
    }

    /// Asks for what may be asked for now.
    pub(super) fn pump(&mut self, post: &mut Post<'_>) {
        while self.sent_at.front().is_some_and(|at| post.now.since(*at) >= MINUTE) {
            self.sent_at.pop_front();
        }
        let mut n_asked = self.subs.iter().filter(|sub| sub.stage == Stage::Asked).count();
        for at in 0..self.subs.len() {
            if n_asked >= UNANSWERED_MAX || self.sent_at.len() >= A_MINUTE_MAX {
                return;
            }
            if self.subs[at].stage == Stage::Wanted {
                n_asked += 1;
                self.ask(at, post);
            }
        }
    }

    fn ask(&mut self, at: usize, post: &mut Post<'_>) {
        let sub = &mut self.subs[at];
        sub.stage = Stage::Asked;
        let pass = post.pass.filter(|_| sub.channel.account().is_some());
        post.out.push(command(kind::SUBSCRIBE, &sub.channel, pass.map(|pass| pass.token)));
        if let Some(Pass { renew_at, .. }) = pass {
            self.renew_at = Some(self.renew_at.map_or(renew_at, |earliest| earliest.min(renew_at)));
        }
        self.count(post.now);
    }

    fn leave(&mut self, at: usize, post: &mut Post<'_>) {
        post.out.push(command(kind::UNSUBSCRIBE, &self.subs[at].channel, None));
        self.count(post.now);
    }

    fn count(&mut self, now: Timestamp) {
        self.sent_at.push_back(now);
        self.spoke(now);
    }

    fn place(&self, channel: &Channel) -> Option<usize> {
        self.subs.iter().position(|sub| sub.channel == *channel)
    }

    /// The venue's yes: a subscription's first frame, or the word that it has long been one.
    pub(super) fn answered(&mut self, channel: &Channel) {
        if let Some(at) = self.place(channel) {
            self.subs[at].stage = Stage::Live;
        }
    }

    /// Whether a subscription waits for its answer.
    pub(super) fn is_asking(&self) -> bool {
        self.subs.iter().any(|sub| sub.stage == Stage::Asked)
    }

    /// The venue says that a channel is no longer sent: whether it ended it by itself, and it is to be had anew.
    pub(super) fn was_cut(&mut self, now: Timestamp, channel: &Channel) -> bool {
        let Some(at) = self.place(channel).filter(|at| self.subs[*at].stage == Stage::Live) else {
            return false;
        };
        self.subs[at].stage = Stage::Wanted;
        if channel.account().is_some() {
            self.deaf_since = Some(self.deaf_since.map_or(now, |since| since.min(now)));
        }
        true
    }

    /// The venue's no to one subscription; to the oldest unanswered one, where it does not say which.
    pub(super) fn refused(&mut self, channel: Option<&Channel>) {
        let named = channel.and_then(|channel| self.place(channel));
        let at = named.or_else(|| self.subs.iter().position(|sub| sub.stage == Stage::Asked));
        if let Some(sub) = at.and_then(|at| self.subs.get_mut(at)) {
            sub.stage = Stage::Refused;
        }
    }

    /// Whether a subscription of the account waits for its answer.
    pub(super) fn asks_with_token(&self) -> bool {
        self.subs.iter().any(Sub::asks_with_token)
    }

    /// The venue's no to a token: what was asked for with it is asked for again.
    pub(super) fn refused_for_token(&mut self) {
        for sub in self.subs.iter_mut().filter(|sub| sub.asks_with_token()) {
            sub.stage = Stage::Wanted;
        }
    }

    /// A book must be had anew: the venue sends a whole one to whoever subscribes. While a first one is still to come,
    /// that is the answer.
    pub(super) fn resync(&mut self, call: CallRef, number: u64, post: &mut Post<'_>) -> Resync {
        let Some(at) = self.place(&Channel::OrderBook(number)).filter(|_| self.is_up) else {
            return Resync::Cannot;
        };
        match self.subs[at].stage {
            Stage::Refused => return Resync::Cannot,
            Stage::Wanted | Stage::Asked => {}
            Stage::Live => {
                self.leave(at, post);
                self.ask(at, post);
            }
        }
        self.waiting.push((number, call));
        Resync::Comes
    }

    /// Takes out a call that waited for a book: the next one in any order.
    pub(super) fn take_waiting(&mut self, number: u64) -> Option<CallRef> {
        let at = self.waiting.iter().position(|(waits_for, _)| *waits_for == number)?;
        Some(self.waiting.swap_remove(at).1)
    }

    /// A call is over without an answer.
    pub(super) fn give_up(&mut self, call: CallRef) {
        let Some(at) = self.waiting.iter().position(|(_, waits)| *waits == call) else { return };
        let (number, _) = self.waiting.swap_remove(at);
        // Its subscription was never answered: the next one to want the book asks for it anew.
        if let Some(at) = self.place(&Channel::OrderBook(number))
            && self.subs[at].stage == Stage::Asked
        {
            self.subs[at].stage = Stage::Live;
        }
    }

    /// Whether the account's channels must be subscribed to anew.
    pub(super) fn is_renewal_due(&self, now: Timestamp) -> bool {
        self.renew_at.is_some_and(|at| at <= now)
    }

    /// Subscribes to the account's channels anew, with a new token; without one, a little later. What happens in between
    /// is in their first frames.
    pub(super) fn renew(&mut self, post: &mut Post<'_>) {
        self.renew_at = None;
        if post.pass.is_none() {
            self.renew_at = Some(post.now + RENEWAL_PAUSE);
            return;
        }
        for at in 0..self.subs.len() {
            if self.subs[at].stage == Stage::Live && self.subs[at].channel.account().is_some() {
                self.leave(at, post);
                self.ask(at, post);
                self.deaf_since = Some(post.now);
            }
        }
    }

    /// Since when trades may have gone unheard; told once, to the first frame after that.
    pub(super) fn deaf_since(&mut self) -> Option<Timestamp> {
        self.deaf_since.take()
    }

    /// Gives a sign of life, where one is due.
    pub(super) fn beat(&mut self, now: Timestamp, out: &mut Vec<Frame>) {
        if self.is_up && now.since(self.spoke_at) >= SILENCE_MAX {
            out.push(beat(kind::PING));
            self.spoke(now);
        }
    }

    /// When there is something to do.
    pub(super) fn wake(&self) -> Option<Timestamp> {
        let more =
            self.subs.iter().any(|sub| sub.stage == Stage::Wanted) && self.sent_at.len() >= A_MINUTE_MAX;
        let room = self.sent_at.front().filter(|_| more).map(|at| *at + MINUTE);
        let life = self.is_up.then(|| self.spoke_at + SILENCE_MAX);
        room.into_iter().chain(life).chain(self.renew_at).min()
    }
}

/// A sign of life, or the answer to one.
pub(super) fn beat(word: &'static str) -> Frame {
    frame(&Beat { kind: Text::new(word) })
}

fn command(word: &'static str, channel: &Channel, auth: Option<&str>) -> Frame {
    frame(&Command {
        kind: Text::new(word),
        channel: Some(Text::from(channel.to_string())),
        auth: auth.map(|token| AuthToken(Text::new(token))),
        data: None,
    })
}

fn frame(message: &impl serde::Serialize) -> Frame {
    Frame(serde_json::to_string(message).expect("strings have a JSON form"))
}
