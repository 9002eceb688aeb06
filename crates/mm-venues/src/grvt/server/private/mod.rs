//! What belongs to accounts: orders, fills, positions, settings.

mod account;
mod bulk;
mod cancel;
mod check;
mod create;
mod history;
mod judge;
mod orders;
mod settings;
mod signed;

use super::routes::{Needs, Route};
use crate::grvt::{spec::ORDER_WEIGHT, wire::paths::Endpoint};

/// What taking all orders off weighs (as every weight here: ccxt 4.5.90).
const WEIGHT_ALL: u32 = 50;
/// What a question about orders, fills or positions weighs.
const WEIGHT_QUERY: u32 = 20;
/// What a question about an account weighs, or a setting of it.
const WEIGHT_ACCOUNT: u32 = 40;

const fn row(endpoint: Endpoint, weight: u32, answer: super::routes::Answer) -> Route {
    Route { name: endpoint.method(), needs: Needs::Session, weight, answer }
}

/// The calls that need a session.
pub(super) const ROUTES: &[Route] = &[
    row(Endpoint::CreateOrder, ORDER_WEIGHT, create::create_order),
    row(Endpoint::CancelOrder, ORDER_WEIGHT, cancel::cancel_order),
    row(Endpoint::CancelAllOrders, WEIGHT_ALL, cancel::cancel_all_orders),
    // Weighs what its orders and cancels do, which it counts itself.
    row(Endpoint::BulkOrders, 0, bulk::bulk_orders),
    // Chosen: it must be sent again and again.
    row(Endpoint::CancelOnDisconnect, ORDER_WEIGHT, cancel::cancel_on_disconnect),
    row(Endpoint::Order, WEIGHT_QUERY, orders::order),
    row(Endpoint::OpenOrders, WEIGHT_QUERY, orders::open_orders),
    row(Endpoint::OrderHistory, WEIGHT_QUERY, history::order_history),
    row(Endpoint::FillHistory, WEIGHT_QUERY, history::fill_history),
    row(Endpoint::FundingPaymentHistory, WEIGHT_QUERY, history::funding_payment_history),
    row(Endpoint::Positions, WEIGHT_QUERY, account::positions),
    row(Endpoint::AccountSummary, WEIGHT_ACCOUNT, account::account_summary),
    row(Endpoint::AggregatedAccountSummary, WEIGHT_ACCOUNT, account::aggregated_account_summary),
    row(Endpoint::FundingAccountSummary, WEIGHT_ACCOUNT, account::funding_account_summary),
    row(Endpoint::SubAccounts, WEIGHT_ACCOUNT, account::get_sub_accounts),
    row(Endpoint::AllInitialLeverage, WEIGHT_ACCOUNT, settings::get_all_initial_leverage),
    row(Endpoint::SetInitialLeverage, WEIGHT_ACCOUNT, settings::set_initial_leverage),
    row(Endpoint::SetPositionConfig, WEIGHT_ACCOUNT, settings::set_position_config),
    row(Endpoint::AuthorizedBuilders, WEIGHT_ACCOUNT, settings::get_authorized_builders),
];
