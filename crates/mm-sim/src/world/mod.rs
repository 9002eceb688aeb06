//! The simulated world: venues with their crowds and tapes, and the way between them and their clients with its
//! latency and faults.
//!
//! No sockets, no clock, no threads: what comes in is a method call at a time, what goes out is a list of
//! [`Delivery`]s, and the time of the next event is told. The same calls at the same times give the same deliveries.

mod agenda;
mod carry;
mod meet;
mod outage;
mod socket;
mod travel;
mod venue;

use std::collections::BTreeMap;

use bytes::Bytes;
use mm_model::Timestamp;
use mm_venues::{
    http::{Reply, Request},
    server::{ConnId, Mischief, Outbound},
};

pub(crate) use self::venue::VenueWorld;
use self::{
    agenda::{Agenda, Key},
    socket::Socket,
    travel::Travel,
};
use crate::{
    config::{SimConfig, SimError},
    faults::{Action, Faults, Passing, Place, Schedule, Strike, Witness},
    truth::Ledger,
};

/// A venue of this world: its place in [`SimConfig::venues`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct VenueIndex(pub(crate) usize);

/// A request that waits for its reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RequestId {
    /// Whom it was sent to.
    pub(crate) venue: VenueIndex,
    /// Unique in this world.
    pub(crate) number: u64,
}

/// A client that asks for a socket.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) venue: VenueIndex,
    /// What the socket will be called: unique in this world.
    pub(crate) conn: ConnId,
    /// The upgrade request.
    pub(crate) request: Request,
}

/// A request on its way to its venue.
#[derive(Clone, Debug)]
struct Carried {
    venue: VenueIndex,
    /// `None`: nobody waits for the reply.
    id: Option<RequestId>,
    request: Box<Request>,
    /// How far the venue's clock is off when it looks at this.
    skew_ns: i64,
    /// What goes wrong at the venue just before it looks at this.
    mischief: Option<Trouble>,
}

/// Trouble on its way to a venue, and what it is told as if the venue knows it.
type Trouble = (Mischief, Option<Box<Strike>>);

/// Something that reaches a client now.
#[derive(Debug)]
pub(crate) enum Delivery {
    /// The reply to a request.
    Reply(RequestId, Reply),
    /// The connection of a request is cut instead.
    Cut(RequestId),
    /// A text frame.
    Frame(ConnId, Bytes),
    /// A ping.
    Ping(ConnId),
    /// The answer to a client's ping.
    Pong(ConnId, Bytes),
    /// The venue closes the socket with this code.
    Close(ConnId, u16),
    /// The socket is cut without a word.
    CutSocket(ConnId),
    /// The socket stays, and nothing passes any more, either way.
    Silence(ConnId),
}

/// Whether a socket may open.
#[derive(Debug)]
pub(crate) enum Admission {
    /// It may.
    Open,
    /// The upgrade is answered otherwise.
    Refused(Reply),
    /// The connection is cut.
    Cut,
}

/// Something on its way.
#[derive(Debug)]
enum Event {
    /// A request reaches its venue.
    Request(Carried),
    /// A socket's opening reaches its venue.
    Opened(ConnId, Box<Request>),
    /// A client's frame reaches its venue, just after this went wrong there.
    Text(ConnId, String, Option<Trouble>),
    /// A client's ping reaches its venue.
    PingArrives(ConnId, Bytes),
    /// A client's pong reaches its venue.
    PongArrives(ConnId),
    /// Something reaches a client.
    Deliver(Delivery),
    /// Rules about standing connections begin to hold.
    ConnectionRules,
    /// Rules about venues begin to hold.
    VenueRules,
}

/// What may be overtaken: messages of the same lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Lane {
    Requests(VenueIndex),
    Replies(VenueIndex),
    Socket(ConnId),
}

/// The world.
#[derive(Debug)]
pub(crate) struct World {
    now: Timestamp,
    venues: Vec<VenueWorld>,
    sockets: BTreeMap<ConnId, Socket>,
    agenda: Agenda<Event>,
    /// Messages that wait to be overtaken.
    overtaken: BTreeMap<Lane, Key>,
    faults: Faults,
    travel: Travel,
    /// Earlier replies by venue, API key and path, while a rule may want a stale one.
    earlier: BTreeMap<String, Reply>,
    /// What has reached the clients and was not taken yet.
    due: Vec<Delivery>,
    /// Room for what a server half says, kept from call to call.
    said: Vec<Outbound>,
}

