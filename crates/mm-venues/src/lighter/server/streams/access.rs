//! Tokens that open the streams of accounts, and the subscriptions that they opened.

use std::collections::BTreeMap;

use mm_exchange::AccountId;
use mm_model::Timestamp;

use super::{Streams, World, command::unsubscribed, topics::Topic};
use crate::{
    lighter::server::{errors::Refused, state::State, tokens::Access},
    server::ConnId,
};

/// The subscriptions that were opened by a token.
#[derive(Clone, Debug, Default)]
pub(super) struct Grants {
    open: BTreeMap<(ConnId, Topic), Access>,
}

impl Grants {
    /// Notes what opened a subscription.
    pub(super) fn put(&mut self, which: (ConnId, Topic), access: Access) {
        self.open.insert(which, access);
    }

    pub(super) fn remove(&mut self, which: (ConnId, Topic)) {
        self.open.remove(&which);
    }

    pub(super) fn gone(&mut self, conn: ConnId) {
        self.open.retain(|(known, _), _| *known != conn);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}

/// Checks that a token is good, and that it opens the data of an account.
///
/// # Errors
/// The venue's no.
pub(super) fn check(
    state: &mut State,
    now: Timestamp,
    (token, account): (&str, Option<AccountId>),
) -> Result<Access, Refused> {
    let access = state.tokens.check(now, &state.accounts, token)?;
    let member = account.and_then(|account| state.accounts.of(account));
    if member.is_some_and(|member| !access.opens(&state.accounts, member)) {
        return Err(Refused::unauthorized("the token does not open this account"));
    }
    Ok(access)
}

impl Streams {
    /// Ends the subscriptions whose tokens are no longer honoured: dead, taken back, or of a key that was replaced.
    pub(super) fn end_grants(&mut self, world: &mut World<'_>) {
        let State { tokens, accounts, .. } = world.state;
        let alive = |access: &Access| tokens.is_alive(world.now, accounts, access);
        let ended: Vec<_> =
            self.grants.open.iter().filter(|(_, access)| !alive(access)).map(|(which, _)| *which).collect();
        for (conn, topic) in ended {
            self.grants.remove((conn, topic));
            if world.state.options.switches.token_end_cuts_subscriptions {
                self.subscriptions.remove(topic, conn);
                world.out.push(unsubscribed(&world.names(), (conn, topic)));
            }
        }
        self.forget();
    }
}
