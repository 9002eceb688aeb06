//! The exchange as its users see it. `World` checks, after every command, what must always hold.

mod conditions;
mod external;
mod groups;
mod modify;
mod money;
mod orders;
mod properties;
mod reference;

use std::{collections::BTreeMap, time::Duration};

use mm_model::{
    Book, ClientId, Decimal, Exposure, Level, Market, MarketId, MarketKind, Money, Price, Qty, Rate,
    SelfTrade, Side, Symbol, TimeInForce, Timestamp, TradingState,
};

use super::Exchange;
use crate::{
    AccountId, Amount, CancelOrder, Deposit, Execution, Expiry, Fact, Grouping, IfCrossing, Listing,
    ModifyOrder, OrderRef, OrderView, PlaceOrder, Reject, SameTrader, Status, Terms, Trigger, TriggerKind,
    Waits,
};

/// A perpetual with 5 % initial and 3 % maintenance margin, tick and lot 0.01, fees 0.02 % and 0.05 %.
const PERP: MarketId = MarketId(0);
/// A spot market whose tick × lot is so small that fees are rounded, tick 0.00000005.
const SPOT: MarketId = MarketId(1);
/// A perpetual with a maker rebate, and steps so small that fees and funding are rounded.
const REBATE: MarketId = MarketId(2);

fn listing(symbol: &str, kind: MarketKind, steps: (&str, &str)) -> Listing {
    let (base, quote) = symbol.split_once('_').expect("BASE_QUOTE");
    let market = Market {
        id: MarketId(0),
        symbol: symbol.into(),
        base: base.into(),
        quote: quote.trim_end_matches("_PERP").into(),
        kind,
        trading: TradingState::Open,
        tick: Decimal::parse(steps.0).unwrap(),
        lot: Decimal::parse(steps.1).unwrap(),
        min_qty: Qty(1),
        max_qty: Some(Qty(1_000_000)),
        min_notional: None,
    };
    Listing {
        market,
        start: Price(1000),
        maker_fee: Rate(200_000),
        taker_fee: Rate(500_000),
        initial_margin: Rate(50_000_000),
        maintenance_margin: Rate(30_000_000),
        band: None,
        funding_interval: Duration::from_secs(8 * 3600),
    }
}

fn money(text: &str) -> Money {
    Money::from_decimal(Decimal::parse(text).unwrap()).unwrap()
}

/// An exchange with three markets, watched.
struct World {
    exchange: Exchange,
    now: Timestamp,
    /// Rebuilt from facts alone.
    books: BTreeMap<MarketId, (u64, Book)>,
    deposited: BTreeMap<Symbol, Money>,
    fees: Money,
    /// All facts ever.
    facts: Vec<Fact>,
}

impl World {
    fn new() -> Self {
        let mut exchange = Exchange::new();
        assert_eq!(exchange.list(listing("SOL_USDC_PERP", MarketKind::Perpetual, ("0.01", "0.01"))), PERP);
        assert_eq!(exchange.list(listing("ETH_USDC", MarketKind::Spot, ("0.00000005", "0.000000001"))), SPOT);
        let mut rebate = listing("BONK_USDC_PERP", MarketKind::Perpetual, ("0.00000005", "0.000000003"));
        rebate.maker_fee = Rate(-100_000);
        assert_eq!(exchange.list(rebate), REBATE);
        let mut world = Self {
            exchange,
            now: Timestamp::from_ms(1_000_000),
            books: BTreeMap::new(),
            deposited: BTreeMap::new(),
            fees: Money::ZERO,
            facts: Vec::new(),
        };
        world.exchange.advance(world.now);
        world
    }

    /// With alice, bob and carol, each with a million of all assets.
    fn rich() -> Self {
        let mut world = Self::new();
        for name in ["alice", "bob", "carol"] {
            for asset in ["USDC", "ETH"] {
                world.fund(name, asset, "1000000");
            }
        }
        world
    }

    fn fund(&mut self, name: &str, asset: &str, amount: &str) {
        let account = self.exchange.open_account(name);
        let amount = money(amount);
        *self.deposited.entry(asset.into()).or_default() += amount;
        self.exchange.deposit(self.now, Deposit { account, asset, amount });
        self.check();
    }

