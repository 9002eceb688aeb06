//! Asks as requests: what is sent, by which way, and that the venue's own check takes what is signed.

use mm_model::{CancelTarget, DeadMan, Leverage, MarginMode, Mode, OrderQuery, VenueOrderId};
use serde_json::json;
use wire::send::CreateOrder;

use super::*;
use crate::grvt::{
    sign::{
        Asset, Domain, Gate, Instrument as SignedInstrument, LegTexts, OrderTexts, SignatureTexts,
        authenticate_order,
    },
    spec::SPEC,
};

/// The venue's check of an order's signature.
fn check(order: &wire::order::NewOrder<'_>, now: Timestamp) {
    let legs: Vec<_> = order
        .legs
        .iter()
        .map(|leg| LegTexts {
            instrument: SignedInstrument { asset: Asset::parse("0x030501").unwrap(), base_decimals: 9 },
            size: &leg.size,
            limit_price: leg.limit_price.as_deref(),
            is_buying_asset: leg.is_buying_asset,
        })
        .collect();
    let texts = OrderTexts {
        sub_account_id: &order.sub_account_id,
        is_market: order.is_market,
        time_in_force: order.time_in_force.as_str(),
        post_only: order.post_only,
        reduce_only: order.reduce_only,
        legs: &legs,
        builder: order.builder.as_deref(),
        builder_fee: order.builder_fee.as_deref(),
    };
    let Quoted(expiration) = order.signature.expiration;
    let expiration = expiration.to_string();
    let signature = SignatureTexts {
        signer: &order.signature.signer,
        r: &order.signature.r,
        s: &order.signature.s,
        v: u64::from(order.signature.v),
        expiration: &expiration,
        nonce: order.signature.nonce,
        chain_id: order.signature.chain_id.as_deref(),
    };
    let gate = Gate { domain: Domain::new(ChainId::TESTNET), now, longest: DAY * 30 };
    let ours = |signer| signer == key().address();
    authenticate_order(&gate, &texts, &signature, ours).unwrap_or_else(|error| panic!("{order:?}: {error}"));
}

fn placed(kind: OrderKind, exposure: Exposure, client: &Client) -> Ask {
    let mut placement = placement(client, ID);
    (placement.order.kind, placement.order.exposure) = (kind, exposure);
    Ask::Place(placement)
}

#[test]
fn orders_of_all_kinds_are_signed_as_they_are_said() {
    let limit = |time_in_force| OrderKind::Limit { price: Price(689_005), time_in_force };
    for encoding in Encoding::ALL {
        let mut client = client(encoding);
        client.prepare();
        let mut nonces = Vec::new();
        for (kind, exposure, words) in [
            (limit(TimeInForce::Gtc), Exposure::Any, ("GOOD_TILL_TIME", false, false)),
            (limit(TimeInForce::Ioc), Exposure::ReduceOnly, ("IMMEDIATE_OR_CANCEL", false, false)),
            (limit(TimeInForce::Fok), Exposure::Any, ("FILL_OR_KILL", false, false)),
            (OrderKind::PostOnly { price: Price(1) }, Exposure::Any, ("GOOD_TILL_TIME", true, false)),
            (OrderKind::Market, Exposure::ReduceOnly, ("IMMEDIATE_OR_CANCEL", false, true)),
        ] {
            let ask = placed(kind, exposure, &client);
            let call = 10 + nonces.len() as u64;
            let text = body(&mut client, call, &ask);
            client.failed(NOW, CallRef(call), &ask, &CallError::OutcomeUnknown("no reply".into()));
            let CreateOrder { order } = encoding.read(text.as_bytes()).unwrap();
            check(&order, NOW);
            assert_eq!((order.time_in_force.as_str(), order.post_only, order.is_market), words);
            assert_eq!(order.reduce_only, exposure == Exposure::ReduceOnly);
            assert_eq!(order.legs[0].limit_price.is_none(), order.is_market);
            assert_eq!(order.signature.expiration, Quoted::from(NOW + DAY));
            assert_eq!((&*order.legs[0].size, &*order.metadata.client_order_id), ("1.013", &*ID.to_string()));
            nonces.push(order.signature.nonce);
        }
        assert!(nonces.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1)), "{nonces:?}");
    }
}

