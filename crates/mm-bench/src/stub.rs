//! A venue of a few canned answers on loopback: what both sides of the wire rows, and a starting bot, talk to. It
//! checks no signature and keeps no orders; every order is answered as expired at once, so that nothing piles up.
//! One thread for each connection, blocking sockets: little between the wire and the clock.

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
};

use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::{
    harness::wall_ns,
    requests,
    wires::{MARKETS, SYMBOL},
};

/// What happened at the venue.
#[derive(Debug)]
pub enum Seen {
    /// An order came in whole, at this monotonic time; the request's bytes.
    Order(u64, Vec<u8>),
    /// A client subscribed to the book.
    Subscribed,
}

/// The venue. Its threads end with their connections; the one that listens lives as long as the process.
#[derive(Debug)]
pub struct Stub {
    at: SocketAddr,
    seen: Receiver<Seen>,
    sockets: Arc<Mutex<Vec<TcpStream>>>,
}

impl Stub {
    /// Listens on a free port.
    ///
    /// # Errors
    /// When loopback sockets cannot be had.
    pub fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let at = listener.local_addr()?;
        let (tell, seen) = sync_channel(1_024);
        let sockets = Arc::<Mutex<Vec<TcpStream>>>::default();
        let shared = Arc::clone(&sockets);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (tell, sockets) = (tell.clone(), Arc::clone(&shared));
                // A client that goes away ends its connection's thread with an error: that is its end.
                std::thread::spawn(move || drop(serve(stream, &tell, &sockets)));
            }
        });
        Ok(Self { at, seen, sockets })
    }

    /// Base URL of the REST interface.
    #[must_use]
    pub fn rest(&self) -> String {
        format!("http://{}", self.at)
    }

    /// URL of the socket.
    #[must_use]
    pub fn ws(&self) -> String {
        format!("ws://{}", self.at)
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.at
    }

    /// The next thing that happens; `None` when nothing does for ten seconds.
    #[must_use]
    pub fn next(&self) -> Option<Seen> {
        self.seen.recv_timeout(std::time::Duration::from_secs(10)).ok()
    }

    /// Takes out what has happened and was not asked for; whether there was anything.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.seen.try_recv().is_ok()
    }

    /// Sends a text frame to the client that connected last; returns the monotonic time just before.
    ///
    /// # Errors
    /// When no client is there.
    pub fn send(&self, text: &[u8]) -> std::io::Result<u64> {
        let mut frame = Vec::with_capacity(text.len() + 4);
        frame.push(0x81);
        match u8::try_from(text.len()) {
            Ok(len) if len < 126 => frame.push(len),
            _ => {
                frame.push(126);
                let len = u16::try_from(text.len()).map_err(std::io::Error::other)?;
                frame.extend_from_slice(&len.to_be_bytes());
            }
        }
        frame.extend_from_slice(text);
        let mut sockets = self.sockets.lock().unwrap_or_else(PoisonError::into_inner);
        let socket = sockets.last_mut().ok_or(std::io::ErrorKind::NotConnected)?;
        let start = wall_ns();
        socket.write_all(&frame)?;
        Ok(start)
    }
}

fn serve(
    mut stream: TcpStream,
    tell: &SyncSender<Seen>,
    sockets: &Mutex<Vec<TcpStream>>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::new();
    loop {
        read_request(&mut stream, &mut buffer)?;
        let at = wall_ns();
        let request = requests::parse(&buffer).map_err(std::io::Error::other)?;
        if let Some(key) = request.headers.get("sec-websocket-key") {
            let accept = derive_accept_key(key.as_bytes());
            write!(
                stream,
                "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: {accept}\r\n\r\n"
            )?;
            sockets.lock().unwrap_or_else(PoisonError::into_inner).push(stream.try_clone()?);
            return serve_socket(stream, tell);
        }
        let is_order = request.path == "/api/v1/order";
        let body = if is_order { order(&request.body) } else { answer(&request.path) };
        if is_order {
            // Told first: the clock was read before, and the client cannot go on without the answer.
            tell.send(Seen::Order(at, buffer.clone())).map_err(std::io::Error::other)?;
        }
        let reply = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(reply.as_bytes())?;
    }
}

