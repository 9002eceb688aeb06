//! Every ask as bytes.

use std::time::Duration;

use expect_test::{Expect, expect};
use mm_model::{
    CancelTarget, DeadMan, Group, GroupKind, Leverage, MarginMode, Mode, Modification, Money, OrderQuery,
    VenueOrderId,
};

use super::*;
use crate::query;

/// A request as text, its token struck out, its transactions checked and without what differs each time.
fn shown(out: &Outbox) -> String {
    let request = &out.request;
    let mut text = format!("{} {}", request.method.as_str(), request.path);
    if !request.query.is_empty() {
        text += &format!("?{}", request.query);
    }
    for (name, value) in request.headers.iter() {
        let value = if name == "Authorization" { value.rsplit_once(':').unwrap().0 } else { value };
        text += &format!("\n{name}: {value}");
    }
    let body = std::str::from_utf8(&request.body).unwrap();
    for (name, value) in query::pairs(body).unwrap() {
        text += &match &*name {
            "tx_info" => format!("\n{name}: {}", tx(out, &value)),
            "tx_infos" => {
                let infos: Vec<String> = serde_json::from_str(&value).unwrap();
                infos.iter().map(|info| format!("\n{name}: {}", tx(out, info))).collect()
            }
            _ => format!("\n{name}: {value}"),
        };
    }
    text
}

/// A transaction without its signature, which is checked.
fn tx(out: &Outbox, info: &str) -> String {
    let body = std::str::from_utf8(&out.request.body).unwrap();
    let (_, tx_type) = query::pairs(body).unwrap().into_iter().next().unwrap();
    check(tx_type.trim_matches(['[', ']']).split(',').next().unwrap().parse().unwrap(), info);
    let (before, rest) = info.split_once("\"Sig\":\"").unwrap();
    format!("{before}..{}", rest.split_once('"').unwrap().1)
}

fn asks(ask: impl Fn(&Client) -> Ask, expected: Expect) {
    let mut client = client(OrdersBy::Http);
    let ask = ask(&client);
    let text = match sent(&mut client, 1, &ask) {
        Ok((Way::Http, out)) => shown(&out),
        Ok((way, _)) => panic!("{way:?}"),
        Err(error) => error.to_string(),
    };
    expected.assert_eq(&text);
}

fn place(change: impl Fn(&mut NewOrder), expected: Expect) {
    let ask = |client: &Client| {
        let mut placement = placement(client, 1);
        change(&mut placement.order);
        Ask::Place(placement)
    };
    asks(ask, expected);
}

fn target(client: &Client) -> CancelTarget {
    CancelTarget { market: market(client, "ETH"), client_id: Some(ClientId(9)), venue_id: None }
}

