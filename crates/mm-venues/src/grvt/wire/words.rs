//! The words of the venue's open sets, in both encodings the same. A word that is on no page is kept as `Unknown` for
//! the codec to decide about. Words and numbers: the venue's specification (gravity-technologies/api-spec @ eed18e5).

use crate::words::words;

words! {
    /// How long an order may rest. RPI makes only for takers from the venue's own pages; AON is for block trades.
    TimeInForce {
        GoodTillTime = "GOOD_TILL_TIME",
        AllOrNone = "ALL_OR_NONE",
        ImmediateOrCancel = "IMMEDIATE_OR_CANCEL",
        FillOrKill = "FILL_OR_KILL",
        RetailPriceImprovement = "RETAIL_PRICE_IMPROVEMENT",
    }

    /// Where an order stands. A partly filled order is `Open` with a traded size; an open order is never rejected.
    OrderStatus {
        /// Taken by the API, not yet through the engine.
        Pending = "PENDING",
        Open = "OPEN",
        Filled = "FILLED",
        Rejected = "REJECTED",
        Cancelled = "CANCELLED",
    }

    /// Why an order was rejected or cancelled.
    OrderRejectReason {
        /// It was neither.
        Unspecified = "UNSPECIFIED",
        ClientCancel = "CLIENT_CANCEL",
        ClientBulkCancel = "CLIENT_BULK_CANCEL",
        ClientSessionEnd = "CLIENT_SESSION_END",
        MarketCancel = "MARKET_CANCEL",
        IocCancel = "IOC_CANCEL",
        AonCancel = "AON_CANCEL",
        FokCancel = "FOK_CANCEL",
        Expired = "EXPIRED",
        FailPostOnly = "FAIL_POST_ONLY",
        FailReduceOnly = "FAIL_REDUCE_ONLY",
        MmProtection = "MM_PROTECTION",
        SelfTradeProtection = "SELF_TRADE_PROTECTION",
        SelfMatchedSubaccount = "SELF_MATCHED_SUBACCOUNT",
        OverlappingClientOrderId = "OVERLAPPING_CLIENT_ORDER_ID",
        BelowMargin = "BELOW_MARGIN",
        Liquidation = "LIQUIDATION",
        InstrumentInvalid = "INSTRUMENT_INVALID",
        InstrumentDeactivated = "INSTRUMENT_DEACTIVATED",
        SystemFailover = "SYSTEM_FAILOVER",
        Unauthorised = "UNAUTHORISED",
        SessionKeyExpired = "SESSION_KEY_EXPIRED",
        SubAccountNotFound = "SUB_ACCOUNT_NOT_FOUND",
        NoTradePermission = "NO_TRADE_PERMISSION",
        UnsupportedTimeInForce = "UNSUPPORTED_TIME_IN_FORCE",
        MultiLeggedOrder = "MULTI_LEGGED_ORDER",
        ExceedMaxPositionSize = "EXCEED_MAX_POSITION_SIZE",
        ExceedMaxSignatureExpiration = "EXCEED_MAX_SIGNATURE_EXPIRATION",
        MarketOrderWithLimitPrice = "MARKET_ORDER_WITH_LIMIT_PRICE",
        ClientCancelOnDisconnectTriggered = "CLIENT_CANCEL_ON_DISCONNECT_TRIGGERED",
        OcoCounterPartTriggered = "OCO_COUNTER_PART_TRIGGERED",
        ReduceOnlyLimit = "REDUCE_ONLY_LIMIT",
        ClientReplace = "CLIENT_REPLACE",
        DeriskMustBeIoc = "DERISK_MUST_BE_IOC",
        DeriskMustBeReduceOnly = "DERISK_MUST_BE_REDUCE_ONLY",
        DeriskNotSupported = "DERISK_NOT_SUPPORTED",
        InvalidOrderType = "INVALID_ORDER_TYPE",
        CurrencyNotDefined = "CURRENCY_NOT_DEFINED",
        InvalidChainId = "INVALID_CHAIN_ID",
        BuilderOrderFeeExceed = "BUILDER_ORDER_FEE_EXCEED",
        BuilderOrderFeeNegative = "BUILDER_ORDER_FEE_NEGATIVE",
        BuilderOrderBuilderNotAuthorized = "BUILDER_ORDER_BUILDER_NOT_AUTHORIZED",
        BuilderOrderBuilderNotExist = "BUILDER_ORDER_BUILDER_NOT_EXIST",
        TradePriceWorseThanBankruptcyPrice = "TRADE_PRICE_WORSE_THAN_BANKRUPTCY_PRICE",
        TooManyMakerOrders = "TOO_MANY_MAKER_ORDERS",
        ReduceOnlyNotSupportedForSpotOrder = "REDUCE_ONLY_NOT_SUPPORTED_FOR_SPOT_ORDER",
        TpslNotSupportedForSpotOrder = "TPSL_NOT_SUPPORTED_FOR_SPOT_ORDER",
        SpotOrderNotSupported = "SPOT_ORDER_NOT_SUPPORTED",
        InsufficientBalance = "INSUFFICIENT_BALANCE",
        SpotTradingBlockedDuringSocializedLoss = "SPOT_TRADING_BLOCKED_DURING_SOCIALIZED_LOSS",
        BelowMarginWithPenaltyDeviation = "BELOW_MARGIN_WITH_PENALTY_DEVIATION",
    }

    /// What became of a cancel that waited for its order.
    CancelStatus {
        /// No such order came in time.
        Expired = "EXPIRED",
        /// An earlier cancel of the same order was still waiting.
        DroppedDuplicate = "DROPPED_DUPLICATE",
    }

    /// The kind of an instrument.
    Kind {
        Perpetual = "PERPETUAL",
        Future = "FUTURE",
        Call = "CALL",
        Put = "PUT",
        SpotSwap = "SPOT_SWAP",
    }

    /// How an instrument settles.
    SettlementPeriod {
        Perpetual = "PERPETUAL",
        Daily = "DAILY",
        Weekly = "WEEKLY",
        Monthly = "MONTHLY",
        Quarterly = "QUARTERLY",
    }

    /// Where a trade is made.
    Venue {
        Orderbook = "ORDERBOOK",
        Rfq = "RFQ",
    }

    /// The length of a candle.
    CandleInterval {
        Min1 = "CI_1_M",
        Min3 = "CI_3_M",
        Min5 = "CI_5_M",
        Min15 = "CI_15_M",
        Min30 = "CI_30_M",
        Hour1 = "CI_1_H",
        Hour2 = "CI_2_H",
        Hour4 = "CI_4_H",
        Hour6 = "CI_6_H",
        Hour8 = "CI_8_H",
        Hour12 = "CI_12_H",
        Day1 = "CI_1_D",
        Day3 = "CI_3_D",
        Day5 = "CI_5_D",
        Week1 = "CI_1_W",
        Week2 = "CI_2_W",
        Week3 = "CI_3_W",
        Week4 = "CI_4_W",
    }

    /// The price that a candle follows.
    CandleType {
        Trade = "TRADE",
        Mark = "MARK",
        Index = "INDEX",
        Mid = "MID",
    }

    /// Over what funding rates are added up.
    FundingAggregation {
        FundingInterval = "FUNDING_INTERVAL",
        OneHourly = "ONE_HOURLY",
        FourHourly = "FOUR_HOURLY",
        EightHourly = "EIGHT_HOURLY",
    }

    /// How a sub-account is margined.
    MarginType {
        SimpleCross = "SIMPLE_CROSS_MARGIN",
        PortfolioCross = "PORTFOLIO_CROSS_MARGIN",
    }

    /// How a position is margined.
    PositionMarginType {
        Isolated = "ISOLATED",
        Cross = "CROSS",
    }

    /// In what a sub-account holds its collateral. The second word is not in the specification; a client of October
    /// 2026 knows it.
    SubAccountMode {
        SingleAsset = "SINGLE_ASSET_MODE",
        MultiAsset = "MULTI_ASSET_MODE",
    }

    /// Who brought an order.
    BrokerTag {
        Unspecified = "UNSPECIFIED",
        CoinRoutes = "COIN_ROUTES",
        Alertatron = "ALERTATRON",
        Origami = "ORIGAMI",
    }

    /// What kind of trigger an order waits for.
    TriggerType {
        /// None: the order is live at once.
        Unspecified = "UNSPECIFIED",
        TakeProfit = "TAKE_PROFIT",
        StopLoss = "STOP_LOSS",
    }

    /// The price that a trigger watches.
    TriggerBy {
        Unspecified = "UNSPECIFIED",
        Index = "INDEX",
        Last = "LAST",
        Mid = "MID",
        Mark = "MARK",
    }

    /// What a transfer is for.
    TransferType {
        Unspecified = "UNSPECIFIED",
        Standard = "STANDARD",
        FastArbDeposit = "FAST_ARB_DEPOSIT",
        FastArbWithdrawal = "FAST_ARB_WITHDRAWAL",
        NonNativeBridgeDeposit = "NON_NATIVE_BRIDGE_DEPOSIT",
        NonNativeBridgeWithdrawal = "NON_NATIVE_BRIDGE_WITHDRAWAL",
        AdhocIncentive = "ADHOC_INCENTIVE",
        ReferralIncentive = "REFERRAL_INCENTIVE",
        TradingDepositYieldIncentive = "TRADING_DEPOSIT_YIELD_INCENTIVE",
        TgeVesting = "TGE_VESTING",
        TgeAirdrop = "TGE_AIRDROP",
        FeedbackReward = "FEEDBACK_REWARD",
    }
}

