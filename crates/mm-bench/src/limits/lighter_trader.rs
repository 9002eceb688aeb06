//! The limit for Lighter's "depth message to signed order": the scanner and its flat book, a transaction hashed and
//! written by hand for exactly one kind of order, and the same signer called directly.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mm_crypto::{Felt, Signer, hash5};

use super::{ByHand, depth_scanner::FlatBook};
use crate::wires::{ACCOUNT, CHAIN, KEY};

/// How long a transaction stays valid, and how long an order rests, in ms.
const LIFE: u64 = 30_000;
const RESTS: u64 = 28 * 24 * 3600 * 1000;

/// See the module.
#[derive(Debug)]
pub struct LighterTrader {
    book: FlatBook,
    signer: Signer,
    nonce: u64,
    next_id: u64,
}

impl LighterTrader {
    /// With this key, whose first nonce this is.
    #[must_use]
    pub fn new(signer: Signer, nonce: u64) -> Self {
        Self { book: FlatBook::new(14_000, 2_000), signer, nonce, next_id: 0 }
    }
}

impl ByHand for LighterTrader {
    fn prepare(&mut self, n: usize) {
        self.signer.prepare(n).expect("random bytes");
    }

    fn trade(&mut self, frame: &[u8], now_ms: u64, out: &mut String) {
        let (bid, _) = self.book.apply_lighter(frame);
        self.next_id += 1;
        let (id, nonce, bid) = (self.next_id, self.nonce, bid as u64);
        self.nonce += 1;
        let (expired_at, order_expiry) = (now_ms + LIFE, now_ms + RESTS);
        let account = ACCOUNT as u64;
        let message = hash5(
            &[
                CHAIN.0.into(),
                14,
                nonce,
                expired_at,
                account,
                KEY.into(),
                0,
                id,
                11,
                bid,
                0,
                0,
                2,
                0,
                0,
                order_expiry,
            ]
            .map(Felt::from),
        );
        let signature = self.signer.sign(&message).expect("random bytes");
        let mut text = [0u8; 108];
        STANDARD.encode_slice(signature.to_bytes(), &mut text).expect("108 characters hold 80 bytes");
        let text = std::str::from_utf8(&text).expect("base64 is ASCII");
        out.clear();
        write!(out, r#"{{"type":"jsonapi/sendtx","data":{{"id":"{id}","tx_type":14,"tx_info":{{"AccountIndex":{account},"ApiKeyIndex":{KEY},"MarketIndex":0,"ClientOrderIndex":{id},"BaseAmount":11,"Price":{bid},"IsAsk":0,"Type":0,"TimeInForce":2,"ReduceOnly":0,"TriggerPrice":0,"OrderExpiry":{order_expiry},"ExpiredAt":{expired_at},"Nonce":{nonce},"Sig":"{text}","L2TxAttributes":null}}}}}}"#)
            .expect("memory takes it");
    }
    fn unsigned(frame: &str) -> String {
        let (before, rest) = frame.split_once("\"Sig\":\"").expect("it is signed");
        before.to_owned() + rest.split_once('"').expect("it has an end").1
    }
}
