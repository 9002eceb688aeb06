//! Whatever comes, nothing panics, and what is read is written back as the same transaction.

use proptest::prelude::*;

use crate::lighter::{
    fixtures::vectors,
    spoil::{splice, spliced},
    tx::{ChainId, SignedTx, TxType},
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_spoilt_text_is_refused_or_is_a_transaction(
        which in 0..48usize,
        as_type in any::<prop::sample::Index>(),
        keep_type in prop::bool::weighted(0.9),
        splices in prop::collection::vec(splice(), 1..4),
    ) {
        let vector = &vectors().transactions[which];
        let types: Vec<TxType> = (0..=u8::MAX).filter_map(TxType::from_code).collect();
        let tx_type = if keep_type { vector.tx_type() } else { types[as_type.index(types.len())] };
        if let Ok(signed) = SignedTx::read_json(tx_type, &spliced(&vector.tx_info, &splices)) {
            let mut text = String::new();
            signed.write_json(&mut text);
            prop_assert_eq!(&SignedTx::read_json(tx_type, &text), &Ok(signed.clone()));
            // Hashed and bounded whatever it holds.
            let _ = (signed.tx.hash(ChainId::MAINNET), signed.tx.check(), signed.tx.l1_message(ChainId::MAINNET));
        }
    }
}
