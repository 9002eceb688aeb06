//! The truth, written down: what the exchanges know of every client account.

use mm_exchange::Exchange;
use mm_model::{Decimal, Liquidity, Market, MarketId};

use super::words::{AccountState, Admitted, AdmittedRow, FillRow, OpenOrderRow, State};
use crate::{
    truth::TrueOrder,
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

/// `None` where the truth is not kept.
pub(super) fn admitted(world: &World) -> Option<Admitted> {
    let of_venue = |venue: &VenueWorld| {
        let ledger = venue.ledger.as_deref()?;
        let rows = venue.accounts.iter().map(|account| {
            let orders = ledger.orders_of(account.id).iter();
            (account.name.to_owned(), orders.map(|order| admitted_row(&venue.exchange, order)).collect())
        });
        Some((venue.row.kind.to_string(), rows.collect()))
    };
    world.venues().iter().map(of_venue).collect()
}

fn admitted_row(exchange: &Exchange, order: &TrueOrder) -> AdmittedRow {
    let market = exchange.markets().by_symbol(&order.market).expect("orders are of listed markets");
    AdmittedRow {
        client_id: order.client_id.map(|id| id.0),
        market: market.symbol.to_string(),
        side: order.side.to_string(),
        size: market.qty_decimal(order.asked).to_string(),
        filled: market.qty_decimal(order.filled).to_string(),
        live: order.is_live(),
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
