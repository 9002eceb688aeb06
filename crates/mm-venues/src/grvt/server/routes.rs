//! Which answer belongs to which call, who may make it, and what it weighs: one table, for HTTP and for calls by socket.

use mm_exchange::Exchange;
use mm_model::Timestamp;

use super::{
    answer::{Answered, Outgoing},
    call::Call,
    errors::Refused,
    login, private, public,
    state::State,
};
use crate::{
    grvt::wire::{Encoding, paths::TIME_PATH},
    http::{Method, Request},
};

/// Who may make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// Anybody.
    Nothing,
    /// Whoever is logged in.
    Session,
}

/// Answers a call.
pub(super) type Answer = fn(&mut Call<'_>) -> Answered;

/// One kind of call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route {
    /// As it stands behind `/full/`, and in the method of a call by socket: `v1/create_order`.
    pub(super) name: &'static str,
    pub(super) needs: Needs,
    /// What it takes out of what a payer has each second.
    pub(super) weight: u32,
    pub(super) answer: Answer,
}

/// Makes a call: finds its route, checks who makes it, counts it, answers it. The one door for HTTP and for sockets.
///
/// # Errors
/// 1004 for a call that there is not, 1000, 1006, and whatever the answer is.
pub(super) fn call(name: &str, mut call: Call<'_>) -> Answered {
    let mut all = public::ROUTES.iter().chain(private::ROUTES);
    let route = all.find(|route| route.name == name).ok_or_else(Refused::not_found)?;
    let payer = match route.needs {
        Needs::Nothing => None,
        Needs::Session => Some(call.session()?.main_account),
    };
    call.state.allowances.take(call.now, payer, route.weight)?;
    (route.answer)(&mut call)
}

/// Answers a request over HTTP.
pub(super) fn answer(
    state: &mut State,
    (now, exchange): (Timestamp, &mut Exchange),
    request: &Request,
) -> Outgoing {
    let found = Encoding::ALL.into_iter().find_map(|encoding| {
        let rest = request.path.strip_prefix('/')?.strip_prefix(encoding.segment())?;
        Some((encoding, rest.strip_prefix('/')?))
    });
    let encoding = found.map_or(Encoding::Full, |(encoding, _)| encoding);
    if request.method == Method::Get && request.path == TIME_PATH {
        return Outgoing::plain(encoding, public::time(now));
    }
    if request.method != Method::Post {
        return Outgoing::plain(encoding, Err(Refused::not_found()));
    }
    if !request.body.is_empty() && !is_json(request) {
        return Outgoing::plain(encoding, Err(Refused::malformed("Content-Type must be application/json")));
    }
    if let Some(answer) = login::answer(state, now, request) {
        return answer;
    }
    let Some((encoding, name)) = found else {
        return Outgoing::plain(encoding, Err(Refused::not_found()));
    };
    let session = state.sessions.of(now, request);
    let heard = Call { now, exchange, state, session, encoding, body: &request.body };
    Outgoing::plain(encoding, call(name, heard))
}

fn is_json(request: &Request) -> bool {
    let kind = request.headers.get("Content-Type").unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}
