//! Funding: what was settled, and what is expected. How the rate is made is the exchange's business.

use mm_exchange::FundingRate as Settled;
use mm_model::{Decimal, MarketKind, Rate, Timestamp};

use super::{candles::Range, number, percent};
use crate::{
    lighter::{
        server::{
            answer::{Answered, json},
            call::Call,
            markets::{self, index_of},
            numbers::text,
        },
        wire::{
            Direction, Text,
            error::codes::{INVALID_RESOLUTION, OK},
            history::{Funding, FundingRate, FundingRates, Fundings},
        },
    },
    server::candles::Interval,
};

/// The most that the rate of an interval can be, either way (the exchange's own bound).
pub(in super::super) const CLAMP: Rate = Rate(5_000_000);
/// Interest for eight hours.
pub(in super::super) const INTEREST: Rate = Rate(100_000);

/// `GET fundings`: settled rates of each hour, or their sums of each day; the newest last.
pub(in super::super) fn fundings(call: &mut Call<'_>) -> Answered {
    let range = Range::read(call)?;
    call.finish()?;
    let interval = match range.word.as_str() {
        "1h" => Interval::seconds(3_600),
        "1d" => Interval::days(1),
        _ => return Err(INVALID_RESOLUTION.into()),
    };
    let market = markets::market(call.exchange, range.market)?;
    let minutes = call.state.public.marked(range.market, Interval::seconds(60));
    let mut sums: Vec<(Timestamp, Sum)> = Vec::new();
    for settled in call.exchange.funding_rates(range.market) {
        // The end of an interval belongs to it.
        let at = interval.start(Timestamp(settled.at.0.saturating_sub(1)));
        let at = interval.next(at);
        let minute = Interval::seconds(60).start(settled.at);
        let mark = minutes.at(minute).map(|bar| bar.open).or_else(|| call.exchange.mark(range.market));
        let price = mark.map_or(Decimal::ZERO, |mark| market.price_decimal(mark));
        match sums.last_mut() {
            Some((newest, sum)) if *newest == at => sum.add(settled, price),
            _ => sums.push((at, Sum::of(settled, price))),
        }
    }
    let inside = sums.iter().filter(|(at, _)| (range.from..=range.to).contains(at)).rev().take(range.last);
    let mut rows: Vec<_> = inside.map(|(at, sum)| sum.row(*at)).collect();
    rows.reverse();
    Ok(json(&Fundings { code: OK, message: None, resolution: Text::from(range.word), fundings: rows.into() }))
}

/// Rates, and what they cost one unit of the base asset.
#[derive(Clone, Copy, Debug)]
struct Sum {
    rate: Rate,
    /// With 18 places.
    value: i128,
}

impl Sum {
    fn of(settled: &Settled, price: Decimal) -> Self {
        let places = 9_u8.saturating_sub(price.scale);
        let value = price.mantissa.saturating_mul(i128::from(settled.rate.0));
        Self { rate: settled.rate, value: value.saturating_mul(10_i128.pow(places.into())) }
    }

    fn add(&mut self, settled: &Settled, price: Decimal) {
        let later = Self::of(settled, price);
        self.rate = Rate(self.rate.0.saturating_add(later.rate.0));
        self.value = self.value.saturating_add(later.value);
    }

    fn row(&self, at: Timestamp) -> Funding<'static> {
        Funding {
            timestamp: markets::seconds(at),
            value: text(Decimal::new(self.value.saturating_abs() / 10_i128.pow(10), 8)),
            rate: percent(Rate(self.rate.0.saturating_abs())),
            direction: if self.rate.0 < 0 { Direction::Short } else { Direction::Long },
        }
    }
}

/// `GET funding-rates`: what is expected, for eight hours. There are no other exchanges here.
pub(in super::super) fn funding_rates(call: &mut Call<'_>) -> Answered {
    call.finish()?;
    let exchange = &*call.exchange;
    let perpetuals = exchange.listings().iter().filter(|it| it.market.kind == MarketKind::Perpetual);
    let rows: Vec<_> = perpetuals
        .filter_map(|listing| {
            let rate = exchange.funding_estimate(listing.market.id)?;
            let interval_s = i128::from(listing.funding_interval.as_secs().max(1));
            let eight_hours = i128::from(rate.0) * 8 * 3_600 / interval_s;
            Some(FundingRate {
                market_id: index_of(exchange, listing.market.id).into(),
                exchange: Text::new("lighter"),
                symbol: Text::new(&listing.market.symbol),
                rate: number(Decimal::new(eight_hours, 9).normalized()),
            })
        })
        .collect();
    Ok(json(&FundingRates { code: OK, message: None, funding_rates: rows.into() }))
}
