//! How much may be asked: so much a second for each main account, and for all that nobody is logged in for (on loopback
//! there is only one address to count by). What a call weighs stands in its route; the figures are in `spec`.

use std::collections::BTreeMap;

use mm_crypto::ecdsa::Address;
use mm_model::Timestamp;

use super::errors::Refused;
use crate::{
    client::Allowance,
    grvt::{
        spec::{ALLOWANCE, LOGINS},
        wire::error::codes,
    },
    server::bucket::Bucket,
};

/// The allowances of everybody.
#[derive(Debug)]
pub(super) struct Allowances {
    /// Off: nothing is counted.
    on: bool,
    payers: BTreeMap<Address, Bucket>,
    anybody: Bucket,
    logins: BTreeMap<Address, Bucket>,
}

impl Allowances {
    pub(super) const fn new(on: bool) -> Self {
        Self { on, payers: BTreeMap::new(), anybody: Bucket::UNTOUCHED, logins: BTreeMap::new() }
    }

    /// Counts a call of whoever is logged in, or of anybody.
    ///
    /// # Errors
    /// 1006, when there is not so much left; nothing is taken then.
    pub(super) fn take(
        &mut self,
        now: Timestamp,
        payer: Option<Address>,
        weight: u32,
    ) -> Result<(), Refused> {
        let bucket = match payer {
            Some(address) => self.payers.entry(address).or_default(),
            None => &mut self.anybody,
        };
        take(self.on, now, bucket, (ALLOWANCE, weight))
    }

    /// Counts a login of a main account.
    ///
    /// # Errors
    /// 1006.
    pub(super) fn login(&mut self, now: Timestamp, whose: Address) -> Result<(), Refused> {
        take(self.on, now, self.logins.entry(whose).or_default(), (LOGINS, 1))
    }
}

fn take(on: bool, now: Timestamp, bucket: &mut Bucket, what: (Allowance, u32)) -> Result<(), Refused> {
    let (allowance, weight) = what;
    if !on || weight == 0 {
        return Ok(());
    }
    bucket.take_of(now, allowance, weight).map_err(|_| codes::RATE_LIMIT.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grvt::spec::ORDER_WEIGHT;

    #[test]
    fn a_hundred_units_a_second_for_each_payer() {
        let mut allowances = Allowances::new(true);
        let at = |ms: u64| Timestamp::from_ms(1_000_000 + ms);
        let passed = |allowances: &mut Allowances, ms, payer| {
            (0..100).filter(|_| allowances.take(at(ms), payer, ORDER_WEIGHT).is_ok()).count()
        };
        let somebody = Some(Address::from_bytes([1; 20]));
        assert_eq!(passed(&mut allowances, 0, somebody), 20);
        assert_eq!(passed(&mut allowances, 0, None), 20, "others are not held back");
        assert_eq!(passed(&mut allowances, 500, somebody), 10);
        assert_eq!(passed(&mut Allowances::new(false), 0, None), 100);
    }
}
