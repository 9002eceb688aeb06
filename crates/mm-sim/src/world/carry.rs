//! The way between clients and venues: each message is described, meets the faults, and travels.

use std::time::Duration;

use bytes::Bytes;
use mm_model::Timestamp;
use mm_venues::{
    http::{Reply, Request},
    server::{ConnId, Mischief, Outbound},
};

use super::{Carried, Delivery, Event, Lane, RequestId, VenueIndex, World, meet};
use crate::faults::{Action, Passing, Place};

/// How long a message waits to be overtaken by another.
const OVERTAKEN_WITHIN: Duration = Duration::from_millis(500);

impl World {
    /// A request leaves its client.
    pub(super) fn send_request(&mut self, id: RequestId, request: Box<Request>) {
        let venue = id.venue;
        let row = self.venues[venue.0].row;
        let mut at = self.travel.arrival(self.now);
        let mut carried = Carried { venue, id: Some(id), request, skew_ns: 0, mischief: None };
        match self.request_fate(venue, Place::Request, &carried.request) {
            None => {}
            Some(Action::Drop) => return,
            Some(Action::Delay { ms }) => at = at + Duration::from_millis(ms),
            Some(Action::Skew { ms }) => carried.skew_ns = ms.saturating_mul(1_000_000),
            Some(Action::Corrupt) => {
                let len = self.travel.cut(carried.request.body.len());
                carried.request.body.truncate(len);
            }
            Some(Action::Duplicate) => {
                self.put(Lane::Requests(venue), at, Event::Request(carried.clone()));
                carried.id = None;
            }
            Some(Action::Reorder) => {
                return self.hold(Lane::Requests(venue), at, Event::Request(carried));
            }
            Some(Action::Disconnect) => return self.answer(id, Err(())),
            Some(Action::Status { code, body }) => {
                return self.answer(id, Ok(meet::status_reply(code, &body)));
            }
            Some(Action::RateLimit { retry_after_s }) => {
                return self.answer(id, Ok(meet::rate_limit_reply(row, retry_after_s)));
            }
            Some(Action::IgnoreCancel) => match row.cancel_noted {
                Some(noted) => return self.answer(id, Ok(noted(&carried.request))),
                None => carried.mischief = Some(Mischief::DropAccepted),
            },
            Some(
                ref action @ (Action::DropAccepted
                | Action::RejectAccepted
                | Action::SkipNonce
                | Action::ExpireTokens),
            ) => carried.mischief = action.mischief(),
            Some(Action::Stale | Action::Lie(_)) => unreachable!("refused when the schedule was set"),
        }
        self.put(Lane::Requests(venue), at, Event::Request(carried));
    }

    /// A client's text frame leaves for its venue. One that carries an order message meets the faults of requests, as
    /// far as these make sense on a socket: nothing stands between client and venue that could answer in its place.
    pub(super) fn send_text(&mut self, conn: ConnId, mut text: String) {
        let mut mischief = None;
        match self.text_fate(conn, &text) {
            Some(Action::Drop) => return,
            Some(Action::Delay { ms }) => {
                if let Some(socket) = self.sockets.get_mut(&conn) {
                    socket.last_in = socket.last_in.max(self.now) + Duration::from_millis(ms);
                }
            }
            Some(Action::Duplicate) => self.inbound(conn, Event::Text(conn, text.clone(), None)),
            Some(Action::Disconnect) => return self.outbound(conn, Delivery::CutSocket(conn)),
            Some(Action::Corrupt) => {
                let cut = self.travel.cut(text.len());
                let whole = (0..=cut).rev().find(|at| text.is_char_boundary(*at));
                text.truncate(whole.expect("every text may be cut at its start"));
            }
            Some(Action::IgnoreCancel) => mischief = Some(Mischief::DropAccepted),
            Some(action) => mischief = action.mischief(),
            None => {}
        }
        self.inbound(conn, Event::Text(conn, text, mischief));
    }

