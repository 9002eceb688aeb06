//! One WebSocket, polled by the session. Answers pings, reports close codes, bounds everything.

use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use mm_session::{Link, LinkError, LinkMessage, Outgoing};
use mm_venues::client::{Frame, LinkSpec};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        Error, Message, client::IntoClientRequest, handshake::client::Request as UpgradeRequest,
        protocol::WebSocketConfig,
    },
};

use crate::{
    caps::{MESSAGE_LEN_MAX, UNSENT_LEN_MAX},
    http::write_fields,
    stream::Stream,
};

/// Written at once when this much has gathered, at the latest when the socket is polled.
const WRITE_LEN: usize = 16 << 10;
/// What is read from the kernel at once.
const READ_LEN: usize = 64 << 10;

/// An open WebSocket.
#[derive(Debug)]
pub struct Socket {
    stream: WebSocketStream<Stream>,
    /// Something may wait to be written.
    unsent: bool,
}

impl Socket {
    /// Upgrades a fresh stream. Redirects are errors, as is any answer but the upgrade.
    pub(crate) async fn open(request: UpgradeRequest, stream: Stream) -> Result<Self, String> {
        let config = WebSocketConfig::default()
            .max_message_size(Some(MESSAGE_LEN_MAX))
            .max_frame_size(Some(MESSAGE_LEN_MAX))
            .write_buffer_size(WRITE_LEN)
            .max_write_buffer_size(UNSENT_LEN_MAX)
            .read_buffer_size(READ_LEN);
        let (stream, _) = client_async_with_config(request, stream, Some(config))
            .await
            .map_err(|error| no_socket(&error))?;
        Ok(Self { stream, unsent: false })
    }

    fn message(&mut self, message: Message) -> Option<LinkMessage> {
        match message {
            // A binary frame is the codec's to refuse: it counts what it cannot read.
            Message::Text(text) => Some(LinkMessage::Frame(text.into())),
            Message::Binary(bytes) => Some(LinkMessage::Frame(bytes)),
            Message::Ping(_) => {
                self.unsent = true; // tungstenite has queued the pong.
                Some(LinkMessage::Alive)
            }
            Message::Pong(_) => Some(LinkMessage::Alive),
            Message::Close(None) => {
                Some(LinkMessage::Closed("closed by the other end, without a code".to_owned()))
            }
            Message::Close(Some(frame)) => {
                let reason: String = frame.reason.chars().flat_map(char::escape_debug).collect();
                let code = u16::from(frame.code);
                Some(LinkMessage::Closed(format!("closed by the other end with code {code}: '{reason}'")))
            }
            Message::Frame(_) => None, // Never comes out of a read.
        }
    }
}

impl Link for Socket {
    fn send(&mut self, outgoing: Outgoing) -> Result<(), LinkError> {
        let message = match outgoing {
            Outgoing::Frame(Frame(text)) => Message::text(text),
            Outgoing::Ping => Message::Ping(Bytes::new()),
        };
        self.unsent = true;
        self.stream.start_send_unpin(message).map_err(|error| LinkError(shown(&error)))
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<LinkMessage> {
        loop {
            if self.unsent {
                match self.stream.poll_flush_unpin(cx) {
                    Poll::Ready(Ok(())) => self.unsent = false,
                    Poll::Ready(Err(error)) => return Poll::Ready(LinkMessage::Closed(shown(&error))),
                    Poll::Pending => {} // Woken when it can be written; reading goes on.
                }
            }
            let message = match ready!(self.stream.poll_next_unpin(cx)) {
                Some(Ok(message)) => self.message(message),
                Some(Err(error)) => Some(LinkMessage::Closed(shown(&error))),
                None => Some(LinkMessage::Closed("the connection ended".to_owned())),
            };
            if let Some(message) = message {
                return Poll::Ready(message);
            }
        }
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.stream.poll_close_unpin(cx).map(|_| ())
    }
}

/// What is sent to open the socket of `link`.
///
/// # Errors
/// When its URL or one of its fields is not HTTP.
pub(crate) fn upgrade_request(link: &LinkSpec) -> Result<UpgradeRequest, String> {
    let mut request = link.url.as_str().into_client_request().map_err(|error| no_socket(&error))?;
    write_fields(&link.headers, request.headers_mut())?;
    Ok(request)
}

fn no_socket(error: &Error) -> String {
    format!("no WebSocket: {}", shown(error))
}

/// tungstenite's words, save where they would show what was sent or received.
fn shown(error: &Error) -> String {
    match error {
        Error::WriteBufferFull(_) => format!("the other end does not read: {UNSENT_LEN_MAX} bytes wait"),
        Error::Http(response) => format!("the other end answered {}", response.status()),
        Error::Url(_) => "its URL is not valid".to_owned(),
        other => other.to_string(),
    }
}
