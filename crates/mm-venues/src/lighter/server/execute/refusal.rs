//! The engine's refusals in the venue's codes: they are told to nobody but who looks the transaction up.

use mm_exchange::Reject;

use crate::lighter::wire::error::{Code, codes};

/// The code of an engine's refusal. Which goes with which follows from their names.
pub(super) const fn code(reject: Reject) -> Code {
    match reject {
        Reject::NoSuchMarket => codes::INVALID_MARKET_INDEX,
        Reject::NoSuchAccount => codes::ACCOUNT_NOT_FOUND,
        Reject::NotTrading => codes::INVALID_MARKET_STATUS,
        Reject::Size | Reject::Notional => codes::INVALID_ORDER_AMOUNT,
        Reject::Price | Reject::WouldMatch => codes::INVALID_PRICE,
        Reject::Band => codes::PRICE_TOO_FAR_FROM_MARK,
        Reject::Funds => codes::NOT_ENOUGH_ASSET_BALANCE,
        Reject::Margin => codes::NOT_ENOUGH_ORDER_MARGIN,
        Reject::Position => codes::INVALID_ORDER_AMOUNT,
        Reject::NothingToReduce => codes::REDUCE_ONLY_INCREASES_POSITION,
        Reject::NoLiquidity => codes::INACTIVE_ORDER,
        Reject::DuplicateClientId => codes::CLIENT_ORDER_INDEX_EXISTS,
        Reject::NoSuchOrder => codes::INACTIVE_CANCEL,
        Reject::OrderLimit => codes::MAX_ORDERS_PER_ACCOUNT,
        Reject::TooLate => codes::INVALID_ORDER_EXPIRY,
        Reject::Flags => codes::INVALID_ORDER_INFO,
    }
}

/// Whether the refused order shows as a cancelled one. Invalid reduce-only orders are dropped silently
/// (nautilus_trader's notes, 2026-07), and so are those whose client's id came into use while they waited.
pub(super) const fn leaves_row(reject: Reject) -> bool {
    !matches!(
        reject,
        Reject::NothingToReduce | Reject::DuplicateClientId | Reject::NoSuchMarket | Reject::NoSuchAccount
    )
}
