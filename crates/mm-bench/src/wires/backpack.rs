//! Backpack as the rows know it.

use bytes::Bytes;
use mm_model::{ClientId, Markets, Timestamp};
use mm_venues::{
    backpack::{Client, Options},
    client::{CallRef, Outbox},
};

use super::{Turn, Wire};
use crate::requests::verify;

/// The market of the rows.
pub const SYMBOL: &str = "SOL_USDC_PERP";
/// Base64 of 32 bytes that are nobody's key.
pub const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// The public half of [`SECRET`].
pub const API_KEY: &str = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";
/// What the venue lists.
pub const MARKETS: &str = r#"[{"symbol":"SOL_USDC_PERP","baseSymbol":"SOL","quoteSymbol":"USDC","marketType":"PERP","orderBookState":"Open","visible":true,"createdAt":"2025-01-21T06:34:54.691858","fundingInterval":3600000,"fundingRateUpperBound":"100","fundingRateLowerBound":"-100","openInterestLimit":"0","positionLimitWeight":null,"imfFunction":{"type":"sqrt","base":"0.02","factor":"0.00006"},"mmfFunction":{"type":"sqrt","base":"0.0125","factor":"0.0000412"},"filters":{"price":{"minPrice":"0.01","maxPrice":"1000000","tickSize":"0.01","maxMultiplier":"1.25","minMultiplier":"0.75","maxImpactMultiplier":"1.05","minImpactMultiplier":"0.95","borrowEntryFeeMaxMultiplier":null,"borrowEntryFeeMinMultiplier":null,"meanMarkPriceBand":{"maxMultiplier":"1.1","minMultiplier":"0.9"},"meanPremiumBand":null},"quantity":{"minQuantity":"0.01","stepSize":"0.01","maxQuantity":null}}}]"#;

/// See the module.
#[derive(Clone, Copy, Debug)]
pub struct Backpack;

impl Wire for Backpack {
    type Client = Client;

    const PREFIX: &'static str = "";
    const SYMBOL: &'static str = SYMBOL;

    fn client() -> Client {
        let options = Options::new("http://127.0.0.1:1", "ws://127.0.0.1:1", vec![SYMBOL.into()]);
        let options = options.with_keys(API_KEY, SECRET).expect("the key is well-formed");
        Client::new(options).expect("the options are valid")
    }

    fn markets(client: &Client) -> &Markets {
        client.markets()
    }

    fn listing() -> Bytes {
        Bytes::from_static(MARKETS.as_bytes())
    }

    fn begin(_client: &mut Client, _now: Timestamp) -> Vec<Bytes> {
        Vec::new()
    }

    fn answer(_call: CallRef, _id: ClientId) -> Option<Bytes> {
        None
    }

    /// Keys in alphabetical order, one change of a level or two.
    fn depth(seq: u64) -> Bytes {
        let (bid, ask) = (1 + seq % 90, 1 + seq % 70);
        Bytes::from(format!(
            r#"{{"data":{{"E":1788283696669335,"T":1788283696668000,"U":{seq},"a":[["150.01","{ask}.00"]],"b":[["149.99","{bid}.50"],["149.98","7.25"]],"e":"depth","s":"{SYMBOL}","u":{seq}}},"stream":"depth.{SYMBOL}"}}"#
        ))
    }

    fn fill(id: ClientId, trade: u64, filled: &str) -> Bytes {
        let venue_id = 59_887_000_000 + id.0;
        Bytes::from(format!(
            r#"{{"data":{{"E":1788283696669335,"L":"140.00","N":"USDC","O":"USER","Q":"1400000.00","S":"Bid","T":1788283696668000,"V":"RejectTaker","X":"PartiallyFilled","Z":"1.40","c":{id},"e":"orderFill","f":"GTC","i":"{venue_id}","l":"0.01","m":true,"n":"0.000280","o":"LIMIT","p":"140.00","q":"10000.00","r":false,"s":"{SYMBOL}","t":{trade},"y":false,"z":"{filled}"}},"stream":"account.orderUpdate"}}"#
        ))
    }

    fn order(id: ClientId, turn: Turn, filled: &str, _n: u64) -> Bytes {
        let venue_id = 59_887_000_000 + id.0;
        let [event, status] = match turn {
            Turn::Opened => ["orderAccepted", "New"],
            Turn::Cancelled => ["orderCancelled", "Cancelled"],
        };
        Bytes::from(format!(
            r#"{{"data":{{"E":1788283696669335,"O":"USER","Q":"1400000.00","S":"Bid","T":1788283696668000,"V":"RejectTaker","X":"{status}","Z":"0","c":{id},"e":"{event}","f":"GTC","i":"{venue_id}","o":"LIMIT","p":"140.00","q":"10000.00","r":false,"s":"{SYMBOL}","t":null,"y":false,"z":"{filled}"}},"stream":"account.orderUpdate"}}"#
        ))
    }

    fn check(now: Timestamp, outbox: &Outbox) {
        verify(now, &outbox.request).expect("the venue's half accepts the signature");
    }
}
