//! What there is, as the venue writes it: the same rows for REST and for streams.

mod account;
mod cancel;
mod fill;
mod order;
mod position;

pub(super) use self::{
    account::{SETTLES_IN, Wealth, spot_balances, sub_account},
    cancel::cancel_feed,
    fill::fill_row,
    order::{order_row, state_feed},
    position::{leverage, position_row},
};
