//! The risk gate: what every order must pass before it is signed. Cancels never pass through it.
//!
//! One gate stands before all connectors of a process, so that what is summed over venues is one sum.

use std::sync::{Arc, Mutex};

use mm_model::{Exposure, NewOrder};
use tokio::sync::watch;

use crate::sync::lock;

/// What may be sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Everything within the limits.
    #[default]
    Active,
    /// Only what brings a position nearer to flat.
    Reducing,
    /// Nothing but cancels; every order of ours is taken off.
    Halted,
}

impl Mode {
    /// The word in logs and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Reducing => "REDUCING",
            Self::Halted => "HALTED",
        }
    }
}

/// Why an order may not be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {text}")]
pub struct Denial {
    /// The control that said no, as a word that never changes.
    pub code: &'static str,
    /// What it saw, what it allows, what to do.
    pub text: String,
}

/// The gate. Clones share it.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    mode: watch::Sender<Mode>,
    /// Why it is not `Active`.
    reason: Mutex<String>,
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

impl Gate {
    /// A gate that is `Active`.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Inner { mode: watch::Sender::new(Mode::Active), reason: Mutex::default() }))
    }

    /// What may be sent now.
    #[must_use]
    pub fn mode(&self) -> Mode {
        *self.0.mode.borrow()
    }

    /// Why it is not `Active`; empty while it is.
    #[must_use]
    pub fn reason(&self) -> String {
        lock(&self.0.reason).clone()
    }

    /// Hears changes of the mode.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Mode> {
        self.0.mode.subscribe()
    }

    /// Nothing new, and every order of ours off the books, from now on. Connectors see to it by themselves, also while the
    /// strategy hangs. The first reason stands.
    pub fn halt(&self, why: &str) {
        self.tighten(Mode::Halted, why);
    }

    /// Only orders that reduce, from now on.
    pub fn reduce(&self, why: &str) {
        self.tighten(Mode::Reducing, why);
    }

    /// Everything within the limits again: for the operator alone.
    pub fn resume(&self) {
        let mut reason = lock(&self.0.reason);
        reason.clear();
        self.0.mode.send_replace(Mode::Active);
    }

    fn tighten(&self, to: Mode, why: &str) {
        let mut reason = lock(&self.0.reason);
        if self.mode() < to {
            tracing::error!(mode = to.as_str(), why, "the risk gate closes");
            why.clone_into(&mut reason);
            self.0.mode.send_replace(to);
        }
    }

    /// Whether the order may be sent.
    ///
    /// # Errors
    /// The first control that says no.
    pub fn admit(&self, order: &NewOrder) -> Result<(), Denial> {
        match self.mode() {
            Mode::Active => Ok(()),
            Mode::Reducing if order.exposure == Exposure::ReduceOnly => Ok(()),
            Mode::Reducing => Err(self.closed("REDUCING", "only reduce-only orders pass")),
            Mode::Halted => Err(self.closed("HALTED", "nothing but cancels passes")),
        }
    }

    fn closed(&self, code: &'static str, what: &str) -> Denial {
        Denial { code, text: format!("{what} since: {}", self.reason()) }
    }
}
