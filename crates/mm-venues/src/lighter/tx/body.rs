//! What each transaction says, field by field in the order of the venue's own structs (lighter-go
//! `types/txtypes/*.go` at 17f2d60, 2026-08; checked against `fixtures/lighter/vectors.json`).

use arrayvec::ArrayVec;
use mm_crypto::PublicKey;
use serde::de::MapAccess;

use super::{
    AssetMargin, CancelAll, Grouping, MarginDirection, MarginMode, OrderType, Route, TimeInForce, TxType,
    fields::{Elements, Fields, Key, ReadFields, Rest, Value as _, fields, present, put, write_field},
    values::{Amount, Memo},
};

/// The largest group of orders: constants.go, `MaxGroupedOrderCount`.
pub const GROUP_MAX: usize = 3;

fields! {
    /// Registers another public key.
    ChangePubKey {
        /// The new key.
        public_key: PublicKey = "PubKey",
    }
}

/// Opens a sub-account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreateSubAccount;

fields! {
    /// Moves an asset to another account.
    Transfer {
        /// The receiver.
        to_account: i64 = "ToAccountIndex",
        /// The asset's id.
        asset: u16 = "AssetIndex",
        /// Where it is taken from.
        from_route: Route = "FromRouteType",
        /// Where it goes to.
        to_route: Route = "ToRouteType",
        /// How much.
        amount: Amount = "Amount",
        /// What the venue takes for it, in millionths of a USDC.
        fee: Amount = "USDCFee",
        /// A note to the receiver.
        memo: Memo = "Memo",
    }
}

fields! {
    /// [`Transfer`] as clients wrote it while USDC was the only asset (lighter-go at adcbe1a, SDK 0.1.x).
    UsdcTransfer {
        /// The receiver.
        to_account: i64 = "ToAccountIndex",
        /// How much, in millionths of a USDC.
        amount: Amount = "USDCAmount",
        /// What the venue takes for it, in millionths of a USDC.
        fee: Amount = "Fee",
        /// A note to the receiver.
        memo: Memo = "Memo",
    }
}

fields! {
    /// Moves an asset to L1.
    Withdraw {
        /// The asset's id.
        asset: u16 = "AssetIndex",
        /// Where it is taken from.
        route: Route = "RouteType",
        /// How much.
        amount: Amount = "Amount",
    }
}

fields! {
    /// [`Withdraw`] as clients wrote it while USDC was the only asset (lighter-go at adcbe1a, SDK 0.1.x).
    UsdcWithdraw {
        /// How much, in millionths of a USDC.
        amount: Amount = "USDCAmount",
    }
}

fields! {
    /// An order: all of a create order, one of a group.
    #[derive(Copy)]
    Order {
        /// The market's index.
        market: i64 = "MarketIndex",
        /// Our id, 0 for none.
        client_order_index: i64 = "ClientOrderIndex",
        /// Size, in units of the market's size decimals.
        base_amount: i64 = "BaseAmount",
        /// Price, in units of the market's price decimals; of a market order, the worst acceptable average.
        price: u32 = "Price",
        /// Whether it sells.
        is_ask: bool = "IsAsk",
        /// What kind of order.
        order_type: OrderType = "Type",
        /// How long it may rest.
        time_in_force: TimeInForce = "TimeInForce",
        /// Whether it may only bring a position nearer to flat.
        reduce_only: bool = "ReduceOnly",
        /// Where it is triggered, in units of the price; 0 for no trigger.
        trigger_price: u32 = "TriggerPrice",
        /// When it expires, Unix milliseconds; 0 for an order that does not rest.
        order_expiry: i64 = "OrderExpiry",
    }
}

fields! {
    /// Cancels one order.
    #[derive(Copy)]
    CancelOrder {
        /// The market's index.
        market: i64 = "MarketIndex",
        /// The venue's id of the order, or ours: their ranges do not meet.
        index: i64 = "Index",
    }
}

fields! {
    /// Cancels all orders of the account; of one market with that attribute.
    #[derive(Copy)]
    CancelAllOrders {
        /// When.
        when: CancelAll = "TimeInForce",
        /// Unix milliseconds of a schedule, else 0.
        time: i64 = "Time",
    }
}

fields! {
    /// Changes an order in place; side, kind and time in force stay.
    #[derive(Copy)]
    ModifyOrder {
        /// The market's index.
        market: i64 = "MarketIndex",
        /// The venue's id of the order, or ours.
        index: i64 = "Index",
        /// The new size.
        base_amount: i64 = "BaseAmount",
        /// The new price.
        price: u32 = "Price",
        /// The new trigger; 0 for none.
        trigger_price: u32 = "TriggerPrice",
    }
}

