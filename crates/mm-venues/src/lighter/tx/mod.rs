//! Lighter's L2 transactions as plain types: their JSON both ways, what of them is hashed, and the bounds that the
//! venue's own signer keeps. No keys, no clock, no counting of nonces: see [`super::sign`] and the two halves.
//!
//! ```
//! use mm_venues::lighter::tx::{Attributes, CancelOrder, Header, Tx};
//!
//! let tx = Tx {
//!     header: Header { account: 65, api_key: 3, nonce: 30, expired_at: 1_795_390_775_119 },
//!     body: CancelOrder { market: 0, index: 1 }.into(),
//!     attributes: Attributes::default(),
//! };
//! tx.check().expect("within the venue's bounds");
//! ```

mod attributes;
mod body;
mod bounds;
mod fields;
mod group;
mod hash;
mod l1;
mod orders;
mod read;
#[cfg(test)]
mod tests;
mod values;
mod words;
mod write;

use mm_crypto::Signature;

pub use attributes::{ATTRIBUTES_MAX, Attributes, FEE_MAX, Integrator};
pub use body::{
    ApproveIntegrator, Body, CancelAllOrders, CancelOrder, ChangePubKey, CreateGroupedOrders,
    CreateSubAccount, GROUP_MAX, ModifyOrder, Order, Transfer, UpdateAccountAssetConfig, UpdateAccountConfig,
    UpdateLeverage, UpdateMargin, UsdcTransfer, UsdcWithdraw, Withdraw,
};
pub(super) use bounds::within;
pub use bounds::{
    ACCOUNT_MAX, API_KEY_MAX, BASE_AMOUNT_MAX, CLIENT_ORDER_INDEX_MAX, ORDER_INDEX_MAX, OutOfBounds,
    TIMESTAMP_MAX,
};
pub use read::ReadError;
pub use values::{Amount, Memo};
pub use words::{
    AssetMargin, CancelAll, Grouping, MarginDirection, MarginMode, OrderType, Route, SelfTradeBehavior,
    SelfTradeScope, TimeInForce, TxType,
};

/// Which chain a transaction is meant for; the first thing that is hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChainId(
    /// The number. SDKs before 1.0 sign with 300 for every host without "mainnet" in its name, later ones with 304
    /// for every host that they do not know.
    pub u32,
);

impl ChainId {
    /// The main net.
    pub const MAINNET: Self = Self(304);
    /// The test net.
    pub const TESTNET: Self = Self(300);
}

/// Who sends a transaction, and which one it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The account's index.
    pub account: i64,
    /// The API key's index.
    pub api_key: u8,
    /// The key's next number.
    pub nonce: i64,
    /// When the transaction is dead, Unix milliseconds.
    pub expired_at: i64,
}

/// A transaction, unsigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tx {
    /// Who and which.
    pub header: Header,
    /// What.
    pub body: Body,
    /// And how.
    pub attributes: Attributes,
}

impl Tx {
    /// What it does.
    #[must_use]
    pub const fn tx_type(&self) -> TxType {
        self.body.tx_type()
    }
}

/// A transaction as it stands on the wire. Nobody has checked the signature yet ([`super::sign::authenticate`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedTx {
    /// What is signed.
    pub tx: Tx,
    /// The key's signature of the hash: s, then e.
    pub signature: Signature,
    /// The Ethereum key's signature, in hex, where one is asked for; else empty. Not hashed.
    pub l1_signature: String,
}
