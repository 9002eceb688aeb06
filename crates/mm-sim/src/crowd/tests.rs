//! What the endpoints-file page promises of every book, and what a crowd does when it is told to.

use mm_exchange::{OrderView, Terms, Trigger, TriggerKind};

use super::*;
use crate::{config::OWN_TIME_START, venues::row};

/// One market with its crowd and a client with money.
struct Stage {
    exchange: Exchange,
    crowd: Crowd,
    client: AccountId,
    now: Timestamp,
}

impl Stage {
    fn new(symbol: &str, seed: u64) -> Self {
        let mut exchange = Exchange::new();
        for listing in (row(VenueKind::Backpack).listings)(&crate::config::SimConfig::default()) {
            exchange.list(listing);
        }
        let client = exchange.open_account("client");
        let amount = Money(1_000_000 * 10i128.pow(18));
        exchange.deposit(OWN_TIME_START, Deposit { account: client, asset: "USDC", amount });
        let market = exchange.markets().by_symbol(symbol).unwrap().id;
        let seat = Seat { seed, venue: VenueKind::Backpack, market, clients: vec![client] };
        let crowd = Crowd::new(OWN_TIME_START, &mut exchange, seat);
        let mut stage = Self { exchange, crowd, client, now: OWN_TIME_START };
        stage.run(Duration::ZERO, |_| {});
        stage
    }

    /// Lets time pass; `look` is called after each thing the crowd does.
    fn run(&mut self, length: Duration, mut look: impl FnMut(&Self)) {
        let end = self.now + length;
        while let Some(at) = self.crowd.next_wake().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.crowd.step(self.now, &mut self.exchange);
            look(self);
        }
        self.now = end;
        self.exchange.take_facts(&mut Vec::new());
    }

    fn rest(&mut self, side: Side, price: Price, qty: u64) -> OrderView {
        let order =
            PlaceOrder { post_only: true, ..PlaceOrder::limit(self.crowd.market(), side, price, Qty(qty)) };
        self.exchange.place(self.now, self.client, order).unwrap()
    }

    fn touch(&self, side: Side) -> Price {
        self.exchange.best(self.crowd.market(), side).unwrap().price
    }

    fn n_client_fills(&self) -> usize {
        self.exchange.executions(self.client).count()
    }
}

#[test]
fn books_are_two_sided_and_deep_and_trade_every_second() {
    let symbols: Vec<_> = (row(VenueKind::Backpack).listings)(&crate::config::SimConfig::default())
        .into_iter()
        .map(|l| l.market.symbol)
        .collect();
    for (seed, symbol) in (1..).zip(symbols) {
        let mut stage = Stage::new(&symbol, seed);
        let (mut n_looks, mut spreads) = (0, 0);
        stage.run(Duration::from_secs(60), |stage| {
            let book = stage.exchange.book(stage.crowd.market(), 20);
            assert!(book.bids.len() >= 10 && book.asks.len() >= 10, "{symbol}");
            assert!(book.bids[0].qty.0 >= 50 && book.asks[0].qty.0 >= 50, "{symbol}");
            n_looks += 1;
            spreads += book.asks[0].price.0 - book.bids[0].price.0;
        });
        let mean = f64::from(i32::try_from(spreads).unwrap()) / f64::from(n_looks);
        assert!((1.6..2.4).contains(&mean), "{symbol}: mean spread {mean}");
        let times: Vec<_> = stage.exchange.trades(stage.crowd.market()).map(|trade| trade.at).collect();
        assert!(times.windows(2).all(|pair| pair[1].since(pair[0]) < Duration::from_secs(1)), "{symbol}");
    }
}

#[test]
fn a_client_at_the_touch_is_filled_before_long() {
    for seed in 1..=5 {
        let mut stage = Stage::new("SOL_USDC_PERP", seed);
        let mut n_seconds = 0;
        while stage.n_client_fills() == 0 {
            stage.exchange.cancel_all(stage.now, stage.client, None);
            stage.rest(Side::Buy, stage.touch(Side::Buy), 10);
            stage.run(Duration::from_secs(1), |_| {});
            n_seconds += 1;
            assert!(n_seconds < 30, "seed {seed}");
        }
    }
}

