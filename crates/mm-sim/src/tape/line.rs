//! One line of a tape: the recorder's clock, a space, and a JSON frame of Binance's public feed as it came by
//! socket, or the REST snapshot of a book. Formats: developers.binance.com, "WebSocket Streams", read 2026-11, and
//! the recorded files themselves.

use mm_model::{BookDelta, BookSnapshot, Decimal, Level, MarketId, Price, Qty, Side, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Prices and sizes of a tape are whole numbers of 10^-8, the finest that the feed writes.
pub const TAPE_SCALE: u8 = 8;

/// A tape is about one market, which has no place in any venue's table.
const TAPE_MARKET: MarketId = MarketId(0);

/// What a line says, in units of the tape ([`TAPE_SCALE`]). Times are the exchange's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A change to the book.
    Delta(BookDelta),
    /// A whole book; its time is zero where the feed gives none (spot).
    Snapshot(BookSnapshot),
    /// A trade.
    Trade(TapeTrade),
    /// Best bid and ask after the update of this id.
    Ticker(TapeTicker),
}

/// A recorded trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TapeTrade {
    /// When.
    pub at: Timestamp,
    /// At which price.
    pub price: Price,
    /// How much.
    pub qty: Qty,
    /// The side that arrived.
    pub taker: Side,
}

/// Best bid and ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TapeTicker {
    /// The book's sequence number that this reflects.
    pub id: u64,
    /// Best bid.
    pub bid: Level,
    /// Best ask.
    pub ask: Level,
}

/// Why a line could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// No recorder's clock in front.
    #[error("no 'nanoseconds JSON' line")]
    Form,
    /// Longer than any line that was recorded.
    #[error("it is longer than 4 MiB")]
    TooLong,
    /// Not the JSON that is expected there.
    #[error("{0}")]
    Json(String),
    /// A price or size that is none.
    #[error("'{0}' is no price or size")]
    Number(String),
    /// A stream that tapes do not hold.
    #[error("stream '{0}' is neither depth, trade nor bookTicker")]
    Stream(String),
}

/// A level as the feed writes it.
type Row<'a> = (&'a str, &'a str);

#[derive(Deserialize)]
struct Frame<'a> {
    stream: &'a str,
    #[serde(borrow)]
    data: &'a RawValue,
}

/// REST book. Futures add the times.
#[derive(Deserialize)]
struct RestBook<'a> {
    #[serde(rename = "lastUpdateId")]
    last_update_id: u64,
    #[serde(rename = "E", default)]
    event_ms: u64,
    #[serde(borrow)]
    bids: Vec<Row<'a>>,
    #[serde(borrow)]
    asks: Vec<Row<'a>>,
}

#[derive(Deserialize)]
struct DepthUpdate<'a> {
    #[serde(rename = "E")]
    event_ms: u64,
    /// First id of the change.
    #[serde(rename = "U")]
    first: u64,
    /// Last id of the change.
    #[serde(rename = "u")]
    last: u64,
    /// Futures only: last id of the change before.
    #[serde(rename = "pu")]
    previous: Option<u64>,
    #[serde(rename = "b", borrow)]
    bids: Vec<Row<'a>>,
    #[serde(rename = "a", borrow)]
    asks: Vec<Row<'a>>,
}

#[derive(Deserialize)]
struct TradeEvent<'a> {
    #[serde(rename = "E")]
    event_ms: u64,
    #[serde(rename = "p")]
    price: &'a str,
    #[serde(rename = "q")]
    qty: &'a str,
    #[serde(rename = "m")]
    buyer_is_maker: bool,
}

#[derive(Deserialize)]
struct BookTicker<'a> {
    #[serde(rename = "u")]
    id: u64,
    #[serde(rename = "b")]
    bid: &'a str,
    #[serde(rename = "B")]
    bid_qty: &'a str,
    #[serde(rename = "a")]
    ask: &'a str,
    #[serde(rename = "A")]
    ask_qty: &'a str,
}

impl Record {
    /// Reads one line.
    ///
    /// # Errors
    /// [`LineError`].
    pub fn parse(line: &str) -> Result<Self, LineError> {
        let (recorded_ns, json) = line.split_once(' ').ok_or(LineError::Form)?;
        recorded_ns.parse::<u64>().map_err(|_| LineError::Form)?;
        if json.starts_with("{\"lastUpdateId\"") {
            return snapshot(read(json)?);
        }
        let Frame { stream, data } = read(json)?;
        let kind = stream.split('@').nth(1).unwrap_or_default();
        match kind {
            "depth" => delta(read(data.get())?),
            "trade" => trade(&read(data.get())?),
            "bookTicker" => ticker(&read(data.get())?),
            _ => Err(LineError::Stream(stream.chars().take(40).collect())),
        }
    }
}

fn read<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, LineError> {
    serde_json::from_str(json).map_err(|error| LineError::Json(error.to_string()))
}

fn snapshot(book: RestBook<'_>) -> Result<Record, LineError> {
    Ok(Record::Snapshot(BookSnapshot {
        market: TAPE_MARKET,
        seq: book.last_update_id,
        bids: levels(&book.bids)?,
        asks: levels(&book.asks)?,
        at: Timestamp::from_ms(book.event_ms),
    }))
}

fn delta(update: DepthUpdate<'_>) -> Result<Record, LineError> {
    Ok(Record::Delta(BookDelta {
        market: TAPE_MARKET,
        // Spot numbers the first id of the change; futures name the last one of the change before.
        prev: update.previous.unwrap_or(update.first.saturating_sub(1)),
        seq: update.last,
        bids: levels(&update.bids)?,
        asks: levels(&update.asks)?,
        at: Timestamp::from_ms(update.event_ms),
    }))
}

fn trade(trade: &TradeEvent<'_>) -> Result<Record, LineError> {
    let Level { price, qty } = level((trade.price, trade.qty))?;
    let taker = if trade.buyer_is_maker { Side::Sell } else { Side::Buy };
    Ok(Record::Trade(TapeTrade { at: Timestamp::from_ms(trade.event_ms), price, qty, taker }))
}

fn ticker(ticker: &BookTicker<'_>) -> Result<Record, LineError> {
    Ok(Record::Ticker(TapeTicker {
        id: ticker.id,
        bid: level((ticker.bid, ticker.bid_qty))?,
        ask: level((ticker.ask, ticker.ask_qty))?,
    }))
}

fn levels<L: FromIterator<Level>>(rows: &[Row<'_>]) -> Result<L, LineError> {
    rows.iter().copied().map(level).collect()
}

fn level((price, qty): Row<'_>) -> Result<Level, LineError> {
    let units = |text: &str| {
        Decimal::parse(text).ok().and_then(|value| value.at_scale(TAPE_SCALE)).filter(|units| *units >= 0)
    };
    let number = |text: &str| LineError::Number(text.chars().take(40).collect());
    let price_units = units(price).and_then(|n| i64::try_from(n).ok()).ok_or_else(|| number(price))?;
    let qty_units = units(qty).and_then(|n| u64::try_from(n).ok()).ok_or_else(|| number(qty))?;
    Ok(Level { price: Price(price_units), qty: Qty(qty_units) })
}
