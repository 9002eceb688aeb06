//! GRVT as the rows know it: orders by socket, in the lite encoding or the full one. Its messages are made by its wire
//! types out of messages that were recorded, so that both encodings say the same.

use std::{marker::PhantomData, sync::LazyLock, time::Duration};

use bytes::Bytes;
use mm_crypto::ecdsa::{SecretKey, Signer};
use mm_model::{Ask, ClientId, Markets, Timestamp, VenueOrderId};
use mm_venues::{
    client::{CallRef, LinkId, Outbox, Protocol as _},
    grvt::{
        Client, Credentials, Options, SIGNATURE_LIFE_MAX, Urls,
        sign::{
            Asset, ChainId, Domain, Gate, Instrument, LegTexts, OrderTexts, SignatureTexts,
            authenticate_order,
        },
        wire::{
            Encoding, OrderRejectReason, OrderStatus, Quoted, Text,
            history::Fill,
            login::{ACCOUNT_HEADER, LoginReply, SessionCookie},
            market,
            market_data::{Book, Level},
            order::{NewOrder, Order, UNASSIGNED},
            paths::Endpoint,
            reply::Reply,
            rpc,
            send::CreateOrder,
            stream::{Feed, Stream},
        },
    },
    http::{self, Headers},
};
use serde::{Deserialize, Serialize};

use super::{Turn, Wire};

/// The trading account.
pub const SUB_ACCOUNT: u64 = 2_147_050_003_876_484;
/// The chain that is signed for.
pub const CHAIN: ChainId = ChainId::TESTNET;
/// The market, whose tick and lot are those of the other venues'.
pub const SYMBOL: &str = "SOL_USDT_Perp";
/// What signatures call it.
pub const HASH: &str = "0x030601";
/// The power of ten by which its sizes are signed.
pub const BASE_DECIMALS: u8 = 9;
/// Messages that its client sends before the first order: the subscriptions to three streams of the market and to five
/// of the account.
pub const MESSAGES_BEFORE: u32 = 8;
/// Our ids are the upper half: the lower one is the web interface's.
pub const IDS_FROM: u64 = 1 << 63;

/// The dummy key of fixtures/grvt/vectors.json.
const SECRET: &str = "0101010101010101010101010101010101010101010101010101010101010101";
/// What the streams of the book and of the account were subscribed with.
const BOOK_SELECTOR: &str = "SOL_USDT_Perp@50";
const ACCOUNT_SELECTOR: &str = "2147050003876484";

/// An encoding, as a type.
pub trait Spelling: std::fmt::Debug + 'static {
    /// The encoding.
    const ENCODING: Encoding;
    /// What comes before the names of rows.
    const PREFIX: &'static str;
}

/// Short names.
#[derive(Clone, Copy, Debug)]
pub struct Lite;

/// Full names.
#[derive(Clone, Copy, Debug)]
pub struct Full;

impl Spelling for Lite {
    const ENCODING: Encoding = Encoding::Lite;
    const PREFIX: &'static str = "GRVT: ";
}

impl Spelling for Full {
    const ENCODING: Encoding = Encoding::Full;
    const PREFIX: &'static str = "GRVT, full names: ";
}

/// See the module.
#[derive(Clone, Copy, Debug)]
pub struct Grvt<S>(PhantomData<S>);

/// With short names, as the program speaks unless it is told otherwise.
pub type GrvtLite = Grvt<Lite>;

/// With full names.
pub type GrvtFull = Grvt<Full>;

/// Its key, which draws its nonces as a live one does.
///
/// # Panics
/// Never: the key is a constant.
#[must_use]
pub fn key() -> Signer {
    Signer::live(SecretKey::from_hex(SECRET).expect("a key"))
}

/// The order within a frame that sends one, and the number of its message.
///
/// # Panics
/// When it is none.
#[must_use]
pub fn order_of(encoding: Encoding, frame: &str) -> (NewOrder<'_>, u32) {
    let sent: rpc::Request<'_, CreateOrder<'_>> =
        encoding.read(frame.as_bytes()).expect("a frame that sends an order");
    (sent.params.order, sent.id.expect("it wants an answer"))
}

/// A recorded message, in full names.
fn recorded<T: Deserialize<'static>>(fixture: &'static str) -> T {
    #[derive(Deserialize)]
    struct Fixture<'a> {
        #[serde(borrow)]
        message: &'a serde_json::value::RawValue,
    }
    let fixture: Fixture<'static> = serde_json::from_str(fixture).expect("a fixture");
    Encoding::Full.read(fixture.message.get().as_bytes()).expect("a recorded message")
}

static FILL: LazyLock<Feed<'static, Fill<'static>>> =
    LazyLock::new(|| recorded(include_str!("../../../../fixtures/grvt/stream_fill.json")));