    fn text_fate(&mut self, conn: ConnId, text: &str) -> Option<Action> {
        let socket = self.sockets.get(&conn).filter(|_| self.faults.watches(Place::Request))?;
        let here = &self.venues[socket.venue.0];
        let ask = (here.row.frame_ask)(text)?;
        let key = (here.row.frame_key)(text);
        let account = key.and_then(|key| here.account_by_key(&key)).or(socket.account);
        let passing = Passing {
            venue: here.row.kind,
            place: Place::Request,
            ask: Some(ask),
            path: None,
            stream: None,
            account,
        };
        self.faults.fate(self.now, &passing)
    }

    /// A client's message leaves for its venue by socket.
    pub(super) fn inbound(&mut self, conn: ConnId, event: Event) {
        let at = self.travel.arrival(self.now);
        let Some(socket) = self.sockets.get_mut(&conn).filter(|socket| !socket.silent) else { return };
        socket.last_in = socket.last_in.max(at);
        self.agenda.put(socket.last_in, event);
    }

    /// Something reaches its end.
    pub(super) fn happen(&mut self, event: Event) {
        match event {
            Event::Request(carried) => self.arrive(&carried),
            Event::Deliver(delivery) => self.deliver(delivery),
            Event::ConnectionRules => self.apply_connection_rules(),
            Event::Opened(conn, request) => self.with_server(conn, |world, venue, out| {
                world.venues[venue.0].server.opened(world.now, conn, &request, out);
            }),
            Event::Text(conn, text, mischief) => {
                self.recognise(conn, &text);
                self.with_server(conn, |world, venue, out| {
                    let at = world.now;
                    let venue = &mut world.venues[venue.0];
                    venue.note_frame(at, &text);
                    if let Some(mischief) = mischief {
                        venue.trouble(at, (venue.row.frame_key)(&text), mischief);
                    }
                    venue.server.frame(at, &mut venue.exchange, conn, &text, out);
                });
            }
            Event::PingArrives(conn, payload) => self.outbound(conn, Delivery::Pong(conn, payload)),
            Event::PongArrives(conn) => self.with_server(conn, |world, venue, _| {
                world.venues[venue.0].server.pong(world.now, conn);
            }),
        }
    }

    /// What the server half of a venue just said leaves for the clients.
    pub(super) fn speak(&mut self, venue: VenueIndex) {
        let mut said = std::mem::take(&mut self.said);
        let watched = self.faults.watches(Place::Frame);
        for outbound in said.drain(..) {
            match outbound {
                Outbound::Frame(conn, bytes) if watched => self.meet_frame(venue, conn, bytes),
                Outbound::Frame(conn, bytes) => self.outbound(conn, Delivery::Frame(conn, bytes)),
                Outbound::Ping(conn) => self.outbound(conn, Delivery::Ping(conn)),
                Outbound::Close(conn, code) => self.outbound(conn, Delivery::Close(conn, code)),
            }
        }
        self.said = said;
    }

