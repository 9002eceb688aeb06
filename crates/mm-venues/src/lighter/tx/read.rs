//! JSON to a transaction, strictly: every field once, in any order, none that we do not know, numbers as integers.
//! `L2TxAttributes` may be left out, because clients before them do (SDK 0.1.x).

use std::{fmt, marker::PhantomData};

use mm_crypto::Signature;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};

use super::{
    ApproveIntegrator, Attributes, Body, CancelAllOrders, CancelOrder, ChangePubKey, CreateGroupedOrders,
    CreateSubAccount, Header, ModifyOrder, Order, SignedTx, Transfer, Tx, TxType, UpdateAccountAssetConfig,
    UpdateAccountConfig, UpdateLeverage, UpdateMargin, UsdcTransfer, UsdcWithdraw, Withdraw,
    fields::{ReadFields, Rest, present, put},
    write::L1Signature,
};

/// Why text is no transaction of its type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("tx_info of type {}: {reason}", tx_type.code())]
pub struct ReadError {
    /// What it should have been.
    pub tx_type: TxType,
    /// The field that could not be read, where it was one.
    pub field: Option<&'static str>,
    /// What is wrong.
    pub reason: String,
}

impl SignedTx {
    /// Reads a `tx_info`.
    ///
    /// # Errors
    /// [`ReadError`] says what is wrong with it.
    pub fn read_json(tx_type: TxType, text: &str) -> Result<Self, ReadError> {
        match tx_type {
            TxType::ChangePubKey => read::<ChangePubKey>(tx_type, text),
            TxType::CreateSubAccount => read::<CreateSubAccount>(tx_type, text),
            TxType::Transfer => read::<Transfer>(tx_type, text)
                .or_else(|error| read::<UsdcTransfer>(tx_type, text).map_err(|_| error)),
            TxType::Withdraw => read::<Withdraw>(tx_type, text)
                .or_else(|error| read::<UsdcWithdraw>(tx_type, text).map_err(|_| error)),
            TxType::CreateOrder => read::<Order>(tx_type, text),
            TxType::CancelOrder => read::<CancelOrder>(tx_type, text),
            TxType::CancelAllOrders => read::<CancelAllOrders>(tx_type, text),
            TxType::ModifyOrder => read::<ModifyOrder>(tx_type, text),
            TxType::UpdateLeverage => read::<UpdateLeverage>(tx_type, text),
            TxType::CreateGroupedOrders => read::<CreateGroupedOrders>(tx_type, text),
            TxType::UpdateMargin => read::<UpdateMargin>(tx_type, text),
            TxType::UpdateAccountConfig => read::<UpdateAccountConfig>(tx_type, text),
            TxType::UpdateAccountAssetConfig => read::<UpdateAccountAssetConfig>(tx_type, text),
            TxType::ApproveIntegrator => read::<ApproveIntegrator>(tx_type, text),
        }
    }
}

fn read<T: ReadFields + Into<Body>>(tx_type: TxType, text: &str) -> Result<SignedTx, ReadError> {
    let mut common = Common::new(tx_type);
    let mut json = serde_json::Deserializer::from_str(text);
    let body = Whole::<T> { common: &mut common, body: PhantomData }.deserialize(&mut json);
    let read = body.and_then(|body| json.end().map(|()| body)).and_then(|body| common.finish(body.into()));
    read.map_err(|error| ReadError { tx_type, field: common.at, reason: error.to_string() })
}

/// The object, whose body is a `T`.
struct Whole<'a, T> {
    common: &'a mut Common,
    body: PhantomData<T>,
}

impl<'de, T: ReadFields> DeserializeSeed<'de> for Whole<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<T, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de, T: ReadFields> Visitor<'de> for Whole<'_, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object of a transaction")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        T::read(&mut map, self.common)
    }
}

/// The fields that all transactions have.
struct Common {
    tx_type: TxType,
    at: Option<&'static str>,
    account: Option<i64>,
    api_key: Option<u8>,
    expired_at: Option<i64>,
    nonce: Option<i64>,
    signature: Option<Signature>,
    l1_signature: Option<String>,
    attributes: Option<Attributes>,
}

impl Common {
    fn new(tx_type: TxType) -> Self {
        Self {
            tx_type,
            at: None,
            account: None,
            api_key: None,
            expired_at: None,
            nonce: None,
            signature: None,
            l1_signature: None,
            attributes: None,
        }
    }

    fn finish<E: Error>(&mut self, body: Body) -> Result<SignedTx, E> {
        let header = Header {
            account: present(self.tx_type.account_key(), self.account)?,
            api_key: present("ApiKeyIndex", self.api_key)?,
            expired_at: present("ExpiredAt", self.expired_at)?,
            nonce: present("Nonce", self.nonce)?,
        };
        let tx = Tx { header, body, attributes: self.attributes.unwrap_or_default() };
        let signature = present("Sig", self.signature)?;
        Ok(SignedTx { tx, signature, l1_signature: self.l1_signature.take().unwrap_or_default() })
    }
}

impl Rest for Common {
    fn at(&mut self) -> &mut Option<&'static str> {
        &mut self.at
    }

    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let account = self.tx_type.account_key();
        let at = &mut self.at;
        match key {
            "ApiKeyIndex" => put("ApiKeyIndex", &mut self.api_key, map, at),
            "ExpiredAt" => put("ExpiredAt", &mut self.expired_at, map, at),
            "Nonce" => put("Nonce", &mut self.nonce, map, at),
            "Sig" => put("Sig", &mut self.signature, map, at),
            "L2TxAttributes" => put("L2TxAttributes", &mut self.attributes, map, at),
            "L1Sig" if self.tx_type.l1_signature() != L1Signature::No => {
                put("L1Sig", &mut self.l1_signature, map, at)
            }
            _ if key == account => put(account, &mut self.account, map, at),
            _ => Err(A::Error::custom(format_args!("field {key} is not known"))),
        }
    }
}
