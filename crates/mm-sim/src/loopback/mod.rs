//! The simulator behind real sockets on loopback: one thread with a runtime of its own, one listener for each venue
//! (REST and WebSocket on the same port) and one for the control surface.

mod control;
mod listener;
mod socket;
mod venue;

use std::{net::TcpListener, sync::Arc, thread};

use mm_core::Clock;
use mm_net::local::{self, Door};
use tokio::{sync::watch, task::JoinSet};

use listener::CONNECTIONS_MAX;

use crate::{
    Control, Endpoints, SimConfig, SimError,
    config::TimeSource,
    endpoints::{ControlEndpoint, VenueEndpoints},
    host::{Host, HostTime},
    keys,
    venues::{Site, row},
    world::VenueIndex,
};

/// A running simulator. Dropping it stops it.
#[derive(Debug)]
pub struct Simulator {
    endpoints: Endpoints,
    control: Control,
    stop: watch::Sender<bool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Simulator {
    /// Starts the thread and returns once every listener is up and the endpoints file, if any, is written.
    ///
    /// # Errors
    /// See [`SimError`].
    pub fn start(config: SimConfig) -> Result<Self, SimError> {
        let time = match config.time {
            TimeSource::Real => HostTime::Clock(Clock::system()),
            TimeSource::Own => HostTime::Own,
        };
        let control_listener = listen(config.port_base.unwrap_or(0))?;
        let token = keys::control_token(config.seed);
        let control = ControlEndpoint { url: url("http", &control_listener)?, token };
        let host = Host::new(&config, time)?;
        if config.keeps_orders {
            host.with_world(|world, _| world.keep_truth());
        }
        let mut venues = VenueEndpoints::default();
        let mut venue_listeners = Vec::new();
        for (n, &kind) in config.venues.iter().enumerate() {
            let port = match config.port_base {
                None => 0,
                Some(base) => u16::try_from(usize::from(base) + 1 + n)
                    .map_err(|_| SimError::Config(format!("no port is left for {kind} above {base}")))?,
            };
            let listener = listen(port)?;
            let site = Site { rest: url("http", &listener)?, ws: url("ws", &listener)?, config: &config };
            host.with_world(|world, _| {
                (row(kind).endpoints)(&mut venues, &site, &world.venues()[n].accounts);
            });
            venue_listeners.push((VenueIndex(n), listener));
        }
        let endpoints = Endpoints { version: 1, venues, control };
        let (stop, stopped) = watch::channel(false);
        let work = Work {
            host: Arc::clone(&host),
            control: (control_listener, endpoints.control.token.clone()),
            venues: venue_listeners,
        };
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(SimError::Thread)?;
        let thread = thread::Builder::new()
            .name("mm-sim".to_owned())
            .spawn(move || runtime.block_on(work.run(stopped)))
            .map_err(SimError::Thread)?;
        let simulator = Self { endpoints, control: Control::new(host), stop, thread: Some(thread) };
        if let Some(path) = &config.endpoints_file {
            simulator.endpoints.write(path)?;
        }
        Ok(simulator)
    }

    /// Where everything stands.
    #[must_use]
    pub const fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// The control surface without its HTTP.
    #[must_use]
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// Closes every socket and waits for the thread to end.
    pub fn stop(self) {}
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // The thread may be gone already.
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the simulator's thread panicked");
        }
    }
}

/// What the thread does.
struct Work {
    host: Arc<Host>,
    control: (TcpListener, String),
    venues: Vec<(VenueIndex, TcpListener)>,
}

impl Work {
    /// Serves until told to stop; every connection ends with it.
    async fn run(self, mut stopped: watch::Receiver<bool>) {
        let mut tasks = JoinSet::new();
        let Self { host, control: (listener, token), venues } = self;
        for (venue, listener) in venues {
            let host = Arc::clone(&host);
            tasks.spawn(local::accept(listener, CONNECTIONS_MAX, move |stream| {
                venue::serve(Arc::clone(&host), venue, stream)
            }));
        }
        let door = Arc::new(Door::new(&listener, token));
        let surface = Arc::new(control::Surface(Control::new(Arc::clone(&host))));
        tasks.spawn(local::accept(listener, CONNECTIONS_MAX, move |stream| {
            local::serve(Arc::clone(&door), Arc::clone(&surface), stream)
        }));
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stop| *stop) => {}
            () = host.pace() => {}
        }
        tasks.shutdown().await;
    }
}

fn listen(port: u16) -> Result<TcpListener, SimError> {
    local::listen(port).map_err(|source| SimError::Listen { port, source })
}

fn url(scheme: &str, listener: &TcpListener) -> Result<String, SimError> {
    let address = listener.local_addr().map_err(|source| SimError::Listen { port: 0, source })?;
    Ok(format!("{scheme}://{address}"))
}

#[cfg(test)]
mod tests;