    /// A request is answered by its venue.
    fn arrive(&mut self, carried: &Carried) {
        let &Carried { venue, id, ref request, skew_ns, mischief } = carried;
        let at = Timestamp(self.now.0.saturating_add_signed(skew_ns));
        let here = &mut self.venues[venue.0];
        let row = here.row;
        here.note_request(self.now, request);
        if let Some(mischief) = mischief {
            here.trouble(at, (row.request_key)(request), mischief);
        }
        let mut reply = here.server.request(at, &mut here.exchange, request);
        here.tell(self.now, &mut self.said);
        let fate = self
            .faults
            .watches(Place::Reply)
            .then(|| self.request_fate(venue, Place::Reply, request))
            .flatten();
        if self.faults.watches(Place::Reply) {
            let key = (row.request_key)(request).unwrap_or_default();
            let key = format!("{} {key} {} {}", row.kind, request.path, request.query);
            let before = self.earlier.insert(key, reply.clone());
            if let (Some(Action::Stale), Some(before)) = (&fate, before) {
                reply = before;
            }
        }
        let mut after = Duration::ZERO;
        match fate {
            None | Some(Action::Stale) => {}
            Some(Action::Drop) => return self.speak(venue),
            Some(Action::Delay { ms }) => after = Duration::from_millis(ms),
            Some(Action::Lie(lie)) => (row.falsify)(&lie, (row.ask)(request), &mut reply),
            Some(Action::Corrupt) => reply.body.truncate(self.travel.cut(reply.body.len())),
            Some(Action::Status { code, body }) => reply = meet::status_reply(code, &body),
            Some(Action::RateLimit { retry_after_s }) => reply = meet::rate_limit_reply(row, retry_after_s),
            Some(Action::Disconnect) => {
                if let Some(id) = id {
                    self.answer(id, Err(()));
                }
                return self.speak(venue);
            }
            Some(Action::Reorder) => {
                if let Some(id) = id {
                    let at = self.travel.arrival(self.now);
                    self.hold(Lane::Replies(venue), at, Event::Deliver(Delivery::Reply(id, reply)));
                }
                return self.speak(venue);
            }
            Some(
                Action::Duplicate
                | Action::Skew { .. }
                | Action::IgnoreCancel
                | Action::DropAccepted
                | Action::RejectAccepted
                | Action::SkipNonce
                | Action::ExpireTokens,
            ) => unreachable!("refused when the schedule was set"),
        }
        // What a command made happen goes out before its answer as often as not; here the answer leaves first,
        // and the sockets' own travel time decides who wins.
        if let Some(id) = id {
            let at = self.travel.arrival(self.now) + after;
            self.put(Lane::Replies(venue), at, Event::Deliver(Delivery::Reply(id, reply)));
        }
        self.speak(venue);
    }

    /// Answers a request on the venue's behalf, or cuts its connection.
    fn answer(&mut self, id: RequestId, answer: Result<Reply, ()>) {
        let at = self.travel.arrival(self.now);
        let delivery = match answer {
            Ok(reply) => Delivery::Reply(id, reply),
            Err(()) => Delivery::Cut(id),
        };
        self.put(Lane::Replies(id.venue), at, Event::Deliver(delivery));
    }

    fn request_fate(&mut self, venue: VenueIndex, place: Place, request: &Request) -> Option<Action> {
        if !self.faults.watches(place) {
            return None;
        }
        let here = &self.venues[venue.0];
        let passing = Passing {
            venue: here.row.kind,
            place,
            ask: Some((here.row.ask)(request)),
            path: Some(&request.path),
            stream: None,
            account: here.account_of(request),
        };
        self.faults.fate(self.now, &passing)
    }

    /// A frame that a rule may be about leaves for its client.
    fn meet_frame(&mut self, venue: VenueIndex, conn: ConnId, bytes: Bytes) {
        let Some(socket) = self.sockets.get_mut(&conn) else { return };
        let row = self.venues[venue.0].row;
        let stream = (row.stream)(&bytes);
        let passing = Passing {
            venue: row.kind,
            place: Place::Frame,
            ask: None,
            path: None,
            stream: stream.as_deref(),
            account: socket.account,
        };
        let fate = self.faults.fate(self.now, &passing);
        let before = socket.earlier.insert(stream.unwrap_or_default(), bytes.clone());
        match fate {
            Some(Action::Drop) => {}
            Some(Action::Delay { ms }) => {
                socket.last_out = socket.last_out.max(self.now) + Duration::from_millis(ms);
                self.outbound(conn, Delivery::Frame(conn, bytes));
            }
            Some(Action::Duplicate) => {
                self.outbound(conn, Delivery::Frame(conn, bytes.clone()));
                self.outbound(conn, Delivery::Frame(conn, bytes));
            }
            Some(Action::Reorder) => {
                let at = self.travel.arrival(self.now);
                self.hold(Lane::Socket(conn), at, Event::Deliver(Delivery::Frame(conn, bytes)));
            }
            Some(Action::Disconnect) => self.outbound(conn, Delivery::CutSocket(conn)),
            Some(Action::Corrupt) => {
                let len = self.travel.cut(bytes.len());
                self.outbound(conn, Delivery::Frame(conn, whole_characters(&bytes, len)));
            }
            Some(Action::Stale) => {
                self.outbound(conn, Delivery::Frame(conn, before.unwrap_or(bytes)));
            }
            _ => self.outbound(conn, Delivery::Frame(conn, bytes)),
        }
    }

