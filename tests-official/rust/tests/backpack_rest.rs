//! The official Rust client's story over REST: what it sends is accepted, what it hears it understands, and the
//! values are the ones that were asked for. Each test has a simulated world of its own.

use bpx_api_client::BpxClient;
use bpx_api_client::types::account::{MaxOrderQuery, UpdateAccountPayload};
use bpx_api_client::types::fill::{Fill, FillType, FillsHistoryParams};
use bpx_api_client::types::history::SortDirection;
use bpx_api_client::types::order::{
    BatchOrderResponse, CancelOpenOrdersPayload, OrderStatus, Side, TimeInForce,
};
use official_rust::{
    PERP, Placing, SPOT, World, best_ask, best_bid, dec, depth, limit_of, market_of, market_order, now_ms,
    refusal, soon,
};
use reqwest::Method;
use rust_decimal::Decimal;
use serde_json::Value;

const LEVELS_MIN: usize = 10;
const FUNDS: &str = "1000000";

#[tokio::test]
async fn system_and_markets() {
    let world = World::start(101).await;
    let client = world.visitor();
    let text = async |path: &str| {
        let url = client.base_url().join(path).expect("a path");
        client.get(url).await.expect(path).text().await.expect("text")
    };
    assert_eq!(text("/api/v1/ping").await, "pong");
    let status: Value = serde_json::from_str(&text("/api/v1/status").await).expect("JSON");
    assert_eq!(status["status"], "Ok");
    let time: i64 = text("/api/v1/time").await.parse().expect("Unix milliseconds as text");
    assert!((time - now_ms()).abs() < 2_000, "the venue's clock is ours: {time}");

    let markets = client.get_markets().await.expect("markets parse");
    let rules = |symbol: &str| {
        let market = markets.iter().find(|it| it.symbol == symbol).unwrap_or_else(|| panic!("no {symbol}"));
        let (price, size) = (&market.filters.price, &market.filters.quantity);
        assert!(market.visible, "{symbol}");
        (market.market_type.as_str(), price.tick_size, size.step_size, size.min_quantity)
    };
    for (symbol, kind, tick, lot) in [
        ("SOL_USDC_PERP", "PERP", "0.01", "0.01"),
        ("BTC_USDC_PERP", "PERP", "0.1", "0.00001"),
        ("ETH_USDC_PERP", "PERP", "0.05", "0.0001"),
        ("BONK_USDC_PERP", "PERP", "0.00000001", "100"),
        ("SOL_USDC", "SPOT", "0.01", "0.01"),
        ("ETH_USDC", "SPOT", "0.01", "0.0001"),
    ] {
        assert_eq!(rules(symbol), (kind, dec(tick), dec(lot), dec(lot)), "{symbol}");
    }
    let assets = client.get_assets().await.expect("assets parse");
    assert!(["USDC", "SOL", "ETH"].iter().all(|name| assets.iter().any(|asset| asset.symbol == *name)));
    client.get_securities().await.expect("securities parse, even when there are none");
}

