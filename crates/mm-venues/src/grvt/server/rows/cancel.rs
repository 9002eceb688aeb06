//! The end of a cancel that waited in vain, as the venue tells it.

use crate::grvt::{
    server::{numbers, records::CancelNews},
    wire::{OrderRejectReason, Text, order::UNASSIGNED, stream::CancelStatusFeed},
};

/// `v1.cancel`. `sub_account` is its account's number.
pub(in super::super) fn cancel_feed(sub_account: u64, news: &CancelNews) -> CancelStatusFeed<'static> {
    CancelStatusFeed {
        sub_account_id: numbers::text(sub_account),
        client_order_id: numbers::text(news.client),
        order_id: Text::new(UNASSIGNED),
        reason: OrderRejectReason::ClientCancel,
        update_time: news.at.into(),
        cancel_status: news.status.clone(),
    }
}
