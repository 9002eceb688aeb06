//! Logins: by API key and by wallet, how long they last, and whom they let in.

use expect_test::expect;

use super::*;

const SUMMARY: &str = "/full/v1/account_summary";

fn body(who: Who) -> Value {
    json!({ "sub_account_id": who.sub_account().to_string() })
}

#[test]
fn an_api_key_opens_its_own_trading_account() {
    let mut world = World::new(options());
    let reply =
        world.reply(&request(None, "/auth/api_key/login", &json!({ "api_key": Alice.api_key(), "x": 1 })));
    let cookie = reply.headers.get("Set-Cookie").expect("a cookie");
    // The only form that the venue's own client reads.
    expect!["Expires=Wed, 19 Dec 2029 00:00:00 GMT; Path=/; HttpOnly"]
        .assert_eq(cookie.split_once("; ").expect("attributes").1);
    let said: Value = serde_json::from_slice(&reply.body).expect("JSON");
    assert_eq!(said["status"], "success");
    assert_eq!(said["funding_account_address"], Alice.wallet().address().to_string());
    assert_eq!(said["sub_account_id"], Alice.sub_account().to_string());
    let login = login_of(&reply);
    assert_eq!(world.post_by(Some(&login), SUMMARY, &body(Alice)).word(), "200");
    assert_eq!(world.post_by(Some(&login), SUMMARY, &body(Bob)).word(), "403 2003");
    // Of the same owner, but not the key's.
    assert_eq!(world.post_by(Some(&login), SUMMARY, &body(Brother)).word(), "403 2003");
}

#[test]
fn a_wallet_opens_all_that_it_owns() {
    let mut world = World::new(options());
    let login = world.wallet_login(Alice, 12_345, Duration::from_secs(299));
    let reply = world.reply(&request(None, "/auth/wallet/login", &login));
    let said: Value = serde_json::from_slice(&reply.body).expect("JSON");
    assert!(said.get("sub_account_id").is_none(), "{said}");
    let session = login_of(&reply);
    for (who, word) in [(Alice, "200"), (Brother, "200"), (Bob, "403 2003")] {
        assert_eq!(world.post_by(Some(&session), SUMMARY, &body(who)).word(), word, "{who:?}");
    }
    let subs = world.post_by(Some(&session), "/full/v1/get_sub_accounts", &json!({}));
    assert_eq!(subs.body, json!({ "sub_account_ids": [ALICE.to_string(), ALICE_TWO.to_string()] }));
}

#[test]
fn a_wallet_s_login_is_used_once_and_in_time() {
    let mut world = World::new(options());
    let secs = Duration::from_secs;
    let word = |world: &mut World, login: &Value| world.post_by(None, "/auth/wallet/login", login).word();
    let good = world.wallet_login(Alice, 1, secs(60));
    assert_eq!(word(&mut world, &good), "200");
    assert_eq!(word(&mut world, &good), "401 1000", "the same again");
    let same_nonce = world.wallet_login(Alice, 1, secs(61));
    assert_eq!(word(&mut world, &same_nonce), "401 1000", "the nonce again");
    let bobs = world.wallet_login(Bob, 1, secs(60));
    assert_eq!(word(&mut world, &bobs), "200", "a nonce is an address's own");
    let too_far = world.wallet_login(Alice, 2, secs(301));
    assert_eq!(word(&mut world, &too_far), "403 2008");
    let late = world.wallet_login(Alice, 3, secs(1));
    world.advance(secs(1));
    assert_eq!(word(&mut world, &late), "403 2001");
    let mut swapped = world.wallet_login(Alice, 4, secs(60));
    swapped["address"] = json!(Bob.wallet().address().to_string());
    assert_eq!(word(&mut world, &swapped), "403 2002");
    let mut nonce = world.wallet_login(Alice, 5, secs(60));
    nonce["signature"]["nonce"] = json!(6);
    assert_eq!(word(&mut world, &nonce), "403 2002");
}

#[test]
fn what_lets_nobody_in() {
    let mut world = World::new(options());
    let (cookie, account) = world.login(Alice);
    let (_, bobs) = world.login(Bob);
    let mut word = |login: Option<Login>| world.post_by(login.as_ref(), SUMMARY, &body(Alice)).word();
    assert_eq!(word(Some((cookie.clone(), account.clone()))), "200");
    assert_eq!(word(None), "401 1000");
    assert_eq!(word(Some((cookie.clone(), bobs))), "401 1000");
    assert_eq!(word(Some((cookie.clone(), String::new()))), "401 1000");
    assert_eq!(word(Some((cookie[1..].to_owned(), account.clone()))), "401 1000");
    assert_eq!(word(Some((String::new(), account))), "401 1000");
    let wrong = world.post_by(None, "/auth/api_key/login", &json!({ "api_key": "key-of-nobody" }));
    assert_eq!(wrong.word(), "401 1000");
    assert!(!wrong.body.to_string().contains("nobody"), "{wrong:?}");
    let lite = world.post_by(None, "/lite/v1/account_summary", &json!({}));
    assert_eq!(lite.body["c"], 1000);
    assert_eq!(lite.body["s"], 401);
    assert!(lite.body["m"].as_str().expect("text").starts_with("You need to authenticate"));
}

#[test]
fn logins_live_side_by_side_and_end() {
    let mut world = World::new(Options { session_life: Duration::from_secs(60), ..options() });
    let first = world.login(Alice);
    world.advance(Duration::from_secs(30));
    let second = world.login(Alice);
    assert_ne!(first.0, second.0);
    assert_eq!(first.1, second.1);
    let word = |world: &mut World, login: &Login| world.post_by(Some(login), SUMMARY, &body(Alice)).word();
    assert_eq!(word(&mut world, &first), "200");
    world.advance(Duration::from_secs(30));
    assert_eq!(word(&mut world, &first), "401 1000");
    assert_eq!(word(&mut world, &second), "200");
    let bobs = world.login(Bob);
    assert!(world.trouble(Some(&Alice.sub_account().to_string()), Mischief::ExpireTokens));
    assert_eq!(word(&mut world, &second), "401 1000");
    assert_eq!(world.post_by(Some(&bobs), SUMMARY, &body(Bob)).word(), "200");
    assert!(world.trouble(None, Mischief::ExpireTokens));
    assert_eq!(world.post_by(Some(&bobs), SUMMARY, &body(Bob)).word(), "401 1000");
    assert!(!world.trouble(Some("nobody"), Mischief::ExpireTokens));
    assert!(!world.trouble(None, Mischief::SkipNonce));
}

#[test]
fn a_post_must_say_that_it_is_json() {
    let mut world = World::new(options());
    let login = world.login(Alice);
    let mut bare = Request::default();
    bare.reset(Method::Post, SUMMARY);
    bare.headers.push("cookie").push_str(&format!("gravity={}", login.0));
    bare.headers.push("X-Grvt-Account-Id").push_str(&login.1);
    bare.body = body(Alice).to_string().into_bytes();
    let reply = world.reply(&bare);
    assert_eq!(reply.status, 400);
    assert!(String::from_utf8_lossy(&reply.body).starts_with("{\"code\":1003,"));
    // The account may stand in the URL, where header fields cannot be set.
    let mut in_url = request(None, SUMMARY, &body(Alice));
    in_url.headers.push("cookie").push_str(&format!("gravity={}", login.0));
    in_url.query = format!("x_grvt_account_id={}", login.1.replace(':', "%3A"));
    assert_eq!(world.reply(&in_url).status, 200);
}