#[test]
fn what_cannot_be_said_is_not_sent() {
    let mut client = client(Encoding::Lite);
    let base = placement(&client, ID);
    let market = base.order.market;
    let edit = |edit: &dyn Fn(&mut Placement)| {
        let mut placement = base;
        edit(&mut placement);
        placement
    };
    let target = CancelTarget { market, client_id: None, venue_id: None };
    let stop = OrderKind::StopLoss { trigger: Price(1), limit: None };
    let below = edit(&|p| p.client_id = ClientId((1 << 63) - 1));
    let elsewhere = edit(&|p| p.order.market = super::market(&client, "ETH_USDT_Perp"));
    let leverage = |market, times, mode| Ask::Leverage(Leverage { market, times, mode });
    for (ask, words) in [
        (Ask::Place(below), "web interface"),
        (Ask::Place(edit(&|p| p.order.qty = Qty(0))), "size zero"),
        (Ask::Place(edit(&|p| p.order.qty = Qty(u64::MAX))), "too large"),
        (Ask::Place(edit(&|p| p.order.kind = OrderKind::PostOnly { price: Price(0) })), "zero or less"),
        (Ask::Place(edit(&|p| p.order.kind = stop)), "trigger"),
        (Ask::Place(edit(&|p| p.order.market = MarketId(99))), "not known"),
        (Ask::Batch(vec![]), "a batch of 0"),
        (Ask::Batch(vec![base; SPEC.batch_max + 1]), "a batch of 19"),
        (Ask::Batch(vec![base, elsewhere]), "one market"),
        (Ask::Cancel(target), "without any id"),
        (Ask::CancelAll(MarketId(99)), "not known"),
        (leverage(None, 5, None), "name one"),
        (leverage(Some(market), 0, None), "leverage of 0"),
        (leverage(Some(market), 5, Some(MarginMode::Isolated)), "whole account"),
        (Ask::Margin(market, mm_model::Money(1)), "whole account"),
        (Ask::DeadMan(DeadMan::In(std::time::Duration::from_secs(1))), "1000 ms"),
        (Ask::DeadMan(DeadMan::In(std::time::Duration::from_secs(301))), "301000 ms"),
        (Ask::Modify(mm_model::Modification { target, price: Price(1), qty: Qty(1) }), "in place"),
    ] {
        match sent(&mut client, 1, &ask) {
            Err(CallError::NotSent(why)) => assert!(why.contains(words), "{ask:?}: {why}"),
            other => panic!("{ask:?}: {other:?}"),
        }
    }
    let urls = client.urls.clone();
    let mut nobody = Client::new(Options::new(urls, vec![])).unwrap();
    assert_eq!(nobody.links().len(), 1);
    events(&mut nobody, &Ask::Markets, instruments(Encoding::Lite));
    for ask in [Ask::Positions, Ask::Place(base), Ask::Login] {
        assert!(nobody.may_encode(&ask) && matches!(sent(&mut nobody, 1, &ask), Err(CallError::NotSent(_))));
    }
}

/// Fault 56.
#[test]
fn no_order_outlives_what_the_venue_takes_and_none_is_born_dead() {
    let hour = std::time::Duration::from_secs(3600);
    for (life, is_fine) in [
        (std::time::Duration::ZERO, false),
        (std::time::Duration::from_secs(1), true),
        (DAY * 30 - hour, true),
        (DAY * 30, false),
    ] {
        let mut options = options(Encoding::Full);
        options.order_life = life;
        assert_eq!(Client::new(options).is_ok(), is_fine, "{life:?}");
        assert_eq!(crate::grvt::client::order::expiration(NOW, life).is_ok(), is_fine, "{life:?}");
    }
    assert!(crate::grvt::client::order::expiration(Timestamp(u64::MAX), DAY).is_err());
    for ttl_ms in [99, 5_001] {
        let mut options = options(Encoding::Full);
        options.cancel_ttl = std::time::Duration::from_millis(ttl_ms);
        assert!(Client::new(options).is_err());
    }
}

/// Where an ask goes by HTTP, and what it says there.
fn goes(client: &mut Client, ask: &Ask, (host, path): (&str, &str), fields: &serde_json::Value) {
    let (way, out) = sent(client, 1, ask).unwrap();
    assert_eq!((way, client.rest_url(ask)), (Way::Http, &*format!("http://{host}")));
    assert_eq!(out.request.path, format!("/full/v1/{path}"));
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&out.request.body).unwrap(), *fields, "{ask:?}");
    assert_eq!(out.request.headers.get("content-type"), Some("application/json"));
    assert_eq!(out.request.headers.get("cookie").is_some(), host == "trades", "{ask:?}");
}

const TRADES_HOST: &str = "trades";

fn of_account(more: &serde_json::Value) -> serde_json::Value {
    let mut fields = json!({ "sub_account_id": SUB.to_string() });
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fields
}

