//! The venue's list of ended orders, asked for past the connector.

use mm_crypto::{Signer, SimulatedKey};
use mm_model::Timestamp;
use mm_session::Transport;
use mm_sim::{InProcess, LighterAccount};
use mm_venues::{
    http::{Method, Request},
    lighter::{sign::ApiKey, tx::ChainId},
};
use serde_json::Value;

/// Orders of an account that are over, as far back as the venue remembers.
pub(crate) async fn ended_orders(world: &InProcess, account: &LighterAccount, now: Timestamp) -> Vec<Value> {
    let place = world.endpoints().venues.lighter.as_ref().expect("it stands");
    let secret = SimulatedKey::from_marked_hex(&account.api_key_private_key).expect("a simulated key");
    let (index, key) = (account.account_index, account.api_key_index);
    let mut key = ApiKey::new(index, key, ChainId(place.chain_id), Signer::simulated(secret)).expect("a key");
    let deadline_s = i64::try_from(now.ms() / 1_000).expect("in range") + 3_600;
    let token = key.token(now, deadline_s).expect("a token");
    let transport = world.transport();
    let (mut rows, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let mut request = Request::default();
        request.reset(Method::Get, "/api/v1/accountInactiveOrders");
        request.query = format!("account_index={index}&limit=100");
        if let Some(cursor) = &cursor {
            request.query.push_str(&format!("&cursor={cursor}"));
        }
        request.headers.push("authorization").push_str(&token);
        let reply = transport.call(&place.rest, &request).await.expect("a reply");
        let mut page: Value = serde_json::from_slice(&reply.body).expect("JSON");
        assert_eq!(reply.status, 200, "{page}");
        rows.append(page["orders"].as_array_mut().expect("a list"));
        cursor = page["next_cursor"].as_str().filter(|cursor| !cursor.is_empty()).map(str::to_owned);
        if cursor.is_none() {
            return rows;
        }
    }
}
