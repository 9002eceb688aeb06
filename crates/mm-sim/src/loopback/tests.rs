//! The simulator over real sockets: these tests wait in real time, but never for a fixed while.

use std::{sync::atomic::AtomicU32, sync::atomic::Ordering, time::Duration};

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use http_body_util::{BodyExt as _, Full};
use hyper::{Request as HyperRequest, client::conn::http1::SendRequest};
use hyper_util::rt::TokioIo;
use mm_model::{
    Ask, ClientId, Exposure, MarketId, NewOrder, OrderKind, Placement, Price, Qty, Side, TimeInForce,
};
use mm_venues::{
    backpack::{Client, Options},
    client::{CallRef, Outbox, Protocol as _},
    http::{Method, Reply, Request},
};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

mod hostile;

use super::*;
use crate::faults::{Action, Place, Rule, Schedule};

const SYMBOL: &str = "SOL_USDC_PERP";
const PATIENCE: Duration = Duration::from_secs(20);

/// One keep-alive connection.
struct Http {
    sender: SendRequest<Full<Bytes>>,
    host: String,
    /// Drives the connection; ends with the test's runtime.
    _driver: tokio::task::JoinHandle<()>,
}

impl Http {
    async fn open(url: &str) -> Self {
        let host = url.strip_prefix("http://").unwrap().to_owned();
        let stream = TcpStream::connect(&host).await.unwrap();
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        let driver = tokio::spawn(async move { drop(connection.await) });
        Self { sender, host, _driver: driver }
    }

    async fn send(&mut self, request: &Request) -> Result<Reply, hyper::Error> {
        let mut out = HyperRequest::builder()
            .method(request.method.as_str())
            .uri(format!("{}?{}", request.path, request.query));
        if request.headers.get("host").is_none() {
            out = out.header("host", &self.host);
        }
        for (name, value) in request.headers.iter() {
            out = out.header(name, value);
        }
        let out = out.body(Full::new(Bytes::from(request.body.clone()))).unwrap();
        self.sender.ready().await?;
        let response = self.sender.send_request(out).await?;
        let status = response.status().as_u16();
        let mut reply = Reply { status, ..Reply::default() };
        reply.body = response.into_body().collect().await?.to_bytes();
        Ok(reply)
    }

    /// A control request, `METHOD /path`; returns its status and body.
    async fn control(&mut self, what: &str, body: &str, headers: &[(&'static str, &str)]) -> (u16, Value) {
        let (method, path) = what.split_once(' ').unwrap();
        let mut request = Request { body: body.as_bytes().to_vec(), ..get(path) };
        request.method = Method::parse(method).unwrap();
        for (name, value) in headers {
            request.headers.push(*name).push_str(value);
        }
        let reply = self.send(&request).await.unwrap();
        (reply.status, serde_json::from_slice(&reply.body).unwrap())
    }
}

/// Request, body, headers; status and what the body says.
type Case<'a> = (&'a str, &'a str, &'a [(&'static str, &'a str)], u16, &'a str);

/// Alice's signed requests.
struct Alice(Client);

impl Alice {
    async fn new(simulator: &Simulator) -> Self {
        let here = simulator.endpoints().venues.backpack.clone().unwrap();
        let alice = here.account("alice").unwrap();
        let options = Options::new(&here.rest, &here.ws, vec![SYMBOL.to_owned()])
            .with_keys(&alice.api_key, &alice.api_secret)
            .unwrap();
        let mut client = Client::new(options).unwrap();
        let mut outbox = Outbox::default();
        let now = Clock::system().now();
        client.encode(now, CallRef(0), &Ask::Markets, &mut outbox).unwrap();
        let reply = Http::open(&here.rest).await.send(&outbox.request).await.unwrap();
        client.reply(now, CallRef(0), &Ask::Markets, &reply, &mut Vec::new()).unwrap();
        Self(client)
    }

    fn place(&mut self, client_id: u64) -> Request {
        let order = NewOrder {
            market: MarketId(0),
            side: Side::Buy,
            qty: Qty(10),
            kind: OrderKind::Limit { price: Price(10_000), time_in_force: TimeInForce::Gtc },
            exposure: Exposure::Any,
        };
        let ask = Ask::Place(Placement { client_id: ClientId(client_id), order });
        let mut outbox = Outbox::default();
        self.0.encode(Clock::system().now(), CallRef(0), &ask, &mut outbox).unwrap();
        outbox.request
    }
}

fn rest(simulator: &Simulator) -> String {
    simulator.endpoints().venues.backpack.as_ref().unwrap().rest.clone()
}

async fn socket(simulator: &Simulator, streams: &[&str]) -> WebSocketStream<TcpStream> {
    let url = simulator.endpoints().venues.backpack.as_ref().unwrap().ws.clone();
    let stream = TcpStream::connect(url.strip_prefix("ws://").unwrap()).await.unwrap();
    let (mut socket, _) = client_async(url, stream).await.unwrap();
    let subscribe = json!({"method": "SUBSCRIBE", "params": streams}).to_string();
    socket.send(Message::text(subscribe)).await.unwrap();
    socket
}

/// The next text frame.
async fn frame(socket: &mut WebSocketStream<TcpStream>) -> Option<Value> {
    let next = async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    };
    Clock::system().within(PATIENCE, next).await.expect("a frame in time")
}

fn simulator() -> Simulator {
    Simulator::start(SimConfig::default()).unwrap()
}

fn get(path: &str) -> Request {
    Request { path: path.to_owned(), ..Request::default() }
}

#[tokio::test]
async fn it_serves_requests_and_streams_and_stops() {
    static N: AtomicU32 = AtomicU32::new(0);
    let n = N.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("mm-sim-test-{}-{n}.json", std::process::id()));
    let config = SimConfig { endpoints_file: Some(path.clone()), ..SimConfig::default() };
    let simulator = Simulator::start(config).unwrap();
    let written: Endpoints = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(&written, simulator.endpoints());

