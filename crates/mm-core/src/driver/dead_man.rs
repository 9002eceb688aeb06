//! A dead man's switch at the venue: unless it is put off in time, the venue cancels every order of the account by itself.
//!
//! Where the configuration asks for it, it is armed before the venue is ready, and put off again each third of its time. As
//! long as it cannot be put off nothing new is placed: from two thirds of its time on the venue counts as not ready, and each
//! failure is told. On an orderly stop without live orders it is put off for good; with live orders it stays armed, so that
//! nothing rests for ever without an owner. It is the account's, not an order's: others' orders on it go with ours.

use mm_model::{Ask, DeadMan, Timestamp};

use super::{Call, Driver, Origin, upkeep::Chore};
use crate::venue::CallResult;

/// The switch is put off so often within its time.
const RENEWALS: u32 = 3;

/// When the switch was last put off, if it was ever armed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Armed(Option<Timestamp>);

impl Driver {
    /// The switch was put off by a call of `sent_at`, or was not.
    pub(super) fn dead_man_renewed(&mut self, now: Timestamp, sent_at: Timestamp, done: bool) {
        let Some(time) = self.shared.config.dead_man else { return };
        if done {
            self.dead_man = Armed(Some(sent_at));
            self.upkeep.want(Chore::DeadMan, sent_at + time / RENEWALS);
            return;
        }
        let left = self.dead_man.0.map(|since| (since + time).since(now));
        let left_s = left.map(|left| left.as_secs());
        tracing::error!(venue = %self.shared.config.name, left_s, "the dead man's switch could not be put off");
        if left.is_none_or(|left| left <= time / RENEWALS) {
            self.readiness.require(Chore::DeadMan);
        }
    }

    /// The last call before the end, if there is one to make.
    pub(super) fn farewell(&mut self, now: Timestamp) -> Option<Call> {
        self.dead_man.0.take()?;
        let venue = &self.shared.config.name;
        if !self.shared.orders.open().is_empty() {
            tracing::warn!(%venue, "orders are live: the dead man's switch stays armed, and the venue will cancel them");
            return None;
        }
        Some(self.hand_out(Ask::DeadMan(DeadMan::Off), Origin::Farewell, now))
    }

    pub(super) fn said_farewell(&self, result: &CallResult) {
        if let Err(error) = result {
            let venue = &self.shared.config.name;
            tracing::error!(%venue, %error, "the dead man's switch stays armed: the venue will cancel all orders of the account");
        }
    }
}
