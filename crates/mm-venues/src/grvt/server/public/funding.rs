//! Funding rates that were settled. How a rate is made is the exchange's business.

use mm_exchange::FundingRate as Settled;
use mm_model::{Rate, Timestamp};

use crate::grvt::{
    server::{
        answer::Answered,
        call::Call,
        errors::Refused,
        numbers::{self, percent},
        paging::Span,
    },
    wire::{
        FundingAggregation, Text,
        market_data::{FundingRate, FundingRatesRequest},
    },
};

const HOUR_NS: u64 = 3_600 * 1_000_000_000;
const EIGHT_HOURS_NS: u64 = 8 * HOUR_NS;

/// `funding`: the newest first. Rates are added up over the hours that were asked for; an interval that is longer than
/// these stays as it is.
pub(super) fn funding_rates(call: &mut Call<'_>) -> Answered {
    let request: FundingRatesRequest<'_> = call.read()?;
    let span = Span::read(&request)?;
    let listing = call.listing(&request.instrument)?;
    let market = &listing.market;
    let interval_ns = u64::try_from(listing.funding_interval.as_nanos()).unwrap_or(u64::MAX).max(1);
    let window_ns = window(request.agg_type.as_ref())?.unwrap_or(0).max(interval_ns);
    let settled: Vec<_> = call.exchange.funding_rates(market.id).copied().collect();
    let rows = sums(&settled, window_ns).into_iter().rev().map(|sum| {
        let mark = call.state.public.candles.mark_at(market.id, sum.at);
        let mark = mark.or_else(|| call.exchange.mark(market.id)).unwrap_or(listing.start);
        let row = FundingRate {
            instrument: Text::new(&market.symbol),
            funding_rate: percent(sum.rate),
            funding_time: sum.at.into(),
            mark_price: numbers::price(market, mark),
            funding_rate_8_h_avg: percent(eight_hour_average(&settled, sum.at, interval_ns)),
            funding_interval_hours: u32::try_from(interval_ns / HOUR_NS).ok(),
        };
        (sum.at.0, sum.at, row)
    });
    let page = span.page(rows);
    call.write(&page)
}

/// How long rates are added up; `None`: not at all.
fn window(asked: Option<&FundingAggregation>) -> Result<Option<u64>, Refused> {
    match asked {
        None | Some(FundingAggregation::FundingInterval) => Ok(None),
        Some(FundingAggregation::OneHourly) => Ok(Some(HOUR_NS)),
        Some(FundingAggregation::FourHourly) => Ok(Some(4 * HOUR_NS)),
        Some(FundingAggregation::EightHourly) => Ok(Some(EIGHT_HOURS_NS)),
        Some(FundingAggregation::Unknown(_)) => Err(Refused::malformed("agg_type")),
    }
}

/// Rates added up by windows that end on whole multiples of their length; the end of a window belongs to it.
fn sums(settled: &[Settled], window_ns: u64) -> Vec<Settled> {
    let mut sums: Vec<Settled> = Vec::new();
    for one in settled {
        let at = Timestamp(one.at.0.div_ceil(window_ns).saturating_mul(window_ns));
        match sums.last_mut() {
            Some(sum) if sum.at == at => sum.rate = Rate(sum.rate.0.saturating_add(one.rate.0)),
            _ => sums.push(Settled { rate: one.rate, at }),
        }
    }
    sums
}

/// The average of the eight hours before `at`, as a rate of eight hours.
fn eight_hour_average(settled: &[Settled], at: Timestamp, interval_ns: u64) -> Rate {
    let since = at.0.saturating_sub(EIGHT_HOURS_NS.max(interval_ns));
    let inside = settled.iter().filter(|it| since < it.at.0 && it.at <= at);
    let (sum, n) = inside.fold((0_i128, 0_i128), |(sum, n), it| (sum + i128::from(it.rate.0), n + 1));
    let average = sum * i128::from(EIGHT_HOURS_NS) / (i128::from(interval_ns) * n.max(1));
    Rate(i64::try_from(average).unwrap_or(0))
}

/// A rate of one interval as a rate of eight hours.
pub(super) fn in_eight_hours(rate: Rate, interval_ns: u64) -> Rate {
    let settled = Settled { rate, at: Timestamp(interval_ns) };
    eight_hour_average(&[settled], settled.at, interval_ns)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rates: &[(u64, i64)], hours: u64, expected: &[(u64, i64)]) {
        let settled =
            |&(hour, rate): &(u64, i64)| Settled { rate: Rate(rate), at: Timestamp(hour * HOUR_NS) };
        let rates: Vec<_> = rates.iter().map(settled).collect();
        let expected: Vec<_> = expected.iter().map(settled).collect();
        assert_eq!(sums(&rates, hours * HOUR_NS), expected);
    }

    #[test]
    fn rates_are_added_up_by_windows() {
        let hourly = [(1, 10), (2, 20), (3, 30), (4, 40), (5, 50)];
        check(&hourly, 1, &hourly);
        check(&hourly, 4, &[(4, 100), (8, 50)]);
        check(&[], 8, &[]);
        check(&[(8, 5), (16, 6)], 8, &[(8, 5), (16, 6)]);
    }

    #[test]
    fn eight_hours_of_an_hourly_rate_are_eight_times_it() {
        assert_eq!(in_eight_hours(Rate(100), HOUR_NS), Rate(800));
        assert_eq!(in_eight_hours(Rate(-100), EIGHT_HOURS_NS), Rate(-100));
    }
}
