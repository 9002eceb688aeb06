//! Transactions against what the venue's own signer made.

use crate::lighter::fixtures::vectors;

mod bounds;
mod hostile;

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
