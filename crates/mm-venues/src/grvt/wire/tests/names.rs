//! The table of short names against the venue's own, and against our types.

use std::collections::{BTreeMap, BTreeSet};

use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor, value::Error as Said},
};

use super::every_type;
use crate::grvt::wire::{
    account, error, history, legacy, lite::TABLE, market, market_data, order, paths, reply, rpc, send,
    settings, stream,
};

/// Our rows that stand for several of the venue's with the same names, by what they stand for.
const STAND_FOR: &[(&str, &[&str])] = &[
    ("ApiGetInstrumentRequest", &["ApiGetMarginRulesRequest", "ApiMiniTickerRequest", "ApiTickerRequest"]),
    ("ApiSubAccountSummaryRequest", &["ApiGetAllInitialLeverageRequest"]),
    ("ApiCancelAllOrdersRequest", &["ApiOpenOrdersRequest", "ApiPositionsRequest"]),
    ("ApiFillHistoryRequest", &["ApiOrderHistoryRequest"]),
    ("WSListStreamsResult", &["WSUnsubscribeAllResult"]),
    ("EmptyRequest", &["ApiGetCurrencyRequest"]),
    (
        "Reply",
        &[
            "AckResponse",
            "ApiAggregatedAccountSummaryResponse",
            "ApiCreateOrderResponse",
            "ApiGetAllInstrumentsResponse",
            "ApiGetCurrencyResponse",
            "ApiGetFilteredInstrumentsResponse",
            "ApiGetInstrumentResponse",
            "ApiGetOrderResponse",
            "ApiMiniTickerResponse",
            "ApiOpenOrdersResponse",
            "ApiOrderbookLevelsResponse",
            "ApiPositionsResponse",
            "ApiSubAccountSummaryResponse",
            "ApiTickerResponse",
            "ApiTradeResponse",
        ],
    ),
    (
        "Page",
        &[
            "ApiCandlestickResponse",
            "ApiFillHistoryResponse",
            "ApiFundingPaymentHistoryResponse",
            "ApiFundingRateResponse",
            "ApiOrderHistoryResponse",
            "ApiTradeHistoryResponse",
        ],
    ),
    (
        "Feed",
        &[
            "WSCancelFeedDataV1",
            "WSCandlestickFeedDataV1",
            "WSDepositFeedDataV1",
            "WSFillFeedDataV1",
            "WSMiniTickerFeedDataV1",
            "WSOrderFeedDataV1",
            "WSOrderStateFeedDataV1",
            "WSOrderbookLevelsFeedDataV1",
            "WSPositionsFeedDataV1",
            "WSTickerFeedDataV1",
            "WSTradeFeedDataV1",
            "WSTransferFeedDataV1",
            "WSWithdrawalFeedDataV1",
        ],
    ),
    ("WSSubscribeParams", &["WSUnsubscribeParams"]),
];

/// Rows that no type of the venue's has under a name of its own.
const OURS: &[&str] = &["Feed", "GrvtError", "Head", "Page", "Reply"];

/// Fields of ours that the specification does not have, or spells in its prose alone.
const UNNAMED: &[(&str, &str)] =
    &[("ApiBulkOrdersRequest", "client_order_ids"), ("ApiBulkOrdersRequest", "order_ids")];

/// Fields that the specification does not have and the venue's JavaScript client has (`@grvt/client` 1.7.0).
const CLIENTS: &[(&str, &str, &str)] = &[
    ("OrderMetadata", "is_position_transfer", "ip"),
    ("OrderMetadata", "allow_crossing", "ac"),
    ("Ticker", "funding_interval_hours", "fi"),
];

/// Fields of the specification that our types leave out.
const LEFT_OUT: &[(&str, &str)] = &[
    ("ClientTier", "spot_maker_fee"),
    ("ClientTier", "spot_taker_fee"),
    ("GrvtError", "request_id"),
    ("TransferHistory", "from_wallet_type"),
    ("TransferHistory", "to_wallet_type"),
];

type Rows = BTreeMap<String, Vec<(String, String)>>;

/// `fixtures/grvt/names.tsv`; a type without fields is not in it.
fn venues() -> Rows {
    let mut rows = Rows::new();
    for row in crate::fixtures::file("grvt", "names.tsv").lines().skip(2) {
        let [name, full, short, ..] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        rows.entry(name.to_owned()).or_default().push((full.to_owned(), short.to_owned()));
    }
    assert_eq!(rows.values().map(Vec::len).sum::<usize>(), 532);
    rows
}