static ORDER: LazyLock<Feed<'static, Order<'static>>> =
    LazyLock::new(|| recorded(include_str!("../../../../fixtures/grvt/stream_order.json")));
static LISTING: LazyLock<Reply<Vec<market::Instrument<'static>>>> =
    LazyLock::new(|| recorded(include_str!("../../../../fixtures/grvt/instruments.json")));

fn write<S: Spelling>(message: &impl Serialize) -> Bytes {
    Bytes::from(S::ENCODING.write(message))
}

/// A frame of the account's, numbered.
fn account<S: Spelling, F: Serialize>(stream: Stream, n: u64, feed: F) -> Bytes {
    write::<S>(&Feed {
        stream: Text::from(stream.as_str().to_owned()),
        selector: ACCOUNT_SELECTOR.into(),
        sequence_number: Quoted(n),
        feed,
        prev_sequence_number: Quoted(n - 1),
    })
}

fn level(price: String, size: String) -> Level<'static> {
    Level { price: price.into(), size: size.into(), num_orders: 3 }
}

/// A frame of the book's. A snapshot has the number 0.
fn book<S: Spelling>(seq: u64, bids: Vec<Level<'static>>, asks: Vec<Level<'static>>) -> Bytes {
    write::<S>(&Feed {
        stream: Text::from(Stream::BookDelta.as_str().to_owned()),
        selector: BOOK_SELECTOR.into(),
        sequence_number: Quoted(seq),
        feed: Book { event_time: Quoted(1_788_283_696_668_000_000), instrument: SYMBOL.into(), bids, asks },
        prev_sequence_number: Quoted(seq.saturating_sub(1)),
    })
}

/// A resting post-only bid of 10,000.00 with this id.
fn resting(id: ClientId, order_id: String) -> Order<'static> {
    let mut order = ORDER.feed.clone();
    order.order_id = order_id.into();
    order.post_only = true;
    let leg = &mut order.legs[0];
    (leg.instrument, leg.size, leg.limit_price) = (SYMBOL.into(), "10000.0".into(), Some("140.0".into()));
    order.signature.signer = key().address().to_string().into();
    order.metadata.client_order_id = id.to_string().into();
    order
}

/// An order's id as the venue makes them: as long, and with a counter at its end.
fn order_id(id: ClientId) -> String {
    format!("0x01010106030090cd89{:014x}", 0x77_99a3_7400 + (id.0 & 0xffff_ffff))
}

impl<S: Spelling> Wire for Grvt<S> {
    type Client = Client;

    const PREFIX: &'static str = S::PREFIX;
    const SYMBOL: &'static str = SYMBOL;
    const ACCOUNT_LINK: LinkId = LinkId(1);
    const IDS_FROM: u64 = IDS_FROM;
    const BOOK_SEQ: u64 = 0;

    fn client() -> Client {
        let nowhere = || "http://127.0.0.1:1".to_owned();
        let urls = Urls {
            edge: nowhere(),
            trades: nowhere(),
            market_data: nowhere(),
            ws_trades: nowhere(),
            ws_market_data: nowhere(),
        };
        let keys = Credentials::new("nobody's", SUB_ACCOUNT, key(), CHAIN);
        let options = Options::new(urls, vec![SYMBOL.into()]).with_keys(keys);
        Client::new(Options { encoding: S::ENCODING, ..options }).expect("the options are valid")
    }

    fn markets(client: &Client) -> &Markets {
        client.markets()
    }

    fn listing() -> Bytes {
        let mut row = LISTING.result[0].clone();
        (row.instrument, row.instrument_hash, row.base) = (SYMBOL.into(), HASH.into(), "SOL".into());
        (row.tick_size, row.min_size, row.base_decimals) = ("0.01".into(), "0.01".into(), BASE_DECIMALS);
        row.min_notional = Some("1.0".into());
        write::<S>(&Reply { result: vec![row] })
    }

