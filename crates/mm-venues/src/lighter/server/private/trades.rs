//! Trades of an account, or of everybody where none is asked for.

use mm_exchange::AccountId;
use mm_model::{MarketKind, Side};

use super::orders::{ask_filter, cursor, kind_filter};
use crate::lighter::{
    server::{
        answer::{Answered, json},
        call::Call,
        errors::Refused,
        markets::{height, kind_of, ms},
        records::{Half, TradeRecord},
        rows::trade_row,
    },
    wire::{Text, error::codes::OK, trade::Trades},
};

/// The most trades in one answer.
const LIMIT_MAX: usize = 100;

/// What is asked for.
struct Filter {
    market: Option<u16>,
    kind: Option<MarketKind>,
    account: Option<AccountId>,
    order: Option<i64>,
    side: Option<Side>,
    role: Role,
    from: i64,
    /// Whether those that closed a position by force are wanted, or the others; `None`: both.
    forced: Option<bool>,
    /// Whether none can fit: a kind of trade that does not happen here.
    nothing: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    All,
    Maker,
    Taker,
}

/// `GET trades`. All three orders that can be asked for are that of time here. `from` is the lowest value of what is
/// sorted by that is wanted (chosen: the page does not say).
pub(in super::super) fn trades(call: &mut Call<'_>) -> Answered {
    let sort = call.query.required("sort_by")?;
    let value: fn(&TradeRecord) -> i64 = match sort.as_str() {
        "block_height" => |trade| height(trade.at),
        "timestamp" => |trade| ms(trade.at),
        "trade_id" => |trade| trade.id,
        _ => return Err(Refused::parameter("sort_by", "must be block_height, timestamp or trade_id")),
    };
    let ascending = match call.query.optional("sort_dir").as_deref() {
        None | Some("" | "desc") => false,
        Some("asc") => true,
        Some(_) => return Err(Refused::parameter("sort_dir", "must be asc or desc")),
    };
    let limit = call.limit(LIMIT_MAX)?;
    let after = cursor(call)?.and_then(|id| i64::try_from(id).ok());
    let aggregate = call.query.flag("aggregate")?.unwrap_or(false);
    let filter = Filter::read(call)?;
    call.finish()?;
    let mut found: Vec<TradeRecord> = filter.source(call).filter(|it| filter.takes(it, value(it))).collect();
    if !ascending {
        found.reverse();
    }
    if aggregate {
        found = joined(found);
    }
    let passed = |trade: &&TradeRecord| {
        after.is_none_or(|after| if ascending { trade.id > after } else { trade.id < after })
    };
    let mut rows = found.iter().filter(passed).peekable();
    let page: Vec<_> = rows.by_ref().take(limit).collect();
    let next = page.last().filter(|_| rows.peek().is_some()).map(|trade| Text::from(trade.id.to_string()));
    let row = |trade: &TradeRecord| trade_row(call.exchange, trade, filter.account);
    Ok(json(&Trades {
        code: OK,
        message: None,
        next_cursor: next,
        trades: page.into_iter().filter_map(row).collect::<Vec<_>>().into(),
    }))
}

impl Filter {
    fn read(call: &mut Call<'_>) -> Result<Self, Refused> {
        let (market, kind, side) = (call.market_filter()?, kind_filter(call)?, ask_filter(call)?);
        let account: Option<i64> = call.query.number("account_index")?;
        let account = match account.filter(|index| *index != -1) {
            Some(index) => Some(call.opened(index)?.0),
            None => None,
        };
        let order = match call.query.optional("order_index_str") {
            Some(text) => Some(crate::server::params::number("order_index_str", &text)?),
            None => call.query.number("order_index")?,
        };
        let role = match call.query.optional("role").as_deref() {
            None | Some("" | "all") => Role::All,
            Some("maker") => Role::Maker,
            Some("taker") => Role::Taker,
            Some(_) => return Err(Refused::parameter("role", "must be all, maker or taker")),
        };
        let (forced, nothing) = match call.query.optional("type").as_deref() {
            None | Some("" | "all") => (None, false),
            Some("trade") => (Some(false), false),
            Some("liquidation") => (Some(true), false),
            Some("deleverage" | "market-settlement") => (None, true),
            Some(_) => return Err(Refused::parameter("type", "is no type of trade")),
        };
        let from = call.query.number("from")?.unwrap_or(-1);
        Ok(Self { market, kind, account, order, side, role, from, forced, nothing })
    }

    /// Where to look, the oldest first.
    fn source<'c>(&self, call: &'c Call<'_>) -> Box<dyn Iterator<Item = TradeRecord> + 'c> {
        let trades = &call.state.records.trades;
        if let Some(account) = self.account {
            return Box::new(trades.of_account(account).copied());
        }
        let markets = call.exchange.listings().iter();
        let mut all: Vec<_> = markets.flat_map(|it| trades.of_market(it.market.id)).copied().collect();
        all.sort_unstable_by_key(|trade| trade.id);
        Box::new(all.into_iter())
    }

    fn takes(&self, trade: &TradeRecord, value: i64) -> bool {
        let half = |half: &Half| {
            self.account.is_none_or(|account| half.account == account)
                && self
                    .order
                    .is_none_or(|order| half.order.0 == order || (half.client == order && order != 0))
        };
        let sides = match self.side {
            Some(Side::Buy) => [Some(&trade.bid), None],
            Some(Side::Sell) => [None, Some(&trade.ask)],
            None => [Some(&trade.bid), Some(&trade.ask)],
        };
        let in_role = |it: &Half| match self.role {
            Role::All => true,
            Role::Maker => it.order == trade.maker().order,
            Role::Taker => it.order == trade.taker().order,
        };
        !self.nothing
            && self.forced.is_none_or(|forced| forced == trade.is_liquidation())
            && self.from <= value
            && self.market.is_none_or(|market| market == trade.market_index)
            && self.kind.is_none_or(|kind| kind == kind_of(trade.market_index))
            && sides.into_iter().flatten().any(|it| half(it) && in_role(it))
    }
}

/// Trades of the same two orders, one after the other and at one price, as one; the last one's id stays.
fn joined(trades: Vec<TradeRecord>) -> Vec<TradeRecord> {
    let mut out: Vec<TradeRecord> = Vec::new();
    for trade in trades {
        let key = |it: &TradeRecord| (it.ask.order, it.bid.order, it.price);
        match out.last_mut().filter(|last| key(last) == key(&trade)) {
            Some(last) => {
                last.qty = last.qty.plus(trade.qty);
                last.quote += trade.quote;
                last.ask.fee += trade.ask.fee;
                last.bid.fee += trade.bid.fee;
            }
            None => out.push(trade),
        }
    }
    out
}
