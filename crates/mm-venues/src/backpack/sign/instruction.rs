//! Which instruction a request is signed under: the one table that both halves look into.

use crate::http::Method;

/// The first word of a signing string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instruction(&'static str);

impl Instruction {
    /// `GET /api/v1/account`.
    pub const ACCOUNT_QUERY: Self = Self("accountQuery");
    /// `PATCH /api/v1/account`.
    pub const ACCOUNT_UPDATE: Self = Self("accountUpdate");
    /// `GET /api/v1/capital`.
    pub const BALANCE_QUERY: Self = Self("balanceQuery");
    /// `GET /wapi/v1/history/fills`.
    pub const FILL_HISTORY: Self = Self("fillHistoryQueryAll");
    /// `DELETE /api/v1/order`.
    pub const ORDER_CANCEL: Self = Self("orderCancel");
    /// `DELETE /api/v1/orders`.
    pub const ORDER_CANCEL_ALL: Self = Self("orderCancelAll");
    /// `POST /api/v1/order`, `POST /api/v1/orders`.
    pub const ORDER_EXECUTE: Self = Self("orderExecute");
    /// `GET /wapi/v1/history/orders`.
    pub const ORDER_HISTORY: Self = Self("orderHistoryQueryAll");
    /// `GET /api/v1/order`.
    pub const ORDER_QUERY: Self = Self("orderQuery");
    /// `GET /api/v1/orders`.
    pub const ORDER_QUERY_ALL: Self = Self("orderQueryAll");
    /// `GET /api/v1/position`.
    pub const POSITION_QUERY: Self = Self("positionQuery");
    /// A private subscription on the socket.
    pub const SUBSCRIBE: Self = Self("subscribe");

    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

/// Every signed endpoint: method, path, instruction. Source: the venue's OpenAPI text (August 2026); the
/// histories of rfq, quote, strategies and dust from ccxt 4.5.64.
pub const ENDPOINTS: &[(Method, &str, Instruction)] = {
    use Method::{Delete, Get, Patch, Post};
    &[
        (Get, "/api/v1/account", Instruction::ACCOUNT_QUERY),
        (Patch, "/api/v1/account", Instruction::ACCOUNT_UPDATE),
        (Get, "/api/v1/account/limits/order", Instruction("maxOrderQuantity")),
        (Get, "/api/v1/account/limits/borrow", Instruction("maxBorrowQuantity")),
        (Get, "/api/v1/account/limits/withdrawal", Instruction("maxWithdrawalQuantity")),
        (Post, "/api/v1/account/convertDust", Instruction("convertDust")),
        (Get, "/api/v1/capital", Instruction::BALANCE_QUERY),
        (Get, "/api/v1/capital/collateral", Instruction("collateralQuery")),
        (Get, "/api/v1/position", Instruction::POSITION_QUERY),
        (Post, "/api/v1/order", Instruction::ORDER_EXECUTE),
        (Post, "/api/v1/orders", Instruction::ORDER_EXECUTE),
        (Get, "/api/v1/order", Instruction::ORDER_QUERY),
        (Delete, "/api/v1/order", Instruction::ORDER_CANCEL),
        (Get, "/api/v1/orders", Instruction::ORDER_QUERY_ALL),
        (Delete, "/api/v1/orders", Instruction::ORDER_CANCEL_ALL),
        (Get, "/wapi/v1/history/orders", Instruction::ORDER_HISTORY),
        (Get, "/wapi/v1/history/fills", Instruction::FILL_HISTORY),
        (Get, "/wapi/v1/history/funding", Instruction("fundingHistoryQueryAll")),
        (Get, "/wapi/v1/history/position", Instruction("positionHistoryQueryAll")),
        (Get, "/wapi/v1/history/settlement", Instruction("settlementHistoryQueryAll")),
        (Get, "/wapi/v1/history/interest", Instruction("interestHistoryQueryAll")),
        (Get, "/wapi/v1/history/borrowLend", Instruction("borrowHistoryQueryAll")),
        (Get, "/wapi/v1/history/borrowLend/positions", Instruction("borrowPositionHistoryQueryAll")),
        (Get, "/wapi/v1/history/rfq", Instruction("rfqHistoryQueryAll")),
        (Get, "/wapi/v1/history/quote", Instruction("quoteHistoryQueryAll")),
        (Get, "/wapi/v1/history/strategies", Instruction("strategyHistoryQueryAll")),
        (Get, "/wapi/v1/history/dust", Instruction("dustHistoryQueryAll")),
        (Get, "/api/v1/borrowLend/positions", Instruction("borrowLendPositionQuery")),
        (Post, "/api/v1/borrowLend", Instruction("borrowLendExecute")),
        (Get, "/wapi/v1/capital/deposits", Instruction("depositQueryAll")),
        (Get, "/wapi/v1/capital/deposit/address", Instruction("depositAddressQuery")),
        (Get, "/wapi/v1/capital/withdrawals", Instruction("withdrawalQueryAll")),
        (Post, "/wapi/v1/capital/withdrawals", Instruction("withdraw")),
        (Post, "/api/v1/rfq", Instruction("rfqSubmit")),
        (Post, "/api/v1/rfq/quote", Instruction("quoteSubmit")),
        (Post, "/api/v1/rfq/accept", Instruction("quoteAccept")),
        (Post, "/api/v1/rfq/cancel", Instruction("rfqCancel")),
        (Post, "/api/v1/rfq/refresh", Instruction("rfqRefresh")),
        (Get, "/api/v1/strategy", Instruction("strategyQuery")),
        (Post, "/api/v1/strategy", Instruction("strategyCreate")),
        (Delete, "/api/v1/strategy", Instruction("strategyCancel")),
        (Get, "/api/v1/strategies", Instruction("strategyQueryAll")),
        (Delete, "/api/v1/strategies", Instruction("strategyCancelAll")),
    ]
};

/// The instruction of a signed endpoint; `None` for a public or unknown one.
#[must_use]
pub fn instruction_of(method: Method, path: &str) -> Option<Instruction> {
    ENDPOINTS.iter().find(|(m, p, _)| *m == method && *p == path).map(|(_, _, instruction)| *instruction)
}
