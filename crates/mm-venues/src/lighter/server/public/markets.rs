//! The markets and the assets that are listed.

use std::collections::BTreeMap;

use mm_exchange::{Exchange, Listing};
use mm_model::{Decimal, Market, MarketKind, Money, Price, Qty, Rate, Timestamp, TradingState};

use super::stats::{change_percent, count, number, percent, quote_volume};
use crate::{
    lighter::{
        server::{
            answer::{Answered, json},
            call::Call,
            errors::Refused,
            markets::{self, ALL, USDC, asset_id, index_of},
            numbers,
            state::State,
        },
        wire::{
            MarginMode, MarketStatus, MarketType, Number, Text,
            error::codes::{ASSET_NOT_FOUND, OK},
            info::{Asset, AssetDetails},
            market::{
                MarketConfig, OrderBook, OrderBookDetails, OrderBooks, PerpsOrderBookDetail,
                SpotOrderBookDetail,
            },
        },
    },
    server::candles::Interval,
};

/// When a simulated market says that it was listed, in milliseconds: 2026-01-01. The exchange does not know, and
/// nothing depends on it.
const LISTED_AT: Text<'_> = Text::new("1767225600000");
/// The most that one order may be worth: the largest whole number of the venue's, in millionths of a dollar.
const ORDER_QUOTE_LIMIT: Text<'_> = Text::new("281474976.710655");
/// The account of the insurance fund: the last that there can be (recorded from the venue).
const INSURANCE_FUND: i64 = 281_474_976_710_655;

/// A day in nanoseconds.
const DAY_NS: u64 = 86_400 * 1_000_000_000;

/// Which markets were asked for.
struct Wanted {
    index: Option<i64>,
    kind: Option<MarketKind>,
}

impl Wanted {
    fn read(call: &mut Call<'_>) -> Result<Self, Refused> {
        let index: Option<i64> = call.query.number("market_id")?;
        let kind = match call.query.optional("filter").as_deref() {
            None | Some("" | "all") => None,
            Some("perp") => Some(MarketKind::Perpetual),
            Some("spot") => Some(MarketKind::Spot),
            Some(_) => return Err(Refused::parameter("filter", "must be one of all, spot, perp")),
        };
        call.finish()?;
        let index = index.filter(|index| *index != ALL);
        if let Some(index) = index {
            markets::listing(call.exchange, index)?;
        }
        Ok(Self { index, kind })
    }

    fn of<'a>(&self, exchange: &'a Exchange, kind: MarketKind) -> impl Iterator<Item = &'a Listing> {
        let (index, wanted) = (self.index, self.kind.is_none_or(|wanted| wanted == kind));
        exchange.listings().iter().filter(move |listing| {
            let its_index = i64::from(index_of(exchange, listing.market.id));
            wanted && listing.market.kind == kind && index.is_none_or(|index| index == its_index)
        })
    }
}

/// `GET orderBooks`.
pub(in super::super) fn order_books(call: &mut Call<'_>) -> Answered {
    let wanted = Wanted::read(call)?;
    let row = |listing| order_book(call.exchange, call.state, listing);
    let perpetuals = wanted.of(call.exchange, MarketKind::Perpetual);
    let rows: Vec<_> = perpetuals.chain(wanted.of(call.exchange, MarketKind::Spot)).map(row).collect();
    Ok(json(&OrderBooks { code: OK, message: None, order_books: rows.into() }))
}

/// `GET orderBookDetails`.
pub(in super::super) fn order_book_details(call: &mut Call<'_>) -> Answered {
    let wanted = Wanted::read(call)?;
    let (now, exchange, state) = (call.now, &*call.exchange, &*call.state);
    let perpetuals =
        wanted.of(exchange, MarketKind::Perpetual).map(|it| perpetual(now, exchange, (state, it)));
    let spots = wanted.of(exchange, MarketKind::Spot).map(|it| spot(now, exchange, (state, it)));
    Ok(json(&OrderBookDetails {
        code: OK,
        message: None,
        order_book_details: perpetuals.collect::<Vec<_>>().into(),
        spot_order_book_details: spots.collect::<Vec<_>>().into(),
    }))
}