#[tokio::test]
async fn books_candles_trades_and_funding() {
    let world = World::start(102).await;
    let client = world.visitor();
    for symbol in [PERP, "BONK_USDC_PERP", SPOT] {
        let book = depth(&client, symbol).await;
        assert!(
            LEVELS_MIN <= book.bids.len() && LEVELS_MIN <= book.asks.len(),
            "{symbol}: ten levels a side"
        );
        assert!(
            book.bids.is_sorted_by(|a, b| a.0 < b.0) && book.asks.is_sorted_by(|a, b| a.0 < b.0),
            "both ascend"
        );
        assert!(best_bid(&book).0 < best_ask(&book).0, "{symbol} is not crossed");
        assert!((book.timestamp / 1_000 - now_ms()).abs() < 5_000, "microseconds: {}", book.timestamp);
        let five = client
            .get_order_book_depth(symbol, Some(5.try_into().expect("an allowed limit")))
            .await
            .expect("depth");
        assert_eq!((five.bids.len(), five.asks.len()), (5, 5), "{symbol}");
    }

    let trades = soon("the crowd trades", || async {
        Some(client.get_recent_trades(PERP, Some(100)).await.expect("trades parse"))
            .filter(|them| 2 <= them.len())
    });
    let trades = trades.await;
    for trade in &trades {
        assert_eq!(trade.quote_quantity, trade.price * trade.quantity, "{trade:?}");
        assert!((trade.timestamp - now_ms()).abs() < 60_000, "milliseconds: {trade:?}");
    }
    let older = client.get_historical_trades(PERP, Some(1), Some(1)).await.expect("trade history parses");
    assert_eq!(older.len(), 1);

    let from_s = now_ms() / 1_000 - 600;
    let candles = client.get_k_lines(PERP, "1m", from_s, None).await.expect("candles parse");
    let starts: Vec<_> = candles.iter().map(|candle| seconds_of(&candle.start)).collect();
    assert!(
        starts.iter().all(|start| start % 60 == 0) && starts.is_sorted(),
        "aligned and in order: {starts:?}"
    );
    assert!(now_ms() / 1_000 - starts.last().expect("at least one candle") < 180, "the newest is fresh");
    for candle in candles.iter().filter(|candle| candle.trades != "0") {
        let (low, high) = (candle.low.expect("traded"), candle.high.expect("traded"));
        assert!(low <= high && (low..=high).contains(&candle.close.expect("traded")), "{candle:?}");
    }

    let marks = client.get_all_mark_prices().await.expect("mark prices parse");
    let mark = marks.iter().find(|mark| mark.symbol == PERP).expect("the perpetual has a mark price");
    assert!(dec("100") < mark.mark_price && mark.mark_price < dec("200"), "{mark:?}");
    assert!(now_ms() < mark.next_funding_timestamp as i64, "{mark:?}");
    assert!(marks.iter().all(|mark| mark.symbol != SPOT), "spot has none");
    for rate in client.get_funding_interval_rates(PERP).await.expect("funding rates parse") {
        assert_eq!(rate.symbol, PERP);
        assert!(rate.funding_rate.abs() <= dec("0.005"), "{rate:?}");
    }
    let ticker = client.get_ticker(PERP).await.expect("ticker parses");
    assert!(
        ticker.symbol == PERP && ticker.low <= ticker.last_price && ticker.last_price <= ticker.high,
        "{ticker:?}"
    );
    assert!(client.get_tickers().await.expect("tickers parse").iter().any(|it| it.symbol == SPOT));
}

#[tokio::test]
async fn an_order_rests_is_found_by_both_ids_and_is_cancelled() {
    let world = World::start(103).await;
    let alice = world.client("alice");
    let account = alice.get_account().await.expect("the account parses");
    assert_eq!((account.futures_maker_fee, account.futures_taker_fee), (dec("2"), dec("5")), "basis points");
    assert_eq!((account.spot_maker_fee, account.spot_taker_fee), (dec("8"), dec("10")), "basis points");
    assert_eq!((account.limit_orders, account.liquidating), (0, false));
    assert_eq!(alice.get_balances().await.expect("capital parses")["USDC"].total(), dec(FUNDS));

    let price = best_bid(&depth(&alice, PERP).await).0 - dec("0.50");
    let order = Placing {
        price,
        quantity: dec("0.25"),
        client_id: Some(4_294_967_295),
        ..Placing::limit(PERP, Side::Bid)
    };
    let placed = limit_of(alice.execute_order(order.post_only()).await.expect("a resting order is accepted"));
    assert_eq!((placed.symbol.as_str(), placed.side, placed.price), (PERP, Side::Bid, price));
    assert_eq!((placed.quantity, placed.executed_quantity), (dec("0.25"), Decimal::ZERO));
    assert_eq!((placed.status, placed.post_only), (OrderStatus::New, true));
    assert_eq!((placed.client_id, placed.time_in_force), (Some(u32::MAX), TimeInForce::GTC));
    assert!((placed.created_at - now_ms()).abs() < 2_000, "milliseconds: {}", placed.created_at);

    let by_id =
        limit_of(alice.get_open_order(PERP, Some(&placed.id), None).await.expect("found by the venue's id"));
    let by_client =
        limit_of(alice.get_open_order(PERP, None, Some(u32::MAX)).await.expect("found by our id"));
    for found in [&by_id, &by_client] {
        assert_eq!((&found.id, found.client_id, found.price), (&placed.id, Some(u32::MAX), price));
    }
    for symbol in [None, Some(PERP)] {
        let open = alice.get_open_orders(symbol).await.expect("open orders parse");
        assert_eq!(
            open.into_iter().map(|order| limit_of(order).id).collect::<Vec<_>>(),
            [placed.id.as_str()]
        );
    }
    assert!(
        alice.get_open_orders(Some(SPOT)).await.expect("open orders parse").is_empty(),
        "the filter filters"
    );
    assert_eq!(alice.get_account().await.expect("the account parses").limit_orders, 1);

    let gone = limit_of(alice.cancel_order(PERP, Some(&placed.id), None).await.expect("cancelled"));
    assert_eq!(
        (gone.id, gone.status, gone.executed_quantity),
        (placed.id.clone(), OrderStatus::Cancelled, Decimal::ZERO)
    );
    let (status, code, _) = refusal(alice.get_open_order(PERP, Some(&placed.id), None).await);
    assert_eq!((status, code.as_str()), (404, "RESOURCE_NOT_FOUND"), "only resting orders are found");
    let (status, code, _) = refusal(alice.cancel_order(PERP, None, Some(u32::MAX)).await);
    assert_eq!(code, "RESOURCE_NOT_FOUND", "{status}: nothing to cancel twice");

    let past = order_history(&alice, &placed.id).await;
    assert_eq!(
        (past["status"].as_str(), past["clientId"].as_u64()),
        (Some("Cancelled"), Some(4_294_967_295))
    );
    assert_eq!(
        (past["price"].as_str().map(dec), past["quantity"].as_str().map(dec)),
        (Some(price), Some(dec("0.25")))
    );
}

