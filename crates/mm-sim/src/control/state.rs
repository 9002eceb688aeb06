//! The truth, written down: what the exchanges know of every client account.

use mm_exchange::Exchange;
use mm_model::{Decimal, Liquidity, Market, MarketId};

use super::words::{AccountState, FillRow, OpenOrderRow, State};
use crate::{
    venues::Account,
    world::{VenueWorld, World},
};

pub(super) fn of(world: &World) -> State {
    let accounts = |venue: &VenueWorld| {
        venue
            .accounts
            .iter()
            .map(|account| (account.name.to_owned(), account_state(&venue.exchange, account)))
            .collect()
    };
    State {
        time_ns: world.now().0,
        venues: world.venues().iter().map(|venue| (venue.row.kind.to_string(), accounts(venue))).collect(),
    }
}

fn account_state(exchange: &Exchange, account: &Account) -> AccountState {
    let market = |id: MarketId| exchange.markets().get(id).expect("the exchange speaks of what it lists");
    let open_orders = exchange.open_orders(account.id, None).into_iter().map(|view| {
        let market = market(view.order.market);
        OpenOrderRow {
            venue_id: view.id.0.to_string(),
            client_id: view.order.client_id.map(|id| id.0),
            market: market.symbol.to_string(),
            side: view.order.side.to_string(),
            price: view.order.limit.map(|price| market.price_decimal(price).to_string()).unwrap_or_default(),
            size: market.qty_decimal(view.qty).to_string(),
            filled: market.qty_decimal(view.filled).to_string(),
        }
    });
    let fills = exchange.executions(account.id).map(|execution| {
        let market = market(execution.market);
        FillRow {
            trade_id: execution.trade.0.to_string(),
            client_id: execution.client_id.map(|id| id.0),
            market: market.symbol.to_string(),
            side: execution.side.to_string(),
            price: market.price_decimal(execution.price).to_string(),
            size: market.qty_decimal(execution.qty).to_string(),
            fee: execution.fee.to_string(),
            maker: execution.liquidity == Liquidity::Maker,
            time_ns: execution.at.0,
        }
    });
    AccountState {
        balances: exchange
            .balances(account.id)
            .into_iter()
            .map(|balance| {
                (balance.asset.to_string(), with_a_dot((balance.available + balance.locked).decimal()))
            })
            .collect(),
        positions: exchange
            .positions(account.id)
            .into_iter()
            .map(|position| (position, market(position.market)))
            .map(|(position, market): (_, &Market)| {
                (market.symbol.to_string(), market.signed_decimal(position.net).normalized().to_string())
            })
            .collect(),
        open_orders: open_orders.collect(),
        fills: fills.collect(),
    }
}

/// `1000000` is written `1000000.0`, as the page shows it: a balance is not a count.
fn with_a_dot(value: Decimal) -> String {
    if value.scale == 0 { format!("{value}.0") } else { value.to_string() }
}
