//! The secret number k of a signature, and where it comes from. Whoever learns one k, or sees two signatures made
//! with the same k, has the key; so a nonce is consumed by value and cannot be cloned.

use zeroize::{Zeroize as _, Zeroizing};

use crate::entropy::{self, EntropyError};
use crate::schnorr::{felt::Digest, key::SecretKey, poseidon2::State, scalar::Scalar, table};

/// k, and the encoding of k times the generator.
pub(crate) struct Nonce {
    pub(crate) k: Zeroizing<Scalar>,
    pub(crate) point: [u64; 5],
}

impl Nonce {
    pub(crate) fn new(k: Zeroizing<Scalar>) -> Self {
        let point = table::of_g().mul(&k).encode();
        Self { k, point }
    }
}

/// First elements of what a nonce's second half is derived from: "live" and "simulate" in ASCII.
const DOMAIN_LIVE: u64 = 0x6C69_7665;
const DOMAIN_SIMULATED: u64 = 0x7369_6D75_6C61_7465;

/// Where the nonces of one key come from.
pub(crate) enum Source {
    /// The operating system's generator, hedged with key and message where the message is known.
    System { keyed: Zeroizing<State> },
    /// A stream that follows from a simulated key alone.
    Simulated { keyed: Zeroizing<State>, drawn: u64 },
}

impl Source {
    pub(crate) fn system(key: &SecretKey) -> Self {
        Self::System { keyed: keyed(key, DOMAIN_LIVE) }
    }

    pub(crate) fn simulated(key: &SecretKey) -> Self {
        Self::Simulated { keyed: keyed(key, DOMAIN_SIMULATED), drawn: 0 }
    }

    /// Draws a nonce, for a message if it is known already.
    ///
    /// Live, k is uniform: 64 bytes of the operating system mod n. With a message, the hash of key and message is
    /// added, which changes nothing while the system is sound and keeps two messages from sharing a k when it is
    /// not. A nonce prepared ahead rests on the operating system alone.
    pub(crate) fn draw(&mut self, message: Option<&Digest>) -> Result<Nonce, EntropyError> {
        let k = match self {
            Self::System { keyed } => {
                let mut k = Zeroizing::new(system_scalar()?);
                if let Some(message) = message {
                    let hedge = Zeroizing::new(derive(keyed, message.limbs().into_iter()));
                    *k = k.add(*hedge);
                }
                k
            }
            Self::Simulated { keyed, drawn } => {
                *drawn += 1;
                let message = message.map_or([0; 5], Digest::limbs);
                Zeroizing::new(derive(
                    keyed,
                    [*drawn].into_iter().chain(message).collect::<Vec<_>>().into_iter(),
                ))
            }
        };
        Ok(Nonce::new(k))
    }
}

fn system_scalar() -> Result<Scalar, EntropyError> {
    let bytes = entropy::draw()?;
    let mut limbs = Zeroizing::new(std::array::from_fn(|n| {
        u64::from_le_bytes(std::array::from_fn(|k| bytes[8 * n + k]))
    }));
    let scalar = Scalar::reduce_wide(&limbs);
    limbs.zeroize();
    Ok(scalar)
}

/// The sponge after it took the key: what follows is a keyed hash.
fn keyed(key: &SecretKey, domain: u64) -> Zeroizing<State> {
    let [k0, k1, k2, k3, k4] = *key.scalar().limbs();
    let mut state = Zeroizing::new(State::default());
    state.absorb([domain, k0, k1, k2, k3, k4].into_iter());
    state
}

fn derive(keyed: &Zeroizing<State>, input: impl ExactSizeIterator<Item = u64>) -> Scalar {
    let mut state = keyed.clone();
    state.absorb(input);
    Scalar::reduce_wide(&Zeroizing::new(state.output()))
}
