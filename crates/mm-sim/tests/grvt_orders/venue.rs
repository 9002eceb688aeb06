//! The venue's list of ended orders, asked for past the connector: its own last word on each.

use mm_session::Transport;
use mm_sim::InProcess;
use mm_venues::http::{Headers, Method, Reply, Request};
use serde_json::{Value, json};

/// An order that is over, as the venue has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) client_id: u64,
    pub(crate) order_id: String,
    pub(crate) status: String,
    pub(crate) reason: String,
    pub(crate) filled: String,
}

/// Somebody who asks the venue past the connector.
pub(crate) struct Past<'a> {
    world: &'a InProcess,
    account: &'a str,
}

impl<'a> Past<'a> {
    pub(crate) const fn new(world: &'a InProcess, account: &'a str) -> Self {
        Self { world, account }
    }

    /// Orders of the account that are over, as far back as the venue remembers.
    pub(crate) async fn ended_orders(&self) -> Vec<Row> {
        let place = self.world.endpoints().venues.grvt.as_ref().expect("it stands");
        let account = place.account(self.account).expect("it is there");
        let login = json!({ "api_key": account.api_key });
        let session = self.post((&place.edge, "/auth/api_key/login"), &login, None).await;
        let cookie = session.headers.get("Set-Cookie").expect("a cookie").split(';').next();
        let mut headers = Headers::default();
        headers.push("Cookie").push_str(cookie.expect("it begins with its name"));
        let whose = session.headers.get("X-Grvt-Account-Id").expect("an account");
        headers.push("X-Grvt-Account-Id").push_str(whose);
        let (mut rows, mut cursor) = (Vec::new(), String::new());
        loop {
            let asked = json!({ "sub_account_id": account.sub_account_id, "limit": 1000, "cursor": cursor });
            let reply = self.post((&place.trades, "/full/v1/order_history"), &asked, Some(&headers)).await;
            let page: Value = serde_json::from_slice(&reply.body).expect("JSON");
            rows.extend(page["result"].as_array().expect("a list").iter().map(row));
            cursor = page["next"].as_str().expect("a cursor").to_owned();
            if cursor.is_empty() {
                return rows;
            }
        }
    }

    async fn post(&self, (base, path): (&str, &str), body: &Value, headers: Option<&Headers>) -> Reply {
        let mut request = Request::default();
        request.reset(Method::Post, path);
        if let Some(headers) = headers {
            request.headers = headers.clone();
        }
        request.headers.push("Content-Type").push_str("application/json");
        request.body = body.to_string().into_bytes();
        let reply = self.world.transport().call(base, &request).await.expect("a reply");
        assert_eq!(reply.status, 200, "{path}: {:?}", reply.body);
        reply
    }
}

fn row(order: &Value) -> Row {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let state = &order["state"];
    Row {
        client_id: text(&order["metadata"]["client_order_id"]).parse().expect("a number"),
        order_id: text(&order["order_id"]),
        status: text(&state["status"]),
        reason: text(&state["reject_reason"]),
        filled: text(&state["traded_size"][0]),
    }
}
