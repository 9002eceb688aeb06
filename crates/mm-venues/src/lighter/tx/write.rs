//! A transaction to JSON, byte for byte as the venue's own signer writes it. The order of keys is that of its Go
//! structs; nothing is allocated once the buffer has grown.

use mm_crypto::Signature;

use super::{SignedTx, Tx, TxType, fields::write_field, values::write_base64};

/// Where the signature of L1 stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum L1Signature {
    /// Nowhere.
    No,
    /// Among the fields of the body.
    Inside,
    /// After the signature.
    After,
}

impl TxType {
    /// Where it has the signature of L1.
    pub(super) const fn l1_signature(self) -> L1Signature {
        match self {
            Self::ChangePubKey => L1Signature::Inside,
            Self::Transfer | Self::ApproveIntegrator => L1Signature::After,
            _ => L1Signature::No,
        }
    }

    /// What the account's index is called.
    pub(super) const fn account_key(self) -> &'static str {
        match self {
            Self::Transfer | Self::Withdraw => "FromAccountIndex",
            _ => "AccountIndex",
        }
    }
}

impl Tx {
    /// Appends its `tx_info`, signed. `l1_signature` is text in hex and left empty where none is asked for.
    pub fn write_json(&self, signature: &Signature, l1_signature: &str, out: &mut String) {
        let tx_type = self.tx_type();
        let l1 = |out: &mut String| {
            debug_assert!(
                l1_signature.bytes().all(|byte| byte.is_ascii_alphanumeric()),
                "hex needs no escapes"
            );
            out.push_str("\"L1Sig\":\"");
            out.push_str(l1_signature);
            out.push_str("\",");
        };
        out.push_str("{\"");
        out.push_str(tx_type.account_key());
        write_field("\":", &self.header.account, out);
        write_field("\"ApiKeyIndex\":", &self.header.api_key, out);
        self.body.fields().write(out);
        if tx_type.l1_signature() == L1Signature::Inside {
            l1(out);
        }
        write_field("\"ExpiredAt\":", &self.header.expired_at, out);
        write_field("\"Nonce\":", &self.header.nonce, out);
        out.push_str("\"Sig\":");
        write_base64::<80, 108>(&signature.to_bytes(), out);
        out.push(',');
        if tx_type.l1_signature() == L1Signature::After {
            l1(out);
        }
        out.push_str("\"L2TxAttributes\":");
        self.attributes.write(out);
        out.push('}');
    }
}

impl SignedTx {
    /// Appends its `tx_info`.
    pub fn write_json(&self, out: &mut String) {
        self.tx.write_json(&self.signature, &self.l1_signature, out);
    }
}
