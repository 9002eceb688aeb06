//! Routes that tell what an account is and has, and that change its settings.

use mm_exchange::{Listing, MarginSummary, Reject};
use mm_model::{Decimal, MarketKind, Money, Rate, Side};

use super::{
    Account,
    answer::{Answer, Answered},
    call::Call,
    errors::Refused,
    numbers,
    orders::body,
    position_rows::{initial_margin, position_row},
};
use crate::{
    backpack::wire::{
        self, Text,
        account::{
            AccountUpdate, Balance, Capital, CollateralRow, MarginAccount, MaxBorrow, MaxOrder, MaxWithdrawal,
        },
    },
    server::params::number,
};

/// What the venue writes where it sets no limit that could be met here.
const NO_LIMIT: Text<'_> = Text::new("1000000000");

pub(super) fn account(call: &mut Call<'_>, account: &Account) -> Answered {
    call.finish()?;
    let settings = call.records.settings.get(&account.account).copied().unwrap_or_default();
    let fees = |kind| {
        let listing = call.exchange.listings().iter().find(|listing| listing.market.kind == kind);
        let (maker, taker) =
            listing.map_or((Rate(0), Rate(0)), |listing| (listing.maker_fee, listing.taker_fee));
        (numbers::basis_points(maker), numbers::basis_points(taker))
    };
    let (futures_maker_fee, futures_taker_fee) = fees(MarketKind::Perpetual);
    let (spot_maker_fee, spot_taker_fee) = fees(MarketKind::Spot);
    let n_open = call.exchange.open_orders(account.account, None).len();
    Ok(Answer::json(&wire::account::Account {
        auto_borrow_settlements: settings.auto_borrow_settlements,
        auto_lend: settings.auto_lend,
        auto_realize_pnl: false,
        auto_repay_borrows: settings.auto_repay_borrows,
        borrow_limit: Text::new("0"),
        futures_maker_fee,
        futures_taker_fee,
        leverage_limit: numbers::text(call.exchange.leverage(account.account)),
        limit_orders: u32::try_from(n_open).unwrap_or(u32::MAX),
        liquidating: false,
        position_limit: NO_LIMIT,
        spot_maker_fee,
        spot_taker_fee,
        trigger_orders: 0,
    }))
}

pub(super) fn update(call: &mut Call<'_>, account: &Account) -> Answered {
    call.finish()?;
    let change: AccountUpdate<'_> = body(call.body)?;
    let lending = [change.auto_borrow_settlements, change.auto_lend, change.auto_repay_borrows];
    if !call.records.switches.lending_flags_are_ignored && lending.contains(&Some(true)) {
        return Err(Refused::not_implemented("borrowing and lending"));
    }
    if let Some(text) = change.leverage_limit.as_deref() {
        let whole = Decimal::parse(text).ok().and_then(|limit| limit.at_scale(0));
        let limit = whole.and_then(|limit| u32::try_from(limit).ok()).filter(|limit| *limit > 0);
        let limit =
            limit.ok_or_else(|| Refused::payload("leverageLimit: must be a whole number above zero"))?;
        call.exchange.set_leverage(account.account, limit).map_err(|reject| match reject {
            Reject::Margin => {
                Refused::new(400, "MAX_LEVERAGE_REACHED", "Leverage limit is too low for open positions")
            } // words chosen
            other => other.into(),
        })?;
    }
    let settings = call.records.settings.entry(account.account).or_default();
    let set = |flag: &mut bool, to: Option<bool>| *flag = to.unwrap_or(*flag);
    set(&mut settings.auto_borrow_settlements, change.auto_borrow_settlements);
    set(&mut settings.auto_lend, change.auto_lend);
    set(&mut settings.auto_repay_borrows, change.auto_repay_borrows);
    Ok(Answer::empty(200))
}

