//! The venue's answers as our events, whichever way they came. An answer that cannot be read leaves the outcome unknown: it
//! is never taken for a no, and never for an empty list.

use mm_model::{
    Ask, BookSnapshot, CallError, ClientId, DecodeError, Event, FeeRates, MarketId, Mode, OrderReport,
    Placement, Rate, RefusalKind, ReportedStatus, Snapshot, Timestamp,
};
use serde_json::value::RawValue;

use super::{
    Client,
    account::Flight,
    book::levels,
    encode::BOOK_LEVELS_MAX,
    login::Verdict,
    refusal::{self, is_about_login},
    report,
};
use crate::{
    client::{CallRef, Next},
    grvt::wire::{
        account::{ClientTier, FundingAccountReply, Position, SubAccount},
        error::codes,
        history,
        market::Instrument,
        market_data::{Book, ServerTime},
        order::Order,
        reply::{self, Page},
        send::{Ack, BulkOrdersReply},
        settings::LeverageSet,
    },
    http::Reply,
    reading::{json, unreadable},
    said::Said,
};

/// Fees are told in millionths of the notional, and ours are counted in 10^-9. The unit is on no page: it is what another
/// client reads (QuantProcessing/exchanges, `grvt/perp_adapter.go`), and fits the rates of fills.
const FEE_UNIT: i64 = 1_000;

/// An answer, with what was asked and when it came.
#[derive(Clone, Copy)]
pub(super) struct Answer<'a> {
    pub(super) now: Timestamp,
    pub(super) call: CallRef,
    pub(super) ask: &'a Ask,
    pub(super) reply: &'a Reply,
}

impl Client {
    /// Reads the answer.
    pub(super) fn read_reply(&mut self, answer: Answer<'_>, out: &mut Vec<Event>) -> Result<Next, CallError> {
        let Answer { now, call, ask, reply } = answer;
        if *ask == Ask::Login {
            let account = self.account.as_mut().ok_or_else(super::encode::no_account)?;
            return account.login.learn(now, reply).map(|()| Next::Done);
        }
        let said = refusal::said(now, self.encoding, reply);
        let flight = self.account.as_mut().and_then(|account| account.take(call));
        let next =
            self.judge(now, (flight, said), |client, said| client.read_said((ask, said, &reply.body), out));
        self.settle(call, &next);
        next
    }

    /// What a no about the login comes to; anything else is read as such.
    pub(super) fn judge(
        &mut self,
        now: Timestamp,
        (flight, said): (Option<Flight>, Said),
        read: impl FnOnce(&mut Self, Said) -> Result<Next, CallError>,
    ) -> Result<Next, CallError> {
        if let (Some(Flight { login, .. }), Some(account)) = (flight, &mut self.account) {
            if is_about_login(&said) {
                return match account.login.refused(now, login) {
                    Verdict::Again => Ok(Next::Resend),
                    Verdict::Final => Err(Result::from(said).err().unwrap_or_else(super::encode::no_account)),
                };
            }
            if said == Said::Yes {
                account.login.worked(login);
            }
        }
        read(self, said)
    }

    /// What was signed for a call is kept while it is to be sent again, and no longer.
    pub(super) fn settle(&mut self, call: CallRef, next: &Result<Next, CallError>) {
        let Some(account) = &mut self.account else { return };
        match next {
            Ok(Next::Resend) => account.keep_signed(call),
            _ => account.forget_signed(call),
        }
    }

    fn read_said(
        &mut self,
        (ask, said, body): (&Ask, Said, &[u8]),
        out: &mut Vec<Event>,
    ) -> Result<Next, CallError> {
        match (ask, said) {
            (_, Said::Yes) => self.read_success(ask, body, out),
            (Ask::Order(query, Mode::Live), Said::No { refusal, .. })
                if refusal.kind == RefusalKind::NotFound =>
            {
                Ok(Self::not_live(query, out))
            }
            // What the whole account pays is shown to keys with more rights than a bot should have.
            (Ask::Fees, Said::No { code, .. }) if code == codes::FORBIDDEN.number => Ok(Next::Done),
            // Nobody has said that a bulk request is taken whole or not at all.
            (Ask::Batch(placements), Said::No { code, refusal })
                if placements.len() > 1 && !refusal::is_of_whole_bulk(code) =>
            {
                Err(CallError::OutcomeUnknown(format!("a batch was refused, perhaps in part: {refusal}")))
            }
            (_, said) => Result::from(said).map(|()| Next::Done),
        }
    }

