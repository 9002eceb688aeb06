//! What `check` prints of the limits in force.

use std::fmt::{self, Write as _};

use mm_core::risk::{ConnectorLimits, Limits, MarketLimits};

/// A line for the process, for each connector, and for each market that differs from its connector.
pub(crate) fn limits_text(limits: &Limits) -> String {
    let Limits { quotes, gross_notional_max, losses, connectors, other: _ } = limits;
    let mut out = format!(
        "\n  limits     gross {}, daily loss {}, drawdown {} in {} as one, then {}",
        shown(*gross_notional_max),
        shown(losses.daily_max),
        shown(losses.drawdown_max),
        quotes.join(" = "),
        losses.then.as_str()
    );
    for (name, connector) in connectors {
        let _ = write!(out, "\n    {name}  {}", connector_text(connector));
        let _ = write!(out, "\n      each market  {}", market_text(&connector.market));
        for (symbol, market) in connector.markets.iter().filter(|(_, market)| **market != connector.market) {
            let _ = write!(out, "\n      {symbol}  {}", market_text(market));
        }
    }
    out
}

fn connector_text(limits: &ConnectorLimits) -> String {
    format!(
        "open orders {}, messages {} a second and {} a minute, rejects in a row {} then {}, clock off by {} ms",
        shown(limits.open_orders_max),
        shown(limits.messages_per_second_max),
        shown(limits.messages_per_minute_max),
        shown(limits.rejects_max),
        limits.then.as_str(),
        shown(limits.clock_skew_max.map(|max| max.as_millis()))
    )
}

fn market_text(limits: &MarketLimits) -> String {
    if !limits.is_allowed {
        return "no orders".to_owned();
    }
    let repeats = limits.repeats.map(|repeats| {
        format!("{} in {} s then {}", repeats.executions, repeats.within.as_secs(), repeats.then.as_str())
    });
    format!(
        "order {} (size {}), position {} (size {}), collar {}, duplicates {} ms, self-trade {}, executions {}",
        shown(limits.order_notional_max),
        shown(limits.order_size_max),
        shown(limits.position_notional_max),
        shown(limits.position_size_max),
        shown(limits.collar.map(|share| share.decimal())),
        shown(limits.duplicate_within.map(|within| within.as_millis())),
        if limits.may_self_trade { "allowed" } else { "denied" },
        shown(repeats)
    )
}

fn shown<T: fmt::Display>(limit: Option<T>) -> String {
    limit.map_or_else(|| "any".to_owned(), |limit| limit.to_string())
}
