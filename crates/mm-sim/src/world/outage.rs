//! What happens to a venue as a whole: nothing passes between it and its clients, or it goes down and comes back.

use mm_model::Timestamp;
use mm_venues::{
    http::Reply,
    server::{ConnId, Mischief},
};

use super::{Delivery, Event, Lane, RequestId, VenueIndex, World, meet};
use crate::faults::{Action, AtRestart, Direction};

/// What a front server says for a venue that is down.
const DOWN: &str = "<html><head><title>503 Service Temporarily Unavailable</title></head></html>";

impl World {
    /// Rules about venues begin to hold.
    pub(super) fn apply_venue_rules(&mut self) {
        for (n, meant, action) in self.faults.begin(self.now) {
            for venue in (0..self.venues.len()).map(VenueIndex) {
                let kind = self.venues[venue.0].row.kind;
                if meant.is_some_and(|meant| meant != kind) {
                    continue;
                }
                let struck = match action {
                    Action::Restart { orders } => {
                        self.restart(venue, orders);
                        true
                    }
                    // These are counted when something meets them.
                    Action::Partition { .. } | Action::Clock { .. } => false,
                    ref action => action
                        .mischief()
                        .is_some_and(|mischief| self.venues[venue.0].trouble(self.now, None, mischief)),
                };
                if struck {
                    self.faults.tell_venue(self.now, n, kind);
                }
                self.settle_said(venue);
            }
        }
    }

    /// Until when what leaves now this way is on its way; `None`: it passes.
    pub(super) fn parted(&mut self, venue: VenueIndex, way: Direction) -> Option<Timestamp> {
        self.faults.parted(self.now, self.venues[venue.0].row.kind, way)
    }

    /// The venue's clock, as it judges by it.
    pub(super) fn clock_of(&mut self, venue: VenueIndex, skew_ns: i64) -> Timestamp {
        let off_ns = self.faults.clock_off_ns(self.now, self.venues[venue.0].row.kind);
        Timestamp(self.now.0.saturating_add_signed(skew_ns.saturating_add(off_ns)))
    }

    /// What answers instead of a venue that is down.
    pub(super) fn down(&self, venue: VenueIndex) -> Option<Reply> {
        let is_down = self.faults.is_down(self.now, self.venues[venue.0].row.kind);
        is_down.then(|| meet::status_reply(503, DOWN))
    }

    /// A reply, or the end of its connection, leaves for the client.
    pub(super) fn send_reply(&mut self, id: RequestId, at: Timestamp, reply: Result<Reply, ()>) {
        if self.parted(id.venue, Direction::FromVenue).is_none() {
            self.put(Lane::Replies(id.venue), at, Event::Deliver(delivery_of(id, reply)));
        }
    }

    /// As [`World::send_reply`], to be overtaken by the next.
    pub(super) fn hold_reply(&mut self, id: RequestId, at: Timestamp, reply: Reply) {
        if self.parted(id.venue, Direction::FromVenue).is_none() {
            self.hold(Lane::Replies(id.venue), at, Event::Deliver(delivery_of(id, Ok(reply))));
        }
    }

    /// Everything that the venue only had in memory is gone.
    fn restart(&mut self, venue: VenueIndex, orders: AtRestart) {
        let standing: Vec<ConnId> =
            self.sockets.iter().filter(|(_, socket)| socket.venue == venue).map(|(conn, _)| *conn).collect();
        for conn in standing {
            let is_silent = self.sockets.get(&conn).is_some_and(|socket| socket.silent);
            self.forget(conn);
            // Who hears nothing does not hear of this either.
            if !is_silent {
                self.due.push(Delivery::CutSocket(conn));
            }
        }
        let here = &mut self.venues[venue.0];
        // A venue without tokens and logins has none to lose.
        here.server.mischief(self.now, None, Mischief::ExpireTokens);
        if orders == AtRestart::Cancelled {
            let accounts: Vec<_> = here.accounts.iter().map(|account| account.id).collect();
            for account in accounts {
                here.exchange.cancel_all(self.now, account, None);
            }
        }
    }

    /// What rules about venues made happen there is told to its clients, as far as any are left.
    fn settle_said(&mut self, venue: VenueIndex) {
        let mut said = std::mem::take(&mut self.said);
        self.venues[venue.0].tell(self.now, &mut said);
        self.said = said;
        self.speak(venue);
    }
}

fn delivery_of(id: RequestId, reply: Result<Reply, ()>) -> Delivery {
    match reply {
        Ok(reply) => Delivery::Reply(id, reply),
        Err(()) => Delivery::Cut(id),
    }
}