#[tokio::test]
async fn a_spot_order_locks_what_it_may_cost() {
    let world = World::start(104).await;
    let alice = world.client("alice");
    let price = best_bid(&depth(&alice, SPOT).await).0 - dec("1.00");
    let order = Placing { price, quantity: dec("2"), client_id: Some(9), ..Placing::limit(SPOT, Side::Bid) };
    alice.execute_order(order.post_only()).await.expect("accepted");
    let usdc = &alice.get_balances().await.expect("capital parses")["USDC"];
    assert_eq!(usdc.available + usdc.locked, dec(FUNDS));
    let worth = price * dec("2");
    let dearest = worth * dec("1.001"); // whether the venue locks the fee, too, is not known
    assert!((worth..=dearest).contains(&usdc.locked), "{usdc:?}");
    alice.cancel_order(SPOT, None, Some(9)).await.expect("cancelled by our id");
    let usdc = &alice.get_balances().await.expect("capital parses")["USDC"];
    assert_eq!((usdc.available, usdc.locked), (dec(FUNDS), Decimal::ZERO));

    let bought =
        market_of(alice.execute_order(market_order(SPOT, Side::Bid, dec("2"))).await.expect("bought"));
    assert_eq!((bought.status, bought.executed_quantity), (OrderStatus::Filled, dec("2")));
    let fills = fills_of(&alice, &bought.id).await;
    let fee: Decimal = fills.iter().map(|fill| fill.fee).sum();
    let balances = alice.get_balances().await.expect("capital parses");
    let fee_in =
        |name: &str| if fills.iter().all(|fill| fill.fee_symbol == name) { fee } else { Decimal::ZERO };
    assert_ne!(fee_in("SOL") + fee_in("USDC"), Decimal::ZERO, "{fills:?}");
    assert_eq!(balances["SOL"].total(), dec("2") - fee_in("SOL"));
    assert_eq!(balances["USDC"].total(), dec(FUNDS) - bought.executed_quote_quantity - fee_in("USDC"));
    assert!(
        alice.get_open_future_positions().await.expect("positions parse").is_empty(),
        "spot makes no position"
    );
}

