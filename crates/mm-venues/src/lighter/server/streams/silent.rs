//! Streams that tell of what is not simulated: they may be subscribed to, say that there is nothing, and stay silent.
//! Their shapes are those of the venue's page (July 2026), without rows.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{
    Event, World,
    topics::{Family, Silent, Topic},
};

/// The first and only frame of such a stream.
pub(super) fn frame(world: &World<'_>, topic: Topic) -> Bytes {
    let head = world.head(topic, Event::Subscribed);
    let payload = match topic {
        Topic::Account(_, Family::Silent(silent)) => match silent {
            Silent::SpotEntryPrices => json!({ "avg_entry_prices": {} }),
            Silent::PoolData => json!({
                "account": topic.account().map(|account| world.state.accounts.index_of(account)),
                "trades": {}, "orders": {}, "positions": {}, "shares": [], "funding_histories": {},
            }),
            Silent::PoolInfo => json!({ "pool_info": {} }),
            Silent::Notification => json!({ "notifs": [] }),
        },
        _ => json!({ "rfqs": [] }),
    };
    let mut fields = Map::new();
    fields.insert("channel".to_owned(), Value::from(head.channel.as_str()));
    fields.extend(payload.as_object().cloned().unwrap_or_default());
    fields.insert("type".to_owned(), Value::from(head.kind.as_str()));
    super::json(&fields)
}
