//! The way between clients and venues: each message is described, meets the faults, and travels.

use std::time::Duration;

use bytes::Bytes;
use mm_model::Timestamp;
use mm_venues::{
    http::{Reply, Request},
    server::{ConnId, Mischief, Outbound},
};

use super::{Carried, Delivery, Event, Lane, RequestId, VenueIndex, World, meet};
use crate::faults::{Action, Direction, Passing, Place};

/// How long a message waits to be overtaken by another.
const OVERTAKEN_WITHIN: Duration = Duration::from_millis(500);

impl World {
    /// A request leaves its client.
    pub(super) fn send_request(&mut self, id: RequestId, request: Box<Request>) {
        let venue = id.venue;
        let row = self.venues[venue.0].row;
        if self.parted(venue, Direction::ToVenue).is_some() {
            return;
        }
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
                return self.answer(id, Ok(meet::rate_limit_reply(row, &retry_after_s.to_string())));
            }
            Some(Action::RateLimitUntil { after_s }) => {
                let date = meet::date(self.now, after_s);
                return self.answer(id, Ok(meet::rate_limit_reply(row, &date)));
            }
            Some(Action::IgnoreCancel) => match row.cancel_noted {
                Some(noted) => {
                    self.tell_pending();
                    return self.answer(id, Ok(noted(&carried.request)));
                }
                None => carried.mischief = Some((Mischief::DropAccepted, self.faults.pending())),
            },
            Some(
                ref action @ (Action::DropAccepted
                | Action::RejectAccepted
                | Action::SkipNonce
                | Action::ExpireTokens),
            ) => carried.mischief = action.mischief().map(|mischief| (mischief, self.faults.pending())),
            Some(
                Action::Stale
                | Action::Lie(_)
                | Action::Garbage { .. }
                | Action::Partition { .. }
                | Action::Clock { .. }
                | Action::Restart { .. },
            ) => unreachable!("refused when the schedule was set"),
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
            Some(Action::IgnoreCancel) => mischief = Some((Mischief::DropAccepted, self.faults.pending())),
            Some(action) => mischief = action.mischief().map(|mischief| (mischief, self.faults.pending())),
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
            feed: None,
            account,
        };
        self.faults.fate(self.now, &passing)
    }

    /// A client's message leaves for its venue by socket.
    pub(super) fn inbound(&mut self, conn: ConnId, event: Event) {
        let at = self.travel.arrival(self.now);
        let Some(venue) = self.sockets.get(&conn).map(|socket| socket.venue) else { return };
        let held = self.parted(venue, Direction::ToVenue).unwrap_or(at);
        let Some(socket) = self.sockets.get_mut(&conn).filter(|socket| !socket.silent) else { return };
        socket.last_in = socket.last_in.max(at).max(held);
        self.agenda.put(socket.last_in, event);
    }

    /// Something reaches its end.
    pub(super) fn happen(&mut self, event: Event) {
        match event {
            Event::Request(carried) => self.arrive(&carried),
            Event::Deliver(delivery) => self.deliver(delivery),
            Event::ConnectionRules => self.apply_connection_rules(),
            Event::VenueRules => self.apply_venue_rules(),
            Event::Opened(conn, request) => self.with_server(conn, |world, venue, out| {
                world.venues[venue.0].server.opened(world.now, conn, &request, out);
            }),
            Event::Text(conn, text, mischief) => {
                self.recognise(conn, &text);
                self.with_server(conn, |world, venue, out| {
                    let (now, at) = (world.now, world.clock_of(venue, 0));
                    let venue = &mut world.venues[venue.0];
                    venue.note_frame(now, &text);
                    if let Some((mischief, strike)) = mischief
                        && venue.trouble(at, (venue.row.frame_key)(&text), mischief)
                        && let Some(strike) = strike
                    {
                        world.faults.tell(&strike);
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
        if let Some(reply) = self.down(carried.venue) {
            return carried.id.into_iter().for_each(|id| self.answer(id, Ok(reply.clone())));
        }
        let mut reply = self.ask_venue(carried);
        if !self.faults.watches(Place::Reply) {
            return self.let_go(carried, reply, Duration::ZERO);
        }
        let &Carried { venue, ref request, .. } = carried;
        let row = self.venues[venue.0].row;
        let fate = self.request_fate(venue, Place::Reply, request);
        let key = (row.request_key)(request).unwrap_or_default();
        let key = format!("{} {key} {} {}", row.kind, request.path, request.query);
        let before = self.earlier.insert(key, reply.clone());
        let mut after = Duration::ZERO;
        match fate {
            None => {}
            Some(Action::Stale) => {
                if let Some(before) = before {
                    reply = before;
                    self.tell_pending();
                }
            }
            Some(Action::Drop) => return self.speak(venue),
            Some(Action::Delay { ms }) => after = Duration::from_millis(ms),
            Some(Action::Disconnect) => {
                if let Some(id) = carried.id {
                    self.answer(id, Err(()));
                }
                return self.speak(venue);
            }
            Some(Action::Reorder) => {
                if let Some(id) = carried.id {
                    let at = self.travel.arrival(self.now);
                    self.hold_reply(id, at, reply);
                }
                return self.speak(venue);
            }
            Some(action) => self.spoil(carried, &action, &mut reply),
        }
        self.let_go(carried, reply, after);
    }

    /// What the venue itself says to a request.
    fn ask_venue(&mut self, carried: &Carried) -> Reply {
        let &Carried { venue, ref request, skew_ns, ref mischief, .. } = carried;
        let at = self.clock_of(venue, skew_ns);
        let here = &mut self.venues[venue.0];
        here.note_request(self.now, request);
        if let Some((mischief, strike)) = mischief
            && here.trouble(at, (here.row.request_key)(request), *mischief)
            && let Some(strike) = strike
        {
            self.faults.tell(strike);
        }
        let reply = here.server.request(at, &mut here.exchange, request);
        here.tell(self.now, &mut self.said);
        reply
    }

    /// A fault changes what a reply says.
    fn spoil(&mut self, carried: &Carried, action: &Action, reply: &mut Reply) {
        let row = self.venues[carried.venue.0].row;
        match action {
            Action::Lie(lie) => {
                let truth = reply.body.clone();
                (row.falsify)(lie, (row.ask)(&carried.request), reply);
                if reply.body != truth {
                    self.tell_pending();
                }
            }
            Action::Garbage { of } => reply.body = meet::rubbish(*of, &mut self.travel),
            Action::Corrupt => reply.body.truncate(self.travel.cut(reply.body.len())),
            Action::Status { code, body } => *reply = meet::status_reply(*code, body),
            Action::RateLimit { retry_after_s } => {
                *reply = meet::rate_limit_reply(row, &retry_after_s.to_string());
            }
            Action::RateLimitUntil { after_s } => {
                *reply = meet::rate_limit_reply(row, &meet::date(self.now, *after_s));
            }
            other => unreachable!("'{}' of a reply was refused when the schedule was set", other.word()),
        }
    }

    /// A reply leaves, and with it what else the venue said. (What a command made happen goes out before its answer as
    /// often as not; here the answer leaves first, and the sockets' own travel time decides who wins.)
    fn let_go(&mut self, carried: &Carried, reply: Reply, after: Duration) {
        if let Some(id) = carried.id {
            let at = self.travel.arrival(self.now) + after;
            self.send_reply(id, at, Ok(reply));
        }
        self.speak(carried.venue);
    }

    /// Answers a request on the venue's behalf, or cuts its connection.
    fn answer(&mut self, id: RequestId, answer: Result<Reply, ()>) {
        let at = self.travel.arrival(self.now);
        self.send_reply(id, at, answer);
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
            feed: None,
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
            feed: stream.as_deref().and_then(row.feed),
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
                if before.is_some() {
                    self.tell_pending();
                }
                self.outbound(conn, Delivery::Frame(conn, before.unwrap_or(bytes)));
            }
            Some(Action::Garbage { of }) => {
                let rubbish = meet::rubbish(of, &mut self.travel);
                self.outbound(conn, Delivery::Frame(conn, rubbish));
                self.outbound(conn, Delivery::Frame(conn, bytes));
            }
            _ => self.outbound(conn, Delivery::Frame(conn, bytes)),
        }
    }

    /// Something leaves for a client by socket, behind all that left before.
    fn outbound(&mut self, conn: ConnId, delivery: Delivery) {
        let at = self.travel.arrival(self.now);
        let Some(venue) = self.sockets.get(&conn).map(|socket| socket.venue) else { return };
        let held = self.parted(venue, Direction::FromVenue).unwrap_or(at);
        let Some(socket) = self.sockets.get_mut(&conn).filter(|socket| !socket.silent) else { return };
        socket.last_out = socket.last_out.max(at).max(held);
        let at = socket.last_out;
        self.put(Lane::Socket(conn), at, Event::Deliver(delivery));
    }

    /// What may have missed did not.
    fn tell_pending(&mut self) {
        if let Some(strike) = self.faults.pending() {
            self.faults.tell(&strike);
        }
    }

    fn deliver(&mut self, delivery: Delivery) {
        if let Delivery::Close(conn, _) | Delivery::CutSocket(conn) = delivery {
            self.forget(conn);
        }
        self.due.push(delivery);
    }

    /// Puts a message on its way; one that waits to be overtaken in its lane follows right behind.
    pub(super) fn put(&mut self, lane: Lane, at: Timestamp, event: Event) {
        self.agenda.put(at, event);
        if !self.overtaken.is_empty()
            && let Some(event) = self.overtaken.remove(&lane).and_then(|key| self.agenda.take(key))
        {
            self.agenda.put(at, event);
        }
    }

    /// Holds a message until another of its lane has gone, or long enough.
    pub(super) fn hold(&mut self, lane: Lane, at: Timestamp, event: Event) {
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
