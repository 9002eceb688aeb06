//! The two encodings of a message are the same message.

use serde_json::value::RawValue;

use crate::grvt::wire::{Encoding, order::Order, reply::Reply, rpc, send};

/// Of the specification's page of `create_order`, shortened to one line each.
const FULL: &str = r#"{"order":{"sub_account_id":"7","is_market":false,"time_in_force":"GOOD_TILL_TIME","post_only":false,"reduce_only":false,"legs":[{"instrument":"BTC_USDT_Perp","size":"10.5","limit_price":"65038.01","is_buying_asset":true}],"signature":{"signer":"0xc7","r":"0xb7","s":"0x3d","v":28,"expiration":"1697788800000000000","nonce":1234567890,"chain_id":"325"},"metadata":{"client_order_id":"23042","create_time":"1697788800000000000","trigger":{"trigger_type":"TAKE_PROFIT","tpsl":{"trigger_by":"LAST","trigger_price":"65038.10","close_position":false,"is_split_position":false}},"broker":"BROKER_CODE"},"builder":"0x1","builder_fee":"0.001"}}"#;
const LITE: &str = r#"{"o":{"sa":"7","im":false,"ti":"GOOD_TILL_TIME","po":false,"ro":false,"l":[{"i":"BTC_USDT_Perp","s":"10.5","lp":"65038.01","ib":true}],"s":{"s":"0xc7","r":"0xb7","s1":"0x3d","v":28,"e":"1697788800000000000","n":1234567890,"ci":"325"},"m":{"co":"23042","ct":"1697788800000000000","t":{"tt":"TAKE_PROFIT","t":{"tb":"LAST","tp":"65038.10","cp":false,"is":false}},"b":"BROKER_CODE"},"b":"0x1","bf":"0.001"}}"#;

#[test]
fn an_order_in_both() {
    let full: send::CreateOrder<'_> = Encoding::Full.read(FULL.as_bytes()).unwrap();
    let lite: send::CreateOrder<'_> = Encoding::Lite.read(LITE.as_bytes()).unwrap();
    assert_eq!(full, lite);
    assert_eq!(Encoding::Full.write(&lite), FULL);
    assert_eq!(Encoding::Lite.write(&full), LITE);
}

#[test]
fn one_is_not_taken_for_the_other() {
    let error = Encoding::Lite.read::<send::CreateOrder<'_>>(FULL.as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), format!("missing field `order` at line 1 column {}", FULL.len()));
    assert!(Encoding::Full.read::<send::CreateOrder<'_>>(LITE.as_bytes()).is_err());
    assert!(Encoding::Full.read::<Reply<Order<'_>>>(FULL.as_bytes()).is_err());
}

#[test]
fn raw_json_passes_as_it_is() {
    for (encoding, order) in [(Encoding::Full, FULL), (Encoding::Lite, LITE)] {
        let params = RawValue::from_string(order.to_owned()).unwrap();
        let text = encoding.write(&rpc::Request::new("v1/create_order", &*params, 7));
        let read: rpc::Request<'_, Option<&RawValue>> = encoding.read(text.as_bytes()).unwrap();
        assert_eq!(read.params.map(RawValue::get), Some(order));
    }
}

#[test]
fn the_same_raw_or_read() {
    for (encoding, text) in [(Encoding::Full, FULL), (Encoding::Lite, LITE)] {
        let order: send::CreateOrder<'_> = encoding.read(text.as_bytes()).unwrap();
        let request = rpc::Request::new("v1/create_order", order, 7);
        let text = encoding.write(&request);
        assert_eq!(
            encoding.read::<rpc::Request<'_, send::CreateOrder<'_>>>(text.as_bytes()).unwrap(),
            request
        );
    }
}
