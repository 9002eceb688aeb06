//! The words of the venue's open sets. A word that is on no page is kept as `Unknown` for the codec to decide about:
//! it is never read as one of the others.

use crate::words::words;

words! {
    /// Where an order stands (lighter-sdk 1.1.8, model `Order`; numbers in [`super::event`] from the venue's page of
    /// data structures). A partly filled order is still `Open`.
    OrderStatus {
        /// Taken by the API, not yet through the engine.
        InProgress = "in-progress",
        /// Waits for its trigger.
        Pending = "pending",
        Open = "open",
        Filled = "filled",
        Canceled = "canceled",
        CanceledPostOnly = "canceled-post-only",
        CanceledReduceOnly = "canceled-reduce-only",
        CanceledPositionNotAllowed = "canceled-position-not-allowed",
        CanceledMarginNotAllowed = "canceled-margin-not-allowed",
        CanceledTooMuchSlippage = "canceled-too-much-slippage",
        CanceledNotEnoughLiquidity = "canceled-not-enough-liquidity",
        CanceledSelfTrade = "canceled-self-trade",
        CanceledExpired = "canceled-expired",
        CanceledOco = "canceled-oco",
        CanceledChild = "canceled-child",
        CanceledLiquidation = "canceled-liquidation",
        CanceledInvalidBalance = "canceled-invalid-balance",
    }

    /// The kind of an order, as answers name it (a transaction has a number instead).
    OrderType {
        Limit = "limit",
        Market = "market",
        StopLoss = "stop-loss",
        StopLossLimit = "stop-loss-limit",
        TakeProfit = "take-profit",
        TakeProfitLimit = "take-profit-limit",
        Twap = "twap",
        TwapSub = "twap-sub",
        Liquidation = "liquidation",
    }

    /// How long an order may rest. `Unknown` with a capital is a word of the venue's own page.
    TimeInForce {
        GoodTillTime = "good-till-time",
        ImmediateOrCancel = "immediate-or-cancel",
        PostOnly = "post-only",
        NotSaid = "Unknown",
    }

    /// What an order waits for.
    TriggerStatus {
        /// Nothing.
        None = "na",
        Ready = "ready",
        MarkPrice = "mark-price",
        Twap = "twap",
        ParentOrder = "parent-order",
    }

    /// The side of an order in words. Marked for removal by the venue, and seen empty: decide by `is_ask`.
    Side {
        Buy = "buy",
        Sell = "sell",
    }

    /// Whether a market trades. `frozen` is the older SDK's word (0.1.4), which knows `active` beside it and no other.
    MarketStatus {
        Inactive = "inactive",
        Active = "active",
        InSettlement = "in-settlement",
        WaitingForSettlement = "waiting-for-settlement",
        Settled = "settled",
        Frozen = "frozen",
    }

    /// The kind of a market, as the list of markets names it.
    MarketType {
        Perp = "perp",
        Spot = "spot",
        BinaryOptions = "binary_options",
    }

    /// The kind of a market, as orders and trades name it.
    MarketKind {
        Perps = "perps",
        Spot = "spot",
        BinaryOptions = "bo",
    }

    /// How a trade came about.
    TradeType {
        Trade = "trade",
        Liquidation = "liquidation",
        Deleverage = "deleverage",
        MarketSettlement = "market-settlement",
    }

    /// Whether an asset counts as margin.
    MarginMode {
        Enabled = "enabled",
        Disabled = "disabled",
        PricedOnly = "priced_only",
    }

    /// The side of a position: the one that pays in a funding row, the one held in a position's.
    Direction {
        Long = "long",
        Short = "short",
    }
}