fn order_book<'a>(exchange: &Exchange, state: &State, listing: &'a Listing) -> OrderBook<'a> {
    let market = &listing.market;
    let is_spot = market.kind == MarketKind::Spot;
    // Perpetuals name no assets (recorded from the venue).
    let asset = |name: &str| if is_spot { asset_id(name).unwrap_or(0).into() } else { 0 };
    OrderBook {
        symbol: Text::new(&market.symbol),
        market_id: index_of(exchange, market.id).into(),
        market_type: if is_spot { MarketType::Spot } else { MarketType::Perp },
        base_asset_id: asset(&market.base),
        quote_asset_id: asset(&market.quote),
        status: status(state, market.trading),
        taker_fee: percent(listing.taker_fee),
        maker_fee: percent(listing.maker_fee),
        // A liquidated position is closed at the market's prices, without a fee of its own.
        liquidation_fee: percent(Rate(0)),
        min_base_amount: numbers::qty(market, market.min_qty),
        min_quote_amount: numbers::usdc(market.min_notional.unwrap_or(Money::ZERO)),
        supported_size_decimals: market.size_decimals(),
        supported_price_decimals: market.price_decimals(),
        supported_quote_decimals: market.size_decimals() + market.price_decimals(),
        order_quote_limit: ORDER_QUOTE_LIMIT,
        is_maker_fee_enabled: listing.maker_fee != Rate(0),
        is_taker_fee_enabled: listing.taker_fee != Rate(0),
        created_at: LISTED_AT,
        multiplier: Text::new("1"),
        // What follows is of binary options, which are not carried.
        start_timestamp: 0,
        end_timestamp: 0,
        settlement_type: 0,
        settlement_price: 0,
        settlement_cap: 0,
        outcome: 0,
        default_price: 0,
        operator_account_index: 0,
        is_frozen: false,
        open_interest: numbers::qty(market, exchange.open_interest(market.id)),
    }
}

/// What a day's trading says of a market, of either kind.
struct Day {
    last_trade_price: Number<'static>,
    trades: i64,
    base: Number<'static>,
    quote: Number<'static>,
    low: Number<'static>,
    high: Number<'static>,
    change: Number<'static>,
    chart: BTreeMap<String, Number<'static>>,
}

fn day(now: Timestamp, exchange: &Exchange, (state, listing): (&State, &Listing)) -> Day {
    let market = &listing.market;
    let stats = exchange.ticker(now, market.id);
    let last = exchange.last(market.id).unwrap_or(listing.start);
    let price = |price: Price| number(market.price_decimal(price));
    Day {
        last_trade_price: price(last),
        trades: count(stats.as_ref()),
        base: number(market.qty_decimal(stats.map_or(Qty::ZERO, |day| day.volume))),
        quote: quote_volume(stats.as_ref()),
        low: price(stats.map_or(last, |day| day.low)),
        high: price(stats.map_or(last, |day| day.high)),
        change: number(change_percent(stats.as_ref())),
        chart: chart(now, state, market),
    }
}

/// The closing price of each hour of the last day, by the hour's start in seconds.
fn chart(now: Timestamp, state: &State, market: &Market) -> BTreeMap<String, Number<'static>> {
    let hour = Interval::seconds(3_600);
    let since = Timestamp(now.0.saturating_sub(DAY_NS));
    let candles = state.public.candles.between(market.id, hour, (since, now));
    let closes = candles.into_iter().filter_map(|candle| {
        Some((markets::seconds(candle.start).to_string(), number(market.price_decimal(candle.bar?.close))))
    });
    closes.collect()
}

