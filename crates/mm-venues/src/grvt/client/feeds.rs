//! A socket's subscriptions: which there are, how far each has come, and whether what they bring is whole.
//!
//! The venue numbers the frames of each subscription: snapshots with 0, changes one after another from the number that its
//! answer told. A number that is missing is a gap, whatever the frame behind it says.

use mm_model::MarketId;

use crate::{
    client::{CallRef, Frame},
    grvt::wire::{
        Encoding,
        rpc::{Request, SubscribeParams, Subscribed, method},
        selector::Topic,
        stream::Stream,
    },
};

/// Where a subscription stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Asked for by the message with this id.
    Asked(u32),
    Live,
    Refused,
}

/// What a subscription's next frame goes on from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whole {
    /// The snapshot is still to come.
    Awaited,
    /// All that was told so far was heard.
    So,
    /// Something is missing: changes mean nothing until the next snapshot.
    Broken,
}

/// What a frame's number says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is a snapshot, or part of one.
    Snapshot,
    /// It is the next one.
    Next,
    /// It was heard before, or is older than all that counts.
    Old,
    /// One or more before it were not heard.
    Gap,
}

/// The numbers on a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Numbers {
    pub(super) seq: u64,
    pub(super) prev: u64,
}

#[derive(Debug)]
pub(super) struct Sub {
    stream: Stream,
    selector: String,
    market: Option<MarketId>,
    stage: Stage,
    whole: Whole,
    /// The number of the first change, as the venue's answer told it.
    first: Option<u64>,
    /// The number of the last change.
    last: Option<u64>,
}

impl Sub {
    /// The market that it is about, where it is about one.
    pub(super) const fn market(&self) -> Option<MarketId> {
        self.market
    }

    /// Whether changes need a snapshot to mean something.
    const fn has_changes(&self) -> bool {
        matches!(self.stream, Stream::BookDelta | Stream::TickerDelta)
    }

    /// Takes note of a frame.
    pub(super) fn judge(&mut self, numbers: Numbers) -> Turn {
        let Numbers { seq, prev } = numbers;
        if seq == 0 {
            self.whole = Whole::So;
            if self.has_changes() {
                self.last = None;
            }
            return Turn::Snapshot;
        }
        if self.has_changes() && self.whole != Whole::So {
            return Turn::Old;
        }
        let turn = match (self.last, self.first) {
            (Some(last), _) if seq == last => return Turn::Old,
            (Some(last), _) if prev == last && last.checked_add(1) == Some(seq) => Turn::Next,
            (Some(_), _) => Turn::Gap,
            (None, Some(first)) if seq < first => return Turn::Old,
            (None, Some(first)) if first < seq => Turn::Gap,
            (None, _) => Turn::Next,
        };
        self.last = Some(seq);
        if turn == Turn::Gap {
            self.whole = Whole::Broken;
        }
        turn
    }

    fn params(&self) -> SubscribeParams<'_> {
        SubscribeParams {
            stream: self.stream.as_str().into(),
            selectors: vec![self.selector.as_str().into()],
            use_global_sequence_number: None,
        }
    }
}

/// The ids of the messages that we send on sockets: each is used once.
#[derive(Debug, Default)]
pub(super) struct MessageIds(u32);

impl MessageIds {
    pub(super) const fn next(&mut self) -> u32 {
        // 0 is what the venue may take for none.
        self.0 = if self.0 == u32::MAX { 1 } else { self.0 + 1 };
        self.0
    }
}

/// What goes out on a socket.
pub(super) struct Post<'a> {
    pub(super) encoding: Encoding,
    pub(super) ids: &'a mut MessageIds,
    pub(super) out: &'a mut Vec<Frame>,
}

impl Post<'_> {
    fn subscribe(&mut self, sub: &mut Sub) {
        let id = self.ids.next();
        self.write(method::SUBSCRIBE, sub, id);
        (sub.stage, sub.whole, sub.first, sub.last) = (Stage::Asked(id), Whole::Awaited, None, None);
    }

    fn leave(&mut self, sub: &Sub) {
        let id = self.ids.next();
        self.write(method::UNSUBSCRIBE, sub, id);
    }

    fn write(&mut self, method: &str, sub: &Sub, id: u32) {
        self.out.push(Frame(self.encoding.write(&Request::new(method, sub.params(), id))));
    }
}

/// What to do for a book that is to be had anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resync {
    /// The frames that were written ask for it, or it comes by itself.
    Comes,
    /// It is not among the streams, or there is no socket.
    Cannot,
}

/// What an answer to a subscription comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Nobody's question.
    Stranger,
    /// It is as it was wanted.
    Fine,
    /// The venue did not take it: which.
    Refused(String),
}

