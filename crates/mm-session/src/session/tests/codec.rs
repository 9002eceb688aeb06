//! The tiny venue's codec: as strict about the rules of the session as a real one, and with keys that are used in turn.

use std::time::Duration;

use bytes::Bytes;
use mm_model::{Ask, CallError, DecodeError, Event, KeyIndex, MarketId, Refusal, RefusalKind, Timestamp};
use mm_venues::{
    client::{
        Allowance, Answered, CallRef, Frame, Greeting, Heard, LinkId, LinkSpec, Next, Outbox, Protocol, Way,
        Weight,
    },
    http::{Headers, Method, Reply},
};

use super::world::World;

/// How long the codec waits before it asks again what it needs to know.
const ASK_AGAIN: Duration = Duration::from_millis(200);

/// How the codec signs what changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    /// At will.
    Free,
    /// With numbers in turn: after a number was lost it must ask for the next.
    InTurn,
    /// In turn, and each only after the one before was answered.
    OneByOne,
}

pub(super) struct Tiny {
    world: World,
    n_to_prepare: usize,
    ticked_at: Timestamp,
    /// Writes without an end.
    under_way: Vec<CallRef>,
    number: Number,
    login: Login,
}

/// Where a login stands, without which the private socket is not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Login {
    Wanted { ask_at: Timestamp },
    Asked,
    Done,
}

/// What is known of the next number to sign with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Number {
    Known,
    Lost { ask_at: Timestamp },
    Asked,
}

/// An answer, whichever way it came.
struct Told<'a> {
    now: Timestamp,
    status: u16,
    body: &'a str,
}

impl Tiny {
    pub(super) fn new(world: World) -> Self {
        let login = match world.script.logs_in {
            true => Login::Wanted { ask_at: world.clock.now() },
            false => Login::Done,
        };
        let (n_to_prepare, ticked_at) = (world.script.n_to_prepare, world.clock.now());
        Self { world, n_to_prepare, ticked_at, under_way: Vec::new(), number: Number::Known, login }
    }

    fn lose_number(&mut self, ask_at: Timestamp) {
        if self.world.script.keys != Keys::Free {
            self.number = Number::Lost { ask_at };
        }
    }

    /// An encoded ask came to its end: once.
    fn ended(&mut self, call: CallRef) {
        let known = self.world.with(|shared| shared.encoded.remove(&call));
        assert!(known, "{call:?} ended twice, or was never encoded");
        self.under_way.retain(|under_way| *under_way != call);
    }

    fn read(&mut self, told: &Told<'_>, out: &mut Vec<Event>) -> Result<Next, CallError> {
        let Told { now, status, body } = *told;
        let kind = match status {
            200 => {
                out.push(Event::ServerTime(now));
                return Ok(body.strip_prefix("see book ").map_or(Next::Done, |market| {
                    Next::Ask(Ask::Book(MarketId(market.parse().expect("a number"))))
                }));
            }
            400 if body == "again" => {
                self.lose_number(now);
                return Ok(Next::Resend);
            }
            401 => RefusalKind::Authentication,
            429 => RefusalKind::RateLimited,
            500.. => return Err(CallError::OutcomeUnknown(format!("status {status}"))),
            _ => RefusalKind::Other,
        };
        let retry_after = body.parse().ok().map(Duration::from_secs);
        let (code, message) = (status.to_string(), body.to_owned());
        Err(CallError::Refused(Refusal { kind, code, message, retry_after }))
    }
}

fn path_of(ask: &Ask) -> Option<String> {
    Some(match ask {
        Ask::Time => "/time".to_owned(),
        Ask::Markets => "/markets".to_owned(),
        Ask::Place(placement) => format!("/place/{}", placement.order.market.0),
        Ask::Batch(all) => format!("/batch/{}", all.len()),
        Ask::Cancel(target) => format!("/cancel/{}", target.market.0),
        Ask::CancelAll(market) => format!("/cancel-all/{}", market.0),
        Ask::Book(market) => format!("/book/{}", market.0),
        Ask::Fees => "/fees".to_owned(),
        Ask::Leverage(_) => "/leverage".to_owned(),
        Ask::Nonce(_) => "/nonce".to_owned(),
        Ask::Login => "/login".to_owned(),
        _ => return None,
    })
}