    fn read_success(&mut self, ask: &Ask, body: &[u8], out: &mut Vec<Event>) -> Result<Next, CallError> {
        match ask {
            Ask::Place(placement) => return self.read_placed(placement.client_id, body, out),
            Ask::Cancel(_) | Ask::CancelAll(_) | Ask::DeadMan(_) => return self.read_ack(body),
            _ => {}
        }
        self.read_answer_to(ask, body, out).map_err(unknown)
    }

    /// The venue's acknowledgement of an order, which mostly only says that it is on its way to the engine.
    pub(super) fn read_placed(
        &mut self,
        id: ClientId,
        body: &[u8],
        out: &mut Vec<Event>,
    ) -> Result<Next, CallError> {
        let reply: reply::Reply<Order<'_>> = self.encoding.decode("order", body).map_err(unknown)?;
        match self.own(id, &reply.result).map_err(unknown)? {
            Event::Refused { refusal, .. } => return Err(CallError::Refused(refusal)),
            event => out.push(event),
        }
        Ok(Next::Done)
    }

    /// That it took note: what comes of it the stream tells.
    pub(super) fn read_ack(&self, body: &[u8]) -> Result<Next, CallError> {
        let reply: reply::Reply<Ack> = self.encoding.decode("acknowledgement", body).map_err(unknown)?;
        if reply.result.ack {
            Ok(Next::Done)
        } else {
            Err(CallError::OutcomeUnknown("the venue did not acknowledge it".to_owned()))
        }
    }

    /// The news of an order of ours. If it speaks of another one, it is no answer.
    fn own(&self, id: ClientId, order: &Order<'_>) -> Result<Event, DecodeError> {
        if report::client_id(&order.metadata.client_order_id)? != Some(id) {
            let told = crate::reading::cut(&order.metadata.client_order_id);
            return Err(unreadable("order", format_args!("sent client id {id}, was told of {told}")));
        }
        let event = report::order(&self.listings, order)?;
        event.ok_or_else(|| unreadable("order", "it tells nothing"))
    }

    fn read_answer_to(&mut self, ask: &Ask, body: &[u8], out: &mut Vec<Event>) -> Result<Next, DecodeError> {
        let encoding = self.encoding;
        match ask {
            Ask::Time => {
                let ServerTime { server_time } = json("time", body)?;
                out.push(Event::ServerTime(Timestamp::from_ms(server_time)));
                if let Some(account) = &mut self.account {
                    account.login.time_known();
                }
            }
            Ask::Markets => {
                let reply: reply::Reply<Vec<Instrument<'_>>> = encoding.decode("markets", body)?;
                self.listings.learn(&reply.result)?;
                for market in self.listings.markets().iter() {
                    self.assets.extend([market.base.clone(), market.quote.clone()]);
                }
                out.push(Event::Markets(self.listings.markets().iter().cloned().collect()));
            }
            Ask::Book(id) => out.push(Event::BookSnapshot(self.read_whole_book(*id, body)?)),
            Ask::Batch(placements) => self.read_batch(placements, body, out)?,
            Ask::Order(query, Mode::Live) => return self.read_order(query, body, out),
            Ask::Order(query, Mode::History) => return self.read_history(query, body, out),
            Ask::OpenOrders(scope) => self.read_open_orders(*scope, body, out)?,
            Ask::FillsSince(since) => return self.read_fills(*since, body, out),
            Ask::Positions => {
                let reply: reply::Reply<Vec<Position<'_>>> = encoding.decode("positions", body)?;
                let known = reply.result.iter().filter(|row| self.listings.knows(&row.instrument));
                let rows =
                    known.map(|row| report::position(&self.listings, row)).collect::<Result<_, _>>()?;
                out.push(Event::Positions(Snapshot { rows, scope: None, complete: true }));
            }
            Ask::Balances => {
                let reply: reply::Reply<SubAccount<'_>> = encoding.decode("account", body)?;
                self.check_account(&reply.result.sub_account_id)?;
                let rows = report::balances(&reply.result, |name| self.asset(name))?;
                out.push(Event::Balances(Snapshot { rows, scope: None, complete: true }));
            }
            Ask::Fees => {
                let reply: FundingAccountReply<'_> = encoding.decode("fees", body)?;
                out.extend(fees(reply.tier)?.map(Event::Fees));
            }
            Ask::Leverage(_) => {
                let reply: LeverageSet = encoding.decode("leverage", body)?;
                if !reply.success {
                    return Err(unreadable("leverage", "neither set nor refused"));
                }
            }
            _ => return Err(unreadable("reply", "it answers what was never asked")),
        }
        Ok(Next::Done)
    }

