//! Orders as we ask for them and as a venue reports them.

use std::fmt;

use arrayvec::ArrayString;

use crate::{MarketId, Money, Price, Qty, Symbol, Timestamp};

/// Buy or sell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Bid.
    Buy,
    /// Ask.
    Sell,
}

impl Side {
    /// The other side.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }

    /// +1 for a buy, −1 for a sell: the sign of what a fill does to a position.
    #[must_use]
    pub const fn sign(self) -> i64 {
        match self {
            Self::Buy => 1,
            Self::Sell => -1,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        })
    }
}

/// How long an order that is not filled at once may rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeInForce {
    /// Until cancelled.
    Gtc,
    /// What does not match at once is cancelled.
    Ioc,
    /// All at once or nothing.
    Fok,
}

/// Limit or market, with what belongs to each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderKind {
    /// At `price` or better.
    Limit {
        /// The limit.
        price: Price,
        /// How long it may rest.
        time_in_force: TimeInForce,
    },
    /// Limit that is refused (or expires) rather than match on arrival.
    PostOnly {
        /// The limit.
        price: Price,
    },
    /// At whatever the book offers; the rest is cancelled.
    Market,
    /// Sleeps until the mark price has gone against the position as far as `trigger`, then sells or buys.
    StopLoss {
        /// When.
        trigger: Price,
        /// At this price or better; `None`: at whatever the book offers.
        limit: Option<Price>,
    },
    /// Sleeps until the mark price has gone in favour of the position as far as `trigger`, then sells or buys.
    TakeProfit {
        /// When.
        trigger: Price,
        /// At this price or better; `None`: at whatever the book offers.
        limit: Option<Price>,
    },
}

impl OrderKind {
    /// The limit price, if there is one.
    #[must_use]
    pub const fn price(&self) -> Option<Price> {
        match self {
            Self::Limit { price, .. } | Self::PostOnly { price } => Some(*price),
            Self::StopLoss { limit, .. } | Self::TakeProfit { limit, .. } => *limit,
            Self::Market => None,
        }
    }
}

/// What an order may do to a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposure {
    /// Open, close or turn it.
    Any,
    /// Only bring it nearer to flat.
    ReduceOnly,
}

/// What happens when an order would match another one of the same account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SelfTrade {
    /// The arriving order is stopped.
    #[default]
    RejectTaker,
    /// The resting order is cancelled.
    RejectMaker,
    /// Both are.
    RejectBoth,
    /// Both shrink by what they would have traded, without a trade.
    Reduce,
}

/// An order as a strategy wants it. The client id is given by the execution layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewOrder {
    /// Where.
    pub market: MarketId,
    /// Buy or sell.
    pub side: Side,
    /// How much.
    pub qty: Qty,
    /// Limit, post-only or market.
    pub kind: OrderKind,
    /// Whether it may open a position.
    pub exposure: Exposure,
}

/// Our own id of an order: unique across restarts, in the venue's range. A type of its own, as every id is, so that no two
/// arguments can be given in each other's place (fault 27):
///
/// ```
/// # use mm_model::{CancelTarget, ClientId, MarketId};
/// let (market, client_id) = (MarketId(7), Some(ClientId(42)));
/// CancelTarget { market, client_id, venue_id: None };
/// ```
///
/// ```compile_fail,E0308
/// # use mm_model::{CancelTarget, ClientId, MarketId};
/// let (market, client_id) = (ClientId(42), Some(MarketId(7)));
/// CancelTarget { market, client_id, venue_id: None };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub u64);

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The venue's id of an order: an opaque text, at most 48 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VenueOrderId(ArrayString<48>);

/// The venue's id of a trade: an opaque text, at most 32 bytes, unique within its market at least.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TradeId(ArrayString<32>);

