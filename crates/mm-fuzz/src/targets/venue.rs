//! Server halves, as they stand in a simulated world with all that a row of mm-sim reads of a message: a request, and a
//! frame on one of the sockets.
//!
//! A request is written as HTTP is: `METHOD path?query`, a line for each field, an empty line, the body.

use std::{cell::RefCell, future::poll_fn, time::Duration};

use mm_core::VirtualRuntime;
use mm_session::{Link as _, LinkMessage, Outgoing, Transport};
use mm_sim::{InProcess, InProcessTransport, SimConfig, control::CrowdAction};
use mm_venues::{
    client::Frame,
    http::{Method, Request},
};

use crate::{
    clients::Wire,
    conversation::{Conversation, START, conversation, world},
};

/// A world is used for so many inputs; then a fresh one begins.
const USES_MAX: usize = 256;
/// How long an answer may take by the world's own clock, speed bumps and queues included.
const PATIENCE: Duration = Duration::from_secs(5);

struct Used {
    wire: Wire,
    runtime: VirtualRuntime,
    transport: InProcessTransport,
    sockets: Vec<<InProcessTransport as Transport>::Link>,
    n_uses: usize,
    _world: InProcess,
}

thread_local! {
    static USED: RefCell<Option<Used>> = const { RefCell::new(None) };
}

impl Used {
    fn new(wire: Wire) -> Self {
        let runtime = VirtualRuntime::new(START);
        let still = SimConfig { crowd: Some(CrowdAction::Pause), ..SimConfig::default() };
        let world = world(wire, &runtime, still);
        let transport = world.transport();
        let talk = conversation(wire);
        let mut used = Self { wire, runtime, transport, sockets: Vec::new(), n_uses: 0, _world: world };
        // A login's cookie is the world's own: it is taken anew.
        let mut client = wire.client(&talk.endpoints);
        used.log_in(client.as_mut());
        let mut sockets = Vec::new();
        for (n, spec) in talk.links.iter().enumerate() {
            let mut spec = spec.clone();
            spec.headers.clear();
            let _ = client.upgrade(START, mm_venues::client::LinkId(n), &mut spec.headers);
            sockets.push(used.runtime.block_on(used.transport.connect(&spec)).expect("the socket opens"));
        }
        used.sockets = sockets;
        used
    }

    fn log_in(&self, client: &mut dyn mm_venues::client::Protocol) {
        use mm_venues::client::{CallRef, Outbox};
        let mut outbox = Outbox::default();
        let mut next = Some(mm_model::Ask::Time);
        while let Some(ask) = next {
            if client.encode(START, CallRef(1), &ask, &mut outbox).is_err() {
                return;
            }
            let url = client.rest_url(&ask).to_owned();
            let reply = self.runtime.block_on(self.transport.call(&url, &outbox.request));
            let _ = client.reply(START, CallRef(1), &ask, &reply.expect("an answer"), &mut Vec::new());
            next = client.own_ask(START);
        }
    }
}

fn with_world(wire: Wire, act: impl FnOnce(&mut Used, &Conversation)) {
    let used = USED.take().filter(|used| used.wire == wire && used.n_uses < USES_MAX);
    let mut used = used.unwrap_or_else(|| Used::new(wire));
    act(&mut used, conversation(wire));
    used.n_uses += 1;
    USED.set(Some(used));
}

/// A request comes.
pub(super) fn request(wire: Wire, input: &[u8]) {
    let Some(request) = read(input) else { return };
    with_world(wire, |used, _| {
        let url = format!("sim://{}", wire.kind());
        let call = used.transport.call(&url, &request);
        let clock = used.runtime.clock();
        let reply = used.runtime.block_on(async { clock.within(PATIENCE, call).await });
        let reply = reply.expect("every request is answered").expect("nothing is cut here");
        assert!((200..=599).contains(&reply.status), "{}", reply.status);
        assert!(std::str::from_utf8(&reply.body).is_ok(), "an answer is text");
    });
}

/// A frame comes on one of the sockets; the first byte says which.
pub(super) fn command(wire: Wire, input: &[u8]) {
    let Some((first, text)) = input.split_first() else { return };
    // What is no text ends at the WebSocket library.
    let Ok(text) = std::str::from_utf8(text) else { return };
    with_world(wire, |used, _| {
        let n = usize::from(*first) % used.sockets.len();
        let socket = &mut used.sockets[n];
        let sent = socket.send(Outgoing::Frame(Frame(text.to_owned())));
        let clock = used.runtime.clock();
        let mut closed = sent.is_err();
        used.runtime.block_on(async {
            let pause = Duration::from_millis(5);
            while let Some(message) = clock.within(pause, poll_fn(|cx| socket.poll_next(cx))).await {
                match message {
                    LinkMessage::Frame(frame) => {
                        assert!(std::str::from_utf8(&frame).is_ok(), "frames are text");
                    }
                    LinkMessage::Alive => {}
                    LinkMessage::Closed(_) => closed = true,
                }
                if closed {
                    break;
                }
            }
        });
        if closed {
            used.n_uses = USES_MAX; // The venue had enough of us: begin anew.
        }
    });
}

fn read(input: &[u8]) -> Option<Request> {
    let at = input.windows(4).position(|part| part == b"\r\n\r\n");
    let (head, body) = at.map_or((input, &[][..]), |at| (&input[..at], &input[at + 4..]));
    let head = std::str::from_utf8(head).ok()?;
    let mut lines = head.split("\r\n");
    let (method, target) = lines.next()?.split_once(' ')?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut request = Request::default();
    request.reset(Method::parse(method)?, path);
    request.query.push_str(query);
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        request.headers.push(name.to_owned()).push_str(value);
    }
    request.body.extend_from_slice(body);
    Some(request)
}

fn write(request: &Request) -> Vec<u8> {
    let Request { method, path, query, headers, body } = request;
    let mut out = format!("{} {path}?{query}", method.as_str());
    for (name, value) in headers.iter() {
        out.push_str(&format!("\r\n{name}: {value}"));
    }
    out.push_str("\r\n\r\n");
    [out.as_bytes(), body].concat()
}

/// Every request that a client made.
pub(super) fn requests(wire: Wire) -> Vec<Vec<u8>> {
    conversation(wire).calls.iter().map(|(_, request, _)| write(request)).collect()
}

/// Those of both encodings.
pub(super) fn both_requests() -> Vec<Vec<u8>> {
    [requests(Wire::GrvtLite), requests(Wire::GrvtFull)].concat()
}

/// Every frame that a client sent.
pub(super) fn commands(wire: Wire) -> Vec<Vec<u8>> {
    let said = conversation(wire).said.iter();
    said.map(|(link, text)| [&[u8::try_from(link.0).expect("a few")], text.as_bytes()].concat()).collect()
}

/// Those of both encodings.
pub(super) fn both_commands() -> Vec<Vec<u8>> {
    [commands(Wire::GrvtLite), commands(Wire::GrvtFull)].concat()
}
