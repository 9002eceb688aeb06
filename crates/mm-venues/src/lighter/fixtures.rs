//! The vectors under `fixtures/lighter/`, for the tests of both halves.

use std::sync::LazyLock;

use serde::Deserialize;

use super::tx::{ChainId, SignedTx, TxType};

/// A transaction that the venue's own signer signed.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct TxVector {
    pub(crate) name: String,
    pub(crate) chain_id: u32,
    pub(crate) public_key_hex: String,
    pub(crate) tx_type: u8,
    pub(crate) tx_info: String,
    pub(crate) tx_hash: String,
    /// The text that an Ethereum key signs.
    pub(crate) l1_message_to_sign: Option<String>,
}

impl TxVector {
    pub(crate) fn chain(&self) -> ChainId {
        ChainId(self.chain_id)
    }

    pub(crate) fn tx_type(&self) -> TxType {
        TxType::from_code(self.tx_type).unwrap_or_else(|| panic!("{}: type {}", self.name, self.tx_type))
    }

    pub(crate) fn read(&self) -> SignedTx {
        SignedTx::read_json(self.tx_type(), &self.tx_info)
            .unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }
}

/// What the venue's own signer made of an input on the edge of its bounds.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct RefusalVector {
    pub(crate) case: String,
    /// `None`: it signed.
    pub(crate) error: Option<String>,
}

/// A key pair.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct KeyVector {
    pub(crate) private_key_hex_le: String,
    pub(crate) public_key_hex: String,
}

/// An auth token.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct TokenVector {
    pub(crate) public_key_hex: String,
    pub(crate) deadline_unix_s: i64,
    pub(crate) account_index: i64,
    pub(crate) api_key_index: u8,
    pub(crate) message_hash_hex: String,
    pub(crate) token: String,
}

/// `fixtures/lighter/vectors.json`.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Vectors {
    pub(crate) keys: Vec<KeyVector>,
    pub(crate) transactions: Vec<TxVector>,
    pub(crate) auth_tokens: Vec<TokenVector>,
    pub(crate) signer_refusals: Vec<RefusalVector>,
}

/// The vectors of the venue's own signer.
pub(crate) fn vectors() -> Vectors {
    static ALL: LazyLock<Vectors> = LazyLock::new(|| {
        let text = crate::fixtures::file("lighter", "vectors.json");
        serde_json::from_str(&text).expect("vectors.json has the shape of its type")
    });
    ALL.clone()
}

/// The message as it would come over the wire, without insignificant space.
pub(crate) fn message(name: &str) -> String {
    crate::fixtures::message("lighter", name)
}
