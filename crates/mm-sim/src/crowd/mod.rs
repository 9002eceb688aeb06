//! The other traders of a market: makers who keep its book two-sided around a fair price that wanders, and takers
//! who trade with it. Seeded, and driven by the time it is given.
//!
//! The crowd trades through the exchange like anyone, from two accounts of its own with more money than it can
//! lose. It never reads a client's mind, only the public book; what it knows of clients' orders is used for one
//! thing: to leave them alone when it is told never to fill them.

mod action;
mod ladder;

use std::time::Duration;

use mm_exchange::{AccountId, Deposit, Exchange, PlaceOrder};
use mm_model::{MarketId, MarketKind, Money, Price, Qty, Side, TimeInForce, Timestamp};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

pub use self::action::CrowdAction;
use self::ladder::{Ladder, Quote};
use crate::{config::VenueKind, keys};

/// Between two looks of the makers, in ms.
const STEP_MS: std::ops::RangeInclusive<u64> = 80..=240;
/// Between two trades, in ms: at least one a second, with room for a look in between.
const TRADE_MS: std::ops::RangeInclusive<u64> = 100..=500;
/// The fair price stays at least this many ticks above zero.
const FLOOR_TICKS: i64 = 40;
/// Of a hundred trades, how many sweep the touch and move the price.
const SWEEPS_OF_100: u32 = 25;
/// What a level is worth on the average, in whole units of the quote asset, where that is more than
/// [`LEVEL_LOTS_MIN`].
const LEVEL_QUOTE: i128 = 5_000;
/// The smallest usual level; half of it is the least that a touch is filled up to.
const LEVEL_LOTS_MIN: u64 = 100;
/// How far down the queue at the touch clients' orders are looked for.
const QUEUE_MAX: usize = 64;
/// What the crowd owns of every asset, in whole units.
const FUNDS: i128 = 1_000_000_000_000;

/// How a crowd behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Trading,
    /// Trades, but leaves clients' resting orders alone.
    Shy,
    /// Trades, and takes parts of clients' resting orders.
    Nibbling,
    /// Stands still until it is told to go on.
    Paused,
}

/// A move of the fair price under way, in half ticks.
#[derive(Clone, Copy, Debug)]
struct Drift {
    left: i64,
    until: Timestamp,
    last: Timestamp,
}

/// Where a crowd trades.
#[derive(Debug)]
pub(crate) struct Seat {
    /// The world's seed.
    pub(crate) seed: u64,
    /// On which venue.
    pub(crate) venue: VenueKind,
    /// In which market.
    pub(crate) market: MarketId,
    /// Whom it can be told to leave alone.
    pub(crate) clients: Vec<AccountId>,
}

/// What an order of the crowd wants.
#[derive(Clone, Copy, Debug)]
struct Want {
    side: Side,
    price: Price,
    qty: Qty,
}

/// The crowd of one market.
#[derive(Debug)]
pub(crate) struct Crowd {
    market: MarketId,
    makers: AccountId,
    takers: AccountId,
    clients: Vec<AccountId>,
    chance: ChaCha8Rng,
    mood: Mood,
    /// Fair price in half ticks.
    fair_x2: i64,
    /// Where the makers stood at their last look.
    ladder: Ladder,
    /// Their orders; some may have been filled since.
    quotes: Vec<Quote>,
    drift: Option<Drift>,
    /// Lots of a usual level.
    level_lots: u64,
    next_step: Timestamp,
    next_trade: Timestamp,
}

