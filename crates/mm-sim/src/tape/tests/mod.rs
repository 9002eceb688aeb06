//! Books rebuilt from tapes equal what the venue said was their best bid and ask, and a missing change is noticed.
//!
//! Everyday tests use the generated tape of `fixtures/tape/`; `MM_BOT_BLESS=1` writes it anew. The recorded tapes are
//! not part of the repository: `MM_BOT_TAPES` names their folder, `../shared/data` is tried first.

mod generate;

use std::{
    io::{Read as _, Write as _},
    path::PathBuf,
    time::Duration,
};

use flate2::{Compression, GzBuilder, read::GzDecoder};
use mm_exchange::{Exchange, ExternalLevel};
use mm_model::{
    BookError, BookFeed, Decimal, FeedStep, Level, Market, MarketId, MarketKind, Price, Qty, Side, Timestamp,
    Top, TradingState,
};

use super::{outside::Outside, *};
use crate::config::OWN_TIME_START;

const SPOT: &str = "binance-spot-ethusdt-20240808.gz";
const FUTURES: &str = "binance-usdm-btcusdt-20240808.gz";

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn generated() -> PathBuf {
    repository().join("fixtures/tape/generated-spot.gz")
}

/// A recorded tape, or `None` with a word about it.
fn recorded(name: &str) -> Option<PathBuf> {
    let folders =
        [Some(repository().join("../shared/data")), std::env::var_os("MM_BOT_TAPES").map(PathBuf::from)];
    let found = folders.into_iter().flatten().map(|folder| folder.join(name)).find(|path| path.is_file());
    if found.is_none() {
        eprintln!("SKIPPED: no {name}; MM_BOT_TAPES names the folder of the recorded tapes");
    }
    found
}

/// What became of a tape's book.
#[derive(Debug, PartialEq, Eq)]
struct Compared {
    comparable: usize,
    equal: usize,
    n_old: usize,
    n_gaps: usize,
}

/// After a change that ends at id `u`, the book must equal the last ticker whose id is not above `u`, if a later
/// one exists.
fn compare(records: &[Record]) -> Compared {
    let mut tickers: Vec<&TapeTicker> = records
        .iter()
        .filter_map(|r| if let Record::Ticker(ticker) = r { Some(ticker) } else { None })
        .collect();
    tickers.sort_by_key(|ticker| ticker.id);
    let mut feed = BookFeed::default();
    let mut result = Compared { comparable: 0, equal: 0, n_old: 0, n_gaps: 0 };
    let mut n_waiting = 0;
    for record in records {
        let step = match record {
            Record::Delta(delta) => {
                let step = feed.delta(delta.at, delta);
                match step {
                    FeedStep::NeedSnapshot if feed.seq().is_none() && n_waiting < 10 => n_waiting += 1,
                    FeedStep::NeedSnapshot => result.n_gaps += 1,
                    FeedStep::Ignored => result.n_old += 1,
                    FeedStep::Applied => {}
                }
                step
            }
            Record::Snapshot(snapshot) => feed.snapshot(snapshot.at, snapshot),
            _ => continue,
        };
        let (FeedStep::Applied, Some(seq)) = (step, feed.seq()) else { continue };
        let after = tickers.partition_point(|ticker| ticker.id <= seq);
        let Some(last) = after.checked_sub(1).map(|n| tickers[n]) else { continue };
        if matches!(record, Record::Delta(_)) && after < tickers.len() {
            result.comparable += 1;
            let top = feed.book(Timestamp::ZERO, Duration::MAX).and_then(mm_model::Book::top);
            result.equal += usize::from(top == Ok(Top { bid: last.bid, ask: last.ask }));
        }
    }
    result
}

/// Leaves each `every`th applied change but the last out; returns how many were, and how many of those were noticed
/// by the next.
fn leave_out(records: &[Record], every: usize) -> (usize, usize) {
    let deltas: Vec<&BookDelta> = records
        .iter()
        .filter_map(|r| if let Record::Delta(delta) = r { Some(delta) } else { None })
        .collect();
    let snapshot = records.iter().find_map(|r| if let Record::Snapshot(it) = r { Some(it) } else { None });
    let mut feed = BookFeed::default();
    feed.snapshot(Timestamp::ZERO, snapshot.unwrap());
    let (mut left_out, mut noticed) = (0, 0);
    for (n, pair) in deltas.windows(2).enumerate() {
        let seq = feed.seq().unwrap();
        // The first one may begin before the snapshot.
        let joins = pair[0].prev == seq || (pair[0].prev < seq && seq < pair[0].seq);
        if joins && n % every == 0 {
            let mut without = feed.clone();
            left_out += 1;
            let step = without.delta(Timestamp::ZERO, pair[1]);
            let book = without.book(Timestamp::ZERO, Duration::MAX).map(|_| ());
            noticed += usize::from(step == FeedStep::NeedSnapshot && book == Err(BookError::Syncing));
        }
        if joins {
            let whole = BookDelta { prev: seq, ..pair[0].clone() };
            assert_eq!(feed.delta(Timestamp::ZERO, &whole), FeedStep::Applied);
        }
    }
    (left_out, noticed)
}

