//! A world at work: who waits for which reply, which socket's frames go where, and the task that lets time pass.
//! Shared by the loopback listeners, the in-process transport and the control surface.
//!
//! The lock is held for the length of one call into the world and never over an await.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard},
};

use bytes::Bytes;
use mm_core::Clock;
use mm_model::Timestamp;
use mm_venues::{
    http::{Reply, Request},
    server::ConnId,
};
use tokio::sync::{Notify, mpsc, oneshot};

use crate::{
    config::{SimConfig, SimError},
    world::{Admission, Delivery, Opening, RequestId, VenueIndex, World},
};

/// Frames that wait for a client that reads slowly; one more and its socket is cut, as venues do.
const FRAMES_MAX: usize = 16_384;

/// What a client's socket hears.
#[derive(Debug)]
pub(crate) enum ToClient {
    Frame(Bytes),
    Ping,
    Pong(Bytes),
    Close(u16),
    /// From now on the other end is as good as gone.
    Silence,
}

/// A socket as its carrier holds it. When the receiver ends, the socket is cut.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) conn: ConnId,
    pub(crate) frames: mpsc::Receiver<ToClient>,
}

/// Why a socket did not open.
#[derive(Debug)]
pub(crate) enum NotOpened {
    Refused(Reply),
    Cut,
}

/// What the host's time comes from.
#[derive(Debug)]
pub(crate) enum HostTime {
    /// A clock that others follow too.
    Clock(Clock),
    /// The world's own time: it stands until somebody moves it on.
    Own,
}

/// A world at work.
pub(crate) struct Host {
    time: HostTime,
    shared: Mutex<Shared>,
    /// Something is due earlier than the pacing task thinks.
    sooner: Notify,
}

struct Shared {
    world: World,
    replies: BTreeMap<RequestId, oneshot::Sender<Reply>>,
    sockets: BTreeMap<ConnId, mpsc::Sender<ToClient>>,
    n_requests: u64,
    n_sockets: u64,
    /// What the pacing task sleeps until.
    paced_to: Option<Timestamp>,
    deliveries: Vec<Delivery>,
}

impl Host {
    /// Builds the world.
    ///
    /// # Errors
    /// See [`SimError`].
    pub(crate) fn new(config: &SimConfig, time: HostTime) -> Result<Arc<Self>, SimError> {
        let now = match &time {
            HostTime::Clock(clock) => clock.now(),
            HostTime::Own => crate::config::OWN_TIME_START,
        };
        let shared = Shared {
            world: World::new(config, now)?,
            replies: BTreeMap::new(),
            sockets: BTreeMap::new(),
            n_requests: 0,
            n_sockets: 0,
            paced_to: None,
            deliveries: Vec::new(),
        };
        Ok(Arc::new(Self { time, shared: Mutex::new(shared), sooner: Notify::new() }))
    }

    /// Sends a request. The receiver ends without a reply when the connection that carries it is to be cut.
    pub(crate) fn call(&self, venue: VenueIndex, request: Request) -> oneshot::Receiver<Reply> {
        let (reply, receiver) = oneshot::channel();
        self.act(|shared, now| {
            shared.n_requests += 1;
            let id = RequestId { venue, number: shared.n_requests };
            // Those whose callers have gone away and that never got an answer would pile up otherwise.
            if shared.n_requests.is_multiple_of(1024) {
                shared.replies.retain(|_, reply| !reply.is_closed());
            }
            shared.replies.insert(id, reply);
            shared.world.request(now, id, request);
        });
        receiver
    }

    /// Opens a socket.
    pub(crate) fn open(&self, venue: VenueIndex, request: Request) -> Result<Opened, NotOpened> {
        self.act(|shared, now| {
            shared.n_sockets += 1;
            let conn = ConnId(shared.n_sockets);
            // Known before it opens: a venue may speak first.
            let (sender, frames) = mpsc::channel(FRAMES_MAX);
            shared.sockets.insert(conn, sender);
            let refused = match shared.world.open(now, Opening { venue, conn, request }) {
                Admission::Open => return Ok(Opened { conn, frames }),
                Admission::Refused(reply) => NotOpened::Refused(reply),
                Admission::Cut => NotOpened::Cut,
            };
            shared.sockets.remove(&conn);
            Err(refused)
        })
    }

    /// A text frame from a client.
    pub(crate) fn frame(&self, conn: ConnId, text: String) {
        self.act(|shared, now| shared.world.frame(now, conn, text));
    }