impl Protocol for Tiny {
    fn rest_url(&self, _ask: &Ask) -> &'static str {
        "https://tiny"
    }
    fn links(&self) -> Vec<LinkSpec> {
        let greeting = if self.world.script.greets { Greeting::Venues } else { Greeting::Ours };
        let link = |name: &&'static str| LinkSpec { greeting, ..LinkSpec::new("wss://tiny", name) };
        self.world.script.links.iter().map(link).collect()
    }
    fn allowances(&self) -> Vec<Allowance> {
        vec![Allowance { capacity: self.world.script.capacity, per: Duration::from_secs(60) }]
    }
    fn weight(&self, ask: &Ask) -> Weight {
        Weight::new(match ask {
            Ask::Batch(all) => u32::try_from(all.len()).expect("small"),
            Ask::Leverage(leverage) => leverage.times,
            _ => 1,
        })
    }
    fn may_encode(&self, ask: &Ask) -> bool {
        let is_busy = self.world.script.keys == Keys::OneByOne && !self.under_way.is_empty();
        ask.is_read() || (self.number == Number::Known && !is_busy)
    }
    fn encode(
        &mut self,
        now: Timestamp,
        call: CallRef,
        ask: &Ask,
        out: &mut Outbox,
    ) -> Result<Way, CallError> {
        assert!(self.may_encode(ask), "{ask:?} may not be encoded now");
        assert!(out.frames.is_empty(), "left by the call before");
        let path = path_of(ask).ok_or_else(|| CallError::NotSent(format!("{ask:?} is not spoken here")))?;
        assert!(self.world.with(|shared| shared.encoded.insert(call)), "{call:?} was used before");
        if !ask.is_read() {
            self.under_way.push(call);
            if self.world.script.by_socket {
                out.frames.push(Frame(format!("{} {path}", call.0)));
                return Ok(Way::Socket(LinkId(0)));
            }
        }
        out.request.reset(Method::Get, &path);
        out.request.headers.push("at").push_str(&now.ms().to_string());
        Ok(Way::Http)
    }
    fn reply(
        &mut self,
        now: Timestamp,
        call: CallRef,
        ask: &Ask,
        reply: &Reply,
        out: &mut Vec<Event>,
    ) -> Result<Next, CallError> {
        self.ended(call);
        let body = String::from_utf8_lossy(&reply.body).into_owned();
        let result = self.read(&Told { now, status: reply.status, body: &body }, out);
        if matches!(ask, Ask::Nonce(_)) {
            self.number = match result {
                Ok(_) => Number::Known,
                Err(_) => Number::Lost { ask_at: now + ASK_AGAIN },
            };
        }
        if *ask == Ask::Login {
            self.login = match result {
                Ok(_) => Login::Done,
                Err(_) => Login::Wanted { ask_at: now + ASK_AGAIN },
            };
        }
        result
    }
    fn failed(&mut self, now: Timestamp, call: CallRef, ask: &Ask, why: &CallError) {
        self.ended(call);
        if matches!(ask, Ask::Nonce(_)) {
            self.lose_number(now + ASK_AGAIN);
        } else if !ask.is_read() {
            let path = path_of(ask).expect("it was encoded");
            self.world.note(&format!("codec: {path} failed: {why}"));
            self.lose_number(now);
        }
    }
    fn own_ask(&mut self, now: Timestamp) -> Option<Ask> {
        if let Login::Wanted { ask_at } = self.login
            && ask_at <= now
        {
            self.login = Login::Asked;
            return Some(Ask::Login);
        }
        let Number::Lost { ask_at } = self.number else { return None };
        (ask_at <= now && self.under_way.is_empty()).then(|| {
            self.number = Number::Asked;
            Ask::Nonce(KeyIndex(0))
        })
    }
    fn upgrade(&mut self, _now: Timestamp, link: LinkId, headers: &mut Headers) -> bool {
        let is_private = self.world.script.links[link.0] == "private";
        if is_private {
            headers.push("cookie").push_str("ticket");
        }
        !is_private || self.login == Login::Done
    }
    fn opened(&mut self, _now: Timestamp, link: LinkId, out: &mut Vec<Frame>) {
        out.push(Frame(format!("subscribe {}", self.world.script.links[link.0])));
    }
    fn closed(&mut self, _now: Timestamp, link: LinkId) {
        if self.world.script.by_socket {
            self.world.note(&format!("codec: {} is closed", self.world.script.links[link.0]));
        }
    }
    fn frame(
        &mut self,
        now: Timestamp,
        _: LinkId,
        frame: &Bytes,
        out: &mut Heard,
    ) -> Result<(), DecodeError> {
        let text = std::str::from_utf8(frame).expect("text");
        let mut words = text.splitn(4, ' ');
        match words.next() {
            Some("bad") => return Err(DecodeError { what: "frame", why: "it is bad".to_owned() }),
            Some("hello") => out.greeted = true,
            Some("ping") => out.send.push(Frame("pong".to_owned())),
            Some("bye") => out.closing = Some("it said bye".to_owned()),
            Some("answer") => {
                let mut number = || words.next().and_then(|word| word.parse::<u64>().ok()).expect("a number");
                let (to, status) = (CallRef(number()), u16::try_from(number()).expect("a status"));
                if self.world.with(|shared| shared.encoded.contains(&to)) {
                    self.ended(to); // Else the session gave it up: it says so by `failed`.
                }
                let mut events = Vec::new();
                let body = words.next().unwrap_or_default();
                let result = self.read(&Told { now, status, body }, &mut events);
                out.answers.push(Answered { to, events, result });
            }
            _ => out.events.push(Event::ServerTime(now)),
        }
        Ok(())
    }
    fn tick(&mut self, now: Timestamp, out: &mut Vec<(LinkId, Frame)>) {
        if let Some(ms) = self.world.script.tick_ms
            && self.ticked_at + Duration::from_millis(ms) <= now
        {
            self.ticked_at = now;
            out.push((LinkId(0), Frame("tick".to_owned())));
        }
    }
    fn wake(&self) -> Option<Timestamp> {
        let tick = self.world.script.tick_ms.map(|ms| self.ticked_at + Duration::from_millis(ms));
        let ask = match self.number {
            Number::Lost { ask_at } => Some(ask_at),
            _ => None,
        };
        let login = match self.login {
            Login::Wanted { ask_at } => Some(ask_at),
            Login::Asked | Login::Done => None,
        };
        tick.into_iter().chain(ask).chain(login).min()
    }
    fn may_prepare(&self) -> bool {
        self.n_to_prepare > 0
    }
    fn prepare(&mut self) {
        self.n_to_prepare -= 1;
        self.world.note("codec: prepared");
    }
}
