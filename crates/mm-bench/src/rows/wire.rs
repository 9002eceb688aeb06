//! Wire to wire: a depth frame leaves the venue's socket until the signed order has come in whole over HTTP. Ours
//! and the client written by hand each against a stub venue of their own, with the same pauses; every signature is
//! checked outside the time that is measured.

use std::time::Duration;

use mm_core::Venue;
use mm_model::{Event, Timestamp};
use mm_venues::backpack::{self, Options};

use super::Size;
use crate::{
    connected::{Market, Threads, run},
    harness::{Goal, Latencies, Report, Row, in_turn},
    limits::{loopback, wire::Client},
    requests::{parse, verify},
    rig::decide,
    stub::{Seen, Stub},
    wires::{API_KEY, Backpack, SECRET, SYMBOL, Wire as _},
};

/// Pause between an order and the next frame: the answer must have been read by then.
const PAUSE: Duration = Duration::from_micros(300);

/// Goal 10.
pub fn rows(size: Size) -> Report {
    match measure(size) {
        Ok(report) => report,
        Err(error) => Report::skipped(format!("loopback sockets: {error}")),
    }
}

fn measure(size: Size) -> std::io::Result<Report> {
    let (mut one, mut two, mut by_hand) =
        (Side::ours(Threads::One)?, Side::ours(Threads::Two)?, Side::by_hand()?);
    let (n, rounds) = (size.ops(500), if size == Size::Full { 9 } else { 1 });
    let [a, b, hand, rtt] = in_turn(
        rounds,
        [&mut || one.exchange(n), &mut || two.exchange(n), &mut || by_hand.exchange(n), &mut || {
            percentiles(&loopback::tcp(n).expect("loopback works"))
        }],
    );
    let row = |what: String, ours, reference: Option<(&str, _)>, goal| Row {
        number: "10",
        what,
        unit: "us",
        ours,
        reference: reference.map(|(name, stat): (&str, _)| (name.to_owned(), stat)),
        goal,
    };
    let mut rows = Vec::new();
    for (threads, ours) in [("one thread", a), ("session on its own thread, as mm-bot runs it", b)] {
        let [p50, p99] = ours;
        rows.push(row(
            format!("wire to wire p50, {threads}"),
            p50,
            Some(("by hand", hand[0])),
            Goal::RatioAtMost(1.3),
        ));
        rows.push(row(
            format!("wire to wire p50, {threads}"),
            p50,
            Some(("raw TCP round trip", rtt[0])),
            Goal::RatioAtMost(2.5),
        ));
        rows.push(row(
            format!("wire to wire p99, {threads}"),
            p99,
            Some(("its own p50", p50)),
            Goal::RatioAtMost(3.0),
        ));
    }
    rows.push(row("by hand p99".into(), hand[1], Some(("its own p50", hand[0])), Goal::Shown));
    rows.push(row("raw TCP round trip p99".into(), rtt[1], Some(("its own p50", rtt[0])), Goal::Shown));
    Ok(Report::from(rows))
}

/// A client, and the stub venue that it talks to.
struct Side {
    stub: Stub,
    seq: u64,
}

impl Side {
    fn ours(threads: Threads) -> std::io::Result<Self> {
        let stub = Stub::start()?;
        let options = Options::new(stub.rest(), stub.ws(), vec![SYMBOL.into()]);
        let options = options.with_keys(API_KEY, SECRET).expect("the key is well-formed");
        let client = Box::new(backpack::Client::new(options).expect("the options are valid"));
        // The thread ends with the process, as the stub does.
        let market = Market { symbol: SYMBOL, ids_from: Backpack::IDS_FROM };
        drop(run(client, market, threads, follow));
        Ok(Self { stub, seq: 1_000 }.warm())
    }

    fn by_hand() -> std::io::Result<Self> {
        let stub = Stub::start()?;
        let client = Client::connect(stub.address(), SECRET)?;
        std::thread::spawn(move || drop(client.run()));
        Ok(Self { stub, seq: 1_000 }.warm())
    }

    /// Waits until the client listens, and for the first order it sends.
    fn warm(mut self) -> Self {
        while !matches!(self.stub.next().expect("the client subscribes"), Seen::Subscribed) {}
        // Ready comes a little after the subscription: frames of before are not traded on.
        std::thread::sleep(Duration::from_millis(300));
        self.exchange(10);
        self
    }

    fn exchange(&mut self, n: u64) -> [f64; 2] {
        let (mut latencies, mut requests) = (Latencies::default(), Vec::new());
        for _ in 0..n {
            self.seq += 1;
            let start = self.stub.send(&Backpack::depth(self.seq)).expect("the client is there");
            let Some(Seen::Order(end, request)) = self.stub.next() else {
                panic!("the client did not answer frame {}", self.seq);
            };
            latencies.record(end.saturating_sub(start));
            requests.push(request);
            std::thread::sleep(PAUSE);
        }
        let now = std::time::UNIX_EPOCH.elapsed().expect("after 1970");
        for request in requests {
            // The clock stands at the end of the round, which is longer than a request is valid for.
            let request = parse(&request).expect("a request");
            let sent = request.headers.get("x-timestamp").and_then(|ms| ms.parse().ok()).expect("digits");
            assert!((now.as_millis() as u64).abs_diff(sent) < 600_000, "signed with the present time");
            verify(Timestamp::from_ms(sent), &request).expect("the venue's half accepts the signature");
        }
        percentiles(&latencies)
    }
}

/// The strategy: joins the best bid at every change of the book.
async fn follow(venue: Venue) {
    let mut events = venue.listen();
    while let Ok(Some(event)) = events.next().await {
        if let Event::BookDelta(delta) = event {
            let top = venue.top(delta.market).expect("the book is whole");
            venue.place(decide(delta.market, top)).await.expect("the stub takes every order");
        }
    }
}

fn percentiles(latencies: &Latencies) -> [f64; 2] {
    [latencies.us(50.0), latencies.us(99.0)]
}
