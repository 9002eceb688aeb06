//! The words of a transaction, each with its number on the wire. An unknown number is a decode error that names it.
//!
//! Source of the numbers: lighter-go `types/txtypes/constants.go` at 17f2d60 (2026-08).

use serde::{Deserialize, Deserializer, de::Error as _};

/// Declares an enum whose variants are numbers of the wire.
macro_rules! word {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum $name { $($(#[$doc])* $variant = $code,)+ }

        impl $name {
            /// The number on the wire.
            #[must_use]
            pub const fn code(self) -> u8 {
                self as u8
            }

            /// The word of a number; `None` for one that we do not know.
            #[must_use]
            pub const fn from_code(code: u8) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let code = u8::deserialize(from)?;
                Self::from_code(code)
                    .ok_or_else(|| D::Error::custom(format_args!("{} {code} is not known", stringify!($name))))
            }
        }
    };
}

word! {
    /// What a transaction does. The venue knows more (its own and those of L1, pools, staking); these are the ones a
    /// trading account sends.
    TxType {
        /// Registers another public key for the API key.
        ChangePubKey = 8,
        /// Opens a sub-account.
        CreateSubAccount = 9,
        /// Moves an asset to another account.
        Transfer = 12,
        /// Moves an asset to L1.
        Withdraw = 13,
        /// Places an order.
        CreateOrder = 14,
        /// Cancels one order.
        CancelOrder = 15,
        /// Cancels all orders: now, or at a time (a dead-man's switch).
        CancelAllOrders = 16,
        /// Changes an order in place.
        ModifyOrder = 17,
        /// Sets the initial margin of a market.
        UpdateLeverage = 20,
        /// Places orders that belong together.
        CreateGroupedOrders = 28,
        /// Moves margin into or out of an isolated position.
        UpdateMargin = 29,
        /// Sets the account's trading mode.
        UpdateAccountConfig = 41,
        /// Says whether an asset counts as margin.
        UpdateAccountAssetConfig = 42,
        /// Lets an integrator take fees.
        ApproveIntegrator = 45,
    }
}

word! {
    /// What kind of order.
    OrderType {
        /// At its price or better.
        Limit = 0,
        /// At once; its price is the worst acceptable average.
        Market = 1,
        /// A market order once the trigger is met against us.
        StopLoss = 2,
        /// A limit order once the trigger is met against us.
        StopLossLimit = 3,
        /// A market order once the trigger is met in our favour.
        TakeProfit = 4,
        /// A limit order once the trigger is met in our favour.
        TakeProfitLimit = 5,
        /// Worked over time by the venue.
        Twap = 6,
    }
}

word! {
    /// How long an order may rest.
    TimeInForce {
        /// What does not match at once is cancelled.
        ImmediateOrCancel = 0,
        /// Until its expiry.
        GoodTillTime = 1,
        /// Cancelled rather than matched on arrival.
        PostOnly = 2,
    }
}

word! {
    /// When all orders are cancelled.
    CancelAll {
        /// Now.
        Immediate = 0,
        /// At the given time.
        Scheduled = 1,
        /// The schedule is taken back.
        AbortScheduled = 2,
    }
}

word! {
    /// How the orders of a group hang together.
    Grouping {
        /// The first, once filled, sets off the second.
        OneTriggersTheOther = 1,
        /// Either one cancels the other.
        OneCancelsTheOther = 2,
        /// The first, once filled, sets off the other two, of which either cancels the other.
        OneTriggersAOneCancelsTheOther = 3,
    }
}

word! {
    /// Whose margin a position stands on.
    MarginMode {
        /// The account's.
        Cross = 0,
        /// Its own.
        Isolated = 1,
    }
}

word! {
    /// Which way margin moves.
    MarginDirection {
        /// Out of the isolated position.
        Remove = 0,
        /// Into it.
        Add = 1,
    }
}

word! {
    /// Which side of an account an asset stands on.
    Route {
        /// Collateral of perpetuals.
        Perps = 0,
        /// Spot balance.
        Spot = 1,
    }
}

word! {
    /// Whether an asset counts as margin.
    AssetMargin {
        /// It does not.
        Disabled = 0,
        /// It does.
        Enabled = 1,
    }
}

word! {
    /// What happens when an order would match another one of the same hand.
    #[derive(Default)]
    SelfTradeBehavior {
        /// The resting order goes.
        #[default]
        ExpireMaker = 0,
        /// The arriving order goes.
        ExpireTaker = 1,
        /// Both go.
        CancelBoth = 2,
        /// Both are reduced by the smaller.
        Reduce = 3,
    }
}

word! {
    /// Which orders are of the same hand.
    #[derive(Default)]
    SelfTradeScope {
        /// Those of the same account.
        #[default]
        SameAccount = 0,
        /// Those of the same master account.
        SameMaster = 1,
    }
}