fields! {
    /// Sets the initial margin of a market.
    #[derive(Copy)]
    UpdateLeverage {
        /// The market's index.
        market: i64 = "MarketIndex",
        /// In ten-thousandths: 500 is 5 %, twentyfold.
        initial_margin_fraction: u16 = "InitialMarginFraction",
        /// Whose margin.
        margin_mode: MarginMode = "MarginMode",
    }
}

fields! {
    /// Places orders that belong together.
    CreateGroupedOrders {
        /// How they hang together.
        grouping: Grouping = "GroupingType",
        /// The orders: the parent first, where there is one.
        orders: ArrayVec<Order, GROUP_MAX> = "Orders",
    }
}

fields! {
    /// Moves margin into or out of an isolated position.
    #[derive(Copy)]
    UpdateMargin {
        /// The market's index.
        market: i64 = "MarketIndex",
        /// How much, in millionths of a USDC.
        amount: Amount = "USDCAmount",
        /// Which way.
        direction: MarginDirection = "Direction",
    }
}

fields! {
    /// Sets the account's trading mode.
    #[derive(Copy)]
    UpdateAccountConfig {
        /// 0 or 1; no source names them.
        trading_mode: u8 = "AccountTradingMode",
    }
}

fields! {
    /// Says whether an asset counts as margin.
    #[derive(Copy)]
    UpdateAccountAssetConfig {
        /// The asset's id.
        asset: u16 = "AssetIndex",
        /// Whether it does.
        margin: AssetMargin = "AssetMarginMode",
    }
}

fields! {
    /// Lets an integrator take fees, in millionths of the notional.
    #[derive(Copy)]
    ApproveIntegrator {
        /// The integrator's account.
        integrator: i64 = "IntegratorAccountIndex",
        /// At most, as taker of perpetuals.
        perps_taker_fee: u32 = "MaxPerpsTakerFee",
        /// At most, as maker of perpetuals.
        perps_maker_fee: u32 = "MaxPerpsMakerFee",
        /// At most, as taker on spot.
        spot_taker_fee: u32 = "MaxSpotTakerFee",
        /// At most, as maker on spot.
        spot_maker_fee: u32 = "MaxSpotMakerFee",
        /// Until when, Unix milliseconds; 0 takes the approval back.
        expiry: i64 = "ApprovalExpiry",
    }
}

impl Fields for CreateSubAccount {
    fn write(&self, _out: &mut String) {}

    fn absorb(&self, _into: &mut Elements) {}
}

impl ReadFields for CreateSubAccount {
    fn read<'de, A: MapAccess<'de>>(map: &mut A, rest: &mut impl Rest) -> Result<Self, A::Error> {
        while let Some(Key(key)) = map.next_key::<Key<'de>>()? {
            rest.take(&key, map)?;
        }
        Ok(Self)
    }
}

/// Declares what a transaction can say.
macro_rules! bodies {
    ($($name:ident($kind:ident),)+) => {
        /// What a transaction says.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each is told at the type that it holds")]
        pub enum Body { $($name($name),)+ }

        impl Body {
            /// What it does.
            #[must_use]
            pub const fn tx_type(&self) -> TxType {
                match self { $(Self::$name(_) => TxType::$kind,)+ }
            }

            pub(super) fn fields(&self) -> &dyn Fields {
                match self { $(Self::$name(body) => body,)+ }
            }
        }

        $(impl From<$name> for Body {
            fn from(body: $name) -> Self {
                Self::$name(body)
            }
        })+
    };
}

bodies! {
    ChangePubKey(ChangePubKey),
    CreateSubAccount(CreateSubAccount),
    Transfer(Transfer),
    UsdcTransfer(Transfer),
    Withdraw(Withdraw),
    UsdcWithdraw(Withdraw),
    Order(CreateOrder),
    CancelOrder(CancelOrder),
    CancelAllOrders(CancelAllOrders),
    ModifyOrder(ModifyOrder),
    UpdateLeverage(UpdateLeverage),
    CreateGroupedOrders(CreateGroupedOrders),
    UpdateMargin(UpdateMargin),
    UpdateAccountConfig(UpdateAccountConfig),
    UpdateAccountAssetConfig(UpdateAccountAssetConfig),
    ApproveIntegrator(ApproveIntegrator),
}