#[tokio::test]
async fn alice_trades_against_bob() {
    let world = World::start(105).await;
    let (alice, bob) = (world.client("alice"), world.client("bob"));
    let price = world.room_inside(PERP, dec("0.01")).await;
    let before = bob.get_open_future_positions().await.expect("positions parse");
    let bob_had: Decimal = before.first().map_or(Decimal::ZERO, |position| dec(&position.net_quantity));

    let offer =
        Placing { price, quantity: dec("0.30"), client_id: Some(31), ..Placing::limit(PERP, Side::Ask) };
    let offer = limit_of(
        bob.execute_order(offer.post_only()).await.expect("bob's offer rests alone inside the spread"),
    );
    let first =
        market_of(alice.execute_order(market_order(PERP, Side::Bid, dec("0.20"))).await.expect("alice buys"));
    assert_eq!(
        (first.status, first.executed_quantity),
        (OrderStatus::Filled, dec("0.20")),
        "answered after matching"
    );
    assert_eq!(first.executed_quote_quantity, price * dec("0.20"));
    let left =
        limit_of(bob.get_open_order(PERP, Some(&offer.id), None).await.expect("bob's rest still rests"));
    assert_eq!((left.status, left.executed_quantity), (OrderStatus::PartiallyFilled, dec("0.20")));
    let rest =
        Placing { price, quantity: dec("0.10"), client_id: Some(12), ..Placing::limit(PERP, Side::Bid) };
    let second = limit_of(alice.execute_order(rest.ioc()).await.expect("alice buys the rest"));
    assert_eq!((second.status, second.executed_quantity), (OrderStatus::Filled, dec("0.10")));

    let (hers, his) = (fills_of(&alice, &first.id).await, fills_of(&bob, &offer.id).await);
    let [hers] = hers.as_slice() else { panic!("one fill was expected: {hers:?}") };
    assert_eq!(his.len(), 2, "{his:?}");
    let same = his.iter().find(|fill| fill.trade_id == hers.trade_id).expect("one trade, two sides, one id");
    for fill in [hers, same] {
        assert_eq!((fill.price, fill.quantity, fill.fee_symbol.as_str()), (price, dec("0.20"), "USDC"));
        assert_eq!(fill.system_order_type, None);
    }
    assert_eq!((hers.side, hers.is_maker, hers.fee), (Side::Bid, false, price * dec("0.20") * dec("0.0005")));
    assert_eq!((same.side, same.is_maker, same.fee), (Side::Ask, true, price * dec("0.20") * dec("0.0002")));
    assert_eq!((hers.client_id.as_deref(), same.client_id.as_deref()), (None, Some("31")));
    let public = alice.get_recent_trades(PERP, None).await.expect("trades parse");
    let print =
        public.iter().find(|trade| Some(trade.id) == hers.trade_id).expect("a fill is a public trade, too");
    assert_eq!((print.price, print.quantity, print.is_buyer_maker), (price, dec("0.20"), false));

    for (client, net) in [(&alice, dec("0.30")), (&bob, bob_had - dec("0.30"))] {
        let positions = client.get_open_future_positions().await.expect("positions parse");
        let [position] = positions.as_slice() else { panic!("one position was expected: {positions:?}") };
        assert_eq!((position.symbol.as_str(), dec(&position.net_quantity)), (PERP, net));
        assert_eq!(dec(&position.net_cost).is_sign_negative(), net.is_sign_negative(), "{position:?}");
    }
    let position = &alice.get_open_future_positions().await.expect("positions parse")[0];
    assert_eq!(dec(&position.entry_price), price);
    for (client, id, status) in
        [(&alice, &first.id, "Filled"), (&alice, &second.id, "Filled"), (&bob, &offer.id, "Filled")]
    {
        assert_eq!(order_history(client, id).await["status"], status);
    }
    let truth = world.truth("alice").await;
    assert_eq!(truth["positions"][PERP].as_str().map(dec), Some(dec("0.30")), "{truth}");
    let told: Vec<_> =
        truth["fills"].as_array().expect("a list").iter().map(|fill| fill["trade_id"].clone()).collect();
    assert!(told.contains(&Value::from(hers.trade_id.expect("an id").to_string())), "{truth}");

    let exit = bpx_api_client::types::order::ExecuteOrderPayload {
        reduce_only: Some(true),
        ..market_order(PERP, Side::Ask, dec("0.30"))
    };
    let exit = market_of(alice.execute_order(exit).await.expect("a reduce-only exit"));
    assert_eq!((exit.status, exit.executed_quantity), (OrderStatus::Filled, dec("0.30")));
    assert!(
        alice.get_open_future_positions().await.expect("positions parse").is_empty(),
        "flat is an empty list"
    );
}