macro_rules! text_id {
    ($name:ident) => {
        impl $name {
            /// Takes the id as the venue wrote it; `None` when it is empty or too long to be one.
            #[must_use]
            pub fn new(text: &str) -> Option<Self> {
                ArrayString::from(text).ok().filter(|t| !t.is_empty()).map(Self)
            }

            /// From a whole number, as some venues write ids.
            #[must_use]
            pub fn from_number(n: u64) -> Self {
                use fmt::Write as _;
                let mut text = ArrayString::new();
                write!(text, "{n}").expect("20 digits fit");
                Self(text)
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
text_id!(VenueOrderId);
text_id!(TradeId);

/// Who provided the liquidity of a fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Liquidity {
    /// Our order was resting.
    Maker,
    /// Our order arrived and matched.
    Taker,
}

/// One fill of one of our orders, as the venue tells it. The same fill may be told many times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fill {
    /// The venue's id of the trade: what makes the fill count once.
    pub trade_id: TradeId,
    /// Our id, where the venue says it.
    pub client_id: Option<ClientId>,
    /// The venue's id of the order.
    pub venue_id: VenueOrderId,
    /// Where.
    pub market: MarketId,
    /// Our side.
    pub side: Side,
    /// At which price.
    pub price: Price,
    /// How much, in this fill alone.
    pub qty: Qty,
    /// What it cost, in `fee_asset`; negative is a rebate.
    pub fee: Money,
    /// What the fee was taken in.
    pub fee_asset: Symbol,
    /// Maker or taker.
    pub liquidity: Liquidity,
    /// When, by the venue's clock.
    pub at: Timestamp,
}

/// The venue's word on where an order stands. There is no "unknown" here: a word that the codec does not know
/// is a decode error, never one of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReportedStatus {
    /// On the book (perhaps partly filled), or asleep until its trigger.
    Open,
    /// Filled in full.
    Filled,
    /// Taken off by us or by the venue, with the venue's reason where it gives one.
    Cancelled {
        /// The venue's word.
        reason: Option<String>,
    },
    /// Never accepted, or thrown out on arrival by the matching engine.
    Rejected {
        /// The venue's word.
        reason: String,
    },
}

/// What a venue says of one of our orders, by REST or stream alike. Joining any number of these in any order
/// ends in the same [`OrderRecord`](crate::OrderRecord).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderReport {
    /// Our id, where the venue says it.
    pub client_id: Option<ClientId>,
    /// The venue's id.
    pub venue_id: VenueOrderId,
    /// Where.
    pub market: MarketId,
    /// Our side.
    pub side: Side,
    /// Limit price; `None` for market orders.
    pub price: Option<Price>,
    /// Size of the whole order as the venue has it now.
    pub qty: Qty,
    /// How often it was modified; 0 where the venue does not count.
    pub version: u32,
    /// Filled so far, cumulative.
    pub filled: Qty,
    /// Where it stands.
    pub status: ReportedStatus,
    /// When, by the venue's clock; [`Timestamp::ZERO`] where the message carries no time.
    pub at: Timestamp,
}

impl From<&OrderReport> for NewOrder {
    /// The order as the venue shows it. What a report does not tell is taken as it binds least: good till cancelled, and
    /// free to open a position.
    fn from(report: &OrderReport) -> Self {
        let limit = |price| OrderKind::Limit { price, time_in_force: TimeInForce::Gtc };
        Self {
            market: report.market,
            side: report.side,
            qty: report.qty,
            kind: report.price.map_or(OrderKind::Market, limit),
            exposure: Exposure::Any,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_58_ids_of_a_venue_are_texts_kept_letter_by_letter() {
        for text in
            ["5406825793", "0005406825793", "0x01010105033eb2", "281474976710655", "a-B_c", &"f".repeat(48)]
        {
            assert_eq!(VenueOrderId::new(text).expect("an id").as_str(), text);
        }
        assert_ne!(VenueOrderId::new("42"), VenueOrderId::new("042"), "one number, two ids");
        // What is no id is none, and never a shorter one that another order may have.
        for text in ["", &"f".repeat(49)] {
            assert_eq!(VenueOrderId::new(text), None, "{text}");
        }
        assert_eq!(VenueOrderId::from_number(u64::MAX).as_str(), "18446744073709551615");
    }
}
