//! Goal 20 at Lighter: what its client half allocates once everything is warm. A program of its own, since the counter
//! is the process's allocator.

use allocation_counter::measure;
use bytes::Bytes;
use mm_crypto::{SecretKey, Signer};
use mm_model::{
    Ask, CancelTarget, ClientId, Event, Exposure, KeyIndex, MarketId, NewOrder, OrderKind, Placement, Price,
    Qty, Side, Timestamp,
};
use mm_venues::{
    client::{CallRef, Heard, LinkId, Outbox, Protocol},
    http::Reply,
    lighter::{Client, Credentials, Options, OrdersBy, tx::ChainId},
};

const NOW: Timestamp = Timestamp::from_ms(1_800_000_000_000);
const LINK: LinkId = LinkId(0);
/// Rounds that make everything warm (the memory of sent orders is full after 2,048), and rounds that count.
const WARM: u64 = 2_500;
const COUNTED: u64 = 500;

/// The frame that carries a transaction over the socket, and nothing else.
const FOR_A_FRAME: u64 = 1;

fn answer(client: &mut Client, call: u64, ask: &Ask, body: &str) {
    let reply = Reply { status: 200, body: Bytes::copy_from_slice(body.as_bytes()), ..Reply::default() };
    client.reply(NOW, CallRef(call), ask, &reply, &mut Vec::new()).expect("a good answer");
}

fn client(orders_by: OrdersBy) -> Client {
    // A simulated key's signer derives its randomness, and allocates for that.
    let secret = SecretKey::from_hex(&"0b".repeat(40)).expect("a key");
    let keys = vec![(4, Signer::live(secret))];
    let credentials = Credentials { account: 65, chain: ChainId::MAINNET, keys };
    let mut options =
        Options::new("http://venue", "ws://venue", vec!["ETH".to_owned()]).with_keys(credentials);
    options.orders_by = orders_by;
    let mut client = Client::new(options).expect("good options");
    let details = include_str!("../../../fixtures/lighter/order_book_details.json");
    let details = details.split_once("\"message\":").expect("a fixture").1;
    let details = details.trim_end().strip_suffix('}').expect("an object");
    answer(&mut client, 0, &Ask::Markets, details);
    assert_eq!(client.own_ask(NOW), Some(Ask::Nonce(KeyIndex(4))));
    answer(&mut client, 0, &Ask::Nonce(KeyIndex(4)), r#"{"code":200,"nonce":0}"#);
    client.opened(NOW, LINK, &mut Vec::new());
    client
}

/// Orders and their cancels, each answered before the next.
fn orders(orders_by: OrdersBy) -> u64 {
    let mut client = client(orders_by);
    let (mut outbox, mut heard) = (Outbox::default(), Heard::default());
    let mut next = 0;
    let mut run = |rounds: u64| {
        let mut allocations = 0;
        for _ in 0..rounds {
            next += 1;
            let market = MarketId(0);
            let kind = OrderKind::PostOnly { price: Price(230_000) };
            let order = NewOrder { market, side: Side::Buy, qty: Qty(1_000), kind, exposure: Exposure::Any };
            let place = Ask::Place(Placement { client_id: ClientId(next), order });
            let cancel =
                Ask::Cancel(CancelTarget { market, client_id: Some(ClientId(next)), venue_id: None });
            for (n, ask) in [place, cancel].into_iter().enumerate() {
                let call = 2 * next + n as u64;
                outbox.frames.clear();
                let counted = measure(|| {
                    client.encode(NOW, CallRef(call), &ask, &mut outbox).expect("a good order");
                });
                allocations += counted.count_total;
                let yes = format!(r#"{{"type":"jsonapi/sendtx","id":"{call}","code":200,"tx_hash":"ab"}}"#);
                match orders_by {
                    OrdersBy::Http => answer(&mut client, call, &ask, &yes),
                    OrdersBy::Socket => {
                        heard.clear();
                        client.frame(NOW, LINK, &Bytes::from(yes), &mut heard).expect("an answer");
                        assert_eq!(heard.answers.len(), 1);
                    }
                }
            }
        }
        allocations
    };
    run(WARM);
    run(COUNTED)
}

#[test]
fn an_order_by_form_allocates_nothing() {
    assert_eq!(orders(OrdersBy::Http), 0);
}

#[test]
fn an_order_by_socket_allocates_its_frame() {
    assert_eq!(orders(OrdersBy::Socket), COUNTED * 2 * FOR_A_FRAME);
}

/// What reading frames of one kind allocates, and how many events they tell.
fn frames(text: impl Fn(u64) -> String) -> (u64, usize) {
    let mut client = client(OrdersBy::Socket);
    let mut heard = Heard::default();
    let mut n_events = 0;
    let mut run = |from: u64, to: u64| {
        let frames: Vec<_> = (from..to).map(|n| Bytes::from(text(n))).collect();
        let counted = measure(|| {
            for frame in &frames {
                heard.clear();
                client.frame(NOW, LINK, frame, &mut heard).expect("a good frame");
                n_events +=
                    heard.events.iter().filter(|event| !matches!(event, Event::Queued { .. })).count();
            }
        });
        counted.count_total
    };
    run(1, WARM);
    (run(WARM, WARM + COUNTED), n_events)
}

#[test]
fn a_change_of_a_book_allocates_nothing() {
    let text = |n: u64| {
        let before = n - 1;
        format!(
            r#"{{"channel":"order_book:0","last_updated_at":5,"offset":6,"order_book":{{"code":0,"asks":[{{"price":"2064.54","size":"0.3285"}}],"bids":[{{"price":"2064.00","size":"0.0000"}}],"offset":6,"nonce":{n},"last_updated_at":5,"begin_nonce":{before}}},"timestamp":7,"type":"update/order_book"}}"#
        )
    };
    assert_eq!(frames(text), (0, usize::try_from(WARM + COUNTED - 1).expect("fits")));
}

#[test]
fn news_of_an_order_allocates_nothing() {
    let text = |n: u64| {
        format!(
            r#"{{"channel":"account_all_orders:65","orders":{{"0":[{{"order_index":281476929689581,"client_order_index":{n},"order_id":"281476929689581","client_order_id":"{n}","market_index":0,"owner_account_index":65,"initial_base_amount":"0.0050","price":"2361.32","nonce":7,"remaining_base_amount":"0.0030","is_ask":true,"base_size":50,"base_price":236132,"filled_base_amount":"0.0020","filled_quote_amount":"4.722640","side":"sell","type":"limit","time_in_force":"post-only","reduce_only":false,"trigger_price":"0.00","order_expiry":1780364303894,"status":"open","trigger_status":"na","trigger_time":0,"parent_order_index":0,"parent_order_id":"0","to_trigger_order_id_0":"0","to_trigger_order_id_1":"0","to_cancel_order_id_0":"0","block_height":227557648,"timestamp":1777945103092,"created_at":1777945103092,"updated_at":1777945103092,"transaction_time":1777945103092648}}]}},"type":"update/account_all_orders"}}"#
        )
    };
    assert_eq!(frames(text), (0, usize::try_from(WARM + COUNTED - 1).expect("fits")));
}
