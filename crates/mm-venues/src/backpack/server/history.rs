//! Routes that tell what is over: orders, fills, funding.

use mm_exchange::{Exchange, Execution, FundingPayment};
use mm_model::{Liquidity, Market, MarketId};

use super::{
    Account,
    answer::{Answer, Answered, Page},
    call::{Call, Kinds},
    errors::Refused,
    numbers,
    order_rows::historic_row,
};
use crate::backpack::wire::{
    Text,
    history::{HistoricFill, HistoricFunding},
    time,
};

/// Names that the official Rust client sends in snake case, and what it means by them.
const SNAKE_CASE: [(&str, &str); 5] = [
    ("fill_type", "fillType"),
    ("order_id", "orderId"),
    ("strategy_id", "strategyId"),
    ("market_type", "marketType"),
    ("sort_direction", "sortDirection"),
];

/// Which rows of a history, in which order.
struct Filter {
    order_id: Option<u64>,
    market: Option<MarketId>,
    kinds: Kinds,
    oldest_first: bool,
    limit: usize,
    offset: usize,
    /// Nothing here can match (a strategy's orders: there are no strategies).
    nothing: bool,
}

impl Filter {
    /// Reads what all histories share; the rest of the query stays for the route.
    fn read(call: &mut Call<'_>) -> Result<Self, Refused> {
        let strategy = call.query.optional("strategyId");
        let order_id = call.query.optional("orderId");
        Ok(Self {
            // An id that is no number is no order's id.
            nothing: strategy.is_some() || order_id.as_deref().is_some_and(|id| id.parse::<u64>().is_err()),
            order_id: order_id.and_then(|id| id.parse().ok()),
            market: call.symbol_filter()?,
            kinds: call.kinds()?,
            oldest_first: match call.query.optional("sortDirection").as_deref() {
                None | Some("Desc") => false,
                Some("Asc") => true,
                Some(_) => return Err(Refused::parameter("sortDirection", "must be one of Asc, Desc")),
            },
            limit: call.limit(1_000)?,
            offset: call.offset()?,
        })
    }

    fn takes(&self, exchange: &Exchange, market: MarketId, order_id: Option<u64>) -> bool {
        !self.nothing
            && self.market.is_none_or(|wanted| wanted == market)
            && self.order_id.is_none_or(|wanted| order_id == Some(wanted))
            && exchange.markets().get(market).is_some_and(|market| self.kinds.has(market))
    }

    /// The page of `rows`, which come oldest first.
    fn page<T>(&self, mut rows: Vec<T>) -> (Vec<T>, Page) {
        if !self.oldest_first {
            rows.reverse();
        }
        let page = Page { total: rows.len(), limit: self.limit, offset: self.offset };
        (rows.into_iter().skip(self.offset).take(self.limit).collect(), page)
    }
}

pub(super) fn orders(call: &mut Call<'_>, account: &Account) -> Answered {
    let filter = Filter::read(call)?;
    call.finish()?;
    let exchange = &*call.exchange;
    let rows = exchange
        .order_history(account.account)
        .filter(|view| filter.takes(exchange, view.order.market, Some(view.id.0)))
        .collect();
    let (rows, page) = filter.page(rows);
    let rows = rows
        .into_iter()
        .filter_map(|view| Some(historic_row(exchange.markets().get(view.order.market)?, view)));
    Ok(Answer::json(&rows.collect::<Vec<_>>()).paged(page))
}

pub(super) fn fills(call: &mut Call<'_>, account: &Account) -> Answered {
    if call.records.switches.snake_case_filters {
        for (snake, camel) in SNAKE_CASE {
            call.query.rename(snake, camel);
        }
    }
    let (from, to) = (call.query.number("from")?, call.query.number("to")?);
    let mut filter = Filter::read(call)?;
    filter.nothing |= !users(call.query.optional("fillType").as_deref())?;
    call.finish()?;
    let (from, to) = (from.unwrap_or(0), to.unwrap_or(u64::MAX));
    let exchange = &*call.exchange;
    let rows = exchange
        .executions(account.account)
        .filter(|fill| filter.takes(exchange, fill.market, Some(fill.order.0)))
        .filter(|fill| (from..=to).contains(&fill.at.ms()))
        .collect();
    let (rows, page) = filter.page(rows);
    let rows = rows.into_iter().filter_map(|fill| Some(fill_row(exchange.markets().get(fill.market)?, fill)));
    Ok(Answer::json(&rows.collect::<Vec<_>>()).paged(page))
}

/// Whether fills of orders that users sent are wanted: there are no others here.
fn users(fill_type: Option<&str>) -> Result<bool, Refused> {
    match fill_type {
        None | Some("User") => Ok(true),
        Some(
            "BookLiquidation"
            | "Adl"
            | "Backstop"
            | "Liquidation"
            | "AllLiquidation"
            | "CollateralConversion"
            | "CollateralConversionAndSpotLiquidation",
        ) => Ok(false),
        Some(_) => Err(Refused::parameter("fillType", "no such fill type")),
    }
}

pub(super) fn funding(call: &mut Call<'_>, account: &Account) -> Answered {
    let subaccount: Option<u64> = call.query.number("subaccountId")?;
    let mut filter = Filter::read(call)?;
    filter.nothing |= subaccount.is_some_and(|id| id != 0);
    call.finish()?;
    let exchange = &*call.exchange;
    let rows = exchange
        .funding_payments(account.account)
        .filter(|paid| filter.takes(exchange, paid.market, None))
        .collect();
    let (rows, page) = filter.page(rows);
    let rows = rows
        .into_iter()
        .filter_map(|paid| Some(funding_row(exchange.markets().get(paid.market)?, account.user_id, paid)));
    Ok(Answer::json(&rows.collect::<Vec<_>>()).paged(page))
}

fn fill_row<'a>(market: &'a Market, fill: &Execution) -> HistoricFill<'a> {
    HistoricFill {
        client_id: fill.client_id.map(|id| numbers::text(id.0)),
        fee: numbers::text(fill.fee),
        fee_symbol: Text::new(&market.quote),
        is_maker: fill.liquidity == Liquidity::Maker,
        order_id: numbers::text(fill.order.0),
        price: numbers::price(market, fill.price),
        quantity: numbers::qty(market, fill.qty),
        side: fill.side.into(),
        symbol: Text::new(&market.symbol),
        system_order_type: None,
        timestamp: Text::from(time::millis(fill.at)),
        trade_id: Some(fill.trade.0),
    }
}

fn funding_row<'a>(market: &'a Market, user_id: u64, paid: &FundingPayment) -> HistoricFunding<'a> {
    HistoricFunding {
        funding_rate: numbers::rate(paid.rate),
        interval_end_timestamp: Text::from(time::seconds(paid.at)),
        quantity: numbers::text(paid.amount),
        subaccount_id: None,
        symbol: Text::new(&market.symbol),
        user_id,
    }
}
