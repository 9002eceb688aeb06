//! Limit programs: the least code that does the job with no regard for anything else. What our code is measured
//! against, so that each figure is a ratio from one run.

pub mod array_book;
pub mod depth_scanner;
pub mod grvt_trader;
pub mod lighter_trader;
pub mod loopback;
pub mod trader;
pub mod tree_book;
pub mod wire;

/// A limit program that signs orders for a socket.
pub trait ByHand {
    /// Prepares the next `n` signatures.
    fn prepare(&mut self, n: usize);

    /// Takes a depth frame and writes the frame of a post-only bid of 0.11 at the best bid.
    fn trade(&mut self, frame: &[u8], now_ms: u64, out: &mut String);

    /// What two signed frames of the same order have in common.
    fn unsigned(frame: &str) -> String;
}
