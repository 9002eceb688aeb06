//! What a client may say on a JSON-RPC socket: subscriptions, and any call of the REST interface. What both kinds of
//! sockets do with subscriptions is here, too.

use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{
    super::{call::Call, errors::Refused, routes, sessions::Session},
    Heard, Streams, World,
    listeners::Wish,
    topics::{Names, Topic},
};
use crate::{
    grvt::wire::{
        Encoding, Quoted, Text,
        error::codes,
        rpc::Streams as StreamList,
        rpc::{Request, Response, StreamReference, SubscribeParams, Subscribed, Unsubscribed, method},
        selector::Form,
        stream::Stream,
    },
    server::{ConnId, Outbound},
};

/// Where the numbers of a market's stream begin, beside the exchange's own number of its book: real ones run on from
/// long ago. Chosen.
const NUMBERS_FROM: u64 = 1_000_000;
/// The most subscriptions of one socket. Chosen: a bound against what would never end.
const SUBSCRIPTIONS_MAX: usize = 2_000;

/// What a client asks for of a stream, on either kind of socket.
pub(super) struct Asked<'a> {
    pub(super) stream: &'a str,
    pub(super) selectors: &'a [Text<'a>],
    pub(super) encoding: Encoding,
}

/// A request as it stands in its frame.
type RpcRequest<'a> = Request<'a, Option<&'a RawValue>>;

