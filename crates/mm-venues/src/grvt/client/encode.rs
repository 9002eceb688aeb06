//! Our asks as requests, and what each costs.

use std::{fmt::Write as _, time::Duration};

use mm_model::{
    Ask, CallError, CancelTarget, DeadMan, Leverage, MarginMode, Market, MarketId, Mode, OrderQuery,
    Timestamp,
};
use serde::Serialize;

use super::{
    Client, MARKET_DATA, Sending, TRADES,
    account::{Account, Flight, What, unknown_market},
    feeds::{Post, Resync},
    lookup::CLOCKS_APART,
    options::OrdersBy,
    order::{client_id, not_sent},
};
use crate::{
    client::{Frame, Outbox, Way, Weight},
    grvt::{
        spec::{ORDER_WEIGHT, SPEC},
        wire::{
            Encoding, Kind, Quoted, Text,
            account::SubAccountRequest,
            history::HistoryRequest,
            market::AllInstrumentsRequest,
            market_data::BookRequest,
            paths::{Endpoint, TIME_PATH},
            reply::Empty,
            rpc,
            send::{BulkOrders, CancelOrder, CreateOrder, Filtered, GetOrder},
            settings::{CancelOnDisconnect, SetLeverage},
        },
    },
    http::{Method, Request},
};

/// The most rows of a page (API reference at eed18e5).
const PAGE: u32 = 1_000;
/// The most levels a side that `book` gives (same source).
pub(super) const BOOK_LEVELS_MAX: u32 = 500;
/// The dead man's switch is on above one second, and for five minutes at most (same source, `cancel_on_disconnect`).
const COUNTDOWN_MS: std::ops::RangeInclusive<u128> = 1_001..=300_000;
/// Whether the bound of a time is included is not documented, and a fill that is told twice counts once.
const FILLS_EARLY: Duration = Duration::from_millis(1);
/// The bytes of a frame with one order, in full names.
const FRAME_BYTES: usize = 1_024;

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

/// A list of what was.
struct History<'a> {
    endpoint: Endpoint,
    sub_account: &'a str,
    /// Of one market, or of all.
    market: Option<&'a Market>,
    since: Timestamp,
    /// How much earlier to begin.
    early: Duration,
}

