//! What the sockets tell: answers, public and private streams.

use mm_model::{BookDelta, CallError, DecodeError, DeltaLevels, Event, Timestamp};
use serde_json::value::RawValue;

use super::{
    Client, MARKET_DATA,
    account::What,
    book::{self, AnyFrame, BookFrame},
    feeds::{self, Post, Turn},
    refusal,
    ticker::Known,
};
use crate::{
    client::{Answered, Heard, LinkId, Next},
    grvt::wire::{
        error::{RpcError, codes},
        rpc::{Response, Subscribed, method},
        stream::{Feed, Head, Stream},
    },
    reading::{cut, unreadable},
    said::Said,
};

/// A frame, and when it came.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) now: Timestamp,
    pub(super) link: LinkId,
    pub(super) frame: &'a [u8],
}

impl Client {
    /// Reads a frame.
    pub(super) fn read_frame(&mut self, told: Told<'_>, out: &mut Heard) -> Result<(), DecodeError> {
        let read = match book::change(self.encoding, &self.listings, told.frame) {
            Some((selector, change)) => self.book_changed(selector, change, out),
            None => self.read_any_frame(told, out),
        };
        // A socket whose login is over serves nobody: it goes when nothing waits for an answer on it.
        let waits = self.account.as_ref().is_some_and(|account| account.waits_on_socket());
        if told.link != MARKET_DATA && self.is_socket_over && !waits {
            out.closing = Some("its login is over".to_owned());
        }
        read
    }

    /// Reads a frame of whatever kind, with a general JSON reader.
    pub(super) fn read_any_frame(&mut self, told: Told<'_>, out: &mut Heard) -> Result<(), DecodeError> {
        let text = std::str::from_utf8(told.frame).map_err(|error| unreadable("frame", error))?;
        if let Some((stream, selector)) = Head::split(self.encoding, text) {
            return self.read_feed(told, (stream, selector), out);
        }
        let head: Head<'_> = self.encoding.decode("frame", told.frame)?;
        match (&head.stream, &head.selector) {
            (Some(stream), Some(selector)) => self.read_feed(told, (stream, selector), out),
            (Some(_), None) => Err(unreadable("frame", "a stream without a selector")),
            (None, _) => self.read_response(told, out),
        }
    }

    fn read_feed(
        &mut self,
        told: Told<'_>,
        (stream, selector): (&str, &str),
        out: &mut Heard,
    ) -> Result<(), DecodeError> {
        match Stream::from(stream) {
            Stream::BookDelta => match book::any_frame(self.encoding, &self.listings, told.frame)? {
                AnyFrame::Whole(whole) => self.whole_book(selector, whole, out),
                AnyFrame::Change(change) => self.book_changed(selector, change, out),
            },
            Stream::TickerDelta => self.read_ticker(told.frame, selector, out),
            Stream::Candle => self.read_candle(told.frame, selector, &mut out.events),
            Stream::Trade => self.read_trade(told.frame, selector, &mut out.events),
            Stream::Order | Stream::State | Stream::Position | Stream::Fill | Stream::Cancel => {
                self.read_private(told.frame, (stream, selector), &mut out.events)
            }
            _ => Err(unreadable("frame", format_args!("stream {} is not one of ours", cut(stream)))),
        }
    }

    /// A change of a book. Its numbers are the subscription's own, so ours are counted on: what joins there joins here,
    /// and what does not join leaves a number out.
    pub(super) fn book_changed(
        &mut self,
        selector: &str,
        change: BookFrame<DeltaLevels>,
        out: &mut Heard,
    ) -> Result<(), DecodeError> {
        let BookFrame { market, numbers, bids, asks, at } = change;
        let stream = Stream::BookDelta;
        let Some(sub) =
            self.public.find(stream.as_str(), selector).filter(|sub| sub.market() == Some(market))
        else {
            return Err(stranger(stream.as_str(), selector));
        };
        let turn = sub.judge(numbers);
        let seq = self.book_seqs.entry(market).or_default();
        match turn {
            Turn::Old | Turn::Snapshot => return Ok(()),
            Turn::Next => {}
            Turn::Gap => *seq += 1,
        }
        let prev = *seq;
        *seq += 1;
        out.events.push(Event::BookDelta(BookDelta { market, prev, seq: *seq, bids, asks, at }));
        Ok(())
    }

    fn read_ticker(&mut self, frame: &[u8], selector: &str, out: &mut Heard) -> Result<(), DecodeError> {
        let stream = Stream::TickerDelta;
        let read: Feed<'_, crate::grvt::wire::market_data::Ticker<'_>> =
            self.encoding.decode("ticker", frame)?;
        let Some(sub) = self.public.find(stream.as_str(), selector) else {
            return Err(stranger(stream.as_str(), selector));
        };
        let turn = sub.judge(numbers(&read));
        let Some(market) = sub.market().and_then(|id| self.listings.markets().get(id)) else {
            return Err(stranger(stream.as_str(), selector));
        };
        if read.feed.instrument.as_ref().is_some_and(|told| **told != *market.symbol) {
            return Err(unreadable("ticker", format_args!("{selector} tells of another market")));
        }
        let known = self.tickers.entry(market.id).or_default();
        match turn {
            Turn::Old => return Ok(()),
            Turn::Snapshot => *known = Known::default(),
            Turn::Next => {}
            Turn::Gap => {
                let mut post = Post { encoding: self.encoding, ids: &mut self.ids, out: &mut out.send };
                self.public.begin_anew(stream.as_str(), selector, &mut post);
                return Ok(());
            }
        }
        known.join(market, &read.feed, &mut out.events)
    }

