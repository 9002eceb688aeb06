//! What the socket tells: greetings, answers, public and private streams.

use mm_model::{DecodeError, Event, Timestamp};

use super::{Client, book, channels::beat};
use crate::{
    client::Heard,
    lighter::wire::{
        channel::Channel,
        stream::{Head, Shutdown, Unsubscribed, kind},
    },
    reading::{json, unreadable},
};

/// A frame and what its head says.
#[derive(Clone, Copy)]
struct Told<'a> {
    kind: &'a str,
    channel: Option<&'a str>,
    frame: &'a [u8],
}

/// A frame of a stream.
#[derive(Clone, Copy)]
pub(super) struct Data<'a> {
    /// The first frame of a subscription.
    pub(super) is_first: bool,
    pub(super) frame: &'a [u8],
}

impl Client {
    /// Reads a frame.
    pub(super) fn read_frame(
        &mut self,
        now: Timestamp,
        frame: &[u8],
        out: &mut Heard,
    ) -> Result<(), DecodeError> {
        if let Some(delta) = book::delta(&self.listings, frame) {
            out.events.push(Event::BookDelta(delta));
            return Ok(());
        }
        self.read_any_frame(now, frame, out)
    }

    /// Reads a frame of whatever kind, with a general JSON reader.
    pub(super) fn read_any_frame(
        &mut self,
        now: Timestamp,
        frame: &[u8],
        out: &mut Heard,
    ) -> Result<(), DecodeError> {
        if let Some((kind, channel)) = Head::split(frame) {
            return self.read_kind(now, Told { kind, channel: Some(channel), frame }, out);
        }
        let head: Head<'_> = json("frame", frame)?;
        match (head.kind.as_deref(), head.error) {
            (Some(kind::ERROR), None) => self.read_error(now, &json("error", frame)?, out),
            (Some(kind @ (kind::SEND_TX | kind::SEND_TX_BATCH)), _) => {
                self.read_kind(now, Told { kind, channel: None, frame }, out)
            }
            (_, Some(error)) => self.read_error(now, &error, out),
            (Some(kind), None) => {
                self.read_kind(now, Told { kind, channel: head.channel.as_deref(), frame }, out)
            }
            (None, None) => Err(unreadable("frame", "neither type nor error")),
        }
    }

    fn read_kind(&mut self, now: Timestamp, told: Told<'_>, out: &mut Heard) -> Result<(), DecodeError> {
        let Told { kind, frame, .. } = told;
        match kind {
            kind::CONNECTED => out.greeted = true,
            kind::PING => {
                out.send.push(beat(kind::PONG));
                self.channels.spoke(now);
            }
            kind::PONG => {}
            kind::UNSUBSCRIBED => {
                let ended: Unsubscribed<'_> = json("unsubscribed", frame)?;
                let channel = Channel::parse(&ended.channel);
                return channel.map_or(Ok(()), |channel| self.unsubscribed(now, &channel, out));
            }
            kind::SHUTDOWN => {
                let shutdown: Shutdown<'_> = json("shutdown", frame)?;
                out.closing = Some(format!("the venue closes it in {} ms", shutdown.close_in_ms));
            }
            kind::SEND_TX | kind::SEND_TX_BATCH => return self.read_answer(now, frame, out),
            _ => return self.read_data(now, told, out),
        }
        Ok(())
    }

    fn read_data(&mut self, now: Timestamp, told: Told<'_>, out: &mut Heard) -> Result<(), DecodeError> {
        let Told { kind, channel: name, frame } = told;
        let stranger =
            || unreadable("frame", format_args!("type {kind} of channel {name:?} is not one of ours"));
        let is_first = match kind.split_once('/') {
            Some(("subscribed", _)) => true,
            Some(("update", _)) => false,
            _ => return Err(stranger()),
        };
        let channel = name.and_then(Channel::parse).ok_or_else(stranger)?;
        if is_first {
            self.channels.answered(&channel);
            if channel.account().is_some() {
                self.token_worked();
            }
            self.subscribe_more(now, &mut out.send);
        }
        let data = Data { is_first, frame };
        match channel {
            Channel::OrderBook(number) => return self.read_book(number, data, out),
            Channel::Ticker(number) => out.events.push(self.read_ticker(number, frame)?),
            Channel::Trade(number) => return self.read_trades(number, data, &mut out.events),
            Channel::MarketStats(_) => return self.read_stats(frame, &mut out.events),
            Channel::AccountAllOrders(_) => return self.read_orders(frame, &mut out.events),
            Channel::AccountAllTrades(_) => return self.read_fills_frame(data, &mut out.events),
            Channel::AccountAllPositions(_) => return self.read_positions(frame, &mut out.events),
            Channel::AccountAllAssets(_) => return self.read_assets(frame, &mut out.events),
            Channel::UserStats(_) => self.read_user_stats(frame, &mut out.events)?,
            _ => return Err(stranger()),
        }
        Ok(())
    }
}
