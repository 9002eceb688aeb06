//! The control surface as HTTP: what [`Control`] can do, by path.

use mm_net::local::{self, Answer};
use mm_venues::http::{Method, Request};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    Control,
    control::{ClockCommand, ControlError, CounterOrder, CrowdCommand},
    faults::{Schedule, parse_command},
};

/// What requests here are answered from.
pub(super) struct Surface(pub(super) Control);

impl local::Surface for Surface {
    const NAME: &'static str = "the simulator's control surface";
    const ENDPOINTS: &'static str =
        "GET /state, /admitted, GET and POST /faults, POST /crowd, /orders, /clock";
    const TOKEN_IN: &'static str = "the endpoints file";
    const BODY_MAX: usize = 1 << 20;

    fn methods(&self, path: &str) -> &'static [Method] {
        match path {
            "/state" | "/admitted" => &[Method::Get],
            "/faults" => &[Method::Get, Method::Post],
            "/crowd" | "/orders" | "/clock" => &[Method::Post],
            _ => &[],
        }
    }

    async fn answer(&self, request: Request) -> Answer {
        match self.done(&request) {
            Ok(body) => Answer { status: 200, body: body.to_string() },
            Err(error) => {
                let body = json!({ "error": error.to_string() }).to_string();
                Answer { status: status_of(&error), body }
            }
        }
    }
}

impl Surface {
    fn done(&self, request: &Request) -> Result<Value, ControlError> {
        let (Self(control), body) = (self, &request.body);
        match request.path.as_str() {
            "/state" => Ok(json!(control.state())),
            "/admitted" => control.admitted().map(to_json),
            "/faults" if request.method == Method::Get => Ok(json!({ "struck": control.strikes() })),
            "/faults" => parse_faults(body).and_then(|it| control.set_faults(it)).map(|()| json!({})),
            "/crowd" => parse::<CrowdCommand>(body).and_then(|it| control.crowd(&it)).map(|()| json!({})),
            "/orders" => parse::<CounterOrder>(body).and_then(|it| control.order(&it)).map(to_json),
            _ => parse::<ClockCommand>(body)
                .and_then(|it| control.advance_ms(it.advance_ms))
                .map(|()| json!({"time_ns": control.state().time_ns})),
        }
    }
}

/// Reads a body.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ControlError> {
    parse_command(body).map_err(|error| ControlError::BadRequest(format!("the body cannot be read: {error}")))
}

fn parse_faults(body: &[u8]) -> Result<Schedule, ControlError> {
    Schedule::parse(body).map_err(|why| ControlError::BadRequest(format!("faults: {why}")))
}

fn to_json(value: impl Serialize) -> Value {
    json!(value)
}

const fn status_of(error: &ControlError) -> u16 {
    match error {
        ControlError::BadRequest(_) => 400,
        ControlError::NotFound(_) => 404,
        ControlError::Conflict(_) => 409,
    }
}
