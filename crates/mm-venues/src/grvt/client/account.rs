//! The account: its login, its key, and what is on its way for it.
//!
//! A call that is refused because its login was over is sent again under the next one. An order goes out again as it was
//! signed, letter by letter, so that whatever became of the first sending, the venue can take it only once.

use mm_crypto::ecdsa::keccak256;
use mm_model::{Ask, CallError, ClientId, Placement, Timestamp};
use zeroize::Zeroizing;

use super::{
    login::{Login, LoginNumber},
    market::Listings,
    options::Credentials,
    order::{self, Sender, Signed, Terms, not_sent},
};
use crate::{
    client::CallRef,
    grvt::sign::{Domain, TradingKey},
};

/// Signed orders that wait to go out again, at most.
const REPLAYS_MAX: usize = 512;
/// So many of the newest orders are remembered for the stream that tells states without orders.
const REMEMBERED_MAX: usize = 4_096;

/// What a call that travels by socket asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Place(ClientId),
    Cancel,
    CancelAll,
}

/// A private call on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flight {
    pub(super) call: CallRef,
    pub(super) login: LoginNumber,
    /// By socket: the id of its message, and what it asks for.
    pub(super) message: Option<(u32, What)>,
}

/// The account.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) sub_account: u64,
    pub(super) login: Login,
    pub(super) key: TradingKey,
    texts: SenderTexts,
    flights: Vec<Flight>,
    signed: SignedOrders,
    /// The next order's; none before the first order.
    nonce: Option<u32>,
    pub(super) placements: Placements,
    /// Whether the last preparation of a signature went well.
    pub(super) has_entropy: bool,
}

#[derive(Debug)]
struct SenderTexts {
    sub_account: String,
    signer: String,
    chain: String,
}

impl Account {
    pub(super) fn new(credentials: Credentials) -> Self {
        let (api_key, sub_account, signer, chain): (Zeroizing<String>, _, _, _) = credentials.into_parts();
        let key = TradingKey::new(Domain::new(chain), signer);
        let texts = SenderTexts {
            sub_account: sub_account.to_string(),
            signer: key.address().to_string(),
            chain: chain.to_string(),
        };
        Self {
            sub_account,
            login: Login::new(api_key, sub_account),
            key,
            texts,
            flights: Vec::new(),
            signed: SignedOrders::default(),
            nonce: None,
            placements: Placements::default(),
            has_entropy: true,
        }
    }

    /// The account's id, as requests have it.
    pub(super) fn sub_account_text(&self) -> &str {
        &self.texts.sub_account
    }