/// Where a private call is written to.
enum Paper<'a> {
    Request(&'a mut Request),
    Frames { id: u32, out: &'a mut Vec<Frame> },
}

impl Paper<'_> {
    fn write(self, encoding: Encoding, endpoint: Endpoint, fields: &impl Serialize) {
        match self {
            Paper::Request(request) => post(request, encoding, endpoint, fields),
            Paper::Frames { id, out } => {
                let mut json = Vec::with_capacity(FRAME_BYTES);
                encoding.append(&rpc::Request::new(endpoint.method(), fields, id), &mut json);
                out.push(Frame(String::from_utf8(json).expect("serde_json writes UTF-8")));
            }
        }
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

    /// What may go by socket while it is up.
    fn order_entry(
        &mut self,
        Sending { now, call, ask }: Sending<'_>,
        out: &mut Outbox,
    ) -> Result<Way, CallError> {
        let (encoding, ttl) = (self.encoding, self.cancel_ttl);
        let by_socket =
            self.orders_by == OrdersBy::Socket && self.private.is_up() && self.socket_login.is_some();
        let Self { account, listings, texts, ids: message_ids, socket_login, .. } = self;
        let account = account.as_mut().ok_or_else(no_account)?;
        let what = match ask {
            Ask::Place(placement) => What::Place(placement.client_id),
            Ask::Cancel(_) => What::Cancel,
            _ => What::CancelAll,
        };
        account.sign(listings, (call, ask), (now, self.order_life))?;
        let id = message_ids.next();
        let paper = if by_socket {
            Paper::Frames { id, out: &mut out.frames }
        } else {
            Paper::Request(&mut out.request)
        };
        let written = match ask {
            Ask::Place(placement) => {
                let market = listings.get(placement.order.market).map(|(market, _)| market);
                let market = market.ok_or_else(|| unknown_market(placement.order.market))?;
                let signed =
                    account.signed(call).next().ok_or_else(|| not_sent("the order is not signed"))?;
                let order = texts.order(market, signed, account.sender())?;
                paper.write(encoding, Endpoint::CreateOrder, &CreateOrder { order });
                Ok(())
            }
            Ask::Cancel(target) => ids(target).map(|(order_id, client_id)| {
                // Only a cancel by our id waits for its order: it may have overtaken it.
                let ttl = client_id.as_ref().map(|_| Text::from(ttl.as_millis().to_string()));
                let fields = CancelOrder {
                    sub_account_id: account.sub_account_text().into(),
                    order_id,
                    client_order_id: client_id.map(Text::from),
                    time_to_live_ms: ttl,
                };
                paper.write(encoding, Endpoint::CancelOrder, &fields);
            }),
            Ask::CancelAll(id) => {
                let market =
                    listings.get(*id).map(|(market, _)| market).ok_or_else(|| unknown_market(*id))?;
                let fields = only(account.sub_account_text(), Some(market));
                paper.write(encoding, Endpoint::CancelAllOrders, &fields);
                Ok(())
            }
            _ => Err(not_sent("grvt has no such request")),
        };
        written?;
        match socket_login.filter(|_| by_socket) {
            Some(login) => {
                account.leaves(Flight { call, login, message: Some((id, what)) });
                Ok(Way::Socket(TRADES))
            }
            None => authorized(account, call, &mut out.request),
        }
    }

    fn check_bulk(&self, placements: &[mm_model::Placement]) -> Result<(), CallError> {
        let n = placements.len();
        if !(1..=SPEC.batch_max).contains(&n) {
            return Err(not_sent(format!("a batch of {n}: send 1 to {}", SPEC.batch_max)));
        }
        let market = placements[0].order.market;
        if placements.iter().any(|placement| placement.order.market != market) {
            return Err(not_sent("the orders of a batch are all of one market here"));
        }
        self.market(market).map(|_| ())
    }

    fn bulk(
        &mut self,
        Sending { now, call, ask }: Sending<'_>,
        request: &mut Request,
    ) -> Result<Way, CallError> {
        let Self { account, listings, encoding, order_life, .. } = self;
        let account = account.as_mut().ok_or_else(no_account)?;
        account.sign(listings, (call, ask), (now, *order_life))?;
        let mut texts: Vec<super::order::Texts> = Vec::new();
        texts.resize_with(ask.placements().len(), Default::default);
        let mut orders = Vec::with_capacity(texts.len());
        for (signed, texts) in account.signed(call).zip(&mut texts) {
            let id = signed.placement.order.market;
            let market = listings.get(id).map(|(market, _)| market).ok_or_else(|| unknown_market(id))?;
            orders.push(texts.order(market, signed, account.sender())?);
        }
        let fields =
            BulkOrders { sub_account_id: account.sub_account_text().into(), orders, ..BulkOrders::default() };
        post(request, *encoding, Endpoint::BulkOrders, &fields);
        authorized(account, call, request)
    }

    /// What goes by HTTP alone.
    fn private(
        &mut self,
        Sending { call, ask, .. }: Sending<'_>,
        request: &mut Request,
    ) -> Result<Way, CallError> {
        let encoding = self.encoding;
        let account = self.account.as_ref().ok_or_else(no_account)?;
        let sub_account = account.sub_account_text();
        let sub_account_id = Text::new(sub_account);
        match ask {
            Ask::Order(query, mode) => self.order_question(sub_account, (query, *mode), request)?,
            Ask::OpenOrders(scope) => {
                let market = scope.map(|id| self.market(id)).transpose()?;
                post(request, encoding, Endpoint::OpenOrders, &only(sub_account, market));
            }
            Ask::FillsSince(since) => {
                let asked = History {
                    endpoint: Endpoint::FillHistory,
                    sub_account,
                    market: None,
                    since: *since,
                    early: FILLS_EARLY,
                };
                self.history_question(asked, request)?;
            }
            Ask::Positions => post(request, encoding, Endpoint::Positions, &only(sub_account, None)),
            Ask::Balances => {
                post(request, encoding, Endpoint::AccountSummary, &SubAccountRequest { sub_account_id });
            }
            Ask::Fees => post(request, encoding, Endpoint::FundingAccountSummary, &Empty {}),
            Ask::Leverage(leverage) => {
                let (instrument, times) = self.leverage(leverage)?;
                let fields = SetLeverage { sub_account_id, instrument, leverage: times.into() };
                post(request, encoding, Endpoint::SetInitialLeverage, &fields);
            }
            Ask::DeadMan(wish) => {
                let countdown_time = Some(countdown(*wish)?.into());
                let fields = CancelOnDisconnect { sub_account_id, countdown_time };
                post(request, encoding, Endpoint::CancelOnDisconnect, &fields);
            }
            Ask::Modify(_) => {
                return Err(not_sent("grvt changes no order in place: cancel it and place another one"));
            }
            Ask::Group(_) => return Err(not_sent("grvt is not asked for groups of orders")),
            Ask::Margin(..) => return Err(not_sent("positions are backed by the whole account here")),
            _ => return Err(not_sent("grvt has no such request")),
        }
        authorized(self.account.as_mut().ok_or_else(no_account)?, call, request)
    }

    /// An order is looked for by its id among those that the venue finds by it; failing that, among all that were since it
    /// was made.
    fn order_question(
        &self,
        sub_account: &str,
        (query, mode): (&OrderQuery, Mode),
        request: &mut Request,
    ) -> Result<(), CallError> {
        match mode {
            Mode::Live => {
                let target = CancelTarget {
                    market: query.market,
                    client_id: Some(query.client_id),
                    venue_id: query.venue_id,
                };
                let (order_id, client_order_id) = ids(&target)?;
                let fields = GetOrder {
                    sub_account_id: sub_account.into(),
                    order_id,
                    client_order_id: client_order_id.map(Text::from),
                };
                post(request, self.encoding, Endpoint::Order, &fields);
                Ok(())
            }
            Mode::History => {
                let asked = History {
                    endpoint: Endpoint::OrderHistory,
                    sub_account,
                    market: Some(self.market(query.market)?),
                    since: query.created_at,
                    early: CLOCKS_APART,
                };
                self.history_question(asked, request)
            }
        }
    }

    /// One page of what was since then, the newest first.
    fn history_question(&self, asked: History<'_>, request: &mut Request) -> Result<(), CallError> {
        let History { endpoint, sub_account, market, since, early } = asked;
        let page = self.pages.find(since)?;
        let start = page.map_or(since, |page| page.since) - early;
        let Filtered { sub_account_id, kind, base, quote } = only(sub_account, market);
        let fields = HistoryRequest {
            sub_account_id,
            kind,
            base,
            quote,
            start_time: Some(Quoted::from(start)),
            end_time: None,
            limit: Some(PAGE),
            cursor: page.map(|page| Text::new(&page.cursor)),
        };
        post(request, self.encoding, endpoint, &fields);
        Ok(())
    }

    fn leverage(&self, leverage: &Leverage) -> Result<(Text<'_>, String), CallError> {
        let id =
            leverage.market.ok_or_else(|| not_sent("the leverage is each market's own here: name one"))?;
        if leverage.mode == Some(MarginMode::Isolated) {
            return Err(not_sent("positions are backed by the whole account here"));
        }
        if leverage.times == 0 {
            return Err(not_sent("a leverage of 0: give 1 or more"));
        }
        Ok((Text::new(&self.market(id)?.symbol), leverage.times.to_string()))
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
fn authorized(
    account: &mut Account,
    call: crate::client::CallRef,
    request: &mut Request,
) -> Result<Way, CallError> {
    let Some(login) = account.login.authorize(&mut request.headers) else {
        account.forget_signed(call);
        return Err(not_sent("the venue refuses the API key: check it, and its rights"));
    };
    account.leaves(Flight { call, login, message: None });
    Ok(Way::Http)
}

fn countdown(wish: DeadMan) -> Result<String, CallError> {
    match wish {
        DeadMan::Off => Ok("0".to_owned()),
        DeadMan::In(after) if COUNTDOWN_MS.contains(&after.as_millis()) => Ok(after.as_millis().to_string()),
        DeadMan::In(after) => Err(not_sent(format!(
            "a cancel of everything in {} ms: the venue counts down from more than 1000 to 300000",
            after.as_millis()
        ))),
    }
}
