//! Tickers, of which the venue sends what changed: a field that is missing is as it was, an empty one has no value any
//! more.

use mm_model::{DecodeError, Event, MarkPrice, Market, Price, Qty, Rate, Ticker, Timestamp};

use crate::{
    grvt::wire::{Text, market_data},
    reading::{cut, percent, price_near, unreadable},
};

/// What is known of a market's ticker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    bid: Best,
    ask: Best,
    mark: Option<Price>,
    index: Option<Price>,
    funding: Option<Rate>,
    next_funding: Option<Timestamp>,
}

/// The best of a side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Best {
    price: Option<Price>,
    qty: Option<Qty>,
}

impl Best {
    fn told(self) -> Option<(Price, Qty)> {
        self.price.zip(self.qty).filter(|(_, qty)| !qty.is_zero())
    }
}

/// Takes over what a field says, if it says anything; whether it did.
fn join<'t, T>(
    known: &mut Option<T>,
    told: Option<&Text<'t>>,
    read: impl FnOnce(&str) -> Result<T, DecodeError>,
) -> Result<bool, DecodeError> {
    let Some(text) = told else { return Ok(false) };
    *known = if text.is_empty() { None } else { Some(read(text)?) };
    Ok(true)
}

impl Known {
    /// Joins a frame, or nothing of it where it cannot be read.
    pub(super) fn join(
        &mut self,
        market: &Market,
        told: &market_data::Ticker<'_>,
        out: &mut Vec<Event>,
    ) -> Result<(), DecodeError> {
        let bad =
            |why: &dyn std::fmt::Display| unreadable("ticker", format_args!("{}: {why}", market.symbol));
        let price = |text: &str| market.price(text).map_err(|error| bad(&error));
        let qty = |text: &str| market.qty(text).map_err(|error| bad(&error));
        let near = |text: &str| price_near(market, text).map_err(|error| bad(&error));
        let mut now = *self;
        let best = [
            join(&mut now.bid.price, told.best_bid_price.as_ref(), price)?,
            join(&mut now.bid.qty, told.best_bid_size.as_ref(), qty)?,
            join(&mut now.ask.price, told.best_ask_price.as_ref(), price)?,
            join(&mut now.ask.qty, told.best_ask_size.as_ref(), qty)?,
        ];
        // Rates are percentages of one funding interval (API reference at eed18e5, `Ticker`).
        let funding =
            |text: &str| percent(text).ok_or_else(|| bad(&format_args!("'{}' is no rate", cut(text))));
        let mut mark = [
            join(&mut now.mark, told.mark_price.as_ref(), near)?,
            join(&mut now.index, told.index_price.as_ref(), near)?,
            join(&mut now.funding, told.funding_rate.as_ref(), funding)?,
            false,
        ];
        if let Some(at) = told.next_funding_time {
            now.next_funding = (at.0 > 0).then(|| at.into());
            mark[3] = true;
        }
        *self = now;
        if best.contains(&true) {
            let at = told.event_time.map_or(Timestamp::ZERO, Timestamp::from);
            let (bid, ask) = (now.bid.told(), now.ask.told());
            out.push(Event::Ticker(Ticker { market: market.id, bid, ask, at }));
        }
        if let Some(price) = now.mark.filter(|_| mark.contains(&true)) {
            out.push(Event::Mark(MarkPrice {
                market: market.id,
                mark: price,
                index: now.index,
                funding: now.funding,
                next_funding: now.next_funding,
            }));
        }
        Ok(())
    }
}
