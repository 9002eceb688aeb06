//! What is no conversation: numbers, queries, transactions, tapes, and the simulator's own files.

use mm_model::{Decimal, Market, MarketId, MarketKind, Price, Qty, TradingState};
use mm_sim::{
    Endpoints,
    faults::Schedule,
    tape::{Record, Tape},
};
use mm_venues::{
    grvt::sign::scaled,
    lighter::{
        sign::AuthToken,
        tx::{ChainId, SignedTx, TxType},
    },
    query::pairs,
};

use crate::{clients::Wire, conversation::conversation, plausible, seeds};

/// Decimals, and prices and sizes on steps of all kinds: what is read is written and read as the same.
pub(super) fn numbers(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    match Decimal::parse(text) {
        Ok(number) => {
            assert!(number.scale <= 18 && number.mantissa.unsigned_abs() < 10u128.pow(36), "{number:?}");
            let again = Decimal::parse(&number.to_string()).expect("what we write can be read");
            assert_eq!((again.mantissa, again.scale), (number.mantissa, number.scale));
            // Nothing but digits, one dot and a minus in front is a number.
            assert!(
                text.bytes()
                    .enumerate()
                    .all(|(n, c)| c.is_ascii_digit() || c == b'.' || (c == b'-' && n == 0))
            );
        }
        Err(error) => plausible::short(&error.to_string()),
    }
    let _ = (scaled(text, 9), scaled(text, 0), scaled(text, 18));
    for (tick, lot) in [("0.01", "0.001"), ("0.05", "10"), ("1", "0.000000001"), ("2.5", "0.25")] {
        let market = market(tick, lot);
        if let Ok(price) = market.price(text) {
            let mut written = String::new();
            market.write_price(price, &mut written);
            assert_eq!(market.price(&written), Ok(price));
            assert_eq!(market.price_decimal(price), Decimal::parse(text).expect("a price is a number"));
        }
        if let Ok(qty) = market.qty(text) {
            assert_eq!(market.qty_decimal(qty), Decimal::parse(text).expect("a size is a number"));
        }
    }
}

fn market(tick: &str, lot: &str) -> Market {
    let decimal = |text| Decimal::parse(text).expect("a number");
    Market {
        id: MarketId(0),
        symbol: "A".into(),
        base: "A".into(),
        quote: "B".into(),
        kind: MarketKind::Spot,
        trading: TradingState::Open,
        tick: decimal(tick),
        lot: decimal(lot),
        min_qty: Qty(1),
        max_qty: None,
        min_notional: None,
    }
}

pub(super) fn some_numbers() -> Vec<Vec<u8>> {
    let texts = [
        "0",
        "-0",
        "1",
        "141.50",
        "0.000000000000000001",
        "99999999.99",
        "123456789012345678.5",
        "10",
        "2.50",
    ];
    texts
        .iter()
        .map(|text| text.as_bytes().to_vec())
        .chain([Price(i64::MAX).0.to_string().into_bytes()])
        .collect()
}

/// A query's pairs.
pub(super) fn query(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Ok(read) = pairs(text) else { return };
    let mut written = String::new();
    for (name, value) in &read {
        if !written.is_empty() {
            written.push('&');
        }
        mm_venues::query::encode(name, &mut written);
        written.push('=');
        mm_venues::query::encode(value, &mut written);
    }
    assert_eq!(pairs(&written).as_ref(), Ok(&read), "{written}");
    let _ = mm_venues::query::to_json(text);
}

pub(super) fn queries() -> Vec<Vec<u8>> {
    let recorded = [Wire::Backpack, Wire::Lighter]
        .into_iter()
        .flat_map(|wire| conversation(wire).calls.iter().map(|(_, request, _)| request.query.clone()));
    let mut queries: Vec<String> = recorded.filter(|query| !query.is_empty()).collect();
    queries.push("a=%F0%9F%92%A5&b=1+2&c=&d=%25".to_owned());
    queries.into_iter().map(String::into_bytes).collect()
}