#[test]
fn questions_go_to_their_hosts_and_say_what_is_asked() {
    let mut client = client(Encoding::Full);
    let market = market(&client, BTC);
    let query = OrderQuery { market, client_id: ClientId(ID), venue_id: None, created_at: NOW };
    let known = OrderQuery { venue_id: VenueOrderId::new("0x0101"), ..query };
    let before = |ms| (NOW - std::time::Duration::from_millis(ms)).0.to_string();
    let only = json!({ "kind": ["PERPETUAL"], "base": ["BTC"], "quote": ["USDT"] });
    let mut history = only.clone();
    history["start_time"] = before(300_000).into();
    history["limit"] = 1000.into();
    for (ask, path, fields) in [
        (Ask::Order(query, Mode::Live), "order", json!({ "client_order_id": ID.to_string() })),
        (Ask::Order(known, Mode::Live), "order", json!({ "order_id": "0x0101" })),
        (Ask::Order(query, Mode::History), "order_history", history),
        (Ask::OpenOrders(Some(market)), "open_orders", only),
        (Ask::OpenOrders(None), "open_orders", json!({})),
        (Ask::FillsSince(NOW), "fill_history", json!({ "start_time": before(1), "limit": 1000 })),
        (Ask::Positions, "positions", json!({})),
        (Ask::Balances, "account_summary", json!({})),
    ] {
        goes(&mut client, &ask, (TRADES_HOST, path), &of_account(&fields));
    }
    goes(&mut client, &Ask::Fees, (TRADES_HOST, "funding_account_summary"), &json!({}));
    let public = "market-data";
    goes(&mut client, &Ask::Markets, (public, "all_instruments"), &json!({ "is_active": true }));
    let book = json!({ "instrument": BTC, "depth": 500 });
    goes(&mut client, &Ask::Book(market), (public, "book"), &book);
    let (_, out) = sent(&mut client, 2, &Ask::Time).unwrap();
    assert_eq!((&*out.request.path, out.request.body.len()), ("/time", 0));
}

#[test]
fn changes_say_what_is_wanted() {
    let mut client = client(Encoding::Full);
    let market = market(&client, BTC);
    let target = |venue_id| CancelTarget { market, client_id: Some(ClientId(ID)), venue_id };
    let leverage = Leverage { market: Some(market), times: 5, mode: Some(MarginMode::Cross) };
    let in_a_minute = DeadMan::In(std::time::Duration::from_secs(60));
    let id = ID.to_string();
    for (ask, path, fields) in [
        (Ask::Leverage(leverage), "set_initial_leverage", json!({ "instrument": BTC, "leverage": "5" })),
        (Ask::DeadMan(in_a_minute), "cancel_on_disconnect", json!({ "countdown_time": "60000" })),
        (Ask::DeadMan(DeadMan::Off), "cancel_on_disconnect", json!({ "countdown_time": "0" })),
        (
            Ask::CancelAll(market),
            "cancel_all_orders",
            json!({ "kind": ["PERPETUAL"], "base": ["BTC"], "quote": ["USDT"] }),
        ),
        (Ask::Cancel(target(VenueOrderId::new("0x0101"))), "cancel_order", json!({ "order_id": "0x0101" })),
        (
            Ask::Cancel(target(None)),
            "cancel_order",
            json!({ "client_order_id": id, "time_to_live_ms": "5000" }),
        ),
    ] {
        goes(&mut client, &ask, (TRADES_HOST, path), &of_account(&fields));
    }
}

#[test]
fn orders_and_cancels_go_by_socket_while_it_is_up_unless_told_otherwise() {
    for encoding in Encoding::ALL {
        let mut client = connected(encoding);
        let market = market(&client, BTC);
        let order = Ask::Place(placement(&client, ID));
        let cancel = Ask::Cancel(CancelTarget { market, client_id: Some(ClientId(ID)), venue_id: None });
        for (ask, method) in [
            (&order, "v1/create_order"),
            (&cancel, "v1/cancel_order"),
            (&Ask::CancelAll(market), "v1/cancel_all_orders"),
        ] {
            let text = by_socket(&mut client, 1, ask);
            let request: Request<'_, serde_json::Value> = encoding.read(text.as_bytes()).unwrap();
            assert_eq!(request.method, method);
        }
        let batch = Ask::Batch(vec![placement(&client, ID + 1), placement(&client, ID + 2)]);
        let text = body(&mut client, 2, &batch);
        let bulk: wire::send::BulkOrders<'_> = encoding.read(text.as_bytes()).unwrap();
        bulk.orders.iter().for_each(|order| check(order, NOW));
        assert_eq!(bulk.orders.len(), 2);
        client.closed(NOW, TRADES);
        assert_eq!(sent(&mut client, 3, &order).unwrap().0, Way::Http);
        let mut options = options(encoding);
        options.orders_by = OrdersBy::Http;
        let mut client = stranger(options);
        log_in(&mut client, "canary-1", NOW);
        open(&mut client, TRADES);
        assert_eq!(sent(&mut client, 4, &order).unwrap().0, Way::Http);
    }
}
