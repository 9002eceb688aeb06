//! What the venue knows of a market beyond what the exchange does: the number that signatures name it by, and their
//! scales. The exchange's symbol is the venue's name of it.

use mm_model::Market;

use crate::grvt::sign::{self, Asset};

/// A market's own numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Instrument {
    /// `instrument_hash`, which is `assetID` in signatures.
    pub(super) asset_id: u64,
    /// Decimal places of a size in a signature.
    pub(super) base_decimals: u8,
    /// Decimal places of what is paid.
    pub(super) quote_decimals: u8,
}

/// Name, hash and base decimals. Those of BTC and AAVE were seen; the others stand in the test vectors, of which SOL and
/// XRP are invented, and have decimals of their own so that nobody takes nine for granted.
const KNOWN: [(&str, u64, u8); 5] = [
    ("BTC_USDT_Perp", 0x03_05_01, 9),
    ("ETH_USDT_Perp", 0x03_04_01, 9),
    ("AAVE_USDT_Perp", 0x03_22_01, 9),
    ("SOL_USDT_Perp", 0x03_06_01, 6),
    ("XRP_USDT_Perp", 0x03_07_01, 0),
];

impl Instrument {
    /// Of a market.
    pub(super) fn of(market: &Market) -> Self {
        // The rest are made up in the same form: 0x03, a number of the base asset, 01.
        let made_up = || (0x03_80_01 + (u64::from(market.id.0 & 0x7f) << 8), 9);
        let known = KNOWN.iter().find(|(name, ..)| *name == &*market.symbol);
        let (asset_id, base_decimals) = known.map_or_else(made_up, |(_, hash, decimals)| (*hash, *decimals));
        Self { asset_id, base_decimals, quote_decimals: 6 }
    }

    /// What its signatures are checked by.
    pub(super) fn signed(&self) -> sign::Instrument {
        let asset = Asset::parse(&self.hash()).expect("0x and six hex digits");
        sign::Instrument { asset, base_decimals: self.base_decimals }
    }

    /// As the venue writes the hash.
    pub(super) fn hash(&self) -> String {
        format!("0x{:06x}", self.asset_id)
    }
}
