//! `fixtures/grvt/vectors.json` (by the venue's own SDK) and `typed-data.json` (by a general library) for the tests of
//! signatures.

use std::time::Duration;

use mm_crypto::ecdsa::{SecretKey, Signer};
use mm_model::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{Asset, ChainId, Domain, Gate, Instrument, LegTexts, OrderTexts, SignatureTexts, TradingKey};

/// An order as a client would describe it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Input {
    pub(crate) chain_id: u64,
    pub(crate) instrument: InstrumentRow,
    pub(crate) sub_account_id: String,
    pub(crate) is_market: bool,
    pub(crate) time_in_force: String,
    pub(crate) post_only: bool,
    pub(crate) reduce_only: bool,
    pub(crate) size: String,
    pub(crate) limit_price: Option<String>,
    pub(crate) is_buying_asset: bool,
    pub(crate) builder: Option<String>,
    pub(crate) builder_fee: Option<String>,
    pub(crate) nonce: u32,
    pub(crate) expiration: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct InstrumentRow {
    pub(crate) instrument_hash: String,
    pub(crate) base_decimals: u8,
}

/// What EIP-712 makes of it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Typed {
    pub(crate) primary_type: String,
    pub(crate) message: Value,
    pub(crate) domain_separator: String,
    pub(crate) struct_hash: String,
    pub(crate) digest: String,
}

/// A signature as it stands in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct SignatureRow {
    pub(crate) signer: String,
    pub(crate) r: String,
    pub(crate) s: String,
    pub(crate) v: u64,
}

/// A signed order.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct OrderVector {
    pub(crate) name: String,
    pub(crate) input: Input,
    pub(crate) eip712: Typed,
    pub(crate) signature: SignatureRow,
}

/// Another signed struct.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct OtherVector {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) definition: String,
    pub(crate) message: Value,
    pub(crate) chain_id: u64,
    pub(crate) struct_hash: String,
    pub(crate) digest: String,
    pub(crate) signature: SignatureRow,
}

/// The file.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Vectors {
    pub(crate) private_key: String,
    pub(crate) type_hashes: Value,
    pub(crate) type_strings: Value,
    pub(crate) domains: Value,
    pub(crate) time_in_force_codes: Value,
    pub(crate) orders: Vec<OrderVector>,
    pub(crate) other_typed_data: Vec<OtherVector>,
}

/// A clock and a limit under which every vector is in time: they end in 2030, one at the end of all time.
pub(crate) fn gate(chain_id: u64) -> Gate {
    Gate { domain: Domain::new(ChainId(chain_id)), now: Timestamp(1), longest: Duration::MAX }
}

/// The vectors.
pub(crate) fn vectors() -> Vectors {
    serde_json::from_str(&crate::fixtures::file("grvt", "vectors.json"))
        .expect("vectors.json has the shape of its type")
}

/// The structs that the venue's vectors lack.
pub(crate) fn more_typed_data() -> Vec<OtherVector> {
    #[derive(Deserialize)]
    struct File {
        private_key: String,
        typed_data: Vec<OtherVector>,
    }
    let file: File = serde_json::from_str(&crate::fixtures::file("grvt", "typed-data.json"))
        .expect("typed-data.json has the shape of its type");
    assert_eq!(file.private_key, vectors().private_key);
    file.typed_data
}

/// The key of all vectors, on that chain.
pub(crate) fn key(chain_id: u64) -> TradingKey {
    let key = SecretKey::from_hex(&vectors().private_key).expect("a key");
    TradingKey::new(Domain::new(ChainId(chain_id)), Signer::live(key))
}

impl Input {
    pub(crate) fn legs(&self) -> [LegTexts<'_>; 1] {
        let asset = Asset::parse(&self.instrument.instrument_hash).expect("a hash");
        [LegTexts {
            instrument: Instrument { asset, base_decimals: self.instrument.base_decimals },
            size: &self.size,
            limit_price: self.limit_price.as_deref(),
            is_buying_asset: self.is_buying_asset,
        }]
    }

    pub(crate) fn order<'a>(&'a self, legs: &'a [LegTexts<'a>]) -> OrderTexts<'a> {
        OrderTexts {
            sub_account_id: &self.sub_account_id,
            is_market: self.is_market,
            time_in_force: &self.time_in_force,
            post_only: self.post_only,
            reduce_only: self.reduce_only,
            legs,
            builder: self.builder.as_deref(),
            builder_fee: self.builder_fee.as_deref(),
        }
    }
}

impl OrderVector {
    pub(crate) fn signature(&self) -> SignatureTexts<'_> {
        self.signature.texts(&self.input.expiration, self.input.nonce)
    }
}

impl SignatureRow {
    pub(crate) fn texts<'a>(&'a self, expiration: &'a str, nonce: u32) -> SignatureTexts<'a> {
        let Self { signer, r, s, v } = self;
        SignatureTexts { signer, r, s, v: *v, expiration, nonce, chain_id: None }
    }
}