#[test]
fn the_generated_tape_is_what_its_generator_makes() {
    let text = generate::tape();
    if std::env::var_os("MM_BOT_BLESS").is_some() {
        let mut gz = GzBuilder::new().write(Vec::new(), Compression::best());
        gz.write_all(text.as_bytes()).unwrap();
        std::fs::write(generated(), gz.finish().unwrap()).unwrap();
    }
    let mut committed = String::new();
    GzDecoder::new(File::open(generated()).unwrap()).read_to_string(&mut committed).unwrap();
    assert!(
        committed == text,
        "fixtures/tape/generated-spot.gz is not what its generator makes: MM_BOT_BLESS=1"
    );
}

#[test]
fn the_generated_book_equals_its_tickers() {
    let records = read_records(&generated()).unwrap();
    // The last change has no later ticker; the first two are in the snapshot.
    assert_eq!(compare(&records), Compared { comparable: 597, equal: 597, n_old: 0, n_gaps: 0 });
    assert_eq!(leave_out(&records, 1), (597, 597));
}

#[test]
fn the_recorded_spot_book_equals_its_tickers() {
    let Some(path) = recorded(SPOT) else { return };
    let records = read_records(&path).unwrap();
    assert_eq!(records.len(), 33_618);
    assert_eq!(compare(&records), Compared { comparable: 3_432, equal: 3_432, n_old: 0, n_gaps: 0 });
    assert_eq!(leave_out(&records, 1), (3_431, 3_431));
}

#[test]
fn the_recorded_futures_book_equals_its_tickers() {
    let Some(path) = recorded(FUTURES) else { return };
    let records = read_records(&path).unwrap();
    assert_eq!(records.len(), 93_954);
    assert_eq!(compare(&records), Compared { comparable: 6_543, equal: 6_543, n_old: 0, n_gaps: 0 });
    let (left_out, noticed) = leave_out(&records, 10);
    assert!(left_out > 600 && noticed == left_out, "{noticed} of {left_out}");
}

#[test]
fn a_tape_with_a_hole_is_refused() {
    let mut records = read_records(&generated()).unwrap();
    let middle = records.iter().rposition(|r| matches!(r, Record::Delta(_))).unwrap() / 2;
    let at = middle + records[middle..].iter().position(|r| matches!(r, Record::Delta(_))).unwrap();
    records.remove(at);
    assert!(matches!(Tape::from_records(records), Err(TapeError::Gap { .. })));
    assert!(matches!(Tape::from_records(Vec::new()), Err(TapeError::NoBook)));
}

#[test]
fn lines_that_are_none_say_why() {
    for (line, why) in [
        ("", "no 'nanoseconds JSON' line"),
        ("12 {\"stream\":\"x@kline\",\"data\":{}}", "stream 'x@kline'"),
        ("x {}", "no 'nanoseconds JSON' line"),
        (
            "12 {\"stream\":\"x@trade\",\"data\":{\"E\":1,\"p\":\"1e5\",\"q\":\"1\",\"m\":true}}",
            "'1e5' is no price",
        ),
        ("12 {\"stream\":\"x@trade\",\"data\":{\"E\":1}}", "missing field"),
    ] {
        let error = Record::parse(line).unwrap_err().to_string();
        assert!(error.contains(why), "{line}: {error}");
    }
}

/// A market with a tick of 0.05 and a lot of 0.001, both coarser than the tape's.
fn market() -> Market {
    Market {
        id: MarketId(0),
        symbol: "SIM_USDC_PERP".into(),
        base: "SIM".into(),
        quote: "USDC".into(),
        kind: MarketKind::Perpetual,
        trading: TradingState::Open,
        tick: Decimal::new(5, 2),
        lot: Decimal::new(1, 3),
        min_qty: Qty(1),
        max_qty: None,
        min_notional: None,
    }
}

/// A level of the tape, in hundredths and ten thousandths.
fn level(price: i64, qty: u64) -> Level {
    Level { price: Price(price * 1_000_000), qty: Qty(qty * 10_000) }
}

#[test]
fn levels_are_rounded_away_from_the_middle_and_added_up() {
    let mut outside = Outside::new(market());
    let mut apply = |bids: Vec<Level>, asks: Vec<Level>| {
        let (bids, asks) = (bids.into(), asks.into());
        let mut out = Vec::new();
        let delta = BookDelta { market: MarketId(0), prev: 0, seq: 1, bids, asks, at: Timestamp::ZERO };
        outside.apply(&delta, &mut out);
        out
    };
    let told = |side, price, qty| ExternalLevel { side, price: Price(price), qty: Qty(qty) };
    // 1.09 and 1.07 lie on 1.05, the 21st tick; 1.11 on 1.15, the 23rd. 0.0015 + 0.0018 are three lots and a rest.
    let first = apply(vec![level(109, 15), level(107, 18)], vec![level(111, 40)]);
    assert_eq!(first, [told(Side::Buy, 21, 3), told(Side::Sell, 23, 4)]);
    assert_eq!(apply(vec![level(107, 0)], vec![]), [told(Side::Buy, 21, 1)]);
    // What goes is told first, whichever side it is on.
    let moved = apply(vec![level(116, 20)], vec![level(111, 0), level(121, 20)]);
    assert_eq!(moved, [told(Side::Sell, 23, 0), told(Side::Buy, 23, 2), told(Side::Sell, 25, 2)]);
}

