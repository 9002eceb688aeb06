//! What the account's streams tell.

use std::time::Duration;

use mm_model::{DecodeError, Event, Timestamp};

use super::{
    Client,
    frame::Data,
    market::CASH,
    report::{self, OrderNews},
    rows,
};
use crate::{
    lighter::{
        tx::MarginMode,
        wire::{
            order::Order,
            private_stream::{AllAssetsFrame, AllPositionsFrame, UserStatsFrame},
            trade::Trade,
        },
    },
    reading::json,
};

/// How far before a new subscription trades are told again: clocks differ.
const DEAF_MARGIN: Duration = Duration::from_secs(60);

impl Client {
    /// Open orders at first, then what changed: all of them are news. One that cannot be read hides no other.
    pub(super) fn read_orders(&self, frame: &[u8], out: &mut Vec<Event>) -> Result<(), DecodeError> {
        let n_before = out.len();
        let read = rows::each("orders", frame, |order: Order<'_>| {
            if self.listings.knows(order.market_index) {
                out.extend(match report::order(&self.listings, &order)? {
                    OrderNews::Report(report) => Some(Event::Order(report)),
                    OrderNews::Queued(id) => id.map(|client_id| Event::Queued { client_id }),
                });
            }
            Ok(())
        });
        read.unwrap_or_else(|error| {
            out.truncate(n_before);
            Err(error)
        })
    }

    /// The first frame tells of old trades: no fills, unless it follows another subscription and may hold what was
    /// not heard in between. A fill that is told twice counts once.
    pub(super) fn read_fills_frame(
        &mut self,
        data: Data<'_>,
        out: &mut Vec<Event>,
    ) -> Result<(), DecodeError> {
        let since = if data.is_first { self.channels.deaf_since() } else { Some(Timestamp::ZERO) };
        let Some(since) = since.map(|since| since - DEAF_MARGIN) else { return Ok(()) };
        let account = self.account.as_ref().map_or(-1, |account| account.index);
        let n_before = out.len();
        let read = rows::each("trades", data.frame, |trade: Trade<'_>| {
            if self.listings.knows(trade.market_id) {
                let fills = report::fills(&self.listings, account, &trade)?;
                out.extend(fills.filter(|fill| fill.at >= since).map(Event::Fill));
            }
            Ok(())
        });
        read.unwrap_or_else(|error| {
            out.truncate(n_before);
            Err(error)
        })
    }

    pub(super) fn read_positions(&mut self, frame: &[u8], out: &mut Vec<Event>) -> Result<(), DecodeError> {
        let frame: AllPositionsFrame<'_> = json("positions", frame)?;
        let Self { listings, margin_modes, .. } = self;
        each(frame.positions.iter().filter(|row| listings.knows(row.market_id)), |row| {
            let position = report::position(listings, row)?;
            let mode = if row.margin_mode == 1 { MarginMode::Isolated } else { MarginMode::Cross };
            margin_modes.insert(position.market, mode);
            out.push(Event::Position(position));
            Ok(())
        })
    }

    pub(super) fn read_assets(&mut self, frame: &[u8], out: &mut Vec<Event>) -> Result<(), DecodeError> {
        let frame: AllAssetsFrame<'_> = json("assets", frame)?;
        let at = report::coarse(frame.timestamp);
        each(frame.assets.iter(), |row| {
            let balance = if row.symbol == CASH {
                self.cash.spot = Some(report::spot_cash(row)?);
                self.cash_balance(at)
            } else {
                Some(report::balance(self.asset(&row.symbol), report::pocket(row)?, at))
            };
            out.extend(balance.map(Event::Balance));
            Ok(())
        })
    }

    pub(super) fn read_user_stats(&mut self, frame: &[u8], out: &mut Vec<Event>) -> Result<(), DecodeError> {
        let frame: UserStatsFrame<'_> = json("user stats", frame)?;
        let stats = &frame.stats;
        self.cash.margin = Some(report::margin(&stats.available_balance, &stats.collateral)?);
        out.extend(self.cash_balance(report::coarse(frame.timestamp)).map(Event::Balance));
        Ok(())
    }
}

/// Does it for all, whichever of them fail; tells the first failure.
fn each<T>(
    rows: impl Iterator<Item = T>,
    mut read: impl FnMut(T) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    let mut result = Ok(());
    for row in rows {
        let read = read(row);
        result = result.and(read);
    }
    result
}
