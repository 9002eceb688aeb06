//! The limit for "depth message to updated book": a scanner that knows the exact shape of the message, checks
//! almost nothing, and keeps the book in a flat array of sizes.

/// Sizes by price in ticks, from a base.
#[derive(Debug)]
pub struct FlatBook {
    base: i64,
    bids: Vec<u64>,
    asks: Vec<u64>,
    best_bid: usize,
    best_ask: usize,
    /// The last sequence number.
    pub seq: u64,
}

/// How many bytes lie between the numbers of a level: before the price, between price and size, between size and the
/// number of orders (0 where there is none), and to the end.
#[derive(Clone, Copy)]
struct Form {
    price: usize,
    size: usize,
    orders: usize,
    end: usize,
}

/// `{"price":"150.01","size":"5.00"}`
const LIGHTER: Form = Form { price: 10, size: 10, orders: 0, end: 2 };
/// `{"p":"150.01","s":"5.01","no":3}`
const GRVT_LITE: Form = Form { price: 6, size: 7, orders: 7, end: 1 };
/// `{"price":"150.01","size":"5.01","num_orders":3}`
const GRVT_FULL: Form = Form { price: 10, size: 10, orders: 15, end: 1 };

impl FlatBook {
    /// Room for `len` prices from `base` on.
    #[must_use]
    pub fn new(base: i64, len: usize) -> Self {
        Self { base, bids: vec![0; len], asks: vec![0; len], best_bid: 0, best_ask: len - 1, seq: 0 }
    }

    /// Best bid and ask in ticks.
    #[must_use]
    pub fn top(&self) -> (i64, i64) {
        (self.base + self.best_bid as i64, self.base + self.best_ask as i64)
    }

    /// Reads one `depth` frame whose prices have two decimals and whose sizes have two; keys may come in any
    /// order. Returns the best bid and ask.
    pub fn apply(&mut self, frame: &[u8]) -> (i64, i64) {
        let mut at = 0;
        while at + 4 < frame.len() {
            match &frame[at..at + 4] {
                [b'"', b'a', b'"', b':'] => at = self.levels(frame, at + 5, false),
                [b'"', b'b', b'"', b':'] => at = self.levels(frame, at + 5, true),
                [b'"', b'u', b'"', b':'] => {
                    let (value, next) = integer(frame, at + 4);
                    self.seq = value;
                    at = next;
                }
                _ => at += 1,
            }
        }
        self.top()
    }

    /// Reads one change of Lighter's `order_book` whose prices have two decimals and whose sizes have two. Returns the
    /// best bid and ask.
    pub fn apply_lighter(&mut self, frame: &[u8]) -> (i64, i64) {
        let mut at = 0;
        while at + 10 < frame.len() {
            at = match &frame[at..at + 6] {
                b"\"asks\"" => self.objects(frame, at + 8, (false, LIGHTER)),
                b"\"bids\"" => self.objects(frame, at + 8, (true, LIGHTER)),
                b"\"nonce" => {
                    let (value, next) = integer(frame, at + 8);
                    self.seq = value;
                    next
                }
                _ => at + 1,
            };
        }
        self.top()
    }

    /// Reads one change of GRVT's `v1.book.d` with short names whose prices have two decimals and whose sizes have two.
    /// Returns the best bid and ask.
    pub fn apply_grvt_lite(&mut self, frame: &[u8]) -> (i64, i64) {
        let mut at = 0;
        while at + 6 < frame.len() {
            at = match &frame[at..at + 4] {
                b"\"a\":" => self.objects(frame, at + 5, (false, GRVT_LITE)),
                b"\"b\":" => self.objects(frame, at + 5, (true, GRVT_LITE)),
                b"\"sn\"" => {
                    let (value, next) = integer(frame, at + 6);
                    self.seq = value;
                    next
                }
                _ => at + 1,
            };
        }
        self.top()
    }

    /// The same with full names.
    pub fn apply_grvt_full(&mut self, frame: &[u8]) -> (i64, i64) {
        let mut at = 0;
        while at + 20 < frame.len() {
            at = match &frame[at..at + 6] {
                b"\"asks\"" => self.objects(frame, at + 8, (false, GRVT_FULL)),
                b"\"bids\"" => self.objects(frame, at + 8, (true, GRVT_FULL)),
                b"\"seque" => {
                    let (value, next) = integer(frame, at + 19);
                    self.seq = value;
                    next
                }
                _ => at + 1,
            };
        }
        self.top()
    }