impl Crowd {
    /// A crowd whose first look is at once.
    pub(crate) fn new(now: Timestamp, exchange: &mut Exchange, seat: Seat) -> Self {
        let Seat { seed, venue, market, clients } = seat;
        let listing = exchange.listing(market).expect("a crowd is made for a listed market").clone();
        let [makers, takers] = ["crowd makers", "crowd takers"].map(|name| {
            let account = exchange.open_account(name);
            let mut assets = vec![&listing.market.quote];
            if listing.market.kind == MarketKind::Spot {
                assets.push(&listing.market.base);
            }
            for asset in assets {
                let amount = Money(FUNDS * 10i128.pow(u32::from(Money::SCALE)));
                exchange.deposit(now, Deposit { account, asset, amount });
            }
            account
        });
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        chance.set_stream(keys::STREAM_CROWD + ((venue as u64) << 16) + u64::from(market.0));
        let lot_value = listing.market.notional(listing.start, Qty(1)).0.max(1);
        let usual = LEVEL_QUOTE * 10i128.pow(u32::from(Money::SCALE)) / lot_value;
        let level_lots = u64::try_from(usual).unwrap_or(u64::MAX).max(LEVEL_LOTS_MIN);
        let fair_x2 = listing.start.0.max(FLOOR_TICKS) * 2;
        Self {
            market,
            makers,
            takers,
            clients,
            chance,
            mood: Mood::Trading,
            fair_x2,
            ladder: Ladder::around(fair_x2, 2),
            quotes: Vec::new(),
            drift: None,
            level_lots,
            next_step: now,
            next_trade: now + Duration::from_millis(100),
        }
    }

    /// Its market.
    pub(crate) const fn market(&self) -> MarketId {
        self.market
    }

    /// When it acts next; `None` while it stands still.
    pub(crate) fn next_wake(&self) -> Option<Timestamp> {
        (self.mood != Mood::Paused).then(|| self.next_step.min(self.next_trade))
    }

    /// Takes an order from the control surface.
    pub(crate) fn command(&mut self, now: Timestamp, action: CrowdAction) {
        match action {
            CrowdAction::Pause => self.mood = Mood::Paused,
            CrowdAction::Resume | CrowdAction::NeverFill | CrowdAction::PartFill => {
                if self.mood == Mood::Paused {
                    (self.next_step, self.next_trade) = (now, now);
                }
                self.mood = match action {
                    CrowdAction::NeverFill => Mood::Shy,
                    CrowdAction::PartFill => Mood::Nibbling,
                    _ => Mood::Trading,
                };
            }
            CrowdAction::Move { bps, over_ms } => {
                let left = i64::try_from(i128::from(self.fair_x2) * i128::from(bps) / 10_000).unwrap_or(0);
                self.drift = Some(Drift { left, until: now + Duration::from_millis(over_ms), last: now });
                self.next_step = self.next_step.min(now);
            }
        }
    }

    /// Does what is due at `now`.
    pub(crate) fn step(&mut self, now: Timestamp, exchange: &mut Exchange) {
        if self.next_step <= now {
            self.wander(now);
            exchange.set_index(now, self.market, Price(self.fair_x2.div_euclid(2)));
            self.quote(now, exchange);
            self.next_step = now + Duration::from_millis(self.chance.random_range(STEP_MS));
        }
        if self.next_trade <= now {
            self.trade(now, exchange);
            self.fill_up(now, exchange);
            self.next_trade = now + Duration::from_millis(self.chance.random_range(TRADE_MS));
        }
    }

    /// The fair price moves: half a tick either way more often than not, and its share of a move under way.
    fn wander(&mut self, now: Timestamp) {
        self.fair_x2 += self.chance.random_range(-1..=1);
        if let Some(drift) = &mut self.drift {
            let whole = drift.until.since(drift.last).as_nanos();
            let passed = now.since(drift.last).as_nanos();
            let share = if passed >= whole {
                drift.left
            } else {
                i64::try_from(i128::from(drift.left) * passed as i128 / whole as i128).unwrap_or(0)
            };
            self.fair_x2 += share;
            drift.left -= share;
            drift.last = now;
            if drift.left == 0 {
                self.drift = None;
            }
        }
        self.fair_x2 = self.fair_x2.max(FLOOR_TICKS * 2);
    }

    /// The makers put the book in order around the fair price.
    fn quote(&mut self, now: Timestamp, exchange: &mut Exchange) {
        let spread = match self.chance.random_range(0..4) {
            0 => 1,
            1 | 2 => 2,
            _ => 3,
        };
        let ladder = Ladder::around(self.fair_x2, spread);
        let before = std::mem::replace(&mut self.ladder, ladder);
        // The new orders of a side come before its old ones go: who trades meanwhile, such as an order that the move
        // wakes, must not meet an empty book.
        let first = ladder.side_to_move_first(before);
        self.fill_side_up(now, exchange, first);
        self.withdraw(now, exchange, first);
        if self.mood != Mood::Shy {
            self.clear_the_way(now, exchange);
        }
        self.fill_side_up(now, exchange, first.opposite());
        self.withdraw(now, exchange, first.opposite());
        self.fill_up(now, exchange);
    }