fn table() -> Rows {
    let owned = |(full, short): &(&str, &str)| ((*full).to_owned(), (*short).to_owned());
    TABLE.iter().map(|(name, names)| ((*name).to_owned(), names.0.iter().map(owned).collect())).collect()
}

#[test]
fn the_table_is_the_venues() {
    let (mut venues, ours) = (venues(), table());
    for (name, full, short) in CLIENTS {
        venues.entry((*name).to_owned()).or_default().push(((*full).to_owned(), (*short).to_owned()));
    }
    for (name, fields) in ours.iter().filter(|(name, _)| !OURS.contains(&name.as_str())) {
        assert_eq!(venues.get(name).cloned().unwrap_or_default(), *fields, "{name}");
    }
    for (ours_name, stand_for) in STAND_FOR {
        for name in *stand_for {
            assert_eq!(venues.get(*name).cloned().unwrap_or_default(), ours[*ours_name], "{name}");
        }
    }
}

#[test]
fn a_short_name_means_one_field() {
    assert!(TABLE.is_sorted_by(|(a, _), (b, _)| a < b), "by name, for the search");
    for (name, names) in TABLE {
        let (full, short): (BTreeSet<_>, BTreeSet<_>) = names.0.iter().copied().unzip();
        assert_eq!((full.len(), short.len()), (names.0.len(), names.0.len()), "{name}");
    }
}

/// Every type of every call that we know is in the table, or one that stands for it is.
#[test]
fn every_call_has_its_names() {
    let known = |name: &str| {
        TABLE.iter().any(|(ours, _)| *ours == name)
            || STAND_FOR.iter().any(|(_, names)| names.contains(&name))
    };
    let mut n_calls = 0;
    for row in crate::fixtures::file("grvt", "calls.tsv").lines().skip(2) {
        let [gateway, method, session, request, reply] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{row}")
        };
        let Some(endpoint) = paths::Endpoint::of_method(method) else { continue };
        let (host, has_session) = match endpoint.host() {
            paths::Host::MarketData => ("MarketData", "no"),
            paths::Host::Trades => ("Trading", "yes"),
        };
        assert_eq!((gateway, session), (host, has_session), "{method}");
        assert!(known(request) && known(reply), "{row}");
        n_calls += 1;
    }
    assert_eq!(n_calls, paths::Endpoint::ALL.len());
}

/// Tells what struct a type is, by its serde name and fields, instead of giving it anything.
struct Recorder<'a>(&'a mut Option<(&'static str, &'static [&'static str])>);

impl<'de> Deserializer<'de> for Recorder<'_> {
    type Error = Said;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Said> {
        *self.0 = Some((name, fields));
        Err(Said::custom("only asked"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Said> {
        Err(Said::custom("no struct"))
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Said> {
        self.deserialize_any(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Said> {
        self.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

fn structs() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut structs = BTreeMap::<_, BTreeSet<_>>::new();
    macro_rules! record {
        ($($type:ty),+ $(,)?) => {$({
            let mut found = None;
            let read = <$type>::deserialize(Recorder(&mut found));
            match found {
                Some((name, fields)) => structs.entry(name).or_default().extend(fields),
                // The one that reads anything.
                None => assert_eq!(stringify!($type).replace(' ', ""), "reply::Empty", "{:?}", read.is_ok()),
            }
        })+};
    }
    every_type!(record);
    let mut found = None;
    let _ = stream::Head::deserialize(Recorder(&mut found));
    structs.extend(found.map(|(name, fields)| (name, fields.iter().copied().collect())));
    structs.insert("EmptyRequest", BTreeSet::new());
    structs
}

#[test]
fn every_field_of_ours_has_a_name_and_every_name_a_field() {
    let (structs, table) = (structs(), table());
    assert_eq!(structs.keys().collect::<Vec<_>>(), table.keys().collect::<Vec<_>>());
    for (name, fields) in &structs {
        let named: BTreeSet<&str> = table[*name].iter().map(|(full, _)| full.as_str()).collect();
        let unnamed: Vec<_> = fields.difference(&named).map(|field| (*name, *field)).collect();
        let left_out: Vec<_> = named.difference(fields).map(|field| (*name, *field)).collect();
        let of = |all: &[(&'static str, &'static str)]| -> Vec<_> {
            all.iter().filter(|(of, _)| of == name).copied().collect()
        };
        assert_eq!(unnamed, of(UNNAMED), "{name}: no short name");
        assert_eq!(left_out, of(LEFT_OUT), "{name}: no field");
    }
}
