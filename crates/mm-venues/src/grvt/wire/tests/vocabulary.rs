//! Words and codes against the venue's own lists.

use std::collections::BTreeMap;

use crate::grvt::wire::{
    BrokerTag, CancelStatus, CandleInterval, CandleType, FundingAggregation, Kind, MarginType,
    OrderRejectReason, OrderStatus, PositionMarginType, SettlementPeriod, SubAccountMode, TimeInForce,
    TransferType, TriggerBy, TriggerType, Venue, error::codes,
};

/// The lines of a table, cut at its tabs.
fn rows<const N: usize>(name: &str) -> Vec<[String; N]> {
    let text = crate::fixtures::file("grvt", name);
    let cut = |line: &str| {
        let cells: Vec<_> = line.split('\t').map(str::to_owned).collect();
        cells.try_into().unwrap_or_else(|cells| panic!("{name}: {cells:?}"))
    };
    text.lines().skip(2).map(cut).collect()
}

#[test]
fn every_word_of_the_venues_is_known() {
    let mut words = BTreeMap::<String, Vec<(String, String)>>::new();
    for [set, word, number] in rows("words.tsv") {
        words.entry(set).or_default().push((word, number));
    }
    macro_rules! compare {
        ($($ours:ident = $name:literal $(and $more:literal)?;)+) => {$({
            let theirs: Vec<_> =
                words.remove($name).unwrap_or_default().into_iter().map(|(word, _)| word).collect();
            let ours: Vec<_> = $ours::KNOWN.iter().map($ours::as_str).filter(|word| {
                let more: &[&str] = &[$($more)?];
                !more.contains(word)
            }).collect();
            assert_eq!(ours, theirs, $name);
        })+};
    }
    let codes: Vec<_> = words["TimeInForce"].iter().map(|(_, number)| number.parse().ok()).collect();
    assert_eq!(TimeInForce::KNOWN.iter().map(TimeInForce::code).collect::<Vec<_>>(), codes);
    compare! {
        BrokerTag = "BrokerTag";
        CancelStatus = "CancelStatus";
        CandleInterval = "CandlestickInterval";
        CandleType = "CandlestickType";
        FundingAggregation = "FundingRateAggregationType";
        Kind = "Kind";
        MarginType = "MarginType";
        OrderRejectReason = "OrderRejectReason";
        OrderStatus = "OrderStatus";
        PositionMarginType = "PositionMarginType";
        SettlementPeriod = "InstrumentSettlementPeriod";
        SubAccountMode = "SubAccountMode" and "MULTI_ASSET_MODE";
        TimeInForce = "TimeInForce";
        TransferType = "TransferType";
        TriggerBy = "TriggerBy";
        TriggerType = "TriggerType";
        Venue = "Venue";
    }
    assert!(words.is_empty(), "{:?}", words.keys());
}

#[test]
fn an_unknown_word_is_kept() {
    let word: OrderStatus = serde_json::from_str("\"PARTIALLY_FILLED\"").unwrap();
    assert_eq!(word, OrderStatus::Unknown("PARTIALLY_FILLED".into()));
    assert_eq!(serde_json::to_string(&word).unwrap(), "\"PARTIALLY_FILLED\"");
    assert_eq!(TimeInForce::from("good_till_time").code(), None);
    assert_eq!(CandleInterval::from("CI_2_M").seconds(), None);
    assert_eq!(CandleInterval::from("CI_1_W").seconds(), Some(604_800));
}

#[test]
fn codes_have_the_venues_statuses() {
    // Codes that clients have met and that the specification does not list.
    const UNLISTED: [u32; 2] = [3001, 7201];
    let theirs: BTreeMap<u32, u16> = rows("error-codes.tsv")
        .into_iter()
        .map(|[code, status]| (code.parse().unwrap(), status.parse().unwrap()))
        .collect();
    assert_eq!(theirs.len(), 150);
    assert!(codes::ALL.is_sorted_by(|a, b| a.number < b.number));
    for code in codes::ALL {
        let listed = theirs.get(&code.number).copied();
        assert_eq!(listed.is_none(), UNLISTED.contains(&code.number), "{}", code.number);
        assert_eq!(listed.unwrap_or(400), code.status, "{}", code.number);
        assert_eq!(codes::by_number(code.number), Some(*code));
    }
    assert_eq!(codes::by_number(43), None);
}
