//! An order as it is signed: integers only. Client ids, brokers and triggers are not signed, so the venue cannot tell
//! whether somebody changed them on the way.

use std::sync::LazyLock;

use mm_crypto::ecdsa::{Address, Digest, keccak256};

use super::typed_data::{TypedData, Validity, Word, address, flag, struct_hash, type_hash, uint};

macro_rules! leg {
    () => {
        "OrderLeg(uint256 assetID,uint64 contractSize,uint64 limitPrice,bool isBuyingContract)"
    };
}

pub(super) const LEG: &str = leg!();
/// A struct's definition is followed by those of the structs in it.
pub(super) const ORDER: &str = concat!(
    "Order(uint64 subAccountID,bool isMarket,uint8 timeInForce,bool postOnly,bool reduceOnly,OrderLeg[] legs,",
    "uint32 nonce,int64 expiration)",
    leg!()
);
pub(super) const ORDER_WITH_BUILDER_FEE: &str = concat!(
    "OrderWithBuilderFee(uint64 subAccountID,bool isMarket,uint8 timeInForce,bool postOnly,bool reduceOnly,",
    "OrderLeg[] legs,address builder,uint32 builderFee,uint32 nonce,int64 expiration)",
    leg!()
);

/// The hashes of the types that are on the order path.
static LEG_HASH: LazyLock<Digest> = LazyLock::new(|| type_hash(LEG));
static ORDER_HASH: LazyLock<Digest> = LazyLock::new(|| type_hash(ORDER));
static ORDER_WITH_BUILDER_FEE_HASH: LazyLock<Digest> = LazyLock::new(|| type_hash(ORDER_WITH_BUILDER_FEE));

/// How long an order rests; the codes are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeInForce {
    /// Until the signature expires.
    GoodTillTime = 1,
    /// All at once, later if need be; for block trades.
    AllOrNone = 2,
    /// What does not match at once is cancelled.
    ImmediateOrCancel = 3,
    /// All at once or nothing.
    FillOrKill = 4,
    /// Rests for those who trade by the venue's own pages. The official client cannot sign it; others do.
    RetailPriceImprovement = 5,
}

impl TimeInForce {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::GoodTillTime,
        Self::AllOrNone,
        Self::ImmediateOrCancel,
        Self::FillOrKill,
        Self::RetailPriceImprovement,
    ];

    /// The venue's word for it, which is not shortened in the lite encoding either.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::GoodTillTime => "GOOD_TILL_TIME",
            Self::AllOrNone => "ALL_OR_NONE",
            Self::ImmediateOrCancel => "IMMEDIATE_OR_CANCEL",
            Self::FillOrKill => "FILL_OR_KILL",
            Self::RetailPriceImprovement => "RETAIL_PRICE_IMPROVEMENT",
        }
    }

    /// The one with that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }
}

impl From<mm_model::TimeInForce> for TimeInForce {
    fn from(time_in_force: mm_model::TimeInForce) -> Self {
        match time_in_force {
            mm_model::TimeInForce::Gtc => Self::GoodTillTime,
            mm_model::TimeInForce::Ioc => Self::ImmediateOrCancel,
            mm_model::TimeInForce::Fok => Self::FillOrKill,
        }
    }
}

/// The number by which signatures name an instrument: `instrument_hash` of the instruments call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asset(Word);

/// A text is no instrument hash.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no instrument hash: 0x and 1 to 64 hex digits")]
pub struct AssetError(String);

impl Asset {
    /// Reads 0x and 1 to 64 hex digits.
    ///
    /// # Errors
    /// [`AssetError`].
    pub fn parse(text: &str) -> Result<Self, AssetError> {
        let wrong = || AssetError(text.chars().take(70).collect());
        let digits = text.strip_prefix("0x").ok_or_else(wrong)?;
        if !(1..=64).contains(&digits.len()) {
            return Err(wrong());
        }
        let mut word = [0; 32];
        for (at, digit) in digits.chars().rev().enumerate() {
            let value = digit.to_digit(16).and_then(|value| u8::try_from(value).ok()).ok_or_else(wrong)?;
            word[31 - at / 2] |= value << (4 * (at % 2));
        }
        Ok(Self(word))
    }

    pub(super) const fn word(self) -> Word {
        self.0
    }
}

/// What is bought or sold, in signed units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// The instrument.
    pub asset: Asset,
    /// The size × 10^`base_decimals` of the instrument.
    pub contract_size: u64,
    /// The price × 10^9; 0 for a market order.
    pub limit_price: u64,
    /// Bid or ask.
    pub is_buying: bool,
}

/// Who brought the order and earns from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Builder {
    /// Its address; not zero.
    pub address: Address,
    /// Its share × 10^4.
    pub fee: u32,
}

/// All that is signed of an order. Its type is `OrderWithBuilderFee` if there is a builder, else `Order`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderTerms<'a> {
    /// The trading account.
    pub sub_account: u64,
    /// At any price.
    pub is_market: bool,
    /// How long it rests.
    pub time_in_force: TimeInForce,
    /// Never takes.
    pub post_only: bool,
    /// Never grows a position.
    pub reduce_only: bool,
    /// What is traded; one leg on the book.
    pub legs: &'a [Leg],
    /// Who brought it.
    pub builder: Option<Builder>,
    /// Nonce and end.
    pub validity: Validity,
}

impl TypedData for Leg {
    fn struct_hash(&self) -> Digest {
        let words =
            [self.asset.word(), uint(self.contract_size), uint(self.limit_price), flag(self.is_buying)];
        struct_hash(&LEG_HASH, &words)
    }
}

impl TypedData for OrderTerms<'_> {
    fn struct_hash(&self) -> Digest {
        let legs = match self.legs {
            [leg] => keccak256(&[&leg.struct_hash()]),
            legs => keccak256(&[legs.iter().map(Leg::struct_hash).collect::<Vec<_>>().as_flattened()]),
        };
        let [nonce, expiration] = self.validity.words();
        let [sub_account, is_market, time_in_force, post_only, reduce_only] = [
            uint(self.sub_account),
            flag(self.is_market),
            uint(self.time_in_force as u8),
            flag(self.post_only),
            flag(self.reduce_only),
        ];
        match self.builder {
            None => struct_hash(
                &ORDER_HASH,
                &[sub_account, is_market, time_in_force, post_only, reduce_only, legs, nonce, expiration],
            ),
            Some(Builder { address: builder, fee }) => struct_hash(
                &ORDER_WITH_BUILDER_FEE_HASH,
                &[
                    sub_account,
                    is_market,
                    time_in_force,
                    post_only,
                    reduce_only,
                    legs,
                    address(&builder),
                    uint(fee),
                    nonce,
                    expiration,
                ],
            ),
        }
    }
}
