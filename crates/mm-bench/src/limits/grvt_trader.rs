//! The limit for GRVT's "depth message to signed order": the scanner and its flat book, a digest hashed and a message
//! written by hand for exactly one kind of order in the lite encoding, and the same signer called directly.

use std::fmt::Write as _;

use mm_crypto::ecdsa::{Digest, Signer, keccak256};
use mm_venues::grvt::{ORDER_LIFE, sign::Domain, wire::Encoding};

use super::{ByHand, depth_scanner::FlatBook};
use crate::wires::grvt::{CHAIN, HASH, IDS_FROM, MESSAGES_BEFORE, SUB_ACCOUNT, SYMBOL, order_of};

const LEG: &str = "OrderLeg(uint256 assetID,uint64 contractSize,uint64 limitPrice,bool isBuyingContract)";
const ORDER: &str = "Order(uint64 subAccountID,bool isMarket,uint8 timeInForce,bool postOnly,bool reduceOnly,OrderLeg[] legs,uint32 nonce,int64 expiration)OrderLeg(uint256 assetID,uint64 contractSize,uint64 limitPrice,bool isBuyingContract)";

/// Bytes of a word.
const WORD: usize = 32;
/// 0.11 with nine decimals.
const SIZE: u64 = 110_000_000;
/// One cent with nine decimals.
const CENT: u64 = 10_000_000;

/// See the module.
#[derive(Debug)]
pub struct GrvtTrader {
    book: FlatBook,
    signer: Signer,
    address: String,
    /// The encoded structs; what changes from order to order is written over.
    leg: [u8; 5 * WORD],
    order: [u8; 9 * WORD],
    separator: Digest,
    nonce: u32,
    n_sent: u32,
}

/// Writes a number into a word of an encoded struct.
fn put(words: &mut [u8], at: usize, number: u64) {
    let end = (at + 1) * WORD;
    words[end - 8..end].copy_from_slice(&number.to_be_bytes());
}

impl GrvtTrader {
    /// With this key.
    ///
    /// # Panics
    /// Never: the market's hash is a number.
    #[must_use]
    pub fn new(signer: Signer) -> Self {
        let (mut leg, mut order) = ([0; 5 * WORD], [0; 9 * WORD]);
        leg[..WORD].copy_from_slice(&keccak256(&[LEG.as_bytes()]));
        order[..WORD].copy_from_slice(&keccak256(&[ORDER.as_bytes()]));
        put(&mut leg, 1, u64::from_str_radix(&HASH[2..], 16).expect("digits"));
        put(&mut leg, 2, SIZE);
        put(&mut leg, 4, 1);
        // No market order, until its time is over, post-only, not reduce-only.
        [SUB_ACCOUNT, 0, 1, 1, 0].into_iter().zip(1..).for_each(|(number, at)| put(&mut order, at, number));
        Self {
            book: FlatBook::new(14_000, 2_000),
            address: signer.address().to_string(),
            signer,
            leg,
            order,
            separator: *Domain::new(CHAIN).separator(),
            nonce: 7,
            n_sent: 0,
        }
    }
}

impl ByHand for GrvtTrader {
    fn prepare(&mut self, n: usize) {
        self.signer.prepare(n).expect("random bytes");
    }

    fn trade(&mut self, frame: &[u8], now_ms: u64, out: &mut String) {
        let (cents, _) = self.book.apply_grvt_lite(frame);
        let cents = cents as u64;
        (self.nonce, self.n_sent) = (self.nonce.wrapping_add(1), self.n_sent + 1);
        let (nonce, number) = (self.nonce, MESSAGES_BEFORE + self.n_sent);
        let id = IDS_FROM + u64::from(self.n_sent);
        let expiration = now_ms * 1_000_000 + ORDER_LIFE.as_nanos() as u64;
        put(&mut self.leg, 3, cents * CENT);
        self.order[6 * WORD..7 * WORD].copy_from_slice(&keccak256(&[&keccak256(&[&self.leg])]));
        put(&mut self.order, 7, nonce.into());
        put(&mut self.order, 8, expiration);
        let digest = keccak256(&[b"\x19\x01", &self.separator, &keccak256(&[&self.order])]);
        let signature = self.signer.sign(&digest);
        let (r, s, v, signer) = (signature.r(), signature.s(), signature.v(), &self.address);
        let (whole, cents) = (cents / 100, cents % 100);
        out.clear();
        write!(out, r#"{{"j":"2.0","m":"v1/create_order","p":{{"o":{{"sa":"{SUB_ACCOUNT}","im":false,"ti":"GOOD_TILL_TIME","po":true,"ro":false,"l":[{{"i":"{SYMBOL}","s":"0.11","lp":"{whole}.{cents:02}","ib":true}}],"s":{{"s":"{signer}","r":"{r}","s1":"{s}","v":{v},"e":"{expiration}","n":{nonce},"ci":"{CHAIN}"}},"m":{{"co":"{id}"}}}}}},"i":{number}}}"#)
            .expect("memory takes it");
    }

    /// The same text, with a signature and a nonce that are nobody's.
    fn unsigned(frame: &str) -> String {
        let (order, number) = order_of(Encoding::Lite, frame);
        let signature = &order.signature;
        let mut text = frame.replace(&*signature.r, "").replace(&*signature.s, "");
        for (name, value) in [("v", signature.v), ("n", signature.nonce)] {
            text = text.replace(&format!("\"{name}\":{value},"), "");
        }
        format!("{number} {text}")
    }
}
