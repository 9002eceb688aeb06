//! A record as a row of texts: amounts as decimals by the market's own steps, ids as they are. Numbers would not do: ids and
//! amounts are greater than what readers of JSON hold exactly.

use std::{collections::BTreeMap, fmt::Display};

use mm_core::journal::{Evidence, PastMarket};
use mm_model::{
    Decimal, Exposure, Fill, MarketId, NewOrder, OrderKind, OrderReport, Qty, ReportedStatus, Timestamp,
    Unsure,
};
use mm_store::journal::{Body, Header, Record};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// The columns, in the order in which they are written.
pub(super) const COLUMNS: [&str; 20] = [
    "at",
    "venue",
    "account",
    "run",
    "file",
    "record",
    "event",
    "order",
    "venue_order",
    "market",
    "side",
    "kind",
    "price",
    "qty",
    "filled",
    "trade",
    "fee",
    "liquidity",
    "settled",
    "text",
];

/// A record as texts, by column; what it does not say is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    cells: BTreeMap<&'static str, String>,
}

/// What the records so far say of markets: numbers of the journal as names and steps.
#[derive(Debug, Default)]
pub(super) struct Markets(BTreeMap<MarketId, PastMarket>);

impl Markets {
    /// The record as a row. A market's name is remembered and is no row of its own, nor are the sums in a file's beginning.
    pub(super) fn row(&mut self, header: &Header, record: &Record) -> Option<Row> {
        let mut row = Row::default();
        row.put("at", rfc3339(record.at));
        row.put("venue", &header.account.venue);
        row.put("account", &header.account.name);
        row.put("run", header.run);
        row.put("file", header.file);
        row.put("record", record.number);
        match &record.body {
            Body::Market { number, market } => {
                self.0.insert(*number, market.clone());
                return None;
            }
            Body::Total { .. } | Body::TakenOver { .. } => return None,
            Body::Risk { state } => {
                row.put("event", "risk");
                row.put("text", state.replace(['\n', '\t'], " "));
            }
            Body::Made { client_id, order } => {
                row.put("event", "made");
                row.put("order", client_id);
                self.order(&mut row, order);
            }
            Body::Revived { client_id, order } => {
                row.put("event", "tracked again");
                row.put("order", client_id);
                self.order(&mut row, order);
            }
            Body::Updated { client_id, evidence, came_to } => {
                row.put("order", client_id);
                let market = self.0.get(&came_to.market);
                row.put_some("market", market.map(|market| &market.symbol));
                row.put("side", came_to.side);
                row.put("settled", if came_to.is_settled { "yes" } else { "no" });
                row.evidence(market, evidence);
            }
        }
        Some(row)
    }

    fn order(&self, row: &mut Row, order: &NewOrder) {
        let market = self.0.get(&order.market);
        row.put_some("market", market.map(|market| &market.symbol));
        row.asked(market, order);
    }
}

impl Row {
    /// The cell of a column, if there is one.
    pub(super) fn cell(&self, column: &str) -> Option<&str> {
        self.cells.get(column).map(String::as_str)
    }

    pub(super) fn put(&mut self, column: &'static str, value: impl Display) {
        debug_assert!(COLUMNS.contains(&column), "{column}");
        self.cells.insert(column, value.to_string());
    }