    /// Clients' orders that the price has come to are traded before the makers settle behind them.
    fn clear_the_way(&self, now: Timestamp, exchange: &mut Exchange) {
        for side in [Side::Buy, Side::Sell] {
            let stands_in_the_way = exchange
                .best(self.market, side.opposite())
                .is_some_and(|level| self.ladder.reaches(side, level.price));
            if stands_in_the_way {
                let qty = Qty(self.level_lots * 3);
                self.take(now, exchange, Want { side, price: self.ladder.touch(side), qty });
            }
        }
    }

    /// A taker comes.
    fn trade(&mut self, now: Timestamp, exchange: &mut Exchange) {
        if self.mood == Mood::Nibbling && self.nibble(now, exchange) {
            return;
        }
        let first = if self.chance.random_bool(0.5) { Side::Buy } else { Side::Sell };
        let sweeps = self.chance.random_range(0..100) < SWEEPS_OF_100;
        for side in [first, first.opposite()] {
            let Some(touch) = exchange.best(self.market, side.opposite()) else { continue };
            let qty = if sweeps {
                Qty(touch.qty.0.min(self.level_lots * 4) + self.chance.random_range(1..=self.level_lots / 4))
            } else {
                Qty(self.chance.random_range(1..=self.level_lots / 4))
            };
            // One level beyond the touch at most: a taker who looks where he steps.
            let price = touch.price.offset(side.sign());
            if self.take(now, exchange, Want { side, price, qty }) {
                if sweeps {
                    self.fair_x2 += side.sign();
                }
                return;
            }
        }
    }

    /// A taker takes what stands before the first client's order at the touch, and some of that; whether there was one.
    fn nibble(&mut self, now: Timestamp, exchange: &mut Exchange) -> bool {
        let first = if self.chance.random_bool(0.5) { Side::Buy } else { Side::Sell };
        for side in [first, first.opposite()] {
            let queue = exchange.queue(self.market, side.opposite(), QUEUE_MAX);
            let Some(touch) = queue.first().map(|order| order.price) else { continue };
            let mut before = 0;
            for order in queue.iter().take_while(|order| order.price == touch) {
                if order.order.is_some_and(|view| self.clients.contains(&view.account)) {
                    let part = self.chance.random_range(1..=order.left.0);
                    return self.take(now, exchange, Want { side, price: touch, qty: Qty(before + part) });
                }
                before += order.left.0;
            }
        }
        false
    }

    /// Takes what there is up to a price, clients' orders left alone where the mood wants it; whether it traded.
    fn take(&self, now: Timestamp, exchange: &mut Exchange, mut want: Want) -> bool {
        if self.mood == Mood::Shy
            && let Some(client) = self.client_touch(exchange, want.side.opposite())
        {
            let before = client.offset(-want.side.sign());
            want.price = if want.side == Side::Buy { want.price.min(before) } else { want.price.max(before) };
        }
        let order = PlaceOrder { time_in_force: TimeInForce::Ioc, post_only: false, ..self.order(want) };
        exchange.place(now, self.takers, order).is_ok_and(|view| !view.filled.is_zero())
    }

    /// What the makers place; a taker's differs in two words.
    fn order(&self, want: Want) -> PlaceOrder {
        PlaceOrder { post_only: true, ..PlaceOrder::limit(self.market, want.side, want.price, want.qty) }
    }

    /// The best price of the clients' resting orders on a side.
    fn client_touch(&self, exchange: &Exchange, side: Side) -> Option<Price> {
        let prices = self
            .clients
            .iter()
            .flat_map(|client| exchange.open_orders(*client, Some(self.market)))
            .filter(|view| view.order.side == side && !view.status.is_pending())
            .filter_map(|view| view.order.limit);
        match side {
            Side::Buy => prices.max(),
            Side::Sell => prices.min(),
        }
    }
}

#[cfg(test)]
mod tests;
