//! Transactions against what the venue's own signer made.

mod bounds;
mod hostile;
mod strict;

use mm_crypto::{Felt, hash5};

use super::{ChainId, SignedTx, TxType};
use crate::lighter::fixtures::vectors;

#[test]
fn every_vector_is_read_hashed_and_written_the_same() {
    let transactions = vectors().transactions;
    assert_eq!(transactions.len(), 48);
    for vector in transactions {
        let signed = vector.read();
        assert_eq!(signed.tx.hash(vector.chain()).to_string(), vector.tx_hash, "{}", vector.name);
        let mut text = String::new();
        signed.write_json(&mut text);
        assert_eq!(text, vector.tx_info, "{}", vector.name);
        assert_eq!(signed.tx.check(), Ok(()), "{}", vector.name);
    }
}

#[test]
fn texts_for_an_ethereum_key_are_the_same() {
    let mut n_texts = 0;
    for vector in vectors().transactions {
        let text = vector.read().tx.l1_message(vector.chain());
        assert_eq!(text, vector.l1_message_to_sign, "{}", vector.name);
        n_texts += usize::from(text.is_some());
    }
    assert_eq!(n_texts, 3, "change of key, transfer, integrator");
}

/// No client of that time left a vector: the elements stand here one by one, as lighter-go at adcbe1a lists them.
#[test]
fn transfers_and_withdrawals_of_old_clients_are_hashed_without_asset_and_route() {
    const SIG: &str = "gTx3bdyuCoFdWUO4YxXU2Z01zWUTeu6UtAdnSjJD2RHZcrR5ZjAXANob+8iILPBGz7y5JAmHx6aQHbw0fHehs97PXZ8IJc4BE8KPmC7hGzQ=";
    let check = |tx_type: TxType, body: &str, elements: &[i64]| {
        let text = format!(
            r#"{{"FromAccountIndex":65,"ApiKeyIndex":3,{body},"ExpiredAt":1795390777125,"Nonce":54,"Sig":"{SIG}"}}"#
        );
        let signed = SignedTx::read_json(tx_type, &text).unwrap();
        assert_eq!(signed.tx.check(), Ok(()));
        let head = [304, i64::from(tx_type.code()), 54, 1_795_390_777_125, 65, 3];
        let elements: Vec<Felt> = head.iter().chain(elements).map(|n| Felt::from(*n)).collect();
        assert_eq!(signed.tx.hash(ChainId::MAINNET), hash5(&elements));
    };
    let memo = format!("[{}]", ["7"; 32].join(","));
    check(
        TxType::Transfer,
        &format!(r#""ToAccountIndex":66,"USDCAmount":5000000000,"Fee":3000000,"Memo":{memo}"#),
        &[66, 705_032_704, 1, 3_000_000, 0],
    );
    check(TxType::Withdraw, r#""USDCAmount":5000000000"#, &[705_032_704, 1]);
}