    /// An answer to what we sent: a subscription, or a call.
    fn read_response(&mut self, told: Told<'_>, out: &mut Heard) -> Result<(), DecodeError> {
        let encoding = self.encoding;
        let response: Response<'_, &RawValue> = encoding.decode("answer", told.frame)?;
        let Some(id) = response.id else {
            return Err(unreadable("answer", "it does not say what it answers"));
        };
        let flight = self.account.as_mut().and_then(|account| account.take_message(id));
        if let Some(flight) = flight {
            let said = match (&response.error, response.result) {
                (Some(error), _) => refusal::error_says(error),
                (None, Some(_)) => Said::Yes,
                (None, None) => Said::Nothing("an answer with neither result nor error".to_owned()),
            };
            let is_over = refusal::is_about_login(&said);
            let body = response.result.map_or("", RawValue::get).as_bytes();
            let mut events = Vec::new();
            let what = flight.message.map(|(_, what)| what);
            let result = self.judge(told.now, (Some(flight), said), |client, said| {
                client.read_called((what, said, body), &mut events)
            });
            self.settle(flight.call, &result);
            if is_over {
                (self.is_socket_over, self.socket_login) = (true, None);
            }
            out.answers.push(Answered { to: flight.call, events, result });
            return Ok(());
        }
        let feeds = if told.link == MARKET_DATA { &mut self.public } else { &mut self.private };
        if let Some(error) = &response.error {
            let answer = feeds.refused(id);
            return self.feed_refused(told, (answer, error), out);
        }
        if !response.method.is_empty() && response.method != method::SUBSCRIBE {
            // Of a subscription that was left, or of a call that is over: it tells nothing any more.
            return Ok(());
        }
        let Some(result) = response.result else {
            return Err(unreadable("answer", "there is nothing in it"));
        };
        let result: Subscribed<'_> = encoding.decode("answer", result.get().as_bytes())?;
        if let feeds::Answer::Refused(which) = feeds.answered(id, &result) {
            out.events
                .push(Event::FeedRefused { reason: format!("{which}: it is not in the venue's answer") });
            self.refuse_waiting(out);
        }
        Ok(())
    }

    fn read_called(
        &mut self,
        (what, said, body): (Option<What>, Said, &[u8]),
        out: &mut Vec<Event>,
    ) -> Result<Next, CallError> {
        Result::from(said)?;
        match what {
            Some(What::Place(id)) => self.read_placed(id, body, out),
            _ => self.read_ack(body),
        }
    }

    /// A subscription was refused: for the login, for now, or for good.
    fn feed_refused(
        &mut self,
        told: Told<'_>,
        (answer, error): (feeds::Answer, &RpcError<'_>),
        out: &mut Heard,
    ) -> Result<(), DecodeError> {
        let feeds::Answer::Refused(which) = answer else { return Ok(()) };
        let said = refusal::error_says(error);
        if let (true, Some(account), Some(login)) =
            (refusal::is_about_login(&said), &mut self.account, self.socket_login)
        {
            account.login.refused(told.now, login);
            (self.is_socket_over, self.socket_login) = (true, None);
            return Ok(());
        }
        let reason = format!("{which}: {}: {}", error.code, cut(&error.message));
        let passing = [codes::INTERNAL, codes::UNKNOWN, codes::RATE_LIMIT, codes::SWITCHED_OFF];
        if passing.iter().any(|known| known.number == error.code) {
            out.closing = Some(reason);
        } else {
            out.events.push(Event::FeedRefused { reason });
            self.refuse_waiting(out);
        }
        Ok(())
    }

    /// No book comes: whoever waits for it asks again.
    fn refuse_waiting(&mut self, out: &mut Heard) {
        while let Some(to) = self.public.take_hopeless() {
            let why = CallError::OutcomeUnknown("the book's stream did not begin anew".to_owned());
            out.answers.push(Answered { to, events: Vec::new(), result: Err(why) });
        }
    }
}

pub(super) fn numbers<F>(feed: &Feed<'_, F>) -> feeds::Numbers {
    feeds::Numbers { seq: feed.sequence_number.0, prev: feed.prev_sequence_number.0 }
}

pub(super) fn stranger(stream: &str, selector: &str) -> DecodeError {
    unreadable("frame", format_args!("{} of {} was not asked for", cut(stream), cut(selector)))
}
