//! Lighter as the rows know it: orders by socket, one key.

use std::sync::LazyLock;

use bytes::Bytes;
use mm_crypto::{SecretKey, Signer, Verifier};
use mm_model::{Ask, ClientId, Markets, Timestamp};
use mm_venues::{
    client::{CallRef, LinkId, Outbox, Protocol as _},
    http::Reply,
    lighter::{
        Client, Credentials, Options,
        sign::{Authentic, authenticate},
        tx::ChainId,
    },
};

use super::{Turn, Wire};

/// The account.
pub const ACCOUNT: i64 = 65;
/// The index of its key.
pub const KEY: u8 = 4;
/// The chain that is signed for.
pub const CHAIN: ChainId = ChainId::MAINNET;
/// The first nonce that is free.
const NONCE: u64 = 7;
/// A dummy key: `k_random_a` of fixtures/lighter/vectors.json.
const SECRET: &str = "52b5bcc92c1d665f7a04558128479ab738682790674216e782b59ffd5d33df3b47f41b317097ac21";

/// See the module.
#[derive(Clone, Copy, Debug)]
pub struct Lighter;

/// Its key, which draws its nonces as a live one does.
///
/// # Panics
/// Never: the key is a constant.
#[must_use]
pub fn key() -> Signer {
    Signer::live(SecretKey::from_hex(SECRET).expect("a key"))
}

/// The transaction within a frame that sends one, checked by the venue's half.
///
/// # Panics
/// When it is none, or is not believed.
#[must_use]
pub fn transaction(frame: &str) -> Authentic {
    static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| Verifier::new(key().public()).expect("a point"));
    let (_, rest) = frame.split_once("\"tx_info\":").expect("a frame that sends a transaction");
    let info = rest.split_inclusive("\"L2TxAttributes\":null}").next().expect("never empty");
    authenticate(CHAIN, 14, info, |_| Ok(&VERIFIER)).expect("the venue's half accepts the signature")
}

impl Wire for Lighter {
    type Client = Client;

    const PREFIX: &'static str = "Lighter: ";
    const SYMBOL: &'static str = "SOL";

    fn client() -> Client {
        let credentials = Credentials { account: ACCOUNT, chain: CHAIN, keys: vec![(KEY, key())] };
        let options = Options::new("http://127.0.0.1:1", "ws://127.0.0.1:1", vec![Self::SYMBOL.into()]);
        Client::new(options.with_keys(credentials)).expect("the options are valid")
    }

    fn markets(client: &Client) -> &Markets {
        client.markets()
    }

    fn listing() -> Bytes {
        Bytes::from_static(MARKETS.as_bytes())
    }

