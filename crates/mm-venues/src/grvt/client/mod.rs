//! GRVT's client half: our asks to its requests, its words to our events. No sockets, no clock, no retries.
//!
//! A yes of the venue only means that an order is on its way to its engine ([`Event::Queued`]): what became of it the
//! account's streams tell, or a question. Everything private needs a login ([`login`]): what is refused because a login was
//! over is sent again under the next one, an order letter by letter as it was signed. There is no change in place and no
//! group here: an order is cancelled and another one placed.
//!
//! Two sockets: one of public data, one of the account, which also carries orders and cancels while it is up.

mod account;
mod book;
mod encode;
mod feeds;
mod frame;
mod login;
mod lookup;
mod market;
mod options;
mod order;
mod refusal;
mod reply;
mod report;
mod streams;
#[cfg(test)]
mod tests;
mod ticker;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use bytes::Bytes;
use mm_model::{Ask, CallError, DecodeError, Event, MarketId, Markets, Symbol, Timestamp};

pub use self::options::{Credentials, Options, OptionsError, OrdersBy, Urls};
use self::{
    account::Account,
    feeds::{Feeds, MessageIds, Post},
    frame::Told,
    login::LoginNumber,
    market::Listings,
    order::Texts,
    reply::Answer,
    ticker::Known,
};
use super::{
    spec::{ALLOWANCE, LOGINS},
    wire::{
        CandleInterval, CandleType, Encoding,
        selector::{Form, Only, PrivateStream, Topic},
    },
};
use crate::{
    client::{Allowance, CallRef, Frame, Heard, LinkId, LinkSpec, Next, Outbox, Protocol, Way, Weight},
    http::{Headers, Reply},
    pages::Pages,
};

/// The socket of public data.
const MARKET_DATA: LinkId = LinkId(0);
/// The socket of the account.
const TRADES: LinkId = LinkId(1);
/// Signatures that are prepared while nothing else is to be done.
const PREPARED: usize = 8;
/// The fastest that the venue sends changes of books and of tickers (API reference at eed18e5).
const BOOK_RATE_MS: u32 = 50;
const TICKER_RATE_MS: u32 = 100;
/// The fewest old trades that a subscription can begin with (same source): they are not looked at.
const OLD_TRADES: u32 = 50;

/// The client half of the codec for one account.
///
/// `now` is what signatures and logins end by: the session passes its own clock corrected by the venue's
/// ([`Event::ServerTime`]).
#[derive(Debug)]
pub struct Client {
    urls: Urls,
    symbols: Vec<Symbol>,
    encoding: Encoding,
    candles: Option<CandleInterval>,
    orders_by: OrdersBy,
    order_life: Duration,
    cancel_ttl: Duration,
    account: Option<Account>,
    listings: Listings,
    public: Feeds,
    private: Feeds,
    ids: MessageIds,
    /// Our own numbers of books: the last one of each, over all its subscriptions.
    book_seqs: BTreeMap<MarketId, u64>,
    tickers: BTreeMap<MarketId, Known>,
    /// The login that the account's socket is being opened with.
    opening_login: Option<LoginNumber>,
    /// The login that the account's socket was opened with, while it may carry orders.
    socket_login: Option<LoginNumber>,
    /// The account's socket no longer serves us.
    is_socket_over: bool,
    pages: Pages,
    /// Names of assets, shared.
    assets: BTreeSet<Symbol>,
    texts: Texts,
}

/// An ask on its way out.
#[derive(Clone, Copy)]
struct Sending<'a> {
    now: Timestamp,
    call: CallRef,
    ask: &'a Ask,
}

impl Client {
    /// Builds a client that has heard nothing yet: ask for [`Ask::Markets`] first.
    ///
    /// # Errors
    /// [`OptionsError`].
    pub fn new(options: Options) -> Result<Self, OptionsError> {
        options.check()?;
        let Options { urls, symbols, credentials, encoding, candles, orders_by, order_life, cancel_ttl } =
            options;
        Ok(Self {
            urls,
            symbols: symbols.into_iter().map(Symbol::from).collect(),
            encoding,
            candles,
            orders_by,
            order_life,
            cancel_ttl,
            account: credentials.map(Account::new),
            listings: Listings::default(),
            public: Feeds::default(),
            private: Feeds::default(),
            ids: MessageIds::default(),
            book_seqs: BTreeMap::new(),
            tickers: BTreeMap::new(),
            opening_login: None,
            socket_login: None,
            is_socket_over: false,
            pages: Pages::default(),
            assets: BTreeSet::new(),
            texts: Texts::default(),
        })
    }

    /// The markets heard of so far. The ids in asks and events are this table's.
    #[must_use]
    pub const fn markets(&self) -> &Markets {
        self.listings.markets()
    }

    fn open_public(&mut self, out: &mut Vec<Frame>) {
        let Self { symbols, listings, public, ids, encoding, candles, .. } = self;
        let markets = symbols.iter().filter_map(|symbol| listings.markets().by_symbol(symbol));
        let wanted = markets.flat_map(|market| {
            let instrument = &*market.symbol;
            let topics = [
                Topic::BookDelta { instrument, rate_ms: BOOK_RATE_MS },
                Topic::Ticker { form: Form::Delta, instrument, rate_ms: TICKER_RATE_MS },
                Topic::Trade { instrument, limit: OLD_TRADES },
            ];
            let candles = candles.clone().map(|interval| Topic::Candle {
                instrument,
                interval,
                kind: CandleType::Trade,
            });
            topics.into_iter().chain(candles).map(|topic| (topic, Some(market.id)))
        });
        public.open(wanted, &mut Post { encoding: *encoding, ids, out });
    }