#[tokio::test]
async fn batches_answer_each_order_and_cancel_all_takes_what_rests() {
    let world = World::start(106).await;
    let alice = world.client("alice");
    let bid = best_bid(&depth(&alice, PERP).await).0;
    let order = |below: &str, client_id| {
        let price = bid - dec(below);
        Placing {
            price,
            quantity: dec("0.10"),
            client_id: Some(client_id),
            ..Placing::limit(PERP, Side::Bid)
        }
        .post_only()
    };
    let answers = alice
        .execute_orders(vec![order("1.00", 1), order("1.005", 2), order("1.01", 3)])
        .await
        .expect("a batch");
    let told: Vec<_> = answers
        .into_iter()
        .map(|answer| match answer {
            BatchOrderResponse::Order(order) => Ok(limit_of(order).client_id),
            BatchOrderResponse::Error(error) => Err((error.operation, error.message)),
        })
        .collect();
    assert_eq!(told[0], Ok(Some(1)));
    assert_eq!(told[1], Err(("Err".to_owned(), "Price decimal too long".to_owned())));
    assert_eq!(told[2], Ok(Some(3)));
    assert_eq!(told.len(), 3);

    let all = CancelOpenOrdersPayload { symbol: PERP.to_owned() };
    let gone = alice.cancel_open_orders(all.clone()).await.expect("cancel all");
    let mut ids: Vec<_> =
        gone.into_iter().map(limit_of).map(|order| (order.client_id, order.status)).collect();
    ids.sort_by_key(|(id, _)| *id);
    assert_eq!(ids, [(Some(1), OrderStatus::Cancelled), (Some(3), OrderStatus::Cancelled)]);
    assert!(alice.get_open_orders(None).await.expect("open orders parse").is_empty());
    assert!(alice.cancel_open_orders(all).await.expect("cancel all of nothing").is_empty());
}

#[tokio::test]
async fn settings_are_kept_and_limits_follow_the_money() {
    let world = World::start(107).await;
    let alice = world.client("alice");
    let change =
        UpdateAccountPayload { leverage_limit: Some(dec("5")), auto_lend: Some(true), ..Default::default() };
    alice.update_account(change).await.expect("an empty answer is success");
    let account = alice.get_account().await.expect("the account parses");
    assert_eq!((account.leverage_limit, account.auto_lend), (dec("5"), true));
    let collateral = alice.get_collateral().await.expect("collateral parses");
    assert_eq!((collateral.net_equity, collateral.net_equity_available), (dec(FUNDS), dec(FUNDS)));
    let most =
        alice.get_account_max_order(MaxOrderQuery::new(PERP, Side::Bid)).await.expect("the limit parses");
    assert!(most.symbol == PERP && dec("1000") < most.max_order_quantity, "{most:?}");
    let too_much = Placing {
        price: best_bid(&depth(&alice, PERP).await).0,
        quantity: most.max_order_quantity * dec("2"),
        ..Placing::limit(PERP, Side::Bid)
    };
    let (status, code, message) = refusal(alice.execute_order(too_much.ioc()).await);
    assert_eq!((status, code.as_str()), (400, "INSUFFICIENT_MARGIN"), "{message}");
}

/// The fills of one order, asked with the filters as this client spells them (in snake case), oldest first.
async fn fills_of(client: &BpxClient, order_id: &str) -> Vec<Fill> {
    let params = FillsHistoryParams::default()
        .with_order_id(order_id)
        .with_fill_type(FillType::User)
        .with_sort_direction(SortDirection::Asc)
        .with_limit(10);
    let fills = client.get_historical_fills(params).await.expect("fills parse");
    assert!(fills.iter().all(|fill| fill.order_id == order_id), "{fills:?}");
    fills
}

/// One row of the order history. The client has no method for it, but signs what it is told to.
async fn order_history(client: &BpxClient, order_id: &str) -> Value {
    let mut url = client.base_url().join("/wapi/v1/history/orders").expect("a path");
    url.query_pairs_mut().append_pair("orderId", order_id);
    let request = client.build_signed_request::<(), _>(url, Method::GET, "orderHistoryQueryAll", None);
    let answer = client.execute(request.expect("signed")).await.expect("history answers");
    let rows: Vec<Value> = answer.json().await.expect("a list");
    let [row] = rows.as_slice() else { panic!("one row of order {order_id} was expected: {rows:?}") };
    assert_eq!(row["id"], *order_id);
    row.clone()
}

fn seconds_of(naive: &str) -> i64 {
    let time = chrono::NaiveDateTime::parse_from_str(naive, "%Y-%m-%d %H:%M:%S");
    time.unwrap_or_else(|error| panic!("{naive}: {error}")).and_utc().timestamp()
}