pub(super) fn max_order(call: &mut Call<'_>, account: &Account) -> Answered {
    let listing = call.symbol()?;
    let side = match call.query.required("side")?.as_str() {
        "Bid" => Side::Buy,
        "Ask" => Side::Sell,
        _ => return Err(Refused::parameter("side", "must be one of Bid, Ask")),
    };
    let price = call.query.optional("price");
    let reduce_only = call.query.flag("reduceOnly")?;
    let auto_borrow = call.query.flag("autoBorrow")?;
    let auto_borrow_repay = call.query.flag("autoBorrowRepay")?;
    let auto_lend_redeem = call.query.flag("autoLendRedeem")?;
    call.finish()?;
    let at = match price.as_deref() {
        Some(text) => {
            let price: Decimal = number("price", text)?;
            Some(listing.market.price_up(price)).filter(|price| price.0 > 0)
        }
        None => call.exchange.best(listing.market.id, side.opposite()).map(|level| level.price),
    };
    let at = at.or_else(|| call.exchange.mark(listing.market.id)).unwrap_or(listing.start);
    let room = Room {
        side,
        reduce_only: reduce_only.unwrap_or(false),
        lot_cost: listing.market.notional(at, mm_model::Qty(1)),
    };
    let most = room.lots(call, account, &listing);
    Ok(Answer::json(&MaxOrder {
        auto_borrow,
        auto_borrow_repay,
        auto_lend_redeem,
        max_order_quantity: numbers::qty(&listing.market, mm_model::Qty(most)),
        price: price.map(Text::from),
        reduce_only,
        side: side.into(),
        symbol: Text::new(&listing.market.symbol),
    }))
}

/// What decides how large an order may be.
struct Room {
    side: Side,
    reduce_only: bool,
    /// Price × one lot.
    lot_cost: Money,
}

impl Room {
    /// The largest order in lots: what closes the position, and what the free money pays for beyond.
    fn lots(&self, call: &Call<'_>, account: &Account, listing: &Listing) -> u64 {
        let (market, exchange, id) = (&listing.market, &*call.exchange, account.account);
        let fee = self.lot_cost.times(listing.taker_fee);
        let whole = |free: Money, each: Money| {
            let lots = free.0.max(0).checked_div(each.0.max(1)).unwrap_or(0);
            u64::try_from(lots).unwrap_or(u64::MAX)
        };
        if market.kind == MarketKind::Spot {
            return match self.side {
                Side::Buy => whole(exchange.balance(id, &market.quote).available, self.lot_cost + fee),
                Side::Sell => market.qty_down(exchange.balance(id, &market.base).available.decimal()).0,
            };
        }
        let net = exchange.position(id, market.id).map_or(0, |position| position.net.0);
        let closing = if net.signum() == -self.side.sign() { net.unsigned_abs() } else { 0 };
        if self.reduce_only {
            return closing;
        }
        let margin = self.lot_cost.times(initial_margin(exchange, id, listing));
        let freed = Money(margin.0.saturating_mul(i128::from(closing)));
        let free = exchange.margin(id, &market.quote).available + freed;
        closing.saturating_add(whole(free, margin + fee))
    }
}

pub(super) fn max_borrow(call: &mut Call<'_>, _account: &Account) -> Answered {
    let symbol = call.query.required("symbol")?;
    call.finish()?;
    // Nothing is lent here.
    Ok(Answer::json(&MaxBorrow { max_borrow_quantity: Text::new("0"), symbol: Text::from(symbol) }))
}

pub(super) fn max_withdrawal(call: &mut Call<'_>, account: &Account) -> Answered {
    let symbol = call.query.required("symbol")?;
    let (auto_borrow, auto_lend_redeem) =
        (call.query.flag("autoBorrow")?, call.query.flag("autoLendRedeem")?);
    call.finish()?;
    let free = call.exchange.balance(account.account, &symbol).available;
    let settles = call
        .exchange
        .listings()
        .iter()
        .any(|listing| listing.market.kind == MarketKind::Perpetual && *listing.market.quote == *symbol);
    let free =
        if settles { free.min(call.exchange.margin(account.account, &symbol).available) } else { free };
    Ok(Answer::json(&MaxWithdrawal {
        auto_borrow,
        auto_lend_redeem,
        max_withdrawal_quantity: numbers::text(free.max(Money::ZERO)),
        symbol: Text::from(symbol),
    }))
}

