//! Which answer belongs to which call, who may make it, and what it weighs: one table, for HTTP and for calls by socket.

use mm_exchange::Exchange;
use mm_model::Timestamp;

use super::{
    Encoding,
    answer::{Answered, Outgoing},
    call::Call,
    errors::Refused,
    public,
    state::State,
};
use crate::http::{Method, Request};

/// Who may make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// Anybody.
    Nothing,
    /// Whoever is logged in.
    Session,
}

/// One kind of call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route {
    /// As it stands behind `/full/`, and in the method of a call by socket: `v1/create_order`.
    pub(super) name: &'static str,
    pub(super) needs: Needs,
    /// What it takes out of the hundred units that an account has each second.
    pub(super) weight: u32,
    /// Answers it.
    pub(super) answer: fn(&mut Call<'_>) -> Answered,
}

/// Makes a call: finds its route, checks who makes it, counts it, answers it. The one door for HTTP and for sockets.
pub(super) fn call(name: &str, mut call: Call<'_>) -> Answered {
    let known = public::ROUTES.iter().find(|route| route.name == name);
    let route = known.ok_or_else(Refused::not_found)?;
    if route.needs == Needs::Session {
        call.session()?;
    }
    (route.answer)(&mut call)
}

/// Answers a request over HTTP.
pub(super) fn answer(
    state: &mut State,
    (now, exchange): (Timestamp, &mut Exchange),
    request: &Request,
) -> Outgoing {
    let (encoding, name) = match request.path.split_at_checked(6) {
        Some(("/full/", name)) => (Encoding::Full, name),
        Some(("/lite/", name)) => (Encoding::Lite, name),
        _ => return Outgoing::plain(Encoding::Full, Err(Refused::not_found())),
    };
    if request.method != Method::Post {
        return Outgoing::plain(encoding, Err(Refused::not_found()));
    }
    let session = state.sessions.of(now, request);
    let heard = Call { now, exchange, state, session, encoding, body: &request.body };
    Outgoing::plain(encoding, call(name, heard))
}
