//! What is asked for an account by HTTP alone: what became of an order, lists, and what is set.

use std::time::Duration;

use mm_model::{
    Ask, CallError, CancelTarget, DeadMan, Leverage, MarginMode, Market, Mode, OrderQuery, Timestamp,
};

use super::{authorized, ids, no_account, only, post};
use crate::{
    client::Way,
    grvt::{
        client::{Client, Sending, lookup::CLOCKS_APART, order::not_sent},
        wire::{
            Quoted, Text,
            account::SubAccountRequest,
            history::HistoryRequest,
            paths::Endpoint,
            reply::Empty,
            send::{Filtered, GetOrder},
            settings::{CancelOnDisconnect, SetLeverage},
        },
    },
    http::Request,
};

/// The most rows of a page (API reference at eed18e5).
const PAGE: u32 = 1_000;
/// The dead man's switch is on above one second, and for five minutes at most (same source, `cancel_on_disconnect`).
const COUNTDOWN_MS: std::ops::RangeInclusive<u128> = 1_001..=300_000;
/// Whether the bound of a time is included is not documented, and a fill that is told twice counts once.
const FILLS_EARLY: Duration = Duration::from_millis(1);

/// A list of what was.
struct History<'a> {
    endpoint: Endpoint,
    sub_account: &'a str,
    /// Of one market, or of all.
    market: Option<&'a Market>,
    since: Timestamp,
    /// How much earlier to begin.
    early: Duration,
}

impl Client {
    /// What goes by HTTP alone.
    pub(super) fn private(
        &mut self,
        Sending { call, ask, .. }: Sending<'_>,
        request: &mut Request,
    ) -> Result<Way, CallError> {
        let encoding = self.encoding;
        let account = self.account.as_ref().ok_or_else(no_account)?;
        let sub_account = account.sub_account_text();
        let sub_account_id = Text::new(sub_account);
        match ask {
            Ask::Order(query, mode) => self.order_question(sub_account, (query, *mode), request)?,
            Ask::OpenOrders(scope) => {
                let market = scope.map(|id| self.market(id)).transpose()?;
                post(request, encoding, Endpoint::OpenOrders, &only(sub_account, market));
            }
            Ask::FillsSince(since) => {
                let asked = History {
                    endpoint: Endpoint::FillHistory,
                    sub_account,
                    market: None,
                    since: *since,
                    early: FILLS_EARLY,
                };
                self.history_question(asked, request)?;
            }
            Ask::Positions => post(request, encoding, Endpoint::Positions, &only(sub_account, None)),
            Ask::Balances => {
                post(request, encoding, Endpoint::AccountSummary, &SubAccountRequest { sub_account_id });
            }
            Ask::Fees => post(request, encoding, Endpoint::FundingAccountSummary, &Empty {}),
            Ask::Leverage(leverage) => {
                let (instrument, times) = self.leverage(leverage)?;
                let fields = SetLeverage { sub_account_id, instrument, leverage: times.into() };
                post(request, encoding, Endpoint::SetInitialLeverage, &fields);
            }
            Ask::DeadMan(wish) => {
                let countdown_time = Some(countdown(*wish)?.into());
                let fields = CancelOnDisconnect { sub_account_id, countdown_time };
                post(request, encoding, Endpoint::CancelOnDisconnect, &fields);
            }
            Ask::Modify(_) => {
                return Err(not_sent("grvt changes no order in place: cancel it and place another one"));
            }
            Ask::Group(_) => return Err(not_sent("grvt is not asked for groups of orders")),
            Ask::Margin(..) => return Err(not_sent("positions are backed by the whole account here")),
            _ => return Err(not_sent("grvt has no such request")),
        }
        authorized(self.account.as_mut().ok_or_else(no_account)?, call, request)
    }

    /// An order is looked for by its id among those that the venue finds by it; failing that, among all that were since it
    /// was made.
    fn order_question(
        &self,
        sub_account: &str,
        (query, mode): (&OrderQuery, Mode),
        request: &mut Request,
    ) -> Result<(), CallError> {
        match mode {
            Mode::Live => {
                let target = CancelTarget {
                    market: query.market,
                    client_id: Some(query.client_id),
                    venue_id: query.venue_id,
                };
                let (order_id, client_order_id) = ids(&target)?;
                let fields = GetOrder {
                    sub_account_id: sub_account.into(),
                    order_id,
                    client_order_id: client_order_id.map(Text::from),
                };
                post(request, self.encoding, Endpoint::Order, &fields);
                Ok(())
            }
            Mode::History => {
                let asked = History {
                    endpoint: Endpoint::OrderHistory,
                    sub_account,
                    market: Some(self.market(query.market)?),
                    since: query.created_at,
                    early: CLOCKS_APART,
                };
                self.history_question(asked, request)
            }
        }
    }

    /// One page of what was since then, the newest first.
    fn history_question(&self, asked: History<'_>, request: &mut Request) -> Result<(), CallError> {
        let History { endpoint, sub_account, market, since, early } = asked;
        let page = self.pages.find(since)?;
        let start = page.map_or(since, |page| page.since) - early;
        let Filtered { sub_account_id, kind, base, quote } = only(sub_account, market);
        let fields = HistoryRequest {
            sub_account_id,
            kind,
            base,
            quote,
            start_time: Some(Quoted::from(start)),
            end_time: None,
            limit: Some(PAGE),
            cursor: page.map(|page| Text::new(&page.cursor)),
        };
        post(request, self.encoding, endpoint, &fields);
        Ok(())
    }

    fn leverage(&self, leverage: &Leverage) -> Result<(Text<'_>, String), CallError> {
        let id =
            leverage.market.ok_or_else(|| not_sent("the leverage is each market's own here: name one"))?;
        if leverage.mode == Some(MarginMode::Isolated) {
            return Err(not_sent("positions are backed by the whole account here"));
        }
        if leverage.times == 0 {
            return Err(not_sent("a leverage of 0: give 1 or more"));
        }
        Ok((Text::new(&self.market(id)?.symbol), leverage.times.to_string()))
    }
}

fn countdown(wish: DeadMan) -> Result<String, CallError> {
    match wish {
        DeadMan::Off => Ok("0".to_owned()),
        DeadMan::In(after) if COUNTDOWN_MS.contains(&after.as_millis()) => Ok(after.as_millis().to_string()),
        DeadMan::In(after) => Err(not_sent(format!(
            "a cancel of everything in {} ms: the venue counts down from more than 1000 to 300000",
            after.as_millis()
        ))),
    }
}
