//! Our questions as requests, and what each costs.

use std::fmt::Write as _;

use mm_model::{Ask, CallError, ClientId, MarketId, Mode, OrderQuery, Timestamp};

use super::{
    Client, LINK, Sending,
    channels::{Post, Resync},
    order::{self, not_sent},
    sent::Known,
    transact::no_account,
};
use crate::{
    client::{Outbox, Way, Weight},
    http::{Method, Request},
    lighter::spec::{SPEC, Tier},
    pages::Page,
    query,
};

/// The most rows that a page of trades or of orders that are over holds (the venue's OpenAPI text, July 2026).
const PAGE: usize = 100;
/// The most orders a side that `orderBookOrders` gives (same source).
pub(super) const BOOK_ORDERS_MAX: usize = 250;
/// "All markets".
const ALL_MARKETS: u32 = 255;
/// In the standard tier every request counts once, and none may be asked for more often than 24,000 units of its weight
/// allow a minute: 60 a minute and one unit for each 400 of weight.
const WEIGHT_OF_ONE: u32 = 400;

/// How many rows are asked for: one less than at first where a list is asked for again.
pub(super) fn rows_of_page(page: Option<&Page>) -> usize {
    if page.is_some_and(Page::is_the_list_again) { PAGE - 1 } else { PAGE }
}

impl Client {
    /// Writes the question.
    pub(super) fn question(&mut self, sending: Sending<'_>, out: &mut Outbox) -> Result<Way, CallError> {
        let Sending { now, call, ask } = sending;
        let request = &mut out.request;
        match ask {
            Ask::Time => request.reset(Method::Get, "/"),
            Ask::Markets => get(request, "orderBookDetails", format_args!("")),
            Ask::Book(id) => {
                let number = self.number(*id)?;
                get(request, "orderBookOrders", format_args!("market_id={number}&limit={BOOK_ORDERS_MAX}"));
            }
            Ask::Resync(id) => {
                let number = self.number(*id)?;
                let mut post = Post { now, pass: None, out: &mut out.frames };
                return match self.channels.resync(call, number, &mut post) {
                    Resync::Comes => Ok(Way::Socket(LINK)),
                    Resync::Cannot => {
                        Err(not_sent("the book's stream is not there: books join from it alone"))
                    }
                };
            }
            Ask::Order(query, mode) => self.order_question(sending, (query, *mode), request)?,
            Ask::OpenOrders(scope) => self.open_orders_question(now, *scope, request)?,
            Ask::CancelAll(id) => {
                self.open_orders_question(now, Some(*id), request)?;
                self.sweeps.ask(call);
            }
            Ask::FillsSince(since) => self.fills_question(now, *since, request)?,
            Ask::Positions | Ask::Balances => {
                let account = self.account_index()?;
                get(request, "account", format_args!("by=index&value={account}"));
            }
            Ask::Fees => {
                let account = self.account_index()?;
                get(request, "accountLimits", format_args!("account_index={account}"));
                self.authorize(now, request)?;
            }
            Ask::Nonce(key) => {
                let (account, key) = (self.account_index()?, key.0);
                get(request, "nextNonce", format_args!("account_index={account}&api_key_index={key}"));
            }
            _ => return Err(not_sent("lighter has no such request")),
        }
        Ok(Way::Http)
    }

    /// An order is looked for by our id among those that the venue finds by it. Failing that, the transaction that
    /// placed it is asked for: it proves what no list can, that an order never was and never will be. Only where that
    /// transaction is known to have been executed, or is forgotten, the orders that are over are searched.
    fn order_question(
        &mut self,
        Sending { now, call, .. }: Sending<'_>,
        (order, mode): (&OrderQuery, Mode),
        request: &mut Request,
    ) -> Result<(), CallError> {
        let (account, id) = (self.account_index()?, order::client_id(order.client_id)?);
        match (mode, self.open_question(order.client_id)) {
            (Mode::Live, _) => get(
                request,
                "accountOrders",
                format_args!("account_index={account}&client_order_indexes={id}"),
            ),
            (Mode::History, Some(Known { hash, .. })) => {
                self.asked_tx.push(call);
                get(request, "tx", format_args!("by=hash&value={hash}"));
            }
            (Mode::History, None) => {
                let number = self.number(order.market)?;
                let limit = rows_of_page(self.pages.find(order.created_at)?);
                get(
                    request,
                    "accountInactiveOrders",
                    format_args!("account_index={account}&market_id={number}&limit={limit}"),
                );
                self.go_on(order.created_at, request)?;
            }
        }
        self.authorize(now, request)
    }

