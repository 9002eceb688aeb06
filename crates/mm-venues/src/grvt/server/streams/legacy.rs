//! What a client may say on the older socket, `/ws`: subscriptions only, in frames of their own with full names. Whether
//! the answer and the feeds have full names, too, each request says for itself.

use bytes::Bytes;

use super::{super::errors::Refused, Heard, Streams, command::Asked};
use crate::{
    grvt::wire::{
        Encoding, Text,
        legacy::{LegacyRequest, LegacyResponse},
        rpc::method,
    },
    server::{ConnId, Outbound},
};

impl Streams {
    /// Does what a frame on the older socket asks for.
    pub(super) fn legacy(&mut self, heard: Heard<'_>, text: &str, out: &mut Vec<Outbound>) {
        let conn = heard.conn;
        let (encoding, done) = match Encoding::Full.read::<LegacyRequest<'_>>(text.as_bytes()) {
            Ok(request) => (request.encoding(), self.legacy_request(heard, &request, out)),
            Err(why) => (Encoding::Full, Err(Refused::malformed(why))),
        };
        if let Err(refused) = done {
            out.push(Outbound::Frame(conn, refused.body(encoding)));
        }
    }

    fn legacy_request(
        &mut self,
        heard: Heard<'_>,
        request: &LegacyRequest<'_>,
        out: &mut Vec<Outbound>,
    ) -> Result<(), Refused> {
        let (conn, encoding) = (heard.conn, request.encoding());
        let asked = Asked { stream: &request.stream, selectors: &request.feed, encoding };
        let mut response = LegacyResponse {
            request_id: request.request_id,
            stream: Text::new(&request.stream),
            ..LegacyResponse::default()
        };
        let mut snapshots = Vec::new();
        match &*request.method {
            method::SUBSCRIBE => {
                let (subscribed, told) = self.subscribe(heard, &asked, out)?;
                response.subs = subscribed.subs;
                response.unsubs = subscribed.unsubs;
                response.num_snapshots = subscribed.num_snapshots;
                response.first_sequence_number = subscribed.first_sequence_number;
                response.latest_sequence_number = subscribed.latest_sequence_number;
                snapshots = told;
            }
            method::UNSUBSCRIBE => response.unsubs = self.unsubscribe(&heard, &asked)?,
            other => return Err(Refused::malformed(format_args!("no such method: {other}"))),
        }
        out.push(frame(conn, Bytes::from(encoding.write(&response))));
        out.extend(snapshots.into_iter().map(|bytes| frame(conn, bytes)));
        Ok(())
    }
}

const fn frame(conn: ConnId, bytes: Bytes) -> Outbound {
    Outbound::Frame(conn, bytes)
}