    /// Logged in, both sockets up and subscribed, and the book as the others have it.
    fn begin(client: &mut Client, now: Timestamp) -> Vec<Bytes> {
        let reply = |headers, body: String| http::Reply { status: 200, headers, body: body.into() };
        let time = reply(Headers::default(), format!(r#"{{"server_time":{}}}"#, now.ms()));
        let mut events = Vec::new();
        client.reply(now, CallRef(0), &Ask::Time, &time, &mut events).expect("the time can be read");
        assert_eq!(client.own_ask(now), Some(Ask::Login));
        let cookie = SessionCookie { token: "nobody's", expires: now + Duration::from_secs(24 * 3600) };
        let mut headers = Headers::default();
        headers.push("set-cookie").push_str(&cookie.header());
        headers.push(ACCOUNT_HEADER).push_str("nobody's");
        let body = LoginReply {
            status: "success".into(),
            location: Text::default(),
            funding_account_address: Text::default(),
            sub_account_id: Some(ACCOUNT_SELECTOR.into()),
        };
        let login = reply(headers, Encoding::Full.write(&body));
        client.reply(now, CallRef(0), &Ask::Login, &login, &mut events).expect("the login can be read");
        let mut sent = Vec::new();
        for link in [LinkId(0), Self::ACCOUNT_LINK] {
            assert!(client.upgrade(now, link, &mut Headers::default()), "it is logged in");
            client.opened(now, link, &mut sent);
        }
        assert_eq!(sent.len(), MESSAGES_BEFORE as usize);
        let side = |from: i64, step: i64| {
            let cents = (0..10).map(|n| from + n * step);
            cents.map(|cents| level(format!("{}.{:02}", cents / 100, cents % 100), "50.0".into())).collect()
        };
        vec![book::<S>(0, side(14_999, -1), side(15_001, 1))]
    }

    /// Taken note of, and no more.
    fn answer(CallRef(call): CallRef, id: ClientId) -> Option<Bytes> {
        let mut order = resting(id, UNASSIGNED.to_owned());
        order.state.status = OrderStatus::Pending;
        let number = MESSAGES_BEFORE + u32::try_from(call).expect("few calls");
        let request = rpc::Request::new(Endpoint::CreateOrder.method(), (), number);
        Some(write::<S>(&rpc::Response::new(&request, Ok(Reply { result: order }))))
    }

    fn venue_id(id: ClientId) -> VenueOrderId {
        VenueOrderId::new(&order_id(id)).expect("as long as the venue's")
    }

    fn depth(seq: u64) -> Bytes {
        // The venue writes no needless zeros: sizes that end in none keep the frames alike.
        let bids = vec![
            level("149.99".into(), format!("{}.51", 1 + seq % 90)),
            level("149.98".into(), "7.25".into()),
        ];
        book::<S>(seq, bids, vec![level("150.01".into(), format!("{}.01", 1 + seq % 70))])
    }

    fn fill(id: ClientId, trade: u64, _filled: &str) -> Bytes {
        let mut fill = FILL.feed.clone();
        (fill.instrument, fill.is_taker) = (SYMBOL.into(), false);
        (fill.size, fill.price) = ("0.01".into(), "140.0".into());
        fill.trade_id = format!("{}-1", 74_150_425 + trade).into();
        (fill.order_id, fill.client_order_id) = (order_id(id).into(), id.to_string().into());
        account::<S, _>(Stream::Fill, trade, fill)
    }

    fn order(id: ClientId, turn: Turn, filled: &str, n: u64) -> Bytes {
        let mut order = resting(id, order_id(id));
        let state = &mut order.state;
        (state.status, state.reject_reason) = match turn {
            Turn::Opened => (OrderStatus::Open, OrderRejectReason::Unspecified),
            Turn::Cancelled => (OrderStatus::Cancelled, OrderRejectReason::ClientCancel),
        };
        state.traded_size[0] = filled.to_owned().into();
        account::<S, _>(Stream::Order, n, order)
    }

    fn check(now: Timestamp, outbox: &Outbox) {
        let [frame] = &outbox.frames[..] else { panic!("one frame, not {}", outbox.frames.len()) };
        let (order, _) = order_of(S::ENCODING, &frame.0);
        let leg = &order.legs[0];
        let legs = [LegTexts {
            instrument: Instrument {
                asset: Asset::parse(HASH).expect("a hash"),
                base_decimals: BASE_DECIMALS,
            },
            size: &leg.size,
            limit_price: leg.limit_price.as_deref(),
            is_buying_asset: leg.is_buying_asset,
        }];
        let said = OrderTexts {
            sub_account_id: &order.sub_account_id,
            is_market: order.is_market,
            time_in_force: order.time_in_force.as_str(),
            post_only: order.post_only,
            reduce_only: order.reduce_only,
            legs: &legs,
            builder: None,
            builder_fee: None,
        };
        let signature = &order.signature;
        let expiration = signature.expiration.0.to_string();
        let texts = SignatureTexts {
            signer: &signature.signer,
            r: &signature.r,
            s: &signature.s,
            v: signature.v.into(),
            expiration: &expiration,
            nonce: signature.nonce,
            chain_id: signature.chain_id.as_deref(),
        };
        let gate = Gate { domain: Domain::new(CHAIN), now, longest: SIGNATURE_LIFE_MAX };
        authenticate_order(&gate, &said, &texts, |signer| signer == key().address())
            .expect("the venue's half accepts the signature");
    }
}
