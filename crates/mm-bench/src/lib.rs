//! mm-bench
