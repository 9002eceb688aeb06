//! Limit programs: the least code that does the job with no regard for anything else. What our code is measured
//! against, so that each figure is a ratio from one run.

pub mod array_book;
pub mod depth_scanner;
pub mod lighter_trader;
pub mod loopback;
pub mod trader;
pub mod tree_book;
pub mod wire;