/// Reads what a client says on its socket: subscriptions are noticed, pings answered.
fn serve_socket(mut stream: TcpStream, tell: &SyncSender<Seen>) -> std::io::Result<()> {
    loop {
        let mut head = [0u8; 2];
        stream.read_exact(&mut head)?;
        let len = match head[1] & 0x7f {
            126 => {
                let mut len = [0u8; 2];
                stream.read_exact(&mut len)?;
                usize::from(u16::from_be_bytes(len))
            }
            127 => return Err(std::io::ErrorKind::InvalidData.into()),
            len => usize::from(len),
        };
        let mut mask = [0u8; 4];
        stream.read_exact(&mut mask)?;
        let mut payload = vec![0u8; len];
        stream.read_exact(&mut payload)?;
        payload.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
        match head[0] & 0x0f {
            0x1 if payload.windows(6).any(|window| window == b"depth.") => {
                tell.send(Seen::Subscribed).map_err(std::io::Error::other)?;
            }
            0x9 => {
                let mut pong = vec![0x8a, len as u8];
                pong.extend_from_slice(&payload);
                stream.write_all(&pong)?;
            }
            0x8 => return Ok(()),
            _ => {}
        }
    }
}

/// Reads one HTTP request; a body needs a content-length.
fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<()> {
    buffer.clear();
    let mut chunk = [0u8; 4096];
    loop {
        let n = stream.read(&mut chunk)?;
        if n == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        buffer.extend_from_slice(&chunk[..n]);
        let Some(head) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let text = std::str::from_utf8(&buffer[..head]).map_err(std::io::Error::other)?;
        let body = text
            .split("\r\n")
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .map_or(Ok(0), |(_, value)| value.trim().parse::<usize>())
            .map_err(std::io::Error::other)?;
        if buffer.len() >= head + 4 + body {
            return Ok(());
        }
    }
}

/// Since 1970.
fn now() -> std::time::Duration {
    std::time::UNIX_EPOCH.elapsed().unwrap_or_default()
}

/// The canned answer of a path.
fn answer(path: &str) -> String {
    match path {
        "/api/v1/time" => now().as_millis().to_string(),
        "/api/v1/markets" => MARKETS.to_owned(),
        "/api/v1/depth" => format!(
            r#"{{"asks":[["150.01","50.00"]],"bids":[["149.98","50.00"]],"lastUpdateId":"1000","timestamp":{}}}"#,
            now().as_micros()
        ),
        "/api/v1/account" => ACCOUNT.to_owned(),
        "/api/v1/capital" => r#"{"USDC":{"available":"100000","locked":"0","staked":"0"}}"#.to_owned(),
        _ => "[]".to_owned(),
    }
}

/// The answer to an order: its own id, and that it is over.
fn order(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let id = text
        .split_once("\"clientId\":")
        .map_or("1", |(_, rest)| &rest[..rest.bytes().take_while(u8::is_ascii_digit).count()]);
    format!(
        r#"{{"clientId":{id},"createdAt":1788283696669,"executedQuantity":"0","executedQuoteQuantity":"0","id":"{id}","orderType":"Limit","postOnly":true,"price":"149.99","quantity":"0.11","reduceOnly":null,"relatedOrderId":null,"selfTradePrevention":"RejectTaker","side":"Bid","status":"Cancelled","stopLossLimitPrice":null,"stopLossTriggerBy":null,"stopLossTriggerPrice":null,"strategyId":null,"symbol":"{SYMBOL}","takeProfitLimitPrice":null,"takeProfitTriggerBy":null,"takeProfitTriggerPrice":null,"timeInForce":"GTC","triggerBy":null,"triggerPrice":null,"triggerQuantity":null,"triggeredAt":null}}"#
    )
}

const ACCOUNT: &str = r#"{"autoBorrowSettlements":true,"autoLend":true,"autoRealizePnl":true,"autoRepayBorrows":true,"borrowLimit":"2500000","futuresMakerFee":"2","futuresTakerFee":"5","leverageLimit":"10","limitOrders":0,"liquidating":false,"positionLimit":"1000000","spotMakerFee":"8","spotTakerFee":"10","triggerOrders":0}"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wires::{Backpack, Wire as _};

    #[test]
    fn a_client_that_is_written_by_hand_can_trade_on_it() {
        let stub = Stub::start().expect("loopback works");
        let client =
            crate::limits::wire::Client::connect(stub.address(), crate::wires::SECRET).expect("it is there");
        std::thread::spawn(move || drop(client.run()));
        assert!(matches!(stub.next(), Some(Seen::Subscribed)));
        let start = stub.send(&Backpack::depth(1_001)).expect("the client is there");
        let Some(Seen::Order(end, request)) = stub.next() else { panic!("no order") };
        assert!(start < end);
        let request = requests::parse(&request).expect("a request");
        assert!(request.body.starts_with(b"{\"clientId\":1,"));
        assert!(!stub.is_waiting());
    }
}
