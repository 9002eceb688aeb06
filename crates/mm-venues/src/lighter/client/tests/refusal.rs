//! The venue's no, code by code, and what it means for what was sent.

use expect_test::expect;
use mm_model::RefusalKind;

use super::*;
use crate::lighter::client::refusal::{Said, said};

fn kind_of(status: u16, body: &str) -> String {
    match said(NOW, &reply(status, body.to_owned())) {
        Said::Yes => "yes".to_owned(),
        Said::No { refusal, .. } => format!("{:?} {}: {}", refusal.kind, refusal.code, refusal.message),
        Said::Nothing(why) => format!("nothing: {why}"),
    }
}

#[test]
fn every_code_of_the_venues_page() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/lighter/error-codes.tsv");
    let table = std::fs::read_to_string(path).unwrap();
    let mut by_kind = std::collections::BTreeMap::<String, Vec<u32>>::new();
    for row in table.lines() {
        let Some(code) = row.split('\t').next().and_then(|code| code.parse().ok()) else { continue };
        let text = row.split('\t').nth(2).unwrap_or_default();
        let body = serde_json::json!({"code": code, "message": text}).to_string();
        let kind = match said(NOW, &reply(400, body)) {
            Said::Yes => panic!("{row}"),
            Said::No { refusal, .. } => format!("{:?}", refusal.kind),
            Said::Nothing(_) => "nothing".to_owned(),
        };
        by_kind.entry(kind).or_default().push(code);
    }
    // All that no order, cancel or question of ours can meet.
    by_kind.remove(&format!("{:?}", RefusalKind::Other));
    let shown: String = by_kind.iter().map(|(kind, codes)| format!("{kind}: {codes:?}\n")).collect();
    expect![[r#"
        Authentication: [21100, 21101, 21102, 21103, 21107, 21108, 21109, 21110, 21120, 21136]
        DuplicateClientId: [21728]
        Funds: [21111, 21301, 21304, 21305, 21507, 21508, 21723, 21739]
        InvalidOrder: [21113, 21300, 21501, 21602, 21603, 21613, 21615, 21618, 21621, 21701, 21702, 21703, 21704, 21705, 21706, 21710, 21711, 21713, 21714, 21727, 21729, 21733, 21734, 21735, 21736, 21737, 21740, 21741, 21742, 21743, 21744]
        NotFound: [21500, 21600, 21614, 21700, 21707, 21708, 21709, 21715, 29404]
        NotReducing: [21732, 21738]
        RateLimited: [21506, 23000, 23001, 23002, 23003, 23004, 30009, 30010]
        Unavailable: [21112, 21122, 21601, 21605, 21712, 21717, 21718, 21719, 21720, 21721, 21722]
        nothing: [29500, 29501]
    "#]].assert_eq(&shown);
}

#[test]
fn fault_03_what_is_neither_yes_nor_no_is_nothing() {
    let cases = [
        (200, r#"{"code":200}"#, "yes"),
        (200, r#"{"code":21739,"message":"m"}"#, "Funds 21739: m"),
        (200, "", "nothing: HTTP 200 without the venue's own body"),
        (200, "{}", "nothing: HTTP 200 without the venue's own body"),
        (400, "<html>", "nothing: HTTP 400 without the venue's own body"),
        (404, "not here", "nothing: HTTP 404 without the venue's own body"),
        (502, "<html>", "nothing: HTTP 502 without the venue's own body"),
        (500, r#"{"code":29500,"message":"m"}"#, "nothing: HTTP 500: 29500: m"),
        (400, r#"{"code":29501,"message":"m"}"#, "nothing: HTTP 400: 29501: m"),
        (503, r#"{"code":21739,"message":"m"}"#, "nothing: HTTP 503: 21739: m"),
        (500, r#"{"code":200}"#, "nothing: HTTP 500: 200: "),
        (429, "<html>", "RateLimited 429: HTTP 429"),
        (429, r#"{"code":23000,"message":"Too Many Requests!"}"#, "RateLimited 23000: Too Many Requests!"),
        (405, "", "RateLimited 405: HTTP 405"),
        (401, r#"{"code":20013,"message":"m"}"#, "Authentication 20013: m"),
    ];
    for (status, body, expected) in cases {
        assert_eq!(kind_of(status, body), expected, "{status} {body}");
    }
}

#[test]
fn a_firewall_says_how_long() {
    let Said::No { refusal, .. } = said(NOW, &reply(405, "")) else { panic!("a no") };
    assert_eq!(refusal.retry_after, Some(std::time::Duration::from_secs(60)));
}

/// What a reply to an order means: for the call, and for the next nonce, if the lane knows one.
fn order(ask: impl Fn(&Client) -> Ask, status: u16, body: &str) -> (String, Option<i64>) {
    let mut client = client(OrdersBy::Http);
    let ask = ask(&client);
    sent(&mut client, 1, &ask).unwrap();
    let (result, _) = answer(&mut client, &ask, &reply(status, body.to_owned()));
    let next = client.account.as_ref().unwrap().lanes.free(crate::lighter::client::nonces::Via::Http);
    let told = match result {
        Ok(next) => format!("{next:?}"),
        Err(CallError::Refused(no)) => format!("refused: {:?}", no.kind),
        Err(CallError::OutcomeUnknown(_)) => "unknown".to_owned(),
        Err(CallError::NotSent(_)) => "not sent".to_owned(),
    };
    (told, next.map(|(_, next)| next))
}

#[test]
fn what_a_refusal_spends() {
    let one = |client: &Client| Ask::Place(placement(client, 1));
    let two = |client: &Client| Ask::Batch(vec![placement(client, 1), placement(client, 2)]);
    let check = |several: bool, status, body: &str, told: &str, next| {
        let got = if several { order(two, status, body) } else { order(one, status, body) };
        assert_eq!(got, (told.to_owned(), next), "{status} {body}");
    };
    check(false, 200, r#"{"code":200,"tx_hash":"x"}"#, "Done", Some(8));
    check(true, 200, r#"{"code":200,"tx_hash":["x","y"]}"#, "Done", Some(9));
    check(false, 400, r#"{"code":21739,"message":"m"}"#, "refused: Funds", Some(7));
    check(false, 400, r#"{"code":21728,"message":"m"}"#, "refused: DuplicateClientId", Some(7));
    check(false, 429, "", "refused: RateLimited", Some(7));
    check(false, 405, "", "refused: RateLimited", Some(7));
    check(false, 400, r#"{"code":21104,"message":"invalid nonce"}"#, "Resend", None);
    check(true, 400, r#"{"code":21105,"message":"m"}"#, "Resend", None);
    check(false, 502, "<html>", "unknown", None);
    check(false, 200, "", "unknown", None);
    // A batch has one answer, which may be about the second of two.
    check(true, 400, r#"{"code":21739,"message":"m"}"#, "unknown", None);
    check(true, 400, r#"{"code":21514,"message":"m"}"#, "refused: Other", Some(7));
    check(true, 429, "", "refused: RateLimited", Some(7));
}
