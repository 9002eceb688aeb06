//! What the venue knows of a market beyond what the exchange does: the number that signatures name it by, and their
//! scales. The exchange's symbol is the venue's name of it.

use mm_model::Market;

use super::Options;
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

/// Hashes. Those of BTC and AAVE were seen; the others stand in the test vectors, and those of SOL and XRP are invented.
const HASHES: [(&str, u64); 5] = [
    ("BTC_USDT_Perp", 0x03_05_01),
    ("ETH_USDT_Perp", 0x03_04_01),
    ("AAVE_USDT_Perp", 0x03_22_01),
    ("SOL_USDT_Perp", 0x03_06_01),
    ("XRP_USDT_Perp", 0x03_07_01),
];

/// Decimals of every base asset that was seen.
const BASE_DECIMALS: u8 = 9;

/// The number of a market in signatures.
pub(super) fn asset_id(market: &Market) -> u64 {
    // Those that nobody has seen are made up in the same form: 0x03, a number of the base asset, 01.
    let made_up = || 0x03_80_01 + (u64::from(market.id.0 & 0x7f) << 8);
    HASHES.iter().find(|(name, _)| *name == &*market.symbol).map_or_else(made_up, |(_, hash)| *hash)
}

impl Instrument {
    /// Of a market.
    pub(super) fn of(market: &Market, options: &Options) -> Self {
        let base_decimals = options.base_decimals.get(&*market.symbol).copied().unwrap_or(BASE_DECIMALS);
        Self { asset_id: asset_id(market), base_decimals, quote_decimals: 6 }
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
