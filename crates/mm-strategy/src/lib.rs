//! mm-strategy
