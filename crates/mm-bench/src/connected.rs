//! A whole connector over real sockets: codec, session, driver, handle, as the program puts them together.

use std::{sync::Arc, thread::JoinHandle, time::Duration};

use bytes::Bytes;
use mm_core::{Clock, Venue, VenueConfig};
use mm_model::{Ask, CallError, DecodeError, Event, Timestamp};
use mm_net::{Net, NetConfig};
use mm_session::SessionConfig;
use mm_venues::{
    backpack::{Client, Options},
    client::{Allowance, CallRef, Frame, Heard, LinkId, LinkSpec, Next, Outbox, Protocol, Way, Weight},
    http::Reply,
};

use crate::{rig::Ids, wires::SYMBOL};

/// Where a venue is, and an account of it.
#[derive(Clone, Debug)]
pub struct Access {
    /// Base URL of the REST interface.
    pub rest: String,
    /// URL of the socket.
    pub ws: String,
    /// The account's key.
    pub api_key: String,
    /// Its secret.
    pub api_secret: String,
}

/// Which threads a connector and its strategy live on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// Both on one.
    One,
    /// The session on its own, as the program does it: a strategy that hangs does not hang the sockets.
    Two,
}

/// Runs `strategy` on a connector, in threads of their own, until the strategy ends. The strategy begins when the
/// connector is ready.
///
/// # Panics
/// In the thread, when the connector cannot be made or ends with an error.
pub fn run<S, F>(access: Access, threads: Threads, strategy: S) -> JoinHandle<()>
where
    S: FnOnce(Venue) -> F + Send + 'static,
    F: Future<Output = ()>,
{
    std::thread::spawn(move || {
        let clock = Clock::system();
        let options = Options::new(access.rest, access.ws, vec![SYMBOL.into()])
            .with_keys(&access.api_key, &access.api_secret)
            .expect("the key is well-formed");
        let client = Client::new(options).expect("the options are valid");
        let config = VenueConfig {
            name: "bench".into(),
            symbols: vec![SYMBOL.into()],
            stale_after: Duration::from_secs(3600),
            submit_valid_for: Duration::from_secs(5),
            closed_orders_max: 1_024,
            reconcile_every: Duration::from_secs(3600),
            shown_within: VenueConfig::SHOWN_WITHIN,
            dead_man: None,
        };
        let (venue, driver) = mm_core::venue(config, clock.clone(), Arc::<Ids>::default());
        let net = Net::new(clock.clone(), NetConfig::default()).expect("TLS can be set up");
        let session = async move {
            mm_session::run(clock, driver, Box::new(Unbounded(client)), net, SessionConfig::default())
                .await
                .expect("the session runs until it is stopped");
        };
        let story = async move {
            venue.ready().await;
            let handle = venue.clone();
            strategy(venue).await;
            handle.stop_connector();
        };
        match threads {
            Threads::One => runtime().block_on(async { tokio::join!(biased; session, story) }).1,
            Threads::Two => {
                let session = std::thread::spawn(move || runtime().block_on(session));
                runtime().block_on(story);
                session.join().expect("the session does not panic");
            }
        }
    })
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made")
}

/// Backpack's codec with an allowance that is never used up: the venue's own ends a bench within its first second.
struct Unbounded(Client);

impl Protocol for Unbounded {
    fn rest_url(&self) -> &str {
        self.0.rest_url()
    }

    fn links(&self) -> Vec<LinkSpec> {
        self.0.links()
    }

    fn allowances(&self) -> Vec<Allowance> {
        vec![Allowance { capacity: 1_000_000, per: Duration::from_secs(1) }]
    }

    fn weight(&self, ask: &Ask) -> Weight {
        self.0.weight(ask)
    }

    fn encode(
        &mut self,
        now: Timestamp,
        call: CallRef,
        ask: &Ask,
        out: &mut Outbox,
    ) -> Result<Way, CallError> {
        self.0.encode(now, call, ask, out)
    }

    fn reply(
        &mut self,
        now: Timestamp,
        call: CallRef,
        ask: &Ask,
        reply: &Reply,
        out: &mut Vec<Event>,
    ) -> Result<Next, CallError> {
        self.0.reply(now, call, ask, reply, out)
    }

    fn opened(&mut self, now: Timestamp, link: LinkId, out: &mut Vec<Frame>) {
        self.0.opened(now, link, out);
    }

    fn frame(
        &mut self,
        now: Timestamp,
        link: LinkId,
        frame: &Bytes,
        out: &mut Heard,
    ) -> Result<(), DecodeError> {
        self.0.frame(now, link, frame, out)
    }
}
