//! Our asks as requests, and what each costs. Public ones are written here; orders in `orders.rs`, what else is asked for
//! an account in `account.rs`.

mod account;
mod orders;

use std::fmt::Write as _;

use mm_model::{Ask, CallError, CancelTarget, Market, MarketId};
use serde::Serialize;

use super::{
    Client, MARKET_DATA, Sending,
    account::{Account, Flight, unknown_market},
    feeds::{Post, Resync},
    order::{client_id, not_sent},
};
use crate::{
    client::{CallRef, Outbox, Way, Weight},
    grvt::{
        spec::ORDER_WEIGHT,
        wire::{
            Encoding, Kind, Text,
            market::AllInstrumentsRequest,
            market_data::BookRequest,
            paths::{Endpoint, TIME_PATH},
            send::Filtered,
        },
    },
    http::{Method, Request},
};

/// The most levels a side that `book` gives (API reference at eed18e5).
pub(super) const BOOK_LEVELS_MAX: u32 = 500;

pub(super) fn no_account() -> CallError {
    not_sent("no API key is configured: only public data can be asked for")
}

/// The filter that keeps to one market.
fn only<'a>(sub_account: &'a str, market: Option<&'a Market>) -> Filtered<'a> {
    Filtered {
        sub_account_id: sub_account.into(),
        kind: market.map(|_| vec![Kind::Perpetual]),
        base: market.map(|market| vec![Text::new(&market.base)]),
        quote: market.map(|market| vec![Text::new(&market.quote)]),
    }
}

/// A cancel's target by one of its ids.
fn ids(target: &CancelTarget) -> Result<(Option<Text<'_>>, Option<String>), CallError> {
    match (&target.venue_id, target.client_id) {
        (Some(id), _) => Ok((Some(id.as_str().into()), None)),
        (None, Some(id)) => Ok((None, Some(client_id(id)?.to_string()))),
        (None, None) => Err(not_sent("an order without any id cannot be named")),
    }
}

fn post(request: &mut Request, encoding: Encoding, endpoint: Endpoint, fields: &impl Serialize) {
    request.reset(Method::Post, "");
    write!(request.path, "{}", endpoint.path(encoding)).expect("writing to a string cannot fail");
    request.headers.push("Content-Type").push_str("application/json");
    encoding.append(fields, &mut request.body);
}

impl Client {
    /// Writes the ask.
    pub(super) fn encode_ask(&mut self, sending: Sending<'_>, out: &mut Outbox) -> Result<Way, CallError> {
        let encoding = self.encoding;
        let request = &mut out.request;
        match sending.ask {
            Ask::Time => request.reset(Method::Get, TIME_PATH),
            Ask::Markets => {
                let fields = AllInstrumentsRequest { is_active: Some(true) };
                post(request, encoding, Endpoint::AllInstruments, &fields);
            }
            Ask::Book(id) => {
                let instrument = Text::new(&self.market(*id)?.symbol);
                let fields = BookRequest { instrument, depth: BOOK_LEVELS_MAX };
                post(request, encoding, Endpoint::Book, &fields);
            }
            Ask::Resync(id) => {
                self.market(*id)?;
                let mut post = Post { encoding, ids: &mut self.ids, out: &mut out.frames };
                return match self.public.resync(sending.call, *id, &mut post) {
                    Resync::Comes => Ok(Way::Socket(MARKET_DATA)),
                    Resync::Cannot => {
                        Err(not_sent("the book's stream is not there: books join from it alone"))
                    }
                };
            }
            Ask::Login => self.account.as_ref().ok_or_else(no_account)?.login.write(request),
            Ask::Place(_) | Ask::Cancel(_) | Ask::CancelAll(_) => return self.order_entry(sending, out),
            Ask::Batch(placements) => {
                self.check_bulk(placements)?;
                return self.bulk(sending, request);
            }
            _ => return self.private(sending, request),
        }
        Ok(Way::Http)
    }

    fn market(&self, id: MarketId) -> Result<&Market, CallError> {
        self.listings.get(id).map(|(market, _)| market).ok_or_else(|| unknown_market(id))
    }

    /// What asks cost: units of requests, and logins (ccxt 4.5.90, `grvt.py`; the dead man's switch is in no list and is
    /// counted as an order).
    pub(super) fn cost(ask: &Ask) -> Weight {
        match ask {
            // Subscriptions are in no list.
            Ask::Resync(_) => Weight::default(),
            Ask::Login => Weight([0, 1]),
            Ask::Time | Ask::Markets => Weight::new(4),
            Ask::Book(_) => Weight::new(12),
            Ask::Batch(placements) => {
                let n = u32::try_from(placements.len()).unwrap_or(u32::MAX);
                Weight::new(n.saturating_mul(ORDER_WEIGHT))
            }
            Ask::CancelAll(_) => Weight::new(50),
            Ask::Order(..) | Ask::OpenOrders(_) | Ask::FillsSince(_) | Ask::Positions => Weight::new(20),
            Ask::Balances | Ask::Fees | Ask::Leverage(_) => Weight::new(40),
            _ => Weight::new(ORDER_WEIGHT),
        }
    }
}

/// The call leaves by HTTP under the login.
fn authorized(account: &mut Account, call: CallRef, request: &mut Request) -> Result<Way, CallError> {
    let Some(login) = account.login.authorize(&mut request.headers) else {
        account.forget_signed(call);
        return Err(not_sent("the venue refuses the API key: check it, and its rights"));
    };
    account.leaves(Flight { call, login, message: None });
    Ok(Way::Http)
}
