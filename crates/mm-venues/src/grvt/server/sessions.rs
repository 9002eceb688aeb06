//! Logins: cookies, and whom they let in.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use mm_crypto::ecdsa::{Address, keccak256};
use mm_model::{Timestamp, fixed_map::fingerprint};

use super::accounts::Member;
use crate::{
    grvt::wire::login::{ACCOUNT_HEADER, token_of},
    http::Request,
    query,
};

/// Where the account id stands in the URL of a socket, for clients that cannot set header fields.
const ACCOUNT_PARAMETER: &str = "x_grvt_account_id";
/// The most logins that live at a time; beyond them the oldest ends. Chosen.
const KEPT: usize = 4096;
/// The most nonces of wallets that are remembered; beyond them the oldest is forgotten (its signature has mostly ended
/// long before). Chosen.
const NONCES_KEPT: usize = 4096;

/// Who is logged in, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) main_account: Address,
    /// The one trading account that it opens; `None`: all of the main account.
    pub(super) sub_account: Option<u64>,
    pub(super) until: Timestamp,
    /// The fingerprint of its cookie.
    key: u128,
}

impl Session {
    /// Whether a trading account is open to it.
    pub(super) fn opens(&self, member: &Member) -> bool {
        let meant = self.sub_account.is_none_or(|number| number == member.sub_account);
        meant && self.main_account == member.main_account
    }
}

/// All logins.
#[derive(Debug)]
pub(super) struct Sessions {
    seed: u64,
    given: u64,
    /// By fingerprints of the cookies.
    live: BTreeMap<u128, Session>,
    /// Cookies in the order in which they were given.
    order: VecDeque<u128>,
    /// Pairs of address and nonce that have logged in, each once.
    used: BTreeSet<(Address, u32)>,
    used_order: VecDeque<(Address, u32)>,
}

impl Sessions {
    pub(super) const fn new(seed: u64) -> Self {
        Self {
            seed,
            given: 0,
            live: BTreeMap::new(),
            order: VecDeque::new(),
            used: BTreeSet::new(),
            used_order: VecDeque::new(),
        }
    }

    /// Opens a session; returns its cookie. What makes it hard to guess is made of the seed: enough for a simulator.
    pub(super) fn open(&mut self, now: Timestamp, whose: (Address, Option<u64>), until: Timestamp) -> String {
        self.given += 1;
        let (main_account, sub_account) = whose;
        let parts = [self.seed, self.given, now.0].map(u64::to_be_bytes);
        let token = hex(&keccak256(&[b"gravity", parts.as_flattened(), main_account.as_bytes()]));
        self.live.retain(|_, session| now < session.until);
        self.order.retain(|key| self.live.contains_key(key));
        if self.order.len() == KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.live.remove(&oldest);
        }
        let key = fingerprint(&[&token]);
        self.live.insert(key, Session { main_account, sub_account, until, key });
        self.order.push_back(key);
        token
    }

    /// What stands in the header beside the cookie: it says whose, and opens nothing.
    pub(super) fn account_id(&self, main_account: Address) -> String {
        let hash = keccak256(&[b"account", &self.seed.to_be_bytes(), main_account.as_bytes()]);
        format!("ACC:{}", hex(&hash[..8]))
    }

    /// Who made a request, or opened a socket: by its cookie and its account id (a header, or in the URL).
    pub(super) fn of(&self, now: Timestamp, request: &Request) -> Option<Session> {
        let token = token_of(request.headers.get("Cookie")?)?;
        let session = self.live.get(&fingerprint(&[token])).filter(|session| now < session.until)?;
        let own = self.account_id(session.main_account);
        let in_header = request.headers.get(ACCOUNT_HEADER);
        let in_url = || {
            let pairs = query::pairs(&request.query).ok()?;
            pairs.into_iter().find(|(name, _)| name == ACCOUNT_PARAMETER).map(|(_, value)| value.into_owned())
        };
        let named = in_header.map(str::to_owned).or_else(in_url)?;
        (named == own).then_some(*session)
    }

    /// Whether a session that was given once still is.
    pub(super) fn is_alive(&self, now: Timestamp, session: &Session) -> bool {
        now < session.until && self.live.contains_key(&session.key)
    }

    /// Uses a wallet's nonce up; `false` when it was used before.
    pub(super) fn spend(&mut self, address: Address, nonce: u32) -> bool {
        if !self.used.insert((address, nonce)) {
            return false;
        }
        if self.used_order.len() == NONCES_KEPT
            && let Some(oldest) = self.used_order.pop_front()
        {
            self.used.remove(&oldest);
        }
        self.used_order.push_back((address, nonce));
        true
    }

    /// Ends every session of a main account, or of everybody.
    pub(super) fn end(&mut self, whose: Option<Address>) {
        self.live.retain(|_, session| whose.is_some_and(|address| address != session.main_account));
    }
}

/// Lower-case hex digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