fn perpetual<'a>(
    now: Timestamp,
    exchange: &Exchange,
    (state, listing): (&State, &'a Listing),
) -> PerpsOrderBookDetail<'a> {
    let (book, day) = (order_book(exchange, state, listing), day(now, exchange, (state, listing)));
    let market = &listing.market;
    let mark = exchange.mark(market.id).unwrap_or(listing.start);
    PerpsOrderBookDetail {
        symbol: book.symbol,
        market_id: book.market_id,
        market_type: book.market_type,
        base_asset_id: book.base_asset_id,
        quote_asset_id: book.quote_asset_id,
        status: book.status,
        taker_fee: book.taker_fee,
        maker_fee: book.maker_fee,
        liquidation_fee: book.liquidation_fee,
        min_base_amount: book.min_base_amount,
        min_quote_amount: book.min_quote_amount,
        supported_size_decimals: book.supported_size_decimals,
        supported_price_decimals: book.supported_price_decimals,
        supported_quote_decimals: book.supported_quote_decimals,
        order_quote_limit: book.order_quote_limit,
        size_decimals: book.supported_size_decimals,
        price_decimals: book.supported_price_decimals,
        quote_multiplier: 1,
        default_initial_margin_fraction: fraction(listing.initial_margin),
        min_initial_margin_fraction: fraction(listing.initial_margin),
        maintenance_margin_fraction: fraction(listing.maintenance_margin),
        // Whoever falls below the maintenance margin is closed out: there is no stage between.
        closeout_margin_fraction: fraction(listing.maintenance_margin),
        last_trade_price: day.last_trade_price,
        daily_trades_count: day.trades,
        daily_base_token_volume: day.base,
        daily_quote_token_volume: day.quote,
        daily_price_low: day.low,
        daily_price_high: day.high,
        daily_price_change: day.change,
        open_interest: number(market.qty_decimal(exchange.open_interest(market.id))),
        daily_chart: day.chart,
        market_config: MarketConfig {
            insurance_fund_account_index: INSURANCE_FUND,
            ..MarketConfig::default()
        },
        strategy_index: 0,
        is_maker_fee_enabled: book.is_maker_fee_enabled,
        is_taker_fee_enabled: book.is_taker_fee_enabled,
        funding_clamp_small: percent(super::funding::CLAMP),
        funding_clamp_big: percent(super::funding::CLAMP),
        base_interest_rate: percent(super::funding::INTEREST),
        created_at: book.created_at,
        mark_price: numbers::price(market, mark),
        index_price: numbers::price(market, exchange.index(market.id).unwrap_or(mark)),
        multiplier: book.multiplier,
        market_flags: 0,
        funding_premium_multiplier: 1,
        start_timestamp: 0,
        end_timestamp: 0,
        settlement_type: 0,
        settlement_price: 0,
        settlement_cap: 0,
        outcome: 0,
        default_price: 0,
        operator_account_index: 0,
        is_frozen: false,
    }
}

fn spot<'a>(
    now: Timestamp,
    exchange: &Exchange,
    (state, listing): (&State, &'a Listing),
) -> SpotOrderBookDetail<'a> {
    let (book, day) = (order_book(exchange, state, listing), day(now, exchange, (state, listing)));
    SpotOrderBookDetail {
        symbol: book.symbol,
        market_id: book.market_id,
        market_type: book.market_type,
        base_asset_id: book.base_asset_id,
        quote_asset_id: book.quote_asset_id,
        status: book.status,
        taker_fee: book.taker_fee,
        maker_fee: book.maker_fee,
        liquidation_fee: book.liquidation_fee,
        min_base_amount: book.min_base_amount,
        min_quote_amount: book.min_quote_amount,
        order_quote_limit: book.order_quote_limit,
        supported_size_decimals: book.supported_size_decimals,
        supported_price_decimals: book.supported_price_decimals,
        supported_quote_decimals: book.supported_quote_decimals,
        size_decimals: book.supported_size_decimals,
        price_decimals: book.supported_price_decimals,
        last_trade_price: day.last_trade_price,
        daily_trades_count: day.trades,
        daily_base_token_volume: day.base,
        daily_quote_token_volume: day.quote,
        daily_price_low: day.low,
        daily_price_high: day.high,
        daily_price_change: day.change,
        daily_chart: day.chart,
        is_maker_fee_enabled: book.is_maker_fee_enabled,
        is_taker_fee_enabled: book.is_taker_fee_enabled,
        created_at: book.created_at,
        multiplier: book.multiplier,
        start_timestamp: 0,
        end_timestamp: 0,
        settlement_type: 0,
        settlement_price: 0,
        settlement_cap: 0,
        outcome: 0,
        default_price: 0,
        operator_account_index: 0,
        is_frozen: false,
        open_interest: book.open_interest,
    }
}

