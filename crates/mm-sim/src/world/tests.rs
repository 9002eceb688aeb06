//! The world under time that the test tells it: crowd, faults, determinism.

use mm_model::Timestamp;

use super::*;
use crate::config::OWN_TIME_START;

fn world(config: &SimConfig) -> World {
    World::new(config, OWN_TIME_START).unwrap()
}

#[test]
fn temp_crowd() {
    let mut world = world(&SimConfig::default());
    for s in 0..20 {
        world.advance(OWN_TIME_START + std::time::Duration::from_secs(s));
        for m in world.venues()[0].exchange.markets().iter() {
            let ex = &world.venues()[0].exchange;
            let book = ex.book(m.id, 20);
            eprintln!("{s} {m} {}x{} spread {} touch {:?} {:?} trades {}", book.bids.len(), book.asks.len(), book.asks[0].price.0 - book.bids[0].price.0, book.bids[0], book.asks[0], ex.trades(m.id).count());
        }
    }
    let _ = Timestamp::ZERO;
}