    fn open_private(&mut self, out: &mut Vec<Frame>) {
        let Self { account, private, ids, encoding, .. } = self;
        let Some(Account { sub_account, login, .. }) = account else { return };
        login.opened();
        let sub_account = *sub_account;
        let streams =
            [PrivateStream::Order, PrivateStream::State, PrivateStream::Fill, PrivateStream::Position];
        let topics = streams.map(|stream| Topic::Private { stream, sub_account, only: Only::All });
        let wanted = topics.into_iter().chain([Topic::Cancel { sub_account }]).map(|topic| (topic, None));
        private.open(wanted, &mut Post { encoding: *encoding, ids, out });
    }

    /// An asset's name, shared where it is one that we know.
    fn asset(&self, name: &str) -> Symbol {
        self.assets.get(name).cloned().unwrap_or_else(|| Symbol::from(name))
    }
}

impl Protocol for Client {
    fn rest_url(&self, ask: &Ask) -> &str {
        match ask {
            Ask::Login => &self.urls.edge,
            Ask::Time | Ask::Markets | Ask::Book(_) => &self.urls.market_data,
            _ => &self.urls.trades,
        }
    }

    fn links(&self) -> Vec<LinkSpec> {
        let path = self.encoding.socket_path();
        let mut links = vec![LinkSpec::new(format!("{}{path}", self.urls.ws_market_data), "market data")];
        if self.account.is_some() {
            links.push(LinkSpec::new(format!("{}{path}", self.urls.ws_trades), "trades"));
        }
        links
    }

    /// Requests, then logins.
    fn allowances(&self) -> Vec<Allowance> {
        vec![ALLOWANCE, LOGINS]
    }

    fn weight(&self, ask: &Ask) -> Weight {
        Self::cost(ask)
    }

    fn may_encode(&self, ask: &Ask) -> bool {
        let is_public = matches!(ask, Ask::Login | Ask::Time | Ask::Markets | Ask::Book(_) | Ask::Resync(_));
        // Without an account the ask is refused when it is encoded: nothing would ever free it.
        is_public || self.account.as_ref().is_none_or(|account| account.login.lets_pass())
    }

    fn encode(
        &mut self,
        now: Timestamp,
        call: CallRef,
        ask: &Ask,
        out: &mut Outbox,
    ) -> Result<Way, CallError> {
        let way = self.encode_ask(Sending { now, call, ask }, out);
        if let (Err(_), Some(account)) = (&way, &mut self.account) {
            account.forget_signed(call);
        }
        way
    }

    fn reply(
        &mut self,
        now: Timestamp,
        call: CallRef,
        ask: &Ask,
        reply: &Reply,
        out: &mut Vec<Event>,
    ) -> Result<Next, CallError> {
        self.read_reply(Answer { now, call, ask, reply }, out)
    }

    fn failed(&mut self, now: Timestamp, call: CallRef, ask: &Ask, why: &CallError) {
        self.public.give_up(call);
        let Some(account) = &mut self.account else { return };
        if *ask == Ask::Login {
            account.login.failed(now, why);
        }
        account.take(call);
        account.forget_signed(call);
    }

    fn own_ask(&mut self, now: Timestamp) -> Option<Ask> {
        self.account.as_mut()?.login.begin(now).then_some(Ask::Login)
    }

    fn upgrade(&mut self, _now: Timestamp, link: LinkId, headers: &mut Headers) -> bool {
        if link == MARKET_DATA {
            return true;
        }
        self.opening_login = self.account.as_ref().and_then(|account| account.login.authorize(headers));
        self.opening_login.is_some()
    }

    fn opened(&mut self, _now: Timestamp, link: LinkId, out: &mut Vec<Frame>) {
        if link == MARKET_DATA {
            self.open_public(out);
        } else {
            (self.socket_login, self.is_socket_over) = (self.opening_login, false);
            self.open_private(out);
        }
    }

    fn closed(&mut self, now: Timestamp, link: LinkId) {
        if link == MARKET_DATA {
            self.public.close();
            self.tickers.clear();
            return;
        }
        let was_open = self.private.is_up();
        self.private.close();
        (self.socket_login, self.is_socket_over) = (None, false);
        if let Some(account) = self.account.as_mut().filter(|_| !was_open) {
            account.login.unopened(now);
        }
    }

    fn frame(
        &mut self,
        now: Timestamp,
        link: LinkId,
        frame: &Bytes,
        out: &mut Heard,
    ) -> Result<(), DecodeError> {
        self.read_frame(Told { now, link, frame }, out)
    }

    fn wake(&self) -> Option<Timestamp> {
        self.account.as_ref().and_then(|account| account.login.due())
    }

    fn may_prepare(&self) -> bool {
        let account = self.account.as_ref().filter(|account| account.has_entropy);
        account.is_some_and(|account| account.key.prepared() < PREPARED)
    }

    /// One nonce point. Without randomness there is none, and signing does without.
    fn prepare(&mut self) {
        if let Some(account) = &mut self.account {
            account.has_entropy = account.key.prepare(1).is_ok();
        }
    }
}
