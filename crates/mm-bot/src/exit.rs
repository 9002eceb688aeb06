//! How the program ends. The codes are a contract with scripts: they do not change.

use mm_sim::SimError;

/// Interrupted twice (128 + SIGINT).
pub(crate) const INTERRUPTED: i32 = 130;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// As it should.
    Ok = 0,
    /// The strategy failed, or a check of the smoke test did.
    Failed = 1,
    /// The command line or the configuration is wrong; clap uses the same code.
    Usage = 2,
    /// A connector or the simulator could not start.
    NotStarted = 3,
    /// Stopped, but an order may still be live or a position open.
    Unclean = 4,
    /// The kill switch was pulled, and no order of ours is open; or it was pulled earlier, and nobody allowed trading again.
    Killed = 5,
    /// A journal could not be written any more: nothing new was sent from then on, and no order of ours is open.
    Unwritten = 6,
    /// The watchdog had to step in, and no order of the accounts is open.
    SteppedIn = 7,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An error that ends the program, with its code.
#[derive(Debug)]
pub(crate) struct Fatal {
    pub(crate) exit: Exit,
    pub(crate) error: anyhow::Error,
}

impl Fatal {
    /// Wrong usage or configuration.
    pub(crate) fn usage(error: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::Usage, error: error.into() }
    }

    /// The error with its causes. Some say their cause themselves: nothing is said twice.
    pub(crate) fn told(&self) -> String {
        self.error.chain().fold(String::new(), |told, cause| {
            let cause = cause.to_string();
            match told.as_str() {
                "" => cause,
                _ if told.contains(&cause) => told,
                _ => format!("{told}: {cause}"),
            }
        })
    }

    /// The simulator could not be made: what cannot be meant is wrong usage, the rest could not start.
    pub(crate) fn simulator(error: anyhow::Error) -> Self {
        match error.downcast_ref() {
            Some(SimError::Config(_) | SimError::Tape { .. }) => Self::usage(error),
            _ => Self::not_started(error.context("the simulator did not start")),
        }
    }

    /// Something could not start.
    pub(crate) fn not_started(error: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::NotStarted, error: error.into() }
    }
}