impl TimeInForce {
    /// The number that stands for the word inside a signature; none for a word that is on no page.
    #[must_use]
    pub const fn code(&self) -> Option<u8> {
        match self {
            Self::GoodTillTime => Some(1),
            Self::AllOrNone => Some(2),
            Self::ImmediateOrCancel => Some(3),
            Self::FillOrKill => Some(4),
            Self::RetailPriceImprovement => Some(5),
            Self::Unknown(_) => None,
        }
    }
}

impl CandleInterval {
    /// Seconds; none for a word that is on no page.
    #[must_use]
    pub const fn seconds(&self) -> Option<u64> {
        const HOUR: u64 = 60 * 60;
        const DAY: u64 = 24 * HOUR;
        const WEEK: u64 = 7 * DAY;
        Some(match self {
            Self::Min1 => 60,
            Self::Min3 => 3 * 60,
            Self::Min5 => 5 * 60,
            Self::Min15 => 15 * 60,
            Self::Min30 => 30 * 60,
            Self::Hour1 => HOUR,
            Self::Hour2 => 2 * HOUR,
            Self::Hour4 => 4 * HOUR,
            Self::Hour6 => 6 * HOUR,
            Self::Hour8 => 8 * HOUR,
            Self::Hour12 => 12 * HOUR,
            Self::Day1 => DAY,
            Self::Day3 => 3 * DAY,
            Self::Day5 => 5 * DAY,
            Self::Week1 => WEEK,
            Self::Week2 => 2 * WEEK,
            Self::Week3 => 3 * WEEK,
            Self::Week4 => 4 * WEEK,
            Self::Unknown(_) => return None,
        })
    }
}