/// Plays a tape into an exchange with one market that has the tape's own steps.
struct Played {
    exchange: Exchange,
    player: Player,
    market: MarketId,
}

impl Played {
    fn new(path: &Path, symbol: &str) -> Self {
        let mut exchange = Exchange::new();
        for listing in (crate::venues::row(crate::config::VenueKind::Backpack).listings)(
            &crate::config::SimConfig::default(),
        ) {
            exchange.list(listing);
        }
        let market = exchange.markets().by_symbol(symbol).unwrap().clone();
        let id = market.id;
        exchange.advance(OWN_TIME_START);
        let player = Player::open(path, market, OWN_TIME_START).unwrap();
        Self { exchange, player, market: id }
    }

    /// Goes on to the next thing that the tape does.
    fn step(&mut self) -> Timestamp {
        let at = self.player.next_wake();
        self.player.step(at, &mut self.exchange);
        self.exchange.take_facts(&mut Vec::new());
        at
    }

    fn levels(&self) -> (Vec<Level>, Vec<Level>) {
        let book = self.exchange.book(self.market, usize::MAX);
        (book.bids, book.asks)
    }
}

#[test]
fn the_market_shows_the_recorded_book_and_begins_again() {
    let tape = Tape::open(&generated()).unwrap();
    let mut played = Played::new(&generated(), "ETH_USDC");
    let steps_of = |levels: Vec<Level>| -> Vec<Level> {
        // Of 10^-8 to the market's hundredths and ten thousandths.
        let level = |it: Level| Level { price: Price(it.price.0 / 1_000_000), qty: Qty(it.qty.0 / 10_000) };
        levels.into_iter().map(level).collect()
    };
    let recorded_after = |end: Timestamp| {
        let mut feed = BookFeed::default();
        feed.snapshot(Timestamp::ZERO, &tape.snapshot);
        for step in tape.steps.iter().filter(|step| step.at() <= end) {
            if let Step::Delta(delta) = step {
                feed.delta(Timestamp::ZERO, delta);
            }
        }
        let book = feed.book(Timestamp::ZERO, Duration::MAX).unwrap().clone();
        let side = |side| steps_of(book.levels(side).collect());
        (side(Side::Buy), side(Side::Sell))
    };
    let first = tape.steps[0].at();
    for round in 0..2 {
        let began = played.step();
        assert!(round > 0 || began == OWN_TIME_START);
        loop {
            let next = played.player.next_wake();
            if next.since(began) > tape.steps.last().unwrap().at().since(first) {
                break;
            }
            played.step();
            let n_ms = next.since(began).as_millis();
            if n_ms % 5_000 < 40 {
                assert_eq!(played.levels(), recorded_after(first + next.since(began)), "{n_ms} ms");
            }
        }
    }
    let n_trades = tape.steps.iter().filter(|step| matches!(step, Step::Trade(_))).count();
    let n_recorded = played.exchange.trades(played.market).count();
    assert!(n_trades > 100 && n_recorded > n_trades, "{n_recorded} in two rounds of {n_trades}");
}

#[test]
fn a_recorded_tape_plays_into_perpetuals_without_crossing() {
    for (name, symbol) in [(SPOT, "ETH_USDC_PERP"), (FUTURES, "BTC_USDC_PERP")] {
        let Some(path) = recorded(name) else { continue };
        let mut played = Played::new(&path, symbol);
        for _ in 0..2_000 {
            played.step();
            let side = |side| played.exchange.best(played.market, side).unwrap().price;
            assert!(side(Side::Buy) < side(Side::Sell), "{symbol}");
        }
        assert!(played.exchange.trades(played.market).count() > 100);
        assert_eq!(played.exchange.index(played.market), played.player.middle());
    }
}

#[test]
fn fault_72_a_line_is_read_up_to_its_cap_however_small_it_was_packed() {
    let dir = std::env::temp_dir();
    for (len, said) in [(LINE_LEN_MAX, "no 'nanoseconds JSON' line"), (LINE_LEN_MAX + 1, "longer than 4 MiB")]
    {
        let path = dir.join(format!("mm-sim-bomb-{}-{len}.gz", std::process::id()));
        let mut file = GzBuilder::new().write(File::create(&path).unwrap(), Compression::fast());
        let chunk = vec![b'x'; 1 << 20];
        let mut left = usize::try_from(len).unwrap();
        while left > 0 {
            left -= file.write(&chunk[..left.min(chunk.len())]).unwrap();
        }
        file.finish().unwrap();
        let error = read_records(&path).unwrap_err().to_string();
        std::fs::remove_file(&path).unwrap();
        assert!(error.contains(said), "{len}: {error}");
    }
}
