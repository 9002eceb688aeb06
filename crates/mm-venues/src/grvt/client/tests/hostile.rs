//! Whatever comes, nothing panics, and half of a message tells nothing.

use mm_model::{CancelTarget, DeadMan, Leverage, Mode, OrderQuery};
use proptest::{collection::vec, prelude::*};

use super::*;

fn asks(client: &Client) -> Vec<Ask> {
    let placement = placement(client, ID);
    let market = placement.order.market;
    let query = OrderQuery { market, client_id: ClientId(ID), venue_id: None, created_at: NOW };
    vec![
        Ask::Login,
        Ask::Time,
        Ask::Markets,
        Ask::Book(market),
        Ask::Place(placement),
        Ask::Batch(vec![placement; 2]),
        Ask::Cancel(CancelTarget { market, client_id: Some(ClientId(ID)), venue_id: None }),
        Ask::CancelAll(market),
        Ask::Order(query, Mode::Live),
        Ask::Order(query, Mode::History),
        Ask::OpenOrders(None),
        Ask::FillsSince(NOW),
        Ask::Positions,
        Ask::Balances,
        Ask::Fees,
        Ask::Leverage(Leverage { market: Some(market), times: 5, mode: None }),
        Ask::DeadMan(DeadMan::Off),
    ]
}

/// Lets a client read bytes as frames of both sockets, and as the answer to everything.
fn read(encoding: Encoding, bytes: &[u8]) -> Vec<Event> {
    let mut client = connected(encoding);
    let ask = Ask::Place(placement(&client, ID));
    by_socket(&mut client, 1, &ask);
    let mut out = Vec::new();
    for link in [MARKET_DATA, TRADES] {
        let mut heard = Heard::default();
        let _ = client.frame(NOW, link, &Bytes::copy_from_slice(bytes), &mut heard);
        out.extend(heard.events);
    }
    client.closed(NOW, TRADES);
    let mut outbox = Outbox::default();
    for (n, ask) in (100..).zip(asks(&client)) {
        for status in [200, 400, 401, 404, 429, 503] {
            let call = CallRef(n * 10 + u64::from(status));
            let _ = client.encode(NOW, call, &ask, &mut outbox);
            let _ = client.reply(NOW, call, &ask, &reply(status, bytes.to_vec()), &mut out);
        }
    }
    out
}

/// Messages of all kinds.
fn messages(encoding: Encoding) -> Vec<String> {
    let (id, sub) = (ID.to_string(), SUB.to_string());
    let open = || order(&id, "0x0101", ["OPEN", "UNSPECIFIED", "0.5"]);
    let page = wire::reply::Page { result: vec![open()], next: "more".into() };
    let request = Request::new("v1/create_order", (), 6);
    let reply = wire::reply::Reply { result: open() };
    vec![
        instruments(encoding),
        encoding.write(&page),
        encoding.write(&reply),
        encoding.write(&Response::new(&request, Ok(reply.clone()))),
        feed(encoding, ["v1.order", &sub], 1, open()),
        feed(
            encoding,
            ["v1.book.d", "BTC_USDT_Perp@50"],
            0,
            wire::market_data::Book {
                event_time: Quoted(5),
                instrument: BTC.into(),
                bids: Vec::<wire::market_data::Level<'_>>::new(),
                asks: vec![],
            },
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..300)) {
        for encoding in Encoding::ALL {
            read(encoding, &bytes);
        }
    }

    #[test]
    fn messages_spoilt(
        which in any::<prop::sample::Index>(),
        at in vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
    ) {
        for encoding in Encoding::ALL {
            let messages = messages(encoding);
            let mut bytes = messages[which.index(messages.len())].clone().into_bytes();
            for (at, byte) in &at {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            read(encoding, &bytes);
        }
    }

    #[test]
    fn messages_cut_short(which in any::<prop::sample::Index>(), len in any::<prop::sample::Index>()) {
        for encoding in Encoding::ALL {
            let messages = messages(encoding);
            let text = &messages[which.index(messages.len())];
            let told = read(encoding, &text.as_bytes()[..len.index(text.len())]);
            let news = told.iter().filter(|event| !matches!(event, Event::Order(_)));
            prop_assert_eq!(news.count(), told.len(), "half of a message tells of no order: {:?}", told);
        }
    }
}