impl Streams {
    /// Does what a frame on a JSON-RPC socket asks for.
    pub(super) fn rpc(
        &mut self,
        heard: Heard<'_>,
        (encoding, text): (Encoding, &str),
        out: &mut Vec<Outbound>,
    ) {
        let conn = heard.conn;
        let request: RpcRequest<'_> = match encoding.read(text.as_bytes()) {
            Ok(request) => request,
            Err(error) => {
                let unread =
                    Request { jsonrpc: Text::default(), method: Text::default(), params: (), id: None };
                return answer::<(), ()>(conn, (encoding, &unread), Err(&Refused::malformed(error)), out);
            }
        };
        let of = (encoding, &request);
        match &*request.method {
            method::SUBSCRIBE => match self.rpc_subscribe(heard, of, out) {
                Ok(()) => {}
                Err(refused) => answer::<_, ()>(conn, of, Err(&refused), out),
            },
            method::UNSUBSCRIBE => {
                let result = params(of).and_then(|params: SubscribeParams<'_>| {
                    let asked = Asked { stream: &params.stream, selectors: &params.selectors, encoding };
                    let unsubs = self.unsubscribe(&heard, &asked)?;
                    Ok(Unsubscribed { stream: Text::from(params.stream.to_string()), unsubs })
                });
                answer(conn, of, result.as_ref(), out);
            }
            method::UNSUBSCRIBE_ALL => {
                let list = StreamList { stream_reference: self.unsubscribe_all(conn) };
                answer(conn, of, Ok(&list), out);
            }
            method::LIST_STREAMS => {
                let list = StreamList { stream_reference: self.listeners.list(conn) };
                answer(conn, of, Ok(&list), out);
            }
            _ => self.call(heard, of, out),
        }
    }

    fn rpc_subscribe(
        &mut self,
        heard: Heard<'_>,
        (encoding, request): (Encoding, &RpcRequest<'_>),
        out: &mut Vec<Outbound>,
    ) -> Result<(), Refused> {
        let conn = heard.conn;
        let params: SubscribeParams<'_> = params((encoding, request))?;
        let asked = Asked { stream: &params.stream, selectors: &params.selectors, encoding };
        let (subscribed, snapshots) = self.subscribe(heard, &asked, out)?;
        answer(conn, (encoding, request), Ok(&subscribed), out);
        out.extend(snapshots.into_iter().map(|frame| Outbound::Frame(conn, frame)));
        Ok(())
    }

    /// A call of the REST interface, by the name of its method.
    fn call(
        &mut self,
        heard: Heard<'_>,
        (encoding, request): (Encoding, &RpcRequest<'_>),
        out: &mut Vec<Outbound>,
    ) {
        let Heard { now, exchange, state, conn } = heard;
        let outlives = state.options.switches.calls_outlive_logins;
        let lets_on = |session: &Session| outlives || state.sessions.is_alive(now, session);
        let session = self.listeners.socket(conn).and_then(|socket| socket.session).filter(lets_on);
        let body = request.params.map_or("", RawValue::get).as_bytes();
        let answered = routes::call(&request.method, Call { now, exchange, state, session, encoding, body });
        let result = answered.and_then(|body| {
            let body = String::from_utf8(body.into()).ok();
            body.and_then(|body| RawValue::from_string(body).ok()).ok_or_else(|| codes::INTERNAL.into())
        });
        answer(conn, (encoding, request), result.as_ref(), out);
    }

    /// Subscribes to all selectors, or to none if one of them is refused. Returns the answer, and what is told first.
    ///
    /// # Errors
    /// The venue's no.
    pub(super) fn subscribe(
        &mut self,
        heard: Heard<'_>,
        asked: &Asked<'_>,
        out: &mut Vec<Outbound>,
    ) -> Result<(Subscribed<'static>, Vec<Bytes>), Refused> {
        let topics = self.topics(&heard, asked)?;
        let Heard { now, exchange, state, conn } = heard;
        if self.listeners.list(conn).iter().map(|it| it.selectors.len()).sum::<usize>() + topics.len()
            > SUBSCRIPTIONS_MAX
        {
            return Err(Refused::because(codes::MALFORMED, "too many subscriptions"));
        }
        let mut world = World { now, exchange, state, out };
        let mut told = Vec::new();
        let mut answer = Subscribed { stream: Text::from(asked.stream.to_owned()), ..Subscribed::default() };
        for (topic, selector) in topics.into_iter().zip(asked.selectors) {
            // Those who listen already are told what was gathered, so that all go on from the same state.
            if is_relative(topic) && self.listeners.wanted(topic) {
                self.beat(&mut world, topic);
            }
            let begin = topic.public_market().map_or(0, |market| NUMBERS_FROM + world.exchange.seq(market));
            let wish = Wish { topic, selector, encoding: asked.encoding };
            let (last, replaced) = self.listeners.subscribe(conn, wish, begin);
            let snapshots = self.snapshots(&mut world, conn, topic);
            let (first, last) = if topic.is_counted() { (last + 1, last) } else { (0, 0) };
            answer.subs.push(Text::from(selector.to_string()));
            answer.unsubs.extend(replaced.map(|selector| Text::from(selector.to_string())));
            answer.num_snapshots.push(u32::try_from(snapshots.len()).unwrap_or(u32::MAX));
            answer.first_sequence_number.push(Quoted(first));
            answer.latest_sequence_number.push(Quoted(last));
            told.extend(snapshots);
        }
        self.forget();
        Ok((answer, told))
    }

    /// Ends subscriptions; returns the selectors of those that there were.
    ///
    /// # Errors
    /// The venue's no to a stream or selector that cannot be.
    pub(super) fn unsubscribe(
        &mut self,
        heard: &Heard<'_>,
        asked: &Asked<'_>,
    ) -> Result<Vec<Text<'static>>, Refused> {
        let topics = self.topics(heard, asked)?;
        let ended = topics.into_iter().filter_map(|topic| self.listeners.unsubscribe(heard.conn, topic));
        let ended = ended.map(|selector| Text::from(selector.to_string())).collect();
        self.forget();
        Ok(ended)
    }

    fn unsubscribe_all(&mut self, conn: ConnId) -> Vec<StreamReference<'static>> {
        let list = self.listeners.list(conn);
        self.listeners.unsubscribe_all(conn);
        self.forget();
        list
    }

    fn topics(&self, heard: &Heard<'_>, asked: &Asked<'_>) -> Result<Vec<Topic>, Refused> {
        let session = self.listeners.socket(heard.conn).and_then(|socket| socket.session.as_ref());
        let names = Names { exchange: heard.exchange, state: heard.state, session };
        let stream = Stream::from(asked.stream);
        if matches!(stream, Stream::Unknown(_)) {
            return Err(codes::STREAM_NOT_FOUND.into());
        }
        asked.selectors.iter().map(|selector| names.topic(&stream, selector)).collect()
    }
}

/// Whether what it tells builds on what it told before.
const fn is_relative(topic: Topic) -> bool {
    matches!(
        topic,
        Topic::Mini(Form::Delta, ..)
            | Topic::Ticker(Form::Delta, ..)
            | Topic::BookDelta(..)
            | Topic::Candle(..)
    )
}

/// The parameters of a request.
fn params<'a, P: serde::Deserialize<'a>>(
    (encoding, request): (Encoding, &RpcRequest<'a>),
) -> Result<P, Refused> {
    let params = request.params.map_or("null", RawValue::get);
    encoding.read(params.as_bytes()).map_err(Refused::malformed)
}

/// Answers a request.
fn answer<P, R: Serialize>(
    conn: ConnId,
    (encoding, request): (Encoding, &Request<'_, P>),
    outcome: Result<&R, &Refused>,
    out: &mut Vec<Outbound>,
) {
    let response = Response::new(request, outcome.map_err(Refused::rpc));
    out.push(Outbound::Frame(conn, Bytes::from(encoding.write(&response))));
}