    fn open_orders_question(
        &mut self,
        now: Timestamp,
        scope: Option<MarketId>,
        request: &mut Request,
    ) -> Result<(), CallError> {
        let number = scope.map(|id| self.number(id)).transpose()?.unwrap_or(ALL_MARKETS.into());
        let account = self.account_index()?;
        get(request, "accountActiveOrders", format_args!("account_index={account}&market_id={number}"));
        self.authorize(now, request)
    }

    /// The newest first: whether the list may be sorted otherwise, the venue's page does not say.
    fn fills_question(
        &mut self,
        now: Timestamp,
        since: Timestamp,
        request: &mut Request,
    ) -> Result<(), CallError> {
        let account = self.account_index()?;
        get(
            request,
            "trades",
            format_args!("account_index={account}&sort_by=timestamp&sort_dir=desc&limit={PAGE}"),
        );
        self.go_on(since, request)?;
        self.authorize(now, request)
    }

    /// Where a list goes on, if this time stands for a page of it.
    fn go_on(&self, since: Timestamp, request: &mut Request) -> Result<(), CallError> {
        if let Some(page) = self.pages.find(since)?.filter(|page| !page.is_the_list_again()) {
            request.query.push_str("&cursor=");
            query::encode(&page.cursor, &mut request.query);
        }
        Ok(())
    }

    /// What asks cost: requests and transactions.
    pub(super) fn cost(&self, ask: &Ask) -> Weight {
        let is_swept = matches!(ask, Ask::CancelAll(id) if self.is_swept(*id));
        let weight: u32 = match ask {
            // The socket's own limits are kept by the channels.
            Ask::Resync(_) => return Weight::default(),
            Ask::FillsSince(_) => 600,
            Ask::Nonce(_) => 6,
            _ if ask.is_read() || is_swept => 300,
            _ => 6,
        };
        let n_txs = match ask {
            Ask::Batch(placements) => u32::try_from(placements.len()).unwrap_or(u32::MAX),
            _ if ask.is_read() => 0,
            _ if is_swept => SPEC.batch_max as u32,
            _ => 1,
        };
        match self.tier {
            Tier::Standard => Weight([weight.div_ceil(WEIGHT_OF_ONE), n_txs]),
            Tier::Premium | Tier::Plus => Weight([weight, n_txs]),
        }
    }

    fn number(&self, id: MarketId) -> Result<u64, CallError> {
        let known = self.listings.get(id).map(|(_, number)| number);
        known.ok_or_else(|| not_sent(format!("market {} is not known: ask for the markets first", id.0)))
    }

    fn account_index(&self) -> Result<i64, CallError> {
        self.account.as_ref().map(|account| account.index).ok_or_else(no_account)
    }

    fn open_question(&self, id: ClientId) -> Option<Known> {
        self.account.as_ref()?.hashes.open_question(id)
    }

    fn authorize(&mut self, now: Timestamp, request: &mut Request) -> Result<(), CallError> {
        let account = self.account.as_mut().ok_or_else(no_account)?;
        let pass = account.token.pass(now, &mut account.keys[0])?;
        request.headers.push("Authorization").push_str(pass.token);
        Ok(())
    }
}

fn get(request: &mut Request, endpoint: &str, fields: std::fmt::Arguments<'_>) {
    request.reset(Method::Get, "/api/v1/");
    request.path.push_str(endpoint);
    request.query.write_fmt(fields).expect("writing to a string cannot fail");
}