    /// What stands in every order.
    pub(super) fn sender(&self) -> Sender<'_> {
        let SenderTexts { sub_account, signer, chain } = &self.texts;
        Sender { sub_account, signer, chain }
    }

    /// A private call leaves.
    pub(super) fn leaves(&mut self, flight: Flight) {
        self.flights.push(flight);
    }

    /// A private call came back.
    pub(super) fn take(&mut self, call: CallRef) -> Option<Flight> {
        let at = self.flights.iter().position(|flight| flight.call == call)?;
        Some(self.flights.swap_remove(at))
    }

    /// The call that a message on the socket answers.
    pub(super) fn take_message(&mut self, id: u32) -> Option<Flight> {
        let at = self.flights.iter().position(|flight| flight.message.is_some_and(|(sent, _)| sent == id))?;
        Some(self.flights.swap_remove(at))
    }

    /// Whether calls wait for answers on the socket.
    pub(super) fn waits_on_socket(&self) -> bool {
        self.flights.iter().any(|flight| flight.message.is_some())
    }

    /// Signs the orders of `ask`, or takes those that were signed before for the same placements; they are the last of
    /// [`Account::signed`].
    ///
    /// # Errors
    /// When one cannot be said or signed: then none is kept.
    pub(super) fn sign(
        &mut self,
        listings: &Listings,
        (call, ask): (CallRef, &Ask),
        (now, life): (Timestamp, std::time::Duration),
    ) -> Result<(), CallError> {
        let Self { sub_account, key, signed, nonce, placements, .. } = self;
        for placement in ask.placements() {
            let market = listings.get(placement.order.market);
            let signing = match signed.take_replay(placement) {
                Some(before) if order::is_in_force(&before, now) => Ok(before),
                _ => market.ok_or_else(|| unknown_market(placement.order.market)).and_then(|market| {
                    let first = || first_nonce(&placement.client_id, now);
                    let next = nonce.get_or_insert_with(first);
                    let terms = Terms { now, sub_account: *sub_account, life, nonce: *next };
                    *next = next.wrapping_add(1);
                    order::sign(key, market, placement, terms)
                }),
            };
            match signing {
                Ok(order) => signed.0.push(Row { call: Some(call), order }),
                Err(error) => {
                    signed.forget(call);
                    return Err(error);
                }
            }
        }
        placements.remember(ask.placements());
        Ok(())
    }

    /// The orders that were signed for a call, in their order.
    pub(super) fn signed(&self, call: CallRef) -> impl Iterator<Item = &Signed> {
        self.signed.0.iter().filter(move |row| row.call == Some(call)).map(|row| &row.order)
    }

    /// A call ended for good: its orders are not sent again.
    pub(super) fn forget_signed(&mut self, call: CallRef) {
        self.signed.forget(call);
    }

    /// A call is to be sent again: its orders wait.
    pub(super) fn keep_signed(&mut self, call: CallRef) {
        self.signed.keep(call);
    }
}

pub(super) fn unknown_market(id: mm_model::MarketId) -> CallError {
    not_sent(format!("market {} is not known: ask for the markets first", id.0))
}

/// Where the count of nonces begins: at a place that no other run of ours begins at. It is no secret.
fn first_nonce(id: &ClientId, now: Timestamp) -> u32 {
    let [a, b, c, d, ..] = keccak256(&[&id.0.to_be_bytes(), &now.0.to_be_bytes()]);
    u32::from_be_bytes([a, b, c, d])
}

/// A signed order; `call` is none while it waits to go out again.
#[derive(Debug)]
struct Row {
    call: Option<CallRef>,
    order: Signed,
}

#[derive(Debug, Default)]
struct SignedOrders(Vec<Row>);

impl SignedOrders {
    fn forget(&mut self, call: CallRef) {
        self.0.retain(|row| row.call != Some(call));
    }

    fn keep(&mut self, call: CallRef) {
        self.0.iter_mut().filter(|row| row.call == Some(call)).for_each(|row| row.call = None);
        let n_waiting = self.0.iter().filter(|row| row.call.is_none()).count();
        for _ in REPLAYS_MAX..n_waiting {
            // Whoever wanted it sent again never came.
            if let Some(oldest) = self.0.iter().position(|row| row.call.is_none()) {
                self.0.remove(oldest);
            }
        }
    }

    fn take_replay(&mut self, placement: &Placement) -> Option<Signed> {
        let at = self.0.iter().position(|row| row.call.is_none() && row.order.placement == *placement)?;
        Some(self.0.remove(at).order)
    }
}

/// Our newest placements, in the order of their ids: the stream of states tells ids and states alone.
#[derive(Debug, Default)]
pub(super) struct Placements(std::collections::VecDeque<Placement>);

impl Placements {
    fn remember(&mut self, placements: &[Placement]) {
        for placement in placements {
            if self.0.len() == REMEMBERED_MAX {
                self.0.pop_front();
            }
            // Ids grow, so this is nearly always the end.
            let at = self.0.partition_point(|known| known.client_id < placement.client_id);
            match self.0.get_mut(at).filter(|known| known.client_id == placement.client_id) {
                Some(known) => *known = *placement,
                None => self.0.insert(at, *placement),
            }
        }
    }

    /// The placement with this id.
    pub(super) fn of(&self, id: ClientId) -> Option<&Placement> {
        self.0.binary_search_by_key(&id, |known| known.client_id).ok().and_then(|at| self.0.get(at))
    }
}