impl World {
    /// A world whose time begins at `now`.
    ///
    /// # Errors
    /// When the configuration cannot be what is meant, or a tape cannot be read.
    pub(crate) fn new(config: &SimConfig, now: Timestamp) -> Result<Self, SimError> {
        if config.venues.is_empty() {
            return Err(SimError::Config("no venue".to_owned()));
        }
        let mut venues = Vec::new();
        for (n, &kind) in config.venues.iter().enumerate() {
            if config.venues[..n].contains(&kind) {
                return Err(SimError::Config(format!("{kind} is listed twice")));
            }
            venues.push(VenueWorld::new(config, kind, now)?);
        }
        if let Some(tape) = config.tapes.iter().find(|tape| !config.venues.contains(&tape.venue)) {
            return Err(SimError::Config(format!("a tape for {}, which does not stand", tape.venue)));
        }
        let mut world = Self {
            now,
            venues,
            sockets: BTreeMap::new(),
            agenda: Agenda::default(),
            overtaken: BTreeMap::new(),
            faults: Faults::new(Schedule::default(), now).map_err(SimError::Config)?,
            travel: Travel::new(config.latency, config.seed),
            earlier: BTreeMap::new(),
            due: Vec::new(),
            said: Vec::new(),
        };
        world
            .set_faults(now, config.faults.clone())
            .map_err(|why| SimError::Config(format!("faults: {why}")))?;
        Ok(world)
    }

    /// The world's time: that of the last call.
    pub(crate) const fn now(&self) -> Timestamp {
        self.now
    }

    /// The venues in the order of the configuration.
    pub(crate) fn venues(&self) -> &[VenueWorld] {
        &self.venues
    }

    /// A venue, to act on past its wire; call [`World::settle`] afterwards.
    pub(crate) fn venue_mut(&mut self, venue: VenueIndex) -> &mut VenueWorld {
        &mut self.venues[venue.0]
    }

    /// Keeps the truth of every venue from now on; no client has come yet.
    pub(crate) fn keep_truth(&mut self) {
        for venue in &mut self.venues {
            venue.ledger = Some(Box::new(Ledger::new(self.now, &venue.exchange, &venue.accounts)));
        }
    }

    /// Replaces the fault schedule.
    ///
    /// # Errors
    /// Says which rule makes no sense.
    pub(crate) fn set_faults(&mut self, now: Timestamp, schedule: Schedule) -> Result<(), String> {
        self.advance(now);
        self.faults = Faults::new(schedule, self.now)?.after(&mut self.faults);
        self.earlier.clear();
        for at in self.faults.begin_at(Place::Connection) {
            self.agenda.put(at, Event::ConnectionRules);
        }
        for at in self.faults.begin_at(Place::Venue) {
            self.agenda.put(at, Event::VenueRules);
        }
        self.advance(now);
        Ok(())
    }

    /// Lets somebody hear of every fault that strikes, whatever the schedule.
    pub(crate) fn set_witness(&mut self, witness: Witness) {
        self.faults.set_witness(witness);
    }

    /// How often each kind of fault struck.
    pub(crate) const fn strikes(&self) -> &BTreeMap<String, u64> {
        self.faults.counts()
    }

    /// A client sends a request.
    pub(crate) fn request(&mut self, now: Timestamp, id: RequestId, request: Request) {
        self.advance(now);
        self.send_request(id, Box::new(request));
        self.advance(now);
    }

