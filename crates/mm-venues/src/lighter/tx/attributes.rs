//! Attributes: what may be added to any transaction. Only those that are set are sent and hashed.
//!
//! Source: lighter-go `types/txtypes/tx_attributes.go` at 17f2d60 (2026-08); attribute 8 from the signer of SDK
//! 1.1.8 (`modify_order_version` in `fixtures/lighter/vectors.json`).

use std::fmt::{self, Write as _};

use arrayvec::ArrayVec;
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};

use super::{ACCOUNT_MAX, OutOfBounds, SelfTradeBehavior, SelfTradeScope, bounds::within, fields::Key};

/// How many a transaction may have: constants.go, `NbAttributesPerTx`.
pub const ATTRIBUTES_MAX: usize = 4;

/// The highest fee, in millionths: constants.go, `FeeTick`.
pub const FEE_MAX: u32 = 1_000_000;

/// What the market of a cancel-all says for "all": constants.go, `NilMarketIndex`.
const ALL_MARKETS: u8 = 255;

/// The attributes of a transaction; the default is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    /// 1 to 3: who takes a fee of an order.
    pub integrator: Option<Integrator>,
    /// 4: the nonce need only be above the last one used.
    pub skip_nonce: bool,
    /// 5: the one market (a perpetual) of a cancel-all.
    pub cancel_all_market: Option<u8>,
    /// 6: what happens when an order would match another one of the same hand.
    pub self_trade: SelfTradeBehavior,
    /// 7: which orders are of the same hand.
    pub self_trade_scope: SelfTradeScope,
    /// 8: the version of the order that a modify is meant for, 0 for none.
    pub order_version: u64,
}

/// Who takes a fee of an order, in millionths of its notional.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Integrator {
    /// Its account.
    pub account: i64,
    /// What it takes when the order takes.
    pub taker_fee: u32,
    /// What it takes when the order makes.
    pub maker_fee: u32,
}

/// Number and value of each attribute that is set, in ascending order.
type Pairs = ArrayVec<(u8, u64), 8>;

impl Attributes {
    /// Only the one that frees the nonce from rising by one.
    #[must_use]
    pub fn skip_nonce() -> Self {
        Self { skip_nonce: true, ..Self::default() }
    }

    /// Those that are set.
    pub(super) fn pairs(&self) -> Pairs {
        let Integrator { account, taker_fee, maker_fee } =
            self.integrator.unwrap_or(Integrator { account: 0, taker_fee: 0, maker_fee: 0 });
        let mut pairs = Pairs::new();
        let mut add = |number, value: u64, nil: u64| {
            if value != nil {
                pairs.push((number, value));
            }
        };
        add(1, account as u64, 0);
        add(2, taker_fee.into(), 0);
        add(3, maker_fee.into(), 0);
        add(4, self.skip_nonce.into(), 0);
        add(5, self.cancel_all_market.unwrap_or(ALL_MARKETS).into(), ALL_MARKETS.into());
        add(6, self.self_trade.code().into(), 0);
        add(7, self.self_trade_scope.code().into(), 0);
        add(8, self.order_version, 0);
        pairs
    }

    /// Appends `null`, or an object with the numbers as its keys.
    pub(super) fn write(&self, out: &mut String) {
        let pairs = self.pairs();
        if pairs.is_empty() {
            out.push_str("null");
            return;
        }
        for (n, (number, value)) in pairs.iter().enumerate() {
            out.push(if n == 0 { '{' } else { ',' });
            write!(out, "\"{number}\":{value}").expect("writing to a string cannot fail");
        }
        out.push('}');
    }

