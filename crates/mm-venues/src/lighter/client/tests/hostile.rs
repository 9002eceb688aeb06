//! Whatever comes, nothing panics, and nothing unreadable is an order on the book.

use mm_model::{CancelTarget, DeadMan, Leverage, Mode, Modification, Money, OrderQuery, ReportedStatus};
use proptest::{collection::vec, prelude::*};

use super::*;
use crate::lighter::spoil::{splice, spliced};

/// Every message of the fixtures.
fn messages() -> Vec<String> {
    crate::fixtures::messages("lighter").into_iter().map(|(_, text)| text).collect()
}

fn asks(client: &Client) -> Vec<Ask> {
    let placement = placement(client, 42);
    let market = placement.order.market;
    let query = OrderQuery { market, client_id: ClientId(42), venue_id: None, created_at: NOW };
    let target = CancelTarget { market, client_id: Some(ClientId(42)), venue_id: None };
    vec![
        Ask::Time,
        Ask::Markets,
        Ask::Book(market),
        Ask::Place(placement),
        Ask::Batch(vec![placement; 2]),
        Ask::Modify(Modification { target, price: Price(1), qty: Qty(1) }),
        Ask::Cancel(target),
        Ask::CancelAll(market),
        Ask::CancelAll(super::market(client, "ETH/USDC")),
        Ask::Order(query, Mode::Live),
        Ask::Order(query, Mode::History),
        Ask::OpenOrders(None),
        Ask::FillsSince(NOW),
        Ask::Positions,
        Ask::Balances,
        Ask::Fees,
        Ask::Leverage(Leverage { market: Some(market), times: 5, mode: None }),
        Ask::Margin(market, Money(1_000_000_000_000)),
        Ask::DeadMan(DeadMan::Off),
        Ask::Nonce(KEY),
    ]
}

/// Lets a client read bytes as a frame, and as the answer to everything.
fn feed(bytes: &[u8]) -> Vec<Event> {
    let mut client = connected();
    let mut heard = Heard::default();
    let _ = client.frame(NOW, LINK, &Bytes::copy_from_slice(bytes), &mut heard);
    let mut out = heard.events;
    let mut outbox = Outbox::default();
    for (n, ask) in (100..).zip(asks(&client)) {
        let call = CallRef(n);
        let _ = client.encode(NOW, call, &ask, &mut outbox);
        for status in [200, 400, 401, 429, 503] {
            let _ = client.reply(NOW, call, &ask, &reply(status, bytes.to_vec()), &mut out);
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..300)) {
        feed(&bytes);
    }

    #[test]
    fn fixtures_spoilt(which in any::<prop::sample::Index>(), splices in vec(splice(), 1..6)) {
        let messages = messages();
        let text = spliced(&messages[which.index(messages.len())], &splices);
        for event in feed(text.as_bytes()) {
            if let Event::Order(report) = event {
                let says = |word: &str| text.contains(word);
                prop_assert!(report.status != ReportedStatus::Open || says("open") || says("pending"), "{}", text);
            }
        }
    }

    #[test]
    fn fixtures_cut_short(which in any::<prop::sample::Index>(), len in any::<prop::sample::Index>()) {
        let messages = messages();
        let text = &messages[which.index(messages.len())];
        let told = feed(&text.as_bytes()[..len.index(text.len())]);
        prop_assert!(told.is_empty(), "half of a message tells nothing: {:?}", told);
    }
}