    /// A ping from a client; the answer comes as [`ToClient::Pong`].
    pub(crate) fn ping(&self, conn: ConnId, payload: Bytes) {
        self.act(|shared, now| shared.world.ping(now, conn, payload));
    }

    /// A pong from a client.
    pub(crate) fn pong(&self, conn: ConnId) {
        self.act(|shared, now| shared.world.pong(now, conn));
    }

    /// A client's socket is gone.
    pub(crate) fn closed(&self, conn: ConnId) {
        self.act(|shared, now| {
            shared.sockets.remove(&conn);
            shared.world.closed(now, conn);
        });
    }

    /// Looks at the world or acts on it, at the present.
    pub(crate) fn with_world<T>(&self, act: impl FnOnce(&mut World, Timestamp) -> T) -> T {
        self.act(|shared, now| {
            shared.world.advance(now);
            act(&mut shared.world, now)
        })
    }

    /// Looks at the world as it stands: nothing that is due happens, nothing is handed out.
    pub(crate) fn peek<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.lock().world)
    }

    /// Moves the world's own time on; `false` where it has none.
    pub(crate) fn move_on(&self, by: std::time::Duration) -> bool {
        if matches!(self.time, HostTime::Clock(_)) {
            return false;
        }
        self.act(|shared, now| shared.world.advance(now + by));
        true
    }

    /// Lets time pass, for ever: whatever is due happens when it is due. Cancel-safe.
    pub(crate) async fn pace(&self) {
        let HostTime::Clock(clock) = &self.time else { return std::future::pending().await };
        loop {
            let next = self.act(|shared, now| {
                shared.world.advance(now);
                shared.paced_to = shared.world.next_wake();
                shared.paced_to
            });
            match next {
                Some(at) => {
                    tokio::select! {
                        biased;
                        () = self.sooner.notified() => {}
                        () = clock.sleep_until(at) => {}
                    }
                }
                None => self.sooner.notified().await,
            }
        }
    }

    fn act<T>(&self, act: impl FnOnce(&mut Shared, Timestamp) -> T) -> T {
        let mut guard = self.lock();
        let shared = &mut *guard;
        let now = match &self.time {
            HostTime::Clock(clock) => clock.now(),
            HostTime::Own => shared.world.now(),
        };
        let out = act(shared, now);
        shared.hand_out(now);
        let next = shared.world.next_wake();
        let is_sooner = next.is_some_and(|next| shared.paced_to.is_none_or(|paced| next < paced));
        drop(guard);
        if is_sooner {
            self.sooner.notify_one();
        }
        out
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        // A panic inside the world is a bug of ours; the simulator must not go on with half a world.
        self.shared.lock().expect("the world did not panic while it was locked")
    }
}

impl Shared {
    /// Gives everything that has reached the clients to whoever waits for it.
    fn hand_out(&mut self, now: Timestamp) {
        let mut deliveries = std::mem::take(&mut self.deliveries);
        self.world.take_deliveries(&mut deliveries);
        for delivery in deliveries.drain(..) {
            match delivery {
                Delivery::Reply(id, reply) => {
                    if let Some(waiting) = self.replies.remove(&id) {
                        // Whoever waited may have given up.
                        let _ = waiting.send(reply);
                    }
                }
                Delivery::Cut(id) => drop(self.replies.remove(&id)),
                Delivery::Frame(conn, bytes) => self.say(now, conn, ToClient::Frame(bytes)),
                Delivery::Ping(conn) => self.say(now, conn, ToClient::Ping),
                Delivery::Pong(conn, payload) => self.say(now, conn, ToClient::Pong(payload)),
                Delivery::Close(conn, code) => {
                    self.say(now, conn, ToClient::Close(code));
                    self.sockets.remove(&conn);
                }
                Delivery::Silence(conn) => self.say(now, conn, ToClient::Silence),
                Delivery::CutSocket(conn) => drop(self.sockets.remove(&conn)),
            }
        }
        self.deliveries = deliveries;
    }

    fn say(&mut self, now: Timestamp, conn: ConnId, message: ToClient) {
        let Some(socket) = self.sockets.get(&conn) else { return };
        if socket.try_send(message).is_err() {
            tracing::warn!(conn = conn.0, "a client does not read its socket, which is cut");
            self.sockets.remove(&conn);
            self.world.closed(now, conn);
        }
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").finish_non_exhaustive()
    }
}
