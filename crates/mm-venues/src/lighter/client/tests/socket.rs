//! The life of the socket: what is subscribed to and how fast, transactions and their answers, tokens, signs of life.

use std::time::Duration;

use expect_test::expect;
use mm_model::{Refusal, RefusalKind};

use super::*;
use crate::client::Weight;

const ERROR_BARE: &str = r#"{"error":{"code":21739,"message":"not enough margin to create the order"}}"#;

fn opened(client: &mut Client, now: Timestamp) -> Vec<Frame> {
    let mut frames = Vec::new();
    client.opened(now, LINK, &mut frames);
    frames
}

fn tick(client: &mut Client, now: Timestamp) -> Vec<String> {
    let mut frames = Vec::new();
    client.tick(now, &mut frames);
    frames.into_iter().map(|(_, Frame(text))| without_token(&text)).collect()
}

fn without_token(text: &str) -> String {
    match text.split_once(",\"auth\":\"") {
        Some((before, token)) => format!("{before},auth until {}", token.split(':').next().unwrap()),
        None => text.to_owned(),
    }
}

fn place(client: &mut Client, call: u64) -> Ask {
    let ask = Ask::Place(placement(client, call));
    let (way, out) = sent(client, call, &ask).unwrap();
    assert_eq!((way, out.frames.len()), (Way::Socket(LINK), 1));
    ask
}

/// What the answers say: to which call, and what.
fn answers(heard: Heard) -> Vec<(u64, Vec<Event>, Result<Next, CallError>)> {
    heard.answers.into_iter().map(|answered| (answered.to.0, answered.events, answered.result)).collect()
}

fn queued(id: u64) -> (u64, Vec<Event>, Result<Next, CallError>) {
    (id, vec![Event::Queued { client_id: ClientId(id) }], Ok(Next::Done))
}

