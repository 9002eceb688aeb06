//! What a venue's handle stands on, beyond its configuration.

use std::sync::Arc;

use super::IdSource;
use crate::{
    journal::{Journal, NoJournal, Past},
    risk::Gate,
};

/// What a venue stands on. From an [`IdSource`] alone: no journal, no past, a gate of its own that lets everything pass.
#[derive(Clone)]
pub struct Backing {
    /// Gives client ids.
    pub ids: Arc<dyn IdSource>,
    /// Where intents and evidence are written down.
    pub journal: Arc<dyn Journal>,
    /// What earlier runs left.
    pub past: Past,
    /// What orders must pass.
    pub gate: Gate,
}

impl<I: IdSource + 'static> From<Arc<I>> for Backing {
    fn from(ids: Arc<I>) -> Self {
        Self { ids, journal: Arc::new(NoJournal), past: Past::default(), gate: Gate::new() }
    }
}
