//! Makes connectors: a venue's codec, sockets, the session that runs them on a thread of its own, and the handle for
//! strategies. The one place where environments part: live has the venue's address and a key file, anything else the
//! simulator's address and its marked keys.

use std::{future::Future, path::Path, pin::Pin, sync::Arc, time::Duration};

use anyhow::{Context, bail};
use mm_core::{Backing, Clock, Connector, IdSource, OnMismatch, Recovery, VenueConfig, risk::Gate};
use mm_model::ClientId;
use mm_net::{Net, NetConfig};
use mm_session::{Limits, SessionConfig};
use mm_sim::Endpoints;
use mm_store::{
    Account, AccountLock, ClientIdCounter, IdRange, StateDir,
    journal::{FileJournal, OpenReport},
};
use tokio::sync::oneshot;

use crate::{
    config::ConnectorConfig,
    journals::{self, Kept},
    registry::{Access, Wiring},
};

/// Finished orders kept for messages that come late.
const CLOSED_ORDERS_MAX: usize = 4096;
/// How often open orders and positions are compared with REST, unasked.
const RECONCILE_EVERY: Duration = Duration::from_secs(30);
const BACKOFF_MIN: Duration = Duration::from_millis(100);
const BACKOFF_MAX: Duration = Duration::from_secs(10);

/// What connectors share.
pub(crate) struct Surroundings<'a> {
    /// Time.
    pub(crate) clock: &'a Clock,
    /// What outlives the process.
    pub(crate) state: &'a StateDir,
    /// Where the simulated venues are.
    pub(crate) simulated: Option<&'a Endpoints>,
    /// Whether other processes can reach the simulated venues too.
    pub(crate) is_shared: bool,
    /// What every order passes, on all connectors.
    pub(crate) gate: &'a Gate,
    /// How journals are flushed where a connector does not say.
    pub(crate) journal_sync: Option<&'a str>,
}

/// A connector, and the lock that keeps other bots off its account for as long as it lives.
pub(crate) struct Made {
    pub(crate) connector: Connector,
    pub(crate) lock: Option<AccountLock>,
    pub(crate) journal: Arc<FileJournal>,
    /// What was found in it; `None` where it is as new as its world.
    pub(crate) found: Option<OpenReport>,
}

/// Makes one connector. Connects to nobody yet.
///
/// # Errors
/// When its keys cannot be read or must not be used here, its account is in use, its journal cannot be believed, or the state
/// directory fails.
pub(crate) fn connector(
    name: &str,
    config: &ConnectorConfig,
    needs: &[String],
    around: &Surroundings<'_>,
) -> anyhow::Result<Made> {
    let access = access(config, around.simulated)?;
    let account = Account { venue: config.venue.name.to_owned(), name: (config.venue.account)(&access.keys) };
    // An embedded world dies with this process: nobody else can trade on its accounts, and nothing of it is left.
    let is_lasting = config.is_live() || around.is_shared;
    let lock = if is_lasting { Some(AccountLock::take(around.state, &account)?) } else { None };
    let sync = journals::policy(config.common.text("journal_sync"), around.journal_sync)?;
    let Kept { journal, past, report: found } =
        journals::open((around.state, &account), sync, is_lasting, around.clock)?;
    let range =
        IdRange { min: *config.venue.spec.client_ids.start(), max: *config.venue.spec.client_ids.end() };
    let ids = ClientIdCounter::open(around.state, &account, range, around.clock.now())?;
    let mut symbols = needs.to_vec();
    for symbol in config.common.list("symbols") {
        if !symbols.contains(symbol) {
            symbols.push(symbol.clone());
        }
    }
    let backing = Backing { ids: Arc::new(ids), journal: journal.clone(), past, gate: around.gate.clone() };
    let dead_man = config.own.duration("dead_man_secs");
    let connector = Wired { name, config, access, symbols, backing, dead_man }.connect(around.clock)?;
    Ok(Made { connector, lock, journal, found })
}

/// Makes a connector that can look and cancel, and nothing else: no client ids, no journal, no lock, and a gate that is
/// closed. Another process trades on the account.
///
/// # Errors
/// When its keys cannot be read or must not be used here.
pub(crate) fn bystander(
    name: &str,
    config: &ConnectorConfig,
    closed: Gate,
    (clock, simulated): (&Clock, Option<&Endpoints>),
) -> anyhow::Result<Connector> {
    let access = access(config, simulated)?;
    let backing = Backing { gate: closed, ..Arc::new(NoIds).into() };
    Wired { name, config, access, symbols: Vec::new(), backing, dead_man: None }.connect(clock)
}

/// Gives none: whoever has it places nothing.
struct NoIds;

impl IdSource for NoIds {
    fn next(&self) -> Result<ClientId, String> {
        Err("this connector places no orders".to_owned())
    }
}

/// What a connector is put together from.
struct Wired<'a> {
    name: &'a str,
    config: &'a ConnectorConfig,
    access: Access,
    symbols: Vec<String>,
    backing: Backing,
    dead_man: Option<Duration>,
}

