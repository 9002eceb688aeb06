//! Lighter's client half: our asks to its requests, its words to our events. No sockets, no clock, no retries.
//!
//! A yes of the venue only means that a transaction waits for its engine ([`Event::Queued`]): what became of an order
//! the account's stream tells, or a question. Transactions are numbered ([`nonces`]), by each key apart; a number that
//! was out of turn proves that nothing happened, and the same ask goes again ([`Next::Resend`]), in the same words. What may have acted is
//! never sent again: it is looked up, at last by the hash of its transaction, which we know before the venue does.

mod answers;
mod book;
mod channels;
mod encode;
mod frame;
mod lookup;
mod market;
mod message;
mod nonces;
mod options;
mod order;
mod private;
mod public;
mod refusal;
mod reply;
mod report;
mod rows;
mod sent;
mod settle;
mod sweep;
#[cfg(test)]
mod tests;
mod token;
mod touches;
mod transact;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use bytes::Bytes;
use mm_model::{
    Ask, Balance, CallError, DecodeError, Event, KeyIndex, MarketId, MarketKind, Markets, Symbol, Timestamp,
};

pub use self::options::{Credentials, Options, OptionsError, OrdersBy};
use self::{
    channels::{Channels, Post},
    market::{CASH, Listings},
    message::Scratch,
    nonces::{Lanes, Spent},
    reply::Answer,
    report::Cash,
    sent::{Flights, Hashes, Wordings},
    sweep::Sweeps,
    token::Token,
    touches::Touches,
};
use super::{
    sign::ApiKey,
    spec::Tier,
    tx::MarginMode,
    wire::channel::{Channel, Selection},
};
use crate::{
    client::{
        Allowance, CallRef, Frame, Greeting, Heard, LinkId, LinkSpec, Next, Outbox, Protocol, Way, Weight,
    },
    http::Reply,
    pages::Pages,
};

/// The one socket.
const LINK: LinkId = LinkId(0);
/// Signatures of each key that are prepared while nothing else is to be done.
const PREPARED: usize = 8;

/// The client half of the codec for one account.
///
/// `now` is what transactions expire by: the session passes its own clock corrected by the venue's
/// ([`Event::ServerTime`]).
#[derive(Debug)]
pub struct Client {
    rest_url: String,
    ws_url: String,
    symbols: Vec<Symbol>,
    account: Option<Account>,
    orders_by: OrdersBy,
    tier: Tier,
    transaction_life: Duration,
    market_bound_bp: u32,
    price_protection: bool,
    listings: Listings,
    touches: Touches,
    /// How positions are backed, where the account told it.
    margin_modes: BTreeMap<MarketId, MarginMode>,
    cash: Cash,
    channels: Channels,
    pages: Pages,
    sweeps: Sweeps,
    /// Calls that ask for a transaction by its hash.
    asked_tx: Vec<CallRef>,
    /// Names of assets, shared.
    assets: BTreeSet<Symbol>,
    scratch: Scratch,
}

/// An ask on its way out.
#[derive(Clone, Copy)]
struct Sending<'a> {
    now: Timestamp,
    call: CallRef,
    ask: &'a Ask,
}

/// The account, and what is on its way for it.
#[derive(Debug)]
struct Account {
    index: i64,
    /// In the order of their lanes.
    keys: Vec<ApiKey>,
    lanes: Lanes,
    token: Token,
    hashes: Hashes,
    wordings: Wordings,
    flights: Flights,
    /// Whether the last preparation of a signature went well.
    has_entropy: bool,
}

impl Account {
    fn new(credentials: Credentials) -> Result<Self, OptionsError> {
        let index = credentials.account;
        let keys = credentials.into_keys()?;
        Ok(Self {
            index,
            lanes: Lanes::new(keys.iter().map(|key| KeyIndex(key.index()))),
            keys,
            token: Token::default(),
            hashes: Hashes::default(),
            wordings: Wordings::default(),
            flights: Flights::default(),
            has_entropy: true,
        })
    }
}

impl Client {
    /// Builds a client that has heard nothing yet: ask for [`Ask::Markets`] first.
    ///
    /// # Errors
    /// [`OptionsError`].
    pub fn new(options: Options) -> Result<Self, OptionsError> {
        options.check()?;
        let account = options.credentials.map(Account::new).transpose()?;
        Ok(Self {
            rest_url: options.rest_url.trim_end_matches('/').to_owned(),
            ws_url: options.ws_url,
            symbols: options.symbols.into_iter().map(Symbol::from).collect(),
            account,
            orders_by: options.orders_by,
            tier: options.tier,
            transaction_life: options.transaction_life,
            market_bound_bp: options.market_bound_bp,
            price_protection: options.price_protection,
            listings: Listings::default(),
            touches: Touches::default(),
            margin_modes: BTreeMap::new(),
            cash: Cash::default(),
            channels: Channels::default(),
            pages: Pages::default(),
            sweeps: Sweeps::default(),
            asked_tx: Vec::new(),
            assets: BTreeSet::new(),
            scratch: Scratch::default(),
        })
    }

    /// The markets heard of so far. The ids in asks and events are this table's.
    #[must_use]
    pub const fn markets(&self) -> &Markets {
        self.listings.markets()
    }