/// Whether the market takes new orders. The two generations of the SDK have different words for one that does not.
fn status(state: &State, trading: TradingState) -> MarketStatus {
    match trading {
        TradingState::Open | TradingState::PostOnly | TradingState::LimitOnly => MarketStatus::Active,
        TradingState::CancelOnly | TradingState::Closed
            if state.options.switches.closed_markets_are_frozen =>
        {
            MarketStatus::Frozen
        }
        TradingState::CancelOnly | TradingState::Closed => MarketStatus::Inactive,
    }
}

/// A fraction in units of 1e-4.
const fn fraction(rate: Rate) -> i64 {
    rate.0 / 100_000
}

/// `GET assetDetails`.
pub(in super::super) fn asset_details(call: &mut Call<'_>) -> Answered {
    let wanted: Option<u16> = call.query.number("asset_id")?;
    call.finish()?;
    if wanted.is_some_and(|id| markets::asset(id).is_none()) {
        return Err(ASSET_NOT_FOUND.into());
    }
    let mut names: Vec<&str> = Vec::new();
    for listing in call.exchange.listings() {
        names.extend([&*listing.market.base, &*listing.market.quote]);
    }
    names.sort_unstable();
    names.dedup();
    let mut rows: Vec<_> = names.into_iter().filter_map(|name| asset(call.exchange, name)).collect();
    rows.retain(|row| wanted.is_none_or(|id| row.asset_id == u32::from(id)));
    rows.sort_unstable_by_key(|row| row.asset_id);
    Ok(json(&AssetDetails { code: OK, message: None, asset_details: rows.into() }))
}

/// The row of an asset; `None` for one that has no number at the venue.
fn asset<'a>(exchange: &Exchange, name: &'a str) -> Option<Asset<'a>> {
    let id = asset_id(name)?;
    let is_usdc = name == USDC;
    let decimals = if is_usdc { numbers::USDC_PLACES } else { 8 };
    let index = exchange
        .listings()
        .iter()
        .find(|listing| listing.market.kind == MarketKind::Perpetual && &*listing.market.base == name);
    let index_price =
        index.and_then(|listing| Some(numbers::price(&listing.market, exchange.index(listing.market.id)?)));
    let least = numbers::text(Decimal::new(1, decimals));
    Some(Asset {
        asset_id: id.into(),
        symbol: Text::new(name),
        l1_decimals: if is_usdc { 6 } else { 18 },
        decimals,
        min_transfer_amount: least.clone(),
        min_withdrawal_amount: least,
        margin_mode: if is_usdc { MarginMode::Enabled } else { MarginMode::Disabled },
        index_price: index_price.unwrap_or(Text::new(if is_usdc { "1.000000" } else { "0" })),
        l1_address: Text::new("0x0000000000000000000000000000000000000000"),
        // Only USDC counts as margin, without limits and at its full value.
        global_supply_cap: Text::new("0"),
        liquidation_fee: Text::new("0"),
        liquidation_threshold: Text::new(if is_usdc { "1" } else { "0" }),
        loan_to_value: Text::new(if is_usdc { "1" } else { "0" }),
        price_decimals: index.map_or(numbers::USDC_PLACES, |listing| listing.market.price_decimals()),
        total_supplied: Text::new("0"),
        user_supply_cap: Text::new("0"),
        liquidation_factor: Text::new("0"),
        multiplier: Text::new("1"),
    })
}
