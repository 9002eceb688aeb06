//! Limits for round trips over loopback: bytes echoed over TCP, HTTP written by hand on both ends, and hyper on
//! both ends with nothing of ours between them.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    thread::JoinHandle,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;

use crate::harness::{Latencies, wall_ns};

/// An order as it goes over the wire, for its length: what the signed request of a real order looks like.
pub const ORDER_BODY: &str = r#"{"clientId":1234567,"orderType":"Limit","postOnly":true,"price":"149.99","quantity":"0.01","side":"Bid","symbol":"SOL_USDC_PERP","timeInForce":"GTC"}"#;
/// A reply of the length of a real order object.
pub const ORDER_REPLY: &str = r#"{"clientId":1234567,"createdAt":1788283696669,"executedQuantity":"0","executedQuoteQuantity":"0","id":"59887375336","orderType":"Limit","postOnly":true,"price":"149.99","quantity":"0.01","reduceOnly":null,"relatedOrderId":null,"selfTradePrevention":"RejectTaker","side":"Bid","status":"New","stopLossLimitPrice":null,"stopLossTriggerBy":null,"stopLossTriggerPrice":null,"strategyId":null,"symbol":"SOL_USDC_PERP","takeProfitLimitPrice":null,"takeProfitTriggerBy":null,"takeProfitTriggerPrice":null,"timeInForce":"GTC","triggerBy":null,"triggerPrice":null,"triggerQuantity":null,"triggeredAt":null}"#;

/// 200 bytes there and back, `n` times.
///
/// # Errors
/// When loopback sockets cannot be had.
pub fn tcp(n: u64) -> std::io::Result<Latencies> {
    let (at, server) = serve(|mut stream| {
        let mut buffer = [0u8; 200];
        while stream.read_exact(&mut buffer).is_ok() && stream.write_all(&buffer).is_ok() {}
    })?;
    let mut stream = connect(at)?;
    let mut buffer = [7u8; 200];
    let latencies = timed(n, || {
        stream.write_all(&buffer)?;
        stream.read_exact(&mut buffer)
    })?;
    drop(stream);
    join(server);
    Ok(latencies)
}

/// A POST and its reply, both ends written by hand for exactly this exchange.
///
/// # Errors
/// When loopback sockets cannot be had.
pub fn http_by_hand(n: u64) -> std::io::Result<Latencies> {
    let (at, server) = serve(|mut stream| {
        let reply = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{ORDER_REPLY}",
            ORDER_REPLY.len()
        );
        let mut buffer = Vec::new();
        while read_message(&mut stream, &mut buffer).is_ok() && stream.write_all(reply.as_bytes()).is_ok() {}
    })?;
    let mut stream = connect(at)?;
    let request = format!(
        "POST /api/v1/order HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: {0}\r\nx-signature: {0}{0}\r\nx-timestamp: 1788283696669\r\nx-window: 5000\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: {1}\r\n\r\n{ORDER_BODY}",
        "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=",
        ORDER_BODY.len()
    );
    let mut buffer = Vec::new();
    let latencies = timed(n, || {
        stream.write_all(request.as_bytes())?;
        read_message(&mut stream, &mut buffer)
    })?;
    drop(stream);
    join(server);
    Ok(latencies)
}

/// The same POST with hyper on both ends, each on a thread and runtime of its own.
///
/// # Errors
/// When loopback sockets cannot be had.
pub fn hyper_both_ends(n: u64) -> std::io::Result<Latencies> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let at = listener.local_addr()?;
    let server = std::thread::spawn(move || {
        runtime().block_on(async move {
            let (stream, _) = listener.accept().expect("the client connects");
            stream.set_nonblocking(true).expect("a socket can be set non-blocking");
            stream.set_nodelay(true).expect("a socket can be set nodelay");
            let stream = tokio::net::TcpStream::from_std(stream).expect("a runtime is running");
            let service = service_fn(|request: Request<Incoming>| async move {
                request.into_body().collect().await?;
                Ok::<_, hyper::Error>(Response::new(Full::new(Bytes::from_static(ORDER_REPLY.as_bytes()))))
            });
            // Ends with an error when the client is gone: that is the end of the measurement.
            let _ended = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    });
    let latencies = runtime().block_on(async move {
        let stream = tokio::net::TcpStream::connect(at).await?;
        stream.set_nodelay(true)?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(std::io::Error::other)?;
        let driver = tokio::spawn(connection);
        let mut latencies = Latencies::default();
        for _ in 0..n {
            let start = wall_ns();
            let request = Request::post("/api/v1/order")
                .header("host", "127.0.0.1")
                .body(Full::new(Bytes::from_static(ORDER_BODY.as_bytes())))
                .map_err(std::io::Error::other)?;
            sender.ready().await.map_err(std::io::Error::other)?;
            let reply = sender.send_request(request).await.map_err(std::io::Error::other)?;
            reply.into_body().collect().await.map_err(std::io::Error::other)?;
            latencies.record(wall_ns() - start);
        }
        drop(sender);
        driver.abort();
        Ok::<_, std::io::Error>(latencies)
    })?;
    join(server);
    Ok(latencies)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made")
}

fn serve(work: impl FnOnce(TcpStream) + Send + 'static) -> std::io::Result<(SocketAddr, JoinHandle<()>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let at = listener.local_addr()?;
    let server = std::thread::spawn(move || {
        if let Ok((stream, _)) = listener.accept() {
            stream.set_nodelay(true).expect("a socket can be set nodelay");
            work(stream);
        }
    });
    Ok((at, server))
}

fn connect(at: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(at)?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn join(server: JoinHandle<()>) {
    server.join().expect("the server of a measurement does not panic");
}

fn timed(n: u64, mut once: impl FnMut() -> std::io::Result<()>) -> std::io::Result<Latencies> {
    let mut latencies = Latencies::default();
    for _ in 0..n {
        let start = wall_ns();
        once()?;
        latencies.record(wall_ns() - start);
    }
    Ok(latencies)
}

/// Reads one HTTP message with a content-length.
pub(super) fn read_message(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<()> {
    const NAME: &[u8] = b"content-length: ";
    buffer.clear();
    let mut chunk = [0u8; 4096];
    loop {
        let n = stream.read(&mut chunk)?;
        if n == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        buffer.extend_from_slice(&chunk[..n]);
        let Some(head) = buffer.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        let Some(at) = buffer[..head].windows(NAME.len()).position(|w| w == NAME) else {
            return Err(std::io::ErrorKind::InvalidData.into());
        };
        let length = buffer[at + NAME.len()..head]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .fold(0usize, |sum, b| sum * 10 + usize::from(b - b'0'));
        if buffer.len() >= head + 4 + length {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_round_trip_ends() {
        for run in [tcp, http_by_hand, hyper_both_ends] {
            assert!(run(5).expect("loopback works").us(50.0) > 0.0);
        }
    }
}