    fn check_account(&self, told: &str) -> Result<(), DecodeError> {
        let ours = self.account.as_ref().map(|account| account.sub_account_text());
        if ours == Some(told) {
            Ok(())
        } else {
            Err(unreadable("account", "the answer is about another one"))
        }
    }

    /// A book has no number here, and joins no stream.
    fn read_whole_book(&self, id: MarketId, body: &[u8]) -> Result<BookSnapshot, DecodeError> {
        let reply: reply::Reply<Book<'_, &RawValue>> = self.encoding.decode("book", body)?;
        let market = self.listings.named("book", &reply.result.instrument)?;
        if market.id != id {
            return Err(unreadable("book", format_args!("asked for another market than {}", market.symbol)));
        }
        let Book { bids, asks, event_time, .. } = &reply.result;
        let (bids, asks): (Vec<_>, Vec<_>) =
            (levels(self.encoding, market, bids)?, levels(self.encoding, market, asks)?);
        // Part of a book is no book.
        if bids.len().max(asks.len()) >= BOOK_LEVELS_MAX as usize {
            return Err(unreadable("book", format_args!("{}: it is not whole", market.symbol)));
        }
        Ok(BookSnapshot { market: id, seq: 0, bids, asks, at: (*event_time).into() })
    }

    /// One answer for each order that is named. What is not named is unknown.
    fn read_batch(
        &self,
        placements: &[Placement],
        body: &[u8],
        out: &mut Vec<Event>,
    ) -> Result<(), DecodeError> {
        let reply: BulkOrdersReply<'_> = self.encoding.decode("batch", body)?;
        let mut events = Vec::with_capacity(placements.len());
        for placement in placements {
            let id = placement.client_id;
            let is_it = |order: &&Order<'_>| {
                report::client_id(&order.metadata.client_order_id).is_ok_and(|told| told == Some(id))
            };
            if let Some(order) = reply.orders.iter().find(is_it) {
                events.push(self.own(id, order)?);
            }
        }
        out.extend(events);
        Ok(())
    }

    fn read_open_orders(
        &self,
        scope: Option<MarketId>,
        body: &[u8],
        out: &mut Vec<Event>,
    ) -> Result<(), DecodeError> {
        let reply: reply::Reply<Vec<Order<'_>>> = self.encoding.decode("open orders", body)?;
        let mut rows = Vec::<OrderReport>::with_capacity(reply.result.len());
        for order in reply.result.iter().filter(|order| report::is_listed(&self.listings, order)) {
            match report::order(&self.listings, order)? {
                Some(Event::Order(report)) => rows.push(report),
                news => out.extend(news),
            }
        }
        // What has ended since is no open order, but it is news.
        let (rows, ended): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|report| report.status == ReportedStatus::Open);
        out.extend(ended.into_iter().map(Event::Order));
        out.push(Event::OpenOrders(Snapshot { rows, scope, complete: true }));
        Ok(())
    }

    /// One page of fills, the newest first. The list ends where the time that was asked for begins.
    fn read_fills(
        &mut self,
        asked: Timestamp,
        body: &[u8],
        out: &mut Vec<Event>,
    ) -> Result<Next, DecodeError> {
        let page: Page<'_, history::Fill<'_>> = self.encoding.decode("fills", body)?;
        let known = page.result.iter().filter(|row| self.listings.knows(&row.instrument));
        let rows = known.map(|row| report::fill(&self.listings, row)).collect::<Result<_, _>>()?;
        let is_last = page.next.is_empty();
        out.push(Event::Fills(Snapshot { rows, scope: None, complete: is_last }));
        if is_last {
            return Ok(Next::Done);
        }
        let since = self.pages.since(asked);
        Ok(Next::Ask(Ask::FillsSince(self.pages.go_on(since, &page.next))))
    }
}

pub(super) fn unknown(error: DecodeError) -> CallError {
    CallError::OutcomeUnknown(error.to_string())
}

/// The venue lists perpetuals alone that we trade, so that there is nothing to say of spot. `None` where it leaves the
/// rates out, as its own example does.
fn fees(tier: ClientTier) -> Result<Option<FeeRates>, DecodeError> {
    let (Some(maker), Some(taker)) = (tier.futures_maker_fee, tier.futures_taker_fee) else {
        return Ok(None);
    };
    let rate = |millionths: i64| {
        let rate = millionths.checked_mul(FEE_UNIT).map(Rate);
        rate.ok_or_else(|| unreadable("fees", format_args!("a rate of {millionths} millionths")))
    };
    Ok(Some(FeeRates { perpetual_maker: rate(maker)?, perpetual_taker: rate(taker)?, ..FeeRates::default() }))
}
