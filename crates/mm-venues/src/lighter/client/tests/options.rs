//! What a client can be built from.

use std::time::Duration;

use super::*;
use crate::lighter::{OptionsError, client::options};

fn refused(change: impl FnOnce(&mut Options)) -> String {
    let mut options = Options::new("http://venue", "ws://venue", Vec::new());
    change(&mut options);
    Client::new(options).map(|_| ()).map_err(|error: OptionsError| error.to_string()).unwrap_err()
}

fn credentials(account: i64, keys: &[u8]) -> Option<Credentials> {
    let keys = keys.iter().map(|index| (*index, Signer::simulated(key(*index)))).collect();
    Some(Credentials { account, chain: ChainId::TESTNET, keys })
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let cases = [
        (
            refused(|o| o.transaction_life = Duration::from_secs(600)),
            "transactions live 600000 ms: give 1000 to 599000",
        ),
        (refused(|o| o.transaction_life = Duration::ZERO), "transactions live 0 ms: give 1000 to 599000"),
        (refused(|o| o.market_bound_bp = 0), "market orders are bounded at 0 basis points: give 1 to 5000"),
        (
            refused(|o| o.market_bound_bp = 5_001),
            "market orders are bounded at 5001 basis points: give 1 to 5000",
        ),
        (
            refused(|o| o.symbols = vec![String::new(); 124]),
            "124 symbols: one connection carries the streams of 123",
        ),
        (
            refused(|o| o.credentials = credentials(65, &[])),
            "the account has no API key: give one or several",
        ),
        (refused(|o| o.credentials = credentials(65, &[4, 5, 4])), "API key 4 is given twice: each key once"),
        (
            refused(|o| o.credentials = credentials(0, &[4])),
            "account index cannot be 0: expected 1 to 281474976710654",
        ),
        (
            refused(|o| o.credentials = credentials(65, &[255])),
            "API key index cannot be 255: expected 0 to 254",
        ),
    ];
    for (told, expected) in cases {
        assert_eq!(told, expected);
    }
    assert_eq!(options::CHANNELS_OF_ACCOUNT + 123 * options::CHANNELS_PER_MARKET, 497);
}

#[test]
fn several_keys_are_lanes_beside_each_other() {
    let mut client = stranger(OrdersBy::Http, &[4, 5]);
    events(&mut client, &Ask::Markets, listings());
    for key in [KeyIndex(4), KeyIndex(5)] {
        assert_eq!(client.own_ask(NOW), Some(Ask::Nonce(key)));
        events(&mut client, &Ask::Nonce(key), r#"{"code":200,"nonce":0}"#);
    }
    let ask = Ask::Place(placement(&client, 1));
    for call in [1, 2] {
        assert!(client.may_encode(&ask));
        sent(&mut client, call, &ask).unwrap();
    }
    assert!(!client.may_encode(&ask), "both keys are busy");
}