    /// The socket is up, and the key's nonce known.
    fn begin(client: &mut Client, now: Timestamp) -> Vec<Bytes> {
        client.opened(now, LinkId(0), &mut Vec::new());
        let ask = client.own_ask(now).expect("it asks for its nonce");
        assert!(matches!(ask, Ask::Nonce(_)), "{ask:?}");
        let body = Bytes::from(format!(r#"{{"code":200,"nonce":{NONCE}}}"#));
        let reply = Reply { status: 200, headers: Default::default(), body };
        client.reply(now, CallRef(0), &ask, &reply, &mut Vec::new()).expect("the nonce can be read");
        Vec::new()
    }

    fn answer(CallRef(call): CallRef, _id: ClientId) -> Option<Bytes> {
        Some(Bytes::from(format!(
            r#"{{"type":"jsonapi/sendtx","id":"{call}","code":200,"tx_hash":"3cc35187be250031dcc7328a74d37e2ad52a2bbf2bd6ef80b7238ff6575ac5c3305c88849202095c"}}"#
        )))
    }

    fn depth(seq: u64) -> Bytes {
        let (bid, ask, prev) = (1 + seq % 90, 1 + seq % 70, seq - 1);
        Bytes::from(format!(
            r#"{{"channel":"order_book:0","last_updated_at":1788283696669335,"offset":{seq},"order_book":{{"code":0,"asks":[{{"price":"150.01","size":"{ask}.00"}}],"bids":[{{"price":"149.99","size":"{bid}.50"}},{{"price":"149.98","size":"7.25"}}],"offset":{seq},"nonce":{seq},"last_updated_at":1788283696669335,"begin_nonce":{prev}}},"timestamp":1788283696669,"type":"update/order_book"}}"#
        ))
    }

    fn fill(id: ClientId, trade: u64, _filled: &str) -> Bytes {
        let venue_id = 59_887_000_000 + id.0;
        Bytes::from(format!(
            r#"{{"channel":"account_all_trades:{ACCOUNT}","trades":{{"0":[{{"trade_id":{trade},"trade_id_str":"{trade}","tx_hash":"000000128ba361090000019df5c94af4000000000000000000000000000000000000000000000000","type":"trade","market_id":0,"size":"0.01","price":"140.00","usd_amount":"1.400000","ask_id":281476929689557,"ask_id_str":"281476929689557","bid_id":{venue_id},"bid_id_str":"{venue_id}","ask_client_id":0,"ask_client_id_str":"0","bid_client_id":{id},"bid_client_id_str":"{id}","ask_account_id":719347,"bid_account_id":{ACCOUNT},"is_maker_ask":false,"block_height":227557648,"timestamp":1788283696668,"taker_position_size_before":"0.66","taker_entry_quote_before":"92.400000","taker_initial_margin_fraction_before":200,"maker_fee":28,"maker_position_size_before":"76.02","maker_entry_quote_before":"10642.800000","maker_initial_margin_fraction_before":200,"transaction_time":1788283696668000}}]}},"total_volume":1180.655,"monthly_volume":118.06,"weekly_volume":11.8,"daily_volume":1.180655,"type":"update/account_all_trades"}}"#
        ))
    }

    fn order(id: ClientId, turn: Turn, filled: &str, _n: u64) -> Bytes {
        let venue_id = 59_887_000_000 + id.0;
        let status = match turn {
            Turn::Opened => "open",
            Turn::Cancelled => "canceled",
        };
        Bytes::from(format!(
            r#"{{"channel":"account_all_orders:{ACCOUNT}","orders":{{"0":[{{"order_index":{venue_id},"client_order_index":{id},"order_id":"{venue_id}","client_order_id":"{id}","market_index":0,"owner_account_index":{ACCOUNT},"initial_base_amount":"10000.00","price":"140.00","nonce":7,"remaining_base_amount":"9999.00","is_ask":false,"base_size":1000000,"base_price":14000,"filled_base_amount":"{filled}","filled_quote_amount":"0.000000","side":"buy","type":"limit","time_in_force":"post-only","reduce_only":false,"trigger_price":"0.00","order_expiry":1790364303894,"status":"{status}","trigger_status":"na","trigger_time":0,"parent_order_index":0,"parent_order_id":"0","to_trigger_order_id_0":"0","to_trigger_order_id_1":"0","to_cancel_order_id_0":"0","block_height":227557648,"timestamp":1788283696668,"created_at":1788283696668,"updated_at":1788283696668,"transaction_time":1788283696668000,"integrator_fee_collector_index":"0","integrator_maker_fee":"0","integrator_taker_fee":"0","order_flags":0,"order_version":0,"market_symbol":"SOL","market_kind":"perps"}}]}},"type":"update/account_all_orders"}}"#
        ))
    }

    fn check(_now: Timestamp, outbox: &Outbox) {
        let [frame] = &outbox.frames[..] else { panic!("one frame, not {}", outbox.frames.len()) };
        let _ = transaction(&frame.0);
    }
}

/// What the venue lists: of the fixtures' shape, with the tick and the lot of the other venues' market.
const MARKETS: &str = r#"{"code":200,"order_book_details":[{"symbol":"SOL","market_id":0,"market_type":"perp","base_asset_id":0,"quote_asset_id":0,"status":"active","taker_fee":"0.0000","is_taker_fee_enabled":true,"maker_fee":"0.0000","is_maker_fee_enabled":true,"liquidation_fee":"1.0000","min_base_amount":"0.01","min_quote_amount":"1.000000","order_quote_limit":"281474976.710655","supported_size_decimals":2,"supported_price_decimals":2,"supported_quote_decimals":4,"size_decimals":2,"price_decimals":2,"quote_multiplier":1,"default_initial_margin_fraction":500,"min_initial_margin_fraction":200,"maintenance_margin_fraction":120,"closeout_margin_fraction":80,"last_trade_price":150.00,"daily_trades_count":428074,"daily_base_token_volume":195399.15,"daily_quote_token_volume":29309872.5,"daily_price_low":145.00,"daily_price_high":155,"daily_price_change":-0.5215684126709949,"open_interest":27350.89,"daily_chart":{},"market_config":{"market_margin_mode":0,"insurance_fund_account_index":281474976710655,"liquidation_mode":0,"force_reduce_only":false,"trading_hours":"","funding_fee_discounts_enabled":false,"hidden":false,"rfq_enabled":true},"strategy_index":2}],"spot_order_book_details":[]}"#;
