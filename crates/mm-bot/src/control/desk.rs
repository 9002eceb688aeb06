//! The control surface of a running bot, over HTTP on loopback. It reads what the venues' handles know and asks nothing of the
//! strategy's thread. To look is free for whoever is on this machine; what changes something wants the token.

use mm_core::{
    Clock,
    risk::{Gate, Mode},
};
use mm_net::local::{Answer, Surface};
use mm_venues::http::{Method, Request};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{
    Pulse,
    kill::{KillSwitch, Killed},
    status::{self, Identity},
};

/// Who asked for a kill, and why.
pub(super) type Asked = (String, String);

/// What requests are answered from.
pub(super) struct Desk {
    pub(super) clock: Clock,
    pub(super) gate: Gate,
    pub(super) pulse: Pulse,
    pub(super) switch: KillSwitch,
    pub(super) kill: mpsc::Sender<Asked>,
    pub(super) identity: Identity,
}

/// The body of `POST /kill` and `POST /reduce`; may be left out.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Order {
    by: Option<String>,
    reason: Option<String>,
}

impl Surface for Desk {
    const NAME: &'static str = "the bot's control surface";
    const ENDPOINTS: &'static str = "GET /status, POST /kill, /reduce, /resume, /cancel-all";
    const TOKEN_IN: &'static str = "the file control-PID.json in the state directory";
    const BODY_MAX: usize = 4 << 10;

    fn methods(&self, path: &str) -> &'static [Method] {
        match path {
            "/status" => &[Method::Get],
            "/kill" | "/reduce" | "/resume" | "/cancel-all" => &[Method::Post],
            _ => &[],
        }
    }

    async fn answer(&self, request: Request) -> Answer {
        if request.path == "/status" {
            return Answer { status: 200, body: self.status().to_string() };
        }
        let order = match request.body.as_slice() {
            [] => Order::default(),
            body => match serde_json::from_slice(body) {
                Ok(order) => order,
                Err(error) => return refused(400, &format!("the body cannot be read: {error}")),
            },
        };
        match request.path.as_str() {
            "/kill" => self.kill(order).await,
            "/reduce" => self.reduce(&order),
            "/resume" => self.resume(),
            _ => self.cancel_all(),
        }
    }
}

impl Desk {
    fn status(&self) -> Value {
        status::of(&self.identity, self.clock.now(), (&self.gate, &self.pulse), &self.switch.venues())
    }

    /// Answers when no order of ours is open any more, or when that was given up.
    async fn kill(&self, order: Order) -> Answer {
        let by = order.by.unwrap_or_else(|| "POST /kill".to_owned());
        let why = order.reason.unwrap_or_else(|| "no reason was given".to_owned());
        // A full queue is one that holds a kill already.
        let _ = self.kill.try_send((by, why));
        let killed = self.switch.over().await;
        Answer { status: 200, body: told(&killed).to_string() }
    }

    fn reduce(&self, order: &Order) -> Answer {
        let by = order.by.as_deref().unwrap_or("POST /reduce");
        let why = order.reason.as_deref().unwrap_or("no reason was given");
        self.gate.reduce(&format!("{by}: {why}"));
        self.mode()
    }

    /// A kill is not undone while the process lives: it is ending.
    fn resume(&self) -> Answer {
        if self.switch.is_tripped() || self.switch.latch().is_set() {
            return refused(409, "killed: this process ends; `mm-bot resume` allows the next one to start");
        }
        if self.gate.mode() != Mode::Active {
            tracing::warn!(was = self.gate.mode().as_str(), "the operator opens the risk gate again");
        }
        self.gate.resume();
        self.mode()
    }

    /// Every order that is or may be live now is cancelled until its end is proven. New ones may be placed meanwhile: whoever
    /// does not want that asks for `reduce` or `kill`.
    fn cancel_all(&self) -> Answer {
        let mut n = 0;
        for venue in self.switch.venues() {
            for record in venue.open_orders() {
                venue.abandon(record.client_id());
                n += 1;
            }
        }
        tracing::warn!(n, "the operator cancels all orders");
        Answer { status: 200, body: json!({ "cancelling": n }).to_string() }
    }

    fn mode(&self) -> Answer {
        let reason = self.gate.reason();
        Answer {
            status: 200,
            body: json!({ "mode": self.gate.mode().as_str(), "reason": reason }).to_string(),
        }
    }
}

/// A kill in JSON.
pub(super) fn told(killed: &Killed) -> Value {
    json!({
        "killed": true,
        "by": killed.tripped.by,
        "at": killed.tripped.at,
        "why": killed.tripped.why,
        "took_ms": u64::try_from(killed.took.as_millis()).unwrap_or(u64::MAX),
        "taken_off": killed.n_off,
        "left": killed.left,
    })
}

fn refused(status: u16, why: &str) -> Answer {
    Answer { status, body: json!({ "error": why }).to_string() }
}
