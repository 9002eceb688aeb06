//! A whole connector over real sockets: codec, session, driver, handle, as the program puts them together.

use std::{sync::Arc, thread::JoinHandle, time::Duration};

use mm_core::{Clock, Venue, VenueConfig};
use mm_net::{Net, NetConfig};
use mm_session::{Limits, SessionConfig};
use mm_venues::client::Protocol;

use crate::rig::Ids;

/// Which threads a connector and its strategy live on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// Both on one.
    One,
    /// The session on its own, as the program does it: a strategy that hangs does not hang the sockets.
    Two,
}

/// Where to trade.
#[derive(Clone, Copy, Debug)]
pub struct Market {
    /// What its venue calls it.
    pub symbol: &'static str,
    /// As [`IDS_FROM`](crate::wires::Wire::IDS_FROM).
    pub ids_from: u64,
}

/// Runs `strategy` on a connector with this codec, on one market, in threads of their own, until the strategy ends. The
/// strategy begins when the connector is ready.
///
/// # Panics
/// In the thread, when the connector cannot be made or ends with an error.
pub fn run<S, F>(client: Box<dyn Protocol>, market: Market, threads: Threads, strategy: S) -> JoinHandle<()>
where
    S: FnOnce(Venue) -> F + Send + 'static,
    F: Future<Output = ()>,
{
    std::thread::spawn(move || {
        let clock = Clock::system();
        let config = VenueConfig {
            name: "bench".into(),
            symbols: vec![market.symbol.into()],
            // Frames carry the time at which they were recorded.
            stale_after: Duration::from_secs(100 * 365 * 86_400),
            submit_valid_for: Duration::from_secs(5),
            closed_orders_max: 1_024,
            reconcile_every: Duration::from_secs(3600),
            shown_within: VenueConfig::SHOWN_WITHIN,
            dead_man: None,
            recovery: mm_core::Recovery::default(),
            on_mismatch: mm_core::OnMismatch::default(),
        };
        let (venue, driver) = mm_core::venue(config, clock.clone(), Arc::new(Ids::after(market.ids_from)));
        let net = Net::new(clock.clone(), NetConfig::default()).expect("TLS can be set up");
        let session = async move {
            let config = SessionConfig { limits: Limits::Off, ..SessionConfig::default() };
            mm_session::run(clock, driver, client, net, config)
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
