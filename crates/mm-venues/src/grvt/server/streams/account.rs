//! Streams of an account: its orders, states, fills, positions and cancels in vain. Rows are those of the REST answers.
//! An order's news goes to every socket that listens, whichever way the order came.

use std::collections::BTreeSet;

use bytes::Bytes;
use mm_exchange::AccountId;
use mm_model::MarketId;
use serde::Serialize;

use super::{
    super::{
        records::{News, OrderRecord},
        rows::{cancel_feed, fill_row, order_row, position_row, state_feed},
    },
    Streams, World,
    topics::Topic,
};
use crate::{grvt::wire::selector::PrivateStream, server::ConnId};

impl Streams {
    /// Tells what is new about accounts; positions last, each once, as they are after all.
    pub(super) fn account_news(&mut self, world: &mut World<'_>, news: &[News]) {
        let mut positions: BTreeSet<(AccountId, MarketId)> = BTreeSet::new();
        for news in news {
            match news {
                News::Order(record) => self.order_news(world, record),
                News::Fill(fill) => {
                    let whose = (fill.account, fill.market);
                    self.own(world, (PrivateStream::Fill, whose), |world, number| {
                        fill_row(world.exchange, number, fill)
                    });
                }
                News::Position(account, market) => {
                    positions.insert((*account, *market));
                }
                News::Cancel(cancel) => {
                    let topic = Topic::Cancel(cancel.account);
                    if let Some(number) =
                        number(world, cancel.account).filter(|_| self.listeners.wanted(topic))
                    {
                        self.listeners.tell(topic, &cancel_feed(number, cancel), world.out);
                    }
                }
            }
        }
        for whose in positions {
            self.own(world, (PrivateStream::Position, whose), |world, number| {
                position_row(world.exchange, &world.state.records, (whose.0, number), whose.1)
            });
        }
    }

    fn order_news(&mut self, world: &mut World<'_>, record: &OrderRecord) {
        let whose = (record.account, record.market);
        self.own(world, (PrivateStream::Order, whose), |world, number| {
            order_row(world.exchange, number, record)
        });
        self.own(world, (PrivateStream::State, whose), |world, _| {
            Some(state_feed(world.exchange.markets().get(record.market)?, record))
        });
    }

    /// What a new listener is told first: the positions that are open. Orders and fills begin with what comes.
    pub(super) fn account_snapshots(
        &self,
        world: &World<'_>,
        conn: ConnId,
        (topic, stream, account, market): (Topic, PrivateStream, AccountId, Option<MarketId>),
    ) -> Vec<Bytes> {
        let Some(number) = number(world, account).filter(|_| stream == PrivateStream::Position) else {
            return Vec::new();
        };
        let open = world.exchange.positions(account).into_iter().map(|position| position.market);
        let wanted = open.filter(|at| market.is_none_or(|market| market == *at));
        let rows =
            wanted.filter_map(|at| position_row(world.exchange, &world.state.records, (account, number), at));
        rows.filter_map(|row| self.listeners.snapshot(conn, topic, &row)).collect()
    }

    /// Tells an account's stream of all markets and that of the one, if anybody listens. `row` is given the account's
    /// number.
    fn own<T: Serialize>(
        &mut self,
        world: &mut World<'_>,
        (stream, (account, market)): (PrivateStream, (AccountId, MarketId)),
        row: impl FnOnce(&World<'_>, u64) -> Option<T>,
    ) {
        let topics = [Topic::Own(stream, account, None), Topic::Own(stream, account, Some(market))];
        if !topics.iter().any(|topic| self.listeners.wanted(*topic)) {
            return;
        }
        let Some(row) = number(world, account).and_then(|number| row(world, number)) else { return };
        for topic in topics {
            self.listeners.tell(topic, &row, world.out);
        }
    }
}

fn number(world: &World<'_>, account: AccountId) -> Option<u64> {
    world.state.accounts.of(account).map(|member| member.sub_account)
}