    fn id(&self, name: &str) -> AccountId {
        self.exchange.account_by_name(name).expect("an account that was funded")
    }

    fn place(&mut self, name: &str, order: PlaceOrder) -> Result<OrderView, Reject> {
        self.now = self.now + Duration::from_millis(1);
        let before = self.facts.len();
        let placed = self.exchange.place(self.now, self.id(name), order);
        self.check();
        if let Ok(view) = &placed {
            self.agrees(view);
        } else {
            assert_eq!(self.facts.len(), before, "a refusal changes nothing");
        }
        placed
    }

    fn cancel(&mut self, name: &str, market: MarketId, order: OrderRef) -> Result<OrderView, Reject> {
        let done = self.exchange.cancel(self.now, self.id(name), CancelOrder { market, order });
        self.check();
        done
    }

    fn modify(&mut self, name: &str, change: ModifyOrder) -> Result<OrderView, Reject> {
        self.now = self.now + Duration::from_millis(1);
        let before = self.facts.len();
        let done = self.exchange.modify(self.now, self.id(name), change);
        self.check();
        match &done {
            Ok(view) => self.agrees(view),
            Err(_) => assert_eq!(self.facts.len(), before, "a refusal changes nothing"),
        }
        done
    }

    fn place_group(
        &mut self,
        name: &str,
        grouping: Grouping,
        orders: &[PlaceOrder],
    ) -> Result<Vec<OrderView>, Reject> {
        self.now = self.now + Duration::from_millis(1);
        let placed = self.exchange.place_group(self.now, self.id(name), (grouping, orders));
        self.check();
        placed.iter().flatten().for_each(|view| self.agrees(view));
        placed
    }

    fn net(&self, name: &str, market: MarketId) -> i64 {
        self.exchange.position(self.id(name), market).map_or(0, |position| position.net.0)
    }

    /// What is answered, what is told, and what can be asked are the same.
    fn agrees(&self, view: &OrderView) {
        let live = self.exchange.order(view.account, view.order.market, OrderRef::Id(view.id));
        let over = self.exchange.order_history(view.account).find(|old| old.id == view.id);
        match view.status {
            Status::Pending(_) | Status::New | Status::PartiallyFilled => {
                assert_eq!((live.as_ref(), over), (Some(view), None));
            }
            _ => assert_eq!((live, over), (None, Some(view))),
        }
        let of_order = |execution: &&Execution| execution.order == view.id;
        let filled: u64 =
            self.exchange.executions(view.account).filter(of_order).map(|execution| execution.qty.0).sum();
        assert_eq!(filled, view.filled.0);
    }

    /// Takes the facts of a command and checks everything that must hold.
    fn check(&mut self) {
        let mut facts = Vec::new();
        self.exchange.take_facts(&mut facts);
        for fact in &facts {
            match fact {
                Fact::Level { market, seq, side, price, qty, .. } => {
                    let (last, book) = self.books.entry(*market).or_default();
                    assert_eq!(*seq, *last + 1, "sequence numbers have no holes");
                    *last = *seq;
                    book.set(*side, Level { price: *price, qty: *qty });
                    let (bid, ask) = (book.best(Side::Buy), book.best(Side::Sell));
                    if let (Some(bid), Some(ask)) = (bid, ask) {
                        assert!(bid.price < ask.price, "crossed: {bid:?} {ask:?}");
                    }
                }
                Fact::Executed(view, execution) => {
                    assert!(view.filled <= view.qty && execution.qty > Qty::ZERO);
                    self.fees += execution.fee;
                }
                _ => {}
            }
        }
        self.facts.extend(facts);
        assert!(self.exchange.groups.ended.is_empty(), "groups have heard of every end");
        self.check_books();
        self.check_money();
        self.check_orders();
    }

    fn check_books(&self) {
        for listing in self.exchange.listings() {
            let market = listing.market.id;
            let told = self.books.get(&market).cloned().unwrap_or_default();
            let asked = self.exchange.book(market, usize::MAX);
            assert_eq!(told.0, asked.seq);
            assert_eq!(told.1.levels(Side::Buy).collect::<Vec<_>>(), asked.bids);
            assert_eq!(told.1.levels(Side::Sell).collect::<Vec<_>>(), asked.asks);
        }
    }