/// A transaction of Lighter's, of the type that the first byte names, and its tokens.
pub(super) fn lighter_transaction(input: &[u8]) {
    let Some((first, text)) = input.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    if let Ok(token) = AuthToken::parse(text) {
        let _ = format!("{token:?}");
    }
    let Some(tx_type) = TxType::from_code(*first) else { return };
    if let Ok(signed) = SignedTx::read_json(tx_type, text) {
        let mut written = String::new();
        signed.write_json(&mut written);
        assert_eq!(SignedTx::read_json(tx_type, &written).as_ref(), Ok(&signed), "{written}");
        let _ = (signed.tx.hash(ChainId::MAINNET), signed.tx.check(), signed.tx.l1_message(ChainId::MAINNET));
    }
}

/// The transactions of the vectors.
pub(super) fn lighter_transactions() -> Vec<Vec<u8>> {
    let vectors: serde_json::Value =
        serde_json::from_slice(&seeds::file("lighter", "vectors.json")).expect("JSON");
    let rows = vectors["transactions"].as_array().expect("a list");
    let seed = |row: &serde_json::Value| {
        let code = row["tx_type"].as_u64().and_then(|code| u8::try_from(code).ok()).expect("a type");
        [&[code], row["tx_info"].as_str().expect("a text").as_bytes()].concat()
    };
    rows.iter().map(seed).chain([b"\x0e1800000600:101:4:00".to_vec()]).collect()
}

/// Lines of a tape, and the book that they make.
pub(super) fn tape(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let records: Vec<Record> = text.lines().filter_map(|line| Record::parse(line).ok()).collect();
    if let Ok(tape) = Tape::from_records(records) {
        assert!(tape.steps.is_sorted_by_key(mm_sim::tape::Step::at));
    }
}

pub(super) fn tapes() -> Vec<Vec<u8>> {
    let book = r#"1 {"lastUpdateId":10,"bids":[["1.00","2.00"]],"asks":[["1.01","3.00"]]}"#;
    let delta = r#"2 {"stream":"a@depth","data":{"e":"depthUpdate","E":5,"s":"A","U":11,"u":12,"b":[["1.00","0"]],"a":[]}}"#;
    let trade = r#"3 {"stream":"a@trade","data":{"e":"trade","E":6,"s":"A","t":1,"p":"1.01","q":"0.5","T":6,"m":true}}"#;
    let ticker =
        r#"4 {"stream":"a@bookTicker","data":{"u":12,"s":"A","b":"1.00","B":"2","a":"1.01","A":"3"}}"#;
    let whole = [book, delta, trade, ticker].join("\n");
    [book, delta, trade, ticker, &whole].iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// The endpoints file.
pub(super) fn endpoints(input: &[u8]) {
    if let Ok(read) = serde_json::from_slice::<Endpoints>(input) {
        let written = serde_json::to_vec(&read).expect("JSON");
        assert_eq!(serde_json::from_slice::<Endpoints>(&written).expect("what we write can be read"), read);
    }
}

pub(super) fn some_endpoints() -> Vec<Vec<u8>> {
    let wires = [Wire::Backpack, Wire::Lighter, Wire::GrvtFull].into_iter();
    wires.map(|wire| serde_json::to_vec(&conversation(wire).endpoints).expect("JSON")).collect()
}

/// A schedule of faults.
pub(super) fn faults(input: &[u8]) {
    match Schedule::parse(input) {
        Ok(read) => {
            let written = serde_json::to_vec(&read).expect("JSON");
            assert_eq!(Schedule::parse(&written), Ok(read));
        }
        Err(why) => assert!(why.chars().count() < 2_000_000, "as long as what it quotes at most"),
    }
}

pub(super) fn some_faults() -> Vec<Vec<u8>> {
    let texts = [
        r#"{"seed":3,"rules":[{"where":"reply","match":{"venue":"backpack","ask":"place"},"do":{"status":{"code":503,"body":"x"}},"probability":0.5,"times":2}]}"#,
        r#"[{"where":"frame","do":"delay","ms":250,"from_ns":1,"until_ns":null},{"where":"connection","do":"drop"}]"#,
        r#"[{"where":"reply","do":"lie","positions":{"SOL_USDC_PERP":"1.0"},"open_orders":[]}]"#,
        r#"{"rules":[{"where":"request","do":"skew","ms":-5},{"where":"reply","do":"corrupt","probability":0.3},{"where":"reply","do":{"rate_limit":{"retry_after_s":3}}}]}"#,
    ];
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}
