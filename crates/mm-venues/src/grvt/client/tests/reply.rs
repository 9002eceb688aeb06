//! What answers tell: orders that are on their way, lookups, lists and their pages.

use expect_test::{Expect, expect};
use mm_model::{Mode, OrderQuery, RefusalKind};
use wire::{
    account::{ClientTier, FundingAccountReply, FundingAccountSummary, SpotBalance, SubAccount},
    market_data::{Book, Level},
    order::Order,
    reply::{Page, Reply as Told},
    send::{Ack, BulkOrdersReply, CreateOrder},
};

use super::*;

/// What a good answer tells, the same in both encodings.
fn tells(ask: &dyn Fn(&Client) -> Ask, body: &dyn Fn(Encoding) -> String, expected: Expect) {
    let told = Encoding::ALL.map(|encoding| {
        let mut client = client(encoding);
        let ask = ask(&client);
        let (next, events) = answer(&mut client, 1, &ask, &reply(200, body(encoding)));
        format!("{next:?}\n{}", shown(&events))
    });
    assert_eq!(told[0], told[1]);
    expected.assert_eq(&told[0]);
}

fn place(client: &Client) -> Ask {
    Ask::Place(placement(client, ID))
}

fn query(client: &Client) -> OrderQuery {
    OrderQuery { market: market(client, BTC), client_id: ClientId(ID), venue_id: None, created_at: NOW }
}

fn orders<'a>(rows: Vec<Order<'a>>, next: &'a str) -> Page<'a, Order<'a>> {
    Page { result: rows, next: next.into() }
}

