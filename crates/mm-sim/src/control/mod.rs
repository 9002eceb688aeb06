//! The simulated world's own control surface: what a test or an operator may look at and do from outside.

mod state;
mod words;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use mm_exchange::{AccountId, PlaceOrder, Status};
use mm_model::{Market, Side};

pub use self::words::{
    AccountState, Admitted, AdmittedRow, ClockCommand, ControlError, CounterOrder, CrowdCommand, FillRow,
    OpenOrderRow, Placed, State,
};
pub use crate::crowd::CrowdAction;
use crate::{
    config::VenueKind,
    faults::{Schedule, Witness},
    host::Host,
    world::{VenueIndex, VenueWorld, World},
};

/// How far a crowd can be told to move at once: not to nothing, and not beyond ten times the price.
const MOVE_BPS: std::ops::RangeInclusive<i64> = -9_000..=90_000;

/// A handle on a running world. Clones share it. Every call takes effect at once.
#[derive(Clone, Debug)]
pub struct Control {
    host: Arc<Host>,
}

impl Control {
    pub(crate) const fn new(host: Arc<Host>) -> Self {
        Self { host }
    }

    /// What every account of every venue has, by venue and account name: the truth, not what a venue says.
    #[must_use]
    pub fn state(&self) -> State {
        self.host.with_world(|world, _| state::of(world))
    }

    /// Every order that an engine ever admitted, where they are remembered.
    ///
    /// # Errors
    /// [`ControlError::Conflict`] where they are not.
    pub fn admitted(&self) -> Result<Admitted, ControlError> {
        self.host.with_world(|world, _| state::admitted(world)).ok_or_else(|| {
            ControlError::Conflict("this world remembers no orders: start it with --keep-orders".to_owned())
        })
    }

    /// Replaces the fault schedule; its times count from now.
    ///
    /// # Errors
    /// [`ControlError::BadRequest`] for a rule that makes no sense (a cancel ignored on a frame).
    pub fn set_faults(&self, schedule: Schedule) -> Result<(), ControlError> {
        self.host.with_world(|world, now| world.set_faults(now, schedule)).map_err(ControlError::BadRequest)
    }

    /// Lets somebody hear of every fault that strikes from now on.
    pub fn set_witness(&self, witness: Witness) {
        self.host.with_world(|world, _| world.set_witness(witness));
    }

    /// How often each kind of fault struck since the world began, under all its schedules: by the rule's name, or by its
    /// action's word. A fault that changed nothing (a venue that knows no such trouble) did not strike.
    #[must_use]
    pub fn strikes(&self) -> BTreeMap<String, u64> {
        self.host.peek(|world| world.strikes().clone())
    }

    /// Tells the crowd of one market what to do.
    ///
    /// # Errors
    /// [`ControlError::BadRequest`] for a move that no market makes, [`ControlError::NotFound`] for a venue or market
    /// that does not stand, [`ControlError::Conflict`] where a tape plays instead of a crowd.
    pub fn crowd(&self, command: &CrowdCommand) -> Result<(), ControlError> {
        if let CrowdAction::Move { bps, .. } = command.action
            && !MOVE_BPS.contains(&bps)
        {
            return Err(ControlError::BadRequest(format!(
                "a move of {bps} bps is not between {} and {}",
                MOVE_BPS.start(),
                MOVE_BPS.end()
            )));
        }
        self.host.with_world(|world, now| {
            let venue = find_venue(world, command.venue)?;
            let market = find_market(&world.venues()[venue.0], &command.market)?.id;
            let crowd = world.venue_mut(venue).crowd_mut(market).ok_or_else(|| {
                ControlError::Conflict(format!("a tape plays in {}, there is no crowd", command.market))
            })?;
            crowd.command(now, command.action);
            world.advance(now);
            Ok(())
        })
    }

    /// Places a limit order for an account, past the venue's wire: a counterparty on demand. It rests until it is
    /// filled or the account cancels it.
    ///
    /// # Errors
    /// [`ControlError::NotFound`] for a venue, market or account that does not stand,
    /// [`ControlError::BadRequest`] for a price or size off the market's steps, [`ControlError::Conflict`] when
    /// the exchange refuses.
    pub fn order(&self, order: &CounterOrder) -> Result<Placed, ControlError> {
        self.host.with_world(|world, now| {
            let venue = find_venue(world, order.venue)?;
            let here = &world.venues()[venue.0];
            let market = find_market(here, &order.market)?.clone();
            let account = find_account(here, &order.account)?;
            let place = place_order(&market, order)?;
            let placed = world.venue_mut(venue).exchange.place(now, account, place);
            world.settle(venue);
            let view = placed.map_err(|reject| ControlError::Conflict(format!("refused: {reject}")))?;
            Ok(Placed {
                venue_id: view.id.0.to_string(),
                filled: market.qty_decimal(view.filled).to_string(),
                resting: matches!(view.status, Status::New | Status::PartiallyFilled),
            })
        })
    }

    /// Moves a world's own clock on.
    ///
    /// # Errors
    /// [`ControlError::Conflict`] where the world follows a clock that is not its own.
    pub fn advance_ms(&self, ms: u64) -> Result<(), ControlError> {
        if self.host.move_on(Duration::from_millis(ms)) {
            Ok(())
        } else {
            Err(ControlError::Conflict("this world follows a clock that is not its own".to_owned()))
        }
    }
}

fn find_venue(world: &World, kind: VenueKind) -> Result<VenueIndex, ControlError> {
    world
        .venues()
        .iter()
        .position(|venue| venue.row.kind == kind)
        .map(VenueIndex)
        .ok_or_else(|| ControlError::NotFound(format!("{kind} does not stand here")))
}

fn find_market<'a>(venue: &'a VenueWorld, symbol: &str) -> Result<&'a Market, ControlError> {
    venue
        .exchange
        .markets()
        .by_symbol(symbol)
        .ok_or_else(|| ControlError::NotFound(format!("{} has no market '{symbol}'", venue.row.kind)))
}

fn find_account(venue: &VenueWorld, name: &str) -> Result<AccountId, ControlError> {
    venue
        .accounts
        .iter()
        .find(|account| account.name == name)
        .map(|account| account.id)
        .ok_or_else(|| ControlError::NotFound(format!("{} has no account '{name}'", venue.row.kind)))
}

fn place_order(market: &Market, order: &CounterOrder) -> Result<PlaceOrder, ControlError> {
    let side = match order.side.as_str() {
        "buy" => Side::Buy,
        "sell" => Side::Sell,
        other => return Err(ControlError::BadRequest(format!("side '{other}' is neither 'buy' nor 'sell'"))),
    };
    let price = market.price(&order.price).map_err(|e| ControlError::BadRequest(format!("price: {e}")))?;
    let qty = market.qty(&order.size).map_err(|e| ControlError::BadRequest(format!("size: {e}")))?;
    Ok(PlaceOrder::limit(market.id, side, price, qty))
}
