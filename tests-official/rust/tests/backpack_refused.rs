//! What the venue must refuse from its own client: orders that break a market's rules, and requests whose signature
//! does not belong to what they say. Nothing refused may leave a trace.

use bpx_api_client::BpxClient;
use bpx_api_client::types::order::{ExecuteOrderPayload, Side};
use official_rust::{PERP, Placing, World, best_ask, best_bid, dec, depth, refusal};
use reqwest::{Method, Request};

/// Tick 0.05: a price may have two decimals and still be none.
const COARSE: &str = "ETH_USDC_PERP";
/// Lot 100: a size without decimals may still be none.
const BULKY: &str = "BONK_USDC_PERP";

#[tokio::test]
async fn orders_that_break_the_rules_of_a_market() {
    let world = World::start(201).await;
    let alice = world.client("alice");
    let (bid, ask) = {
        let book = depth(&alice, PERP).await;
        (best_bid(&book).0, best_ask(&book).0)
    };
    let (coarse, bulky) = (best_bid(&depth(&alice, COARSE).await).0, best_bid(&depth(&alice, BULKY).await).0);
    let order = |symbol: &str, price, quantity: &str| {
        Placing { price, quantity: dec(quantity), ..Placing::limit(symbol, Side::Bid) }.post_only()
    };
    let low = bid - dec("1.00");
    let cases = [
        ("a third decimal of the price", order(PERP, low - dec("0.005"), "0.10"), "Price decimal too long"),
        ("a third decimal of the size", order(PERP, low, "0.105"), "Quantity decimal too long"),
        ("two decimals, but no multiple of 0.05", order(COARSE, coarse - dec("10.01"), "0.1"), ""),
        ("no decimals, but no multiple of 100", order(BULKY, bulky, "4810"), ""),
        ("no size at all", order(PERP, low, "0"), ""),
        ("post-only through the ask", order(PERP, ask, "0.10"), "Order would immediately match and take"),
        (
            "far outside the band",
            order(PERP, dec("1.00"), "0.10"),
            "Price is too far from the last active price",
        ),
        ("a market that is none", order("SOL_EURC_PERP", low, "0.10"), ""),
        ("no price", ExecuteOrderPayload { price: None, ..order(PERP, low, "0.10") }, ""),
    ];
    for (what, order, says) in cases {
        let (status, code, message) = refusal(alice.execute_order(order).await);
        assert_eq!(status, 400, "{what}: {code} {message}");
        assert!(code.starts_with("INVALID_") && message.contains(says), "{what}: {code} {message}");
    }
    assert!(
        alice.get_open_orders(None).await.expect("open orders parse").is_empty(),
        "nothing refused rests"
    );
}

#[tokio::test]
async fn signatures_that_do_not_belong() {
    let world = World::start(202).await;
    let (alice, bob) = (world.client("alice"), world.client("bob"));
    let price = best_bid(&depth(&alice, PERP).await).0 - dec("1.00");
    let order = Placing { price, quantity: dec("0.10"), ..Placing::limit(PERP, Side::Bid) }.post_only();

    // The same bytes with a digit changed after signing.
    let mut tampered = signed(&alice, "orderExecute", &order);
    let body = tampered.body().and_then(|body| body.as_bytes()).expect("a JSON body").to_vec();
    let body = String::from_utf8(body).expect("UTF-8").replace("0.10", "0.20");
    *tampered.body_mut() = Some(body.into());
    expect_bad_signature("a digit changed", &alice, tampered).await;

    // Signed for another purpose.
    expect_bad_signature("another instruction", &alice, signed(&alice, "orderCancel", &order)).await;

    // Bob's signature under alice's name.
    let mut forged = signed(&bob, "orderExecute", &order);
    forged
        .headers_mut()
        .insert("X-API-Key", world.api_key("alice").parse().expect("base64 is a header value"));
    expect_bad_signature("a foreign signer", &bob, forged).await;

    // A timestamp that was not signed.
    let mut moved = signed(&alice, "orderExecute", &order);
    let later = official_rust::now_ms() + 1;
    moved.headers_mut().insert("X-Timestamp", (later + 500).to_string().parse().expect("digits"));
    expect_bad_signature("a moved timestamp", &alice, moved).await;

    // A window longer than the venue allows, and one bit of the signature.
    let mut wide = signed(&alice, "orderExecute", &order);
    wide.headers_mut().insert("X-Window", "60001".parse().expect("digits"));
    let (status, code, _) = refusal(alice.execute(wide).await);
    assert_eq!((status, code.as_str()), (400, "INVALID_CLIENT_REQUEST"), "a window of 60001 ms");
    let mut flipped = signed(&alice, "orderExecute", &order);
    let text = flipped.headers()["X-Signature"].to_str().expect("base64").to_owned();
    let other = if text.starts_with('A') { "B" } else { "A" };
    flipped.headers_mut().insert("X-Signature", format!("{other}{}", &text[1..]).parse().expect("base64"));
    expect_bad_signature("a flipped bit", &alice, flipped).await;

    // A secret of nobody: a good signature by a key the venue has never seen.
    let nobody = world.stranger();
    let (status, _, message) = refusal(nobody.get_account().await);
    assert!((400..=401).contains(&status), "an unknown key: {status} {message}");

    for name in ["alice", "bob"] {
        let open = world.client(name).get_open_orders(None).await.expect("open orders parse");
        assert!(open.is_empty(), "{name}: nothing refused rests");
    }
    // The judge is not blind: the untouched request of the same making is accepted.
    alice.execute(signed(&alice, "orderExecute", &order)).await.expect("an honest request");
}

fn signed(client: &BpxClient, instruction: &str, order: &ExecuteOrderPayload) -> Request {
    let url = client.base_url().join("/api/v1/order").expect("a path");
    client.build_signed_request(url, Method::POST, instruction, Some(order)).expect("signed")
}

async fn expect_bad_signature(what: &str, client: &BpxClient, request: Request) {
    let answer = refusal(client.execute(request).await);
    assert_eq!(answer, (400, "INVALID_CLIENT_REQUEST".to_owned(), "Invalid signature".to_owned()), "{what}");
}
