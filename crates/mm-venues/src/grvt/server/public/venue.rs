//! The venue's clock: the one `GET`.

use bytes::Bytes;
use mm_model::Timestamp;

use crate::grvt::server::answer::Answered;

/// `GET /time`: milliseconds, as a number.
pub(in super::super) fn time(now: Timestamp) -> Answered {
    Ok(Bytes::from(serde_json::json!({ "server_time": now.ms() }).to_string()))
}
