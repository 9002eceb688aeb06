//! The short names, type by type: the `lite_name` of every field in the venue's own specification
//! (gravity-technologies/api-spec @ eed18e5, `src/codegen/apispec.json`). They follow no rule that can be relied on, so
//! they are data: a test compares them with `fixtures/grvt/names.tsv`, which was made from that file by a machine. The
//! short names of three fields that the venue sends and the file lacks are those of the venue's JavaScript client
//! (`@grvt/client` 1.7.0, whose tables `tests-official/node/grvt/names.test.js` holds against the fixture).
//!
//! Five rows are ours: `Reply` and `Page` are the many `Api..Response` types that hold a result and perhaps a cursor,
//! `Feed` is the thirteen envelopes of the streams, `Head` the beginnings of all that a socket may bring, and
//! `GrvtError` the body of a refusal (its short names are in the specification's examples). The test holds them against
//! the rows that they stand for.

use std::fmt;

/// The names of a struct's fields.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Names(pub(in super::super) &'static [(&'static str, &'static str)]);

/// A key that no field has.
const NO_FIELD: &str = "";

/// What serde_json calls raw JSON when it writes it (serde_json 1, `raw::TOKEN`).
pub(super) const RAW_JSON: &str = "$serde_json::private::RawValue";

impl Names {
    /// The full name behind a key on the wire. A key that is on no page stays as it is, and a full name that has a
    /// short one is none.
    pub(super) fn full(self, key: &str) -> &str {
        match self.0.iter().find(|(_, short)| *short == key) {
            Some((full, _)) => full,
            None if self.0.iter().any(|(full, _)| *full == key) => NO_FIELD,
            None => key,
        }
    }

    /// The key on the wire. A field that the specification does not have keeps its full name.
    pub(super) fn short(self, full: &'static str) -> &'static str {
        self.0.iter().find(|(name, _)| *name == full).map_or(full, |(_, short)| short)
    }
}

/// Why a struct cannot be written or read in the lite encoding: our own mistake.
pub(super) struct Unnamed(pub(super) &'static str);

impl fmt::Display for Unnamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} has no short names: add its row to the lite encoding's table", self.0)
    }
}

/// The names of the struct that serde calls `name`.
pub(super) fn of(name: &str) -> Option<Names> {
    TABLE
        .binary_search_by_key(&name, |(name, _)| name)
        .ok()
        .and_then(|at| TABLE.get(at))
        .map(|(_, names)| *names)
}

/// Defines the table, in the order of the types' names.
macro_rules! names {
    ($($name:ident { $($full:ident $short:ident),* $(,)? })+) => {
        /// Every type and its fields.
        pub(in super::super) static TABLE: &[(&str, Names)] =
            &[$((stringify!($name), Names(&[$((stringify!($full), stringify!($short))),*]))),+];
    };
}

