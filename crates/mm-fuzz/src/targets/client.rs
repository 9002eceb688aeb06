//! Client halves: a frame on one of their sockets, and a reply to anything that they ask. The first byte says which.

use std::cell::RefCell;

use bytes::Bytes;
use mm_model::Ask;
use mm_venues::{
    client::{CallRef, Heard, LinkId, Outbox, Protocol},
    http::Reply,
};

use crate::{
    clients::Wire,
    conversation::{Conversation, conversation},
    plausible, seeds,
};

/// Frames of one kind kept as seeds.
const ALIKE_MAX: usize = 3;
/// A client is used for so many inputs, so that one leaves traces for the next; then a fresh one begins.
const USES_MAX: usize = 32;
const STATUSES: [u16; 8] = [200, 201, 400, 401, 404, 429, 500, 503];

struct Used {
    wire: Wire,
    client: Box<dyn Protocol>,
    n_uses: usize,
}

thread_local! {
    static USED: RefCell<Option<Used>> = const { RefCell::new(None) };
}

/// Lets a client that trades do something. One that panicked is not used again.
fn with_client(wire: Wire, act: impl FnOnce(&mut dyn Protocol, &Conversation)) {
    let talk = conversation(wire);
    let used = USED.take().filter(|used| used.wire == wire && used.n_uses < USES_MAX);
    let mut used = used.unwrap_or_else(|| Used { wire, client: talk.client(), n_uses: 0 });
    act(used.client.as_mut(), talk);
    used.n_uses += 1;
    USED.set(Some(used));
}

/// A frame comes, twice, on a client that waits for the answer to an order.
pub(super) fn frame(wire: Wire, input: &[u8]) {
    let Some((first, bytes)) = input.split_first() else { return };
    with_client(wire, |client, talk| {
        let link = LinkId(usize::from(*first) % talk.links.len());
        let place = talk.asks.iter().find(|ask| matches!(ask, Ask::Place(_))).expect("one was recorded");
        let _ = client.encode(talk.now, CallRef(1), place, &mut Outbox::default());
        let bytes = Bytes::copy_from_slice(bytes);
        for _ in 0..2 {
            let mut heard = Heard::default();
            if let Err(error) = client.frame(talk.now, link, &bytes, &mut heard) {
                plausible::short(&error.to_string());
            }
            heard.events.iter().for_each(plausible::check);
            for answered in &heard.answers {
                answered.events.iter().for_each(plausible::check);
                answered.result.iter().for_each(|_| {});
                answered.result.as_ref().err().into_iter().for_each(plausible::check_error);
            }
            heard.closing.iter().for_each(|why| plausible::short(why));
        }
        client.closed(talk.now, link);
        client.opened(talk.now, link, &mut Vec::new());
        let _ = (client.wake(), client.own_ask(talk.now));
    });
}

/// A reply comes to an ask.
pub(super) fn reply(wire: Wire, input: &[u8]) {
    let [which, status, body @ ..] = input else { return };
    with_client(wire, |client, talk| {
        for n in 0..talk.links.len() {
            client.closed(talk.now, LinkId(n)); // What would go by socket goes by HTTP.
        }
        let ask = &talk.asks[usize::from(*which) % talk.asks.len()];
        let status = STATUSES[usize::from(*status) % STATUSES.len()];
        let mut reply = Reply { status, body: Bytes::copy_from_slice(body), ..Reply::default() };
        // Fields are as hostile as the body: its first line stands in those that are read.
        let line = String::from_utf8_lossy(body.split(|byte| *byte == b'\n').next().unwrap_or_default());
        for name in ["retry-after", "set-cookie", "x-grvt-account-id"] {
            reply.headers.push(name).push_str(&line);
        }
        let call = CallRef(2);
        let _ = client.encode(talk.now, call, ask, &mut Outbox::default());
        let mut events = Vec::new();
        let next = client.reply(talk.now, call, ask, &reply, &mut events);
        events.iter().for_each(plausible::check);
        next.err().iter().for_each(plausible::check_error);
        for n in 0..talk.links.len() {
            client.opened(talk.now, LinkId(n), &mut Vec::new());
        }
        let _ = (client.wake(), client.own_ask(talk.now));
    });
}

/// A few of each kind that came by socket, and every fixture on every socket.
pub(super) fn frames(wire: Wire) -> Vec<Vec<u8>> {
    let talk = conversation(wire);
    let mut seen = std::collections::BTreeMap::<Vec<u8>, usize>::new();
    let mut frames: Vec<Vec<u8>> = Vec::new();
    for (link, frame) in talk.frames() {
        // What a frame is, its first bytes tell, digits aside.
        let kind = frame.iter().take(60).filter(|byte| !byte.is_ascii_digit()).copied().collect();
        let n_alike = seen.entry(kind).or_default();
        *n_alike += 1;
        if *n_alike <= ALIKE_MAX {
            frames.push([&[byte(link.0)], &frame[..]].concat());
        }
    }
    for message in seeds::messages(wire.kind().as_str()) {
        frames.extend((0..talk.links.len()).map(|link| [&[byte(link)], &message[..]].concat()));
    }
    frames
}

/// All replies that came, and every fixture as the reply to something.
pub(super) fn replies(wire: Wire) -> Vec<Vec<u8>> {
    let talk = conversation(wire);
    let recorded = talk.calls.iter().map(|(n, _, reply)| {
        let status = STATUSES.iter().position(|status| *status == reply.status).unwrap_or(0);
        [&[byte(*n), byte(status)], &reply.body[..]].concat()
    });
    let fixtures = seeds::messages(wire.kind().as_str()).into_iter().zip(0..).flat_map(|(message, n)| {
        let ask = byte(n % talk.asks.len());
        [0, 2].map(|status| [&[ask, status], &message[..]].concat())
    });
    recorded.chain(fixtures).collect()
}

fn byte(n: usize) -> u8 {
    u8::try_from(n).expect("a few dozen")
}
