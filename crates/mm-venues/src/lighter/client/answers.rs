//! What the socket answers to what was sent on it: transactions, and subscriptions that are refused.

use mm_model::{Ask, CallError, DecodeError, Event, Timestamp};

use super::{
    Client,
    refusal::{self, Said},
    sent::Flight,
    settle::Answered,
};
use crate::{
    client::{self, Heard},
    lighter::wire::{
        channel::Channel,
        error::{Code, codes},
        send::SendTxAnswer,
        stream::{StreamError, kind},
    },
    reading::{cut, json, unreadable},
};

impl Client {
    /// The answer to a transaction. One that names a call which is over comes too late to tell anything.
    pub(super) fn read_answer(
        &mut self,
        now: Timestamp,
        frame: &[u8],
        out: &mut Heard,
    ) -> Result<(), DecodeError> {
        let answer: SendTxAnswer<'_> = json("answer", frame)?;
        let told = answer.outcome();
        let said = match told.code {
            Some(codes::OK) => Said::Yes,
            Some(code) => refusal::no(code, told.message.unwrap_or_default()),
            None => Said::Nothing("an answer without a code".to_owned()),
        };
        let Some(account) = &mut self.account else { return Err(unreadable("answer", "nothing was sent")) };
        let Ok(flight) = account.flights.take_named(&told) else {
            return self.read_nameless(now, said, out);
        };
        if let Some(flight) = flight {
            self.settle(now, (flight, said), out);
        }
        Ok(())
    }

    /// An answer that names nobody goes to whoever has waited longest. If somebody else waits too, a no is not believed
    /// to be theirs: then nobody knows, and they are looked up.
    fn read_nameless(&mut self, now: Timestamp, said: Said, out: &mut Heard) -> Result<(), DecodeError> {
        let Some(account) = &mut self.account else { return Err(unreadable("answer", "nothing was sent")) };
        let alone = account.flights.is_one_alone();
        let Some(flight) = account.flights.take_oldest() else {
            return Err(unreadable("answer", format_args!("{said:?}, and nothing waits for an answer")));
        };
        let said = match said {
            Said::No { refusal, .. } if !alone => {
                Said::Nothing(format!("a refusal that does not say of what: {refusal}"))
            }
            said => said,
        };
        self.settle(now, (flight, said), out);
        Ok(())
    }

    fn settle(&mut self, now: Timestamp, (flight, said): (Flight, Said), out: &mut Heard) {
        let Flight { call, n_txs, ids, sweeps, .. } = flight;
        let Some(account) = &mut self.account else { return };
        let mut events = Vec::with_capacity(ids.len());
        let result = account.settle(&Answered { now, call, n_txs, ids }, said, &mut events);
        let result = match sweeps {
            Some(market) => result.map(|next| self.sweep_on(&Ask::CancelAll(market), next)),
            None => result,
        };
        out.answers.push(client::Answered { to: call, events, result });
    }

    /// A channel is no longer sent. Where we did not leave it, the venue cut it, as it may when a token ends: it is
    /// subscribed to anew. Of the account something may have gone unheard, which the error lets the driver ask for.
    pub(super) fn unsubscribed(
        &mut self,
        now: Timestamp,
        channel: &Channel,
        out: &mut Heard,
    ) -> Result<(), DecodeError> {
        if !self.channels.was_cut(now, channel) {
            return Ok(());
        }
        let of_account = channel.account().is_some();
        if of_account && let Some(account) = &mut self.account {
            account.token.forget();
        }
        self.subscribe_more(now, &mut out.send);
        if of_account { Err(unreadable("stream", format_args!("the venue cut {channel}"))) } else { Ok(()) }
    }

    /// An error without a type. One that names a transaction's message is about that; else codes of the socket are about
    /// subscriptions, others about transactions.
    pub(super) fn read_error(
        &mut self,
        now: Timestamp,
        error: &StreamError<'_>,
        out: &mut Heard,
    ) -> Result<(), DecodeError> {
        if error.message.contains(kind::SEND_TX) {
            // Whatever its code: it is about a transaction.
            return self.read_nameless(now, refusal::no(error.code, &error.message), out);
        }
        if self.is_about_token(error) {
            self.channels.refused_for_token();
            self.subscribe_more(now, &mut out.send);
            return Err(unreadable(
                "stream",
                format_args!("the venue forgot our token: {}", cut(&error.message)),
            ));
        }
        let of_socket = (23_000..=23_003).contains(&error.code) || (30_000..31_000).contains(&error.code);
        let waits = self.account.as_ref().is_some_and(|account| account.flights.len() > 0);
        if !of_socket && waits {
            if self.channels.is_asking() {
                // It may be about a subscription: nobody's order is judged by it.
                out.closing = Some(format!("an error that does not say of what: {}", cut(&error.message)));
                return Ok(());
            }
            return self.read_nameless(now, refusal::no(error.code, &error.message), out);
        }
        let channel = error.message.rsplit([' ']).next().and_then(Channel::parse);
        if refusal::is(error.code, &codes::SOCKET_ALREADY_SUBSCRIBED) {
            if let Some(channel) = channel {
                self.channels.answered(&channel);
                self.refuse_waiting(&channel, out);
            }
        } else if is_passing(error.code) {
            out.closing = Some(format!("{}: {}", error.code, cut(&error.message)));
        } else {
            self.channels.refused(channel.as_ref());
            if let Some(channel) = channel {
                self.refuse_waiting(&channel, out);
            }
            let reason = format!("{}: {}", error.code, cut(&error.message));
            out.events.push(Event::FeedRefused { reason });
        }
        self.subscribe_more(now, &mut out.send);
        Ok(())
    }

    /// Whether a subscription of the account was refused for its token, and another one may help. What is about
    /// transactions has codes of its own.
    fn is_about_token(&mut self, error: &StreamError<'_>) -> bool {
        let Some(account) = &mut self.account else { return false };
        error.code < TRANSACTION_CODES
            && refusal::is_about_token(error.code, &error.message)
            && self.channels.asks_with_token()
            && account.token.refused()
    }

    /// No book comes: whoever waits for it asks again.
    fn refuse_waiting(&mut self, channel: &Channel, out: &mut Heard) {
        let Channel::OrderBook(number) = channel else { return };
        while let Some(to) = self.channels.take_waiting(*number) {
            let why = CallError::OutcomeUnknown("the book's stream did not begin anew".to_owned());
            out.answers.push(client::Answered { to, events: Vec::new(), result: Err(why) });
        }
    }
}

/// Codes from here on are about accounts and transactions (`fixtures/lighter/error-codes.tsv`).
const TRANSACTION_CODES: u32 = 21_000;

/// Whether a socket that is opened anew may fare better: too many messages, a failure of the venue's own, or a message of
/// ours that was spoiled on its way (which one, nobody says).
fn is_passing(code: u32) -> bool {
    const PASSING: [Code; 6] = [
        codes::TOO_MANY_REQUESTS,
        codes::SOCKET_INVALID_JSON,
        codes::SOCKET_FETCH_FAILED,
        codes::SOCKET_RATE_LIMIT,
        codes::SOCKET_TOO_MANY_IN_FLIGHT,
        codes::SOCKET_FAILED_TO_SUBSCRIBE,
    ];
    PASSING.iter().any(|known| refusal::is(code, known))
}