pub(super) fn capital(call: &mut Call<'_>, account: &Account) -> Answered {
    call.finish()?;
    let balances = call.exchange.balances(account.account);
    let held = balances.iter().filter(|held| held.available != Money::ZERO || held.locked != Money::ZERO);
    let rows: Capital<'_> = held
        .map(|held| {
            let row = Balance {
                available: numbers::text(held.available),
                locked: numbers::text(held.locked),
                staked: Text::new("0"),
            };
            (Text::new(&held.asset), row)
        })
        .collect();
    Ok(Answer::json(&rows))
}

pub(super) fn margin_account(call: &mut Call<'_>, account: &Account) -> Answered {
    // There are no subaccounts; the official clients send the number all the same.
    let _subaccount: Option<u64> = call.query.number("subaccountId")?;
    call.finish()?;
    let perpetual =
        call.exchange.listings().iter().find(|listing| listing.market.kind == MarketKind::Perpetual);
    let Some(asset) = perpetual.map(|listing| listing.market.quote.clone()) else {
        return Err(Refused::not_implemented("collateral without a futures market"));
    };
    let margin = call.exchange.margin(account.account, &asset);
    Ok(Answer::json(&margin_row(&asset, &margin)))
}

/// Only the asset that futures settle in counts as collateral on this exchange.
fn margin_row<'a>(asset: &'a str, margin: &MarginSummary) -> MarginAccount<'a> {
    let zero = || Text::new("0");
    let share = |part| numbers::rate(numbers::fraction(part, margin.exposure));
    let exposed = margin.exposure != Money::ZERO;
    MarginAccount {
        assets_value: numbers::text(margin.balance),
        borrow_liability: zero(),
        collateral: vec![CollateralRow {
            asset_mark_price: Text::new("1"),
            available_quantity: numbers::text(margin.balance - margin.locked),
            balance_notional: numbers::text(margin.balance),
            collateral_value: numbers::text(margin.balance),
            collateral_weight: Text::new("1"),
            lend_quantity: zero(),
            open_order_quantity: numbers::text(margin.locked),
            symbol: Text::new(asset),
            total_quantity: numbers::text(margin.balance),
        }],
        imf: share(margin.positions),
        liabilities_value: zero(),
        margin_fraction: exposed.then(|| share(margin.equity)),
        mmf: share(margin.maintenance),
        net_equity: numbers::text(margin.equity),
        net_equity_available: numbers::text(margin.available.max(Money::ZERO)),
        net_equity_locked: numbers::text(margin.locked + margin.positions + margin.orders),
        net_exposure_futures: numbers::text(margin.exposure),
        pnl_unrealized: numbers::text(margin.unrealized),
        unsettled_equity: numbers::text(margin.unrealized),
    }
}

/// A bare list. Flat is an empty one, but a symbol that was asked for and is flat is not found.
pub(super) fn positions(call: &mut Call<'_>, account: &Account) -> Answered {
    let (market, kinds) = (call.symbol_filter()?, call.kinds()?);
    call.finish()?;
    let exchange = &*call.exchange;
    let mut held = exchange.positions(account.account);
    held.retain(|position| market.is_none_or(|wanted| wanted == position.market));
    if market.is_some() && held.is_empty() {
        return Err(Refused::not_found());
    }
    let kind = |position: &&mm_exchange::PositionView| {
        exchange.markets().get(position.market).is_some_and(|market| kinds.has(market))
    };
    let rows = held.iter().filter(kind).filter_map(|position| position_row(exchange, account, position));
    Ok(Answer::json(&rows.collect::<Vec<_>>()))
}