/// The ack says mostly that an order is on its way; whatever it says is heard.
#[test]
fn acknowledgements() {
    let id = ID.to_string();
    let check = |order_id: &'static str, words: [&'static str; 3], expected: Expect| {
        let body = |encoding: Encoding| encoding.write(&Told { result: order(&id, order_id, words) });
        tells(&place, &body, expected);
    };
    check(
        "0x00",
        ["PENDING", "UNSPECIFIED", "0.0"],
        expect![[r#"
        Ok(Done)
        Queued { client_id: ClientId(9223372036854775815) }
    "#]],
    );
    check(
        "0x00",
        ["OPEN", "UNSPECIFIED", "0.0"],
        expect![[r#"
        Ok(Done)
        Queued { client_id: ClientId(9223372036854775815) }
    "#]],
    );
    check(
        "",
        ["FILLED", "UNSPECIFIED", "1.013"],
        expect![[r#"
        Ok(Done)
        Queued { client_id: ClientId(9223372036854775815) }
    "#]],
    );
    check(
        "0x0101",
        ["OPEN", "UNSPECIFIED", "0.5"],
        expect![[r#"
        Ok(Done)
        Order(OrderReport { client_id: Some(ClientId(9223372036854775815)), venue_id: 0x0101, market: MarketId(0), side: Buy, price: Some(Price(689005)), qty: Qty(1013), version: 0, filled: Qty(500), status: Open, at: Timestamp(1795000000000000000) })
    "#]],
    );
    check(
        "0x0101",
        ["FILLED", "UNSPECIFIED", "1.013"],
        expect![[r#"
        Ok(Done)
        Order(OrderReport { client_id: Some(ClientId(9223372036854775815)), venue_id: 0x0101, market: MarketId(0), side: Buy, price: Some(Price(689005)), qty: Qty(1013), version: 0, filled: Qty(1013), status: Filled, at: Timestamp(1795000000000000000) })
    "#]],
    );
    // Reduce-only, with less to reduce than was asked for.
    check(
        "0x0101",
        ["FILLED", "UNSPECIFIED", "0.5"],
        expect![[r#"
        Ok(Done)
        Order(OrderReport { client_id: Some(ClientId(9223372036854775815)), venue_id: 0x0101, market: MarketId(0), side: Buy, price: Some(Price(689005)), qty: Qty(500), version: 0, filled: Qty(500), status: Filled, at: Timestamp(1795000000000000000) })
    "#]],
    );
    check(
        "0x00",
        ["REJECTED", "BELOW_MARGIN", "0.0"],
        expect![[r#"
        Err(Refused(Refusal { kind: Funds, code: "BELOW_MARGIN", message: "BELOW_MARGIN", retry_after: None }))
    "#]],
    );
    check(
        "0x0101",
        ["REJECTED", "FAIL_POST_ONLY", "0.0"],
        expect![[r#"
        Ok(Done)
        Order(OrderReport { client_id: Some(ClientId(9223372036854775815)), venue_id: 0x0101, market: MarketId(0), side: Buy, price: Some(Price(689005)), qty: Qty(1013), version: 0, filled: Qty(0), status: Rejected { reason: "FAIL_POST_ONLY" }, at: Timestamp(1795000000000000000) })
    "#]],
    );
}

#[test]
fn fault_03_an_answer_that_is_not_ours_or_cannot_be_read_leaves_the_outcome_unknown() {
    for encoding in Encoding::ALL {
        let stranger =
            encoding.write(&Told { result: order("12", "0x0101", ["OPEN", "UNSPECIFIED", "0.0"]) });
        let other = if encoding == Encoding::Full { Encoding::Lite } else { Encoding::Full };
        let id = ID.to_string();
        let in_the_other =
            other.write(&Told { result: order(&id, "0x0101", ["OPEN", "UNSPECIFIED", "0.0"]) });
        let no_ack = encoding.write(&Told { result: Ack { ack: false } });
        for (status, text) in [
            (200, &*stranger),
            (200, &*in_the_other),
            (200, &*no_ack),
            (200, "{}"),
            (200, ""),
            (200, "{\"result\":null}"),
            (500, "{\"code\":1002}"),
            (400, "{\"code\":9999,\"message\":\"new\",\"status\":400}"),
        ] {
            let mut client = client(encoding);
            let place = place(&client);
            body(&mut client, 1, &place);
            let (told, events) = answer(&mut client, 1, &place, &reply(status, text.to_owned()));
            assert!(matches!(told, Err(CallError::OutcomeUnknown(_))), "{text}: {told:?}");
            assert_eq!(events, []);
        }
    }
}

#[test]
fn refusals() {
    for encoding in Encoding::ALL {
        let mut client = client(encoding);
        let place = place(&client);
        body(&mut client, 1, &place);
        let (told, _) = answer(&mut client, 1, &place, &no(encoding, 400, 2080));
        assert!(matches!(told, Err(CallError::Refused(no)) if no.kind == RefusalKind::Funds));
        // Part of a batch may have been taken, unless the no is about the batch as such.
        let batch = Ask::Batch(vec![placement(&client, ID), placement(&client, ID + 1)]);
        let (told, _) = answer(&mut client, 1, &batch, &no(encoding, 400, 2080));
        assert!(matches!(told, Err(CallError::OutcomeUnknown(_))));
        let (told, _) = answer(&mut client, 1, &batch, &no(encoding, 429, 1006));
        assert!(matches!(told, Err(CallError::Refused(no)) if no.kind == RefusalKind::RateLimited));
    }
}

#[test]
fn batches() {
    let [one, two] = [ID.to_string(), (ID + 1).to_string()];
    let ask = |client: &Client| Ask::Batch((0..3).map(|n| placement(client, ID + n)).collect());
    let body = |encoding: Encoding| {
        encoding.write(&BulkOrdersReply {
            orders: vec![
                order(&two, "0x00", ["REJECTED", "BELOW_MARGIN", "0.0"]),
                order(&one, "0x00", ["PENDING", "UNSPECIFIED", "0.0"]),
            ],
            cancel_acks: vec![],
        })
    };
    // Of the third nothing is known.
    tells(
        &ask,
        &body,
        expect![[r#"
        Ok(Done)
        Queued { client_id: ClientId(9223372036854775815) }
        Refused { client_id: ClientId(9223372036854775816), refusal: Refusal { kind: Funds, code: "BELOW_MARGIN", message: "BELOW_MARGIN", retry_after: None } }
    "#]],
    );
}

#[test]
fn calls_by_socket() {
    for encoding in Encoding::ALL {
        let mut client = connected(encoding);
        let id = ID.to_string();
        let place = place(&client);
        let text = by_socket(&mut client, 5, &place);
        let request: Request<'_, CreateOrder<'_>> = encoding.read(text.as_bytes()).unwrap();
        let told = Told { result: order(&id, "0x00", ["PENDING", "UNSPECIFIED", "0.0"]) };
        let response = encoding.write(&Response::new(&request, Ok(told)));
        let heard = hear(&mut client, TRADES, &response);
        let [answer] = &*heard.answers else { panic!("{heard:?}") };
        assert_eq!((answer.to, &answer.result), (CallRef(5), &Ok(Next::Done)));
        assert_eq!(answer.events, [Event::Queued { client_id: ClientId(ID) }]);
        assert!(frame_on(&mut client, TRADES, &response).0.is_ok(), "an answer told twice says nothing new");
        let text = by_socket(&mut client, 6, &place);
        let request: Request<'_, CreateOrder<'_>> = encoding.read(text.as_bytes()).unwrap();
        let error = wire::error::RpcError::from(wire::error::codes::CLIENT_ID_TAKEN);
        let heard = hear(&mut client, TRADES, &encoding.write(&Response::<()>::new(&request, Err(error))));
        let told = &heard.answers[0].result;
        assert!(matches!(told, Err(CallError::Refused(no)) if no.kind == RefusalKind::DuplicateClientId));
        let cancel = Ask::CancelAll(market(&client, BTC));
        let text = by_socket(&mut client, 7, &cancel);
        let request: Request<'_, wire::send::Filtered<'_>> = encoding.read(text.as_bytes()).unwrap();
        let ack = Told { result: Ack { ack: true } };
        let heard = hear(&mut client, TRADES, &encoding.write(&Response::new(&request, Ok(ack))));
        assert_eq!((&heard.answers[0].result, heard.answers[0].events.len()), (&Ok(Next::Done), 0));
    }
}

#[test]
fn lookups_of_live_orders() {
    let live = |client: &Client| Ask::Order(query(client), Mode::Live);
    let id = ID.to_string();
    for (order_id, words, expected) in [
        (
            "0x0101",
            ["OPEN", "UNSPECIFIED", "0.5"],
            expect![[r#"
            Ok(Done)
            Order(OrderReport { client_id: Some(ClientId(9223372036854775815)), venue_id: 0x0101, market: MarketId(0), side: Buy, price: Some(Price(689005)), qty: Qty(1013), version: 0, filled: Qty(500), status: Open, at: Timestamp(1795000000000000000) })
        "#]],
        ),
        (
            "0x00",
            ["PENDING", "UNSPECIFIED", "0.0"],
            expect![[r#"
            Ok(Done)
            Queued { client_id: ClientId(9223372036854775815) }
        "#]],
        ),
    ] {
        tells(&live, &|encoding| encoding.write(&Told { result: order(&id, order_id, words) }), expected);
    }
    for encoding in Encoding::ALL {
        let mut client = client(encoding);
        let ask = live(&client);
        let (next, events) = answer(&mut client, 1, &ask, &no(encoding, 404, 1004));
        assert_eq!(next, Ok(Next::Ask(Ask::Order(query(&client), Mode::History))));
        let absent = |mode| Event::NoSuchOrder { client_id: ClientId(ID), mode, complete: true };
        assert_eq!(events, [absent(Mode::Live)]);
        // The history goes on until it has it, or has no more: only that proves that it is not there.
        let Ok(Next::Ask(mut ask)) = next else { panic!() };
        for cursor in ["page 2", "page 3"] {
            let page = orders(vec![order("12", "0x0102", ["FILLED", "UNSPECIFIED", "1.013"])], cursor);
            let (next, events) = answer(&mut client, 1, &ask, &reply(200, encoding.write(&page)));
            assert_eq!(events, []);
            let Ok(Next::Ask(next)) = next else { panic!("{next:?}") };
            let text = body(&mut client, 2, &next);
            let request: wire::history::HistoryRequest<'_> = encoding.read(text.as_bytes()).unwrap();
            assert_eq!(request.cursor.as_deref(), Some(cursor));
            assert_eq!(request.start_time, Some(Quoted::from(NOW - std::time::Duration::from_secs(300))));
            ask = next;
        }
        let found = orders(vec![order(&id, "0x0101", ["CANCELLED", "EXPIRED", "0.0"])], "");
        let (next, events) = answer(&mut client, 1, &ask, &reply(200, encoding.write(&found)));
        assert!(matches!((next, &*events), (Ok(Next::Done), [Event::Order(_)])));
        let (next, events) = answer(&mut client, 1, &ask, &reply(200, encoding.write(&orders(vec![], ""))));
        assert_eq!((next, &*events), (Ok(Next::Done), &[absent(Mode::History)][..]));
    }
}

#[test]
fn open_orders() {
    let id = ID.to_string();
    let elsewhere = || {
        let mut order = order("5", "0x0103", ["OPEN", "UNSPECIFIED", "0.0"]);
        order.legs[0].instrument = "ETH_USDT_Call_20Oct23_2800".into();
        order
    };
    tells(
        &|_| Ask::OpenOrders(None),
        &|encoding| {
            encoding.write(&Told {
                result: vec![
                    order(&id, "0x0101", ["OPEN", "UNSPECIFIED", "0.0"]),
                    order("8", "0x00", ["PENDING", "UNSPECIFIED", "0.0"]),
                    order("9", "0x0102", ["CANCELLED", "CLIENT_CANCEL", "0.0"]),
                    elsewhere(),
                ],
            })
        },
        expect![[r#"
            Ok(Done)
            Queued { client_id: ClientId(8) }
            Order(OrderReport { client_id: Some(ClientId(9)), venue_id: 0x0102, market: MarketId(0), side: Buy, price: Some(Price(689005)), qty: Qty(1013), version: 0, filled: Qty(0), status: Cancelled { reason: None }, at: Timestamp(1795000000000000000) })
            OpenOrders(Snapshot { rows: [OrderReport { client_id: Some(ClientId(9223372036854775815)), venue_id: 0x0101, market: MarketId(0), side: Buy, price: Some(Price(689005)), qty: Qty(1013), version: 0, filled: Qty(0), status: Open, at: Timestamp(1795000000000000000) }], scope: None, complete: true })
        "#]],
    );
}

#[test]
fn balances_are_what_margin_leaves() {
    tells(
        &|_| Ask::Balances,
        &|encoding| {
            let balance = |currency: &'static str, balance: &'static str| SpotBalance {
                currency: currency.into(),
                balance: balance.into(),
                index_price: Text::default(),
                entry_price: Text::default(),
                realized_pnl: Text::default(),
                unrealized_pnl: Text::default(),
                available_to_transfer: Text::default(),
            };
            encoding.write(&Told {
                result: SubAccount {
                    event_time: Quoted(NOW.0),
                    sub_account_id: "8289849667772468".into(),
                    margin_type: wire::MarginType::SimpleCross,
                    settle_currency: "USDT".into(),
                    unrealized_pnl: "0.0".into(),
                    total_equity: "1000.5".into(),
                    initial_margin: "10.25".into(),
                    maintenance_margin: "5.0".into(),
                    available_balance: "990.25".into(),
                    spot_balances: vec![balance("USDT", "1000.5"), balance("BTC", "0.1")],
                    positions: vec![],
                    settle_index_price: Text::default(),
                    is_vault: None,
                    vault_im_additions: None,
                    derisk_margin: Text::default(),
                    derisk_to_maintenance_margin_ratio: Text::default(),
                    total_cross_equity: Text::default(),
                    cross_unrealized_pnl: Text::default(),
                    sub_account_mode: wire::SubAccountMode::SingleAsset,
                    margin_balance: Text::default(),
                },
            })
        },
        expect![[r#"
            Ok(Done)
            Balances(Snapshot { rows: [Balance { asset: "USDT", available: Money(990250000000000000000), locked: Money(10250000000000000000), at: Timestamp(1795000000000000000) }, Balance { asset: "BTC", available: Money(100000000000000000), locked: Money(0), at: Timestamp(1795000000000000000) }], scope: None, complete: true })
        "#]],
    );
}

#[test]
fn fees_that_are_not_told_are_not_invented() {
    let summary = r#"{"main_account_id":"0x01","total_equity":"1.0"}"#;
    let nulls = r#"{"tier":1,"futures_taker_fee":null,"futures_maker_fee":null}"#;
    let body = format!(r#"{{"result":{summary},"tier":{nulls}}}"#);
    for told in [reply(200, body), no(Encoding::Full, 403, 1001)] {
        let mut client = client(Encoding::Full);
        sent(&mut client, 1, &Ask::Fees).unwrap();
        assert_eq!(answer(&mut client, 1, &Ask::Fees, &told), (Ok(Next::Done), Vec::new()));
    }
}

#[test]
fn fees_and_books() {
    tells(
        &|_| Ask::Fees,
        &|encoding| {
            let result = FundingAccountSummary {
                main_account_id: "0x01".into(),
                total_equity: "1.0".into(),
                spot_balances: vec![],
                vault_investments: vec![],
                total_cash_balance: Text::default(),
                total_spot_asset_balance: Text::default(),
            };
            let tier = ClientTier {
                futures_taker_fee: Some(450),
                futures_maker_fee: Some(-1),
                ..ClientTier::default()
            };
            encoding.write(&FundingAccountReply { result, tier })
        },
        expect![[r#"
            Ok(Done)
            Fees(FeeRates { perpetual_maker: Rate(-1000), perpetual_taker: Rate(450000), spot_maker: Rate(0), spot_taker: Rate(0) })
        "#]],
    );
    tells(
        &|client| Ask::Book(market(client, BTC)),
        &|encoding| {
            let level = |price, size| vec![Level { price, size, num_orders: 1 }];
            let result = Book {
                event_time: Quoted(NOW.0),
                instrument: BTC.into(),
                bids: level("60000.0".into(), "0.5".into()),
                asks: level("60000.1".into(), "0.25".into()),
            };
            encoding.write(&Told { result })
        },
        expect![[r#"
            Ok(Done)
            BookSnapshot(BookSnapshot { market: MarketId(0), seq: 0, bids: [Level { price: Price(600000), qty: Qty(500) }], asks: [Level { price: Price(600001), qty: Qty(250) }], at: Timestamp(1795000000000000000) })
        "#]],
    );
}

#[test]
fn fills_come_page_by_page() {
    for encoding in Encoding::ALL {
        let mut client = client(encoding);
        let page = |next: &'static str| {
            reply(200, encoding.write(&Page::<wire::history::Fill<'_>> { result: vec![], next: next.into() }))
        };
        let (next, events) = answer(&mut client, 1, &Ask::FillsSince(NOW), &page("more"));
        assert!(matches!(&*events, [Event::Fills(page)] if !page.complete));
        let Ok(Next::Ask(ask)) = next else { panic!("{next:?}") };
        let text = body(&mut client, 2, &ask);
        let request: wire::history::HistoryRequest<'_> = encoding.read(text.as_bytes()).unwrap();
        assert_eq!(request.cursor.as_deref(), Some("more"));
        assert_eq!(request.start_time, Some(Quoted::from(NOW - std::time::Duration::from_millis(1))));
        let (next, events) = answer(&mut client, 2, &ask, &page(""));
        assert_eq!(next, Ok(Next::Done));
        assert!(matches!(&*events, [Event::Fills(page)] if page.complete));
    }
}

#[test]
fn markets_are_perpetuals_that_can_be_signed_for_and_close_when_they_are_gone() {
    for encoding in Encoding::ALL {
        let mut client = client(encoding);
        let listed: Vec<_> = client.markets().iter().map(|market| market.symbol.to_string()).collect();
        assert_eq!(listed, [BTC, "ETH_USDT_Perp"]);
        let rows = vec![instrument("ETH_USDT_Perp", Kind::Perpetual, ["0.01", "0.01"])];
        events(&mut client, &Ask::Markets, encoding.write(&Told { result: rows }));
        let told: Vec<_> =
            client.markets().iter().map(|market| (market.trading, market.lot.to_string())).collect();
        let (open, closed) = (mm_model::TradingState::Open, mm_model::TradingState::Closed);
        assert_eq!(told, [(closed, "0.001".to_owned()), (open, "0.01".to_owned())]);
    }
}