#[test]
fn a_shy_crowd_goes_on_but_never_fills_a_client() {
    for seed in 1..=5 {
        let mut stage = Stage::new("SOL_USDC_PERP", seed);
        stage.crowd.command(stage.now, CrowdAction::NeverFill);
        let bid = stage.rest(Side::Buy, stage.touch(Side::Buy), 1_000);
        stage.rest(Side::Sell, stage.touch(Side::Sell).offset(20), 1_000);
        // Not even when the price goes right through.
        stage.crowd.command(stage.now, CrowdAction::Move { bps: -50, over_ms: 2_000 });
        let n_trades = stage.exchange.trades(stage.crowd.market()).count();
        stage.run(Duration::from_secs(10), |stage| {
            let book = stage.exchange.book(stage.crowd.market(), 20);
            assert!(book.bids.len() >= 10 && book.asks.len() >= 10, "{book:?}");
        });
        assert_eq!(stage.n_client_fills(), 0);
        assert_eq!(stage.touch(Side::Buy), bid.order.limit.unwrap());
        assert!(
            stage.exchange.trades(stage.crowd.market()).count() > n_trades,
            "the crowd trades with itself"
        );
        stage.crowd.command(stage.now, CrowdAction::Resume);
        stage.run(Duration::from_secs(5), |_| {});
        assert!(stage.n_client_fills() > 0, "resumed");
    }
}

#[test]
fn a_nibbling_crowd_fills_orders_in_parts() {
    for seed in 1..=5 {
        let mut stage = Stage::new("SOL_USDC_PERP", seed);
        stage.crowd.command(stage.now, CrowdAction::PartFill);
        let mut n_parts = 0;
        for _ in 0..20 {
            stage.exchange.cancel_all(stage.now, stage.client, None);
            let bid = stage.rest(Side::Buy, stage.touch(Side::Buy), 10);
            stage.run(Duration::from_secs(1), |stage| {
                let open = stage.exchange.open_orders(stage.client, None);
                let is_part = |view: &OrderView| view.id == bid.id && !view.filled.is_zero();
                n_parts += usize::from(open.iter().any(is_part));
            });
        }
        assert!(n_parts > 5, "seed {seed}: {n_parts}");
    }
}

#[test]
fn a_paused_crowd_stands_still() {
    let mut stage = Stage::new("SOL_USDC_PERP", 1);
    stage.run(Duration::from_secs(1), |_| {});
    stage.crowd.command(stage.now, CrowdAction::Pause);
    let before = stage.exchange.book(stage.crowd.market(), 20);
    stage.run(Duration::from_secs(60), |_| panic!("it moved"));
    assert_eq!(stage.exchange.book(stage.crowd.market(), 20), before);
    stage.crowd.command(stage.now, CrowdAction::Resume);
    stage.run(Duration::from_secs(1), |_| {});
    assert_ne!(stage.exchange.book(stage.crowd.market(), 20), before);
}

#[test]
fn an_order_that_a_fast_move_wakes_meets_a_book() {
    let check = |seed, side, kind, bps: i64| {
        let mut stage = Stage::new("SOL_USDC_PERP", seed);
        let trigger = Trigger { kind, price: Price(15_000 + bps / 3) };
        let terms = Terms { trigger: Some(trigger), ..Terms::default() };
        let order = PlaceOrder::limit(stage.crowd.market(), side, Price(1), Qty(10));
        let order = PlaceOrder { terms, limit: None, time_in_force: TimeInForce::Ioc, ..order };
        stage.exchange.place(stage.now, stage.client, order).unwrap();
        stage.crowd.command(stage.now, CrowdAction::Move { bps, over_ms: 300 });
        stage.run(Duration::from_secs(2), |_| {});
        assert_eq!(stage.n_client_fills(), 1, "seed {seed}, {side:?} {kind:?}");
    };
    for seed in 1..=8 {
        check(seed, Side::Sell, TriggerKind::StopLoss, -300);
        check(seed, Side::Buy, TriggerKind::TakeProfit, -300);
        check(seed, Side::Buy, TriggerKind::StopLoss, 300);
        check(seed, Side::Sell, TriggerKind::TakeProfit, 300);
    }
}

#[test]
fn a_move_moves_the_book_and_takes_who_stands_in_the_way() {
    let mut stage = Stage::new("SOL_USDC_PERP", 1);
    stage.rest(Side::Buy, Price(14_900), 100);
    stage.crowd.command(stage.now, CrowdAction::Move { bps: -300, over_ms: 2_000 });
    stage.run(Duration::from_secs(1), |_| {});
    let half_way = stage.touch(Side::Buy).0;
    assert!((14_700..14_900).contains(&half_way), "{half_way}");
    stage.run(Duration::from_secs(2), |_| {});
    let there = stage.touch(Side::Buy).0;
    assert!((14_500..14_600).contains(&there), "{there}");
    assert_eq!(stage.n_client_fills(), 1);
}

#[test]
fn the_seed_decides() {
    let book = |seed| {
        let mut stage = Stage::new("BTC_USDC_PERP", seed);
        stage.run(Duration::from_secs(5), |_| {});
        stage.exchange.book(stage.crowd.market(), 20)
    };
    assert_eq!(book(7), book(7));
    assert_ne!(book(7), book(8));
}
