//! The client halves, with the keys of a simulated account.

use mm_crypto::{self as crypto, ecdsa};
use mm_sim::{Endpoints, config::VenueKind};
use mm_venues::{
    backpack,
    client::Protocol,
    grvt::{self, wire::Encoding},
    lighter,
};

/// A venue and how its messages are written: what has a codec of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    Backpack,
    Lighter,
    GrvtLite,
    GrvtFull,
}

impl Wire {
    pub(crate) const fn kind(self) -> VenueKind {
        match self {
            Self::Backpack => VenueKind::Backpack,
            Self::Lighter => VenueKind::Lighter,
            Self::GrvtLite | Self::GrvtFull => VenueKind::Grvt,
        }
    }

    /// A client of the simulated venue, as `alice`. It has heard of nothing yet.
    pub(crate) fn client(self, endpoints: &Endpoints) -> Box<dyn Protocol> {
        let venues = &endpoints.venues;
        match self {
            Self::Backpack => {
                let here = venues.backpack.as_ref().expect("it stands");
                let alice = here.account("alice").expect("every venue has her");
                let symbols = vec!["SOL_USDC_PERP".to_owned(), "SOL_USDC".to_owned()];
                let options = backpack::Options::new(&here.rest, &here.ws, symbols)
                    .with_keys(&alice.api_key, &alice.api_secret)
                    .expect("a simulator's keys");
                Box::new(backpack::Client::new(options).expect("the options are right"))
            }
            Self::Lighter => {
                let here = venues.lighter.as_ref().expect("it stands");
                let alice = here.account("alice").expect("every venue has her");
                let key = crypto::SimulatedKey::from_marked_hex(&alice.api_key_private_key).expect("marked");
                let credentials = lighter::Credentials {
                    account: alice.account_index,
                    chain: lighter::tx::ChainId(here.chain_id),
                    keys: vec![(alice.api_key_index, crypto::Signer::simulated(key))],
                };
                let symbols = vec!["ETH".to_owned(), "ETH/USDC".to_owned()];
                let options = lighter::Options::new(&here.rest, &here.ws, symbols).with_keys(credentials);
                Box::new(lighter::Client::new(options).expect("the options are right"))
            }
            Self::GrvtLite => Box::new(grvt_client(endpoints, Encoding::Lite)),
            Self::GrvtFull => Box::new(grvt_client(endpoints, Encoding::Full)),
        }
    }
}

fn grvt_client(endpoints: &Endpoints, encoding: Encoding) -> grvt::Client {
    let here = endpoints.venues.grvt.as_ref().expect("it stands");
    let alice = here.account("alice").expect("every venue has her");
    let key = ecdsa::SimulatedKey::from_marked_hex(&alice.private_key).expect("marked");
    let credentials = grvt::Credentials::new(
        &alice.api_key,
        alice.sub_account_id.parse().expect("a number"),
        ecdsa::Signer::simulated(key),
        grvt::sign::ChainId(here.chain_id.into()),
    );
    let urls = grvt::Urls {
        edge: here.edge.clone(),
        trades: here.trades.clone(),
        market_data: here.market_data.clone(),
        ws_trades: here.ws_trades.clone(),
        ws_market_data: here.ws_market_data.clone(),
    };
    let candles = Some(grvt::wire::CandleInterval::Min1);
    let options = grvt::Options::new(urls, vec!["BTC_USDT_Perp".to_owned()]).with_keys(credentials);
    grvt::Client::new(grvt::Options { encoding, candles, ..options }).expect("the options are right")
}