    fn check_money(&self) {
        let exchange = &self.exchange;
        let mut cash: BTreeMap<Symbol, Money> = BTreeMap::new();
        let mut nets: BTreeMap<MarketId, i64> = BTreeMap::new();
        let mut unrealized = Money::ZERO;
        for (account, _) in exchange.accounts() {
            for balance in exchange.balances(account) {
                *cash.entry(balance.asset).or_default() += balance.available + balance.locked;
            }
            for position in exchange.positions(account) {
                *nets.entry(position.market).or_default() += position.net.0;
                unrealized += exchange.unrealized(&position);
            }
        }
        assert!(nets.values().all(|net| *net == 0), "positions net to zero: {nets:?}");
        *cash.entry("USDC".into()).or_default() += unrealized;
        cash.retain(|_, sum| *sum != Money::ZERO);
        assert_eq!(cash, self.deposited, "no money is made or lost");
        assert_eq!(exchange.fees_collected("USDC"), self.fees);
    }

    fn check_orders(&self) {
        let exchange = &self.exchange;
        for (account, name) in exchange.accounts().skip(2) {
            let mut locked: BTreeMap<usize, Money> = BTreeMap::new();
            let mut open: BTreeMap<(MarketId, Side), i64> = BTreeMap::new();
            let orders = exchange.open_orders(account, None);
            for view in orders.iter().filter(|view| view.status == Status::Pending(Waits::Mark)) {
                let trigger = view.order.terms.trigger.expect("it waits for the mark");
                let mark = exchange.mark(view.order.market).unwrap();
                let sign = if trigger.rises(view.order.side) { 1 } else { -1 };
                assert!(
                    sign * (trigger.price.0 - mark.0) > 0,
                    "{name} sleeps though the mark is there: {view:?}"
                );
            }
            for view in orders.iter().filter(|view| !view.status.is_pending()) {
                let PlaceOrder { market, side, limit, exposure, .. } = view.order;
                let (left, limit) = (view.left(), limit.expect("only limits rest"));
                assert!(!left.is_zero() && view.order.amount == Amount::Base(view.qty));
                assert_eq!(exchange.state(market).book.order(view.id).map(|rest| rest.left), Some(left));
                let net = exchange.position(account, market).map_or(0, |position| position.net.0);
                let reduces = net.signum() == -side.sign() && left.0 <= net.unsigned_abs();
                assert!(exposure == Exposure::Any || reduces, "{name} can turn its position: {view:?}");
                let units = exchange.state(market).units;
                let asset = if side == Side::Buy { units.quote } else { units.base };
                *locked.entry(asset).or_default() += units.held(side, limit, left);
                if exposure == Exposure::Any && units.kind == MarketKind::Perpetual {
                    *open.entry((market, side)).or_default() += left.0 as i64;
                }
            }
            let owner = exchange.account(account);
            assert_eq!(owner.n_open as usize, orders.len(), "{name}");
            for asset in 0..exchange.assets.len() {
                let cash = owner.cash(asset);
                assert_eq!(cash.locked, locked.get(&asset).copied().unwrap_or_default(), "{name}");
            }
            for (market, holding) in &owner.holdings {
                let open = |side| open.get(&(*market, side)).copied().unwrap_or(0);
                let counted = (holding.open_buys, holding.open_sells);
                assert_eq!(counted, (open(Side::Buy), open(Side::Sell)), "{name}");
            }
        }
    }
}

/// A good-till-cancelled limit order.
fn limit(market: MarketId, side: Side, price: i64, qty: u64) -> PlaceOrder {
    PlaceOrder::limit(market, side, Price(price), Qty(qty))
}

/// A market order.
fn at_market(market: MarketId, side: Side, amount: Amount) -> PlaceOrder {
    PlaceOrder::market(market, side, amount)
}

/// `filled/size status`, as the tests write it.
fn shown(placed: &Result<OrderView, Reject>) -> String {
    match placed {
        Ok(view) => {
            let status = match view.status {
                Status::Expired(why) => format!("{why:?}"),
                Status::Pending(waits) => format!("Pending{waits:?}"),
                status => format!("{status:?}"),
            };
            format!("{}/{} {status}", view.filled.0, view.qty.0)
        }
        Err(reject) => format!("{reject:?}"),
    }
}
