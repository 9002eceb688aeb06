//! The limit for "wire to wire": two blocking sockets, frames and replies read by hand, and [`Trader`] between them.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
};

use super::{loopback::read_message, trader::Trader};

/// A client that joins the best bid at every depth frame, until the venue goes away.
#[derive(Debug)]
pub struct Client {
    ws: TcpStream,
    http: TcpStream,
    trader: Trader,
}

impl Client {
    /// Connects both sockets and subscribes.
    ///
    /// # Errors
    /// When the venue is not there.
    pub fn connect(at: SocketAddr, secret: &str) -> std::io::Result<Self> {
        let (mut ws, http) = (TcpStream::connect(at)?, TcpStream::connect(at)?);
        ws.set_nodelay(true)?;
        http.set_nodelay(true)?;
        write!(
            ws,
            "GET / HTTP/1.1\r\nhost: {at}\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )?;
        let mut answer = [0u8; 1];
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            ws.read_exact(&mut answer)?;
            head.push(answer[0]);
        }
        // A text frame, masked with zeros.
        let text = br#"{"method":"SUBSCRIBE","params":["depth.SOL_USDC_PERP"]}"#;
        ws.write_all(&[0x81, 0x80 | text.len() as u8, 0, 0, 0, 0])?;
        ws.write_all(text)?;
        Ok(Self { ws, http, trader: Trader::new(secret) })
    }

    /// Trades until the socket ends.
    ///
    /// # Errors
    /// When it does.
    pub fn run(mut self) -> std::io::Result<()> {
        let mut frame = vec![0u8; 4_096];
        let (mut request, mut reply) = (Vec::new(), Vec::new());
        loop {
            let len = self.read_frame(&mut frame)?;
            let now = std::time::UNIX_EPOCH.elapsed().map_err(std::io::Error::other)?;
            self.trader.trade(&frame[..len], now.as_millis() as u64, &mut request);
            self.http.write_all(&request)?;
            read_message(&mut self.http, &mut reply)?;
        }
    }

    /// Reads one frame in as few reads as it takes; the venue sends the next one only after our order. Leaves the
    /// payload at the front.
    fn read_frame(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut have = 0;
        loop {
            let n = self.ws.read(&mut buffer[have..])?;
            if n == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            have += n;
            if have < 4 {
                continue;
            }
            let (from, len) = match buffer[1] {
                126 => (4, usize::from(u16::from_be_bytes([buffer[2], buffer[3]]))),
                len => (2, usize::from(len)),
            };
            if have >= from + len {
                buffer.copy_within(from..from + len, 0);
                return Ok(len);
            }
        }
    }
}