    /// Whether the venue's own signer would take them.
    ///
    /// # Errors
    /// [`OutOfBounds`] names the attribute.
    pub(super) fn check(&self) -> Result<(), OutOfBounds> {
        let has_fees = self.integrator.is_some_and(|it| it.taker_fee != 0 || it.maker_fee != 0);
        if let Some(it) = self.integrator {
            within("attribute 1 (integrator account)", it.account, 1..=ACCOUNT_MAX)?;
            within("attribute 2 (integrator taker fee)", it.taker_fee, 0..=FEE_MAX.into())?;
            within("attribute 3 (integrator maker fee)", it.maker_fee, 0..=FEE_MAX.into())?;
        }
        let refuse = |field, value, rule| Err(OutOfBounds::rule(field, value, rule));
        let (mode, scope) = (self.self_trade, self.self_trade_scope);
        if has_fees && (mode, scope) != Default::default() {
            return refuse("attribute 6 (self-trade mode)", mode.code().into(), "not beside integrator fees");
        }
        if mode == SelfTradeBehavior::Reduce && scope == SelfTradeScope::SameMaster {
            return refuse(
                "attribute 7 (self-trade equality)",
                1,
                "reducing is for orders of one account only",
            );
        }
        if self.cancel_all_market == Some(ALL_MARKETS) {
            return refuse("attribute 5 (market of a cancel-all)", 255, "that is all markets: leave it out");
        }
        let n_set = self.pairs().len();
        if n_set > ATTRIBUTES_MAX {
            return refuse("L2TxAttributes", n_set as i64, "at most 4 attributes");
        }
        Ok(())
    }

    /// From the values of the wire, by number.
    fn from_wire(values: [Option<i64>; 9]) -> Result<Self, String> {
        let value = |number: usize| values[number].unwrap_or(0);
        let bad = |number: usize| format!("attribute {number} cannot be {}", value(number));
        let fee = |number| u32::try_from(value(number)).map_err(|_| bad(number));
        let word = |number| u8::try_from(value(number)).map_err(|_| bad(number));
        let (account, taker_fee, maker_fee) = (value(1), fee(2)?, fee(3)?);
        if account == 0 && (taker_fee, maker_fee) != (0, 0) {
            return Err(
                "attributes 2 and 3 (integrator fees) need attribute 1 (integrator account)".to_owned()
            );
        }
        let attributes = Self {
            integrator: (account != 0).then_some(Integrator { account, taker_fee, maker_fee }),
            // The venue's signer refuses a 0 that is written out.
            skip_nonce: match values[4] {
                None => false,
                Some(1) => true,
                Some(_) => return Err(bad(4)),
            },
            cancel_all_market: match values[5] {
                None => None,
                Some(market) => {
                    Some(u8::try_from(market).map_err(|_| bad(5))?).filter(|market| *market != ALL_MARKETS)
                }
            },
            self_trade: SelfTradeBehavior::from_code(word(6)?).ok_or_else(|| bad(6))?,
            self_trade_scope: SelfTradeScope::from_code(word(7)?).ok_or_else(|| bad(7))?,
            order_version: u64::try_from(value(8)).map_err(|_| bad(8))?,
        };
        attributes.check().map_err(|error| error.to_string())?;
        Ok(attributes)
    }
}

/// An object of numbers by number, at most four of them, none twice.
impl<'de> Deserialize<'de> for Attributes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Attributes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of attributes")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Attributes, A::Error> {
                let mut values = [None; 9];
                let mut n_values = 0;
                while let Some(Key(key)) = map.next_key::<Key<'de>>()? {
                    let number = match key.as_bytes() {
                        [digit @ b'1'..=b'8'] => usize::from(digit - b'0'),
                        _ => return Err(A::Error::custom(format_args!("attribute {key} is not known"))),
                    };
                    n_values += 1;
                    if values[number].replace(map.next_value::<i64>()?).is_some() || n_values > ATTRIBUTES_MAX
                    {
                        return Err(A::Error::custom("attributes are at most 4, none of them twice"));
                    }
                }
                Attributes::from_wire(values).map_err(A::Error::custom)
            }
        }
        from.deserialize_map(Object)
    }
}