impl Wired<'_> {
    fn connect(self, clock: &Clock) -> anyhow::Result<Connector> {
        let Self { name, config, access, symbols, backing, dead_man } = self;
        let wait = |key, or| config.common.duration(key).unwrap_or(or);
        let venue_config = VenueConfig {
            name: name.to_owned(),
            symbols: symbols.clone(),
            stale_after: wait("stale_after_secs", Duration::from_secs(5)),
            submit_valid_for: window(config),
            closed_orders_max: CLOSED_ORDERS_MAX,
            reconcile_every: RECONCILE_EVERY,
            shown_within: VenueConfig::SHOWN_WITHIN,
            dead_man,
            recovery: recovery(config),
            on_mismatch: on_mismatch(config),
        };
        let session_config = SessionConfig {
            call_timeout: wait("call_timeout_secs", Duration::from_secs(5)),
            idle_timeout: wait("idle_timeout_secs", Duration::from_secs(10)),
            backoff_min: BACKOFF_MIN,
            backoff_max: BACKOFF_MAX,
            jitter_seed: clock.now().0,
            limits: Limits::Venues,
        };
        let protocol = (config.venue.protocol)(Wiring { access, symbols, own: &config.own })
            .map_err(|why| anyhow::anyhow!("connector '{name}': {why}"))?;
        let transport = Net::new(clock.clone(), NetConfig::default())?;
        let (venue, driver) = mm_core::venue(venue_config, clock.clone(), backing);
        let clock = clock.clone();
        let session = async move {
            mm_session::run(clock, driver, protocol, transport, session_config)
                .await
                .map_err(|error| error.to_string())
        };
        Ok(Connector { venue, task: on_own_thread(format!("mm-io-{name}"), session) })
    }
}

/// What becomes of what earlier runs left.
fn recovery(config: &ConnectorConfig) -> Recovery {
    match config.common.text("recovery") {
        Some("flatten") => Recovery::Flatten,
        Some("hold") => Recovery::Hold,
        _ => Recovery::Resume,
    }
}

/// What is done about a position that is not what all fills come to.
fn on_mismatch(config: &ConnectorConfig) -> OnMismatch {
    match config.common.text("on_mismatch") {
        Some("reduce") => OnMismatch::Reduce,
        _ => OnMismatch::Alarm,
    }
}

/// How long the venue may still take a request that was signed now.
fn window(config: &ConnectorConfig) -> Duration {
    let ms = config.own.integer("window_ms").and_then(|ms| u64::try_from(ms).ok());
    ms.map_or(config.venue.spec.window.default, Duration::from_millis)
}

fn access(config: &ConnectorConfig, simulated: Option<&Endpoints>) -> anyhow::Result<Access> {
    if let Some(live) = config.live {
        let path = config.common.text("keys_file").context("live needs keys_file")?;
        let keys = config.venue.keys.read(Path::new(path))?;
        if (config.venue.is_simulated)(&keys) {
            bail!("key file {path} holds a key of the simulator: the live venue does not know it");
        }
        let urls = live.addresses.iter().map(|address| (address.key, address.url.to_owned())).collect();
        return Ok(Access { urls, chain_id: live.chain_id, keys });
    }
    let endpoints = simulated.context("there is no simulated world")?;
    let account = config.common.text("account").unwrap_or("alice");
    let access = (config.venue.simulated)(endpoints, account).with_context(|| {
        format!("the simulated {} has no account '{account}': try alice or bob", config.venue.name)
    })?;
    if !(config.venue.is_simulated)(&access.keys) {
        bail!(
            "the endpoints file holds a key that no simulator made: real keys are for environment live only"
        );
    }
    Ok(access)
}

/// Runs `session` on a thread with a runtime of its own, so that sockets and strategies never wait for each other.
/// Dropping the future ends the session and waits for the thread.
fn on_own_thread(
    name: String,
    session: impl Future<Output = Result<(), String>> + Send + 'static,
) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> {
    Box::pin(async move {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| format!("no runtime for {name}: {error}"))?;
        let (ended, end) = oneshot::channel();
        let (keep, kept) = oneshot::channel::<()>();
        let thread = std::thread::Builder::new()
            .name(name.clone())
            .spawn(move || {
                runtime.block_on(async move {
                    let result = tokio::select! {
                        biased;
                        _ = kept => return,
                        result = session => result,
                    };
                    // Whoever waited may be gone.
                    let _ = ended.send(result);
                });
            })
            .map_err(|error| format!("no thread for {name}: {error}"))?;
        let _owner = SessionThread { keep: Some(keep), thread: Some(thread) };
        end.await.unwrap_or_else(|_| Err(format!("{name} panicked: see the log")))
    })
}

/// Ends its thread when dropped.
struct SessionThread {
    keep: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Drop for SessionThread {
    fn drop(&mut self) {
        self.keep = None;
        if let Some(thread) = self.thread.take() {
            // A panic was reported by the end that never came.
            let _ = thread.join();
        }
    }
}
