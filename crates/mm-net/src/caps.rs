//! How much of anything is taken from the other end (fault 72). What is longer ends the call or the socket: half of a message
//! means nothing, and no memory grows at the pleasure of somebody else. Each is tested at its boundary.

/// The longest message of a socket, whole or in fragments. The longest known, a book of 1,000 levels, is under 100 KiB.
pub const MESSAGE_LEN_MAX: usize = 4 << 20;

/// What may wait for the other end to read.
pub const UNSENT_LEN_MAX: usize = 1 << 20;

/// The longest reply body. The longest known, all markets of a venue, is under 1 MiB.
pub const BODY_LEN_MAX: usize = 8 << 20;

/// The longest head of a reply: status and fields. Real ones are under 4 KiB.
pub const HEAD_LEN_MAX: usize = 64 << 10;

/// The most fields of a reply's head: hyper's own bound, which it keeps without allocating.
pub const FIELDS_MAX: usize = 100;