    fn put_some(&mut self, column: &'static str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.put(column, value);
        }
    }

    /// What was asked for.
    pub(super) fn asked(&mut self, market: Option<&PastMarket>, order: &NewOrder) {
        let (kind, limit, trigger) = match order.kind {
            OrderKind::Limit { price, time_in_force } => {
                (format!("limit {time_in_force:?}").to_lowercase(), Some(price), None)
            }
            OrderKind::PostOnly { price } => ("post only".to_owned(), Some(price), None),
            OrderKind::Market => ("market".to_owned(), None, None),
            OrderKind::StopLoss { trigger, limit } => ("stop loss".to_owned(), limit, Some(trigger)),
            OrderKind::TakeProfit { trigger, limit } => ("take profit".to_owned(), limit, Some(trigger)),
        };
        let reduce = if order.exposure == Exposure::ReduceOnly { ", reduce only" } else { "" };
        self.put("kind", kind + reduce);
        self.put("side", order.side);
        self.put("qty", lots(market, order.qty.0.into()));
        self.put_some("price", limit.map(|price| ticks(market, price.0.into())));
        self.put_some("text", trigger.map(|price| format!("trigger {}", ticks(market, price.0.into()))));
    }

    /// How much of it is filled.
    pub(super) fn put_filled(&mut self, market: &PastMarket, filled: Qty) {
        self.put("filled", lots(Some(market), filled.0.into()));
    }

    fn evidence(&mut self, market: Option<&PastMarket>, evidence: &Evidence) {
        match evidence {
            Evidence::Report(report) => self.report(market, report),
            Evidence::Fill(fill) => self.fill(market, fill),
            Evidence::NotSent(why) => {
                self.put("event", "not sent");
                self.put("text", why);
            }
            Evidence::Refused(refusal) => {
                self.put("event", "refused");
                self.put("text", refusal);
            }
            Evidence::Unsure(Unsure::Outcome(since)) => {
                self.put("event", "outcome unknown");
                self.put("text", format!("since {}", rfc3339(*since)));
            }
            Evidence::Unsure(Unsure::NeverArrived(since)) => {
                self.put("event", "never arrived");
                self.put("text", format!("proven at {}", rfc3339(*since)));
            }
            Evidence::CancelSent => self.put("event", "cancel sent"),
            Evidence::CancelFailed => self.put("event", "cancel failed"),
            Evidence::ModifySent { price, qty } => {
                self.put("event", "modify sent");
                self.put("price", ticks(market, price.0.into()));
                self.put("qty", lots(market, qty.0.into()));
            }
            Evidence::ModifyFailed => self.put("event", "modify failed"),
        }
    }

    fn report(&mut self, market: Option<&PastMarket>, report: &OrderReport) {
        let (event, text) = match &report.status {
            ReportedStatus::Open => ("open", None),
            ReportedStatus::Filled => ("filled", None),
            ReportedStatus::Cancelled { reason } => ("cancelled", reason.as_ref()),
            ReportedStatus::Rejected { reason } => ("rejected", Some(reason)),
        };
        self.put("event", event);
        self.put_some("text", text);
        self.put("venue_order", report.venue_id);
        self.put_some("price", report.price.map(|price| ticks(market, price.0.into())));
        self.put("qty", lots(market, report.qty.0.into()));
        self.put("filled", lots(market, report.filled.0.into()));
    }

    fn fill(&mut self, market: Option<&PastMarket>, fill: &Fill) {
        self.put("event", "fill");
        self.put("venue_order", fill.venue_id);
        self.put("price", ticks(market, fill.price.0.into()));
        self.put("qty", lots(market, fill.qty.0.into()));
        self.put("trade", fill.trade_id);
        self.put("fee", format!("{} {}", fill.fee, fill.fee_asset));
        self.put("liquidity", format!("{:?}", fill.liquidity).to_lowercase());
    }
}

fn ticks(market: Option<&PastMarket>, n: i128) -> String {
    steps(n, market.map(|market| market.tick), "ticks")
}

fn lots(market: Option<&PastMarket>, n: i128) -> String {
    steps(n, market.map(|market| market.lot), "lots")
}

/// As a decimal of the market's places; as steps where the market is not known.
fn steps(n: i128, step: Option<Decimal>, unit: &str) -> String {
    let decimal = step
        .map(Decimal::normalized)
        .and_then(|step| Some(Decimal::new(n.checked_mul(step.mantissa)?, step.scale)));
    decimal.map_or_else(|| format!("{n} {unit}"), |decimal| decimal.to_string())
}

/// To the nanosecond where there are any.
pub(super) fn rfc3339(at: Timestamp) -> String {
    let time = OffsetDateTime::from_unix_timestamp_nanos(at.0.into());
    time.ok().and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_else(|| format!("{} ns", at.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_decimals_of_the_market() {
        let cases = [
            (15_005, Decimal::new(1, 2), "150.05"),
            (-3, Decimal::new(50, 2), "-1.5"),
            (7, Decimal::new(10, 0), "70"),
            (i128::MAX, Decimal::new(10, 0), "170141183460469231731687303715884105727 lots"),
        ];
        for (n, step, expected) in cases {
            assert_eq!(steps(n, Some(step), "lots"), expected);
        }
        assert_eq!(steps(3, None, "ticks"), "3 ticks");
        assert_eq!(rfc3339(Timestamp(1_790_000_000_123_000_000)), "2026-09-21T14:13:20.123Z");
    }
}
