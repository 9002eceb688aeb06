//! What else is signed: the login of a wallet, and what changes or moves an account.
//!
//! Transfer, login, derisk ratio and builder have vectors made from their type strings by a general library; the
//! others have none from the venue and are tested against that library (`fixtures/grvt/typed-data.json`). The strings
//! of transfer and withdrawal also stand in the venue's published contracts.

use mm_crypto::ecdsa::{Address, Digest};

use super::{
    order::Asset,
    typed_data::{TypedData, Validity, address, int, struct_hash, type_hash, uint},
};

/// A login by the wallet's key instead of an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalletLogin {
    /// Who logs in.
    pub signer: Address,
    /// Nonce and end: five minutes ahead at most.
    pub validity: Validity,
}

pub(super) const WALLET_LOGIN: &str = "WalletLogin(address signer,uint32 nonce,int64 expiration)";

impl TypedData for WalletLogin {
    fn struct_hash(&self) -> Digest {
        let [nonce, expiration] = self.validity.words();
        struct_hash(&type_hash(WALLET_LOGIN), &[address(&self.signer), nonce, expiration])
    }
}

/// A currency; the codes are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Currency {
    /// Dollars.
    Usd = 1,
    /// USD Coin.
    Usdc = 2,
    /// Tether.
    Usdt = 3,
    /// Ether.
    Eth = 4,
    /// Bitcoin.
    Btc = 5,
}

/// Moves money between accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// From this main account.
    pub from_account: Address,
    /// From this trading account of it; 0 is the funding account.
    pub from_sub_account: u64,
    /// To this main account.
    pub to_account: Address,
    /// To this trading account of it; 0 is the funding account.
    pub to_sub_account: u64,
    /// What.
    pub currency: Currency,
    /// How much × 10^6.
    pub num_tokens: u64,
    /// Nonce and end.
    pub validity: Validity,
}

pub(super) const TRANSFER: &str = "Transfer(address fromAccount,uint64 fromSubAccount,address toAccount,\
     uint64 toSubAccount,uint8 tokenCurrency,uint64 numTokens,uint32 nonce,int64 expiration)";

impl TypedData for Transfer {
    fn struct_hash(&self) -> Digest {
        let [nonce, expiration] = self.validity.words();
        let words = [
            address(&self.from_account),
            uint(self.from_sub_account),
            address(&self.to_account),
            uint(self.to_sub_account),
            uint(self.currency as u8),
            uint(self.num_tokens),
            nonce,
            expiration,
        ];
        struct_hash(&type_hash(TRANSFER), &words)
    }
}

/// Takes money out of the venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// From this main account.
    pub from_account: Address,
    /// To this address of Ethereum.
    pub to_eth_address: Address,
    /// What.
    pub currency: Currency,
    /// How much × 10^6.
    pub num_tokens: u64,
    /// Nonce and end.
    pub validity: Validity,
}

pub(super) const WITHDRAWAL: &str = "Withdrawal(address fromAccount,address toEthAddress,uint8 tokenCurrency,\
     uint64 numTokens,uint32 nonce,int64 expiration)";

impl TypedData for Withdrawal {
    fn struct_hash(&self) -> Digest {
        let [nonce, expiration] = self.validity.words();
        let words = [
            address(&self.from_account),
            address(&self.to_eth_address),
            uint(self.currency as u8),
            uint(self.num_tokens),
            nonce,
            expiration,
        ];
        struct_hash(&type_hash(WITHDRAWAL), &words)
    }
}

/// From which margin on positions are reduced by the venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetDeriskToMaintenanceMarginRatio {
    /// The trading account.
    pub sub_account: u64,
    /// The ratio to the maintenance margin × 10^6.
    pub ratio: u32,
    /// Nonce and end.
    pub validity: Validity,
}

pub(super) const SET_DERISK: &str = "SetDeriskToMaintenanceMarginRatio(uint64 subAccountID,\
     uint32 deriskToMaintenanceMarginRatio,uint32 nonce,int64 expiration)";

impl TypedData for SetDeriskToMaintenanceMarginRatio {
    fn struct_hash(&self) -> Digest {
        let [nonce, expiration] = self.validity.words();
        struct_hash(&type_hash(SET_DERISK), &[uint(self.sub_account), uint(self.ratio), nonce, expiration])
    }
}

/// Lets somebody bring orders for a fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthorizeBuilder {
    /// Who pays.
    pub main_account: Address,
    /// Who earns.
    pub builder_account: Address,
    /// The most on futures × 10^4.
    pub max_future_fee_rate: u32,
    /// The most on spot × 10^4.
    pub max_spot_fee_rate: u32,
    /// Nonce and end.
    pub validity: Validity,
}

pub(super) const AUTHORIZE_BUILDER: &str = "AuthorizeBuilder(address mainAccountID,address builderAccountID,\
     uint32 maxFutureFeeRate,uint32 maxSpotFeeRate,uint32 nonce,int64 expiration)";

impl TypedData for AuthorizeBuilder {
    fn struct_hash(&self) -> Digest {
        let [nonce, expiration] = self.validity.words();
        let words = [
            address(&self.main_account),
            address(&self.builder_account),
            uint(self.max_future_fee_rate),
            uint(self.max_spot_fee_rate),
            nonce,
            expiration,
        ];
        struct_hash(&type_hash(AUTHORIZE_BUILDER), &words)
    }
}

/// Margin and leverage of one position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetSubAccountPositionMarginConfig {
    /// The trading account.
    pub sub_account: u64,
    /// The instrument.
    pub asset: Asset,
    /// `PositionMarginType`: 1 isolated, 2 cross.
    pub margin_type: u8,
    /// The leverage, in the venue's units.
    pub leverage: i32,
    /// Nonce and end.
    pub validity: Validity,
}

pub(super) const SET_POSITION_MARGIN: &str = "SetSubAccountPositionMarginConfig(uint64 subAccountID,uint256 asset,\
     uint8 marginType,int32 leverage,uint32 nonce,int64 expiration)";

impl TypedData for SetSubAccountPositionMarginConfig {
    fn struct_hash(&self) -> Digest {
        let [nonce, expiration] = self.validity.words();
        let words = [
            uint(self.sub_account),
            self.asset.word(),
            uint(self.margin_type),
            int(self.leverage),
            nonce,
            expiration,
        ];
        struct_hash(&type_hash(SET_POSITION_MARGIN), &words)
    }
}
