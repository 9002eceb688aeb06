//! A whole connector over real sockets: codec, session, driver, handle, as the program puts them together.

use std::{sync::Arc, thread::JoinHandle, time::Duration};

use bytes::Bytes;
use mm_core::{Clock, Venue, VenueConfig};
use mm_model::{Ask, CallError, DecodeError, Event, Timestamp};
use mm_net::{Net, NetConfig};
use mm_session::SessionConfig;
use mm_venues::{
    client::{Allowance, CallRef, Frame, Heard, LinkId, LinkSpec, Next, Outbox, Protocol, Way, Weight},
    http::Reply,
};

use crate::rig::Ids;

/// Which threads a connector and its strategy live on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// Both on one.
    One,
    /// The session on its own, as the program does it: a strategy that hangs does not hang the sockets.
    Two,
}

/// Runs `strategy` on a connector with this codec, on one market, in threads of their own, until the strategy ends. The
/// strategy begins when the connector is ready.
///
/// # Panics
/// In the thread, when the connector cannot be made or ends with an error.
pub fn run<S, F>(
    client: Box<dyn Protocol>,
    symbol: &'static str,
    threads: Threads,
    strategy: S,
) -> JoinHandle<()>
where
    S: FnOnce(Venue) -> F + Send + 'static,
    F: Future<Output = ()>,
{
    std::thread::spawn(move || {
        let clock = Clock::system();
        let config = VenueConfig {
            name: "bench".into(),
            symbols: vec![symbol.into()],
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

/// A codec with allowances that are never used up: the venue's own end a bench within its first second.
struct Unbounded(Box<dyn Protocol>);

impl Protocol for Unbounded {
    fn rest_url(&self) -> &str {
        self.0.rest_url()
    }

    fn links(&self) -> Vec<LinkSpec> {
        self.0.links()
    }

    fn allowances(&self) -> Vec<Allowance> {
        let plenty = Allowance { capacity: 1_000_000, per: Duration::from_secs(1) };
        self.0.allowances().iter().map(|_| plenty).collect()
    }

    fn weight(&self, ask: &Ask) -> Weight {
        self.0.weight(ask)
    }

    fn may_encode(&self, ask: &Ask) -> bool {
        self.0.may_encode(ask)
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

    fn failed(&mut self, now: Timestamp, call: CallRef, ask: &Ask, why: &CallError) {
        self.0.failed(now, call, ask, why);
    }

    fn own_ask(&mut self, now: Timestamp) -> Option<Ask> {
        self.0.own_ask(now)
    }

    fn opened(&mut self, now: Timestamp, link: LinkId, out: &mut Vec<Frame>) {
        self.0.opened(now, link, out);
    }

    fn closed(&mut self, now: Timestamp, link: LinkId) {
        self.0.closed(now, link);
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

    fn tick(&mut self, now: Timestamp, out: &mut Vec<(LinkId, Frame)>) {
        self.0.tick(now, out);
    }

    fn wake(&self) -> Option<Timestamp> {
        self.0.wake()
    }

    fn may_prepare(&self) -> bool {
        self.0.may_prepare()
    }

    fn prepare(&mut self) {
        self.0.prepare();
    }
}