#[test]
fn questions() {
    asks(|_| Ask::Time, expect!["GET /"]);
    asks(|_| Ask::Markets, expect!["GET /api/v1/orderBookDetails"]);
    asks(|c| Ask::Book(market(c, "BTC")), expect!["GET /api/v1/orderBookOrders?market_id=1&limit=250"]);
    asks(|_| Ask::Positions, expect!["GET /api/v1/account?by=index&value=65"]);
    asks(|_| Ask::Balances, expect!["GET /api/v1/account?by=index&value=65"]);
    asks(|_| Ask::Nonce(KEY), expect!["GET /api/v1/nextNonce?account_index=65&api_key_index=4"]);
    asks(
        |_| Ask::Fees,
        expect![[r#"
            GET /api/v1/accountLimits?account_index=65
            Authorization: 1777970303:65:4"#]],
    );
    asks(
        |_| Ask::OpenOrders(None),
        expect![[r#"
            GET /api/v1/accountActiveOrders?account_index=65&market_id=255
            Authorization: 1777970303:65:4"#]],
    );
    asks(
        |c| Ask::OpenOrders(Some(market(c, "ETH/USDC"))),
        expect![[r#"
            GET /api/v1/accountActiveOrders?account_index=65&market_id=2048
            Authorization: 1777970303:65:4"#]],
    );
    asks(
        |_| Ask::FillsSince(NOW),
        expect![[r#"
            GET /api/v1/trades?account_index=65&sort_by=timestamp&sort_dir=desc&limit=100
            Authorization: 1777970303:65:4"#]],
    );
    let query = |client: &Client| OrderQuery {
        market: market(client, "ETH"),
        client_id: ClientId(9),
        venue_id: None,
        created_at: NOW,
    };
    asks(
        |c| Ask::Order(query(c), Mode::Live),
        expect![[r#"
            GET /api/v1/accountOrders?account_index=65&client_order_indexes=9
            Authorization: 1777970303:65:4"#]],
    );
    asks(
        |c| Ask::Order(query(c), Mode::History),
        expect![[r#"
            GET /api/v1/accountInactiveOrders?account_index=65&market_id=0&limit=100
            Authorization: 1777970303:65:4"#]],
    );
}

#[test]
fn orders() {
    place(
        |_| {},
        expect![[r#"
            POST /api/v1/sendTx
            Content-Type: application/x-www-form-urlencoded
            tx_type: 14
            tx_info: {"AccountIndex":65,"ApiKeyIndex":4,"MarketIndex":0,"ClientOrderIndex":1,"BaseAmount":5000,"Price":200000,"IsAsk":0,"Type":0,"TimeInForce":1,"ReduceOnly":0,"TriggerPrice":0,"OrderExpiry":1780364303000,"ExpiredAt":1777945133000,"Nonce":7,..,"L2TxAttributes":null}"#]],
    );
    place(
        |order| {
            order.kind = OrderKind::PostOnly { price: Price(1) };
            order.side = Side::Sell;
            order.exposure = Exposure::ReduceOnly;
        },
        expect![[r#"
            POST /api/v1/sendTx
            Content-Type: application/x-www-form-urlencoded
            tx_type: 14
            tx_info: {"AccountIndex":65,"ApiKeyIndex":4,"MarketIndex":0,"ClientOrderIndex":1,"BaseAmount":5000,"Price":1,"IsAsk":1,"Type":0,"TimeInForce":2,"ReduceOnly":1,"TriggerPrice":0,"OrderExpiry":1780364303000,"ExpiredAt":1777945133000,"Nonce":7,..,"L2TxAttributes":null}"#]],
    );
    place(
        |order| order.kind = OrderKind::Limit { price: Price(9), time_in_force: TimeInForce::Ioc },
        expect![[r#"
            POST /api/v1/sendTx
            Content-Type: application/x-www-form-urlencoded
            tx_type: 14
            tx_info: {"AccountIndex":65,"ApiKeyIndex":4,"MarketIndex":0,"ClientOrderIndex":1,"BaseAmount":5000,"Price":9,"IsAsk":0,"Type":0,"TimeInForce":0,"ReduceOnly":0,"TriggerPrice":0,"OrderExpiry":0,"ExpiredAt":1777945133000,"Nonce":7,..,"L2TxAttributes":null}"#]],
    );
    place(
        |order| {
            order.side = Side::Sell;
            order.kind = OrderKind::StopLoss { trigger: Price(190_000), limit: None };
        },
        expect![[r#"
            POST /api/v1/sendTx
            Content-Type: application/x-www-form-urlencoded
            tx_type: 14
            tx_info: {"AccountIndex":65,"ApiKeyIndex":4,"MarketIndex":0,"ClientOrderIndex":1,"BaseAmount":5000,"Price":188100,"IsAsk":1,"Type":2,"TimeInForce":0,"ReduceOnly":0,"TriggerPrice":190000,"OrderExpiry":1780364303000,"ExpiredAt":1777945133000,"Nonce":7,..,"L2TxAttributes":null}"#]],
    );
    place(
        |order| order.kind = OrderKind::TakeProfit { trigger: Price(190_000), limit: Some(Price(189_000)) },
        expect![[r#"
            POST /api/v1/sendTx
            Content-Type: application/x-www-form-urlencoded
            tx_type: 14
            tx_info: {"AccountIndex":65,"ApiKeyIndex":4,"MarketIndex":0,"ClientOrderIndex":1,"BaseAmount":5000,"Price":189000,"IsAsk":0,"Type":5,"TimeInForce":1,"ReduceOnly":0,"TriggerPrice":190000,"OrderExpiry":1780364303000,"ExpiredAt":1777945133000,"Nonce":7,..,"L2TxAttributes":null}"#]],
    );
}

#[test]
fn orders_that_are_not_sent() {
    place(|order| order.qty = Qty(0), expect!["not sent: an order of size zero"]);
    place(
        |order| order.kind = OrderKind::Market,
        expect!["not sent: a market order needs a worst price, and the other side of the book is not known"],
    );
    place(
        |order| order.kind = OrderKind::PostOnly { price: Price(1 << 32) },
        expect!["not sent: a price of 4294967296 ticks: the venue takes 1 to 4294967295"],
    );
    place(
        |order| order.kind = OrderKind::PostOnly { price: Price(0) },
        expect!["not sent: a price of 0 ticks: the venue takes 1 to 4294967295"],
    );
    place(
        |order| order.kind = OrderKind::Limit { price: Price(9), time_in_force: TimeInForce::Fok },
        expect!["not sent: lighter knows no orders that are filled whole or not at all"],
    );
    place(
        |order| order.qty = Qty(1 << 48),
        expect!["not sent: BaseAmount cannot be 281474976710656: expected 1 to 281474976710655"],
    );
    place(
        |order| order.market = MarketId(77),
        expect!["not sent: market 77 is not known: ask for the markets first"],
    );
    asks(
        |client| Ask::Place(placement(client, 1 << 48)),
        expect!["not sent: client id 281474976710656 is out of the venue's range 1..=281474976710655"],
    );
}

#[test]
fn changes() {
    asks(
        |c| Ask::Cancel(target(c)),
        expect![[r#"
            POST /api/v1/sendTx
            Content-Type: application/x-www-form-urlencoded
            tx_type: 15
            tx_info: {"AccountIndex":65,"ApiKeyIndex":4,"MarketIndex":0,"Index":9,"ExpiredAt":1777945133000,"Nonce":7,..,"L2TxAttributes":null}"#]],
    );
    let by_venue_id =
        |c: &Client| CancelTarget { venue_id: VenueOrderId::new("281476929689581"), ..target(c) };
    asks(
        |c| Ask::Modify(Modification { target: by_venue_id(c), price: Price(200_100), qty: Qty(60) }),
        expect![[r#"
            POST /api/v1/sendTx
            Content-Type: application/x-www-form-urlencoded
            tx_type: 17
            tx_info: {"AccountIndex":65,"ApiKeyIndex":4,"MarketIndex":0,"Index":281476929689581,"BaseAmount":60,"Price":200100,"TriggerPrice":0,"ExpiredAt":1777945133000,"Nonce":7,..,"L2TxAttributes":null}"#]],
    );
    asks(
        |c| Ask::CancelAll(market(c, "ETH")),
        expect![[r#"
            POST /api/v1/sendTx
            Content-Type: application/x-www-form-urlencoded
            tx_type: 16
            tx_info: {"AccountIndex":65,"ApiKeyIndex":4,"TimeInForce":0,"Time":0,"ExpiredAt":1777945133000,"Nonce":7,..,"L2TxAttributes":{"5":0}}"#]],
    );
    asks(
        |_| Ask::DeadMan(DeadMan::In(Duration::from_secs(300))),
        expect![[r#"
            POST /api/v1/sendTx
            Content-Type: application/x-www-form-urlencoded
            tx_type: 16
            tx_info: {"AccountIndex":65,"ApiKeyIndex":4,"TimeInForce":1,"Time":1777945403000,"ExpiredAt":1777945133000,"Nonce":7,..,"L2TxAttributes":null}"#]],
    );
    asks(
        |_| Ask::DeadMan(DeadMan::In(Duration::from_secs(299))),
        expect!["not sent: a cancel-all in 299 s: the venue schedules it 300 to 1296000 s ahead"],
    );
    asks(
        |_| Ask::DeadMan(DeadMan::Off),
        expect![[r#"
            POST /api/v1/sendTx
            Content-Type: application/x-www-form-urlencoded
            tx_type: 16
            tx_info: {"AccountIndex":65,"ApiKeyIndex":4,"TimeInForce":2,"Time":0,"ExpiredAt":1777945133000,"Nonce":7,..,"L2TxAttributes":null}"#]],
    );
}

#[test]
fn changes_of_what_backs_a_position() {
    let leverage =
        |c: &Client, times, mode| Ask::Leverage(Leverage { market: Some(market(c, "ETH")), times, mode });
    asks(
        |c| leverage(c, 20, Some(MarginMode::Isolated)),
        expect![[r#"
            POST /api/v1/sendTx
            Content-Type: application/x-www-form-urlencoded
            tx_type: 20
            tx_info: {"AccountIndex":65,"ApiKeyIndex":4,"MarketIndex":0,"InitialMarginFraction":500,"MarginMode":1,"ExpiredAt":1777945133000,"Nonce":7,..,"L2TxAttributes":null}"#]],
    );
    asks(|c| leverage(c, 0, None), expect!["not sent: a leverage of 0: give 1 to 10000"]);
    asks(|c| leverage(c, 10_001, None), expect!["not sent: a leverage of 10001: give 1 to 10000"]);
    asks(
        |_| Ask::Leverage(Leverage { market: None, times: 2, mode: None }),
        expect!["not sent: the leverage is each market's own here: name one"],
    );
    let margin = |c: &Client, text: &str| {
        Ask::Margin(market(c, "ETH"), Money::from_decimal(text.parse().unwrap()).unwrap())
    };
    asks(
        |c| margin(c, "-1.5"),
        expect![[r#"
            POST /api/v1/sendTx
            Content-Type: application/x-www-form-urlencoded
            tx_type: 29
            tx_info: {"AccountIndex":65,"ApiKeyIndex":4,"MarketIndex":0,"USDCAmount":1500000,"Direction":0,"ExpiredAt":1777945133000,"Nonce":7,..,"L2TxAttributes":null}"#]],
    );
    asks(|c| margin(c, "0.0000001"), expect!["not sent: 0.0000001 is no amount of margin"]);
}

#[test]
fn several_at_once() {
    asks(
        |c| Ask::Batch(vec![placement(c, 1), placement(c, 2)]),
        expect![[r#"
            POST /api/v1/sendTxBatch
            Content-Type: application/x-www-form-urlencoded
            tx_types: [14,14]
            tx_infos: {"AccountIndex":65,"ApiKeyIndex":4,"MarketIndex":0,"ClientOrderIndex":1,"BaseAmount":5000,"Price":200000,"IsAsk":0,"Type":0,"TimeInForce":1,"ReduceOnly":0,"TriggerPrice":0,"OrderExpiry":1780364303000,"ExpiredAt":1777945133000,"Nonce":7,..,"L2TxAttributes":null}
            tx_infos: {"AccountIndex":65,"ApiKeyIndex":4,"MarketIndex":0,"ClientOrderIndex":2,"BaseAmount":5000,"Price":200000,"IsAsk":0,"Type":0,"TimeInForce":1,"ReduceOnly":0,"TriggerPrice":0,"OrderExpiry":1780364303000,"ExpiredAt":1777945133000,"Nonce":8,..,"L2TxAttributes":null}"#]],
    );
    asks(|c| Ask::Batch(vec![placement(c, 1); 16]), expect!["not sent: a batch of 16: send 1 to 15"]);
    asks(|_| Ask::Batch(Vec::new()), expect!["not sent: a batch of 0: send 1 to 15"]);
    let group = |c: &Client, exposure| {
        let mut orders = vec![placement(c, 1), placement(c, 2), placement(c, 3)];
        for (order, kind) in orders[1..].iter_mut().zip([
            OrderKind::StopLoss { trigger: Price(190_000), limit: None },
            OrderKind::TakeProfit { trigger: Price(210_000), limit: None },
        ]) {
            (order.order.side, order.order.kind, order.order.exposure) = (Side::Sell, kind, exposure);
        }
        Ask::Group(Group { kind: GroupKind::OneTriggersPair, orders })
    };
    asks(
        |c| group(c, Exposure::ReduceOnly),
        expect![[r#"
            POST /api/v1/sendTx
            Content-Type: application/x-www-form-urlencoded
            tx_type: 28
            tx_info: {"AccountIndex":65,"ApiKeyIndex":4,"GroupingType":3,"Orders":[{"MarketIndex":0,"ClientOrderIndex":1,"BaseAmount":5000,"Price":200000,"IsAsk":0,"Type":0,"TimeInForce":1,"ReduceOnly":0,"TriggerPrice":0,"OrderExpiry":1780364303000},{"MarketIndex":0,"ClientOrderIndex":2,"BaseAmount":0,"Price":188100,"IsAsk":1,"Type":2,"TimeInForce":0,"ReduceOnly":1,"TriggerPrice":190000,"OrderExpiry":1780364303000},{"MarketIndex":0,"ClientOrderIndex":3,"BaseAmount":0,"Price":207900,"IsAsk":1,"Type":4,"TimeInForce":0,"ReduceOnly":1,"TriggerPrice":210000,"OrderExpiry":1780364303000}],"ExpiredAt":1777945133000,"Nonce":7,..,"L2TxAttributes":null}"#]],
    );
    asks(
        |c| group(c, Exposure::Any),
        expect!["not sent: what an order of a group triggers only reduces: ask for that"],
    );
}

#[test]
fn what_needs_an_account_is_not_sent_without_one() {
    let mut client = Client::new(Options::new("http://venue", "ws://venue", Vec::new())).unwrap();
    events(&mut client, &Ask::Markets, listings());
    for ask in [Ask::Positions, Ask::Fees, Ask::OpenOrders(None), Ask::Place(placement(&client, 1))] {
        assert!(client.may_encode(&ask), "{ask:?} would wait for ever");
        assert!(matches!(sent(&mut client, 1, &ask), Err(CallError::NotSent(_))), "{ask:?}");
    }
    assert_eq!((client.own_ask(NOW), client.wake(), client.may_prepare()), (None, None, false));
}

#[test]
fn by_http_one_transaction_of_a_key_is_on_its_way_at_a_time() {
    let mut client = client(OrdersBy::Http);
    let ask = Ask::Place(placement(&client, 1));
    sent(&mut client, 1, &ask).unwrap();
    assert!(!client.may_encode(&ask) && client.may_encode(&Ask::Positions));
    let (next, told) = answer(&mut client, &ask, &reply(200, message("send_tx")));
    assert_eq!((next, told), (Ok(Next::Done), vec![Event::Queued { client_id: ClientId(1) }]));
    assert!(client.may_encode(&ask));
}

#[test]
fn no_secret_shows() {
    let mut client = connected();
    sent(&mut client, 1, &Ask::Fees).unwrap();
    let shown = format!("{client:?}");
    assert!(!shown.contains(&key(KEY.0).secret_hex()));
    assert!(shown.contains("Token(***"), "{shown}");
}