    /// Levels as objects, in this form.
    fn objects(&mut self, frame: &[u8], mut at: usize, (bid, form): (bool, Form)) -> usize {
        while frame[at] == b'{' {
            let (price, next) = integer(frame, at + form.price);
            let (qty, mut next) = integer(frame, next + form.size);
            self.set(bid, (price as i64 - self.base) as usize, qty);
            if form.orders > 0 {
                (_, next) = integer(frame, next + form.orders);
            }
            at = next + form.end;
            if frame[at] == b',' {
                at += 1;
            }
        }
        at + 1
    }

    fn levels(&mut self, frame: &[u8], mut at: usize, bid: bool) -> usize {
        while frame[at] == b'[' {
            let (price, next) = integer(frame, at + 2);
            let (qty, next) = integer(frame, next + 3);
            self.set(bid, (price as i64 - self.base) as usize, qty);
            at = next + 2;
            if frame[at] == b',' {
                at += 1;
            }
        }
        at + 1
    }

    fn set(&mut self, bid: bool, at: usize, qty: u64) {
        if bid {
            self.bids[at] = qty;
            if qty > 0 && at > self.best_bid {
                self.best_bid = at;
            }
            while self.best_bid > 0 && self.bids[self.best_bid] == 0 {
                self.best_bid -= 1;
            }
        } else {
            self.asks[at] = qty;
            if qty > 0 && at < self.best_ask {
                self.best_ask = at;
            }
            while self.best_ask + 1 < self.asks.len() && self.asks[self.best_ask] == 0 {
                self.best_ask += 1;
            }
        }
    }
}

/// Digits until something that is neither a digit nor a dot; the dot is dropped.
fn integer(bytes: &[u8], mut at: usize) -> (u64, usize) {
    let mut value = 0u64;
    loop {
        match bytes[at] {
            digit @ b'0'..=b'9' => value = value * 10 + u64::from(digit - b'0'),
            b'.' => {}
            _ => return (value, at),
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_frame_as_it_stands_on_the_wire() {
        let mut book = FlatBook::new(14_000, 2_000);
        let frame = br#"{"data":{"E":1,"T":1,"U":7,"a":[["150.02","3.00"],["150.03","1.00"]],"b":[["150.00","2.50"]],"e":"depth","s":"SOL_USDC_PERP","u":7},"stream":"depth.SOL_USDC_PERP"}"#;
        assert_eq!(book.apply(frame), (15_000, 15_002));
        assert_eq!(book.seq, 7);
        let mut other = FlatBook::new(14_000, 2_000);
        let frame = br#"{"channel":"order_book:0","order_book":{"code":0,"asks":[{"price":"150.02","size":"3.00"},{"price":"150.03","size":"1.00"}],"bids":[{"price":"150.00","size":"2.50"}],"offset":6,"nonce":7,"last_updated_at":5,"begin_nonce":6}}"#;
        assert_eq!(other.apply_lighter(frame), (15_000, 15_002));
        assert_eq!((other.seq, &other.bids, &other.asks), (7, &book.bids, &book.asks));
        let lite = br#"{"s":"v1.book.d","s1":"SOL_USDT_Perp@50","sn":"7","f":{"et":"5","i":"SOL_USDT_Perp","b":[{"p":"150.00","s":"2.50","no":3}],"a":[{"p":"150.02","s":"3.00","no":3},{"p":"150.03","s":"1.00","no":3}]},"ps":"6"}"#;
        let full = br#"{"stream":"v1.book.d","selector":"SOL_USDT_Perp@50","sequence_number":"7","feed":{"event_time":"5","instrument":"SOL_USDT_Perp","bids":[{"price":"150.00","size":"2.50","num_orders":3}],"asks":[{"price":"150.02","size":"3.00","num_orders":3},{"price":"150.03","size":"1.00","num_orders":3}]},"prev_sequence_number":"6"}"#;
        for is_lite in [true, false] {
            let mut other = FlatBook::new(14_000, 2_000);
            let top = if is_lite { other.apply_grvt_lite(lite) } else { other.apply_grvt_full(full) };
            assert_eq!(top, (15_000, 15_002));
            assert_eq!((other.seq, &other.bids, &other.asks), (7, &book.bids, &book.asks));
        }
        let gone = br#"{"data":{"a":[["150.02","0.00"]],"b":[],"u":8}}"#;
        assert_eq!(book.apply(gone), (15_000, 15_003));
    }
}