    /// A client asks for a socket; when it is [`Admission::Open`], it stands from now on.
    pub(crate) fn open(&mut self, now: Timestamp, opening: Opening) -> Admission {
        let Opening { venue, conn, request } = opening;
        self.advance(now);
        if let Some(reply) = self.down(venue) {
            return Admission::Refused(reply);
        }
        let row = self.venues[venue.0].row;
        let fate = self.connection_fate(venue, None);
        let silent = match fate {
            None => false,
            Some(Action::Drop) => true,
            Some(Action::Status { code, body }) => {
                return Admission::Refused(meet::status_reply(code, &body));
            }
            Some(Action::RateLimit { retry_after_s }) => {
                return Admission::Refused(meet::rate_limit_reply(row, &retry_after_s.to_string()));
            }
            Some(Action::RateLimitUntil { after_s }) => {
                return Admission::Refused(meet::rate_limit_reply(row, &meet::date(self.now, after_s)));
            }
            Some(_) => return Admission::Cut,
        };
        self.sockets.insert(conn, Socket::new(venue, silent));
        if silent {
            self.due.push(Delivery::Silence(conn));
        }
        self.inbound(conn, Event::Opened(conn, Box::new(request)));
        self.advance(now);
        Admission::Open
    }

    /// A client sends a text frame.
    pub(crate) fn frame(&mut self, now: Timestamp, conn: ConnId, text: String) {
        self.advance(now);
        self.send_text(conn, text);
        self.advance(now);
    }

    /// A client pings.
    pub(crate) fn ping(&mut self, now: Timestamp, conn: ConnId, payload: Bytes) {
        self.advance(now);
        self.inbound(conn, Event::PingArrives(conn, payload));
        self.advance(now);
    }

    /// A client answers a ping.
    pub(crate) fn pong(&mut self, now: Timestamp, conn: ConnId) {
        self.advance(now);
        self.inbound(conn, Event::PongArrives(conn));
        self.advance(now);
    }

    /// A client's socket is gone.
    pub(crate) fn closed(&mut self, now: Timestamp, conn: ConnId) {
        self.advance(now);
        self.forget(conn);
    }

    /// Takes what has reached the clients by now, in order.
    pub(crate) fn take_deliveries(&mut self, out: &mut Vec<Delivery>) {
        out.append(&mut self.due);
    }

    /// When something happens next by itself.
    pub(crate) fn next_wake(&self) -> Option<Timestamp> {
        self.venues.iter().filter_map(VenueWorld::next_wake).chain(self.agenda.next_at()).min()
    }

    /// Lets everything happen that is due by `now`. Time never runs backwards here: an earlier `now` is as good
    /// as the present.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        let now = now.max(self.now);
        loop {
            let carried = self.agenda.next_at().filter(|at| *at <= now);
            let moved = (0..self.venues.len())
                .filter_map(|n| Some((self.venues[n].next_wake().filter(|at| *at <= now)?, n)))
                .min();
            match (carried, moved) {
                (Some(at), moved) if moved.is_none_or(|(due, _)| at <= due) => {
                    self.now = self.now.max(at);
                    if let Some(event) = self.agenda.pop_due(now) {
                        self.happen(event);
                    }
                }
                (_, Some((at, n))) => {
                    self.now = self.now.max(at);
                    let mut said = std::mem::take(&mut self.said);
                    self.venues[n].wake(self.now, &mut said);
                    self.said = said;
                    self.speak(VenueIndex(n));
                }
                (_, None) => break,
            }
        }
        self.now = now;
    }

    /// Tells the clients of a venue what was done to it past its wire.
    pub(crate) fn settle(&mut self, venue: VenueIndex) {
        let mut said = std::mem::take(&mut self.said);
        self.venues[venue.0].tell(self.now, &mut said);
        self.said = said;
        self.speak(venue);
        self.advance(self.now);
    }

    /// What rules about connections do to one.
    fn connection_fate(&mut self, venue: VenueIndex, account: Option<&str>) -> Option<Action> {
        let passing = Passing {
            venue: self.venues[venue.0].row.kind,
            place: Place::Connection,
            ask: None,
            path: None,
            stream: None,
            feed: None,
            account,
        };
        self.faults.fate(self.now, &passing)
    }

    /// Forgets a socket on both sides.
    fn forget(&mut self, conn: ConnId) {
        if let Some(socket) = self.sockets.remove(&conn) {
            self.venues[socket.venue.0].server.closed(conn);
            self.overtaken.remove(&Lane::Socket(conn));
        }
    }
}

#[cfg(test)]
mod tests;