    let mut http = Http::open(&rest(&simulator)).await;
    assert_eq!(http.send(&get("/api/v1/ping")).await.unwrap().body, "pong");
    let mut alice = Alice::new(&simulator).await;
    for id in 1..=3 {
        let reply = http.send(&alice.place(id)).await.unwrap();
        assert_eq!(reply.status, 200, "{:?}", reply.body);
    }
    let mut forged = alice.place(4);
    forged.body = String::from_utf8(forged.body).unwrap().replace("100.00", "100.01").into_bytes();
    assert_eq!(http.send(&forged).await.unwrap().status, 400, "signatures are verified");
    assert_eq!(simulator.control().state().venues["backpack"]["alice"].open_orders.len(), 3);

    let mut socket = socket(&simulator, &["depth.SOL_USDC_PERP"]).await;
    for _ in 0..5 {
        assert_eq!(frame(&mut socket).await.unwrap()["stream"], "depth.SOL_USDC_PERP");
    }
    let address = rest(&simulator).strip_prefix("http://").unwrap().to_owned();
    simulator.stop();
    // What was on its way still comes, then the end.
    while frame(&mut socket).await.is_some() {}
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn faults_reach_the_connections() {
    let simulator = simulator();
    let mut alice = Alice::new(&simulator).await;
    let disconnect = |place, ask| Schedule::of([Rule::new(place, Action::Disconnect).ask(ask).times(1)]);
    for (place, n_open) in [(Place::Request, 0), (Place::Reply, 1)] {
        simulator.control().set_faults(disconnect(place, "place")).unwrap();
        let mut http = Http::open(&rest(&simulator)).await;
        assert!(http.send(&alice.place(1)).await.is_err(), "{place:?}: the connection is cut");
        assert_eq!(
            simulator.control().state().venues["backpack"]["alice"].open_orders.len(),
            n_open,
            "{place:?}"
        );
    }
    let mut socket = socket(&simulator, &["depth.SOL_USDC_PERP"]).await;
    assert!(frame(&mut socket).await.is_some());
    let rules = [Rule::new(Place::Connection, Action::Disconnect).times(1)];
    simulator.control().set_faults(Schedule::of(rules)).unwrap();
    while frame(&mut socket).await.is_some() {}
}

#[tokio::test]
async fn a_half_open_socket_answers_nothing() {
    let simulator = simulator();
    simulator.control().set_faults(Schedule::of([Rule::new(Place::Connection, Action::Drop)])).unwrap();
    let mut socket = socket(&simulator, &["depth.SOL_USDC_PERP"]).await;
    socket.send(Message::Ping(Bytes::new())).await.unwrap();
    let silence = Clock::system().within(Duration::from_millis(400), socket.next()).await;
    assert!(silence.is_none(), "{silence:?}");
}

#[tokio::test]
async fn fault_83_the_control_surface_says_what_it_does_not_like() {
    let simulator = simulator();
    let endpoint = simulator.endpoints().control.clone();
    let mut http = Http::open(&endpoint.url).await;
    let bearer = format!("Bearer {}", endpoint.token);
    let signed = [("authorization", bearer.as_str())];
    let order = r#"{"venue": "backpack", "account": "bob", "market": "SOL_USDC_PERP", "side": "sell", "price": "160.00", "size": "0.1"}"#;
    let cases: [Case<'_>; 16] = [
        ("GET /state", "", &[], 200, "venues"),
        ("GET /state", "", &[("host", "evil.example")], 403, "address it as such"),
        ("GET /state", "", &[("origin", "http://evil.example")], 403, "address it as such"),
        ("GET /nothing", "", &[], 404, "there are GET /state"),
        ("GET /faults", "", &[], 200, "struck"),
        ("DELETE /faults", "", &signed, 405, "/faults takes GET and POST"),
        ("GET /orders", "", &signed, 405, "/orders takes POST"),
        ("POST /faults", r#"{"rules": []}"#, &[], 401, "Bearer TOKEN"),
        ("POST /faults", r#"{"rules": []}"#, &[("authorization", "Bearer x")], 401, "Bearer TOKEN"),
        ("POST /faults", r#"{"rules": [], "sed": 3}"#, &signed, 400, "unknown field `sed`"),
        (
            "POST /faults",
            r#"{"rules": [{"where": "frame", "do": {"skew": {"ms": 1}}}]}"#,
            &signed,
            400,
            "rule 1",
        ),
        ("POST /orders", order, &signed, 200, "venue_id"),
        ("POST /orders", &order.replace("bob", "eve"), &signed, 404, "no account 'eve'"),
        ("POST /orders", &order.replace("160.00", "160.001"), &signed, 400, "multiple of 0.01"),
        (
            "POST /crowd",
            r#"{"venue": "backpack", "market": "X", "do": "pause"}"#,
            &signed,
            404,
            "no market 'X'",
        ),
        ("POST /clock", r#"{"advance_ms": 5}"#, &signed, 409, "not its own"),
    ];
    for (what, body, headers, status, text) in cases {
        let (got, value) = http.control(what, body, headers).await;
        let error =
            value.get("error").map_or_else(|| value.to_string(), |error| error.as_str().unwrap().to_owned());
        assert_eq!(got, status, "{what} {body} {headers:?}: {error}");
        assert!(error.contains(text), "{what}: {error}");
        assert_eq!(value.get("error").is_some(), status != 200);
    }
    let state = simulator.control().state();
    let row = &state.venues["backpack"]["bob"].open_orders[0];
    assert_eq!((row.side.as_str(), row.price.as_str(), row.size.as_str()), ("sell", "160.00", "0.10"));
}

#[tokio::test]
async fn both_ways_to_write_an_action_are_read() {
    let simulator = simulator();
    let endpoint = simulator.endpoints().control.clone();
    let mut http = Http::open(&endpoint.url).await;
    let bearer = format!("Bearer {}", endpoint.token);
    for (what, body) in [
        (
            "POST /crowd",
            r#"{"venue": "backpack", "market": "SOL_USDC_PERP", "do": {"move": {"bps": -300, "over_ms": 2000}}}"#,
        ),
        (
            "POST /crowd",
            r#"{"venue": "backpack", "market": "SOL_USDC_PERP", "do": "move", "bps": -300, "over_ms": 2000}"#,
        ),
        ("POST /crowd", r#"{"venue": "backpack", "market": "SOL_USDC_PERP", "do": "never_fill"}"#),
        ("POST /faults", r#"{"rules": [{"where": "reply", "do": "delay", "ms": 250}]}"#),
        (
            "POST /faults",
            r#"{"rules": [{"where": "reply", "do": {"delay": {"ms": 250}}, "until_ns": null}]}"#,
        ),
    ] {
        let (status, value) = http.control(what, body, &[("authorization", &bearer)]).await;
        assert_eq!(status, 200, "{body}: {value}");
    }
}

#[tokio::test]
async fn a_world_with_its_own_time_moves_when_told() {
    let simulator = Simulator::start(SimConfig { time: TimeSource::Own, ..SimConfig::default() }).unwrap();
    let mut http = Http::open(&rest(&simulator)).await;
    let before = http.send(&get("/api/v1/time")).await.unwrap().body;
    assert_eq!(before, "1767225600000");
    simulator.control().advance_ms(1_500).unwrap();
    assert_eq!(http.send(&get("/api/v1/time")).await.unwrap().body, "1767225601500");
    let trades =
        http.send(&Request { query: "symbol=SOL_USDC_PERP".into(), ..get("/api/v1/trades") }).await.unwrap();
    assert!(trades.body.len() > 2, "the crowd traded meanwhile");
}

#[test]
fn a_taken_port_is_named() {
    let simulator = simulator();
    let port = simulator.endpoints().control.url.rsplit(':').next().unwrap().parse().unwrap();
    let error = Simulator::start(SimConfig { port_base: Some(port), ..SimConfig::default() }).unwrap_err();
    assert!(error.to_string().contains(&format!("127.0.0.1:{port}")), "{error}");
}
