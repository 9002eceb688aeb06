//! A tiny venue: what it does with what comes, by HTTP and on its sockets. An ask of market 3 travels as `/place/3`; the
//! script says what the venue does with each path.

use std::future::{Future, pending};

use bytes::Bytes;
use mm_venues::{
    client::{Frame, LinkSpec},
    http::{Reply, Request},
};
use tokio::sync::mpsc;

use super::world::{Does, Door, World};
use crate::{Connected, LinkMessage, Outgoing, Transport, TransportError};

/// The way there.
pub(super) struct Wire {
    pub(super) world: World,
}

impl Transport for Wire {
    type Link = Connected;

    fn call(
        &self,
        _base_url: &str,
        request: &Request,
    ) -> impl Future<Output = Result<Reply, TransportError>> + Send + 'static {
        let world = self.world.clone();
        let path = request.path.clone();
        let at = request.headers.get("at").expect("encoded").parse::<u64>().expect("a number");
        async move {
            let skew = i128::from(at) - i128::from(world.clock.now().ms());
            let skew = if skew == 0 { String::new() } else { format!(" ({skew:+} ms)") };
            world.note(&format!("-> {path}{skew}"));
            match next(&world, &path) {
                Does::Answers(ms, status, body) => {
                    world.after(ms).await;
                    Ok(Reply { status, body: Bytes::from_static(body.as_bytes()), ..Reply::default() })
                }
                Does::IsSilent => pending().await,
                Does::IsGone => Err(TransportError::NotSent("no route".to_owned())),
                Does::Cuts => Err(TransportError::NoReply("cut".to_owned())),
            }
        }
    }

    fn connect(
        &self,
        link: &LinkSpec,
    ) -> impl Future<Output = Result<Connected, TransportError>> + Send + 'static {
        let world = self.world.clone();
        let (name, headers) = (link.name, link.headers.clone());
        async move {
            let turns = world.script.doors.get(name).cloned().unwrap_or_default();
            let turn = world.nth(name).min(turns.len().saturating_sub(1));
            let answers = match turns.get(turn).unwrap_or(&Door::Opens) {
                Door::Shut => {
                    world.note(&format!("{name} refused"));
                    return Err(TransportError::NotSent("refused".to_owned()));
                }
                Door::Hangs => pending().await,
                Door::Opens => true,
                Door::Dead => false,
            };
            let with: Vec<&str> = headers.iter().map(|(name, _)| name).collect();
            let with = if with.is_empty() { String::new() } else { format!(" with {}", with.join(", ")) };
            world.note(&format!("{name} opens{with}"));
            Ok(open(&world, name, answers))
        }
    }
}

/// What the script says of the next message of this path.
fn next(world: &World, path: &str) -> Does {
    let turns = world.script.venue.get(path).map_or(&[][..], Vec::as_slice);
    let turn = world.nth(path).min(turns.len().saturating_sub(1));
    turns.get(turn).cloned().unwrap_or(Does::Answers(10, 200, ""))
}

/// The other end of a socket: notes frames, answers pings after a millisecond, and calls as the script says.
fn open(world: &World, name: &'static str, answers: bool) -> Connected {
    let (to_venue, mut heard) = mpsc::channel(128);
    let (say, from_venue) = mpsc::channel(128);
    let (at, saying) = (world.clone(), say.clone());
    let task = world.spawner.spawn(name, async move {
        while let Some(outgoing) = heard.recv().await {
            match outgoing {
                Outgoing::Frame(Frame(text)) => {
                    at.note(&format!("{name} <- {text}"));
                    if let Some((call, path)) = text.split_once(" /") {
                        carry_out(&at, call.to_owned(), &format!("/{path}"), saying.clone());
                    }
                }
                Outgoing::Ping if answers => {
                    at.after(1).await;
                    let _gone = saying.try_send(LinkMessage::Alive);
                }
                Outgoing::Ping => {}
            }
        }
        at.note(&format!("{name} closed by us"));
    });
    world.with(|shared| {
        shared.tasks.push(task);
        shared.peers.insert(name, say);
    });
    Connected { outgoing: to_venue, incoming: from_venue }
}

fn carry_out(world: &World, call: String, path: &str, say: mpsc::Sender<LinkMessage>) {
    let (ms, message) = match next(world, path) {
        Does::Answers(ms, status, body) => {
            (ms, LinkMessage::Frame(format!("answer {call} {status} {body}").into()))
        }
        Does::IsSilent => return,
        Does::IsGone | Does::Cuts => (0, LinkMessage::Closed("cut".to_owned())),
    };
    let at = world.clone();
    let task = world.spawner.spawn("answer", async move {
        at.after(ms).await;
        let _gone = say.try_send(message);
    });
    world.with(|shared| shared.tasks.push(task));
}
