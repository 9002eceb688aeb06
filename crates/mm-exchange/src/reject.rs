//! Why a command is refused.

/// Why the exchange refused a command. Nothing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Reject {
    /// No such market.
    #[error("no such market")]
    NoSuchMarket,
    /// No such account.
    #[error("no such account")]
    NoSuchAccount,
    /// The market does not take such orders now.
    #[error("the market does not take this now")]
    NotTrading,
    /// Zero, below the minimum, above the maximum.
    #[error("the size is out of range")]
    Size,
    /// Price below one tick.
    #[error("the price is out of range")]
    Price,
    /// Price × size below the minimum.
    #[error("the order is worth too little")]
    Notional,
    /// Price too far from the mark.
    #[error("the price is too far from the mark")]
    Band,
    /// A post-only order would match.
    #[error("a post-only order would match")]
    WouldMatch,
    /// Not enough balance (spot).
    #[error("not enough balance")]
    Funds,
    /// Not enough margin (perpetuals).
    #[error("not enough margin")]
    Margin,
    /// A reduce-only order without a position to reduce.
    #[error("there is nothing to reduce")]
    NothingToReduce,
    /// A market order and an empty book.
    #[error("there is nothing to trade with")]
    NoLiquidity,
    /// The client id is in use by a live order of the account.
    #[error("the client id is in use")]
    DuplicateClientId,
    /// No such live order of this account.
    #[error("no such order")]
    NoSuchOrder,
    /// Too many open orders.
    #[error("too many open orders")]
    OrderLimit,
    /// Flags that exclude each other, or that this kind of market or order does not have.
    #[error("the flags do not fit the order")]
    Flags,
    /// The position would become larger than a position may be.
    #[error("the position would be too large")]
    Position,
    /// Its time is over before it begins.
    #[error("the order's time is over already")]
    TooLate,
}