/// The subscriptions of one socket.
#[derive(Debug, Default)]
pub(super) struct Feeds {
    is_up: bool,
    subs: Vec<Sub>,
    /// Who waits for the snapshot of a book.
    waiting: Vec<(MarketId, CallRef)>,
}

impl Feeds {
    pub(super) const fn is_up(&self) -> bool {
        self.is_up
    }

    /// The socket is up: subscribes to these, one message each, since one that is refused must not take others with it.
    pub(super) fn open<'t>(
        &mut self,
        wanted: impl Iterator<Item = (Topic<'t>, Option<MarketId>)>,
        post: &mut Post<'_>,
    ) {
        *self = Self { is_up: true, ..Self::default() };
        for (topic, market) in wanted {
            let mut sub = Sub {
                stream: topic.stream(),
                selector: topic.to_string(),
                market,
                stage: Stage::Refused,
                whole: Whole::Awaited,
                first: None,
                last: None,
            };
            post.subscribe(&mut sub);
            self.subs.push(sub);
        }
    }

    /// The socket is gone.
    pub(super) fn close(&mut self) {
        *self = Self::default();
    }

    /// The subscription that a frame belongs to, which bears the selector letter by letter.
    pub(super) fn find(&mut self, stream: &str, selector: &str) -> Option<&mut Sub> {
        self.subs.iter_mut().find(|sub| sub.selector == selector && sub.stream.as_str() == stream)
    }

    /// The venue answered the message with this id, with a result.
    pub(super) fn answered(&mut self, id: u32, told: &Subscribed<'_>) -> Answer {
        let Some(sub) = self.subs.iter_mut().find(|sub| sub.stage == Stage::Asked(id)) else {
            return Answer::Stranger;
        };
        let place = told.subs.iter().position(|selector| **selector == *sub.selector);
        let Some(place) = place.filter(|_| told.stream == *sub.stream.as_str()) else {
            return self.refused(id);
        };
        sub.stage = Stage::Live;
        sub.first = told.first_sequence_number.get(place).map(|first| first.0).filter(|first| *first > 0);
        Answer::Fine
    }

    /// The venue answered the message with this id, with an error.
    pub(super) fn refused(&mut self, id: u32) -> Answer {
        match self.subs.iter_mut().find(|sub| sub.stage == Stage::Asked(id)) {
            Some(sub) => {
                sub.stage = Stage::Refused;
                Answer::Refused(format!("{} of {}", sub.stream.as_str(), sub.selector))
            }
            None => Answer::Stranger,
        }
    }

    /// A book must be had anew: the venue sends a whole one to whoever subscribes. While a first one is still to come,
    /// that is the answer.
    pub(super) fn resync(&mut self, call: CallRef, market: MarketId, post: &mut Post<'_>) -> Resync {
        let is_it = |sub: &&mut Sub| sub.stream == Stream::BookDelta && sub.market == Some(market);
        let Some(sub) = self.subs.iter_mut().find(is_it).filter(|sub| sub.stage != Stage::Refused) else {
            return Resync::Cannot;
        };
        if sub.whole != Whole::Awaited {
            post.leave(sub);
            post.subscribe(sub);
        }
        self.waiting.push((market, call));
        Resync::Comes
    }

    /// A subscription lacks something that nobody asks for: it begins anew.
    pub(super) fn begin_anew(&mut self, stream: &str, selector: &str, post: &mut Post<'_>) {
        if let Some(sub) = self.find(stream, selector) {
            post.leave(sub);
            post.subscribe(sub);
        }
    }

    /// Takes out a call that waited for a book: the next one in any order.
    pub(super) fn take_waiting(&mut self, market: MarketId) -> Option<CallRef> {
        let at = self.waiting.iter().position(|(waits_for, _)| *waits_for == market)?;
        Some(self.waiting.swap_remove(at).1)
    }

    /// Takes out all who wait for books of subscriptions that were refused.
    pub(super) fn take_hopeless(&mut self) -> Option<CallRef> {
        let Self { subs, waiting, .. } = self;
        let is_refused = |market: MarketId| {
            subs.iter().any(|sub| {
                sub.market == Some(market) && sub.stream == Stream::BookDelta && sub.stage == Stage::Refused
            })
        };
        let at = waiting.iter().position(|(market, _)| is_refused(*market))?;
        Some(waiting.swap_remove(at).1)
    }

    /// A call is over without an answer: the next one to want the book asks for it anew.
    pub(super) fn give_up(&mut self, call: CallRef) {
        let Some(at) = self.waiting.iter().position(|(_, waits)| *waits == call) else { return };
        let (market, _) = self.waiting.swap_remove(at);
        for sub in self.subs.iter_mut().filter(|sub| sub.market == Some(market)) {
            if sub.stream == Stream::BookDelta && sub.whole == Whole::Awaited {
                sub.whole = Whole::Broken;
            }
        }
    }
}
