//! GRVT's two encodings beside each other: how long a message is in each, and what it costs to read or to write it. Ours
//! is the lite one, which the program speaks unless it is told otherwise; the full one is the reference.

use bytes::Bytes;
use mm_model::{Ask, CallError, CancelTarget, ClientId, Level, MarketId, Placement, Price, Qty, Top};
use mm_venues::client::{CallRef, Heard, LinkId, Outbox, Protocol as _};

use super::Size;
use crate::{
    harness::{Goal, Report, Round, Row, Stat, alternate, by_cpu, quoted},
    rig::{Rig, decide},
    wires::{GrvtFull, GrvtLite, Turn, Wire},
};

/// Orders that are written at a time: no more signatures are prepared.
const BATCH: u64 = 8;

/// Nanoseconds and bytes, lite and full.
struct Both {
    ns: (Stat, Stat),
    bytes: [usize; 2],
}

/// Four messages in both encodings.
pub fn rows(size: Size) -> Report {
    let account = GrvtLite::ACCOUNT_LINK;
    let measured = [
        ("depth message read", read(size, LinkId(0), [GrvtLite::depth, GrvtFull::depth])),
        ("order update read", read(size, account, [order::<GrvtLite>, order::<GrvtFull>])),
        ("fill read", read(size, account, [fill::<GrvtLite>, fill::<GrvtFull>])),
        ("order written, its signature prepared", write(size, place)),
        ("cancel written", write(size, cancel)),
    ];
    let row = |what: String, unit, (ours, full)| Row {
        number: "lite",
        what,
        unit,
        ours,
        reference: Some(("full names".to_owned(), full)),
        goal: Goal::Shown,
    };
    let rows = measured.into_iter().flat_map(|(what, Both { ns, bytes })| {
        let [short, long] = bytes.map(|bytes| quoted(bytes as f64));
        [
            row(format!("GRVT: {what}"), "ns", ns),
            row(format!("GRVT: {what}, its length"), "bytes", (short, long)),
        ]
    });
    Report::from(rows.collect::<Vec<_>>())
}

const ID: ClientId = ClientId(GrvtLite::IDS_FROM + 7);

fn order<W: Wire>(n: u64) -> Bytes {
    W::order(ID, Turn::Opened, "0.01", n)
}

fn fill<W: Wire>(n: u64) -> Bytes {
    W::fill(ID, n, "0.01")
}

fn place(market: MarketId) -> Ask {
    let level = |price| Level { price: Price(price), qty: Qty(1) };
    let order = decide(market, Top { bid: level(14_999), ask: level(15_001) });
    Ask::Place(Placement { client_id: ID, order })
}

const fn cancel(market: MarketId) -> Ask {
    Ask::Cancel(CancelTarget { market, client_id: Some(ID), venue_id: None })
}

fn read(size: Size, link: LinkId, [short, long]: [fn(u64) -> Bytes; 2]) -> Both {
    let (mut lite, mut full) = (Desk::<GrvtLite>::default(), Desk::<GrvtFull>::default());
    let ops = size.ops(10_000);
    let ns = alternate(|| lite.read(ops, link, short), || full.read(ops, link, long));
    Both { ns, bytes: [short(1).len(), long(1).len()] }
}

fn write(size: Size, ask: fn(MarketId) -> Ask) -> Both {
    let (mut lite, mut full) = (Desk::<GrvtLite>::default(), Desk::<GrvtFull>::default());
    let batches = size.ops(2_000).div_ceil(BATCH);
    let ns = alternate(|| lite.write(batches, ask), || full.write(batches, ask));
    Both { ns, bytes: [lite.bytes(), full.bytes()] }
}

/// A client in one encoding.
struct Desk<W: Wire> {
    rig: Rig<W>,
    heard: Heard,
    outbox: Outbox,
    /// Frames read, or messages written.
    n: u64,
}

impl<W: Wire> Default for Desk<W> {
    fn default() -> Self {
        Self { rig: Rig::new(), heard: Heard::default(), outbox: Outbox::default(), n: 0 }
    }
}

impl<W: Wire> Desk<W> {
    fn read(&mut self, ops: u64, link: LinkId, make: fn(u64) -> Bytes) -> Round {
        let Self { rig, heard, n, .. } = self;
        let frames: Vec<Bytes> = (*n + 1..=*n + ops).map(make).collect();
        *n += ops;
        let now = rig.clock.now();
        by_cpu(ops, || {
            for frame in &frames {
                heard.clear();
                rig.client.frame(now, link, frame, heard).expect("the frame can be read");
                assert_eq!(heard.events.len(), 1, "it tells one thing");
            }
        })
    }

    fn write(&mut self, batches: u64, ask: fn(MarketId) -> Ask) -> Round {
        let Self { rig, outbox, n, .. } = self;
        let (ask, now) = (ask(rig.market), rig.clock.now());
        (0..batches).fold(Round { ops: 0, ns: 0 }, |sum, _| {
            rig.prepare();
            let first = *n + 1;
            *n += BATCH;
            let calls = || (first..first + BATCH).map(CallRef);
            let round = by_cpu(BATCH, || {
                for call in calls() {
                    outbox.frames.clear();
                    rig.client.encode(now, call, &ask, outbox).expect("it can be written");
                }
            });
            let lost = CallError::OutcomeUnknown("nobody listens".to_owned());
            calls().for_each(|call| rig.client.failed(now, call, &ask, &lost));
            Round { ops: sum.ops + round.ops, ns: sum.ns + round.ns }
        })
    }

    /// How long what was written last is.
    fn bytes(&self) -> usize {
        self.outbox.frames[0].0.len()
    }
}