    /// What to listen to: the account first, since nothing of ours must happen unheard while the rest is being set up.
    fn wanted(&self) -> Vec<Channel> {
        let mut wanted = Vec::new();
        if let Some(Account { index, .. }) = self.account {
            wanted.extend([
                Channel::AccountAllOrders(index),
                Channel::AccountAllTrades(index),
                Channel::AccountAllPositions(index),
                Channel::AccountAllAssets(index),
                Channel::UserStats(index),
            ]);
        }
        let markets = self.symbols.iter().filter_map(|symbol| self.listings.markets().by_symbol(symbol));
        for (market, number) in markets.filter_map(|market| self.listings.get(market.id)) {
            wanted.extend([Channel::OrderBook(number), Channel::Ticker(number), Channel::Trade(number)]);
            if market.kind == MarketKind::Perpetual {
                wanted.push(Channel::MarketStats(Selection::Market(number)));
            }
        }
        wanted
    }

    /// Asks for the subscriptions that may be asked for now. Without a token only the account's are refused.
    fn subscribe_more(&mut self, now: Timestamp, out: &mut Vec<Frame>) {
        let account = self.account.as_mut();
        let pass = account.and_then(|Account { token, keys, .. }| token.pass(now, &mut keys[0]).ok());
        self.channels.pump(&mut Post { now, pass, out });
    }

    /// An asset's name, shared where it is one that we know.
    fn asset(&self, name: &str) -> Symbol {
        self.assets.get(name).cloned().unwrap_or_else(|| Symbol::from(name))
    }

    fn cash_balance(&self, at: Timestamp) -> Option<Balance> {
        self.cash.balance(self.asset(CASH), at)
    }
}

impl Protocol for Client {
    fn rest_url(&self, _ask: &Ask) -> &str {
        &self.rest_url
    }

    /// One socket carries public and private streams, and transactions.
    fn links(&self) -> Vec<LinkSpec> {
        vec![LinkSpec { greeting: Greeting::Venues, ..LinkSpec::new(self.ws_url.clone(), "stream") }]
    }

    /// Requests, then transactions.
    fn allowances(&self) -> Vec<Allowance> {
        self.tier.allowances().to_vec()
    }

    fn weight(&self, ask: &Ask) -> Weight {
        self.cost(ask)
    }

    fn may_encode(&self, ask: &Ask) -> bool {
        ask.is_read() || self.may_transact()
    }

    fn encode(
        &mut self,
        now: Timestamp,
        call: CallRef,
        ask: &Ask,
        out: &mut Outbox,
    ) -> Result<Way, CallError> {
        let sending = Sending { now, call, ask };
        let asks_first =
            matches!(ask, Ask::CancelAll(id) if self.is_swept(*id) && self.sweeps.next(now, *id).is_empty());
        if ask.is_read() || asks_first { self.question(sending, out) } else { self.transact(sending, out) }
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
        self.asked_tx.retain(|asked| *asked != call);
        self.sweeps.was_asked(call);
        self.channels.give_up(call);
        let Some(account) = &mut self.account else { return };
        if let Ask::Nonce(key) = ask {
            account.lanes.learn(now, *key, None);
        }
        account.flights.give_up(call);
        let spent = if matches!(why, CallError::NotSent(_)) { Spent::No } else { Spent::Unknown };
        account.lanes.ended(now, call, spent);
    }

    fn own_ask(&mut self, now: Timestamp) -> Option<Ask> {
        self.account.as_mut()?.lanes.own_ask(now)
    }

    fn opened(&mut self, now: Timestamp, _link: LinkId, out: &mut Vec<Frame>) {
        let wanted = self.wanted();
        self.channels.open(now, wanted.into_iter());
        self.subscribe_more(now, out);
    }

    fn closed(&mut self, _now: Timestamp, _link: LinkId) {
        self.channels.close();
        self.touches.clear();
        if let Some(account) = &mut self.account {
            account.flights.clear();
        }
    }

    fn frame(
        &mut self,
        now: Timestamp,
        _link: LinkId,
        frame: &Bytes,
        out: &mut Heard,
    ) -> Result<(), DecodeError> {
        self.read_frame(now, frame, out)
    }

    fn tick(&mut self, now: Timestamp, out: &mut Vec<(LinkId, Frame)>) {
        if !self.channels.is_up() {
            return;
        }
        let mut frames = Vec::new();
        if let Some(Account { token, keys, .. }) = &mut self.account
            && self.channels.is_renewal_due(now)
        {
            let pass = token.pass(now, &mut keys[0]).ok();
            self.channels.renew(&mut Post { now, pass, out: &mut frames });
        }
        self.subscribe_more(now, &mut frames);
        self.channels.beat(now, &mut frames);
        out.extend(frames.into_iter().map(|frame| (LINK, frame)));
    }

    fn wake(&self) -> Option<Timestamp> {
        let nonce = self.account.as_ref().and_then(|account| account.lanes.wake());
        nonce.into_iter().chain(self.channels.wake()).min()
    }

    fn may_prepare(&self) -> bool {
        let account = self.account.as_ref().filter(|account| account.has_entropy);
        account.is_some_and(|account| account.keys.iter().any(|key| key.prepared() < PREPARED))
    }

    /// One nonce point of the key that has fewest. Without randomness there is none, and signing says so.
    fn prepare(&mut self) {
        let Some(Account { keys, has_entropy, .. }) = &mut self.account else { return };
        if let Some(key) = keys.iter_mut().min_by_key(|key| key.prepared()) {
            *has_entropy = key.prepare(1).is_ok();
        }
    }
}
