//! Trades as everybody may see them.

use std::collections::{BTreeMap, VecDeque};

use mm_exchange::{Exchange, Fact, TradeNo};
use mm_model::{MarketId, Price, Qty, Side, Timestamp};

use crate::grvt::{
    server::{
        answer::Answered,
        call::Call,
        numbers,
        paging::{self, Span},
        records::trade_id,
    },
    wire::{
        Text, Venue,
        market_data::{Trade, TradeHistoryRequest, TradesRequest},
    },
};

/// How many trades of a market are kept.
const KEPT: usize = 4096;

/// A trade, with the prices that stood beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct PublicTrade {
    pub(in super::super) no: TradeNo,
    pub(in super::super) market: MarketId,
    pub(in super::super) price: Price,
    pub(in super::super) qty: Qty,
    /// The side that arrived.
    pub(in super::super) taker: Side,
    pub(in super::super) mark: Price,
    pub(in super::super) index: Price,
    pub(in super::super) at: Timestamp,
}

/// The last trades of all markets.
#[derive(Debug, Default)]
pub(in super::super) struct PublicTrades {
    by_market: BTreeMap<MarketId, VecDeque<PublicTrade>>,
}

impl PublicTrades {
    /// Takes note of a trade, if the fact is one.
    pub(super) fn fact(&mut self, exchange: &Exchange, fact: &Fact) {
        let Fact::Traded { trade: no, market, price, qty, taker, at, .. } = *fact else { return };
        let mark = exchange.mark(market).unwrap_or(price);
        let index = exchange.index(market).unwrap_or(price);
        let list = self.by_market.entry(market).or_default();
        if list.len() == KEPT {
            list.pop_front();
        }
        list.push_back(PublicTrade { no, market, price, qty, taker, mark, index, at });
    }

    /// The last trades of a market, the newest last.
    pub(in super::super) fn of(&self, market: MarketId) -> impl DoubleEndedIterator<Item = &PublicTrade> {
        self.by_market.get(&market).into_iter().flatten()
    }

    /// One of them.
    pub(in super::super) fn one(&self, market: MarketId, no: TradeNo) -> Option<&PublicTrade> {
        let list = self.by_market.get(&market)?;
        list.binary_search_by_key(&no, |trade| trade.no).ok().and_then(|at| list.get(at))
    }
}

/// `trade`: the last ones, the newest first.
pub(super) fn trades(call: &mut Call<'_>) -> Answered {
    let request: TradesRequest<'_> = call.read()?;
    let limit = paging::limit(request.limit)?;
    let market = call.listing(&request.instrument)?.market.id;
    let newest = call.state.public.trades.of(market).rev().take(limit);
    let rows: Vec<_> = newest.filter_map(|trade| trade_row(call.exchange, trade)).collect();
    call.result(rows)
}

/// `trade_history`: by time, the newest first, page by page.
pub(super) fn trade_history(call: &mut Call<'_>) -> Answered {
    let request: TradeHistoryRequest<'_> = call.read()?;
    let span = Span::read(&request)?;
    let market = call.listing(&request.instrument)?.market.id;
    let newest = call.state.public.trades.of(market).rev();
    let rows = newest.filter_map(|trade| Some((trade.no.0, trade.at, trade_row(call.exchange, trade)?)));
    call.write(&span.page(rows))
}

/// The row of a trade, over REST and in `v1.trade`. Nobody pays interest on what is traded here and now, and nothing has
/// a forward price.
pub(in super::super) fn trade_row<'e>(exchange: &'e Exchange, trade: &PublicTrade) -> Option<Trade<'e>> {
    let market = exchange.markets().get(trade.market)?;
    Some(Trade {
        event_time: trade.at.into(),
        instrument: Text::new(&market.symbol),
        is_taker_buyer: trade.taker == Side::Buy,
        size: numbers::qty(market, trade.qty),
        price: numbers::price(market, trade.price),
        mark_price: numbers::price(market, trade.mark),
        index_price: numbers::price(market, trade.index),
        interest_rate: numbers::zero(),
        forward_price: numbers::zero(),
        trade_id: Text::from(trade_id(trade.no, trade.market)),
        venue: Venue::Orderbook,
        is_rpi: false,
    })
}