    /// Something leaves for a client by socket, behind all that left before.
    fn outbound(&mut self, conn: ConnId, delivery: Delivery) {
        let at = self.travel.arrival(self.now);
        let Some(socket) = self.sockets.get_mut(&conn).filter(|socket| !socket.silent) else { return };
        socket.last_out = socket.last_out.max(at);
        let at = socket.last_out;
        self.put(Lane::Socket(conn), at, Event::Deliver(delivery));
    }

    fn deliver(&mut self, delivery: Delivery) {
        if let Delivery::Close(conn, _) | Delivery::CutSocket(conn) = delivery {
            self.forget(conn);
        }
        self.due.push(delivery);
    }

    /// Puts a message on its way; one that waits to be overtaken in its lane follows right behind.
    fn put(&mut self, lane: Lane, at: Timestamp, event: Event) {
        self.agenda.put(at, event);
        if !self.overtaken.is_empty()
            && let Some(event) = self.overtaken.remove(&lane).and_then(|key| self.agenda.take(key))
        {
            self.agenda.put(at, event);
        }
    }

    /// Holds a message until another of its lane has gone, or long enough.
    fn hold(&mut self, lane: Lane, at: Timestamp, event: Event) {
        let key = self.agenda.put(at + OVERTAKEN_WITHIN, event);
        self.overtaken.insert(lane, key);
    }

    /// Learns whose socket it is from a frame that bears a key.
    fn recognise(&mut self, conn: ConnId, text: &str) {
        let Some(socket) = self.sockets.get_mut(&conn) else { return };
        let here = &self.venues[socket.venue.0];
        if socket.account.is_none()
            && let Some(key) = (here.row.frame_key)(text)
        {
            socket.account = here.account_by_key(&key);
        }
    }

    /// Lets a server half speak about one socket.
    fn with_server(&mut self, conn: ConnId, act: impl FnOnce(&mut Self, VenueIndex, &mut Vec<Outbound>)) {
        let Some(venue) = self.sockets.get(&conn).map(|socket| socket.venue) else { return };
        let mut said = std::mem::take(&mut self.said);
        act(self, venue, &mut said);
        self.venues[venue.0].tell(self.now, &mut said);
        self.said = said;
        self.speak(venue);
    }

    /// Rules about connections meet those that stand.
    fn apply_connection_rules(&mut self) {
        let standing: Vec<_> = self.sockets.iter().map(|(conn, s)| (*conn, s.venue, s.account)).collect();
        for (conn, venue, account) in standing {
            match self.connection_fate(venue, account) {
                Some(Action::Disconnect) => self.outbound(conn, Delivery::CutSocket(conn)),
                Some(Action::Drop) => {
                    if let Some(socket) = self.sockets.get_mut(&conn) {
                        socket.silent = true;
                        self.due.push(Delivery::Silence(conn));
                    }
                }
                // The rest is about connections that are being opened.
                _ => {}
            }
        }
    }
}

/// The first `len` bytes of a text, less what would be half a character: a text frame must stay text.
fn whole_characters(bytes: &Bytes, mut len: usize) -> Bytes {
    while len > 0 && std::str::from_utf8(&bytes[..len]).is_err() {
        len -= 1;
    }
    bytes.slice(..len)
}
