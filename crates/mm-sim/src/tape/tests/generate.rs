//! Makes the small tape under `fixtures/tape/`: a book of our own that wanders, written down the way the recorded
//! files are. It keeps its book by itself and shares no code with what reads tapes.

use std::{collections::BTreeMap, fmt::Write as _};

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Changes of the book, one each 100 ms.
const N_DELTAS: u64 = 600;
/// The recorder's clock is behind, as in the recorded files.
const RECORDER_BEHIND_MS: u64 = 1_270;
const START_MS: u64 = 1_767_225_600_000;
/// The change that the snapshot reflects; those before it are old news to whoever reads.
const SNAPSHOT_AFTER: u64 = 2;

/// Bids and asks: price in hundredths → size in ten thousandths.
#[derive(Default)]
struct Book([BTreeMap<u64, u64>; 2]);

struct Generator {
    chance: ChaCha8Rng,
    book: Book,
    /// The middle, in hundredths.
    middle: u64,
    id: u64,
    n_trades: u64,
    text: String,
}

/// The tape's text.
pub(super) fn tape() -> String {
    let mut it = Generator {
        chance: ChaCha8Rng::seed_from_u64(1),
        book: Book::default(),
        middle: 240_000,
        id: 1_000_000,
        n_trades: 0,
        text: String::new(),
    };
    for depth in 1..=60 {
        it.book.0[0].insert(it.middle - depth, 500 + depth * 37 % 400);
        it.book.0[1].insert(it.middle + depth, 500 + depth * 53 % 400);
    }
    for n in 1..=N_DELTAS {
        it.delta(START_MS + n * 100);
        if n == SNAPSHOT_AFTER {
            it.snapshot(START_MS + n * 100 + 20);
        }
    }
    it.text
}

impl Generator {
    /// A tenth of a second: some ids, each one change of one level, and a ticker after some of them.
    fn delta(&mut self, at_ms: u64) {
        let first = self.id + 1;
        let mut changed: [BTreeMap<u64, u64>; 2] = Default::default();
        for _ in 0..self.chance.random_range(1..6) {
            self.id += 1;
            self.change(at_ms, &mut changed);
            let ticker = self.ticker();
            self.line(at_ms - 30, &ticker);
        }
        let rows = |levels: &BTreeMap<u64, u64>| {
            let rows = levels.iter().map(|(price, qty)| row(*price, *qty)).collect::<Vec<_>>();
            rows.join(",")
        };
        let frame = format!(
            r#"{{"stream":"simusdt@depth@100ms","data":{{"e":"depthUpdate","E":{at_ms},"s":"SIMUSDT","U":{first},"u":{},"b":[{}],"a":[{}]}}}}"#,
            self.id,
            rows(&changed[0]),
            rows(&changed[1]),
        );
        self.line(at_ms, &frame);
    }

    /// One level changes; now and then a trade takes the touch away and the middle moves.
    fn change(&mut self, at_ms: u64, changed: &mut [BTreeMap<u64, u64>; 2]) {
        let side = self.chance.random_range(0..2);
        if self.chance.random_range(0..4) == 0 && self.book.0[side].len() > 20 {
            let touch = touch(&self.book, side);
            self.trade(at_ms, side, touch);
            self.book.0[side].remove(&touch.0);
            changed[side].insert(touch.0, 0);
            return;
        }
        let (bid, ask) = (touch(&self.book, 0).0, touch(&self.book, 1).0);
        let away = self.chance.random_range(0..40);
        // Never across: a bid stays below the best ask, an ask above the best bid.
        let price = if side == 0 { (ask - 1).min(bid + 1) - away } else { (bid + 1).max(ask - 1) + away };
        let qty = self.chance.random_range(1..2_000);
        self.book.0[side].insert(price, qty);
        changed[side].insert(price, qty);
    }

    fn trade(&mut self, at_ms: u64, maker: usize, (price, qty): (u64, u64)) {
        self.n_trades += 1;
        let frame = format!(
            r#"{{"stream":"simusdt@trade","data":{{"e":"trade","E":{},"s":"SIMUSDT","t":{},"p":"{}","q":"{}","T":{},"m":{},"M":true}}}}"#,
            at_ms - 40,
            self.n_trades,
            price_text(price),
            qty_text(qty),
            at_ms - 41,
            maker == 0,
        );
        self.line(at_ms - 40, &frame);
    }

    fn ticker(&self) -> String {
        let ((bid, bid_qty), (ask, ask_qty)) = (touch(&self.book, 0), touch(&self.book, 1));
        format!(
            r#"{{"stream":"simusdt@bookTicker","data":{{"u":{},"s":"SIMUSDT","b":"{}","B":"{}","a":"{}","A":"{}"}}}}"#,
            self.id,
            price_text(bid),
            qty_text(bid_qty),
            price_text(ask),
            qty_text(ask_qty),
        )
    }

    fn snapshot(&mut self, at_ms: u64) {
        let rows = |side: &BTreeMap<u64, u64>| side.iter().map(|(p, q)| row(*p, *q)).collect::<Vec<_>>();
        let mut bids = rows(&self.book.0[0]);
        bids.reverse();
        let asks = rows(&self.book.0[1]);
        let frame = format!(
            r#"{{"lastUpdateId":{},"bids":[{}],"asks":[{}]}}"#,
            self.id,
            bids.join(","),
            asks.join(",")
        );
        self.line(at_ms, &frame);
    }

    fn line(&mut self, at_ms: u64, frame: &str) {
        let recorded_ns = (at_ms - RECORDER_BEHIND_MS) * 1_000_000;
        writeln!(self.text, "{recorded_ns} {frame}").unwrap();
    }
}

/// The best level of a side; a side that runs dry is a bug of this generator.
fn touch(book: &Book, side: usize) -> (u64, u64) {
    let best = if side == 0 { book.0[0].last_key_value() } else { book.0[1].first_key_value() };
    best.map(|(price, qty)| (*price, *qty)).unwrap()
}

fn row(price: u64, qty: u64) -> String {
    format!(r#"["{}","{}"]"#, price_text(price), qty_text(qty))
}

fn price_text(hundredths: u64) -> String {
    format!("{}.{:02}000000", hundredths / 100, hundredths % 100)
}

fn qty_text(ten_thousandths: u64) -> String {
    format!("{}.{:04}0000", ten_thousandths / 10_000, ten_thousandths % 10_000)
}
