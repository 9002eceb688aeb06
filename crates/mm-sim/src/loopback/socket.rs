//! A client's WebSocket: its frames to the world, the world's to it.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message, Utf8Bytes,
        protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode},
    },
};

use crate::host::{Host, Opened, ToClient};

/// The largest message of a client (fault 72). A batch of 50 orders is under 32 KiB.
pub(super) const MESSAGE_MAX: usize = 1 << 20;
/// The most that waits to be written to a client that does not read.
const WRITE_BUFFER_MAX: usize = 8 << 20;

/// What comes after a message.
enum Next {
    GoOn,
    Silence,
}

/// Serves one socket to its end. Returning cuts the connection, so a fault needs no more than to end the queue.
pub(super) async fn serve<S>(host: &Arc<Host>, stream: S, mut opened: Opened)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let config = WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_MAX))
        .max_frame_size(Some(MESSAGE_MAX))
        .max_write_buffer_size(WRITE_BUFFER_MAX);
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
    loop {
        let step = tokio::select! {
            biased;
            message = opened.frames.recv() => match message {
                Some(message) => say(&mut socket, &mut opened, message).await,
                None => return,
            },
            message = socket.next() => match message {
                Some(Ok(message)) => Ok(hear(host, &opened, message)),
                Some(Err(error)) => Err(error),
                None => return,
            },
        };
        match step {
            Ok(Next::GoOn) => {}
            Ok(Next::Silence) => return silence(socket.into_inner(), &mut opened).await,
            Err(Error::ConnectionClosed) => return,
            Err(error) => return tracing::debug!(conn = opened.conn.0, %error, "a socket broke"),
        }
    }
}

/// Writes a message, and whatever else already waits, before it flushes once.
async fn say<S>(
    socket: &mut WebSocketStream<S>,
    opened: &mut Opened,
    message: ToClient,
) -> Result<Next, Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut next = Some(message);
    while let Some(message) = next {
        let message = match message {
            ToClient::Frame(bytes) => match Utf8Bytes::try_from(bytes.clone()) {
                Ok(text) => Message::Text(text),
                // No server half says such a thing; a fault does.
                Err(_) => Message::Binary(bytes),
            },
            ToClient::Silence => return Ok(Next::Silence),
            ToClient::Ping => Message::Ping(Bytes::new()),
            ToClient::Pong(payload) => Message::Pong(payload),
            ToClient::Close(code) => {
                let frame = CloseFrame { code: CloseCode::from(code), reason: Utf8Bytes::default() };
                socket.close(Some(frame)).await?;
                return Err(Error::ConnectionClosed);
            }
        };
        socket.feed(message).await?;
        next = opened.frames.try_recv().ok();
    }
    socket.flush().await?;
    Ok(Next::GoOn)
}

/// A half-open socket: what the client sends is read and forgotten until it goes away or the socket is cut.
async fn silence<S: AsyncRead + Unpin>(mut stream: S, opened: &mut Opened) {
    let mut forgotten = [0u8; 1024];
    loop {
        tokio::select! {
            biased;
            message = opened.frames.recv() => if message.is_none() { return },
            read = stream.read(&mut forgotten) => if matches!(read, Ok(0) | Err(_)) { return },
        }
    }
}

/// A message of the client.
fn hear(host: &Arc<Host>, opened: &Opened, message: Message) -> Next {
    match message {
        Message::Text(text) => host.frame(opened.conn, text.as_str().to_owned()),
        // Answered by the WebSocket library at once; the world is not asked, its pongs would come twice.
        Message::Ping(_) => {}
        Message::Pong(_) => host.pong(opened.conn),
        // The library has answered the close; the next read ends the stream.
        Message::Close(_) => {}
        Message::Binary(_) | Message::Frame(_) => {
            tracing::debug!(conn = opened.conn.0, "a binary frame means nothing here");
        }
    }
    Next::GoOn
}
