//! The limit for "depth message to signed order": the scanner and its flat book, a request written by hand for
//! exactly one kind of order, and the same cryptographic library called directly.

use std::io::Write as _;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::depth_scanner::FlatBook;

/// What changes from order to order.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// Client id.
    pub id: u32,
    /// Limit in cents.
    pub bid: i64,
    /// Unix time in ms.
    pub now_ms: u64,
}

/// See the module.
pub struct Trader {
    book: FlatBook,
    key: Ed25519KeyPair,
    api_key: String,
    signing: Vec<u8>,
    body: Vec<u8>,
    next_id: u32,
}

impl std::fmt::Debug for Trader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trader").field("api_key", &self.api_key).finish_non_exhaustive()
    }
}

impl Trader {
    /// With the base64 secret of an account.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn new(secret: &str) -> Self {
        let seed = STANDARD.decode(secret).expect("base64");
        let key = Ed25519KeyPair::from_seed_unchecked(&seed).expect("a seed");
        let api_key = STANDARD.encode(key.public_key());
        let book = FlatBook::new(14_000, 2_000);
        Self { book, key, api_key, signing: Vec::new(), body: Vec::new(), next_id: 0 }
    }

    /// Takes a depth frame and writes the whole HTTP request of a post-only bid of 0.11 at the best bid.
    ///
    /// # Panics
    /// Never: writing to memory does not fail.
    pub fn trade(&mut self, frame: &[u8], now_ms: u64, request: &mut Vec<u8>) {
        let (bid, _) = self.book.apply(frame);
        self.next_id += 1;
        let order = Order { id: self.next_id, bid, now_ms };
        self.order(order, request);
    }

    /// Writes the request.
    ///
    /// # Panics
    /// Never: writing to memory does not fail.
    pub fn order(&mut self, order: Order, request: &mut Vec<u8>) {
        let Order { id, bid, now_ms } = order;
        let (whole, cents) = (bid / 100, bid % 100);
        self.body.clear();
        write!(self.body, r#"{{"clientId":{id},"orderType":"Limit","postOnly":true,"price":"{whole}.{cents:02}","quantity":"0.11","selfTradePrevention":"RejectTaker","side":"Bid","symbol":"SOL_USDC_PERP","timeInForce":"GTC"}}"#)
            .expect("memory takes it");
        self.signing.clear();
        write!(self.signing, "instruction=orderExecute&clientId={id}&orderType=Limit&postOnly=true&price={whole}.{cents:02}&quantity=0.11&selfTradePrevention=RejectTaker&side=Bid&symbol=SOL_USDC_PERP&timeInForce=GTC&timestamp={now_ms}&window=5000")
            .expect("memory takes it");
        let signature = self.key.sign(&self.signing);
        let mut text = [0u8; 88];
        STANDARD.encode_slice(signature.as_ref(), &mut text).expect("88 characters hold 64 bytes");
        let text = std::str::from_utf8(&text).expect("base64 is ASCII");
        request.clear();
        write!(request, "POST /api/v1/order HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: {}\r\nx-signature: {text}\r\nx-timestamp: {now_ms}\r\nx-window: 5000\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: {}\r\n\r\n", self.api_key, self.body.len())
            .expect("memory takes it");
        request.extend_from_slice(&self.body);
    }

    /// The signature alone, of the text that was signed last.
    #[must_use]
    pub fn sign_again(&self) -> [u8; 64] {
        let mut bytes = [0u8; 64];
        bytes.copy_from_slice(self.key.sign(&self.signing).as_ref());
        bytes
    }
}