#[test]
fn the_venue_speaks_first_and_the_account_is_subscribed_to_first() {
    let mut client = client(OrdersBy::Socket);
    assert!(hear(&mut client, &message("stream_connected")).greeted);
    let frames: Vec<_> = opened(&mut client, NOW).iter().map(|Frame(text)| without_token(text)).collect();
    expect![[r#"
        {"type":"subscribe","channel":"account_all_orders/65",auth until 1777970303
        {"type":"subscribe","channel":"account_all_trades/65",auth until 1777970303
        {"type":"subscribe","channel":"account_all_positions/65",auth until 1777970303
        {"type":"subscribe","channel":"account_all_assets/65",auth until 1777970303
        {"type":"subscribe","channel":"user_stats/65",auth until 1777970303
        {"type":"subscribe","channel":"order_book/0"}
        {"type":"subscribe","channel":"ticker/0"}
        {"type":"subscribe","channel":"trade/0"}
        {"type":"subscribe","channel":"market_stats/0"}
        {"type":"subscribe","channel":"order_book/2048"}
        {"type":"subscribe","channel":"ticker/2048"}
        {"type":"subscribe","channel":"trade/2048"}"#]]
    .assert_eq(&frames.join("\n"));
}

#[test]
fn a_storm_of_subscriptions_is_paced() {
    let symbols: Vec<_> = (0..100).map(|n| format!("M{n}")).collect();
    let mut client = Client::new(Options::new("http://venue", "ws://venue", symbols.clone())).unwrap();
    let mut details = message_value("order_book_details");
    let row = details["order_book_details"][0].clone();
    details["order_book_details"] = symbols
        .iter()
        .enumerate()
        .map(|(n, symbol)| {
            let mut row = row.clone();
            (row["symbol"], row["market_id"]) = (symbol.as_str().into(), n.into());
            row
        })
        .collect();
    events(&mut client, &Ask::Markets, details.to_string());
    let mut waiting = opened(&mut client, NOW);
    assert_eq!(waiting.len(), 35);
    let mut n_sent = waiting.len();
    let mut now = NOW;
    while let Some(Frame(text)) = waiting.pop() {
        let channel: serde_json::Value = serde_json::from_str(&text).unwrap();
        let channel = channel["channel"].as_str().unwrap().replace('/', ":");
        // The venue's yes to whatever family, told by the one frame that has no content of its own.
        let yes = format!(r#"{{"error":{{"code":30003,"message":"Already Subscribed to : {channel}"}}}}"#);
        let mut heard = Heard::default();
        client.frame(now, LINK, &Bytes::from(yes), &mut heard).unwrap();
        n_sent += heard.send.len();
        waiting.extend(heard.send);
        assert!(waiting.len() <= 35);
        if waiting.is_empty() && n_sent < 400 {
            assert!(n_sent.is_multiple_of(150), "{n_sent}");
            assert_eq!(client.wake(), Some(now + Duration::from_secs(60)));
            now = now + Duration::from_secs(60);
            let mut frames = Vec::new();
            client.tick(now, &mut frames);
            n_sent += frames.len();
            waiting.extend(frames.into_iter().map(|(_, frame)| frame));
        }
    }
    assert_eq!(n_sent, 400);
}

#[test]
fn an_order_by_socket() {
    let mut client = connected();
    let ask = Ask::Place(placement(&client, 1));
    let (way, out) = sent(&mut client, 12, &ask).unwrap();
    assert_eq!(way, Way::Socket(LINK));
    let Frame(text) = &out.frames[0];
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!((value["type"].as_str(), value["data"]["id"].as_str()), (Some("jsonapi/sendtx"), Some("12")));
    assert_eq!(value["data"]["tx_type"].as_u64(), Some(14));
    let info = text.split_once("\"tx_info\":").unwrap().1.strip_suffix("}}").unwrap();
    let hash = check(14, info).hash;
    let yes = format!(r#"{{"type":"jsonapi/sendtx","id":"12","code":200,"tx_hash":"{hash}"}}"#);
    assert_eq!(
        answers(hear(&mut client, &yes)),
        [(12, vec![Event::Queued { client_id: ClientId(1) }], Ok(Next::Done))]
    );
    assert_eq!(answers(hear(&mut client, &yes)), [], "twice is once");
}

#[test]
fn a_batch_by_socket_holds_the_same_texts_as_the_form() {
    let mut client = connected();
    let ask = Ask::Batch(vec![placement(&client, 1), placement(&client, 2)]);
    let (_, out) = sent(&mut client, 3, &ask).unwrap();
    let value: serde_json::Value = serde_json::from_str(&out.frames[0].0).unwrap();
    assert_eq!(value["type"].as_str(), Some("jsonapi/sendtxbatch"));
    assert_eq!(value["data"]["tx_types"].as_str(), Some("[14,14]"));
    let infos: Vec<String> = serde_json::from_str(value["data"]["tx_infos"].as_str().unwrap()).unwrap();
    let nonces: Vec<_> = infos.iter().map(|info| check(14, info).signed.tx.header.nonce).collect();
    assert_eq!(nonces, [7, 8]);
    let (_, events, result) = answers(hear(
        &mut client,
        r#"{"type":"jsonapi/sendtxbatch","id":"3","code":200,"tx_hash":["a","b"]}"#,
    ))
    .remove(0);
    assert_eq!((events.len(), result), (2, Ok(Next::Done)));
}

#[test]
fn answers_are_known_by_id_by_hash_or_by_their_turn() {
    let shapes = [
        r#"{"type":"jsonapi/sendtx","id":"ID","code":200,"tx_hash":"HASH"}"#,
        r#"{"type":"jsonapi/sendtx","id":ID,"code":200}"#,
        r#"{"type":"jsonapi/sendtx","data":{"code":200,"tx_hash":"HASH"}}"#,
        r#"{"type":"jsonapi/sendtx","code":200,"data":{"tx_hash":"HASH"}}"#,
    ];
    for shape in shapes {
        let mut client = connected();
        place(&mut client, 1);
        let ask = Ask::Place(placement(&client, 2));
        let (_, out) = sent(&mut client, 2, &ask).unwrap();
        let info = out.frames[0].0.split_once("\"tx_info\":").unwrap().1.strip_suffix("}}").unwrap();
        let hash = check(14, info).hash.to_string();
        let text = shape.replace("ID", "2").replace("HASH", &hash);
        assert_eq!(answers(hear(&mut client, &text)), [queued(2)], "{shape}");
    }
    let mut client = connected();
    place(&mut client, 1);
    place(&mut client, 2);
    assert_eq!(answers(hear(&mut client, r#"{"type":"jsonapi/sendtx","code":200}"#)), [queued(1)]);
}

#[test]
fn a_refusal_that_names_nobody_is_believed_only_of_one_that_is_alone() {
    let mut client = connected();
    place(&mut client, 1);
    let refusal = Refusal {
        kind: RefusalKind::Funds,
        code: "21739".to_owned(),
        message: "not enough margin to create the order".to_owned(),
        retry_after: None,
    };
    assert_eq!(answers(hear(&mut client, ERROR_BARE)), [(1, vec![], Err(CallError::Refused(refusal)))]);
    place(&mut client, 2);
    place(&mut client, 3);
    let told = answers(hear(&mut client, ERROR_BARE));
    assert!(
        matches!(&told[..], [(2, events, Err(CallError::OutcomeUnknown(_)))] if events.is_empty()),
        "{told:?}"
    );
    assert!(!client.may_encode(&Ask::Place(placement(&client, 4))), "nobody knows the next nonce");
}

#[test]
fn out_of_turn_is_sent_again_with_the_number_that_the_venue_tells() {
    let mut client = connected();
    let ask = place(&mut client, 1);
    place(&mut client, 2);
    let no =
        |id| format!(r#"{{"type":"jsonapi/sendtx","id":"{id}","code":21104,"message":"invalid nonce"}}"#);
    assert_eq!(answers(hear(&mut client, &no(1))), [(1, vec![], Ok(Next::Resend))]);
    assert_eq!(client.own_ask(NOW + Duration::from_secs(1)), None, "another one is on its way");
    assert_eq!(answers(hear(&mut client, &no(2))), [(2, vec![], Ok(Next::Resend))]);
    assert!(!client.may_encode(&ask));
    let later = client.wake().unwrap();
    assert_eq!(client.own_ask(later), Some(Ask::Nonce(KEY)));
    events(&mut client, &Ask::Nonce(KEY), r#"{"code":200,"nonce":31}"#);
    let (_, out) = sent(&mut client, 3, &ask).unwrap();
    assert!(out.frames[0].0.contains("\"Nonce\":31"));
}

/// Found by the simulation, seed 38: the worst price was counted anew, so that two orders had one id.
#[test]
fn a_market_order_that_is_sent_again_is_the_same_order_though_the_book_has_moved() {
    let market_order = |client: &Client, id| {
        let mut placement = placement(client, id);
        placement.order.kind = OrderKind::Market;
        placement
    };
    let orders: [fn(&[Placement]) -> Ask; 2] =
        [|placements| Ask::Place(placements[0]), |placements| Ask::Batch(placements.to_vec())];
    for ask in orders {
        let mut client = connected();
        hear(&mut client, &message("stream_ticker"));
        let ask = ask(&[market_order(&client, 1), market_order(&client, 2)]);
        let words = |client: &mut Client, call| {
            let (_, out) = sent(client, call, &ask).unwrap();
            let frame = out.frames[0].0.replace('\\', "");
            let of = |name: &str| {
                let parts = frame.split(name).skip(1);
                parts.map(|rest| rest.split([',', '}']).next().unwrap().to_owned()).collect::<Vec<_>>()
            };
            (of("\"Price\":"), of("\"Nonce\":"))
        };
        let (first, nonces) = words(&mut client, 1);
        let no = r#"{"type":"jsonapi/sendtx","id":"1","code":21104,"message":"invalid nonce"}"#;
        assert_eq!(answers(hear(&mut client, no)), [(1, vec![], Ok(Next::Resend))]);
        let later = client.wake().unwrap();
        assert_eq!(client.own_ask(later), Some(Ask::Nonce(KEY)));
        events(&mut client, &Ask::Nonce(KEY), r#"{"code":200,"nonce":31}"#);
        client.touches.set(market(&client, "ETH"), [Some(Price(1)), Some(Price(500_000))]);
        let (again, renewed) = words(&mut client, 2);
        assert!(!first.is_empty() && again == first, "{first:?}, then {again:?}");
        assert!(renewed.contains(&"31".to_owned()) && nonces != renewed, "{renewed:?}");
        let fresh = Ask::Place(market_order(&client, 3));
        let (_, out) = sent(&mut client, 3, &fresh).unwrap();
        assert!(out.frames[0].0.contains("\"Price\":505000"), "{}", out.frames[0].0);
    }
}

#[test]
fn a_socket_that_is_down_holds_back_no_cancel() {
    let mut client = connected();
    let ask = place(&mut client, 1);
    client.failed(NOW, CallRef(1), &ask, &CallError::OutcomeUnknown("the socket broke".to_owned()));
    client.closed(NOW, LINK);
    let cancel = Ask::CancelAll(market(&client, "ETH"));
    assert!(!client.may_encode(&cancel), "the nonce is not known");
    assert_eq!(client.own_ask(NOW + Duration::from_secs(1)), Some(Ask::Nonce(KEY)));
    events(&mut client, &Ask::Nonce(KEY), r#"{"code":200,"nonce":8}"#);
    assert!(matches!(sent(&mut client, 2, &cancel), Ok((Way::Http, _))));
}

#[test]
fn a_book_is_had_anew_by_leaving_its_channel() {
    let mut client = connected();
    let ask = Ask::Resync(market(&client, "ETH"));
    let (way, out) = sent(&mut client, 5, &ask).unwrap();
    assert_eq!(way, Way::Socket(LINK));
    let frames: Vec<_> = out.frames.iter().map(|Frame(text)| text.as_str()).collect();
    assert_eq!(
        frames,
        [
            r#"{"type":"unsubscribe","channel":"order_book/0"}"#,
            r#"{"type":"subscribe","channel":"order_book/0"}"#
        ]
    );
    let (_, out) = sent(&mut client, 6, &ask).unwrap();
    assert!(out.frames.is_empty(), "it comes already");
    hear(&mut client, r#"{"type":"unsubscribed","channel":"order_book:0"}"#);
    let heard = hear(&mut client, &message("stream_order_book"));
    assert!(heard.events.is_empty());
    let mut told = answers(heard);
    told.sort_by_key(|(to, ..)| *to);
    assert!(
        matches!(&told[..], [(5, a, Ok(Next::Done)), (6, b, Ok(Next::Done))] if a == b && a.len() == 1),
        "{told:?}"
    );
    let elsewhere = Ask::Resync(market(&client, "BTC"));
    assert!(matches!(sent(&mut client, 7, &elsewhere), Err(CallError::NotSent(_))), "not subscribed to");
}

#[test]
fn a_book_that_does_not_come_is_asked_for_anew() {
    let mut client = connected();
    let ask = Ask::Resync(market(&client, "ETH"));
    sent(&mut client, 5, &ask).unwrap();
    client.failed(NOW, CallRef(5), &ask, &CallError::OutcomeUnknown("no answer".to_owned()));
    assert_eq!(sent(&mut client, 6, &ask).unwrap().1.frames.len(), 2);
    let no = r#"{"error":{"code":30003,"message":"Already Subscribed to : order_book:0"}}"#;
    let told = answers(hear(&mut client, no));
    assert!(matches!(&told[..], [(6, _, Err(CallError::OutcomeUnknown(_)))]), "{told:?}");
}

#[test]
fn the_token_is_renewed_before_it_ends_and_what_was_missed_is_told() {
    let mut client = connected();
    for family in ["orders", "trades", "positions"] {
        let text = format!(
            r#"{{"channel":"account_all_{family}:65","{family}":{{}},"type":"subscribed/account_all_{family}"}}"#
        );
        assert!(hear(&mut client, &text).events.is_empty());
    }
    let due = NOW + Duration::from_secs(7 * 3600 - 15 * 60);
    for second in (30..due.since(NOW).as_secs()).step_by(30) {
        let frames = tick(&mut client, NOW + Duration::from_secs(second));
        assert!(frames.iter().all(|text| text == r#"{"type":"ping"}"#), "{frames:?}");
    }
    let frames = tick(&mut client, due);
    let frames: Vec<_> = frames.iter().filter(|text| !text.contains("ping")).map(String::as_str).collect();
    expect![[r#"
        {"type":"unsubscribe","channel":"account_all_orders/65"}
        {"type":"subscribe","channel":"account_all_orders/65",auth until 1777994603
        {"type":"unsubscribe","channel":"account_all_trades/65"}
        {"type":"subscribe","channel":"account_all_trades/65",auth until 1777994603
        {"type":"unsubscribe","channel":"account_all_positions/65"}
        {"type":"subscribe","channel":"account_all_positions/65",auth until 1777994603
        {"type":"unsubscribe","channel":"account_all_assets/65"}
        {"type":"subscribe","channel":"account_all_assets/65",auth until 1777994603
        {"type":"unsubscribe","channel":"user_stats/65"}
        {"type":"subscribe","channel":"user_stats/65",auth until 1777994603"#]]
    .assert_eq(&frames.join("\n"));
    let mut trades = message_value("stream_account_all_trades_subscribed");
    trades["channel"] = "account_all_trades:65".into();
    let mut trade = message_value("recent_trades")["trades"][0].clone();
    trade["ask_account_id"] = ACCOUNT.into();
    let mut old = trade.clone();
    old["transaction_time"] = (NOW.us()).into();
    trade["transaction_time"] = due.us().into();
    trades["trades"] = serde_json::json!([trade, old]);
    let heard = hear(&mut client, &trades.to_string());
    assert!(matches!(&heard.events[..], [Event::Fill(fill)] if fill.at == due), "{heard:?}");
    assert!(hear(&mut client, &trades.to_string()).events.is_empty(), "told once");
}

#[test]
fn a_token_that_the_venue_forgot_is_made_anew_but_not_for_ever() {
    let mut client = client(OrdersBy::Http);
    sent(&mut client, 1, &Ask::Fees).unwrap();
    let no = reply(401, r#"{"code":20013,"message":"invalid auth"}"#);
    let mut out = Vec::new();
    let mut ask = |client: &mut Client, now| {
        let (mut outbox, ask) = (Outbox::default(), Ask::Fees);
        client.encode(now, CallRef(2), &ask, &mut outbox).unwrap();
        let token = outbox.request.headers.get("Authorization").unwrap().to_owned();
        (token, client.reply(now, CallRef(2), &ask, &no, &mut out))
    };
    let mut tokens = Vec::new();
    for _ in 0..7 {
        let (token, next) = ask(&mut client, NOW);
        assert_eq!(next, Ok(Next::Resend), "several questions may be on their way with the same token");
        tokens.push(token);
    }
    tokens.dedup();
    assert_eq!(tokens.len(), 7, "each time with a new one");
    let (_, again) = ask(&mut client, NOW);
    assert!(
        matches!(again, Err(CallError::Refused(no)) if no.kind == RefusalKind::Authentication),
        "it is the key"
    );
}

#[test]
fn a_channel_that_the_venue_cuts_is_had_anew_and_what_it_told_is_asked_for() {
    let mut client = connected();
    hear(
        &mut client,
        r#"{"channel":"account_all_trades:65","trades":{},"type":"subscribed/account_all_trades"}"#,
    );
    let later = NOW + Duration::from_secs(100);
    let cut = |client: &mut Client, channel: &str| {
        let mut heard = Heard::default();
        let text = format!(r#"{{"type":"unsubscribed","channel":"{channel}"}}"#);
        let result = client.frame(later, LINK, &Bytes::from(text), &mut heard);
        let sent: Vec<_> = heard.send.iter().map(|Frame(text)| without_token(text)).collect();
        (result.map_err(|error| error.to_string()), sent)
    };
    let (result, sent) = cut(&mut client, "account_all_trades:65");
    assert_eq!(result, Err("cannot read stream: the venue cut account_all_trades/65".to_owned()));
    assert_eq!(
        sent,
        [r#"{"type":"subscribe","channel":"account_all_trades/65",auth until 1777970403"#],
        "with a new token"
    );
    assert_eq!(cut(&mut client, "account_all_trades:65"), (Ok(()), vec![]), "it is asked for already");
    let (result, sent) = cut(&mut client, "order_book:0");
    assert_eq!((result, sent.len()), (Ok(()), 1), "a book begins anew with a whole one");
}

#[test]
fn an_error_that_may_be_about_a_subscription_judges_no_order() {
    let mut client = connected();
    place(&mut client, 1);
    let resync = Ask::Resync(market(&client, "ETH/USDC"));
    sent(&mut client, 2, &resync).unwrap();
    let heard = hear(&mut client, r#"{"error":{"code":20001,"message":"invalid param: auth"}}"#);
    assert!(heard.answers.is_empty() && heard.closing.is_some(), "{heard:?}");
}

#[test]
fn a_token_that_all_channels_are_refused_for_at_once_costs_none_of_them() {
    let mut client = client(OrdersBy::Socket);
    client.opened(NOW, LINK, &mut Vec::new());
    for n in 1..=5 {
        let mut heard = Heard::default();
        let no = Bytes::from(r#"{"error":{"code":20001,"message":"auth: the token is over"}}"#);
        let result = client.frame(NOW, LINK, &no, &mut heard);
        assert!(result.is_err() && heard.events.is_empty(), "no feed is refused for good by {n}: {heard:?}");
        let again = heard.send.iter().filter(|Frame(text)| text.contains(r#""auth":"#));
        assert_eq!(again.count(), 5, "after {n}");
    }
}

#[test]
fn an_error_that_names_a_transaction_is_its_answer_whatever_its_code() {
    let mut client = connected();
    let error = r#"{"error":{"code":30012,"message":"Not supported: jsonapi/sendtx"}}"#;
    place(&mut client, 1);
    let resync = Ask::Resync(market(&client, "ETH/USDC"));
    sent(&mut client, 2, &resync).unwrap();
    let heard = hear(&mut client, error);
    assert!(heard.events.is_empty() && heard.closing.is_none(), "no stream is refused: {heard:?}");
    let answer = heard.answers.first().expect("the order's answer");
    assert_eq!(answer.to, CallRef(1));
    assert!(matches!(answer.result, Err(CallError::Refused(_))), "it waited alone: {answer:?}");
    place(&mut client, 3);
    place(&mut client, 4);
    let heard = hear(&mut client, error);
    let answer = heard.answers.first().expect("the answer of the one that waited longest");
    assert_eq!(answer.to, CallRef(3));
    assert!(matches!(answer.result, Err(CallError::OutcomeUnknown(_))), "the other may be meant: {answer:?}");
}

#[test]
fn signs_of_life_and_of_the_end() {
    let mut client = connected();
    let heard = hear(&mut client, &message("stream_ping"));
    assert_eq!(heard.send, [Frame(r#"{"type":"pong"}"#.to_owned())]);
    hear(&mut client, r#"{"type":"pong"}"#);
    assert_eq!(client.wake(), Some(NOW + Duration::from_secs(60)));
    assert!(tick(&mut client, NOW + Duration::from_secs(59)).is_empty());
    assert_eq!(tick(&mut client, NOW + Duration::from_secs(60)), [r#"{"type":"ping"}"#]);
    let heard = hear(&mut client, &message("stream_shutdown"));
    assert!(heard.closing.is_some_and(|why| why.contains("ms")));
}

#[test]
fn a_message_of_ours_that_was_spoiled_on_its_way_costs_the_socket_and_no_feed() {
    let heard = hear(&mut connected(), r#"{"error":{"code":30000,"message":"Invalid Json"}}"#);
    assert!(heard.events.is_empty(), "{heard:?}");
    assert!(heard.closing.is_some_and(|why| why.contains("Invalid Json")));
}

#[test]
fn refused_feeds_are_told_and_what_is_subscribed_to_already_is_not() {
    let mut client = connected();
    assert!(hear(&mut client, &message("stream_error")).events.is_empty());
    let heard = hear(&mut client, r#"{"error":{"code":30005,"message":"Invalid Channel: order_book:0"}}"#);
    assert!(matches!(&heard.events[..], [Event::FeedRefused { .. }]), "{heard:?}");
    let resync = Ask::Resync(market(&client, "ETH"));
    assert!(matches!(sent(&mut client, 1, &resync), Err(CallError::NotSent(_))));
}

#[test]
fn what_is_sent_counts_in_the_strictest_way() {
    let client = client(OrdersBy::Http);
    let weight = |ask| client.weight(&ask);
    assert_eq!(weight(Ask::Place(placement(&client, 1))), Weight([1, 1]));
    assert_eq!(weight(Ask::Batch(vec![placement(&client, 1); 5])), Weight([1, 5]));
    assert_eq!(weight(Ask::Positions), Weight([1, 0]));
    assert_eq!(weight(Ask::FillsSince(NOW)), Weight([2, 0]), "at most 40 a minute");
    assert_eq!(weight(Ask::Resync(MarketId(0))), Weight([0, 0]));
    assert_eq!(client.allowances().len(), 2);
}

#[test]
fn nonce_points_are_prepared_until_there_are_enough() {
    let mut client = client(OrdersBy::Http);
    let mut n = 0;
    while client.may_prepare() {
        client.prepare();
        n += 1;
        assert!(n <= 8);
    }
    let ask = Ask::Place(placement(&client, 1));
    sent(&mut client, 1, &ask).unwrap();
    assert!(client.may_prepare(), "one was used");
}