names! {
    Ack { ack a }
    AggregatedAccountSummary {
        main_account_id ma, total_equity te, spot_balances sb, vault_investments vi,
        total_sub_account_balance ts, total_sub_account_equity ts1,
        total_vault_investments_balance tv, total_sub_account_available_balance ts2,
        total_usd_notional_invested tu,
    }
    ApiAuthorizedBuilder { builder_account_id ba, max_futures_fee_rate mf, max_spot_fee_rate ms }
    ApiBulkOrdersRequest {
        sub_account_id sa, orders o, order_i_ds oi, client_order_i_ds co, time_to_live_ms tt,
    }
    ApiBulkOrdersResponse { orders o, cancel_acks ca }
    ApiCancelAllOrdersRequest { sub_account_id sa, kind k, base b, quote q }
    ApiCancelOnDisconnectRequest { sub_account_id sa, countdown_time ct }
    ApiCancelOrderRequest { sub_account_id sa, order_id oi, client_order_id co, time_to_live_ms tt }
    ApiCandlestickRequest { instrument i, interval i1, type t, start_time st, end_time et, limit l, cursor c }
    ApiCreateOrderRequest { order o }
    ApiFillHistoryRequest {
        sub_account_id sa, kind k, base b, quote q, start_time st, end_time et, limit l, cursor c,
    }
    ApiFundingAccountSummaryResponse { result r, tier t }
    ApiFundingPaymentHistoryRequest {
        sub_account_id sa, instrument i, start_time st, end_time et, limit l, cursor c, kind k,
        base b, quote q,
    }
    ApiFundingRate {
        instrument i, funding_rate fr, funding_time ft, mark_price mp, funding_rate_8_h_avg fr1,
        funding_interval_hours fi,
    }
    ApiFundingRateRequest { instrument i, start_time st, end_time et, limit l, cursor c, agg_type at }
    ApiGetAllInitialLeverageResponse { results r }
    ApiGetAllInstrumentsRequest { is_active ia }
    ApiGetAuthorizedBuildersResponse { results r }
    ApiGetFilteredInstrumentsRequest { kind k, base b, quote q, is_active ia, limit l }
    ApiGetInstrumentRequest { instrument i }
    ApiGetMarginRulesResponse { instrument i, max_position_size mp, risk_brackets rb }
    ApiGetOrderRequest { sub_account_id sa, order_id oi, client_order_id co }
    ApiGetSubAccountsResponse { sub_account_ids sa }
    ApiGetSupportedAssetsResponse { funding f, spot s, futures f1 }
    ApiOrderbookLevelsRequest { instrument i, depth d }
    ApiSetInitialLeverageRequest { sub_account_id sa, instrument i, leverage l }
    ApiSetInitialLeverageResponse { success s }
    ApiSetSubAccountPositionMarginConfigRequest {
        sub_account_id sa, instrument i, margin_type mt, leverage l, signature s,
    }
    ApiSetSubAccountPositionMarginConfigResponse { ack a }
    ApiSubAccountSummaryRequest { sub_account_id sa }
    ApiTradeHistoryRequest { instrument i, start_time st, end_time et, limit l, cursor c }
    ApiTradeRequest { instrument i, limit l }
    CancelStatusFeed {
        sub_account_id sa, client_order_id co, order_id oi, reason r, update_time ut,
        cancel_status cs,
    }
    Candlestick {
        open_time ot, close_time ct, open o, close c, high h, low l, volume_b vb, volume_q vq,
        trades t, instrument i,
    }
    ClientTier {
        tier t, futures_taker_fee ft, futures_maker_fee fm, options_taker_fee ot,
        options_maker_fee om, spot_taker_fee st, spot_maker_fee sm,
    }
    CurrencyDetail { id i, symbol s, balance_decimals bd, quantity_multiplier qm }
    Deposit { tx_hash th, to_account_id ta, currency c, num_tokens nt }
    EmptyRequest {}
    Error { code c, message m }
    Feed { stream s, selector s1, sequence_number sn, feed f, prev_sequence_number ps }
    Fill {
        event_time et, sub_account_id sa, instrument i, is_buyer ib, is_taker it, size s, price p,
        mark_price mp, index_price ip, interest_rate ir, forward_price fp, realized_pnl rp, fee f,
        fee_rate fr, trade_id ti, order_id oi, venue v, is_liquidation il, client_order_id co,
        signer s1, broker b, is_rpi ir1, builder b1, builder_fee_rate bf, builder_fee bf1,
        fee_currency fc,
    }
    FundingAccountSummary {
        main_account_id ma, total_equity te, spot_balances sb, vault_investments vi,
        total_cash_balance tc, total_spot_asset_balance ts,
    }
    FundingPayment { event_time et, sub_account_id sa, instrument i, currency c, amount a, tx_id ti }
    FuturesWalletAssets { mode m, supported_assets sa }
    GrvtError { code c, message m, status s, request_id ri }
    Head { stream s, selector s1, id i, method m, error e }
    InitialLeverageResult { instrument i, leverage l, min_leverage ml, max_leverage ml1, margin_type mt }
    InstrumentDisplay {
        instrument i, instrument_hash ih, base b, quote q, kind k, venues v, settlement_period sp1,
        base_decimals bd, quote_decimals qd, tick_size ts, min_size ms, create_time ct,
        max_position_size mp, funding_interval_hours fi, adjusted_funding_rate_cap af,
        adjusted_funding_rate_floor af1, min_notional mn,
    }
    JSONRPCRequest { jsonrpc j, method m, params p, id i }
    JSONRPCResponse { jsonrpc j, result r, error e, id i, method m }
    MiniTicker {
        event_time et, instrument i, mark_price mp, index_price ip, last_price lp, last_size ls,
        mid_price mp1, best_bid_price bb, best_bid_size bb1, best_ask_price ba, best_ask_size ba1,
    }
    Order {
        order_id oi, sub_account_id sa, is_market im, time_in_force ti, post_only po,
        reduce_only ro, legs l, signature s, metadata m, state s1, builder b, builder_fee bf,
    }
    OrderLeg { instrument i, size s, limit_price lp, is_buying_asset ib }
    OrderMetadata {
        client_order_id co, create_time ct, trigger t, broker b, is_position_transfer ip, allow_crossing ac,
    }
    OrderState { status s, reject_reason rr, book_size bs, traded_size ts, update_time ut, avg_fill_price af }
    OrderStateFeed { order_id oi, client_order_id co, order_state os }
    OrderbookLevel { price p, size s, num_orders no }
    OrderbookLevels { event_time et, instrument i, bids b, asks a }
    Page { result r, next n }
    Positions {
        event_time et, sub_account_id sa, instrument i, size s, notional n, entry_price ep,
        exit_price ep1, mark_price mp, unrealized_pnl up, realized_pnl rp, total_pnl tp, roi r,
        quote_index_price qi, est_liquidation_price el, leverage l, cumulative_fee cf,
        cumulative_realized_funding_payment cr, margin_type mt, isolated_balance ib, isolated_im ii,
        isolated_mm im,
    }
    Reply { result r }
    RiskBracket {
        tier t, notional_floor nf, notional_cap nc, maintenance_margin_rate mm,
        initial_margin_rate im, max_leverage ml, cumulative_maintenance_amount cm,
    }
    Signature { signer s, r r, s s1, v v, expiration e, nonce n, chain_id ci }
    SpotBalance {
        currency c, balance b, index_price ip, entry_price ep, realized_pnl rp, unrealized_pnl up,
        available_to_transfer at,
    }
    StreamReference { stream s, selectors s1 }
    SubAccount {
        event_time et, sub_account_id sa, margin_type mt, settle_currency sc, unrealized_pnl up,
        total_equity te, initial_margin im, maintenance_margin mm, available_balance ab,
        spot_balances sb, positions p, settle_index_price si, is_vault iv, vault_im_additions vi,
        derisk_margin dm, derisk_to_maintenance_margin_ratio dt, total_cross_equity tc,
        cross_unrealized_pnl cu, sub_account_mode sa1, margin_balance mb,
    }
    SupportedAsset { asset_id ai, asset_code ac, balance_decimals bd }
    TPSLOrderMetadata { trigger_by tb, trigger_price tp, close_position cp, is_split_position is }
    Ticker {
        event_time et, instrument i, mark_price mp, index_price ip, last_price lp, last_size ls,
        mid_price mp1, best_bid_price bb, best_bid_size bb1, best_ask_price ba, best_ask_size ba1,
        funding_rate_8h_curr fr, funding_rate_8h_avg fr1, interest_rate ir, forward_price fp,
        buy_volume_24h_b bv, sell_volume_24h_b sv, buy_volume_24h_q bv1, sell_volume_24h_q sv1,
        high_price hp, low_price lp1, open_price op, open_interest oi, long_short_ratio ls1,
        funding_rate fr2, next_funding_time nf, funding_interval_hours fi,
    }
    Trade {
        event_time et, instrument i, is_taker_buyer it, size s, price p, mark_price mp,
        index_price ip, interest_rate ir, forward_price fp, trade_id ti, venue v, is_rpi ir1,
    }
    TransferHistory {
        tx_id ti, from_account_id fa, from_sub_account_id fs, to_account_id ta,
        to_sub_account_id ts, currency c, num_tokens nt, signature s, event_time et,
        transfer_type tt, transfer_metadata tm, from_wallet_type fw, to_wallet_type tw,
    }
    TriggerOrderMetadata { trigger_type tt, tpsl t }
    VaultInvestment { vault_id vi, num_lp_tokens nl, share_price sp, usd_notional_invested un }
    WSListStreamsResult { stream_reference sr }
    WSSubscribeParams { stream s, selectors s1, use_global_sequence_number ug }
    WSSubscribeRequestV1Legacy { request_id ri, stream s, feed f, method m, is_full if }
    WSSubscribeResponseV1Legacy {
        request_id ri, stream s, subs s1, unsubs u, num_snapshots ns, first_sequence_number fs,
        latest_sequence_number ls,
    }
    WSSubscribeResult {
        stream s, subs s1, unsubs u, num_snapshots ns, first_sequence_number fs,
        latest_sequence_number ls,
    }
    WSUnsubscribeResult { stream s, unsubs u }
    Withdrawal { from_account_id fa, to_eth_address te, currency c, num_tokens nt, signature s }
}
