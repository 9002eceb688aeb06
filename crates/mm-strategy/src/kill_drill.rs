//! A drill for the kill switch: rests small orders away from the market on every connector, and then hangs on purpose. It
//! takes nothing off and flattens nothing: that is what is being tried. On simulated venues only.

use std::{sync::Arc, time::Duration};

use mm_core::{Context, Needs, Outcome, Story, Strategy, StrategyError, Venue};
use mm_model::{Exposure, NewOrder, OrderKind, Price, Side, Top};

use crate::{
    Observer,
    params::{Complaint, Kind, Param, Preset, Settings},
    smoke_test::minimum,
};

/// Keys of its own section.
pub const PARAMS: &[Param] = &[
    Param {
        name: "then",
        aliases: &[],
        kind: Kind::Word(&[("hang", "hang"), ("wait", "wait")]),
        default: Preset::Is("hang"),
        about: "what it does when its orders rest: hangs in a busy loop, or waits to be stopped",
    },
    Param {
        name: "orders",
        aliases: &[],
        kind: Kind::Integer { min: 1, max: 50 },
        default: Preset::Is("3"),
        about: "orders on each connector",
    },
];

/// Keys of each connector's block.
pub const CONNECTOR_PARAMS: &[Param] = &[Param {
    name: "symbol",
    aliases: &[],
    kind: Kind::Text,
    default: Preset::Required,
    about: "market, by the venue's own name",
}];

/// How far below the best bid the first order rests, in ten-thousandths: the crowd does not come there, and the venues'
/// bands allow it.
const DISTANCE_BPS: i64 = 200;
/// How long a book may take to be there.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is looked for.
const STEP: Duration = Duration::from_millis(20);

/// The strategy.
struct KillDrill {
    symbols: Vec<(String, String)>,
    n_orders: i64,
    hangs: bool,
}

/// Makes the strategy from configuration.
///
/// # Errors
/// None: its keys fit together as they are.
pub fn build(settings: Settings, _: Arc<dyn Observer>) -> Result<Box<dyn Strategy>, Vec<Complaint>> {
    let symbol = |(name, keys): (&String, &crate::params::Values)| {
        Some((name.clone(), keys.text("symbol")?.to_owned()))
    };
    Ok(Box::new(KillDrill {
        symbols: settings.connectors.iter().filter_map(symbol).collect(),
        n_orders: settings.own.integer("orders").unwrap_or(1),
        hangs: settings.own.text("then") != Some("wait"),
    }))
}

impl Strategy for KillDrill {
    fn name(&self) -> &str {
        "kill_drill"
    }

    fn needs(&self) -> Needs {
        self.symbols.iter().map(|(name, symbol)| (name.clone(), vec![symbol.clone()])).collect()
    }

    fn run(&mut self, mut cx: Context) -> Story<'_> {
        Box::pin(async move {
            for (name, symbol) in &self.symbols {
                let Some(venue) = cx.venues.get(name) else {
                    return Err(StrategyError(format!("there is no connector '{name}'")));
                };
                self.rest(&cx, venue, symbol).await.map_err(|why| StrategyError(format!("{name}: {why}")))?;
            }
            tracing::warn!(hangs = self.hangs, "all orders of the drill rest");
            if self.hangs {
                loop {
                    std::hint::spin_loop();
                }
            }
            cx.stop.wait().await;
            Ok(Outcome::Passed)
        })
    }
}

impl KillDrill {
    async fn rest(&self, cx: &Context, venue: &Venue, symbol: &str) -> Result<(), String> {
        let market = venue.market(symbol).map_err(|error| error.to_string())?;
        let top = cx.clock.within(PATIENCE, top(cx, venue, &market)).await.ok_or("there is no book")?;
        let first = top.bid.price.0 - top.bid.price.0 * DISTANCE_BPS / 10_000;
        for n in 0..self.n_orders {
            let price = Price(first - n);
            let order = NewOrder {
                market: market.id,
                side: Side::Buy,
                qty: minimum(&market, price)?,
                kind: OrderKind::PostOnly { price },
                exposure: Exposure::Any,
            };
            venue.place(order).await.map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

async fn top(cx: &Context, venue: &Venue, market: &mm_model::Market) -> Top {
    loop {
        if let Ok(top) = venue.top(market.id) {
            return top;
        }
        cx.clock.sleep(STEP).await;
    }
}
