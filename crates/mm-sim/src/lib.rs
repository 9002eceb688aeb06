//! mm-sim
