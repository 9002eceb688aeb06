//! Rows of answers: from what is kept to the wire types, the same for REST and for streams.

mod account;
mod asset;
mod funding;
mod order;
mod position;
mod trade;
mod tx;

pub(super) use self::{
    account::{Standing, account_brief, account_row},
    asset::asset_rows,
    funding::funding_row,
    order::{order_row, status},
    position::{position_row, position_rows},
    trade::trade_row,
    tx::{enriched_tx, tx_row},
};
